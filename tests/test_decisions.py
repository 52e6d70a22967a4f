"""Decisions: two layers that never mix, endings that mean what they say, orders that need two persons."""

import msgspec

from by_hand import (
    ALL,
    BROVARY,
    BROVARY_RAION,
    BRYANSK,
    CHERNIHIV,
    KHARKIV,
    KYIV,
    KYIV_OBLAST,
    ODESA,
    Morning,
    at,
    bundled,
    says,
    told,
    world,
)
from tocsin.decisions.explain import explain
from tocsin.model import Adoption, Entry, Source

RAION = bundled().places.ref(BROVARY_RAION).names["en"]


def test_r31_channels_alone_are_unofficial_and_never_red():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "ballistic", toward=KYIV))
    morning.hears(1, "channel-two", says("inbound", "ballistic", toward=KYIV))
    (alert,) = morning.state.alerts()
    assert (alert.layer, alert.level, alert.unofficial) == ("warning", "yellow", True)


def test_r31_a_policy_cannot_make_channels_red():
    base = world()
    rules = tuple(msgspec.structs.replace(r, level="red") for r in base.policy.rules)
    loud = msgspec.structs.replace(base, policy=msgspec.structs.replace(base.policy, rules=rules))
    morning = Morning(loud)
    morning.hears(0, "channel-one", says("inbound", "drone", where=KYIV))
    assert morning.alerts() == {("warning", KYIV): "yellow"}


def test_the_air_forces_word_makes_a_channels_warning_official_and_red_at_once():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "ballistic", toward=KYIV))
    step = morning.hears(1, "air-force", says("inbound", "ballistic", toward=KYIV))
    assert told(step.changes) == ["revise warning Kyiv red"]
    (alert,) = morning.state.alerts()
    assert not alert.unofficial


def test_a_place_that_only_a_channel_named_stays_unofficial():
    morning = Morning()
    morning.hears(0, "air-force", says("danger", "ballistic", origin=BRYANSK))
    morning.hears(1, "channel-one", says("launch", "ballistic", origin=BRYANSK, toward=KYIV))
    assert morning.alerts() == {("warning", KYIV): "yellow"}


def test_drones_alert_the_raion_missiles_the_oblast():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "shahed-136", where=BROVARY))
    assert morning.alerts() == {("warning", BROVARY_RAION): "yellow"}
    morning.hears(1, "air-force", says("inbound", "kh-101", where=BROVARY))
    assert morning.alerts()[("warning", KYIV_OBLAST)] == "red"
    assert morning.alerts()[("warning", BROVARY_RAION)] == "yellow"


def test_where_the_official_alert_stands_its_level_becomes_known_and_no_warning_joins_it():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    step = morning.hears(1, "air-force", says("inbound", "ballistic", toward=KYIV))
    assert told(step.changes) == ["revise official Kyiv red"]
    assert morning.alerts() == {("official", KYIV): "red"}


def test_channels_change_nothing_of_an_official_alert():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    step = morning.hears(1, "channel-one", says("inbound", "drone", where=KYIV))
    assert told(step.changes) == ["withhold official-alert-stands"]
    assert morning.alerts() == {("official", KYIV): None}


def test_yellow_becomes_red_at_once_and_red_yellow_only_by_a_word():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=KYIV))
    step = morning.hears(1, "air-force", says("inbound", "ballistic", toward=KYIV))
    assert told(step.changes) == ["revise warning Kyiv red"]
    morning.hears(10, "air-force", says("inbound", "drone", where=KYIV))
    assert morning.waits(40) == []
    assert morning.alerts() == {("warning", KYIV): "red"}


def test_an_authoritys_word_lowers_the_level_to_what_is_left():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=KYIV))
    morning.hears(1, "air-force", says("inbound", "ballistic", toward=KYIV))
    step = morning.hears(5, "air-force", says("danger-over", "ballistic"))
    assert told(step.changes) == ["revise warning Kyiv yellow"]


def test_an_official_alert_is_not_ended_by_the_end_of_its_cause():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.hears(1, "air-force", says("inbound", "ballistic", toward=KYIV))
    morning.hears(5, "air-force", says("danger-over", "ballistic"))
    assert morning.alerts() == {("official", KYIV): None}


