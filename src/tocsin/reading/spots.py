"""Places in a sentence: which area a name means there, and what part it plays."""

from __future__ import annotations

from tocsin.places import Candidate
from tocsin.reading.drafts import Context, Spot, Unit
from tocsin.reading.lexicon import Meaning
from tocsin.reading.marks import PLACE, Mark
from tocsin.reading.normalise import AND_SLASH, COLON, COMMA, DASH, DOT, HYPHEN, PAREN, QUOTE, SPACE
from tocsin.reading.ranking import AND, FILLER, ranked

__all__ = ["COUNTRY", "find_spots"]

COUNTRY = "UA"
_RIVER = frozenset(
    [
        "р",
        "річка",
        "річки",
        "річку",
        "річкою",
        "река",
        "реки",
        "реку",
        "river",
        "вул",
        "вулиця",
        "вулиці",
        "вулицю",
        "улица",
        "улице",
        "улицу",
        "просп",
        "проспект",
        "проспекті",
        "street",
        "avenue",
        "площа",
        "площі",
    ]
)
_LOCATIVE = ("ой", "ові", "еві", "ах", "ях", "ому", "ій", "ом", "ем", "ою", "ею", "ами", "ям", "ам")


def find_spots(unit: Unit, context: Context) -> list[Spot]:
    """The places of a sentence in order, each with its part."""
    spots: list[Spot] = []
    marks = unit.marks
    for n, mark in enumerate(marks):
        if mark.has("area", "country"):
            candidate = Candidate(code=COUNTRY, precision="country", form="phrase")
            spots.append(Spot(mark=mark, role="at", best=candidate))
        elif mark.group == "area" and mark.value == "capital":
            candidate = Candidate(code=CAPITAL, precision="settlement", form="colloquial")
            spots.append(
                Spot(mark=mark, role=_role(unit, context, n, mark, (candidate,), spots), best=candidate)
            )
        elif (name := mark.has("named")) is not None and (
            context.tokens.caps[mark.i] or (context.lower and _preposed(mark, context))
        ):
            candidate = Candidate(code=name.value, precision="settlement", form="nominative")
            role = _role(unit, context, n, mark, (candidate,), spots)
            spots.append(Spot(mark=mark, role=role, best=candidate))
        elif mark.has("area", "centre"):
            here = _here(mark, context)
            if here is not None:
                here.role = _role(unit, context, n, mark, (here.best,), spots) or "at"
                spots.append(here)
        elif mark.has("area", "sea"):
            spots.append(
                Spot(
                    mark=mark, role="from", best=Candidate(code="X-BLACK-SEA", precision="sea", form="phrase")
                )
            )
        elif mark.has("cue", "continuation") and not (
            n + 1 < len(marks) and marks[n + 1].i <= mark.j and marks[n + 1].places
        ):
            here = _here(mark, context)
            if here is not None:
                spots.append(here)
        elif mark.places and mark.group == "place" and _speaks(mark, n, marks, unit):
            continue
        elif mark.places and mark.group == "place":
            if mark.i and context.tokens.seps[mark.i] <= DOT and _of_river(context.tokens.words, mark):
                continue
            if _compound_name(mark, n, marks, context):
                continue
            candidates = _possible(mark, context, n, marks)
            if not candidates or _left_out(mark, n, marks, context):
                continue
            role = _role(unit, context, n, mark, candidates, spots)
            if not role and candidates[0].precision == "country" and not _alone(mark, unit, context):
                continue
            if "weapon" in unit.says and any(c.precision == "airfield" for c in candidates):
                candidates = _airfields(candidates, unit, context)
            likely = ranked(candidates, mark, context, unit)
            if likely[0].common and not role and not _beside(marks, n) and not context.heading_region:
                continue
            spot = Spot(mark=mark, role=role, best=likely[0], others=tuple(c.code for c in likely[1:6]))
            spot.listed = bool(spots) and _same_list(spots[-1], mark, context)
            spots.append(spot)
            context.mentioned.append(spot.code)
            around = _and_region(spot, unit, context)
            if around is not None:
                spots.append(around)
    return _merged(spots, context)


