"""Policy: the rules by which a picture becomes alerts, read from data (docs/policy.md).

Rules form a tree. A rule inherits every field of its parent that it does not
set. The first rule that fits decides, its children asked before itself, in
the order of the file. Bad data gives problems, all at once, and no policy.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from tocsin.model import Problem

__all__ = ["Case", "Channels", "Inhibit", "Match", "Policy", "Rule", "Situation", "load_policy"]

Level = Literal["yellow", "red"]
_LETTERS = "ABCDEF"
SECONDS = "{seconds}"
"""Stands in an instruction for the area's shelter seconds."""
_SCOPES = ("stated", "raion", "oblast", "country", "ahead", "standing", "none")
_MATCHES = (
    "kinds",
    "classes",
    "weapons",
    "levels",
    "alarm_types",
    "rests",
    "hours",
    "reliability",
    "credibility",
)


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One example of a rule, which ``check_policy`` runs: what is given, and what must come of it."""

    say: str
    given: dict[str, Any]
    then: dict[str, Any]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule, its parent's fields filled in. Empty matches fit everything."""

    id: str
    parent: str | None = None
    why: str = ""
    # what it fits
    kinds: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    """Levels of the stated area; "none" where no area is stated."""
    alarm_types: tuple[str, ...] = ()
    rests: Literal["any", "authority", "channels"] = "any"
    hours: tuple[str, ...] = ()
    reliability: str = "F"
    credibility: int = 6
    # what comes of it
    group: bool = False
    """Only a parent: it decides nothing itself."""
    warn: bool = True
    reason: str = ""
    scope: str = "stated"
    reach_km: float = 0
    alarm: str = "air-raid"
    level: Level | None = None
    rank: int = 0
    urgency: str = "Immediate"
    severity: str = "Extreme"
    certainty: str = "Observed"
    response: str = "Shelter"
    instruction: str = "shelter"
    fast: bool = False
    linger: int = 1800
    renewal: int = 600
    clears: tuple[str, ...] = ("authority", "military", "emergency-service", "alarm-service", "operator")
    case: tuple[Case, ...] = ()


class Channels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What warnings that rest on channels alone may say: never red, always unofficial (R31)."""

    level: Literal["yellow"] | None = "yellow"
    certainty: str = "Possible"
    reliability: str = "C"
    credibility: int = 3
    kinds: tuple[str, ...] = ("monitoring-channel", "correspondent")
    """Kinds of sources that may warn of a hazard. Whoever writes afterwards (media) may not."""


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an alert must be like to inhibit, or to be inhibited. Empty fields match all."""

    layer: Literal["official", "warning"] | None = None
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    """yellow, red; "none" where none is stated."""
    classes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    def fits(self, layer: str, kind: str, level: str | None, klass: str | None, rule: str) -> bool:
        """Whether an alert of this layer, kind, level, weapon's class and rule is meant."""
        return (
            self.layer in (None, layer)
            and (not self.kinds or kind in self.kinds)
            and (not self.levels or (level or "none") in self.levels)
            and (not self.classes or klass in self.classes)
            and (not self.rules or rule in self.rules)
        )


class Inhibit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """While an alert that fits ``by`` stands over an area, none that fits ``of`` is raised in it (alertmanager's word).

    It is raised when the other ends, if it still rests on something. An official
    alert is never inhibited.
    """

    id: str
    why: str = ""
    by: Match
    of: Match
    equal: tuple[Literal["kind", "area"], ...] = ("kind",)
    """What both must have in common; without "area" the one may stand over an area around the other's."""


