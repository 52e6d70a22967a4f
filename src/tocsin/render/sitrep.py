"""Situation reports: what is known of an attack, each sentence with the claims that say it.

``sitrep`` is pure: a picture and the changes that led to it go in, a ``Sitrep`` value
comes out, in Ukrainian, Russian or English. Nothing is in it that no claim says:
a sentence without claims is not written. ``sitrep_forms`` turns it into Markdown,
HTML and JSON. Its parts follow OCHA's: highlights, key figures, items, contact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.model import Alert, AreaRef, Change, Incident, LedgerLine, Picture, Statement
from tocsin.render.naming import Names, clean
from tocsin.render.sitrep_charts import Chart, charts
from tocsin.render.sitrep_map import Ground, plot
from tocsin.render.sitrep_parts import (
    alarms,
    changed,
    districts,
    figures,
    help_open,
    highlights,
    outages,
    response,
    statements,
    timeline,
)
from tocsin.render.sitrep_words import Tongue, phrases
from tocsin.render.story import Quote
from tocsin.render.words import bundled

__all__ = ["LANGS", "Figure", "Part", "Sentence", "Sitrep", "Word", "sitrep", "within"]

LANGS = ("uk", "ru", "en")
HIGHLIGHTS = 5
"""At most so many highlights: a reader takes in no more (OCHA: two to five)."""


class Sentence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sentence with the ids of its claims; ``about`` is the noun that it tells of, its anchor."""

    text: str
    claims: tuple[str, ...]
    about: str
    at: datetime | None = None
    correction: bool = False


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A key figure: the preferred line in words and numbers, and what others say beside it."""

    subject: str
    area: str
    number: str
    low: int | None
    high: int | None
    others: str
    source: str
    at: datetime
    status: str
    line: str
    why: str
    claims: tuple[str, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the report: its name, its title, its sentences."""

    name: str
    title: str
    sentences: tuple[Sentence, ...]
    note: str | None = None


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """The words behind a claim, as they were published."""

    claim: str
    source: str
    quote: str
    stated_at: datetime | None
    url: str | None


