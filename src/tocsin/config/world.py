"""The world that the engine folds in: places, lexicon, weapons, register, policy, embargo, from data files.

Compiling the tables of places takes seconds, so the result is kept in the user's
cache directory (TOCSIN_CACHE names another) under the digest of data and code
that made it. A cache that can't be written costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from tocsin.config.errors import SettingsError
from tocsin.config.register import lint_areas, parse_register, register_toml
from tocsin.config.settings import Settings
from tocsin.decisions.embargo import load_embargo
from tocsin.decisions.policy import load_policy
from tocsin.engine import World
from tocsin.model import Adoption, Problem, Source
from tocsin.places import Gazetteer, compile_tables
from tocsin.places import load as load_places
from tocsin.reading.compiled import pack, unpack
from tocsin.reading.lexicon import compile_lexicon, lint, load_weapons

__all__ = [
    "adoptions",
    "bundled",
    "lint_world",
    "load_gazetteer",
    "load_register",
    "load_world",
    "own_outlines",
]

_KEPT = 4
_PLACES = (".tsv", ".csv", ".toml", ".json", ".topojson", ".geojson")


def bundled(*path: str) -> Traversable:
    """Return A data file of the package."""
    return files("tocsin").joinpath("data", *path)


def _tables(directory: str, *endings: str) -> dict[str, bytes]:
    found = {
        one.name: one.read_bytes()
        for one in bundled(directory).iterdir()
        if one.is_file() and one.name.endswith(endings)
    }
    return dict(sorted(found.items()))


def own_outlines() -> Path:
    """The table of outlines that an administrator imported; it need not be there."""
    chosen = os.environ.get("TOCSIN_DATA")
    if chosen:
        return Path(chosen) / "outlines.tsv"
    return (
        Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "tocsin" / "outlines.tsv"
    )


def _place_tables() -> dict[str, bytes]:
    """The bundled tables of places, each outline replaced where an administrator imported a better one."""
    tables = _tables("places", *_PLACES)
    with suppress(OSError, RuntimeError):
        tables["outlines.tsv"] = replaced_outlines(tables["outlines.tsv"], own_outlines().read_bytes())
    return tables


def replaced_outlines(table: bytes, better: bytes) -> bytes:
    """Return a table of outlines in which the areas of another have that one's rows."""

    def rows(text: bytes) -> tuple[list[bytes], dict[bytes, bytes]]:
        lines = [line for line in text.splitlines() if line.strip()]
        heads = [line for line in lines if line.startswith((b"#", b"code\t"))]
        return heads, {line.split(b"\t", 1)[0]: line for line in lines if line not in heads}

    heads, known = rows(table)
    known |= rows(better)[1]
    return b"\n".join((*heads, *(known[code] for code in sorted(known)))) + b"\n"


def _code(room: str) -> bytes:
    """Return A digest of a room's source, so that a cache never outlives the code that filled it."""
    digest = hashlib.sha256()
    for one in sorted(files("tocsin").joinpath(room).iterdir(), key=lambda entry: entry.name):
        if one.is_file() and one.name.endswith(".py"):
            digest.update(one.read_bytes())
    return digest.digest()


