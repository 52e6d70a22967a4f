"""What the desk is shown of a night: what came in, what wants a person, what is held back, and any moment of it."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from by_hand import bundled
from tocsin.app import App
from tocsin.config import Settings
from tocsin.journal import Journal
from tocsin.outlets.desk.explanation import Why
from tocsin.outlets.desk.nights import Beside, Nights, newest_red
from tocsin.render.desk_values import Seat
from tocsin.sources.story import parse

OLENA = Seat(operator="olena", role="operator")
HEAD = """story: A night
day: 2025-02-11
zone: Europe/Kyiv
source watcher monitoring-channel C home=UA80000000000093317
source another monitoring-channel D home=UA80000000000093317
source mayor authority B home=UA80000000000093317

"""


class Played:
    """A night that the app lived through, and the desk's look at it."""

    def __init__(self, text, beside=None, *, watched=True):
        story, problems = parse(HEAD + text, "night.story")
        assert not problems
        world = bundled()
        register = {**world.register, **{source.id: source for source in story.sources}}
        world = msgspec.structs.replace(world, register=register)
        self.now = story.beats[0].at
        self.beats = story.beats
        self.app = App(Settings(journal=":memory:"), world, Journal.open(":memory:"), clock=lambda: self.now)
        if watched:
            self.desk = Nights(self.app, "/desk", ["mqtt"], beside or Beside())
        for beat in story.beats:
            self.now = beat.at
            if beat.body is not None:
                for one in self.app.journal.admit([beat.body], beat.at):
                    self.app._enter(one.entry)
        if not watched:
            self.desk = Nights(self.app, "/desk", ["mqtt"], beside or Beside())

    def night(self, known_at=None, seat=OLENA):
        return asyncio.run(self.desk.of(seat, known_at))

    def later(self, minutes):
        self.now += timedelta(minutes=minutes)
        self.app._fold.reach(self.now)
        return self


CONTRADICTED = """21:00 kyiv-digital
    🔴 Повітряна тривога в м. Київ!
21:05 air-force
    Крилаті ракети курсом на Київ!
21:06 watcher
    Крилаті ракети на Київ
21:09 kyiv-digital
    🟢 Відбій повітряної тривоги в м. Київ.
"""


def kinds(night):
    return [one.kind for one in night.wanted]


def test_an_all_clear_that_is_contradicted_wants_a_person_before_all_else():
    first = Played(CONTRADICTED).night().wanted[0]
    assert (first.kind, first.high) == ("contradiction", True)
    assert first.area.names["en"] == "Kyiv"


def test_an_alarm_that_nobody_confirms_wants_a_person_until_somebody_does():
    played = Played("21:00 kyiv-digital\n    🔴 Повітряна тривога в м. Київ!\n")
    (alert,) = played.night().picture.alerts
    assert [one.target for one in played.night().wanted if one.kind == "unconfirmed"] == [alert.id]


def test_doubtful_words_of_high_stakes_want_a_person_for_half_an_hour():
    played = Played("21:00 another\n    Кажуть, що можливо балістика на Київ, це не точно\n")
    night = played.night()
    found = [one for one in night.wanted if one.kind == "doubtful"]
    assert found
    assert any(one.high for one in found)
    assert "doubtful" not in kinds(played.later(90).night())


def test_what_came_in_is_shown_newest_first_with_what_was_understood():
    night = Played(CONTRADICTED).night()
    assert [one.report.source for one in night.heard] == [
        "kyiv-digital",
        "watcher",
        "air-force",
        "kyiv-digital",
    ]
    assert [claim.kind for claim in night.heard[0].claims] == ["alarm-over"]
    for one in night.heard:
        for claim in one.claims:
            assert all(one.report.text[e.start : e.end] == e.quote for e in claim.evidence)


