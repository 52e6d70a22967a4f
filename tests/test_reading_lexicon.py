"""The lexicon as data: every weapon of the contract, clean phrases, honest matching."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.config import load_world
from tocsin.config.world import bundled
from tocsin.reading.compiled import pack, unpack
from tocsin.reading.lexicon import compile_lexicon, expand, lint, load_weapons
from tocsin.reading.normalise import tokenise
from tocsin.reading.phrases import dead, unused

CONTRACT = [
    "iskander-m",
    "kn-23",
    "iskander-k",
    "kinzhal",
    "tochka-u",
    "s-300",
    "s-400",
    "oreshnik",
    "kh-101",
    "kh-555",
    "kh-55",
    "kh-22",
    "kh-32",
    "kh-59",
    "kh-69",
    "kh-31p",
    "kh-35",
    "kalibr",
    "zircon",
    "oniks",
    "shahed-136",
    "shahed-238",
    "gerbera",
    "lancet",
    "orlan-10",
    "supercam",
    "zala",
    "molniya",
    "mig-31k",
    "tu-95ms",
    "tu-22m3",
    "tu-160",
    "tactical-aviation",
    "ballistic",
    "aeroballistic",
    "hypersonic",
    "cruise",
    "missile",
    "high-speed-target",
    "drone",
    "jet-drone",
    "recon-drone",
    "guided-bomb",
    "mlrs",
    "artillery",
    "unknown",
]


def weapons() -> dict:
    return load_weapons(bundled("weapons.toml").read_text("utf-8"))


def files() -> dict[str, str]:
    return {
        one.name: one.read_text("utf-8") for one in bundled("lexicon").iterdir() if one.name.endswith(".toml")
    }


def test_every_weapon_of_the_contract_is_there_with_names_in_three_languages() -> None:
    found = weapons()
    assert sorted(found) == sorted(CONTRACT)
    assert all(set(w.names) == {"uk", "ru", "en"} and w.level in ("red", "yellow") for w in found.values())
    assert found["mig-31k"].implies == ("kinzhal",)
    assert found["mig-31k"].carrier


def test_the_bundled_lexicon_is_clean() -> None:
    assert lint(files(), weapons()) == ()


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ('[cue.launch]\nuk = ["пуск", "пуск"]', "twice"),
        ('[cow.launch]\nuk = ["пуск"]', "group"),
        ('[object.rocket]\nuk = ["пуск"]', "object"),
        ('[cue.launch]\nkind = "lunch"\nuk = ["пуск"]', "kind"),
        ('[cue.launch]\nuk = ["а*"]', "short"),
        ('[cue.launch]\nuk = ["?!"]', "words"),
    ],
)
def test_lint_names_each_flaw(text: str, flaw: str) -> None:
    problems = lint({"a.toml": text}, {})
    assert any(flaw in p.what for p in problems), problems
    assert all(p.where.startswith("a.toml") and p.remedy for p in problems)


def test_broken_toml_is_a_problem_not_an_exception() -> None:
    _, problems = compile_lexicon({"a.toml": "[cue"}, {})
    assert problems


def test_the_longest_phrase_wins_and_a_word_beats_a_stem() -> None:
    lexicon, _ = compile_lexicon(
        {
            "a.toml": '[cue.launch]\nuk = ["пуск*"]\n[cue.danger]\nuk = ["пуск ракети"]\n[cue.lost]\nuk = ["пуску"]'
        },
        {},
    )
    words = tokenise("пуск ракети").words
    assert lexicon.match(words, [0, 1], 0, 2)[1][0].value == "danger"
    assert lexicon.match(["пуску"], [0], 0, 1)[1][0].value == "lost"
    assert lexicon.match(["пуском"], [0], 0, 1)[1][0].value == "launch"


def test_choices_and_optional_words_expand() -> None:
    assert set(expand("зліт|виліт [борту] міг31")) == {
        ("зліт", "борту", "міг", "31"),
        ("зліт", "міг", "31"),
        ("виліт", "борту", "міг", "31"),
        ("виліт", "міг", "31"),
    }


# --- phrases that never match, phrases that no text uses ----------------------------


def test_a_phrase_that_can_never_match_is_told() -> None:
    words = (
        '[cue.launch]\nuk = ["пуск"]\n[cue.fire]\nuk = ["пуск*", "абвгґдеєжзиіїйклмнопрстуфхц*", "горить"]\n'
    )
    told = [problem.what for problem in dead({"x.toml": words}, {})]
    assert told == ["the phrase “абвгґдеєжзиіїйклмнопрстуфхц*” can never match"]


def test_no_phrase_of_ours_is_dead() -> None:
    weapons = load_weapons(bundled("weapons.toml").read_text("utf-8"))
    files = {one.name: one.read_text("utf-8") for one in bundled("lexicon").iterdir()}
    assert dead(files, weapons) == ()


def test_a_phrase_is_used_where_it_is_the_longest_at_its_word() -> None:
    words = '[cue.impact]\nuk = ["приліт", "приліт по дому", "влучан*"]\n[prep.na]\nuk = ["на"]\n'
    left = unused({"x.toml": words}, {}, ["Приліт по дому на Подолі"])
    assert [phrase.text for phrase in left] == ["влучан*"]


# --- compiled once, kept as bytes -----------------------------------------------------


def test_a_packed_lexicon_is_the_same_lexicon() -> None:
    lexicon, _ = compile_lexicon(files(), weapons())
    data = pack(lexicon)
    again = unpack(data, weapons())
    assert pack(again) == data
    for text in (
        "3 шахеди курсом на Суми",
        "Взлёт МиГ-31К",
        "Air raid alert over Kyiv, 20+ drones",
        "Повторний удар по ТЕЦ",
    ):
        words, seps = tokenise(text).words, tokenise(text).seps
        for at in range(len(words)):
            one = lexicon.match(words, seps, at, len(words))
            two = again.match(words, seps, at, len(words))
            assert (one and (one[0], [repr(m) for m in one[1]])) == (
                two and (two[0], [repr(m) for m in two[1]])
            )
    assert (again.prepositions, again.words) == (lexicon.prepositions, lexicon.words)


def test_a_damaged_or_missing_cache_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_CACHE", str(tmp_path))
    first = pack(load_world().lexicon)
    (kept,) = tmp_path.glob("lexicon-*")
    kept.write_bytes(kept.read_bytes()[:-100])
    assert pack(load_world().lexicon) == first
    monkeypatch.setenv("TOCSIN_CACHE", "/proc/nowhere")
    assert pack(load_world().lexicon) == first
