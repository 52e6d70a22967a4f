"""One report's grammar: sentences, what frames them (headings, speakers, tense), and the claims of their clauses."""

from __future__ import annotations

from datetime import timedelta

from tocsin.model import Range
from tocsin.reading.alarms import alarms_of
from tocsin.reading.attribution import Register, attribute
from tocsin.reading.clauses import clauses_of
from tocsin.reading.drafts import Clause, Context, Draft, Speaker, Spot, Unit
from tocsin.reading.effects import effects_of
from tocsin.reading.lexicon import Meaning
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COLON, DASH, LINE, PARAGRAPH, SEMI, STOP
from tocsin.reading.people import casualties_of
from tocsin.reading.spots import compass_of, find_spots
from tocsin.reading.statements import statements_of
from tocsin.reading.tallies import is_tally, tallies_of
from tocsin.reading.threats import threats_of
from tocsin.reading.times import time_of, whole_text

__all__ = ["read_marks"]

_CARRIED = frozenset({"explosion", "impact", "debris", "fire", "damage", "casualty", "response", "air-defence", "outage", "assessment", "hazard"})
_EFFECTS = frozenset({"explosion", "impact", "debris", "fire", "damage", "casualty", "outage"})
_PRESENT = frozenset({"takeoff", "launch", "inbound", "danger", "danger-over", "lost", "alarm", "alarm-over", "air-defence"})


def read_marks(marks: list[Mark], context: Context, register: Register) -> list[Draft]:
    """The claims of a report, in the order of their words."""
    units = _units(marks, context)
    if not units or _furniture(units, context):
        return []
    whole_text(context, units)
    attribute(units, context, register)
    context.last_marked = max((n for n, u in enumerate(units) if u.marks), default=0)
    context.names = [m for u in units for m in u.marks if m.places]
    _regions(units, context)
    peace = _peace(units, context)
    context.at_war = any(_at_war(u) or any(m.group == "cue" and m.value in _WAR for m in u.marks) for u in units)
    for n, unit in enumerate(units):
        _mood(unit, context)
        if (n == 0 and _is_title(unit, units, context)) or _skipped(unit, context) or _asks(unit, context) or (peace and not _at_war(unit)):
            continue
        found = _read(unit, units, n, context)
        context.drafts.extend(found)
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
            for i, j, some in _bounded(start, k, inside):
                units.append(Unit(i, j, some, line, paragraph, sep >= LINE and i == start, last))
        start = k
    return units


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


def _furniture(units: list[Unit], context: Context) -> bool:
    """Whether the whole message is an advert, a fund drive, weather, sport."""
    if any(m.has("skip", "always") for u in units[:2] for m in u.marks):
        return True
    if context.article:
        heads = units[:4]
        return sum(1 for u in heads for m in u.marks if m.has("skip", "message")) >= 2
    found = [m for u in units for m in u.marks if m.has("skip", "message")]
    if not found:
        return False
    # One such word beside what really flies is a tail; alone, or in company, it is the message.
    flying = sum(1 for u in units for m in u.marks if m.group == "weapon" or (m.group == "cue" and m.claim_kind in _PRESENT))
    alarm = any(m.has("cue", "alarm") or m.has("cue", "alarm-over") for u in units for m in u.marks)
    return len(found) * 2 > flying and not (alarm and len(found) < 2)


_WAR = frozenset("attack strike shelling impact interception air-defence debris".split())


def _is_title(unit: Unit, units: list[Unit], context: Context) -> bool:
    """The headline of an article of several paragraphs: its text says the same again, with more."""
    source = context.source
    if source is None or source.kind not in ("media", "correspondent") or unit.paragraph != 0 or units[-1].paragraph < 2:
        return False
    if sum(1 for u in units if u.paragraph == 0) > 1:
        return False
    tokens = context.tokens
    end = tokens.text[tokens.ends[unit.j - 1] : tokens.ends[unit.j - 1] + 1]
    return end != "." or unit.j - unit.i <= 10


def _at_war(unit: Unit) -> bool:
    """Whether a sentence names a weapon or what weapons do."""
    return any((m.group == "weapon" and not m.meaning.extra.get("emoji")) or m.has("mood", "war") for m in unit.marks)


