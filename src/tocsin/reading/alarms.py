"""Alarms that an authority declares or ends, and sirens that are said to sound."""

from __future__ import annotations

from bisect import bisect_left

from tocsin.model import Interval
from tocsin.places import Candidate
from tocsin.reading.drafts import Clause, Context, Draft, Spot, Unit
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COMMA
from tocsin.reading.threats import denied, main_spot, spots_for
from tocsin.reading.times import time_of

__all__ = ["alarms_of"]

_AUTHORITIES = frozenset({"authority", "military", "emergency-service", "alarm-service"})
_SIRENS = ("сирен", "siren")
_DECLARED = (
    "оголош",
    "объявл",
    "declar",
    "лунає",
    "лунають",
    "звуч",
    "sound",
    "issued",
    "announced",
    "пролуна",
    "прозвуч",
    "ввімкн",
    "came",
    "given",
    "дали",
    "объяв",
    "оголос",
)
_LASTED = frozenset(
    {
        "тривала",
        "тривало",
        "тривали",
        "длилась",
        "длился",
        "длилось",
        "продолжалась",
        "продлилась",
        "lasted",
    }
)
"""An alarm of which this is said is over, whenever it was: telling of it declares nothing."""
_ENDED = frozenset(
    {
        "over",
        "cancelled",
        "canceled",
        "lifted",
        "ended",
        "скасовано",
        "скасована",
        "скасували",
        "закінчилась",
        "закінчилася",
        "завершилась",
        "завершилася",
        "завершено",
        "завершена",
        "знято",
        "отменена",
        "снята",
        "закончилась",
    }
)
_IS = frozenset(
    {
        "is",
        "now",
        "was",
    }
)
_NOT_YET = frozenset(
    {
        "not",
        "never",
        "be",
        "will",
        "until",
        "till",
        "if",
        "when",
        "once",
        "after",
        "all",
        "не",
        "ще",
        "буде",
        "будет",
        "еще",
        "якщо",
        "если",
        "коли",
        "когда",
        "поки",
        "пока",
        "до",
        "після",
        "после",
    }
)


_WILL = ("лунатим", "звучатим", "пролунает", "прозвучит", "прозвучать", "пролунают")
"""Alarms that are announced for a later hour: a test."""


_NEWS = frozenset({"media", "public"})
_BECAUSE = frozenset({"через", "за", "of", "to"})


def _cause(cue: Mark, context: Context) -> bool:
    """«Через загрозу обстрілу школи вчаться онлайн»: a newspaper's reason for something else declares no alarm."""
    words = context.tokens.words
    news = context.source is not None and context.source.kind in _NEWS
    if not news or not cue.i or words[cue.i - 1] not in _BECAUSE:
        return False
    return words[cue.i - 1] == "через" or words[max(0, cue.i - 2)] in ("из", "because", "due")


def alarms_of(clause: Clause, unit: Unit, context: Context) -> list[Draft]:
    """The alarms that a clause declares or ends."""
    drafts: list[Draft] = []
    if not clause.cues:
        return drafts
    values = {m.value for c in clause.cues for m in c.meanings if m.group == "cue"}
    for cue in clause.cues:
        meaning = next(
            (m for m in cue.meanings if m.group == "cue" and m.claim in ("alarm", "alarm-over")), None
        )
        words = context.tokens.words
        if (
            meaning is None
            and cue.has("cue", "danger")
            and words[cue.i].startswith(("тривог", "тревог"))
            and (words[cue.j - 1] != "по" or not clause.weapons)
        ):
            kind, alarm_type = "alarm", "air-raid"
        elif meaning is None:
            over = cue.has("cue", "danger-over")
            if over is None or context.tokens.words[cue.j - 1] != "по" or clause.weapons or not clause.spots:
                continue
            kind, alarm_type = "alarm-over", "air-raid"
        else:
            kind, alarm_type = meaning.claim, str(meaning.extra.get("type", "air-raid"))
        if kind == "alarm" and any(w.startswith(_WILL) for w in words[cue.i : cue.j + 3]):
            continue
        if kind == "alarm" and meaning is not None and _cause(cue, context):
            continue
        ended = kind == "alarm" and not unit.past and _ended(cue, unit, context)
        if ended:
            kind = "alarm-over"
        if kind == "alarm-over" and not ended and _withheld(cue, unit, context):
            continue
        if kind == "alarm-over" and (clause.weapons or ("danger-over" in values and meaning is not None)):
            continue
        if kind == "alarm" and ("danger-over" in values or any(d.kind == kind for d in drafts)):
            continue
        draft = _alarm(kind, alarm_type, cue, clause, unit, context)
        if draft is not None:
            if kind == "alarm" and any(words[k] in _LASTED for k in range(unit.i, unit.j)):
                draft.tense = "past"
            draft.when = _clock(cue, unit, context, late=ended)
            drafts.append(draft)
    return drafts


def _ended(cue: Mark, unit: Unit, context: Context) -> bool:
    """Whether the words behind an alarm say that it is over: «Air raid alert in Kyiv is over», «… скасовано»."""
    words = context.tokens.words
    for k in range(cue.j, min(unit.j, cue.j + 7)):
        if words[k] in _ENDED and (words[k] != "over" or words[k - 1] in _IS):
            return all(words[n] not in _NOT_YET for n in range(unit.i, k))
    return False


