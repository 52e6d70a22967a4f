"""How fast any past moment is answered, and how large the annals grow.

    python benchmarks/past.py [10000 100000 1000000] [--asks 300]

and how long a start takes that resumes from a snapshot. The synthetic entries of benchmarks/engine.py are folded with their annals in a file;
then moments are drawn at random (as known then; and an earlier moment as known later)
and asked for as /v1/picture asks, to the bytes of the answer. Each size runs in a
process of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import random  # noqa: TID251 - seeded
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from engine import PACE, START, Given, world


def entries(size: int, after: int = 0):
    from tocsin.model import Entry, Report

    for number in range(after + 1, size + 1):
        at = START + PACE * number
        mix = (number * 2654435761) & 0xFFFFFFFF
        source = "sirens" if mix % 10 < 2 else f"s{mix % 30}"
        report = Report(id=str(number), source=source, text="synthetic", stated_at=at)
        yield Entry(number=number, recorded_at=at, body=report)


def folded(base, given, annals):
    from tocsin.outlets.fold import Fold

    fold = Fold(base, annals=annals)
    fold.state._given = fold.state._reader = given  # noqa: SLF001 - a benchmark
    return fold


def quantiles(spent: list[float]) -> dict[str, float]:
    spent.sort()
    return {
        "p50_ms": round(spent[len(spent) // 2] * 1e3, 1),
        "p99_ms": round(spent[len(spent) * 99 // 100] * 1e3, 1),
    }


def run(size: int, asks: int) -> dict[str, object]:
    import msgspec

    from tocsin.codec import encode
    from tocsin.outlets.annals import Annals
    from tocsin.outlets.past import Past

    base = world()
    given = Given(base.places)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.annals"
        annals = Annals.open(path, "benchmark")
        fold = folded(base, given, annals)
        began, busy = time.perf_counter(), time.process_time()
        for count, entry in enumerate(entries(size)):
            fold.enter(entry)
            if count % 500 == 0 and annals.crowded:
                annals.flush()
        annals.flush()
        took, busy = time.perf_counter() - began, time.process_time() - busy
        assert annals.trouble is None, annals.trouble
        told: dict[str, object] = {
            "entries": size,
            "entries_per_second": round(size / took),
            "entries_per_cpu_second": round(size / busy),
            "annals_mb": round(sum(f.stat().st_size for f in Path(directory).iterdir()) / 1e6),
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        past = Past(annals, base.places, base.register)
        # As the server does when it starts.
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 50, 50)
        draw = random.Random(1)
        bytes_ = 0
        for name, earlier in (("known_at", False), ("at_and_known_at", True)):
            spent, busy = [], []
            for _ in range(asks):
                known = START + PACE * draw.uniform(1, size)
                at = known - timedelta(minutes=draw.uniform(1, 600)) if earlier else None
                began, cpu = time.perf_counter(), time.thread_time()
                view = past.ask(at, known, desk=False)
                body = encode(msgspec.structs.asdict(view.picture))
                spent.append(time.perf_counter() - began)
                busy.append(time.thread_time() - cpu)
                bytes_ = max(bytes_, len(body))
            told[name] = quantiles(spent) | {f"cpu_{key}": value for key, value in quantiles(busy).items()}
        told["largest_answer_kb"] = bytes_ // 1000
        told |= resuming(base, fold, annals, Path(directory))
    return told


def resuming(base, fold, annals, directory: Path) -> dict[str, object]:
    """How long a snapshot takes, how large it is, and how long until a journal is open and its fold stands again."""
    from tocsin.codec import encode
    from tocsin.journal import Journal
    from tocsin.outlets.fold import Fold
    from tocsin.outlets.snapshot import Snapshots, header, resumed

    base_path = str(directory / "a")
    with Journal.open(base_path) as journal:
        last = None
        for entry in entries(fold.state.number):
            if last is None or entry.number % 2000 == 1:
                if last is not None:
                    last.__exit__(None, None, None)
                last = journal._transaction()  # noqa: SLF001 - a benchmark
                last.__enter__()
            journal._admit([entry.body], entry.recorded_at)  # noqa: SLF001 - a benchmark
        last.__exit__(None, None, None)
        head = journal.head[1]
        first = journal.hash_of(1)
    annals.counters.key = "benchmark" + first
    annals.key = annals.counters.key
    annals._db.execute("UPDATE counters SET told = ?", (encode(annals.counters),))  # noqa: SLF001 - a benchmark
    snapshots = Snapshots(base_path, "benchmark", base, annals)
    began, cpu = time.perf_counter(), time.process_time()
    snapshots.write(fold, snapshots.told(fold, head, 0))
    wrote, busy = time.perf_counter() - began, time.process_time() - cpu
    digest = fold.state.digest
    annals.close()
    del fold
    began, cpu = time.perf_counter(), time.process_time()
    told = header(Path(base_path + ".snapshot"), "benchmark")
    with Journal.open(base_path, trusted=(told.entry, told.hash)) as journal:
        again, kept = resumed(base_path, "benchmark", base, told, journal.hash_of)
        made = Fold(base, annals=again, kept=kept)
        for entry in journal.entries(made.state.number):
            made.enter(entry)
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    assert kept is not None
    assert made.state.digest == digest
    again.close()
    return {
        "snapshot_mb": round(Path(base_path + ".snapshot").stat().st_size / 1e6, 1),
        "snapshot_seconds": round(wrote, 2),
        "snapshot_cpu_seconds": round(busy, 2),
        "resume_seconds": round(took, 2),
        "resume_cpu_seconds": round(spent, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Any past moment.")
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--asks", type=int, default=300)
    parser.add_argument("--one", action="store_true", help="run here, print JSON")
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(run(chosen.sizes[0], chosen.asks)))
        return
    for size in chosen.sizes:
        command = [sys.executable, __file__, "--one", str(size), "--asks", str(chosen.asks)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


if __name__ == "__main__":
    main()
