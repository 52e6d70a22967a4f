"""Whatever arrives in whatever order, what must hold holds."""

import pytest
from simulator import Night, as_story, shortest

from by_hand import REGISTER, at, world
from tocsin.engine import State
from tocsin.sources.story import parse

SEEDS = tuple(range(24))


def broken_promises(night, entries):
    """What does not hold while these entries are folded."""
    state = State(world(), night.hand)
    found = []
    for entry in entries:
        step = state.step(entry)
        if step.failed:
            return [f"entry {entry.number}: {step.problems[-1].what}"]
        alarms = {(a.area.code, a.kind) for a in state.alarms.view()}
        official = {(a.area.code, a.kind) for a in state.alerts() if a.layer == "official"}
        if alarms != official:
            found.append(f"entry {entry.number}: alarms and official alerts differ: {alarms ^ official}")
        for alert in state.alerts():
            if alert.unofficial and alert.level != "yellow":
                found.append(f"entry {entry.number}: an unofficial alert is {alert.level}")
            if alert.layer == "warning" and alert.lapses_at is None:
                found.append(f"entry {entry.number}: a warning never lapses")
            held = state.decider.standing.holding(alert.area.code, alert.kind)
            if alert.layer == "warning" and not alert.unofficial and not any(s.official for s in held):
                found.append(f"entry {entry.number}: no authority holds up {alert.id}")
            if alert.whose and set(alert.whose) <= {"gossip", "nobody-knows-me"}:
                found.append(f"entry {entry.number}: {alert.whose} raised {alert.id}")
        numbers = [c.number for c in step.changes]
        if numbers != sorted(numbers):
            found.append(f"entry {entry.number}: numbers out of order")
    state.advance(at(60 * 24 * 10))
    if state.threats.view() or any(a.layer == "warning" for a in state.alerts()):
        found.append("something inferred outlives ten days of silence")
    if {a.layer for a in state.alerts()} - {"official"}:
        found.append("a warning stands after ten days of silence")
    if len(state.decider.standing.supports) or len(state.decider.standing.areas_of):
        found.append("supports outlive what they held")
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_night_keeps_every_promise(seed):
    night = Night(seed)
    found = broken_promises(night, night.entries)
    if found:
        short = shortest(night.entries, lambda entries: bool(broken_promises(night, entries)))
        pytest.fail(
            "\n".join(broken_promises(night, short)) + "\n\n" + as_story(short, f"found by seed {seed}")
        )


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_a_night_that_arrives_in_any_order_keeps_every_promise(seed):
    night = Night(seed)
    entries = night.shuffled()
    found = broken_promises(night, entries)
    if found:
        short = shortest(entries, lambda kept: bool(broken_promises(night, kept)))
        pytest.fail(
            "\n".join(broken_promises(night, short)) + "\n\n" + as_story(short, f"shuffled, seed {seed}")
        )


def test_nights_raise_end_and_withhold_something():
    verbs = set()
    for seed in SEEDS[:6]:
        night = Night(seed)
        state = State(world(), night.hand)
        for entry in night.entries:
            verbs |= {c.fact.verb for c in state.step(entry).changes if c.fact.type == "alert"}
    assert verbs >= {"raise", "revise", "clear", "revoke", "lapse", "withhold"}


def test_a_failure_shrinks_to_the_entries_that_make_it_and_reads_as_a_story():
    night = Night(1)
    wanted = [e for e in night.entries if getattr(e.body, "source", "") == "city-sirens"][:2]
    short = shortest(night.entries, lambda entries: all(w in entries for w in wanted))
    assert short == wanted
    story, problems = parse(as_story(short, "two of them"), "found.story")
    assert not problems
    assert [b.body.source for b in story.beats] == ["city-sirens", "city-sirens"]
    assert set(REGISTER) >= {"city-sirens"}
