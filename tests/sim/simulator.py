"""A seeded night: what sources would say of hazards and alarms, then duplicated, late, edited, deleted, shuffled.

The same seed gives the same journal everywhere. A failing journal is made as
short as it can be and written down as a story.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from by_hand import BROVARY, CHERNIHIV, KHARKIV, KYIV, KYIV_OBLAST, ODESA, SUMY, Hand, at, says
from tocsin.model import Claim, Deletion, Entry, Interval, Order, Report

AREAS = (KYIV, KYIV_OBLAST, BROVARY, CHERNIHIV, KHARKIV, ODESA, SUMY)
CHANNELS = ("channel-one", "channel-two", "reporter", "gossip", "nobody-knows-me")
MENDS = ("correct", "adjust", "end", "merge", "split", "decline", "silence")
WEAPONS = (
    "shahed-136",
    "ballistic",
    "kh-101",
    "high-speed-target",
    "guided-bomb",
    "kinzhal",
    "gravity-hammer",
)


class Dice:
    """Chance from a seed, without a random number generator whose algorithm may change."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._thrown = 0

    def number(self, below: int) -> int:
        """A number from 0 to below - 1."""
        self._thrown += 1
        digest = hashlib.sha256(f"{self._seed}:{self._thrown}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % below

    def one_of(self, things: Sequence):
        """One of the things."""
        return things[self.number(len(things))]

    def chance(self, percent: int) -> bool:
        """Whether something happens that happens so often."""
        return self.number(100) < percent


class Night:
    """A journal with the claims of its reports."""

    def __init__(self, seed: int, length: int = 120) -> None:
        self.dice = Dice(seed)
        self.hand = Hand()
        self.bodies: list[tuple[float, Report | Deletion | Order]] = []
        minute = 0.0
        for number in range(length):
            minute += self.dice.number(240) / 60
            self._say(number, minute)
        self.entries = self._journal()

    def _say(self, number: int, minute: float) -> None:
        dice = self.dice
        kind = dice.number(100)
        if kind < 30:
            source, claims = self._alarm()
        elif kind < 75:
            source, claims = self._hazard()
        elif kind < 85:
            source, claims = self._over()
        elif kind < 90:
            source = dice.one_of(("reporter", "mayor"))
            claims = (says("explosion", where=dice.one_of(AREAS)),)
        elif kind < 95:
            self._order(minute)
            return
        else:
            source, claims = dice.one_of(("air-force", *CHANNELS)), ()
        self._report(f"n{number}", source, claims, minute)

    def _alarm(self) -> tuple[str, tuple[Claim, ...]]:
        dice = self.dice
        source = dice.one_of(("sirens", "sirens", "city-sirens", "sirens-copy", "past-sirens"))
        area = KYIV if source == "city-sirens" else dice.one_of((*AREAS, "UA"))
        kind = dice.one_of(("alarm", "alarm", "alarm-over"))
        alarm_type = dice.one_of((None, None, None, "artillery"))
        return source, (says(kind, where=area, alarm_type=alarm_type),)

    def _hazard(self) -> tuple[str, tuple[Claim, ...]]:
        dice = self.dice
        source = dice.one_of(("air-force", *CHANNELS))
        if dice.chance(10):
            return source, (says("takeoff", "mig-31k", where=dice.one_of(((), "UA"))),)
        kind = dice.one_of(("inbound", "launch", "danger"))
        count = dice.one_of((None, None, 1, 2, 5))
        tense = dice.one_of(("now",) * 8 + ("past", "expected"))
        role = {"toward": dice.one_of(AREAS)} if dice.chance(50) else {"where": dice.one_of(AREAS)}
        claim = says(kind, dice.one_of(WEAPONS), count=count, tense=tense, hedged=dice.chance(15), **role)
        return source, (claim,)

    def _over(self) -> tuple[str, tuple[Claim, ...]]:
        dice = self.dice
        source = dice.one_of(("air-force", *CHANNELS))
        kind = dice.one_of(("danger-over", "lost", "interception"))
        where = dice.one_of(((), dice.one_of(AREAS)))
        return source, (says(kind, dice.one_of((None, *WEAPONS)), where=where),)

    def _order(self, minute: float) -> None:
        dice = self.dice
        operator = dice.one_of(("olena", "petro"))
        verb = dice.one_of(
            ("raise", "clear", "revoke", "approve", "quarantine", "release", "confirm", *MENDS)
        )
        target = dice.one_of(AREAS)
        told: dict[str, str] = {}
        if verb in ("approve", "decline"):
            target = f"order:{dice.number(40) + 1}"
        elif verb in ("quarantine", "release"):
            target = dice.one_of(CHANNELS)
        elif verb == "silence":
            target, told = dice.one_of(("mqtt", "*")), {"minutes": str(dice.number(60) + 1)}
        elif verb in MENDS:
            target, told = self._mend(verb)
        made = Order(operator=operator, verb=verb, target=target, why="simulated", arguments=told)
        self.bodies.append((minute, made))

    def _mend(self, verb: str) -> tuple[str, dict[str, str]]:
        """A threat that was told of lately, or never was, and what is to be made of it."""
        dice = self.dice
        told = [
            f"threat:{body.source}:{body.id}#1"
            for _, body in self.bodies
            if isinstance(body, Report) and self.hand.claims.get((body.source, body.id))
        ]
        target = dice.one_of(told[-12:]) if told else "threat:none"
        match verb:
            case "correct":
                return target, {"from": dice.one_of(AREAS), "to": dice.one_of(AREAS)}
            case "adjust":
                name = dice.one_of(("areas", "toward", "weapon", "count", "minutes"))
                value = {"weapon": "ballistic", "count": "1-3", "minutes": "9"}.get(name, dice.one_of(AREAS))
                return target, {name: value}
            case "end":
                return target, {"how": dice.one_of(("over", "did-not-come", "mistake"))}
            case "merge":
                return target, {"into": dice.one_of(told[-12:]) if told else "threat:none"}
            case _:
                return target, {"count": "1", "toward": dice.one_of(AREAS)}

    def _report(self, name: str, source: str, claims: tuple[Claim, ...], minute: float) -> None:
        """Enter a report, and what may happen to it on its way."""
        dice = self.dice
        late = dice.one_of((0.0,) * 8 + (3.0, 45.0))
        said = at(minute)
        skew = dice.one_of((0,) * 18 + (60, -60))
        stated = said + timedelta(minutes=skew)
        report = self._made(name, source, claims, stated)
        self.bodies.append((minute + late, report))
        if dice.chance(10):
            self.bodies.append((minute + late + dice.number(5), report))
        if dice.chance(6):
            moved = tuple(replace(c, places=(), place=None) for c in claims)
            edit = self._made(f"{name}e", source, dice.one_of((moved, claims, ())), stated)
            self.bodies.append((minute + late + 1, replace(edit, replaces=name)))
        if dice.chance(5):
            gone = Deletion(id=f"{name}d", source=source, deletes=name)
            self.bodies.append((minute + late + 1 + dice.number(10), gone))

    def _made(self, name: str, source: str, claims: tuple[Claim, ...], stated) -> Report:
        self.hand.claims[source, name] = tuple(
            replace(
                claim,
                id=f"{source}:{name}#{number}",
                report=name,
                source=source,
                valid=Interval(start=stated, end=None, precision="second"),
            )
            for number, claim in enumerate(claims, 1)
        )
        words = "; ".join(
            " ".join([c.kind, c.weapon or "", *(p.name for p in c.places), c.tense]) for c in claims
        )
        return Report(id=name, source=source, text=words or "good morning", stated_at=stated)

    def shuffled(self) -> list[Entry]:
        """The same bodies in an order that is all chance: each arrives at the hour of another."""
        left = list(self.entries)
        hours = [e.recorded_at for e in self.entries]
        out = []
        for number, hour in enumerate(hours, 1):
            body = left.pop(self.dice.number(len(left))).body
            out.append(Entry(number=number, recorded_at=hour, body=body))
        return out

    def _journal(self) -> list[Entry]:
        ordered = sorted(enumerate(self.bodies), key=lambda item: (item[1][0], item[0]))
        return [
            Entry(number=number, recorded_at=at(minute), body=body)
            for number, (_, (minute, body)) in enumerate(ordered, 1)
        ]


def shortest(entries: Sequence[Entry], fails: Callable[[Sequence[Entry]], bool]) -> list[Entry]:
    """The fewest of these entries that still fail: chunks are left out while that is so."""
    kept = list(entries)
    size = max(1, len(kept) // 2)
    while size:
        start = 0
        while start < len(kept):
            without = kept[:start] + kept[start + size :]
            if without and fails(without):
                kept = without
            else:
                start += size
        size //= 2
    return kept


def as_story(entries: Sequence[Entry], title: str) -> str:
    """The entries as a story, for keeping what was found."""
    lines = [f"story: {title}", f"day: {entries[0].recorded_at.date()}", "zone: UTC"]
    for entry in entries:
        body, clock = entry.body, f"{entry.recorded_at:%H:%M:%S}"
        if isinstance(body, Report):
            more = f" replaces={body.replaces}" if body.replaces else ""
            told = f" stated={body.stated_at:%H:%M:%S}" if body.stated_at != entry.recorded_at else ""
            lines += [f"{clock} {body.source} id={body.id}{more}{told}", f"    {body.text}"]
        elif isinstance(body, Deletion):
            lines.append(f"{clock} {body.source} deletes {body.deletes}")
        elif isinstance(body, Order):
            told = "".join(f" {name}={value}" for name, value in sorted(body.arguments.items()))
            lines.append(f"{clock} order {body.operator} {body.verb} {body.target}{told}: {body.why}")
    return "\n".join(lines) + "\n"
