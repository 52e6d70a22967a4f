"""People: killed, injured, affected, taken to hospital, missing, trapped, rescued; a range each."""

from __future__ import annotations

from tocsin.model import HARM_KEYS, Range
from tocsin.reading.drafts import Clause, Context, Draft, Unit, places_of
from tocsin.reading.marks import Mark
from tocsin.reading.persons import party_of, single
from tocsin.reading.plausible import FUNCTION_WORDS, stranger
from tocsin.reading.threats import denied, main_spot, spots_for

__all__ = ["casualties_of"]

_ONE = frozenset(
    [
        "загиблий",
        "загибла",
        "загинув",
        "загинула",
        "постраждалий",
        "постраждала",
        "поранений",
        "поранена",
        "травмований",
        "травмована",
        "людина",
        "чоловік",
        "жінка",
        "дитина",
        "особа",
        "хлопець",
        "дівчина",
        "дівчинка",
        "хлопчик",
        "погибший",
        "погибшая",
        "погиб",
        "погибла",
        "пострадавший",
        "пострадавшая",
        "раненый",
        "раненая",
        "ранен",
        "ранена",
        "человек",
        "мужчина",
        "женщина",
        "ребенок",
        "мальчик",
        "девочка",
        "victim",
        "casualty",
        "person",
        "man",
        "woman",
        "child",
        "girl",
        "boy",
        "girl",
        "death",
        "мешканець",
        "мешканка",
        "житель",
        "жителька",
        "загиблого",
        "постраждалого",
        "загиблу",
        "людину",
        "чоловіка",
        "жінку",
        "дитину",
        "постраждав",
        "поранено",
        "поранення",
        "травми",
        "пострадал",
        "госпіталізований",
        "госпіталізована",
        "госпитализирован",
        "госпитализирована",
        "рятувальник",
        "медик",
        "водій",
        "пенсіонерка",
        "пенсіонер",
        "пожежник",
        "подростка",
        "підліток",
        "підлітка",
        "помер",
        "померла",
        "скончался",
        "скончалась",
        "умер",
        "умерла",
        "врятований",
        "зниклий",
        "deceased",
        "fatality",
        "civilian",
        "resident",
        "driver",
        "немовля",
        "неповнолітній",
        "неповнолітня",
        "підлітку",
        "мати",
        "батько",
        "син",
        "донька",
        "дружина",
        "дружину",
        "бабуся",
        "дідусь",
        "пасажир",
        "пасажирка",
        "пасажирку",
        "водія",
        "рятувальника",
        "пожежника",
        "поліцейський",
        "поліцейського",
        "медика",
        "пожежний",
        "пожарный",
        "спасатель",
        "полицейский",
        "водитель",
        "водителя",
        "пассажир",
        "пассажирка",
        "пенсионер",
        "пенсионерка",
        "мать",
        "отец",
        "сын",
        "дочь",
        "жена",
        "муж",
        "мужчину",
        "женщину",
        "rescuer",
        "firefighter",
        "paramedic",
        "medic",
        "passenger",
        "mother",
        "father",
        "wife",
        "husband",
        "daughter",
        "son",
        "worker",
        "pensioner",
        "employee",
        "teenager",
        "toddler",
        "загиблим",
        "постраждалим",
    ]
)
_COUPLE = frozenset({"подружжя", "супруги", "супругов", "couple"})
_FIRST = frozenset(
    {"first", "another", "перший", "перша", "перші", "першу", "першого", "ще", "еще", "первый", "первая"}
)
_NOBODY = frozenset({"killed", "injured", "affected", "hospitalised", "missing", "trapped"})


