"""Alarms as authorities declare them: R10 to R16."""

import pytest

from by_hand import BROVARY_RAION, CHERNIHIV, KHARKIV, KYIV, KYIV_OBLAST, Morning, at, bundled, says, told


def state(morning, code, minute):
    return morning.state.area_state(code, at(minute))


def test_an_alarm_is_relayed_at_once_unconfirmed_and_without_a_level():
    morning = Morning()
    step = morning.hears(0, "sirens", says("alarm", where=KYIV))
    assert told(step.changes) == ["raise official Kyiv no level"]
    (alert,) = morning.state.alerts()
    assert (alert.rule, alert.unconfirmed, alert.layer) == ("official-alarm", True, "official")
    assert alert.instruction["uk"]


def test_r15_a_second_source_confirms_an_alarm():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    step = morning.hears(1, "city-sirens", says("alarm", where=KYIV))
    assert told(step.changes) == ["revise official Kyiv no level"]
    assert not morning.state.alerts()[0].unconfirmed


def test_a_source_that_declares_nothing_raises_no_official_alarm():
    morning = Morning()
    step = morning.hears(0, "mayor", says("alarm", where=KYIV))
    assert told(step.changes) == ["raise warning Kyiv no level"]
    assert not morning.state.alarms.view()
    assert not [key for key in morning.alerts() if key[0] == "official"]


def test_a_city_service_cannot_raise_the_oblast_around_it():
    morning = Morning()
    morning.hears(0, "city-sirens", says("alarm", where=KYIV_OBLAST))
    assert not morning.alerts()


def test_kyiv_and_kyiv_oblast_are_two_areas():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV_OBLAST))
    assert state(morning, KYIV, 0).state == "CLEAR"
    assert state(morning, KYIV_OBLAST, 0).state == "ACTIVE"
    assert state(morning, BROVARY_RAION, 0).state == "ACTIVE"


def test_r13_a_clear_acts_only_on_its_own_authority():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.hears(1, "city-sirens", says("alarm-over", where=KYIV))
    assert ("official", KYIV) in morning.alerts()
    morning.hears(2, "sirens", says("alarm-over", where=KYIV))
    assert not morning.alerts()


def test_r13_a_clear_acts_only_on_its_own_kind():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KHARKIV, alarm_type="artillery"))
    morning.hears(0, "sirens", says("alarm", where=KHARKIV))
    morning.hears(1, "sirens", says("alarm-over", where=KHARKIV))
    (alert,) = morning.state.alerts()
    assert alert.kind == "artillery"


def test_two_channels_of_one_authority_speak_for_each_other():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.hears(1, "sirens-copy", says("alarm-over", where=KYIV))
    assert not morning.alerts()


def test_an_area_stays_raised_while_any_authority_keeps_its_alarm():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.hears(1, "city-sirens", says("alarm", where=KYIV))
    morning.hears(2, "city-sirens", says("alarm-over", where=KYIV))
    assert state(morning, KYIV, 2).state == "ACTIVE"
    step = morning.hears(3, "sirens", says("alarm-over", where=KYIV))
    assert told(step.changes) == ["clear official Kyiv no level"]


def test_r11_a_raise_and_a_clear_within_one_poll_are_both_told():
    morning = Morning()
    raised = morning.hears(0, "sirens", says("alarm", where=KHARKIV))
    cleared = morning.hears(0, "sirens", says("alarm-over", where=KHARKIV))
    assert told(raised.changes) + told(cleared.changes) == [
        "raise official Kharkiv Oblast no level",
        "clear official Kharkiv Oblast no level",
    ]


def test_r11_a_clear_that_overtakes_its_raise_still_leaves_both_on_record():
    morning = Morning()
    morning.hears(5, "sirens", says("alarm-over", where=KHARKIV), stated=4)
    step = morning.hears(6, "sirens", says("alarm", where=KHARKIV), stated=3)
    assert [(c.fact.type, c.fact.verb) for c in step.changes if c.fact.type == "alarm"] == [
        ("alarm", "raise"),
        ("alarm", "clear"),
    ]
    assert "withhold its-end-is-known" in told(step.changes)
    assert not morning.alerts()


def test_r12_a_late_alarm_sounds_since_when_it_was_declared():
    morning = Morning()
    morning.hears(30, "sirens", says("alarm", where=KYIV), stated=0)
    (alert,) = morning.state.alerts()
    assert alert.late
    assert alert.valid.start == at(0)


def test_r12_a_feed_of_past_alarms_raises_nothing():
    morning = Morning()
    step = morning.hears(0, "past-sirens", says("alarm", where=KYIV))
    assert told(step.changes) == ["withhold history-source"]
    assert state(morning, KYIV, 1).state == "UNKNOWN"


def test_r12_a_late_clear_of_an_earlier_alarm_leaves_the_new_one_alone():
    morning = Morning()
    morning.hears(10, "sirens", says("alarm", where=KYIV))
    morning.hears(11, "sirens", says("alarm-over", where=KYIV), stated=5)
    assert ("official", KYIV) in morning.alerts()


