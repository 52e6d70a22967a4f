"""What the app knows, cut to what the page of one area shows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Protocol

import msgspec

from tocsin.model import (
    Alert,
    AreaRef,
    AreaState,
    Change,
    Claim,
    Incident,
    LedgerLine,
    Ledgers,
    Picture,
    Source,
    Statement,
    Threat,
    Weapon,
)
from tocsin.outlets.hall import outlive
from tocsin.outlets.publication import areas_of
from tocsin.places import DIALECTS, Gazetteer
from tocsin.render.hours import HOURS, merged, spans
from tocsin.render.map import Sheet, sheet
from tocsin.render.naming import Names
from tocsin.render.resident import Help, View
from tocsin.render.story import HELP, Quote

__all__ = ["Host", "Views", "known_then", "newest"]

_STEP = 5_000
_REMEMBERED = 5_000
_SHOWN = 40
_ENDED = 400
_SAID = 5
_QUOTED = 600
Spot = tuple[str, str, float, float, tuple[tuple[int, ...], ...]]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Known(Protocol):
    """What does not change while the server runs."""

    @property
    def places(self) -> Gazetteer:
        """All areas."""

    @property
    def register(self) -> Mapping[str, Source]:
        """All sources."""

    @property
    def weapons(self) -> Mapping[str, Weapon]:
        """All weapons."""

    @property
    def policy(self) -> Any:  # noqa: ANN401 - a page shows whatever rules are in force
        """The policy in force."""


class Chosen(Protocol):
    """What settings say that a page shows."""

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration."""

    @property
    def exercise(self) -> bool:
        """Whether this is an exercise."""


