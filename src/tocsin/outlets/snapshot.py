"""A snapshot: the fold as it stood after an entry, beside the journal, so that a start needn't fold all of it anew.

A cache: deleting it changes nothing. It is taken only for the very code, policy, data
and journal that wrote it, whole, and where the annals reach as far. It is written by
a child process that holds a copy of the state and nothing else, so the loop doesn't
wait. What is read back can be made of nothing but our own nouns and tables, whose
rooms touch neither files nor clocks nor networks.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import pickle
import warnings
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import MethodType
from typing import Any

import msgspec

from tocsin.atlas import Atlas
from tocsin.codec import encode
from tocsin.engine import World
from tocsin.outlets.annals import Annals
from tocsin.outlets.fold import Fold, Kept

__all__ = ["ANNALS", "SUFFIX", "Header", "Snapshots", "header", "resumed"]

log = logging.getLogger(__name__)

FORMAT = "tocsin snapshot 1"
SUFFIX = ".snapshot"
ANNALS = ".annals"
"""What their files are called, after the journal's name."""
_ROOMS = ("tocsin.picture.", "tocsin.decisions.", "tocsin.places.", "tocsin.render.")
_MODULES = ("tocsin.model", "tocsin.engine", "tocsin.slate", "tocsin.outlets.fold")
_PLAIN = {
    "datetime": ("datetime", "timedelta", "timezone"),
    "collections": ("deque", "OrderedDict"),
    "builtins": ("set", "frozenset"),
    "msgspec._utils": ("rebuild",),
}


class Header(msgspec.Struct, kw_only=True):
    """What a snapshot is of: its first line."""

    format: str = FORMAT
    key: str
    """Of which code, policy and data it is."""
    entry: int
    """Number of the last entry in it."""
    hash: str
    """The journal's hash of that entry."""
    recorded: int
    """Up to which published change it is recorded, and found right, what was sent."""
    desk: int = 0
    published: int = 0
    sequences: list[int] = []
    digest: str = ""
    """SHA-256 of the bytes that follow."""


class _World:
    """The data that a state stands on: named in a snapshot, never written into it."""

    def __init__(self, world: World, atlas: Any) -> None:  # noqa: ANN401 - a gazetteer with a memory
        self.things: dict[str, Any] = {
            "world": world,
            "places": world.places,
            "atlas": atlas,
            "lexicon": world.lexicon,
            "weapons": world.weapons,
            "register": world.register,
            "policy": world.policy,
            "embargo": world.embargo,
        }
        self.names = {id(thing): name for name, thing in self.things.items() if thing is not None}


def _ours(module: str) -> bool:
    return module in _MODULES or module.startswith(_ROOMS)


def _method(owner: object, name: str) -> Any:  # noqa: ANN401 - a bound method
    """Stand in for getattr, which would reach anything: methods of our own objects, by which rooms know each other."""
    if not _ours(type(owner).__module__) or name.startswith("__"):
        msg = f"a snapshot holds no method {name} of {type(owner).__module__}"
        raise pickle.UnpicklingError(msg)
    return getattr(owner, name)


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, world: _World) -> None:
        super().__init__(file, protocol=5)
        self._names = world.names

    def persistent_id(self, obj: object) -> str | None:
        name = self._names.get(id(obj))
        if name is None and type(obj) is MethodType and (owner := self._names.get(id(obj.__self__))):
            return f"{owner}.{obj.__name__}"
        return name


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, world: _World) -> None:
        super().__init__(file)
        self._things = world.things

    def persistent_load(self, pid: Any) -> Any:  # noqa: ANN401 - whatever was named
        name, _, method = str(pid).partition(".")
        thing = self._things[name]
        return getattr(thing, method) if method else thing

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - a class
        if (module, name) == ("builtins", "getattr"):
            return _method
        if _ours(module) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        if name in _PLAIN.get(module, ()):
            return super().find_class(module, name)
        msg = f"a snapshot holds no {module}.{name}"
        raise pickle.UnpicklingError(msg)


def frozen(fold: Fold, world: World) -> bytes:
    """Return the bytes of all that must outlive a restart."""
    with fold.keeping() as kept:
        out = io.BytesIO()
        _Pickler(out, _World(world, fold.state.places)).dump(
            {name: getattr(kept, name) for name in kept.__struct_fields__}
        )
        return out.getvalue()


