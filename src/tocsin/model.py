"""The nouns of the house: frozen values and their invariants, nothing else.

Every other room speaks in these. A noun's JSON is its fields in the order in
which they stand here (``msgspec``), so the public shapes of the contract and
the stored shapes are the same shapes. Times are aware and in UTC. Collections
are tuples; the few mappings are never changed after they were built.

Nouns are ``msgspec.Struct(frozen)`` and not dataclasses: building one costs a
tenth (docs/adr/0002).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

__all__ = [
    "ALARM_TYPES",
    "CLAIM_KINDS",
    "HARM_KEYS",
    "OBJECTS",
    "PLACE_ROLES",
    "Adoption",
    "Alarm",
    "Alert",
    "AreaRef",
    "AreaState",
    "By",
    "Cause",
    "Change",
    "Claim",
    "Coverage",
    "Deletion",
    "Entry",
    "Evidence",
    "Fact",
    "Incident",
    "Interval",
    "LedgerLine",
    "Ledgers",
    "Media",
    "Minute",
    "Order",
    "Picture",
    "PlaceRef",
    "Preferred",
    "Problem",
    "Range",
    "Reading",
    "Redaction",
    "Remains",
    "Report",
    "Silence",
    "Source",
    "Statement",
    "Threat",
    "Weapon",
]

CLAIM_KINDS = (
    "takeoff",
    "launch",
    "inbound",
    "danger",
    "danger-over",
    "lost",
    "alarm",
    "alarm-over",
    "air-defence",
    "interception",
    "explosion",
    "impact",
    "debris",
    "fire",
    "damage",
    "outage",
    "casualty",
    "response",
    "assessment",
    "hazard",
    "instruction",
    "statement",
    "tally",
)
"""What a claim can say; CONTRACT and docs/claims.md tell what each means."""

PLACE_ROLES = ("at", "from", "toward", "via", "near")
ALARM_TYPES = ("air-raid", "artillery", "urban-fights", "chemical", "nuclear")
OBJECTS = (
    "residential",
    "office",
    "unfinished-building",
    "roof",
    "vehicle",
    "heating-main",
    "power",
    "gas",
    "water",
    "school",
    "kindergarten",
    "hospital",
    "church",
    "embassy",
    "shop",
    "warehouse",
    "industrial",
    "port",
    "rail",
    "road",
    "fuel",
    "military",
    "open-ground",
    "other",
)
HARM_KEYS = (
    "killed",
    "injured",
    "affected",
    "hospitalised",
    "missing",
    "trapped",
    "rescued",
    "children-killed",
    "children-injured",
    "children-affected",
    "responders-killed",
    "responders-injured",
    "stress-reaction",
)


# --- small values -----------------------------------------------------------


class Range(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A count as the words give it, both bounds inclusive, either open (``None``).

    "at least five" is 5-None, "up to 5" None-5, exactly eight 8-8; ``approx``
    marks "about".
    """

    min: int | None
    max: int | None
    approx: bool = False

    def __post_init__(self) -> None:
        if self.min is not None and self.max is not None and self.min > self.max:
            msg = f"a range runs upward: {self.min} > {self.max}"
            raise ValueError(msg)


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of valid time, ``start`` inclusive, ``end`` exclusive, either open.

    ``precision`` tells how finely the words gave it: second, minute, hour,
    part-of-day, night, day, unknown.
    """

    start: datetime | None
    end: datetime | None
    precision: str = "minute"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong in data that was given to us: a value, never raised."""

    where: str
    what: str
    remedy: str


class AreaRef(msgspec.Struct, frozen=True, kw_only=True):
    """An area as the public face names it.

    ``level`` is country, oblast, raion, hromada, settlement, district (of a
    city), neighbourhood, region (abroad), airfield or sea.
    """

    code: str
    name: str
    names: dict[str, str]
    level: str


