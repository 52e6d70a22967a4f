"""What flies and what meets it: take-offs, launches, things inbound, dangers and their ends, losses, interceptions."""

from __future__ import annotations

from tocsin.model import Range
from tocsin.reading.drafts import Clause, Context, Draft, Spot, Unit
from tocsin.reading.marks import Mark
from tocsin.reading.weaponry import Group, carriers, groups_of

__all__ = ["denied", "main_spot", "spots_for", "threats_of"]

_ORDER = ("danger-over", "landed", "interception", "lost", "takeoff", "launch", "shelling", "strike", "impact", "attack", "danger", "inbound", "airborne")
_EFFECTS = frozenset({"explosion", "debris", "fire", "damage", "outage", "casualty", "response", "air-defence", "hazard", "assessment", "alarm", "alarm-over", "impact"})
_FALLING = frozenset({"ballistic", "aeroballistic", "high-speed-target", "hypersonic"})
_WEAK_DANGER = frozenset(
    "увага уважно обережно готовність внимание внимательно осторожно готовность attention caution beware активність активность warning warnings warned warns".split()
)
_MAIN = {
    "launch": ("from", "toward", "at", "near", "via"),
    "takeoff": ("from", "at", "near", "toward", "via"),
    "inbound": ("toward", "at", "near", "via", "from"),
    "danger": ("at", "toward", "near", "via", "from"),
}


def denied(clause: Clause, cue: Mark, context: Context) -> bool:
    """Whether a cue is said not to be so."""
    for mark in clause.marks:
        if mark.has("mood", "not-confirmed"):
            return True
        if mark.has("mood", "not") and 0 <= cue.i - mark.j <= 2:
            return True
        if mark.has("mood", "not") and mark.group == "mood" and 0 <= mark.i - cue.j <= 3 and context.tokens.words[mark.i] in _AFTER:
            return True
    return False


_GONE = frozenset("немає нема нет".split())
_AFTER = frozenset("немає нема нет відсутні відсутня відсутній відсутнє не none".split())


def spots_for(kind: str, spots: list[Spot]) -> list[Spot]:
    """The places with their undecided parts decided for a kind of claim."""
    flying = kind in ("inbound", "launch", "danger", "takeoff", "tally")
    decided: list[Spot] = []
    for spot in spots:
        role = spot.role
        if role == "into":
            role = "toward" if kind in ("inbound", "launch") else "at"
        elif role == "po":
            role = "toward" if flying else "at"
        elif kind == "launch" and role in ("", "at") and _abroad(spot):
            role = "from"
        elif kind == "launch" and role in ("", "at"):
            role = "toward"
        elif role == "toward" and (kind == "danger" or (not flying and kind not in ("lost", "tally", "interception", "statement"))):
            role = "at"
        elif not role:
            role = "at"
        decided.append(Spot(mark=spot.mark, role=role, best=spot.best, others=spot.others))
    return decided


def _abroad(spot: Spot) -> bool:
    return not spot.code.startswith("UA")


def main_spot(kind: str, spots: list[Spot]) -> Spot | None:
    """The place that a claim is about."""
    for role in _MAIN.get(kind, ("at", "near", "toward", "via", "from")):
        for spot in spots:
            if spot.role == role:
                return spot
    return None


def threats_of(clause: Clause, unit: Unit, context: Context) -> list[Draft]:
    """The claims about threats that a clause makes."""
    kind, cue = _decide(clause, unit, context)
    if not kind:
        return []
    groups = _groups(kind, clause, unit, context)
    spots = spots_for(kind, _places(clause, unit, context))
    if not _enough(kind, cue, groups, spots, clause, unit, context):
        return []
    denies = cue is not None and cue.group == "cue" and denied(clause, cue, context)
    if kind == "danger-over" and cue is not None and cue.has("cue", "danger"):
        denies = False
    if kind == "impact" and not groups and cue is not None and any(w.startswith(("артил", "артв", "арто", "артилл", "artill")) for w in words_of(context, cue)):
        groups = [Group(["artillery"], None, cue.i, cue.j)]
    total = any(m.has("mood", "total") for m in clause.marks) and clause.inherited is not None and kind in ("launch", "inbound")
    drafts: list[Draft] = []
    i, j = _bounds(clause, cue, groups)
    for group in groups or [Group([], _lone_count(clause), i, j)]:
        for slug in group.slugs or [None]:  # type: ignore[list-item]
            draft = Draft(kind=kind, i=i, j=j, weapon=slug, count=group.range, denies=denies)
            if group.range is not None and len(group.slugs) > 1:
                draft.joint = tuple(s for s in group.slugs if s != slug)
            draft.cue = cue.i if cue is not None else group.i
            draft.spots = _falling(kind, slug, spots, clause, context)
            draft.main = main_spot(kind, draft.spots)
            draft.partial = kind == "danger-over" and unit.partial
            if kind == "impact" and clause.objects and not draft.object:
                draft.object = next((o.value for o in clause.objects if cue is None or o.i >= cue.j), clause.objects[0].value)
            draft.continues = slug is None and kind in ("inbound", "impact", "takeoff", "interception", "lost")
            if total and group.range is not None and slug is not None:
                draft.kind, draft.scope, draft.count = "tally", {"launched": group.range}, None
            if kind == "danger" and _expected(clause):
                draft.tense = "expected"
            drafts.append(draft)
    return drafts


