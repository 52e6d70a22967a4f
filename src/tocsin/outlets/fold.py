"""What is believed and what is published of it, moved on together by the same entries and instants."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from tocsin.decisions.publisher import Publisher
from tocsin.engine import State, World
from tocsin.model import Change, Claim, Entry, Problem, Report
from tocsin.outlets.hall import Age
from tocsin.outlets.publication import Gate, Passing, Publication
from tocsin.picture.record import Record

__all__ = ["Fold", "embargo_gate"]

log = logging.getLogger(__name__)


def embargo_gate(world: World, state: State) -> Gate:
    """Return what holds back what the embargo policy says; where there is no policy, nothing."""
    if world.embargo is None:
        return Passing()
    record = Record(world.places, world.weapons, world.register)
    return Publisher(world.embargo, world.register, world.places, record, told=state.record)


class Fold:
    """State and publication, moved on together by the same entries and instants."""

    def __init__(
        self,
        world: World,
        gate: Callable[[World, State], Gate] = embargo_gate,
        marks: Mapping[str, bool] | None = None,
    ) -> None:
        self.state = State(world)
        self.publication = Publication(gate(world, self.state), world.places, marks)
        self.changes: list[Change] = []
        self.problems: deque[Problem] = deque(maxlen=1000)
        self.failed = 0
        self._heard: dict[str, datetime] = {}
        """When each source last said something that the public may know of."""

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
        self.publication.advance(entry.recorded_at)
        self._hear(entry, claims)
        return claims, step.problems

    def _hear(self, entry: Entry, claims: Sequence[Claim]) -> None:
        """Note that a source was heard, unless all that it said is held back: its hour would tell of it (R27)."""
        body, at = entry.body, entry.recorded_at
        if isinstance(body, Report) and (
            not claims or any(self.publication.quotable(claim.id) for claim in claims)
        ):
            said = min(body.stated_at or at, at)
            self._heard[body.source] = max(said, self._heard.get(body.source, said))

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
        self.publication.advance(instant)

    def _take(self, changes: Sequence[Change]) -> None:
        if changes:
            self.changes.extend(changes)
            self.publication.absorb(changes)

    def _note(self, where: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(where=where, what=what, remedy=remedy))
