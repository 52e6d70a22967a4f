"""What is left out: adverts, titles, questions, law, drills, ordinary harm, alarms that merely go on."""

from __future__ import annotations

from itertools import pairwise

from tocsin.reading.drafts import Context, Unit
from tocsin.reading.lasting import awaits, heads_list, stands

__all__ = ["WAR", "asks", "at_war", "furniture", "is_title", "peace", "skipped", "sounds"]

_PRESENT = frozenset(
    {"takeoff", "launch", "inbound", "danger", "danger-over", "lost", "alarm", "alarm-over", "air-defence"}
)


_CORE = frozenset(
    {
        "impact",
        "strike",
        "shelling",
        "attack",
        "interception",
        "debris",
        "explosion",
        "damage",
        "fire",
        "launch",
        "hazard",
    }
)
"""What weapons do, as cues: beside a weapon or the enemy they make a sentence news of an attack."""
_FLIGHT = frozenset({"takeoff", "inbound", "airborne", "danger", "danger-over", "lost", "more", "landed"})


def tells(unit: Unit, context: Context) -> bool:
    """Whether a sentence tells what a weapon or the enemy does: then no topic that it touches takes that away."""
    war = at_war(unit)
    if "mood.unreal" in unit.says or "skip.message" in unit.says:
        return False
    cues = {x.value for m in unit.marks for x in m.meanings if x.group == "cue"}
    if "peace" not in unit.says and _struck(unit, context):
        return True
    if not context.telegraphic:
        return war and (not _CORE.isdisjoint(cues) or "harm" in unit.says)
    armed = war or any(m.group == "weapon" for m in unit.marks)
    if armed and (
        not (_CORE | _FLIGHT).isdisjoint(cues) or any(m.places or m.group == "count" for m in unit.marks)
    ):
        return True
    return "impact" in cues and any(m.places for m in unit.marks)


def _struck(unit: Unit, context: Context) -> bool:
    """«Удар по Києву», "strike on Kyiv": a stroke with the place that it struck."""
    words = context.tokens.words
    return any(
        m.has("cue", "strike") and n.places and n.i - m.j <= 2 and words[n.i - 1] in ("по", "on", "at")
        for m, n in pairwise(unit.marks)
    )


def furniture(units: list[Unit], context: Context) -> bool:
    """Whether the whole message is an advert, a fund drive, weather, sport."""
    if any(m.has("skip", "always") for u in units[:2] for m in u.marks):
        return True
    if context.article:
        heads = units[:4]
        found = [u for u in heads for m in u.marks if m.has("skip", "message") or m.has("skip", "theme")]
        return len(found) >= 2 and not any(tells(u, context) for u in heads)
    off = [u for u in units if not u.says.isdisjoint(_OFF)]
    if not off:
        return False
    # A sentence that tells of an attack stands, and so do its neighbours: what else is there is a tail.
    told = sum(1 for u in units if tells(u, context))
    if told:
        return sum(1 for u in off if "skip.message" in u.says) > told + 1
    found_ = [m for u in off for m in u.marks if m.has("skip", "message") or m.has("skip", "theme")]
    # One such word beside what really flies is a tail; alone, or in company, it is the message.
    flying = sum(
        1
        for u in units
        for m in u.marks
        if m.group == "weapon" or (m.group == "cue" and m.claim_kind in _PRESENT)
    )
    alarm = any(m.has("cue", "alarm") or m.has("cue", "alarm-over") for u in units for m in u.marks)
    return len(found_) * 2 > flying and not (alarm and len(found_) < 2)


_OFF = frozenset({"skip.message", "skip.theme"})


WAR = frozenset(["attack", "strike", "shelling", "impact", "interception", "air-defence", "debris"])


def is_title(unit: Unit, units: list[Unit], context: Context) -> bool:
    """The headline of an article of several paragraphs: its text says the same again, with more."""
    source = context.source
    if (
        source is None
        or source.kind not in ("media", "correspondent")
        or unit.paragraph != 0
        or units[-1].paragraph < 2
    ):
        return False
    if sum(1 for u in units if u.paragraph == 0) > 1:
        return False
    tokens = context.tokens
    end = tokens.text[tokens.ends[unit.j - 1] : tokens.ends[unit.j - 1] + 1]
    return end != "." or unit.j - unit.i <= 10


def at_war(unit: Unit) -> bool:
    """Whether a sentence names a weapon or what weapons do."""
    if "mood.war" in unit.says:
        return True
    return "weapon" in unit.says and any(
        m.group == "weapon" and not m.meaning.emoji and not _ruled_out(n, unit)
        for n, m in enumerate(unit.marks)
    )


