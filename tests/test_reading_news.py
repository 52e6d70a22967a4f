"""What makes a sentence news of an attack: an event of its own, neither supposed nor named in passing."""

from __future__ import annotations

import pytest

from reading_words import read, said


def now(text: str, source: str = "paper") -> set[str]:
    """The kinds of what a text claims to be so now."""
    return {c.kind for c in read(text, source).claims if c.tense == "now" and c.stance == "asserts"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ракета влучила в кінотеатр у Дніпрі під час прем'єри", "impact"),
        ("Удар по Києву напередодні переговорів: троє загиблих", "impact"),
        ("Дрон ударил по пожарной части в Никополе", "impact"),
        ("Glide bomb hits Kharkiv theatre ahead of summit", "impact"),
        ("Нацбанк у Києві пошкоджено уламками дрона", "damage"),
    ],
)
def test_no_topic_takes_away_what_a_weapon_did(text: str, kind: str) -> None:
    assert kind in now(text)


@pytest.mark.parametrize(
    "text",
    [
        "Суд залишив під вартою коригувальницю удару по Краматорську",
        "Громада просить не повертатися через постійні обстріли",
        "Виплатили гроші за житло, пошкоджене дронами",
        "Семьи погибших при ударе по Кривому Рогу встретились с мэром",
        "Survivors of the missile strike on Dnipro meet the mayor",
        "Пілот, який збив два «Шахеди», отримав відпустку",
        "Шаховий «удар»: перемога в Одесі",
    ],
)
def test_what_is_named_in_passing_is_no_news(text: str) -> None:
    assert now(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Якби ракета долетіла до станції, світла б не було",
        "У разі влучання дрона телефонуйте 101",
        "Чи справді над Львовом збили «Кинджал»",
        "How Ukraine shoots down a Shahed",
        "Не беріть участі в розмовах, якщо по місту вдарить «Орєшнік»",
    ],
)
def test_what_is_supposed_or_explained_is_no_news(text: str) -> None:
    assert now(text) == set()


def test_what_stands_before_a_condition_holds() -> None:
    assert now("Шахед на Суми, якщо не зверне", "watch") == {"inbound"}


def test_a_sentence_about_a_cat_silences_no_morning() -> None:
    text = "Уламки впали в Оболонському районі. Горить крівля готелю. Постраждали шестеро. Сусідка злякалася за кота."
    assert {"debris", "fire", "casualty"} <= now(text)


@pytest.mark.parametrize(
    "text",
    [
        "О 6:35 оголосили тривогу, о 7:47 – відбій",
        "Ночью была объявлена тревога",
        "Вночі в області лунала тривога",
        "Увага! Перевірка системи оповіщення. Сирени лунатимуть о 12:00",
    ],
)
def test_alarms_that_are_told_of_raise_and_end_nothing(text: str) -> None:
    assert now(text, "siren") == set()


def test_a_list_under_an_alarm_that_lasts_keeps_its_areas_alarmed() -> None:
    text = "🟡 09:54 Відбій тривоги в Полтавська область\nЗверніть увагу, тривога ще триває у:\n- Миргородський район\n- Лубенський район"
    found = [(c.kind, [p.code for p in c.places]) for c in read(text, "siren").claims]
    assert [kind for kind, _ in found] == ["alarm-over", "alarm", "alarm"]
    assert [codes for kind, codes in found if kind == "alarm"] == [
        ["UA53060000000045271"],
        ["UA53040000000081308"],
    ]
    assert [e.quote for e in read(text, "siren").claims[1].evidence][-1].startswith("Зверніть увагу")


@pytest.mark.parametrize(
    "text",
    [
        "Не стійте на балконах, балістика",
        "Не открывайте окна: взрывы",
        "Просимо не збиратися біля місця влучання",
    ],
)
def test_what_is_forbidden_is_an_instruction(text: str) -> None:
    assert "instruction" in now(text, "watch")


@pytest.mark.parametrize(
    "text", ["Не панікуйте, шахед над полем", "Не пишіть у коментарях координати прильотів"]
)
def test_soothing_and_chat_are_no_instructions(text: str) -> None:
    assert "instruction" not in now(text, "watch")


@pytest.mark.parametrize(
    "text",
    ["ВС ВСУ опровергли пуск «Кинжала»", "Речник Повітряних сил заперечив, що по Києву били «Орєшніком»"],
)
def test_a_verb_of_denial_denies(text: str) -> None:
    assert {c.stance for c in read(text, "paper").claims} == {"denies"}


@pytest.mark.parametrize(
    ("text", "source", "kind"),
    [
        ("Drones target Odesa", "army", "inbound"),
        ("Drones are targeting Odesa", "paper", "inbound"),
        ("Дрони атакують Одесу", "paper", "inbound"),
        ("Дроны атакуют Одессу", "watch", "inbound"),
        ("Missiles targeted Odesa", "army", "launch"),
        ("Russian drones target a bus in Odesa", "paper", "impact"),
        ("Russia fires 14 missiles at Odesa", "paper", "launch"),
        ("Russians drop bombs on Kostiantynivka", "paper", "launch"),
        ("Russian forces shell Nikopol", "paper", "impact"),
        ("Russia bombs Kharkiv market", "paper", "impact"),
        ("Kyiv under massive missile attack, mayor says", "paper", "launch"),
        ("Вибухова хвиля вибила вікна", "city", "damage"),
    ],
)
def test_a_verb_spelled_like_a_noun_tells_an_event(text: str, source: str, kind: str) -> None:
    assert now(text, source) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "Hackers target Odesa",
        "New sanctions target drone parts",
        "Russia drops charges",
        "Life in Kyiv under missile attacks",
    ],
)
def test_who_targets_without_a_weapon_attacks_nothing(text: str) -> None:
    assert now(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "У Козятині зупинено потяги після атаки дронів на вокзал",
        "В Козятине остановлены поезда после атаки дронов на вокзал",
        "Trams were halted after a drone attack on the depot in Koziatyn",
        "Buses were stopped after a drone attack on the depot in Koziatyn",
    ],
)
def test_what_stopped_after_a_blow_is_the_transport_and_the_blow_is_news(text: str) -> None:
    found = {(k, w) for k, w, _ in said(text)}
    assert {("impact", "drone"), ("outage", None)} <= found
    assert "interception" not in {k for k, _ in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Миколаїв чисто, видихаємо", [(None, "Миколаїв")]),
        ("Суми чисто. Видихаємо.", [(None, "Суми")]),
        ("Цель исчезла, Полтава отбой опасности", [(None, "Полтава")]),
        ("Відбій загрози МіГа, борт сів", [("mig-31k", None)]),
        ("По балістиці чисто, відбій загрози КАБів", [("ballistic", None), ("guided-bomb", None)]),
        ("Харків чисто, КАБів немає", [("guided-bomb", "Харків")]),
        ("Видихаємо", [(None, None)]),
    ],
)
def test_an_end_that_is_told_twice_is_one(text: str, expected: list[tuple[str | None, str | None]]) -> None:
    found = [c for c in read(text).claims if c.kind == "danger-over"]
    assert [(c.weapon, c.place.names["uk"] if c.place else None) for c in found] == expected
    assert all(c.stance == "asserts" for c in found)


@pytest.mark.parametrize(
    "text", ["Відбою загрози ще немає", "Отбоя угрозы баллистики пока нет", "Ще не чисто, Суми"]
)
def test_no_all_clear_yet_is_none(text: str) -> None:
    assert not [
        c for c in read(text).claims if c.kind in {"danger-over", "alarm-over"} and c.stance == "asserts"
    ]