def _peace(units: list[Unit], context: Context) -> bool:
    """Whether a short text tells of ordinary harm: a cause of peace, and no weapon anywhere."""
    if context.article:
        return False
    marks = [m for u in units for m in u.marks]
    calm = any(m.has("peace") or m.has("skip", "sentence") for m in marks)
    return calm and not any(_at_war(u) for u in units)


def _asks(unit: Unit, context: Context) -> bool:
    """Whether a sentence is a question: it tells nothing."""
    tokens = context.tokens
    end = tokens.starts[unit.j] if unit.j < len(tokens.words) else len(tokens.text)
    if "?" not in tokens.text[tokens.ends[unit.j - 1] : end]:
        return False
    weapon = any(m.group == "weapon" for m in unit.marks) and any(m.places for m in unit.marks)
    if context.telegraphic and weapon and not any(m.has("mood", "question") for m in unit.marks):
        unit.hedged = True
        return False
    return True


def _regions(units: list[Unit], context: Context) -> None:
    """The oblasts and raions that the text names anywhere, for telling places of one name apart."""
    for unit in units:
        for mark in unit.marks:
            if mark.places and len(mark.places) <= 2 and mark.places[0].precision == "oblast" and mark.places[0].code not in context.regions:
                context.regions.append(mark.places[0].code)
    del context.regions[8:]


def _mood(unit: Unit, context: Context) -> None:
    """Tense, hedges and corrections that hold for a whole sentence."""
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
    if (unit.past or unit.night) and any(words[k] in ("атакував", "атаковал", "атакувала", "застосував", "attacked", "launched", "атакував", "применил", "випустив", "завдав") for k in range(unit.i, unit.j)):
        context.summary = not context.article
    if any(m.has("mood", "summary") for m in unit.marks):
        context.summary = not context.article


def _skipped(unit: Unit, context: Context) -> bool:
    """Sentences that are furniture, law, history, drills, or speak of alarms that go on."""
    skip = still = drill = False
    for mark in unit.marks:
        for meaning in mark.meanings:
            if meaning.group == "skip" and meaning.value == "sentence":
                skip = True
            elif meaning.group == "skip" and meaning.value == "line" and (mark.i - unit.i <= 2 or context.article):
                skip = True
            elif meaning.group == "skip" and meaning.value == "generic" and not context.telegraphic and not context.article:
                skip = True
            elif meaning.group == "mood" and meaning.value == "question" and mark.i == unit.i and context.tokens.words[mark.i] != "чи":
                skip = True
            elif meaning.group == "mood" and meaning.value == "still-standing":
                still = True
            elif meaning.group == "mood" and meaning.value == "drill":
                drill = True
    if still and _stands(unit, context):
        return skip or drill
    if still:
        context.heading_region = None
        unit.marks = [m for m in unit.marks if not any(x.claim in ("alarm", "alarm-over") and x.group == "cue" for x in m.meanings) and not m.has("mood", "still-standing")]
        if any(m.group == "weapon" for m in unit.marks) or any(m.group == "cue" and m.value == "instruction" for m in unit.marks):
            return skip or drill
        context.still_line = unit.line
        return True
    if context.still_line >= 0 and unit.line == context.still_line + 1 and all(m.group in ("place", "state", "area") for m in unit.marks):
        # The list under «тривога ще триває у:».
        context.still_line = unit.line
        return True
    return skip or drill


_STANDS = ("трива", "продовж", "залиша", "лишає", "остает", "продолж", "длит", "remain", "continu", "still", "force", "effect", "active")


def _stands(unit: Unit, context: Context) -> bool:
    """Whether a sentence says of a named place that its alarm goes on (the lists under a clear are left to themselves)."""
    words = context.tokens.words
    if context.tokens.text[context.tokens.ends[unit.j - 1] : context.tokens.ends[unit.j - 1] + 1] == ":" or not any(m.places for m in unit.marks):
        return False
    still = next((m for m in unit.marks if m.has("mood", "still-standing")), None)
    if still is None or not any(words[k].startswith(_STANDS) for k in range(still.i, still.j)):
        return False
    if not any(words[k].startswith(("тривог", "тревог", "alert", "alarm", "загроз", "угроз", "threat")) for k in range(unit.i, unit.j)) or words[unit.i] in ("зверніть", "увага", "обратите"):
        return False
    still.turn(Meaning("cue", "alarm", {"type": "artillery" if any(words[k].startswith(("артилер", "артобстр", "артилл", "artiller")) for k in range(unit.i, unit.j)) else "air-raid"}))
    still.meanings = (still.meaning,)
    return True