def _expected(clause: Clause) -> bool:
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


def _decide(clause: Clause, unit: Unit, context: Context) -> tuple[str, Mark | None]:
    """The kind of threat claim that a clause makes, and the cue that says so."""
    values = _values(clause)
    weapon = bool(clause.weapons)
    plane = bool(carriers(context, clause)) or any(m.has("unit", "craft") for m in clause.marks)
    if "alarm-over" in values and (weapon or "danger-over" in values):
        if weapon:
            return "danger-over", values["alarm-over"]
        if clause.spots and context.tokens.words[values.get("danger-over", values["alarm-over"]).j - 1] == "по":
            return "", None
    if "danger" in values and any(m.has("mood", "ended") for m in clause.marks) and not (words_of(context, values["danger"]) & _WEAK_DANGER):
        return "danger-over", values["danger"]
    if "lost" in values and weapon and all(m.value == "unknown" for m in clause.weapons) and context.tokens.words[values["lost"].i].startswith(_VANISHED):
        return "danger-over", values["lost"]
    if ("alarm" in values) and weapon and not plane:
        return "danger", values["alarm"]
    if any(m.has("mood", "capacity") for m in clause.marks):
        return "", None
    for value in _ORDER:
        cue = values.get(value)
        if cue is None:
            continue
        kind = _kind(value, cue, values, clause, context, weapon=weapon, plane=plane)
        if kind:
            return kind, cue
    if any(v not in _BESIDE for v in values) or clause.harms:
        return "", None
    if clause.inherited is not None and clause.weapons and clause.counts and any(m.has("mood", "total") for m in clause.marks):
        return "launch", None
    return _implied(clause, unit, context, values)


def _kind(value: str, cue: Mark, values: dict[str, Mark], clause: Clause, context: Context, *, weapon: bool, plane: bool) -> str:  # noqa: PLR0912
    words = context.tokens.words
    motion = any(s.role in ("toward", "via") for s in clause.spots) or "inbound" in values
    if value == "danger-over":
        if words[cue.j - 1] == "по" and not weapon:
            return ""
        if words[cue.i] in ("немає", "більше", "спокійно", "спокойно", "clear") and cue.j - cue.i == 1 and not weapon:
            return ""
        return "danger-over"
    if value == "landed":
        return "danger-over" if plane else ""
    if value == "interception":
        if cue.has("cue", "damage") and not weapon and not clause.signs and not _air_defence(clause, words):
            return ""
        if cue.has("cue", "response") and not weapon:
            return ""
        if cue.has("cue", "damage") and clause.objects and not weapon:
            return ""
        if words[cue.i] in ("мінус", "минус") and clause.counts and not weapon and not context.telegraphic:
            return ""
        return "interception"
    if value == "takeoff":
        return "takeoff" if plane else ("launch" if weapon and "launch" in values else "")
    if value == "airborne" and plane and not carriers(context, clause) and any(c.number and (c.number.min or 0) >= 12 for c in clause.counts):
        return "inbound"
    if value == "airborne":
        return "takeoff" if plane else ("inbound" if weapon or clause.counts else "")
    if value == "launch":
        danger = values.get("danger")
        if danger is not None and danger.i < cue.j and cue.i - danger.j <= 3 and words[danger.i] not in _WEAK_DANGER:
            return "danger"
        if plane and not (weapon and len(clause.weapons) > len(carriers(context, clause))) and "takeoff" in values:
            return "takeoff"
        if words[cue.i].startswith(("скид", "скин", "сброс", "dropped")) and (clause.objects or _drones(clause, context)):
            return "impact"
        return "launch"
    if value == "danger" and words[cue.i].startswith(("носі", "носит", "carrier", "ракетонос")) and not context.telegraphic:
        return ""
    if value == "danger":
        if words[cue.i] not in _WEAK_DANGER and words[cue.i].startswith(("загроз", "угроз", "threat", "danger", "небезпек", "опасн")) and denied(clause, cue, context):
            return "danger-over"
        if words[cue.i] in _WEAK_DANGER:
            if plane and weapon and words[cue.i].startswith("актив"):
                return "takeoff"
            if motion and (weapon or clause.signs):
                return "inbound" if not plane else "danger"
            if weapon or clause.spots:
                return "danger"
            return ""
        if "inbound" in values and motion and weapon and not _before_weapon(cue, clause):
            return "inbound"
        return "danger"
    if value == "danger" and words[cue.i].startswith("загрожу") and denied(clause, cue, context):
        return "danger-over"
    if value == "impact" and "debris" in values:
        return ""
    if value == "inbound" and _flight_time(cue, clause):
        return ""
    if value == "inbound":
        if plane and not [m for m in clause.weapons if not context.lexicon.weapons[m.value].carrier]:
            return "takeoff"
        return "inbound"
    if value in ("strike", "shelling"):
        return "impact"
    if value == "attack" and weapon and clause.objects:
        return "impact"
    if value == "attack":
        return "launch" if weapon or _expected(clause) else ""
    return value