def _of_river(words: list[str], mark: Mark) -> bool:
    """Whether a name is a river's or a street's («р. Дніпро», «на лівому березі Дніпра»)."""
    before = words[mark.i - 1]
    return before in _RIVER or (
        before.startswith(("берег", "берез")) and words[mark.i].startswith(("дніпр", "днепр"))
    )


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


def _alone(mark: Mark, unit: Unit, context: Context) -> bool:
    """Whether a country opens a sentence of a channel («Україна! Ракетна небезпека»); else it acts or is belonged to."""
    return context.telegraphic and mark.i == unit.i and mark.places[0].code == COUNTRY


def _left_out(mark: Mark, n: int, marks: list[Mark], context: Context) -> bool:
    """Whether a name is set aside: «крім Києва», «а не на Львів», «у підконтрольному Києву Херсоні»."""
    words = context.tokens.words
    before = marks[n - 1] if n else None
    if before is not None and before.j >= mark.i - 1 and before.has("mood", "except"):
        return True
    k = mark.i - 1
    if k >= 0 and words[k] in context.lexicon.prepositions:
        k -= 1
    if k < 0:
        return False
    if words[k].startswith(("підконтрольн", "подконтрольн", "підвладн", "подвластн")):
        return True
    return (
        words[k] in ("не", "not")
        and k > 0
        and (words[k - 1] in ("а", "and", "but") or context.tokens.seps[k] == COMMA)
    )


def _compound_name(mark: Mark, n: int, marks: list[Mark], context: Context) -> bool:
    """Whether a name is only half of another («Київ-Пасажирський», «Києво-Святошинський»)."""
    tokens = context.tokens
    i, j = mark.i, mark.j
    if i and tokens.seps[i] == HYPHEN and tokens.kinds[i - 1] == "w" and tokens.caps[i - 1]:
        before = marks[n - 1] if n else None
        return before is None or before.j != i
    if j >= len(tokens.words) or tokens.seps[j] != HYPHEN or tokens.kinds[j] != "w" or not tokens.caps[j]:
        return False
    after = marks[n + 1] if n + 1 < len(marks) else None
    return not (after is not None and after.i == j)


CAPITAL = "UA80000000000093317"


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


def _speaks(mark: Mark, n: int, marks: list[Mark], unit: Unit) -> bool:
    """Whether a capital stands for its government («Киев говорит о …»)."""
    after = marks[n + 1] if n + 1 < len(marks) else None
    return (
        mark.i == unit.i and after is not None and after.i == mark.j and after.has("say", "verb") is not None
    )


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


def _possible(mark: Mark, context: Context, n: int, marks: list[Mark]) -> tuple[Candidate, ...]:
    """The candidates that the writing allows: a common word needs a capital, an adjective its noun."""
    tokens = context.tokens
    capital = tokens.caps[mark.i]
    places = mark.places
    if any(c.form == "adjective" or c.precision == "neighbourhood" for c in places):
        places = tuple(c for c in places if _meant(c, mark, context))
    if places and _describes(mark, context):
        course = tokens.words[mark.j].startswith(_COURSES)
        places = tuple(c for c in places if not course and c.precision not in ("settlement", "hromada"))
    if places and _surname(mark, n, marks, context):
        places = tuple(c for c in places if c.precision == "oblast" or c.form == "phrase")
    if capital:
        return places
    kept = tuple(c for c in places if not c.common and c.form != "adjective")
    if not kept and context.telegraphic:
        kept = tuple(c for c in places if not c.common)
    if not kept:
        return ()
    # Small letters: only where something says that a place comes.
    word = tokens.words[mark.i]
    owned = n > 0 and marks[n - 1].j == mark.i and marks[n - 1].has("role") is not None
    if not (
        owned
        or _preposed(mark, context)
        or context.lower
        or kept[0].precision in ("oblast", "raion", "country", "sea")
    ):
        return ()
    if (
        len(word) <= 4
        and not _preposed(mark, context)
        and not any(m.group in ("weapon", "cue") for m in marks)
    ):
        return ()
    return kept


