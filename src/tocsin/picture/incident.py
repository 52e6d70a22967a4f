"""One incident as a pure function of its words: status, kinds, objects, belief."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.model import AreaRef, Claim, Incident, Interval
from tocsin.picture import weighing
from tocsin.picture.attacks import moment
from tocsin.picture.grading import DEGREES, damage_class, date_prec, ems_grade, where_prec
from tocsin.picture.speakers import STANDING, Speaker
from tocsin.picture.stages import quenched, restores, stage_of

__all__ = [
    "BELOW_CITY",
    "FALLEN",
    "MOMENTS",
    "WORKS",
    "Hot",
    "Word",
    "denied_kinds",
    "objects_fit",
    "told",
    "word_of",
]

BELOW_CITY = ("district", "neighbourhood")
"""Levels below a city: fine enough for an incident of harm or of a blast alone."""
MOMENTS = ("impact", "debris", "explosion")
"""Kinds that happen at a moment; the others are what follows from them."""
FALLEN = ("debris", "impact", "damage")
"""Ways in which one and the same fall is told."""
BUILDINGS = (
    "residential",
    "office",
    "school",
    "kindergarten",
    "hospital",
    "church",
    "embassy",
    "shop",
    "warehouse",
    "industrial",
    "other",
)
VAGUE = ("roof", "other")
COARSE = ("part-of-day", "night", "day")
WORKS = ("response", "assessment")


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as it was put to an incident, with its speaker and its times."""

    claim: Claim
    speaker: Speaker
    source: str
    report: str
    stated: datetime
    when: datetime
    exact: bool
    seq: int
    works: bool
    """Whether it tells of emergency services, or of an outage that ends, and not of effects."""
    denies: bool
    """Whether it denies effects."""
    stage: str | None
    """How far the work has come, by these words."""
    degree: str | None
    """How bad the damage is, by these words."""
    grade: str | None
    """The grade of EMS-98 that these words name."""

    @property
    def order(self) -> tuple[datetime, bool, str, int]:
        """Where the word comes among all: by when it was stated, of one moment denials last; never by when it came."""
        return (self.stated, self.denies, self.report, self.seq)


def word_of(claim: Claim, speaker: Speaker, *, source: str, report: str, stated: datetime, seq: int) -> Word:
    """Return a claim as a word on an incident."""
    when, exact = moment(claim, stated)
    works = claim.kind in WORKS or restores(claim)
    return Word(
        claim=claim,
        speaker=speaker,
        source=source,
        report=report,
        stated=stated,
        when=when,
        exact=exact,
        seq=seq,
        works=works,
        denies=claim.stance == "denies" and not works,
        stage=stage_of(claim) if works else "contained" if quenched(claim) else None,
        degree=damage_class(claim),
        grade=ems_grade(claim),
    )


class Hot(msgspec.Struct, frozen=True, kw_only=True):
    """An incident of the hot state: where, of which attack, and all words on it.

    ``emptied`` tells why no word is left; ``ruled`` is an operator's ruling.
    """

    id: str
    area: AreaRef
    precision: str
    attack: str
    words: tuple[Word, ...]
    emptied: str | None = None
    was: Incident | None = None
    """As it was last told, where no word is left."""
    ruled: tuple[str, str] | None = None

    @property
    def objects(self) -> tuple[str, ...]:
        """What was hit, in the order in which it was said."""
        named = (word.claim.object for word in self.words if not word.denies and not word.works)
        return tuple(dict.fromkeys(each for each in named if each is not None))


def objects_fit(objects: tuple[str, ...], named: str | None) -> bool:
    """Whether a word about ``named`` can speak of an incident with these ``objects``.

    A roof, or just "a building", fits any building; nothing said fits anything; else the same object.
    """
    if named is None or not objects or named in objects:
        return True
    if named in VAGUE:
        return any(each in BUILDINGS for each in objects)
    return named in BUILDINGS and set(objects) <= {*VAGUE}


def denied_kinds(kind: str) -> tuple[str, ...]:
    """Return the kinds of effects that fall with a denied one: damage was reported as where the debris fell."""
    return (kind, "damage") if kind in {"debris", "impact"} else (kind,)