class Sitrep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A situation report in one language; ``notice`` says that none of it is real (a demonstration, an exercise)."""

    lang: str
    title: str
    known_at: datetime
    known: str
    area: AreaRef | None
    since: datetime | None
    since_text: str | None
    highlights: tuple[Sentence, ...]
    figures: tuple[Figure, ...]
    parts: tuple[Part, ...]
    words: tuple[Word, ...]
    contact: str
    base: str
    charts: tuple[Chart, ...] = ()
    notice: str | None = None


def sitrep(
    picture: Picture,
    changes: Sequence[Change],
    lang: str,
    *,
    names: Names,
    ref: Callable[[str], AreaRef],
    known_at: datetime,
    area: AreaRef | None = None,
    covers: Callable[[str, str], bool] | None = None,
    since: datetime | None = None,
    quotes: Mapping[str, Quote] | None = None,
    map_of: Callable[[Picture, str | None], Ground | None] | None = None,
    base: str = "",
    contact: str = "",
    notice: str | None = None,
) -> Sitrep:
    """Write the report of what ``picture`` holds, as known at ``known_at``.

    ``changes`` are those until ``known_at``, in order. ``area`` with ``covers`` keeps
    to one area and what lies in it; ``since`` adds what changed after it. ``quotes``
    are the words behind claims that may be shown; ``map_of`` chooses the map for a picture
    and an area; ``base`` is where permalinks start.
    """
    if area is not None and covers is not None:
        picture = within(picture, area.code, covers)
        changes = [change for change in changes if _touches(change, area.code, covers)]
    tongue = Tongue(
        words=bundled(lang),
        phrases=phrases(lang),
        names=names,
        ref=ref,
        now=known_at,
        covers=covers or str.__eq__,
    )
    say = tongue.phrases
    parts = tuple(
        Part(name=name, title=say.say(f"part.{name}"), sentences=_written(drafts), note=note)
        for name, drafts, note in (
            ("timeline", timeline(picture, changes, tongue), None),
            ("districts", districts(picture, tongue), None),
            ("response", response(picture, tongue), None),
            ("outages", outages(picture, tongue), None),
            ("help", help_open(picture, quotes or {}, tongue), None),
            ("statements", statements(picture, tongue), say.say("sentence.statements-note")),
            *((("changed", changed(changes, since, tongue), None),) if since is not None else ()),
        )
    )
    alarm, news = _written(alarms(changes, tongue)), _written(highlights(picture, tongue))
    top = (*alarm, *news)[:HIGHLIGHTS] if len(news) < HIGHLIGHTS or _runs(changes) else news[:HIGHLIGHTS]
    key_figures = tuple(Figure(**row) for row in figures(picture, tongue))
    title = (
        say.say("title", area=clean(tongue.words.area(area))) if area is not None else say.say("title-all")
    )
    return Sitrep(
        lang=lang,
        title=title,
        known_at=known_at,
        known=say.say("known", time=tongue.words.when(known_at)),
        area=area,
        since=since,
        since_text=None if since is None else say.say("since", time=tongue.words.when(since)),
        highlights=top,
        figures=key_figures,
        parts=parts,
        words=_words(top, key_figures, parts, quotes or {}, names=names, lang=lang),
        contact=contact,
        base=base,
        charts=(*_map(picture, tongue, area, covers, map_of), *charts(picture, changes, tongue)),
        notice=notice,
    )


def _map(
    picture: Picture,
    tongue: Tongue,
    area: AreaRef | None,
    covers: Callable[[str, str], bool] | None,
    map_of: Callable[[Picture, str | None], Ground | None] | None,
) -> tuple[Chart, ...]:
    """Draw the map, where there is one to draw on and something to show."""
    ground = None if map_of is None else map_of(picture, None if area is None else area.code)
    where = None if ground is None or covers is None else plot(picture, ground, covers, tongue)
    return () if where is None else (where,)


def _runs(changes: Sequence[Change]) -> bool:
    """Whether an official alarm still runs at the end of ``changes``."""
    running: dict[str, bool] = {}
    for change in changes:
        noun = change.fact.noun
        if isinstance(noun, Alert) and noun.layer == "official" and change.fact.verb in {"raise", "clear"}:
            running[noun.id] = change.fact.verb == "raise"
    return any(running.values())


def within(picture: Picture, code: str, covers: Callable[[str, str], bool]) -> Picture:
    """Return what of a picture speaks of an area, and the statements, which speak of none."""
    lines = tuple(line for line in picture.ledgers.lines if line.area is not None and covers(code, line.area))
    kept = {line.id for line in lines}
    return msgspec.structs.replace(
        picture,
        incidents=tuple(each for each in picture.incidents if covers(code, each.area.code)),
        ledgers=msgspec.structs.replace(
            picture.ledgers,
            lines=lines,
            preferred=tuple(each for each in picture.ledgers.preferred if each.line in kept),
        ),
    )


def _touches(change: Change, code: str, covers: Callable[[str, str], bool]) -> bool:
    noun = change.fact.noun
    if isinstance(noun, Statement):
        return True
    if isinstance(noun, LedgerLine):
        return noun.area is not None and covers(code, noun.area)
    area = getattr(noun, "area", None)
    if isinstance(noun, Incident):
        return covers(code, noun.area.code)
    # An alarm of the area above holds here too.
    return isinstance(area, AreaRef) and (covers(code, area.code) or covers(area.code, code))


Draft = tuple[str, tuple[str, ...], str, datetime | None, bool]


def _written(drafts: Iterable[Draft]) -> tuple[Sentence, ...]:
    """Keep the sentences that claims stand behind."""
    return tuple(
        Sentence(text=text, claims=claims, about=about, at=at, correction=correction)
        for text, claims, about, at, correction in drafts
        if claims
    )


def _words(
    top: Sequence[Sentence],
    key_figures: Sequence[Figure],
    parts: Sequence[Part],
    quotes: Mapping[str, Quote],
    *,
    names: Names,
    lang: str,
) -> tuple[Word, ...]:
    """Return the words behind every claim that the report names, in the order in which it names them."""
    named: dict[str, None] = {}
    for sentence in (*top, *(each for part in parts for each in part.sentences)):
        named.update(dict.fromkeys(sentence.claims))
    for figure in key_figures:
        named.update(dict.fromkeys(figure.claims))
    out = []
    for claim in named:
        quote = quotes.get(claim)
        if quote is None:
            continue
        known = names.register.get(quote.source)
        out.append(
            Word(
                claim=claim,
                source=clean(known.called(lang) if known is not None else quote.source),
                quote=clean(quote.quote),
                stated_at=quote.stated_at,
                url=quote.url,
            )
        )
    return tuple(out)
