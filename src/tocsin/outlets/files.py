"""The ``/now`` snapshots as files, so that any static host can serve them when Tocsin itself is down.

Each file is replaced whole; none is ever seen half written. Each says its own age
and until when it may be believed, so that a page built on it goes stale by itself (R33).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import msgspec

from tocsin.engine import World
from tocsin.model import Change, Problem
from tocsin.outlets.hall import Hall
from tocsin.outlets.publication import Publication
from tocsin.outlets.silences import Mute
from tocsin.outlets.snapshots import Snapshots, packed

__all__ = ["FilesConf", "FilesOutlet", "configured"]

log = logging.getLogger(__name__)

_ENDINGS = {"gzip": "gz", "br": "br"}
"""What static hosts look for beside a file (nginx: gzip_static, brotli_static)."""
_PACKED_FROM = 1_000
SETTLE = 0.2
"""Seconds in which changes gather before files are written."""


class FilesConf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[files]`` table of the settings. ``areas`` empty: all first-level areas and their parts."""

    directory: str
    areas: tuple[str, ...] = ()
    every: float = 15.0


def configured(table: Mapping[str, Any], base: Path) -> tuple[FilesConf | None, tuple[Problem, ...]]:
    """Read the ``[files]`` table of the settings; no table, no outlet."""
    if not table:
        return None, ()
    try:
        conf = msgspec.convert(dict(table), FilesConf, strict=True)
    except msgspec.ValidationError as error:
        return None, (Problem(where="files", what=str(error), remedy="Give directory."),)
    return msgspec.structs.replace(conf, directory=str(base / conf.directory)), ()


class Followed(Protocol):
    """What this outlet asks of the app, beside what snapshots ask of it."""

    @property
    def world(self) -> World:
        """Places and the rest."""

    @property
    def publication(self) -> Publication:
        """The published chain."""

    def follow(self, after: int = 0) -> AsyncIterator[Change]:
        """Give published changes as they come."""


class FilesOutlet:
    """Writes ``all.json`` and one file an area when something changes, and every few seconds for their age."""

    def __init__(self, app: Any, conf: FilesConf) -> None:  # noqa: ANN401 - Hall and Followed
        self._app: Followed = app
        self._hall: Hall = app
        self._folder = Path(conf.directory)
        self._every = conf.every
        places = app.world.places
        parts = (c for code in places.first_level() for c in (code, *places.children(code)))
        self._areas = conf.areas or tuple(dict.fromkeys(parts))
        self._mute = Mute(self._hall, "files")
        self._woken = asyncio.Event()
        self.trouble: str | None = None
        self.written = 0

    def condition(self) -> str | None:
        """Tell what is degraded, None where nothing is."""
        return self.trouble

    async def run(self) -> None:
        """Write until cancelled. A full disk is told, and tried again; alerts go their other ways meanwhile."""
        follower = asyncio.create_task(self._follow())
        try:
            while True:
                self._woken.clear()
                await self.write()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._every):
                        await self._woken.wait()
                        await asyncio.sleep(SETTLE)
        finally:
            follower.cancel()
            with suppress(asyncio.CancelledError):
                await follower

    async def _follow(self) -> None:
        async for _ in self._app.follow(self._app.publication.last):
            self._woken.set()

    def write_bodies(self) -> dict[str, bytes | None]:
        """Return the body of every file, None where it is not to be touched now: what a silence keeps back."""
        self._mute.follow()
        self._mute.released()  # whose states are written like any other from here on
        snapshots = Snapshots(self._hall, self._mute.mutes)
        return {
            name: None if name != "all" and self._mute.mutes(name) else snapshots.body(f"/now/{name}.json")
            for name in ("all", *self._areas)
        }

    async def write(self) -> None:
        """Write every file once."""
        bodies = self.write_bodies()
        try:
            self.written += await asyncio.to_thread(self._put, bodies)
        except OSError as error:
            self.trouble = f"{error.filename or self._folder}: {error.strerror}"
            log.warning("files: %s", self.trouble)
        else:
            self.trouble = None

    def _put(self, bodies: Mapping[str, bytes | None]) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for name, body in bodies.items():
            if body is None:
                continue
            target = self._folder / f"{name}.json"
            # A host that sends the packed file first must never send an older state: packed ones go in first.
            for coding, ending in _ENDINGS.items():
                beside = target.with_name(f"{target.name}.{ending}")
                if len(body) >= _PACKED_FROM:
                    _replace(beside, packed(body, coding))
                else:
                    beside.unlink(missing_ok=True)
            _replace(target, body)
            count += 1
        return count


def _replace(path: Path, body: bytes) -> None:
    """Put a file in place whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_bytes(body)
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
