"""The only event loop and the only wall clock: journal, fold, publication, outlets and sources, run together.

A report's way: HTTP or a source hands it in, the writer makes it durable, the loop
folds it into the state, what changed is published and sent, and only then is it
acknowledged. Time passes by deadlines between entries, never between two steps of
one: an instant that was lived through is never written down as later.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from time import monotonic, perf_counter
from typing import Any

import msgspec

from tocsin.config import Settings, SettingsError, adoptions
from tocsin.decisions.verbs import Preview
from tocsin.engine import State, World
from tocsin.journal import Admission, Batch, Issued, Journal, JournalError, Writer
from tocsin.model import (
    AreaState,
    Change,
    Claim,
    Deletion,
    Entry,
    Fact,
    Order,
    Picture,
    Problem,
    Report,
    Silence,
)
from tocsin.outlets.annals import Annals
from tocsin.outlets.apart import MODE, wrong_journal
from tocsin.outlets.fold import Fold, Kept, embargo_gate
from tocsin.outlets.hall import Age, Received, UnwrittenError, View
from tocsin.outlets.health import health, measures
from tocsin.outlets.past import Past
from tocsin.outlets.publication import Gate, Publication
from tocsin.outlets.snapshot import Header, Snapshots
from tocsin.outlets.sse import Streams
from tocsin.outlets.words import Words
from tocsin.sources import SourceError
from tocsin.sources.alarms import AlarmFeed, alarm_feed, standing_rows
from tocsin.sources.inflow import Feed, Inflow

__all__ = ["App", "Clock", "PacedClock", "adopt", "wall_clock"]

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

TICK = 0.25
"""Seconds between looks at the clock for deadlines; a late look changes nothing."""
_RECORD_EVERY = 20
_STREAM = "stream"
_REMEMBERED = 50_000
_QUIET = 30.0
_SOME, _MUCH = 200, 2_000
"""Entries since the last snapshot from which another is worth it when it is quiet for so many seconds, and when not."""
_AT_ONCE = 2_000
"""Published changes that are compared or recorded at once."""


def wall_clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


class PacedClock:
    """A clock of its own for demonstrations: it starts at an instant and runs ``speed`` times as fast."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._since = monotonic()

    def __call__(self) -> datetime:
        """Tell the time on this clock."""
        return self._start + timedelta(seconds=(monotonic() - self._since) * self._speed)


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


