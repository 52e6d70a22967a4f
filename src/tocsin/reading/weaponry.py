"""Weapons of a clause in groups that share one count, generic words before specific ones left out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from tocsin.model import Range
from tocsin.reading.drafts import Clause, Context
from tocsin.reading.lexicon import Meaning
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import AND_SLASH, COLON, COMMA, DASH, PAREN

__all__ = ["Group", "carriers", "groups_of", "ruins", "stops_trains"]

_MISSILES = frozenset({"ballistic", "aeroballistic", "cruise", "hypersonic", "missile", "high-speed-target"})
_DRONES = frozenset({"drone", "jet-drone", "recon-drone"})
_GENERIC: dict[str, frozenset[str]] = {
    "missile": _MISSILES,
    "ballistic": frozenset({"ballistic", "aeroballistic"}),
    "aeroballistic": frozenset({"aeroballistic"}),
    "hypersonic": frozenset({"hypersonic", "aeroballistic"}),
    "cruise": frozenset({"cruise", "hypersonic"}),
    "high-speed-target": _MISSILES,
    "drone": _DRONES,
    "jet-drone": frozenset({"jet-drone"}),
    "recon-drone": frozenset({"recon-drone"}),
    "unknown": _MISSILES | _DRONES | {"guided-bomb", "mlrs"},
    "guided-bomb": frozenset({"guided-bomb"}),
    "artillery": frozenset({"mlrs"}),
}
_COUNT = Meaning("count", "number", {})
_FROM = frozenset(
    [
        "з",
        "із",
        "зі",
        "с",
        "со",
        "from",
        "by",
        "від",
        "от",
        "бортів",
        "бортами",
        "літаків",
        "літаком",
        "самолетов",
        "самолетами",
        "авіацією",
        "via",
    ]
)
_ALSO = frozenset(["та", "і", "й", "и", "and", "or", "або", "чи", "или", "плюс", "також"])


@dataclass(slots=True)
class Group:
    """Weapons that one count covers. ``i:j`` are the tokens from the count to the last weapon."""

    slugs: list[str] = field(default_factory=list)
    count: Mark | None = None
    i: int = 0
    j: int = 0

    @property
    def range(self) -> Range | None:
        """The count as a range, null where nothing is said."""
        return self.count.number if self.count is not None and not self.count.vague else None


def carriers(context: Context, clause: Clause) -> list[Mark]:
    """The marks of aircraft that carry weapons."""
    weapons = context.lexicon.weapons
    return [m for m in clause.weapons if m.value in weapons and weapons[m.value].carrier]


def ruins(cue: Mark, clause: Clause, context: Context) -> bool:
    """Whether a word of destroying has a thing on the ground for its object («дроном знищено склад»)."""
    tokens = context.tokens
    small = context.lexicon.prepositions
    for thing in clause.objects:
        i, j = (cue.j, thing.i) if thing.i >= cue.j else (thing.j, cue.i)
        if (
            0 <= j - i <= 4
            and not any(tokens.words[k] in small and tokens.words[k] != "з" for k in range(i, j))
            and not any(i <= m.i < j for m in clause.weapons)
        ):
            return True
    return False


def groups_of(clause: Clause, context: Context, *, carrying: bool = False) -> list[Group]:
    """The weapon groups of a clause, in order; carriers only when ``carrying`` or when nothing else is named."""
    weapons = context.lexicon.weapons
    plane = {id(m) for m in carriers(context, clause)}
    marks = [m for m in clause.weapons if carrying == (id(m) in plane)]
    if not marks and not carrying:
        marks = [m for m in clause.signs if not (m.value in weapons and weapons[m.value].carrier)]
        if clause.weapons:
            marks = []
    if (
        not clause.weapons
        and len(marks) > 1
        and not carrying
        and len({m.value for m in marks}) == 1
        and all(b.i == a.j for a, b in itertools.pairwise(marks))
    ):
        # «☄️☄️ Бровари»: the sign as often as there are.
        many = Mark(marks[0].i, marks[-1].j, _COUNT)
        many.number = Range(min=len(marks), max=len(marks))
        return [Group([marks[0].value], many, marks[0].i, marks[-1].j)]
    for count in clause.counts:
        count.used = count.used or _one_group(count, context) or _whole(count, clause, context)
    kept = [m for m in _specific(marks, context) if not _means_aim(m, clause, context)]
    order = sorted([*kept, *[c for c in clause.counts if not c.used]], key=lambda m: m.i)
    groups: list[Group] = []
    waiting: Mark | None = None
    for mark in order:
        if mark.group == "count":
            waiting = mark
            continue
        near = (
            waiting is not None
            and mark.i - waiting.j <= 4
            and not _parts_count(waiting, mark, clause, context)
            and not _place_between(clause, waiting.j, mark.i)
            and not _people_between(clause, waiting.j, mark.i)
        )
        if groups and not near and _joined(groups[-1], mark, context) and _shares(groups[-1], mark, context):
            if mark.value not in groups[-1].slugs:
                groups[-1].slugs.append(mark.value)
            groups[-1].j = mark.j
        else:
            taken = waiting if near else None
            if taken is not None and _of_groups(taken, mark, context):
                # «2 групи БпЛА» counts groups, not drones.
                taken.used = True
                taken = waiting = None
            groups.append(Group([mark.value], taken, taken.i if taken else mark.i, mark.j))
            if taken:
                taken.used = True
                waiting = None
    _shared_class(groups, context)
    _late_count(groups, clause, context)
    return groups


def _parts_count(count: Mark, weapon: Mark, clause: Clause, context: Context) -> bool:
    """Whether what stands between a count and a weapon keeps them apart («20 тисяч після удару дронів»)."""
    words = context.tokens.words
    return any(words[k] in _AFTER for k in range(count.j, weapon.i)) or any(
        count.j <= cue.i < weapon.i
        and not cue.has("cue", "more")
        and not cue.has("unit")
        and cue.has("cue", "strike")
        for cue in clause.cues
    )


_AFTER = frozenset(["після", "после", "after", "через", "внаслідок", "вследствие", "from", "because"])


def _of_groups(count: Mark, weapon: Mark, context: Context) -> bool:
    return any(
        word.startswith(("груп", "group", "хвил", "wave"))
        for word in context.tokens.words[count.j : weapon.i]
    )


def _whole(count: Mark, clause: Clause, context: Context) -> bool:
    """Whether a number counts groups, or is what a smaller one is left of («из двенадцати осталось три»)."""
    words = context.tokens.words
    after = words[count.j] if count.j < len(words) else ""
    if after.startswith(("груп", "group", "хвил", "wave", "волн")):
        return True
    if words[count.i - 1] in ("not", "не") and any(count.i - 3 <= c.j < count.i for c in clause.counts):
        return True  # "6 not 4 Kh-101s"
    left = count.i and words[count.i - 1] in ("из", "із", "з", "of", "зі")
    return bool(left) and any(c.i > count.j and c is not count for c in clause.counts)


def _one_group(count: Mark, context: Context) -> bool:
    """Whether "one" is one of the groups told of before («дві групи: одна на Житомир, друга …»)."""
    number = count.number
    if number is None or (number.min, number.max) != (1, 1) or context.tokens.kinds[count.i] != "w":
        return False
    return any(
        w.startswith(("груп", "group", "хвил", "wave"))
        for w in context.tokens.words[max(0, count.i - 8) : count.i]
    )


def _shared_class(groups: list[Group], context: Context) -> None:
    """«Залп Х-101: 30-35 ракет»: the class word behind a name only carries its count."""
    for before, after in itertools.pairwise(list(groups)):
        classes = _GENERIC.get(after.slugs[0]) if len(after.slugs) == 1 else None
        if before.count is None and after.count is not None and classes and after in groups:
            weapon = context.lexicon.weapons.get(before.slugs[-1])
            if weapon is not None and weapon.klass in classes and _narrower(before.slugs[-1], after.slugs[0]):
                before.count = after.count
                before.j = after.j
                groups.remove(after)


def _late_count(groups: list[Group], clause: Clause, context: Context) -> None:
    """A count behind its weapon: «балістика 2х», «БпЛА – 5»."""
    if len(groups) != 1 or groups[0].count is not None or clause.harms:
        return
    free = [c for c in clause.counts if not c.used]
    if len(free) == 1 and (
        free[0].strong
        or free[0] is clause.marks[-1]
        or abs(free[0].i - groups[0].j) <= 3
        or free[0].i < groups[0].i
        or _of_craft(free[0], groups[0], clause, context)
    ):
        after = free[0].j
        words = context.tokens.words
        if any(0 <= m.i - after <= 1 and m.has("scope") for m in clause.marks):
            return
        if any(o.i - after in (0, 1) for o in clause.objects) or (
            after < len(words) and any(m.i == after and m.group in ("group", "object") for m in clause.marks)
        ):
            return
        groups[0].count = free[0]
        free[0].used = True
        groups[0].i = min(groups[0].i, free[0].i)
        groups[0].j = max(groups[0].j, free[0].j)


def _of_craft(count: Mark, group: Group, clause: Clause, context: Context) -> bool:
    """Whether a count of aircraft is of the carriers named before it («Ту-95МС піднялися з Оленьї, близько шести бортів»)."""
    weapons = context.lexicon.weapons
    return weapons[group.slugs[-1]].carrier and any(
        m.has("unit", "craft") and m.i == count.j for m in clause.marks
    )


def _place_between(clause: Clause, start: int, end: int) -> bool:
    return any(start <= spot.mark.i < end for spot in clause.spots)


def _people_between(clause: Clause, start: int, end: int) -> bool:
    return any(start <= m.i < end for m in clause.marks if m.group in ("harm", "group", "object"))


def _specific(marks: list[Mark], context: Context) -> list[Mark]:
    """The marks without class words that only introduce or follow a named weapon."""
    weapons = context.lexicon.weapons
    drop: set[int] = set()
    words = context.tokens.words
    for mark, other in itertools.pairwise(marks):
        # «Стратеги Ту-160», "strategic bombers (Tu-160, Tu-22M3)": bombers of whatever make.
        if (
            mark.value == "tu-95ms"
            and words[mark.i].startswith(_BOMBERS)
            and "95" not in words[mark.i : mark.j]
            and weapons[other.value].carrier
            and other.i - mark.j <= 1
            and not _parted(mark, other, context)
        ):
            drop.add(id(mark))
    for n, mark in enumerate(marks):
        classes = _GENERIC.get(mark.value)
        if classes is None:
            continue
        for other in (*marks[max(0, n - 3) : n], *marks[n + 1 : n + 3]):
            if other.value == mark.value or other.value not in weapons or id(other) in drop:
                continue
            close = -1 <= (other.i - mark.j if other.i >= mark.j else mark.i - other.j) <= 2
            chained = other.i < mark.i and all(
                b.i - a.j <= 2
                for a, b in zip(
                    marks[marks.index(other) : n], marks[marks.index(other) + 1 : n + 1], strict=False
                )
            )
            if (
                (close or chained)
                and weapons[other.value].klass in classes
                and _narrower(other.value, mark.value)
                and not _parted(mark, other, context)
            ):
                drop.add(id(mark))
                break
    return [m for m in marks if id(m) not in drop]


_BOMBERS = ("стратег", "strateg", "борт", "корит", "тушк", "тушек")


def _narrower(one: str, other: str) -> bool:
    ranks = {
        "unknown": 0,
        "missile": 1,
        "high-speed-target": 1,
        "drone": 1,
        "cruise": 2,
        "ballistic": 2,
        "hypersonic": 2,
        "aeroballistic": 3,
        "jet-drone": 2,
        "recon-drone": 2,
        "guided-bomb": 1,
        "artillery": 1,
    }
    return ranks.get(one, 9) > ranks.get(other, 9)


def _parted(mark: Mark, other: Mark, context: Context) -> bool:
    """Whether a comma or "and" keeps a class word and a name apart («КР та Іскандер»)."""
    first, second = (mark, other) if mark.i < other.i else (other, mark)
    if first is other:
        return False
    words, seps = context.tokens.words, context.tokens.seps
    between = range(first.j, second.i)
    if any(words[k] in _ALSO for k in between):
        return True
    return seps[second.i] == COMMA if second.i < len(seps) else False


def _means_aim(mark: Mark, clause: Clause, context: Context) -> bool:
    """«…, ціль — район Чорноморська»: the word says whither, not what."""
    if (
        mark.value != "unknown"
        or context.tokens.words[mark.i] not in ("ціль", "цель", "target")
        or len(clause.weapons) + len(clause.inherited.weapons if clause.inherited else ()) < 2
    ):
        return False
    j = mark.j
    if j < len(context.tokens.seps) and context.tokens.seps[j] in (DASH, COLON):
        for spot in clause.spots:
            if spot.mark.i >= j and spot.role in ("", "near", "at"):
                spot.role = "toward"
        return True
    return False


def _shares(group: Group, mark: Mark, context: Context) -> bool:
    """Whether a weapon shares the count before it: of one class («5 Іскандер-М та KN-23»), not «2х КАБ та Молнія»."""
    if group.count is None:
        return True
    weapons = context.lexicon.weapons
    one, other = weapons.get(group.slugs[-1]), weapons.get(mark.value)
    return one is None or other is None or one.klass == other.klass or {one.klass, other.klass} <= _MISSILES


def _joined(group: Group, mark: Mark, context: Context) -> bool:
    """Whether a weapon goes on with the group before it («Іскандер-М»/KN-23, A and B)."""
    words, seps = context.tokens.words, context.tokens.seps
    if mark.i - group.j > 3:
        return False
    if any(words[k] in _FROM for k in range(group.j, mark.i)):
        return False
    joins = any(words[k] in _ALSO for k in range(group.j, mark.i))
    slash = any(seps[k] in (AND_SLASH, COMMA, PAREN) for k in range(group.j, mark.i + 1) if k < len(seps))
    return joins or slash or mark.i == group.j


def stops_trains(cue: Mark, clause: Clause) -> bool:
    """Whether what a word says was stopped is a train or a tram: nearer to it than any weapon."""
    nets = [
        _apart(cue, m)
        for m in clause.marks
        if m.has("network", "transport") or m.has("object", "vehicle") or m.has("object", "rail")
    ]
    return bool(nets) and min(nets) <= min((_apart(cue, m) for m in clause.weapons), default=99)


def _apart(one: Mark, other: Mark) -> int:
    return max(other.i - one.j, one.i - other.j, 0)
