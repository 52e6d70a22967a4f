"""The live-updates feed for newsrooms: one entry a public change of substance, corrections marked as corrections.

``Chronicle`` hears the public changes in their order and keeps those that say something new; ``entries`` tells
the newest of them in a language; ``atom`` and ``blog`` write them as Atom (RFC 4287) and as a schema.org
``LiveBlogPosting``. An entry never changes once it is out: what corrects it is an entry of its own that leads to it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any, Final

import msgspec
from lxml import etree

from tocsin.codec import encode
from tocsin.model import Alert, AreaRef, Change, Fact, Incident, LedgerLine, Statement
from tocsin.render.naming import Names, clean, instruction
from tocsin.render.sitrep_words import phrases
from tocsin.render.story import Quote, Telling, stroke, tell_all
from tocsin.render.words import Words

__all__ = ["LIMIT", "Chronicle", "Entry", "Masthead", "News", "atom", "blog", "entries"]

LIMIT: Final = 200
"""A feed lists at most so many entries."""
_KEPT = 5_000
_REMEMBERED = 20_000
_ATOM: Final = "http://www.w3.org/2005/Atom"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_MAP: Any = {None: _ATOM}
_FALLEN = ("retracted", "denied")


class News(msgspec.Struct, frozen=True):
    """A public change of substance; ``corrects`` is the number of the change that it takes back or mends."""

    change: Change
    correction: bool = False
    corrects: int | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the feed in one language; ``areas`` are codes, ``claims`` the ids that it rests on."""

    number: int
    at: datetime
    title: str
    details: tuple[str, ...]
    who: str
    quotes: tuple[Quote, ...]
    claims: tuple[str, ...]
    areas: tuple[str, ...]
    kind: str
    correction: bool = False
    corrects: int | None = None


class Masthead(msgspec.Struct, frozen=True, kw_only=True):
    """Who publishes the feed, where, and whether any of it is real: ``notice`` says that it is not."""

    base: str
    query: str = ""
    notice: str | None = None


class Chronicle:
    """The public changes of substance, newest last; a function of the public chain and nothing else (R27)."""

    def __init__(self) -> None:
        self.after = 0
        self.news: deque[News] = deque(maxlen=_KEPT)
        self._said: OrderedDict[str, tuple[int, tuple[object, ...]]] = OrderedDict()

    def hear(self, changes: Iterable[Change]) -> None:
        """Take in public changes, in their order."""
        for change in changes:
            self.after = change.number
            said = _substance(change.fact)
            if said is None:
                continue
            noun = f"{change.fact.type}/{getattr(change.fact.noun, 'id', '')}"
            before = self._said.get(noun)
            if before is not None and before[1] == said:
                continue
            # What a newer figure supersedes is told by the newer one.
            silent = isinstance(change.fact.noun, LedgerLine) and change.fact.noun.status == "superseded"
            mended = before[0] if before is not None else self._lowered(change.fact.noun)
            self._said[noun] = (before[0] if silent and before else change.number, said)
            self._said.move_to_end(noun)
            if len(self._said) > _REMEMBERED:
                self._said.popitem(last=False)
            if silent:
                continue
            correction = _corrects(change.fact) or (before is None and mended is not None)
            self.news.append(News(change, correction, mended if correction else None))

    def _lowered(self, noun: object) -> int | None:
        """Return the change whose figure a new line of the same source revises down."""
        if not isinstance(noun, LedgerLine) or noun.min is None:
            return None
        for earlier in noun.supersedes:
            number, said = self._said.get(f"ledger/{earlier}", (0, ()))
            if number and said[0] == noun.source and isinstance(said[1], int) and said[1] > noun.min:
                return number
        return None


def _substance(fact: Fact) -> tuple[object, ...] | None:
    """Return what a change says that is worth an entry; None where it says nothing that is."""
    noun = fact.noun
    match noun:
        case Alert() if fact.verb != "withhold":
            state = "stands" if fact.verb in {"raise", "revise"} else fact.verb
            return (state, noun.level, noun.kind, noun.cause, noun.ending, noun.contradicted, noun.unofficial)
        case Incident():
            return (noun.area.code, noun.kinds, noun.objects, noun.status, noun.hedged, noun.reason)
        case LedgerLine():
            return (noun.source, noun.min, noun.max, noun.approx, noun.hedged, noun.status)
        case Statement():
            return (noun.quote,)
        case _:
            return None


def _corrects(fact: Fact) -> bool:
    """Whether a change says that something published before was wrong; that the world moved on is none."""
    noun = fact.noun
    if isinstance(noun, Alert):
        return fact.verb == "revoke"
    if isinstance(noun, Incident):
        return noun.status == "withdrawn"
    if fact.verb == "open":
        return False
    return not fact.move or (isinstance(noun, LedgerLine) and noun.status in _FALLEN)


