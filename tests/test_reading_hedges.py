"""How sure it is said to be, and whither it flies: hedges and courses hold for what they stand by."""

from __future__ import annotations

import pytest

from reading_words import only, read


def hedged(text: str, source: str = "city") -> dict[str, bool]:
    return {claim.kind: claim.hedged for claim in read(text, source).claims}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Попередньо, уламки впали на склад у Подільському районі", {"debris": True}),
        (
            "По предварительным данным, обломки упали на склад, пострадавших нет",
            {"debris": True, "casualty": True},
        ),
        ("Приліт у склад на Подолі, попередньо без постраждалих", {"impact": False, "casualty": True}),
        (
            "Фахівці оглядають будинок, за попередніми оцінками, відновленню не підлягає",
            {"assessment": False, "damage": True},
        ),
        ("Reportedly, a drone hit a warehouse in Kyiv", {"impact": True}),
        ("Two people may have died in Kyiv", {"casualty": True}),
        ("Якщо не помиляюсь, вибух на Подолі", {"explosion": True}),
        ("Вроде бы взрыв на Подоле", {"explosion": True}),
        ("Вибух на Подолі. Ймовірно, горить склад.", {"explosion": False, "fire": True}),
    ],
)
def test_a_hedge_holds_for_its_clause_and_for_the_sentence_that_it_opens(
    text: str, said: dict[str, bool]
) -> None:
    assert hedged(text) == said


def test_what_may_come_is_expected_and_what_is_unsure_is_now() -> None:
    coming = only("Протягом доби можлива ракетна атака", "launch")
    assert (coming.tense, coming.hedged) == ("expected", False)
    unsure = only("Ймовірно, пуск балістики з Криму", "launch")
    assert (unsure.tense, unsure.hedged) == ("now", True)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Шахед біля Фастова, курс на північ", "N"),
        ("БпЛА над Броварами, рухається на захід", "W"),
        ("КР повз Кременчук курсом північ-захід", "NW"),
        ("Дрон возле Умани, курс северо-восточный", "NE"),
        ("Ракеты на Полтавщине в южном направлении", "S"),
        ("Cruise missiles flying southwest past Poltava", "SW"),
        ("Drone near Fastiv heading north-west", "NW"),
        ("Шахед на півночі Київщини", None),
        ("Шахед північніше Умані", None),
        ("БпЛА зі сходу на Київ", None),
        ("Шахеди з півдня на північ Одещини", None),
    ],
)
def test_a_course_is_read_and_a_region_of_the_compass_is_not(text: str, heading: str | None) -> None:
    assert only(text, "inbound").heading == heading


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("Між 3:00 та 4:00 лунали вибухи на Подолі", "explosion", "14T01:00", "14T02:00"),
        ("Позавчора на Подолі загинув чоловік", "casualty", "11T22:00", "12T22:00"),
        ("Three days ago a missile hit a school in Kharkiv", "impact", "10T22:00", "11T22:00"),
        ("Завтра можлива масована ракетна атака", "launch", "14T22:00", "15T22:00"),
    ],
)
def test_days_and_stretches_are_resolved_in_the_zone_of_the_source(
    text: str, kind: str, start: str, end: str
) -> None:
    valid = only(text, kind, "city").valid
    assert valid.start is not None
    assert valid.end is not None
    assert (f"{valid.start:%dT%H:%M}", f"{valid.end:%dT%H:%M}") == (start, end)
