"""A web article: its words, when it says that it was published, and its address (pure; ``poll`` fetches)."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

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

    Its id is its address, or a digest of its words where it has none.
    """
    import trafilatura  # noqa: PLC0415 - heavy, and only those who read articles need it

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
    stated = _stated(data, str(found.get("date") or ""), retrieved_at)
    if stated is not None:
        value["stated_at"] = stated
    if retrieved_at is not None:
        value["retrieved_at"] = retrieved_at.isoformat()
    if replaces is not None:
        value["replaces"] = replaces
    body, problems = parse_report(value, where, now=retrieved_at)
    return (body if isinstance(body, Report) else None), problems


_TIMES = re.compile(
    rb"""(?:article:published_time|datePublished|pubdate|<time)[^<>]{0,200}?["'](\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:?\d\d))["']"""
    rb"""|content=["'](\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:?\d\d))["'][^<>]{0,100}(?:published_time|datePublished)"""
)


def _stated(data: bytes, date: str, retrieved_at: datetime | None) -> str | None:
    """Return when a page says that it was published; of a day that is past, its last second.

    A page of an earlier day must not be taken for news of now; of today, the time at
    which it was fetched says more than a date.
    """
    for found in _TIMES.finditer(data[:500_000]):
        said = (found[1] or found[2]).decode()
        try:
            at = datetime.fromisoformat(said)
        except ValueError:
            continue
        if retrieved_at is None or at <= retrieved_at:
            return at.isoformat()
    try:
        day = datetime.fromisoformat(date[:10]).replace(tzinfo=UTC)
    except ValueError:
        return None
    end = day + timedelta(days=1, seconds=-1)
    return end.isoformat() if retrieved_at is None or end <= retrieved_at else None
