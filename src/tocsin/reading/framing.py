"""What a sentence gives to its claims: tense, hedge, speaker, heading, a place said before."""

from __future__ import annotations

from datetime import timedelta

from tocsin.model import Range
from tocsin.reading.courses import set_course
from tocsin.reading.drafts import Clause, Context, Draft, Speaker, Spot, Unit
from tocsin.reading.hedges import hedge
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import SEMI
from tocsin.reading.retelling import told_afterwards
from tocsin.reading.times import time_of

__all__ = ["finish", "one_casualty", "one_clear", "one_instruction"]

_CARRIED = frozenset(
    {
        "explosion",
        "impact",
        "debris",
        "fire",
        "damage",
        "casualty",
        "response",
        "air-defence",
        "outage",
        "assessment",
        "hazard",
    }
)


_EFFECTS = frozenset({"explosion", "impact", "debris", "fire", "damage", "casualty", "outage"})


def one_casualty(found: list[Draft], context: Context) -> list[Draft]:
    """The casualty claims of a sentence as one, unless they count the same twice or stand apart."""
    kept: list[Draft] = []
    for draft in found:
        before = next((d for d in reversed(kept) if d.kind == "casualty"), None)
        last = context.drafts[-1] if before is None and context.drafts else None
        if last is not None and {last.kind, draft.kind} == {"casualty"} and _part_of(last, draft, context):
            continue
        if draft.kind != "casualty" or before is None or before.harm is None or draft.harm is None:
            kept.append(draft)
            continue
        apart = any(
            context.tokens.seps[k] == SEMI
            for k in range(before.j, min(draft.i + 1, len(context.tokens.seps)))
        )
        other = (
            bool(draft.spots)
            and bool(before.spots)
            and {s.code for s in draft.spots} != {s.code for s in before.spots}
        )
        if _part_of(before, draft, context):
            before.j = max(before.j, draft.j)
            continue
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


def _part_of(before: Draft, draft: Draft, context: Context) -> bool:
    """Whether those in a grave condition were counted among the injured («5 поранених, двоє у важкому стані»)."""
    harm, known = draft.harm or {}, before.harm or {}
    state = any(context.tokens.words[k] in _CONDITION for k in range(draft.i, draft.j))
    return (
        state
        and set(harm) == {"injured"}
        and bool({"injured", "hospitalised"} & known.keys())
        and not draft.spots
    )


_CONDITION = frozenset({"стані", "состоянии", "condition"})


_THEM = frozenset(
    [
        "її",
        "його",
        "ее",
        "его",
        "him",
        "her",
        "їх",
        "усіх",
        "всіх",
        "обох",
        "обидва",
        "обидві",
        "обоє",
        "их",
        "всех",
        "обоих",
        "them",
        "both",
        "all",
    ]
)


def _same_people(before: Draft, draft: Draft, context: Context) -> None:
    """«Поранено двох, їх доправили до лікарні»: the same two."""
    harm = draft.harm or {}
    known = [v for k, v in (before.harm or {}).items() if "-" not in k and v.max]
    if list(harm) != ["hospitalised"] or harm["hospitalised"] != Range(min=1, max=None) or len(known) != 1:
        return
    if any(context.tokens.words[k] in _THEM for k in range(max(0, draft.i - 3), draft.j)):
        draft.harm = {"hospitalised": known[0]}


def one_instruction(found: list[Draft]) -> list[Draft]:
    """One instruction a sentence, with the place if any part names one."""
    said = [d for d in found if d.kind == "instruction"]
    if len(said) < 2:
        return found
    keep = next((d for d in said if d.main is not None), said[0])
    keep.i, keep.j = min(d.i for d in said), max(d.j for d in said)
    return [d for d in found if d.kind != "instruction" or d is keep]


def one_clear(found: list[Draft], context: Context) -> list[Draft]:
    """The ends of dangers of a sentence, but those that only say it again («Суми чисто, видихаємо»)."""
    over = [d for d in found if d.kind == "danger-over" and not d.denies]
    bare = [d for d in over if not d.spots and d.weapon is None]
    said = [d for d in over if d not in bare]
    if bare and not said:
        earlier = any(d.kind == "danger-over" and not d.denies for d in context.drafts)
        breath = [d for d in bare if context.tokens.words[max(d.cue, d.i)].startswith(_BREATH)]
        said = bare[:1] if len(breath) < len(bare) or not earlier else []
    for draft in bare:
        keep = min(said, key=lambda d: abs(d.i - draft.i), default=None)
        if keep is not None and keep is not draft:
            keep.i, keep.j = min(keep.i, draft.i), max(keep.j, draft.j)
            keep.partial = keep.partial or draft.partial
    gone = {id(d) for d in bare if d not in said}
    return [d for d in found if id(d) not in gone]


_BREATH = ("видих", "выдых", "можна", "можно")


