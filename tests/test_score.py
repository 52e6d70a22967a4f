"""What alerts were worth (R21, R22), and what another policy would have said on the same reports."""

import json
from datetime import timedelta

import msgspec
import pytest
from click.testing import CliRunner

from by_hand import BROVARY, BROVARY_RAION, KHARKIV, KYIV, ODESA, Morning, at, bundled, says, world
from tocsin.cli import cli
from tocsin.config.world import bundled as data_file
from tocsin.decisions.comparing import compare
from tocsin.decisions.policy import load_policy
from tocsin.decisions.score import Scorer
from tocsin.engine import State

TEXT = data_file("policy", "ua.toml").read_text("utf-8")


def scored(morning, minute=600, window=timedelta(hours=1)):
    changes = [c for step in morning.steps for c in step.changes]
    changes += morning.state.advance(at(minute))
    scorer = Scorer(bundled().places, window)
    scorer.take(changes)
    return scorer.score()


def tally(score, layer, area, cause):
    (found,) = [t for t in score.tallies if (t.layer, t.area.code, t.cause) == (layer, area, cause)]
    return found


def test_r22_what_followed_an_alert_is_counted_by_area_and_threat():
    morning = Morning()
    morning.hears(0, "air-force", says("danger", "drone", where=BROVARY))
    morning.hears(5, "air-force", says("inbound", "drone", where=BROVARY))
    morning.hears(9, "reporter", says("impact", where=BROVARY, object="residential"))
    morning.hears(10, "air-force", says("danger", "ballistic", where=KHARKIV))
    score = scored(morning)
    hit = tally(score, "warning", BROVARY_RAION, "drone")
    assert (hit.alerts, hit.track, hit.explosion, hit.impact) == (1, 1, 1, 1)
    assert hit.to_explosion.median == 9 * 60
    calm = tally(score, "warning", KHARKIV, "ballistic")
    assert (calm.alerts, calm.track, calm.explosion, calm.impact, calm.standing) == (1, 0, 0, 0, 0)


def test_r22_what_comes_after_the_window_followed_nothing():
    morning = Morning()
    morning.hears(0, "air-force", says("danger", "ballistic", where=KHARKIV))
    morning.hears(100, "reporter", says("impact", where=KHARKIV, object="residential"))
    assert tally(scored(morning), "warning", KHARKIV, "ballistic").impact == 0
    assert tally(scored(morning, window=timedelta(hours=2)), "warning", KHARKIV, "ballistic").impact == 1


def test_r21_a_lead_is_negative_where_the_explosions_came_first():
    morning = Morning()
    morning.hears(0, "gossip", says("explosion", where=KYIV))
    morning.hears(4, "city-sirens", says("alarm", where=KYIV))
    found = tally(scored(morning), "official", KYIV, "unstated")
    assert found.to_explosion.n == 1
    assert (found.to_explosion.negative, found.to_explosion.median) == (1, -240)


def test_the_lead_to_the_official_alarm_is_that_of_the_first_warning():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "kh-101", where=ODESA))
    morning.hears(7, "sirens", says("alarm", where=ODESA))
    morning.hears(8, "sirens", says("alarm", where=KHARKIV), stated=7.5)
    score = scored(morning)
    assert tally(score, "warning", ODESA, "cruise").to_official.median == 7 * 60
    assert (score.warned, score.unwarned) == (1, 1)
    relayed = tally(score, "official", KHARKIV, "unstated")
    assert relayed.to_official.median == -30, "how late we relayed it"


def test_an_effect_that_was_taken_back_followed_nothing():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=BROVARY))
    morning.hears(3, "reporter", says("impact", where=BROVARY, object="residential"), report="x")
    morning.deletes(5, "reporter", "x")
    assert tally(scored(morning), "warning", BROVARY_RAION, "drone").impact == 0


def test_a_score_of_many_days_is_bounded_and_counts_every_day():
    morning = Morning()
    for day in range(12):
        morning.hears(day * 1440, "sirens", says("alarm", where=KYIV), report=f"a{day}")
        morning.hears(day * 1440 + 30, "sirens", says("alarm-over", where=KYIV), report=f"o{day}")
    changes = [c for step in morning.steps for c in step.changes]
    scorer = Scorer(bundled().places)
    scorer.take(changes)
    assert scorer.score().tallies[0].alerts == 12
    assert len(scorer._ended) <= 4


# --- two policies ------------------------------------------------------------------


def two(change, bodies):
    """What the live policy and a changed one make of the same claims."""
    policy, problems = load_policy(change(TEXT))
    assert not problems
    made = []
    for one in (bundled().policy, policy):
        morning = Morning(msgspec.structs.replace(world(), policy=one))
        bodies(morning)
        made.append(
            [c for step in morning.steps for c in step.changes] + list(morning.state.advance(at(900)))
        )
    return compare(*made)


