# ruff: noqa: INP001, T201, S101 (a script, not a package)
"""The official alarm channel's raw posts through reading and fold, against the intervals that others made of them.

    python evaluations/alarm_posts.py [DIRECTORY] [--show N]

DIRECTORY holds ``official-posts/2022-*.csv`` and ``sirens/official_sirens_raion_to_2024-04-23.csv``
(default: ``../shared/data``); where it is missing this says so and ends with 0. An interval counts as
found when an alarm of ours in the same oblast and of the same level begins and ends within five seconds of it.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

from tocsin.config import load_world
from tocsin.engine import State
from tocsin.model import Alarm, Entry, Report
from tocsin.places import Gazetteer

NEAR = timedelta(seconds=5)
FIRST, LAST = "2022-03-15", "2022-09-30"
CITY = {"Kyiv City": "Kyiv", "Sevastopol City": "Sevastopol"}


def posts(folder: Path) -> Iterator[tuple[str, datetime, str]]:
    """Id, instant and text of every post; a bold first line stands in a column of its own."""
    for path in sorted(folder.glob("2022-*.csv")):
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                bold, text = row["text_bold"], row["text_string"]
                whole = text if not bold or bold in text else f"{bold}\n{text}"
                yield row["id"], datetime.fromtimestamp(int(row["date_unixtime"]), tz=UTC), whole


def folded(folder: Path) -> tuple[list[Alarm], State, int, float]:
    """Every alarm that ended, the state at the end, the number of posts, and the seconds of work."""
    state = State(load_world())
    ended: list[Alarm] = []
    number = 0
    began = time.process_time()
    for number, (name, at, text) in enumerate(posts(folder), 1):
        body = Report(id=name, source="air-alert-ua", text=text, stated_at=at)
        step = state.step(Entry(number=number, recorded_at=at, body=body))
        assert not step.failed, step.problems
        for change in step.changes:
            noun = change.fact.noun
            if isinstance(noun, Alarm) and change.fact.verb == "clear":
                ended.append(noun)
    return ended, state, number, time.process_time() - began


def oblast_of(places: Gazetteer, name: str) -> str:
    """The oblast of a transliterated name («Dnipropetrovska oblast»): the one that shares most of its beginning."""
    names = {code: places.ref(code).names["en"].replace("’", "") for code in places.first_level()}
    if name in CITY:
        return next(code for code, ours in names.items() if ours == CITY[name])
    oblasts = [code for code, ours in names.items() if ours not in CITY.values()]
    return max(
        oblasts,
        key=lambda code: len(list(takewhile(lambda p: p[0] == p[1], zip(names[code], name, strict=False)))),
    )


def main() -> int:
    """Compare and print."""
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    shown = int(arguments.pop()) if "--show" in sys.argv else 0
    folder = Path(arguments[0]) if arguments else Path(__file__).parent.parent.parent / "shared" / "data"
    truth = folder / "sirens" / "official_sirens_raion_to_2024-04-23.csv"
    if not truth.is_file():
        print(f"{folder} holds no official posts: nothing to compare")
        return 0
    ended, state, number, seconds = folded(folder / "official-posts")
    places = state.places
    starts: dict[datetime, list[Alarm]] = defaultdict(list)
    for alarm in ended:
        if alarm.kind == "air-raid" and alarm.valid.start is not None:
            starts[alarm.valid.start].append(alarm)
    verdicts: Counter[str] = Counter()
    used: set[str] = set()
    misses: list[str] = []
    with truth.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if FIRST <= r["started_at"][:10] < LAST]
    known = {name: oblast_of(places, name) for name in {r["oblast"] for r in rows}}
    for row in rows:
        begin, end = (datetime.fromisoformat(row[k]) for k in ("started_at", "finished_at"))
        near = [a for d in range(-5, 6) for a in starts.get(begin + timedelta(seconds=d), ())]
        near = [a for a in near if places.covers(known[row["oblast"]], a.area.code)]
        near = [a for a in near if row["level"] == a.area.level or a.area.level not in ("oblast", "raion")]
        whole = [a for a in near if a.valid.end is not None and abs(a.valid.end - end) <= NEAR]
        verdict = "start and end" if whole else "start only" if near else "missing"
        verdicts[verdict] += 1
        used |= {whole[0].id} if whole else set()
        if not whole:
            misses.append(f"{verdict}: {row['oblast']} {row['raion']} {row['hromada']} {begin} {end}")
    kinds = Counter(a.kind for a in ended if a.id not in used)
    share = verdicts["start and end"] / len(rows)
    print(f"{number} posts in {seconds:.1f} s of work: {number / seconds:.0f} posts/s read and folded")
    print(f"{len(rows)} intervals: {dict(verdicts)}; found whole {share:.2%}")
    print(f"{len(ended)} alarms of ours ended, {len(state.alarms.view())} stand at the end")
    print(f"ours beside these intervals, by kind: {dict(kinds)}")
    for miss in misses[:shown]:
        print("  ", miss)
    return 0


if __name__ == "__main__":
    sys.exit(main())
