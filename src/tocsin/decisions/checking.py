"""A policy tried against itself: its cases are run, rules that nothing can reach and areas without any are found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tocsin.decisions.hazards import OFFICIAL
from tocsin.decisions.policy import SECONDS, Case, Policy, Rule, Situation
from tocsin.decisions.scope import areas_of
from tocsin.model import Problem, Weapon

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["check_policy"]

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_GIVEN = (
    "kind",
    "weapon",
    "by",
    "reliability",
    "credibility",
    "at",
    "from",
    "heading",
    "standing",
    "alarm_type",
)
_THEN = ("areas", "level", "withheld", "unofficial", "rule")
_LANGUAGES = ("uk", "ru", "en")


def check_policy(policy: Policy, places: Gazetteer, weapons: Mapping[str, Weapon]) -> tuple[Problem, ...]:
    """All that is wrong with a policy, tried against places and weapons.

    Cases that fail, rules without a why or a case, rules out of reach, areas that no rule alerts,
    instructions that are missing or can't be followed in time (R36).
    """
    problems: list[Problem] = []
    for rule in policy.rules:
        where = f"policy {policy.name}: rule {rule.id}"
        if not rule.why.strip():
            problems.append(_problem(where, "says no why", "say in one sentence why the rule is there"))
        if rule.group:
            continue
        if not rule.case:
            problems.append(_problem(where, "has no case", "add [[rule.case]] with say, given and then"))
        for case in rule.case:
            problems += _case(policy, places, weapons, rule, case, where=where)
    problems += _shadowed(policy)
    problems += _instructions(policy, places)
    problems += _uncovered(policy, places, weapons)
    return tuple(problems)


def _case(
    policy: Policy,
    places: Gazetteer,
    weapons: Mapping[str, Weapon],
    rule: Rule,
    case: Case,
    *,
    where: str,
) -> list[Problem]:
    where = f"{where}: case {case.say!r}"
    odd = [k for k in case.given if k not in _GIVEN] + [k for k in case.then if k not in _THEN]
    if odd:
        return [
            _problem(
                where, f"knows no {', '.join(odd)}", f"given: {', '.join(_GIVEN)}; then: {', '.join(_THEN)}"
            )
        ]
    told = [str(code) for code in case.given.get("at", [])]
    unknown = [code for code in (*told, *case.given.get("from", [])) if places.area(code) is None]
    if unknown:
        return [_problem(where, f"names areas that nobody knows: {', '.join(unknown)}", "write their codes")]
    slug = str(case.given.get("weapon", "unknown"))
    if slug not in weapons and slug != "unknown":
        return [_problem(where, f"names a weapon that nobody knows: {slug}", "write its slug")]
    got, outcome = _outcome(policy, places, weapons, case.given)
    wanted = str(case.then.get("rule", rule.id))
    if got is None or got.id != wanted:
        what = f"is decided by {got.id if got else 'no rule'}, not by {wanted}"
        return [_problem(where, what, "move the rule up, or mend the case")]
    return [
        _problem(where, f"gives {key} {outcome.get(key)!r}, not {value!r}", "mend the rule or the case")
        for key, value in case.then.items()
        if key != "rule" and outcome.get(key) != _wanted(places, key, value)
    ]


def _wanted(places: Gazetteer, key: str, value: object) -> object:
    if key == "areas":
        codes = places.first_level() if value == "all" else [str(v) for v in value]  # type: ignore[attr-defined]
        return sorted(codes)
    return value


def _outcome(
    policy: Policy, places: Gazetteer, weapons: Mapping[str, Weapon], given: Mapping[str, Any]
) -> tuple[Rule | None, dict[str, object]]:
    told = [str(code) for code in given.get("at", [])]
    official = str(given.get("by", "public")) in OFFICIAL
    slug = str(given.get("weapon", "unknown"))
    reliability = str(given.get("reliability", "A" if official else "C"))
    usual = {"A": 2, "B": 2, "C": 3, "D": 4, "E": 5}.get(reliability, 6)
    weapon = weapons.get(slug)
    credibility = int(given.get("credibility", usual))
    rule = policy.decide(
        Situation(
            kind=str(given.get("kind", "inbound")),
            klass=weapon.klass if weapon else "unknown",
            weapon=slug,
            level=places.ref(told[0]).level if told else "none",
            alarm_type=str(given.get("alarm_type", "air-raid")),
            official=official,
            reliability=reliability,
            credibility=credibility,
        ),
    )
    if rule is None:
        return None, {"withheld": "no-rule"}
    if not rule.warn:
        return rule, {"withheld": rule.reason}
    channels = policy.channels
    if (
        not official
        and str(given.get("by", "public")) not in channels.kinds
        and given.get("kind") != "explosion"
    ):
        return rule, {"withheld": "kind-may-not-warn"}
    if not official and "ABCDEF".index(reliability) > "ABCDEF".index(channels.reliability):
        return rule, {"withheld": "reliability-too-low"}
    if not official and credibility > channels.credibility:
        return rule, {"withheld": "credibility-too-low"}
    areas = areas_of(
        rule,
        places,
        told,
        heading=given.get("heading"),
        origin=[str(c) for c in given.get("from", [])],
        standing=[str(c) for c in given.get("standing", [])],
    )
    if not areas:
        return rule, {"withheld": "no-area-stated"}
    level = rule.level if official else channels.level
    return rule, {"areas": sorted(areas), "level": level or "none", "unofficial": not official}


def _shadowed(policy: Policy) -> list[Problem]:
    """Rules that an earlier sibling catches everything of."""
    problems: list[Problem] = []
    for number, later in enumerate(policy.rules):
        for earlier in policy.rules[:number]:
            if earlier.parent == later.parent and not earlier.group and _covers(earlier, later):
                where = f"policy {policy.name}: rule {later.id}"
                what = f"can't be reached: {earlier.id} stands above it and fits all that it fits"
                problems.append(_problem(where, what, "move it up, or narrow the other"))
                break
    return problems


def _covers(wide: Rule, narrow: Rule) -> bool:
    for field in ("kinds", "classes", "weapons", "levels", "alarm_types", "hours"):
        mine, theirs = getattr(wide, field), getattr(narrow, field)
        if mine and (not theirs or not set(theirs) <= set(mine)):
            return False
    return (
        wide.rests in ("any", narrow.rests)
        and wide.reliability >= narrow.reliability
        and wide.credibility >= narrow.credibility
    )


def _instructions(policy: Policy, places: Gazetteer) -> list[Problem]:
    problems: list[Problem] = []
    where = f"policy {policy.name}: seconds"
    unknown = sorted(c for c in policy.seconds if c != "default" and places.area(c) is None)
    if unknown:
        what = f"names areas that nobody knows: {', '.join(unknown)}"
        problems.append(_problem(where, what, "write their codes"))
    asks = any(SECONDS in text for texts in policy.instructions.values() for text in texts.values())
    if asks and "default" not in policy.seconds:
        what = "an instruction tells the seconds, and areas that aren't listed have none"
        problems.append(_problem(where, what, 'add "default" to [seconds]'))
    for name, texts in policy.instructions.items():
        missing = [language for language in _LANGUAGES if not texts.get(language, "").strip()]
        if missing:
            where = f"policy {policy.name}: instruction {name}"
            problems.append(_problem(where, f"is missing in {', '.join(missing)}", "write it"))
    for rule in policy.rules:
        if not rule.fast or rule.group or not rule.warn:
            continue
        for language, text in sorted(policy.instructions.get(rule.instruction, {}).items()):
            first = _SENTENCE.split(text.strip())[0].casefold()
            doable = policy.one_minute.get(language, ())
            if not any(words.casefold() in first for words in doable):
                where = f"policy {policy.name}: rule {rule.id}: instruction {rule.instruction} ({language})"
                what = "its first sentence can't be done within one minute (R36)"
                problems.append(
                    _problem(where, what, f"begin with one of: {', '.join(doable) or 'nothing is listed'}")
                )
    return problems


def _uncovered(policy: Policy, places: Gazetteer, weapons: Mapping[str, Weapon]) -> list[Problem]:
    """First-level areas where an authority's word of something inbound alerts nobody."""
    classes = {w.klass: slug for slug, w in sorted(weapons.items()) if not w.carrier}
    problems: list[Problem] = []
    for klass, slug in sorted(classes.items()):
        bare = [
            code
            for code in places.first_level()
            if code
            not in (
                _outcome(
                    policy,
                    places,
                    weapons,
                    {"kind": "inbound", "weapon": slug, "by": "military", "reliability": "A", "at": [code]},
                )[1].get("areas")
                or ()
            )  # type: ignore[operator]
        ]
        if bare:
            where = f"policy {policy.name}"
            what = f"something of class {klass} inbound alerts nobody in {', '.join(bare)}"
            problems.append(_problem(where, what, "add a rule, or a generic one at the end"))
    return problems


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(where=where, what=what, remedy=remedy)