def told(hot: Hot) -> Incident:
    """Return the incident as its words, taken together, tell it."""
    words = sorted(hot.words, key=lambda word: word.order)
    if not words and hot.was is not None:
        fate, why = hot.ruled or ("withdrawn", hot.emptied or "its reports were taken back")
        return msgspec.structs.replace(hot.was, status=fate, reason=why)
    active, denials, reason = _active(words)
    works = [word for word in words if word.works]
    effects = active or [word for word in words if not word.works and not word.denies]
    status, ended = _status(active, works)
    if not active and denials:
        status, ended = "withdrawn", denials[-1].stated
    elif not active:
        status, reason = "withdrawn", hot.emptied or "its reports were taken back"
    else:
        reason = None
    if hot.ruled is not None:
        status, reason = hot.ruled
    since = _since(effects)
    grades = [word.grade for word in words if word.grade is not None]
    return Incident(
        id=hot.id,
        area=hot.area,
        attack=hot.attack,
        precision=hot.precision,
        kinds=tuple(dict.fromkeys(word.claim.kind for word in effects)),
        objects=tuple(dict.fromkeys(word.claim.object for word in effects if word.claim.object is not None)),
        weapon=next((word.claim.weapon for word in effects if word.claim.weapon is not None), None),
        status=status,
        reason=reason,
        hedged=bool(active) and all(word.claim.hedged for word in active),
        valid=msgspec.structs.replace(since, end=ended),
        where_prec=where_prec(hot.precision),
        date_prec=date_prec(since),
        damage=min(
            (word.degree for word in effects if word.degree is not None),
            key=DEGREES.index,
            default=None,
        ),
        grade=grades[-1] if grades else None,
        sources=tuple(dict.fromkeys(word.source for word in words if not word.denies)),
        claims=tuple(dict.fromkeys(word.claim.id for word in words if not word.denies)),
        against=tuple(dict.fromkeys(word.claim.id for word in words if word.denies)),
        credibility=weighing.weigh(
            [_voice(word) for word in active], [_voice(word) for word in denials]
        ).credibility,
    )


def _active(words: list[Word]) -> tuple[list[Word], list[Word], str | None]:
    """Words of effects that stand after all denials, the denials, and the last one's reason.

    Where a denial left nothing, the next word that it doesn't bar is of something new, and lifts the bar: had the denial
    come in time, that word would have opened an incident of its own.
    """
    active: list[Word] = []
    denials: list[Word] = []
    barring: list[Word] = []
    reason: str | None = None
    for word in words:
        if word.works:
            continue
        if word.denies:
            kinds = denied_kinds(word.claim.kind)
            left = [each for each in active if each.claim.kind not in kinds or not _strikes(word, each)]
            denials.append(word)
            barring.append(word)
            if len(left) < len(active):
                active = left
                reason = f"{word.claim.kind} denied by {word.speaker.id}"
        elif not any(_bars(denial, word) for denial in barring):
            barring = barring if active else []
            active.append(word)
    return active, denials, reason


def _strikes(denial: Word, word: Word) -> bool:
    """Whether a denial takes a word out of force: its own source's, on its own feed, or an equal or higher standing's."""
    own = denial.speaker.authority == word.speaker.authority and (
        denial.speaker.direct or not word.speaker.direct
    )
    return own or denial.speaker.standing >= word.speaker.standing


def _bars(denial: Word, word: Word) -> bool:
    """Whether an earlier denial keeps a later, weaker word from standing: who retells may say it in other words."""
    kinds = FALLEN if denial.claim.kind in FALLEN else denied_kinds(denial.claim.kind)
    return (
        word.claim.kind in kinds
        and denial.speaker.standing > word.speaker.standing
        and denial.speaker.authority != word.speaker.authority
    )


def _status(active: list[Word], works: list[Word]) -> tuple[str, datetime | None]:
    """How far the incident has come, and when it was over."""
    status = "reported"
    plain = [word for word in active if not word.claim.hedged]
    origins = {word.speaker.origin for word in active if word.speaker.standing > STANDING["public"]}
    if any(word.speaker.official for word in plain) or len(origins) > 1:
        status = "confirmed"
    ended = None
    told = (*works, *(word for word in active if word.stage is not None))
    for word in sorted(told, key=lambda word: word.order):
        stage = word.stage
        if stage == "closed":
            status, ended = "closed", word.stated
        elif stage == "contained" and status != "closed":
            status = "contained"
        elif stage == "responding" and status in {"reported", "confirmed"}:
            status = "responding"
    return status, ended


def _since(effects: list[Word]) -> Interval:
    """Since when: as said to the minute; else a day or part of it, where words that look back say no more; else as stated.

    ``precision`` is minute, what the words say, or ``stated``: then the word's own time is all that is known.
    """
    moments = [word for word in effects if word.claim.kind in MOMENTS] or effects
    exact = [word.when for word in moments if word.exact]
    if exact:
        return Interval(start=min(exact), end=None, precision="minute")
    live = [word.when for word in moments if word.claim.valid.precision not in COARSE]
    if live or not moments:
        return Interval(start=min(live, default=None), end=None, precision="stated")
    first = min(moments, key=lambda word: word.order).claim.valid
    return Interval(start=first.start, end=None, precision=first.precision)


def _voice(word: Word) -> weighing.Voice:
    speaker = word.speaker
    return weighing.Voice(
        claim=word.claim.id,
        report=word.report,
        source=word.source,
        authority=speaker.authority,
        kind=speaker.kind,
        claim_kind=word.claim.kind,
        reliability=speaker.reliability if speaker.reliability in "ABCDEF" else "F",
        origin=speaker.origin,
        official=speaker.official,
        hedged=word.claim.hedged,
        at=word.stated,
    )