def finish(  # noqa: PLR0917 - a clause and all that it stands in
    found: list[Draft], unit: Unit, units: list[Unit], n: int, clauses: list[Clause], context: Context
) -> None:
    """What the sentence adds to its claims: tense, hedge, speaker, place said before, heading."""
    set_course(found, unit, context)
    effects = [d for d in found if d.kind in _EFFECTS]
    own = next((d for d in (*effects, *found) if d.main is not None), None)
    attacked = attacked_places(clauses) if own is None else []
    when = time_of(unit, context, unit.marks)
    for draft in found:
        _tense(draft, unit, context)
        if draft.when is None and draft.kind != "tally":
            draft.when = when if len(clauses) == 1 or unit.past else None
        if draft.kind == "tally":
            draft.when = when
        draft.corrects = draft.corrects or unit.corrects
        draft.by = _voice(draft, unit, context)
        if draft.by is not None and draft.kind != "statement" and _denying(unit, draft, context):
            draft.denies = True
        if draft.main is None and (
            draft.kind in _CARRIED or (draft.kind == "instruction" and own is not None)
        ):
            near = [d for d in found if d is not draft and d.main is not None and d.i <= draft.i]
            said = near[-1] if near else own
            if draft.kind != "instruction" or (said is not None and said.kind in _CARRIED):
                _carry(draft, unit, said.spots if said not in (None, draft) else attacked, context)
        if (
            draft.main is None
            and draft.kind == "instruction"
            and own is None
            and (called := _called(clauses))
        ):
            _carry(draft, unit, called, context)
    hedge(found, unit, context)
    spots = [s for d in found if not d.denies for s in d.spots if s.mark.i >= unit.i]
    if spots and any(d.kind in _CARRIED or d.kind == "alarm" for d in found):
        context.last_spots = list({s.code: s for s in spots if s.role in ("at", "near")}.values())
        context.last_paragraph = unit.paragraph
    aimed = [s for d in found if d.kind == "launch" and not d.denies for s in d.spots if s.role == "toward"]
    if aimed and not context.telegraphic and context.last_paragraph != unit.paragraph:
        context.last_spots, context.last_paragraph = (
            aimed,
            unit.paragraph,
        )  # «скинула два КАБи на Ізюм. Одна бомба поцілила в …»
    for draft in found:
        if draft.kind in ("debris", "fire", "damage", "impact", "response") and not draft.denies:
            context.last_effect = draft.kind
    first = next((d.weapon for d in found if d.weapon and d.kind == "inbound"), None)
    if (
        first
        and context.heading_region is not None
        and context.heading_paragraph == unit.paragraph
        and unit.line > context.last_heading_line >= 0
    ):
        context.heading_weapon = first
    weapons = tuple(d.weapon for d in found if d.weapon)
    if weapons:
        context.last_weapon = weapons[-2:] if found[-1].joint else weapons[-1:]
        context.last_paragraph_weapon = unit.paragraph
    if any(d.kind == "tally" for d in found):
        context.last_tally = unit.paragraph
    _minus(found, units, n, context)


def _denying(unit: Unit, draft: Draft, context: Context) -> bool:
    """Whether the verb by which somebody is quoted is one of denial («заперечив, що …»)."""
    words = context.tokens.words
    return any(
        m.has("say", "verb")
        and (m.has("mood", "not-confirmed") or words[m.i].startswith(_DENIES))
        and m.i < max(draft.cue, draft.i + 1)
        for m in unit.marks
    )


_DENIES = ("запереч", "отриц", "спрост", "опров", "deny", "denie", "dismiss", "reject", "refut")


def _voice(draft: Draft, unit: Unit, context: Context) -> Speaker | None:
    """The speaker of a claim: the one nearest before its last words, where a sentence quotes several."""
    before = [v for v in unit.voices if v.i < draft.j]
    if unit.voices and before and (inside := [v for v in before if v.i >= draft.i - 6]):
        return inside[-1]
    if before:
        return before[-1]
    if unit.by is not None and any(context.tokens.seps[k] == SEMI for k in range(draft.j, unit.by.i + 1)):
        return None
    return unit.by


_FORETOLD = frozenset(
    [
        "takeoff",
        "launch",
        "inbound",
        "danger",
        "danger-over",
        "alarm",
        "alarm-over",
        "outage",
        "explosion",
        "impact",
        "interception",
    ]
)
_SUMMED = frozenset(["launch", "interception", "lost", "impact", "inbound", "tally", "debris"])


def _tense(draft: Draft, unit: Unit, context: Context) -> None:
    """Whether a claim is of now, of an earlier occasion, or foretold: by its time, then by the words around it."""
    if draft.tense != "now":
        return
    draft.tense = _by_time(draft, context) or _by_words(draft, unit, context) or "now"