# --- telling ----------------------------------------------------------------------------


def entries(
    news: Sequence[News],
    *,
    names: Names,
    words: Words,
    quotes: Mapping[str, Quote],
    ref: Callable[[str], AreaRef],
) -> tuple[Entry, ...]:
    """Tell the newest changes in a language, newest first; what struck many areas at one stroke is one entry."""
    newest = [one.change for one in reversed(news)]
    strokes: dict[tuple[object, ...], list[News]] = {}
    for one in reversed(news):
        strokes.setdefault(stroke(one.change), []).append(one)
    groups = {group[0].change.number: group for group in strokes.values()}
    told = tell_all(newest, names, words, quotes)
    return tuple(_entry(one, groups[one.number], names, words, ref) for one in told[:LIMIT])


def _entry(
    told: Telling, group: Sequence[News], names: Names, words: Words, ref: Callable[[str], AreaRef]
) -> Entry:
    news = group[0]
    fact = news.change.fact
    noun, title, details, who = fact.noun, told.headline, list(told.details), told.who
    match noun:
        case Alert():
            if fact.verb in {"raise", "revise"}:
                details.append(instruction(noun, words))
        case LedgerLine():
            if noun.area:
                title = f"{title} ({clean(words.area(ref(noun.area)))})"
            who = _speaker(noun.source, noun.by, names, words)
        case Statement():
            who = _speaker(noun.source, noun.by, names, words)
            title = f"{title}: {who}"
        case _:
            pass
    if news.correction:
        title = phrases(words.lang).say("sentence.correction", text=title)
    return Entry(
        number=told.number,
        at=told.at,
        title=clean(title),
        details=tuple(clean(each) for each in details),
        who=clean(who),
        quotes=told.quotes,
        claims=tuple(dict.fromkeys(claim for one in group for claim in one.change.fact.because)),
        areas=tuple(dict.fromkeys(code for one in group for code in _where(one.change.fact.noun))),
        kind=fact.type,
        correction=news.correction,
        corrects=news.corrects,
    )


def _where(noun: object) -> tuple[str, ...]:
    if isinstance(noun, Alert | Incident):
        return (noun.area.code,)
    return (noun.area,) if isinstance(noun, LedgerLine) and noun.area else ()


def _speaker(source: str, by: str | None, names: Names, words: Words) -> str:
    """Name who says it; a quotation names both (R5)."""

    def name(one: str) -> str:
        known = names.register.get(one)
        return clean(known.called(words.lang) if known is not None else one)

    if by is None or by == source:
        return name(source)
    return phrases(words.lang).say("sentence.quoted", who=name(by), source=name(source))


# --- writing ----------------------------------------------------------------------------


def _address(head: Masthead, number: int, lang: str) -> str:
    """Return the id of an entry: the same for ever and for every area, with the number of its public change."""
    return f"{head.base}/live.atom?lang={lang}#c{number}"


def _permalink(head: Masthead, entry: Entry, lang: str) -> str:
    """Return where people read it: the story as it was known then, with this entry on top."""
    at = entry.at.astimezone(UTC)
    if at.microsecond:
        at = at.replace(microsecond=0) + timedelta(seconds=1)
    return f"{head.base}/story?known_at={at:%Y-%m-%dT%H:%M:%SZ}&lang={lang}#c{entry.number}"


def _title(head: Masthead, words: Words) -> str:
    title = f"{words.say('site.name')}: {words.say('live.title')}"
    return f"{head.notice} {title}" if head.notice else title


def atom(told: Sequence[Entry], *, head: Masthead, words: Words, now: datetime) -> bytes:
    """Write the entries as an Atom feed; ``updated`` is the newest entry's, ``now`` only where there is none."""
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap=_MAP)
    feed.set(_LANG, words.lang)
    here = f"{head.base}/live.atom{head.query}"
    _put(feed, "id", here)
    _put(feed, "title", _title(head, words))
    _put(feed, "updated", _rfc3339(told[0].at if told else now))
    author = etree.SubElement(feed, f"{{{_ATOM}}}author")
    _put(author, "name", words.say("site.name"))
    _link(feed, here, "self", "application/atom+xml")
    _link(feed, f"{head.base}/story?lang={words.lang}", "alternate", "text/html")
    for one in told:
        entry = etree.SubElement(feed, f"{{{_ATOM}}}entry")
        _put(entry, "id", _address(head, one.number, words.lang))
        _put(entry, "title", f"{head.notice} {one.title}" if head.notice else one.title)
        _put(entry, "updated", _rfc3339(one.at))
        _put(entry, "published", _rfc3339(one.at))
        if one.who:
            by = etree.SubElement(entry, f"{{{_ATOM}}}author")
            _put(by, "name", one.who)
        _link(entry, _permalink(head, one, words.lang), "alternate", "text/html")
        if one.corrects is not None:
            _link(entry, _address(head, one.corrects, words.lang), "related", "application/atom+xml")
        for term in (one.kind, *(("correction",) if one.correction else ())):
            etree.SubElement(entry, f"{{{_ATOM}}}category").set("term", term)
        content = etree.SubElement(entry, f"{{{_ATOM}}}content")
        content.set("type", "html")
        content.text = _html(one, words)
    return etree.tostring(feed, encoding="UTF-8", xml_declaration=True)


