"""What attacks do: explosions, debris, fires, damage, outages; the services at work; hazards and instructions."""

from __future__ import annotations

from tocsin.model import Range
from tocsin.reading.deciding import loose_words, words_of
from tocsin.reading.drafts import Clause, Context, Draft, Unit, bounds, places_of
from tocsin.reading.forbidding import forbidden
from tocsin.reading.marks import Mark
from tocsin.reading.outages import NETWORK_OBJECTS, came_back, outage, scope_of
from tocsin.reading.plausible import channel, loose, plausible
from tocsin.reading.threats import denied, main_spot, spots_for
from tocsin.reading.weaponry import groups_of, ruins

__all__ = ["effects_of"]

_KINDS = (
    "air-defence",
    "explosion",
    "debris",
    "fire",
    "damage",
    "response",
    "assessment",
    "hazard",
    "instruction",
)
_HELD = frozenset({"fire", "damage", "debris"})
_EXTINGUISHED = (
    "ліквід",
    "ликвид",
    "загас",
    "загаш",
    "погас",
    "погаш",
    "потуш",
    "extinguish",
    "put out",
    "локаліз",
    "локализ",
    "under control",
    "contained",
    "приборкан",
    "догасил",
    "doused",
    "quelled",
)


def effects_of(clause: Clause, unit: Unit, context: Context) -> list[Draft]:
    """The claims about effects that a clause makes, in the order of their cues."""
    drafts: list[Draft] = []
    if clause.says.isdisjoint(_TOLD) and not clause.spots:
        return drafts
    cues = _cues(clause, context)
    if all(c.value == "more" for c in clause.cues) and not clause.harms and clause.spots:
        drafts.extend(_elliptic(clause, context))
    for value, cue in cues:
        if value.startswith("outage"):
            drafts.extend(outage(value, cue, clause, context))
        elif value in _KINDS:
            drafts.extend(_effect(value, cue, [v for v, _ in cues], clause, unit, context))
    drafts.extend(_built(clause, unit, context, {d.kind for d in drafts}))
    if not any(d.kind == "instruction" for d in drafts):
        drafts.extend(forbidden(clause, context))
    restored = next((c for c in clause.cues if c.value == "restored"), None)
    if restored is not None and any(d.kind == "outage" for d in drafts):
        for draft in drafts:
            draft.denies = draft.denies or draft.kind == "outage"
    elif restored is not None:
        drafts.extend(came_back(clause))
    return drafts


_TOLD = frozenset({"cue", "force", "network", "mood.not"})
"""Without any of these a clause says nothing of effects."""
_WITHOUT = frozenset({"без", "without", "no"})


def _built(clause: Clause, unit: Unit, context: Context, said: set[str]) -> list[Draft]:
    """What no phrase says whole: air defence with a verb of work, a network with a verb of failing."""
    drafts: list[Draft] = []
    if "force" not in clause.says and "network" not in clause.says:
        return drafts
    words = context.tokens.words
    force = next((m for m in clause.marks if m.has("force")), None)
    if force is not None and not context.telegraphic and not clause.spots and not context.article:
        force = None
    if (
        force is not None
        and "air-defence" not in said
        and not any(m.has("cue", v) for m in clause.marks for v in ("interception", "statement", "damage"))
    ):
        works = any(m.has("work") and abs(m.i - force.i) <= 5 for m in clause.marks)
        works = works and (bool(clause.spots) or context.article or loose(clause, context) <= 2)
        if works or (channel(context) and unit.j - unit.i <= 3):
            spots = spots_for("air-defence", places_of(clause))
            i, j = bounds(clause)
            drafts.append(
                Draft(
                    kind="air-defence",
                    i=i,
                    j=j,
                    weapon=_weapon("air-defence", clause, context),
                    spots=spots,
                    main=main_spot("air-defence", spots),
                )
            )
    if "outage" in said or any(c.value == "restored" for c in clause.cues):
        return drafts
    for mark in clause.marks:
        network = mark.has("network")
        if network is None:
            continue
        bare = mark.i and words[mark.i - 1] in _WITHOUT
        fails = any(
            m.has("fail") and -1 <= min(abs(m.i - mark.j), abs(mark.i - m.j)) <= 3
            for m in clause.marks
            if m is not mark
        )
        if bare or fails:
            if not plausible("outage", clause, unit, context):
                continue
            spots = spots_for("outage", places_of(clause))
            i, j = bounds(clause)
            drafts.append(
                Draft(
                    kind="outage",
                    i=i,
                    j=j,
                    object=NETWORK_OBJECTS.get(network.value),
                    scope=scope_of(clause),
                    spots=spots,
                    main=main_spot("outage", spots),
                )
            )
            break
    return drafts


