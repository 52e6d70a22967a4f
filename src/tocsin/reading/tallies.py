"""Totals over an attack or a finished night: launched, shot down, lost, hit, by weapon."""

from __future__ import annotations

from itertools import pairwise

from tocsin.model import Range
from tocsin.reading.drafts import Clause, Context, Draft, Spot, Unit
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COLON
from tocsin.reading.threats import main_spot, spots_for
from tocsin.reading.weaponry import Group, groups_of

__all__ = ["is_tally", "tallies_of"]

_KEYS = {
    "attack": "launched",
    "launch": "launched",
    "interception": "shot-down",
    "lost": "lost",
    "impact": "hit",
    "strike": "launched",
}
_RECORDED = ("зафіксован", "виявлен", "зафиксирован", "обнаружен", "recorded", "detected")
_LOCATIONS = frozenset(
    (
        "локаціях",
        "локації",
        "локацій",
        "локацію",
        "локациях",
        "локации",
        "локаций",
        "локацию",
        "location",
        "locations",
    )
)
_OTHERS = ("авіауд", "авиауд", "обстріл", "обстрел", "airstrike", "strike", "област", "район", "region")
_ONE = Range(min=1, max=1)
_HEADING = -1
"""In place of the paragraph while only the heading of a list has been read."""


def is_tally(unit: Unit, clauses: list[Clause], context: Context) -> bool:
    """Whether a sentence sums up: counts of weapons of a finished night, or under a heading of totals."""
    if _listed(unit, clauses, context):
        return True
    if not any(c.counts for c in clauses):
        return False
    _out_of(clauses, context)
    weapon = any(c.weapons for c in clauses)
    keys = {key for c in clauses for key in _keys(c, struck=False)}
    told = keys - {"hit"}
    if not told and "hit" in keys and (_locations(unit, context) or _after_totals(unit, clauses, context)):
        told = keys
    inbound = any(cue.has("cue", "inbound") or cue.has("cue", "airborne") for c in clauses for cue in c.cues)
    if context.summary or unit.past or unit.night:
        known = weapon or bool(context.last_weapon)
        return (bool(told) and known) or (context.summary and weapon and not inbound)
    watcher = _watcher(context)
    if told and weapon and any(c.total for clause in clauses for c in clause.counts):
        return not (context.telegraphic and watcher)
    if told and not inbound and context.last_tally >= 0:
        return unit.paragraph - context.last_tally <= (0 if watcher else 1)
    if weapon and not inbound and not watcher:
        whole = bool(told) and any(m.has("mood", "total") for c in clauses for m in c.marks)
        if whole or _recorded(unit, clauses, context):
            return True
    if told and not inbound and _summing(context) and (_over_hours(unit, context) or _dated(unit)):
        return weapon or bool(context.last_weapon)
    return len(told) >= 2 and weapon and not (watcher or (context.telegraphic and not _summing(context)))


def _out_of(clauses: list[Clause], context: Context) -> None:
    """«4 сбитых «Искандера» из 6»: the second figure is the total of the first."""
    words = context.tokens.words
    counts = [c for clause in clauses for c in clause.counts if c.number is not None]
    for few, all_ in pairwise(counts):
        if (
            few.total is not None
            or all_.i - few.j > 5
            or words[all_.i - 1] not in _FROM
            or few.number is None
        ):
            continue
        most = all_.number.min if all_.number is not None else None
        if most is not None and few.number.max is not None and few.number.max <= most:
            few.total = most
            all_.used = True


_FROM = frozenset({"из", "із", "з", "зі", "of"})


def _summing(context: Context) -> bool:
    """Whether the source counts what was launched and shot down, and so tells both afterwards."""
    return context.source is not None and context.source.kind in ("military", "authority")


def _dated(unit: Unit) -> bool:
    """Whether a sentence names its date: who counts and dates, sums up."""
    return any(m.group == "time" and m.value == "date" for m in unit.marks)


def _over_hours(unit: Unit, context: Context) -> bool:
    """Whether a sentence counts over a stretch of hours, or as of one («з 20:00 до 6:00», "as of 8 a.m.")."""
    clocks = [m for m in unit.marks if m.group == "time" and m.value == "clock"]
    said = " ".join(context.tokens.words[unit.i : unit.j])
    return len(clocks) > 1 or any(phrase in said for phrase in _AS_OF)


_AS_OF = ("станом на", "по состоянию на", "as of")


def _watcher(context: Context) -> bool:
    return context.source is None or context.source.kind == "monitoring-channel"


def _locations(unit: Unit, context: Context) -> bool:
    """«Влучання 6 БпЛА на 4 локаціях»: counted afterwards, not seen."""
    return not _watcher(context) and any(context.tokens.words[k] in _LOCATIONS for k in range(unit.i, unit.j))


