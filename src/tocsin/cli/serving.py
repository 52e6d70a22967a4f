"""Commands that serve: serve, demo, keys."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli.door import fail, tell, world_of

if TYPE_CHECKING:
    from tocsin.app import App
    from tocsin.config import Settings
    from tocsin.sources.story import Story

__all__ = ["COMMANDS"]

STORY = "kyiv-2024-12-20.story"


@click.command()
@click.option("-c", "--config", help="The settings file (docs/settings.md).")
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes a free one.")
@click.option("--journal", help="The journal's file; made where there is none.")
@click.option("--sources", help="A register that adds to the bundled one.")
@click.option("--policy", help="Another policy.")
@click.option("--open", "open_", is_flag=True, help="To try things: loopback only, no keys, all dialects.")
@click.option("--shadow", is_flag=True, help="Publish to nobody, and score what would have been said.")
def serve(
    config: str | None,
    host: str | None,
    port: int | None,
    journal: str | None,
    sources: str | None,
    policy: str | None,
    open_: bool,
    shadow: bool,
) -> None:
    """Run the server until it is interrupted."""
    from tocsin.config import Settings
    from tocsin.server import run

    said: dict[str, object] = {
        "host": host,
        "port": port,
        "journal": journal,
        "sources": sources,
        "policy": policy,
        "open": open_ or None,
        "shadow": shadow or None,
    }
    settings = Settings.load(
        config, os.environ, **{name: value for name, value in said.items() if value is not None}
    )

    def ready(app: App, address: str) -> None:
        number, _ = app.journal.head
        if settings.shadow:
            click.echo(f"Tocsin is a shadow at {address}/v1/shadow, told to nobody, from {settings.journal}")
            return
        click.echo(f"Tocsin serves {address}/ from {settings.journal} ({number} entries)")

    run(settings, ready=ready)


def played(story: Story, speed: float) -> Callable[[App], Awaitable[None]]:
    """Return what hands a story's reports to a server when the server's own clock reaches them."""

    async def play(app: App) -> None:
        for beat in story.beats:
            await asyncio.sleep(max((beat.at - app.clock()).total_seconds() / speed, 0))
            if beat.body is not None:
                await app.submit([beat.body])
        click.echo("The story is over; the server goes on until you press Ctrl-C.")

    return play


def _seats(settings: Settings, address: str) -> str:
    """Make two people of a demonstration's desk, since some orders take two; the links by which they take their seats."""
    from tocsin.app import wall_clock
    from tocsin.outlets.desk.accounts import CONSOLE
    from tocsin.outlets.desk.front import LIVE, opened

    accounts, now = opened(settings), wall_clock()
    seats = (("officer", "administrator"), ("second", "approver"))
    return "\n".join(
        f"      {address}{LIVE}/enrol/{accounts.add(name, role, CONSOLE, now)}   {name}"
        for name, role in seats
    )


@click.command()
@click.option("--speed", type=click.FloatRange(0.1, 100_000), default=60.0, show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8420, show_default=True)
def demo(speed: float, port: int) -> None:
    """Play the bundled morning against a live server with its pages, and say where to look."""
    from tocsin.app import PacedClock
    from tocsin.config import Settings
    from tocsin.config.world import bundled
    from tocsin.server import run
    from tocsin.sources import story

    told, problems = story.parse(bundled("stories", STORY).read_text("utf-8"), STORY)
    if tell(problems):
        fail(STORY, "does not parse", "Reinstall Tocsin.")
    world = world_of(told=told.sources)
    begin = told.beats[0].at - timedelta(seconds=speed * 2)
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        settings = Settings(
            port=port, journal=str(Path(folder) / "demo.db"), open=True, demo=True, language="uk"
        )

        def ready(_app: App, address: str) -> None:
            lasts = (told.beats[-1].at - told.beats[0].at).total_seconds() / speed
            click.echo(
                f"""A DEMONSTRATION, not real: {told.title}, at {speed:g} times its pace (about {max(lasts, 60) / 60:.0f} min).

  {address}/            the country; {address}/?lang=en in English
  {address}/area/UA80000000000093317   Kyiv: red at the MiG-31K's take-off, then the all-clear
  {address}/story       what happened, with who said it
  {address}/v1/stream   the changes as they come (SSE);  {address}/cap/feed.atom   CAP 1.2
  {address}/desk        the duty desk, once you took a seat (it asks for an authenticator's code):
{_seats(settings, address)}

Ctrl-C ends it."""
            )

        run(settings, world=world, clock=PacedClock(begin, speed), script=played(told, speed), ready=ready)


@click.command()
@click.argument("directory", default="keys")
@click.option("--sender", default="tocsin.invalid", help="The name in the CAP certificate.")
@click.option("--exercise", is_flag=True, help="For exercises: no live server takes them (R2).")
def keys(directory: str, sender: str, exercise: bool) -> None:
    """Make the keys that sign JSON and the public log (Ed25519), CAP (RSA) and Web Push (P-256)."""
    from tocsin.app import wall_clock
    from tocsin.outlets.keys import make_keys

    made = make_keys(directory, sender, wall_clock(), exercise=exercise)
    click.echo(f"{made.json_key}\n{made.json_public}\n{made.cap_key}\n{made.push_key}\nkey id {made.key_id}")


@click.command()
@click.argument("journal")
@click.argument("report", metavar="SOURCE:ID")
@click.option("--by", "persons", multiple=True, required=True, help="Who orders it; give two persons.")
@click.option("--why", required=True, help="The reason, which stays in the journal.")
@click.option("-c", "--config", help="The settings file (docs/settings.md).")
def redact(journal: str, report: str, persons: tuple[str, ...], why: str, config: str | None) -> None:
    """Remove the words of a report for good, by order of two persons, while no server runs."""
    from tocsin.config import Settings
    from tocsin.server import redact as remove

    if len(set(persons)) != 2:
        fail("--by", f"names {len(set(persons))} person(s)", "Name two: --by OLENA --by IHOR.")
    if not Path(journal).is_file():
        fail(journal, "is no journal", "Name a file that `tocsin serve` wrote.")
    numbers = remove(Settings.load(config, os.environ, journal=journal), report, sorted(set(persons)), why)
    if not numbers:
        fail(report, "has no words in this journal", "Give source and id, as in monitor:1234.")
    click.echo(f"removed the words of entry {', '.join(map(str, numbers))}; what they told stays")


COMMANDS = (serve, demo, keys, redact)