class PlaceRef(msgspec.Struct, frozen=True, kw_only=True):
    """A place as a claim names it: an area, the part it plays, how fine the words are.

    ``alternatives`` are the codes of the other areas that the name could mean,
    best first; empty when nothing else bears the name.
    """

    code: str
    name: str
    names: dict[str, str]
    level: str
    precision: str
    role: str
    alternatives: tuple[str, ...] = ()


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The characters of the report that say it: ``text[start:end] == quote``, in code points."""

    start: int
    end: int
    quote: str


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a report quotes: the id from the register (else a slug) and the words that name them."""

    id: str
    quote: str


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment, by digest; ``url`` is where it was seen."""

    sha256: str
    url: str | None = None


class Weapon(msgspec.Struct, frozen=True, kw_only=True):
    """A weapon of data/weapons.toml: what class it is, how fast, what level it alerts at.

    ``speed_kmh`` is a public figure, its source named in the data file;
    ``carrier`` marks aircraft that carry weapons rather than are ones.
    """

    slug: str
    klass: str
    level: str
    names: dict[str, str]
    speed_kmh: Range | None = None
    carrier: bool = False
    implies: tuple[str, ...] = ()
    aliases: dict[str, tuple[str, ...]] = {}
    """How texts call it, by language (``emoji`` is one): phrases for reading."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the source register (CONTRACT, Sources)."""

    id: str
    name: str
    names: dict[str, str] = {}
    """The name in other languages, by code; ``name`` is the English one."""
    kind: str = "public"
    reliability: str = "F"
    home: str | None = None
    aliases: tuple[str, ...] = ()
    authority: str | None = None
    fresh_for: int | None = None
    """Seconds of silence after which this source is stale; ``None`` means its kind's usual."""
    history: bool = False
    declares: tuple[str, ...] = ()
    side: str | None = None
    timezone: str = "Europe/Kyiv"

    def called(self, lang: str) -> str:
        """Return the name in a language, the English one where the register gives none."""
        return self.names.get(lang, self.name)

    @property
    def authority_id(self) -> str:
        """Whose word this source's word is: channels of one authority share it."""
        return self.authority or self.id


# --- what the journal holds ---------------------------------------------------


class Report(msgspec.Struct, frozen=True, kw_only=True, tag="report"):
    """One message exactly as received, never edited."""

    id: str
    source: str
    text: str
    stated_at: datetime | None = None
    replaces: str | None = None
    reply_to: str | None = None
    forwarded_from: str | None = None
    url: str | None = None
    retrieved_at: datetime | None = None
    media: tuple[Media, ...] = ()
    structured: str | None = None
    """JSON text of a machine-readable body, where the source sends one."""


class Deletion(msgspec.Struct, frozen=True, kw_only=True, tag="deletion"):
    """The source took a report back. The report stays in the journal."""

    id: str
    source: str
    deletes: str
    stated_at: datetime | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True, tag="order"):
    """A person's instruction, with name and reason."""

    operator: str
    verb: str
    target: str
    why: str
    arguments: dict[str, str] = {}
    key: str = ""
    """Made once by whoever sends it: the same key of the same operator twice is the same order."""


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's order that mutes a sending outlet for a time, in alertmanager's meaning.

    It mutes raises and revisions, never an end; ``outlet`` "*" is every one. Empty
    fields match all: ``area`` matches the areas inside it. What still stands when
    it ends is sent then.
    """

    id: str
    outlet: str
    area: str | None = None
    layer: str | None = None
    kind: str | None = None
    start: datetime
    until: datetime
    operator: str
    why: str


class Adoption(msgspec.Struct, frozen=True, kw_only=True, tag="adoption"):
    """A revision of policy, sources, lexicon, weapons or places coming into force.

    ``body`` is the whole text for policy and sources; for data that ships with
    the package it is empty and ``digest`` with ``version`` names it.
    """

    kind: str
    digest: str
    version: str
    body: str = ""


class Redaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="redaction"):
    """The text of the report at entry ``target`` was removed by order of two persons (R29).

    ``kept`` is what had been read from it, without a word of it (``Remains``, as JSON),
    so that folding the journal anew gives the same changes in the same numbers.
    """

    target: int
    operators: tuple[str, ...]
    why: str
    kept: str = ""


Body = Report | Deletion | Order | Adoption | Redaction


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A journal row: the only home of transaction time."""

    number: int
    recorded_at: datetime
    body: Body
    said: Reading | None = None
    """What had been read from a report whose words were removed since."""
    origin: str | None = None
    """Where the report came from first, where words that were removed since had shown it."""


