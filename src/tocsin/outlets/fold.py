"""What is believed and what is published of it, moved on together by the same entries and instants."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from tocsin.decisions.publisher import Publisher
from tocsin.engine import State, World
from tocsin.model import Change, Claim, Entry, Problem, Report
from tocsin.outlets.annals import PUBLIC, Annals, Heard, Mark
from tocsin.outlets.hall import Age
from tocsin.outlets.publication import EMPTY_HEAD, Gate, Passing, Publication, Published
from tocsin.outlets.tail import Tail
from tocsin.outlets.trace import Trace
from tocsin.picture.record import Record

__all__ = ["Fold", "Kept", "embargo_gate"]

log = logging.getLogger(__name__)


def embargo_gate(world: World, state: State) -> Gate:
    """Return what holds back what the embargo policy says; where there is no policy, nothing."""
    if world.embargo is None:
        return Passing()
    record = Record(state.places, world.weapons, world.register)
    return Publisher(world.embargo, world.register, state.places, record, told=state.record)


class Kept(msgspec.Struct, kw_only=True):
    """All of a fold that must outlive a restart: deleting it costs the time in which the journal is folded anew."""

    state: State
    gate: Any
    published: int
    head: str
    sequences: list[int]
    heard: dict[str, datetime]
    problems: list[Problem]
    failed: int
    followers: dict[str, dict[str, Any]] = {}
    """What those who follow the changes keep, by name."""


class Fold:
    """State and publication, moved on together by the same entries and instants.

    With ``annals`` everything that happens is told to them, and only the newest
    changes stay in memory; without, all of them. ``kept`` goes on from a snapshot.
    """

    def __init__(
        self,
        world: World,
        gate: Callable[[World, State], Gate] = embargo_gate,
        marks: Mapping[str, bool] | None = None,
        *,
        annals: Annals | None = None,
        kept: Kept | None = None,
        redacted: Mapping[int, str] | None = None,
    ) -> None:
        self._annals = annals
        self.state = State(world) if kept is None else kept.state
        self.publication = Publication(
            gate(world, self.state) if kept is None else kept.gate,
            self.state.places,
            marks,
            fetch=None if annals is None else annals.published,
            last=0 if kept is None else kept.published,
            head=EMPTY_HEAD if kept is None else kept.head,
            redacted=redacted,
        )
        self.changes: Tail[Change] = Tail(None if annals is None else annals.changes, self.state.changed)
        self.problems: deque[Problem] = deque(() if kept is None else kept.problems, maxlen=1000)
        self.failed = 0 if kept is None else kept.failed
        self._heard: dict[str, datetime] = {} if kept is None else kept.heard
        """When each source last said something that the public may know of."""
        self._followers: dict[str, Callable[[], dict[str, Any]]] = {}
        self._resumed = {} if kept is None else dict(kept.followers)
        self._trace: Trace | None = None
        if annals is not None:
            self._look_on(kept.sequences if kept is not None else (0, 0, 0))

    def _look_on(self, sequences: Sequence[int]) -> None:
        gate = self.publication.gate
        apart = isinstance(gate, Publisher)
        self._trace = Trace(self.state, apart=apart, sequences=sequences)
        if isinstance(gate, Publisher):
            gate.witness(self._trace)

    def keeps(self, name: str, give: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Have what somebody knows who follows the changes kept with the fold; what was kept of it before."""
        name = f"{name}#{sum(one.partition('#')[0] == name for one in self._followers)}"
        self._followers[name] = give
        return self._resumed.pop(name, {})

    @property
    def sequences(self) -> list[int]:
        """How many versions the annals were told of, by side."""
        return [] if self._trace is None else list(self._trace.sequences)

    def mark(self) -> None:
        """Tell the annals up to which instant everything was told."""
        if self._annals is not None and self.state.now is not None:
            self._annals.take((Mark(self.state.number, self.state.now),))

    @contextmanager
    def keeping(self) -> Iterator[Kept]:
        """Give what must outlive a restart, with nobody looking on; to be written down before it goes on."""
        assert self._trace is not None  # noqa: S101 - without annals there is nothing to resume
        gate = self.publication.gate
        if isinstance(gate, Publisher):
            gate.witness(None)
        try:
            yield Kept(
                state=self.state,
                gate=gate,
                published=self.publication.last,
                head=self.publication.head,
                sequences=list(self._trace.sequences),
                heard=self._heard,
                problems=list(self.problems),
                failed=self.failed,
                followers={name: give() for name, give in self._followers.items()},
            )
        finally:
            if isinstance(gate, Publisher):
                gate.witness(self._trace)

    def enter(self, entry: Entry) -> tuple[tuple[Claim, ...], tuple[Problem, ...]]:
        """Live up to an entry's instant, then take it in; its claims, and what is wrong with it."""
        self.reach(entry.recorded_at)
        try:
            step = self.state.step(entry)
        except Exception as error:
            log.exception("entry %d could not be folded and is set aside", entry.number)
            self.failed += 1
            self._note(
                f"entry {entry.number}", f"could not be folded: {error}", "Report this; the entry is kept."
            )
            return (), (self.problems[-1],)
        for problem in step.problems:
            self._note(problem.where, problem.what, problem.remedy)
        self.failed += step.failed
        claims = step.reading.claims if step.reading is not None else ()
        self._take(step.changes)
        self._publish(self.publication.advance(entry.recorded_at))
        self._hear(entry, claims)
        self._tell(entry.recorded_at)
        return claims, step.problems

    def _hear(self, entry: Entry, claims: Sequence[Claim]) -> None:
        """Note that a source was heard, unless all that it said is held back: its hour would tell of it (R27)."""
        body, at = entry.body, entry.recorded_at
        if isinstance(body, Report) and (
            not claims or any(self.publication.quotable(claim.id) for claim in claims)
        ):
            said = min(body.stated_at or at, at)
            known = self._heard.get(body.source)
            if known is None or said > known:
                self._heard[body.source] = said
                if self._trace is not None:
                    self._trace.add(Heard(PUBLIC, body.source, at, said))

    def source_heard(self, source: str) -> datetime | None:
        """Return when a source was last heard, as far as the public may know."""
        return self._heard.get(source)

    def heard_at(self, code: str) -> datetime | None:
        """Return when one of the sources that drive an area was last heard, as far as the public may know."""
        return max(
            (at for one in self.state.watch.drivers(code) if (at := self._heard.get(one))), default=None
        )

    def age(self, at: datetime) -> Age:
        """Return how old what is known is at an instant."""
        codes = self.state.world.places.first_level()
        watched = any(self.heard_at(code) is not None for code in codes)
        silent = any(self.state.watch.freshness(code, at) == "STALE" for code in codes)
        heard = (when for source, when in self._heard.items() if source in self.state.register)
        return Age(heard_at=max(heard, default=None), stale=silent or not watched)

    def reach(self, instant: datetime) -> None:
        """Live up to an instant: whatever fell due by then happens."""
        try:
            changes = self.state.advance(instant)
        except Exception as error:
            log.exception("time could not pass")
            self.failed += 1
            self._note("deadlines", f"could not be kept: {error}", "Report this.")
            return
        self._take(changes)
        self._publish(self.publication.advance(instant))
        self._tell(instant)

    def _take(self, changes: Sequence[Change]) -> None:
        if changes:
            trace = self._trace
            for change in changes:
                self.changes.append(change)
                if trace is not None:
                    trace.add(change)
            self._publish(self.publication.absorb(changes))

    def _publish(self, published: Sequence[Published]) -> None:
        if self._trace is not None:
            for one in published:
                self._trace.add(one)

    def _tell(self, instant: datetime) -> None:
        """Hand over to the annals what was gathered, and let go of what they have written."""
        if self._annals is None or self._trace is None:
            return
        gathered = self._trace.collect()
        if gathered:
            self._annals.take((*gathered, Mark(self.state.number, instant)))
            if self._annals.trouble is None:
                written = self._annals.counters
                self.changes.trim(written.desk)
                self.publication.trim(written.published)

    def _note(self, where: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(where=where, what=what, remedy=remedy))
