"""A server on this machine: journal, app, outlets and sources put together, until it is told to end."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from signal import SIGINT, SIGTERM

import msgspec
import uvloop

from tocsin.app import App, Clock, adopt, wall_clock
from tocsin.config import Settings, SettingsError, load_world
from tocsin.config.fingerprint import fingerprint
from tocsin.engine import World
from tocsin.journal import Journal
from tocsin.model import Entry
from tocsin.outlets.assembly import assemble, flaws
from tocsin.outlets.redacting import WINDOW, remains
from tocsin.outlets.serving import listen, server
from tocsin.outlets.snapshot import SUFFIX, Header, Snapshots, header, resumed
from tocsin.sources.model_reader import ModelReader
from tocsin.sources.push import parse_body

__all__ = ["redact", "run"]

log = logging.getLogger(__name__)


def run(
    settings: Settings,
    *,
    world: World | None = None,
    clock: Clock = wall_clock,
    script: Callable[[App], Awaitable[None]] | None = None,
    ready: Callable[[App, str], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM.

    ``script`` runs beside the server (a demonstration plays its story in it);
    ``ready`` is told the address once it is served. Raises SettingsError,
    JournalError or OutletError where it can't begin.
    """
    problems = flaws(settings)
    if problems:
        raise SettingsError(problems)
    world = world or load_world(settings)
    key = fingerprint(settings, world)
    told = header(Path(settings.journal + SUFFIX), key)
    mark = (told.entry, told.hash) if told is not None else None
    # A fold makes many small things that live on: looking for rubbish among them at every turn costs more than it finds.
    gc.set_threshold(100_000, 50, 50)
    with Journal.open(settings.journal, trusted=mark) as journal:
        journal.hold()
        for note in journal.notes:
            log.warning("journal %s: %s", settings.journal, note)
        adopt(settings, journal, clock)
        make = partial(App, settings, world, journal, clock)
        app = _opened(make, world, journal, key, told)
        ordered = app.state.redactions()
        if ordered and any(_removed(app, target, said) for target, said in sorted(ordered.items())):
            app = _anew(app, make, world, key)
        listening = listen(settings.host, settings.port)
        # With port 0 the system chose one: links in what we publish must name it.
        app.settings = msgspec.structs.replace(settings, port=listening.getsockname()[1])
        with listening, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(app, listening, script, ready))


def _opened(make: Callable[..., App], world: World, journal: Journal, key: str, told: Header | None) -> App:
    """Return the app as its journal leaves it: from the snapshot on where there is one, else from the start."""
    if journal.path == ":memory:":
        app = make()
        app.refold()
        app.compare()
        return app
    annals, kept = resumed(journal.path, key, world, told, journal.hash_of)
    app = make(annals=annals, kept=kept)
    app.snapshots = Snapshots(journal.path, key, world, annals)
    app.refold()
    if kept is not None and told is not None:
        log.info("resumed from the snapshot of entry %d", told.entry)
        app.compare(told.recorded)
        app.resumed_at = told.entry
    else:
        app.compare()
        app.snapshots.write(app.fold, app.header(app.snapshots))
    return app


def redact(settings: Settings, target: str, operators: Sequence[str], why: str) -> tuple[int, ...]:
    """Remove a report's words from a journal that nobody serves: the numbers of its entries, none where it has no words.

    ``target`` is source and id, "source:id". JournalError where it can't be done.
    """
    world = load_world(settings)
    key = fingerprint(settings, world)
    with Journal.open(settings.journal) as journal:
        journal.hold()
        make = partial(App, settings, world, journal, wall_clock)
        app = _opened(make, world, journal, key, header(Path(settings.journal + SUFFIX), key))
        numbers = _removed(app, target, (operators[0], operators[1], why))
        if numbers:
            app = _anew(app, make, world, key)
        app.annals.close()
    return numbers


def _removed(app: App, target: str, said: tuple[str, str, str]) -> tuple[int, ...]:
    """Remove the words of every entry of a report, and keep what had been read from them without a word."""
    journal = app.journal
    first, second, why = said
    at = target.find(":")
    found: tuple[Entry, ...] = ()
    while at >= 0 and not found:
        found = journal.every(target[:at], target[at + 1 :])
        at = target.find(":", at + 1)
    left = [entry for entry in found if entry.number not in journal.remains]
    kept = [
        remains(
            entry,
            journal.around(entry.recorded_at, WINDOW),
            world=app.world,
            register=app.state.register,
            annals=app.annals,
        )
        for entry in left
    ]
    for entry, each in zip(left, kept, strict=True):
        journal.redact(entry.number, (first, second), why, app.clock(), each)
        log.warning("the words of entry %d were removed by order of %s and %s", entry.number, first, second)
    return tuple(entry.number for entry in left)


def _anew(app: App, make: Callable[..., App], world: World, key: str) -> App:
    """Fold the journal anew after words were removed: no cache of before is left."""
    app.annals.drop()
    if app.snapshots is not None:
        app.snapshots.drop()
    return _opened(make, world, app.journal, key, None)


async def _serve(
    app: App,
    listening: socket.socket,
    script: Callable[[App], Awaitable[None]] | None,
    ready: Callable[[App, str], None] | None,
) -> None:
    made = assemble(app, parse_body)
    app.conditions |= made.conditions
    serving = server(made.application, app.streams, aloud=not app.settings.shadow)
    loop = asyncio.get_running_loop()

    def end() -> None:
        serving.should_exit = True

    with suppress(NotImplementedError, RuntimeError, ValueError):
        # Only the main thread may; elsewhere whoever runs us sets the event.
        for name in (SIGINT, SIGTERM):
            loop.add_signal_handler(name, end)
    app.end = end
    await app.start()
    if app.resumed_at is not None:
        app.attach(app.examine(), "journal")
    app.follow_feeds()
    if (chosen := app.settings.model) is not None:
        second = ModelReader(
            chosen.url, chosen.name, app.world.weapons, key=chosen.key or None, timeout=chosen.timeout
        )
        app.watchers.append(second.look)
        app.conditions["second reader"] = second.condition
        app.attach(second.run(app.take_in), "second reader")
    for one in made.runs:
        app.conditions[one.name] = one.condition
        app.attach(one.work(), one.name)
    if script is not None:
        app.attach(script(app), "script")
    host, port = listening.getsockname()[:2]
    served = asyncio.create_task(serving._serve([listening]))  # noqa: SLF001 - serve() would take our signals
    await serving.listening.wait()
    if ready is not None and serving.started:
        ready(app, f"http://{f'[{host}]' if ':' in host else host}:{port}")
    await served
    await app.stop()