# --- what reading yields ------------------------------------------------------


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a report says (CONTRACT, Claims). Every filled slot has words.

    ``id`` is ``source:report#n``. ``heading`` is a compass point (N, NE, ...)
    where the words give one. ``continues`` marks a bare continuation ("one more,
    same way") whose empty slots the picture fills from the channel's thread.
    ``partial`` marks an end that is one only for a part or for now.
    """

    id: str
    report: str
    source: str
    kind: str
    stance: Literal["asserts", "denies"] = "asserts"
    tense: Literal["now", "past", "expected"] = "now"
    hedged: bool = False
    by: By | None = None
    weapon: str | None = None
    count: Range | None = None
    joint: tuple[str, ...] = ()
    place: PlaceRef | None = None
    places: tuple[PlaceRef, ...] = ()
    object: str | None = None
    harm: dict[str, Range] | None = None
    scope: dict[str, Range] | None = None
    alarm_type: str | None = None
    heading: str | None = None
    continues: bool = False
    partial: bool = False
    corrects: bool = False
    valid: Interval
    evidence: tuple[Evidence, ...]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one report says: its language, its claims in order of their words, what was wrong."""

    report: str
    language: str
    claims: tuple[Claim, ...]
    problems: tuple[Problem, ...] = ()


class Remains(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is left of a report whose words were removed: nothing that it said in its own words."""

    reading: Reading
    structured: str | None = None
    """As much of its machine-readable body as the fold looks at."""
    origin: str | None = None
    copies: tuple[tuple[int, str], ...] = ()
    """Entries of reports that its words had shown to come from another, and from whom."""
    published: tuple[tuple[int, str, str], ...] = ()
    """Published changes that quoted it: number, digest of what was sent, head of the chain after it."""


# --- what the picture holds ---------------------------------------------------


class Threat(msgspec.Struct, frozen=True, kw_only=True):
    """A believed hazard over an interval.

    ``areas`` is where it was last said to be, ``toward`` what lies ahead of it
    in the words of the sources; no tracks. ``status``: live, lost, over.
    """

    id: str
    kind: str
    weapon: str
    weapon_class: str
    areas: tuple[AreaRef, ...]
    toward: tuple[AreaRef, ...] = ()
    origin: tuple[AreaRef, ...] = ()
    heading: str | None = None
    count: Range | None = None
    valid: Interval
    lapses_at: datetime | None = None
    status: Literal["live", "lost", "over", "lapsed"] = "live"
    sources: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    credibility: int = 6
    reliability: str = "F"
    official: bool = False
    """Whether an authority says so on its own feed; False where it rests on channels alone."""
    origins: int = 0
    """How many independent origins say so: reposts and copies count once."""
    last_said: datetime | None = None
    ended_by: str | None = None
    """The source that ended it; null while it stands, when it lapsed or was taken back."""
    earliest_arrival: dict[str, datetime] = {}


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """What an authority declared for an area: it stands until that authority ends it."""

    id: str
    area: AreaRef
    authority: str
    kind: str = "air-raid"
    level: str | None = None
    valid: Interval
    sources: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    late: bool = False
    unconfirmed: bool = True


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """A place and moment where sources report effects.

    ``status``: reported, confirmed, responding, contained, closed, withdrawn;
    ``reason`` tells why it was withdrawn. ``kinds`` are the claim kinds of
    effects that were said of it, in the order in which they were said.
    """

    id: str
    area: AreaRef
    attack: str | None = None
    """The attack that it belongs to: first-level area and start; joins incidents and ledger lines."""
    precision: str
    kinds: tuple[str, ...]
    objects: tuple[str, ...] = ()
    weapon: str | None = None
    status: str = "reported"
    reason: str | None = None
    hedged: bool = False
    valid: Interval
    where_prec: int | None = None
    """UCDP's 1 (a settlement or part of one) to 7 (abroad or at sea)."""
    date_prec: int | None = None
    """UCDP's 1 (the day is known) or 2 (a night over two days); ``valid`` says the minute where words do."""
    damage: str | None = None
    """UNOSAT's class, where the words give a degree: destroyed, severe, moderate, possible."""
    grade: str | None = None
    """EMS-98's D1 to D5, where the words of those who assess on the ground name it."""
    sources: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    credibility: int = 6


class LedgerLine(msgspec.Struct, frozen=True, kw_only=True):
    """A standing tally by one source (CONTRACT, Sources); lines are never silently summed.

    ``subject`` is killed, injured, affected, hospitalised, ... for people;
    launched, shot-down, lost, hit (with ``weapon``) for an attack; explosions;
    without-heating, heating-restored, ... (with ``unit``) for outages; damaged
    (with ``unit``) for things. ``reason`` tells why the line is no longer standing.
    """

    id: str
    subject: str
    incident: str | None
    area: str | None
    min: int | None
    max: int | None
    approx: bool = False
    source: str
    by: str | None = None
    weapon: str | None = None
    joint: tuple[str, ...] = ()
    """The other weapons that share this one count; it is never added to theirs."""
    unit: str | None = None
    attack: str | None = None
    stated_at: datetime
    valid: Interval
    hedged: bool = False
    supersedes: tuple[str, ...] = ()
    status: Literal["standing", "superseded", "retracted", "denied"] = "standing"
    reason: str | None = None
    claims: tuple[str, ...] = ()


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a party to the conflict says of its aims; beside, never inside, what is established."""

    id: str
    source: str
    by: str | None
    party: str | None
    quote: str
    stated_at: datetime
    claims: tuple[str, ...] = ()


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """Whether anybody is looking: who was heard for an area, and when last."""

    area: str
    state: Literal["ACTIVE", "PARTLY", "CLEAR", "STALE", "UNKNOWN", "NOT_COVERED"]
    last_heard: datetime | None = None
    sources: tuple[str, ...] = ()


# --- what decisions make ------------------------------------------------------


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert is about: claim kind and weapon, where they were stated."""

    kind: str
    weapon: str | None = None
    weapon_class: str | None = None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """What we issue for one area (GLOSSARY).

    One stands per layer, area and ``kind`` (an alarm type). ``level`` is red,
    yellow, or null where no cause is stated. ``contradicted`` marks an all-clear
    that independent reports speak against (R32).
    """

    id: str
    layer: Literal["official", "warning"]
    area: AreaRef
    kind: str = "air-raid"
    level: str | None
    cause: Cause
    rule: str
    revision: int = 1
    urgency: str = "Immediate"
    severity: str = "Extreme"
    certainty: str = "Observed"
    response: str = "Shelter"
    instruction: dict[str, str] = {}
    valid: Interval
    lapses_at: datetime | None = None
    whose: tuple[str, ...] = ()
    unofficial: bool = False
    unconfirmed: bool = False
    late: bool = False
    contradicted: bool = False
    ending: str | None = None
    """over, mistake, did-not-come: the three endings (R26); null while it stands."""
    because: tuple[str, ...] = ()


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A change before it has a number: what a room found, for the engine to publish.

    ``verb`` is raise, clear (alarms); raise, revise, clear, revoke, lapse,
    withhold (alerts); open, revise, close (the rest). ``move`` is True when the
    world moved on and False when we knew better about the past.
    """

    type: str
    verb: str
    noun: Threat | Alarm | Incident | LedgerLine | Statement | Coverage | Alert
    because: tuple[str, ...] = ()
    why: str | None = None
    move: bool = True


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What outlets follow. Numbers are a function of the journal, so a resume survives a restart."""

    number: int
    at: datetime
    entry: int
    """Number of the journal entry that caused it; 0 where a deadline did."""
    fact: Fact


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """What the record was told, so that the public's record can be told what of it may go out (R27)."""

    at: datetime
    verb: Literal["absorb", "retract", "order", "adopt"]
    report: Report | None = None
    claims: tuple[Claim, ...] = ()
    source: Source | None = None
    retracts: tuple[str, str] | None = None
    """Report and source of what was taken back."""
    order: Order | None = None
    register: tuple[Source, ...] = ()


# --- what can be asked --------------------------------------------------------


class Preferred(msgspec.Struct, frozen=True, kw_only=True):
    """For a subject and an incident (or an area), the line that the ranked rules prefer, and why."""

    subject: str
    incident: str | None
    area: str | None
    line: str
    why: str
    weapon: str | None = None
    unit: str | None = None
    attack: str | None = None


class Ledgers(msgspec.Struct, frozen=True, kw_only=True):
    """All lines, and which one is preferred where several speak of one thing."""

    lines: tuple[LedgerLine, ...] = ()
    preferred: tuple[Preferred, ...] = ()


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All that is believed and all that we issued, at one moment, as known at one moment."""

    alerts: tuple[Alert, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    threats: tuple[Threat, ...] = ()
    incidents: tuple[Incident, ...] = ()
    ledgers: Ledgers = Ledgers()
    statements: tuple[Statement, ...] = ()
    coverage: tuple[Coverage, ...] = ()


class AreaState(msgspec.Struct, frozen=True, kw_only=True):
    """What we say of one area now (R24, R33): a word, its age, until when it may be believed.

    ``state`` follows the official layer; warnings stand beside it. STALE keeps
    ``last_state``, and never looks like CLEAR.
    """

    area: AreaRef
    state: Literal["ACTIVE", "PARTLY", "CLEAR", "STALE", "UNKNOWN", "NOT_COVERED"]
    level: str | None = None
    since: datetime | None = None
    last_state: str | None = None
    contradicted: bool = False
    official: tuple[Alert, ...] = ()
    warnings: tuple[Alert, ...] = ()
    known_at: datetime
    heard_at: datetime | None = None
    stale: bool = False
    valid_until: datetime | None = None
