"""Which kind of threat a clause speaks of, by its cues and what stands beside them."""

from __future__ import annotations

from tocsin.reading.blows import (
    THREAT,
    absent,
    assaults,
    attacks_now,
    caused,
    dropped_by_drone,
    suffered,
    threatened,
)
from tocsin.reading.drafts import Clause, Context, Unit
from tocsin.reading.lasting import outlasts, uncancelled
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import PARAGRAPH
from tocsin.reading.weaponry import carriers, ruins, stops_trains

__all__ = [
    "assaults",
    "attacks_now",
    "decide",
    "denied",
    "expected",
    "loose_words",
    "short",
    "words_of",
]

_ORDER = (
    "danger-over",
    "landed",
    "interception",
    "lost",
    "takeoff",
    "launch",
    "shelling",
    "strike",
    "impact",
    "attack",
    "danger",
    "inbound",
    "airborne",
)


_EFFECTS = frozenset(
    {
        "explosion",
        "debris",
        "fire",
        "damage",
        "outage",
        "casualty",
        "response",
        "air-defence",
        "hazard",
        "assessment",
        "alarm",
        "alarm-over",
        "impact",
    }
)


_WEAK_DANGER = frozenset(
    [
        "увага",
        "уважно",
        "обережно",
        "готовність",
        "внимание",
        "внимательно",
        "осторожно",
        "готовность",
        "attention",
        "caution",
        "beware",
        "активність",
        "активность",
        "warning",
        "warnings",
        "warned",
        "warns",
    ]
)


def denied(clause: Clause, cue: Mark, context: Context) -> bool:
    """Whether a cue is said not to be so."""
    if "mood.not" not in clause.says:
        return "mood.not-confirmed" in clause.says
    if uncancelled(clause, context):
        return False
    for mark in clause.marks:
        if mark.has("mood", "not-confirmed"):
            return True
        if mark.has("mood", "not") and 0 <= cue.i - mark.j <= 2:
            if any(mark.j <= h.i < cue.i for h in clause.harms) and cue.group != "harm":
                continue  # «никто не пострадал при ударе»: nobody was hurt, the strike was
            return True
        if (
            mark.has("mood", "not")
            and mark.group == "mood"
            and 0 <= mark.i - cue.j <= 3
            and context.tokens.words[mark.i] in _AFTER
        ):
            return True
    return False


_GONE = frozenset(["немає", "нема", "нет"])


_AFTER = frozenset(["немає", "нема", "нет", "відсутні", "відсутня", "відсутній", "відсутнє", "не", "none"])


def expected(clause: Clause) -> bool:
    """Whether a clause has a word of expectation."""
    return any(m.has("mood", "expected") and m.group == "mood" for m in clause.marks)


_VANISHED = ("зник", "исчез", "пропа", "disappear", "vanish", "gone", "has", "have")


def words_of(context: Context, mark: Mark) -> frozenset[str]:
    """The words of a mark."""
    return frozenset(context.tokens.words[mark.i : mark.j])


def _values(clause: Clause) -> dict[str, Mark]:
    found: dict[str, Mark] = {}
    for cue in clause.cues:
        for meaning in cue.meanings:
            if meaning.group == "cue":
                found.setdefault(meaning.value, cue)
    return found