def _heading(unit: Unit, spots: list[Spot], context: Context) -> bool:
    """Whether a line is only a heading («Сумщина:»); sets the region for what follows."""
    tokens = context.tokens
    if unit.paragraph != context.heading_paragraph and unit.first_in_line and tokens.seps[unit.i] == PARAGRAPH:
        context.heading_region = None
        context.heading_weapon = None
        context.heading_place = None
        context.heading_kind = ""
    if not spots or not unit.first_in_line:
        return False
    first = spots[0]
    before = [m for m in unit.marks if m.i < first.mark.i and m.group not in ("state", "area", "mood")]
    if any(not (m.group == "weapon" and m.meaning.extra.get("emoji")) for m in before):
        return False
    j = first.mark.j
    while j < unit.j and (tokens.kinds[j] == "e" or tokens.words[j] in ("обл", "область")):
        j += 1
    alone = j >= unit.j
    after = tokens.text[tokens.ends[j - 1] : tokens.ends[j - 1] + 4].lstrip(" *_") if alone else ""
    colon = (not alone and tokens.seps[j] == COLON) or after.startswith(":")
    arrow = any(m.group == "arrow" and m.i >= first.mark.j and m.i <= j for m in unit.marks)
    dash = not alone and tokens.seps[j] == DASH and first.best.precision in ("oblast", "raion")
    big = first.best.precision in ("oblast", "raion", "settlement", "district", "hromada")
    next_line = alone and len(spots) == 1 and unit.last_in_line and context.more_lines(unit)
    if not big or not (colon or arrow or dash or next_line):
        return False
    context.heading_region = first
    context.heading_place = first if first.best.precision == "settlement" else None
    context.heading_paragraph = unit.paragraph
    sign = next((m for m in unit.marks if m.group == "weapon" and m.i < first.mark.i), None)
    if sign is not None:
        context.heading_weapon = sign.value
    return alone


def _read(unit: Unit, units: list[Unit], n: int, context: Context) -> list[Draft]:
    """The claims of one sentence."""
    spots = find_spots(unit, context)
    if _heading(unit, spots, context) and not any(m.group in ("cue", "count") for m in unit.marks):
        if n < context.last_marked:
            context.last_spots = spots[:1]
            context.last_paragraph = unit.paragraph
            context.last_heading_line = unit.line
            return []
    if spots and _afterthought(unit, units, n, spots, context):
        return []
    if _announces(unit, spots, units, n):
        context.heading_place = spots[0]
        context.announced = (unit.line, spots[0])
        return []
    if not spots and context.announced is not None and context.announced[0] >= unit.line - 2 and units[n - 1].paragraph >= unit.paragraph - 1:
        spots = [context.announced[1]]
        unit.marks = [spots[0].mark, *unit.marks]
        unit.i = min(unit.i, spots[0].mark.i)
    context.announced = None
    if _names_weapons(unit, units, n):
        context.said_weapon = (unit.line, tuple(m.value for m in unit.marks if m.group == "weapon" and not m.meaning.extra.get("emoji")))
        return []
    clauses = clauses_of(unit, _without_heading(spots, unit, context), context)
    if not clauses:
        return []
    statements = statements_of(unit, clauses, spots, context)
    if statements:
        found = statements
    elif is_tally(unit, clauses, context):
        found = tallies_of(unit, clauses, context)
    else:
        found = [draft for clause in clauses for draft in _clause(clause, unit, context)]
        found = _one_instruction(_one_casualty(found, context))
    _finish(found, unit, units, n, clauses, context)
    return found


def _afterthought(unit: Unit, units: list[Unit], n: int, spots: list[Spot], context: Context) -> bool:
    """«Наразі не фіксується. Чернігівщина»: a bare place tells where the claim before it holds."""
    if not n or units[n - 1].line != unit.line or any(m.group not in ("place", "state") for m in unit.marks) or unit.j - unit.i > 3:
        return False
    before = [d for d in context.drafts[-8:] if d.i >= units[n - 1].i]
    if not before or any(d.spots or d.kind not in ("lost", "danger-over", "interception", "explosion", "alarm", "alarm-over", "air-defence") for d in before):
        return False
    for draft in before:
        draft.spots = [Spot(mark=s.mark, role="at", best=s.best, others=s.others) for s in spots]
        draft.main = draft.spots[0]
        draft.also = (*draft.also, *((s.mark.i, s.mark.j) for s in draft.spots))
    return True


