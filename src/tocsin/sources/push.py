"""Reports that are handed to us as JSON: over HTTP, or line by line from a file.

Pure: bytes in, reports and problems out. A report that can't be taken is a
problem that says where, what and the remedy; its neighbours are taken all the same.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tocsin.codec import encode, valid_text
from tocsin.model import Deletion, Media, Problem, Report

__all__ = ["MAX_TEXT", "parse_body", "parse_line", "parse_report"]

MAX_TEXT = 100_000
"""Characters that a report may have: several long articles."""
MAX_ID = 256
MAX_LINE = 4 * 1024 * 1024
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Before this, a time is a clock that was never set."""
LATEST = datetime(2045, 1, 1, tzinfo=UTC)
"""After this, a time is wrong whatever our own clock says."""
AHEAD = timedelta(minutes=15)
"""How far a source's clock may run before ours."""
OURSELVES = "tocsin"

_FIELDS = frozenset(
    [
        "id",
        "source",
        "text",
        "stated_at",
        "replaces",
        "reply_to",
        "forwarded_from",
        "url",
        "retrieved_at",
        "media",
        "structured",
        "deletes",
    ]
)
_FORMATTING = frozenset("\t\n\r\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")
"""Unseen characters that honest messengers put into texts."""

Taken = tuple[Report | Deletion | None, tuple[Problem, ...]]


class _Refused(Exception):  # noqa: N818 - a way out, never seen outside
    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def parse_line(
    line: bytes | str,
    where: str,
    *,
    source: str | None = None,
    register: Collection[str] | None = None,
    now: datetime | None = None,
) -> Taken:
    """Return the report or deletion that a line of JSON holds, and what is wrong with it; None where nothing can be taken."""
    if len(line) > MAX_LINE:
        return _refuse(where, f"has {len(line)} bytes", f"Send at most {MAX_LINE} bytes a report.")
    try:
        return parse_report(msgspec.json.decode(line), where, source=source, register=register, now=now)
    except UnicodeError as error:
        return _refuse(where, f"is not UTF-8 ({error})", "Send UTF-8.")
    except msgspec.DecodeError as error:
        return _refuse(where, f"is no JSON: {error}", "Send one JSON object a report, in UTF-8.")
    except RecursionError:
        return _refuse(where, "is nested too deeply", "Send one flat JSON object a report.")


def parse_body(
    data: bytes,
    where: str,
    *,
    source: str | None = None,
    register: Collection[str] | None = None,
    now: datetime | None = None,
    limit: int = 1000,
) -> tuple[Taken, ...] | Problem:
    """One report or a list of them; a problem where the whole is neither."""
    remedy = "Send one report as a JSON object, or a list of them, in UTF-8."
    try:
        value = msgspec.json.decode(data)
    except UnicodeError:
        return Problem(where=where, what="is not UTF-8", remedy=remedy)
    except (msgspec.DecodeError, RecursionError) as error:
        try:
            data.decode()
        except UnicodeDecodeError as wrong:
            return Problem(where=f"{where}, byte {wrong.start}", what="is not UTF-8", remedy=remedy)
        return Problem(where=where, what=f"is no JSON: {error}", remedy=remedy)
    reports = value if isinstance(value, list) else [value]
    if not reports:
        return Problem(where=where, what="holds no report", remedy=remedy)
    if len(reports) > limit:
        return Problem(
            where=where, what=f"holds {len(reports)} reports", remedy=f"Send at most {limit} at once."
        )
    single = not isinstance(value, list)
    return tuple(
        parse_report(one, where if single else f"{where}[{n}]", source=source, register=register, now=now)
        for n, one in enumerate(reports)
    )


def parse_report(
    value: object,
    where: str,
    *,
    source: str | None = None,
    register: Collection[str] | None = None,
    now: datetime | None = None,
) -> Taken:
    """Return the report or deletion that a JSON value describes, and what is wrong with it.

    ``source`` is whose key it came with: it stands in for one that isn't said,
    and refuses another. ``register`` holds the sources that we know, ``now`` is
    our own clock; without them nothing is said of either.
    """
    if not isinstance(value, dict):
        return _refuse(where, "is no JSON object", 'Send {"id": …, "source": …, "text": …}.')
    notes: list[Problem] = []
    try:
        by = _source(value, source)
        if "deletes" in value:
            return _deletion(value, by, now), ()
        report = _report(value, by, where, now, notes)
    except _Refused as refused:
        return _refuse(where, refused.what, refused.remedy)
    notes.extend(
        _note(where, f"{field[:40]!r} is no field of a report and was left out", "Leave it out.")
        for field in sorted(set(map(str, value)) - _FIELDS)
    )
    if register is not None and by not in register:
        notes.append(
            _note(
                where,
                f"no register names the source {by!r}; it is read with reliability F",
                "Add it to a register of sources (--sources FILE).",
            )
        )
    return report, tuple(notes)


def _note(where: str, what: str, remedy: str) -> Problem:
    return Problem(where=where, what=what, remedy=remedy)


def _refuse(where: str, what: str, remedy: str) -> Taken:
    return None, (_note(where, what, remedy),)


def _source(value: Mapping[str, Any], key: str | None) -> str:
    named = value.get("source")
    if named is None and key is not None:
        return key
    by = _word(value, "source", needed=True)
    assert by is not None  # noqa: S101 - needed
    if by == OURSELVES:
        raise _Refused("comes from ourselves", "Don't feed our own messages back as a source.")
    if key is not None and by != key:
        raise _Refused(
            f"names the source {by!r}, and its key is that of {key!r}", "Send it with that source's key."
        )
    return by