def _elliptic(clause: Clause, context: Context) -> list[Draft]:
    """«У Дніпровському – на даху та на недобудові», «у Соломʼянському – 15 кв. м»: the effect of the clause before."""
    blasts = clause.inherited is not None and clause.inherited.kind == "explosion"
    if blasts and len(clause.counts) == 1 and not clause.objects and not clause.weapons:
        spots = spots_for("explosion", places_of(clause))
        i, j = bounds(clause)
        number = clause.counts[0].number
        return [
            Draft(kind="explosion", i=i, j=j, count=number, spots=spots, main=main_spot("explosion", spots))
        ]
    before = context.last_effect
    area = _area(clause, context)
    if not before or clause.weapons or not (clause.objects or area) or loose(clause, context) > 2:
        return []
    spots = spots_for(before, places_of(clause))
    i, j = bounds(clause)
    base = Draft(
        kind=before,
        i=i,
        j=j,
        spots=spots,
        main=main_spot(before, spots),
        scope=area if before in ("fire", "response") else None,
    )
    if not clause.objects:
        return [base] if area else []
    return [
        Draft(
            kind=before,
            i=i,
            j=j,
            spots=spots,
            main=base.main,
            object=mark.value,
            scope=base.scope,
            count=_object_count(mark, clause),
        )
        for mark in _whole(clause.objects)[:6]
    ]


def _cues(clause: Clause, context: Context) -> list[tuple[str, Mark]]:
    """The effects that the cues of a clause mean, words of two meanings decided by what stands beside them."""
    found: list[tuple[str, Mark]] = []
    words = context.tokens.words
    weapon = bool(clause.weapons)
    for cue in clause.cues:
        values = [m.value for m in cue.meanings if m.group == "cue"]
        value = values[0]
        if "response" in values and "interception" in values:
            value = "interception" if weapon else "response"
        elif "damage" in values and "interception" in values:
            ruined = clause.objects and (not weapon or ruins(cue, clause, context))
            value = "damage" if ruined else "interception"
        elif "fire" in values and "response" in values:
            value = "response"
        if value in _KINDS or value.startswith("outage"):
            if (
                value == "fire"
                and words[cue.i].startswith(("вогн", "огн", "дим", "smoke", "fire"))
                and _gunfire(cue, words)
            ):
                continue
            found.append((value, cue))
    if "damage" in {v for v, _ in found}:
        # «осколки посекли машины»: shrapnel that damages is damage, not debris that lies about.
        found = [
            (v, c) for v, c in found if not (v == "debris" and words[c.i].startswith(("осколк", "shrapnel")))
        ]
    values_only = {v for v, _ in found}
    if "response" in values_only and any(_stage(words, c) for v, c in found if v == "response"):
        # «Пожежу ліквідовано» tells of the work, not of a new fire.
        found = [(v, c) for v, c in found if v != "fire"]
    if "hazard" in values_only:
        found = [(v, c) for v, c in found if v != "response"]
    found = [
        (v, c)
        for v, c in found
        if not (v == "response" and (c.has("group", "responders") or c.j - c.i == 1) and _counted(c, clause))
    ]
    if "assessment" in values_only:
        found = [(v, c) for v, c in found if v != "damage"]
    if "response" in values_only or clause.harms:
        found = [(v, c) for v, c in found if not (v == "damage" and _attribute(c, words))]
    kept: list[tuple[str, Mark]] = []
    for value, cue in found:
        if value in {v for v, _ in kept} and value in (
            "response",
            "explosion",
            "instruction",
            "assessment",
            "air-defence",
            "fire",
            "debris",
            "hazard",
        ):
            continue
        kept.append((value, cue))
    return kept