def test_a_citys_all_clear_ends_its_share_of_a_nationwide_warning():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.hears(1, "air-force", says("takeoff", "mig-31k", where=ALL))
    morning.hears(20, "sirens", says("alarm-over", where=KYIV))
    assert len(morning.alerts()) == 26
    morning.hears(21, "channel-one", says("takeoff", "mig-31k"))
    assert not any(area == KYIV for _, area in morning.alerts())
    morning.hears(22, "air-force", says("takeoff", "mig-31k", where=ALL))
    assert morning.alerts()[("warning", KYIV)] == "red"


def test_a_warning_that_stood_first_ends_with_the_official_all_clear():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=KYIV))
    morning.hears(3, "sirens", says("alarm", where=KYIV))
    step = morning.hears(20, "sirens", says("alarm-over", where=KYIV))
    assert sorted(told(step.changes)) == ["clear official Kyiv no level", "clear warning Kyiv yellow"]


def test_r21_explosions_where_nothing_stands_are_a_possible_attack_at_once():
    morning = Morning()
    step = morning.hears(0, "reporter", says("explosion", where=KYIV))
    assert told(step.changes) == ["raise warning Kyiv yellow"]
    (alert,) = morning.state.alerts()
    assert (alert.rule, alert.unofficial) == ("possible-attack", True)
    assert told(morning.hears(1, "mayor", says("explosion", where=KYIV)).changes) == [
        "revise warning Kyiv red"
    ]


def test_r21_explosions_under_a_standing_alert_raise_nothing_more():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    step = morning.hears(1, "reporter", says("explosion", where=KYIV))
    assert told(step.changes) == []


def test_r26_three_endings_have_three_wordings():
    morning = Morning()
    morning.hears(
        0, "air-force", says("danger", "ballistic", where=ODESA), says("inbound", "drone", where=KYIV)
    )
    morning.hears(0, "channel-one", says("inbound", "drone", where=CHERNIHIV), report="a")
    endings = {}
    for step in (
        morning.hears(5, "air-force", says("danger-over", "ballistic")),
        morning.hears(6, "air-force", says("danger-over", "drone", where=KYIV)),
        morning.deletes(7, "channel-one", "a"),
    ):
        for change in step.changes:
            if change.fact.type == "alert" and change.fact.verb in ("clear", "revoke"):
                endings[change.fact.noun.area.code] = (change.fact.verb, change.fact.noun.ending)
    assert endings == {
        ODESA: ("clear", "did-not-come"),
        KYIV: ("clear", "over"),
        CHERNIHIV: ("revoke", "mistake"),
    }


def test_r32_an_all_clear_against_fresh_reports_is_contradicted_until_a_second_voice():
    morning = Morning()
    morning.hears(0, "city-sirens", says("alarm", where=KYIV))
    morning.hears(5, "air-force", says("inbound", "ballistic", toward=KYIV))
    step = morning.hears(8, "city-sirens", says("alarm-over", where=KYIV))
    assert told(step.changes) == ["clear official Kyiv red", "raise warning Kyiv red"]
    state = morning.state.area_state(KYIV, at(8))
    assert (state.contradicted, state.state, state.last_state) == (True, "UNKNOWN", "ACTIVE")
    morning.hears(9, "mayor", says("alarm-over", where=KYIV))
    state = morning.state.area_state(KYIV, at(9))
    assert (state.contradicted, state.state) == (False, "CLEAR")


def test_r32_the_word_of_who_reported_it_confirms_the_all_clear():
    morning = Morning()
    morning.hears(0, "city-sirens", says("alarm", where=KYIV))
    morning.hears(5, "air-force", says("inbound", "ballistic", toward=KYIV))
    morning.hears(8, "city-sirens", says("alarm-over", where=KYIV))
    morning.hears(9, "air-force", says("danger-over", "ballistic"))
    assert not morning.state.area_state(KYIV, at(9)).contradicted
    assert not morning.alerts()


def test_r32_old_reports_contradict_nothing():
    morning = Morning()
    morning.hears(0, "city-sirens", says("alarm", where=KYIV))
    morning.hears(5, "air-force", says("inbound", "ballistic", toward=KYIV))
    morning.hears(16, "city-sirens", says("alarm-over", where=KYIV))
    assert not morning.state.area_state(KYIV, at(16)).contradicted