def casualties_of(clause: Clause, unit: Unit, context: Context) -> list[Draft]:
    """The claim about people that a clause makes, if it makes one."""
    if not clause.harms:
        return _elsewhere(clause, context)
    harm: dict[str, Range] = {}
    denies = False
    taken: set[int] = set()
    bodies = any(context.tokens.words[m.i].startswith(_BODIES) for m in clause.harms if m.value == "killed")
    for mark in clause.harms:
        key = mark.value
        if key == "rescued" and bodies:
            continue  # «деблоковано тіло жінки»: nobody was saved
        if _only_for(mark, clause, context):
            continue
        no = (
            _ZERO
            if context.tokens.words[mark.i].startswith(_SAFE)
            or context.tokens.words[mark.j - 1] in ("живі", "живы", "alive")
            else _none_of(clause, mark, context)
        )
        if no:
            denies = True
            harm.setdefault(key, no)
            continue
        count = _count(clause, mark, taken) or next((c for c in clause.counts if c.j == mark.i), None)
        party = party_of(clause, mark, count, context, _ONE)
        if party is not None:
            taken.update(id(c) for c in party.counts)
            harm.setdefault(key, party.total)
            for name, part in party.parts.items():
                if f"{name}-{key}" in HARM_KEYS:
                    harm.setdefault(f"{name}-{key}", part)
            continue
        number = count.number if count is not None else _implied(clause, mark, context)
        if key == "trapped" and count is None:
            continue
        if number is None:
            continue
        if count is not None:
            taken.add(id(count))
        if key in harm and harm[key] == number:
            continue
        group = _group(clause, mark, count)
        if group:
            sub = f"{group}-{key}"
            if sub in HARM_KEYS:
                harm.setdefault(sub, number)
                if not _among(clause, mark):
                    harm.setdefault(key, number)
                continue
        harm.setdefault(key, number)
    _children(clause, harm, taken, context.tokens.words)
    known = [v for v in harm.values() if v.max is not None and v.max]
    if (
        "hospitalised" in harm
        and harm["hospitalised"] == Range(min=1, max=None)
        and len(harm) == 2
        and len(known) == 1
    ):
        # "another victim who required hospitalization": the same one.
        harm["hospitalised"] = known[0]
    if not harm or not _plausible(clause, unit, context):
        return []
    spots = spots_for("casualty", places_of(clause))
    marks = [m for m in clause.marks if m.group not in ("state", "junk")]
    draft = Draft(
        kind="casualty", i=min(m.i for m in marks), j=max(m.j for m in marks), harm=harm, spots=spots,
        main=main_spot("casualty", spots), denies=denies and all(v.max == 0 or v == _UNSAID for v in harm.values()),
    )  # fmt: skip
    return [draft]


def _elsewhere(clause: Clause, context: Context) -> list[Draft]:
    """«У Запоріжжі поранено 12 людей, у Дніпрі – ще троє»: a place and a count alone, hurt as those before."""
    before = clause.inherited
    if before is None:
        return []
    while before is not None and not before.harms and not before.cues and not before.weapons:
        before = before.inherited
    if before is None or not before.harms or clause.weapons or clause.objects or len(clause.counts) != 1:
        return []
    keys = {m.value for m in before.harms}
    number = clause.counts[0].number
    odd = [m for m in clause.marks if m.group not in _PLAIN and not m.places and m.value != "more"]
    if len(keys) != 1 or not clause.spots or number is None or odd or not before.counts:
        return []
    if denied(before, before.harms[0], context):
        return []
    spots = spots_for("casualty", clause.spots)
    i, j = min(m.i for m in clause.marks), max(m.j for m in clause.marks)
    harm = {next(iter(keys)): number}
    return [Draft(kind="casualty", i=i, j=j, harm=harm, spots=spots, main=main_spot("casualty", spots))]


_PLAIN = frozenset({"count", "place", "area", "group", "scope", "junk", "state", "bend"})


def _plausible(clause: Clause, unit: Unit, context: Context) -> bool:
    """Whether a news headline without a weapon or an enemy says little else than who was harmed."""
    source = context.source
    if source is None or source.kind not in ("media", "public") or context.article or context.at_war:
        return True
    tokens = context.tokens
    covered = {k for m in clause.marks for k in range(m.i, m.j)}
    small = context.lexicon.prepositions
    loose = [
        k for k in range(clause.marks[0].i, clause.marks[-1].j)
        if k not in covered and k not in context.spoken and tokens.kinds[k] == "w" and tokens.words[k] not in small and tokens.words[k] not in FUNCTION_WORDS and len(tokens.words[k]) > 2
    ]  # fmt: skip
    return len(loose) <= 2 and not stranger(unit, context)


