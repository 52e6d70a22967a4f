"""One source at ten thousand reports a second starves nobody and raises nothing that its reliability doesn't allow."""

import pytest
from msgspec.structs import replace
from simulator import Night, as_story, shortest

from by_hand import BROVARY, KHARKIV, KYIV, Morning, says, told, world
from tocsin.engine import State
from tocsin.model import Entry, Report


def flooded(night, source, count=400):
    """The night's journal with a second of one source's flood in the middle of it."""
    middle = len(night.entries) // 2
    moment = night.entries[middle].recorded_at
    claims = (
        says("inbound", "ballistic", where=KYIV),
        says("alarm", where=KYIV),
        says("danger-over", where=KYIV),
    )
    burst = []
    for number in range(count):
        name = f"flood-{number}"
        claim = claims[number % 3]
        valid = replace(claim.valid, start=moment)
        made = replace(claim, id=f"{source}:{name}#1", report=name, source=source, valid=valid)
        night.hand.claims[source, name] = (made,)
        burst.append(Report(id=name, source=source, text=f"flood {number}", stated_at=moment))
    bodies = [(e.recorded_at, e.body) for e in night.entries]
    bodies[middle:middle] = [(moment, body) for body in burst]
    return [Entry(number=n, recorded_at=when, body=body) for n, (when, body) in enumerate(bodies, 1)]


def alerts(night, entries):
    """Every change of an alert but withheld ones and those that rest on the flood, with the order's numbers left out."""
    state = State(world(), night.hand)
    found = []
    for entry in entries:
        step = state.step(entry)
        assert not step.failed
        for change in step.changes:
            fact = change.fact
            if fact.type == "alert" and fact.verb != "withhold" and "operators" not in fact.noun.whose:
                found.append(
                    (
                        change.at,
                        fact.verb,
                        fact.noun.layer,
                        fact.noun.area.code,
                        fact.noun.kind,
                        fact.noun.level,
                    )
                )
    return found


def without_orders(night):
    """Orders name entries by number, which a flood moves."""
    kept = [e for e in night.entries if hasattr(e.body, "source")]
    night.entries = [replace(e, number=n) for n, e in enumerate(kept, 1)]
    return night


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("source", ["gossip", "nobody-knows-me"])
def test_a_flood_of_who_may_not_warn_changes_no_alert(seed, source):
    night = without_orders(Night(seed))

    def differs(entries):
        calm = [e for e in entries if not e.body.id.startswith("flood")]
        return alerts(night, calm) != alerts(night, entries)

    entries = flooded(night, source)
    if differs(entries):
        short = shortest(entries, differs)
        pytest.fail(as_story(short, f"a flood by {source}, found by seed {seed}"))


@pytest.mark.parametrize("seed", range(3))
def test_a_flood_of_a_channel_raises_nothing_official_nothing_red_and_only_where_it_speaks(seed):
    night = without_orders(Night(seed))
    calm = alerts(night, night.entries)
    wet = alerts(night, flooded(night, "channel-one"))
    assert [a for a in calm if a[2] == "official" and a[3] != KYIV] == [
        a for a in wet if a[2] == "official" and a[3] != KYIV
    ]
    elsewhere = [a for a in wet if a[3] != KYIV]
    assert [a for a in elsewhere if a[1] == "raise"] == [a for a in calm if a[1] == "raise" and a[3] != KYIV]
    assert not [a for a in wet if a not in calm and a[2] == "warning" and a[1] == "raise" and a[5] == "red"]


def test_a_flood_makes_us_forget_nothing_that_others_said():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "ballistic", where=KHARKIV), report="a")
    morning.hears(0, "sirens", says("alarm", where=KYIV), report="b")
    for number in range(20_000):
        claim = says("inbound", "drone", where=BROVARY) if number % 2 else says("alarm", where=BROVARY)
        morning.hears(1, "channel-one", claim, report=f"f{number}")
        morning.steps.clear()
        morning.entries = morning.entries[-1:]
        del morning.hand.claims["channel-one", f"f{number}"]
    assert morning.state.claim("air-force:a#1") is not None
    assert morning.state.claim("sirens:b#1") is not None
    again = morning.hears(
        2, "air-force", says("inbound", "ballistic", where=KYIV), report="a", text="air-force a"
    )
    assert not again.changes, "the same id is still the same report"
    assert told(morning.deletes(3, "air-force", "a").changes) == ["revoke warning Kharkiv Oblast red"]
    assert [
        c.fact.noun.unconfirmed for c in morning.deletes(3, "sirens", "b").changes if c.fact.type == "alert"
    ] == [True]
    for table in (morning.state._claims, morning.state._reports, morning.state.threats.holding._by_report):
        assert len(table) <= 40_000
