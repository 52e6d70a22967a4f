"""The verbs of orders: what each acts on, what it may say besides, how many persons it takes (R1).

A desk builds its forms from this table, and the fold refuses whatever does not
fit it. ``persons`` is "one", "two", "area" (one up to a raion, two above it),
"own" (one for who raised it, else two) or "effect": two where carrying it out
would end an alert or raise above a raion, which the fold finds out by trying.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from tocsin.model import ALARM_TYPES, Fact, Order, Problem

__all__ = ["AUDIT", "VERBS", "Argument", "Preview", "Verb", "parsed_count", "wrong_arguments"]

_COUNT = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?|\?")
_POINTS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
_LONGEST = 1440
"""Minutes that an order may hold at most: a day."""


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    """One argument of a verb. ``holds``: choice, area, areas, minutes, count, weapon, threat, incident."""

    name: str
    holds: str
    required: bool = False
    choices: tuple[str, ...] = ()


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """One verb of an order. ``targets`` are the kinds of things that it can name."""

    name: str
    targets: tuple[str, ...]
    persons: Literal["one", "two", "area", "own", "effect"]
    does: str
    arguments: tuple[Argument, ...] = ()


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an order would do, were it given now; nothing was done."""

    order: Order
    problem: Problem | None = None
    """Why it would be refused; then there are no facts."""
    persons: int = 1
    """How many persons it takes."""
    facts: tuple[Fact, ...] = ()
    """Every change that it would make once all who are needed agreed, in the order of publication."""
    corrections: tuple[Order, ...] = ()
    """The orders that take it back, without who gives them and why (R4)."""


_KIND = Argument(name="kind", holds="choice", choices=ALARM_TYPES)
_LEVEL = Argument(name="level", holds="choice", choices=("yellow", "red"))
_AREAS = Argument(name="areas", holds="areas")
_TOWARD = Argument(name="toward", holds="areas")
_COUNTED = Argument(name="count", holds="count")