_BANKS = ("ліве", "лівий", "лівого", "лівому", "левый", "левом", "левого", "лівобереж", "левобереж", "left")
_RIGHT_BANKS = ("праве", "правий", "правого", "правому", "правый", "правом", "правого", "правобереж", "right")


def _meant(candidate: Candidate, mark: Mark, context: Context) -> bool:
    """Whether a bare adjective or a quarter's name is allowed here: hromadas need their noun, a river's bank its city."""
    if candidate.form == "adjective":
        return candidate.precision != "hromada" or any(
            m.i > mark.i
            and context.tokens.words[m.j - 1].startswith(("громад", "communit", "hromad", "общин"))
            for m in context.names
        )
    if candidate.precision != "neighbourhood":
        return True
    if not context.tokens.words[mark.i].startswith((*_BANKS, *_RIGHT_BANKS)):
        return True
    city = next((m for m in context.names if m.i == mark.j), None)
    if city is not None and city is not mark:
        return any(context.gazetteer.covers(c.code, candidate.code) for c in city.places)
    if context.home is not None:
        home = context.home
        return context.gazetteer.covers(home, candidate.code) or context.gazetteer.covers(
            candidate.code, home
        )
    return candidate.code in context.mentioned or (context.telegraphic and mark.j - mark.i <= 2)


_NOUNS = frozenset(
    ["напрямку", "напрямі", "напрямок", "напрям", "напрямком", "напрямках", "направлении", "направление", "направлениях", "фронту", "фронті", "фронт", "фронта",
     "фронте", "нпз", "тец", "тэц", "тес", "тэс", "аес", "аэс", "гес", "гэс", "шосе", "шоссе", "траса", "трасі", "трасе", "трасу", "вулиці", "вулиця", "вулицю", "улице", "улица",
     "площа", "площі", "площади", "бульвар", "бульварі", "бульваре", "проспект", "проспекті", "проспекте", "ринок", "ринку", "рынок", "рынке", "мост", "мосту", "міст", "водосховище",
     "водосховищі", "водосховища", "водохранилище", "заповідник", "заповіднику", "лісництво", "лісництві", "монастир", "лавра", "собор", "плацдарм", "плацдармі", "плацдарме",
     "ова", "ода", "рва", "мва", "рда", "ова", "міськрада", "прокуратура", "прокуратури", "суд", "суду", "університет", "морі", "море", "лінія", "лінії", "дирекція"]
)  # fmt: skip


def _describes(mark: Mark, context: Context) -> bool:
    """Whether an adjective that is also a village's name tells of something else («на Таврійському напрямку»)."""
    tokens = context.tokens
    j = mark.j
    return (
        j < len(tokens.words)
        and tokens.seps[j] in (SPACE, QUOTE)
        and tokens.words[j] in _NOUNS
        and tokens.words[j - 1].endswith(_ADJECTIVE)
    )


_COURSES = ("напрям", "направлен", "фронт", "плацдарм")
_ADJECTIVE = (
    "ий",
    "ого",
    "ому",
    "ім",
    "им",
    "ої",
    "ій",
    "у",
    "а",
    "ою",
    "ый",
    "ой",
    "ом",
    "ая",
    "ую",
    "ское",
    "ське",
)


