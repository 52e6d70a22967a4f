"""What all commands share: how they read files, tell the time of an option, and complain."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

import click
import msgspec

if TYPE_CHECKING:
    from tocsin.engine import World
    from tocsin.model import Body, Problem, Source

__all__ = ["MOMENT", "ZONE", "fail", "in_order", "is_story", "out", "read_bytes", "tell", "world_of"]

ZONE = ZoneInfo("Europe/Kyiv")
MAX_INPUT = 256 * 1024 * 1024


def fail(where: str, what: str, remedy: str) -> NoReturn:
    """Say what is wrong on standard error and leave with 2."""
    click.echo(f"tocsin: {where}: {what}. {remedy}", err=True)
    sys.exit(2)


def tell(problems: Iterable[Problem]) -> int:
    """Print problems on standard error and return how many there were."""
    number = 0
    for problem in problems:
        number += 1
        click.echo(f"{problem.where}: {problem.what}. {problem.remedy}", err=True)
    return number


class Moment(click.ParamType[datetime]):
    """A time with its zone, ISO 8601; returned in UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment in UTC; a time without a zone is refused, since it could be off by hours."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
            if moment.tzinfo is None:
                self.fail(f"{value!r} has no zone; write Z or an offset such as +02:00", param, ctx)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no ISO 8601 time, such as 2024-12-20T09:30:00+02:00", param, ctx)


MOMENT = Moment()


def read_bytes(name: str) -> bytes:
    """Return a file's bytes, or standard input's for ``-``; say so and leave when it cannot be read."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_INPUT + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_INPUT + 1)
    except OSError as error:
        fail(name, f"cannot be read ({error.strerror})", "Name a file that exists and is readable, or -.")
    if len(data) > MAX_INPUT:
        fail(name, f"is larger than {MAX_INPUT >> 20} MB", "Split it.")
    return data


def out(value: bytes) -> None:
    """Write one line of bytes to standard output."""
    sys.stdout.buffer.write(value + b"\n")


def is_story(name: str) -> bool:
    """Tell whether a file is a story by its name."""
    return name.endswith(".story")


def world_of(sources: str | None = None, policy: str | None = None, told: Iterable[Source] = ()) -> World:
    """Return the bundled world with an added register, another policy, and sources that a story names."""
    from tocsin.config import load_world

    world = load_world(
        sources_file=Path(sources) if sources else None, policy_file=Path(policy) if policy else None
    )
    added = {source.id: source for source in told if source.id not in world.register}
    return msgspec.structs.replace(world, register=world.register | added) if added else world


Rows = list[tuple[datetime, "Body"]]


def _lines(name: str, data: bytes) -> Iterator[tuple[Body | None, list[Problem]]]:
    from tocsin.sources.push import parse_line

    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if line.strip():
            body, found = parse_line(line, f"{name}:{number}")
            yield body, list(found)


def _is_journal(name: str) -> bool:
    """Tell whether a file is a journal, by how SQLite begins one."""
    if name == "-" or not Path(name).is_file():
        return False
    with Path(name).open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _entries(name: str) -> Iterator[tuple[datetime, Body]]:
    from tocsin.journal import Journal

    with Journal.open(Path(name), read_only=True) as book:
        for entry in book.entries():
            yield entry.recorded_at, entry.body


def in_order(names: Iterable[str]) -> tuple[Rows, list[Source], list[Problem], int]:
    """Return all reports by the time at which they were stated, sources that stories name, what was wrong, lines unread.

    What a journal holds came when it was recorded. A report without a time keeps its place behind the one before it; one of a story arrives
    when the story says, whatever it states.
    """
    from tocsin.sources import story

    rows: Rows = []
    sources: list[Source] = []
    problems: list[Problem] = []
    unread = 0
    for name in names:
        if _is_journal(name):
            rows.extend(_entries(name))
            continue
        data = read_bytes(name)
        if is_story(name):
            told, found = story.parse(data.decode("utf-8", "replace"), name)
            problems.extend(found)
            unread += len(found)
            sources.extend(told.sources)
            rows.extend((beat.at, beat.body) for beat in told.beats if beat.body is not None)
            continue
        last = datetime(1970, 1, 1, tzinfo=UTC)
        for body, found_here in _lines(name, data):
            problems.extend(found_here)
            if body is None:
                unread += 1
                continue
            last = getattr(body, "stated_at", None) or getattr(body, "retrieved_at", None) or last
            rows.append((last, body))
    rows.sort(key=lambda row: row[0])
    return rows, sources, problems, unread
