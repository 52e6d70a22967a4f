"""What a sentence names only in passing: after it, because of it, in memory of it.

An event is told by a finite verb («влучив», «пошкоджено», "hit") or by a noun that
stands for itself («Удар по Києву: …», «вибухи в Харкові»). A noun in an oblique case
(«коригувальниця удару по Краматорську», «через постійні обстріли»), a participle
that only tells which house is meant («житло, пошкоджене дронами») and a relative
clause («які збивали «Шахеди»») name an event for the sake of something else. Where a
sentence of prose has nothing but these, it brings no news of an attack.
"""

from __future__ import annotations

import re

from tocsin.reading.bystanders import EVENTS, VERBS, beside, counts
from tocsin.reading.drafts import Context, Draft, Unit
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import COMMA
from tocsin.reading.predicates import bids, opening_verb, other_verb

__all__ = ["foreground"]

_NOUNS = (
    "удар",
    "обстріл",
    "обстрел",
    "атак",
    "вибух",
    "взрыв",
    "приліт",
    "прильот",
    "прилет",
    "влучан",
    "попадан",
    "пожеж",
    "пожар",
    "авіауд",
    "авиауд",
    "падінн",
    "паден",
)
_FORMS = frozenset(
    [
        "удар",
        "удари",
        "удары",
        "обстріл",
        "обстріли",
        "обстрел",
        "обстрелы",
        "атака",
        "атаки",
        "вибух",
        "вибухи",
        "взрыв",
        "взрывы",
        "приліт",
        "прильоти",
        "прилет",
        "прилеты",
        "влучання",
        "попадання",
        "попадание",
        "попадания",
        "пожежа",
        "пожежі",
        "пожар",
        "пожары",
        "авіаудар",
        "авіаудари",
        "авиаудар",
        "авиаудары",
        "падіння",
        "падение",
    ]
)
"""Nouns of events that may stand for themselves; their other forms depend on another word."""
_ENGLISH = frozenset(
    [
        "strike",
        "strikes",
        "attack",
        "attacks",
        "explosion",
        "explosions",
        "blast",
        "blasts",
        "fire",
        "fires",
        "shelling",
        "bombardment",
        "impact",
        "launch",
        "launches",
    ]
)
_ABOUT = frozenset({"про", "о", "об", "about", "of"})
_GOVERNORS = frozenset(
    [
        "через",
        "після",
        "від",
        "внаслідок",
        "унаслідок",
        "про",
        "щодо",
        "без",
        "перед",
        "при",
        "час",
        "наслідки",
        "наслідків",
        "місце",
        "місці",
        "місця",
        "жертв",
        "жертви",
        "пам'ять",
        "памяті",
        "пам'яті",
        "из-за",
        "за",
        "после",
        "от",
        "вследствие",
        "о",
        "об",
        "перед",
        "без",
        "последствия",
        "последствий",
        "место",
        "месте",
        "память",
        "памяти",
        "время",
        "after",
        "before",
        "during",
        "of",
        "from",
        "following",
        "since",
        "about",
        "over",
        "against",
        "amid",
        "despite",
        "in",
        "through",
        "under",
        "for",
    ]
)
_ARTICLES = frozenset(
    {
        "the",
        "a",
        "an",
        "this",
        "that",
        "last",
        "first",
        "цього",
        "того",
        "той",
        "цей",
        "этого",
        "її",
        "його",
    }
)
_OBLIQUE = ("ого", "ої", "ому", "их", "ими", "им", "ій", "ою", "ій", "ой", "ых", "ыми", "ым", "ом")
_PARTICIPLES = ("ий", "а", "е", "і", "ые", "ый", "ая", "ое", "ую", "у")
_RELATIVE = (
    "як",
    "що",
    "котр",
    "котор",
    "what",
    "who",
    "which",
    "that",
    "поки",
    "доки",
    "пока",
    "while",
    "хоча",
    "хотя",
)


