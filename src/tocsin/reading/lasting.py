"""Alarms that go on, and ends that are awaited: «тривога ще триває у …», «чекаємо на відбій»."""

from __future__ import annotations

from tocsin.reading.drafts import Clause, Context, Draft, Spot, Unit
from tocsin.reading.lexicon import Meaning
from tocsin.reading.marks import Mark

__all__ = ["awaits", "heads_list", "listed_as_lasting", "outlasts", "stands", "uncancelled"]

_AWAITED = ("чекає", "очіку", "жде", "ожида", "скоро", "буде", "згодом", "waiting", "await", "expect")


def awaits(unit: Unit, context: Context) -> bool:
    """Whether a sentence says that the end of an alarm is awaited: an end that is expected, and none yet."""
    words = context.tokens.words
    still = next((m for m in unit.marks if m.has("mood", "still-standing")), None)
    if still is None:
        return False
    said = words[still.i : still.j]
    if not any(w.startswith(_AWAITED) and not w.endswith(("йте", "йтесь", "йтеся")) for w in said):
        return False
    if not any(w.startswith(("відб", "отбо", "clear")) for w in said):
        return False
    still.turn(Meaning("cue", "alarm-over", {"type": "air-raid"}))
    still.meanings = (still.meaning,)
    unit.marks = [m for m in unit.marks if m is still or not m.has("cue", "alarm")]
    unit.marks.insert(unit.marks.index(still), Mark(still.i, still.i + 1, Meaning("mood", "expected", {})))
    unit.expected = True
    return True


_STANDS = (
    "трива",
    "продовж",
    "зберіга",
    "сохран",
    "залиша",
    "лишає",
    "остает",
    "продолж",
    "длит",
    "remain",
    "continu",
    "still",
    "force",
    "effect",
    "active",
)


def stands(unit: Unit, context: Context) -> bool:
    """Whether a sentence says that the alarm of a named place goes on, or that it outlasts a target that was lost.

    The lists under a clear are left to themselves.
    """
    words = context.tokens.words
    if context.tokens.text[
        context.tokens.ends[unit.j - 1] : context.tokens.ends[unit.j - 1] + 1
    ] == ":" or not (any(m.places for m in unit.marks) or "cue.lost" in unit.says):
        return False
    still = next((m for m in unit.marks if m.has("mood", "still-standing")), None)
    if still is None or not any(words[k].startswith(_STANDS) for k in range(still.i, still.j)):
        return False
    if not any(
        words[k].startswith(("тривог", "тревог", "alert", "alarm", "загроз", "угроз", "threat"))
        for k in range(unit.i, unit.j)
    ) or words[unit.i] in ("зверніть", "увага", "обратите"):
        return False
    still.turn(
        Meaning(
            "cue",
            "alarm",
            {
                "type": "artillery"
                if any(
                    words[k].startswith(("артилер", "артобстр", "артилл", "artiller"))
                    for k in range(unit.i, unit.j)
                )
                else "air-raid"
            },
        )
    )
    still.meanings = (still.meaning,)
    return True


def heads_list(unit: Unit, context: Context) -> None:
    """Remember «Зверніть увагу, тривога ще триває у:»: each line behind it names where the alarm goes on."""
    tokens = context.tokens
    words = tokens.words[unit.i : unit.j]
    end = tokens.starts[unit.j] if unit.j < len(tokens.words) else len(tokens.text)
    if ":" not in tokens.text[tokens.ends[unit.j - 1] : end] or not any(w.startswith(_STANDS) for w in words):
        return
    if any(w.startswith(_ALARM) for w in words):
        context.lasting = (unit.line, unit.i, unit.j, _type(words))


_ALARM = ("тривог", "тревог", "alert", "alarm", "загроз", "угроз", "threat")
_SHELLS = ("артилер", "артобстр", "артилл", "artiller", "обстріл", "обстрел", "shell")


def _type(words: list[str]) -> str:
    return "artillery" if any(w.startswith(_SHELLS) for w in words) else "air-raid"


def listed_as_lasting(unit: Unit, context: Context) -> list[Draft]:
    """The alarm of a line of such a list, with the heading's words as evidence."""
    heading = context.lasting
    if heading is None:
        return []
    line, i, j, alarm_type = heading
    named = [m for m in unit.marks if m.places]
    if unit.line != line + 1 or not named or any(m.group not in _NAMES for m in unit.marks):
        context.lasting = None if unit.line > line else heading
        return []
    context.lasting = (unit.line, i, j, alarm_type)
    context.still_line = unit.line
    spots: list[Spot] = []
    for mark in named:
        best = context.gazetteer.rank(
            mark.places, home=context.home, regions=context.regions, mentioned=context.mentioned
        )[0]
        if all(s.code != best.code for s in spots):
            spots.append(Spot(mark=mark, role="at", best=best))
    return [
        Draft(
            kind="alarm",
            i=named[0].i,
            j=named[-1].j,
            spots=spots,
            main=spots[0],
            alarm_type=alarm_type,
            also=((i, j),),
        )
    ]


_NAMES = frozenset({"place", "state", "area"})


def outlasts(clause: Clause) -> bool:
    """Whether a danger is said not to be over («загроза ще не минула», "has not been lifted"): it stands."""
    ends = [m for m in clause.marks if m.has("mood", "ended")]
    return any(m.has("mood", "not") and 0 <= e.i - m.j <= 2 for e in ends for m in clause.marks)


def uncancelled(clause: Clause, context: Context) -> bool:
    """Whether an alarm is said not to be cancelled («тривогу ще не скасовано»): it stands, nobody denies it."""
    words = context.tokens.words
    return any(words[m.i].startswith("скасован") and words[m.i - 1] == "не" for m in clause.marks)