def _drones(clause: Clause, context: Context) -> bool:
    """Whether what drops something is a drone («скид із дрона»)."""
    weapons = context.lexicon.weapons
    return bool(clause.weapons) and all(weapons[m.value].klass == "drone" for m in clause.weapons)


def _flight_time(cue: Mark, clause: Clause) -> bool:
    """«підліт 4 хвилини» says how long, not that something else comes."""
    return any(m.group == "quantity" and 0 <= m.i - cue.j <= 1 for m in clause.marks)


def _air_defence(clause: Clause, words: list[str]) -> bool:
    return any(words[k] in ("ппо", "пво") for m in clause.marks for k in range(m.i, m.j + 1) if k < len(words))


def _before_weapon(cue: Mark, clause: Clause) -> bool:
    return any(0 <= m.i - cue.j <= 3 for m in clause.weapons)


def _implied(clause: Clause, unit: Unit, context: Context, values: dict[str, Mark]) -> tuple[str, Mark | None]:
    """A clause without a cue: in a channel's shorthand a weapon, a place or a count alone says that something flies."""
    gone = next((m for m in clause.marks if m.group == "mood" and m.value == "not" and context.tokens.words[m.i] in _GONE), None)
    if gone is not None and "danger" not in values and context.telegraphic and any(0 <= gone.i - m.j <= 3 for m in clause.weapons):
        return "danger-over", gone
    if not context.telegraphic:
        return "", None
    loose = _loose_words(clause, unit, context)
    if clause.weapons:
        plane = carriers(context, clause)
        if plane and len(plane) == len(clause.weapons):
            moving = any(s.role in ("from", "toward", "via") for s in clause.spots)
            return ("takeoff", None) if moving and loose <= 4 else ("", None)
        if loose <= 6 and not any(m.has("mood", "question") for m in clause.marks):
            shells = all(context.lexicon.weapons[m.value].klass in ("artillery", "mlrs") for m in clause.weapons)
            return ("impact" if shells else "inbound"), None
        return "", None
    if not clause.weapons and any(m.group == "mood" and m.value in ("not", "question") for m in clause.marks):
        return "", None
    bare = context.source is None or context.source.kind == "monitoring-channel"
    if bare and any(context.tokens.tagged(s.mark.i) for s in clause.spots):
        return "", None
    if bare and clause.spots and loose <= (2 if clause.counts or clause.signs or any(s.role in ("toward", "via") for s in clause.spots) else 1) and all(s.best.precision != "country" for s in clause.spots):
        if any(not s.role or s.role in ("toward", "via", "at", "near", "into", "from") for s in clause.spots) and _short(unit):
            if len(unit.marks) == len(clause.marks) or clause.counts or clause.signs or "more" in values or clause.inherited is not None:
                return "inbound", None
    if clause.signs and loose <= 3 and (clause.spots or clause.counts or "more" in values):
        return "inbound", None
    if "continuation" in values and loose <= 3:
        return "inbound", values["continuation"]
    if bare and clause.counts and loose == 0 and _short(unit) and len(clause.counts) == 1 and not clause.objects and len(clause.marks) <= 3:
        return "inbound", None
    if bare and "more" in values and loose <= 1 and _short(unit) and len(clause.marks) <= 3:
        return "inbound", values["more"]
    return "", None