_HARMED = ("пошкодж", "поврежд", "зруйн", "разруш", "понівеч", "поруйн")
_OBLIQUE = ("ого", "ої", "ому", "их", "ій", "им", "ими", "ым", "ых", "ыми", "ой")
_SHOWN = frozenset({"damaged", "destroyed", "collapsed", "wrecked", "ruined", "burning", "shattered"})
_ARTICLES = frozenset({"a", "an", "the", "of", "from"})


def _attribute(cue: Mark, words: list[str]) -> bool:
    """«з пошкодженого гуртожитку», "from the collapsed block": what people are rescued from tells no new damage."""
    word = words[cue.i]
    if cue.j - cue.i > 1:
        return False
    if word.startswith(_HARMED):
        return word.endswith(_OBLIQUE)
    return word in _SHOWN and bool(cue.i) and words[cue.i - 1] in _ARTICLES


def _counted(cue: Mark, clause: Clause) -> bool:
    """«поранено двох рятувальників», «загинув рятувальник»: they are hurt, not at work."""
    hurt = [h for h in clause.harms if h.value in ("killed", "injured", "affected")]
    beside = any(0 <= cue.i - h.j <= 0 or 0 <= h.i - cue.j <= 0 for h in hurt)
    return beside or (bool(clause.harms) and any(0 <= cue.i - c.j <= 1 for c in clause.counts))


def _bare(cue: Mark, context: Context) -> bool:
    """Whether a word of damage is one that channels also use of what is shot down."""
    return context.tokens.words[cue.i].startswith(("знищ", "уничтож", "destroy", "розби", "разби"))


def _gunfire(cue: Mark, words: list[str]) -> bool:
    before = words[cue.i - 1] if cue.i else ""
    after = words[cue.j] if cue.j < len(words) else ""
    return before in (
        "to",
        "could",
        "may",
        "might",
        "will",
        "can",
        "would",
        "під",
        "cease",
        "anti",
        "відкрили",
        "artillery",
        "зенітний",
        "under",
        "веде",
        "ведуть",
        "вести",
    ) or after in ("по", "department", "station", "truck")


def _stage(words: list[str], cue: Mark) -> bool:
    text = " ".join(words[cue.i : cue.j])
    return any(stem in text for stem in _EXTINGUISHED)


