"""Sentences into clauses: each clause says one thing, and list items inherit what the list said before them."""

from __future__ import annotations

from tocsin.reading.drafts import Clause, Context, Spot, Unit
from tocsin.reading.lexicon import Meaning
from tocsin.reading.marks import Mark, said_by
from tocsin.reading.normalise import AND_SLASH, COLON, COMMA, DASH, PAREN, SEMI

__all__ = ["clauses_of"]

_JOIN = frozenset(
    [
        "та",
        "і",
        "й",
        "и",
        "а",
        "але",
        "однак",
        "проте",
        "зате",
        "но",
        "однако",
        "and",
        "but",
        "while",
        "where",
        "which",
        "as",
        "after",
        "before",
        "followed",
        "when",
        "along",
        "що",
        "які",
        "який",
        "яка",
        "де",
        "коли",
        "після",
        "который",
        "которые",
        "которая",
        "где",
        "когда",
        "после",
        "тогда",
        "while",
        "whereas",
        "plus",
        "плюс",
        "also",
        "також",
        "також",
    ]
)
_CAUSE = frozenset({"через", "из-за", "за", "because", "due", "triggered"})
_THREAT = frozenset(
    [
        "takeoff",
        "launch",
        "attack",
        "strike",
        "shelling",
        "inbound",
        "danger",
        "danger-over",
        "lost",
        "interception",
        "airborne",
        "landed",
        "impact",
        "continuation",
    ]
)
_HOSPITAL = Meaning("object", "hospital", {})
_VEHICLE = Meaning("object", "vehicle", {})


def clauses_of(unit: Unit, spots: list[Spot], context: Context) -> list[Clause]:
    """The clauses of a sentence, in order."""
    tokens = context.tokens
    by_mark = {id(spot.mark): spot for spot in spots}
    parts: list[tuple[int, list[Mark]]] = []
    current: list[Mark] = []
    sep = COMMA
    last = unit.i
    for mark in unit.marks:
        if mark.used:
            continue
        cut = _cut(tokens.seps, tokens.words, last, mark.i)
        if cut == DASH and current and current[-1].group == "count" and mark.group == "harm":
            cut = 0  # «ще 15 – дістали поранення»
        if (
            not cut
            and current
            and mark.group in ("cue", "weapon", "count")
            and mark.i
            and tokens.words[mark.i - 1] in _CAUSE
            and any(m.group == "cue" for m in current)
        ):
            cut = COMMA
        if cut and current:
            parts.append((sep, current))
            current = []
            sep = cut
        current.append(mark)
        last = mark.j
    if current:
        parts.append((sep, current))
    clauses = _join(_with_subjects(parts), by_mark, tokens.words)
    for clause in clauses:
        _at_work(clause)
    return clauses


def _with_subjects(parts: list[tuple[int, list[Mark]]]) -> list[tuple[int, list[Mark]]]:
    """The parts, those who are harmed ("the driver | and a passenger died") in one part with what happened to them."""
    kept: list[tuple[int, list[Mark]]] = []
    for sep, marks in parts:
        before = kept[-1][1] if kept else []
        if (
            sep == AND_SLASH
            and before
            and all(m.group in ("group", "count", "junk") for m in before)
            and before[-1].group == "group"
            and any(m.group == "group" for m in marks)
            and any(m.group == "harm" for m in marks)
        ):
            kept[-1] = (kept[-1][0], [*before, *marks])
        else:
            kept.append((sep, marks))
    return kept


def _at_work(clause: Clause) -> None:
    """«64 рятувальники» are no count of what happened, unless somebody is harmed."""
    if not clause.counts or clause.harms:
        return
    crews = [m for m in clause.marks if m.has("group", "responders")]
    if crews:
        clause.counts = [c for c in clause.counts if not any(0 <= m.i - c.j <= 0 for m in crews)]


def _cut(seps: list[int], words: list[str], start: int, end: int) -> int:
    """The hardest cut between two marks; 0 where nothing cuts."""
    found = 0
    for k in range(start, end + 1):
        if k < len(seps):
            sep = seps[k]
            if sep in (COMMA, PAREN, DASH, COLON, SEMI, AND_SLASH) and k > start - 1 and sep > found:
                found = sep
            if k < end and words[k] in _JOIN and found == 0:
                found = AND_SLASH
    return found


def _features(marks: list[Mark], by_mark: dict[int, Spot]) -> tuple[bool, bool, bool, bool]:
    cue = weapon = place = count = False
    for mark in marks:
        group = mark.group
        if group == "cue":
            cue = cue or mark.value not in _WEAK
        elif group == "weapon":
            weapon = weapon or not mark.meaning.emoji
        elif group == "count":
            count = True
        elif group == "harm":
            cue = True
        elif group in ("role", "mood"):
            cue = cue or _also_cue(mark) or mark.has("mood", "capacity") is not None
        place = place or id(mark) in by_mark
    return cue, weapon, place, count