OFFICIAL_STANDS = Inhibit(
    id="official-stands",
    why="Where the official alert stands people are told already; what is inferred makes its level and cause known.",
    by=Match(layer="official"),
    of=Match(layer="warning"),
)
"""The inhibition of a policy that names none."""


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule is asked about."""

    kind: str
    klass: str = "unknown"
    weapon: str = "unknown"
    level: str = "none"
    alarm_type: str = "air-raid"
    official: bool = False
    reliability: str = "F"
    credibility: int = 6
    at: datetime | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A policy in force: its rules in order, its instructions by language."""

    name: str
    version: str = "1"
    zone: str = "UTC"
    state_valid: int = 120
    """Seconds for which a state that was handed out may be believed (R33)."""
    contradiction: int = 600
    """Seconds after a report of something inbound in which a lone all-clear is contradicted (R32)."""
    approval: int = 1800
    """Seconds for which an order that takes two persons waits for the second (R1)."""
    independent: int = 2
    channels: Channels = Channels()
    rules: tuple[Rule, ...] = ()
    inhibits: tuple[Inhibit, ...] = (OFFICIAL_STANDS,)
    instructions: dict[str, dict[str, str]] = {}
    seconds: dict[str, int] = {}
    """Shelter seconds by area, or "default": how long people have once it sounds."""
    one_minute: dict[str, tuple[str, ...]] = {}
    """By language, words of which the first sentence for a fast weapon holds one (R36)."""

    def instruction(self, name: str, areas: Sequence[str]) -> dict[str, str]:
        """What people should do, by language, where an area (then those around it) has its shelter seconds filled in.

        With none left, the instruction named ``NAME-at-once`` is given instead, where there is one.
        """
        texts = self.instructions.get(name, {})
        if not self.seconds:
            return texts
        found = next(
            (self.seconds[code] for code in areas if code in self.seconds), self.seconds.get("default")
        )
        if found == 0:
            texts = self.instructions.get(f"{name}-at-once", texts)
        return {lang: text.replace(SECONDS, str(found)) for lang, text in texts.items()}

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of an id."""
        return next((r for r in self.rules if r.id == rule_id), None)

    def decide(self, situation: Situation) -> Rule | None:
        """The rule that fits, children before parents; None where none does."""
        return self._walk(None, situation)

    def _walk(self, parent: str | None, situation: Situation) -> Rule | None:
        for rule in self.rules:
            if rule.parent != parent or not fits(rule, situation, self.zone):
                continue
            found = self._walk(rule.id, situation)
            if found is not None:
                return found
            if not rule.group:
                return rule
        return None

    def lingers(self) -> tuple[tuple[str | None, str | None, int], ...]:
        """(claim kind, class or weapon, seconds) of every rule, for the picture: longest match first."""
        rows: list[tuple[str | None, str | None, int]] = []
        for rule in self.rules:
            if rule.group or "alarm" in rule.kinds:
                continue
            things: tuple[str | None, ...] = (*rule.weapons, *rule.classes) or (None,)
            if rule.weapons:
                things = rule.weapons
            kinds: tuple[str | None, ...] = rule.kinds or (None,)
            rows += [(kind, thing, rule.linger) for kind in kinds for thing in things]
        order = {row: i for i, row in reversed(list(enumerate(rows)))}
        longest: dict[tuple[str | None, str | None], int] = {}
        for kind, thing, seconds in rows:
            longest[kind, thing] = max(seconds, longest.get((kind, thing), 0))
        first = {key: min(i for row, i in order.items() if row[:2] == key) for key in longest}
        return tuple(
            (key[0], key[1], longest[key])
            for key in sorted(longest, key=lambda k: (k[1] is None, k[0] is None, first[k]))
        )


def fits(rule: Rule, situation: Situation, zone: str) -> bool:
    """Whether a rule's own conditions hold."""
    return (
        (not rule.kinds or situation.kind in rule.kinds)
        and (not rule.classes or situation.klass in rule.classes)
        and (not rule.weapons or situation.weapon in rule.weapons)
        and (not rule.levels or situation.level in rule.levels)
        and (not rule.alarm_types or situation.alarm_type in rule.alarm_types)
        and (rule.rests == "any" or (rule.rests == "authority") == situation.official)
        and _LETTERS.index(situation.reliability) <= _LETTERS.index(rule.reliability)
        and situation.credibility <= rule.credibility
        and (not rule.hours or _within(rule.hours, situation.at, zone))
    )


def _within(hours: tuple[str, ...], at: datetime | None, zone: str) -> bool:
    if at is None or len(hours) != 2:
        return True
    start, end = time.fromisoformat(hours[0]), time.fromisoformat(hours[1])
    now = at.astimezone(ZoneInfo(zone)).time()
    return start <= now < end if start <= end else now >= start or now < end


