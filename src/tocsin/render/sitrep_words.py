"""The phrases of situation reports, and how nouns are named in them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from tocsin.model import AreaRef, Incident, LedgerLine
from tocsin.render.naming import Names, clean, number
from tocsin.render.story import figure as figure_words
from tocsin.render.story import incident as incident_words
from tocsin.render.story import subject as subject_words
from tocsin.render.words import Words

OFFICIAL = ("authority", "emergency-service", "military", "alarm-service")

__all__ = ["Phrases", "Tongue", "phrases"]


class Phrases:
    """The sentences of one language, by dotted key; a key that nobody wrote is an error."""

    def __init__(self, lang: str, tables: Mapping[str, Any]) -> None:
        self.lang = lang
        self._phrases = dict(_flat(tables))
        self.keys = tuple(sorted(self._phrases))

    def say(self, key: str, **values: object) -> str:
        """Give a phrase with its places filled."""
        if key not in self._phrases:
            raise KeyError(f"no phrase {key!r} in the {self.lang} sentences")
        return self._phrases[key].format(**values)


def _flat(tables: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for key, value in tables.items():
        if isinstance(value, dict):
            out.extend(_flat(value, f"{above}{key}."))
        else:
            out.append((f"{above}{key}", str(value)))
    return out


@cache
def phrases(lang: str) -> Phrases:
    """Give the phrases of a language that the package ships."""
    path = resources.files("tocsin").joinpath("data", "i18n", f"sitrep.{lang}.toml")
    return Phrases(lang, tomllib.loads(path.read_text(encoding="utf-8")))


class Tongue(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is needed to put nouns into words."""

    words: Words
    phrases: Phrases
    names: Names
    ref: Callable[[str], AreaRef]
    now: datetime
    covers: Callable[[str, str], bool] = str.__eq__
    """Whether an area holds another."""

    def clock(self, at: datetime) -> str:
        """Tell a moment: the clock, with the date where it is of another day."""
        return self.words.when(at, self.now)

    def source(self, source: str, by: str | None = None) -> str:
        """Name who says it; a quotation names both (R5)."""
        name = self._name(source)
        if by is None or by == source:
            return name
        return self.phrases.say("sentence.quoted", who=self._name(by), source=name)

    def who(self, line: LedgerLine) -> str:
        """Name who gave a line."""
        said = self.source(line.source, line.by)
        return f"{said}, {self.phrases.say('preliminary')}" if line.hedged else said

    def _name(self, source: str) -> str:
        known = self.names.register.get(source)
        return clean(known.called(self.words.lang) if known is not None else source)

    def official(self, line: LedgerLine) -> bool:
        """Whether an official body gave a line, or is quoted in it."""
        known = self.names.register.get(line.by or line.source)
        return known is not None and known.kind in OFFICIAL

    def weapons(self, line: LedgerLine) -> str:
        """Name the weapons that a line counts."""
        slugs = (line.weapon, *line.joint) if line.weapon is not None else ()
        known = self.names.weapons
        return " / ".join(
            self.words.named(known[each].names, each) if each in known else each for each in slugs
        )

    def place(self, code: str | None) -> str:
        """Name an area by its code."""
        return self.phrases.say("nowhere") if code is None else clean(self.words.area(self.ref(code)))

    def area(self, area: AreaRef) -> str:
        """Name an area."""
        return clean(self.words.area(area))

    def subject(self, line: LedgerLine) -> str:
        """Name what a line counts, the weapons that share it included."""
        if self.words.has(f"incident.{line.subject}"):
            return self.words.say(f"incident.{line.subject}")
        if line.joint:
            return f"{self.words.say(f'subject.{line.subject}')}: {self.weapons(line)}"
        return subject_words(line, self.names, self.words)

    def number(self, line: LedgerLine) -> str:
        """Say a line's number with its unit."""
        return figure_words(line, self.words)

    def bare(self, line: LedgerLine) -> str:
        """Say a line's number alone, where what it counts is said beside it."""
        return number(line.min, line.max, self.words, approx=line.approx)

    def incident(self, what: Incident) -> str:
        """Say what sources report of a place, as it stands within a sentence."""
        return incident_words(what, self.words).lower()

    def reason(self, reason: str | None) -> str:
        """Say why something no longer stands."""
        text = reason or ""
        if " denied by " in text or text.startswith("denied by "):
            who = text.rpartition("denied by ")[2]
            return self.phrases.say("reason.denied", who=self._name(who))
        if text.startswith("by order of"):
            return self.phrases.say("reason.order")
        return self.phrases.say(
            "reason.retracted" if "taken back" in text or "withdrawn" in text else "reason.other"
        )
