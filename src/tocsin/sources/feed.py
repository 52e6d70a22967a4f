"""RSS and Atom: the entries of a feed as reports (pure; ``poll`` fetches).

An entry's id is its ``id`` or ``guid``, else its link, else a digest of what it says.
An entry whose words changed under the same id is an edit: it says ``replaces``.
"""

from __future__ import annotations

import hashlib
import html
import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tocsin.model import Problem, Report
from tocsin.sources.push import MAX_TEXT, parse_report

__all__ = ["parse_feed"]

_BREAK = re.compile(r"(?i)<\s*(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"[ \t\u00a0]+")
_LINES = re.compile(r"\s*\n\s*")


def parse_feed(
    data: bytes, source: str, *, retrieved_at: datetime | None = None, seen: Mapping[str, str] | None = None
) -> tuple[tuple[Report, ...], tuple[Problem, ...]]:
    """Return the reports of a feed, oldest first, and what is wrong with it; one bad entry loses no other.

    ``seen`` holds the text that each id had when we last looked: what is the same
    is left out, what is different replaces it.
    """
    import feedparser  # noqa: PLC0415 - heavy, and only those who read feeds need it

    parsed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if parsed.get("bozo") and not parsed.entries:
        what = f"is no RSS or Atom feed: {parsed.get('bozo_exception')}"
        return (), (Problem(where=source, what=what, remedy="Give the address of a feed."),)
    reports: list[Report] = []
    problems: list[Problem] = []
    for number, entry in enumerate(parsed.entries, start=1):
        body, wrong = parse_report(
            _value(entry, source, retrieved_at), f"{source}, entry {number}", now=retrieved_at
        )
        problems.extend(wrong)
        if not isinstance(body, Report):
            continue
        known = (seen or {}).get(body.id)
        if known == body.text:
            continue
        if known is not None:
            value = _value(entry, source, retrieved_at) | {"replaces": body.id}
            edited, _ = parse_report(value, source, now=retrieved_at)
            body = edited if isinstance(edited, Report) else body
        reports.append(body)
    reports.sort(key=lambda report: report.stated_at or retrieved_at or datetime.max.replace(tzinfo=UTC))
    return tuple(reports), tuple(problems)


def _value(entry: Any, source: str, retrieved_at: datetime | None) -> dict[str, Any]:  # noqa: ANN401 - feedparser's
    text = _words(entry)
    link = entry.get("link")
    if not str(link).startswith(("http://", "https://")):
        link = None  # a guid that says it is a link and is none
    name = entry.get("id") or link
    if not name or len(str(name)) > 256:
        name = hashlib.sha256(f"{name}\n{text}".encode()).hexdigest()[:24]
    value: dict[str, Any] = {"id": name, "source": source, "text": text[:MAX_TEXT], "url": link}
    stamp = entry.get("published_parsed") or entry.get("updated_parsed")
    if stamp is not None:
        value["stated_at"] = datetime.fromtimestamp(timegm(stamp), tz=UTC).isoformat()
    if retrieved_at is not None:
        value["retrieved_at"] = retrieved_at.isoformat()
    return value


def _words(entry: Any) -> str:  # noqa: ANN401 - feedparser's
    """Return title and body as plain text; the title alone where the body repeats it."""
    title = _plain(str(entry.get("title", "")))
    contents = [one.get("value", "") for one in entry.get("content", ())]
    body = _plain(max([*contents, str(entry.get("summary", ""))], key=len))
    if not body or body == title:
        return title
    return body if body.startswith(title) else f"{title}\n\n{body}"


def _plain(marked: str) -> str:
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", marked)))
    return _LINES.sub("\n", _SPACE.sub(" ", text)).strip()
