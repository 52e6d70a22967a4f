"""How precise a place and a date are, and how bad damage is, in the words of UCDP, UNOSAT and EMS-98.

A claim has no slot for a degree of damage: the words of its evidence say it. Nothing is graded that no word grades.
"""

from __future__ import annotations

import re

from tocsin.model import Claim, Interval

__all__ = ["DEGREES", "damage_class", "date_prec", "ems_grade", "where_prec"]

DEGREES = ("destroyed", "severe", "moderate", "possible")
"""UNOSAT's classes of damage, the gravest first."""

_WHERE = {
    "neighbourhood": 1,
    "district": 1,
    "settlement": 1,
    "city": 1,
    "hromada": 2,
    "raion": 3,
    "oblast": 4,
    "airfield": 5,
    "country": 6,
    "region": 7,
    "sea": 7,
}
_NOT = ("не зруйн", "не знищ", "не разруш", "не уничтож", "not destroyed", "no destruction")
_STEMS = (
    ("moderate", ("незначн", "несуттєв", "несуществен", "slight", "minor", "lightly")),
    (
        "severe",
        (
            "частково зруйн", "часткове руйн", "частично разруш", "частичное разруш", "partially destroyed", "partly destroyed",
            "partial collapse", "partly collapsed", "значн", "значительн", "сильно", "серйозн", "серьёзн", "серьезн", "суттєв",
            "heavily", "severely", "badly", "seriously", "обвали", "обруш", "collapsed",
        ),
    ),
    (
        "destroyed",
        (
            "зруйнован", "зруйнува", "знищен", "знищил", "вщент", "дощенту", "згоріл", "вигоріл", "разрушен", "разрушил", "уничтожен",
            "уничтожил", "дотла", "сгорел", "выгорел", "destroyed", "levelled", "leveled", "razed", "burned down", "burnt down",
        ),
    ),
    ("moderate", ("вибит", "вікн", "шибк", "скло", "скління", "фасад", "выбит", "окн", "окон", "стёкл", "стекл", "window", "facade", "glass")),
)  # fmt: skip
"""Degrees by the stems that say them, in the order in which they are looked for: "insignificant" holds "significant"."""
_EMS = re.compile(r"\b(?:ems|емш|эмш)[ -]?98\b")
_GRADE = re.compile(
    r"\b(?:[dд]\s?-?([1-5])|(?:grade|ступін\w*|степен\w*)\s*(?:пошкодження\s*|повреждения\s*)?([1-5]))\b"
)


def where_prec(precision: str) -> int | None:
    """Return UCDP's ``where_prec`` for how fine the words on a place are."""
    return _WHERE.get(precision)


def date_prec(valid: Interval) -> int | None:
    """Return UCDP's ``date_prec``: 1 where the day is known, 2 for a stretch over several, 3 for a week and more."""
    if valid.start is None:
        return None
    if valid.precision == "night":
        return 2
    days = (
        0 if valid.end is None or valid.precision in {"minute", "stated"} else (valid.end - valid.start).days
    )
    return 1 if days < 2 else 2 if days < 7 else 3


def damage_class(claim: Claim) -> str | None:
    """Return UNOSAT's class for a claim of damage; None where its words give no degree."""
    if claim.kind != "damage" or claim.stance == "denies":
        return None
    words = _words(claim)
    if any(phrase in words for phrase in _NOT):
        return None
    found = next((degree for degree, stems in _STEMS if any(stem in words for stem in stems)), None)
    # What is preliminary is to UNOSAT a possible damage, however bad it is said to be.
    return "possible" if claim.hedged else found


def ems_grade(claim: Claim) -> str | None:
    """Return the grade of EMS-98 that a claim of damage or assessment names, D1 to D5."""
    if claim.kind not in {"damage", "assessment"} or claim.stance == "denies":
        return None
    words = _words(claim)
    grade = _GRADE.search(words) if _EMS.search(words) else None
    return None if grade is None else f"D{grade[1] or grade[2]}"


def _words(claim: Claim) -> str:
    return " ".join(each.quote for each in claim.evidence).casefold()