def _by_time(draft: Draft, context: Context) -> str | None:
    when, day = draft.when, context.day
    if when is None or when.start is None:
        return None
    if when.precision == "minute" and context.stated_at is not None:
        if context.source is not None and context.source.kind == "alarm-service":
            return None  # It declares what it writes the hour before.
        ahead = when.start - context.stated_at
        soon = timedelta(minutes=4) < ahead < timedelta(hours=12)
        return (
            "expected"
            if soon and draft.kind in _FORETOLD - {"impact", "interception", "danger-over"}
            else None
        )
    if day is None or when.precision not in ("day", "night"):
        return None
    if when.end is not None and when.end <= day and context.stated_at is not None:
        return "past"
    return "expected" if when.start >= day + timedelta(days=1) else None


def _by_words(draft: Draft, unit: Unit, context: Context) -> str | None:
    words = context.tokens.words
    if told_afterwards(draft, unit, context):
        return "past"
    before = range(max(unit.i, draft.cue - 4), max(draft.cue, 0))
    if draft.kind in ("launch", "inbound") and any(
        words[k].startswith(_MAYBE) and not _only_hedged(k, draft, context) for k in before
    ):
        return "expected"
    if draft.kind in ("launch", "impact") and any(
        words[k] in _WAS and words[k + 1] not in ("під", "под") for k in before[-3:]
    ):
        return "past"
    if unit.night and not context.article and draft.kind in _SUMMED - {"impact", "debris"}:
        return "past"
    if unit.past and draft.kind not in ("alarm-over", "danger-over"):
        return "past"
    if context.summary and draft.kind in _SUMMED:
        return "past"
    return (
        "expected" if unit.expected and draft.kind in _FORETOLD and _foretold(draft, unit, context) else None
    )


_WAS = frozenset({"було", "були", "была", "было", "были", "був"})


_MAYBE = (
    "можлив",
    "возможн",
    "possible",
    "підготов",
    "подготов",
    "очіку",
    "ожида",
    "можуть",
    "може",
    "может",
    "могут",
    "may",
    "might",
    "could",
)


def _only_hedged(k: int, draft: Draft, context: Context) -> bool:
    """«Можливо, шахед біля Фастова», "could be a drone": not sure, but now."""
    words = context.tokens.words
    if words[k] in ("можливо", "возможно", "possibly", "maybe"):
        return True
    return draft.kind == "inbound" and words[k + 1 : k + 2] in (["be"], ["бути"], ["быть"])


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


_ATTACKS = frozenset({"attack", "strike", "shelling"})
_AIMED = frozenset({"", "at", "into", "po", "near", "toward"})


def attacked_places(clauses: list[Clause]) -> list[Spot]:
    """Where an attack went that a sentence names only as a heading or a cause («Атака на Харків: горить ринок»)."""
    for clause in clauses:
        cause = any(m.has("mood", "war") and m.j - m.i > 1 for m in clause.marks)
        if cause or any(m.group == "cue" and m.value in _ATTACKS for c in clause.cues for m in c.meanings):
            aimed = [s for s in clause.spots if s.role in _AIMED and s.code.startswith("UA")]
            if aimed:
                return aimed
    return []


def _called(clauses: list[Clause]) -> list[Spot]:
    """Where a sentence names what it calls to («відкрито укриття в школах Дніпровського району, працюють …»)."""
    return next((c.spots for c in clauses if "cue.instruction" in c.says and c.spots), [])


def _carry(draft: Draft, unit: Unit, own: list[Spot], context: Context) -> None:
    """A place that the sentence, its heading or the sentence before has named, with those words as evidence."""
    spots: list[Spot] = []
    if own:
        spots = own
    elif context.heading_region is not None and context.heading_paragraph == unit.paragraph:
        spots = [context.heading_region]
    elif context.last_spots and context.last_paragraph == unit.paragraph:
        spots = context.last_spots
    if not spots:
        return
    draft.spots = [
        Spot(mark=s.mark, role="at" if s.role != "near" else s.role, best=s.best, others=s.others)
        for s in spots
    ]
    draft.main = draft.spots[0]
    draft.also = tuple((s.mark.i, s.mark.j) for s in draft.spots if not (draft.i <= s.mark.i < draft.j))


def _minus(found: list[Draft], units: list[Unit], n: int, context: Context) -> None:
    """«Мінус!» takes its object from the sentence after it."""
    if n + 1 >= len(units) or units[n + 1].line != units[n].line:
        return
    for draft in found:
        over = any(m.has("cue", "danger-over") for m in units[n + 1].marks)
        if draft.kind == "interception" and draft.weapon is None and not draft.spots and not over:
            mark = next(
                (m for m in units[n + 1].marks if m.group == "weapon" and not m.meaning.emoji),
                None,
            )
            if mark is not None and not context.lexicon.weapons[mark.value].carrier:
                draft.weapon = mark.value
                draft.continues = False
                draft.also = (*draft.also, (mark.i, mark.j))
