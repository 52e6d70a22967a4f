"""Durable appends a second, by batch size, and the time of one append at a steady rate.

    .venv/bin/python benchmarks/journal.py [--dir DIR] [--count N]

Every append returns only when SQLite has synchronised its log. DIR chooses the
disk; a temporary directory on a RAM disk would measure nothing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from tocsin.journal import Journal
from tocsin.model import Report

AT = datetime(2024, 12, 20, tzinfo=UTC)
TEXT = ("Рух ударних безпілотників через північ області, курс південно-західний. " * 9)[:550]


def report(number: int) -> Report:
    return Report(id=f"m{number}", source="channel", text=TEXT, stated_at=AT)


def batches(directory: Path, count: int) -> None:
    print("batch   appends/s   ms a batch")
    for size in (1, 8, 32, 64, 256):
        total = min(count, size * 1500)
        bodies = [report(n) for n in range(total)]
        with Journal.open(directory / f"b{size}.db") as journal:
            start = time.perf_counter()
            for n in range(0, total, size):
                journal.append(bodies[n : n + size], AT)
            took = time.perf_counter() - start
        print(f"{size:5d} {total / took:11,.0f} {1000 * took * size / total:12.3f}")


def steady(directory: Path, rate: int, seconds: float) -> None:
    """Producers hand reports over at ``rate`` a second; one writer commits whatever has gathered."""
    queue: SimpleQueue[tuple[float, Report] | None] = SimpleQueue()
    took: list[float] = []

    def write() -> None:
        with Journal.open(directory / f"s{rate}.db") as journal:
            while True:
                gathered = [queue.get()]
                try:
                    while True:
                        gathered.append(queue.get_nowait())
                except Empty:
                    pass
                whole = [one for one in gathered if one is not None]
                journal.admit([body for _, body in whole], AT)
                now = time.perf_counter()
                took.extend(now - since for since, _ in whole)
                if len(whole) < len(gathered):
                    return

    writer = Thread(target=write)
    writer.start()
    start = time.perf_counter()
    for n in range(int(rate * seconds)):
        pause = start + n / rate - time.perf_counter()
        if pause > 0:
            time.sleep(pause)
        queue.put((time.perf_counter(), report(n)))
    queue.put(None)
    writer.join()
    took.sort()
    p50, p99 = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
    done = len(took) / (time.perf_counter() - start)
    print(
        f"{rate:6d}/s offered, {done:8,.0f}/s done: p50 {p50:.2f} ms, p99 {p99:.2f} ms, worst {took[-1] * 1000:.1f} ms"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dir", default=None)
    options.add_argument("--count", type=int, default=60_000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.dir) as directory:
        batches(Path(directory), chosen.count)
        for rate in (300, 5000, 20_000):
            steady(Path(directory), rate, 4)


if __name__ == "__main__":
    main()