def foreground(found: list[Draft], unit: Unit, context: Context) -> list[Draft]:
    """The claims of a sentence of prose, none of its events where all of them are named in passing."""
    source = context.source
    if source is None or source.kind == "party":
        return found
    if bids(unit, context):
        # «Не пишіть координати прильотів», «не верьте …»: what people are told is no news.
        found = [d for d in found if d.kind == "instruction" or not _passing(d, unit, context)]
    if source.kind == "monitoring-channel":
        return [d for d in found if not _shown(d, unit, context)]
    found = [d for d in found if not beside(d, unit, context)]
    if opening_verb(unit, context):
        found = [
            d
            for d in found
            if d.kind in _DECLARED or counts(d) or d.denies or d.tense != "now" or _finite(d, unit, context)
        ]
    events = [d for d in found if d.kind in EVENTS]
    others = [d for d in found if d.kind not in EVENTS]
    if not events or any(d.kind not in ("instruction", "response", "assessment") for d in others):
        return found
    if any(not _passing(d, unit, context) for d in events):
        return found
    return others if not any(d.kind == "response" for d in others) else found


_DECLARED = frozenset(
    {"alarm", "alarm-over", "danger", "danger-over", "statement", "tally", "takeoff", "lost"}
)


def _finite(draft: Draft, unit: Unit, context: Context) -> bool:
    """Whether a verb of its own says what a claim claims."""
    words = context.tokens.words
    return any(
        m.group in ("cue", "harm")
        and _says(m, draft)
        and not _aside(m, unit, context)
        and (words[m.i].endswith(VERBS) or words[m.j - 1].endswith(VERBS))
        for m in unit.marks
        if draft.i <= m.i < draft.j
    )


def _shown(draft: Draft, unit: Unit, context: Context) -> bool:
    """Whether a channel tells how something is done: «показали, як збивають розвідників»."""
    tokens = context.tokens
    at = max(draft.cue, draft.i)
    for k in range(at, max(unit.i, at - 6), -1):
        if tokens.seps[k] == COMMA:
            return (
                tokens.words[k] in ("як", "как", "how")
                and other_verb(unit, context, end=k, strict=True) is not None
            )
    return False


def _passing(draft: Draft, unit: Unit, context: Context) -> bool:
    """Whether every word that says the event of a claim says it in passing."""
    if draft.denies or draft.tense != "now" or counts(draft):
        return False
    marks = [m for m in unit.marks if draft.i <= m.i < draft.j and _says(m, draft)]
    return bool(marks) and all(_aside(m, unit, context) for m in marks)


_VERBAL = re.compile(r"(?:[аиїуяю]в|ил|ал|ел|л[аио]|но|то|ся|сь|[ую]є|[ую]ють|[уа]ет|[уа]ют)$")
"""Endings of the verbs that share a stem with the nouns of events («ударив», «атакують», but «ударів»)."""
_SERIES = frozenset(
    {
        "серія",
        "серію",
        "хвиля",
        "хвилю",
        "низка",
        "низку",
        "кілька",
        "декілька",
        "серия",
        "серию",
        "волна",
        "волну",
        "ряд",
        "несколько",
        "пара",
    }
)
_FAMILY = {
    "impact": ("impact", "strike", "shelling", "attack"),
    "launch": ("launch", "attack"),
    "damage": ("damage", "interception"),
    "interception": ("interception", "damage"),
}


def _says(mark: Mark, draft: Draft) -> bool:
    if draft.kind == "casualty":
        return mark.has("harm") is not None
    values = _FAMILY.get(draft.kind, (draft.kind,))
    return any(m.group == "cue" and (m.value in values or m.claim == draft.kind) for m in mark.meanings)


