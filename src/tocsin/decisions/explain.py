"""The chain behind anything that was published: rule, claims, and the words that were quoted.

Every sentence leads to a claim, and every claim to words in a report. An
explanation is built from the steps of a fold, so it holds for things that
left the hot state long ago, and for decisions not to alert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tocsin.decisions.policy import Policy
from tocsin.decisions.verbs import AUDIT
from tocsin.decisions.withholding import REASONS
from tocsin.model import (
    Alert,
    Change,
    Claim,
    Entry,
    Fact,
    Incident,
    LedgerLine,
    Order,
    Reading,
    Report,
    Threat,
)

__all__ = ["Explanation", "Moment", "Words", "explain", "ids_in"]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A claim and the words that say it."""

    claim: Claim
    source: str
    stated_at: datetime | None
    received_at: datetime
    quotes: tuple[str, ...]
    url: str | None = None
    forwarded_from: str | None = None


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the thing that is explained: what happened, by which rule, on which words."""

    change: int
    at: datetime
    verb: str
    rule: str | None
    rule_why: str | None
    why: str | None
    level: str | None
    words: tuple[Words, ...]
    orders: tuple[Order, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that happened to one thing, and whose words moved it."""

    id: str
    type: str
    moments: tuple[Moment, ...]
    related: tuple[str, ...] = ()
    """Ids of the threats, alarms and incidents that rest on the same claims."""
    against: tuple[Words, ...] = ()
    """What sources say against it, or against the threats and incidents that it rests on: kept, not averaged away."""


class StepLike(Protocol):
    """What ``engine.Step`` gives."""

    @property
    def reading(self) -> Reading | None:
        """What was read."""
        ...

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changed."""
        ...


def explain(
    wanted: str, pairs: Iterable[tuple[Entry, StepLike]], policies: Sequence[Policy]
) -> Explanation | None:
    """The explanation of an id, or None when no change ever bore it.

    ``wanted`` is the id of an alert, threat, alarm, incident, ledger line or
    statement, or of a claim: then whatever was decided on it. ``pairs`` are
    the journal's entries with the steps that they gave.
    """
    claims: dict[str, Words] = {}
    orders: dict[str, Order] = {}
    moments: list[Moment] = []
    related: dict[str, None] = {}
    kind: str | None = None
    every: list[Change] = []
    for entry, step in pairs:
        if isinstance(entry.body, Order) and entry.body.verb not in AUDIT:
            orders[f"order-{len(orders) + 1}"] = entry.body
        if step.reading is not None and isinstance(entry.body, Report):
            for claim in step.reading.claims:
                claims[claim.id] = _words(claim, entry.body, entry.recorded_at)
        for change in step.changes:
            every.append(change)
            fact = change.fact
            if _id(fact) == wanted:
                kind = kind or fact.type
                moments.append(_moment(change, claims, orders, policies))
    if kind is None and wanted in claims:
        moments = [_moment(c, claims, orders, policies) for c in every if wanted in c.fact.because]
        kind = "claim"
    if kind is None:
        return None
    used = {w.claim.id for m in moments for w in m.words}
    against: dict[str, None] = {}
    for change in every:
        noun = change.fact.noun
        if _id(change.fact) != wanted and used & set(change.fact.because):
            related[_id(change.fact)] = None
        doubted = isinstance(noun, Threat | Incident) and (noun.id == wanted or used & set(noun.claims))
        if doubted and isinstance(noun, Threat | Incident):
            against |= dict.fromkeys(noun.against)
        if _id(change.fact) == wanted and isinstance(noun, Alert) and noun.contradicted:
            against |= dict.fromkeys(change.fact.because)
    return Explanation(
        id=wanted,
        type=kind,
        moments=tuple(moments),
        related=tuple(related),
        against=tuple(claims[i] for i in against if i in claims),
    )


def ids_in(changes: Iterable[Change]) -> tuple[str, ...]:
    """Ids of everything that can be explained, each once, in the order in which they came."""
    return tuple(dict.fromkeys(_id(change.fact) for change in changes))


def _id(fact: Fact) -> str:
    noun = fact.noun
    return str(getattr(noun, "id", None) or getattr(noun, "area", ""))


def _words(claim: Claim, report: Report, received_at: datetime) -> Words:
    return Words(
        claim=claim,
        source=report.source,
        stated_at=report.stated_at,
        received_at=received_at,
        quotes=tuple(e.quote for e in claim.evidence),
        url=report.url,
        forwarded_from=report.forwarded_from,
    )


def _moment(
    change: Change,
    claims: Mapping[str, Words],
    orders: Mapping[str, Order],
    policies: Sequence[Policy],
) -> Moment:
    fact = change.fact
    noun = fact.noun
    rule = noun.rule if isinstance(noun, Alert) else None
    rule_why = None
    if rule is not None:
        found = next((r for p in reversed(policies) if (r := p.rule(rule)) is not None), None)
        rule_why = found.why if found is not None else REASONS.get(rule)
    ids = dict.fromkeys(fact.because)
    if not ids and isinstance(noun, (Alert, Threat, Incident, LedgerLine)):
        ids = dict.fromkeys(noun.because if isinstance(noun, Alert) else noun.claims)
    return Moment(
        change=change.number,
        at=change.at,
        verb=fact.verb,
        rule=rule,
        rule_why=rule_why,
        why=REASONS.get(fact.why or "", fact.why),
        level=noun.level if isinstance(noun, Alert) else None,
        words=tuple(claims[i] for i in ids if i in claims),
        orders=tuple(orders[i] for i in ids if i in orders),
    )
