"""The signed public log: every published change in order, chained and sealed, provable offline.

A log is lines of JSON. The first says where it begins, each following one is a
change in the very bytes in which it was published, and seals between and after
them sign the chain's head (Ed25519). Whoever holds the public key can tell that
nothing was added, left out or altered (``tocsin verify``). What is embargoed is not
in the published chain, so neither numbers nor heads tell of it (R27).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tocsin.codec import encode, instant
from tocsin.model import Problem
from tocsin.outlets.keys import Signer, public_key, signed_json, verify_signed_json
from tocsin.outlets.publication import EMPTY_HEAD, Publication, Published

__all__ = ["FORMAT", "LogConf", "LogOutlet", "configured", "lines", "routes", "seal", "verify_log"]

log = logging.getLogger(__name__)

FORMAT = "tocsin log 1"
SEAL_EVERY = 1000
"""Changes between seals in a long log."""
_BATCH = 500


class LogConf(msgspec.Struct, frozen=True, kw_only=True):
    """Which key signs, and the file to which the log is written, if any."""

    key: str | None = None
    file: str | None = None


def configured(table: Mapping[str, Any], base: Path) -> tuple[LogConf, tuple[Problem, ...]]:
    """Read the ``[log]`` table of the settings."""
    try:
        conf = msgspec.convert(dict(table), LogConf, strict=True)
    except msgspec.ValidationError as error:
        return LogConf(), (Problem(where="log", what=str(error), remedy="See docs/webhooks.md."),)
    key = str(base / conf.key) if conf.key else None
    return LogConf(key=key, file=str(base / conf.file) if conf.file else None), ()


class Chain(Protocol):
    """What the log asks of the app."""

    @property
    def publication(self) -> Publication:
        """The published chain."""

    def clock(self) -> datetime:
        """Tell the time."""


def opening(first: int, before: str, signer: Signer | None) -> bytes:
    """First line of a log: its form, the number of its first change, the head before that, and the key."""
    told: dict[str, Any] = {"log": FORMAT, "first": first, "before": before}
    if signer is not None:
        told |= {"key": signer.public, "key_id": signer.key_id}
    return encode(told)


def seal(last: int, head: str, at: datetime, signer: Signer | None) -> bytes:
    """Sign the chain's head: last line of a log, and between its lines."""
    told: dict[str, Any] = {"seal": last, "head": head, "at": instant(at)}
    if signer is not None:
        told["key_id"] = signer.key_id
    return signed_json(signer, encode(told))


def _next_head(head: str, data: bytes) -> str:
    return sha256(bytes.fromhex(head) + data).hexdigest()


def lines(
    changes: Iterable[Published], first: int, before: str, at: datetime, signer: Signer | None
) -> Iterator[bytes]:
    """Write a log: opening, changes, a seal after every ``SEAL_EVERY`` of them and at the end."""
    yield opening(first, before, signer)
    head, number = before, first - 1
    for one in changes:
        number, head = one.change.number, _next_head(head, one.data)
        yield one.data
        if number % SEAL_EVERY == 0:
            yield seal(number, head, at, signer)
    if number % SEAL_EVERY or number < first:
        yield seal(number, head, at, signer)


def head_before(publication: Publication, first: int) -> str:
    """Give the chain's head before a change."""
    head = EMPTY_HEAD
    for one in publication.after(0, first - 1):
        head = _next_head(head, one.data)
    return head


def _problem(number: int, what: str, remedy: str) -> Problem:
    return Problem(where=f"line {number}", what=what, remedy=remedy)


def verify_log(log_lines: Iterable[bytes], key: str | bytes | None) -> tuple[Problem, ...]:
    """Check a log against a public key, from its first line to its last; no problems: it is whole and unaltered.

    Without a key the chain alone is checked, and that it was not signed by a key
    known to the caller is a problem of its own.
    """
    verifier, problems = None, list[Problem]()
    if key is not None:
        try:
            verifier = public_key(key)
        except ValueError as error:
            return (
                Problem(where="key", what=f"is no Ed25519 public key ({error})", remedy="Give json.pub."),
            )
    else:
        problems.append(
            Problem(
                where="key", what="none was given: signatures were not checked", remedy="Give the public key."
            )
        )
    head, number, sealed, line = "", 0, -1, 0
    for line, raw in enumerate(log_lines, start=1):
        text = raw.rstrip(b"\r\n")
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return (
                *problems,
                _problem(line, "is no JSON: the log is cut off or altered here", "Download it anew."),
            )
        if not isinstance(value, dict):
            return (*problems, _problem(line, "is no line of a log", "Download it anew."))
        if line == 1:
            if value.get("log") != FORMAT or not _is_head(value.get("before")):
                return (
                    *problems,
                    _problem(1, f"does not open a log of the form {FORMAT!r}", "Give a whole log."),
                )
            head, number = value["before"], value.get("first", 1) - 1
            if number == 0 and head != EMPTY_HEAD:
                problems.append(
                    _problem(1, "begins with a head that is not the first one", "Do not trust it.")
                )
        elif "seal" in value:
            if value["seal"] != number or value.get("head") != head:
                problems.append(
                    _problem(line, "seals another chain than the one above it", "Do not trust it.")
                )
            if verifier is not None and verify_signed_json(verifier, text) is None:
                problems.append(_problem(line, "bears no signature of this key", "Do not trust it."))
            sealed = number
        else:
            if value.get("change") != number + 1:
                what = f"is change {value.get('change')} and not {number + 1}: one is missing or stands twice"
                problems.append(_problem(line, what, "Do not trust it."))
            number += 1
            head = _next_head(head, text)
        if len(problems) > 100:
            break
    if line == 0:
        problems.append(_problem(1, "the log is empty", "Give a log."))
    elif sealed != number:
        problems.append(
            _problem(line, "no seal follows the last change: the end may be cut off", "Download it anew.")
        )
    return tuple(problems)


