"""The app as the desk sees it: everything, the embargoed included."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tocsin.decisions.verbs import Preview
from tocsin.engine import State, World
from tocsin.model import AreaState, Change, Claim, Deletion, Entry, Fact, Order, Problem, Report, Silence
from tocsin.outlets.hall import Received, View
from tocsin.outlets.publication import Publication

__all__ = ["Floor", "Ledger", "Watcher"]

Watcher = Callable[[Entry, tuple[Claim, ...], tuple[Problem, ...]], None]


class Ledger(Protocol):
    """The journal, as far as the desk reads it."""

    @property
    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry."""

    def entry(self, number: int) -> Entry | None:
        """Return an entry by its number."""

    def entries(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """Return entries in order."""

    def find(self, source: str, report: str) -> Entry | None:
        """Return the newest entry of a source's report, or of an operator's key."""

    def issued(self, outlet: str | None = None, after: int = 0) -> Sequence[Any]:
        """Return what was sent."""


class Conf(Protocol):
    """The settings that the desk needs."""

    @property
    def exercise(self) -> bool:
        """Whether all of this is an exercise."""

    @property
    def demo(self) -> bool:
        """Whether all of this is a demonstration."""

    @property
    def base_url(self) -> str | None:
        """Where readers reach us."""

    @property
    def marks(self) -> Mapping[str, bool]:
        """What every message carries where nothing of it is real."""


class Streams(Protocol):
    """The public stream."""

    @property
    def closed(self) -> bool:
        """Whether the server ends."""


class Floor(Protocol):
    """The app, unembargoed. Nothing of it goes to anybody who is not signed in."""

    watchers: list[Watcher]

    @property
    def world(self) -> World:
        """The data that all stands on."""

    @property
    def settings(self) -> Conf:
        """How it is set."""

    @property
    def state(self) -> State:
        """The engine's state."""

    @property
    def journal(self) -> Ledger:
        """The journal."""

    @property
    def streams(self) -> Streams:
        """The public stream, whose end is the server's."""

    @property
    def conditions(self) -> Mapping[str, Callable[[], str | None]]:
        """What tells of its own health."""

    @property
    def publication(self) -> Publication:
        """What was published, and the gate that holds the rest back."""

    @property
    def published_number(self) -> int:
        """Number of the last published change."""

    def clock(self) -> datetime:
        """Tell the time of the reports: a demonstration's runs faster."""

    def wall(self) -> datetime:
        """Tell the real time."""

    def read(self, report: Report) -> tuple[Claim, ...]:
        """Read a report."""

    def area_state(self, code: str) -> AreaState:
        """Return what is said of an area now."""

    def desk_changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Return all changes after a number."""

    def about(self, alert: str, *, desk: bool = False) -> Sequence[Change]:
        """Return the changes of one alert, however old; reads a disk."""

    def preview(self, order: Order) -> Preview:
        """Return what an order would change."""

    def silences(self) -> tuple[Silence, ...]:
        """Return the silences in force."""

    def silenced(self, outlet: str, fact: Fact) -> Silence | None:
        """Return the silence that keeps an outlet from sending a fact."""

    async def submit(self, bodies: Sequence[Report | Deletion | Order]) -> tuple[Received, ...]:
        """Write bodies down; durable and folded when it returns."""

    async def view(
        self, at: datetime | None = None, known_at: datetime | None = None, *, desk: bool = False
    ) -> View:
        """Return the state of the world at a moment, as known at a moment."""

    async def evidence(
        self, claims: Sequence[str], *, desk: bool = False
    ) -> tuple[tuple[Claim, Report], ...]:
        """Return claims by id with the reports that say them."""

    def health(self, *, desk: bool = False) -> dict[str, Any]:
        """Return how we are."""

    def measures(self, *, desk: bool = False) -> Mapping[str, float]:
        """Return counters and gauges."""
