"""Networks that fail and come back: heating, power, water, gas, transport; how many are without."""

from __future__ import annotations

from tocsin.model import Range
from tocsin.reading.drafts import Clause, Context, Draft, bounds, places_of
from tocsin.reading.marks import Mark
from tocsin.reading.threats import denied, main_spot, spots_for

__all__ = ["NETWORK_OBJECTS", "came_back", "outage", "scope_of"]

NETWORK_OBJECTS = {
    "heating": "heating-main",
    "power": "power",
    "water": "water",
    "gas": "gas",
    "transport": "rail",
}
"""The object of an outage, by the network that fails."""


def outage(value: str, cue: Mark, clause: Clause, context: Context) -> list[Draft]:
    """The claim that a network fails."""
    network = str(cue.meaning.extra.get("network", value.removeprefix("outage-")))
    spots = spots_for("outage", places_of(clause))
    i, j = bounds(clause)
    scope = scope_of(clause)
    denies = denied(clause, cue, context)
    return [
        Draft(
            kind="outage", i=i, j=j, object=NETWORK_OBJECTS.get(network), scope=scope, spots=spots,
            main=main_spot("outage", spots), denies=denies,
        )
    ]  # fmt: skip


def came_back(clause: Clause) -> list[Draft]:
    """The claim that a network works again, wholly or for so many of so many."""
    network = next((m.has("network") for m in clause.marks if m.has("network")), None)
    if network is None:
        return []
    count = next((c for c in clause.counts), None)
    scope: dict[str, Range] | None = None
    if count is not None and count.number is not None:
        scope = {"restored": count.number}
        if count.total is not None:
            scope["of"] = Range(min=count.total, max=count.total)
    spots = spots_for("outage", places_of(clause))
    i, j = bounds(clause)
    partly = (
        count is not None
        and count.total is not None
        and count.number is not None
        and count.number.max != count.total
    )
    draft = Draft(
        kind="outage", i=i, j=j, object=NETWORK_OBJECTS.get(network.value), scope=scope, spots=spots,
        main=main_spot("outage", spots), denies=not partly,
    )  # fmt: skip
    return [draft]


def scope_of(clause: Clause) -> dict[str, Range] | None:
    """The numbers of an outage by what they count."""
    scope: dict[str, Range] = {}
    for count in clause.counts:
        if count.number is None:
            continue
        for mark in clause.marks:
            meaning = mark.has("scope")
            if meaning is not None and 0 <= mark.i - count.j <= 3:
                scope.setdefault(meaning.value, count.number)
                break
    return scope or None
