"""Coverage: whether anybody is looking, and when he was last heard. Silence is never safety (R24).

An area is driven by the sources whose register row ``declares`` it. Nobody
drives it: NOT_COVERED. Never heard: UNKNOWN. Heard, but not within
``fresh_for``: STALE. Freshness is the age of the newest content (R10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tocsin.model import Claim, Coverage, Fact, Order, Report, Source
from tocsin.slate import Slate, Table, Timers

if TYPE_CHECKING:
    from tocsin.picture.alarms import Alarms
    from tocsin.places import Gazetteer

__all__ = ["USUAL_FRESH_FOR", "Watch"]

USUAL_FRESH_FOR = timedelta(hours=24)
"""For a source whose row names no ``fresh_for``: a push channel may be quiet for hours."""


class Watch:
    """Who was heard for each area, and when last."""

    def __init__(
        self, places: Gazetteer, *, slate: Slate, register: Mapping[str, Source], alarms: Alarms
    ) -> None:
        self._places = places
        self._alarms = alarms
        self._heard: Table[str, datetime] = Table(slate)
        """Newest content by source."""
        self._said: Table[str, str] = Table(slate)
        """The freshness that was last published, by first-level area."""
        self._quarantined: Table[str, bool] = Table(slate)
        self._timers = Timers(slate)
        self._drivers: dict[str, tuple[str, ...]] = {}
        self.adopt(register)

    def adopt(self, register: Mapping[str, Source]) -> None:
        """Use another register of sources from here on."""
        self._register = dict(register)
        self._declaring = tuple(s.id for s in register.values() if s.declares and not s.history)
        self._drivers.clear()

    def drivers(self, code: str) -> tuple[str, ...]:
        """The sources whose word is the official state of an area, sorted."""
        known = self._drivers.get(code)
        if known is None:
            known = tuple(
                sorted(
                    s
                    for s in self._declaring
                    if any(self._places.covers(d, code) for d in self._register[s].declares)
                )
            )
            self._drivers[code] = known
        return tuple(s for s in known if s not in self._quarantined)

    def fresh_for(self, source: str) -> timedelta:
        """How long a source may be silent before its areas are stale."""
        seconds = self._register[source].fresh_for
        return USUAL_FRESH_FOR if seconds is None else timedelta(seconds=seconds)

    # --- in -----------------------------------------------------------------

    def absorb(self, report: Report, claims: Sequence[Claim], source: Source, at: datetime) -> list[Fact]:
        """Note that a source was heard; the areas that became fresh by it.

        A source that declares alarms is heard from its first word of an alarm on:
        "good morning" tells nobody that no alarm stands (R24).
        """
        if source.history or source.id not in self._register or source.id in self._quarantined:
            return []
        said = min(report.stated_at or at, at)
        known = self._heard.get(source.id)
        if known is not None and known >= said:
            return []
        if known is None and source.id in self._declaring and not _tells_of_alarms(report, claims):
            return []
        self._heard.put(source.id, said)
        if source.id not in self._declaring:
            return []
        due = said + self.fresh_for(source.id)
        if due <= at:
            return []
        first = not self._timers.armed(source.id)
        self._timers.arm(source.id, due)
        return self._publish(source.id, at, "heard") if first else []

    def order(self, order: Order, at: datetime) -> list[Fact]:
        """A quarantined source drives nothing; a released one does again."""
        if order.verb == "quarantine":
            self._quarantined.put(order.target, True)
        elif order.verb == "release":
            self._quarantined.drop(order.target)
        else:
            return []
        return self._publish(order.target, at, order.verb) if order.target in self._register else []

    # --- time -----------------------------------------------------------------

    def next_deadline(self) -> datetime | None:
        """When the next source goes stale."""
        return self._timers.next()

    def advance(self, to: datetime) -> list[tuple[datetime, Fact]]:
        """Let every source that was silent too long go stale at its own instant."""
        facts: list[tuple[datetime, Fact]] = []
        while (due := self._timers.pop(to)) is not None:
            facts += [(due[0], f) for f in self._publish(due[1], due[0], "silent-too-long")]
        return facts

    def restore(self) -> None:
        """Make the deadlines fit the tables again, after an undo."""
        self._timers.restore()

    # --- who looks on -------------------------------------------------------------

    def heed(self, slate: Slate) -> None:
        """Let a slate note who was heard and who is quarantined."""
        slate.heed("heard", self._heard)
        slate.heed("quarantined", self._quarantined)

    def recall(self, heard: Mapping[str, datetime], quarantined: Sequence[str]) -> None:
        """Know who was heard as at an earlier moment, to be asked."""
        for source, at in heard.items():
            self._heard.put(source, at)
        for source in quarantined:
            self._quarantined.put(source, True)

    def last_of(self, source: str) -> datetime | None:
        """When a source was last heard."""
        return self._heard.get(source)

    def muted(self, source: str) -> bool:
        """Whether a source is quarantined."""
        return source in self._quarantined

    # --- asked ------------------------------------------------------------------

    def heard_at(self, code: str) -> datetime | None:
        """When a source that drives the area was last heard."""
        return max((self._heard.rows[s] for s in self.drivers(code) if s in self._heard), default=None)

    def freshness(self, code: str, at: datetime) -> str:
        """FRESH, STALE, UNKNOWN or NOT_COVERED."""
        drivers = self.drivers(code)
        if not drivers:
            return "NOT_COVERED"
        heard = [s for s in drivers if s in self._heard]
        if not heard:
            return "UNKNOWN"
        fresh = any(at < self._heard.rows[s] + self.fresh_for(s) for s in self._telling(heard))
        return "FRESH" if fresh else "STALE"

    def _telling(self, heard: list[str]) -> list[str]:
        """The sources whose silence says something: polled ones, where any was heard (R10).

        A push channel may be quiet for hours and still be well; it can't vouch for a poll that froze.
        """
        polled = [s for s in heard if self._register[s].fresh_for is not None]
        return polled or heard

    def valid_until(self, code: str, at: datetime) -> datetime | None:
        """Until when the area's state is fresh if nobody is heard again."""
        heard = [s for s in self.drivers(code) if s in self._heard]
        ends = [self._heard.rows[s] + self.fresh_for(s) for s in self._telling(heard)]
        return max((e for e in ends if e > at), default=None)

    def coverage(self, code: str, at: datetime) -> Coverage:
        """The coverage of one area."""
        fresh = self.freshness(code, at)
        state = self._alarms.state_of(code) if fresh == "FRESH" else fresh
        return Coverage(
            area=code,
            state=state,  # type: ignore[arg-type]
            last_heard=self.heard_at(code),
            sources=self.drivers(code),
        )

    def view(self, at: datetime) -> tuple[Coverage, ...]:
        """The coverage of every first-level area."""
        return tuple(self.coverage(code, at) for code in self._places.first_level())

    def _publish(self, source: str, at: datetime, why: str) -> list[Fact]:
        """Facts for the first-level areas whose freshness changed by this source."""
        facts = []
        declares = self._register[source].declares
        for code in self._places.first_level():
            if not any(self._places.covers(d, code) or self._places.covers(code, d) for d in declares):
                continue
            fresh = self.freshness(code, at)
            if self._said.get(code) == fresh:
                continue
            self._said.put(code, fresh)
            verb = "revise"
            facts.append(Fact(type="coverage", verb=verb, noun=self.coverage(code, at), why=why))
        return facts


def _tells_of_alarms(report: Report, claims: Sequence[Claim]) -> bool:
    """Whether a report shows that alarms can be heard here: one declared or ended, or a service's own snapshot."""
    return report.structured is not None or any(
        c.kind in ("alarm", "alarm-over") and c.tense == "now" and c.stance == "asserts" for c in claims
    )