def _html(one: Entry, words: Words) -> str:
    """Write an entry's body: what, who says so, the words, the claims; everybody's text escaped."""
    out = [f"<p>{escape(each)}</p>" for each in one.details]
    if one.who:
        out.append(f"<p>{escape(words.say('ask.who'))}: {escape(one.who)}</p>")
    for quote in one.quotes:
        said = f"<p>{escape(clean(quote.quote))}</p><footer>{escape(clean(quote.source))}"
        if _web(quote.url):
            said += f' <a href="{escape(quote.url or "")}">{escape(quote.url or "")}</a>'
        out.append(f"<blockquote>{said}</footer></blockquote>")
    if one.claims:
        out.append(f"<p>{' '.join(f'<code>{escape(clean(each))}</code>' for each in one.claims)}</p>")
    return "".join(out)


def blog(told: Sequence[Entry], *, head: Masthead, words: Words, now: datetime) -> bytes:
    """Write the entries as JSON-LD of a schema.org ``LiveBlogPosting``; what was corrected leads to its correction."""
    mended = {one.corrects: one for one in reversed(told) if one.corrects is not None}
    us = {"@type": "Organization", "name": words.say("site.name"), "url": f"{head.base}/"}
    posting: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "@id": f"{head.base}/live.json{head.query}",
        "url": f"{head.base}/story?lang={words.lang}",
        "headline": _title(head, words),
        "inLanguage": words.lang,
        "author": us,
        "publisher": us,
        "dateModified": _rfc3339(told[0].at if told else now),
        "liveBlogUpdate": [_update(one, mended.get(one.number), head, words) for one in told],
    }
    if told:
        posting["datePublished"] = posting["coverageStartTime"] = _rfc3339(told[-1].at)
    if head.notice:
        posting["abstract"] = head.notice
    # Newsrooms put it into a <script>, which nobody's words may end.
    return encode(posting).replace(b"<", b"\\u003c")


def _update(one: Entry, mended: Entry | None, head: Masthead, words: Words) -> dict[str, Any]:
    who = f"{words.say('ask.who')}: {one.who}" if one.who else ""
    update: dict[str, Any] = {
        "@type": ["BlogPosting", "CorrectionComment"] if one.correction else "BlogPosting",
        "@id": _address(head, one.number, words.lang),
        "identifier": one.number,
        "url": _permalink(head, one, words.lang),
        "headline": f"{head.notice} {one.title}" if head.notice else one.title,
        "articleBody": "\n".join(each for each in (*one.details, who) if each) or one.title,
        "articleSection": one.kind,
        "datePublished": _rfc3339(one.at),
        "dateModified": _rfc3339(mended.at if mended else one.at),
        "inLanguage": words.lang,
        "isBasedOn": list(one.claims),
        "contentLocation": [{"@type": "Place", "identifier": code} for code in one.areas],
        "citation": [_citation(quote) for quote in one.quotes],
    }
    if one.corrects is not None:
        update["about"] = {"@id": _address(head, one.corrects, words.lang)}
    if mended is not None:
        update["correction"] = {"@id": _address(head, mended.number, words.lang)}
    return update


def _citation(quote: Quote) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@type": "Quotation",
        "text": clean(quote.quote),
        "spokenByCharacter": {"@type": "Organization", "name": clean(quote.source)},
    }
    if quote.stated_at is not None:
        told["datePublished"] = _rfc3339(quote.stated_at)
    if _web(quote.url):
        told["url"] = quote.url
    return told


def _web(url: str | None) -> bool:
    return url is not None and url.startswith(("https://", "http://")) and clean(url) == url


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _put(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}{tag}").text = text


def _link(parent: etree._Element, href: str, rel: str, kind: str) -> None:
    link = etree.SubElement(parent, f"{{{_ATOM}}}link")
    for name, value in (("rel", rel), ("type", kind), ("href", href)):
        link.set(name, value)