def _effect(  # noqa: PLR0917 - a clause and all that it stands in
    value: str, cue: Mark, values: list[str], clause: Clause, unit: Unit, context: Context
) -> list[Draft]:
    spots = spots_for(value, places_of(clause))
    denies = denied(clause, cue, context)
    i, j = bounds(clause)
    weapon = _weapon(value, clause, context)
    base = Draft(
        kind=value, i=i, j=j, weapon=weapon, denies=denies, spots=spots, main=main_spot(value, spots)
    )
    heir = clause.inherited is not None and bool(clause.inherited.objects or clause.inherited.spots)
    if value == "damage" and not (clause.objects or spots or context.last_spots or heir):
        return []
    if (
        value == "damage"
        and not clause.objects
        and (context.source is None or context.source.kind == "monitoring-channel")
        and _bare(cue, context)
    ):
        return []
    if value == "debris" and not (spots or clause.objects or context.last_spots or _fell(clause, context)):
        return []
    if value in ("assessment", "response") and channel(context) and not (spots or clause.objects):
        return []
    if value == "instruction" and cue.j - cue.i == 1:
        if not context.telegraphic:
            return []
        if words_of(context, cue) & _SHELTERS and loose_words(clause, unit, context) > 2:
            return []
    if not plausible(value, clause, unit, context):
        return []
    if value == "explosion" and (denies or ("damage" in values and words_blast(cue, context))):
        return []
    if value == "explosion":
        base.count = _count_for(cue, clause)
        clause.kind = clause.kind or "explosion"
    if value in ("fire", "response"):
        base.scope = _area(clause, context)
    if value in ("instruction", "assessment"):
        base.weapon = None
    if value == "instruction" and any(
        context.tokens.words[k].startswith(_CLOSED) for k in range(clause.marks[0].i, unit.j)
    ):
        base.denies = denies = True  # «пункт обігріву закрито»: the help is there no more.
    if value == "hazard":
        base.denies = denies or any(
            context.tokens.words[k] in ("нормі", "норме", "normal", "норма") for k in range(unit.i, unit.j)
        )
        denies = base.denies
    objects = [
        o for o in _objects(value, cue, values, clause) if not (value == "fire" and _engine(o, context))
    ]
    if value == "response" and clause.objects and "cue.fire" in clause.says:
        objects = clause.objects[:1]
    if (
        not objects
        and value in ("damage", "fire")
        and not denies
        and clause.inherited is not None
        and clause.inherited.objects
        and not clause.spots
        and not clause.objects
    ):
        objects = clause.inherited.objects[:1]
    if not objects:
        return [base]
    drafts: list[Draft] = []
    for mark in objects[:8]:
        draft = Draft(
            kind=base.kind, i=i, j=j, weapon=weapon, denies=denies, spots=spots, main=base.main, object=mark.value, scope=base.scope,
            count=base.count or _object_count(mark, clause),
        )  # fmt: skip
        if not any(d.object == draft.object for d in drafts):
            drafts.append(draft)
    return drafts


_CLOSED = ("закрито", "закрыт", "зачинен", "closed")
_SHELTERS = frozenset(
    {"укриття", "укритті", "укриттях", "укрытие", "укрытия", "укрытии", "shelter", "shelters"}
)
"""Nouns that call to shelter when they stand alone, and name a thing where more is said of it."""


def words_blast(cue: Mark, context: Context) -> bool:
    """Whether a blast is only what did the damage ("the blast shattered windows")."""
    return context.tokens.words[cue.i] in ("blast", "explosion", "вибух", "взрыв")


def _fell(clause: Clause, context: Context) -> bool:
    return any(
        context.tokens.words[k].startswith(("паді", "паде", "впа", "упа", "fell", "fall"))
        for m in clause.marks
        for k in range(m.i, m.j)
    )


def _weapon(value: str, clause: Clause, context: Context) -> str | None:
    """The weapon that a clause names as what struck or fell, where it names one."""
    if value not in ("explosion", "debris", "fire", "damage", "air-defence", "hazard"):
        return None
    weapons = context.lexicon.weapons
    names = [m.value for m in clause.weapons if not weapons[m.value].carrier]
    if (
        not names
        and clause.inherited is not None
        and value in ("fire", "damage")
        and any(
            m.value
            in (
                ("impact", "strike", "attack")
                if value == "fire"
                else ("impact", "strike", "debris", "attack")
            )
            for c in clause.inherited.cues
            for m in c.meanings
        )
    ):
        names = [m.value for m in clause.inherited.weapons if not weapons[m.value].carrier]
    if not names and value in ("debris", "air-defence", "hazard"):
        names = _inside(clause, context)
    if names and value in ("debris", "air-defence", "explosion"):
        groups = groups_of(clause, context)
        return groups[0].slugs[0] if groups else names[0]
    return names[0] if len(set(names)) == 1 else None


def _inside(clause: Clause, context: Context) -> list[str]:
    """The weapon that a phrase of an effect itself names («падіння БпЛА», «хвостова частина ракети»)."""
    for cue in clause.cues:
        for k in range(cue.i, cue.j if cue.j - cue.i > 1 else cue.i):
            found = context.lexicon.match([context.tokens.words[k]], [0], 0, 1)
            if found is not None and found[1][0].group == "weapon" and not found[1][0].emoji:
                return [found[1][0].value]
    return []


