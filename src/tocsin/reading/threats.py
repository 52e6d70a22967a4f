"""What flies and what meets it: take-offs, launches, things inbound, dangers and their ends, losses, interceptions."""

from __future__ import annotations

from tocsin.reading.deciding import (
    assaults,
    attacks_now,
    decide,
    denied,
    expected,
    loose_words,
    short,
    words_of,
)
from tocsin.reading.drafts import Clause, Context, Draft, Spot, Unit
from tocsin.reading.lasting import outlasts
from tocsin.reading.marks import Mark
from tocsin.reading.weaponry import Group, groups_of

__all__ = ["denied", "main_spot", "spots_for", "threats_of"]

_FALLING = frozenset({"ballistic", "aeroballistic", "high-speed-target", "hypersonic"})
_MAIN = {
    "launch": ("from", "toward", "at", "near", "via"),
    "takeoff": ("from", "at", "near", "toward", "via"),
    "inbound": ("toward", "at", "near", "via", "from"),
    "danger": ("at", "toward", "near", "via", "from"),
}


_HEARD = frozenset({"explosion", "casualty", "air-defence", "fire", "damage"})
"""What is heard or brought from a place is at that place ("blasts from the left bank")."""


def spots_for(kind: str, spots: list[Spot], *, took_off: bool = False) -> list[Spot]:
    """The places with their undecided parts decided for a kind of claim."""
    flying = kind in ("inbound", "launch", "danger", "takeoff", "tally")
    decided: list[Spot] = []
    for spot in spots:
        role = spot.role
        if role == "into":
            role = "toward" if kind in ("inbound", "launch") else "at"
        elif role == "po":
            role = "toward" if flying and kind != "danger" else "at"
        elif kind == "launch" and role in ("", "at", "round") and _abroad(spot):
            role = "from"
        elif role == "round":
            role = "near"
        elif role == "from" and kind in _HEARD:
            role = "at"
        elif kind == "launch" and role in ("", "at"):
            role = "toward"
        elif kind == "takeoff" and role in ("", "at") and took_off and _abroad(spot):
            role = "from"
        elif (
            role == "toward"
            and (
                kind == "danger"
                or (not flying and kind not in ("lost", "tally", "interception", "statement"))
            )
        ) or not role:
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
    kind, cue = decide(clause, unit, context)
    if not kind and _elliptic(clause, unit, context) and clause.inherited is not None:
        kind = clause.inherited.kind
    if kind == "inbound" and cue is None and _rises(clause, unit, context):
        kind = "takeoff"
    if not kind:
        return []
    if kind == "impact" and cue is not None and _mere_cause(cue, clause, context):
        return []
    groups = _groups(kind, clause, unit, context)
    took_off = cue is not None and cue.value == "takeoff"
    spots = spots_for(kind, _places(clause, context), took_off=took_off)
    if not _enough(kind, cue, groups, spots, clause, unit, context):
        return []
    denies = cue is not None and cue.group == "cue" and denied(clause, cue, context)
    denies = denies and not (kind == "danger" and outlasts(clause))
    denies = denies or (kind == "inbound" and _taken_back(clause, context))
    if kind == "danger-over" and cue is not None and (cue.has("cue", "danger") or _gone_too(clause, cue)):
        denies = _not_yet(clause, context) or _not_given(cue, clause, context)
    if denies and kind == "takeoff" and cue is not None and cue.value == "airborne":
        return []  # «стратеги сьогодні не літають» denies no take-off that anybody told of
    if (
        kind == "impact"
        and not groups
        and cue is not None
        and any(
            w.startswith(("артил", "артв", "арто", "артилл", "artill", "міномет", "миномет", "mortar"))
            for w in words_of(context, cue)
        )
    ):
        groups = [Group(["artillery"], None, cue.i, cue.j)]
    total = "mood.total" in clause.says and clause.inherited is not None and kind in ("launch", "inbound")
    drafts: list[Draft] = []
    aimed = cue is not None and cue.has("cue", "attack") is not None and attacks_now(cue, context)
    i, j = _bounds(clause, cue, groups)
    for group in groups or [Group([], _lone_count(clause), i, j)]:
        slugs: list[str | None] = [*group.slugs]
        for slug in slugs or [None]:
            draft = Draft(kind=kind, i=i, j=j, weapon=slug, count=group.range, denies=denies)
            if group.range is not None and len(group.slugs) > 1:
                draft.joint = tuple(s for s in group.slugs if s != slug)
            draft.cue = cue.i if cue is not None else group.i
            draft.spots = _falling(kind, slug, spots, clause, context, aimed=aimed)
            draft.main = main_spot(kind, draft.spots)
            draft.partial = kind == "danger-over" and unit.partial
            if kind == "impact" and clause.objects and not draft.object:
                draft.object = _target(cue, clause, context)
            draft.continues = slug is None and kind in (
                "inbound",
                "impact",
                "takeoff",
                "interception",
                "lost",
            )
            if total and group.range is not None and slug is not None:
                draft.kind, draft.scope, draft.count = "tally", {"launched": group.range}, None
            if kind == "danger" and expected(clause):
                draft.tense = "expected"
            drafts.append(draft)
    if drafts and not denies:
        clause.kind = kind
    return drafts