def decide(clause: Clause, unit: Unit, context: Context) -> tuple[str, Mark | None]:
    """The kind of threat claim that a clause makes, and the cue that says so."""
    values = _values(clause)
    weapon = bool(clause.weapons)
    plane = bool(carriers(context, clause)) or "unit.craft" in clause.says
    if "alarm-over" in values and (weapon or "danger-over" in values):
        if weapon:
            return "danger-over", values["alarm-over"]
        if (
            clause.spots
            and context.tokens.words[values.get("danger-over", values["alarm-over"]).j - 1] == "по"
        ):
            return "", None
    if (
        "danger" in values
        and "mood.ended" in clause.says
        and not outlasts(clause)
        and not (words_of(context, values["danger"]) & _WEAK_DANGER)
    ):
        return "danger-over", values["danger"]
    if (
        "lost" in values
        and weapon
        and all(m.value == "unknown" for m in clause.weapons)
        and context.tokens.words[values["lost"].i].startswith(_VANISHED)
    ):
        return "danger-over", values["lost"]
    if ("alarm" in values) and weapon and not plane and not _comes(values, clause):
        return "danger", values["alarm"]
    if "mood.capacity" in clause.says:
        return "", None
    threat = threatened(clause, context)
    if threat is not None:
        gone = absent(clause, threat, context) or denied(clause, threat, context)
        none = gone and not outlasts(clause)
        return ("danger-over" if none else "danger"), threat
    for value in _ORDER:
        cue = values.get(value)
        if cue is None:
            continue
        kind = _kind(value, cue, values, clause, context, weapon=weapon, plane=plane)
        if kind:
            return kind, cue
    blow = caused(clause, context)
    if blow is not None:
        return "impact", blow
    if any(v not in _BESIDE for v in values) or clause.harms:
        return "", None
    if clause.inherited is not None and clause.weapons and clause.counts and "mood.total" in clause.says:
        return "launch", None
    return _implied(clause, unit, context, values)


def _comes(values: dict[str, Mark], clause: Clause) -> bool:
    """Whether a weapon flies on in the sentence of an alarm ("sirens wail as missiles approach")."""
    cue = values.get("inbound")
    return cue is not None and any(abs(m.i - cue.i) <= 4 for m in clause.weapons)


def _kind(
    value: str,
    cue: Mark,
    values: dict[str, Mark],
    clause: Clause,
    context: Context,
    *,
    weapon: bool,
    plane: bool,
) -> str:
    words = context.tokens.words
    if value == "danger-over":
        if words[cue.j - 1] == "по" and not weapon:
            return ""
        if words[cue.i] in ("спокійно", "спокойно") and weapon and "по" not in words:
            return ""  # «КАБи спокійно дістануть …»: at their ease.
        if (
            words[cue.i] in ("немає", "більше", "спокійно", "спокойно", "clear")
            and cue.j - cue.i == 1
            and not weapon
        ):
            return ""
        return "danger-over"
    if value == "landed":
        return "danger-over" if plane else ""
    if value == "interception":
        return _interception(cue, clause, context, weapon=weapon)
    if value == "takeoff":
        rose = words[cue.i].startswith(("злет", "вилет", "взлет", "старт", "lift", "took"))
        return "takeoff" if plane else ("launch" if weapon and (rose or "launch" in values) else "")
    if (
        value == "airborne"
        and plane
        and not carriers(context, clause)
        and any(c.number and (c.number.min or 0) >= 12 for c in clause.counts)
    ):
        return "inbound"
    if value == "airborne" and words[cue.i].startswith("актив"):
        return "takeoff" if plane and weapon else ""
    if value == "airborne":
        return "takeoff" if plane else ("inbound" if weapon or clause.counts else "")
    if value == "launch":
        return _launch(cue, values, clause, context, plane=plane)
    if value == "danger":
        return _danger(cue, values, clause, context, weapon=weapon, plane=plane)
    if value == "impact" and "debris" in values:
        return ""
    if value == "inbound" and words[cue.i : cue.j + 1] == ["head", "of"]:
        return ""
    if value == "inbound" and (_flight_time(cue, clause) or any(v.startswith("outage") for v in values)):
        return ""  # «без света остались …»: who is left without, not what flies on
    if value == "inbound":
        if plane and not [m for m in clause.weapons if not context.lexicon.weapons[m.value].carrier]:
            return "takeoff"
        return "inbound"
    if value == "strike" and expected(clause) and not clause.objects and not clause.spots:
        return "launch"
    if value in ("strike", "shelling"):
        return "impact"
    if value == "attack" and suffered(cue, clause, context):
        return "" if "mood.not" in clause.says else "impact"
    if value == "attack" and clause.objects and (weapon or assaults(cue, clause, context)):
        return "impact"
    if value == "attack" and weapon and clause.spots and attacks_now(cue, context):
        return "inbound"
    if value == "attack":
        aimed = bool(clause.spots) and assaults(cue, clause, context)
        return "launch" if weapon or aimed or expected(clause) else ""
    return value


