# ruff: noqa: INP001 (evaluations are scripts, not a package)
"""The official alarm channel's raw posts through the whole pipeline, against the record of alarm intervals.

    python evaluations/official_posts.py [--data DIRECTORY] [--list]

Each post is one Report of the source ``air-alert-ua``, put together as the channel showed it (bold line, text,
hashtag) and taken in at its own time: Reader, picture, decisions. What comes out as alarm intervals is matched with
``official_sirens_raion_to_2024-04-23.csv`` by area. That record names no type, so an interval of either type may
match; a place "м. X" and its hromada are one area there and here. Every difference gets a class, found by asking
the posts themselves (sign and hashtag, without our reader). ``--list`` prints the differences one by one.
"""

from __future__ import annotations

import csv
import time
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from beside import Latin, parser, present, say, table, tag_key

from tocsin.config import load_world
from tocsin.engine import State, World
from tocsin.model import Alarm, Alert, Entry, Incident, Report
from tocsin.places import Gazetteer

NEAR = timedelta(seconds=5)
SOURCE = "air-alert-ua"
RAISED, ENDED = "🔴", "🟢🟡"
DATA = (
    "official-posts",
    "sirens/official_sirens_raion_to_2024-04-23.csv",
)


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post as the channel shows it, and what its sign and hashtag say without our reader."""

    id: str
    at: datetime
    text: str
    sign: str
    kind: str
    tag: str
    edited: bool


class Span(msgspec.Struct, kw_only=True):
    """An interval of alarm; ``end`` is None where it still stood at the last post."""

    area: str
    kind: str
    start: datetime
    end: datetime | None
    level: str = ""

    @property
    def until(self) -> datetime:
        """The end, or the end of all days."""
        return self.end or datetime(9999, 1, 1, tzinfo=UTC)


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """An interval of the record and ours that is the same one."""

    theirs: Span
    ours: Span


def posts_of(files: Iterable[Path]) -> Iterator[Post]:
    """Posts in order of their time."""
    for file in sorted(files):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                parts = (row["text_bold"], row["text_plain"], row["text_string"], row["text_hashtag"])
                text = "\n".join(part for part in parts if part)
                yield Post(
                    id=row["id"],
                    at=datetime.fromtimestamp(int(row["date_unixtime"]), UTC),
                    text=text,
                    sign=text[0],
                    kind="artillery" if "артобстрілу" in text.split("\n")[0] else "air-raid",
                    tag=row["text_hashtag"].lstrip("#").replace("_", " ").strip(),
                    edited=bool(row["edited"]),
                )


def area_of(places: Gazetteer, code: str) -> str:
    """The area as the record knows it: a town counts as its hromada."""
    area = places.area(code)
    return (places.lift(code, "hromada") or code) if area is not None and area.level == "settlement" else code


class Replay:
    """What the pipeline made of the posts: alarm intervals, official alerts, what was read of each post."""

    def __init__(self, world: World) -> None:
        self.places = world.places
        self.state = State(world)
        self.spans: dict[str, Span] = {}
        self.alerts: dict[str, Span] = {}
        self.read: dict[str, tuple[str, ...]] = {}
        """Areas of the alarm claims of each post."""
        self.failed = 0
        self.lapsed = 0
        self.incidents = 0

    def run(self, posts: Sequence[Post]) -> float:
        """Fold the posts; processor seconds that it took."""
        start = time.process_time()
        for number, post in enumerate(posts, 1):
            report = Report(id=post.id, source=SOURCE, text=post.text, stated_at=post.at)
            step = self.state.step(Entry(number=number, recorded_at=post.at, body=report))
            self.failed += step.failed
            claims = step.reading.claims if step.reading is not None else ()
            self.read[post.id] = tuple(
                area_of(self.places, place.code)
                for claim in claims
                if claim.kind in {"alarm", "alarm-over"}
                for place in claim.places or ((claim.place,) if claim.place else ())
            )
            for change in step.changes:
                noun, verb = change.fact.noun, change.fact.verb
                self.incidents += isinstance(noun, Incident) and verb == "open"
                if isinstance(noun, Alarm):
                    self._follow(self.spans, noun.id, noun, verb)
                elif isinstance(noun, Alert) and noun.layer == "official":
                    self._follow(self.alerts, noun.id, noun, verb)
                    self.lapsed += verb == "lapse"
        return time.process_time() - start

    def _follow(self, spans: dict[str, Span], name: str, noun: Alarm | Alert, verb: str) -> None:
        code = noun.area.code
        if verb == "raise" and noun.valid.start is not None:
            area, level = area_of(self.places, code), noun.area.level
            spans[name] = Span(area=area, kind=noun.kind, start=noun.valid.start, end=None, level=level)
        elif verb in {"clear", "revoke", "lapse"} and name in spans:
            spans[name].end = noun.valid.end


def folded(spans: Iterable[Span]) -> list[Span]:
    """Intervals by area and kind, a town's with its hromada's as one, by start."""
    rows: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda s: (s.start, s.area, s.kind)):
        known = rows[span.area, span.kind]
        if known and span.start < known[-1].until:
            if known[-1].end is not None:
                known[-1].end = None if span.end is None else max(span.end, known[-1].end)
        else:
            known.append(msgspec.structs.replace(span))
    return sorted((s for known in rows.values() for s in known), key=lambda s: (s.start, s.area, s.kind))


def record_of(file: Path, latin: Latin, window: tuple[datetime, datetime]) -> tuple[list[Span], Counter[str]]:
    """Intervals of the record that start in the window, and names that no area bears, with their counts."""
    spans: list[Span] = []
    unknown: Counter[str] = Counter()
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            start, end = (datetime.fromisoformat(row[name]) for name in ("started_at", "finished_at"))
            if not window[0] <= start <= window[1]:
                continue
            code = latin.area(row["oblast"], row["raion"], row["hromada"])
            if code is None:
                unknown[" / ".join(filter(None, (row["oblast"], row["raion"], row["hromada"])))] += 1
                code = "?" + row["hromada"]
            spans.append(Span(area=code, kind="", start=start, end=end, level=row["level"]))
    return sorted(spans, key=lambda s: (s.start, s.area)), unknown


def matched(theirs: Sequence[Span], ours: Sequence[Span]) -> tuple[list[Pair], list[Span], list[Span]]:
    """Pairs of intervals of one area that overlap, nearest starts first; what is left of theirs, and of ours."""
    by_area: dict[str, list[Span]] = defaultdict(list)
    for span in ours:
        by_area[span.area].append(span)
    candidates = [
        (abs(other.start - one.start), i, id(other), other)
        for i, one in enumerate(theirs)
        for other in by_area.get(one.area, ())
        if other.start < one.until + NEAR and one.start < other.until + NEAR
    ]
    candidates.sort(key=lambda c: (c[0], c[1], c[3].start, c[3].kind))
    pairs: list[Pair] = []
    used: set[int] = set()
    taken: set[int] = set()
    for _, i, name, other in candidates:
        if i not in taken and name not in used:
            taken.add(i)
            used.add(name)
            pairs.append(Pair(theirs=theirs[i], ours=other))
    left = [span for i, span in enumerate(theirs) if i not in taken]
    return pairs, left, [span for span in ours if id(span) not in used]


class Posts:
    """The posts by the areas that their hashtags can mean: the witness of each difference."""

    def __init__(self, posts: Iterable[Post], names: Mapping[str, Sequence[str]]) -> None:
        self._rows: dict[str, list[Post]] = defaultdict(list)
        self._raises: list[Post] = []
        self.names = names
        self.unknown: Counter[str] = Counter()
        for post in posts:
            codes = names.get(post.tag, ())
            self.unknown[post.tag] += not codes
            for code in codes:
                self._rows[code].append(post)
            if post.sign == RAISED:
                self._raises.append(post)

    def near(self, area: str, at: datetime, signs: str) -> list[Post]:
        """Posts of the area with one of the signs within the tolerance of an instant."""
        return [p for p in self.between(area, at - NEAR, at + NEAR) if p.sign in signs]

    def between(self, area: str, start: datetime, end: datetime) -> list[Post]:
        """Posts of the area in a closed interval."""
        return _slice(self._rows.get(area, []), start, end)

    def nameless(self, at: datetime) -> list[Post]:
        """Raises near an instant whose hashtag names no area that we know."""
        return [p for p in _slice(self._raises, at - NEAR, at + NEAR) if not self.names.get(p.tag)]


def _slice(rows: list[Post], start: datetime, end: datetime) -> list[Post]:
    return rows[bisect_left(rows, start, key=_at) : bisect_right(rows, end, key=_at)]


def _at(post: Post) -> datetime:
    return post.at


def hashtags(places: Gazetteer, posts: Iterable[Post]) -> dict[str, tuple[str, ...]]:
    """The areas that each hashtag of the posts can mean, by whole names alone."""
    known: dict[str, list[str]] = defaultdict(list)
    for whole in places.first_level():
        for code in (
            whole,
            *(part for raion in places.children(whole) for part in (raion, *places.children(raion))),
        ):
            area = places.area(code)
            if area is not None and (code == whole or area.level in {"raion", "hromada"}):
                known[tag_key(area.names["uk"].replace(" громада", " територіальна громада"))].append(code)
    found = {}
    for post in posts:
        last = post.tag.rsplit(" та ", 1)[-1] if post.tag.startswith("м ") else post.tag
        found[post.tag] = tuple(known.get(tag_key(last.removeprefix("м ")), ()))
    return found


class Classes:
    """Why an interval of theirs and ours differ, from the posts' own signs and hashtags."""

    def __init__(self, posts: Posts, read: Mapping[str, tuple[str, ...]]) -> None:
        self._posts = posts
        self._read = read

    def missing(self, span: Span, ours: Sequence[Span]) -> str:
        """Why the record has an interval that we lack."""
        posts = self._posts.near(span.area, span.start, RAISED)
        if not posts:
            if any(not self._read.get(p.id) for p in self._posts.nameless(span.start)):
                return "name of then that our gazetteer lacks"
            return "no post raises it" + self._edited(span)
        if all(span.area not in self._read.get(p.id, ()) for p in posts):
            several = any(len(self._posts.names[p.tag]) > 1 for p in posts)
            return "several areas bear the name" if several else "our reader finds another area"
        if any(o.area == span.area and o.start <= span.start < o.until for o in ours):
            return "raised again while it stood: one interval for us"
        return "unexplained"

    def surplus(self, span: Span, missing: Sequence[Span]) -> str:
        """Why we have an interval that the record lacks."""
        posts = self._posts.near(span.area, span.start, RAISED)
        twins = any(abs(m.start - span.start) <= NEAR for m in missing)
        if twins and any(len(self._posts.names[p.tag]) > 1 for p in posts):
            return "several areas bear the name"
        if span.end is None:
            return "no post ends it: it stands to the last day"
        if any(p.edited for p in posts):
            return "posted, edited later; the record has none"
        return "posted; the record has none" if posts else "unexplained"

    def start(self, pair: Pair) -> str:
        """Why two starts differ."""
        first, second = sorted((pair.ours.start, pair.theirs.start))
        area = pair.ours.area
        if self._posts.near(area, first, RAISED) and self._posts.near(area, second, RAISED):
            later = (
                "the record counts from the later"
                if second == pair.theirs.start
                else "we count from the later"
            )
            return f"raised twice; {later}"
        return "unexplained"

    def end(self, pair: Pair, last: datetime) -> str:
        """Why two ends differ."""
        theirs, ours, area = pair.theirs, pair.ours, pair.ours.area
        if theirs.until > last:
            return "ends after the last post"
        posted = self._posts.near(area, theirs.until, ENDED)
        if not posted and theirs.until - theirs.start == timedelta(hours=1):
            return "no post ends it; the record puts an hour"
        if not posted:
            return "no post at the record's end"
        if all(p.kind != ours.kind for p in posted):
            return "the record ends one type of alarm by the other's end"
        if ours.end is not None and self._posts.near(area, ours.end, ENDED):
            return "ended twice"
        return "unexplained"

    def _edited(self, span: Span) -> str:
        around = self._posts.between(
            span.area, span.start - timedelta(minutes=2), span.start + timedelta(minutes=2)
        )
        return " (an edited post stands near)" if any(p.edited for p in around) else " (gap in the posts)"


