"""Every form of every name, and what it may mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tocsin.model import Problem
from tocsin.places import inflect, inflect_ru
from tocsin.places.areas import FORMS
from tocsin.places.build import Draft, Drafts
from tocsin.places.keys import key
from tocsin.places.pack import COMMON
from tocsin.places.tables import Row, rows
from tocsin.places.translit import romanise, russify

__all__ = ["Namer", "Niche", "collect_names"]

_BIG = 25_000
"""A city of so many is never taken for a common word, save for the words that are always words."""


class Niche(msgspec.Struct, frozen=True):
    """A part of an area that has a name but no code of its own."""

    code: str
    uk: str
    ru: str
    en: str


Target = str | int
"""An area's code, or a neighbourhood's number."""


class Namer:
    """The forms gathered so far: form to targets to (label, flags). The most telling label wins."""

    def __init__(
        self,
        common: frozenset[str],
        always: frozenset[str],
        exceptions: Mapping[str, inflect.Forms],
        exceptions_ru: Mapping[str, inflect.Forms],
    ) -> None:
        self.forms: dict[str, dict[Target, tuple[str, int]]] = {}
        self.niches: list[Niche] = []
        self.lands: list[tuple[str, str, str]] = []
        """Raions' colloquial names, put once the oblasts' are known."""
        self.common = common
        self.always = always
        self.exceptions = exceptions
        self.exceptions_ru = exceptions_ru
        self._keys: dict[str, str] = {}
        self._declined: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}

    def _key(self, form: str) -> str:
        found = self._keys.get(form)
        if found is None:
            found = self._keys[form] = key(form)
        return found

    def put(self, form: str, target: Target, label: str, *, mighty: bool = False) -> None:
        """One more form of a target; ``mighty`` targets are never common words."""
        self._put(self._key(form), target, label, mighty=mighty)
        if "-" in form and (mighty or label == "adjective"):
            self._put(key(form.replace("-", "")), target, label, mighty=mighty)

    def _put(self, normal: str, target: Target, label: str, *, mighty: bool) -> None:
        if not normal:
            return
        flags = COMMON if normal in (self.always if mighty else self.common) else 0
        targets = self.forms.setdefault(normal, {})
        old = targets.get(target)
        if old is None or FORMS.index(label) < FORMS.index(old[0]):
            targets[target] = (label, flags if old is None else flags & old[1])

    def ukrainian(self, name: str, target: Target, label: str = "", *, mighty: bool = False) -> None:
        """All cases of a Ukrainian name."""
        for form, case in self._forms("uk", name):
            self.put(form, target, label or case, mighty=mighty)

    def russian(self, name: str, target: Target, label: str = "", *, mighty: bool = False) -> None:
        """All cases of a Russian name."""
        for form, case in self._forms("ru", name):
            self.put(form, target, label or case, mighty=mighty)

    def _forms(self, lang: str, name: str) -> tuple[tuple[str, str], ...]:
        """The forms of a name, remembered: many villages share one."""
        found = self._declined.get((lang, name))
        if found is None:
            made = (
                inflect.forms(name, self.exceptions)
                if lang == "uk"
                else inflect_ru.forms(name, self.exceptions_ru)
            )
            found = self._declined[lang, name] = tuple(made)
        return found

    def english(self, name: str, target: Target, label: str = "nominative", *, mighty: bool = False) -> None:
        """An English name and its possessive («Kyiv's» is one token, ``kyivs``)."""
        self.put(name, target, label, mighty=mighty)
        if name and not name.endswith("s"):
            self.put(name + "s", target, "head" if label == "head" else "genitive", mighty=mighty)

    def adjectives(self, words: Iterable[str], target: Target, label: str, *, mighty: bool) -> None:
        """Bare forms under one label."""
        for word in words:
            self.put(word, target, label, mighty=mighty)


def collect_names(tables: Mapping[str, bytes], drafts: Drafts) -> tuple[Namer, list[Problem]]:
    """All forms of all names, and what is wrong in the tables of names."""
    problems: list[Problem] = []
    common_rows, wrong = rows(tables, "common.tsv")
    problems += wrong
    words = [
        (row["group"].startswith("always"), key(word)) for row in common_rows for word in row["words"].split()
    ]
    common = frozenset(word for _, word in words)
    always = frozenset(word for firm, word in words if firm)
    exceptions: dict[str, dict[str, inflect.Forms]] = {"uk": {}, "ru": {}}
    table, wrong = rows(tables, "exceptions.tsv")
    problems += wrong
    for row in table:
        cases = tuple(
            tuple(f.strip().lower() for f in row[case].split("/") if f.strip()) for case in inflect.CASES
        )
        if row["lang"] not in exceptions or not all(cases):
            problems.append(
                Problem(
                    where=f"exceptions.tsv:{row['']}",
                    what="a case or the language is missing",
                    remedy="fill all six cases",
                )
            )
            continue
        exceptions[row["lang"]][cases[0][0]] = cases
    namer = Namer(common, always, exceptions["uk"], exceptions["ru"])
    for draft in drafts.values():
        _name_area(namer, draft)
    problems += _regions(namer, tables)
    problems += _others(namer, tables, drafts)
    problems += _aliases(namer, tables, drafts)
    problems += _renamed(namer, tables, drafts)
    problems += _neighbourhoods(namer, tables, drafts)
    return namer, problems


def _name_area(namer: Namer, draft: Draft) -> None:
    """Forms of an area's own names."""
    if draft.stem_uk:
        big = draft.level == "oblast"
        if draft.parent != "UA" and big:
            _name_abroad(namer, draft)
            return
        for cases in _compound(draft.stem_uk):
            namer.adjectives(cases, draft.code, "adjective", mighty=big)
        for cases in inflect_ru.adjective_forms(draft.stem_ru.lower()):
            namer.adjectives(cases, draft.code, "adjective", mighty=big)
        if draft.level == "raion":
            _land(namer, draft)
        label = "adjective" if draft.level == "district" else "head"
        namer.english(draft.stem_en, draft.code, label, mighty=big)
        for spelling in _spellings(romanise(draft.stem_uk)):
            namer.put(spelling, draft.code, "adjective", mighty=big)
        return
    mighty = draft.level in ("oblast", "country") or draft.population >= _BIG
    namer.ukrainian(draft.uk, draft.code, mighty=mighty)
    namer.russian(draft.ru, draft.code, mighty=mighty)
    english = namer.put if draft.kind == "village" else namer.english
    english(draft.en, draft.code, "nominative", mighty=mighty)
    if draft.level == "settlement" and romanise(draft.uk) != draft.en:
        english(romanise(draft.uk), draft.code, "nominative", mighty=mighty)


def _land(namer: Namer, draft: Draft) -> None:
    """What people call a raion: Обухівщина, Кременчуччина; where that is an oblast's name it stays the oblast's."""
    for ending, into in (("зький", "жчина"), ("цький", "ччина"), ("ський", "щина")):
        if draft.stem_uk.endswith(ending):
            namer.lands.append((draft.stem_uk.removesuffix(ending) + into, draft.code, "uk"))
            break
    for ending, into in (("цкий", "тчина"), ("ский", "щина")):
        if draft.stem_ru.endswith(ending):
            namer.lands.append((draft.stem_ru.removesuffix(ending) + into, draft.code, "ru"))
            break


def _name_abroad(namer: Namer, draft: Draft) -> None:
    """Forms of a foreign oblast's or krai's adjective; a krai's counts only before its noun, Krasnodar's aside."""
    label = "adjective" if draft.stem_uk.endswith("а") or draft.code == "RU-KDA" else "head"
    for cases in _compound(draft.stem_uk):
        namer.adjectives(cases, draft.code, label, mighty=True)
    for cases in inflect_ru.adjective_forms(draft.stem_ru.lower()):
        namer.adjectives(cases, draft.code, label, mighty=True)
    namer.english(draft.stem_en, draft.code, "head", mighty=True)


def _compound(name: str) -> tuple[tuple[str, ...], ...]:
    """Forms of an adjective whose first part stands still («Івано-Франківська»)."""
    head, hyphen, tail = name.lower().rpartition("-")
    return tuple(tuple(head + hyphen + form for form in cases) for cases in inflect.adjective_forms(tail))


def _spellings(latin: str) -> tuple[str, ...]:
    """Ways to write an adjective's ending in Latin letters."""
    for ending, others in (
        ("skyi", ("skyi", "skyy", "sky", "skiy", "skij", "skyj", "ski")),
        ("tskyi", ("tskyi", "tskyy", "tsky", "tskiy")),
        ("ska", ("ska", "skaya")),
        ("tska", ("tska",)),
        ("zka", ("zka",)),
    ):
        if latin.endswith(ending):
            stem = latin[: -len(ending)]
            return tuple(stem + other for other in others)
    return (latin,)


def _regions(namer: Namer, tables: Mapping[str, bytes]) -> list[Problem]:
    """Colloquial names of first-level areas."""
    table, problems = rows(tables, "regions.tsv")
    for row in table:
        code = row["code"]
        for name in filter(None, (n.strip() for n in row["uk_colloquial"].split(";"))):
            namer.ukrainian(name, code, "colloquial", mighty=True)
        for name in filter(None, (n.strip() for n in row["ru_colloquial"].split(";"))):
            namer.russian(name, code, "colloquial", mighty=True)
        for name in row["uk_colloquial"].split(";"):
            if name.strip().endswith("чина") or name.strip().endswith("щина"):
                namer.put(name.strip()[:-1] + "о", code, "colloquial", mighty=True)
        city = row["uk"] == row["uk"].removesuffix("ська") and not row["uk"].startswith("Автономна")
        for name in filter(None, (n.strip() for n in row["en_other"].split(";"))):
            plain = (
                city or code.startswith("UA01") or name.endswith(("vyna", "vina")) or name in _ENGLISH_REGIONS
            )
            namer.english(name, code, "colloquial" if plain else "head", mighty=True)
        if row["en"] in _ENGLISH_REGIONS:
            namer.english(row["en"], code, "colloquial", mighty=True)
    for name, code, lang in namer.lands:
        if key(name) not in namer.forms:
            (namer.ukrainian if lang == "uk" else namer.russian)(name, code, "colloquial")
    return problems


_ENGLISH_REGIONS = (
    "Zakarpattia",
    "Transcarpathia",
    "Prykarpattia",
    "Volyn",
    "Dnipropetrovsk",
    "Kirovohrad",
    "Crimea",
)
"""English stems that name no city, so that they mean the oblast when they stand alone."""


def _others(namer: Namer, tables: Mapping[str, bytes], drafts: Drafts) -> list[Problem]:
    """Other names of foreign areas, and the cities that stand for them."""
    table, problems = rows(tables, "abroad.tsv")
    for row in table:
        if row["code"] not in drafts:
            continue
        for column, put in (("uk_other", namer.ukrainian), ("ru_other", namer.russian)):
            for name in filter(None, (n.strip() for n in row[column].split(";"))):
                put(name, row["code"])
        for name in filter(None, (n.strip() for n in row["en_other"].split(";"))):
            namer.english(name, row["code"])
    return problems


def _aliases(namer: Namer, tables: Mapping[str, bytes], drafts: Drafts) -> list[Problem]:
    """Other names of areas: old, colloquial, in other spellings."""
    table, problems = rows(tables, "aliases.tsv")
    for row in table:
        where = f"aliases.tsv:{row['']}"
        draft = drafts.get(row["code"])
        if draft is None:
            problems.append(
                Problem(where=where, what=f"no area {row['code']}", remedy="give a code that a table has")
            )
            continue
        if row["form"] not in FORMS or row["lang"] not in ("uk", "ru", "en", "as-is"):
            problems.append(
                Problem(
                    where=where,
                    what="unknown language or form",
                    remedy="uk, ru, en or as-is; old, colloquial, ...",
                )
            )
            continue
        mighty = draft.level in ("oblast", "country") or draft.population >= _BIG
        for name in (n.strip() for n in row["names"].split(";")):
            _alias(namer, name, row, mighty=mighty)
    return problems


def _renamed(namer: Namer, tables: Mapping[str, bytes], drafts: Drafts) -> list[Problem]:
    """What settlements were called before they were renamed."""
    table, problems = rows(tables, "renamed.tsv")
    for row in table:
        draft = drafts.get(row["code"])
        if draft is None:
            where = f"renamed.tsv:{row['']}"
            problems.append(
                Problem(where=where, what=f"no area {row['code']}", remedy="give a code that a table has")
            )
            continue
        for name in filter(None, (n.strip() for n in row["old"].split(";"))):
            namer.ukrainian(name, draft.code, "old")
            namer.russian(russify(name), draft.code, "old")
    return problems


def _alias(namer: Namer, name: str, row: Row, *, mighty: bool) -> None:
    label = "" if row["form"] == "nominative" else row["form"]
    if row["lang"] == "uk":
        namer.ukrainian(name, row["code"], label, mighty=mighty)
    elif row["lang"] == "ru":
        namer.russian(name, row["code"], label, mighty=mighty)
    else:
        namer.english(name, row["code"], label or "nominative", mighty=mighty)


def _neighbourhoods(namer: Namer, tables: Mapping[str, bytes], drafts: Drafts) -> list[Problem]:
    """Parts of cities and landmarks."""
    table, problems = rows(tables, "neighbourhoods.tsv")
    for row in table:
        if row["code"] not in drafts:
            where = f"neighbourhoods.tsv:{row['']}"
            problems.append(
                Problem(where=where, what=f"no area {row['code']}", remedy="give a code that a table has")
            )
            continue
        uk, ru, en = ([n.strip() for n in row[lang].split(";") if n.strip()] for lang in ("uk", "ru", "en"))
        if not uk:
            problems.append(
                Problem(where=f"neighbourhoods.tsv:{row['']}", what="no Ukrainian name", remedy="give one")
            )
            continue
        number = len(namer.niches)
        latin = en or [romanise(uk[0])]
        named = (uk[0], (ru or [russify(uk[0])])[0], latin[0])
        namer.niches.append(Niche(row["code"], *(name.replace("=", "") for name in named)))
        for name in uk:
            namer.ukrainian(name, number)
        for name in ru or [russify(name) for name in uk]:
            namer.russian(name, number)
        for name in latin:
            namer.english(name, number)
    return problems
