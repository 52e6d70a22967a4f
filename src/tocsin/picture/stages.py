"""How far the work at a place has come, by the words of a claim's evidence.

A claim of response has no slot for its stage, and one of a death none for
where it happened; the words that say so are in the evidence. A ``scope`` that
names the stage is believed before the words.
"""

from __future__ import annotations

import re

import msgspec

from tocsin.model import Claim, Evidence

__all__ = [
    "HELP",
    "another",
    "died_in_hospital",
    "help_closed",
    "help_of",
    "in_full",
    "quenched",
    "restores",
    "stage_of",
    "unconfirmed",
]

CONTAINED = (
    "ліквідован", "ліквідували", "ліквідувал", "загас", "погас", "погаш", "локалізован", "локалізувал",
    "ликвидирован", "ликвидировал", "потуш", "локализован", "локализовал",
    "extinguished", "put out", "contained", "under control",
)  # fmt: skip
"""Stems that say that a fire is out or held."""
FINISHED = (
    "завершил", "завершен", "закінчил", "закінчен", "закончен", "закончил",
    "completed", "finished", "concluded", "search is over", "ended the search",
)  # fmt: skip
"""Stems that say that the work at a place is over."""
NOT_YET = ("не ліквід", "не загас", "не ликвид", "не потуш", "не заверш", "not yet", "not extinguished")
DYING = ("помер", "скончал", "умер", "died", "dies")
IN_HOSPITAL = ("лікарн", "больниц", "hospital", "реанімац", "реанимац")
_MORE = re.compile(
    r"\b(?:ще|ещё|еще)\s+(?:\d|од[ин]|дво|двух|дві|две|тро|три|чотир|четыр|четвер)|\banother\b|\b(?:one|two|three|\d+) more\b"
)
SAID = {"extinguished": "contained", "contained": "contained", "localised": "contained", "finished": "closed"}
"""What a key of ``scope`` says without reading the words."""


def stage_of(claim: Claim) -> str | None:
    """Tell what a claim of response makes of its incident; None for an assessment."""
    if restores(claim):
        scope = claim.scope or {}
        back, whole = scope.get("restored"), scope.get("of")
        partly = back is not None and whole is not None and (back.min or 0) < (whole.min or 0)
        return "responding" if partly else "contained" if back is not None else "closed"
    if claim.kind != "response":
        return None
    for key in claim.scope or {}:
        if key in SAID:
            return SAID[key]
    words = _words(claim)
    if any(stem in words for stem in NOT_YET):
        return "responding"
    if any(stem in words for stem in CONTAINED):
        return "contained"
    if any(stem in words for stem in FINISHED):
        return "closed"
    return "responding"


def quenched(claim: Claim) -> bool:
    """Whether a claim of fire tells in the same breath that it is out."""
    if claim.kind != "fire":
        return False
    words = _words(claim)
    return any(stem in words for stem in CONTAINED) and not any(stem in words for stem in NOT_YET)


def restores(claim: Claim) -> bool:
    """Whether a claim says that an outage or a hazard is over, wholly or in part."""
    if claim.kind not in {"outage", "hazard"}:
        return False
    return claim.stance == "denies" or "restored" in (claim.scope or {})


def another(claim: Claim) -> bool:
    """Whether the words add somebody to those of whom was told before: "one more", "ще один"."""
    return _MORE.search(_words(claim)) is not None


def died_in_hospital(claim: Claim) -> bool:
    """Whether the killed of a casualty claim had been among the injured (R28)."""
    if claim.kind != "casualty" or "killed" not in (claim.harm or {}):
        return False
    if "died-in-hospital" in (claim.scope or {}):
        return True
    words = _words(claim)
    return any(stem in words for stem in DYING) and any(stem in words for stem in IN_HOSPITAL)


HELP = {
    "heating-points": ("обігрів", "незламн", "обогрев", "несокрушим", "heating point", "warming", "invincib"),
    "hot-lines": ("гаряч", "горяч", "hotline", "hot line", "helpline"),
    "temporary-housing": ("розміщен", "прихист", "размещен", "housing", "accommodation"),
    "water-points": ("видач", "розда", "выдач", "разда", "підвіз", "подвоз", "water point", "water is handed"),
    "aid-points": ("гуманітарн", "гуманитарн", "штаб", "матеріальн", "материальн", "humanitarian", "aid point"),
    "shelters-open": (
        "метро", "як укрит", "як сховищ", "укриття відк", "укриття прац", "сховища відк", "укрытия отк",
        "укрытия раб", "как укрыт", "as shelter", "shelters are open", "shelter is open", "open shelter",
    ),
}  # fmt: skip
"""What is open for those affected, by the stems that say so, the more special first."""
WATER = ("вод", "water")
CLOSED = ("закрит", "зачинен", "закрыт", "припинил", "прекратил", "closed", "no longer open")


def help_of(claim: Claim) -> tuple[str, ...]:
    """Return what an instruction says is open for people: none where it only tells them what to do."""
    if claim.kind != "instruction":
        return ()
    words = _words(claim)
    found = [
        kind
        for kind, stems in HELP.items()
        if any(stem in words for stem in stems)
        and (kind != "water-points" or any(stem in words for stem in WATER))
    ]
    return tuple(found)


def help_closed(claim: Claim) -> bool:
    """Whether the help that a claim speaks of is open no longer."""
    return claim.stance == "denies" or any(stem in _words(claim) for stem in CLOSED)


def unconfirmed(claim: Claim) -> bool:
    """Whether a denial says that something is not confirmed: that is not to say that there was none."""
    return claim.stance == "denies" and any(
        stem in _words(claim) for stem in ("підтвер", "подтвер", "confirm")
    )


def in_full(claim: Claim, text: str) -> Claim:
    """Return a claim whose evidence is the whole of its sentences: an address and "closed" may stand at their end."""
    evidence = []
    for each in claim.evidence:
        if text[each.start : each.end] != each.quote:
            evidence.append(each)
            continue
        start = max(
            (text.rfind(mark, 0, each.start) + len(mark) for mark in _ENDS if mark in text[: each.start]),
            default=0,
        )
        ends = [text.find(mark, each.end) for mark in _ENDS]
        end = min((found for found in ends if found >= 0), default=len(text))
        evidence.append(Evidence(start=start, end=end, quote=text[start:end].strip()))
    return msgspec.structs.replace(claim, evidence=tuple(dict.fromkeys(evidence)))


_ENDS = (". ", "! ", "? ", "\n")


def _words(claim: Claim) -> str:
    return " ".join(each.quote for each in claim.evidence).casefold()