def _ruled_out(n: int, unit: Unit) -> bool:
    """Whether a weapon is named to say that it was none («не дрон, а газ», "not a drone")."""
    before = unit.marks[n - 1] if n else None
    return (
        before is not None
        and before.has("mood", "not") is not None
        and unit.marks[n].i - before.j <= 1
        and not any(m.group == "cue" for m in unit.marks[max(0, n - 2) : n])
    )


def peace(units: list[Unit], context: Context) -> bool:
    """Whether a short text tells of ordinary harm: a cause of peace, and no weapon anywhere."""
    if context.article:
        return False
    calm = [u for u in units if not u.says.isdisjoint(_CALM)]
    told = [u for u in units if "cue" in u.says or "harm" in u.says]
    if calm and calm[0] is not units[0] and len(calm) * 2 <= len(told):
        return False  # One sentence about a cat makes no idyll of a morning of fires.
    return bool(calm) and not any(at_war(u) or tells(u, context) for u in units)


_CALM = frozenset({"peace", "skip.sentence", "skip.abroad"})


def sounds(unit: Unit) -> bool:
    """Whether a sentence that names no ordinary harm speaks of an alarm: it is read even where its neighbours calm."""
    return not unit.says.isdisjoint(_ALARMS) and "peace" not in unit.says


_ALARMS = frozenset({"cue.alarm", "cue.alarm-over"})


_ASKS = frozenset(
    {"хто", "кто", "скільки", "сколько", "чому", "почему", "навіщо", "зачем", "who", "why", "how"}
)


def asks(unit: Unit, context: Context) -> bool:
    """Whether a sentence is a question: it tells nothing."""
    tokens = context.tokens
    end = tokens.starts[unit.j] if unit.j < len(tokens.words) else len(tokens.text)
    if "?" not in tokens.text[tokens.ends[unit.j - 1] : end]:
        return False
    if tokens.words[unit.i] in _ASKS:
        return True
    weapon = any(m.group == "weapon" for m in unit.marks) and any(m.places for m in unit.marks)
    if context.telegraphic and weapon and "mood.question" not in unit.says:
        unit.hedged = True
        return False
    return True


_TOPICS = frozenset({"topic", "message"})
"""Tables of ``skip`` that take a sentence out unless it tells what a weapon does."""
_SIFTED = frozenset(["skip", "mood.still-standing", "mood.drill", "mood.question"])


def skipped(unit: Unit, context: Context) -> bool:
    """Sentences that are furniture, law, history, drills, or speak of alarms that go on."""
    skip = still = drill = False
    for mark in unit.marks if not unit.says.isdisjoint(_SIFTED) else ():
        for meaning in mark.meanings:
            if (
                (meaning.group == "skip" and meaning.value == "sentence")
                or (meaning.group == "skip" and meaning.value == "abroad" and _abroad(unit, context))
                or (meaning.group == "skip" and meaning.value in _TOPICS and not tells(unit, context))
                or (
                    meaning.group == "skip"
                    and meaning.value == "line"
                    and (mark.i - unit.i <= 2 or context.article)
                )
                or (
                    meaning.group == "skip"
                    and meaning.value == "generic"
                    and not context.telegraphic
                    and not context.article
                )
                or (
                    meaning.group == "mood"
                    and meaning.value == "question"
                    and mark.i == unit.i
                    and context.tokens.words[mark.i] != "чи"
                )
            ):
                skip = True
            elif meaning.group == "mood" and meaning.value == "still-standing":
                still = True
            elif meaning.group == "mood" and meaning.value == "drill":
                drill = context.drill = True
    if still and (stands(unit, context) or awaits(unit, context)):
        return skip or drill
    if still:
        context.heading_region = None
        unit.marks = [
            m
            for m in unit.marks
            if not any(x.claim in ("alarm", "alarm-over") and x.group == "cue" for x in m.meanings)
            and not m.has("mood", "still-standing")
        ]
        if any(m.group == "weapon" for m in unit.marks) or any(
            m.group == "cue" and m.value in _DURING for m in unit.marks
        ):
            return skip or drill
        heads_list(unit, context)
        context.still_line = unit.line
        return True
    if (
        context.still_line >= 0
        and unit.line == context.still_line + 1
        and all(m.group in ("place", "state", "area") for m in unit.marks)
    ):
        # The list under «тривога ще триває у:».
        context.still_line = unit.line
        return True
    return skip or drill


def _abroad(unit: Unit, context: Context) -> bool:
    """Whether a newspaper's sentence that names another country names no place in Ukraine."""
    source = context.source
    if source is None or source.kind not in ("media", "public", "correspondent"):
        return False
    return not any(
        (m.places and m.places[0].code.startswith("UA")) or m.has("area", "country") for m in unit.marks
    )


_DURING = frozenset({"instruction", "explosion", "impact"})
"""What is said of an alarm that goes on and is read all the same («під час тривоги пролунав вибух»)."""