def _danger(
    cue: Mark, values: dict[str, Mark], clause: Clause, context: Context, *, weapon: bool, plane: bool
) -> str:
    """What a word of danger comes to: a danger, its end, or something that already flies."""
    words = context.tokens.words
    word = words[cue.i]
    motion = any(s.role in ("toward", "via") for s in clause.spots) or "inbound" in values
    if word.startswith(("носі", "носит", "carrier", "ракетонос")) and (plane or not context.telegraphic):
        return ""
    if word in _WEAK_DANGER and any(
        m.group == "cue" and m.claim == "alarm" for c in clause.cues for m in c.meanings
    ):
        return ""
    if word in _WEAK_DANGER:
        if plane and weapon and word.startswith("актив"):
            return "takeoff"
        if motion and (weapon or clause.signs):
            return "danger" if plane else "inbound"
        return "danger" if weapon or any(s.code.startswith("UA") for s in clause.spots) else ""
    if word.startswith(THREAT) and not outlasts(clause) and denied(clause, cue, context):
        return "danger-over"
    if "inbound" in values and motion and weapon and not _before_weapon(cue, clause):
        return "inbound"
    return "danger"


def _launch(cue: Mark, values: dict[str, Mark], clause: Clause, context: Context, *, plane: bool) -> str:
    """What a word of launching comes to: a launch, a danger of one, a take-off, or something dropped that hit."""
    words = context.tokens.words
    danger = values.get("danger")
    near = danger is not None and danger.i < cue.j and cue.i - danger.j <= 3
    if danger is not None and near and words[danger.i] not in _WEAK_DANGER:
        return "danger"
    started = "takeoff" in values or words[cue.i].startswith("старт")
    if plane and started and len(clause.weapons) <= len(carriers(context, clause)):
        return "takeoff"
    dropped = words[cue.i].startswith(("скид", "скин", "сброс", "dropped"))
    return "impact" if dropped and (clause.objects or dropped_by_drone(clause, context)) else "launch"


def _interception(cue: Mark, clause: Clause, context: Context, *, weapon: bool) -> str:
    """Whether a word of destroying is said of something that flew."""
    words = context.tokens.words
    if cue.has("cue", "damage") and ruins(cue, clause, context):
        return ""
    if cue.has("fail") and stops_trains(cue, clause):
        return ""  # «зупинено потяги після атаки дронів»: the trains, not the drones
    if "cue.debris" in clause.says and (
        words[cue.i].endswith(_OF_IT) or words[cue.i - 1 : cue.i] in (["a"], ["the"], ["of"])
    ):
        return ""  # «уламки збитого БпЛА впали …»: of what fell, not that it was shot down
    if weapon:
        shells = all(context.lexicon.weapons[m.value].klass in ("artillery", "mlrs") for m in clause.weapons)
        return "" if shells else "interception"
    if words[cue.i] in ("мінус", "минус") and clause.counts and _weather(clause, context):
        return ""
    if cue.has("cue", "response"):
        return ""
    if cue.has("cue", "damage") and (clause.objects or not (clause.signs or _air_defence(clause, words))):
        return ""
    if words[cue.i] in ("мінус", "минус") and clause.counts and not context.telegraphic:
        return ""
    return "interception"


_OF_IT = ("ого", "их", "ої", "ых", "ым", "им", "ими", "ыми")


def _weather(clause: Clause, context: Context) -> bool:
    """Whether «мінус 9» tells the cold: beside wind and sun, or beside «плюс 2»."""
    return not clause.says.isdisjoint(("skip.theme", "peace")) or "плюс" in context.tokens.words


