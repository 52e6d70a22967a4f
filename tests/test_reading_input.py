"""Whatever arrives: no exception, exact spans, linear time."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reading_words import read, reader
from tocsin.model import Report
from tocsin.reading.normalise import tokenise

WORDS = st.sampled_from(
    [
        "шахед",
        "КАБ",
        "на",
        "з",
        "над",
        "курсом",
        "Київ",
        "Суми",
        "5",
        "2х",
        "07:19",
        "☄️",
        "🛵",
        "➡️",
        "збито",
        "не",
        "мер",
        ":",
        ",",
        ".",
        "!",
        "?",
        "(",
        ")",
        "\n",
        "\n\n",
        "—",
        "відбій",
        "тривоги",
        "загинув",
        "двоє",
        "Х-101",
        "Іскандер-М",
        "по",
        "Києву",
        "району",
        "Про",
        "це",
        "повідомив",
        "ДСНС",
        "1",
        "000",
        "4441",
        "+380",
        "Kiнжал",
        "Kyiv",
        "districts",
        "the",
        "mayor",
        "said",
        "без",
        "тепла",
        "20+",
        "~15",
        "3-4",
        "й́",
        "ї",
    ]
)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=300))
def test_any_unicode_reads_without_exception(text: str) -> None:
    read(text)


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    st.lists(WORDS, max_size=40).map(" ".join),
    st.sampled_from(["watch", "army", "siren", "city", "paper", "foe", "nobody"]),
)
def test_any_run_of_our_words_reads_with_exact_spans(text: str, source: str) -> None:
    read(text, source)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\u202eвибух", "a\x00b", "٣ ракети", "9" * 5000, "İstanbul ẞ ŉ", "\ud7ff", "🛵" * 2000],
)
def test_odd_texts_give_problems_or_nothing(text: str) -> None:
    reading = reader().read(Report(id="x", source="watch", text=text))
    assert reading.report == "x"


def test_empty_control_and_bidi_are_problems() -> None:
    for text in ("", "вибух\x07 у Києві", "\u202eвибух у Києві"):
        assert reader().read(Report(id="x", source="watch", text=text)).problems


def test_decomposed_letters_keep_their_offsets() -> None:
    text = unicodedata.normalize("NFD", "Шахед на Київ, йде на Ніжин")
    assert {p.name for c in read(text).claims for p in c.places} == {"Kyiv", "Nizhyn"}


def test_stress_marks_and_apostrophes_do_not_split_words() -> None:
    for text in (
        "Шахе\u0301д на Соломʼянку",
        "Шахед на Солом’янку",
        "Шахед на Солом'янку",
        "Шахед на Соломянку",
    ):
        assert len({c.place.code for c in read(text).claims if c.place}) == 1


def test_latin_letters_among_cyrillic_ones_are_read_as_meant() -> None:
    assert tokenise("Kиїв").words == ["київ"]
    assert {(c.weapon, c.place.name) for c in read("Х-47M2 на Kиїв").claims if c.place} == {
        ("kinzhal", "Kyiv")
    }


@pytest.mark.parametrize(
    "piece", ["шахед на Київ, ", "Вибух у Сумах. ", "Сумщина:\n4 на Лебедин\n", "двоє поранених і "]
)
def test_ten_times_the_text_takes_about_ten_times_as_long(piece: str) -> None:
    def spent(count: int) -> float:
        text = piece * count
        start = time.process_time()
        reader().read(Report(id="x", source="watch", text=text))
        return time.process_time() - start

    spent(20)
    small, large = spent(200), spent(2000)
    assert large < 40 * max(small, 0.005)