def _word(value: Mapping[str, Any], field: str, *, needed: bool = False) -> str | None:
    """Return an id or name: short, without control characters; whole numbers are taken as their digits."""
    word = value.get(field)
    if isinstance(word, int) and not isinstance(word, bool):
        word = str(word)
    if word is None and not needed:
        return None
    if not isinstance(word, str) or not word.strip():
        raise _Refused(f"its {field} is missing or no text", f'Send "{field}" as a text.')
    if len(word) > MAX_ID:
        raise _Refused(f"its {field} has {len(word)} characters", f"Keep it to {MAX_ID}.")
    if any(_hidden(char) for char in word):
        raise _Refused(f"its {field} holds control or direction characters", "Send it without them.")
    return word


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _instant(value: Mapping[str, Any], field: str, now: datetime | None) -> datetime | None:
    said = value.get(field)
    if said is None:
        return None
    remedy = "Write it as 2024-12-20T06:40:00+02:00."
    if not isinstance(said, str):
        raise _Refused(f"its {field} is no time", remedy)
    try:
        at = datetime.fromisoformat(said.strip())
        at = at.astimezone(UTC) if at.tzinfo is not None else at
    except (ValueError, OverflowError):
        raise _Refused(f"its {field} {said[:40]!r} is no ISO 8601 time", remedy) from None
    if at.tzinfo is None:
        raise _Refused(f"its {field} {said[:40]!r} has no zone", remedy)
    if at < EARLIEST:
        raise _Refused(
            f"its {field} {said[:40]!r} is before any report could be", "Set the clock of the source."
        )
    if at > (now + AHEAD if now is not None else LATEST):
        raise _Refused(f"its {field} {said[:40]!r} lies in the future", "Set the clock of the source.")
    return at


def _deletion(value: Mapping[str, Any], by: str, now: datetime | None) -> Deletion:
    target = _word(value, "deletes", needed=True) or ""
    own = _word(value, "id") or f"deletes:{target}"
    return Deletion(id=own, source=by, deletes=target, stated_at=_instant(value, "stated_at", now))


def _report(
    value: Mapping[str, Any], by: str, where: str, now: datetime | None, notes: list[Problem]
) -> Report:
    text = value.get("text")
    media = _media(value.get("media"), where, notes)
    structured = value.get("structured")
    text = "" if text is None and (media or structured is not None) else text
    if not isinstance(text, str):
        raise _Refused("its text is missing or no text", 'Send "text" as a text.')
    if not valid_text(text):
        raise _Refused("its text holds half of a character pair", "Send whole characters in UTF-8.")
    if not text.strip() and not media and structured is None:
        raise _Refused("its text is empty", "Send what the source said, or nothing.")
    if len(text) > MAX_TEXT:
        raise _Refused(
            f"its text has {len(text)} characters", f"Send at most {MAX_TEXT}; split what is longer."
        )
    _look_for_hidden(text, where, notes)
    stated_at = _instant(value, "stated_at", now)
    own = _word(value, "id")
    if own is None:
        own = hashlib.sha256(f"{by}\n{value.get('stated_at') or ''}\n{text}".encode()).hexdigest()[:16]
    return Report(
        id=own,
        source=by,
        text=text,
        stated_at=stated_at,
        replaces=_word(value, "replaces"),
        reply_to=_word(value, "reply_to"),
        forwarded_from=_word(value, "forwarded_from"),
        url=_url(value.get("url"), where, notes),
        retrieved_at=_instant(value, "retrieved_at", now),
        media=media,
        structured=_structured(structured),
    )


def _structured(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else encode(value).decode()
    if len(text) > MAX_TEXT:
        raise _Refused(f"its structured body has {len(text)} characters", f"Send at most {MAX_TEXT}.")
    return text


def _look_for_hidden(text: str, where: str, notes: list[Problem]) -> None:
    hidden = sum(1 for char in text if char not in _FORMATTING and unicodedata.category(char) in {"Cc", "Cf"})
    if hidden == 0:
        return
    if hidden * 20 > len(text):
        raise _Refused(
            f"its text is full of control or direction characters ({hidden} of {len(text)})",
            "Send the words as a reader sees them.",
        )
    notes.append(
        _note(
            where,
            f"its text holds {hidden} control or direction characters; they are kept",
            "Send the words as a reader sees them.",
        )
    )


def _url(value: object, where: str, notes: list[Problem]) -> str | None:
    if value is None:
        return None
    fine = isinstance(value, str) and value.startswith(("https://", "http://")) and len(value) <= 2000
    if fine and isinstance(value, str) and not any(_hidden(char) or char.isspace() for char in value):
        return value
    notes.append(_note(where, "its url is no web address and was left out", "Send http:// or https://."))
    return None


def _media(value: object, where: str, notes: list[Problem]) -> tuple[Media, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > 100:
        raise _Refused("its media are no list of at most 100", 'Send "media" as [{"sha256": …, "url": …}].')
    found = []
    for one in value:
        digest = one.get("sha256") if isinstance(one, dict) else None
        if not isinstance(digest, str) or not 0 < len(digest) <= 128:
            raise _Refused("one of its media has no sha256", 'Send "media" as [{"sha256": …, "url": …}].')
        found.append(Media(sha256=digest, url=_url(one.get("url"), where, notes)))
    return tuple(found)