def _after_totals(unit: Unit, clauses: list[Clause], context: Context) -> bool:
    """«Влучання: 7 БпЛА» right behind totals."""
    if (
        context.last_tally < 0
        or unit.paragraph - context.last_tally > 1
        or _watcher(context)
        or context.article
    ):
        return False
    return not any(c.objects or c.spots for c in clauses)


def _recorded(unit: Unit, clauses: list[Clause], context: Context) -> bool:
    """«Зафіксовано 55 засобів нападу: 4 ракети, 51 БпЛА»: several counts of weapons behind such a word."""
    words = context.tokens.words
    if not any(words[k].startswith(_RECORDED) for k in range(unit.i, min(unit.i + 4, unit.j))):
        return False
    return sum(len(c.counts) for c in clauses) >= 2


def _listed(unit: Unit, clauses: list[Clause], context: Context) -> bool:
    """Whether a line is a heading of totals («ЗНИЩЕНО:»), or an item of the list under one."""
    before = context.listing
    context.listing = None
    if _watcher(context):
        return False
    weapon = any(c.weapons for c in clauses)
    found = [key for c in clauses for key in _keys(c)]
    tokens = context.tokens
    ends = unit.j < len(tokens.words) and ":" in tokens.text[tokens.ends[unit.j - 1] : tokens.starts[unit.j]]
    if found and not weapon and unit.last_in_line and ends and not any(s for c in clauses for s in c.spots):
        context.listing = (found[0], unit.line, _HEADING)
        return True
    if before is None or found:
        return False
    next_line = unit.line == before[1] + 1 and (before[2] == _HEADING or not any(c.spots for c in clauses))
    if not (next_line or unit.paragraph == before[2]):
        return False
    if not weapon:
        # An aeroplane, a ship: no weapon of ours, but the list goes on behind it.
        context.listing = (before[0], before[1], unit.paragraph)
        return False
    context.listing = (before[0], unit.line, unit.paragraph)
    return True


def tallies_of(unit: Unit, clauses: list[Clause], context: Context) -> list[Draft]:
    """One claim a weapon with everything that a sentence totals of it."""
    drafts: list[Draft] = []
    current: list[Draft] = []
    listing = context.listing
    key = listing[0] if listing is not None and listing[1] == unit.line else "launched"
    shares = _shares(clauses)
    for n, clause in enumerate(clauses):
        found = next(iter(_keys(clause)), None)
        key = found or (_passive(clauses[1:], context) if not n and listing is None else None) or key
        spots = _spots(clause, clauses)
        groups = groups_of(clause, context)
        if any(g.count for g in groups) or (groups and listing is not None):
            current = []
            for group in groups:
                current.extend(_counted(group, key, drafts, unit, spots, context, alone=listing is not None))
        elif groups and not current:
            current = [_draft(drafts, s, g.slugs, unit, spots) for g in groups for s in g.slugs]
        for count in clause.counts:
            if count.used or count.number is None or _of_something(count, clause, context):
                continue
            if clause.spots and not found and drafts and not groups:
                share = _new(drafts, drafts[0].weapon, [], unit, spots)
                share.scope = {key: count.number}
            elif found and not any(g.count for g in groups):
                named = _meant(listing is not None, context)
                current = current or [_draft(drafts, s, [w for w in named if w], unit, spots) for s in named]
                for draft in current:
                    number = _more(found, count.number, draft, clause, context)
                    draft.scope = {
                        **(draft.scope or {}),
                        **_scoped(found, number, count.total, draft.scope),
                    }
    for spot, count in shares:
        share = _new(drafts, drafts[0].weapon if drafts else None, [], unit, spots_for("tally", [spot]))
        share.scope = {key: count.number or _ONE}
    return _without_sum([d for d in drafts if d.scope], unit, context)


def _shares(clauses: list[Clause]) -> list[tuple[Spot, Mark]]:
    """Take out «Павлоградщина — 4, Синельниківщина — 3»: what each place has of the total."""
    spots = [s for c in clauses for s in c.spots]
    counts = [m for c in clauses for m in c.counts]
    pairs = [(s, m) for s in spots for m in counts if m.i == s.mark.j and m.number is not None]
    if len(pairs) < 2:
        return []
    for spot, count in pairs:
        count.used = True
        for clause in clauses:
            clause.spots = [s for s in clause.spots if s is not spot]
    return pairs


def _passive(after: list[Clause], context: Context) -> str | None:
    """What a list counts whose verb stands at its end ("45 Shaheds and two missiles were destroyed")."""
    if not after or not after[0].counts or not after[0].weapons:
        return None
    words = context.tokens.words
    cue = next((c for c in after[0].cues if words[c.i - 1] in ("were", "was", "been")), None)
    return next(iter(_keys(after[0])), None) if cue is not None and cue.i > after[0].counts[0].i else None


