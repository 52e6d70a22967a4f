"""One report's grammar: sentences, what frames them (headings, speakers, tense), and the claims of their clauses."""

from __future__ import annotations

from tocsin.reading.aiming import verbs_of_attack
from tocsin.reading.alarms import alarms_of
from tocsin.reading.attribution import Register, attribute
from tocsin.reading.backgrounds import foreground
from tocsin.reading.clauses import clauses_of
from tocsin.reading.drafts import Clause, Context, Draft, Unit
from tocsin.reading.effects import effects_of
from tocsin.reading.framing import finish, one_casualty, one_clear, one_instruction
from tocsin.reading.headings import (
    afterthought,
    announces,
    heading,
    lists_weapon,
    names_weapons,
    without_heading,
)
from tocsin.reading.lasting import listed_as_lasting
from tocsin.reading.marks import Mark, said_by
from tocsin.reading.normalise import LINE, PARAGRAPH, STOP
from tocsin.reading.parting import parted
from tocsin.reading.people import casualties_of
from tocsin.reading.retelling import retell
from tocsin.reading.salvos import salvo_of
from tocsin.reading.sifting import WAR, asks, at_war, furniture, is_title, peace, skipped, sounds
from tocsin.reading.spots import find_spots
from tocsin.reading.statements import statements_of
from tocsin.reading.supposing import real
from tocsin.reading.tallies import is_tally, tallies_of
from tocsin.reading.threats import threats_of
from tocsin.reading.times import long_ago, other_year, time_of, whole_text
from tocsin.reading.typos import mend

__all__ = ["read_marks"]


def read_marks(marks: list[Mark], context: Context, register: Register) -> list[Draft]:
    """The claims of a report, in the order of their words."""
    units = _units(verbs_of_attack(mend(marks, context), context), context)
    if not units or furniture(units, context):
        return []
    whole_text(context, units)
    attribute(units, context, register)
    context.last_marked = max((n for n, u in enumerate(units) if u.marks), default=0)
    context.names = [m for u in units for m in u.marks if m.places]
    context.raised = [(u.i, u.j) for u in units if "cue.alarm" in u.says and "cue.alarm-over" not in u.says]
    _regions(units, context)
    calm = peace(units, context)
    context.armed = any(at_war(u) for u in units)
    context.at_war = context.armed or any(
        at_war(u) or any(m.group == "cue" and m.value in WAR for m in u.marks) for u in units
    )
    for n, unit in enumerate(units):
        _mood(unit, context)
        if lasts := listed_as_lasting(unit, context):
            context.drafts.extend(lasts)
            continue
        if (
            (n == 0 and is_title(unit, units, context))
            or skipped(unit, context)
            or asks(unit, context)
            or (calm and not (at_war(unit) or sounds(unit)))
        ):
            continue
        found = _read(unit, units, n, context)
        context.drafts.extend(found)
    retell(context)
    return context.drafts


def _units(marks: list[Mark], context: Context) -> list[Unit]:
    """Sentences: cut at full stops and ends of lines."""
    tokens = context.tokens
    units: list[Unit] = []
    size = len(tokens.words)
    line = paragraph = -1
    start = 0
    m = 0
    for k in range(size + 1):
        if k < size and not (k == 0 or tokens.seps[k] >= STOP):
            continue
        if k > start:
            inside: list[Mark] = []
            while m < len(marks) and marks[m].i < k:
                inside.append(marks[m])
                m += 1
            sep = tokens.seps[start]
            if sep >= LINE:
                line += 1
            if sep == PARAGRAPH:
                paragraph += 1
            last = k == size or tokens.seps[k] >= LINE
            parts = [part for whole in _bounded(start, k, inside) for part in parted(*whole, context)]
            for i, j, some in parts:
                unit = Unit(i, j, some, line, paragraph, sep >= LINE and i == start, last)
                for mark in some:
                    unit.says |= said_by(mark.meanings)
                units.append(unit)
        start = k
    return units


_LEFT = frozenset({"debris", "fire", "damage", "outage", "casualty"})
_MANY = 60


def _bounded(start: int, end: int, marks: list[Mark]) -> list[tuple[int, int, list[Mark]]]:
    """A sentence in parts of at most so many marks: no text makes the grammar's small loops long."""
    if len(marks) <= _MANY:
        return [(start, end, marks)]
    parts: list[tuple[int, int, list[Mark]]] = []
    at = start
    for n in range(0, len(marks), _MANY):
        some = marks[n : n + _MANY]
        last = marks[n + _MANY].i if n + _MANY < len(marks) else end
        parts.append((at, last, some))
        at = last
    return parts


def _regions(units: list[Unit], context: Context) -> None:
    """The oblasts and raions that the text names anywhere, for telling places of one name apart."""
    for unit in units:
        for mark in unit.marks:
            if (
                mark.places
                and len(mark.places) <= 2
                and mark.places[0].precision == "oblast"
                and mark.places[0].code not in context.regions
            ):
                context.regions.append(mark.places[0].code)
    del context.regions[8:]


