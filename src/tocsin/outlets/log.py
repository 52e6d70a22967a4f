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
from base64 import b64encode
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
from tocsin.outlets.keys import Signer, public_key, signed_json
from tocsin.outlets.publication import EMPTY_HEAD, Publication, Published
from tocsin.outlets.verifying import FORMAT

__all__ = ["LogConf", "LogOutlet", "configured", "lines", "routes", "seal"]

log = logging.getLogger(__name__)

SEAL_EVERY = 1000
"""Changes between seals in a long log."""
_BATCH = 500


class LogConf(msgspec.Struct, frozen=True, kw_only=True):
    """Which key signs, and the file to which the log is written, if any."""

    key: str | None = None
    file: str | None = None
    retired: tuple[str, ...] = ()
    """Files of public keys that signed before: receivers of old logs need them still."""


def configured(table: Mapping[str, Any], base: Path) -> tuple[LogConf, tuple[Problem, ...]]:
    """Read the ``[log]`` table of the settings."""
    try:
        conf = msgspec.convert(dict(table), LogConf, strict=True)
    except msgspec.ValidationError as error:
        return LogConf(), (Problem(where="log", what=str(error), remedy="See docs/webhooks.md."),)
    key = str(base / conf.key) if conf.key else None
    file = str(base / conf.file) if conf.file else None
    retired = tuple(str(base / one) for one in conf.retired)
    problems = []
    for path in retired:
        try:
            public_key(Path(path).read_bytes())
        except (OSError, ValueError) as error:
            what = f"{path} is no readable public key ({error})"
            problems.append(Problem(where="log.retired", what=what, remedy="Name the old json.pub."))
    return LogConf(key=key, file=file, retired=retired), tuple(problems)


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


def lines(
    changes: Iterable[Published], first: int, before: str, at: datetime, signer: Signer | None
) -> Iterator[bytes]:
    """Write a log: opening, changes, a seal after every ``SEAL_EVERY`` of them and at the end."""
    yield opening(first, before, signer)
    head, number = before, first - 1
    for one in changes:
        number, head = one.change.number, one.head
        yield one.line
        if number % SEAL_EVERY == 0:
            yield seal(number, head, at, signer)
    if number % SEAL_EVERY or number < first:
        yield seal(number, head, at, signer)


def head_before(publication: Publication, first: int) -> str:
    """Give the chain's head before a change."""
    before = publication.after(first - 2, 1) if first > 1 else ()
    return before[0].head if before else EMPTY_HEAD


def _from(publication: Publication, after: int, last: int) -> Iterator[Published]:
    """Give published changes after a number up to a last one, a batch at a time: a long log is never held whole."""
    while after < last and (batch := publication.after(after, min(_BATCH, last - after))):
        yield from batch
        after = batch[-1].change.number


def _is_seal(text: bytes) -> bool:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(value, dict) and "seal" in value


def _retired(paths: Sequence[str]) -> list[dict[str, str]]:
    """Name public keys that signed before."""
    raws = [public_key(Path(path).read_bytes()).public_bytes_raw() for path in paths]
    return [{"key": b64encode(raw).decode(), "key_id": sha256(raw).hexdigest()[:16]} for raw in raws]


def routes(app: Chain, signer: Signer | None, retired: Sequence[str] = ()) -> list[Route]:
    """Make the routes of the log: ``/v1/log`` as lines of JSON, ``/v1/log/key`` for what verifies it."""

    async def whole(request: Request) -> Response:
        given = request.query_params.get("after", "0")
        if not (given.isascii() and given.isdigit() and len(given) < 16):
            body = encode({"where": "after", "what": "is no number", "remedy": "Give a change's number."})
            return Response(body, 400, media_type="application/json")
        publication = app.publication
        after = min(int(given), publication.last)
        changes = _from(publication, after, publication.last)
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

    before_us = _retired(retired)

    async def key(request: Request) -> Response:
        del request
        told: dict[str, Any] = {
            "where": "log.key",
            "what": "nothing is signed here",
            "remedy": "Ask the operator.",
        }
        if signer is not None:
            told = {
                "algorithm": "Ed25519",
                "key": signer.public,
                "key_id": signer.key_id,
                "retired": before_us,
            }
        headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}
        return Response(encode(told), 200 if signer else 404, headers, media_type="application/json")

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
        ahead: list[Published] = []
        redacted = False
        with path.open("rb") as file:
            next(file, None)
            for raw in file:
                text = raw.rstrip(b"\n")
                if _is_seal(text):
                    continue
                if not ahead:
                    ahead = list(reversed(self._app.publication.after(self._written, _BATCH)))
                one = ahead.pop() if ahead else None
                if one is not None and one.redacted and one.line != text:
                    # Its words were removed since: no copy of them is kept here either (R29).
                    redacted = True
                    break
                if not raw.endswith(b"\n") or one is None or one.line != text:
                    break
                self._written += 1
                self._head = one.head
            else:
                return
        self._written, self._head = 0, EMPTY_HEAD
        if redacted:
            path.unlink()
            return
        aside = path.with_name(f"{path.name}.{sha256(path.read_bytes()).hexdigest()[:12]}")
        path.replace(aside)
        log.warning("%s told another history and is kept as %s", path, aside.name)

    def _write(self, path: Path) -> None:
        """Append what is new, and a seal; a full disk is told and tried again with the next change."""
        while new := self._app.publication.after(self._written, SEAL_EVERY):
            if not self._append(path, new):
                return

    def _append(self, path: Path, new: Sequence[Published]) -> bool:
        out = [] if self._written else [opening(1, EMPTY_HEAD, self.signer)]
        head = self._head
        for one in new:
            out.append(one.line)
            head = one.head
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
            return False
        self.trouble = None
        self._written, self._head = new[-1].change.number, head
        return True
