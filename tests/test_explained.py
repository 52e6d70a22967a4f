"""Nothing is decided without an explanation: a reason in words, and the words or the order that it rests on."""

from pathlib import Path

import msgspec
import pytest

from by_hand import BROVARY, KYIV, Morning, bundled, says
from tocsin.decisions.explain import explain, ids_in
from tocsin.decisions.withholding import REASONS
from tocsin.engine import State
from tocsin.model import Entry, Report
from tocsin.sources.story import parse

STORIES = sorted((Path(__file__).parent / "stories").glob("*.story"))


def folded(story):
    base = bundled()
    state = State(
        msgspec.structs.replace(base, register={**base.register, **{s.id: s for s in story.sources}})
    )
    pairs = []
    for number, beat in enumerate(story.beats, 1):
        due = state.advance(beat.at)
        entry = Entry(
            number=number, recorded_at=beat.at, body=beat.body or Report(id="wait", source="nobody", text="")
        )
        step = state.step(entry) if beat.body is not None else None
        changes = (*due, *(step.changes if step else ()))
        from tocsin.engine import Step

        pairs.append((entry, Step(entry=number, reading=step.reading if step else None, changes=changes)))
    return state, pairs


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_every_decision_of_every_story_is_explained(path):
    story, _ = parse(path.read_text("utf-8"), path.name)
    state, pairs = folded(story)
    changes = [c for _, step in pairs for c in step.changes if c.fact.type == "alert"]
    for name in ids_in(changes):
        found = explain(name, pairs, [state.policy])
        assert found is not None, name
        for moment in found.moments:
            assert moment.rule_why or moment.why, (name, moment.verb)
            if moment.verb == "withhold":
                assert moment.why in REASONS.values(), (name, moment.why)
                assert moment.words or moment.orders, name
            elif moment.verb != "lapse":
                assert moment.words or moment.orders, (name, moment.verb)


def test_what_speaks_against_a_threat_is_kept_and_shown():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=BROVARY), text="a drone", report="a")
    morning.hears(
        1,
        "channel-one",
        says("inbound", "drone", where=BROVARY, stance="denies"),
        text="no drone",
        report="b",
    )
    pairs = list(zip(morning.entries, morning.steps, strict=True))
    (threat,) = morning.state.threats.view()
    assert threat.against == ("channel-one:b#1",)
    for name in (threat.id, morning.state.alerts()[0].id):
        found = explain(name, pairs, [morning.state.policy])
        assert [w.source for w in found.against] == ["channel-one"], name


def test_a_contradicted_all_clear_shows_both():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV), report="a")
    morning.hears(2, "air-force", says("inbound", "ballistic", where=KYIV), report="b")
    step = morning.hears(3, "sirens", says("alarm-over", where=KYIV), report="c")
    (ended,) = [c.fact.noun for c in step.changes if c.fact.type == "alert" and c.fact.verb == "clear"]
    assert ended.contradicted
    found = explain(ended.id, list(zip(morning.entries, morning.steps, strict=True)), [morning.state.policy])
    assert {w.source for w in found.against} >= {"air-force"}
    assert {w.source for m in found.moments for w in m.words} >= {"sirens", "air-force"}
