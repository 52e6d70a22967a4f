# ruff: noqa: INP001, T201 (a script, not a package)
"""Tell the attacks of a public table as morning reports and see whether the ledger gives their totals back.

    python evaluations/attack_totals.py [FILE] [--wrong]

FILE is ``missile_attacks_daily_*.csv`` (default: the one in ``../shared/data/attacks``);
where it is missing this says so and ends with 0. Each row becomes a report of the
Air Force in one sentence of our own (Ukrainian), is read by the real reader and
folded by the record; the ledger's launched and shot-down lines of that report must
be the row's. A weapon counts as found where any line of the report has the numbers.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tocsin.config import load_world
from tocsin.model import Report, Source
from tocsin.picture.record import Record
from tocsin.reading import Reader

WORDS = {
    "Shahed-136/131": "ударних БпЛА Shahed",
    "Unknown UAV": "БпЛА невстановленого типу",
    "Iskander-M": "балістичних ракет «Іскандер-М»",
    "Orlan-10": "розвідувальних БпЛА «Орлан-10»",
    "Reconnaissance UAV": "розвідувальних БпЛА",
    "Supercam": "БпЛА Supercam",
    "ZALA": "БпЛА ZALA",
    "X-59": "керованих ракет Х-59",
    "Lancet": "БпЛА «Ланцет»",
    "X-59/X-69": "керованих ракет Х-59/Х-69",
    "X-101/X-555": "крилатих ракет Х-101/Х-555",
    "Iskander-M/KN-23": "балістичних ракет «Іскандер-М»/KN-23",
    "C-300": "ракет С-300",
    "Kalibr": "крилатих ракет «Калібр»",
    "X-47 Kinzhal": "аеробалістичних ракет «Кинджал»",
    "Iskander-K": "крилатих ракет «Іскандер-К»",
    "X-31P": "ракет Х-31П",
    "X-22": "крилатих ракет Х-22",
    "3M22 Zircon": "ракет «Циркон»",
    "P-800 Oniks": "ракет «Онікс»",
}
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "attacks"


def number(text: str) -> int | None:
    """Return a count of the table, or None where it has none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value == value and value >= 0 else None  # noqa: PLR0124 - nan


def main() -> int:
    """Fold every row and print what came back."""
    arguments = [each for each in sys.argv[1:] if not each.startswith("--")]
    found = [Path(arguments[0])] if arguments else sorted(DEFAULT.glob("missile_attacks_daily_*.csv"))
    if not found or not found[0].is_file():
        print("no table of attacks here: nothing measured")
        return 0
    world = load_world()
    reader = Reader(world.lexicon, world.places, world.register)
    source = world.register.get("air-force") or Source(id="air-force", name="Air Force", kind="military")
    record = Record(world.places, world.weapons, world.register)
    seen: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    with found[0].open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] in WORDS and row["time_end"]]
    rows.sort(key=lambda row: row["time_end"])
    for index, row in enumerate(rows):
        launched, down = number(row["launched"]), number(row["destroyed"])
        if not launched:
            continue
        day = datetime.strptime(row["time_end"][:10].strip(), "%Y-%m-%d").replace(tzinfo=UTC)
        # The table has several rows a morning; each is told in an hour of its own.
        at = day + timedelta(hours=6, minutes=index % 240)
        text = f"У ніч на {day:%d.%m} противник атакував {launched} {WORDS[row['model']]}."
        text += f" Збито {down}." if down else ""
        report = Report(id=str(index), source=source.id, text=text, stated_at=at)
        record.advance(at)
        facts = record.absorb(report, reader.read(report).claims, source, at)
        lines = {
            (fact.noun.subject, fact.noun.min, fact.noun.max)  # type: ignore[union-attr]
            for fact in facts
            if fact.type == "ledger" and fact.verb == "open"
        }
        wanted = {("launched", launched, launched)} | ({("shot-down", down, down)} if down else set())
        seen[row["model"]] += 1
        if lines != wanted:
            wrong[row["model"]] += 1
            if "--wrong" in sys.argv:
                print(text, "->", sorted(map(str, lines)))
    total, bad = sum(seen.values()), sum(wrong.values())
    for model, count in seen.most_common():
        print(f"{model:20} {count - wrong[model]:5} of {count:5}")
    print(f"{'all':20} {total - bad:5} of {total:5}  ({100 * (total - bad) / max(total, 1):.1f} %)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
