"""Which names are places, which area they mean, and what part they play: the reasons, a sentence each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reading_words import only
from tocsin.config import load_world
from tocsin.config.world import load_gazetteer
from tocsin.model import Report, Source
from tocsin.reading import Reader

_WORLD = load_world()
_KYIV, _DNIPRO = "UA80000000000093317", "UA12020010010037010"
_SOURCES = {
    "watch": Source(id="watch", name="Watch", kind="monitoring-channel"),
    "dnipro": Source(id="dnipro", name="Dnipro watch", kind="monitoring-channel", home=_DNIPRO),
    "paper": Source(id="paper", name="Paper", kind="media"),
}
_READER = Reader(_WORLD.lexicon, _WORLD.places, _WORLD.register | _SOURCES)
_AT = datetime(2026, 2, 22, 1, 0, tzinfo=UTC)


def named(text: str, source: str = "watch") -> list[tuple[str, str]]:
    """Every place of the claims as (role, Ukrainian name), in order, each once."""
    claims = _READER.read(Report(id="1", source=source, text=text, stated_at=_AT)).claims
    found = [(place.role, place.names["uk"]) for claim in claims for place in claim.places]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ВС России ударили по складу в Токмаке", "an army's country only says whose it is"),
        ("Украинские военные уничтожили склад в Токмаке", "an adjective of a nation names no hromada"),
        ("На Таврійському напрямку в Токмаку горить склад", "a front is no village"),
        ("В подконтрольном Москве Токмаке горит склад", "who holds a town is not where it is"),
        ("Шахед влучив у склад у Токмаку, каже Валерій Залужний", "a surname is no village"),
        ("Дрон ударив по складу в Токмаку на лівому березі Дніпра", "a river is no city"),
    ],
)
def test_what_only_sounds_like_a_place_is_none(text: str, why: str) -> None:
    assert named(text, "paper") == [("at", "Токмак")], why


def test_a_city_may_open_a_text_though_its_letters_begin_a_common_word() -> None:
    assert named("Балаклія — 2 шахеди") == [("at", "Балаклія")]
    assert named("2 шахеди на Южне") == [("toward", "Південне")]


def test_a_heading_chooses_among_namesakes_and_is_no_second_place() -> None:
    assert named("Харківщина: 7 шахедів повз Лозову") == [("via", "Лозова")]
    assert named("Полтавщина: 1 БпЛА біля Лубен") == [("near", "Лубни")]


def test_a_city_and_its_oblast_are_two_places() -> None:
    assert named("Харків та область: КАБи") == [("at", "Харків"), ("at", "Харківська область")]
    assert named("Балістика на Київ та область") == [("toward", "Київ"), ("toward", "Київська область")]


def test_a_bomber_beside_it_makes_an_airfield_of_a_town() -> None:
    assert named("Ту-160 сели в Українці") == [("at", "аеродром Українка")]
    assert named("Шахед на Українку") == [("toward", "Українка")]


def test_towns_are_known_by_the_names_that_they_had() -> None:
    assert named("Новгородка, 3 шахеди") == [("at", "Кам’янець")]


def test_the_chief_town_is_the_home_of_who_says_so() -> None:
    assert named("пара реактивних курсом на обласний центр", "dnipro") == [("toward", "Дніпро")]
    assert named("пара реактивних курсом на обласний центр") == []


def test_targets_behind_where_it_came_from_are_targets() -> None:
    assert ("from", "Одеса") not in named("Балістика з Криму, Миколаїв / Одеса")


def test_haste_may_misspell_in_a_channel_but_not_in_a_paper() -> None:
    assert named("Шахєд над Броворами") == [("at", "Бровари")]
    assert named("Броворами пройшла виставка про шахєди", "paper") == []


def test_a_place_that_is_told_what_to_do_is_not_flown_over() -> None:
    kinds = {c.kind for c in _READER.read(Report(id="1", source="watch", text="Балаклія, в укриття!")).claims}
    assert kinds == {"instruction"}


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("Атака на Харків: горить ринок", "fire", "Kharkiv"),
        ("Через атаку дронів на Ізмаїл скасували фестиваль, пошкоджено готель", "damage", "Izmayil"),
        ("Атака на Одессу: повреждён порт", "damage", "Odesa"),
        ("Attack on Kharkiv: market on fire", "fire", "Kharkiv"),
    ],
)
def test_what_an_attack_did_lies_where_it_went(text: str, kind: str, place: str) -> None:
    claim = only(text, kind, "paper")
    assert [load_gazetteer().area(p.code).names["en"] for p in claim.places] == [place]
