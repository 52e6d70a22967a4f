"""What an order would do, told before it is given: areas, texts in three languages, whom it reaches, who must agree."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from tocsin.codec import encode
from tocsin.model import Alert, Change, Fact, Order
from tocsin.outlets.desk.floor import Floor
from tocsin.render import cap
from tocsin.render.desk_values import Preview, Saying
from tocsin.render.naming import Names
from tocsin.render.words import LANGUAGES, bundled

__all__ = ["Foresight", "Reach"]

Reach = tuple[str, Callable[[Sequence[str]], int | None]]
"""An outlet's name, and how many of its subscribers hear of these areas; None where nobody can count them."""


class Foresight:
    """Makes previews."""

    def __init__(self, floor: Floor, issuer: cap.Issuer, reach: Sequence[Reach]) -> None:
        self._floor, self._issuer, self._reach = floor, issuer, tuple(reach)
        self._names = Names(register=floor.world.register, weapons=floor.world.weapons)

    def of(self, order: Order) -> Preview:
        """Return exactly what an order would do, were it given now; nothing is done."""
        made = self._floor.preview(order)
        told = [fact for fact in made.facts if _goes_out(fact)]
        areas = sorted({fact.noun.area.code for fact in told if isinstance(fact.noun, Alert)})
        now = self._floor.clock()
        return Preview(
            order=order,
            problem=made.problem,
            persons=made.persons,
            facts=made.facts,
            texts=tuple(
                one for index, fact in enumerate(made.facts) for one in self._texts(index, fact, now)
            ),
            reach=tuple((name, count(areas)) for name, count in self._reach) if told else (),
            silenced=tuple(
                (name, fact.noun.id)
                for fact in told
                if isinstance(fact.noun, Alert)
                for name, _ in self._reach
                if self._floor.silenced(name, fact) is not None
            ),
            corrections=made.corrections,
            token=_token(made.persons, made.facts),
        )

    def _texts(self, index: int, fact: Fact, now: datetime) -> list[Saying]:
        """Return what an alert's CAP message would say, in each language."""
        if not _goes_out(fact):
            return []
        change = Change(number=0, at=now, entry=0, fact=fact)
        before = cap.Reference(sender=self._issuer.sender, identifier="before", sent=now)
        earlier = () if fact.verb == "raise" else (before,)
        message = cap.message(change, issuer=self._issuer, earlier=earlier)
        if message is None:
            return []
        return [
            Saying(
                fact=index,
                lang=lang,
                headline=cap.headline(message, bundled(lang)),
                description=cap.description(message, bundled(lang), self._names),
                instruction=cap.advice(message, bundled(lang)),
            )
            for lang in LANGUAGES
        ]


def _goes_out(fact: Fact) -> bool:
    return isinstance(fact.noun, Alert) and fact.verb in {"raise", "revise", "clear", "revoke"}


def _token(persons: int, facts: Sequence[Fact]) -> str:
    """Return a digest of what would go out, apart from times and from ids that are not given yet."""
    rows: list[tuple[object, ...]] = [(persons,)]
    for fact in facts:
        noun = fact.noun
        if isinstance(noun, Alert):
            rows.append(
                (fact.verb, noun.layer, noun.area.code, noun.kind, noun.level, noun.ending, noun.unofficial)
            )
        else:
            named = "" if fact.verb in {"open", "raise"} else str(getattr(noun, "id", ""))
            rows.append((fact.type, fact.verb, named))
    return hashlib.sha256(encode(rows)).hexdigest()[:24]
