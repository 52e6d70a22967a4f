"""Who speaks in a claim and with what standing: the record's ranked rules.

A claim is spoken by its source, or by the one whom the source quotes or
forwards. Standing decides whose denial withdraws whose report, and which of
several figures is preferred. No arithmetic on reliability letters.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tocsin.model import Claim, Report, Source

__all__ = ["PEOPLE", "STANDING", "TALLY", "Speaker", "speaker_of"]

STANDING: Mapping[str, int] = {
    "emergency-service": 3,
    "authority": 3,
    "military": 3,
    "alarm-service": 3,
    "correspondent": 2,
    "media": 2,
    "monitoring-channel": 1,
    "public": 0,
    "party": -1,
}
"""Whose word may withdraw whose: an equal or higher standing may deny a lower."""

PEOPLE: Mapping[str, int] = {
    "emergency-service": 7,
    "authority": 6,
    "military": 5,
    "alarm-service": 4,
    "correspondent": 3,
    "media": 2,
    "monitoring-channel": 1,
    "public": 0,
    "party": -1,
}
"""Who counts people and things: the emergency service before the authority, and so on."""

TALLY: Mapping[str, int] = {
    "military": 7,
    "emergency-service": 6,
    "authority": 5,
    "alarm-service": 4,
    "monitoring-channel": 3,
    "correspondent": 2,
    "media": 1,
    "public": 0,
    "party": -1,
}
"""Who counts launches and interceptions: the military first."""


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """The one whose word a claim is: a source, or whom it quotes or forwards.

    ``direct`` is True when the source speaks for itself. ``origin`` names where
    the word first came from, so that a word that travels counts once.
    """

    id: str
    authority: str
    kind: str
    reliability: str
    side: str | None
    direct: bool
    forwarded: bool
    home: str | None

    @property
    def origin(self) -> str:
        """Where the word first came from: reposts and quotations share it."""
        return self.authority

    @property
    def party(self) -> bool:
        """Whether this is a party to the conflict, whose words are kept apart (R30)."""
        return self.kind == "party"

    @property
    def official(self) -> bool:
        """Whether an official body speaks here with its own mouth."""
        return self.direct and STANDING.get(self.kind, 0) >= STANDING["authority"]

    @property
    def standing(self) -> int:
        """Rank for denials; a quotation ranks as the one who quotes, at most as the quoted (R5)."""
        own = STANDING.get(self.kind, 0)
        return own if self.direct else min(own, STANDING["media"])


def speaker_of(claim: Claim, report: Report, source: Source, register: Mapping[str, Source]) -> Speaker:
    """Return the speaker of ``claim``: the quoted one, else the forwarded one, else the source itself.

    Somebody quoted whom no register names ("city officials") speaks with the
    source's own standing, but is remembered as the origin. A name that is the
    source's own or its authority's is no quotation.
    """
    named = claim.by.id if claim.by is not None else report.forwarded_from
    forwarded = report.forwarded_from is not None
    quoted = register.get(named) if named is not None else None
    if named is None or (quoted is not None and quoted.authority_id == source.authority_id):
        return _of(source, direct=True, forwarded=False)
    if quoted is not None:
        return _of(quoted, direct=False, forwarded=forwarded)
    unknown = _of(source, direct=False, forwarded=forwarded)
    return msgspec.structs.replace(unknown, id=named, authority=f"{source.authority_id}/{named}")


def _of(source: Source, *, direct: bool, forwarded: bool) -> Speaker:
    return Speaker(
        id=source.id,
        authority=source.authority_id,
        kind=source.kind,
        reliability=source.reliability,
        side=source.side,
        direct=direct,
        forwarded=forwarded,
        home=source.home,
    )