def share(part: int, whole: int) -> str:
    """A part of a whole as a percentage."""
    return f"{100 * part / whole:.2f} %" if whole else "-"


def report(world: World, posts: Sequence[Post], file: Path, *, listed: bool) -> None:
    """Replay, compare, print."""
    replay = Replay(world)
    seconds = replay.run(posts)
    ours = folded(replay.spans.values())
    window = (posts[0].at - NEAR, posts[-1].at)
    theirs, unknown = record_of(file, Latin(world.places), window)
    pairs, missing, surplus = matched(theirs, ours)
    names = hashtags(world.places, posts)
    witness = Posts(posts, names)
    classes = Classes(witness, replay.read)
    starts = [p for p in pairs if abs(p.ours.start - p.theirs.start) > NEAR]
    ends = [p for p in pairs if abs(p.ours.until - p.theirs.until) > NEAR]
    say(
        f"{len(posts)} posts from {posts[0].at:%Y-%m-%d} to {posts[-1].at:%Y-%m-%d}, {seconds:.1f} s of processor time"
    )
    say(f"  ({len(posts) / seconds:,.0f} posts a second through reader, picture and decisions)")
    say(f"posts that broke the fold: {replay.failed}; official alerts that time alone ended: {replay.lapsed}")
    say(f"alarms that our official alerts do not mirror to the second: {len(unmirrored(replay))}")
    named = [p for p in posts if len(names[p.tag]) == 1]
    alike = sum(names[p.tag][0] in replay.read[p.id] for p in named)
    say(f"posts whose hashtag names one area alone: {len(named)}; our reader found that area in {alike}")
    say(f"posts edited later: {sum(p.edited for p in posts)}; incidents opened: {replay.incidents}")
    say(f"names of the record that no area bears: {sum(unknown.values())}; hashtags: {+witness.unknown}")
    say()
    rows = []
    off = {id(p) for p in starts}, {id(p) for p in ends}
    for kind in ("air-raid", "artillery", None):
        mine = [p for p in pairs if kind in {p.ours.kind, None}]
        near = [sum(id(p) not in wrong for p in mine) for wrong in off]
        rest = sum(kind in {s.kind, None} for s in surplus)
        rows.append((kind or "both", len(mine) + rest, len(mine), *(share(n, len(mine)) for n in near), rest))
    head = ("type (ours)", "our intervals", "in both", "starts <= 5 s", "ends <= 5 s", "only ours")
    table(head, rows)
    say(f"the record has {len(theirs)} intervals in these days; only theirs: {len(missing)}\n")
    found: dict[str, list[tuple[str, Span]]] = {
        "only theirs": [(classes.missing(s, ours), s) for s in missing],
        "only ours": [(classes.surplus(s, missing), s) for s in surplus],
        "starts": [(classes.start(p), p.theirs) for p in starts],
        "ends": [(classes.end(p, posts[-1].at), p.theirs) for p in ends],
    }
    counts = [
        (f"{name}: {why}", n)
        for name, all_ in found.items()
        for why, n in Counter(w for w, _ in all_).most_common()
    ]
    table(("differences by class", "n"), counts)
    if listed:
        for name, all_ in found.items():
            for why, span in all_:
                say(f"{name} | {why} | {span.area} {span.kind} {span.start} {span.end}")


def unmirrored(replay: Replay) -> list[Span]:
    """Alarms for which no official alert of the same area, type, start and end was issued."""
    issued = {(s.area, s.kind, s.level, s.start, s.end) for s in replay.alerts.values()}
    return [s for s in replay.spans.values() if (s.area, s.kind, s.level, s.start, s.end) not in issued]


def main(argv: Sequence[str] | None = None) -> int:
    """Compare and print; always 0."""
    about = "Official posts of March to September 2022 against the record of intervals."
    options = parser(about)
    options.add_argument("--list", action="store_true", help="print the differences one by one")
    chosen = options.parse_args(argv)
    paths = present(chosen.data, DATA)
    if paths is None:
        return 0
    posts = list(posts_of(paths[0].glob("*.csv")))
    report(load_world(), posts, paths[1], listed=chosen.list)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