class Host(Protocol):
    """What the pages ask of the app; whatever it gives is public."""

    @property
    def world(self) -> Known:
        """Give places, sources, weapons, policy."""

    @property
    def settings(self) -> Chosen:
        """Give settings."""

    def clock(self) -> datetime:
        """Tell the time."""

    def now_picture(self) -> Picture:
        """Give what is published of what is believed now."""

    def area_state(self, code: str) -> AreaState:
        """Give what is said of an area now."""

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Give published changes by number."""

    def claim(self, claim: str) -> Claim | None:
        """Give a claim by its id, where the public may read its words."""

    async def view(self, at: datetime | None = None, known_at: datetime | None = None) -> Then:
        """Give the published state of the world as known at a moment."""


class Then(Protocol):
    """The published state of the world at one moment."""

    @property
    def picture(self) -> Picture:
        """What was believed."""


class Views:
    """The pages' look at one app; follows its published changes for the story and the recent hours."""

    def __init__(self, app: Host) -> None:
        self.app = app
        self.places = app.world.places
        self.names = Names(register=app.world.register, weapons=app.world.weapons)
        self.after = 0
        self._told: deque[Change] = deque(maxlen=_REMEMBERED)
        # Changes of alerts, and the number of the last change of any kind, by first-level area; ``""`` is everywhere.
        self._alerts: dict[str, deque[Change]] = {}
        self._last: dict[str, int] = {}
        self._sheets: dict[str, Sheet | None] = {}
        self._spoke: dict[str, datetime] = {}
        outlive(app, "views", self, ("after", "_told", "_alerts", "_last", "_spoke"))

    def follow(self) -> int:
        """Take in what was published since; the number of the last change."""
        while batch := self.app.changes(self.after, _STEP):
            before, self.after = self.after, max(self.after, batch[-1].number)
            self._told.extend(c for c in batch if c.fact.type not in {"alarm", "coverage"})
            for change in batch:
                self._file(change)
            if self.after == before:
                break
        return self.after

    def _file(self, change: Change) -> None:
        self._spoke.update(dict.fromkeys(_whose(change), change.at))
        firsts = {self._first(code) for code in areas_of(change.fact)} or {""}
        for first in sorted(firsts):
            self._last[first] = change.number
            if isinstance(change.fact.noun, Alert):
                self._alerts.setdefault(first, deque(maxlen=_REMEMBERED)).append(change)

    def _first(self, code: str) -> str:
        """Give the first-level area of a code; what is abroad or everywhere concerns all of them."""
        first = self.places.first_level_of(code)
        return first if first is not None and self.ours(first) else ""

    def moved(self, code: str) -> int:
        """Give the number of the last change that the page of an area could show; of the country, of any change."""
        number = self.follow()
        if code == self.places.root:
            return number
        first = self._first(code)
        return max(self._last.get(first, 0), self._last.get("", 0))

    def _alerts_of(self, code: str) -> list[Change]:
        """Give changes of alerts that touch an area, oldest first."""
        keys = sorted(self._alerts) if code == self.places.root else ["", self._first(code)]
        kept = [c for key in keys for c in self._alerts.get(key, ()) if self._touches(_area(c), code)]
        return sorted(kept, key=lambda c: c.number)

    def told(self) -> tuple[Change, ...]:
        """Give the changes that make the story, oldest first."""
        self.follow()
        return tuple(self._told)

    def spoke(self, source: str) -> datetime | None:
        """Tell when a source's word last went into something published; what is held back tells no hour (R27)."""
        self.follow()
        return self._spoke.get(source)

    def ours(self, code: str) -> bool:
        """Whether an area is one of the country's: those abroad have no page."""
        return self.places.covers(self.places.root, code)

    def known(self, code: str) -> AreaRef | None:
        """Give the area that has this code and a page."""
        if len(code) > 40 or self.places.area(code) is None or not self.ours(code):
            return None
        return self.places.ref(code)

    def otherwise(self, code: str) -> str | None:
        """Give the code of the area that a dialect, or a careless hand, knows by this name."""
        if len(code) > 40:
            return None
        found = [self.places.by_dialect_id(dialect, code) for dialect in DIALECTS]
        return next((one for one in (*found, code.upper()) if one and self.known(one)), None)

    def spots(self, lang: str) -> tuple[Spot, ...]:
        """Give code, name, latitude, longitude and outline of every raion, and of cities that are first-level areas.

        An outline is its rings, each a list of longitude and latitude in 1e-4 degrees: the first pair, then steps.
        """
        found = []
        for first in self.places.first_level():
            area = self.places.area(first)
            parts = (first,) if area is not None and area.kind == "city" else self.places.children(first)
            for code in parts:
                known, position = self.places.area(code), self.places.position(code)
                if known is not None and position is not None and known.level in {"raion", "oblast"}:
                    where = (round(position[0], 3), round(position[1], 3))
                    found.append((code, known.names.get(lang, code), *where, self._steps(code)))
        return tuple(found)

    def _steps(self, code: str) -> tuple[tuple[int, ...], ...]:
        outline = self.places.outline(code)
        made = []
        for ring in outline.rings if outline is not None else ():
            at = [(round(float(x) * 1e4), round(float(y) * 1e4)) for x, y in ring]
            steps = [step for a, b in pairwise(at) for step in (b[0] - a[0], b[1] - a[1])]
            made.append((*at[0], *steps))
        return tuple(made)

    def parts(self, code: str) -> tuple[str, ...]:
        """Give the areas into which a page is divided: oblasts, raions, hromadas, or a city's districts."""
        if code == self.places.root:
            return self.places.first_level()
        parts = self.places.children(code)
        level = self.places.ref(code).level
        if level in {"hromada", "settlement"} and code not in self.places.first_level():
            return tuple(p for p in parts if self.places.ref(p).level == "district")
        return parts

    def view(self, ref: AreaRef) -> View:
        """Cut what is known to what concerns one area."""
        code, parts = ref.code, self.parts(ref.code)
        if code not in self._sheets:
            self._sheets[code] = sheet(parts, self.places) if parts else None
        self.follow()
        mine = self._alerts_of(code)
        since = self.app.clock() - timedelta(hours=HOURS)
        ended = [c for c in mine if c.fact.verb in {"clear", "revoke", "lapse"} and c.at > since]
        children = tuple(self.app.area_state(part) for part in parts)
        everything = self.app.now_picture()
        picture = self._cut(everything, code)
        counted = {line.area for line in picture.ledgers.lines if line.area}
        return View(
            state=_warned(self.app.area_state(code), children),
            names=self.names,
            above=tuple(self.places.ref(c) for c in reversed(self.places.ancestors(code))),
            children=children,
            within=self._within(code, everything),
            picture=picture,
            help=self._help(picture),
            places={one: self.places.ref(one) for one in sorted(counted)},
            ended=tuple(reversed(ended[-_ENDED:])),
            spans=merged(s for s in spans(mine) if s.end is None or s.end > since),
            sheet=self._sheets[code],
            cleared=next((c for c in reversed(mine) if _ends_alarm(c)), None),
            changed=next((c.at for c in reversed(mine) if c.fact.verb != "withhold"), None),
        )

    def once(self, ref: AreaRef, picture: Picture, moment: datetime) -> View:
        """Cut what had been published by a moment to what concerns one area."""
        code, parts = ref.code, self.parts(ref.code)
        if code not in self._sheets:
            self._sheets[code] = sheet(parts, self.places) if parts else None
        self.follow()
        mine = [c for c in self._alerts_of(code) if c.at <= moment]
        since = moment - timedelta(hours=HOURS)
        ended = [c for c in mine if c.fact.verb in {"clear", "revoke", "lapse"} and c.at > since]
        children = tuple(self._state_then(self.places.ref(part), picture, moment) for part in parts)
        shown = self._cut(picture, code)
        counted = {line.area for line in shown.ledgers.lines if line.area}
        return View(
            state=_warned(self._state_then(ref, picture, moment), children),
            names=self.names,
            above=tuple(self.places.ref(c) for c in reversed(self.places.ancestors(code))),
            children=children,
            within=self._within(code, picture),
            picture=shown,
            places={one: self.places.ref(one) for one in sorted(counted)},
            help=self._help(shown),
            ended=tuple(reversed(ended[-_ENDED:])),
            spans=merged(s for s in spans(mine) if s.end is None or s.end > since),
            sheet=self._sheets[code],
            cleared=next((c for c in reversed(mine) if _ends_alarm(c)), None),
            changed=next((c.at for c in reversed(mine) if c.fact.verb != "withhold"), None),
        )

    def _within(self, code: str, picture: Picture) -> tuple[Alert, ...]:
        return tuple(
            a for a in picture.alerts if a.layer == "official" and self.places.covers(code, a.area.code)
        )

    def _state_then(self, ref: AreaRef, picture: Picture, moment: datetime) -> AreaState:
        """Say of an area what the alerts and the coverage of a moment say; a look back is never valid until later."""
        over = [a for a in picture.alerts if self.places.covers(a.area.code, ref.code)]
        official = tuple(a for a in over if a.layer == "official" and not a.contradicted)
        first = self.places.first_level_of(ref.code) or ref.code
        watched = next((c for c in picture.coverage if c.area in {ref.code, first}), None)
        state: Any = watched.state if watched is not None else "UNKNOWN"
        within = self._within(ref.code, picture)
        if official and state != "STALE":
            state = "ACTIVE"
        elif within and state != "STALE":
            state = "PARTLY"
        elif state in {"ACTIVE", "PARTLY"}:
            state = "CLEAR"
        levels = {a.level for a in official}
        begun = [a.valid.start for a in official if a.valid.start]
        return AreaState(
            area=ref,
            state=state,
            level="yellow" if levels == {"yellow"} else "red" if official else None,
            since=min(begun, default=None),
            official=official,
            warnings=tuple(a for a in over if a.layer == "warning"),
            known_at=moment,
            heard_at=watched.last_heard if watched is not None else None,
            stale=state in {"STALE", "UNKNOWN"},
        )

    def stops(self, code: str) -> tuple[Change, ...]:
        """Give the changes of the recent hours that the page of an area can be looked back to."""
        self.follow()
        since = self.app.clock() - timedelta(hours=HOURS)
        return tuple(c for c in self._alerts_of(code) if c.at > since and c.fact.verb != "withhold")

    def _help(self, picture: Picture) -> tuple[Help, ...]:
        """Gather what help is open or was closed, each with the words that say where."""
        found = []
        for line in picture.ledgers.lines:
            if line.subject not in HELP or line.status not in {"standing", "denied"}:
                continue
            claims = (claim for one in line.claims if (claim := self.app.claim(one)) is not None)
            words = tuple(" … ".join(e.quote for e in claim.evidence)[:_QUOTED] for claim in claims)
            found.append(Help(line=line, words=words))
        return tuple(sorted(found, key=lambda one: one.line.stated_at, reverse=True)[:_SHOWN])

    def then(self, changes: Sequence[Change]) -> View:
        """Give the country as it had been published by the last of these changes, for a look back."""
        picture, root = known_then(changes), self.places.ref(self.places.root)
        at = changes[-1].at if changes else _EPOCH
        counted = {line.area for line in picture.ledgers.lines if line.area}
        return View(
            state=AreaState(area=root, state="UNKNOWN", known_at=at),
            names=self.names,
            picture=picture,
            places={one: self.places.ref(one) for one in sorted(counted)},
        )

    def _touches(self, one: str, other: str) -> bool:
        return self.places.covers(one, other) or self.places.covers(other, one)

    def _near(self, one: str | None, code: str) -> bool:
        """Whether a place is of the same oblast, or covers it: what a person calls nearby."""
        if one is None or code == self.places.root or self._touches(one, code):
            return True
        first = self.places.first_level_of(code)
        return first is not None and first == self.places.first_level_of(one)

    def _cut(self, picture: Picture, code: str) -> Picture:
        lines = tuple(one for one in picture.ledgers.lines if self._near(one.area, code))
        return msgspec.structs.replace(
            picture,
            threats=tuple(t for t in picture.threats if self._threatens(t, code)),
            incidents=newest((i for i in picture.incidents if self._near(i.area.code, code)), _SHOWN),
            ledgers=Ledgers(lines=lines, preferred=picture.ledgers.preferred),
            statements=picture.statements[-_SAID:],
        )

    def _threatens(self, threat: Threat, code: str) -> bool:
        named = [area.code for area in (*threat.areas, *threat.toward) if self.ours(area.code)]
        # One that names none of our areas (a carrier in the air abroad) concerns all.
        return not named or any(self._touches(one, code) for one in named)

    def quotes(self, changes: Iterable[Change]) -> Mapping[str, Quote]:
        """Find the words behind changes, as far as the public may read them (R27)."""
        found: dict[str, Quote] = {}
        for one in dict.fromkeys(c for change in changes for c in change.fact.because):
            claim = self.app.claim(one)
            if claim is not None and claim.evidence:
                source = self.names.register.get(claim.source)
                found[one] = Quote(
                    source=source.name if source else claim.source,
                    quote=" … ".join(e.quote for e in claim.evidence)[:_QUOTED],
                )
        return found


