"""What the grammar hands around: a report's context, its sentences and clauses, claims before they have ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from tocsin.model import Interval, Range, Source
from tocsin.places import Candidate, Gazetteer
from tocsin.reading.lexicon import Lexicon
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import LINE, Tokens

__all__ = ["Clause", "Context", "Draft", "Speaker", "Spot", "Unit"]


@dataclass(slots=True)
class Speaker:
    """Whom a sentence quotes: id, the tokens that name them, whether a party to the conflict."""

    id: str
    i: int
    j: int
    party: bool = False


@dataclass(slots=True)
class Spot:
    """A place in a sentence with its part: at, from, toward, via, near, or bare (``""``), ``into``, ``po`` and ``round`` undecided."""

    mark: Mark
    role: str
    best: Candidate
    others: tuple[str, ...] = ()
    listed: bool = False
    """Whether the place goes on a list and has its part from the place before it."""

    @property
    def code(self) -> str:
        """Code of the likeliest area."""
        return self.best.code


@dataclass(slots=True)
class Unit:
    """A sentence: tokens ``i:j``, its marks, where it stands."""

    i: int
    j: int
    marks: list[Mark]
    line: int
    paragraph: int
    first_in_line: bool
    last_in_line: bool
    by: Speaker | None = None
    voices: list[Speaker] = field(default_factory=list)
    """All whom the sentence quotes, where they are several."""
    past: bool = False
    says: set[str] = field(default_factory=set)
    """Every group and ``group.value`` that its marks may mean."""
    night: bool = False
    """It speaks of the night just past: what it totals is past, what it did is of this attack."""
    expected: bool = False
    hedged: bool = False
    corrects: bool = False
    partial: bool = False
    when: Interval | None = None


@dataclass(slots=True)
class Clause:
    """A part of a sentence that says one thing."""

    marks: list[Mark] = field(default_factory=list)
    cues: list[Mark] = field(default_factory=list)
    weapons: list[Mark] = field(default_factory=list)
    signs: list[Mark] = field(default_factory=list)
    """Weapons that only an emoji names."""
    counts: list[Mark] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    objects: list[Mark] = field(default_factory=list)
    harms: list[Mark] = field(default_factory=list)
    says: set[str] = field(default_factory=set)
    """Every group and ``group.value`` that its marks may mean."""
    inherited: Clause | None = None
    kind: str = ""
    """What it says of a threat, or "casualty": a clause of only a place and a count says the same."""


@dataclass(slots=True)
class Draft:
    """A claim before it has an id. ``i:j`` are the tokens of its evidence, ``also`` further stretches."""

    kind: str
    i: int
    j: int
    weapon: str | None = None
    count: Range | None = None
    joint: tuple[str, ...] = ()
    spots: list[Spot] = field(default_factory=list)
    main: Spot | None = None
    object: str | None = None
    harm: dict[str, Range] | None = None
    scope: dict[str, Range] | None = None
    alarm_type: str | None = None
    heading: str | None = None
    denies: bool = False
    tense: str = "now"
    hedged: bool = False
    continues: bool = False
    partial: bool = False
    corrects: bool = False
    by: Speaker | None = None
    when: Interval | None = None
    also: tuple[tuple[int, int], ...] = ()
    cue: int = -1
    """The token of the cue (or of what stands for it)."""


@dataclass(slots=True)
class Context:
    """What is known while a report is read, and what its earlier sentences left behind."""

    tokens: Tokens
    lexicon: Lexicon
    gazetteer: Gazetteer
    source: Source | None
    register: Mapping[str, Source]
    zone: tzinfo
    stated_at: datetime | None
    telegraphic: bool
    article: bool
    home: str | None
    regions: list[str] = field(default_factory=list)
    """Regions that the text names anywhere, for choosing among places of one name."""
    mentioned: list[str] = field(default_factory=list)
    heading_region: Spot | None = None
    heading_weapon: str | None = None
    heading_paragraph: int = -1
    heading_place: Spot | None = None
    """A city named at the head of a line: «над містом» means it."""
    last_spots: list[Spot] = field(default_factory=list)
    last_paragraph: int = -1
    last_weapon: tuple[str, ...] = ()
    last_paragraph_weapon: int = -1
    last_tally: int = -1
    """The paragraph of the last sentence that summed up."""
    listing: tuple[str, int, int] | None = None
    """What the list of totals counts that goes on, its last line and paragraph."""
    last_effect: str = ""
    summary: bool = False
    """A finished night or day is being summed up from here on."""
    day: datetime | None = None
    as_of: datetime | None = None
    speaker: Speaker | None = None
    speaker_paragraph: int = -1
    last_speaker: Speaker | None = None
    heading_kind: str = ""
    said_weapon: tuple[int, tuple[str, ...]] | None = None
    """The line and weapons of a sentence that names weapons alone: «Калібри! Пуск з акваторії…»."""
    armed: bool = False
    """The text names a weapon or the enemy."""
    at_war: bool = False
    """The text names a weapon, the enemy, or what weapons do."""
    language: str = "und"
    lower: bool = False
    """The whole text is in small letters: capitals prove nothing."""
    announced: tuple[int, Spot] | None = None
    last_heading_line: int = -1
    still_line: int = -1
    drill: bool = False
    """A sentence has said that sirens are tested or something is rehearsed: no alarm of this text is one."""
    lasting: tuple[int, int, int, str] | None = None
    """A heading «тривога ще триває у:» whose list goes on: its last line, its tokens, the type of the alarm."""
    last_marked: int = 0
    """The last sentence that has any marks."""
    last_line: int = 0
    ranked: dict[object, tuple[Candidate, ...]] = field(default_factory=dict)
    """The reader's memory of how candidates ranked."""
    names: list[Mark] = field(default_factory=list)
    """All names of places of the text."""
    raised: list[tuple[int, int]] = field(default_factory=list)
    """The tokens ``i:j`` of the sentences that raise an alarm and end none: their places are their own."""
    spoken: set[int] = field(default_factory=set)
    """The tokens that name who speaks."""
    drafts: list[Draft] = field(default_factory=list)

    def more_lines(self, unit: Unit) -> bool:
        """Whether a line follows a sentence's own line within its paragraph."""
        tokens = self.tokens
        return unit.j < len(tokens.words) and tokens.seps[unit.j] >= LINE


def places_of(clause: Clause) -> list[Spot]:
    return [s for s in clause.spots if s.role not in ("from", "via")] or clause.spots


def bounds(clause: Clause) -> tuple[int, int]:
    marks = [m for m in clause.marks if m.group not in ("state", "junk")] or clause.marks
    return min(m.i for m in marks), max(m.j for m in marks)
