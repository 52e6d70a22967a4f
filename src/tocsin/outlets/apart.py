"""What keeps an exercise apart from the real thing (R2): its own journal, keys, tables of outlets.

A server in exercise refuses a live journal, a live key and a table of outlets
that isn't marked as an exercise's; a live server refuses theirs. So nothing of
the one can go out by the other's ways, whatever an environment variable says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from tocsin.model import Problem
from tocsin.render.cap_lint import REAL

__all__ = ["MODE", "claims_to_be_real", "marked_key", "own_tables", "wrong_journal", "wrong_keys"]

MODE = "mode"
"""Kind of the adoption by which a journal says that it is an exercise's."""
_MARK = b"# TOCSIN EXERCISE KEY\n"


class Drilled(Protocol):
    """The settings that tell."""

    @property
    def exercise(self) -> bool:
        """Whether all of this is an exercise."""


def marked_key(pem: bytes) -> bytes:
    """A key's PEM with the mark that says: for exercises only."""
    return _MARK + pem


def wrong_keys(settings: Drilled, paths: Iterable[str | None]) -> tuple[Problem, ...]:
    """The keys that belong to the other side. One that can't be read is its outlet's business."""
    found = []
    for path in paths:
        try:
            data = Path(path).read_bytes() if path else None
        except OSError:
            continue
        if data is not None and (_MARK.strip() in data) != settings.exercise:
            whose = "a live server" if settings.exercise else "an exercise"
            remedy = "Make a pair of its own: tocsin keys" + (" --exercise." if settings.exercise else ".")
            found.append(Problem(where=str(path), what=f"is a key of {whose}", remedy=remedy))
    return tuple(found)


def own_tables(
    settings: Drilled, tables: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, dict[str, Any]], tuple[Problem, ...]]:
    """The tables of outlets without their marks, and which of them belong to the other side."""
    found: dict[str, dict[str, Any]] = {}
    problems = []
    for name, table in tables.items():
        told = dict(table)
        drill = told.pop("exercise", False)
        if told and drill is not settings.exercise:
            what = "sends for real" if settings.exercise else "is marked as an exercise's"
            remedy = (
                f"Give the exercise a [{name}] of its own, with exercise = true."
                if settings.exercise
                else "Name what it sends to for real, without exercise = true."
            )
            problems.append(Problem(where=name, what=what, remedy=remedy))
        found[name] = told
    return found, tuple(problems)


def claims_to_be_real(
    settings: Drilled, instructions: Mapping[str, Mapping[str, str]]
) -> tuple[Problem, ...]:
    """The instructions that say in an exercise that it is none (R3)."""
    return tuple(
        Problem(
            where=f"instruction {name} ({language})",
            what=f"says {words!r}, and this is an exercise (R3)",
            remedy="Write for exercises what is true of them.",
        )
        for name, texts in sorted(instructions.items())
        for language, text in sorted(texts.items())
        for words in REAL
        if settings.exercise and words in text.casefold()
    )


def wrong_journal(path: str, entries: int, known: str | None, *, exercise: bool) -> Problem | None:
    """Say why a journal may not be opened: it holds the other side's entries."""
    if exercise and entries and known != "exercise":
        return Problem(
            where=path, what="is a live journal, and this is an exercise", remedy="Name a journal of its own."
        )
    if not exercise and known == "exercise":
        return Problem(
            where=path, what="is the journal of an exercise", remedy="Name the live journal, or a new one."
        )
    return None