def _mood(unit: Unit, context: Context) -> None:
    """Tense, hedges and corrections that hold for a whole sentence."""
    if "mood" not in unit.says:
        unit.past = _before(unit, context)
        return
    for mark in unit.marks:
        for meaning in mark.meanings:
            if meaning.group != "mood":
                continue
            if meaning.value == "past":
                unit.past = True
            elif meaning.value == "night":
                unit.night = True
            elif meaning.value == "expected":
                unit.expected = unit.expected or mark.group == "mood"
            elif meaning.value == "hedge" and mark.group == "mood":
                unit.hedged = True
            elif meaning.value == "correct":
                unit.corrects = True
            elif meaning.value == "partial":
                unit.partial = True
    words = context.tokens.words
    unit.past = unit.past or _before(unit, context)
    if (unit.past or unit.night) and any(
        words[k]
        in (
            "атакував",
            "атаковал",
            "атакувала",
            "застосував",
            "attacked",
            "launched",
            "атакував",
            "применил",
            "випустив",
            "завдав",
        )
        for k in range(unit.i, unit.j)
    ):
        context.summary = not context.article
    if "mood.summary" in unit.says:
        context.summary = not context.article


def _before(unit: Unit, context: Context) -> bool:
    """Whether a sentence names a time of days or years ago."""
    words = context.tokens.words[unit.i : unit.j]
    return long_ago(words) or other_year(words, context.stated_at)


def _read(unit: Unit, units: list[Unit], n: int, context: Context) -> list[Draft]:
    """The claims of one sentence."""
    spots = find_spots(unit, context)
    alone = heading(unit, spots, context) and not any(m.group in ("cue", "count") for m in unit.marks)
    if alone and n < context.last_marked:
        context.last_spots = spots[:1]
        context.last_paragraph = unit.paragraph
        context.last_heading_line = unit.line
        return []
    if spots and afterthought(unit, units, n, spots, context):
        return []
    if announces(unit, spots, units, n):
        context.heading_place = spots[0]
        context.announced = (unit.line, spots[0])
        return []
    if (
        not spots
        and context.announced is not None
        and context.announced[0] >= unit.line - 2
        and units[n - 1].paragraph >= unit.paragraph - 1
    ):
        spots = [context.announced[1]]
        unit.marks = [spots[0].mark, *unit.marks]
        unit.i = min(unit.i, spots[0].mark.i)
    context.announced = None
    if lists_weapon(unit, units, n, context):
        return []
    if names_weapons(unit, units, n):
        context.said_weapon = (
            unit.line,
            tuple(m.value for m in unit.marks if m.group == "weapon" and not m.meaning.emoji),
        )
        return []
    clauses = clauses_of(unit, without_heading(spots, unit, context), context)
    if not clauses:
        return []
    statements = statements_of(unit, clauses, context)
    if statements:
        found = statements
    elif is_tally(unit, clauses, context):
        found = tallies_of(unit, clauses, context)
        counted = {d.weapon for d in found}
        for clause in clauses:
            # «…завдав удару «Кинджалами» та балістикою, всього 8 ракет»: what was named without a number.
            if (
                clause.weapons
                and not clause.counts
                and not clause.says.isdisjoint(("cue.attack", "cue.strike"))
            ):
                named = [d for d in threats_of(clause, unit, context) if d.kind in ("launch", "impact")]
                found = [*(d for d in named if d.weapon not in counted), *found]
            # «Збито сім дронів, уламки впали в Кам'янському районі»: what the night left behind.
            if clause.inherited is not None and "cue.interception" not in clause.says:
                left = [*effects_of(clause, unit, context), *casualties_of(clause, unit, context)]
                found = [*found, *(d for d in left if d.kind in _LEFT and d.spots)]
    else:
        found = [draft for clause in clauses for draft in _clause(clause, unit, context)]
        found = one_clear(one_instruction(one_casualty(found, context)), context)
    finish(found, unit, units, n, clauses, context)
    return foreground(real(found, unit, context), unit, context)


def _clause(clause: Clause, unit: Unit, context: Context) -> list[Draft]:
    """All that a clause says."""
    threats = salvo_of(clause, context) or threats_of(clause, unit, context)
    effects = effects_of(clause, unit, context)
    people = casualties_of(clause, unit, context)
    alarms = alarms_of(clause, unit, context)
    if any(d.kind == "danger-over" for d in threats) and alarms:
        alarms = []
    if any(d.alarm_type != "air-raid" for d in alarms):
        # «Загроза хімічної небезпеки» is that alarm's own danger, and none from the air.
        threats = [d for d in threats if d.kind != "danger" or d.weapon is not None]
    found = [*alarms, *threats, *effects, *people]
    for draft in found:
        if draft.kind in ("debris", "fire", "damage", "impact", "response") and not draft.denies:
            context.last_effect = draft.kind
    when = time_of(unit, context, clause.marks)
    for draft in found:
        if draft.when is None:
            draft.when = when
    return found
