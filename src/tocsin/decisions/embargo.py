"""The embargo: what of a claim may be published, when, and how finely (R27).

A table of a jurisdiction, one row or more for every claim kind; what no row
allows is withheld. ``release`` is a pure function of a claim, its speaker's kind
and the time. ``decisions.publisher`` enforces it in one place, before any public
renderer sees a value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from tocsin.model import CLAIM_KINDS, AreaRef, Claim, PlaceRef, Problem, Report, Source

__all__ = [
    "ALWAYS",
    "Embargo",
    "Release",
    "Row",
    "Tree",
    "check_embargo",
    "coarsen",
    "load_embargo",
    "release",
    "speaks_itself",
]

LEVELS = ("as-said", "district", "city", "raion", "first-level")
"""How finely a place may be given, finest first."""
CLASSES = ("civilian", "utility", "energy", "military", "unstated")
SPEAKERS = ("anyone", "authority")
SLOTS = ("object", "count", "scope", "weapon", "heading", "words")
HITTING = ("impact", "debris", "fire", "damage", "outage")
"""Kinds that have an object, and so need a row for each class."""
ALWAYS = ("alarm", "alarm-over", "danger", "danger-over", "instruction", "hazard")
"""Kinds that no embargo may ever delay."""
EXACT = ("second", "minute")


class Tree(Protocol):
    """What must be known of places to coarsen one."""

    def lift(self, code: str, level: str) -> str | None:
        """Return it or the nearest area that holds it which has the level."""

    def first_level_of(self, code: str) -> str | None:
        """Return the first-level area that holds it."""

    def ref(self, code: str) -> AreaRef:
        """Return the area as the public face names it."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One stage for one kind, class and speaker. ``after`` is None where the answer is never."""

    kind: str
    klass: str
    by: str
    after: timedelta | None
    level: str = "first-level"
    leave_out: tuple[str, ...] = ()
    override: str = "nobody"
    why: str = ""


class Embargo(msgspec.Struct, frozen=True, kw_only=True):
    """The table of a jurisdiction."""

    jurisdiction: str
    rows: tuple[Row, ...]
    authorities: tuple[str, ...]
    classes: dict[str, str]
    """Object to class."""

    def klass(self, thing: str | None) -> str:
        """Return the class of what was hit; what nobody lists, or names, is unstated."""
        return self.classes.get(thing or "", "unstated")

    def stages(self, kind: str, thing: str | None, *, authority: bool) -> tuple[Row, ...]:
        """Return the rows that a claim passes through, coarsest and earliest first."""
        klass = self.klass(thing)
        mine = [
            row
            for row in self.rows
            if row.kind == kind
            and row.klass in {klass, "any"}
            and (row.by == "anyone" or authority)
            and row.after is not None
        ]
        # What an authority may say of itself comes after what anyone may: it is the finer stage.
        return tuple(
            sorted(
                mine,
                key=lambda row: (row.after or timedelta(0), -LEVELS.index(row.level), row.by == "authority"),
            )
        )

    def rule(self, kind: str, thing: str | None) -> Row | None:
        """Return the row that forbids a claim which no stage lets out."""
        klass = self.klass(thing)
        return next((row for row in self.rows if row.kind == kind and row.klass in {klass, "any"}), None)


class Release(msgspec.Struct, frozen=True):
    """What may go out now, and when more may; ``claim`` None while all is withheld."""

    claim: Claim | None
    until: datetime | None
    row: Row | None = None


def release(claim: Claim, stated: datetime, at: datetime, stages: Sequence[Row], places: Tree) -> Release:
    """Return what ``stages`` let out of ``claim`` at ``at``, and when the next one comes.

    ``stages`` are the table's for this claim and its speaker (``Embargo.stages``).
    ``stated`` is when it was said; the term runs from the moment that the words
    give to the minute, else from then.
    """
    since = stated
    if claim.valid.start is not None and claim.valid.precision in EXACT and claim.valid.start < stated:
        since = claim.valid.start
    current: Row | None = None
    until: datetime | None = None
    for row in stages:
        due = since + (row.after or timedelta(0))
        if due <= at:
            current = row
        elif until is None:
            until = due
    out = None if current is None else coarsen(claim, current, places)
    return Release(out, until, current)


def speaks_itself(claim: Claim, report: Report, source: Source, register: Mapping[str, Source]) -> bool:
    """Whether a source speaks for itself: nothing forwarded, nobody quoted but one of its own authority."""
    if report.forwarded_from is not None:
        return False
    if claim.by is None or claim.by.id == source.id:
        return True
    quoted = register.get(claim.by.id)
    return quoted is not None and quoted.authority_id == source.authority_id


def coarsen(claim: Claim, row: Row, places: Tree) -> Claim:
    """Return the claim no finer than ``row`` allows, without the slots that it leaves out."""
    all_lifted = (_lift(place, row.level, places) for place in _kept(claim.places, row))
    lifted = tuple({(place.code, place.name, place.role): place for place in all_lifted}.values())
    gone: dict[str, Any] = {}
    for slot in row.leave_out:
        if slot in {"object", "count", "scope", "weapon", "heading"}:
            gone[slot] = None
    if "weapon" in row.leave_out:
        gone["joint"] = ()
    if "scope" in row.leave_out:
        # How much and how badly stands in the words too, and the record reads them.
        gone["evidence"] = ()
    place = None if claim.place is None else _lift(claim.place, row.level, places)
    if place is not None and place.role not in {"at", "near"} and "heading" in row.leave_out:
        place = next(iter(lifted), None)
    return msgspec.structs.replace(claim, place=place, places=lifted, **gone)