def test_after_a_restart_the_desk_reads_again_what_came_before():
    seen, anew = Played(CONTRADICTED).night(), Played(CONTRADICTED, watched=False).night()
    assert [(one.number, one.report, one.claims) for one in seen.heard] == [
        (one.number, one.report, one.claims) for one in anew.heard
    ]


def test_a_report_that_was_taken_back_says_so():
    played = Played("21:00 watcher id=a\n    Вибух у Києві\n21:02 watcher deletes a\n")
    assert [one.withdrawn for one in played.night().heard] == [True]


def test_a_past_moment_is_shown_as_it_was_known_then():
    played = Played(CONTRADICTED)
    then = played.night(known_at=played.beats[1].at)
    assert [one.report.source for one in then.heard] == ["air-force", "kyiv-digital"]
    assert {one.state for one in then.states if one.area.names["en"] == "Kyiv"} == {"ACTIVE"}
    assert (then.waiting, then.silences, then.known_at) == ((), (), played.beats[1].at)
    assert then.number < played.night().number
    assert all(change.at <= played.beats[1].at for change in then.changes)
    before = played.night(known_at=played.beats[0].at - timedelta(hours=1))
    assert (before.heard, before.changes, before.number, before.entry) == ((), (), 0, 0)
    assert played.night(known_at=played.now + timedelta(days=1)).known_at is None


def test_what_the_embargo_holds_back_is_told_with_when_it_goes_out():
    played = Played("21:00 mayor\n    Влучання в електропідстанцію у Києві.\n")
    night = played.night()
    assert night.held
    assert all(one.claim.startswith("mayor:") and one.why for one in night.held)
    assert {one.until for one in night.held} == {None}, "a power station is never named"


def test_a_second_readers_disagreement_wants_a_person():
    told = {
        "entry": 1,
        "what": "other",
        "source": "watcher",
        "report": "x",
        "claim": "watcher:x#1",
        "rules": "1",
        "model": "2",
    }
    night = Played("21:00 watcher\n    Вибух у Києві\n", Beside(disagreements=lambda: [told])).night()
    (one,) = [one for one in night.wanted if one.kind == "disagreement"]
    assert (one.target, one.what) == ("watcher:x#1", "other: 1 / 2")


def test_what_a_policy_beside_would_have_raised_is_shown_and_only_that():
    other = Played(CONTRADICTED)
    theirs = other.app.desk_changes(0, 1000)
    assert Played(CONTRADICTED, Beside(alerts=lambda: theirs)).night().shadow == ()
    quiet = Played("20:59 watcher\n    Тихо\n21:10 watcher\n    Тихо\n", Beside(alerts=lambda: theirs))
    raised = {change.fact.noun.id for change in quiet.night().shadow}
    assert raised <= {change.fact.noun.id for change in theirs if change.fact.verb == "raise"}


def test_the_desk_sounds_for_what_became_red():
    played = Played(CONTRADICTED)
    red = newest_red(played.app.desk_changes(0, 1000))
    assert red
    assert newest_red(()) == []


@pytest.mark.parametrize("kind", ["threats", "alerts", "alarms"])
def test_all_that_stands_is_explained_by_words(kind):
    played = Played(CONTRADICTED.partition("21:09")[0])
    why = Why(played.app)
    nouns = getattr(played.night().picture, kind)
    assert nouns
    for noun in nouns:
        told = asyncio.run(why.of(noun.id))
        assert told.moments
        assert any(words.quotes for moment in told.moments for words in moment.words)


def test_a_withheld_decision_answers_why_it_did_not_sound():
    played = Played("21:00 another\n    Кажуть, що можливо балістика на Київ, це не точно\n")
    (change, *_) = [one for one in played.night().changes if one.fact.verb == "withhold"]
    told = asyncio.run(Why(played.app).of(change.fact.noun.id))
    assert told.moments[0].why
    assert told.moments[0].words[0].quotes
    claim = change.fact.because[0]
    assert asyncio.run(Why(played.app).of(claim)).type == "claim"
