"""An end and a danger in one sentence keep their own places; ends not yet given; what is taken back."""

from __future__ import annotations

import pytest

from reading_words import read


def told(text: str, source: str) -> list[tuple[str, str | None, list[str]]]:
    return [(c.kind, c.weapon, [p.name for p in c.places]) for c in read(text, source).claims]


@pytest.mark.parametrize(
    ("text", "over", "on"),
    [
        ("Чернігів — відбій, Суми — тривога", ["Chernihiv"], ["Sumy"]),
        ("Чернігів — відбій, Суми, Ромни — тривога", ["Chernihiv"], ["Sumy", "Romny"]),
        ("Відбій у Харкові, Полтаві, Суми — тривога", ["Kharkiv", "Poltava"], ["Sumy"]),
        ("Відбій у Харкові, але Чугуївський район — тривога!", ["Kharkiv"], ["Chuhuiv Raion"]),
        ("Отбой в Чернигове, в Сумах тревога", ["Chernihiv"], ["Sumy"]),
        ("All clear in Chernihiv, alarm in Sumy", ["Chernihiv"], ["Sumy"]),
        ("Відбій у Харкові; у Сумах тривога ще триває", ["Kharkiv"], ["Sumy"]),
    ],
)
def test_an_alarm_beside_an_all_clear_keeps_its_places(text: str, over: list[str], on: list[str]) -> None:
    assert told(text, "siren") == [("alarm-over", None, over), ("alarm", None, on)]


@pytest.mark.parametrize(
    ("text", "over", "coming"),
    [
        ("Харків чисто, балістика на Суми!", (None, ["Kharkiv"]), ("ballistic", ["Sumy"])),
        ("Харків чисто — балістика на Суми!", (None, ["Kharkiv"]), ("ballistic", ["Sumy"])),
        ("Балістика на Суми, Харків чисто", (None, ["Kharkiv"]), ("ballistic", ["Sumy"])),
        ("У Харкові чисто; шахеди курсом на Полтаву", (None, ["Kharkiv"]), ("shahed-136", ["Poltava"])),
        ("Відбій загрози балістики, дрони ще летять на Київ", ("ballistic", []), ("drone", ["Kyiv"])),
        ("Відбій загрози балістики, але дрони летять на Київ", ("ballistic", []), ("drone", ["Kyiv"])),
        ("Отбой по баллистике, дроны все ещё летят на Киев", ("ballistic", []), ("drone", ["Kyiv"])),
        ("Ballistic threat over, drones are still flying to Kyiv", ("ballistic", []), ("drone", ["Kyiv"])),
        ("Чисто по ракетах, шахеди ще на Сумщині", ("missile", []), ("shahed-136", ["Sumy Oblast"])),
    ],
)
def test_what_still_flies_is_not_cleared_by_the_end_of_another(
    text: str, over: tuple[str | None, list[str]], coming: tuple[str | None, list[str]]
) -> None:
    found = told(text, "army")
    assert sorted(found) == sorted([("danger-over", *over), ("inbound", *coming)])


def test_a_lost_target_takes_no_place_from_a_new_one() -> None:
    found = told("Ціль по Харкову зникла, нова ціль на Суми", "watch")
    assert ("danger-over", "unknown", ["Kharkiv"]) in found
    assert not [c for c in found if c[0] == "danger-over" and "Sumy" in c[2]]


@pytest.mark.parametrize("text", ["Відбій загрози балістики, КАБ для Сумщини", "Харків чисто, КАБів немає"])
def test_a_list_of_what_ended_stays_one(text: str) -> None:
    assert {c.kind for c in read(text, "army").claims} == {"danger-over"}


@pytest.mark.parametrize(
    "text",
    [
        "The all-clear in Kyiv has not been given yet",
        "The all-clear in Kyiv hasn't been given",
        "Відбій у Києві ще не оголошено",
        "Отбой в Киеве пока не объявлен",
        "Тривогу в Києві ще не скасовано",
        "Air alert in Kyiv has not been lifted",
    ],
)
def test_an_all_clear_that_is_not_given_yet_ends_and_denies_nothing(text: str) -> None:
    assert [c for c in read(text, "siren").claims if c.kind != "alarm" or c.stance == "denies"] == []


@pytest.mark.parametrize(
    "text",
    [
        "Загроза балістики в Києві ще не минула",
        "Угроза баллистики для Киева ещё не снята",
        "The ballistic threat to Kyiv has not been lifted yet",
    ],
)
def test_a_danger_that_is_not_over_stands(text: str) -> None:
    assert [(c.kind, c.stance, c.weapon) for c in read(text, "army").claims] == [
        ("danger", "asserts", "ballistic")
    ]


def test_an_all_clear_takes_no_place_from_the_next_sentence_that_raises_an_alarm() -> None:
    assert told("Відбій. Суми — тривога", "siren") == [("alarm-over", None, []), ("alarm", None, ["Sumy"])]


@pytest.mark.parametrize(
    "text",
    [
        "Балістика на Суми не підтвердилась",
        "Балістика на Суми — помилкове повідомлення",
        "Баллистика курсом на Сумы не подтвердилась",
        "Ballistic missile toward Sumy was not confirmed",
    ],
)
def test_what_is_taken_back_flies_no_more(text: str) -> None:
    assert [(c.kind, c.stance, c.weapon) for c in read(text, "army").claims] == [
        ("inbound", "denies", "ballistic")
    ]


def test_what_is_not_confirmed_so_far_is_not_taken_back() -> None:
    assert [c.stance for c in read("Балістика на Суми, поки не підтверджено", "army").claims] == ["asserts"]


@pytest.mark.parametrize(
    "text",
    [
        "Відбій у Сумах, у Києві тривогу ще не скасовано",
        "Відбій у Сумах, у Києві відбою ще немає",
        "Відбій у Сумах, але не в Києві",
        "All clear in Sumy, but the alert in Kyiv has not been lifted",
        "All clear in Sumy, not yet in Kyiv",
    ],
)
def test_a_clear_leaves_out_where_it_is_said_not_to_hold(text: str) -> None:
    over = [c for c in read(text, "siren").claims if c.kind == "alarm-over"]
    assert [[p.name for p in c.places] for c in over] == [["Sumy"]]


def test_no_threat_to_one_place_ends_none_to_another() -> None:
    assert told("Загрози для Києва немає, ракета на Суми", "army") == [
        ("danger-over", None, ["Kyiv"]),
        ("inbound", "missile", ["Sumy"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Відбій загрози балістики на Сумщині ще не оголошено",
        "Інформація про відбій загрози балістики на Сумщині не підтвердилась",
        "Отбой угрозы баллистики по Сумской области пока не объявляли",
    ],
)
def test_an_end_that_was_not_given_ends_nothing(text: str) -> None:
    assert not [c for c in read(text, "army").claims if c.kind == "danger-over" and c.stance == "asserts"]