def _counted(  # noqa: PLR0917 - a group and all that its draft needs
    group: Group,
    key: str,
    drafts: list[Draft],
    unit: Unit,
    spots: list[Spot],
    context: Context,
    *,
    alone: bool,
) -> list[Draft]:
    """The drafts of a group of weapons with its count; a bare item of a list is one."""
    number = group.range or (_ONE if alone else None)
    if number is None:
        return []
    total = group.count.total if group.count is not None else None
    part = _part(group.count, context) if group.count is not None else None
    if part is not None:
        number, total = Range(min=part, max=part), number.max
    found = []
    for slug in group.slugs:
        draft = _draft(drafts, slug, group.slugs, unit, spots)
        draft.scope = {**(draft.scope or {}), **_scoped(key, number, total, draft.scope)}
        found.append(draft)
    return found


def _more(key: str, number: Range, draft: Draft, clause: Clause, context: Context) -> Range:
    """What a second figure makes of the first («збито 6, ще 2 подавлено»)."""
    first = (draft.scope or {}).get(key)
    if first is None:
        return number
    more = any(
        context.tokens.words[k] in ("ще", "еще", "another", "more")
        for k in range(clause.marks[0].i - 1, clause.marks[-1].j)
    )
    if (
        more
        and first.min is not None
        and number.min is not None
        and first.max is not None
        and number.max is not None
    ):
        return Range(
            min=first.min + number.min, max=first.max + number.max, approx=first.approx or number.approx
        )
    return first


def _part(count: Mark, context: Context) -> int | None:
    """The first figure of «29/30»."""
    tokens = context.tokens
    i = count.i
    slash = i and tokens.text[tokens.ends[i - 1] : tokens.starts[i]] == "/"
    if slash and tokens.kinds[i - 1] == "n" and len(tokens.words[i - 1]) < 6:
        return int(tokens.words[i - 1])
    return None


def _of_something(count: Mark, clause: Clause, context: Context) -> bool:
    """Whether a figure counts places or strikes («на 4 локаціях», «68 авіаударів»), not weapons."""
    words = context.tokens.words
    after = words[count.j] if count.j < len(words) else ""
    if after in _LOCATIONS or after.startswith(_OTHERS):
        return True
    return any(o.i == count.j for o in clause.objects)


def _spots(clause: Clause, clauses: list[Clause]) -> list[Spot]:
    """The places of a clause, else those of its sentence, whence something came left out."""
    named = spots_for("tally", [s for s in clause.spots if s.best.precision != "country" or s.role == "from"])
    if named or len(clauses) < 2:
        return named
    shared = spots_for("tally", [s for s in clauses[0].spots if s.best.precision != "country"])
    return [s for s in shared if s.role != "from"]


def _keys(clause: Clause, *, struck: bool = True) -> list[str]:
    """What the words of a clause count; «знищено» heads a total and is a word of shooting down all the same."""
    found: list[str] = []
    for mark in clause.marks:
        if mark.has("mood", "total") and mark.has("cue", "damage"):
            found.append("shot-down")
        elif mark in clause.cues and not (
            mark.value == "strike" and any(c.j == mark.i for c in clause.counts)
        ):
            values = [m.value for m in mark.meanings if m.group == "cue" and m.value in _KEYS]
            found.extend(_KEYS[value] for value in values if struck or value != "strike")
    return found


def _without_sum(drafts: list[Draft], unit: Unit, context: Context) -> list[Draft]:
    """The drafts without the sum that a colon resolves into its parts («48 цілей: 3 Х-59 і 45 БпЛА»)."""
    if len(drafts) < 3 or drafts[0].weapon != "unknown":
        return drafts
    resolved = any(context.tokens.seps[k] == COLON for k in range(unit.i + 1, unit.j))
    return drafts[1:] if resolved else drafts


def _scoped(key: str, value: Range, total: int | None, scope: dict[str, Range] | None) -> dict[str, Range]:
    found = {key: value}
    if total is not None and "launched" not in (scope or {}):
        found["launched"] = Range(min=total, max=total)
    return found


def _meant(listed: bool, context: Context) -> list[str | None]:
    """The weapon that a sentence with a figure alone goes on with; none where several were counted before it."""
    counted = {d.weapon for d in context.drafts if d.kind == "tally"}
    return [*context.last_weapon] if listed or len(counted) < 2 or not context.last_weapon else [None]


def _draft(drafts: list[Draft], slug: str | None, slugs: list[str], unit: Unit, spots: list[Spot]) -> Draft:
    """The draft of a weapon, begun where there is none yet."""
    return next((d for d in drafts if d.weapon == slug), None) or _new(drafts, slug, slugs, unit, spots)


def _new(drafts: list[Draft], slug: str | None, slugs: list[str], unit: Unit, spots: list[Spot]) -> Draft:
    draft = Draft(
        kind="tally",
        i=unit.marks[0].i,
        j=unit.marks[-1].j,
        weapon=slug,
        spots=spots,
        main=main_spot("tally", spots),
        tense="past",
    )
    draft.joint = tuple(s for s in slugs if s != slug)
    drafts.append(draft)
    return draft
