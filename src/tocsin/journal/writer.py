"""The one writer: a thread that commits whatever has gathered while it wrote the batch before.

Durable appends cost a synchronised write each, so those that arrive together
share one. There is no timer: an idle writer commits at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import perf_counter

import msgspec

from tocsin.journal.errors import JournalError
from tocsin.journal.store import Admission, Issued, Journal
from tocsin.model import Body

__all__ = ["Batch", "Writer"]

log = logging.getLogger(__name__)

_LARGEST = 2000
"""Bodies in one transaction, so that the first of many doesn't wait for the last."""


class _Job(msgspec.Struct):
    bodies: Sequence[Body]
    issued: Sequence[Issued]
    done: Future[tuple[Admission, ...]]


class Batch(msgspec.Struct, frozen=True):
    """What one transaction took in: for each that asked, its future and what became of its bodies."""

    jobs: tuple[tuple[Future[tuple[Admission, ...]], tuple[Admission, ...] | JournalError], ...]
    seconds: float
    """How long it took to make it durable."""


class Writer:
    """Takes bodies from any thread and hands durable batches, in order, to ``committed``.

    ``clock`` stamps each batch, never earlier than the floor: whoever has already
    lived through an instant (a deadline that fell due) sets the floor to it, so that
    the journal tells everything in the order in which it was acted on.
    """

    def __init__(
        self, journal: Journal, clock: Callable[[], datetime], committed: Callable[[Batch], None]
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._committed = committed
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = Lock()
        self._floor: datetime | None = None
        self._flying = 0
        self._thread = Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what has gathered, then end."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def submit(self, bodies: Sequence[Body]) -> Future[tuple[Admission, ...]]:
        """Ask for bodies to be written; the future is set by whoever takes the batch, once it is durable."""
        done: Future[tuple[Admission, ...]] = Future()
        self._queue.put(_Job(bodies, (), done))
        return done

    def issue(self, sent: Sequence[Issued]) -> Future[tuple[Admission, ...]]:
        """Ask for what was sent to be recorded."""
        done: Future[tuple[Admission, ...]] = Future()
        self._queue.put(_Job((), sent, done))
        return done

    def pass_through(self, instant: datetime) -> bool:
        """Let time reach ``instant`` for all later entries, unless a batch stamped earlier is under way."""
        with self._lock:
            if self._flying:
                return False
            self._floor = instant if self._floor is None else max(self._floor, instant)
            return True

    def landed(self) -> None:
        """Tell that a batch that was handed over has been acted on."""
        with self._lock:
            self._flying -= 1

    def _run(self) -> None:
        ending = False
        while not ending:
            gathered: list[_Job] = []
            job = self._queue.get()
            count = 0
            try:
                while job is not None:
                    gathered.append(job)
                    count += len(job.bodies)
                    if count >= _LARGEST:
                        break
                    job = self._queue.get_nowait()
            except Empty:
                pass
            ending = job is None
            if gathered:
                self._write(gathered)

    def _write(self, gathered: list[_Job]) -> None:
        with self._lock:
            self._flying += 1
            stamp = self._clock()
            if self._floor is not None:
                stamp = max(stamp, self._floor)
        began = perf_counter()
        outcome: list[tuple[Future[tuple[Admission, ...]], tuple[Admission, ...] | JournalError]] = []
        try:
            bodies = [body for job in gathered for body in job.bodies]
            admitted = self._journal.admit(bodies, stamp) if bodies else ()
            issued = [one for job in gathered for one in job.issued]
            if issued:
                self._journal.issue(issued)
            at = 0
            for job in gathered:
                outcome.append((job.done, admitted[at : at + len(job.bodies)]))
                at += len(job.bodies)
        except JournalError as refused:
            outcome = [(job.done, refused) for job in gathered]
        except Exception as unforeseen:
            log.exception("the journal's writer failed")
            failed = JournalError(self._journal.path, f"could not be written: {unforeseen}", "See the log.")
            outcome = [(job.done, failed) for job in gathered]
        self._committed(Batch(tuple(outcome), perf_counter() - began))
