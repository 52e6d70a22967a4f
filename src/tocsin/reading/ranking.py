"""Which area a name means: by the head noun behind a list, the neighbour that holds it, region, home, other places."""

from __future__ import annotations

from tocsin.places import Candidate
from tocsin.reading.drafts import Context, Unit
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COLON, DASH

__all__ = ["AND", "FILLER", "ranked"]

AND = frozenset(["та", "і", "й", "и", "and", "або", "чи", "or", "абож"])


FILLER = frozenset(
    [
        "м",
        "місто",
        "міста",
        "місті",
        "містом",
        "смт",
        "с",
        "село",
        "селі",
        "села",
        "селищі",
        "селище",
        "селища",
        "нп",
        "н",
        "п",
        "г",
        "город",
        "города",
        "городе",
        "городом",
        "пгт",
        "the",
        "місцевого",
        "самого",
        "самий",
        "північ",
        "південь",
        "захід",
        "схід",
        "центр",
        "север",
        "юг",
        "запад",
        "восток",
        "самої",
        "столиці",
        "столицю",
        "столичного",
        "напрямі",
        "міст",
        "містах",
        "population",
        "city",
        "town",
        "village",
        "напрямку",
        "т",
        "о",
        "тимчасово",
        "окупований",
        "окуповане",
        "окуповану",
        "окупованого",
        "окупованої",
        "окупованій",
        "окупованому",
        "временно",
        "оккупированный",
        "оккупированную",
        "оккупированного",
        "оккупированной",
        "оккупированном",
        "occupied",
        "російського",
        "российского",
        "російському",
        "российском",
        "прифронтовий",
        "прифронтового",
        "прифронтовому",
        "сусідній",
        "сусідню",
        "сусіднього",
        "сусідньої",
    ]
)


def ranked(
    candidates: tuple[Candidate, ...], mark: Mark, context: Context, unit: Unit
) -> tuple[Candidate, ...]:
    """The candidates, best first, by the regions and places of the text and the source's home."""
    if len(candidates) == 1 and candidates[0].precision != "settlement":
        return candidates
    regions = list(context.regions)
    lead = _lead(unit, context)
    if lead is not None:
        covers = context.gazetteer.covers
        inside = tuple(c for c in candidates if c.code != lead and not c.common and covers(lead, c.code))
        candidates, regions = (inside, [lead]) if inside else (candidates, [lead, *regions])
    narrowed = _by_neighbour(_by_area_word(candidates, mark, context, unit), mark, context, unit)
    mentioned = tuple(dict.fromkeys(context.mentioned[-4:]))
    key = (tuple((c.code, c.form, c.precision) for c in narrowed), context.home, tuple(regions), mentioned)
    known = context.ranked.get(key)
    if known is None:
        if len(narrowed) == 1:
            return narrowed
        known = context.gazetteer.rank(narrowed, home=context.home, regions=regions, mentioned=mentioned)
        if len(context.ranked) > 5_000:
            context.ranked.clear()
        context.ranked[key] = known
    return known


def _lead(unit: Unit, context: Context) -> str | None:
    """The area at the head of a line («Сумщина: …»), or of the line above it in the paragraph."""
    tokens = context.tokens
    if unit.first_in_line:
        first = next((m for m in unit.marks if m.group not in ("state", "weapon", "arrow")), None)
        if first is not None and first.places and first.places[0].precision in _LEADING:
            j = first.j
            if j < unit.j and (tokens.seps[j] == COLON or tokens.kinds[j] == "e" or tokens.seps[j] == DASH):
                return first.places[0].code
    heading = context.heading_region
    return heading.code if heading is not None and context.heading_paragraph == unit.paragraph else None


_LEADING = frozenset({"oblast", "raion"})


def _by_neighbour(
    candidates: tuple[Candidate, ...], mark: Mark, context: Context, unit: Unit
) -> tuple[Candidate, ...]:
    """The candidates inside the area that is named right behind or before («Дніпровський район Херсона»)."""
    if len(candidates) < 2:
        return candidates
    covers = context.gazetteer.covers
    for other in unit.marks:
        if (
            not other.places
            or other is mark
            or not (0 <= other.i - mark.j <= 1 or 0 <= mark.i - other.j <= 1)
        ):
            continue
        for outer in other.places[:3]:
            if outer.precision not in ("settlement", "oblast", "raion") or outer.form == "adjective":
                continue
            kept = tuple(c for c in candidates if c.code != outer.code and covers(outer.code, c.code))
            if kept:
                return kept
    return candidates