def _count_for(cue: Mark, clause: Clause) -> Range | None:
    near = [c for c in clause.counts if not c.vague and (-1 <= cue.i - c.j <= 4 or 0 <= c.i - cue.j <= 1)]
    return near[0].number if near else None


def _object_count(mark: Mark, clause: Clause) -> Range | None:
    for count in clause.counts:
        if count.vague and count.number is not None and count.number.min == 2:
            continue  # «кілька авто» is no number
        if 0 <= mark.i - count.j <= 2 and not any(
            count.j <= o.i < mark.i for o in clause.objects if o is not mark
        ):
            return count.number
    return None


def _objects(value: str, cue: Mark, values: list[str], clause: Clause) -> list[Mark]:
    """The objects of a cue: those behind it up to the next cue that takes objects, else those before it."""
    if value not in ("fire", "damage", "debris", "impact"):
        return []
    debris = "debris" in values
    holders = [
        c
        for c in clause.cues
        if any(m.value in _HELD or (m.value == "impact" and not debris) for m in c.meanings)
    ]
    following = next((c.i for c in holders if c.i > cue.i), 10**9)
    after = [o for o in clause.objects if cue.j <= o.i < following]
    if after:
        return _whole(after)
    if value in ("fire", "damage"):
        previous = max((c.j for c in holders if c.i < cue.i), default=-1)
        return _whole([o for o in clause.objects if previous <= o.i < cue.i])
    return []


def _engine(mark: Mark, context: Context) -> bool:
    """Whether a vehicle is a fire engine: at a fire it is at work, not alight."""
    return context.tokens.words[mark.i].startswith(
        ("пожежн", "пожарн", "fire", "карет", "швидк", "скор", "ambul")
    )


def _whole(objects: list[Mark]) -> list[Mark]:
    """Objects without the house that only says whose roof, window or car it was."""
    kept: list[Mark] = []
    for mark in objects:
        before = kept[-1] if kept else None
        if (
            before is not None
            and before.value == "roof"
            and (
                mark.i - before.j <= 1
                or (
                    mark.i - before.j <= 3
                    and mark.meaning.value != "unfinished-building"
                    and before.j - before.i == 1
                    and mark.value in ("warehouse", "residential")
                )
            )
        ):
            continue
        if (
            before is not None
            and mark.i - before.j <= 0
            and before.value == "other"
            and mark.value != "other"
        ):
            kept[-1] = mark
            continue
        if (
            before is not None
            and before.value == "other"
            and mark.value != "other"
            and mark.i - before.j <= 1
            and before.j - before.i == 1
        ):
            # «будівлі шести посольств»: the embassies.
            kept[-1] = mark
            continue
        if before is not None and mark.i == before.j and mark.value == "other":
            continue
        if (
            before is not None
            and before.value == "other"
            and mark.i - before.j <= 2
            and before.j - before.i == 1
            and mark.value in ("residential", "office", "shop", "warehouse")
        ):
            # «фасад будинку», «вікна в будинку»: the building.
            kept[-1] = mark
            continue
        kept.append(mark)
    return kept


def _area(clause: Clause, context: Context) -> dict[str, Range] | None:
    """The burning area in square metres, where a number with that unit stands in the clause."""
    for n, mark in enumerate(clause.marks):
        if mark.group != "quantity" or mark.number is None:
            continue
        after = clause.marks[n + 1] if n + 1 < len(clause.marks) else None
        if after is not None and after.has("area-unit") and after.i - mark.j <= 0:
            return {"fire-area": mark.number}
        words = context.tokens.words[mark.j : mark.j + 2]
        if words[:1] == ["кв"] or words[:1] == ["square"] or words[:1] == ["sq"]:
            return {"fire-area": mark.number}
    return None