def _gone_too(clause: Clause, cue: Mark) -> bool:
    """Whether «немає» behind an all clear says what else is gone («Харків чисто, КАБів немає»)."""
    return not any(m.has("mood", "not") and m.j <= cue.i for m in clause.marks)


def _not_yet(clause: Clause, context: Context) -> bool:
    """Whether what there is none of is the all clear itself («відбою загрози ще немає»)."""
    words = context.tokens.words
    gone = any(m.has("mood", "not") for m in clause.marks)
    return gone and any(words[k] in _ALL_CLEAR for m in clause.marks for k in range(m.i, m.j))


_ALL_CLEAR = frozenset({"відбою", "отбоя"})


def _not_given(cue: Mark, clause: Clause, context: Context) -> bool:
    """Whether the end is said not to have been given («Відбій загрози ще не оголошено», «… не підтвердився»)."""
    words = context.tokens.words
    last = max(m.j for m in clause.marks)
    return any(
        words[k] in _NOT and any(word.startswith(_GIVEN) for word in words[k + 1 : k + 3])
        for k in range(cue.j, min(last + 2, len(words)))
    )


_NOT = frozenset({"не", "not"})
_GIVEN = (
    "оголошен",
    "оголошув",
    "оголосил",
    "дали",
    "дано",
    "давал",
    "надходил",
    "підтверд",
    "объявл",
    "объявил",
    "подтверд",
)


def _taken_back(clause: Clause, context: Context) -> bool:
    """Whether what flies is said to have been a mistake («Балістика на Суми не підтвердилась»), not only unconfirmed so far."""
    words = context.tokens.words
    return any(
        m.has("mood", "not-confirmed") and not any(w in _SO_FAR for w in words[max(0, m.i - 2) : m.j + 1])
        for m in clause.marks
    )


_SO_FAR = frozenset(["ще", "поки", "наразі", "пока", "еще", "покищо", "yet", "currently", "зараз", "сейчас"])


_RUINED = frozenset({"damage", "fire", "debris"})


def _target(cue: Mark | None, clause: Clause, context: Context) -> str | None:
    """What was struck: the first thing behind the cue, else before it; not what another cue says was damaged."""
    if cue is None:
        return clause.objects[0].value
    after = next((o for o in clause.objects if o.i >= cue.j), None)
    if after is None:
        return clause.objects[0].value
    caused = any(context.tokens.words[k] in _CAUSES for k in range(max(0, cue.i - 2), cue.i))
    between = caused and any(
        cue.j <= c.i < after.i and any(c.has("cue", v) for v in _RUINED) for c in clause.cues
    )
    return None if between else after.value


_CAUSES = frozenset(
    ["через", "внаслідок", "унаслідок", "після", "из", "за", "вследствие", "после", "результаті", "результате", "because", "due", "after", "following", "час", "время", "during"]
)  # fmt: skip


def _mere_cause(cue: Mark, clause: Clause, context: Context) -> bool:
    """Whether a strike is named only as a cause («… через нічний обстріл РФ»): one that has a target of its own is news."""
    words = context.tokens.words
    if context.telegraphic or (
        words[cue.i].endswith(("в", "ла", "ли", "ло")) and not words[cue.i].startswith(("обстр", "удар"))
    ):
        return False
    cause = next((k for k in range(max(0, cue.i - 3), cue.i) if words[k] in _CAUSES), None)
    if cause is None:
        return False
    own = [*clause.weapons, *clause.objects, *(s.mark for s in clause.spots)]
    return not any(m.i > cause for m in own)