def night(morning):
    morning.hears(0, "channel-one", says("danger", "drone", where=BROVARY))
    morning.hears(3, "channel-two", says("danger", "drone", where=BROVARY))
    morning.hears(4, "air-force", says("inbound", "ballistic", where=KHARKIV))


def test_the_same_policy_changes_nothing():
    found = two(lambda text: text, night)
    assert (found.live, found.other, found.same) == (2, 2, 2)
    told = ("gained", "lost", "earlier", "later", "louder", "quieter", "longer", "shorter")
    assert [name for name in told if getattr(found, name)] == []


def test_a_stricter_policy_comes_later_or_not_at_all():
    stricter = two(lambda text: text.replace("credibility = 3 ", "credibility = 2 "), night)
    (pair,) = stricter.later
    assert (pair.seconds, pair.other.area.code) == (-180, BROVARY_RAION)
    strictest = two(lambda text: text.replace('reliability = "C"', 'reliability = "B"', 1), night)
    assert [e.area.code for e in strictest.lost] == [BROVARY_RAION]


def test_another_scope_loses_one_area_and_gains_another():
    wider = two(
        lambda text: text.replace('scope = "raion"\nlevel = "yellow"', 'scope = "oblast"\nlevel = "red"'),
        night,
    )
    assert [e.area.code for e in wider.lost] == [BROVARY_RAION]
    assert [e.area.names["en"] for e in wider.gained] == ["Kyiv Oblast"]


def test_a_longer_linger_is_told_as_such():
    longer = two(lambda text: text.replace("linger = 900", "linger = 1900"), night)
    assert [p.other.area.code for p in longer.longer] == [KHARKIV]


def test_a_replay_with_another_policy_tells_the_difference(tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(TEXT.replace('reliability = "C"', 'reliability = "B"', 1), "utf-8")
    story = "tests/stories/drones-alert-the-raion.story"
    told = CliRunner().invoke(cli, ["replay", story, "--policy", str(other)])
    assert told.exit_code == 0
    assert "lost: 2" in told.output
    last = (
        CliRunner().invoke(cli, ["replay", story, "--policy", str(other), "--json"]).output.splitlines()[-1]
    )
    found = json.loads(last)
    assert len(found["compared"]["lost"]) == 2
    assert found["picture"]["alerts"] == []


def test_the_score_of_a_story_is_printed_for_all_and_for_the_public():
    story = "src/tocsin/data/stories/kyiv-2024-12-20.story"
    for more in ([], ["--public"], ["--area", KYIV, "--json"]):
        told = CliRunner().invoke(cli, ["score", story, *more])
        assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert {t["area"]["code"] for t in found["tallies"]} == {KYIV}
    assert CliRunner().invoke(cli, ["score", story, "--area", "UA99"]).exit_code == 2


@pytest.mark.parametrize("seed", [3, 8])
def test_a_score_is_a_function_of_the_changes_alone(seed):
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parent / "sim"))
    from simulator import Night

    night = Night(seed)
    changes = []
    state = State(world(), night.hand)
    for entry in night.entries:
        changes += state.step(entry).changes
    whole, parts = Scorer(bundled().places), Scorer(bundled().places)
    whole.take(changes)
    for change in changes:
        parts.take([change])
    assert whole.score() == parts.score()
    assert sum(t.alerts for t in whole.score().tallies) == len(
        {c.fact.noun.id for c in changes if c.fact.type == "alert" and c.fact.verb == "raise"}
    )


def test_r27_an_embargoed_effect_shows_in_no_public_figure_before_its_release():
    from tocsin.model import Entry, Report
    from tocsin.outlets.fold import Fold

    register = {
        "w": ("monitoring-channel", "C"),
        "r": ("correspondent", "B"),
    }
    from tocsin.model import Source

    base = msgspec.structs.replace(
        bundled(),
        register={
            **bundled().register,
            **{n: Source(id=n, name=n, kind=k, reliability=letter) for n, (k, letter) in register.items()},
        },
    )
    said = (("w", 0, "БпЛА біля Броварів"), ("r", 5, "У Броварах влучання у житловий будинок"))
    shown = []
    for quiet in (True, False):
        fold, scorer = Fold(base), Scorer(base.places)
        seen = []
        for number, (source, minute, text) in enumerate(said[: 1 if quiet else 2], 1):
            body = Report(id=f"n{number}", source=source, text=text, stated_at=at(minute))
            fold.enter(Entry(number=number, recorded_at=at(minute), body=body))
        for minute in (6, 60, 170, 60 * 13):
            fold.reach(at(minute))
            scorer.take(one.change for one in fold.publication.after(scorer.number))
            seen.append([t.impact for t in scorer.score().tallies])
        shown.append(seen)
    assert shown[0][:3] == shown[1][:3]
    assert sum(shown[1][3]) == 1, "and after its release it counts"
    assert sum(shown[0][3]) == 0
