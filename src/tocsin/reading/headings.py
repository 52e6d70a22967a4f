"""Lines that frame their neighbours: headings, places called out, weapons named alone, places said afterwards."""

from __future__ import annotations

from tocsin.reading.drafts import Context, Spot, Unit
from tocsin.reading.normalise import COLON, DASH, PARAGRAPH

__all__ = ["afterthought", "announces", "heading", "lists_weapon", "names_weapons", "without_heading"]


def heading(unit: Unit, spots: list[Spot], context: Context) -> bool:
    """Whether a line is only a heading («Сумщина:»); sets the region for what follows."""
    tokens = context.tokens
    if (
        unit.paragraph != context.heading_paragraph
        and unit.first_in_line
        and tokens.seps[unit.i] == PARAGRAPH
    ):
        context.heading_region = None
        context.heading_weapon = None
        context.heading_place = None
        context.heading_kind = ""
    if not spots or not unit.first_in_line:
        return False
    first = spots[0]
    before = [m for m in unit.marks if m.i < first.mark.i and m.group not in ("state", "area", "mood")]
    if any(not (m.group == "weapon" and m.meaning.emoji) for m in before):
        return False
    j = first.mark.j
    while j < unit.j and (tokens.kinds[j] == "e" or tokens.words[j] in ("обл", "область")):
        j += 1
    alone = j >= unit.j
    after = tokens.text[tokens.ends[j - 1] : tokens.ends[j - 1] + 4].lstrip(" *_") if alone else ""
    colon = (not alone and tokens.seps[j] == COLON) or after.startswith(":")
    arrow = any(m.group == "arrow" and m.i >= first.mark.j and m.i <= j for m in unit.marks)
    dash = not alone and tokens.seps[j] == DASH and first.best.precision in ("oblast", "raion")
    big = first.best.precision in ("oblast", "raion", "settlement", "district", "hromada")
    next_line = alone and len(spots) == 1 and unit.last_in_line and context.more_lines(unit)
    if not big or not (colon or arrow or dash or next_line):
        return False
    context.heading_region = first
    context.heading_place = first if first.best.precision == "settlement" else None
    context.heading_paragraph = unit.paragraph
    sign = next((m for m in unit.marks if m.group == "weapon" and m.i < first.mark.i), None)
    if sign is not None:
        context.heading_weapon = sign.value
    return alone


def afterthought(unit: Unit, units: list[Unit], n: int, spots: list[Spot], context: Context) -> bool:
    """«Наразі не фіксується. Чернігівщина»: a bare place tells where the claim before it holds."""
    if (
        not n
        or units[n - 1].line != unit.line
        or any(m.group not in ("place", "state") for m in unit.marks)
        or unit.j - unit.i > 3
    ):
        return False
    before = [d for d in context.drafts[-8:] if d.i >= units[n - 1].i]
    if not before or any(
        d.spots
        or d.kind
        not in ("lost", "danger-over", "interception", "explosion", "alarm", "alarm-over", "air-defence")
        for d in before
    ):
        return False
    for draft in before:
        draft.spots = [Spot(mark=s.mark, role="at", best=s.best, others=s.others) for s in spots]
        draft.main = draft.spots[0]
        draft.also = (*draft.also, *((s.mark.i, s.mark.j) for s in draft.spots))
    return True


def names_weapons(unit: Unit, units: list[Unit], n: int) -> bool:
    """Whether a sentence names weapons and nothing else, and the next one says what they do."""
    if n + 1 >= len(units) or units[n + 1].line != unit.line or unit.j - unit.i > 4:
        return False
    if any(m.group not in ("weapon", "state") for m in unit.marks) or not any(
        m.group == "weapon" and not m.meaning.emoji for m in unit.marks
    ):
        return False
    after = units[n + 1].marks
    if any(m.group == "weapon" and not m.meaning.emoji for m in after):
        return False
    return any(m.has("cue", v) for m in after for v in ("launch", "inbound", "takeoff")) or (
        any(m.places for m in after) and not any(m.group == "cue" for m in after)
    )


def lists_weapon(unit: Unit, units: list[Unit], n: int, context: Context) -> bool:
    """Whether a line is a weapon and a colon («Шахеди:») and the lines behind it say where they are."""
    tokens = context.tokens
    named = [m for m in unit.marks if m.group == "weapon" and not m.meaning.emoji]
    if (
        len(named) != 1
        or not (unit.first_in_line and unit.last_in_line)
        or unit.j - unit.i > 4
        or any(m.group not in ("weapon", "state", "unit") for m in unit.marks)
        or n + 1 >= len(units)
        or units[n + 1].paragraph != unit.paragraph
        or not tokens.text[tokens.ends[unit.j - 1] : tokens.ends[unit.j - 1] + 2].lstrip().startswith(":")
        or any(m.group == "weapon" for m in units[n + 1].marks)
        or not any(m.places for m in units[n + 1].marks)
    ):
        return False
    context.heading_weapon = named[0].value
    context.heading_paragraph = unit.paragraph
    return True


def announces(unit: Unit, spots: list[Spot], units: list[Unit], n: int) -> bool:
    """«КИЇВ УВАГА! ЦІЛІ ЗНИКЛИ.»: a place called out alone, of which the next sentence speaks."""
    if len(spots) != 1 or spots[0].role or n + 1 >= len(units) or units[n + 1].paragraph > unit.paragraph + 1:
        return False
    if (
        any(
            m.group not in ("place", "state", "area") and not (m.group == "cue" and m.value == "danger")
            for m in unit.marks
        )
        or unit.j - unit.i > 4
    ):
        return False
    after = units[n + 1].marks
    speaks = any(m.group == "weapon" and not m.meaning.emoji for m in after) or any(
        m.has("cue", v)
        for m in after
        for v in (
            "danger-over",
            "alarm-over",
            "explosion",
            "lost",
            "interception",
            "damage",
            "fire",
            "impact",
        )
    )
    return speaks and not any(m.places and m.places[0].precision != "country" for m in after)


def without_heading(spots: list[Spot], unit: Unit, context: Context) -> list[Spot]:
    """The places of a sentence, its heading left out where places of its own follow in the line."""
    region = context.heading_region
    if region is None or not spots or spots[0].code != region.code or spots[0].mark is not region.mark:
        return spots
    rest = spots[1:]
    if not rest or any(m.group == "harm" for m in unit.marks):
        return spots
    tokens = context.tokens
    listed = sum(1 for m in unit.marks if m.group == "count") > 1
    j = spots[0].mark.j
    colon = j < unit.j and tokens.seps[j] == COLON
    inside = any(context.gazetteer.covers(region.code, s.code) for s in rest)
    counts = [m for m in unit.marks if m.group == "count"]
    if not inside and listed and rest[0].mark.i > counts[1].i:
        return spots  # «Київ: мінус 6, залишилось 2 під Вишгородом»: the first item is the heading's own
    after = rest[0].mark.j
    if (
        not inside
        and listed
        and counts[0].i < rest[0].mark.i
        and after < unit.j
        and (
            tokens.seps[after] in (COLON, DASH)
            or any(m.group == "arrow" and m.i == after for m in unit.marks)
        )
    ):
        return spots  # «Лубни: один шахед, Хорол: два»: each place heads its own item
    return rest if inside or listed or not (colon and context.telegraphic) else spots