def _surname(mark: Mark, n: int, marks: list[Mark], context: Context) -> bool:
    """Whether a word before a village's name is somebody's first name or rank («Валерія Залужного»)."""
    tokens = context.tokens
    i = mark.i
    if (
        context.telegraphic
        or not i
        or tokens.seps[i] != SPACE
        or not tokens.caps[i]
        or not tokens.caps[i - 1]
    ):
        return False
    if (
        tokens.kinds[i - 1] != "w"
        or tokens.words[i - 1] in context.lexicon.prepositions
        or tokens.words[i - 1] in FILLER
    ):
        return False
    if any(m.i <= i - 1 < m.j for m in marks[max(0, n - 1) : n]):
        return False
    area = context.gazetteer.area(mark.places[0].code)
    return area is not None and area.kind != "city" and len(tokens.words[i - 1]) > 2


def _preposed(mark: Mark, context: Context) -> bool:
    tokens = context.tokens
    i = mark.i
    while (
        i > 1 and tokens.seps[i] == SPACE and tokens.words[i - 1] in FILLER and len(tokens.words[i - 1]) > 1
    ):
        i -= 1
    return i > 0 and tokens.seps[i] <= QUOTE and tokens.words[i - 1] in context.lexicon.prepositions


def _beside(marks: list[Mark], n: int) -> bool:
    """Whether a weapon, a count or a role stands right next to a mark."""
    mark = marks[n]
    return any(
        m.group in ("weapon", "role", "count", "place", "arrow")
        and (0 <= m.i - mark.j <= 1 or 0 <= mark.i - m.j <= 1)
        for m in (*marks[max(0, n - 2) : n], *marks[n + 1 : n + 3])
    )


def _role(  # noqa: PLR0917 - a clause and all that it stands in
    unit: Unit, context: Context, n: int, mark: Mark, candidates: tuple[Candidate, ...], spots: list[Spot]
) -> str:
    """The part that the words before a place give it; bare when there are none."""
    tokens = context.tokens
    marks = unit.marks
    i = mark.i
    while (
        i - 1 >= unit.i
        and tokens.words[i - 1] in FILLER
        and (len(tokens.words[i - 1]) > 1 or tokens.seps[i] == DOT)
        and tokens.seps[i] <= DOT
        and (tokens.seps[i - 1] <= DOT or i - 1 == unit.i)
    ):
        i -= 1
    if i <= unit.i:
        return "via" if _passed(mark, unit, context) else ""
    if tokens.seps[i] <= QUOTE:
        owner = next((m for m in reversed(marks[:n]) if m.j >= i and m.i < i), None)
        if owner is not None:
            role = next((m for m in owner.meanings if m.group == "role"), None)
            if role is not None:
                owner.role = role.value
                if owner.group == "cue" and owner.value == "inbound" and tokens.words[owner.i] in _COURSE:
                    owner.turn(role)
                return role.value
            if owner.group == "arrow":
                return "toward"
            if owner.has("compass") and owner.i > unit.i:
                return _compass_role(owner, tokens.words)
        found = context.lexicon.prepositions.get(tokens.words[i - 1])
        if (
            found == "from"
            and i - 2 >= unit.i
            and tokens.words[i - 2]
            in ("км", "км", "km", "kilometers", "kilometres", "кілометрів", "километров")
        ):
            return "near"
        if found == "v" and context.language == "ru" and tokens.words[i - 1] == "у":
            return "near"
        if found is not None:
            return _prepositional(found, candidates, tokens.words[mark.j - 1])
    if spots and _same_list(spots[-1], mark, context):
        return spots[-1].role
    if spots and spots[-1].role in ("toward", "from") and tokens.seps[i] == PAREN and i == spots[-1].mark.j:
        inside = any(context.gazetteer.covers(spots[-1].code, c.code) for c in candidates)
        return spots[-1].role if inside else ""
    if (
        tokens.words[i - 1] == "район"
        and tokens.seps[i] == SPACE
        and candidates[0].precision in ("settlement", "airfield")
        and not (n and marks[n - 1].j == i and marks[n - 1].places)
    ):
        return "round"  # «Район Хотіні під обстрілом» is near; «пуски, район Енгельса» from
    if tokens.seps[i] <= QUOTE and tokens.words[i - 1] == "course":
        return "toward"
    if tokens.seps[i] in (COMMA, DASH, COLON) and tokens.words[i - 1] in _COURSE:
        for owner in marks[:n]:
            if owner.j == i:
                owner.turn(_TOWARD)
        return "toward"
    return "via" if _passed(mark, unit, context) else ""