def load_policy(text: str, where: str = "policy") -> tuple[Policy | None, tuple[Problem, ...]]:
    """The policy that a TOML text tells, or all that is wrong with it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (_problem(where, f"is not TOML: {error}", "mend the line that it names"),)
    problems: list[Problem] = []
    head = data.get("policy", {})
    rules: dict[str, Rule] = {}
    for number, table in enumerate(data.get("rule", []), 1):
        rule = _rule(table, rules, f"{where}: rule {table.get('id', number)}", problems)
        if rule is not None:
            rules[rule.id] = rule
    instructions = data.get("instruction", {})
    for rule in rules.values():
        if not rule.group and rule.warn and rule.instruction not in instructions:
            here = f"{where}: rule {rule.id}"
            problems.append(
                _problem(here, f"instruction {rule.instruction!r} is unknown", "add [instruction.…]")
            )
    inhibits = _inhibits(data.get("inhibit", []), rules, where, problems)
    policy = None
    try:
        policy = msgspec.convert(
            {
                **head,
                "channels": data.get("channels", {}),
                "rules": [],
                "instructions": instructions,
                "seconds": data.get("seconds", {}),
                "one_minute": data.get("one_minute", {}),
            },
            Policy,
        )
    except msgspec.ValidationError as error:
        problems.append(_problem(where, str(error), "see docs/policy.md"))
    if not rules:
        problems.append(_problem(where, "has no rule", "add [[rule]] tables"))
    if problems or policy is None:
        return None, tuple(problems)
    policy = msgspec.structs.replace(policy, rules=tuple(rules.values()))
    return msgspec.structs.replace(policy, inhibits=inhibits) if "inhibit" in data else policy, ()


def _inhibits(
    tables: object, rules: Mapping[str, Rule], where: str, problems: list[Problem]
) -> tuple[Inhibit, ...]:
    found: list[Inhibit] = []
    for number, table in enumerate(tables if isinstance(tables, list) else [tables], 1):
        here = f"{where}: inhibit {table.get('id', number) if isinstance(table, dict) else number}"
        try:
            one = msgspec.convert(table, Inhibit)
        except msgspec.ValidationError as error:
            problems.append(_problem(here, str(error), "see docs/policy.md for the fields"))
            continue
        unknown = sorted({*one.by.rules, *one.of.rules} - set(rules))
        if unknown:
            problems.append(
                _problem(here, f"names no rule of ours: {', '.join(unknown)}", "write a rule's id")
            )
        if one.of.layer != "warning":
            problems.append(
                _problem(here, "would inhibit official alerts", 'write of = { layer = "warning" }')
            )
        if one.id in {i.id for i in found}:
            problems.append(_problem(here, "the id is used twice", "give each its own id"))
        found.append(one)
    return tuple(found)


def _rule(
    table: Mapping[str, Any], known: Mapping[str, Rule], where: str, problems: list[Problem]
) -> Rule | None:
    parent = table.get("parent")
    base: dict[str, Any] = {}
    if parent is not None:
        if parent not in known:
            problems.append(
                _problem(where, f"parent {parent!r} is unknown", "name a rule that stands above it")
            )
            return None
        base = msgspec.to_builtins(known[parent])
        for field in ("why", "case", "group"):
            base.pop(field)
    if table.get("id") in known:
        problems.append(_problem(where, "the id is used twice", "give each rule its own id"))
        return None
    try:
        rule = msgspec.convert({**base, **table}, Rule)
    except msgspec.ValidationError as error:
        problems.append(_problem(where, str(error), "see docs/policy.md for the fields"))
        return None
    if rule.scope not in _SCOPES:
        problems.append(_problem(where, f"scope {rule.scope!r} is unknown", f"one of {', '.join(_SCOPES)}"))
    if rule.reliability not in _LETTERS or len(rule.reliability) != 1:
        problems.append(_problem(where, f"reliability {rule.reliability!r} is no letter", "A to F"))
    if rule.hours:
        try:
            ok = len(rule.hours) == 2 and all(time.fromisoformat(h) is not None for h in rule.hours)
        except ValueError:
            ok = False
        if not ok:
            problems.append(_problem(where, "hours are no two times", 'write hours = ["22:00", "06:00"]'))
    if rule.linger <= 0:
        problems.append(_problem(where, "linger must be more than nothing", "seconds, for instance 1800"))
    if not rule.warn and not rule.reason:
        problems.append(_problem(where, "withholds without a reason", 'add reason = "…"'))
    return rule


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(where=where, what=what, remedy=remedy)
