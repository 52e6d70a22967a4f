"""The register of sources: who they are, what their word is worth, where they are at home (docs/sources.md)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.config.declared import duration
from tocsin.model import Problem, Source

__all__ = ["KINDS", "lint_areas", "parse_register", "register_toml"]

KINDS = (
    "authority",
    "military",
    "emergency-service",
    "alarm-service",
    "monitoring-channel",
    "media",
    "correspondent",
    "party",
    "public",
)


def _list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _names(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) and one for one in value.values())


def _zone(value: object) -> bool:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _lasts(value: object) -> bool:
    try:
        return duration(value) > 0
    except ValueError:
        return False


_FIELDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "name": (lambda v: isinstance(v, str) and bool(v), "a name"),
    "names": (_names, 'names by language, such as { uk = "…", ru = "…" }'),
    "kind": (lambda v: v in KINDS, "one of " + ", ".join(KINDS)),
    "reliability": (lambda v: isinstance(v, str) and v in tuple("ABCDEF"), "a letter from A to F"),
    "home": (lambda v: isinstance(v, str) and bool(v), "the code of an area"),
    "aliases": (_list, "a list of names"),
    "authority": (lambda v: isinstance(v, str) and bool(v), "the name of an authority"),
    "fresh_for": (_lasts, "a duration such as 30s or 24h"),
    "history": (lambda v: isinstance(v, bool), "true or false"),
    "declares": (_list, "a list of area codes"),
    "side": (lambda v: isinstance(v, str) and bool(v), "a country's two letters"),
    "timezone": (_zone, "a zone such as Europe/Kyiv"),
}


def parse_register(text: str, where: str) -> tuple[dict[str, Source], tuple[Problem, ...]]:
    """Return the sources that a register names, and what is wrong with it; a wrong field leaves its row standing."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return {}, (Problem(where=where, what=f"is no TOML: {error}", remedy="Mend the line that it names."),)
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for name, table in tables.items():
        if not isinstance(table, dict):
            problems.append(
                Problem(
                    where=f"{where}: {name}", what="is no source", remedy="Write a table [source-id] for it."
                )
            )
            continue
        sources[name] = _source(name, table, f"{where}: [{name}]", problems)
    problems.extend(_shared_aliases(sources, where))
    return sources, tuple(problems)


def _source(name: str, table: Mapping[str, Any], where: str, problems: list[Problem]) -> Source:
    fields: dict[str, Any] = {}
    for field, value in table.items():
        if field not in _FIELDS:
            problems.append(
                Problem(where=where, what=f"{field} is no field", remedy="Use " + ", ".join(_FIELDS) + ".")
            )
            continue
        holds, wanted = _FIELDS[field]
        if not holds(value):
            problems.append(
                Problem(where=where, what=f"{field} has a wrong value", remedy=f"Write {wanted}.")
            )
            continue
        fields[field] = tuple(value) if isinstance(value, list) else value
    if "fresh_for" in fields:
        fields["fresh_for"] = int(duration(fields["fresh_for"]))
    if not fields.get("name"):
        problems.append(Problem(where=where, what="has no name", remedy='Write name = "…".'))
    fields.setdefault("name", name)
    return Source(id=name, **fields)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def register_toml(sources: Mapping[str, Source]) -> str:
    """Return a register as text, the same for the same sources: what an adoption carries."""
    rows = []
    for source in sources.values():
        fields = [f"[{json.dumps(source.id, ensure_ascii=False)}]"]
        for field in _FIELDS:
            value = getattr(source, field)
            if value is None or value in ((), {}, False) or (field == "timezone" and value == "Europe/Kyiv"):
                continue
            fields.append(f"{field} = {_toml(value)}")
        rows.append("\n".join(fields))
    return "\n\n".join(rows) + "\n"


def _shared_aliases(sources: Mapping[str, Source], where: str) -> Iterator[Problem]:
    bearers: dict[str, str] = {}
    for source in sources.values():
        for alias in source.aliases:
            other = bearers.setdefault(alias.casefold(), source.id)
            if other != source.id and sources[other].authority_id != source.authority_id:
                yield Problem(
                    where=f"{where}: [{source.id}]",
                    what=f"shares the alias {alias!r} with [{other}]",
                    remedy="Leave it to one of them; a name must lead to one source.",
                )


def lint_areas(
    sources: Mapping[str, Source], known: Callable[[str], bool], where: str
) -> tuple[Problem, ...]:
    """Every home and declared area that no table of places knows."""
    return tuple(
        Problem(
            where=f"{where}: [{source.id}]",
            what=f"{code} is no area that we know",
            remedy="Write its KATOTTG code; `tocsin places search NAME` finds it.",
        )
        for source in sources.values()
        for code in (*source.declares, *((source.home,) if source.home else ()))
        if not known(code)
    )
