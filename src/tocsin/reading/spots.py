"""Places in a sentence: which area a name means there, and what part it plays."""

from __future__ import annotations

from tocsin.places import Candidate
from tocsin.reading.allowing import (
    beside,
    half_of_name,
    left_out,
    of_river,
    possible,
    preposed,
    speaks,
    stands_alone,
)
from tocsin.reading.drafts import Context, Spot, Unit
from tocsin.reading.marks import PLACE, Mark
from tocsin.reading.normalise import DOT, SPACE
from tocsin.reading.ranking import AND, ranked
from tocsin.reading.roles import role_of, same_list

__all__ = ["COUNTRY", "find_spots"]

COUNTRY = "UA"
CAPITAL = "UA80000000000093317"
_COUNTRYWIDE = Candidate(code=COUNTRY, precision="country", form="phrase")
_CAPITAL = Candidate(code=CAPITAL, precision="settlement", form="colloquial")
_SEA = Candidate(code="X-BLACK-SEA", precision="sea", form="phrase")


_STANDING = frozenset(
    {"area.country", "area.capital", "area.centre", "area.sea", "named", "cue.continuation"}
)
"""What stands for a place without being the name of one."""


def find_spots(unit: Unit, context: Context) -> list[Spot]:
    """The places of a sentence in order, each with its part."""
    spots: list[Spot] = []
    marks = unit.marks
    standing = not unit.says.isdisjoint(_STANDING)
    for n, mark in enumerate(marks):
        if mark.group == "place":
            spot = _by_name(n, unit, context, spots) if mark.places else None
        elif standing:
            spot = _stands_for(n, unit, context, spots)
        else:
            continue
        if spot is None:
            continue
        spots.append(spot)
        around = _and_region(spot, unit, context) if mark.places else None
        if around is not None:
            spots.append(around)
    return _merged(spots, context) if len(spots) > 1 else spots


def _by_name(n: int, unit: Unit, context: Context, spots: list[Spot]) -> Spot | None:
    """The place that a name means in its sentence; None where it names none there."""
    marks = unit.marks
    mark = marks[n]
    if speaks(mark, n, marks, unit) or half_of_name(mark, n, marks, context):
        return None
    if mark.i and context.tokens.seps[mark.i] <= DOT and of_river(context.tokens.words, mark):
        return None
    candidates = possible(mark, context, n, marks)
    if not candidates or left_out(mark, n, marks, context):
        return None
    role = role_of(unit, context, n, mark, candidates, spots)
    if not role and candidates[0].precision == "country" and not stands_alone(mark, unit, context):
        return None
    if "weapon" in unit.says and any(c.precision == "airfield" for c in candidates):
        candidates = _airfields(candidates, unit, context)
    likely = ranked(candidates, mark, context, unit)
    if likely[0].common and not role and not _named(n, unit, context):
        return None
    spot = Spot(mark=mark, role=role, best=likely[0], others=tuple(c.code for c in likely[1:6]))
    spot.listed = bool(spots) and same_list(spots[-1], mark, context)
    context.mentioned.append(spot.code)
    return spot


def _stands_for(n: int, unit: Unit, context: Context, spots: list[Spot]) -> Spot | None:
    """The place that a phrase stands for: the whole country, the capital, «над містом», the sea."""
    marks = unit.marks
    mark = marks[n]
    if mark.has("area", "country"):
        return Spot(mark=mark, role="at", best=_COUNTRYWIDE)
    if mark.group == "area" and mark.value == "capital":
        return Spot(mark=mark, role=role_of(unit, context, n, mark, (_CAPITAL,), spots), best=_CAPITAL)
    named = mark.has("named")
    if named is not None and (context.tokens.caps[mark.i] or (context.lower and preposed(mark, context))):
        best = Candidate(code=named.value, precision="settlement", form="nominative")
        return Spot(mark=mark, role=role_of(unit, context, n, mark, (best,), spots), best=best)
    if mark.has("area", "centre"):
        here = _here(mark, context)
        if here is not None:
            here.role = role_of(unit, context, n, mark, (here.best,), spots) or "at"
        return here
    if mark.has("area", "sea"):
        return Spot(mark=mark, role="from", best=_SEA)
    followed = n + 1 < len(marks) and marks[n + 1].i <= mark.j and marks[n + 1].places
    return _here(mark, context) if mark.has("cue", "continuation") and not followed else None


def _named(n: int, unit: Unit, context: Context) -> bool:
    """Whether a name that is also a common word is meant as a name: what stands beside it tells, at the head of a sentence a list."""
    if context.heading_region is not None:
        return True
    marks = unit.marks
    if marks[n].i > unit.i or marks[n].places[0].precision == "neighbourhood":
        return beside(marks, n)
    after = marks[n + 1] if n + 1 < len(marks) else None
    return after is not None and bool(after.places) and after.i - marks[n].j <= 1


def _airfields(candidates: tuple[Candidate, ...], unit: Unit, context: Context) -> tuple[Candidate, ...]:
    """Only the airfields among the candidates where bombers or carriers are spoken of («Ту-160 сели в Украинке»)."""
    weapons = context.lexicon.weapons
    if not any(m.group == "weapon" and m.value in weapons and weapons[m.value].carrier for m in unit.marks):
        return candidates
    return tuple(c for c in candidates if c.precision == "airfield")