def _by_area_word(
    candidates: tuple[Candidate, ...], mark: Mark, context: Context, unit: Unit
) -> tuple[Candidate, ...]:
    """Adjectives in a list that ends (or begins) with "districts", «районах», «областей»: only areas of that level."""
    if context.source is not None and context.source.kind == "alarm-service" and context.home is None:
        # The national alarm channel speaks of raions; a city's district is never alarmed alone.
        raions = tuple(c for c in candidates if c.precision == "raion")
        if raions and any(c.precision == "district" for c in candidates):
            return raions
    plural = any(
        m.i > mark.i and context.tokens.words[m.j - 1] in _PLURAL_HEADS
        for m in unit.marks
        if m.places or m.group == "area"
    )
    if all(c.form != "adjective" for c in candidates) and not (plural and _in_list(mark, unit, context)):
        return tuple(c for c in candidates if c.form != "adjective") or candidates
    levels: tuple[str, ...] = ()
    for other in unit.marks:
        if other.places:
            last = context.tokens.words[other.j - 1]
            found = _LEVEL_WORDS.get(last)
        elif other.group == "area" and other.value == "word":
            found = _LEVEL_WORDS.get(context.tokens.words[other.j - 1])
        else:
            continue
        if found:
            levels = found
            if other.i >= mark.i:
                break
    if levels:
        whole = _with_head(mark, levels, context)
        if whole:
            return whole
        kept = tuple(c for c in candidates if c.precision in levels)
        if kept:
            return kept
    # "In the districts of A and B. In B …": who was named as a district stays one, whatever village bears the name.
    plain = tuple(c for c in candidates if c.form != "adjective" or c.code in context.mentioned)
    return plain if plain and not plural and _held(mark, context) else candidates


def _held(mark: Mark, context: Context) -> bool:
    """Whether a name stands in a place's case: «в окупованому Донецьку» is the city, «на донецьку» the oblast."""
    before = next(
        (
            context.tokens.words[k]
            for k in range(mark.i - 1, max(-1, mark.i - 4), -1)
            if context.tokens.words[k] not in FILLER
        ),
        "",
    )
    return before not in ("на", "в") or context.tokens.caps[mark.i]


_PLURAL_HEADS = frozenset(
    [
        "regions",
        "oblasts",
        "districts",
        "областях",
        "областей",
        "районах",
        "районів",
        "областям",
        "областями",
        "районам",
        "районов",
    ]
)


_HEADS = {
    "oblast": ("region", "області", "области"),
    "district": ("district", "районі", "районе"),
    "raion": ("district", "районі", "районе"),
    "hromada": ("community", "громаді"),
}


def _in_list(mark: Mark, unit: Unit, context: Context) -> bool:
    """Whether only a list of names stands between a name and the plural head behind it."""
    tokens = context.tokens
    covered = {k for m in unit.marks if m.places for k in range(m.i, m.j)}
    for k in range(mark.j, unit.j):
        if tokens.words[k] in _PLURAL_HEADS:
            return True
        if k not in covered and tokens.words[k] not in AND and tokens.words[k] not in FILLER:
            return False
    return any(m.places and m.i > mark.i and tokens.words[m.j - 1] in _PLURAL_HEADS for m in unit.marks)


def _with_head(mark: Mark, levels: tuple[str, ...], context: Context) -> tuple[Candidate, ...]:
    """What a name means before its head noun in the singular: Cherkasy, Vinnytsia regions."""
    words = context.tokens.words[mark.i : mark.j]
    for level in levels:
        for head in _HEADS.get(level, ()):
            found = context.gazetteer.match([*words, head], 0)
            if found is not None and found[0] == len(words) + 1:
                kept = tuple(c for c in found[1] if c.precision in levels)
                if kept:
                    return kept
    return ()


_LEVEL_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        [
            "районах",
            "районів",
            "районам",
            "районы",
            "районов",
            "районам",
            "райони",
            "район",
            "районі",
            "району",
            "districts",
            "district",
            "районе",
            "района",
        ],
        ("district", "raion"),
    ),
    **dict.fromkeys(
        [
            "областей",
            "областях",
            "областям",
            "області",
            "область",
            "областью",
            "oblasts",
            "regions",
            "oblast",
            "region",
            "обл",
        ],
        ("oblast",),
    ),
    **dict.fromkeys(["громад", "громаді", "громади", "громада", "громадах", "community"], ("hromada",)),
}
