"""How many, and where: people counted together, places with their own counts, lists under a weapon."""

from __future__ import annotations

import pytest

from tocsin.config import load_world
from tocsin.model import Claim, Report, Source
from tocsin.reading import Reader

_WORLD = load_world()
_KINDS = ("monitoring-channel", "authority")
_SOURCES = {kind: Source(id=kind, name=kind, kind=kind) for kind in _KINDS}
_READER = Reader(_WORLD.lexicon, _WORLD.places, _WORLD.register | _SOURCES)


def claims(text: str, kind: str = "authority") -> tuple[Claim, ...]:
    return _READER.read(Report(id="1", source=kind, text=text)).claims


def harm(text: str) -> dict[str, int | None]:
    found = next(c for c in claims(text) if c.kind == "casualty")
    return {key: number.min for key, number in (found.harm or {}).items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("У Херсоні поранені водій і троє пасажирів тролейбуса", {"injured": 4}),
        ("Two women and a boy were killed in Izium", {"killed": 3, "children-killed": 1}),
        ("Ранены мужчина и женщина", {"injured": 2}),
        ("Двоє рятувальників поранені під час гасіння", {"injured": 2, "responders-injured": 2}),
        ("A man and two women, aged 41 and 56, were wounded in Sumy", {"injured": 3}),
        ("Nine people, including two children, were hospitalized", {"hospitalised": 9}),
        ("Загинула 1 людина, ще 6 – дістали поранення", {"killed": 1, "injured": 6}),
    ],
)
def test_those_harmed_together_are_one_number(text: str, expected: dict[str, int]) -> None:
    assert harm(text) == expected


def test_each_place_of_a_sentence_has_its_own_count() -> None:
    found = claims("Лубни - 4 шахеди, Пирятин - 1, Хорол - 2", "monitoring-channel")
    assert [(c.weapon, c.count.min if c.count else None) for c in found] == [
        ("shahed-136", 4),
        ("shahed-136", 1),
        ("shahed-136", 2),
    ]
    assert [len(c.places) for c in found] == [1, 1, 1]


def test_a_place_and_a_count_alone_say_what_was_said_before() -> None:
    found = claims("У Запоріжжі поранено 8 людей, у Нікополі – ще двоє")
    assert [(c.kind, c.place.names["uk"] if c.place else "") for c in found] == [
        ("casualty", "Запоріжжя"),
        ("casualty", "Нікополь"),
    ]
    assert [(c.harm or {})["injured"].min for c in found] == [8, 2]


def test_a_list_under_a_weapon_and_a_colon_has_that_weapon() -> None:
    found = claims("Шахеди:\n- 2 на Лубни\n- 3 повз Гадяч", "monitoring-channel")
    assert [(c.weapon, c.count.min if c.count else None) for c in found] == [
        ("shahed-136", 2),
        ("shahed-136", 3),
    ]


def flying(text: str) -> list[tuple[str | None, tuple[int | None, int | None] | None, list[str]]]:
    """What flies where: weapon, smallest and largest count, places."""
    return [
        (c.weapon, (c.count.min, c.count.max) if c.count else None, [p.names["uk"] for p in c.places])
        for c in claims(text, "monitoring-channel")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Лубни – один шахед, Хорол – чотири шахеди",
        "Лубны — один шахед, Хорол — четыре шахеда",
        "Lubny – one Shahed, Khorol – four Shaheds",
        "1 шахед – Лубни, 4 шахеди – Хорол",
        "Лубни: один шахед, Хорол: чотири шахеди",
        "Лубни – 1 шахед і Хорол – 4 шахеди",
        "Лубни (1 шахед), Хорол (4 шахеди)",
        "Лубни → 1 шахед, Хорол → 4 шахеди",
    ],
)
def test_each_town_of_a_list_has_what_stands_behind_its_own_dash(text: str) -> None:
    assert flying(text) == [("shahed-136", (1, 1), ["Лубни"]), ("shahed-136", (4, 4), ["Хорол"])]


def test_each_town_of_a_list_has_its_own_weapon() -> None:
    assert flying("Ізюм – один реактивний, Лозова – до чотирьох звичайних шахедів") == [
        ("jet-drone", (1, 1), ["Ізюм"]),
        ("shahed-136", (None, 4), ["Лозова"]),
    ]
    assert flying("Ізюм, Балаклія – КАБ, Лозова – 2 шахеди") == [
        ("guided-bomb", None, ["Ізюм", "Балаклія"]),
        ("shahed-136", (2, 2), ["Лозова"]),
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("КАБи на Ізюм і ще чотири на Лозову", 4),
        ("Шахеды на Изюм и ещё пять на Лозовую", 5),
        ("Missiles heading for Izium and two more for Lozova", 2),
        ("КАБи на Ізюм і три на Лозову", 3),
        ("Шахеды на Изюм, два на Лозовую", 2),
    ],
)
def test_others_that_and_counts_are_at_their_own_place(text: str, count: int) -> None:
    first, second = flying(text)
    assert first[1:] == (None, ["Ізюм"])
    assert second[1:] == ((count, count), ["Лозова"])


