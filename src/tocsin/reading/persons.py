"""Those who are counted together: «чоловік та дві жінки», "a couple and their son", one number of several noun phrases."""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.model import Range
from tocsin.reading.drafts import Clause, Context
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COMMA
from tocsin.reading.ranking import AND

__all__ = ["Party", "party_of", "single"]

_A = frozenset({"a", "an"})
_PAIR = frozenset({"подружжя", "супруги", "супругов", "супругам", "couple"})
_OWN = frozenset(
    ["його", "її", "їхній", "їхня", "їхні", "їх", "его", "ее", "их", "his", "her", "their", "a", "an", "the", "ще", "еще", "one", "old", "year", "річний",
     "річна", "річну", "річного", "річної", "летний", "летняя", "летнего", "летнюю", "літній", "літня", "also", "також", "также", "тоже"]
)  # fmt: skip


@dataclass(slots=True)
class Party:
    """Several noun phrases that are harmed together: their sum, and what of it are children or responders."""

    total: Range
    parts: dict[str, Range] = field(default_factory=dict)
    counts: list[Mark] = field(default_factory=list)


@dataclass(slots=True)
class _Item:
    i: int
    j: int
    group: str
    number: Range
    count: Mark | None


def single(mark: Mark, context: Context, ones: frozenset[str]) -> bool:
    """Whether a word for people means one of them."""
    words = context.tokens.words
    if any(words[k] in ones for k in range(mark.i, mark.j)):
        return True
    before = words[max(0, mark.i - 2) : mark.i]
    return any(word in _A for word in before) and not words[mark.j - 1].endswith("s")


def party_of(
    clause: Clause, harm: Mark, count: Mark | None, context: Context, ones: frozenset[str]
) -> Party | None:
    """The noun phrases, two or more, that a word of harm says something of; None where there is one at most."""
    at = clause.harms.index(harm)
    low = clause.harms[at - 1].j if at else -1
    high = clause.harms[at + 1].i if at + 1 < len(clause.harms) else 10**9
    best: list[_Item] | None = None
    for chain in _chains(clause, context, ones):
        if len(chain) < 2 or chain[0].i < low or chain[-1].j > high:
            continue
        if count is not None:
            if any(item.count is count for item in chain):
                best = chain
                break
        elif chain[-1].j <= harm.i <= chain[-1].j + 14 or harm.j <= chain[0].i <= harm.j + 4:
            best = chain
            break
    if best is None:
        return None
    if _appositive(best):
        return None
    party = Party(total=_sum(best), counts=[item.count for item in best if item.count is not None])
    for name in ("children", "responders"):
        some = [item for item in best if item.group == name]
        if some:
            party.parts[name] = _sum(some)
    return party


def _chains(clause: Clause, context: Context, ones: frozenset[str]) -> list[list[_Item]]:
    chains: list[list[_Item]] = []
    for mark in clause.marks:
        item = _item(mark, clause, context, ones)
        if item is None:
            continue
        if chains and _joined(chains[-1][-1], item, context):
            chains[-1].append(item)
        else:
            chains.append([item])
    return [chain for chain in chains if _anded(chain, context)]


def _item(mark: Mark, clause: Clause, context: Context, ones: frozenset[str]) -> _Item | None:
    group = next((g for g in ("people", "children", "responders") if mark.has("group", g)), None)
    if group is None:
        return None
    count = next((c for c in clause.counts if 0 <= mark.i - c.j <= 1), None)
    if count is not None and count.number is not None:
        return _Item(count.i, mark.j, group, count.number, count)
    if context.tokens.words[mark.i] in _PAIR:
        return _Item(mark.i, mark.j, group, Range(min=2, max=2), None)
    if single(mark, context, ones):
        return _Item(mark.i, mark.j, group, Range(min=1, max=1), None)
    return None


def _joined(before: _Item, item: _Item, context: Context) -> bool:
    """Whether only "and", a comma, possessives and ages stand between two noun phrases."""
    tokens = context.tokens
    if not 0 < item.i - before.j <= 5 and tokens.seps[item.i] != COMMA:
        return False
    between = range(before.j, item.i)
    linked = any(tokens.words[k] in AND for k in between) or tokens.seps[before.j] == COMMA
    return linked and all(
        tokens.words[k] in AND or tokens.words[k] in _OWN or tokens.kinds[k] == "n" for k in between
    )


def _anded(chain: list[_Item], context: Context) -> bool:
    span = range(chain[0].j, chain[-1].i)
    return len(chain) > 1 and any(context.tokens.words[k] in AND for k in span)


def _appositive(chain: list[_Item]) -> bool:
    """«троє людей, двоє чоловіків і жінка»: the first says how many the others are."""
    return len(chain) > 2 and chain[0].number == _sum(chain[1:])


def _sum(items: list[_Item]) -> Range:
    lows = [item.number.min for item in items]
    highs = [item.number.max for item in items]
    return Range(
        min=sum(low or 0 for low in lows) if any(low is not None for low in lows) else None,
        max=None if any(high is None for high in highs) else sum(high or 0 for high in highs),
        approx=any(item.number.approx for item in items),
    )