def test_a_mig_on_the_word_of_channels_alone_is_withheld_with_its_reason():
    morning = Morning()
    step = morning.hears(0, "channel-one", says("takeoff", "mig-31k"))
    assert told(step.changes) == ["withhold channels-may-not-warn-here"]


def test_r7_a_hazard_without_a_place_is_never_widened():
    morning = Morning()
    step = morning.hears(0, "air-force", says("danger", "ballistic", origin=BRYANSK))
    assert told(step.changes) == ["withhold no-area-stated"]
    assert not morning.alerts()


def test_r17_a_weapon_that_nobody_knows_makes_a_generic_warning():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "gravity-hammer", where=ODESA))
    (alert,) = morning.state.alerts()
    assert (alert.rule, alert.level) == ("generic", None)


def test_a_repeat_that_adds_nothing_revises_nothing():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=BROVARY))
    assert told(morning.hears(5, "air-force", says("inbound", "drone", where=BROVARY)).changes) == []
    step = morning.hears(50, "air-force", says("inbound", "drone", where=BROVARY))
    assert told(step.changes) == [f"revise warning {RAION} yellow"]


# --- orders -------------------------------------------------------------------


def test_r1_one_person_raises_a_raion_alone():
    morning = Morning()
    step = morning.orders(0, "olena", "raise", BROVARY_RAION, level="red")
    assert told(step.changes) == [f"raise official {RAION} red"]


def test_r1_a_raise_above_one_raion_needs_a_second_person():
    morning = Morning()
    step = morning.orders(0, "olena", "raise", ODESA)
    assert told(step.changes) == ["withhold needs-a-second-person"]
    again = morning.orders(1, "olena", "approve", "order:1")
    assert again.problems
    assert not morning.alerts()
    step = morning.orders(2, "petro", "approve", "order:1")
    assert told(step.changes) == ["raise official Odesa Oblast no level"]


def test_r1_every_manual_clear_needs_a_second_person():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.orders(1, "olena", "clear", KYIV)
    assert morning.alerts()
    morning.orders(2, "petro", "approve", "order:2")
    assert not morning.alerts()


def test_r1_who_raised_revokes_alone_and_at_once():
    morning = Morning()
    morning.orders(0, "olena", "raise", BROVARY_RAION)
    step = morning.orders(1, "olena", "revoke", BROVARY_RAION)
    assert told(step.changes) == [f"revoke official {RAION} no level"]
    morning.orders(2, "olena", "raise", BROVARY_RAION)
    morning.orders(3, "petro", "revoke", BROVARY_RAION)
    assert morning.alerts()


def test_an_operators_revoke_leaves_what_an_authority_declared():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=BROVARY_RAION))
    morning.orders(1, "olena", "raise", BROVARY_RAION)
    morning.orders(2, "olena", "revoke", BROVARY_RAION)
    assert ("official", BROVARY_RAION) in morning.alerts()


def test_r7_an_order_for_an_area_that_nobody_knows_is_refused():
    morning = Morning()
    step = morning.orders(0, "olena", "raise", "UA-NOWHERE")
    assert step.problems
    assert not step.changes


def test_r19_a_quarantined_source_takes_what_rests_on_it_along_and_is_not_heard_again():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=ODESA))
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    step = morning.orders(1, "olena", "quarantine", "channel-one", why="taken over")
    assert "revoke warning Odesa Oblast yellow" in told(step.changes)
    step = morning.hears(2, "channel-one", says("inbound", "drone", where=ODESA))
    assert told(step.changes) == ["withhold source-quarantined"]
    step = morning.orders(3, "olena", "quarantine", "sirens", why="taken over")
    assert "revise official Kyiv no level" in told(step.changes)
    assert ("official", KYIV) in morning.alerts()
    assert morning.state.area_state(KYIV, at(3)).official[0].unconfirmed


def test_an_unknown_order_is_a_problem_and_no_change():
    morning = Morning()
    step = morning.orders(0, "olena", "frobnicate", KYIV)
    assert step.problems
    assert not step.changes


# --- adoptions, failures, explanations ------------------------------------------