def _withheld(cue: Mark, unit: Unit, context: Context) -> bool:
    """Whether the words of the same clause say that an all clear is not given ("The all-clear in Kyiv has not been given yet")."""
    tokens = context.tokens
    end = next((k for k in range(cue.j, unit.j) if tokens.seps[k] >= COMMA), unit.j)
    for mark in unit.marks:
        if cue.j <= mark.i < end and mark.has("mood", "not"):
            behind = tokens.words[mark.j : min(end, mark.j + 4)]
            if not behind or any(w.startswith(_GIVEN) for w in behind):
                return True
    return False


_GIVEN = (
    "given",
    "sounded",
    "issued",
    "announced",
    "declared",
    "come",
    "yet",
    "дал",
    "дан",
    "дава",
    "оголо",
    "объяв",
    "пролун",
    "прозвуч",
    "було",
    "было",
)


def _clock(cue: Mark, unit: Unit, context: Context, *, late: bool) -> Interval | None:
    """The hour beside an alarm («о 7:47 – відбій»); the last of its sentence where its words end far behind it."""
    clocks = [m for m in unit.marks if m.group == "time" and m.value == "clock"]
    if len(clocks) < 2:
        return None
    beside = [m for m in clocks if 0 <= cue.i - m.j <= 2] or [m for m in clocks if 0 <= m.i - cue.j <= 3]
    chosen = clocks[-1] if late else next(iter(beside[-1:]), None)
    return time_of(unit, context, [chosen]) if chosen is not None else None


def _alarm(  # noqa: PLR0917 - a clause and all that it stands in
    kind: str, alarm_type: str, cue: Mark, clause: Clause, unit: Unit, context: Context
) -> Draft | None:
    words = context.tokens.words
    spots = spots_for(kind, [s for s in clause.spots if s.role not in ("from", "via")])
    source = context.source
    official = source is not None and source.kind in _AUTHORITIES
    if not spots and (official or not context.article):
        spots = _elsewhere(kind, unit, context)
    own = _home(context, cue) if not spots else None
    sirens = any(words[k].startswith(_SIRENS) for k in range(cue.i, cue.j))
    declared = any(
        word.startswith(_DECLARED) for word in words[max(unit.i, cue.i - 4) : min(unit.j, cue.j + 4)]
    )
    if not spots:
        if context.article and not declared:
            return None
        bare = _loose(unit, context)
        if not ((official and bare <= 3) or declared or (bare <= 1 and unit.j - unit.i <= 6)):
            return None
        if own is not None:
            spots = [own]
    elif not (official or declared or _loose(unit, context) <= (6 if sirens or context.telegraphic else 3)):
        return None
    marks = [m for m in clause.marks if m.group not in ("state", "junk")] or [cue]
    i, j = min(m.i for m in marks), max(m.j for m in marks)
    also = tuple((s.mark.i, s.mark.j) for s in spots if s.mark.i >= j)
    if denied(clause, cue, context):
        if "mood.not-confirmed" not in clause.says:
            return None
        return Draft(
            kind=kind, i=i, j=j, spots=spots, main=main_spot(kind, spots), alarm_type=alarm_type, denies=True
        )
    return Draft(
        kind=kind,
        i=i,
        j=j,
        spots=spots,
        main=main_spot(kind, spots),
        alarm_type=alarm_type,
        also=also,
        partial=kind == "alarm-over" and _yellow(unit, context),
    )


def _loose(unit: Unit, context: Context) -> int:
    """How many words of a sentence no phrase explains."""
    tokens = context.tokens
    covered = {k for m in unit.marks for k in range(m.i, m.j)}
    small = context.lexicon.prepositions
    return sum(
        1
        for k in range(unit.i, unit.j)
        if k not in covered
        and tokens.kinds[k] == "w"
        and tokens.words[k] not in small
        and len(tokens.words[k]) > 1
    )


def _elsewhere(kind: str, unit: Unit, context: Context) -> list[Spot]:
    """The area that a hashtag, or the next sentences, name for an alarm that names none itself."""
    first = bisect_left(context.names, unit.j, key=lambda m: m.i)
    named = context.names[first : first + 40]
    if kind == "alarm-over":
        named = [m for m in named if not any(i <= m.i < j for i, j in context.raised)]
    tagged = [m for m in named if context.tokens.tagged(m.i)] or [m for m in named if m.i - unit.j <= 12]
    spots: list[Spot] = []
    for mark in tagged[:4]:
        best = context.gazetteer.rank(
            mark.places, home=context.home, regions=context.regions, mentioned=context.mentioned
        )[0]
        if all(s.code != best.code for s in spots):
            spots.append(Spot(mark=mark, role="at", best=best))
    return spots


def _yellow(unit: Unit, context: Context) -> bool:
    """Whether the sign at the head says that only a part ends (🟡 with «тривога ще триває»)."""
    return any(context.tokens.words[m.i] == "🟡" for m in unit.marks if m.group == "state")


def _home(context: Context, cue: Mark) -> Spot | None:
    """The source's own area, for an alarm that names none."""
    source = context.source
    if source is None:
        return None
    code = source.home or (source.declares[0] if len(source.declares) == 1 else None)
    if code is None or context.gazetteer.area(code) is None or code == context.gazetteer.root:
        return None
    area = context.gazetteer.area(code)
    precision = (
        "settlement"
        if area is not None and area.kind == "city"
        else (area.level if area is not None else "oblast")
    )
    return Spot(mark=cue, role="at", best=Candidate(code=code, precision=precision, form="home"))
