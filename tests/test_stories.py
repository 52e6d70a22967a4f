"""Every story comes out as it is written. ``UPDATE=1 pytest tests/test_stories.py`` rewrites what is expected."""

import os
from pathlib import Path

import msgspec
import pytest

from by_hand import bundled
from story_words import lines
from tocsin.engine import State
from tocsin.model import Entry
from tocsin.sources.story import parse

STORIES = sorted((Path(__file__).parent / "stories").rglob("*.story"))


def played(story):
    """What each entry of a story changed, deadlines on the way included, in words."""
    base = bundled()
    register = {**base.register, **{s.id: s for s in story.sources}}
    state = State(msgspec.structs.replace(base, register=register))
    told = []
    for number, beat in enumerate(story.beats, 1):
        changes = list(state.advance(beat.at))
        if beat.body is not None:
            step = state.step(Entry(number=number, recorded_at=beat.at, body=beat.body))
            assert not step.failed, step.problems
            changes += step.changes
            extra = [f"problem: {p.what}" for p in step.problems]
        else:
            extra = []
        told.append(lines(changes, story.shows) + extra)
    return told


def rewritten(text, story, told):
    """The story's text with what came out as its expectations."""
    kept = text.splitlines()
    after = {beat.last_line: words for beat, words in zip(story.beats, told, strict=True)}
    out = []
    for number, line in enumerate(kept, 1):
        if line.startswith(" ") and line.lstrip().startswith("= "):
            continue
        out.append(line)
        out += [f"  = {words}" for words in after.get(number, ())]
    return "\n".join(out) + "\n"


def test_there_are_stories():
    assert len(STORIES) >= 12


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_a_story_comes_out_as_written(path):
    text = path.read_text("utf-8")
    story, problems = parse(text, path.name)
    assert not problems
    told = played(story)
    if os.environ.get("UPDATE"):
        path.write_text(rewritten(text, story, told), "utf-8")
        return
    for beat, words in zip(story.beats, told, strict=True):
        assert list(beat.expected) == words, f"{path.name}:{beat.line}"


def test_what_cannot_be_understood_is_told_line_by_line():
    text = "06:35 x\n    before any day\nday: 2025-13-40\nwhat is this\nsource short\nday: 2025-01-01\n06:40 order O raise\n"
    story, problems = parse(text, "bad.story")
    assert [p.where.split(":")[1] for p in problems] == ["1", "2", "3", "4", "5", "7"]
    assert story.beats[0].body is None


def test_a_story_may_be_late_edited_deleted_forwarded_and_ordered():
    text = (
        "day: 2025-03-04\nzone: UTC\n"
        "00:10 one id=a stated=23:50\n    перший\n    рядок\n"
        "00:11 one id=b replaces=a forwarded=two reply=c\n    text\n"
        "00:12 one deletes b\n"
        "00:13 order Olena approve order:7: agreed: all of it\n"
        "00:14 wait\n"
    )
    story, problems = parse(text, "good.story")
    assert not problems
    late, edit, deletion, order, wait = story.beats
    assert late.body.text == "перший\nрядок"
    assert (late.at - late.body.stated_at).total_seconds() == 20 * 60
    assert (edit.body.replaces, edit.body.forwarded_from, edit.body.reply_to) == ("a", "two", "c")
    assert deletion.body.deletes == "b"
    assert (order.body.verb, order.body.target, order.body.why) == ("approve", "order:7", "agreed: all of it")
    assert wait.body is None