def _kept(found: tuple[PlaceRef, ...], row: Row) -> Iterator[PlaceRef]:
    for place in found:
        if "heading" not in row.leave_out or place.role in {"at", "near"}:
            yield place


def _lift(place: PlaceRef, level: str, places: Tree) -> PlaceRef:
    if level == "as-said":
        return place
    if level == "district":
        # A neighbourhood bears its district's code and a name of its own; a village is as coarse as it gets.
        code = place.code
    elif level == "city":
        code = places.lift(place.code, "settlement") or place.code
    elif level == "raion":
        code = places.lift(place.code, "raion") or places.first_level_of(place.code) or place.code
    else:
        code = places.first_level_of(place.code) or place.code
    if code == place.code and place.precision in {place.level, "settlement"}:
        return place
    ref = places.ref(code)
    return PlaceRef(
        code=code, name=ref.name, names=ref.names, level=ref.level, precision=ref.level, role=place.role
    )


# --- the table ------------------------------------------------------------------


def load_embargo(text: str) -> tuple[Embargo, tuple[Problem, ...]]:
    """Read a table; every flaw is told, and a row with a flaw allows nothing."""
    problems: list[Problem] = []
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        wrong = Problem(where="embargo", what=f"no TOML: {error}", remedy="mend the line that it names")
        return Embargo(jurisdiction="", rows=(), authorities=(), classes={}), (wrong,)
    rows: list[Row] = []
    for number, table in enumerate(raw.get("row", ()), 1):
        rows.extend(_rows(table, f"embargo row {number}", problems))
    classes = {
        thing: klass
        for klass, things in raw.get("class", {}).items()
        if isinstance(things, list)
        for thing in things
    }
    embargo = Embargo(
        jurisdiction=str(raw.get("jurisdiction", "")),
        rows=tuple(rows),
        authorities=tuple(raw.get("authority", {}).get("kinds", ())),
        classes=classes,
    )
    return embargo, (*problems, *check_embargo(embargo))


def _rows(table: Mapping[str, Any], where: str, problems: list[Problem]) -> Iterator[Row]:
    flaws = [
        (f"{slot} {value!r} is unknown", f"one of {', '.join(known)}")
        for slot, known in (("class", (*CLASSES, "any")), ("by", SPEAKERS), ("level", LEVELS))
        if (value := table.get(slot, "first-level" if slot == "level" else None)) not in known
    ]
    flaws.extend(
        (f"leave_out {slot!r} is unknown", f"of {', '.join(SLOTS)}")
        for slot in table.get("leave_out", ())
        if slot not in SLOTS
    )
    flaws.extend(
        (f"kind {kind!r} is unknown", "a kind of CONTRACT")
        for kind in table.get("kinds", ())
        if kind not in CLAIM_KINDS
    )
    after = _term(table.get("after"))
    if after is False:
        flaws.append((f"after {table.get('after')!r} is no term", 'like "0", "90m", "3h" or "never"'))
    if not table.get("why"):
        flaws.append(("it has no why", "say why, for whoever asks"))
    problems.extend(Problem(where=where, what=what, remedy=remedy) for what, remedy in flaws)
    if flaws or isinstance(after, bool):
        return
    for kind in table.get("kinds", ()):
        yield Row(
            kind=kind,
            klass=table["class"],
            by=table["by"],
            after=after,
            level=table.get("level", "first-level"),
            leave_out=tuple(table.get("leave_out", ())),
            override=str(table.get("override", "nobody")),
            why=table["why"],
        )


def _term(value: object) -> timedelta | bool | None:
    """Return a term, None for never, False for what is neither."""
    if value == "never":
        return None
    found = re.fullmatch(r"(\d+)\s*([mhd]?)", str(value))
    if found is None or (found[2] == "" and found[1] != "0"):
        return False
    return timedelta(minutes=int(found[1]) * {"": 0, "m": 1, "h": 60, "d": 1440}[found[2]])


def check_embargo(embargo: Embargo) -> tuple[Problem, ...]:
    """Return every gap of a table: kinds without a row, alarms that wait, energy that is named."""
    problems: list[Problem] = []

    def wrong(kind: str, what: str, remedy: str) -> None:
        problems.append(Problem(where=f"embargo, {kind}", what=what, remedy=remedy))

    for kind in CLAIM_KINDS:
        mine = [row for row in embargo.rows if row.kind == kind and row.by == "anyone"]
        classes = {row.klass for row in mine}
        if kind in HITTING and "any" not in classes:
            missing = [klass for klass in CLASSES if klass not in classes]
            if missing:
                wrong(
                    kind,
                    f"no row for {', '.join(missing)} by anyone",
                    'add one; after = "never" withholds it',
                )
        elif not mine:
            wrong(kind, "no row by anyone", 'add one; after = "never" withholds it')
        if kind in ALWAYS and not any(row.after == timedelta(0) for row in mine):
            wrong(kind, "it is delayed", 'alarms and instructions are never delayed: after = "0"')
    for row in embargo.rows:
        hidden = {"object", "count", "scope"} if row.kind != "outage" else {"count", "scope"}
        if row.klass == "energy" and row.after is not None and not hidden <= set(row.leave_out):
            wrong(row.kind, "energy objects are named or counted", f"leave_out {', '.join(sorted(hidden))}")
    if not embargo.authorities:
        wrong("authority", "no kind of source is an authority", "name them under [authority]")
    return tuple(problems)
