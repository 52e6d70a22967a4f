"""Atom and RSS feeds of CAP messages, by the recipe that the known aggregators all read.

An entry's id *is* the address of its CAP document, because one aggregator fetches the id and ignores the link; a
new message has a new address. An ended alert leaves, its closing message stays until it expires, and the last
message of all stays for good: an aggregator that finds an empty feed keeps what it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

from lxml import etree

from tocsin.render.cap import Issuer, Message, headline
from tocsin.render.naming import clean
from tocsin.render.words import Words

__all__ = ["address", "atom", "listed", "rss"]

ATOM: Final = "http://www.w3.org/2005/Atom"
CAP_TYPE: Final = "application/cap+xml"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_ATOM_MAP: Any = {None: ATOM}
_RSS_MAP: Any = {"atom": ATOM, "dc": _DC}


def address(issuer: Issuer, identifier: str) -> str:
    """Where the CAP document of a message lives; it ends in ``.xml``, which one importer asks for."""
    return f"{issuer.home}/cap/{identifier}.xml"


def listed(messages: Sequence[Message], now: datetime) -> tuple[Message, ...]:
    """Choose what a feed lists: of each alert its last message while it has not expired, newest first.

    ``messages`` are in the order of their sending. Never empty once anything was issued.
    """
    last: dict[str, Message] = {}
    for one in messages:
        last[one.alert.id] = one
    standing = sorted(
        (one for one in last.values() if one.expires > now),
        key=lambda m: (m.sent, m.identifier),
        reverse=True,
    )
    if not standing and messages:
        return (messages[-1],)
    return tuple(standing)


def atom(messages: Sequence[Message], *, issuer: Issuer, now: datetime, words: Words) -> bytes:
    """Write an Atom feed (RFC 4287) of these messages; ``updated`` is the time of the newest, not of the asking."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap=_ATOM_MAP)
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", words.lang)
    _put(feed, "id", f"{issuer.home}/cap/feed.atom")
    _put(feed, "title", _title(issuer, words))
    _put(feed, "updated", _rfc3339(messages[0].sent if messages else now))
    author = etree.SubElement(feed, f"{{{ATOM}}}author")
    _put(author, "name", words.named(issuer.names, issuer.sender))
    _link(feed, f"{issuer.home}/cap/feed.atom", "self", "application/atom+xml")
    _link(feed, f"{issuer.home}/", "alternate", "text/html")
    for one in messages:
        where = address(issuer, one.identifier)
        entry = etree.SubElement(feed, f"{{{ATOM}}}entry")
        _put(entry, "id", where)
        _put(entry, "title", clean(headline(one, words)))
        _put(entry, "updated", _rfc3339(one.sent))
        _put(entry, "published", _rfc3339(one.sent))
        _link(entry, where, "alternate", CAP_TYPE)
        _put(entry, "summary", clean(headline(one, words)))
    return etree.tostring(feed, encoding="UTF-8", xml_declaration=True)


def rss(messages: Sequence[Message], *, issuer: Issuer, now: datetime, words: Words) -> bytes:
    """Write an RSS 2.0 feed of these messages, ``guid`` the CAP identifier."""
    root = etree.Element("rss", nsmap=_RSS_MAP)
    root.set("version", "2.0")
    channel = etree.SubElement(root, "channel")
    for tag, text in (
        ("title", _title(issuer, words)),
        ("link", f"{issuer.home}/"),
        ("description", _title(issuer, words)),
        ("language", words.lang),
        ("lastBuildDate", format_datetime(messages[0].sent if messages else now)),
    ):
        etree.SubElement(channel, tag).text = text
    _link(channel, f"{issuer.home}/cap/feed.rss", "self", "application/rss+xml")
    for one in messages:
        item = etree.SubElement(channel, "item")
        etree.SubElement(item, "title").text = clean(headline(one, words))
        etree.SubElement(item, "link").text = address(issuer, one.identifier)
        etree.SubElement(item, "description").text = clean(headline(one, words))
        etree.SubElement(item, "category").text = words.word("kind", one.alert.kind)
        guid = etree.SubElement(item, "guid")
        guid.set("isPermaLink", "false")
        guid.text = one.identifier
        etree.SubElement(item, "pubDate").text = format_datetime(one.sent)
        etree.SubElement(item, f"{{{_DC}}}creator").text = issuer.sender
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _title(issuer: Issuer, words: Words) -> str:
    title = words.say("feed.title")
    if issuer.status in {"Test", "Exercise"}:
        title = f"{words.say(f'cap.{issuer.status.lower()}')} {title}"
    return title


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _put(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{tag}").text = text


def _link(parent: etree._Element, href: str, rel: str, kind: str) -> None:
    link = etree.SubElement(parent, f"{{{ATOM}}}link")
    link.set("rel", rel)
    link.set("href", href)
    link.set("type", kind)
