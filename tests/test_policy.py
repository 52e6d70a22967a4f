"""Policy is data: the bundled one holds, broken ones are told whole, another country's needs no code."""

import msgspec
import pytest

from by_hand import Morning, bundled, says
from tocsin.config.world import bundled as data_file
from tocsin.decisions.checking import check_policy
from tocsin.decisions.policy import load_policy
from tocsin.model import Source

TEXT = data_file("policy", "ua.toml").read_text("utf-8")


def problems_of(text):
    policy, problems = load_policy(text)
    assert policy is not None, problems
    return check_policy(policy, bundled().places, bundled().weapons)


def test_the_bundled_policy_passes_its_own_cases():
    assert problems_of(TEXT) == ()


def test_every_rule_says_why_and_has_a_case():
    policy, _ = load_policy(TEXT)
    for rule in policy.rules:
        assert rule.why, rule.id
        assert rule.group or rule.case, rule.id


def test_a_case_that_does_not_hold_is_told():
    broken = TEXT.replace(
        'then = { areas = ["UA53000000000028050"], level = "none" }', 'then = { level = "red" }'
    )
    (problem,) = problems_of(broken)
    assert "gives level 'none', not 'red'" in problem.what


def test_a_rule_that_nothing_can_reach_is_told():
    first = TEXT.replace(
        "# ---- official alarms",
        '[[rule]]\nid = "all"\nwhy = "Everything."\nwarn = false\nreason = "x"\n'
        '[[rule.case]]\nsay = "s"\ngiven = { kind = "inbound" }\nthen = { withheld = "x" }\n# ----',
        1,
    )
    whats = [p.what for p in problems_of(first)]
    assert any("can't be reached: all stands above it" in what for what in whats)
    assert any("alerts nobody in" in what for what in whats)


def test_r36_an_instruction_that_takes_longer_than_a_minute_is_told():
    broken = TEXT.replace("Get behind two walls at once", "Go to the nearest metro station at once")
    (problem,) = {p.what for p in problems_of(broken)}
    assert "within one minute (R36)" in problem


def test_a_case_about_an_area_that_nobody_knows_is_told():
    (problem,) = problems_of(TEXT.replace('at = ["UA53000000000028050"] }\nthen', 'at = ["UA99"] }\nthen'))
    assert "UA99" in problem.what


def test_all_that_is_wrong_is_told_at_once():
    _, problems = load_policy(
        """
        [policy]
        name = "x"
        [[rule]]
        id = "a"
        scope = "galaxy"
        instruction = "none"
        [[rule]]
        id = "b"
        parent = "nobody"
        [[rule]]
        id = "c"
        warn = false
        """
    )
    assert len(problems) >= 4
    assert all(p.where and p.what and p.remedy for p in problems)


@pytest.mark.parametrize("text", ["", "not toml [", "[policy]\nname = 3", "[[rule]]\nid = 4"])
def test_no_text_makes_the_loader_fail(text):
    policy, problems = load_policy(text)
    assert policy is None
    assert problems


def test_who_may_clear_is_the_policys_to_say():
    base = bundled()
    rules = tuple(msgspec.structs.replace(r, clears=("authority",)) for r in base.policy.rules)
    register = {"af": Source(id="af", name="af", kind="military", reliability="A")}
    policy = msgspec.structs.replace(base.policy, rules=rules)
    morning = Morning(msgspec.structs.replace(base, register=register, policy=policy))
    morning.hears(0, "af", says("inbound", "drone", where="UA51000000000030770"))
    step = morning.hears(5, "af", says("danger-over", "drone", where="UA51000000000030770"))
    assert [c.fact.verb for c in step.changes if c.fact.type == "alert"] == ["lapse"]


def test_a_world_without_a_policy_still_relays_official_alarms():
    base = bundled()
    register = {"s": Source(id="s", name="s", kind="alarm-service", reliability="A", declares=("UA",))}
    morning = Morning(msgspec.structs.replace(base, register=register, policy=None))
    morning.hears(0, "s", says("alarm", where="UA80000000000093317"))
    assert [a.rule for a in morning.state.alerts()] == ["official-alarm"]


