"""What the duty desk's screen shows: one night as values, cut from the app by whoever answers for the desk.

The desk sees everything, the embargoed included; nothing of this is ever handed to a public page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from tocsin.model import AreaRef, AreaState, Change, Claim, Fact, Order, Picture, Problem, Report, Silence
from tocsin.places import Gazetteer
from tocsin.render.naming import Names

__all__ = [
    "ROLES",
    "Heard",
    "Held",
    "Moment",
    "Night",
    "Outlet",
    "Passkey",
    "Person",
    "Preview",
    "Saying",
    "Seat",
    "Sitting",
    "Told",
    "Waiting",
    "Wanted",
    "may",
]

ROLES = ("viewer", "operator", "approver", "administrator")
"""What a person may do at the desk, from least to most; who may approve may also operate."""


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Who sits at the desk: name, role, and the token that each of their acts must carry."""

    operator: str
    role: str = "viewer"
    csrf: str = ""
    expires_at: datetime | None = None
    idle_at: datetime | None = None
    asleep: bool = False
    """The screen goes on, but an act wants the person to show again who they are."""


def may(role: str, need: str) -> bool:
    """Whether a role reaches what is needed; a role that nobody knows reaches nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(need)


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it came and as it was read; ``number`` is its journal entry's."""

    number: int
    recorded_at: datetime
    report: Report
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()
    withdrawn: bool = False


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An order that waits for a second person (R1); ``mine`` when whoever looks gave it themselves."""

    reference: str
    order: Order
    at: datetime
    until: datetime | None = None
    mine: bool = False


class Outlet(msgspec.Struct, frozen=True, kw_only=True):
    """How one outlet is: why it is degraded if it is, the last change that it sent, until when it is silenced."""

    name: str
    why: str | None = None
    sent: int | None = None
    sent_at: datetime | None = None
    silenced: str | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Something that wants a person.

    ``kind``: contradiction, unconfirmed, doubtful (low credibility, high stakes), problem, disagreement, stale,
    degraded. ``target`` is the id that an act or an explanation takes; ``high`` marks what can't wait.
    """

    kind: str
    target: str
    since: datetime
    area: AreaRef | None = None
    what: str = ""
    claims: tuple[str, ...] = ()
    high: bool = False


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that the public does not see yet, or sees coarsely only (``partly``).

    ``until`` is when more of it goes out by itself, None for never; ``kept`` tells that an order keeps it. ``override``
    tells who may let it out before: desk or nobody.
    """

    claim: str
    source: str
    partly: bool = False
    until: datetime | None = None
    kept: bool = False
    override: str = "nobody"
    why: str = ""


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """All that the screen shows at one moment, as known at one moment.

    ``states`` are those of the country, its first-level areas and their parts; ``known_at`` is set for a look back;
    ``span`` are the times of the journal's first and last entry, between which time can be dragged. ``heard`` is
    newest first. ``waiting`` orders, ``silences`` and ``quarantined`` sources are the desk's own state.
    """

    seat: Seat
    now: datetime
    number: int
    """Of the last change; ``entry`` of the last journal entry."""
    entry: int = 0
    names: Names
    places: Gazetteer
    base: str = "/desk"
    """Where the desk is: an exercise's is at an address that says so."""
    known_at: datetime | None = None
    span: tuple[datetime, datetime] | None = None
    states: tuple[AreaState, ...] = ()
    picture: Picture = Picture()
    heard: tuple[Heard, ...] = ()
    changes: tuple[Change, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    silences: tuple[Silence, ...] = ()
    quarantined: tuple[str, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    degraded: Mapping[str, str] = {}
    held: tuple[Held, ...] = ()
    """What the embargo keeps from the public, the next to go out first."""
    shadow: tuple[Change, ...] = ()
    """What the shadow policy would have done and the live one did not."""


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """What one alert of a preview would say in one language, word for word as its CAP message says it."""

    fact: int
    """Index of the fact that it speaks for."""
    lang: str
    headline: str
    description: str
    instruction: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly what an order would do: what it would change and publish, whom that would reach, and who must agree.

    ``problem`` is set where the order would be refused. ``persons`` is how many it takes: with two, it waits for a
    second. ``reach`` names each outlet with how many are subscribed for these areas, None where nobody can count
    them. ``corrections`` take the order back (R4). ``token`` is what the sending must repeat, so that what was seen is
    what goes out.
    """

    order: Order
    problem: Problem | None = None
    persons: int = 1
    facts: tuple[Fact, ...] = ()
    texts: tuple[Saying, ...] = ()
    reach: tuple[tuple[str, int | None], ...] = ()
    silenced: tuple[tuple[str, str], ...] = ()
    """Outlet and alert id of what a silence would hold back."""
    corrections: tuple[Order, ...] = ()
    token: str = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has an account at the desk; ``enrolled`` once they chose a password."""

    name: str
    role: str
    disabled: bool = False
    enrolled: bool = False
    seen_at: datetime | None = None


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey of whoever looks at their account."""

    id: str
    label: str
    added_at: datetime
    used_at: datetime | None = None


class Sitting(msgspec.Struct, frozen=True, kw_only=True):
    """An open session of whoever looks at their account; ``mine`` is the one that they look with."""

    id: str
    since: datetime
    acted_at: datetime
    mine: bool = False


# --- an explanation, as decisions/explain.py gives it ---------------------------


class Told(Protocol):
    """A claim and the words that say it."""

    @property
    def claim(self) -> Claim:
        """What was understood."""

    @property
    def source(self) -> str:
        """Who said it."""

    @property
    def stated_at(self) -> datetime | None:
        """When, by their own word."""

    @property
    def received_at(self) -> datetime:
        """When we had it."""

    @property
    def quotes(self) -> tuple[str, ...]:
        """The words."""


class Moment(Protocol):
    """One change of what is explained."""

    @property
    def change(self) -> int:
        """Its number."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def verb(self) -> str:
        """What happened."""

    @property
    def rule(self) -> str | None:
        """By which rule."""

    @property
    def rule_why(self) -> str | None:
        """Why there is such a rule."""

    @property
    def why(self) -> str | None:
        """The reason's code."""

    @property
    def level(self) -> str | None:
        """Of an alert."""

    @property
    def words(self) -> tuple[Told, ...]:
        """On which words."""

    @property
    def orders(self) -> tuple[Order, ...]:
        """By whose order."""