def _warned(state: AreaState, children: Sequence[AreaState]) -> AreaState:
    """Let an area show the warnings of its parts too: a country is not quiet while half of it is warned."""
    warnings = {alert.id: alert for one in (state, *children) for alert in one.warnings}
    return msgspec.structs.replace(state, warnings=tuple(warnings.values()))


def _whose(change: Change) -> tuple[str, ...]:
    noun = change.fact.noun
    match noun:
        case Alert():
            return noun.whose
        case LedgerLine() | Statement():
            return (noun.source,)
        case _:
            return noun.sources


def _ends_alarm(change: Change) -> bool:
    alert = change.fact.noun
    return isinstance(alert, Alert) and alert.layer == "official" and change.fact.verb == "clear"


def _area(change: Change) -> str:
    alert = change.fact.noun
    return alert.area.code if isinstance(alert, Alert) else ""


def known_then(changes: Iterable[Change]) -> Picture:
    """Give incidents, ledger lines and statements as they had been published by the last of these changes."""
    incidents: dict[str, Incident] = {}
    lines: dict[str, LedgerLine] = {}
    statements: dict[str, Statement] = {}
    for change in changes:
        match change.fact.noun:
            case Incident() as noun:
                incidents[noun.id] = noun
            case LedgerLine() as noun:
                lines[noun.id] = noun
            case Statement() as noun:
                statements[noun.id] = noun
    return Picture(
        incidents=newest(incidents.values(), _SHOWN),
        ledgers=Ledgers(lines=tuple(lines.values())),
        statements=tuple(statements.values())[-_SAID:],
    )


def newest(incidents: Iterable[Incident], limit: int) -> tuple[Incident, ...]:
    """Give the newest incidents first."""
    return tuple(sorted(incidents, key=lambda i: (i.valid.start or _EPOCH, i.id), reverse=True)[:limit])
