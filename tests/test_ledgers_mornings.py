"""Whole mornings of our own wording through the reader and the record, against ledgers that were checked by hand.

``UPDATE=1`` writes the expectations anew; read the difference before keeping it.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from record_words import Morning, claim
from tocsin.config.world import load_world
from tocsin.model import Report, Source
from tocsin.picture.record import Record
from tocsin.reading import Reader

HERE = Path(__file__).parent / "mornings"


@cache
def world():
    return load_world(sources_file=HERE / "sources.toml")


def play(name):
    """The record after a morning's reports, deletions included."""
    known = world()
    reader = Reader(known.lexicon, known.places, known.register)
    record = Record(known.places, known.weapons, known.register)
    for row in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines():
        said = json.loads(row)
        at = datetime.fromisoformat(said["stated_at"]).astimezone(UTC)
        if "deletes" in said:
            record.retract(said["deletes"], said["source"], at)
            continue
        report = Report(
            id=said["id"],
            source=said["source"],
            text=said["text"],
            stated_at=at,
            forwarded_from=said.get("forwarded_from"),
        )
        source = known.register.get(report.source) or Source(id=report.source, name=report.source)
        record.absorb(report, reader.read(report).claims, source, at)
    return record


def ledger(record):
    """The ledger as a duty officer reads it: a line a figure, then the incidents and the statements."""
    book = record.ledgers()
    chosen = {each.line for each in book.preferred}

    def area(code):
        return world().places.ref(code).names["en"] if code else "-"

    def number(line):
        return "?" if line.min is None and line.max is None else f"{line.min}..{line.max}"

    rows = []
    for line in book.lines:
        what = " ".join(filter(None, (line.subject, line.weapon, *line.joint, line.unit)))
        why = f" ({line.reason})" if line.reason else ""
        mark = " *" if line.id in chosen else ""
        by = f" by {line.by}" if line.by else ""
        rows.append(
            f"{line.stated_at:%H:%M} {what} | {number(line)} | {area(line.area)} | {line.source}{by} | {line.status}{why}{mark}"
        )
    for each in record.incidents():
        why = f" ({each.reason})" if each.reason else ""
        kinds = ", ".join((*each.kinds, *each.objects))
        rows.append(f"incident {each.area.names['en']} | {kinds} | {each.status}{why}")
    rows.extend(f"statement {each.source} | {each.party}" for each in record.statements())
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("name", ["double-tap", "five-oblasts"])
def test_a_morning_gives_the_ledger_that_was_checked(name):
    told = ledger(play(name))
    expected = HERE / f"{name}.ledger.txt"
    if os.environ.get("UPDATE"):
        expected.write_text(told, "utf-8")
    assert told == expected.read_text("utf-8")


def test_regional_counts_sum_to_the_national_one_and_nothing_adds_them():
    lines = [line for line in play("five-oblasts").ledgers().lines if line.subject == "shot-down"]
    standing = [line for line in lines if line.status == "standing"]
    national = [line for line in standing if line.area == "UA"]
    regional = [line for line in standing if line.area != "UA"]
    assert [line.min for line in national] == [61]
    assert sum(line.min for line in regional) == 61
    assert len(regional) == 5
    assert [line.status for line in lines if line.min == 90] == ["retracted"]
    assert all(len({claim_id.rsplit(":", 1)[0] for claim_id in line.claims}) == 1 for line in regional)


def test_a_double_tap_is_two_incidents_and_the_rescuers_are_counted_with_the_second():
    morning = Morning()
    morning.say("05:31", "mayor", claim("impact", "hol", hit="residential"))
    morning.say("05:58", "rescuers", claim("fire", "hol"), claim("response", "hol"))
    morning.say("06:10", "city-admin", claim("casualty", "kyiv", harm={"injured": 2}))
    second = claim("impact", "hol", hit="residential")
    hurt = claim("casualty", "hol", hit="residential", harm={"responders-injured": 3})
    morning.say("06:24", "mayor", second, hurt)
    morning.say("06:50", "city-admin", claim("casualty", "kyiv", harm={"injured": 9, "killed": 1}))
    first, again = morning.incidents(area="hol")
    assert (first.status, again.status) == ("responding", "confirmed")
    (line,) = morning.lines("responders-injured")
    assert line.min == 3
    assert morning.figures("injured") == [("city-admin", 9, 9)]
    assert morning.figures("killed") == [("city-admin", 1, 1)]


def test_the_order_of_arrival_changes_no_figure_that_stands():
    """Late, early or at once: what stands follows from when it was said."""
    figures = [
        ("07:52", "mayor", 2),
        ("10:02", "mayor", 9),
        ("11:00", "rescuers", 11),
        ("16:20", "city-admin", 13),
    ]
    seen = []
    for turn in (figures, figures[::-1], [figures[2], figures[0], figures[3], figures[1]]):
        morning = Morning()
        for number, (clock, source, affected) in enumerate(turn):
            said = claim("casualty", "kyiv", harm={"affected": affected})
            from record_words import at

            morning.say("17:00", source, said, report=f"{clock}", stated=at(clock))
            assert number >= 0
        book = morning.record.ledgers()
        seen.append([(line.min, line.status, line.reason) for line in book.lines])
    assert seen[0] == seen[1] == seen[2]