def _names_weapons(unit: Unit, units: list[Unit], n: int) -> bool:
    """Whether a sentence names weapons and nothing else, and the next one says what they do."""
    if n + 1 >= len(units) or units[n + 1].line != unit.line or unit.j - unit.i > 4:
        return False
    if any(m.group not in ("weapon", "state") for m in unit.marks) or not any(m.group == "weapon" and not m.meaning.extra.get("emoji") for m in unit.marks):
        return False
    after = units[n + 1].marks
    if any(m.group == "weapon" and not m.meaning.extra.get("emoji") for m in after):
        return False
    return any(m.has("cue", v) for m in after for v in ("launch", "inbound", "takeoff")) or (any(m.places for m in after) and not any(m.group == "cue" for m in after))


def _announces(unit: Unit, spots: list[Spot], units: list[Unit], n: int) -> bool:
    """«КИЇВ УВАГА! ЦІЛІ ЗНИКЛИ.»: a place called out alone, of which the next sentence speaks."""
    if len(spots) != 1 or spots[0].role or n + 1 >= len(units) or units[n + 1].paragraph > unit.paragraph + 1:
        return False
    if any(m.group not in ("place", "state", "area") and not (m.group == "cue" and m.value == "danger") for m in unit.marks) or unit.j - unit.i > 4:
        return False
    after = units[n + 1].marks
    speaks = any(m.group == "weapon" and not m.meaning.extra.get("emoji") for m in after) or any(
        m.has("cue", v) for m in after for v in ("danger-over", "alarm-over", "explosion", "lost", "interception")
    )
    return speaks and not any(m.places for m in after)


def _without_heading(spots: list[Spot], unit: Unit, context: Context) -> list[Spot]:
    """The places of a sentence, its heading left out where places of its own follow in the line."""
    region = context.heading_region
    if region is None or not spots or spots[0].code != region.code or spots[0].mark is not region.mark:
        return spots
    rest = spots[1:]
    tokens = context.tokens
    listed = sum(1 for m in unit.marks if m.group == "count") > 1
    j = spots[0].mark.j
    colon = j < unit.j and tokens.seps[j] == COLON
    if rest and (listed or not (colon and context.telegraphic)) and not any(m.group == "harm" for m in unit.marks):
        return rest
    return spots


def _clause(clause: Clause, unit: Unit, context: Context) -> list[Draft]:
    """All that a clause says."""
    threats = threats_of(clause, unit, context)
    effects = effects_of(clause, unit, context)
    people = casualties_of(clause, unit, context)
    alarms = alarms_of(clause, unit, context)
    if any(d.kind in ("danger-over",) for d in threats) and alarms:
        alarms = []
    found = [*alarms, *threats, *effects, *people]
    for draft in found:
        if draft.kind in ("debris", "fire", "damage", "impact", "response") and not draft.denies:
            context.last_effect = draft.kind
    if any(m.has("mood", "hedge") and m.group == "mood" for m in clause.marks):
        for draft in found:
            draft.hedged = True
    when = time_of(unit, context, clause.marks)
    for draft in found:
        if draft.when is None:
            draft.when = when
    return found


def _one_casualty(found: list[Draft], context: Context) -> list[Draft]:
    """The casualty claims of a sentence as one, unless they count the same twice or stand apart."""
    kept: list[Draft] = []
    for draft in found:
        before = next((d for d in reversed(kept) if d.kind == "casualty"), None)
        if draft.kind != "casualty" or before is None or before.harm is None or draft.harm is None:
            kept.append(draft)
            continue
        apart = any(context.tokens.seps[k] == SEMI for k in range(before.j, min(draft.i + 1, len(context.tokens.seps))))
        other = bool(draft.spots) and bool(before.spots) and {s.code for s in draft.spots} != {s.code for s in before.spots}
        clash = any(key in before.harm for key in draft.harm)
        _same_people(before, draft, context)
        if apart or other or clash or before.denies != draft.denies:
            kept.append(draft)
            continue
        before.harm = {**before.harm, **draft.harm}
        before.i, before.j = min(before.i, draft.i), max(before.j, draft.j)
        before.hedged = before.hedged or draft.hedged
        if not before.spots:
            before.spots, before.main = draft.spots, draft.main
    return kept