_BODIES = ("тіло", "тіла", "тіл", "тело", "тела", "body", "bodies")
_UNSAID = Range(min=None, max=None)
_SAFE = ("неушк", "невред", "unharm", "unhurt", "safe", "уціл", "уцел", "цілі")
_ZERO = Range(min=0, max=0)


def _only_for(mark: Mark, clause: Clause, context: Context) -> bool:
    """Help for those hurt counts nobody («для постраждалих», «постраждалим надають»)."""
    words = context.tokens.words
    before = words[mark.i - 1] if mark.i else ""
    return before in ("для", "for", "assist", "assisting") or (
        mark.value == "affected" and words[mark.j - 1].endswith(("лим", "шим")) and not clause.counts
    )


def _none_of(clause: Clause, mark: Mark, context: Context) -> Range | None:
    """Zero where the words say that nobody was harmed; an empty range where they deny a report of harm."""
    if "mood.not-confirmed" in clause.says:
        return _UNSAID
    if _refused(clause):
        return None  # "10, not 12": a figure is put right, nobody is denied
    if denied(clause, mark, context) and context.tokens.words[mark.i].startswith("подтвер"):
        return _UNSAID  # «не подтверждена гибель»: that nobody died is not said
    if denied(clause, mark, context) or any(
        m.has("mood", "not")
        and m.group == "mood"
        and 0 <= m.i - mark.j <= 2
        and context.tokens.words[m.i] in _AFTER
        for m in clause.marks
    ):
        return _ZERO
    words = context.tokens.words
    if (
        any(
            words[k] in ("ніхто", "никто", "nobody", "жертв") and k < mark.i
            for m in clause.marks
            for k in range(m.i, m.j)
        )
        and "mood.not" in clause.says
    ):
        return _ZERO
    return None


_AFTER = frozenset(["немає", "нема", "нет", "відсутні", "відсутня", "відсутній", "відсутнє", "не", "none"])


def _refused(clause: Clause) -> list[Mark]:
    """The figures that a clause puts right: those right behind a "not", where it gives another one."""
    nots = {m.j for m in clause.marks if m.has("mood", "not") and m.group == "mood"}
    wrong = [c for c in clause.counts if c.i in nots]
    return wrong if len(wrong) < len(clause.counts) else []


def _count(clause: Clause, mark: Mark, taken: set[int]) -> Mark | None:
    """The count that belongs to a word of harm: the nearest free one, before it rather than behind."""
    harms = clause.harms
    n = harms.index(mark)
    low = harms[n - 1].j if n else -1
    high = harms[n + 1].i if n + 1 < len(harms) else 10**9
    wrong = _refused(clause)
    free = [c for c in clause.counts if id(c) not in taken and c not in wrong and not _of_things(clause, c)]
    if mark.value == "rescued":
        free = [c for c in free if not _of_group(clause, c, "responders")]
    before = [c for c in free if low <= c.i < mark.i]
    whole = [c for c in before if not _part(clause, c)]
    before = whole or before
    after = [c for c in free if mark.j <= c.i < high]
    if before and (not after or mark.i - before[-1].j <= after[0].i - mark.j + 2):
        return before[-1]
    if after and (
        after[0].i - mark.j <= 4 or any(m.i < after[0].i and m.has("mood", "grew") for m in clause.marks)
    ):
        return after[0]
    return before[-1] if before else None


def _of_things(clause: Clause, count: Mark) -> bool:
    return any(
        0 <= o.i - count.j <= 1 and not any(m.group == "group" and count.j <= m.i < o.i for m in clause.marks)
        for o in clause.objects
        if o.group == "object"
    ) or any(0 <= w.i - count.j <= 1 for w in clause.weapons)


