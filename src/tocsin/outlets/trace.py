"""What the annals are told: each version of each noun, as the fold keeps its steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tocsin.engine import State
from tocsin.model import Coverage, Fact, Statement
from tocsin.outlets.annals import BOTH, DESK, PUBLIC, Heard, Item, Version

__all__ = ["Trace"]

_ENDED = ("clear", "revoke", "lapse")
_RECORD = ("incident", "ledger", "statement")


class Trace:
    """Looks on at a state and a publisher, and gathers versions until somebody collects them.

    ``apart`` tells that the public has versions of its own of what an embargo may hold back.
    """

    def __init__(self, state: State, *, apart: bool, sequences: Sequence[int] = (0, 0, 0)) -> None:
        self._state = state
        self._apart = apart
        self.sequences = list(sequences)
        """How many versions each side was told of: functions of the journal."""
        self._told: dict[tuple[str, object], tuple[str, Any]] = {}
        self._gathered: list[Item] = []
        self._register: Any = None
        state.witness(self)
        if any(sequences):
            self._register = state.register
            for kind, key in _standing(state):
                noun = self._noun(kind, key)
                if noun is not None:
                    self._told[kind, key] = (_name(kind, key, noun), noun)

    def collect(self) -> tuple[Item, ...]:
        """Return what was gathered since the last time."""
        gathered, self._gathered = self._gathered, []
        return tuple(gathered)

    def add(self, item: Item) -> None:
        """Gather something else in its turn."""
        self._gathered.append(item)

    # --- the desk's versions --------------------------------------------------------

    def kept(self, at: datetime, facts: Sequence[Fact]) -> None:
        """Note every version that a step or a lapse made."""
        state = self._state
        if state.register is not self._register:
            self._register = state.register
            self._version(BOTH, "register", "register", at, list(state.register.values()))
        told: dict[tuple[str, str], list[Fact]] = {}
        for fact in facts:
            noun = fact.noun
            if isinstance(noun, Coverage):
                self._version(self._side("coverage"), "coverage", noun.area, at, noun)
            else:
                told.setdefault((fact.type, noun.id), []).append(fact)
        for kind, key in state.touched():
            if kind == "heard":
                said = state.watch.last_of(str(key))
                if said is not None:
                    self._gathered.append(Heard(DESK, str(key), at, said))
            else:
                self._look(kind, key, at, told)
        for (kind, name), passed in told.items():
            # What was raised and ended in one step stood in no table: an alarm whose end was known when it came.
            if kind in {"alert", "alarm"} and passed[-1].verb in _ENDED and passed[0].verb == "raise":
                self._version(self._side(kind), kind, name, at, passed[0].noun)
                self._gone(kind, name, at, passed)

    def _look(self, kind: str, key: object, at: datetime, told: dict[tuple[str, str], list[Fact]]) -> None:
        noun = self._noun(kind, key)
        before = self._told.get((kind, key))
        name = _name(kind, key, noun) if noun is not None else ""
        if before is not None and (noun is None or before[0] != name):
            self._gone(kind, before[0], at, told.pop((kind, before[0]), []))
            del self._told[kind, key]
            before = None
        if noun is None or (before is not None and (before[1] is noun or before[1] == noun)):
            return
        self._told[kind, key] = (name, noun)
        facts = told.pop((kind, name), [])
        for fact in facts[:-1]:
            self._version(self._side(kind), kind, name, at, fact.noun, move=fact.move)
        self._version(self._side(kind), kind, name, at, noun, move=bool(facts) and facts[-1].move)

    def _gone(self, kind: str, name: str, at: datetime, facts: Sequence[Fact]) -> None:
        move = not facts or facts[-1].move
        last = facts[-1].noun if facts else None
        self._version(self._side(kind), kind, name, at, None, move=move, last=last)

    def _noun(self, kind: str, key: Any) -> Any:  # noqa: ANN401 - whatever the table holds
        state = self._state
        if kind == "alert":
            return state.decider.standing.alerts.get(key)
        if kind == "alarm":
            return state.alarms.standing.get(key)
        if kind == "threat":
            held = state.threats.holding.rows.get(key)
            return None if held is None else held.threat
        if kind in _RECORD:
            return state.record.noun(kind, key)
        if kind == "part":
            parts = state.alarms.parts(key)
            return (key, parts) if parts else None
        return key if state.watch.muted(key) else None

    def _side(self, kind: str) -> int:
        return DESK if self._apart and kind not in {"alert", "alarm", "part", "quarantined"} else BOTH

    # --- the public's versions --------------------------------------------------------

    def saw(self, at: datetime, name: tuple[str, str], noun: Any, *, move: bool, last: Any) -> None:  # noqa: ANN401 - a noun
        """Note a version that the public may see."""
        self._version(PUBLIC, name[0], name[1], at, noun, move=move, last=last)

    def _version(
        self,
        side: int,
        kind: str,
        name: str,
        at: datetime,
        noun: Any,  # noqa: ANN401 - a noun
        *,
        move: bool = True,
        last: Any = None,  # noqa: ANN401 - a noun
    ) -> None:
        self.sequences[side] += 1
        version = Version(side, self.sequences[side], kind, name, at, _since(noun), move, noun, last)
        self._gathered.append(version)


def _standing(state: State) -> list[tuple[str, object]]:
    """Return name and key of every row that is told of."""
    alarms = list(state.alarms.standing)
    found: list[tuple[str, object]] = [("alert", key) for key in state.decider.standing.alerts]
    found += [("alarm", key) for key in alarms]
    found += [("part", key) for key in alarms]
    found += [("threat", key) for key in state.threats.holding.rows]
    found += [("incident", one.id) for one in state.record.incidents()]
    found += [("ledger", one.id) for one in state.record.ledgers().lines]
    found += [("statement", one.id) for one in state.record.statements()]
    found += [("quarantined", source) for source in state.register if state.watch.muted(source)]
    return found


def _name(kind: str, key: object, noun: Any) -> str:  # noqa: ANN401 - a noun
    if kind in {"alert", "alarm"}:
        return str(noun.id)
    return "|".join(key) if isinstance(key, tuple) else str(key)


def _since(noun: object) -> datetime | None:
    if isinstance(noun, Statement):
        return noun.stated_at
    since: datetime | None = getattr(getattr(noun, "valid", None), "start", None)
    return since