_REPEATED = frozenset({"impact", "inbound", "launch", "interception", "takeoff"})


def _rises(clause: Clause, unit: Unit, context: Context) -> bool:
    """Whether a count and an airfield go on with a take-off («5 бортів Ту-95 з Енгельса, 3 з Оленьї»)."""
    before = clause.inherited
    if before is None or before.kind != "takeoff" or not _elliptic(clause, unit, context):
        return False
    return all(s.role == "from" for s in clause.spots)


def _elliptic(clause: Clause, unit: Unit, context: Context) -> bool:
    """Whether a clause is a place and a count alone, and so says what the one before it said («…, один по Богодухову»)."""
    before = clause.inherited
    return (
        before is not None
        and before.kind in _REPEATED
        and bool(clause.spots)
        and (
            len([c for c in clause.counts if not c.used]) == 1
            or {"from", "toward"} <= {s.role for s in clause.spots}
        )
        and all(c.value == "more" for c in clause.cues)
        and not (clause.weapons or clause.objects or clause.harms)
        and loose_words(clause, unit, context) <= 1
    )


def _groups(kind: str, clause: Clause, unit: Unit, context: Context) -> list[Group]:
    groups = groups_of(clause, context, carrying=kind == "takeoff")
    if kind in ("danger", "danger-over") and not groups:
        groups = groups_of(clause, context, carrying=True)
    if kind == "danger-over" and clause.signs and not clause.weapons:
        groups = []
    if groups:
        return groups
    count = _lone_count(clause)
    if (
        kind == "impact"
        and count is not None
        and clause.cues
        and not any(-1 <= c.i - count.j <= 1 for c in clause.cues)
    ):
        count = None
    inherited: tuple[str, ...] = ()
    if kind == "takeoff" and clause.inherited is not None:
        inherited = tuple(dict.fromkeys(m.value for m in clause.inherited.weapons))
    if kind in ("inbound", "launch", "interception", "lost", "impact"):
        if clause.inherited is not None:
            inherited = tuple(dict.fromkeys(s for g in _weapons_before(clause, context) for s in g))
        if not inherited and context.heading_weapon and kind == "inbound":
            inherited = (context.heading_weapon,)
        if not inherited and context.said_weapon is not None and context.said_weapon[0] == unit.line:
            inherited = context.said_weapon[1]
        if (
            not inherited
            and kind in ("impact", "interception", "lost", "launch")
            and count is not None
            and context.last_paragraph_weapon == unit.paragraph
        ):
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
    free = [c for c in clause.counts if not c.used and not c.vague]
    if len(free) != 1 or any(m.has("scope") and 0 <= m.i - free[0].j <= 1 for m in clause.marks):
        return None
    return free[0]


def _places(clause: Clause, context: Context) -> list[Spot]:
    """The places of a clause; a city at the head whose districts follow only tells where they lie."""
    spots = clause.spots
    gazetteer = context.gazetteer
    pronoun = next((m for m in clause.marks if m.has("cue", "continuation")), None)
    city = next(
        (s for s in spots if not s.role and s.best.precision in ("settlement", "district", "oblast")), None
    )
    if pronoun is not None and city is not None:
        role = _PRONOUN.get(context.tokens.words[pronoun.i])
        if role:
            return [
                Spot(mark=city.mark, role=role, best=city.best, others=city.others),
                *[s for s in spots if s is not city],
            ]
    if len(spots) < 2 or spots[0].role or spots[0].best.precision != "settlement":
        return spots
    head = spots[0].code
    return spots[1:] if any(gazetteer.covers(head, s.code) for s in spots[1:]) else spots


_PRONOUN = {
    "на": "toward",
    "у": "toward",
    "в": "toward",
    "над": "at",
    "до": "toward",
    "к": "toward",
    "your": "toward",
    "our": "toward",
    "повз": "via",
    "мимо": "via",
    "за": "toward",
    "toward": "toward",
    "towards": "toward",
    "over": "at",
    "past": "via",
}