def _aside(mark: Mark, unit: Unit, context: Context) -> bool:
    tokens = context.tokens
    words = tokens.words
    word = words[mark.i]
    if mark.j - mark.i > 1 and word in ("під", "под"):
        return (
            "work" in unit.says or other_verb(unit, context) is not None
        )  # «годує тих, хто лишився під обстрілами»
    news = context.source is not None and context.source.kind in ("media", "public")
    if news and not context.armed and word.startswith(_FELL) and mark.has("cue", "impact"):
        return True  # «Каскадер упав»: nothing that flew.
    if mark.j - mark.i == 1 and _quoted(mark.i, context):
        return True
    if word.startswith(_NOUNS) and not (_VERBAL.search(word) or _VERBAL.search(words[mark.j - 1])):
        if any(m.group == "count" and 0 <= mark.i - m.j <= 2 for m in unit.marks):
            return False
        if any(words[k] in _SERIES for k in range(max(unit.i, mark.i - 3), mark.i)):
            return False
        if _told(unit, context) and any(words[k] in _ABOUT for k in range(max(unit.i, mark.i - 3), mark.i)):
            return False
        return word not in _FORMS or _governed(mark.i, unit, context) or _in_relative(mark.i, unit, context)
    if word.startswith(_PIECES) and other_verb(unit, context) is not None and not context.armed:
        return True
    if mark.has("harm"):
        if word.startswith(_DIED) and not any(w.startswith(_OF_WOUNDS) for w in words[unit.i : unit.j]):
            return not any(m.has("cue", v) for m in unit.marks for v in _CAUSES)
        counted = any(m.group == "count" and 0 <= mark.i - m.j <= 2 for m in unit.marks)
        bare = not counted and not (_told(unit, context) and words[mark.i - 1] in _ABOUT)
        return (bare and len(word) > 5 and word.endswith(_OBLIQUE)) or _in_relative(mark.i, unit, context)
    if len(word) > 6 and word.endswith(_OBLIQUE) and word[0] > "z":
        return True
    if (
        len(word) > 6
        and word[0] > "z"
        and mark.i > unit.i
        and tokens.seps[mark.i] == COMMA
        and word.endswith(_PARTICIPLES)
    ):
        return True
    if word[0] <= "z":
        return (word in _ENGLISH and _governed(mark.i, unit, context)) or _in_relative(mark.i, unit, context)
    return _in_relative(mark.i, unit, context)


_PIECES = ("улам", "облом", "осколк", "debris", "fragment")
_FELL = ("упав", "впав", "упал", "впал", "fell")
_DIED = ("помер", "умер", "скончал", "passed")
_OF_WOUNDS = (
    "завал",
    "руїн",
    "rubble",
    "поран",
    "ран",
    "лікарн",
    "больниц",
    "реанім",
    "реаним",
    "травм",
    "госпітал",
    "опік",
    "ожог",
    "hospital",
    "wound",
)
_CAUSES = ("impact", "strike", "shelling", "attack", "debris", "explosion", "fire")
"""«Помер» alone is a death in bed: an attack's dead are killed, or die of wounds."""


_RECALLED = ("розпов", "рассказ", "згад", "вспом", "пригад", "recall", "remember")
"""Verbs of telling what is long known; who has news reports it."""


def _quoted(at: int, context: Context) -> bool:
    """Whether a word stands alone in quotation marks: a figure of speech."""
    tokens = context.tokens
    before = tokens.text[max(0, tokens.starts[at] - 1) : tokens.starts[at]]
    after = tokens.text[tokens.ends[at] : tokens.ends[at] + 1]
    return before in ("«", '"', "“", "„") and after in ("»", '"', "”")


_TELLING = frozenset({"say", "mood.not-confirmed", "speaker.social-media"})


def _told(unit: Unit, context: Context) -> bool:
    """Whether somebody is said to tell of the event («сообщил о раненом», «пишуть про вибух»)."""
    told = unit.by is not None or not unit.says.isdisjoint(_TELLING)
    return told and not any(w.startswith(_RECALLED) for w in context.tokens.words[unit.i : unit.j])


def _governed(at: int, unit: Unit, context: Context) -> bool:
    """Whether a preposition of cause, time or theme stands before a noun and its adjectives."""
    words = context.tokens.words
    for k in range(at - 1, max(unit.i, at - 4) - 1, -1):
        if words[k] in _GOVERNORS:
            if words[k] == "under" and any(m.places and m.j == k and m.i - unit.i <= 1 for m in unit.marks):
                return False  # "Kyiv under massive missile attack"
            told = _told(unit, context)
            return not (told and words[k] in _ABOUT)
        if words[k][0].isdigit():
            return False
        if words[k] in _ARTICLES or words[k].endswith((*_OBLIQUE, *_PARTICIPLES)) or words[k][0] <= "z":
            continue
        return False
    return False


def _in_relative(at: int, unit: Unit, context: Context) -> bool:
    """Whether a verb stands in a relative clause: a pronoun behind the last comma before it."""
    tokens = context.tokens
    for k in range(at, max(unit.i, at - 7), -1):
        if tokens.seps[k] == COMMA:
            told = _told(unit, context) and tokens.words[k] in ("що", "что", "that")
            return tokens.words[k].startswith(_RELATIVE) and k < at and not told
        if tokens.words[k] in ("who", "which") and k < at:
            return True
    return False