def _passed(mark: Mark, unit: Unit, context: Context) -> bool:
    """Whether a channel says of a bare place that something has flown past it («Коблево пройшли»)."""
    tokens, j = context.tokens, mark.j
    return context.telegraphic and j < unit.j and tokens.seps[j] == SPACE and tokens.words[j] in _PASSED


_PASSED = frozenset(
    ["пройшли", "пройшов", "пройшла", "минули", "минув", "минула", "проминули", "пролетіли", "пролетів", "пролетіла", "прошли", "прошел", "прошла",
     "миновали", "миновал", "миновала", "проскочили", "проскочив", "проскочила", "passed"]
)  # fmt: skip


def _compass_role(owner: Mark, words: list[str]) -> str:
    first = words[owner.i]
    if first == "на" and len(words[owner.j - 1]) > 0:
        return "toward"
    return "at"


def _prepositional(found: str, candidates: tuple[Candidate, ...], name: str) -> str:
    """The part that a one-word preposition gives, by the case of the name where it has two."""
    if found == "na":
        return "at" if _is_locative(candidates, name) else "toward"
    if found == "v":
        return "at" if _is_locative(candidates, name) else "into"
    return found


def _is_locative(candidates: tuple[Candidate, ...], name: str) -> bool:
    forms = {c.form for c in candidates}
    if "locative" in forms or "dative" in forms:
        return not ("accusative" in forms or "nominative" in forms) or name.endswith(("щині", "ьку"))
    if "accusative" in forms or "nominative" in forms:
        return False
    return name.endswith((*_LOCATIVE, "і", "ї", "е"))


def _same_list(spot: Spot, mark: Mark, context: Context) -> bool:
    """Whether a place stands in one list with the place before it."""
    tokens = context.tokens
    if spot.role == "from" and _theirs(spot.code) and not any(_theirs(c.code) for c in mark.places[:3]):
        return False
    i, end = mark.i, spot.mark.j
    while i - 1 >= end and (tokens.words[i - 1] in AND or tokens.words[i - 1] in FILLER):
        i -= 1
    if i != end:
        return False
    return (
        tokens.seps[end] in (COMMA, AND_SLASH, HYPHEN, QUOTE)
        or (
            tokens.seps[end] == DASH
            and (spot.role in ("via", "near") or (spot.role == "toward" and _sector(spot, context)))
        )
        or tokens.words[end] in AND
        or (tokens.seps[end] <= DOT and spot.role in ("at", "near", "toward") and i == mark.i)
    )


def _theirs(code: str) -> bool:
    """Whether an area is one that missiles come from: abroad, a sea, Crimea."""
    return not code.startswith("UA") or code.startswith(("UA01", "UA85"))


def _sector(spot: Spot, context: Context) -> bool:
    """Whether a place opens a sector that runs over several («в сектор Станіслав - Очаків»)."""
    k = spot.mark.i - 1
    while k >= 0 and spot.mark.i - k < 8:
        if context.tokens.words[k].startswith(("сектор", "зон", "ліні", "лини", "район")):
            return True
        if context.tokens.seps[k + 1] not in (SPACE, DASH):
            return False
        k -= 1
    return False


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


_TOWARD = Meaning("role", "toward", {})
_COURSE = frozenset(
    [
        "курс",
        "курсом",
        "напрямку",
        "напрямок",
        "напрям",
        "напрямі",
        "вектор",
        "вектором",
        "направление",
        "направлении",
        "направлением",
        "course",
        "heading",
        "bearing",
        "direction",
        "напрямком",
        "рухаються",
        "рухається",
        "летить",
        "летять",
    ]
)
