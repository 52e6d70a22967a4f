"""What an outlet sees of the app: the world, the time, the picture, and the way in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from tocsin.decisions.verbs import Preview
from tocsin.engine import World
from tocsin.model import (
    AreaState,
    Change,
    Claim,
    Deletion,
    Fact,
    Order,
    Picture,
    Problem,
    Report,
    Silence,
)
from tocsin.outlets.errors import OutletError
from tocsin.outlets.publication import Publication

__all__ = ["Age", "Conf", "Hall", "Proof", "Received", "UnwrittenError", "View", "outlive"]


class Proof(Protocol):
    """How one source proves itself."""

    @property
    def bearer(self) -> str | None:
        """Its token."""

    @property
    def hmac(self) -> str | None:
        """The key that it signs with."""


class Conf(Protocol):
    """The settings that HTTP needs (docs/settings.md)."""

    @property
    def open(self) -> bool:
        """Whether reports need no key."""

    @property
    def demo(self) -> bool:
        """Whether all of this is a demonstration."""

    @property
    def exercise(self) -> bool:
        """Whether all of this is an exercise."""

    @property
    def marks(self) -> Mapping[str, bool]:
        """What every message carries where nothing of it is real."""

    @property
    def desk_token(self) -> str | None:
        """The token of the desk."""

    @property
    def keys(self) -> Mapping[str, Proof]:
        """How each source proves itself."""

    @property
    def max_body(self) -> int:
        """Largest body in bytes."""

    @property
    def rate(self) -> int:
        """Reports a minute from one source."""

    @property
    def replay_window(self) -> float:
        """Seconds that a signed request's time may be off."""

    @property
    def heartbeat(self) -> float:
        """Seconds between heartbeats."""

    @property
    def stream_buffer(self) -> int:
        """Bytes that may wait for a slow reader."""

    @property
    def max_streams(self) -> int:
        """Streams open at once."""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one body that was handed in: its entry's number, or the problem that kept it out."""

    id: str
    number: int | None = None
    fresh: bool = False
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()
    """What was found wrong with it when it was read and folded; it is kept all the same."""


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """How old what is known is: when a source was last heard, and whether nobody watches or some area is stale."""

    heard_at: datetime | None
    stale: bool


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A picture with its two times: the moment it shows, and the moment as known at which."""

    picture: Picture
    at: datetime
    known_at: datetime
    age: Age


def outlive(hall: object, name: str, owner: object, fields: Sequence[str]) -> None:
    """Let the fields of whoever follows the changes outlive a restart, where the app keeps snapshots.

    A cache like the snapshot itself: without it the owner begins with the first change.
    The fields hold nouns, numbers, and collections of them.
    """
    keeps = getattr(hall, "keeps", None)
    if keeps is not None:
        for field, value in keeps(name, lambda: {each: getattr(owner, each) for each in fields}).items():
            setattr(owner, field, value)


class Hall(Protocol):
    """The app as its outlets see it. Whatever it gives is public unless it says desk."""

    @property
    def world(self) -> World:
        """The data that all stands on."""

    @property
    def publication(self) -> Publication:
        """What was published."""

    @property
    def settings(self) -> Conf:
        """How it is set."""

    def clock(self) -> datetime:
        """Tell the time."""

    def age(self) -> Age:
        """Return how old what is known now is, as far as the public may know."""

    def now_picture(self) -> Picture:
        """Return what is believed now, as far as the public may see it."""

    def area_state(self, code: str) -> AreaState:
        """Return what is said of an area now."""

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Return published changes after a number."""

    def desk_changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Return all changes after a number, the embargoed ones included."""

    def silences(self) -> tuple[Silence, ...]:
        """Return the silences in force."""

    def silenced(self, outlet: str, fact: Fact) -> Silence | None:
        """Return the silence that keeps a sending outlet from sending a fact now; an end is never kept back."""

    def preview(self, order: Order) -> Preview:
        """Return what an order would change, were it given now."""

    def about(self, alert: str, *, desk: bool = False) -> Sequence[Change]:
        """Return the changes of one alert; it reads them from disk, so not on the loop."""

    async def submit(self, bodies: Sequence[Report | Deletion | Order]) -> tuple[Received, ...]:
        """Write bodies down; durable and folded when it returns."""

    async def view(
        self,
        at: datetime | None = None,
        known_at: datetime | None = None,
        *,
        desk: bool = False,
        only: str | None = None,
    ) -> View:
        """Return the state of the world at a moment, as known at a moment; of a past one ``only`` one kind of noun."""

    async def evidence(
        self, claims: Sequence[str], *, desk: bool = False
    ) -> tuple[tuple[Claim, Report], ...]:
        """Return claims by id, each with the report that says it; the public gets those it may read."""

    def health(self, *, desk: bool = False) -> dict[str, Any]:
        """Return how we are: status, and what is degraded; for the desk, what came in as well."""

    def measures(self, *, desk: bool = False) -> Mapping[str, float]:
        """Return counters and gauges by name; for the desk, those of what came in as well."""


class UnwrittenError(OutletError):
    """What was handed in could not be made durable; nothing of it was taken."""