def test_a_rule_may_hold_by_night_only_and_reach_ahead_of_a_heading():
    text = TEXT.replace(
        '[[rule]]\nid = "jet-drones"',
        '[[rule]]\nid = "night-drones"\nparent = "drones"\nwhy = "By night people sleep."\n'
        'hours = ["22:00", "06:00"]\nscope = "ahead"\nreach_km = 120\nurgency = "Immediate"\n'
        '[[rule.case]]\nsay = "A drone over Sumy that flies west."\n'
        'given = { kind = "inbound", weapon = "drone", by = "military", at = ["UA59000000000057109"] }\n'
        'then = { rule = "night-drones" }\n\n[[rule]]\nid = "jet-drones"',
    )
    policy, problems = load_policy(text)
    assert problems == ()
    night = Morning(msgspec.structs.replace(_world(), policy=policy))
    # These tests begin at six in the morning, Kyiv time.
    night.hears(-60, "air-force", says("inbound", "drone", where="UA59080000000057897", heading="W"))
    assert {a.rule for a in night.state.alerts()} == {"night-drones"}
    assert len(night.state.alerts()) > 1
    day = Morning(msgspec.structs.replace(_world(), policy=policy))
    day.hears(60, "air-force", says("inbound", "drone", where="UA59080000000057897", heading="W"))
    assert [a.rule for a in day.state.alerts()] == ["drones"]


RED_STANDS = """
[[inhibit]]
id = "red-stands"
why = "A red warning for the oblast sends people to shelter already."
by = { layer = "warning", levels = ["red"] }
of = { layer = "warning", levels = ["yellow"] }
"""
OBLAST, RAION_TOWN = "UA32000000000030281", "UA32060050010081797"


def test_what_a_policy_inhibits_is_withheld_and_raised_when_the_other_ends():
    policy, problems = load_policy(TEXT + RED_STANDS)
    assert problems == ()
    morning = Morning(msgspec.structs.replace(_world(), policy=policy))
    morning.hears(0, "air-force", says("inbound", "kh-101", where=OBLAST))
    step = morning.hears(1, "air-force", says("inbound", "drone", where=RAION_TOWN))
    held_back = [c.fact for c in step.changes if c.fact.type == "alert"]
    assert [(f.verb, f.why, f.noun.rule) for f in held_back] == [("withhold", "inhibited", "red-stands")]
    assert morning.alerts() == {("warning", OBLAST): "red"}
    step = morning.hears(5, "air-force", says("danger-over", "kh-101", where=OBLAST))
    assert morning.alerts() == {("warning", "UA32060000000012455"): "yellow"}
    assert [c.fact.verb for c in step.changes if c.fact.type == "alert"] == ["clear", "raise"]


def test_what_was_inhibited_is_raised_when_the_other_lapses():
    policy, _ = load_policy(TEXT + RED_STANDS)
    morning = Morning(msgspec.structs.replace(_world(), policy=policy))
    morning.hears(0, "air-force", says("inbound", "ballistic", where=OBLAST))
    morning.hears(10, "air-force", says("inbound", "drone", where=RAION_TOWN))
    assert morning.waits(15.1) == ["lapse warning Kyiv Oblast red", "raise warning Brovary Raion yellow"]


def test_without_inhibition_a_warning_stands_beside_the_official_alert():
    text = TEXT.replace('of = { layer = "warning" }', 'of = { layer = "warning", kinds = ["chemical"] }')
    policy, problems = load_policy(text)
    assert problems == ()
    morning = Morning(msgspec.structs.replace(_world(), policy=policy))
    morning.hears(0, "sirens", says("alarm", where="UA32060000000012455"))
    morning.hears(1, "channel-one", says("inbound", "drone", where=RAION_TOWN))
    assert {key[0] for key in morning.alerts()} == {"official", "warning"}


def test_an_inhibition_that_would_silence_official_alerts_is_refused():
    wrong = """
[[inhibit]]
id = "x"
by = { layer = "warning" }
of = { layer = "official", rules = ["no-such-rule"] }
[[inhibit]]
id = "y"
colour = "red"
"""
    policy, problems = load_policy(TEXT + wrong)
    assert policy is None
    assert len(problems) == 3


def _world():
    from by_hand import world

    return world()


def test_a_policy_of_ones_own_is_checked_by_command(tmp_path):
    from click.testing import CliRunner

    from tocsin.cli import cli

    mine = tmp_path / "mine.toml"
    mine.write_text(TEXT.replace("Get behind two walls at once", "Go to the metro at once"), "utf-8")
    told = CliRunner().invoke(cli, ["check", "policy", "--policy", str(mine)])
    assert told.exit_code == 1
    assert "R36" in told.output
    mine.write_text(TEXT, "utf-8")
    assert CliRunner().invoke(cli, ["check", "--policy", str(mine)]).exit_code == 0
    assert CliRunner().invoke(cli, ["check", "--policy", "/nowhere.toml"]).exit_code == 2
