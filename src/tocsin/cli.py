"""The command line: every command exits 0 when it did its work, 1 when what it checked falls
short, 2 when it was called wrongly or its input cannot be read.

Errors say where, what and remedy on standard error; there are no tracebacks. Rooms
are imported by the command that needs them, so that ``tocsin read`` starts fast.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click
import msgspec

if TYPE_CHECKING:
    from tocsin.engine import State, World
    from tocsin.model import Body, Change, Problem, Report

__all__ = ["main"]

ZONE = ZoneInfo("Europe/Kyiv")
MAX_INPUT = 64 * 1024 * 1024

Command = TypeVar("Command", bound=Callable[..., Any])


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


class Moment(click.ParamType):
    """A time with its zone, ISO 8601; returned in UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment in UTC; a time without a zone is refused, since it could be off by hours."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no ISO 8601 time, such as 2024-12-20T09:30:00+02:00", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no zone; write Z or an offset such as +02:00", param, ctx)
        return moment.astimezone(UTC)


MOMENT = Moment()


def read_bytes(name: str) -> bytes:
    """Return a file's bytes, or standard input's for ``-``; say so and leave when it cannot be read."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_INPUT)
        with Path(name).open("rb") as file:
            return file.read(MAX_INPUT)
    except OSError as error:
        fail(name, f"cannot be read ({error.strerror})", "Name a file that exists and is readable, or -.")


def out(value: bytes) -> None:
    """Write one line of bytes to standard output."""
    sys.stdout.buffer.write(value + b"\n")


def world_of(sources: str | None = None, policy: str | None = None) -> World:
    """Return the bundled world with an added source register and another policy, if named."""
    from tocsin.config import load_world

    return load_world(
        sources_file=Path(sources) if sources else None, policy_file=Path(policy) if policy else None
    )


def reports_of(name: str) -> Iterator[tuple[Body | None, tuple[Problem, ...]]]:
    """Yield what a file of JSON lines or a story holds, each with its problems."""
    from tocsin.sources import story
    from tocsin.sources.push import parse_line

    data = read_bytes(name)
    if name.endswith(".story"):
        bodies, problems = story.reports(data.decode("utf-8", "replace"), name)
        if problems:
            yield None, problems
        for body in bodies:
            yield body, ()
        return
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            body, found = parse_line(line, f"{name}:{number}")
            yield body, tuple(found)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="tocsin")
def cli() -> None:
    """Air-raid warnings and the record of strikes, each traceable to the words that said it."""


@cli.command()
@click.argument("file", default="-")
@click.option("--source", default="unknown", help="The source's id in the register, for plain text.")
@click.option("--at", type=MOMENT, help="When the source said it.")
@click.option("--places", "pack", default="ua", type=click.Choice(["ua"]), help="The country pack.")
@click.option("--sources", "register", type=str, help="A register that adds to the bundled one.")
def read(file: str, source: str, at: datetime | None, pack: str, register: str | None) -> None:  # noqa: ARG001
    """Print what reports say, a JSON line a report: plain text, or JSON lines."""
    from tocsin import codec
    from tocsin.model import Deletion, Problem, Reading, Report
    from tocsin.reading import Reader

    data = read_bytes(file)
    world = world_of(register)
    reader = Reader(world.lexicon, world.places, world.register)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        from tocsin.sources.push import parse_line

        for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
            if not line.strip():
                continue
            body, found = parse_line(line, f"{file}:{number}")
            if isinstance(body, Report):
                reading = reader.read(body)
                out(codec.encode(msgspec.structs.replace(reading, problems=(*found, *reading.problems))))
            elif isinstance(body, Deletion):
                note = Problem(
                    where=f"{file}:{number}",
                    what=f"deletes report {body.deletes}",
                    remedy="Nothing to read; a replay or a server takes the report back.",
                )
                out(codec.encode(Reading(report=body.id, language="und", claims=(), problems=(note,))))
            else:
                out(codec.encode({"report": None, "language": None, "claims": [], "problems": found}))
        return
    problems: tuple[Problem, ...] = ()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8-sig", "replace")
        problems = (
            Problem(
                where=f"{file}: byte {error.start}",
                what="is not UTF-8; what could not be decoded was replaced",
                remedy="Send the text as UTF-8.",
            ),
        )
    report = Report(id=hashlib.sha256(data).hexdigest()[:16], source=source, text=text, stated_at=at)
    reading = reader.read(report)
    out(codec.encode(msgspec.structs.replace(reading, problems=(*problems, *reading.problems))))


def in_order(names: tuple[str, ...]) -> tuple[list[tuple[datetime, Body]], list[Problem]]:
    """Return all reports of the files by the time at which they were stated, and what was wrong.

    A report without a time keeps its place behind the one before it.
    """
    rows: list[tuple[datetime, Body]] = []
    problems: list[Problem] = []
    for name in names:
        last = datetime(1970, 1, 1, tzinfo=UTC)
        for body, found in reports_of(name):
            problems.extend(found)
            if body is None:
                continue
            last = getattr(body, "stated_at", None) or getattr(body, "retrieved_at", None) or last
            rows.append((last, body))
    rows.sort(key=lambda row: row[0])
    return rows, problems


@cli.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--sources", "register", help="A register that adds to the bundled one.")
@click.option("--policy", help="Another policy, for a what-if.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines.")
@click.option("--until", type=MOMENT, help="Stop at this time: the world as it was known then.")
def replay(
    files: tuple[str, ...], register: str | None, policy: str | None, as_json: bool, until: datetime | None
) -> None:
    """Fold reports as if each arrived when it was stated; print every change, then the picture."""
    from tocsin import codec
    from tocsin.engine import State
    from tocsin.model import Entry
    from tocsin.render.text import change_line, picture_text

    rows, problems = in_order(files)
    if problems and not rows:
        tell(problems)
        fail(", ".join(files), "holds no report", "Give JSON lines or a story.")
    tell(problems)
    state = State(world_of(register, policy))

    def show(changes: tuple[Change, ...]) -> None:
        for change in changes:
            if as_json:
                out(codec.encode(codec.change_json(change)))
            else:
                click.echo(change_line(change, ZONE))

    for number, (at, body) in enumerate(rows, start=1):
        if until is not None and at > until:
            break
        show(state.advance(at))
        step = state.step(Entry(number=number, recorded_at=at, body=body))
        tell(step.problems)
        show(step.changes)
    if until is not None:
        show(state.advance(until))
    picture = state.picture()
    if as_json:
        out(codec.encode({"picture": codec.picture_json(picture)}))
    else:
        click.echo()
        click.echo(picture_text(picture, ZONE))


def fold(journal: str, known_at: datetime | None = None) -> State:
    """Return the state after a journal's entries recorded up to ``known_at``."""
    from tocsin.config import load_world
    from tocsin.engine import State
    from tocsin.journal import Journal

    if not Path(journal).is_file():
        fail(journal, "is no journal", "Name a file that `tocsin serve` wrote.")
    state = State(load_world())
    with Journal.open(Path(journal)) as book:
        for entry in book.entries():
            if known_at is not None and entry.recorded_at > known_at:
                break
            state.advance(entry.recorded_at)
            state.step(entry)
    if known_at is not None:
        state.advance(known_at)
    return state


@cli.command()
@click.argument("journal")
@click.option("--at", type=MOMENT, help="The moment in the world.")
@click.option("--known-at", type=MOMENT, help="What was known by then.")
@click.option("--json", "as_json", is_flag=True)
def picture(journal: str, at: datetime | None, known_at: datetime | None, as_json: bool) -> None:
    """Show the state of the world at a time, as it was known at a time."""
    from tocsin import codec
    from tocsin.render.text import picture_text

    view = fold(journal, known_at).picture(at)
    if as_json:
        out(codec.encode({"picture": codec.picture_json(view)}))
    else:
        click.echo(picture_text(view, ZONE))
