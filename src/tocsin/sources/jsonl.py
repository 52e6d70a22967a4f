"""A file of JSON lines that grows: followed from where we were, across rotation, truncation and restarts.

Where we were is remembered beside the journal: the file's identity, a digest of its
first bytes, and the offset after the last whole line that was taken. A line that was
taken twice costs nothing, since reports are idempotent.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from tocsin.sources import SourceError

__all__ = ["Follower", "Mark"]

log = logging.getLogger(__name__)

_CHUNK = 1 << 20
_LONGEST = 4 * 1024 * 1024
_HEAD = 256

Take = Callable[[Sequence[tuple[str, bytes]]], Awaitable[None]]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Where we were in a file: its identity, its first bytes' digest and length, and the offset."""

    inode: int = 0
    head: str = ""
    length: int = 0
    offset: int = 0
    line: int = 0


class Follower:
    """Reads whole lines as they are appended, and hands each batch over before it remembers it."""

    def __init__(self, path: str | Path, remember: str | Path | None = None) -> None:
        self._path = Path(path)
        self._remember = Path(remember) if remember is not None else None
        self._mark = self._next = self._recall()
        self.trouble: str | None = None
        """What went wrong the last time; None where nothing did."""

    def _recall(self) -> Mark:
        if self._remember is not None:
            with suppress(OSError, msgspec.DecodeError):
                return msgspec.json.decode(self._remember.read_bytes(), type=Mark)
        return Mark()

    def read(self) -> list[tuple[str, bytes]]:
        """Return the whole lines that are new, each with where it is; SourceError where the file can't be read.

        Call ``keep`` once they are safe; until then the same lines come again.
        """
        try:
            with self._path.open("rb") as file:
                mark = self._check(file.fileno(), self._mark)
                file.seek(mark.offset)
                data = file.read(_CHUNK)
                if b"\n" not in data:
                    data += file.read(_LONGEST - len(data))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise SourceError(
                str(self._path), f"can't be read: {error.strerror}", "Check the path and its rights."
            ) from error
        end = data.rfind(b"\n") + 1
        if end == 0 and len(data) >= _LONGEST:
            end = len(data)  # a line that nobody ends is refused by its size, then left behind
        lines = [
            (f"{self._path.name}:{mark.line + n}", line.rstrip(b"\r"))
            for n, line in enumerate(data[:end].removesuffix(b"\n").split(b"\n"), start=1)
            if end and line.strip()
        ]
        self._next = msgspec.structs.replace(
            mark, offset=mark.offset + end, line=mark.line + data[:end].count(b"\n")
        )
        return lines

    def _check(self, handle: int, mark: Mark) -> Mark:
        """Start over where the file is another one, or was cut off, since we looked."""
        status = os.fstat(handle)
        head = os.pread(handle, mark.length or _HEAD, 0)
        digest = hashlib.sha256(head[: mark.length] if mark.length else head).hexdigest()
        moved = mark.inode not in {0, status.st_ino} or (mark.length and digest != mark.head)
        if mark.inode == 0 or moved or status.st_size < mark.offset:
            first = os.pread(handle, _HEAD, 0)
            return Mark(
                inode=status.st_ino,
                head=hashlib.sha256(first).hexdigest(),
                length=len(first),
                offset=0,
                line=0,
            )
        if mark.length < _HEAD:
            longer = os.pread(handle, _HEAD, 0)
            return msgspec.structs.replace(mark, head=hashlib.sha256(longer).hexdigest(), length=len(longer))
        return mark

    def keep(self) -> None:
        """Remember that what ``read`` gave is safe."""
        if self._next == self._mark:
            return
        self._mark = self._next
        if self._remember is not None:
            with suppress(OSError):
                fresh = self._remember.with_name(self._remember.name + ".new")
                fresh.write_bytes(msgspec.json.encode(self._mark))
                fresh.replace(self._remember)

    async def run(self, take: Take, every: float) -> None:
        """Follow the file without end; ``take`` returns when the lines are safe."""
        while True:
            pause = await self._once(take, every)
            if pause:
                await asyncio.sleep(pause)

    async def _once(self, take: Take, every: float) -> float:
        try:
            lines = await asyncio.to_thread(self.read)
            if lines:
                await take(lines)
            await asyncio.to_thread(self.keep)
        except SourceError as error:
            if self.trouble is None:
                log.warning("%s", error)
            self.trouble = str(error)
            return max(every, 1.0)
        self.trouble = None
        return 0.0 if lines else every
