"""A web article: its words, when it says that it was published, and its address (pure; ``poll`` fetches)."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
import trafilatura

from tocsin.model import Problem, Report
from tocsin.sources.push import MAX_TEXT, parse_report

__all__ = ["parse_article"]


def parse_article(
    data: bytes,
    source: str,
    *,
    url: str | None = None,
    retrieved_at: datetime | None = None,
    replaces: str | None = None,
) -> tuple[Report | None, tuple[Problem, ...]]:
    """Return the article that an HTML page holds as one report, and what is wrong with it.

    Its id is its address, or a digest of its words where it has none. ``stated_at`` is
    taken from the page only where it says the time of day as well: a date alone is no time.
    """
    where = url or source
    page = trafilatura.bare_extraction(
        data, url=url, favor_precision=True, include_comments=False, include_tables=False, with_metadata=True
    )
    found = page if isinstance(page, dict) else page.as_dict() if page is not None else {}
    text = str(found.get("text") or "").strip()
    if not text:
        remedy = "Give the address of an article; a page that a script writes can't be read."
        return None, (Problem(where=where, what="holds no article", remedy=remedy),)
    title = str(found.get("title") or "").strip()
    if title and not text.startswith(title):
        text = f"{title}\n\n{text}"
    address = url or found.get("url")
    name = address if address and len(address) <= 256 else hashlib.sha256(text.encode()).hexdigest()[:24]
    value: dict[str, object] = {"id": name, "source": source, "text": text[:MAX_TEXT], "url": address}
    stated = _stated(str(found.get("date") or ""))
    if stated is not None:
        value["stated_at"] = stated
    if retrieved_at is not None:
        value["retrieved_at"] = retrieved_at.isoformat()
    if replaces is not None:
        value["replaces"] = replaces
    body, problems = parse_report(value, where, now=retrieved_at)
    return (body if isinstance(body, Report) else None), problems


def _stated(date: str) -> str | None:
    if "T" not in date:
        return None
    try:
        at = msgspec.convert(date, datetime)
    except msgspec.ValidationError:
        return None
    return date if at.tzinfo is not None else None
