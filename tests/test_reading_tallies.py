"""Totals: each number keeps the word that it was said with, in reports of a night and in lists."""

from __future__ import annotations

import pytest

from reading_words import read

Scope = dict[str, tuple[int | None, int | None]]


def totals(text: str, source: str = "army") -> list[tuple[str | None, Scope]]:
    return [
        (c.weapon, {key: (r.min, r.max) for key, r in (c.scope or {}).items()})
        for c in read(text, source).claims
        if c.kind == "tally"
    ]


def test_a_full_stop_behind_a_weapons_name_ends_the_sentence() -> None:
    text = "Вночі ворог завдав удару двома ракетами «Іскандер-М». Збито 1."
    assert totals(text) == [("iskander-m", {"launched": (2, 2)}), ("iskander-m", {"shot-down": (1, 1)})]


@pytest.mark.parametrize(
    "text",
    [
        "ЗНИЩЕНО:\n- 14 БПЛА «Shahed-136/131»\n- 2 ракети Х-59",
        "СБИТО:\n• 14 Shahed\n• 2 ракеты Х-59",
        "Shot down:\n- 14 Shaheds\n- 2 Kh-59 missiles",
    ],
)
def test_a_list_under_a_heading_counts_what_the_heading_says(text: str) -> None:
    assert totals(text) == [("shahed-136", {"shot-down": (14, 14)}), ("kh-59", {"shot-down": (2, 2)})]


def test_a_list_goes_on_behind_an_item_that_is_no_weapon() -> None:
    text = "ЗНИЩЕНО:\n- два гелікоптери\n- 2 ракети Х-59\n- БПЛА «Орлан-10»"
    assert totals(text) == [("kh-59", {"shot-down": (2, 2)}), ("orlan-10", {"shot-down": (1, 1)})]
    after = read(text + "\n\n3 БпЛА на Суми", "army").claims[-1]
    assert (after.kind, after.weapon) == ("inbound", "drone")


def test_what_was_used_is_launched_and_what_came_through_is_hit() -> None:
    text = "Противник застосував:\n- 4 ракети Х-101;\n- 60 ударних БпЛА.\n\nЗбито 3 Х-101, 52 БпЛА. Влучання 5 БпЛА на 3 локаціях."
    assert totals(text) == [
        ("kh-101", {"launched": (4, 4)}),
        ("drone", {"launched": (60, 60)}),
        ("kh-101", {"shot-down": (3, 3)}),
        ("drone", {"shot-down": (52, 52)}),
        ("drone", {"hit": (5, 5)}),
    ]


def test_figures_of_a_fraction_are_shot_down_out_of_launched() -> None:
    assert totals("ЗБИТО:\n✅ 4/6 ракет Х-101") == [("kh-101", {"shot-down": (4, 4), "launched": (6, 6)})]


@pytest.mark.parametrize(
    "text",
    [
        "У ніч на 14 березня ворог атакував 70 БпЛА. Збито 51, ще 12 локаційно втрачено.",
        "Ночью противник атаковал 70 БпЛА. Сбито 51, ещё 12 локационно потеряны.",
        "Overnight Russia attacked with 70 drones. 51 were shot down, another 12 were lost on radar.",
    ],
)
def test_what_vanished_from_radars_is_lost_and_not_shot_down(text: str) -> None:
    found: Scope = {}
    for weapon, scope in totals(text):
        assert weapon == "drone"
        found |= scope
    assert found == {"launched": (70, 70), "shot-down": (51, 51), "lost": (12, 12)}


def test_a_sum_that_a_colon_resolves_is_not_counted_again() -> None:
    text = "Всього знищено 12 повітряних цілей: 10 шахедів та 2 розвідувальні БпЛА."
    assert totals(text) == [("shahed-136", {"shot-down": (10, 10)}), ("recon-drone", {"shot-down": (2, 2)})]


def test_shares_of_places_stand_beside_the_total() -> None:
    found = read("За ніч збито 7 шахедів: Лозівський район — 4, Ізюмський район — 3", "city").claims
    assert [
        (c.place.name if c.place else None, c.scope["shot-down"].min if c.scope else None) for c in found
    ] == [
        (None, 7),
        ("Lozova Raion", 4),
        ("Izium Raion", 3),
    ]


def test_a_second_figure_of_the_same_adds_to_the_first() -> None:
    assert totals("За ніч збито 6 БпЛА, ще 2 подавлено РЕБ.") == [("drone", {"shot-down": (8, 8)})]


def test_the_attacker_is_no_place_of_its_attack() -> None:
    assert all(not c.places for c in read("Overnight Russia attacked with 9 drones", "army").claims)


def test_a_watcher_that_sees_one_shot_down_gives_no_total() -> None:
    assert totals("Збито 2 шахеди над Фастовом", "watch") == []


@pytest.mark.parametrize(
    "text",
    [
        "Ворог ударив по місту «Кинджалами» та балістикою, попередньо вісьмома ракетами",
        "Враг ударил по городу «Кинжалами» и баллистикой, предварительно восемью ракетами",
        "The enemy struck Kyiv with Kinzhal and ballistic missiles, preliminarily eight missiles",
    ],
)
def test_weapons_counted_under_one_word_are_launches_and_one_total(text: str) -> None:
    found = read(text, "city").claims
    assert [(c.kind, c.weapon, c.count) for c in found] == [
        ("launch", "kinzhal", None),
        ("launch", "ballistic", None),
        ("tally", "missile", None),
    ]
    assert totals(text, "city") == [("missile", {"launched": (8, 8)})]


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("За добу збито 90 дронів, запущено 120", "day"),
        ("Вдень 5 січня запущено 39 ударних БпЛА, збито 29", "part-of-day"),
        ("У ніч на 5 січня запущено 81 БпЛА", "night"),
    ],
)
def test_totals_know_what_they_are_totals_of(text: str, precision: str) -> None:
    found = read(text, "army").claims
    assert [(c.kind, c.tense, c.valid.precision) for c in found] == [("tally", "past", precision)]


def test_two_figures_one_out_of_the_other() -> None:
    assert totals("Воздушные силы отчитались о 4 сбитых «Искандерах» из 6", "city") == [
        ("iskander-m", {"shot-down": (4, 4), "launched": (6, 6)})
    ]