def header(path: Path, key: str) -> Header | None:
    """Return what the snapshot at a path is of; None where there is none, or it is of another ``key`` (or part of one)."""
    try:
        with path.open("rb") as file:
            found = msgspec.json.decode(file.readline(), type=Header)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("%s is damaged (%s) and is left aside", path.name, error)
        return None
    if found.format != FORMAT or not found.key.startswith(key):
        log.info("%s is of another version, policy or data and is left aside", path.name)
        return None
    return found


def thaw(path: Path, told: Header, world: World) -> Kept | None:
    """Return the fold of a snapshot whose header was read; None where it is damaged, which the log tells."""
    try:
        data = path.read_bytes()
        payload = data[data.index(b"\n") + 1 :]
        if sha256(payload).hexdigest() != told.digest:
            log.warning("%s is damaged and is left aside", path.name)
            return None
        read = _Unpickler(io.BytesIO(payload), _World(world, Atlas.over(world.places)))
        return Kept(**read.load())
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a cache, the journal is there
        log.warning("%s can't be read (%s: %s) and is left aside", path.name, type(error).__name__, error)
        return None


def resumed(
    base: str, key: str, world: World, told: Header | None, hash_of: Callable[[int], str | None]
) -> tuple[Annals, Kept | None]:
    """Return the annals of the journal at ``base``, and the fold of its snapshot where both fit it and each other."""
    kept: Kept | None = None
    if told is not None and hash_of(told.entry) == told.hash:
        kept = thaw(Path(base + SUFFIX), told, world)
    elif told is not None:
        log.warning("%s is of another journal and is left aside", base + SUFFIX)
    born = key + (hash_of(1) or "")
    annals = Annals.open(base + ANNALS, born, anew=kept is None)
    if kept is not None and told is not None:
        there = annals.counters
        reach = there.desk >= told.desk and there.published >= told.published
        if not reach or any(a < b for a, b in zip(there.sequences, told.sequences, strict=True)):
            log.warning("%s don't reach as far as the snapshot; both are made anew", base + ANNALS)
            annals.close()
            return Annals.open(base + ANNALS, born), None
    return annals, kept


class Snapshots:
    """Writes snapshots of one fold to one path."""

    def __init__(self, base: str, key: str, world: World, annals: Annals) -> None:
        self._path = Path(base + SUFFIX)
        self._key = key
        self._world = world
        self._annals = annals

    def told(self, fold: Fold, hashed: str, recorded: int) -> Header:
        """Return what a snapshot of a fold as it stands is of."""
        return Header(
            key=self._key,
            entry=fold.state.number,
            hash=hashed,
            recorded=recorded,
            desk=fold.state.changed,
            published=fold.publication.last,
            sequences=fold.sequences,
        )

    def write(self, fold: Fold, told: Header) -> None:
        """Write one here and now: when nobody waits."""
        self._annals.sync()
        try:
            self._put(frozen(fold, self._world), told)
            self._settle()
        except OSError as error:
            log.warning("no snapshot was written: %s", error)

    def begin(self, fold: Fold, told: Header) -> Callable[[], None] | None:
        """Let a child write one; None where that can't be. What is returned waits for it, in a thread."""
        if not hasattr(os, "fork"):
            return None
        with warnings.catch_warnings():
            # The child writes its copy and ends: it takes none of the locks that threads may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            code = 1
            try:
                gc.disable()
                os.closerange(3, os.sysconf("SC_OPEN_MAX"))
                self._put(frozen(fold, self._world), told)
                code = 0
            finally:
                os._exit(code)
        return lambda: self._await(child)

    def _await(self, child: int) -> None:
        _, status = os.waitpid(child, 0)
        if status != 0:
            log.warning("no snapshot was written: the child ended with %d", status)
            return
        self._annals.sync()
        self._settle()

    def _put(self, payload: bytes, told: Header) -> None:
        told.digest = sha256(payload).hexdigest()
        with self._fresh.open("wb") as file:
            file.write(encode(told) + b"\n")
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())

    @property
    def _fresh(self) -> Path:
        return Path(f"{self._path}.new")

    def _settle(self) -> None:
        if self._annals.trouble is None:
            with suppress(FileNotFoundError):
                self._fresh.replace(self._path)

    def drop(self) -> None:
        """Delete what is written: no byte of it is left (R29)."""
        for path in (self._path, self._fresh):
            path.unlink(missing_ok=True)
