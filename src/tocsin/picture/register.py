"""A revision of the source register as an adoption carries it: the text of sources.toml, read whole or not at all."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import msgspec

from tocsin.model import Problem, Source

__all__ = ["read_register"]

_SPAN = re.compile(r"(\d+)\s*(s|m|h|d)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def read_register(text: str) -> tuple[dict[str, Source], tuple[Problem, ...]]:
    """The sources that the text names, or everything that is wrong with it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return {}, (_problem("sources", f"is not TOML: {error}", "mend the line that it names"),)
    found: dict[str, Source] = {}
    problems: list[Problem] = []
    for name, table in tables.items():
        if not isinstance(table, dict):
            problems.append(_problem(name, "is no table", "write [source-id] above its fields"))
            continue
        row: dict[str, Any] = {"name": name, **table, "id": name}
        span = _SPAN.fullmatch(str(row.get("fresh_for", ""))) if "fresh_for" in row else None
        if span is not None:
            row["fresh_for"] = int(span[1]) * _SECONDS[span[2] or "s"]
        try:
            source = msgspec.convert(row, Source)
        except msgspec.ValidationError as error:
            problems.append(_problem(name, str(error), "see docs/sources.md for the fields"))
            continue
        if len(source.reliability) != 1 or source.reliability not in "ABCDEF":
            problems.append(_problem(name, f"reliability {source.reliability!r} is no letter", "A to F"))
        found[name] = source
    return found, tuple(problems)


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(where=where, what=what, remedy=remedy)
