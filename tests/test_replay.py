"""The same journal gives the same changes: on every hash seed, from every restart, with every wake-up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from by_hand import Morning, at, says, world
from tocsin.codec import encode
from tocsin.engine import State
from tocsin.model import Entry, Order
from tocsin.slate import Table

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS / "sim"))

from simulator import Night  # noqa: E402

NIGHT = Night(7, length=80)


def fold(entries, wake=()):
    state = State(world(), NIGHT.hand)
    changes = []
    waking = sorted(wake)
    for entry in entries:
        while waking and waking[0] <= entry.recorded_at:
            changes += state.advance(waking.pop(0))
        changes += state.step(entry).changes
    return state, changes


def test_the_chained_digest_is_the_same_under_every_hash_seed():
    program = (
        "import sys; sys.path[:0] = [sys.argv[1], sys.argv[1] + '/sim']\n"
        "from by_hand import world\nfrom simulator import Night\nfrom tocsin.engine import State\n"
        "night = Night(3, length=80)\nstate = State(world(), night.hand)\n"
        "for entry in night.entries: state.step(entry)\nprint(state.digest, state.changed)\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program, str(TESTS)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(digests) == 1
    assert next(iter(digests)).split()[1] != "0"


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(0, 300), max_size=12))
def test_wake_ups_change_nothing(minutes):
    _, plain = fold(NIGHT.entries)
    _, woken = fold(NIGHT.entries, [at(m) for m in minutes])
    assert [encode(c) for c in plain] == [encode(c) for c in woken]


@settings(deadline=None, max_examples=15)
@given(st.integers(0, len(NIGHT.entries)))
def test_a_restart_at_any_entry_changes_nothing(cut):
    whole, changes = fold(NIGHT.entries)
    again, first = fold(NIGHT.entries[:cut])
    for entry in NIGHT.entries[cut:]:
        first += again.step(entry).changes
    assert again.digest == whole.digest
    assert encode(first) == encode(changes)
    assert encode(again.picture()) == encode(whole.picture())


def test_the_digest_hears_of_every_change_on_the_way_not_only_of_the_end():
    base = Morning()
    base.hears(0, "sirens", says("alarm", where="UA80000000000093317"))
    detour = Morning()
    detour.hears(0, "sirens", says("alarm", where="UA80000000000093317"))
    same = detour.state.digest
    detour.hears(1, "air-force", says("inbound", "drone", where="UA51000000000030770"))
    assert base.state.digest == same != detour.state.digest


def tables(part, seen):
    """Every table that a state holds, by the path to it."""
    found = {}
    if id(part) in seen:
        return found
    seen.add(id(part))
    for name, value in sorted(getattr(part, "__dict__", {}).items()):
        if isinstance(value, Table):
            found[name, id(value)] = dict(value.rows)
        elif type(value).__module__.startswith(("tocsin.picture", "tocsin.decisions")):
            found |= tables(value, seen)
    return found


@pytest.mark.parametrize("broken_at", range(5, 80, 15))
def test_a_step_that_breaks_at_its_very_end_leaves_every_table_as_it_was(broken_at, monkeypatch):
    state = State(world(), NIGHT.hand)
    for entry in NIGHT.entries[:broken_at]:
        state.step(entry)
    entry = NIGHT.entries[broken_at]
    state.advance(entry.recorded_at)
    before, digest, due = tables(state, set()), state.digest, state.next_deadline()
    body = state._body

    def breaks(*arguments):
        body(*arguments)
        raise RuntimeError("a broken invariant")

    with monkeypatch.context() as patch:
        patch.setattr(state, "_body", breaks)
        assert state.step(entry).failed
    assert tables(state, set()) == before
    assert (state.digest, state.next_deadline()) == (digest, due)


def test_changes_are_numbered_without_gaps_and_name_their_entry():
    _, changes = fold(NIGHT.entries)
    assert [c.number for c in changes] == list(range(1, len(changes) + 1))
    assert {c.entry for c in changes} <= {0, *(e.number for e in NIGHT.entries)}


def test_time_never_runs_backward():
    state = State(world(), NIGHT.hand)
    state.step(
        Entry(number=1, recorded_at=at(10), body=Order(operator="o", verb="silence", target="mqtt", why="w"))
    )
    state.step(
        Entry(number=2, recorded_at=at(5), body=Order(operator="o", verb="silence", target="mqtt", why="w"))
    )
    assert state.now == at(10)