_BESIDE = frozenset({"more", "continuation", "danger", "instruction", "inbound"})
"""Cues beside which a weapon or a place still says that something flies."""


def _short(unit: Unit) -> bool:
    return unit.j - unit.i <= 12


def _loose_words(clause: Clause, unit: Unit, context: Context) -> int:
    """How many words of a clause no phrase explains."""
    tokens = context.tokens
    if not clause.marks:
        return 0
    start, end = clause.marks[0].i, clause.marks[-1].j
    if clause.inherited is None:
        start = unit.i
    if clause.marks[-1] is unit.marks[-1]:
        end = unit.j
    covered = {k for m in unit.marks for k in range(m.i, m.j)}
    small = context.lexicon.prepositions
    return sum(
        1
        for k in range(start, end)
        if k not in covered and tokens.kinds[k] == "w" and tokens.words[k] not in small and tokens.words[k] not in _SMALL and len(tokens.words[k]) > 1
    )


_SMALL = frozenset("та і й а и но є це вже уже там тут теж тоже ж же ще еще н п м смт область району район напрямку бік сторону всі усі зараз city in the and is are to".split())


def _groups(kind: str, clause: Clause, unit: Unit, context: Context) -> list[Group]:
    groups = groups_of(clause, context, carrying=kind == "takeoff")
    if kind in ("danger", "danger-over") and not groups:
        groups = groups_of(clause, context, carrying=True)
    if kind == "danger-over" and clause.signs and not clause.weapons:
        groups = []
    if groups:
        return groups
    count = _lone_count(clause)
    if kind == "impact" and count is not None and not any(-1 <= c.i - count.j <= 1 for c in clause.cues):
        count = None
    inherited: tuple[str, ...] = ()
    if kind in ("inbound", "launch", "interception", "lost", "impact"):
        if clause.inherited is not None:
            inherited = tuple(dict.fromkeys(s for g in _weapons_before(clause, context) for s in g))
        if not inherited and context.heading_weapon and kind == "inbound":
            inherited = (context.heading_weapon,)
        if not inherited and context.said_weapon is not None and context.said_weapon[0] == unit.line:
            inherited = context.said_weapon[1]
        if not inherited and kind in ("impact", "interception", "lost", "launch") and count is not None and context.last_paragraph_weapon == unit.paragraph:
            inherited = context.last_weapon
    if not inherited:
        return []
    i = clause.marks[0].i
    return [Group(list(inherited), count, i, clause.marks[-1].j)]


def _weapons_before(clause: Clause, context: Context) -> list[list[str]]:
    at = clause.inherited
    while at is not None:
        weapons = context.lexicon.weapons
        slugs = [m.value for m in at.weapons if not weapons[m.value].carrier] or [m.value for m in at.signs]
        if slugs:
            return [slugs[-2:] if len(at.weapons) > 1 else slugs[:1]]
        at = at.inherited
    return []


def _lone_count(clause: Clause) -> Mark | None:
    if clause.harms or clause.objects:
        return None
    free = [c for c in clause.counts if not c.used]
    if len(free) != 1 or any(m.has("scope") and 0 <= m.i - free[0].j <= 1 for m in clause.marks):
        return None
    return free[0]


def _places(clause: Clause, unit: Unit, context: Context) -> list[Spot]:
    """The places of a clause; a city at the head whose districts follow only tells where they lie."""
    spots = clause.spots
    gazetteer = context.gazetteer
    pronoun = next((m for m in clause.marks if m.has("cue", "continuation")), None)
    city = next((s for s in spots if not s.role and s.best.precision in ("settlement", "district", "oblast")), None)
    if pronoun is not None and city is not None:
        role = _PRONOUN.get(context.tokens.words[pronoun.i])
        if role:
            return [Spot(mark=city.mark, role=role, best=city.best, others=city.others), *[s for s in spots if s is not city]]
    if len(spots) > 1 and not spots[0].role and spots[0].best.precision == "settlement":
        if any(gazetteer.covers(spots[0].code, s.code) and s.code != spots[0].code for s in spots[1:]) or any(
            s.code == spots[0].code for s in spots[1:]
        ):
            return spots[1:]
    return spots


_PRONOUN = {"на": "toward", "у": "toward", "в": "toward", "над": "at", "повз": "via", "мимо": "via", "за": "toward", "toward": "toward", "towards": "toward", "over": "at", "past": "via"}


