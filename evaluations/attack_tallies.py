# ruff: noqa: INP001 (evaluations are scripts, not a package)
"""Totals of attacks as tally reports: what goes in as words must come out of the ledger as the same numbers.

    python evaluations/attack_tallies.py [--data DIRECTORY] [--list]

Each attack of ``missile_attacks_daily_2026-06.csv`` (rows of one start and end) becomes one report of the Air Force,
in Ukrainian and again in English, in words of our own: a line a model with what was launched, shot down and lost.
Rows that name several models ("X-101/X-555 and Kalibr") share one count, which must come out as joint and unsummed.
Compared are the numbers of each attack and model: in the claims, in the ledger lines that the report makes, and in
what still stands at the end, when no later attack's report may have put itself in its place.
"""

from __future__ import annotations

import csv
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from beside import parser, present, say, table

from tocsin.config import load_world
from tocsin.engine import State, Step, World
from tocsin.model import Entry, LedgerLine, Report, Weapon

DATA = ("attacks/missile_attacks_daily_2026-06.csv",)
SOURCE = "air-force"
KYIV = ZoneInfo("Europe/Kyiv")
LANGUAGES = ("uk", "en")
SUBJECTS = {"launched": "launched", "destroyed": "shot-down", "not_reach_goal": "lost"}
WORDS = {
    "uk": {"head": "Підсумки атаки {day}:", "launched": "запущено {n}", "shot-down": "збито {n}", "lost": "локаційно втрачено {n}"},
    "en": {"head": "Summary of the attack of {day}:", "launched": "{n} launched", "shot-down": "{n} shot down", "lost": "{n} lost"},
}  # fmt: skip
MODELS = {
    "Shahed-136/131": "shahed-136", "Unknown UAV": "drone", "Reconnaissance UAV": "recon-drone",
    "Unknown Missile": "missile", "Ballistic Missile": "ballistic", "Молнія": "molniya", "GBU": "guided-bomb",
    "Aerial Bomb": "guided-bomb", "X-59": "kh-59", "X-59MK2": "kh-59", "X-69": "kh-69", "X-101": "kh-101", "X-555": "kh-555",
    "X-22": "kh-22", "X-32": "kh-32", "X-31": "kh-31p", "X-31P": "kh-31p", "X-31PD": "kh-31p", "X-35": "kh-35",
    "X-47 Kinzhal": "kinzhal", "3M22 Zircon": "zircon", "P-800 Oniks": "oniks", "C-300": "s-300", "C-400": "s-400",
    "Iskander-M": "iskander-m", "Iskander-K": "iskander-k", "KN-23": "kn-23", "Kalibr": "kalibr", "Orlan-10": "orlan-10",
    "Supercam": "supercam", "ZALA": "zala", "Lancet": "lancet",
}  # fmt: skip
"""Their models → our slugs; others are counted and left out."""

Totals = dict[tuple[tuple[str, ...], str], int]
"""By the weapons that share a count, and by subject: the number."""


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """One attack: when its report is stated, and its totals."""

    id: str
    at: datetime
    totals: Totals


def slugs_of(model: str) -> tuple[str, ...] | None:
    """Our slugs of a row's models, or None where one of them has none."""
    if model in MODELS:
        return (MODELS[model],)
    parts = [p.strip() for p in re.split(r" and |/(?=[A-Z])", model)]
    slugs = [MODELS.get(part) for part in parts]
    return tuple(sorted({s for s in slugs if s})) if all(slugs) else None


def attacks_of(file: Path) -> tuple[list[Attack], Counter[str]]:
    """The attacks in order of their ends, and rows left out by reason."""
    left: Counter[str] = Counter()
    sums: dict[tuple[str, str], Totals] = defaultdict(dict)
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            slugs = slugs_of(row["model"])
            if slugs is None:
                left["a model that our table of weapons lacks"] += 1
                continue
            totals = sums[row["time_start"], row["time_end"]]
            for column, subject in SUBJECTS.items():
                number = _number(row[column])
                if number is None:
                    left["not a number"] += column != "not_reach_goal"
                elif number or column != "not_reach_goal":
                    totals[slugs, subject] = totals.get((slugs, subject), 0) + number
    found = []
    for (start, end), totals in sums.items():
        at = _moment(end)
        if at is None:
            left["no end"] += 1
        elif totals:
            found.append(Attack(id=f"{start}–{end}", at=at, totals=totals))
    return sorted(found, key=lambda a: (a.at, a.id)), left


def _number(text: str) -> int | None:
    try:
        return int(float(text))
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """Half an hour after an end that has a time; eight in the evening of a day that has none."""
    try:
        at = datetime.fromisoformat(text.strip()).replace(tzinfo=KYIV)
    except ValueError:
        return None
    return at + (timedelta(hours=20) if len(text.strip()) == 10 else timedelta(minutes=30))


def worded(attack: Attack, language: str, weapons: Mapping[str, Weapon]) -> str:
    """The attack's report in our words."""
    words = WORDS[language]
    lines = [words["head"].format(day=f"{attack.at:%d.%m.%Y}")]
    for slugs in dict.fromkeys(slugs for slugs, _ in attack.totals):
        names = " / ".join(weapons[s].names[language] for s in slugs)
        said = [
            words[s].format(n=attack.totals[slugs, s])
            for s in SUBJECTS.values()
            if (slugs, s) in attack.totals
        ]
        lines.append(f"• {names}: {', '.join(said)}")
    return "\n".join(lines)