def _is_seal(text: bytes) -> bool:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(value, dict) and "seal" in value


def _is_head(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(c in "0123456789abcdef" for c in value)


def routes(app: Chain, signer: Signer | None) -> list[Route]:
    """Make the routes of the log: ``/v1/log`` as lines of JSON, ``/v1/log/key`` for what verifies it."""

    async def whole(request: Request) -> Response:
        given = request.query_params.get("after", "0")
        if not (given.isascii() and given.isdigit() and len(given) < 16):
            body = encode({"where": "after", "what": "is no number", "remedy": "Give a change's number."})
            return Response(body, 400, media_type="application/json")
        publication = app.publication
        after = min(int(given), publication.last)
        changes = tuple(publication.after(after))
        before = await asyncio.to_thread(head_before, publication, after + 1)
        body_lines = lines(changes, after + 1, before, app.clock(), signer)

        async def stream() -> AsyncIterator[bytes]:
            batch: list[bytes] = []
            for one in body_lines:
                batch.append(one)
                if len(batch) == _BATCH:
                    yield b"\n".join(batch) + b"\n"
                    batch = []
            yield b"\n".join(batch) + b"\n"

        return StreamingResponse(
            stream(),
            media_type="application/x-ndjson",
            headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"},
        )

    async def key(request: Request) -> Response:
        del request
        told = {"algorithm": "Ed25519", "key": signer.public, "key_id": signer.key_id} if signer else None
        return Response(encode(told), 200 if told else 404, media_type="application/json")

    return [Route("/v1/log", whole, methods=["GET"]), Route("/v1/log/key", key, methods=["GET"])]


class LogOutlet:
    """Writes the log to a file as it grows; goes on after a restart where the file ends."""

    def __init__(self, app: Any, conf: LogConf) -> None:  # noqa: ANN401 - the app
        self._app = app
        self._path = Path(conf.file) if conf.file else None
        self.signer = Signer.load(conf.key) if conf.key else None
        self.trouble: str | None = None
        self._written = 0
        self._head = EMPTY_HEAD

    def condition(self) -> str | None:
        """Tell what is degraded, None where nothing is."""
        return self.trouble

    async def run(self) -> None:
        """Write until cancelled."""
        if self._path is None:
            return
        self._resume(self._path)
        self._write(self._path)
        async for _ in self._app.follow(self._app.publication.last):
            self._write(self._path)

    def _resume(self, path: Path) -> None:
        """Find where the file ends; one that tells another history is put aside, never overwritten."""
        if not path.exists():
            return
        published: Sequence[Published] = self._app.publication.after(0)
        with path.open("rb") as file:
            next(file, None)
            for raw in file:
                text = raw.rstrip(b"\n")
                if _is_seal(text):
                    continue
                if (
                    not raw.endswith(b"\n")
                    or self._written >= len(published)
                    or published[self._written].data != text
                ):
                    break
                self._written += 1
                self._head = _next_head(self._head, text)
            else:
                return
        aside = path.with_name(f"{path.name}.{sha256(path.read_bytes()).hexdigest()[:12]}")
        path.replace(aside)
        log.warning("%s told another history and is kept as %s", path, aside.name)
        self._written, self._head = 0, EMPTY_HEAD

    def _write(self, path: Path) -> None:
        """Append what is new, and a seal; a full disk is told and tried again with the next change."""
        new = self._app.publication.after(self._written)
        if not new:
            return
        out = [] if self._written else [opening(1, EMPTY_HEAD, self.signer)]
        head = self._head
        for one in new:
            out.append(one.data)
            head = _next_head(head, one.data)
        out.append(seal(new[-1].change.number, head, self._app.clock(), self.signer))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            size = path.stat().st_size if path.exists() else 0
            with path.open("ab") as file:
                try:
                    file.write(b"\n".join(out) + b"\n")
                    file.flush()
                except OSError:
                    file.truncate(size)
                    raise
        except OSError as error:
            self.trouble = f"{path.name}: {error.strerror}"
            return
        self.trouble = None
        self._written, self._head = new[-1].change.number, head