_REGION = frozenset(["область", "області", "областю", "обл", "области", "областью", "region", "oblast"])


_KYIV_OBLAST = "UA32000000000030281"


def _and_region(spot: Spot, unit: Unit, context: Context) -> Spot | None:
    """The oblast of «Харків та область», "Kharkiv and the region": the one whose chief town is named."""
    words = context.tokens.words
    k = spot.mark.j
    if k + 1 >= unit.j or words[k] not in AND or context.tokens.seps[k] != SPACE:
        return None
    k += 2 if words[k + 1] == "the" and k + 2 < unit.j else 1
    if words[k] not in _REGION:
        return None
    code = _KYIV_OBLAST if spot.code == CAPITAL else context.gazetteer.first_level_of(spot.code)
    if code is None or code == spot.code:
        return None
    mark = Mark(k, k + 1, PLACE)
    at = next((n for n, m in enumerate(unit.marks) if m.i >= k), len(unit.marks))
    unit.marks[at : at + (at < len(unit.marks) and unit.marks[at].i == k)] = [mark]
    best = Candidate(code=code, precision="oblast", form="phrase")
    return Spot(mark=mark, role=spot.role, best=best, listed=True)


_PRONOUN = {
    "над": "at",
    "повз": "via",
    "мимо": "via",
    "over": "at",
    "past": "via",
    "above": "at",
    "in": "at",
    "від": "from",
    "от": "from",
    "по": "po",
}


def _here(mark: Mark, context: Context) -> Spot | None:
    """«над містом», «на область»: the city at the head of the line, or the source's own."""
    words = context.tokens.words[mark.i : mark.j]
    city = any(
        w.startswith(("міст", "город", "city", "центр", "облцентр", "capital", "centre")) for w in words
    )
    region = not city and any(w.startswith(("област", "region")) for w in words)
    if not city and not region:
        return None
    role = _PRONOUN.get(words[0], "toward")
    if words[0] in ("у", "в") and words[-1] in ("місті", "городе"):
        role = "at"
    if city and context.heading_place is not None:
        named = context.heading_place
        return Spot(mark=mark, role=role, best=named.best, others=named.others)
    if context.article or context.home is None:
        for code in reversed(context.mentioned):
            one = context.gazetteer.area(code)
            if one is not None and (
                (city and one.kind == "city") or (region and one.level == "oblast" and one.kind != "city")
            ):
                return Spot(
                    mark=mark,
                    role=role,
                    best=Candidate(code=code, precision="settlement" if city else "oblast", form="home"),
                )
    area = context.gazetteer.area(context.home) if context.home else None
    if area is None:
        return None
    if region and area.kind != "city" and area.level != "oblast":
        first = context.gazetteer.first_level_of(area.code)
        area = context.gazetteer.area(first) if first else area
        if area is None:
            return None
    if city and (area.kind == "city" or area.level == "settlement"):
        return Spot(mark=mark, role=role, best=Candidate(code=area.code, precision="settlement", form="home"))
    if region and area.level == "oblast" and area.kind != "city":
        return Spot(mark=mark, role=role, best=Candidate(code=area.code, precision="oblast", form="home"))
    return None


def _merged(spots: list[Spot], context: Context) -> list[Spot]:
    """Settlements with their region in brackets or behind a comma keep both; a name said twice stands once."""
    kept: list[Spot] = []
    for spot in spots:
        if kept and spot.code == kept[-1].code and spot.role in ("", kept[-1].role):
            continue
        if (
            kept
            and (not spot.role or _tells_which(spot, kept[-1], context))
            and context.tokens.words[spot.mark.i - 1] not in AND
            and _holds(context, spot, kept[-1])
        ):
            # «Навля (Брянська область)», «Хотінь Сумської області»: the region only tells which one.
            kept[-1].mark.j = (
                max(kept[-1].mark.j, spot.mark.j) if spot.mark.i - kept[-1].mark.j <= 1 else kept[-1].mark.j
            )
            continue
        finer = spot.best.precision in ("district", "neighbourhood")
        city = kept[-1] if kept and finer and kept[-1].best.precision == "settlement" else None
        if (
            city is not None
            and city.role in ("", spot.role)
            and spot.mark.i - city.mark.j <= 1
            and _holds(context, city, spot)
        ):
            # «Кривий Ріг, Саксаганський район»: the district, wherever the city stands.
            spot.role = spot.role or city.role
            kept[-1] = spot
            continue
        kept.append(spot)
    return kept


def _tells_which(spot: Spot, before: Spot, context: Context) -> bool:
    """Whether a region right behind a place only tells where that lies («Миропілля на Сумщині», «Ромни, Сумщина»)."""
    if spot.listed and spot.mark.i == before.mark.j:
        return True
    return (
        spot.role == "at"
        and before.best.precision in ("settlement", "hromada", "raion")
        and spot.best.precision in ("oblast", "raion")
        and spot.mark.i - before.mark.j == 1
        and context.tokens.seps[spot.mark.i - 1] == SPACE
    )


def _holds(context: Context, outer: Spot, inner: Spot) -> bool:
    finer = inner.best.precision in ("district", "neighbourhood") and outer.best.precision == "settlement"
    return (
        outer.code != inner.code
        and (finer or outer.best.precision in ("oblast", "raion"))
        and context.gazetteer.covers(outer.code, inner.code)
    )