def _also_cue(mark: Mark) -> bool:
    """A role that is said by a verb which is a cue of its own ("launched from")."""
    return mark.group == "role" and any(
        m.group == "cue" and m.value in ("launch", "attack", "strike", "takeoff") for m in mark.meanings
    )


_WEAK = frozenset({"more", "continuation"})


def _join(parts: list[tuple[int, list[Mark]]], by_mark: dict[int, Spot], words: list[str]) -> list[Clause]:
    """Parts into clauses: a new one where a part brings its own cue, or is an item of a list."""
    clauses: list[Clause] = []
    has = (False, False, False, False)
    for n, (_, marks) in enumerate(parts):
        part = cue, weapon, place, count = _features(marks, by_mark)
        tells = _tells_more if cue else _begins_item
        if not clauses or tells(n, parts, clauses[-1], has, part, by_mark, words):
            clause = Clause()
            if clauses:
                clause.inherited = clauses[-1]
            clauses.append(clause)
            has = part
        else:
            has = (has[0] or cue, has[1] or weapon, has[2] or place, has[3] or count)
        _fill(clauses[-1], marks, by_mark)
    return clauses


_Has = tuple[bool, bool, bool, bool]
"""Whether there is a cue, a weapon, a place, a count."""


def _tells_more(  # noqa: PLR0917 - a part, what stands before it, and all that both are made of
    n: int,
    parts: list[tuple[int, list[Mark]]],
    clause: Clause,
    has: _Has,
    part: _Has,
    by_mark: dict[int, Spot],  # noqa: ARG001 - the two ways to begin a clause are called alike
    words: list[str],
) -> bool:
    """Whether a part with a cue of its own says another thing than the clause before it."""
    sep, marks = parts[n]
    _, weapon, place, count = part
    if has[0] and _calls(clause, words) and any(m.has("cue", "alarm") or _alarms(m) for m in marks):
        return False
    if has[0] and (weapon or count or not _flies_on(clause, marks, sep, words)):
        return True
    if sep == SEMI or (place and not weapon and has[1] and has[2] and _other(marks, words)):
        return True
    if has[0]:
        return False
    if has[3] and count and not weapon and (has[1] or (has[2] and place)):
        return True
    if place and has[2] and has[3] and not weapon and _only_over(marks):
        return True  # «…, Первомайськ 1, Новий Буг чисто»
    if place and has[1] and has[2] and all(m.has("cue", "danger") for m in marks if m.group == "cue"):
        return True  # «Над Затокою розвідник, Ізмаїл увага»
    if has[2] and any(m.group == "object" for m in clause.marks) and any(m.has("mood", "not") for m in marks):
        return True
    return (
        has[1]
        and (weapon or has[2])
        and not _only_over(marks)
        and not (sep == AND_SLASH and weapon and not has[2])
    )


def _begins_item(  # noqa: PLR0917 - a part, what stands before it, and all that both are made of
    n: int,
    parts: list[tuple[int, list[Mark]]],
    clause: Clause,
    has: _Has,
    part: _Has,
    by_mark: dict[int, Spot],
    words: list[str],
) -> bool:
    """Whether a part without a cue is an item of a list, or has a subject of its own."""
    sep, marks = parts[n]
    _, weapon, place, count = part
    if weapon:
        if count and any(m.has("mood", "total") for m in marks):
            return True
        return has[1] and has[2] and (place or (sep in (COMMA, SEMI) and _place_behind(n, parts, by_mark)))
    if not place:
        if not count:
            return False
        if has[0] and _clear(clause):
            return True
        return has[2] and has[3] and _place_next(n, parts, by_mark)
    if (has[0] or (has[1] and has[2])) and _other(marks, words):
        return True
    if has[0] and (
        _leaves(clause, marks, words, count=count)
        or (has[2] and count and _warns(clause) and _moves(marks, by_mark))
        or (has[2] and _opens(n, parts, by_mark))
    ):
        return True
    if has[1] and has[2] and not has[3] and _own_count(marks, sep, by_mark):
        return True
    if has[1] and has[2] and _another(clause, marks, sep, by_mark):
        return True
    if has[1] and has[2] and not count and _armed_next(n, parts, by_mark):
        return True
    if not count:
        return has[2] and has[3] and _counts_next(n, parts, by_mark)
    return (has[2] and (has[3] or sep == SEMI)) or (sep == COLON and has[3])