_REDACT = Verb(
    name="redact",
    targets=("report",),
    persons="two",
    does="removes a report's words for good, at the next start of the server; what they told stays",
)
AUDIT = ("sign-in", "sign-out", "lock-out", "account")
"""Verbs by which the desk writes down who came and went: kept in the journal, and they do nothing."""
VERBS = {
    verb.name: verb
    for verb in (
        _REDACT,
        Verb(
            name="raise",
            targets=("area",),
            persons="area",
            does="raises an official alert by the operators' own word",
            arguments=(_KIND, _LEVEL),
        ),
        Verb(
            name="clear",
            targets=("area", "alert"),
            persons="two",
            does="ends what stands there: the danger is over, or did not come",
            arguments=(
                _KIND,
                Argument(name="ending", holds="choice", choices=("over", "did-not-come")),
            ),
        ),
        Verb(
            name="revoke",
            targets=("area", "alert"),
            persons="own",
            does="takes back what was issued by mistake",
            arguments=(_KIND,),
        ),
        Verb(
            name="confirm",
            targets=("area",),
            persons="two",
            does="lets an all-clear count that reports contradicted",
        ),
        Verb(
            name="correct",
            targets=("threat", "alert", "alarm"),
            persons="effect",
            does="puts a threat, or an official alarm, from a place that was misread to the right one",
            arguments=(
                Argument(name="from", holds="area", required=True),
                Argument(name="to", holds="area", required=True),
            ),
        ),
        Verb(
            name="adjust",
            targets=("threat",),
            persons="effect",
            does="tells a threat's weapon, count, heading, areas, or how long it holds",
            arguments=(
                Argument(name="weapon", holds="weapon"),
                _COUNTED,
                Argument(name="heading", holds="choice", choices=_POINTS),
                _AREAS,
                _TOWARD,
                Argument(name="minutes", holds="minutes"),
            ),
        ),
        Verb(
            name="end",
            targets=("threat",),
            persons="effect",
            does="ends a threat: over, did not come, or was a mistake",
            arguments=(
                Argument(
                    name="how", holds="choice", required=True, choices=("over", "did-not-come", "mistake")
                ),
            ),
        ),
        Verb(
            name="merge",
            targets=("threat", "incident"),
            persons="effect",
            does="makes one of two: the target goes, the other stays",
            arguments=(Argument(name="into", holds="threat", required=True),),
        ),
        Verb(
            name="split",
            targets=("threat",),
            persons="effect",
            does="parts a group: the named areas and so many of it become a threat of their own",
            arguments=(_COUNTED, _AREAS, _TOWARD),
        ),
        Verb(
            name="quarantine",
            targets=("source",),
            persons="one",
            does="withdraws every word of a source and shuts its further reports out (R19)",
        ),
        Verb(name="release", targets=("source",), persons="two", does="ends a source's quarantine"),
        Verb(
            name="silence",
            targets=("outlet",),
            persons="one",
            does="mutes raises and revisions at a sending outlet (* for all) for some minutes; ends always go out",
            arguments=(
                Argument(name="minutes", holds="minutes", required=True),
                Argument(name="area", holds="area"),
                Argument(name="layer", holds="choice", choices=("official", "warning")),
                _KIND,
            ),
        ),
        Verb(
            name="unsilence",
            targets=("silence", "outlet"),
            persons="one",
            does="ends a silence; what still stands is sent",
        ),
        Verb(
            name="publish",
            targets=("claim",),
            persons="two",
            does="lets a claim out before its embargo ends, where its row lets the desk",
        ),
        Verb(
            name="hold",
            targets=("claim",),
            persons="one",
            does="keeps a claim of effects back for some minutes more, where its row lets the desk",
            arguments=(Argument(name="minutes", holds="minutes", required=True),),
        ),
        Verb(
            name="withdraw", targets=("incident",), persons="one", does="takes an incident out of the record"
        ),
        Verb(name="close", targets=("incident",), persons="one", does="closes an incident"),
        Verb(
            name="place",
            targets=("incident",),
            persons="one",
            does="moves an incident to the right place",
            arguments=(Argument(name="area", holds="area", required=True),),
        ),
        Verb(name="retract", targets=("line",), persons="one", does="takes a ledger line out"),
        Verb(
            name="approve",
            targets=("order",),
            persons="one",
            does="agrees, as a second person, to an order that waits",
        ),
        Verb(
            name="decline",
            targets=("order",),
            persons="one",
            does="takes an order that waits from the queue",
        ),
    )
}
"""Every verb by its name."""


def parsed_count(text: str) -> tuple[int, int] | None:
    """The bounds that a count's words give: "5", "2-3"; None for "?", which is unknown."""
    found = _COUNT.fullmatch(text)
    if found is None or found[1] is None:
        return None
    low = int(found[1])
    return low, int(found[2] or low)


def wrong_arguments(order: Order, known_areas: frozenset[str], weapons: frozenset[str]) -> str | None:
    """What is wrong with an order's arguments, None where nothing is.

    ``known_areas`` are those of the areas it names that exist.
    """
    verb = VERBS[order.verb]
    names = {argument.name: argument for argument in verb.arguments}
    odd = sorted(set(order.arguments) - set(names))
    if odd:
        return f"{order.verb} knows no {', '.join(odd)}"
    for name, argument in names.items():
        value = order.arguments.get(name)
        if value is None:
            if argument.required:
                return f"{order.verb} needs {name}"
            continue
        wrong = _wrong(argument, value, known_areas, weapons)
        if wrong:
            return f"{name} {value[:60]!r} {wrong}"
    return None


def _wrong(argument: Argument, value: str, areas: frozenset[str], weapons: frozenset[str]) -> str:
    match argument.holds:
        case "choice" if value not in argument.choices:
            return f"is none of {', '.join(argument.choices)}"
        case "area" if value not in areas:
            return "is no area that we know"
        case "areas" if not all(code in areas for code in value.split(",")):
            return "names an area that we don't know"
        case "minutes" if not (value.isascii() and value.isdigit() and 1 <= int(value[:6]) <= _LONGEST):
            return f"is no number of minutes from 1 to {_LONGEST}"
        case "count":
            bounds = parsed_count(value)
            if (bounds is None and value != "?") or (bounds is not None and bounds[0] > bounds[1]):
                return "is no count, such as 5, 2-3 or ?"
        case "weapon" if value not in weapons:
            return "is no weapon that we know"
    return ""
