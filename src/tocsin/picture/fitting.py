"""Whether a word can speak of an incident: by time, by what it tells, and how close it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tocsin.model import Claim, Incident, PlaceRef
from tocsin.picture.incident import MOMENTS, Hot, Word

__all__ = ["APART", "apart", "began", "closeness", "own_kind", "present", "time_fits", "vague"]

APART = ("outage", "hazard")
"""Kinds that are incidents of their own: what fails in a network, and a danger that stays, are not what was hit."""
ONE_HIT = timedelta(minutes=45)
"""Moments farther apart than this are two hits, also on one house."""
ONE_HIT_EXACT = timedelta(minutes=20)
"""The same where both times are said to the minute."""
VAGUE = timedelta(hours=1)
DAY = timedelta(hours=24)


def began(hot: Hot) -> datetime:
    """When effects of an incident were first stated."""
    stated = [each.stated for each in hot.words if not each.works and not each.denies]
    return min(stated, default=datetime.max.replace(tzinfo=UTC))


def own_kind(word: Word) -> str | None:
    """Return the kind of a word whose incidents are apart from what was hit; None for any other."""
    return word.claim.kind if word.claim.kind in APART else None


def apart(hot: Hot) -> str | None:
    """Which of the kinds apart an incident is; None for what was hit."""
    kinds = {each.claim.kind for each in hot.words if not each.works or each.claim.kind in APART}
    return kinds.pop() if len(kinds) == 1 and kinds <= {*APART} else None


def present(claim: Claim, stated: datetime) -> bool:
    """Whether a claim speaks of this attack: not of the future, nor of days ago."""
    if claim.tense == "expected":
        return False
    if claim.tense == "past":
        return claim.valid.start is not None and claim.valid.start >= stated - DAY
    return True


def vague(claim: Claim) -> bool:
    """Whether the time of a claim is too coarse to tell two hits from one."""
    start, end = claim.valid.start, claim.valid.end
    coarse = claim.valid.precision in {"part-of-day", "night", "day", "unknown"}
    return claim.tense == "past" or (coarse and start is not None and (end is None or end - start > VAGUE))


def time_fits(hot: Hot, word: Word) -> bool:
    """Whether a word can be of the same moment as an incident; what follows from a hit may come at any time."""
    if word.claim.kind not in MOMENTS or vague(word.claim):
        return True
    moments = [each for each in hot.words if each.claim.kind in MOMENTS and not vague(each.claim)]
    if not moments:
        return True
    return any(
        abs(each.when - word.when) <= (ONE_HIT_EXACT if each.exact and word.exact else ONE_HIT)
        for each in moments
    )


def closeness(
    hot: Hot, noun: Incident, word: Word, place: PlaceRef
) -> tuple[bool, bool, bool, datetime, int]:
    """Rank how well an incident fits a word: place, object, kind, the newest, the oldest."""
    return (
        hot.area.code == place.code,
        word.claim.object is not None and word.claim.object in hot.objects,
        word.claim.kind in noun.kinds,
        max((each.when for each in hot.words), default=word.when),
        -min((each.seq for each in hot.words), default=word.seq),
    )
