"""How we decide, told from the policy in force, so that the page cannot fall behind the rules."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

from tocsin.render.naming import Names, clean, weapon
from tocsin.render.page import Frame, render
from tocsin.render.words import Words

__all__ = ["page"]

_STATES: Final = (
    ("ACTIVE", "red"),
    ("PARTLY", "partly"),
    ("CLEAR", "clear"),
    ("CONTRADICTED", "contradicted"),
    ("STALE", "stale"),
    ("UNKNOWN", "unknown"),
    ("NOT_COVERED", "none"),
)
_SHOWN: Final = (
    "kinds",
    "classes",
    "weapons",
    "rests",
    "warn",
    "scope",
    "level",
    "certainty",
    "linger",
    "clears",
)


def page(policy: Any, names: Names, frame: Frame) -> str:  # noqa: ANN401 - rooms do not see each other's types
    """Write the page from whatever policy is in force; a rule's ``why`` stands as its author wrote it."""
    words = frame.words
    told: dict[str, Any] = msgspec.to_builtins(policy)
    rules = [
        (clean(str(rule.get("id", ""))), _facts(rule, names, words), clean(str(rule.get("why", ""))))
        for rule in told.get("rules", ())
    ]
    digest = hashlib.sha256(msgspec.json.encode(policy, order="deterministic")).hexdigest()[:16]
    states = [(words.word("state", key), shape, words.word("answer", key)) for key, shape in _STATES]
    return render("decide.html", frame, rules=rules, digest=digest, states=states)


def _facts(rule: dict[str, Any], names: Names, words: Words) -> tuple[tuple[str, str], ...]:
    facts = []
    # An official alarm stands until it is ended; no time is told for what never lapses (R14).
    lasting = tuple(rule.get("kinds", ())) == ("alarm",)
    for key in _SHOWN:
        if key == "linger" and lasting:
            continue
        value = rule.get(key)
        if value in (None, "", [], (), "any") or (key == "warn" and value is True):
            continue
        facts.append((words.say(f"rule.{key}"), _value(key, value, names, words)))
    return tuple(facts)


def _value(key: str, value: object, names: Names, words: Words) -> str:
    if key == "linger" and isinstance(value, int):
        return words.count("rule.minutes", round(value / 60))
    if key == "warn":
        return words.say("rule.withheld")
    items = [str(v) for v in value] if isinstance(value, (list, tuple)) else [str(value)]
    return ", ".join(clean(_term(key, item, names, words)) for item in items)


def _term(key: str, item: str, names: Names, words: Words) -> str:
    family = {
        "kinds": "cause",
        "level": "level",
        "clears": "kindof",
        "scope": "scope",
        "rests": "rests",
        "certainty": "certainty",
    }.get(key)
    if key == "kinds" and not words.has(f"cause.{item}"):
        family = "incident"
    if family and words.has(f"{family}.{item}"):
        return words.say(f"{family}.{item}")
    return weapon(item, names, words) if key in {"weapons", "classes"} else item
