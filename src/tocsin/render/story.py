"""The story: each published change told in a sentence, with who says so and the words it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.model import Alert, AreaRef, Change, Incident, LedgerLine, Statement, Threat
from tocsin.render.naming import Names, cause, clean, number, sources, weapon
from tocsin.render.words import Words

__all__ = [
    "HELP",
    "Quote",
    "Telling",
    "areas",
    "figure",
    "incident",
    "reason",
    "stroke",
    "subject",
    "tell_all",
    "threat",
]

HELP = (
    "shelters-open",
    "heating-points",
    "hot-lines",
    "temporary-housing",
    "water-points",
    "aid-points",
)
"""Subjects that tell what is open for those affected: entries, not figures."""
_SHOWN_AREAS = 6
_SHOWN_QUOTES = 8
_MANY = 5
_QUOTED = 300


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a report behind a claim: who, when, what."""

    source: str
    quote: str
    stated_at: datetime | None = None
    url: str | None = None


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """A change as people read it. ``tone`` is its class: official, warning, clear, stale, effect, ledger, said."""

    number: int
    at: datetime
    tone: str
    headline: str
    details: tuple[str, ...] = ()
    who: str = ""
    quotes: tuple[Quote, ...] = ()
    about: str = ""
    repeats: bool = False


def tell_all(
    changes: Sequence[Change], names: Names, words: Words, quotes: Mapping[str, Quote]
) -> tuple[Telling, ...]:
    """Tell changes in their order; what happened to many areas at one stroke is told once."""
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault(stroke(change), []).append(change)
    # What a newer figure supersedes is told by the newer one; alarms are told by their alerts.
    told = (_tell(group, names, words, quotes) for group in groups.values())
    return _fresh(tuple(one for one in told if one is not None))


def _fresh(told: Sequence[Telling]) -> tuple[Telling, ...]:
    """Leave out what says of a threat only what was said of it before; newest comes first."""
    kept: list[Telling] = []
    said: dict[str, tuple[object, ...]] = {}
    for one in reversed(told):
        words = (one.tone, one.details)
        if one.about and said.get(one.about) == words and one.repeats:
            continue
        said[one.about] = words
        kept.append(one)
    return tuple(reversed(kept))


def stroke(change: Change) -> tuple[object, ...]:
    """What alerts that were changed at one stroke share; of endings, only how they ended."""
    alert, verb = change.fact.noun, change.fact.verb
    if not isinstance(alert, Alert):
        return (change.number,)
    shared = (change.at, verb, alert.layer, alert.kind, alert.ending, alert.contradicted)
    if verb in {"clear", "revoke", "lapse"}:
        return shared
    what = alert.cause
    return (
        *shared,
        alert.level,
        what.kind,
        what.weapon,
        alert.whose,
        alert.unofficial,
        alert.late,
        change.fact.why,
    )


def _tell(group: Sequence[Change], names: Names, words: Words, quotes: Mapping[str, Quote]) -> Telling | None:
    change = group[0]
    noun, verb = change.fact.noun, change.fact.verb
    match noun:
        case Alert():
            where = tuple(c.fact.noun.area for c in group if isinstance(c.fact.noun, Alert))
            told = _alert(noun, where, verb, names, words)
        case Incident():
            told = _incident(noun, verb, names, words)
        case Threat():
            told = _threat(noun, verb, names, words)
        case LedgerLine() if noun.status != "superseded":
            told = _ledger(noun, verb, names, words)
        case Statement():
            told = (
                "said",
                words.say("story.statement"),
                (f"«{clean(noun.quote)[:_QUOTED]}»",),
                (noun.source,),
            )
        case _:
            return None
    tone, headline, details, who = told
    because = dict.fromkeys(claim for one in group for claim in one.fact.because)
    why = change.fact.why
    if why and tone == "withheld":
        details = (*details, f"{words.say('story.why')}: {words.word('why', why)}")
    return Telling(
        number=change.number,
        about=noun.id if isinstance(noun, Threat) else "",
        repeats=verb == "revise",
        at=change.at,
        tone=tone,
        headline=headline,
        details=details,
        who=sources(who, names, words.lang),
        quotes=tuple(quotes[c] for c in because if c in quotes)[:_SHOWN_QUOTES],
    )


_Told = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _alert(alert: Alert, where: tuple[AreaRef, ...], verb: str, names: Names, words: Words) -> _Told:
    area = areas(where, words)
    if verb == "withhold":
        return "withheld", words.say("story.withhold", area=area), (), alert.whose
    key = f"story.{verb}.{alert.layer}"
    if verb == "clear" and alert.contradicted:
        key = "story.clear.contradicted"
    headline = words.say(key, area=area) if words.has(key) else f"{words.word('kind', alert.kind)}: {area}"
    if verb in {"clear", "revoke"}:
        tone = "contradicted" if alert.contradicted else "clear"
        return tone, headline, (words.word("ending", alert.ending),), alert.whose
    if verb == "lapse":
        return "stale", headline, (), alert.whose
    details = [words.word("level", alert.level or "red")]
    why = cause(alert.cause, names, words)
    if why:
        details.append(why)
    if alert.kind != "air-raid":
        details.append(words.word("kind", alert.kind))
    if alert.late:
        details.append(words.say("sure.late"))
    if alert.unofficial:
        details.append(words.say("cap.unofficial"))
    return alert.layer, headline, tuple(details), alert.whose


