# ruff: noqa: INP001 (evaluations are scripts, not a package)
"""Four years of official alarms by oblast, replayed: none stuck, none ended by time, how fast, how much memory.

    python evaluations/oblast_sirens.py [--data DIRECTORY] [--times N] [--no-reading]

Each interval of ``oblast_sirens_2022-03_2026-06.parquet`` becomes two reports of the source ``air-alert-ua``, worded
here. What comes out must be the same intervals to the second, for alarms and for official alerts. A year of silence
follows: it may make areas STALE, it may end nothing. ``--times 10`` repeats the history ten times end to end;
``--no-reading`` reads each wording once and gives its claims to every report that says the same, so that the fold
is measured without reading. Needs pyarrow, which is no dependency of the project. Memory is that of this process,
which never loads pyarrow: a child reads the file.
"""

from __future__ import annotations

import importlib.util
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from beside import Latin, parser, present, say, table

from tocsin.config import load_world
from tocsin.engine import State, World
from tocsin.model import Alarm, Alert, Entry, Reading, Report
from tocsin.reading import Reader

DATA = ("sirens/oblast_sirens_2022-03_2026-06.parquet",)
SOURCE = "air-alert-ua"
KYIV = ZoneInfo("Europe/Kyiv")
SILENCE = timedelta(days=365)
Intervals = list[tuple[str, int, int]]
"""Region as the record names it, start and end in seconds since 1970."""
Moves = list[tuple[int, bool, str]]
"""Instant, whether it raises, area: ends before raises of the same second."""


def intervals_of(path: str) -> Intervals:
    """Read the file (in a child: this one imports pyarrow)."""
    from pyarrow import parquet  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415

    rows = parquet.read_table(path, columns=["region", "started_at", "finished_at"]).to_pylist()
    return [(r["region"], int(r["started_at"].timestamp()), int(r["finished_at"].timestamp())) for r in rows]


def moves_of(intervals: Sequence[tuple[str, int, int]], latin: Latin) -> tuple[Moves, Counter[str]]:
    """Raises and ends in order of time, and regions that no area bears, with their counts."""
    moves: Moves = []
    unknown: Counter[str] = Counter()
    for region, start, end in intervals:
        code = latin.area(region)
        if code is None:
            unknown[region] += 1
            continue
        moves += ((start, True, code), (end, False, code))
    return sorted(moves), unknown


def entries(moves: Moves, names: dict[str, str], times: int, *, clock: bool) -> Iterator[Entry]:
    """The reports, ``times`` over, each history a day after the one before; ``clock`` puts the time of day in."""
    number = 0
    span = moves[-1][0] - moves[0][0] + 86400
    for repeat in range(times):
        for second, raises, code in moves:
            number += 1
            at = datetime.fromtimestamp(second + repeat * span, UTC)
            sign, words = ("🔴", "Повітряна тривога") if raises else ("🟢", "Відбій тривоги")
            stamp = f" {at.astimezone(KYIV):%H:%M}" if clock else ""
            text = f"{sign}{stamp} {words}: {names[code]}"
            report = Report(id=str(number), source=SOURCE, text=text, stated_at=at)
            yield Entry(number=number, recorded_at=at, body=report)


class OnceRead:
    """A reader that reads each wording once and readdresses its claims to every report that says the same."""

    def __init__(self, world: World) -> None:
        self._reader = Reader(world.lexicon, world.places, world.register)
        self._known: dict[str, Reading] = {}

    def read(self, report: Report) -> Reading:
        """What the report says."""
        known = self._known.get(report.text)
        if known is None:
            known = self._known[report.text] = self._reader.read(report)
        claims = tuple(
            msgspec.structs.replace(claim, id=f"{report.source}:{report.id}#{n}", report=report.id)
            for n, claim in enumerate(known.claims, 1)
        )
        return msgspec.structs.replace(known, report=report.id, claims=claims)