@pytest.mark.parametrize(
    "text",
    [
        "У Лозовій четверо поранених, двоє у важкому стані",
        "В Лозовой четверо раненых, двое в тяжёлом состоянии",
        "У Лозовій четверо поранених. Двоє у важкому стані",
    ],
)
def test_those_in_a_grave_condition_are_among_the_injured(text: str) -> None:
    assert [c.harm["injured"].min for c in claims(text) if c.harm] == [4]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Ту-95МС піднялися з аеродрому Оленья, близько п'яти бортів", 5),
        ("Ту-95МС поднялись с Оленьей, около семи бортов", 7),
        ("Tu-95MS took off from Olenya, about six aircraft", 6),
    ],
)
def test_a_number_of_aircraft_is_of_the_carriers_that_took_off(text: str, count: int) -> None:
    (found,) = claims(text, "monitoring-channel")
    assert (found.kind, found.weapon) == ("takeoff", "tu-95ms")
    assert found.count is not None
    assert found.count.min == count


def test_a_number_of_aircraft_in_the_next_sentence_is_nothing_inbound() -> None:
    found = claims("Ту-95МС піднялися з Оленьї. Близько шести бортів.", "monitoring-channel")
    assert [(c.kind, c.weapon, c.count.min if c.count else None) for c in found] == [
        ("takeoff", "tu-95ms", None),
        ("takeoff", None, 6),
    ]


@pytest.mark.parametrize(
    "text", ["Суми, до вас 2 шахеди", "Сумы, к вам 2 шахеда", "Sumy, two Shaheds coming your way"]
)
def test_what_comes_to_you_comes_to_the_town_that_is_called(text: str) -> None:
    (found,) = claims(text, "monitoring-channel")
    assert found.place is not None
    assert (found.place.role, found.count.min if found.count else None) == ("toward", 2)


@pytest.mark.parametrize(
    "text",
    ["Никто не пострадал при ударе по Изюму", "Ніхто не постраждав при ударі по Ізюму"],
)
def test_that_nobody_was_hurt_denies_no_strike(text: str) -> None:
    assert {(c.kind, c.stance) for c in claims(text)} == {("impact", "asserts"), ("casualty", "denies")}


@pytest.mark.parametrize(
    ("text", "weapon"),
    [
        ("Стратеги Ту-160 у повітрі", "tu-160"),
        ("Strategic bombers Tu-160 took off", "tu-160"),
        ("Стратеги у повітрі", "tu-95ms"),
        ("Тактическая авиация на северо-востоке активна", "tactical-aviation"),
        ("Тактична авіація ворога знову активна", "tactical-aviation"),
    ],
)
def test_aircraft_in_the_air_are_the_ones_that_are_named(text: str, weapon: str) -> None:
    assert [(c.kind, c.weapon) for c in claims(text, "monitoring-channel")] == [("takeoff", weapon)]


def test_one_more_scout_is_over_its_own_town() -> None:
    assert flying("Розвіддрон висить над Самаром, ще один над Павлоградом") == [
        ("recon-drone", None, ["Самар"]),
        ("recon-drone", (1, 1), ["Павлоград"]),
    ]


def test_a_count_in_brackets_is_of_the_town_before_it() -> None:
    assert flying("Шахеди: Лубни (2), Хорол (3)") == [
        ("shahed-136", (2, 2), ["Лубни"]),
        ("shahed-136", (3, 3), ["Хорол"]),
    ]


def test_a_figure_after_several_weapons_is_of_none_of_them() -> None:
    found = claims("За ніч ворог запустив 90 дронів і 4 ракети. Збито 71")
    assert [(c.weapon, sorted(c.scope or {})) for c in found] == [
        ("drone", ["launched"]),
        ("missile", ["launched"]),
        (None, ["shot-down"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "У Харкові підтверджено загибель однієї людини",
        "Подтверждена гибель одного человека в Одессе",
        "Сообщают о гибели одного человека в Одессе",
    ],
)
def test_the_death_of_one_is_one(text: str) -> None:
    killed = next(c.harm for c in claims(text) if c.kind == "casualty" and c.harm)["killed"]
    assert (killed.min, killed.max) == (1, 1)


@pytest.mark.parametrize(
    "text",
    ["Не підтверджено загибель однієї людини в Одесі", "Не подтверждена гибель одного человека в Одессе"],
)
def test_a_death_not_confirmed_is_denied_and_not_counted_as_none(text: str) -> None:
    found = next(c for c in claims(text) if c.kind == "casualty")
    assert found.stance == "denies"
    assert found.harm
    assert found.harm["killed"].max is None