def _flight_time(cue: Mark, clause: Clause) -> bool:
    """«підліт 4 хвилини» says how long, not that something else comes."""
    return any(m.group == "quantity" and 0 <= m.i - cue.j <= 1 for m in clause.marks)


def _air_defence(clause: Clause, words: list[str]) -> bool:
    return any(
        words[k] in ("ппо", "пво") for m in clause.marks for k in range(m.i, m.j + 1) if k < len(words)
    )


def _before_weapon(cue: Mark, clause: Clause) -> bool:
    return any(0 <= m.i - cue.j <= 3 for m in clause.weapons)


def _implied(
    clause: Clause, unit: Unit, context: Context, values: dict[str, Mark]
) -> tuple[str, Mark | None]:
    """A clause without a cue: in a channel's shorthand a weapon, a place or a count alone says that something flies."""
    gone = next(
        (
            m
            for m in clause.marks
            if m.group == "mood" and m.value == "not" and context.tokens.words[m.i] in _GONE
        ),
        None,
    )
    if (
        gone is not None
        and "danger" not in values
        and context.telegraphic
        and any(0 <= gone.i - m.j <= 3 for m in clause.weapons)
    ):
        return "danger-over", gone
    if (
        clause.inherited is not None
        and clause.counts
        and clause.inherited.weapons
        and not values
        and any(s.role in ("toward", "via") for s in clause.spots)
    ):
        return "inbound", None
    if not context.telegraphic and (
        unit.by is None or unit.by.id not in ("monitoring-channels", "air-force")
    ):
        return "", None
    loose = loose_words(clause, unit, context)
    before = clause.inherited
    if before is not None and before.kind == "inbound" and clause.spots and not values and loose <= 3:
        return "inbound", None  # "…, first ones already near Nizhyn"
    if clause.weapons:
        plane = carriers(context, clause)
        if plane and len(plane) == len(clause.weapons):
            moving = any(s.role in ("from", "toward", "via") for s in clause.spots)
            return ("takeoff", None) if moving and loose <= 4 else ("", None)
        if not _flies(clause, unit, context, loose):
            return "", None
        if loose <= 6 and "mood.question" not in clause.says:
            shells = all(
                context.lexicon.weapons[m.value].klass in ("artillery", "mlrs") for m in clause.weapons
            )
            return ("impact" if shells else "inbound"), None
        return "", None
    if not clause.weapons and any(m.group == "mood" and m.value in ("not", "question") for m in clause.marks):
        return "", None
    if _more_craft(clause, unit, context):
        return "takeoff", None
    if _channel(context):
        found = _bare(clause, unit, context, values, loose)
        if found is not None:
            return found
    if clause.signs and loose <= 3 and (clause.spots or clause.counts or "more" in values):
        return "inbound", None
    if "continuation" in values and loose <= 3:
        return "inbound", values["continuation"]
    return "", None


def _more_craft(clause: Clause, unit: Unit, context: Context) -> bool:
    """Whether a count of aircraft alone is of those that just took off («Злетіли Ту-95МС. Близько шести бортів»)."""
    before = context.drafts[-1] if context.drafts else None
    return (
        before is not None
        and before.kind == "takeoff"
        and max(context.tokens.seps[before.j : unit.i + 1], default=0) < PARAGRAPH
        and "unit.craft" in clause.says
        and bool(clause.counts)
        and not (clause.spots or clause.signs)
    )


_OBLIQUE = ("ів", "ов", "ев", "ами", "ями", "ам", "ям", "ах", "ях", "ом", "ем", "ою", "ой")
"""Endings of nouns that are no subject: «без шахедів», «захист від дронів», «дронами»."""


