# ruff: noqa: INP001 (evaluations are scripts, not a package)
"""The posts of ten channels before a mass attack, with the official alarms of that night: what we would have said.

    python evaluations/monitoring_posts.py [--data DIRECTORY] [--all]

The channels' 89 posts of 22 February 2026 (00:01 to 01:30 UTC) are taken in with the official alarms of the same
hours (from ``oblast_sirens_2022-03_2026-06.parquet``, worded here; without pyarrow they are left out and no lead
time is told). Every raise, clear, lapse and withheld decision must have an explanation: a rule or a reason in words,
and quoted words of a post. Lead time is the official alarm's start less our first warning for an area of that
first-level area. ``--all`` prints every decision with the words that it rests on, to the screen only.
"""

from __future__ import annotations

import importlib.util
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import msgspec
from beside import Latin, parser, present, say, table
from oblast_sirens import DATA as SIRENS
from oblast_sirens import Intervals, intervals_of

from tocsin.config import load_world
from tocsin.decisions.explain import Moment, explain, ids_in
from tocsin.engine import State, Step, World
from tocsin.model import Alert, Change, Entry, Report, Source
from tocsin.places import Gazetteer

DATA = ("messages/monitoring_channels_2026-02-22_0001-0130Z.jsonl",)
OFFICIAL = "air-alert-ua"
AIR_FORCE = "air-force"
KYIV, KYIV_OBLAST = "UA80000000000093317", "UA32000000000030281"
HOMES = {2193251936: KYIV_OBLAST, 2486466109: KYIV, 2146225839: KYIV}
"""Channels that say in their name where they are at home."""
AHEAD = timedelta(hours=3)
"""How long after the last post an official alarm may still start to count."""


def posts_of(file: Path) -> tuple[list[Report], dict[str, Source]]:
    """The posts as reports, and a register of their channels (C: what many follow, nobody vouches for)."""
    reports: list[Report] = []
    register: dict[str, Source] = {}
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        title, number = str(row["channel_title"]), int(row["channel_id"])
        name = AIR_FORCE if "Air Force" in title else f"channel-{number}"
        if name != AIR_FORCE:
            home = HOMES.get(number)
            register[name] = Source(
                id=name, name=title, kind="monitoring-channel", reliability="C", home=home
            )
        at = datetime.fromtimestamp(int(row["timestamp"]), UTC)
        reports.append(Report(id=str(row["n"]), source=name, text=str(row["text"]), stated_at=at))
    return reports, register


def alarms_of(
    intervals: Intervals, latin: Latin, window: tuple[datetime, datetime]
) -> list[tuple[str, datetime, datetime]]:
    """The official alarms that stand or start in the window: area, start, end."""
    found = []
    for region, start, end in intervals:
        code = latin.area(region)
        begun, over = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
        if code is not None and begun <= window[1] and over >= window[0]:
            found.append((code, begun, over))
    return sorted(found, key=lambda row: (row[1], row[0]))


def official(
    alarms: Iterable[tuple[str, datetime, datetime]], places: Gazetteer, until: datetime
) -> list[Report]:
    """The alarms as reports of the official channel, up to an instant."""
    reports = []
    for code, start, end in alarms:
        name = places.ref(code).names["uk"]
        for at, words in ((start, "🔴 Повітряна тривога"), (end, "🟢 Відбій тривоги")):
            if at <= until:
                reports.append(
                    Report(id=f"{code}-{at:%d%H%M%S}", source=OFFICIAL, text=f"{words}: {name}", stated_at=at)
                )
    return reports


