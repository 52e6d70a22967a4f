"""The official state as foreign clients may know it: who is alarmed, who is partly, who is not known.

Both dialects ask the same three questions of a moment, and the answers are
given here once: R31 (the official layer alone), R16 (a parent is computed from
its parts), R34 (what is stale or unknown is never told as calm).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Literal

import msgspec

from tocsin.model import Alert, AreaState, Picture, Source, Threat
from tocsin.places import Gazetteer
from tocsin.render.dialects.chronicle import Chronicle

__all__ = ["OFFICIAL_KINDS", "Atlas", "Lamp", "Moment", "moment_of"]

Phase = Literal["active", "partly", "none"]

OFFICIAL_KINDS = ("alarm-service", "military", "authority", "emergency-service")
"""Kinds of sources whose word on a threat is passed on in a dialect; a channel's never is (R31)."""

_BLIND = ("STALE", "UNKNOWN", "NOT_COVERED")
_LARGEST_ID = 10_000


class Atlas:
    """The areas that a dialect has numbers for, and how they hang together."""

    def __init__(self, places: Gazetteer, dialect: str) -> None:
        self.places = places
        self.dialect = dialect
        self.code_of: dict[int, str] = {}
        for number in range(_LARGEST_ID):
            code = places.by_dialect_id(dialect, str(number))
            if code is not None:
                self.code_of[number] = code
        self.id_of: dict[str, int] = {code: number for number, code in self.code_of.items()}
        self.first_level: tuple[str, ...] = tuple(places.first_level())
        first = set(self.first_level)
        self.raions: tuple[str, ...] = tuple(
            code
            for code in self.id_of
            if code not in first and (area := places.area(code)) is not None and area.level == "raion"
        )
        self.others: tuple[str, ...] = tuple(
            code for code in self.id_of if code not in first and code not in set(self.raions)
        )

    def known_areas(self) -> tuple[str, ...]:
        """List every area that has a number, the widest first."""
        return tuple(c for c in (*self.first_level, *self.raions, *self.others) if c in self.id_of)


class Lamp(msgspec.Struct, frozen=True, kw_only=True):
    """One area's light: whether it is alarmed, at which level, and by which alerts (its own and its parents')."""

    phase: Phase = "none"
    level: str | None = None
    alerts: tuple[Alert, ...] = ()
    parts: tuple[Alert, ...] = ()
    """Alerts of areas inside it."""


class States:
    """What is said of each watched area, asked for when first needed: in a mass alarm most need no asking."""

    def __init__(self, ask: Callable[[str], AreaState], watched: Iterable[str]) -> None:
        self._ask = ask
        self._watched = frozenset(watched)
        self._said: dict[str, AreaState] = {}

    def get(self, code: str) -> AreaState | None:
        """Give the state of a watched area, None of any other."""
        said = self._said.get(code)
        if said is None and code in self._watched:
            said = self._said[code] = self._ask(code)
        return said


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """The official layer at one moment: all that a dialect's answer is made of."""

    at: datetime
    alerts: tuple[Alert, ...]
    threats: tuple[Threat, ...]
    states: States
    chronicle: Chronicle
    atlas: Atlas
    own: Mapping[str, tuple[Alert, ...]]
    """Alerts by the area that they name."""
    inside: Mapping[str, tuple[Alert, ...]]
    """Alerts by each area that holds the one that they name."""

    def lamp(self, code: str, kind: str | None = "air-raid") -> Lamp:
        """Tell the light of one area for one kind of alarm, or for any (None)."""
        places = self.atlas.places
        above = tuple(
            a
            for each in (code, *places.ancestors(code))
            for a in self.own.get(each, ())
            if kind is None or a.kind == kind
        )
        parts = tuple(a for a in self.inside.get(code, ()) if kind is None or a.kind == kind)
        if above:
            return Lamp(phase="active", level=_highest(above), alerts=above, parts=parts)
        if not parts:
            return Lamp()
        whole = _covered_by(places, code, {a.area.code for a in parts}, depth=2)
        return Lamp(phase="active" if whole else "partly", level=_highest(parts), parts=parts)

    def state(self, code: str) -> AreaState | None:
        """Give the state that answers for an area: its own, or that of the nearest area above that has one."""
        for each in (code, *self.atlas.places.ancestors(code)):
            found = self.states.get(each)
            if found is not None:
                return found
        return None

    def is_known(self, code: str) -> bool:
        """Tell whether somebody was heard for this area lately; a held alarm is told apart, by its lamp."""
        state = self.state(code)
        return state is not None and state.state not in _BLIND

    def answers_for(self, code: str) -> bool:
        """Tell whether a single area may be answered: it is known, or an alarm of it stands and is held (R34)."""
        return self.is_known(code) or self.lamp(code, None).phase != "none"

    def blind(self) -> tuple[str, ...]:
        """List the first-level areas of which nobody can say whether they are calm, nor that they were alarmed."""
        return tuple(
            code
            for code in self.atlas.first_level
            if not self.is_known(code) and self.lamp(code).phase != "active"
        )

    def answers_for_all(self) -> bool:
        """Tell whether a list of the whole country may be answered (R34).

        A list has no word for "not known": what it leaves out reads as calm. So
        it is answered when every first-level area is known, and also when not
        all are but a fresh alarm stands in one that is: there a silent siren is
        the worse failure.
        """
        blind = self.blind()
        return not blind or any(self.is_known(a.area.code) for a in self.alerts)


def _highest(alerts: Iterable[Alert]) -> str:
    """Give red if any is red or has no level stated, else yellow (R17: what is not known counts as generic)."""
    return "yellow" if all(a.level == "yellow" for a in alerts) else "red"


def _covered_by(places: Gazetteer, code: str, lit: set[str], depth: int) -> bool:
    """Tell whether every part of an area is alarmed, looking at most ``depth`` levels down."""
    parts = tuple(places.children(code))
    if not parts or depth == 0:
        return False
    return all(part in lit or _covered_by(places, part, lit, depth - 1) for part in parts)


def moment_of(
    *,
    picture: Picture,
    area_state: Callable[[str], AreaState],
    register: Mapping[str, Source],
    chronicle: Chronicle,
    atlas: Atlas,
    at: datetime,
) -> Moment:
    """Gather the official layer of a picture: standing official alerts, threats that authorities named, states."""
    standing = [a for a in picture.alerts if a.layer == "official" and a.ending is None]
    doubted = [a for a in chronicle.held.values() if area_state(a.area.code).contradicted]
    official = (*standing, *doubted)
    threats = tuple(
        threat
        for threat in picture.threats
        if threat.status == "live"
        and any(s in register and register[s].kind in OFFICIAL_KINDS for s in threat.sources)
    )
    own: dict[str, tuple[Alert, ...]] = {}
    inside: dict[str, tuple[Alert, ...]] = {}
    for alert in official:
        own[alert.area.code] = (*own.get(alert.area.code, ()), alert)
        for code in atlas.places.ancestors(alert.area.code):
            inside[code] = (*inside.get(code, ()), alert)
    watched = (*atlas.first_level, *atlas.raions, *atlas.others)
    return Moment(
        at=at,
        alerts=official,
        threats=threats,
        states=States(area_state, watched),
        chronicle=chronicle,
        atlas=atlas,
        own=own,
        inside=inside,
    )
