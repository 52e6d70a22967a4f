"""Why: the rule, the claims, the words and the orders behind anything that the screen shows."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from tocsin.decisions.explain import Explanation, Moment, Words
from tocsin.decisions.withholding import REASONS
from tocsin.model import Alert, Change, Claim, Order, Report
from tocsin.outlets.desk.floor import Floor

__all__ = ["Why"]

_STEP = 1000
_LOOK = 20_000
"""Changes, newest first, among which whatever is no alert is looked for; alerts are found however old they are."""
_MOMENTS = 60
_CLAIMS = 200
_IDS = 50_000


class Why:
    """Explains ids; keeps an index of the newest changes by the ids and claims that they bear."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._after: int | None = None
        self._numbers: OrderedDict[str, list[int]] = OrderedDict()

    async def _follow(self) -> None:
        if self._after is None:
            self._after = max(self._floor.state.changed - _LOOK, 0)
        while batch := self._floor.desk_changes(self._after, _STEP):
            for change in batch:
                for name in dict.fromkeys((_id(change), *change.fact.because)):
                    self._numbers.setdefault(name, []).append(change.number)
                    del self._numbers[name][:-_MOMENTS]
            self._after = batch[-1].number
            while len(self._numbers) > _IDS:
                self._numbers.popitem(last=False)
            await asyncio.sleep(0)

    async def _changes(self, wanted: str) -> Sequence[Change]:
        """Return what bears an id, oldest first."""
        found = await asyncio.to_thread(self._floor.about, wanted, desk=True)
        if found:
            return found[-_MOMENTS:]
        await self._follow()
        return self._numbered(self._numbers.get(wanted, ()))

    def _numbered(self, numbers: Sequence[int]) -> list[Change]:
        return [one for number in numbers for one in self._floor.desk_changes(number - 1, 1)]

    async def of(self, wanted: str) -> Explanation | None:
        """Return everything that happened to one thing and whose words moved it; None where nothing bears the id.

        ``wanted`` is the id of an alert, a threat, an alarm, an incident, a line or a statement, or of a claim.
        """
        changes = await self._changes(wanted)
        if not changes:
            return None
        await self._follow()
        ids = dict.fromkeys(one for change in changes for one in _because(change))
        claims = [one for one in ids if not one.startswith("order-")][-_CLAIMS:]
        evidence = await self._floor.evidence(claims, desk=True)
        words = {claim.id: await asyncio.to_thread(self._words, claim, report) for claim, report in evidence}
        orders = {one: order for one in ids if (order := self._order(one)) is not None}
        numbers = [number for claim in claims for number in self._numbers.get(claim, ())[-5:]]
        related = dict.fromkeys(_id(other) for other in self._numbered(numbers[-_CLAIMS:]))
        related.pop(wanted, None)
        return Explanation(
            id=wanted,
            type=next((one.fact.type for one in changes if _id(one) == wanted), "claim"),
            moments=tuple(self._moment(change, words, orders) for change in changes),
            related=tuple(related)[:20],
        )

    def _order(self, name: str) -> Order | None:
        """Return the order that is called so in what was published: orders have a count of their own there."""
        number = self._floor.state.orders.get(name)
        entry = self._floor.journal.entry(number) if number is not None else None
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