_OTHERS = frozenset(
    ["другий", "друга", "другу", "другого", "третій", "третя", "третього", "четвертий", "четверта", "інший", "інша", "інші", "інших", "решта", "перші", "головні", "первые", "first", "останній", "остання",
     "второй", "вторая", "третий", "третья", "четвертый", "другой", "другая", "другие", "остальные", "последний", "another", "second", "third", "fourth", "other", "others", "rest"]
)  # fmt: skip


def _other(marks: list[Mark], words: list[str]) -> bool:
    """Whether a part has a subject of its own («…, другий летить на Бровари», "…, the third over Sumy")."""
    first = marks[0].i
    return any(words[k] in _OTHERS for k in range(max(0, first - 3), marks[0].j))


_DONE = frozenset({"interception", "lost", "impact", "danger-over", "explosion", "debris"})
_MOTION = (
    "летить",
    "летять",
    "йде",
    "йдуть",
    "іде",
    "ідуть",
    "рухає",
    "прямує",
    "летит",
    "летят",
    "идет",
    "идут",
    "движ",
    "flying",
    "heading",
    "headed",
    "moving",
    "going",
    "далі",
    "дальше",
)


def _leaves(clause: Clause, marks: list[Mark], words: list[str], *, count: bool) -> bool:
    """Whether something flies on after a clause told what became of another («Одна впала в Обухові, летить на Васильків»)."""
    done = any(m.value in _DONE for c in clause.cues for m in c.meanings)
    if count and _clear(clause):
        return True
    return done and any(
        m.group == "role" and m.value == "toward" and words[m.i].startswith(_MOTION) for m in marks
    )


_CALLS = frozenset(["увага", "внимание", "attention", "зверніть", "warning"])


def _calls(clause: Clause, words: list[str]) -> bool:
    """Whether a clause only calls for attention and names places («Внимание, Марганец и Никополь: …»)."""
    return words[clause.marks[0].i] in _CALLS and len(clause.cues) == 1 and not clause.weapons


def _alarms(mark: Mark) -> bool:
    return any(m.group == "cue" and m.claim == "alarm" for m in mark.meanings)


def _clear(clause: Clause) -> bool:
    """Whether a clause says that a danger is over: what is counted after it is another."""
    return any(c.has("cue", "danger-over") for c in clause.cues)


def _warns(clause: Clause) -> bool:
    """Whether all that a clause says is to look out («Кропивницький — уважно по руху БпЛА»)."""
    return bool(clause.cues) and all(c.has("cue", "danger") for c in clause.cues)


def _flies_on(clause: Clause, marks: list[Mark], sep: int, words: list[str]) -> bool:
    """Whether a part only says where the same thing flies on («шахед на Житомирщині, змінив курс на Коростень»)."""
    if sep not in (COMMA, AND_SLASH, DASH) or _other(marks, words):
        return False
    mine = [m for m in marks if m.group == "cue" or _also_cue(m)]
    return (
        all(m.value == "inbound" for m in mine)
        and all(c.value == "inbound" for c in clause.cues)
        and not any(m.group in ("harm", "object", "force", "network") for m in marks)
    )


def _only_over(marks: list[Mark]) -> bool:
    """Whether a part only says what becomes of the thing before it («… — мінус», «… чисто», «… втрачено»)."""
    return all(
        m.group != "cue"
        or m.value in ("danger-over", "lost", "interception", "airborne", "danger", "alarm-over")
        for m in marks
    ) and not any(m.group == "count" for m in marks)


def _place_next(n: int, parts: list[tuple[int, list[Mark]]], by_mark: dict[int, Spot]) -> bool:
    """Whether the part behind a bare count is a bare place («…,5 - Яготин»)."""
    if n + 1 >= len(parts):
        return False
    cue, weapon, place, _ = _features(parts[n + 1][1], by_mark)
    return place and not cue and not weapon


def _counts_next(n: int, parts: list[tuple[int, list[Mark]]], by_mark: dict[int, Spot]) -> bool:
    """Whether a bare place has its own count behind a dash («…, Ромни – 2», «…, по Шевченківському — двох»)."""
    if n + 1 >= len(parts) or parts[n][0] not in (COMMA, SEMI, PAREN):
        return False
    if parts[n + 1][0] not in (DASH, COLON, PAREN):
        return False
    cue, weapon, place, count = _features(parts[n + 1][1], by_mark)
    return count and not cue and not weapon and not place


def _armed_next(n: int, parts: list[tuple[int, list[Mark]]], by_mark: dict[int, Spot]) -> bool:
    """Whether bare places have a weapon of their own behind a dash («…, Бровари – 3 шахеди», «…, Ромни та Суми: КАБ»)."""
    if parts[n][0] not in (COMMA, SEMI, AND_SLASH, PAREN):
        return False
    for sep, marks in parts[n + 1 :]:
        cue, weapon, place, count = _features(marks, by_mark)
        if sep in (DASH, COLON, PAREN):
            return weapon and not place
        if cue or weapon or count or not place:
            return False
    return False


