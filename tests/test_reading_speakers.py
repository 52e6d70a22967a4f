"""Who says it: the speaker of a claim is the one whom its own words name, known to a list or not."""

from __future__ import annotations

import pytest

from reading_words import read


def speakers(text: str, source: str = "paper") -> dict[str, str | None]:
    return {claim.kind: claim.by.id if claim.by else None for claim in read(text, source).claims}


@pytest.mark.parametrize(
    ("text", "kind", "speaker"),
    [
        ("На Оболоні загорівся склад. — Попко.", "fire", "kmva"),
        ("Уламки впали на склад у Дарницькому районі – мер", "debris", "mayor-kyiv"),
        ("За попередньою інформацією ДСНС, у Харкові двоє загиблих", "casualty", "dsns"),
        ("Explosions rocked Lviv, Mayor Sadovyi said", "explosion", "mayor-lviv"),
        ("Мер заперечує загиблих у Києві", "casualty", "mayor-kyiv"),
        ("Бондар сообщил о трёх раненых в Киеве", "casualty", "бондар"),
        ("«Загорівся дах сусіднього будинку», — каже мешканка Троєщини", "fire", "мешканка-троєщини"),
        ("Three people were killed in Kherson, according to Ann Smith", "casualty", "ann-smith"),
    ],
)
def test_whoever_the_words_name_speaks(text: str, kind: str, speaker: str) -> None:
    assert speakers(text)[kind] == speaker


def test_a_sentence_that_points_back_names_the_speaker_of_the_paragraph_before_it() -> None:
    text = "На Нивках пожежа. Двоє постраждалих.\n\nПро це повідомили в КМВА."
    assert speakers(text) == {"fire": "kmva", "casualty": "kmva"}


def test_a_quotation_ends_with_its_sentence_and_never_crosses_a_paragraph() -> None:
    text = "Кличко повідомив про вибухи в столиці. На Подолі горить склад.\n\nПоранено двох людей."
    assert speakers(text) == {"explosion": "mayor-kyiv", "fire": None, "casualty": None}


def test_what_follows_a_name_and_a_colon_is_all_quoted() -> None:
    assert set(speakers("Мер Кличко: вибухи в столиці. Працює ППО.").values()) == {"mayor-kyiv"}


def test_he_said_goes_on_with_the_speaker_before() -> None:
    text = "Мер Кличко повідомив про вибухи на Подолі. За його словами, двоє постраждалих."
    assert speakers(text) == {"explosion": "mayor-kyiv", "casualty": "mayor-kyiv"}


def test_an_authority_that_names_its_own_head_quotes_them() -> None:
    assert speakers("На Подолі горить склад, повідомив мер Кличко", "mayor-kyiv") == {"fire": "mayor-kyiv"}


def test_what_stands_before_a_semicolon_is_not_said_by_the_speaker_behind_it() -> None:
    assert speakers("У Києві вибухи; мер заперечує загиблих") == {"explosion": None, "casualty": "mayor-kyiv"}


def test_a_surname_in_another_case_is_the_same_speaker() -> None:
    assert speakers("За словами Ткаченка, на Подолі горить склад") == {"fire": "kmva"}


def test_the_place_of_what_happened_is_not_taken_for_that_of_an_office() -> None:
    claim = read("Прокуратура: у Краматорську поранено двох людей", "paper").claims[0]
    assert claim.place is not None
    assert claim.place.name == "Kramatorsk"


@pytest.mark.parametrize(
    "text",
    [
        "Також повідомили про вибух у Сумах",
        "Поліція евакуює мешканців будинку на Троєщині",
        "Unconfirmed reports of an explosion in Sumy",
    ],
)
def test_a_verb_of_saying_alone_or_a_service_at_work_is_no_speaker(text: str) -> None:
    assert set(speakers(text).values()) == {None}