def test_r14_no_alarm_ends_by_time_however_long_it_lasts():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=CHERNIHIV))
    morning.waits(60 * 24 * 30)
    assert ("official", CHERNIHIV) in morning.alerts()
    assert state(morning, CHERNIHIV, 60 * 24 * 30).state == "STALE"
    assert state(morning, CHERNIHIV, 60 * 24 * 30).last_state == "ACTIVE"


def test_r16_a_parent_is_what_its_children_are():
    morning = Morning()
    raions = [c for c in bundled().places.children(CHERNIHIV) if bundled().places.ref(c).level == "raion"]
    morning.hears(0, "sirens", *(says("alarm", where=c) for c in raions[:1]))
    assert state(morning, CHERNIHIV, 0).state == "PARTLY"
    morning.hears(1, "sirens", *(says("alarm", where=c) for c in raions[1:]))
    assert state(morning, CHERNIHIV, 1).state == "ACTIVE"
    morning.hears(2, "sirens", says("alarm-over", where=raions[0]))
    assert state(morning, CHERNIHIV, 2).state == "PARTLY"
    morning.hears(3, "sirens", *(says("alarm-over", where=c) for c in raions[1:]))
    assert state(morning, CHERNIHIV, 3).state == "CLEAR"


def test_an_oblasts_end_leaves_the_alarm_of_a_raion_that_was_declared_apart():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV_OBLAST))
    morning.hears(1, "sirens", says("alarm", where=BROVARY_RAION))
    morning.hears(2, "sirens", says("alarm-over", where=KYIV_OBLAST))
    assert state(morning, BROVARY_RAION, 2).state == "ACTIVE"
    assert state(morning, KYIV_OBLAST, 2).state == "PARTLY"


def test_the_end_for_the_whole_country_is_one_for_every_area():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KHARKIV), says("alarm", where=BROVARY_RAION))
    morning.hears(2, "sirens", says("alarm-over", where="UA"))
    assert not morning.alerts()


def test_a_part_that_its_authority_ended_is_out_of_the_whole():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV_OBLAST))
    morning.hears(1, "sirens", says("alarm-over", where=BROVARY_RAION))
    assert state(morning, BROVARY_RAION, 1).state == "CLEAR"
    assert state(morning, KYIV_OBLAST, 1).state == "PARTLY"


def test_a_citys_end_takes_its_share_out_of_a_nationwide_alarm():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where="UA"))
    assert len(morning.alerts()) == 27
    morning.hears(1, "sirens", says("alarm-over", where=KYIV))
    assert len(morning.alerts()) == 26
    morning.hears(2, "sirens", says("alarm-over", where="UA"))
    assert not morning.alerts()


def test_r16_an_area_that_nobody_drives_is_not_covered():
    morning = Morning(world_without_the_country())
    assert state(morning, KHARKIV, 0).state == "NOT_COVERED"
    assert state(morning, KYIV, 0).state == "UNKNOWN"


def world_without_the_country():
    from msgspec.structs import replace

    from by_hand import REGISTER, world

    base = world()
    kept = {k: v for k, v in REGISTER.items() if v.declares == (KYIV,)}
    return replace(base, register=kept)


def test_r10_a_polled_source_that_froze_makes_its_area_stale():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.hears(0, "polled", says("alarm-over", where=CHERNIHIV))
    assert state(morning, CHERNIHIV, 0.4).state == "CLEAR"
    assert state(morning, CHERNIHIV, 0.6).state == "STALE"
    changes = morning.state.advance(at(0.6))
    assert [(c.fact.noun.area, c.fact.noun.state) for c in changes] == [(CHERNIHIV, "STALE")]


def test_r33_a_clear_state_says_until_when_it_may_be_believed():
    morning = Morning()
    morning.hears(0, "polled", says("alarm-over", where=CHERNIHIV))
    shown = state(morning, CHERNIHIV, 0.2)
    assert shown.valid_until == at(0.5)


@pytest.mark.parametrize("tense", ["past", "expected"])
def test_only_an_alarm_of_now_is_one(tense):
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV, tense=tense))
    assert not morning.alerts()


def test_r17_an_alarm_type_that_nobody_knows_is_an_alarm_all_the_same():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV, alarm_type="meteorite"))
    (alert,) = morning.state.alerts()
    assert alert.kind == "meteorite"
    assert alert.instruction


def test_an_edit_that_names_another_area_corrects_the_first():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KHARKIV), report="a")
    step = morning.hears(1, "sirens", says("alarm", where=CHERNIHIV), replaces="a")
    assert told(step.changes) == [
        "raise official Chernihiv Oblast no level",
        "revoke official Kharkiv Oblast no level",
    ]