def fold(world: World, reports: Iterable[Report]) -> tuple[list[tuple[Entry, Step]], State]:
    """Every report with its step, in order of time; a day passes at the end."""
    state = State(world)
    ordered = sorted(reports, key=lambda r: (r.stated_at or datetime.min.replace(tzinfo=UTC), r.source, r.id))
    pairs: list[tuple[Entry, Step]] = []
    for number, report in enumerate(ordered, 1):
        if report.stated_at is not None:
            entry = Entry(number=number, recorded_at=report.stated_at, body=report)
            pairs.append((entry, state.step(entry)))
    end = (state.now or datetime.fromtimestamp(0, UTC)) + timedelta(days=1)
    last = msgspec.structs.replace(pairs[-1][1], reading=None, changes=state.advance(end))
    return [*pairs, (pairs[-1][0], last)], state


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One decision and what explains it."""

    change: Change
    moment: Moment

    @property
    def explained(self) -> bool:
        """Whether it has a reason in words and quoted words, or an order, that it rests on."""
        reason = bool(self.moment.rule_why or self.moment.why)
        return reason and bool(self.moment.orders or any(w.quotes for w in self.moment.words))


def decisions(world: World, pairs: Sequence[tuple[Entry, Step]]) -> list[Told]:
    """Every change of an alert with its explanation, in order."""
    changes = [c for _, step in pairs for c in step.changes if isinstance(c.fact.noun, Alert)]
    policies = [world.policy] if world.policy is not None else []
    moments: dict[int, Moment] = {}
    for name in ids_in(changes):
        explanation = explain(name, pairs, policies)
        moments |= {m.change: m for m in explanation.moments} if explanation is not None else {}
    return [Told(change=c, moment=moments[c.number]) for c in changes if c.number in moments]


def layers(told: Iterable[Told]) -> Counter[tuple[str, str]]:
    """How many decisions by layer and verb."""
    return Counter((_alert(t.change).layer, t.change.fact.verb) for t in told)


def _alert(change: Change) -> Alert:
    noun = change.fact.noun
    if not isinstance(noun, Alert):
        raise TypeError(noun)
    return noun


def leads(
    told: Iterable[Told], alarms: Sequence[tuple[str, datetime, datetime]], places: Gazetteer, first: datetime
) -> tuple[list[tuple[str, str, str]], Counter[str]]:
    """For each alarm that starts after the first post, the first warning before it; and what became of warnings."""
    raised: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    became: Counter[str] = Counter()
    for one in told:
        alert = _alert(one.change)
        if alert.layer != "warning" or one.change.fact.verb != "raise":
            continue
        code = places.first_level_of(alert.area.code)
        if code is None:
            became["no first-level area"] += 1
            continue
        at = one.change.at
        raised[code].append((at, f"{alert.cause.weapon_class or alert.cause.kind}, {alert.area.names['en']}"))
        here = [(start, end) for area, start, end in alarms if area == code]
        if any(start <= at < end for start, end in here):
            became["the official alarm stood already"] += 1
        elif any(at < start <= at + AHEAD for start, _ in here):
            became["the official alarm followed within three hours"] += 1
        else:
            became["no official alarm followed within three hours"] += 1
    rows = []
    for code, start, _ in alarms:
        if start < first:
            continue
        earlier = max((s for a, s, _ in alarms if a == code and s < start), default=start - AHEAD)
        before = [(at, what) for at, what in raised[code] if max(earlier, start - AHEAD) <= at <= start]
        name = places.ref(code).names["en"]
        lead = f"{(start - before[0][0]).total_seconds() / 60:.1f} min" if before else "no warning before it"
        rows.append((f"{name} {start:%H:%M:%S}", lead, before[0][1] if before else ""))
    return rows, became


def evaluate(world: World, posts: Sequence[Report], intervals: Intervals | None, *, everything: bool) -> int:
    """Fold, explain, print; 1 where a decision has no explanation."""
    times = [r.stated_at for r in posts if r.stated_at is not None]
    first, until = min(times), max(times) + AHEAD
    alarms = alarms_of(intervals or [], Latin(world.places), (first, until))
    pairs, state = fold(world, [*posts, *official(alarms, world.places, until)])
    told = decisions(world, pairs)
    bare = [t for t in told if not t.explained]
    own = {(r.source, r.id) for r in posts}
    steps = [
        (e.body, s) for e, s in pairs[:-1] if isinstance(e.body, Report) and (e.body.source, e.body.id) in own
    ]
    claims = Counter(c.kind for _, s in steps if s.reading for c in s.reading.claims)
    silent = [b for b, s in steps if not (s.reading and s.reading.claims)]
    say(
        f"{len(posts)} posts, {len(alarms)} official alarms of those hours; steps that failed: {len(state.failures)}"
    )
    say(f"claims {dict(claims.most_common())}; posts without any: {len(silent)}\n")
    table(("decision", "n"), [(f"{layer} {verb}", n) for (layer, verb), n in sorted(layers(told).items())])
    why = Counter(t.moment.why or "?" for t in told if t.change.fact.verb == "withhold")
    table(("withheld because", "n"), why.most_common())
    rules = Counter(t.moment.rule or "?" for t in told if t.change.fact.verb == "raise")
    table(("raised by rule", "n"), rules.most_common())
    say(f"explained by a reason and quoted words: {len(told) - len(bare)} of {len(told)}\n")
    if intervals is not None:
        rows, became = leads(told, alarms, world.places, first)
        table(("official alarm (UTC)", "our warning was earlier by", "of"), rows)
        table(("warnings raised, and then", "n"), became.most_common())
    for one in told if everything else bare:
        show(one)
    if everything:
        for report in silent:
            say(f"no claim: {report.text!r}")
    return 1 if bare or state.failures else 0


def show(one: Told) -> None:
    """Print a decision on two lines: what, and on whose words."""
    alert, moment = _alert(one.change), one.moment
    what = f"{alert.layer} {moment.verb}: {alert.area.names['en']}, {alert.level}, {alert.cause.weapon or alert.cause.kind}"
    say(f"{one.change.at:%H:%M:%S} {what} [{moment.rule}] {moment.why or moment.rule_why}")
    say("    " + " | ".join(f"{w.source}: {'; '.join(w.quotes)}" for w in moment.words))


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluate the night's posts."""
    options = parser("The posts of ten channels before a mass attack: what we would have said, and when.")
    options.add_argument("--all", action="store_true", help="print every decision with its words")
    chosen = options.parse_args(argv)
    paths = present(chosen.data, DATA)
    if paths is None:
        return 0
    posts, register = posts_of(paths[0])
    world = load_world()
    world = msgspec.structs.replace(world, register={**world.register, **register})
    intervals: Intervals | None = None
    sirens = present(chosen.data, SIRENS)
    if sirens is not None and importlib.util.find_spec("pyarrow") is None:
        say(
            "No lead times: pyarrow is not installed (uv pip install pyarrow; the project itself needs it not)."
        )
    elif sirens is not None:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
            intervals = child.submit(intervals_of, str(sirens[0])).result()
    return evaluate(world, posts, intervals, everything=chosen.all)


if __name__ == "__main__":
    raise SystemExit(main())
