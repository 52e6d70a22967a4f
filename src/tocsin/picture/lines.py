"""From one claim to the ledger lines that it gives: subject, number, unit, area.

A line is born here as its words say it; whether it stands beside or in place
of others is settled in ``settling``.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tocsin.model import Claim, Range
from tocsin.picture.attacks import Areas, spots
from tocsin.picture.speakers import Speaker
from tocsin.picture.stages import died_in_hospital, help_closed, help_of, unconfirmed

__all__ = ["ALIVE", "Born", "area_for", "born", "utility_of"]

UTILITIES = {
    "heating-main": "heating",
    "power": "power",
    "gas": "gas",
    "water": "water",
    "rail": "transport",
    "road": "transport",
    "other": "communications",
}
NATIONAL = ("military", "emergency-service", "authority", "alarm-service")
"""Kinds of source whose home, where none is registered, is the country."""
ALIVE = ("injured", "hospitalised")
"""Whom a death in hospital takes people from."""
COUNTED = {"explosion": "explosions", "impact": "impacts"}
FATES = {"interception": "shot-down", "lost": "lost", "launch": "launched"}
SUMMARISERS = ("authority", "media", "correspondent", "emergency-service")
"""Kinds of source whose count of launches is a total; a channel's is the next salvo."""


class Born(msgspec.Struct, frozen=True, kw_only=True):
    """A line as its words give it; ``denial`` when the words deny the subject.

    ``moved`` marks the killed who had been among the injured (R28).
    """

    family: str
    subject: str
    low: int | None
    high: int | None
    approx: bool = False
    weapon: str | None = None
    joint: tuple[str, ...] = ()
    unit: str | None = None
    denial: bool = False
    moved: bool = False


def born(claim: Claim, speaker: Speaker) -> Iterator[Born]:
    """Return the lines of one claim, in the order of its words."""
    if claim.tense == "expected":
        return
    if claim.kind == "casualty":
        yield from _people(claim)
    elif claim.kind == "outage":
        yield from _outage(claim)
    elif claim.kind == "tally":
        yield from _tally(claim)
    elif claim.kind in FATES:
        yield from _fate(claim, speaker)
    elif claim.kind == "instruction":
        for subject in help_of(claim):
            yield _line("help", subject, claim.count, denial=help_closed(claim))
    elif claim.stance == "denies":
        return
    elif claim.kind in COUNTED:
        # One impact is an incident; several are a figure.
        several = claim.count is not None and (claim.count.min or 2) > 1
        if claim.kind == "explosion" or several:
            yield _line("effects", COUNTED[claim.kind], claim.count)
    elif claim.kind == "damage":
        yield from _damaged(claim)
    elif claim.kind == "fire" and claim.count is not None and claim.object is not None:
        yield _line("things", "on-fire", claim.count, unit=claim.object)
    elif claim.kind in {"response", "fire"}:
        for key, value in sorted((claim.scope or {}).items()):
            if key in {"square-metres", "fire-area", "area-m2"}:
                yield _line("things", "fire-area", value, unit="square-metres")


def area_for(claim: Claim, speaker: Speaker, home: str | None, areas: Areas) -> str | None:
    """Return the area that a line of ``claim`` counts for.

    The place of the words; where there are several, what holds them all; for
    an attack's totals where it went; without any, the speaker's home, then the
    source's, then the country for bodies of the whole country. What a paper or a
    channel without a home counts without a place is counted for none.
    """
    codes = [place.code for place in spots(claim, areas)]
    if claim.kind == "launch" or (not codes and claim.kind in {"tally", *FATES}):
        goes = [
            place.code
            for place in (*claim.places, claim.place)
            if place is not None and place.role == "toward"
        ]
        codes = goes[:1] or codes
    codes = list(dict.fromkeys(codes))
    if not codes:
        if speaker.home is not None or home is not None:
            return speaker.home or home
        return areas.root if speaker.kind in NATIONAL else None
    if len(codes) == 1:
        return codes[0]
    for code in codes:
        if all(areas.covers(code, other) for other in codes):
            return code
    firsts = {areas.first_level_of(code) for code in codes}
    return firsts.pop() if len(firsts) == 1 else areas.root


def _line(
    family: str, subject: str, value: Range | None, *, unit: str | None = None, denial: bool = False
) -> Born:
    return Born(
        family=family,
        subject=subject,
        low=None if value is None else value.min,
        high=None if value is None else value.max,
        approx=value is not None and value.approx,
        unit=unit,
        denial=denial,
    )


def _people(claim: Claim) -> Iterator[Born]:
    moved = died_in_hospital(claim)
    dead = (claim.harm or {}).get("killed")
    for key, value in (claim.harm or {}).items():
        if moved and key in ALIVE and dead is not None and (value.min or 0) <= (dead.min or 0):
            # The injured man who died in hospital is told once: among the killed.
            continue
        zero = value.max == 0
        unsaid = value.min is None and value.max is None
        if claim.stance == "denies" or zero or unsaid:
            # "Not confirmed" is not "none": a number stands only where the words say zero.
            none = zero and not unconfirmed(claim)
            yield _line("people", key, Range(min=0, max=0) if none else None, denial=True)
            continue
        line = _line("people", key, value)
        if key == "killed" and moved:
            line = msgspec.structs.replace(line, moved=True)
        yield line


def _outage(claim: Claim) -> Iterator[Born]:
    utility = utility_of(claim)
    scope = dict(claim.scope or {})
    if claim.count is not None and not scope:
        scope = {"": claim.count}
    over = claim.stance == "denies" or any(key in RESTORED for key in scope)
    for key, value in scope.items():
        if over and key in WHOLES:
            continue
        subject = f"{utility}-restored" if over else f"without-{utility}"
        unit = "residential-buildings" if key in RESTORED and utility == "heating" else key
        yield _line("things", subject, value, unit=None if unit in {"", *RESTORED} else unit)


def utility_of(claim: Claim) -> str:
    """Return what fails in an outage."""
    return UTILITIES.get(claim.object or "", claim.object or "service")


RESTORED = ("restored", "heating-restored", "power-restored", "reconnected")
WHOLES = ("of", "total", "out-of")


def _tally(claim: Claim) -> Iterator[Born]:
    if claim.stance == "denies":
        return
    scope = claim.scope or ({} if claim.count is None else {"launched": claim.count})
    for key, value in scope.items():
        yield _shared(_line("attack", key, value), claim)


def _fate(claim: Claim, speaker: Speaker) -> Iterator[Born]:
    if claim.count is None or claim.stance == "denies":
        return
    summary = claim.tense == "past" or (claim.kind == "launch" and speaker.kind in SUMMARISERS)
    if summary:
        yield _shared(_line("attack", FATES[claim.kind], claim.count), claim)


def _shared(line: Born, claim: Claim) -> Born:
    return msgspec.structs.replace(line, weapon=claim.weapon, joint=claim.joint)


def _damaged(claim: Claim) -> Iterator[Born]:
    if claim.count is not None:
        yield _line("things", "damaged", claim.count, unit=claim.object)
    for key, value in (claim.scope or {}).items():
        yield _line("things", "damaged", value, unit=key)