def _of_group(clause: Clause, count: Mark, name: str) -> bool:
    return any(0 <= m.i - count.j <= 1 and m.has("group", name) for m in clause.marks)


def _part(clause: Clause, count: Mark) -> bool:
    """Whether a count is of the children or responders among those counted («ten people, including three children»)."""
    among = any(m.has("group", "of-them") and m.j <= count.i <= m.j + 2 for m in clause.marks)
    return among and (_of_group(clause, count, "children") or _of_group(clause, count, "responders"))


def _implied(clause: Clause, mark: Mark, context: Context) -> Range | None:
    """One, where the words are singular; at least one, where they only say that there are some."""
    words = context.tokens.words
    near = [words[k] for m in clause.marks if abs(m.i - mark.i) <= 6 for k in range(m.i, m.j)]
    around = words[max(0, mark.i - 3) : mark.j + 3]
    people = [
        m
        for m in clause.marks
        if m.has("group", "people") or m.has("group", "children") or m.has("group", "responders")
    ]
    named = [words[m.i] for m in people if -6 <= m.i - mark.i <= 6]
    if any(w in _ONE for w in named) or any(
        -6 <= m.i - mark.i <= 6 and single(m, context, _ONE) for m in people
    ):
        return Range(min=1, max=1)
    if any(w in _COUPLE for w in named):
        return Range(min=2, max=2)
    if words[mark.i] in _ONE and not any(w in ("people", "людей", "осіб") for w in near):
        return Range(min=1, max=1)
    if any(
        w.endswith(("овіка", "овікові", "інку", "інка", "інці", "жінки", "чину", "щину", "щина", "щине"))
        for w in named
    ) or words[mark.i].endswith(("ого", "ому", "ій", "ую", "ої")):
        return Range(min=1, max=1)
    if any(w in _FIRST for w in around) and words[mark.j - 1] in _ONE:
        return Range(min=1, max=1)
    if any(w in ("another", "second", "другий", "друга", "второй", "вторая", "одному") for w in around):
        return Range(min=1, max=1)
    if words[mark.i] in ("affected", "suffered", "hurt", "kills", "assist") and not people:
        return None
    return Range(min=1, max=None)


def _group(clause: Clause, mark: Mark, count: Mark | None) -> str:
    """Children or responders, where the counted are only those."""
    for other in clause.marks:
        for name in ("children", "responders"):
            if other.has("group", name):
                if count is not None and 0 <= other.i - count.j <= 1:
                    return name
                if count is None and abs(other.i - mark.i) <= 3:
                    return name
    return ""


def _among(clause: Clause, mark: Mark) -> bool:
    return any(m.has("group", "of-them") and m.i < mark.i for m in clause.marks)


def context_word(mark: Mark, words: list[str]) -> str:
    """The first word of a mark."""
    return words[mark.i]


def _children(clause: Clause, harm: dict[str, Range], taken: set[int], words: list[str]) -> None:
    """«12 поранених, серед них 2 дитини», "20 wounded, including two medics": a part of what was counted before."""
    among = next((m for m in clause.marks if m.has("group", "of-them")), None)
    if among is None:
        return
    for name in ("children", "responders"):
        keys = [k for k in harm if f"{name}-{k}" in HARM_KEYS]
        said = [m.value for m in clause.harms if m.i < among.i and m.value in keys]
        if not keys:
            continue
        for mark in clause.marks:
            if not mark.has("group", name):
                continue
            count = next(
                (c for c in reversed(clause.counts) if 0 <= mark.i - c.j <= 1 and id(c) not in taken), None
            )
            alone = context_word(mark, words) in _ONE or words[max(0, mark.i - 1)] in ("a", "an")
            if count is None and (mark.i < among.i or not alone):
                continue
            number = count.number if count is not None and count.number is not None else Range(min=1, max=1)
            harm.setdefault(f"{name}-{(said or keys)[-1 if said else 0]}", number)
