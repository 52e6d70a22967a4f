"""Areas from the tables: codes, levels, parents, names in three languages, positions."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from tocsin.model import Problem
from tocsin.places.areas import LEVELS
from tocsin.places.tables import Row, rows
from tocsin.places.translit import romanise, russify

__all__ = ["Draft", "Drafts", "draft_areas"]


class Draft(msgspec.Struct, kw_only=True):
    """An area on its way into the compiled form; ``stem`` keeps the bare adjective where the name has a noun added."""

    code: str
    level: str
    uk: str
    ru: str
    en: str
    kind: str = ""
    parent: str | None = None
    lat: float | None = None
    lon: float | None = None
    approximate: bool = False
    population: int = 0
    guessed: tuple[str, ...] = ()
    stem_uk: str = ""
    stem_ru: str = ""
    stem_en: str = ""


Drafts = dict[str, Draft]

_CODE = re.compile(r"UA\d{17}|[A-Z]{2}(-[A-Z0-9]{1,3})?|X-[A-Z0-9-]+")

_NOUNS = {
    "oblast": ("{} область", "{} область", "{} Oblast"),
    "raion": ("{} район", "{} район", "{} Raion"),
    "hromada": ("{} громада", "{} громада", "{} Hromada"),
    "district": ("{} район", "{} район", "{} District"),
}


def _number(row: Row, column: str, name: str, problems: list[Problem]) -> float | None:
    text = row[column]
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        where = f"{name}:{row['']}"
        problems.append(
            Problem(
                where=where, what=f"{column} is no number: {text}", remedy="write a decimal number or nothing"
            )
        )
        return None


def _place(row: Row, draft: Draft, name: str, problems: list[Problem]) -> None:
    """Fills position and population of a draft from its row."""
    draft.lat = _number(row, "lat", name, problems)
    draft.lon = _number(row, "lon", name, problems)
    draft.population = int(_number(row, "population", name, problems) or 0)
    draft.kind = row["kind"] or draft.kind


def _adjectival(row: Row, level: str, russian: Mapping[str, str]) -> Draft:
    """An area whose name is an adjective and a noun."""
    uk = row["uk"]
    known = row["ru"] or russian.get(uk) or _feminine_russian(uk, russian)
    ru = known or russify(uk)
    en = row["en"] or romanise(uk)
    nouns = _NOUNS[level]
    return Draft(
        code=row["code"],
        level=level,
        uk=nouns[0].format(uk),
        ru=nouns[1].format(ru),
        en=nouns[2].format(en),
        guessed=() if known else ("ru",),
        stem_uk=uk,
        stem_ru=ru,
        stem_en=en,
    )


def _feminine_russian(uk: str, russian: Mapping[str, str]) -> str:
    """A feminine adjective's Russian by its masculine, where the table has that."""
    masculine = russian.get(uk[:-1] + "ий", "") if uk.endswith("а") else ""
    return masculine[:-2] + "ая" if masculine else ""


def _prefix(code: str) -> str:
    """The digits of a KATOTTG code that are not padding (country letters included)."""
    for end in (12, 9, 6, 4):
        start = {12: 9, 9: 6, 6: 4, 4: 2}[end]
        if code[start:end].strip("0"):
            return code[:end]
    return code[:2]


class _Gathering:
    """The drafts and problems gathered so far."""

    def __init__(self, tables: Mapping[str, bytes]) -> None:
        self.tables = tables
        self.drafts: Drafts = {}
        self.problems: list[Problem] = []
        self.russian = {row["uk"]: row["ru"] for row in self.rows("russian.tsv")}

    def rows(self, name: str) -> list[Row]:
        """The rows of a table; its problems are kept."""
        found, wrong = rows(self.tables, name)
        self.problems += wrong
        return found

    def add(self, draft: Draft, name: str, row: Row) -> None:
        """Keeps a draft with its row's position and population; a code that stands twice is a problem."""
        where = f"{name}:{row['']}"
        if not _CODE.fullmatch(draft.code) or not row["uk"]:
            what = f"the code {draft.code!r} or the name is no good"
            self.problems.append(
                Problem(where=where, what=what, remedy="give a code as in the register, and a name")
            )
            return
        if draft.code in self.drafts:
            self.problems.append(
                Problem(where=where, what=f"code {draft.code} stands twice", remedy="remove one")
            )
        _place(row, draft, name, self.problems)
        self.drafts[draft.code] = draft


