"""How fast the fold is without reading, and whether its state stays small.

    python benchmarks/engine.py [10000 100000 1000000] [--no-record] [--profile]
    python benchmarks/engine.py 10000 --areas 3000 --rules 100 --pace 1.4   (decisions at full width)

Synthetic entries with claims given: two alarms in ten, six hazards, one end,
one explosion, over 1,600 areas, from thirty sources; each size runs in a
process of its own. Prints entries and changes a second, decision times, peak
memory, and what the hot state holds at the end.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

START = datetime(2025, 1, 1, tzinfo=UTC)
WEAPONS = ("shahed-136", "kh-101", "ballistic", "guided-bomb", "high-speed-target")
PACE = timedelta(seconds=3)


class Given:
    """A reader that has nothing to read: claims are made from the report's number."""

    def __init__(self, places, areas: int = 1600) -> None:
        from tocsin.model import Evidence, Reading

        self._reading = Reading
        self._evidence = (Evidence(start=0, end=1, quote="x"),)
        raions = [
            c for f in places.first_level() for c in places.children(f) if places.ref(c).level == "raion"
        ]
        towns = [h for r in raions for h in places.children(r)]
        self._areas = [places.place(c, "at") for c in (raions + towns)[:areas]]
        self._toward = [replace(p, role="toward") for p in self._areas]
        self.raions = len(raions)

    def read(self, report):
        """The claims that the report's number stands for."""
        from tocsin.model import Claim, Interval, Range

        number = int(report.id)
        mix = (number * 2654435761) & 0xFFFFFFFF
        kind = mix % 10
        area = mix // 10 % len(self._areas)
        place = self._areas[area]
        if kind < 2:
            raion = self._areas[number // 2 % self.raions]
            what, weapon, places = ("alarm", "alarm-over")[number // 2 // self.raions % 2], None, (raion,)
        elif kind < 8:
            what, weapon = ("inbound", "launch", "danger")[mix % 3], WEAPONS[mix // 7 % len(WEAPONS)]
            places = (place,) if mix & 64 else (self._toward[area],)
        elif kind == 8 or mix & 0x3000:
            what, weapon, places = "danger-over", WEAPONS[mix // 7 % len(WEAPONS)], (place,)
        else:
            what, weapon, places = "explosion", None, (place,)
        claim = Claim(
            id=f"{report.source}:{report.id}#1",
            report=report.id,
            source=report.source,
            kind=what,
            weapon=weapon,
            place=places[0],
            places=places,
            count=Range(min=2, max=2) if mix & 128 else None,
            valid=Interval(start=report.stated_at, end=None, precision="second"),
            evidence=self._evidence,
        )
        return self._reading(report=report.id, language="uk", claims=(claim,))


def world(rules: int = 0):
    from tocsin.config.world import load_world
    from tocsin.model import Source

    base = load_world()
    register = {
        "sirens": Source(id="sirens", name="s", kind="alarm-service", reliability="A", declares=("UA",))
    }
    for number in range(30):
        kind = ("military", "monitoring-channel", "monitoring-channel", "authority")[number % 4]
        register[f"s{number}"] = Source(
            id=f"s{number}", name=f"s{number}", kind=kind, reliability="ABCC"[number % 4]
        )
    policy = base.policy
    if rules > len(policy.rules):
        # More rules that are looked at and don't fit, before those that do.
        idle = replace(policy.rules[-1], group=False, hours=("03:00-03:01",), level="yellow")
        more = tuple(replace(idle, id=f"idle-{n}") for n in range(rules - len(policy.rules)))
        policy = replace(policy, rules=(*more, *policy.rules))
    return replace(base, register=register, policy=policy)


def run(
    size: int, *, record: bool = True, areas: int = 1600, rules: int = 0, pace: timedelta = PACE
) -> dict[str, object]:
    from tocsin.engine import State
    from tocsin.model import Entry, Report

    base = world(rules)
    given = Given(base.places, areas)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    state = State(base, given)
    if not record:
        state.record.absorb = lambda *_: []
    decide = state.decider.decide
    spent: list[float] = []

    def timed(facts, heard, at):
        began = time.thread_time()
        try:
            return decide(facts, heard, at)
        finally:
            spent.append(time.thread_time() - began)

    if size <= 100_000:
        state.decider.decide = timed
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(1, size + 1):
        at = START + pace * number
        mix = (number * 2654435761) & 0xFFFFFFFF
        source = "sirens" if mix % 10 < 2 else f"s{mix % 30}"
        report = Report(id=str(number), source=source, text="synthetic", stated_at=at)
        state.step(Entry(number=number, recorded_at=at, body=report))
    took, busy = time.perf_counter() - began, time.process_time() - cpu
    assert not state.failures, state.failures[-1]
    spent.sort()
    return {
        "entries": size,
        "seconds": round(took, 2),
        "entries_per_second": round(size / took),
        "entries_per_cpu_second": round(size / busy),
        "changes": state.changed,
        "changes_per_entry": round(state.changed / size, 2),
        "decision_p50_us": round(spent[len(spent) // 2] * 1e6) if spent else None,
        "decision_p99_us": round(spent[len(spent) * 99 // 100] * 1e6) if spent else None,
        "threats": len(state.threats.view()),
        "alerts": len(state.alerts()),
        "world_rss_mb": before,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "digest": state.digest[:12],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="The fold without reading.")
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--one", action="store_true", help="run here, print JSON")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--no-record", action="store_true", help="without incidents and ledgers")
    parser.add_argument("--areas", type=int, default=1600)
    parser.add_argument("--rules", type=int, default=0, help="pad the policy to so many")
    parser.add_argument("--pace", type=float, default=3.0, help="seconds between entries")
    chosen = parser.parse_args()
    if chosen.profile:
        import cProfile

        cProfile.run(f"run({chosen.sizes[0]})", sort="tottime")
        return
    if chosen.one:
        pace = timedelta(seconds=chosen.pace)
        told = run(
            chosen.sizes[0],
            record=not chosen.no_record,
            areas=chosen.areas,
            rules=chosen.rules,
            pace=pace,
        )
        print(json.dumps(told))
        return
    for size in chosen.sizes:
        command = [
            sys.executable,
            __file__,
            "--one",
            str(size),
            *(["--no-record"] if chosen.no_record else []),
            *("--areas", str(chosen.areas), "--rules", str(chosen.rules), "--pace", str(chosen.pace)),
        ]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


if __name__ == "__main__":
    main()
