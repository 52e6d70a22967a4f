"""Why: the rule, the claims, the words and the orders behind anything that the screen shows."""

from __future__ import annotations

import asyncio

import msgspec

from tocsin.decisions.explain import Explanation, Moment, Words
from tocsin.decisions.withholding import REASONS
from tocsin.model import Alert, Change, Claim, Order, Report
from tocsin.outlets.desk.floor import Floor

__all__ = ["Why"]

_STEP = 5000
_MOMENTS = 60
_CLAIMS = 200


class Why:
    """Explains ids; keeps an index of which changes bear which id."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._after = 0
        self._changes: dict[str, list[int]] = {}
        self._by_claim: dict[str, list[int]] = {}

    def _follow(self) -> None:
        while batch := self._floor.desk_changes(self._after, _STEP):
            for change in batch:
                self._changes.setdefault(_id(change), []).append(change.number)
                for claim in change.fact.because:
                    self._by_claim.setdefault(claim, []).append(change.number)
            self._after = batch[-1].number

    async def of(self, wanted: str) -> Explanation | None:
        """Return everything that happened to one thing and whose words moved it; None where nothing bears the id.

        ``wanted`` is the id of an alert, a threat, an alarm, an incident, a line or a statement, or of a claim.
        """
        self._follow()
        numbers = self._changes.get(wanted) or self._by_claim.get(wanted)
        if not numbers:
            return None
        changes = [one for n in numbers[-_MOMENTS:] for one in self._floor.desk_changes(n - 1, 1)]
        ids = dict.fromkeys(one for change in changes for one in _because(change))
        claims = [one for one in ids if not one.startswith("order:")][-_CLAIMS:]
        words = {
            claim.id: await asyncio.to_thread(self._words, claim, report)
            for claim, report in await self._floor.evidence(claims, desk=True)
        }
        orders = {one: order for one in ids if (order := self._order(one)) is not None}
        related = dict.fromkeys(
            _id(other)
            for claim in claims
            for n in self._by_claim.get(claim, ())[-5:]
            for other in self._floor.desk_changes(n - 1, 1)
        )
        related.pop(wanted, None)
        return Explanation(
            id=wanted,
            type=changes[0].fact.type if wanted in self._changes else "claim",
            moments=tuple(self._moment(change, words, orders) for change in changes),
            related=tuple(related)[:20],
        )

    def _order(self, reference: str) -> Order | None:
        kind, _, number = reference.partition(":")
        if kind != "order" or not number.isdigit():
            return None
        entry = self._floor.journal.entry(int(number))
        return entry.body if entry is not None and isinstance(entry.body, Order) else None

    def _words(self, claim: Claim, report: Report) -> Words:
        entry = self._floor.journal.find(report.source, report.id)
        return Words(
            claim=claim,
            source=report.source,
            stated_at=report.stated_at,
            received_at=entry.recorded_at if entry is not None else self._floor.clock(),
            quotes=tuple(one.quote for one in claim.evidence),
            url=report.url,
            forwarded_from=report.forwarded_from,
        )

    def _moment(self, change: Change, words: dict[str, Words], orders: dict[str, Order]) -> Moment:
        noun = change.fact.noun
        rule = noun.rule if isinstance(noun, Alert) else None
        known = self._floor.state.policy.rule(rule) if rule is not None else None
        ids = _because(change)
        return Moment(
            change=change.number,
            at=change.at,
            verb=change.fact.verb,
            rule=rule,
            rule_why=known.why if known is not None else REASONS.get(rule or ""),
            why=REASONS.get(change.fact.why or "", change.fact.why),
            level=noun.level if isinstance(noun, Alert) else None,
            words=tuple(words[one] for one in ids if one in words),
            orders=tuple(orders[one] for one in ids if one in orders),
        )


def _id(change: Change) -> str:
    noun = change.fact.noun
    return str(getattr(noun, "id", None) or getattr(noun, "area", ""))


def _because(change: Change) -> tuple[str, ...]:
    noun = change.fact.noun
    own = noun.because if isinstance(noun, Alert) else tuple(getattr(noun, "claims", ()))
    return tuple(dict.fromkeys(change.fact.because or own))


def plain(explanation: Explanation) -> object:
    """Return an explanation for JSON."""
    return msgspec.to_builtins(explanation)