_THEM = frozenset("їх усіх всіх обох обидва обидві обоє их всех обоих them both all".split())


def _same_people(before: Draft, draft: Draft, context: Context) -> None:
    """«Поранено двох, їх доправили до лікарні»: the same two."""
    harm = draft.harm or {}
    known = [v for k, v in (before.harm or {}).items() if "-" not in k and v.max]
    if list(harm) == ["hospitalised"] and harm["hospitalised"] == Range(min=1, max=None) and len(known) == 1:
        if any(context.tokens.words[k] in _THEM for k in range(max(0, draft.i - 3), draft.j)):
            draft.harm = {"hospitalised": known[0]}


def _one_instruction(found: list[Draft]) -> list[Draft]:
    """One instruction a sentence, with the place if any part names one."""
    said = [d for d in found if d.kind == "instruction"]
    if len(said) < 2:
        return found
    keep = next((d for d in said if d.main is not None), said[0])
    keep.i, keep.j = min(d.i for d in said), max(d.j for d in said)
    return [d for d in found if d.kind != "instruction" or d is keep]


def _finish(found: list[Draft], unit: Unit, units: list[Unit], n: int, clauses: list[Clause], context: Context) -> None:
    """What the sentence adds to its claims: tense, hedge, speaker, place said before, heading."""
    heading = compass_of(unit.marks, context.tokens.words)
    effects = [d for d in found if d.kind in _EFFECTS]
    own = next((d for d in (*effects, *found) if d.main is not None), None)
    when = time_of(unit, context, unit.marks)
    for draft in found:
        _tense(draft, unit, context)
        if draft.when is None and draft.kind != "tally":
            draft.when = when if len(clauses) == 1 or unit.past else None
        if draft.kind == "tally":
            draft.when = when
        if unit.hedged and len(clauses) == 1:
            draft.hedged = True
        draft.corrects = draft.corrects or unit.corrects
        draft.by = _voice(draft, unit)
        if draft.by is not None and draft.kind != "statement" and _denying(unit, draft):
            draft.denies = True
        if heading and draft.kind in ("inbound", "takeoff"):
            draft.heading = heading
        if draft.main is None and (draft.kind in _CARRIED or (draft.kind == "instruction" and own is not None)):
            near = [d for d in found if d is not draft and d.main is not None and d.i <= draft.i]
            _carry(draft, unit, near[-1] if near else own, context)
    spots = [s for d in found if not d.denies for s in d.spots if s.mark.i >= unit.i]
    if spots and any(d.kind in _EFFECTS or d.kind in ("alarm", "air-defence", "response") for d in found):
        context.last_spots = list({s.code: s for s in spots if s.role in ("at", "near")}.values())
        context.last_paragraph = unit.paragraph
    for draft in found:
        if draft.kind in ("debris", "fire", "damage", "impact", "response") and not draft.denies:
            context.last_effect = draft.kind
    first = next((d.weapon for d in found if d.weapon and d.kind == "inbound"), None)
    if first and context.heading_region is not None and context.heading_paragraph == unit.paragraph and unit.line > context.last_heading_line >= 0:
        context.heading_weapon = first
    weapons = tuple(d.weapon for d in found if d.weapon)
    if weapons:
        context.last_weapon = weapons[-2:] if found[-1].joint else weapons[-1:]
        context.last_paragraph_weapon = unit.paragraph
    if any(d.kind == "tally" for d in found):
        context.last_tally = unit.paragraph
    _minus(found, units, n, context)


def _denying(unit: Unit, draft: Draft) -> bool:
    """Whether the verb by which somebody is quoted is one of denial («заперечив, що …»)."""
    return any(m.has("mood", "not-confirmed") and m.has("say", "verb") and m.i < max(draft.cue, draft.i + 1) for m in unit.marks)


def _voice(draft: Draft, unit: Unit) -> Speaker | None:
    """The speaker of a claim: the one nearest before its last words, where a sentence quotes several."""
    before = [v for v in unit.voices if v.i < draft.j]
    if unit.voices and before and (inside := [v for v in before if v.i >= draft.i - 6]):
        return inside[-1]
    return before[-1] if before else unit.by


