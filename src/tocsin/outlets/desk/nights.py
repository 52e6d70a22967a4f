"""The night as the screen shows it: cut from the app, the same for all who look within a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.decisions.comparing import compare
from tocsin.decisions.publisher import Publisher
from tocsin.model import Alert, AreaState, Change, Picture
from tocsin.outlets.desk.floor import Floor
from tocsin.outlets.desk.inbox import Inbox
from tocsin.outlets.desk.wanted import wanted
from tocsin.render.desk_values import Held, Night, Outlet, Seat, Waiting, Wanted
from tocsin.render.naming import Names

__all__ = ["Beside", "Nights", "newest_red"]

_REPORTS = 200
_CHANGES = 300
_WITHHELD_LOOK = 2000
_SENT_FOR = 2000
_HELD = 100
_DISAGREED = 10
_LATELY = timedelta(minutes=30)
_COMPARE_EVERY = timedelta(seconds=15)


class Beside(msgspec.Struct, frozen=True):
    """What others say of the same night: a second reader's disagreements, the alerts of another policy."""

    disagreements: Callable[[], Sequence[Mapping[str, object]]] = tuple
    alerts: Callable[[], Sequence[Change]] = tuple


class Nights:
    """Makes nights. ``outlets`` are the names of what sends; ``base`` is where the desk is."""

    def __init__(self, floor: Floor, base: str, outlets: Sequence[str], beside: Beside) -> None:
        self._floor = floor
        self._beside = beside
        self._base = base
        self._outlets = tuple(dict.fromkeys(outlets))
        self._inbox = Inbox(floor)
        self._names = Names(register=floor.world.register, weapons=floor.world.weapons)
        places = floor.world.places
        firsts = places.first_level()
        self._codes = tuple(
            dict.fromkeys(
                (places.root, *firsts, *(c for one in firsts for c in places.children(one) if self._kept(c)))
            )
        )
        self._made: tuple[tuple[int, int, int], Night] | None = None
        self._compared: tuple[datetime, tuple[Change, ...]] | None = None

    def _kept(self, code: str) -> bool:
        area = self._floor.world.places.area(code)
        return area is not None and area.level in {"raion", "oblast"}

    @property
    def number(self) -> int:
        """Number of the last change; whoever has it has seen all."""
        return self._floor.state.changed

    async def of(self, seat: Seat, known_at: datetime | None = None) -> Night:
        """Return the night as one person sees it, now or as it was known at a moment."""
        now = self._floor.clock()
        if known_at is not None and known_at < now:
            night = await self._past(known_at, now)
        else:
            night = await self._present(now)
        waiting = tuple(
            msgspec.structs.replace(one, mine=one.order.operator == seat.operator) for one in night.waiting
        )
        return msgspec.structs.replace(night, seat=seat, waiting=waiting)

    async def _present(self, now: datetime) -> Night:
        state = self._floor.state
        key = (state.number, state.changed, int(now.timestamp()))
        if self._made is not None and self._made[0] == key:
            return self._made[1]
        picture = state.picture(now)
        states = tuple(state.area_state(code, now) for code in self._codes)
        recent = self._floor.desk_changes(max(state.changed - _WITHHELD_LOOK, 0), _WITHHELD_LOOK)
        heard = await self._inbox.newest(_REPORTS)
        degraded = self._degraded()
        night = Night(
            seat=Seat(operator=""),
            now=now,
            number=state.changed,
            entry=state.number,
            names=self._names,
            places=self._floor.world.places,
            base=self._base,
            span=self._span(now),
            states=states,
            picture=picture,
            heard=heard,
            changes=tuple(recent[-_CHANGES:]),
            waiting=tuple(
                Waiting(reference=one.reference, order=one.order, at=one.since, until=one.until)
                for one in state.desk.waiting(now)
            ),
            silences=self._floor.silences(),
            quarantined=state.quarantined,
            outlets=self._sending(),
            wanted=(
                *wanted(
                    picture,
                    states,
                    recent,
                    self._inbox.problems,
                    degraded,
                    weapons=self._floor.world.weapons,
                    now=now,
                ),
                *self._disagreements(now),
            ),
            degraded=degraded,
            held=self._held(now),
            shadow=self._shadow(recent, now),
        )
        self._made = (key, night)
        return night

    async def _past(self, known_at: datetime, now: datetime) -> Night:
        """Return what was known then: what came in, what was believed, what stood."""
        view = await self._floor.view(None, known_at, desk=True)
        last = self._entry_at(known_at)
        until = self._change_at(known_at)
        recent = self._floor.desk_changes(max(until - _WITHHELD_LOOK, 0), min(until, _WITHHELD_LOOK))
        states = self._states(view.picture, known_at)
        return Night(
            seat=Seat(operator=""),
            now=now,
            number=until,
            entry=last,
            names=self._names,
            places=self._floor.world.places,
            base=self._base,
            known_at=known_at,
            span=self._span(now),
            states=states,
            picture=view.picture,
            heard=await self._inbox.newest(_REPORTS, last),
            changes=tuple(recent[-_CHANGES:]),
            wanted=wanted(
                view.picture,
                states,
                recent,
                (),
                {},
                weapons=self._floor.world.weapons,
                now=known_at,
            ),
        )

    # --- what others say, and what is held back

    def _disagreements(self, now: datetime) -> list[Wanted]:
        """Return where a second reader lately read otherwise than the rules."""
        found = []
        for one in self._beside.disagreements():
            entry = self._floor.journal.entry(int(str(one["entry"])))
            if entry is not None and now - entry.recorded_at <= _LATELY:
                what = f"{one['what']}: {one['rules'] or '-'} / {one['model'] or '-'}"
                target = str(one["claim"] or f"{one['source']}:{one['report']}")
                found.append(Wanted(kind="disagreement", target=target, since=entry.recorded_at, what=what))
        return found[:_DISAGREED]

    def _held(self, now: datetime) -> tuple[Held, ...]:
        """Return what the embargo keeps back, the next to go out first."""
        gate = self._floor.publication.gate
        if not isinstance(gate, Publisher):
            return ()
        late = datetime.max.replace(tzinfo=UTC)
        held = sorted(gate.waiting(now), key=lambda one: (one.until or late, one.claim))
        return tuple(
            Held(
                claim=one.claim,
                source=one.source,
                partly=one.partly,
                until=one.until,
                kept=one.kept,
                override=one.override,
                why=one.why,
            )
            for one in held[:_HELD]
        )

    def _shadow(self, recent: Sequence[Change], now: datetime) -> tuple[Change, ...]:
        """Return the raises of the policy beside that the live one did not make."""
        made = self._compared
        if made is not None and now - made[0] < _COMPARE_EVERY:
            return made[1]
        theirs = [one for one in self._beside.alerts() if one.at <= now]
        since = recent[0].at if recent else now
        theirs = [one for one in theirs if one.at >= since]
        gained = {one.id for one in compare(recent, theirs).gained} if theirs else set()
        found = {
            one.fact.noun.id: one
            for one in theirs
            if one.fact.verb == "raise" and isinstance(one.fact.noun, Alert) and one.fact.noun.id in gained
        }
        self._compared = (now, tuple(found.values()))
        return self._compared[1]

    # --- looking back

    def _entry_at(self, known_at: datetime) -> int:
        """Return the number of the last entry that was recorded by a moment."""
        journal = self._floor.journal
        late = datetime.max.replace(tzinfo=UTC)

        def recorded(number: int) -> datetime:
            found = journal.entry(number)
            return found.recorded_at if found is not None else late

        return bisect_right(range(1, journal.head[0] + 1), known_at, key=recorded)

    def _change_at(self, known_at: datetime) -> int:
        """Return the number of the last change by a moment."""
        late = datetime.max.replace(tzinfo=UTC)

        def made(number: int) -> datetime:
            found = self._floor.desk_changes(number - 1, 1)
            return found[0].at if found else late

        return bisect_right(range(1, self._floor.state.changed + 1), known_at, key=made)

    def _states(self, picture: Picture, at: datetime) -> tuple[AreaState, ...]:
        """Return what was said of each area, from the alerts that stood and from who was heard."""
        places = self._floor.world.places
        covered = {one.area: one for one in picture.coverage}
        states = []
        for code in self._codes:
            mine = [a for a in picture.alerts if places.covers(a.area.code, code)]
            official = tuple(a for a in mine if a.layer == "official")
            within = any(a.layer == "official" and places.covers(code, a.area.code) for a in picture.alerts)
            first = places.first_level_of(code)
            seen = covered.get(first) if first is not None else None
            quiet = seen.state if seen is not None else "UNKNOWN"
            levels = {a.level for a in official}
            states.append(
                AreaState(
                    area=places.ref(code),
                    state="ACTIVE" if official else "PARTLY" if within else _calm(quiet),  # type: ignore[arg-type]
                    level="red" if levels - {"yellow"} else "yellow" if levels else None,
                    official=official,
                    warnings=tuple(a for a in mine if a.layer == "warning"),
                    known_at=at,
                    heard_at=seen.last_heard if seen is not None else None,
                    stale=quiet == "STALE",
                )
            )
        return tuple(states)

    def _span(self, now: datetime) -> tuple[datetime, datetime] | None:
        first = self._floor.journal.entry(1)
        return (first.recorded_at, now) if first is not None else None

    # --- how we are

    def _degraded(self) -> Mapping[str, str]:
        told: Mapping[str, str] = self._floor.health(desk=True)["degraded"]
        return told

    def _sending(self) -> tuple[Outlet, ...]:
        silences = self._floor.silences()
        names = tuple(dict.fromkeys((*self._outlets, *self._floor.conditions)))
        found = []
        for name in names:
            tell = self._floor.conditions.get(name)
            sent = self._floor.journal.issued(name, max(self._floor.published_number - _SENT_FOR, 0))
            muted = [one for one in silences if one.outlet in {"*", name}]
            found.append(
                Outlet(
                    name=name,
                    why=tell() if tell is not None else None,
                    sent=sent[-1].change if sent else None,
                    sent_at=sent[-1].sent_at if sent else None,
                    silenced=muted[0].id if muted else None,
                )
            )
        return tuple(found)


def _calm(state: str) -> str:
    return state if state in {"CLEAR", "STALE", "UNKNOWN", "NOT_COVERED"} else "CLEAR"


def newest_red(changes: Sequence[Change]) -> list[str]:
    """Return the ids of alerts that became red within these changes: the desk sounds for them."""
    found: dict[str, None] = {}
    for change in changes:
        alert = change.fact.noun
        if change.fact.type == "alert" and change.fact.verb in {"raise", "revise"}:
            level = getattr(alert, "level", None)
            if level == "red" or (level is None and getattr(alert, "layer", "") == "official"):
                found[str(getattr(alert, "id", ""))] = None
    return list(found)