def _approach(clause: Clause, context: Context) -> bool:
    return any(
        context.tokens.words[k].startswith(("підльот", "підліт", "підліта", "подлет", "approach"))
        for c in clause.cues
        for k in range(c.i, c.j)
    )


def _falling(
    kind: str, slug: str | None, spots: list[Spot], clause: Clause, context: Context, *, aimed: bool = False
) -> list[Spot]:
    """A bare place beside something that falls from the sky, or is said to attack, is where it falls."""
    if kind == "inbound" and (aimed or _approach(clause, context)):
        loose = {id(s.mark) for s in clause.spots if not s.role}
        return [
            Spot(mark=s.mark, role="toward", best=s.best, others=s.others) if id(s.mark) in loose else s
            for s in spots
        ]
    if kind != "inbound" or slug is None:
        return spots
    weapon = context.lexicon.weapons.get(slug)
    if weapon is None or weapon.klass not in _FALLING:
        return spots
    bare = {id(s.mark) for s in clause.spots if not s.role}
    return [
        Spot(mark=s.mark, role="toward", best=s.best, others=s.others) if id(s.mark) in bare else s
        for s in spots
    ]


def _enough(  # noqa: PLR0917 - a clause and all that it stands in
    kind: str,
    cue: Mark | None,
    groups: list[Group],
    spots: list[Spot],
    clause: Clause,
    unit: Unit,
    context: Context,
) -> bool:
    """Whether a clause says enough for a claim of its kind."""
    weapon = bool(groups)
    words = context.tokens.words
    source = context.source
    news = source is not None and source.kind in ("media", "public") and not context.article
    if news and kind in ("interception", "launch", "danger", "danger-over", "air-defence", "takeoff", "lost"):
        named = (
            bool(spots)
            or any(g.count for g in groups)
            or any(
                m.has("mood", "war") or m.has("force") or (m.places and m.places[0].code == "RU")
                for m in clause.marks
            )
            or unit.by is not None
            or (kind == "takeoff" and "cue.alarm" in unit.says)
        )
        if not named and not (kind in ("launch", "danger") and expected(clause)):
            return False
    loose = loose_words(clause, unit, context)
    if kind == "takeoff":
        return weapon or "unit.craft" in clause.says
    if kind == "launch" and expected(clause):
        return True
    if kind == "launch" and cue is not None and cue.has("cue", "attack"):
        return weapon or expected(clause) or (bool(spots) and assaults(cue, clause, context))
    if kind == "launch":
        if not weapon and cue is not None and denied(clause, cue, context):
            return loose <= 3
        channel = context.source is None or context.source.kind == "monitoring-channel"
        return weapon or (channel and bool(spots) and loose <= 4)
    if kind == "inbound":
        if weapon:
            return context.telegraphic or bool(spots) or "compass" in clause.says
        if not context.telegraphic or (
            context.source is not None and context.source.kind != "monitoring-channel" and not clause.signs
        ):
            return False
        if cue is not None and cue.has("cue", "inbound"):
            return (bool(spots) or bool(clause.counts) or short(unit)) and loose <= 3
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
        return _struck(cue, clause, context, weapon=weapon, placed=bool(spots), loose=loose)
    return True


def _struck(
    cue: Mark | None, clause: Clause, context: Context, *, weapon: bool, placed: bool, loose: int
) -> bool:
    """Whether a word of striking says that something was hit."""
    words = context.tokens.words
    something = placed or bool(clause.objects)
    if cue is not None and cue.has("cue", "strike") and not cue.has("cue", "impact"):
        if "mood.war" in clause.says and (weapon or cue.j - cue.i == 1):
            return True
        aimed = weapon or "по" in words[cue.i : cue.j + 5] or words[cue.i] in _STRUCK
        if not aimed and words[cue.i].startswith("удар") and words[cue.i] not in ("удар", "ударил", "ударив"):
            return False  # «уничтожен ударом …» tells by what, «після удару» since when
        return something and (aimed or not context.article)
    if cue is not None and words[cue.i] in _FELL:
        return weapon or bool(clause.objects) or (context.telegraphic and loose <= 1)
    return weapon or something or context.telegraphic


_FELL = frozenset(["впав", "впала", "впало", "впали", "упал", "упала", "упало", "упали", "hit", "hits"])
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