def claimed(step: Step) -> Totals:
    """What the report's tallies say, in the shape of the input."""
    totals: Totals = {}
    for claim in step.reading.claims if step.reading is not None else ():
        if claim.kind == "tally" and claim.weapon is not None:
            slugs = tuple(sorted({claim.weapon, *claim.joint}))
            for subject, amount in (claim.scope or {}).items():
                if amount.min == amount.max and amount.min is not None:
                    totals[slugs, subject] = amount.min
    return totals


def posted(step: Step, source: str) -> Totals:
    """What the step's own ledger lines say, in the shape of the input."""
    totals: Totals = {}
    for line in _lines(step):
        if (
            line.weapon is not None
            and line.min == line.max
            and line.min is not None
            and line.source == source
        ):
            totals[tuple(sorted({line.weapon, *line.joint})), line.subject] = line.min
    return totals


def _lines(step: Step) -> list[LedgerLine]:
    nouns = [(c.fact.verb, c.fact.noun) for c in step.changes]
    return [noun for verb, noun in nouns if verb == "open" and isinstance(noun, LedgerLine)]


class Outcome:
    """Numbers that went in, and those that came out right at each stage, by model."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.right: dict[str, Counter[str]] = {name: Counter() for name in ("claims", "ledger", "standing")}
        self.launched: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.other: Counter[str] = Counter()
        self._keys: dict[str, tuple[str, str, int]] = {}
        self._status: dict[str, LedgerLine] = {}

    def take(self, attack: Attack, step: Step) -> None:
        """Compare one report's claims and lines with the attack, and remember its lines."""
        read, booked = claimed(step), posted(step, SOURCE)
        for (slugs, subject), number in attack.totals.items():
            model = " + ".join(slugs)
            self.asked[model] += 1
            self.right["claims"][model] += read.get((slugs, subject)) == number
            self.right["ledger"][model] += booked.get((slugs, subject)) == number
            self.launched[model] += number if subject == "launched" else 0
            if booked.get((slugs, subject)) != number:
                self.wrong.append(
                    f"{attack.id} {model} {subject}: {number} became {booked.get((slugs, subject))}"
                )
        self.other["numbers that nobody gave"] += sum(key not in attack.totals for key in booked)
        for change in step.changes:
            line = change.fact.noun
            if not isinstance(line, LedgerLine):
                continue
            if change.fact.verb == "open" and line.weapon is not None:
                slugs = tuple(sorted({line.weapon, *line.joint}))
                asked = attack.totals.get((slugs, line.subject))
                if asked is not None and asked == line.min and line.weapon == slugs[0]:
                    self._keys[line.id] = (attack.id, " + ".join(slugs), asked)
            if line.id in self._keys:
                self._status[line.id] = line

    def end(self) -> None:
        """Count what still stands."""
        for name, (attack, model, number) in self._keys.items():
            line = self._status[name]
            if line.status == "standing" and line.min == number:
                self.right["standing"][model] += 1
            else:
                self.other[f"no longer standing: {line.status}, {line.reason}"] += 1
                self.wrong.append(f"{attack} {model} {line.subject} {number}: {line.status}, {line.reason}")


def replay(world: World, attacks: Iterable[Attack], language: str) -> tuple[Outcome, Counter[str], float]:
    """Fold the attacks' reports in order; what came out, changes by type and verb, processor seconds."""
    state, outcome, changes = State(world), Outcome(), Counter[str]()
    begun = time.process_time()
    for number, attack in enumerate(attacks, 1):
        text = worded(attack, language, world.weapons)
        report = Report(id=attack.id, source=SOURCE, text=text, stated_at=attack.at)
        step = state.step(Entry(number=number, recorded_at=attack.at, body=report))
        outcome.take(attack, step)
        outcome.other["reports that broke the fold"] += step.failed
        changes.update(f"{c.fact.type} {c.fact.verb}" for c in step.changes)
    outcome.end()
    return outcome, changes, time.process_time() - begun


def evaluate(world: World, attacks: Sequence[Attack], left: Counter[str], *, listed: bool) -> int:
    """Replay in each language and print; 1 where a number became another."""
    say(f"{len(attacks)} attacks, {sum(len(a.totals) for a in attacks)} numbers; left out: {dict(left)}\n")
    failed = 0
    for language in LANGUAGES:
        outcome, changes, seconds = replay(world, attacks, language)
        asked = sum(outcome.asked.values())
        rows = [
            (model, n, *(outcome.right[stage][model] for stage in outcome.right), outcome.launched[model])
            for model, n in outcome.asked.most_common(None if listed else 14)
        ]
        sums = [sum(right.values()) for right in outcome.right.values()]
        rows.append(("all", asked, *sums, sum(outcome.launched.values())))
        say(f"{language}: {seconds:.1f} s of processor time")
        table(("weapons", "numbers", "claims right", "ledger right", "standing", "launched"), rows)
        table(("besides", "n"), sorted((+outcome.other).items()))
        table(("changes", "n"), sorted(changes.items()))
        for line in outcome.wrong if listed else outcome.wrong[:5]:
            say(line)
        say()
        failed += asked - sums[1]
    return 1 if failed else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluate the attacks' totals."""
    options = parser("Totals of attacks as tally reports: do they come out as they went in?")
    options.add_argument("--list", action="store_true", help="print every model and every difference")
    chosen = options.parse_args(argv)
    paths = present(chosen.data, DATA)
    if paths is None:
        return 0
    attacks, left = attacks_of(paths[0])
    return evaluate(load_world(), attacks, left, listed=chosen.list)


if __name__ == "__main__":
    raise SystemExit(main())