def _own_count(marks: list[Mark], sep: int, by_mark: dict[int, Spot]) -> bool:
    """Whether a part counts what goes to its own place («шахеди на Суми і три на Ромни»)."""
    if sep not in (COMMA, SEMI, AND_SLASH) or marks[0].group != "count" or marks[0].number is None:
        return False
    if any(m.has("mood", "total") for m in marks):
        return False  # «…, 2 з них на Ромни»: no others
    spot = next((by_mark[id(m)] for m in marks if id(m) in by_mark), None)
    return spot is not None and spot.role not in ("from", "")


def _place_behind(n: int, parts: list[tuple[int, list[Mark]]], by_mark: dict[int, Spot]) -> bool:
    """Whether a weapon has its own bare place behind a dash («…, 3 шахеди – Бровари»)."""
    if n + 1 >= len(parts) or parts[n + 1][0] not in (DASH, COLON):
        return False
    cue, weapon, place, count = _features(parts[n + 1][1], by_mark)
    return place and not (cue or weapon or count)


def _another(clause: Clause, marks: list[Mark], sep: int, by_mark: dict[int, Spot]) -> bool:
    """Whether a part tells of others: «…, ще два з Тамбова», «…, інша група з Миколаївщини на Кіровоградщину»."""
    counted = any(m.group == "count" for m in marks)
    if counted and sep in (COMMA, SEMI, AND_SLASH) and any(m.has("cue", "more") for m in marks):
        return True
    if sep not in (COMMA, SEMI):
        return False
    roles = [by_mark[id(m)].role for m in marks if id(m) in by_mark]
    return (
        roles[0] == "from"
        and "toward" in roles
        and any(s.role == "from" for s in clause.spots)
        and any(s.role == "toward" for s in clause.spots)
    )


def _opens(n: int, parts: list[tuple[int, list[Mark]]], by_mark: dict[int, Spot]) -> bool:
    """Whether a part is a place that the next cue happens at, or that a measure or an object follows."""
    sep, marks = parts[n]
    spot = next((by_mark[id(m)] for m in marks if id(m) in by_mark), None)
    if spot is None or spot.listed or sep == AND_SLASH or spot.role not in ("at", "into", "po", "near", ""):
        return False
    if any(m.group in ("quantity", "object") for m in marks):
        return True
    for after_sep, after in parts[n + 1 :]:
        cue, weapon, place, _ = _features(after, by_mark)
        if any(m.group == "quantity" for m in after) and after_sep == DASH and not cue:
            return True
        if cue:
            return (spot.role in ("at", "into", "po", "near") or sep == SEMI) and not place
        if weapon or place:
            return False
    return False


def _moves(marks: list[Mark], by_mark: dict[int, Spot]) -> bool:
    return any(id(m) in by_mark and by_mark[id(m)].role in ("toward", "via") for m in marks)


def _fill(clause: Clause, marks: list[Mark], by_mark: dict[int, Spot]) -> None:
    for mark in marks:
        clause.marks.append(mark)
        clause.says |= said_by(mark.meanings)
        if mark.group == "cue" or _also_cue(mark):
            clause.cues.append(mark)
        elif mark.group == "weapon":
            (clause.signs if mark.meaning.emoji else clause.weapons).append(mark)
        elif mark.group == "count":
            clause.counts.append(mark)
        elif mark.group == "object":
            clause.objects.append(mark)
        elif mark.group == "harm":
            clause.harms.append(mark)
        spot = by_mark.get(id(mark))
        if spot is not None:
            clause.spots.append(spot)
    struck = any(
        m.value in ("impact", "strike", "damage", "fire", "debris") for c in clause.cues for m in c.meanings
    )
    if struck:
        # «Пошкоджено дві швидкі», "two ambulances were damaged": they were hit, not at work.
        for mark in [
            c for c in clause.cues if c.has("object", "vehicle") and c.value in ("response", "instruction")
        ]:
            clause.cues.remove(mark)
            mark.turn(_VEHICLE)
            clause.objects.append(mark)
            clause.objects.sort(key=lambda m: m.i)
    if struck and not clause.counts:
        # «Влучання в лікарню»: the hospital was hit, nobody was brought there.
        for mark in [m for m in clause.harms if m.value == "hospitalised" and m.j - m.i > 1]:
            clause.harms.remove(mark)
            mark.turn(_HOSPITAL)
            clause.objects.append(mark)