def _approach(clause: Clause, context: Context) -> bool:
    return any(context.tokens.words[k].startswith(("підльот", "підліт", "підліта", "подлет", "approach")) for c in clause.cues for k in range(c.i, c.j))


def _falling(kind: str, slug: str | None, spots: list[Spot], clause: Clause, context: Context) -> list[Spot]:
    """A bare place beside something that falls from the sky is where it falls."""
    if kind == "inbound" and _approach(clause, context):
        loose = {id(s.mark) for s in clause.spots if not s.role}
        return [Spot(mark=s.mark, role="toward", best=s.best, others=s.others) if id(s.mark) in loose else s for s in spots]
    if kind != "inbound" or slug is None:
        return spots
    weapon = context.lexicon.weapons.get(slug)
    if weapon is None or weapon.klass not in _FALLING:
        return spots
    bare = {id(s.mark) for s in clause.spots if not s.role}
    return [Spot(mark=s.mark, role="toward", best=s.best, others=s.others) if id(s.mark) in bare else s for s in spots]


def _enough(kind: str, cue: Mark | None, groups: list[Group], spots: list[Spot], clause: Clause, unit: Unit, context: Context) -> bool:  # noqa: PLR0911
    """Whether a clause says enough for a claim of its kind."""
    weapon = bool(groups)
    words = context.tokens.words
    source = context.source
    news = source is not None and source.kind in ("media", "public") and not context.article
    if news and kind in ("interception", "launch", "danger", "danger-over", "air-defence", "takeoff", "lost"):
        named = bool(spots) or any(g.count for g in groups) or any(m.has("mood", "war") or m.has("force") for m in clause.marks) or unit.by is not None
        if not named and not (kind in ("launch", "danger") and _expected(clause)):
            return False
    loose = _loose_words(clause, unit, context)
    if kind == "takeoff":
        return weapon or any(m.has("unit", "craft") for m in clause.marks)
    if kind == "launch" and _expected(clause):
        return True
    if kind == "launch" and cue is not None and cue.has("cue", "attack"):
        return weapon or _expected(clause)
    if kind == "launch":
        if not weapon and cue is not None and denied(clause, cue, context):
            return loose <= 3
        channel = context.source is None or context.source.kind == "monitoring-channel"
        return weapon or (channel and bool(spots) and loose <= 4)
    if kind == "inbound":
        if weapon:
            return context.telegraphic or bool(spots) or any(m.has("compass") for m in clause.marks)
        if not context.telegraphic or (context.source is not None and context.source.kind != "monitoring-channel" and not clause.signs):
            return False
        if cue is not None and cue.has("cue", "inbound"):
            return (bool(spots) or bool(clause.counts) or _short(unit)) and loose <= 3
        return True
    if kind == "danger":
        return weapon or (bool(spots) and loose <= 3)
    if kind == "danger-over":
        if words[cue.i] in ("чисто", "clear", "спокійно", "спокойно", "чистенько") if cue else False:
            return loose <= 2 and (weapon or len(clause.marks) <= 5)
        return weapon or bool(spots) or loose <= 3
    if kind == "interception":
        return weapon or (context.telegraphic and loose <= 3) or (bool(clause.signs))
    if kind == "lost":
        return weapon or (context.telegraphic and loose <= 3)
    if kind == "impact":
        if cue is not None and cue.has("cue", "strike") and not cue.has("cue", "impact"):
            if any(m.has("mood", "war") for m in clause.marks) and cue.j - cue.i == 1:
                return True
            return bool(spots or clause.objects) and (weapon or "по" in words[cue.i : cue.j + 3] or not context.article or words[cue.i] in _STRUCK)
        if cue is not None and words[cue.i] in ("впав", "впала", "впало", "впали", "упал", "упала", "упало", "упали", "hit", "hits"):
            return weapon or bool(clause.objects) or (context.telegraphic and loose <= 1)
        return weapon or bool(spots) or bool(clause.objects) or context.telegraphic
    return True


_STRUCK = frozenset({"struck", "strikes", "pounded", "slammed", "hit"})


def _bounds(clause: Clause, cue: Mark | None, groups: list[Group]) -> tuple[int, int]:
    marks = [m for m in clause.marks if m.group not in ("state", "junk")] or clause.marks
    i = min(m.i for m in marks)
    j = max(m.j for m in marks)
    if cue is not None:
        i, j = min(i, cue.i), max(j, cue.j)
    for group in groups:
        if group.i >= clause.marks[0].i:
            i, j = min(i, group.i), max(j, group.j)
    return i, j


_ = Range