def _tense(draft: Draft, unit: Unit, context: Context) -> None:
    if draft.tense != "now":
        return
    day = context.day
    if draft.when is not None and draft.when.start is not None and draft.when.precision == "minute" and context.stated_at is not None:
        ahead = draft.when.start - context.stated_at
        if timedelta(minutes=4) < ahead < timedelta(hours=12) and draft.kind in ("inbound", "launch", "takeoff", "danger", "alarm", "alarm-over", "outage", "explosion"):
            draft.tense = "expected"
            return
    if day is not None and draft.when is not None and draft.when.start is not None and draft.when.precision in ("day", "night"):
        if draft.when.end is not None and draft.when.end <= day and context.stated_at is not None:
            draft.tense = "past"
            return
        if draft.when.start >= day + timedelta(days=1):
            draft.tense = "expected"
            return
    if draft.kind in ("launch", "inbound") and any(context.tokens.words[k].startswith(_MAYBE) for k in range(max(unit.i, draft.cue - 4), max(draft.cue, 0))):
        draft.tense = "expected"
        return
    if draft.kind in ("launch", "impact") and any(context.tokens.words[k] in _WAS for k in range(max(unit.i, draft.cue - 3), max(draft.cue, 0))):
        draft.tense = "past"
        return
    if unit.night and draft.kind in ("tally", "launch", "interception", "lost", "inbound") and not context.article:
        draft.tense = "past"
        return
    if unit.past and draft.kind not in ("alarm-over", "danger-over"):
        draft.tense = "past"
    elif context.summary and draft.kind in ("launch", "interception", "lost", "impact", "inbound", "tally", "debris"):
        draft.tense = "past"
    elif unit.expected and _foretold(draft, unit, context) and draft.kind in ("takeoff", "launch", "inbound", "danger", "danger-over", "alarm", "alarm-over", "outage", "explosion", "impact", "interception"):
        draft.tense = "expected"


_WAS = frozenset({"було", "були", "была", "было", "были", "був"})


_MAYBE = ("можлив", "імовірн", "ймовірн", "вероятн", "возможн", "possible", "probable", "likely", "підготов", "подготов", "очіку", "ожида", "можуть", "може", "может", "могут", "may", "might", "could")


def context_possible(mark: Mark, context: Context) -> bool:
    """Whether a word of expectation stands behind its subject ("a strike is possible")."""
    return mark.has("mood", "expected") is not None and context.tokens.words[mark.j - 1] == "possible"


def _foretold(draft: Draft, unit: Unit, context: Context) -> bool:
    """Whether a word of expectation stands before what a claim says."""
    if any(context_possible(m, context) for m in unit.marks):
        return True
    if draft.cue < 0:
        return any(m.has("mood", "expected") and m.group == "mood" and m.i <= draft.i + 1 for m in unit.marks)
    return any(m.has("mood", "expected") and m.group == "mood" and m.i < draft.cue + 2 for m in unit.marks)


def _carry(draft: Draft, unit: Unit, own: Draft | None, context: Context) -> None:
    """A place that the sentence, its heading or the sentence before has named, with those words as evidence."""
    spots: list[Spot] = []
    if own is not None and own is not draft:
        spots = own.spots
    elif context.heading_region is not None and context.heading_paragraph == unit.paragraph:
        spots = [context.heading_region]
    elif context.last_spots and context.last_paragraph == unit.paragraph:
        spots = context.last_spots
    if not spots:
        return
    draft.spots = [Spot(mark=s.mark, role="at" if s.role not in ("near",) else s.role, best=s.best, others=s.others) for s in spots]
    draft.main = draft.spots[0]
    draft.also = tuple((s.mark.i, s.mark.j) for s in draft.spots if not (draft.i <= s.mark.i < draft.j))


def _minus(found: list[Draft], units: list[Unit], n: int, context: Context) -> None:
    """«Мінус!» takes its object from the sentence after it."""
    if n + 1 >= len(units) or units[n + 1].line != units[n].line:
        return
    for draft in found:
        if draft.kind == "interception" and draft.weapon is None and not draft.spots:
            mark = next((m for m in units[n + 1].marks if m.group == "weapon" and not m.meaning.extra.get("emoji")), None)
            if mark is not None and not context.lexicon.weapons[mark.value].carrier:
                draft.weapon = mark.value
                draft.continues = False
                draft.also = (*draft.also, (mark.i, mark.j))