def draft_areas(tables: Mapping[str, bytes]) -> tuple[Drafts, list[Problem]]:
    """All areas by code, sorted, with positions filled in; and what is wrong in the tables."""
    found = _Gathering(tables)
    for name, level in (
        ("regions.tsv", "oblast"),
        ("raions.tsv", "raion"),
        ("hromadas.tsv", "hromada"),
        ("districts.tsv", "district"),
    ):
        for row in found.rows(name):
            if level == "oblast" and not row["uk"].endswith(("ська", "цька", "зька")):
                kind = "" if " " in row["uk"] else "city"
                draft = Draft(
                    code=row["code"], level=level, uk=row["uk"], ru=row["ru"], en=row["en"], kind=kind
                )
            else:
                draft = _adjectival(row, level, found.russian)
            found.add(draft, name, row)
    for row in found.rows("settlements.tsv"):
        found.add(_settlement(row, found.russian), "settlements.tsv", row)
    _link_ukraine(found.drafts)
    for row in found.rows("abroad.tsv"):
        _add_abroad(found, row)
    for draft in found.drafts.values():
        if draft.parent is not None and draft.parent not in found.drafts:
            what = f"its parent {draft.parent} is no area"
            found.problems.append(Problem(where=draft.code, what=what, remedy="give a code that a table has"))
            draft.parent = None
    ordered = {code: found.drafts[code] for code in sorted(found.drafts)}
    _settle(ordered, rows(tables, "neighbourhoods.tsv")[0])
    return ordered, found.problems


def _settlement(row: Row, russian: Mapping[str, str]) -> Draft:
    """A settlement; its Russian name comes from the hand-made table, GeoNames, rules."""
    uk = row["uk"]
    known = russian.get(uk) or row["ru"]
    return Draft(
        code=row["code"],
        level="settlement",
        uk=uk,
        ru=known or russify(uk),
        en=row["en"] or romanise(uk),
        guessed=() if known or row["lat"] else ("ru",),
    )


def _add_abroad(found: _Gathering, row: Row) -> None:
    """An area of ``abroad.tsv``; an oblast or krai keeps its adjective apart."""
    if row["level"] not in LEVELS:
        where = f"abroad.tsv:{row['']}"
        what = f"no level {row['level']}"
        found.problems.append(Problem(where=where, what=what, remedy=f"one of {', '.join(LEVELS)}"))
        return
    draft = Draft(
        code=row["code"],
        level=row["level"],
        uk=row["uk"],
        ru=row["ru"],
        en=row["en"],
        parent=row["parent"] or None,
    )
    if row["uk"].endswith((" область", " край")):
        draft.stem_uk, draft.stem_ru, draft.stem_en = (
            row[lang].rpartition(" ")[0] for lang in ("uk", "ru", "en")
        )
    found.add(draft, "abroad.tsv", row)


def _link_ukraine(drafts: Drafts) -> None:
    """Gives every Ukrainian area its parent by the digits of its code."""
    known = {}
    for code, draft in drafts.items():
        if draft.level != "district":
            known[_prefix(code)] = code
    for code, draft in drafts.items():
        if draft.level == "oblast":
            draft.parent = "UA"
        elif draft.level == "district":
            draft.parent = known.get(code[:12]) or known.get(code[:4]) or "UA"
        else:
            own = _prefix(code)
            draft.parent = next(
                (known[code[:e]] for e in (9, 6, 4) if e < len(own) and code[:e] in known), "UA"
            )


def _settle(drafts: Drafts, niches: list[Row]) -> None:
    """Fills positions from below (the middle of what is known inside), then from above; both are marked approximate."""
    inside: dict[str, list[Draft]] = {}
    for draft in drafts.values():
        if draft.parent is not None:
            inside.setdefault(draft.parent, []).append(draft)
    parts: dict[str, list[tuple[float, float]]] = {}
    for row in niches:
        if row["lat"] and row["lon"]:
            parts.setdefault(row["code"], []).append((float(row["lat"]), float(row["lon"])))
    for level in ("district", "hromada", "raion", "oblast", "country"):
        for draft in drafts.values():
            if draft.level != level or draft.lat is not None:
                continue
            points = [
                (d.lat, d.lon) for d in inside.get(draft.code, []) if d.lat is not None and d.lon is not None
            ]
            if points:
                draft.lat = round(sum(p[0] for p in points) / len(points), 4)
                draft.lon = round(sum(p[1] for p in points) / len(points), 4)
                draft.approximate = True
    for level in ("raion", "hromada", "settlement", "district"):
        for draft in drafts.values():
            if draft.level == level and draft.lat is None and draft.parent is not None:
                holder = drafts[draft.parent]
                draft.lat, draft.lon, draft.approximate = holder.lat, holder.lon, True
