"""A few words to write claims in, for the tests of the record: places, sources, times, claims."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from tocsin.model import (
    AreaRef,
    By,
    Claim,
    Evidence,
    Fact,
    Incident,
    Interval,
    LedgerLine,
    PlaceRef,
    Range,
    Report,
    Source,
)
from tocsin.picture.record import Record

KYIV = "UA80000000000093317"
LEVELS = {
    "UA": ("country", None),
    "kyiv": ("oblast", "UA"),
    "hol": ("district", "kyiv"),
    "sol": ("district", "kyiv"),
    "shev": ("district", "kyiv"),
    "dni": ("district", "kyiv"),
    "sumy": ("oblast", "UA"),
    "sumy-city": ("settlement", "sumy"),
    "zarichnyi": ("district", "sumy-city"),
    "kharkiv": ("oblast", "UA"),
    "odesa": ("oblast", "UA"),
    "poltava": ("oblast", "UA"),
    "dnipro": ("oblast", "UA"),
}


class Towns:
    """A country of a dozen areas."""

    root = "UA"

    def first_level_of(self, code):
        while code in LEVELS:
            if LEVELS[code][1] == "UA":
                return code
            code = LEVELS[code][1]
        return None

    def covers(self, outer, inner):
        while inner is not None:
            if inner == outer:
                return True
            inner = LEVELS.get(inner, (None, None))[1]
        return False

    def ref(self, code):
        return AreaRef(code=code, name=code, names={"en": code}, level=LEVELS[code][0])


def _source(sid, kind, reliability="B", home=None, **more):
    return Source(id=sid, name=sid, kind=kind, reliability=reliability, home=home, **more)


REGISTER = {
    source.id: source
    for source in (
        _source("air-force", "military", "A", side="ua"),
        _source("mayor", "authority", home="kyiv"),
        _source("city-admin", "authority", home="kyiv"),
        _source("rescuers", "emergency-service", "A"),
        _source("ministry", "authority", home="kyiv"),
        _source("heat", "authority", home="kyiv"),
        _source("channel", "monitoring-channel", "C", home="kyiv"),
        _source("paper", "media", "C", home="kyiv"),
        _source("paper-ru", "media", "C", home="kyiv"),
        _source("enemy", "party", "E", side="ru"),
        _source("rumour", "public", "F", home="kyiv"),
        _source("gov-sumy", "authority", home="sumy"),
        _source("gov-kharkiv", "authority", home="kharkiv"),
        _source("gov-odesa", "authority", home="odesa"),
        _source("gov-poltava", "authority", home="poltava"),
        _source("gov-dnipro", "authority", home="dnipro"),
    )
}


def at(clock, day=20):
    """A time of the morning, by Kyiv's clock in winter."""
    hours, minutes = clock.split(":")
    return datetime(2024, 12, day, int(hours), int(minutes), tzinfo=UTC) - timedelta(hours=2)


def some(low, high=None):
    """``some(3)`` is exactly three; ``some(3, None)`` is not sayable: use ``at_least``."""
    return Range(min=low, max=low if high is None else high)


def at_least(low):
    return Range(min=low, max=None)


def place(code, role="at", precision=None, name=None):
    level = LEVELS[code][0]
    return PlaceRef(
        code=code,
        name=name or code,
        names={"en": name or code},
        level=level,
        precision=precision or level,
        role=role,
    )


def claim(kind, *where, by=None, hit=None, **more):
    """A claim without its source, which ``Morning.say`` fills in."""
    if hit is not None:
        more["object"] = hit
    if more.get("harm") is not None:
        more["harm"] = {
            key.replace("_", "-"): value if isinstance(value, Range) else some(value)
            for key, value in more["harm"].items()
        }
    if more.get("scope") is not None:
        more["scope"] = {
            key: value if isinstance(value, Range) else some(value) for key, value in more["scope"].items()
        }
    if isinstance(more.get("count"), int):
        more["count"] = some(more["count"])
    places = tuple(each if isinstance(each, PlaceRef) else place(each) for each in where)
    return {
        "kind": kind,
        "by": By(id=by, quote=by) if by else None,
        "place": places[0] if places else None,
        "places": places,
        **more,
    }


class Morning:
    """A record, and reports told to it one after another."""

    def __init__(self):
        self.record = Record(Towns(), {}, REGISTER)
        self.facts: list[Fact] = []
        self._numbers = itertools.count(1)

    def say(self, clock, source, *claims, day=20, forwarded=None, report=None, stated=None):
        """One report that makes these claims; the facts that follow."""
        rid = report or f"{source}-{next(self._numbers)}"
        when = at(clock, day)
        body = Report(id=rid, source=source, text="…", stated_at=stated or when, forwarded_from=forwarded)
        made = []
        for number, parts in enumerate(claims, 1):
            given = dict(parts)
            given.setdefault("valid", Interval(start=stated or when, end=None))
            made.append(
                Claim(
                    id=f"{source}:{rid}#{number}",
                    report=rid,
                    source=source,
                    evidence=(Evidence(start=number * 10, end=number * 10 + 5, quote="words"),),
                    **given,
                )
            )
        facts = self.record.absorb(body, made, REGISTER.get(source) or _source(source, "public", "F"), when)
        self.facts.extend(facts)
        return facts

    def take_back(self, clock, source, report):
        facts = self.record.retract(report, source, at(clock))
        self.facts.extend(facts)
        return facts

    def lines(self, subject, status="standing", **want) -> list[LedgerLine]:
        return [
            line
            for line in self.record.ledgers().lines
            if line.subject == subject
            and (status is None or line.status == status)
            and all(getattr(line, key) == value for key, value in want.items())
        ]

    def figures(self, subject, status="standing", **want):
        """``(source, min, max)`` of the lines of a subject."""
        return [(line.source, line.min, line.max) for line in self.lines(subject, status, **want)]

    def preferred(self, subject, **want):
        book = self.record.ledgers()
        byid = {line.id: line for line in book.lines}
        found = [
            byid[each.line]
            for each in book.preferred
            if each.subject == subject and all(getattr(each, key) == value for key, value in want.items())
        ]
        assert len(found) == 1, found
        return found[0]

    def incidents(self, **want) -> list[Incident]:
        return [
            each
            for each in self.record.incidents()
            if all((each.area.code if key == "area" else getattr(each, key)) == v for key, v in want.items())
        ]