class App:
    """Everything that runs. Its outlets see it as ``outlets.hall.Hall``."""

    def __init__(
        self,
        settings: Settings,
        world: World,
        journal: Journal,
        clock: Clock = wall_clock,
        *,
        gate: Callable[[World, State], Gate] = embargo_gate,
        annals: Annals | None = None,
        kept: Kept | None = None,
    ) -> None:
        self.settings = settings
        self.world = world
        self.journal = journal
        self.clock = clock
        self.annals = Annals.open(None) if annals is None else annals
        gone = [one for kept_of in journal.remains.values() for one in kept_of.published]
        self._redacted = {number: digest for number, digest, _ in gone}
        """Digests of what was sent with words that were removed since."""
        heads = {number: head for number, _, head in gone}
        self._fold = Fold(world, gate, settings.marks, annals=self.annals, kept=kept, redacted=heads)
        self._words = Words(world, journal.versions)
        self._writer = Writer(journal, clock, self._committed)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._grown = asyncio.Event()
        self.snapshots: Snapshots | None = None
        """Where the fold is kept over a restart; None for a journal that nobody keeps."""
        self._saved = self.state.number
        self._saving: asyncio.Task[None] | None = None
        self._saved_at = self._took_at = monotonic()
        self._noted: dict[int, tuple[Problem, ...]] = {}
        """What was wrong with an entry, until whoever sent it is told."""
        self.heard: dict[str, datetime] = {}
        self._past = Past(self.annals, world.places, world.register)
        self._picture: tuple[int, datetime, Picture] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ending = False
        self.resumed_at: int | None = None
        """The entry from whose snapshot this went on: up to it the chain is verified beside the loop."""
        self.streams = Streams(self)
        self._recorded = 0
        """Up to which published change it is recorded what was sent."""
        self.end: Callable[[], None] = self.streams.close
        """Ends the server that runs this."""
        self.conditions: dict[str, Callable[[], str | None]] = {}
        """What tells of its own health: name → what is degraded, None where nothing is."""
        self.watchers: list[Callable[[Entry, tuple[Claim, ...], tuple[Problem, ...]], None]] = []
        """Who looks on as each entry is taken in: the desk, which sees what came and how it was read."""
        self.counts: dict[str, float] = dict.fromkeys(
            ("reports_total", "batches_total", "commit_seconds_total", "fold_seconds_total"), 0.0
        )

    # --- starting and stopping

    def adopt(self) -> tuple[Entry, ...]:
        """Write down which policy, register and data are in force from here on, where they are others than before."""
        return adopt(self.settings, self.journal, self.clock)

    def refold(self) -> int:
        """Fold the journal from where the fold is; numbers come out as they were. How many entries that took."""
        count = 0
        for entry in self.journal.entries(self.state.number):
            self._enter(entry)
            count += 1
            if count % 500 == 0 and self.annals.crowded:
                self.annals.flush()
        return count

    def compare(self, after: int = 0) -> str | None:
        """Compare what was published before with what the journal gives now; say where they part, if they do.

        ``after`` is the number of the last change for which that is known already.

        After an upgrade a replay may tell another story than the one that people were
        told: that is a fact to be known, not to be papered over.
        """
        self.annals.flush()
        self._recorded = min(after, self.journal.sent_up_to(_STREAM))
        while sent := self.journal.issued(_STREAM, self._recorded, _AT_ONCE):
            found = {
                one.change.number: one.data
                for one in self.publication.after(sent[0].change - 1, sent[-1].change - sent[0].change + 1)
            }
            for one in sent:
                if one.change in found and self._redacted.get(one.change) == one.digest:
                    continue
                if one.change not in found or _digest(found[one.change]) != one.digest:
                    why = f"change {one.change} was published otherwise than the journal gives it now"
                    log.warning("%s; tell those who follow to begin anew", why)
                    self.conditions["drift"] = partial(str, why)
                    return why
            self._recorded = sent[-1].change
        return None

    def _record(self) -> None:
        """Hand over to the writer which changes were published, and wait for nothing; a shadow publishes to nobody."""
        if self.settings.shadow:
            return
        new = self.publication.after(self._recorded, _AT_ONCE)
        if new:
            self._recorded = new[-1].change.number
            now = self.clock()
            self._writer.issue(
                [
                    Issued(change=n.change.number, outlet=_STREAM, digest=_digest(n.data), sent_at=now)
                    for n in new
                ]
            )

    def _save(self) -> None:
        """Begin a snapshot where much has come since the last one, or something has and it is quiet."""
        now = monotonic()
        enough = _SOME if now - self._took_at > _QUIET else _MUCH
        if self._saving is not None and self._saving.done():
            self._saving = None
        due = self.state.number - self._saved >= enough and now - self._saved_at > _QUIET
        if self.snapshots is None or self._saving is not None or not due:
            return
        wait = self.snapshots.begin(self._fold, self.header(self.snapshots))
        self._saved, self._saved_at = self.state.number, now
        if wait is not None:
            self._saving = asyncio.create_task(asyncio.to_thread(wait), name="snapshot")

    def keeps(self, name: str, give: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Have what a follower knows kept in snapshots; what was kept of it before, nothing where there was none."""
        return self._fold.keeps(name, give)

    @property
    def fold(self) -> Fold:
        """What is believed and what is published of it."""
        return self._fold

    def header(self, snapshots: Snapshots) -> Header:
        """Return what a snapshot taken now is of."""
        hashed = self.journal.hash_of(self.state.number) or ""
        return snapshots.told(self._fold, hashed, self._recorded)

    async def examine(self) -> None:
        """Verify what was taken as whole at the start, and say so where it is not."""
        found = await asyncio.to_thread(self.journal.examine, lambda: not self._ending)
        if found:
            log.error("the journal is not whole: %s", found[0])
            self.conditions["journal-chain"] = partial(str, f"{found[0].where}: {found[0].what}")

    async def start(self) -> None:
        """Begin to write, to keep deadlines and to beat; call it on the loop that serves."""
        self._loop = asyncio.get_running_loop()
        self._writer.start()
        self._pass()
        self.streams.start()
        self._tasks.append(asyncio.create_task(self._tick(), name="deadlines"))
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 50, 50)

    def attach(self, work: Awaitable[None], name: str) -> None:
        """Run a source or an outlet beside the rest; its failure is logged and told, and stops nothing else."""

        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.exception("%s failed", name)
                why = f"{type(error).__name__}: {error}"
                self.conditions[name] = partial(str, why)

        self._tasks.append(asyncio.create_task(guarded(), name=name))

    async def stop(self) -> None:
        """Let readers go, finish writing, and end."""
        self._ending = True
        self.streams.close()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._record()
        await asyncio.to_thread(self._writer.stop)
        await asyncio.sleep(0)
        if self._saving is not None:
            await self._saving
        if self.snapshots is not None and not self.annals.trouble:
            self._fold.mark()
            await asyncio.to_thread(self.snapshots.write, self._fold, self.header(self.snapshots))
        await asyncio.to_thread(self.annals.close)

    async def _tick(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK)
            self._pass()
            ticks += 1
            if ticks % _RECORD_EVERY == 0:
                self._record()
                self._fold.mark()
                self._save()

    def _pass(self) -> None:
        """Let time pass, unless entries stamped earlier are on their way: they bring it along."""
        now = self.clock()
        if self._writer.pass_through(now):
            before = self._fold.publication.last
            self._fold.reach(now)
            self._announce(before)

    def _announce(self, before: int) -> None:
        if self._fold.publication.last != before:
            self._grown.set()
            self._grown = asyncio.Event()
            self.streams.published()

    # --- the way in

    async def submit(self, bodies: Sequence[Report | Deletion | Order]) -> tuple[Received, ...]:
        """Write bodies down; durable, folded and published when it returns."""
        admitted = await self._admitted(self._writer.submit(bodies))
        return tuple(
            Received(
                id=getattr(body, "id", ""),
                number=one.entry.number if one.entry is not None else None,
                fresh=one.fresh,
                problem=one.problem,
                notes=self._noted.pop(one.entry.number, ()) if one.entry is not None else (),
            )
            for body, one in zip(bodies, admitted, strict=True)
        )

    async def take_in(self, bodies: Sequence[Report | Deletion]) -> tuple[Problem | None, ...]:
        """Write down what a source of ours gave; SourceError where it could not be, so that it is asked again."""
        try:
            return tuple(one.problem for one in await self.submit(bodies))
        except UnwrittenError as error:
            raise SourceError(error.where, error.what, error.remedy) from error

    def inflow(self) -> Inflow:
        """Return what takes in what we read ourselves."""
        return Inflow(self.take_in, self.world.register, self.clock, self._fold.problems.extend, self._alarms)

    def _alarms(self, feed: Feed) -> AlarmFeed:
        """Make what reads an alarm service, knowing which of its alarms stood when we stopped."""
        return alarm_feed(
            feed.kind,
            source=feed.source,
            url=feed.at,
            token=feed.token,
            places=self.world.places,
            clock=self.clock,
            every=feed.every,
            standing=standing_rows(self.state.picture().alarms, feed.source),
        )

    def follow_feeds(self) -> None:
        """Begin to read what the settings say that we read ourselves."""
        beside = None if self.journal.path == ":memory:" else self.journal.path
        for one in self.inflow().streams(self.settings.feeds, beside):
            self.conditions[one.name] = one.condition
            self.attach(one.work(), one.name)

    async def issue(self, sent: Sequence[Issued]) -> None:
        """Record durably what an outlet sent."""
        await self._admitted(self._writer.issue(sent))

    def issued(self, outlet: str | None = None, after: int = 0) -> tuple[Issued, ...]:
        """Return what was sent for changes after a number."""
        return self.journal.issued(outlet, after)

    async def sent(self, outlet: str, messages: Sequence[tuple[int, bytes]]) -> None:
        """Record durably that an outlet sent these messages, each about the change of that number (R8)."""
        now = self.clock()
        await self.issue(
            [Issued(change=n, outlet=outlet, digest=_digest(body), sent_at=now) for n, body in messages]
        )

    def sent_up_to(self, outlet: str) -> int | None:
        """Return the number of the last change that an outlet sent, of the last few thousand; None for none."""
        sent = self.journal.issued(outlet, max(self.published_number - 5000, 0))
        return sent[-1].change if sent else None

    async def _admitted(self, done: Future[tuple[Admission, ...]]) -> tuple[Admission, ...]:
        try:
            return await asyncio.wrap_future(done)
        except JournalError as error:
            raise UnwrittenError(error.where, error.what, error.remedy) from error

    def _committed(self, batch: Batch) -> None:
        assert self._loop is not None  # noqa: S101 - the writer starts after the loop
        self._loop.call_soon_threadsafe(self._take, batch)

    def _take(self, batch: Batch) -> None:
        """Fold a durable batch in, publish, then acknowledge."""
        self._took_at = monotonic()
        started = perf_counter()
        before = self._fold.publication.last
        for _, admitted in batch.jobs:
            if isinstance(admitted, JournalError):
                continue
            for one in admitted:
                if one.fresh and one.entry is not None:
                    self._enter(one.entry)
                    self.counts["reports_total"] += 1
        self._writer.landed()
        self._announce(before)
        for done, admitted in batch.jobs:
            if done.cancelled():
                continue
            if isinstance(admitted, JournalError):
                self.conditions["journal"] = partial(str, admitted)
                done.set_exception(admitted)
            else:
                self.conditions.pop("journal", None)
                done.set_result(admitted)
        self.counts["batches_total"] += 1
        self.counts["commit_seconds_total"] += batch.seconds
        self.counts["fold_seconds_total"] += perf_counter() - started

    def _enter(self, entry: Entry) -> None:
        claims, problems = self._fold.enter(entry)
        if problems and self._loop is not None and len(self._noted) < _REMEMBERED:
            self._noted[entry.number] = problems
        self._words.heard(claims)
        if isinstance(entry.body, Report | Deletion):
            self.heard[entry.body.source] = entry.recorded_at
        for look in self.watchers:
            try:
                look(entry, claims, problems)
            except Exception:
                # Who looks on never stops what alarms people.
                log.exception("entry %d: somebody who looks on failed", entry.number)

    # --- what is believed

    @property
    def problems(self) -> list[Problem]:
        """What was wrong in data that we were given, newest last."""
        return list(self._fold.problems)

    @property
    def failed(self) -> int:
        """How many entries or instants could not be folded."""
        return self._fold.failed

    @property
    def state(self) -> State:
        """The engine's state; what the desk sees."""
        return self._fold.state

    @property
    def publication(self) -> Publication:
        """What the public sees."""
        return self._fold.publication

    @property
    def published_number(self) -> int:
        """Number of the last published change."""
        return self._fold.publication.last

    @property
    def head(self) -> str:
        """Head of the public chain."""
        return self._fold.publication.head

    def now_picture(self) -> Picture:
        """Return what is believed now, as far as the public may see it."""
        now = self.clock()
        key = self._fold.changes.last
        made = self._picture
        if made is None or made[0] != key or not made[1] <= now < made[1] + timedelta(seconds=1):
            picture = self._fold.publication.picture(self._fold.state.picture(), now)
            made = self._picture = (key, now, picture)
        return made[2]

    def area_state(self, code: str) -> AreaState:
        """Return what is said of an area now, as old as the public may know it to be."""
        state = self._fold.state.area_state(code, self.clock())
        return msgspec.structs.replace(state, heard_at=self._fold.heard_at(code))

    def age(self) -> Age:
        """Return how old what is known now is."""
        return self._fold.age(self.clock())

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Return published changes after a number."""
        return [one.change for one in self._fold.publication.after(after, limit)]

    def desk_changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Return all changes after a number, the embargoed ones included."""
        return self._fold.changes.after(after, limit)

    async def follow(self, after: int = 0) -> AsyncIterator[Change]:
        """Give published changes after a number as they come, without end."""
        while True:
            grown = self._grown
            for change in self.changes(after):
                after = change.number
                yield change
            if after >= self.published_number:
                await grown.wait()

    @staticmethod
    def wall() -> datetime:
        """Tell the real time, in a demonstration too: sessions and one-time codes go by it."""
        return wall_clock()

    def read(self, report: Report) -> tuple[Claim, ...]:
        """Read a report, as the desk's list of what came in shows it."""
        return self._words.read(report)

    def claim(self, claim: str) -> Claim | None:
        """Return a claim by its id, where the public may read its words."""
        if not self._fold.publication.quotable(claim):
            return None
        return self._words.claim(claim)

    def source_heard(self, source: str) -> datetime | None:
        """Tell when a source was last heard."""
        return self._fold.source_heard(source)

    async def evidence(
        self, claims: Sequence[str], *, desk: bool = False
    ) -> tuple[tuple[Claim, Report], ...]:
        """Return claims by id, each with the report that says it; the public gets those it may read."""
        wanted = [one for one in claims if desk or self._fold.publication.quotable(one)]
        return await asyncio.to_thread(
            lambda: tuple(pair for one in wanted for pair in self._words.again(one))
        )

    async def view(
        self,
        at: datetime | None = None,
        known_at: datetime | None = None,
        *,
        desk: bool = False,
        only: str | None = None,
    ) -> View:
        """Return the state of the world at a moment, as known at a moment; of a past one ``only`` one kind of noun."""
        now = self.clock()
        present = known_at is None or known_at >= now
        if present and (at is None or at >= now):
            return self._present(now, at, desk=desk)
        self._pass()
        return await self._past.view(
            at, now if known_at is None else min(known_at, now), desk=desk, only=only
        )

    def _present(self, now: datetime, at: datetime | None, *, desk: bool) -> View:
        picture = self._fold.state.picture() if desk else self.now_picture()
        return View(picture=picture, at=at or now, known_at=now, age=self._fold.age(now))

    def about(self, alert: str, *, desk: bool = False) -> Sequence[Change]:
        """Return the changes of one alert, in order."""
        self.annals.flush()
        return self.annals.about(alert, desk=desk)

    def preview(self, order: Order) -> Preview:
        """Return what an order would change, were it given now; nothing is changed, and nothing written down."""
        return self._fold.state.preview(order, self.clock())

    def silences(self) -> tuple[Silence, ...]:
        """Return the silences in force."""
        return self._fold.state.desk.standing_silences(self.clock())

    def silenced(self, outlet: str, fact: Fact) -> Silence | None:
        """Return the silence that keeps an outlet from sending a fact now, if one does."""
        return self._fold.state.desk.silenced(outlet, fact, self.clock())

    # --- how we are

    def health(self, *, desk: bool = False) -> dict[str, Any]:
        """Return how we are: status, and what is degraded; for the desk, what came in as well."""
        return health(self, desk=desk)

    def measures(self, *, desk: bool = False) -> Mapping[str, float]:
        """Return counters and gauges by name; for the desk, those of what came in as well."""
        return measures(self, desk=desk)


def adopt(settings: Settings, journal: Journal, clock: Clock) -> tuple[Entry, ...]:
    """Write down which policy, register and data are in force from here on, where they are others than before."""
    known = journal.adopted(MODE)
    foreign = wrong_journal(
        settings.journal,
        journal.head[0],
        known.version if known is not None else None,
        exercise=settings.exercise,
    )
    if foreign is not None:
        raise SettingsError([foreign])
    fresh = []
    for one in adoptions(settings):
        known = journal.adopted(one.kind)
        if known is None or known.digest != one.digest:
            fresh.append(one)
    return journal.append(fresh, clock()) if fresh else ()