class Outcome:
    """What came out, compared with what went in as it comes, so that nothing is kept."""

    def __init__(self) -> None:
        self.standing: dict[tuple[str, str], datetime] = {}
        self.expected: dict[str, datetime] = {}
        self.right: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.longest = timedelta()

    def put(self, state: State, entry: Entry, *, raises: bool, code: str) -> None:
        """Fold an entry and judge its changes."""
        step = state.step(entry)
        at = entry.recorded_at
        self.wrong["entries that broke the fold"] += step.failed
        start = self.expected.get(code)
        if raises and start is None:
            self.expected[code] = at
        elif not raises:
            self.expected.pop(code, None)
        for change in step.changes:
            noun, verb = change.fact.noun, change.fact.verb
            layer = "alarm" if isinstance(noun, Alarm) else "official alert"
            if not isinstance(noun, Alarm) and not (isinstance(noun, Alert) and noun.layer == "official"):
                continue
            name = (layer, noun.area.code)
            if verb == "raise":
                self.standing[name] = at
                if not raises or noun.area.code != code or noun.valid.start != at:
                    self.wrong[f"{layer}s raised where the record says otherwise"] += 1
            elif verb in {"clear", "revoke", "lapse"}:
                begun = self.standing.pop(name, None)
                wanted = not raises and noun.area.code == code and noun.valid.end == at
                self._ended(layer, begun, at, by_time=change.entry == 0, wanted=wanted)

    def _ended(
        self, layer: str, begun: datetime | None, at: datetime, *, by_time: bool, wanted: bool
    ) -> None:
        if by_time:
            self.wrong[f"{layer}s ended by time"] += 1
        elif begun is None or not wanted:
            self.wrong[f"{layer}s ended where the record says otherwise"] += 1
        else:
            self.right[f"{layer}s raised and ended as the record says"] += 1
            self.longest = max(self.longest, at - begun)


def resident() -> float:
    """Memory of this process now, in MB."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0.0
    return pages * resource.getpagesize() / 1e6


def replay(
    world: World, moves: Moves, times: int, *, reading: bool
) -> tuple[State, Outcome, list[tuple[object, ...]]]:
    """Fold everything; rows of the table of speed and memory, one a tenth."""
    state = State(world) if reading else State(world, OnceRead(world))
    names = {code: world.places.ref(code).names["uk"] for _, _, code in moves}
    outcome = Outcome()
    total = len(moves) * times
    rows: list[tuple[object, ...]] = [(0, "-", "-", f"{resident():.0f}")]
    begun = last = time.process_time()
    for done, entry in enumerate(entries(moves, names, times, clock=reading), 1):
        _, raises, code = moves[(done - 1) % len(moves)]
        outcome.put(state, entry, raises=raises, code=code)
        if done * 10 // total > (done - 1) * 10 // total:
            now = time.process_time()
            speed = total / 10 / (now - last or 1e-9)
            rows.append((done, f"{now - begun:.1f}", f"{speed:,.0f}", f"{resident():.0f}"))
            last = now
    return state, outcome, rows


def main(argv: Sequence[str] | None = None) -> int:
    """Replay and print; 1 where an alarm is stuck, was ended by time or differs from the record."""
    options = parser("Four years of official alarms by oblast, replayed.")
    options.add_argument("--times", type=int, default=1, help="how often the history is repeated, end to end")
    options.add_argument("--no-reading", action="store_true", help="read each wording once")
    chosen = options.parse_args(argv)
    paths = present(chosen.data, DATA)
    if paths is None:
        return 0
    if importlib.util.find_spec("pyarrow") is None:
        say(
            "Not evaluated: pyarrow is not installed (uv pip install pyarrow; the project itself needs it not)."
        )
        return 0
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
        intervals = child.submit(intervals_of, str(paths[0])).result()
    return evaluate(load_world(), intervals, chosen.times, reading=not chosen.no_reading)


def evaluate(world: World, intervals: Intervals, times: int, *, reading: bool) -> int:
    """Replay intervals ``times`` over, a year of silence after them, and print what came out."""
    moves, unknown = moves_of(intervals, Latin(world.places))
    state, outcome, rows = replay(world, moves, times, reading=reading)
    stuck = len(state.alarms.view())
    silent = (state.now or datetime.fromtimestamp(0, UTC)) + SILENCE
    late = [c for c in state.advance(silent) if isinstance(c.fact.noun, Alarm | Alert)]
    outcome.wrong["alarms stuck at the end"] += stuck - len(outcome.expected)
    outcome.wrong["alarms or alerts changed by a year of silence"] += len(late)
    how = "every report read" if reading else "each wording read once"
    say(
        f"{len(intervals)} intervals, {times} times over: {len(moves) * times} reports, {how}; unknown: {dict(unknown)}"
    )
    say(
        f"the longest alarm stood {outcome.longest.days} days; changes {state.changed}, digest {state.digest[:16]}\n"
    )
    table(("reports", "processor s", "reports/s", "MB"), rows)
    table(("as the record says", "n"), sorted(outcome.right.items()))
    table(("not so", "n"), sorted(outcome.wrong.items()))
    say(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6:.0f} MB")
    return 1 if sum(outcome.wrong.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