def _cache() -> Path:
    chosen = os.environ.get("TOCSIN_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tocsin"


def _cached(name: str, parts: Mapping[str, bytes], code: bytes, make: Callable[[], bytes]) -> bytes:
    digest = hashlib.sha256(code)
    for part, data in parts.items():
        digest.update(f"{part}\0{len(data)}\0".encode() + data)
    made: bytes | None = None
    kept: Path | None = None
    with suppress(OSError, RuntimeError):
        kept = _cache() / f"{name}-{digest.hexdigest()[:32]}"
        data = kept.read_bytes()
        if hashlib.sha256(data[32:]).digest() == data[:32]:
            return data[32:]
    made = make()
    if kept is not None:
        with suppress(OSError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
                file.write(hashlib.sha256(made).digest() + made)
            Path(file.name).replace(kept)
            _prune(kept.parent, name)
    return made


def _prune(directory: Path, name: str) -> None:
    """Leave the newest few of what was made, for the versions that are in use."""
    found = sorted(directory.glob(f"{name}-*"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in found[_KEPT:]:
        old.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Return the bundled places, compiled once for each version of data and code."""
    tables = _place_tables()
    return load_places(_cached("places", tables, _code("places"), lambda: compile_tables(tables)))


def load_register(sources_file: str | Path | None = None) -> tuple[dict[str, Source], tuple[Problem, ...]]:
    """Return the bundled register, with what ``sources_file`` adds or replaces."""
    register, problems = parse_register(bundled("sources.toml").read_text("utf-8"), "sources.toml")
    if sources_file is not None:
        added, wrong = parse_register(_text(sources_file), str(sources_file))
        register |= added
        problems += wrong
    return register, problems


def _text(file: str | Path) -> str:
    try:
        return Path(file).read_text("utf-8")
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        what = "is not UTF-8"
    raise SettingsError([Problem(where=str(file), what=what, remedy="Name a readable file in UTF-8.")])


def load_world(
    settings: Settings | None = None,
    sources_file: str | Path | None = None,
    policy_file: str | Path | None = None,
) -> World:
    """Return the bundled world with another register, policy or embargo where they are named.

    Raises SettingsError with every problem of a file that was named by the user;
    flaws of single rows in bundled data are ``lint_world``'s business.
    """
    chosen = settings or Settings()
    sources_file = sources_file or chosen.sources
    policy_file = policy_file or chosen.policy
    problems: list[Problem] = []
    places = load_gazetteer()
    weapons = load_weapons(bundled("weapons.toml").read_text("utf-8"))
    tables = {**_tables("lexicon", ".toml"), "weapons.toml": bundled("weapons.toml").read_bytes()}

    def compiled() -> bytes:
        texts = {name: data.decode() for name, data in tables.items() if name != "weapons.toml"}
        return pack(compile_lexicon(texts, weapons)[0])

    lexicon = unpack(_cached("lexicon", tables, _code("reading"), compiled), weapons)
    register, wrong = load_register(sources_file)
    if sources_file is not None:
        problems += [one for one in wrong if one.where.startswith(str(sources_file))]
    policy, wrong = load_policy(
        _text(policy_file) if policy_file else bundled("policy", "ua.toml").read_text("utf-8")
    )
    problems += wrong if policy_file else ()
    embargo, wrong = load_embargo(
        _text(chosen.embargo) if chosen.embargo else bundled("policy", "embargo-ua.toml").read_text("utf-8")
    )
    problems += wrong if chosen.embargo else ()
    if problems:
        raise SettingsError(problems)
    return World(
        places=places, lexicon=lexicon, weapons=weapons, register=register, policy=policy, embargo=embargo
    )


def adoptions(
    settings: Settings | None = None, sources_file: str | Path | None = None
) -> tuple[Adoption, ...]:
    """Return what ``load_world`` loads as adoptions: policy and register with their text, data by digest.

    A journal that holds them folds the same wherever it is opened.
    """
    chosen = settings or Settings()
    policy = _text(chosen.policy) if chosen.policy else bundled("policy", "ua.toml").read_text("utf-8")
    register, _ = load_register(sources_file or chosen.sources)
    found = [
        _adoption("policy", policy.encode(), policy),
        _adoption("sources", (rows := register_toml(register)).encode(), rows),
    ]
    for kind, data in (
        ("places", _place_tables()),
        ("lexicon", _tables("lexicon", ".toml")),
        ("weapons", {"weapons.toml": bundled("weapons.toml").read_bytes()}),
    ):
        whole = b"".join(f"{name}\0{len(part)}\0".encode() + part for name, part in data.items())
        found.append(_adoption(kind, whole, ""))
    if chosen.exercise:
        # An exercise's journal says so, and no live server opens it (R2); a live one says nothing.
        found.append(
            Adoption(kind="mode", digest=hashlib.sha256(b"exercise").hexdigest(), version="exercise")
        )
    return tuple(found)


def _adoption(kind: str, data: bytes, body: str) -> Adoption:
    version = importlib.metadata.version("tocsin")
    return Adoption(kind=kind, digest=hashlib.sha256(data).hexdigest(), version=version, body=body)


def lint_world(sources_file: str | Path | None = None) -> tuple[Problem, ...]:
    """Every flaw of the register and the lexicon, areas that no table knows included."""
    weapons = load_weapons(bundled("weapons.toml").read_text("utf-8"))
    phrases = lint({name: data.decode() for name, data in _tables("lexicon", ".toml").items()}, weapons)
    register, rows = load_register(sources_file)
    places = load_gazetteer()
    return (
        *phrases,
        *rows,
        *lint_areas(register, lambda code: places.area(code) is not None, "sources.toml"),
    )