def test_a_policy_with_an_error_leaves_the_old_one_in_force():
    morning = Morning()
    body = '[policy]\nname = "worse"\n[[rule]]\nid = "a"\nscope = "galaxy"\nlinger = 0\n'
    entry = Entry(
        number=1, recorded_at=at(0), body=Adoption(kind="policy", digest="x", version="2", body=body)
    )
    step = morning.state.step(entry)
    assert len(step.problems) >= 2
    assert morning.state.policy.name == "ua"


def test_a_new_register_is_in_force_from_its_entry_on():
    morning = Morning()
    body = '[new-sirens]\nname = "New sirens"\nkind = "alarm-service"\nreliability = "A"\ndeclares = ["UA"]\n'
    entry = Entry(
        number=1, recorded_at=at(0), body=Adoption(kind="sources", digest="x", version="2", body=body)
    )
    morning.entries.append(entry)
    assert not morning.state.step(entry).problems
    morning.hears(1, "new-sirens", says("alarm", where=KYIV))
    assert ("official", KYIV) in morning.alerts()


def test_a_step_that_breaks_leaves_the_state_as_it_was_and_the_next_goes_on(monkeypatch):
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    before = (morning.alerts(), morning.state.digest, morning.state.next_deadline())
    decide = morning.state.decider.decide

    def broken(facts, heard, when):
        decide(facts, heard, when)
        raise RuntimeError("a broken invariant")

    with monkeypatch.context() as patch:
        patch.setattr(morning.state.decider, "decide", broken)
        entry = Entry(number=2, recorded_at=at(1), body=morning.entries[0].body)
        entry = msgspec.structs.replace(entry, body=msgspec.structs.replace(entry.body, id="x"))
        morning.hand.claims["sirens", "x"] = (
            msgspec.structs.replace(
                morning.hand.claims["sirens", "r1"][0], id="sirens:x#1", kind="alarm-over"
            ),
        )
        step = morning.state.step(entry)
    assert step.failed
    assert morning.state.degraded
    assert (morning.alerts(), morning.state.digest, morning.state.next_deadline()) == before
    morning.entries.append(entry)
    morning.hears(2, "sirens", says("alarm-over", where=KYIV))
    assert not morning.alerts()


def test_every_alert_leads_to_its_rule_and_to_the_words():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.hears(1, "air-force", says("inbound", "ballistic", toward=KYIV))
    (alert,) = morning.state.alerts()
    pairs = list(zip(morning.entries, morning.steps, strict=True))
    found = explain(alert.id, pairs, [morning.state.policy])
    assert [m.verb for m in found.moments] == ["raise", "revise"]
    assert found.moments[1].rule == "ballistic"
    assert found.moments[1].rule_why
    assert [w.claim.id for w in found.moments[1].words] == ["air-force:r2#1"]
    assert explain("nothing-of-the-kind", pairs, [morning.state.policy]) is None


def test_why_it_did_not_sound_has_an_answer():
    morning = Morning()
    morning.hears(0, "channel-one", says("takeoff", "mig-31k"))
    pairs = list(zip(morning.entries, morning.steps, strict=True))
    found = explain("channel-one:r1#1", pairs, [morning.state.policy])
    withheld = [m for m in found.moments if m.verb == "withhold"]
    assert withheld[0].why == "channels alone may not warn of this"


def test_unknown_sources_are_read_and_raise_nothing():
    morning = Morning()
    morning.hears(0, "nobody-knows-me", says("inbound", "ballistic", toward=KHARKIV))
    assert not morning.alerts()
    assert Source(id="x", name="x").reliability == "F"
    assert bundled().policy is not None


def test_a_warning_beside_an_official_alert_never_outlives_its_own_time():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=KYIV))
    morning.hears(3, "sirens", says("alarm", where=KYIV))
    for minute in (50, 100, 150):
        morning.hears(minute, "air-force", says("inbound", "drone", where=KYIV))
        for alert in morning.state.alerts():
            assert alert.lapses_at is None or alert.lapses_at > at(minute)


def test_r31_what_channels_say_never_prolongs_an_authoritys_red():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "ballistic", toward=KYIV))
    morning.hears(5, "channel-one", says("inbound", "drone", where=KYIV))
    assert morning.alerts() == {("warning", KYIV): "red"}
    assert morning.waits(16) == ["lapse warning Kyiv red", "raise warning Kyiv yellow"]
    assert morning.state.alerts()[0].unofficial