def _flies(clause: Clause, unit: Unit, context: Context, loose: int) -> bool:
    """Whether a weapon named without any cue is what a post in shorthand tells of."""
    if clause.spots or clause.inherited is not None or "compass" in clause.says:
        return loose <= (6 if _channel(context) else 3)
    words = context.tokens.words
    if any(
        words[k] in _HEARD for k in range(clause.marks[0].i - 1, clause.marks[-1].j + 1) if 0 <= k < unit.j
    ):
        return loose <= 4
    counted = any(c.number is not None for c in clause.counts) or "vague" in clause.says
    for mark in clause.weapons:
        before = words[mark.i - 1] if mark.i > unit.i else ""
        if before in _WITHOUT:
            return False
        if not counted and loose and words[mark.j - 1].endswith(_OBLIQUE):
            return False
    return loose <= (4 if counted else 2 if _channel(context) else 1)


_HEARD = frozenset(
    {
        "чути",
        "чутно",
        "чуємо",
        "чую",
        "слышно",
        "слышен",
        "слышу",
        "слышим",
        "audible",
        "heard",
        "hear",
        "видно",
        "бачимо",
        "вижу",
    }
)
_WITHOUT = frozenset({"без", "від", "от", "проти", "против", "without", "no", "against", "from"})


def _channel(context: Context) -> bool:
    return context.source is None or context.source.kind == "monitoring-channel"


def _bare(
    clause: Clause, unit: Unit, context: Context, values: dict[str, Mark], loose: int
) -> tuple[str, Mark | None] | None:
    """A channel's bare place, count or "one more": something flies. None where it says nothing of the kind."""
    if any(context.tokens.tagged(s.mark.i) for s in clause.spots) or "force" in clause.says:
        return "", None
    told = "instruction" in values and not (clause.counts or clause.signs)
    if told and not any(s.role in ("toward", "via") for s in clause.spots):
        return "", None  # «Балаклія, в укриття!»: a place that is told what to do
    if not short(unit):
        return None
    aimed = any(s.role in ("toward", "via") for s in clause.spots)
    allowed = 2 if clause.counts or clause.signs or aimed else 1
    alone = len(unit.marks) == len(clause.marks) or clause.inherited is not None
    named = clause.spots and all(s.best.precision != "country" and s.role != "po" for s in clause.spots)
    if named and loose <= allowed and (alone or clause.counts or clause.signs or "more" in values):
        return "inbound", None
    few = len(clause.marks) <= 3
    if len(clause.counts) == 1 and loose == 0 and not clause.objects and few:
        return "inbound", None
    if "more" in values and loose <= 1 and few:
        return "inbound", values["more"]
    return None


_BESIDE = frozenset({"more", "continuation", "danger", "instruction", "inbound"})
"""Cues beside which a weapon or a place still says that something flies."""


def short(unit: Unit) -> bool:
    """Whether a sentence has few words."""
    return unit.j - unit.i <= 12


def loose_words(clause: Clause, unit: Unit, context: Context) -> int:
    """How many words of a clause no phrase explains."""
    tokens = context.tokens
    if not clause.marks:
        return 0
    start, end = clause.marks[0].i, clause.marks[-1].j
    if clause.inherited is None:
        start = unit.i
    if clause.marks[-1] is unit.marks[-1]:
        end = unit.j
    small = context.lexicon.prepositions
    words, kinds = tokens.words, tokens.kinds
    count = 0
    for mark in unit.marks:
        for k in range(start, min(mark.i, end)):
            word = words[k]
            if len(word) > 1 and kinds[k] == "w" and word not in small and word not in _SMALL:
                count += 1
        start = max(start, mark.j)
        if start >= end:
            return count
    for k in range(start, end):
        word = words[k]
        if len(word) > 1 and kinds[k] == "w" and word not in small and word not in _SMALL:
            count += 1
    return count


_SMALL = frozenset(
    [
        "та",
        "і",
        "й",
        "а",
        "и",
        "но",
        "є",
        "це",
        "вже",
        "уже",
        "там",
        "тут",
        "теж",
        "тоже",
        "ж",
        "же",
        "ще",
        "еще",
        "н",
        "п",
        "м",
        "смт",
        "область",
        "району",
        "район",
        "напрямку",
        "бік",
        "сторону",
        "всі",
        "усі",
        "зараз",
        "city",
        "in",
        "the",
        "and",
        "is",
        "are",
        "to",
    ]
)