def test_an_edit_that_says_the_same_changes_nothing():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KHARKIV), report="a")
    step = morning.hears(1, "sirens", says("alarm", where=KHARKIV), replaces="a")
    assert not told(step.changes)


def test_a_deleted_message_is_no_all_clear():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KHARKIV), report="a")
    morning.hears(0, "city-sirens", says("alarm", where=KYIV))
    morning.deletes(1, "sirens", "a")
    assert ("official", KHARKIV) in morning.alerts()


def test_a_report_that_was_taken_back_before_it_came_says_as_little_as_one_taken_back_after():
    morning = Morning()
    morning.deletes(0, "air-force", "a")
    step = morning.hears(1, "air-force", says("inbound", "shahed-136", where=KHARKIV), report="a")
    assert not told(step.changes)
    morning.hears(2, "sirens", says("alarm", where=KYIV), replaces="b")
    morning.hears(3, "sirens", says("alarm", where=KHARKIV), report="b", stated=1)
    assert morning.alerts().keys() == {("official", KYIV)}


def test_an_all_clear_that_is_taken_back_raises_again():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KHARKIV))
    morning.hears(5, "sirens", says("alarm-over", where=KHARKIV), report="b")
    morning.deletes(6, "sirens", "b")
    (alert,) = morning.state.alerts()
    assert alert.valid.start == at(0)


def test_an_alarm_that_was_a_mistake_is_revoked_and_stays_on_record():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KHARKIV))
    step = morning.hears(1, "sirens", says("alarm", where=KHARKIV, stance="denies", corrects=True))
    assert told(step.changes) == ["revoke official Kharkiv Oblast no level"]
    assert step.changes[-1].fact.noun.ending == "mistake"


def test_the_same_report_twice_counts_once():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KHARKIV), report="a", text="one")
    step = morning.hears(1, "sirens", says("alarm", where=KHARKIV), report="a", text="one")
    assert not step.changes
    assert not step.problems


def test_another_text_under_the_same_id_is_a_problem_and_changes_nothing():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KHARKIV), report="a", text="one")
    step = morning.hears(1, "sirens", says("alarm-over", where=KHARKIV), report="a", text="two")
    assert step.problems
    assert ("official", KHARKIV) in morning.alerts()


@pytest.mark.parametrize("days", [-20000, 9000])
def test_a_report_dated_far_away_raises_nothing_and_says_why(days):
    morning = Morning()
    step = morning.hears(0, "sirens", says("alarm", where=KYIV), stated=days * 1440.0)
    assert step.problems
    assert not morning.alerts()


@pytest.mark.parametrize("skew", [-60, 60])
def test_a_clock_that_is_an_hour_off_stops_no_alarm_and_no_end(skew):
    morning = Morning()
    morning.hears(100, "sirens", says("alarm", where=KYIV), stated=100 + skew)
    assert ("official", KYIV) in morning.alerts()
    morning.hears(110, "sirens", says("alarm-over", where=KYIV), stated=110 + skew)
    assert not morning.alerts()


@pytest.mark.parametrize(("stated", "level"), [("yellow", "yellow"), ("red", "red"), ("mauve", None)])
def test_r17_a_level_that_the_authority_states_is_relayed_and_an_unknown_one_is_none(stated, level):
    morning = Morning()
    structured = f'{{"kind": "alarm", "level": "{stated}"}}'
    morning.hears(0, "sirens", says("alarm", where=KYIV), structured=structured)
    assert morning.alerts() == {("official", KYIV): level}


def test_an_authority_that_states_another_level_later_revises_it():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV), structured='{"level": "yellow"}')
    step = morning.hears(5, "sirens", says("alarm", where=KYIV), structured='{"level": "red"}')
    assert told(step.changes) == ["revise official Kyiv red"]
    step = morning.hears(9, "sirens", says("alarm", where=KYIV), structured="no json at all")
    assert told(step.changes) == []


def test_an_alarms_verbs_are_raise_and_clear_and_nothing_else():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV), report="a")
    morning.hears(1, "city-sirens", says("alarm", where=KYIV))
    morning.deletes(2, "sirens", "a")
    morning.orders(3, "olena", "quarantine", "sirens")
    morning.hears(4, "city-sirens", says("alarm-over", where=KYIV))
    verbs = {c.fact.verb for s in morning.steps for c in s.changes if c.fact.type == "alarm"}
    assert verbs == {"raise", "clear"}


def test_r15_another_channel_of_the_same_authority_is_no_second_source():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.hears(1, "sirens-copy", says("alarm", where=KYIV))
    assert morning.state.alerts()[0].unconfirmed


def test_calm_has_a_since_and_so_has_a_part():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    assert state(morning, KYIV, 1).since == at(0)
    morning.hears(5, "sirens", says("alarm-over", where=KYIV))
    shown = state(morning, KYIV, 6)
    assert (shown.state, shown.since) == ("CLEAR", at(5))
    assert state(morning, CHERNIHIV, 6).since is None