def areas(some: tuple[AreaRef, ...], words: Words) -> str:
    """Name areas in a row, no more than a person takes in."""
    named = [clean(words.area(a)) for a in some]
    text = ", ".join(named[:_SHOWN_AREAS])
    if len(named) > _SHOWN_AREAS:
        text += " " + words.count("more.areas", len(named) - _SHOWN_AREAS)
    return text


def threat(what: Threat, names: Names, words: Words) -> str:
    """Name a threat by its class, never by its track (R27)."""
    known = words.has(f"cause.{what.kind}")
    called = weapon(what.weapon_class or what.weapon, names, words)
    if what.kind == "takeoff":
        called = weapon(what.weapon, names, words)
    return f"{words.say(f'cause.{what.kind}')}: {called}" if known else called


def _threat(what: Threat, verb: str, names: Names, words: Words) -> _Told:
    key = f"story.threat.{verb}" if words.has(f"story.threat.{verb}") else "story.threat.revise"
    details = []
    if what.areas:
        details.append(words.say("threat.where", areas=areas(what.areas, words)))
    if what.toward:
        details.append(words.say("threat.toward", areas=areas(what.toward, words)))
    details.append(words.word("threat", what.status))
    return "threat", words.say(key, what=threat(what, names, words)), tuple(details), what.sources


def incident(what: Incident, words: Words) -> str:
    """Say what sources report of a place: effects and what was hit."""
    kinds = ", ".join(dict.fromkeys(words.word("incident", k) for k in what.kinds)) or words.say(
        "incident.other"
    )
    objects = ", ".join(dict.fromkeys(words.word("object", o) for o in what.objects))
    return f"{kinds} ({objects})" if objects else kinds


def reason(what: Incident, names: Names, words: Words) -> str:
    """Tell why an incident was withdrawn; the record keeps the reason as a phrase that ends in who said so."""
    if what.reason is None or what.status != "withdrawn":
        return ""
    _, denied, who = what.reason.rpartition("denied by ")
    return (
        words.say("reason.denied", who=sources((who,), names, words.lang))
        if denied
        else words.say("reason.taken-back")
    )


def _incident(what: Incident, verb: str, names: Names, words: Words) -> _Told:
    form = "withdrawn" if what.status == "withdrawn" else verb
    key = f"story.incident.{form}" if words.has(f"story.incident.{form}") else "story.incident.revise"
    details = [words.word("status", what.status)]
    if what.hedged:
        details.append(words.say("hedged"))
    details += [told] if (told := reason(what, names, words)) else []
    return (
        "effect",
        words.say(key, what=incident(what, words), area=clean(words.area(what.area))),
        tuple(details),
        what.sources,
    )


def subject(line: LedgerLine, names: Names, words: Words) -> str:
    """Name what a ledger line counts, with its weapon where it counts weapons."""
    key = f"subject.{line.subject}"
    if not words.has(key):
        key = f"incident.{line.subject}"
    called = words.say(key) if words.has(key) else clean(line.subject)
    return f"{called}: {weapon(line.weapon, names, words)}" if line.weapon else called


def figure(line: LedgerLine, words: Words) -> str:
    """Say a ledger line's number with its unit."""
    if line.subject in HELP and line.min is None:
        return words.say("help.closed" if line.status == "denied" else "help.open")
    said = number(line.min, line.max, words, approx=line.approx)
    if not line.unit:
        return said
    key, exact = f"unit.{line.unit}", line.min is not None and line.min == line.max and not line.approx
    if words.has(key):
        return f"{said} {words.count(key, (line.min or 0) if exact else _MANY)}"
    return f"{said} ({words.say(f'object.{line.unit}') if words.has(f'object.{line.unit}') else clean(line.unit)})"


def _ledger(line: LedgerLine, verb: str, names: Names, words: Words) -> _Told:
    key = "story.ledger" if line.status == "standing" and verb != "close" else "story.ledger.closed"
    if line.status == "denied" and verb == "open":
        # A denial of what no figure stood for: nothing has fallen.
        key = "story.ledger.denied"
    details = [words.word("ledger", line.status)] if line.status != "standing" else []
    if line.hedged:
        details.append(words.say("hedged"))
    return (
        "ledger",
        words.say(key, subject=subject(line, names, words), number=figure(line, words)),
        tuple(details),
        (line.source,),
    )
