"""Causes, sources and counts in words: the phrases that a CAP message and a page share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import msgspec

from tocsin.model import Alert, Cause, Source, Weapon
from tocsin.render.words import LANGUAGES, Words, bundled

__all__ = ["Names", "ago", "cause", "clean", "instruction", "number", "sources", "weapon"]

# What must not reach a reader: control characters, and the marks that turn the direction of writing.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)

# Weapon classes that arrive within minutes: the first instruction is one that can be done within one minute (R36).
_SWIFT = frozenset(
    {
        "ballistic",
        "aeroballistic",
        "hypersonic",
        "high-speed-target",
        "guided-bomb",
        "mlrs",
        "artillery",
        "missile",
    }
)


_DESK = "operators"


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What ids are called: the register and the weapons, from which names in words are taken."""

    register: Mapping[str, Source] = {}
    weapons: Mapping[str, Weapon] = {}


def clean(text: str) -> str:
    """Strip what cannot be seen but can harm: control characters and direction overrides."""
    return _UNSEEN.sub("", text)


def weapon(slug: str, names: Names, words: Words) -> str:
    """Name a weapon; one that no table knows keeps its slug (R17)."""
    known = names.weapons.get(slug)
    return words.named(known.names, slug) if known else slug


def cause(what: Cause, names: Names, words: Words) -> str | None:
    """Tell what an alert is about ("Take-off: MiG-31K"), or nothing where no cause was stated."""
    subject = what.weapon or what.weapon_class
    if subject is not None:
        called = weapon(subject, names, words)
        if words.has(f"cause.{what.kind}"):
            return f"{words.say(f'cause.{what.kind}')}: {called}"
        return called
    if what.kind in {"alarm", "order", ""} or not words.has(f"cause.{what.kind}"):
        return None
    return words.say(f"cause.{what.kind}")


def sources(whose: tuple[str, ...], names: Names, lang: str) -> str:
    """Name the sources whose word it is, in the order given; an id that no register names stands for itself."""
    return ", ".join(dict.fromkeys(_called(one, names, lang) for one in whose))


def _called(source: str, names: Names, lang: str) -> str:
    if source in names.register:
        return clean(names.register[source].called(lang))
    # What a duty officer orders rests on no source's word, and readers are told whose it is.
    if source == _DESK and lang in LANGUAGES:
        return bundled(lang).say("source.operators")
    return clean(source)


def instruction(alert: Alert, words: Words) -> str:
    """Tell what to do: the policy's own words where it has them, else the general ones for the danger."""
    given = alert.instruction.get(words.lang)
    if given:
        return clean(given)
    if alert.kind in {"chemical", "nuclear", "artillery", "urban-fights"}:
        return words.say(f"do.{alert.kind}")
    if alert.layer == "warning":
        return words.say("do.warning-swift" if alert.cause.weapon_class in _SWIFT else "do.warning")
    return words.say("do.swift" if alert.cause.weapon_class in _SWIFT else "do.air-raid")


def number(low: int | None, high: int | None, words: Words, *, approx: bool = False) -> str:
    """Say a range as people say it: "at least five", "up to 8", "about 15"."""
    if low is None and high is None:
        return words.say("range.unknown")
    if low == high:
        if low == 0:
            return words.say("range.none")
        return words.say("range.about", n=low) if approx else str(low)
    if high is None:
        return words.say("range.least", n=low)
    if low is None:
        return words.say("range.most", n=high)
    return words.say("range.between", low=low, high=high)


def ago(moment: datetime, now: datetime, words: Words) -> str:
    """Say how long ago a moment was, in the largest whole unit; what is yet to come counts as now."""
    seconds = max(0, int((now - moment).total_seconds()))
    for key, unit in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * unit or (seconds >= unit and key == "minutes"):
            return words.count(f"fresh.{key}", seconds // unit)
    return words.count("fresh.seconds", seconds)
