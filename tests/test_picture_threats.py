"""Threats: what sources say of one hazard becomes one, and what they say of two stays two."""

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
    SUMY,
    Morning,
    at,
    says,
    told,
)


def threats(morning):
    return morning.state.threats.view()


def closing(step):
    return [c.fact.why for c in step.changes if c.fact.type == "threat" and c.fact.verb == "close"]


def test_two_words_for_one_missile_are_one_threat():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "high-speed-target", toward=KYIV))
    morning.hears(1, "channel-one", says("inbound", "ballistic", toward=KYIV))
    (threat,) = threats(morning)
    assert threat.weapon == "ballistic"
    assert threat.origins == 2
    assert threat.credibility == 1


def test_drones_over_two_raions_are_two_threats():
    morning = Morning()
    morning.hears(
        0,
        "air-force",
        says("inbound", "shahed-136", where=BROVARY),
        says("inbound", "shahed-136", where=SUMY),
    )
    assert len(threats(morning)) == 2


def test_missiles_toward_two_oblasts_are_two_threats():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "cruise", where=ODESA))
    morning.hears(1, "air-force", says("inbound", "cruise", where=KHARKIV))
    assert len(threats(morning)) == 2


def test_opposite_headings_are_two_threats():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=SUMY, heading="W"))
    morning.hears(1, "air-force", says("inbound", "drone", where=SUMY, heading="E"))
    assert len(threats(morning)) == 2


def test_one_more_the_same_way_is_a_second_threat_with_the_firsts_places():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=BROVARY, heading="S"))
    morning.hears(1, "channel-one", says("inbound", continues=True, count=1))
    first, second = threats(morning)
    assert second.weapon == "drone"
    assert second.areas == first.areas


def test_a_continuation_moves_the_channels_own_thread():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=CHERNIHIV))
    morning.hears(0, "channel-two", says("inbound", "drone", where=ODESA))
    morning.hears(3, "channel-one", says("inbound", where=KYIV_OBLAST, continues=True))
    assert sorted(t.areas[0].code for t in threats(morning)) == sorted((KYIV_OBLAST, ODESA))


def test_a_reply_speaks_of_what_it_answers():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "cruise", where=CHERNIHIV), report="a")
    morning.hears(1, "channel-one", says("inbound", "drone", where=ODESA), report="b")
    morning.hears(2, "channel-one", says("inbound", where=KYIV_OBLAST, continues=True), reply_to="a")
    assert {t.weapon: t.areas[0].code for t in threats(morning)} == {"cruise": KYIV_OBLAST, "drone": ODESA}


def test_a_coarser_word_for_the_same_place_takes_nothing_away():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=BROVARY))
    morning.hears(1, "channel-one", says("inbound", "drone", where=KYIV_OBLAST))
    (threat,) = threats(morning)
    assert threat.areas[0].code == BROVARY


def test_forwards_and_copies_count_once():
    text = "Зараз на місто летить кілька ударних безпілотників з північного сходу, будьте в укриттях"
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=KYIV), text=text)
    morning.hears(1, "channel-two", says("inbound", "drone", where=KYIV), text=text + "!")
    morning.hears(2, "reporter", says("inbound", "drone", where=KYIV), forwarded_from="channel-one")
    (threat,) = threats(morning)
    assert threat.origins == 1
    assert len(threat.sources) == 3


def test_r5_a_channel_that_quotes_the_air_force_is_not_its_feed():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=KYIV, by="air-force"))
    (threat,) = threats(morning)
    assert not threat.official


def test_a_mig_and_its_missile_danger_in_one_breath_are_one_threat():
    morning = Morning()
    morning.hears(0, "air-force", says("danger", "missile", where=ALL), says("takeoff", "mig-31k", where=ALL))
    (threat,) = threats(morning)
    assert (threat.kind, threat.weapon) == ("takeoff", "mig-31k")


def test_the_air_forces_word_ends_the_threat_of_a_mig():
    morning = Morning()
    morning.hears(0, "air-force", says("takeoff", "mig-31k", where=ALL))
    morning.hears(1, "channel-one", says("takeoff", "mig-31k"))
    step = morning.hears(30, "air-force", says("danger-over", "mig-31k", where=ALL))
    assert closing(step) == ["said-to-be-over"]
    assert not threats(morning)


def test_r13_a_channel_ends_only_what_channels_said():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "ballistic", toward=KYIV))
    morning.hears(1, "channel-one", says("inbound", "ballistic", toward=KYIV))
    morning.hears(2, "channel-two", says("inbound", "drone", where=ODESA))
    morning.hears(5, "channel-one", says("danger-over", "ballistic", partial=True))
    (ballistic, drone) = sorted(threats(morning), key=lambda t: t.weapon)
    assert ballistic.sources == ("air-force",)
    assert ballistic.against == ("channel-one:r4#1",)
    assert drone.weapon == "drone"
    morning.hears(6, "channel-two", says("danger-over", "drone", where=ODESA))
    assert [t.weapon for t in threats(morning)] == ["ballistic"]


def test_one_channel_does_not_end_what_another_still_says():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=KYIV))
    morning.hears(1, "channel-two", says("inbound", "drone", where=KYIV))
    morning.hears(2, "channel-one", says("danger-over", "drone", where=KYIV))
    (threat,) = threats(morning)
    assert threat.sources == ("channel-two",)


def test_an_end_of_one_weapon_leaves_the_others():
    morning = Morning()
    morning.hears(
        0, "air-force", says("inbound", "ballistic", toward=KYIV), says("inbound", "drone", where=KYIV)
    )
    morning.hears(5, "air-force", says("danger-over", "ballistic"))
    assert [t.weapon for t in threats(morning)] == ["drone"]


def test_an_end_for_one_area_takes_only_that_areas_share():
    morning = Morning()
    morning.hears(0, "air-force", says("danger", "missile", where=ALL))
    step = morning.hears(5, "air-force", says("danger-over", "missile", where=ODESA))
    assert len(threats(morning)) == 1
    assert [w for w in told(step.changes) if not w.startswith("withhold")] == [
        "clear warning Odesa Oblast red"
    ]


def test_what_is_lost_is_not_over():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=BROVARY))
    morning.hears(5, "air-force", says("lost", "drone", where=BROVARY))
    (threat,) = threats(morning)
    assert threat.status == "lost"
    assert ("warning", BROVARY_RAION) in morning.alerts()


def test_shooting_down_reduces_the_count_and_the_last_one_ends_it():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=BROVARY, count=3))
    morning.hears(5, "air-force", says("interception", "drone", where=BROVARY, count=2))
    (threat,) = threats(morning)
    assert threat.count.max == 1
    morning.hears(6, "air-force", says("interception", "drone", where=BROVARY, count=1))
    assert not threats(morning)


def test_a_minus_of_an_unknown_number_ends_nothing():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=BROVARY))
    morning.hears(5, "air-force", says("interception", "drone", where=BROVARY))
    assert len(threats(morning)) == 1


def test_a_take_off_that_was_not_confirmed_is_taken_back_and_may_come_again():
    morning = Morning()
    morning.hears(0, "air-force", says("takeoff", "mig-31k", where=ALL))
    step = morning.hears(3, "air-force", says("takeoff", "mig-31k", stance="denies", corrects=True))
    assert closing(step) == ["not-confirmed"]
    assert "revoke warning Odesa Oblast red" in told(step.changes)
    morning.hears(6, "air-force", says("takeoff", "mig-31k", where=ALL, count=1))
    assert len(morning.alerts()) == 27


def test_a_threat_lapses_when_nobody_renews_it_and_never_reads_as_clear():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "ballistic", toward=KHARKIV))
    lapsed = morning.waits(15)
    assert lapsed == ["lapse warning Kharkiv Oblast red"]
    assert morning.state.area_state(KHARKIV, at(15)).state == "UNKNOWN"


def test_renewal_moves_the_deadline():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "ballistic", toward=KHARKIV))
    morning.hears(14, "air-force", says("inbound", "ballistic", toward=KHARKIV))
    assert morning.waits(28) == []
    assert morning.waits(29) == ["lapse warning Kharkiv Oblast red"]


def test_yesterdays_and_tomorrows_missiles_are_no_threat():
    morning = Morning()
    step = morning.hears(
        0,
        "air-force",
        says("launch", "ballistic", where=KYIV, tense="past"),
        says("danger", "cruise", where=KYIV, tense="expected"),
    )
    assert told(step.changes) == ["withhold past", "withhold forecast"]
    assert not threats(morning)


def test_a_launch_told_hours_later_is_too_late_to_warn():
    morning = Morning()
    step = morning.hears(300, "air-force", says("launch", "ballistic", where=KYIV), stated=0)
    assert told(step.changes) == ["withhold too-late"]


def test_a_deleted_report_takes_its_word_back():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=ODESA), report="a")
    step = morning.deletes(1, "channel-one", "a")
    assert "revoke warning Odesa Oblast yellow" in told(step.changes)


def test_an_edit_of_the_place_moves_the_warning():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=ODESA), report="a")
    step = morning.hears(1, "air-force", says("inbound", "drone", where=SUMY), replaces="a")
    assert sorted(told(step.changes)) == [
        "raise warning Sumy Oblast yellow",
        "revoke warning Odesa Oblast yellow",
    ]


def test_a_source_that_repeats_itself_adds_nothing():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=ODESA))
    step = morning.hears(0.5, "channel-one", says("inbound", "drone", where=ODESA))
    assert not step.changes


def test_r36_earliest_arrival_is_a_bound_and_unknown_without_a_beginning():
    morning = Morning()
    morning.hears(0, "air-force", says("launch", "ballistic", origin=BRYANSK, toward=KYIV))
    morning.hears(1, "air-force", says("inbound", "cruise", toward=ODESA))
    ballistic, cruise = sorted(threats(morning), key=lambda t: t.weapon)
    assert at(2) < ballistic.earliest_arrival[KYIV] < at(12)
    assert cruise.earliest_arrival == {}


def test_a_forbidding_denial_by_an_authority_lowers_belief_in_channels():
    morning = Morning()
    morning.hears(0, "channel-one", says("launch", "ballistic", where=KYIV))
    morning.hears(1, "air-force", says("launch", "ballistic", where=KYIV, stance="denies"))
    assert not threats(morning)


def test_a_flood_of_one_poor_source_raises_nothing_and_keeps_the_state_small():
    morning = Morning()
    for number in range(300):
        morning.hears(
            number / 300, "gossip", says("inbound", "drone", where=(BROVARY, SUMY, ODESA)[number % 3])
        )
    assert not morning.alerts()
    assert len(threats(morning)) <= 3


def test_two_named_weapons_of_one_class_are_called_by_their_class():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "shahed-136", where=BROVARY))
    morning.hears(1, "channel-two", says("inbound", "molniya", where=BROVARY))
    (threat,) = threats(morning)
    assert threat.weapon == "drone"


def test_a_list_of_places_under_one_heading_shares_the_class_alone():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "molniya", where=SUMY))
    morning.hears(1, "channel-one", says("inbound", where=ODESA, continues=True, count=25))
    assert sorted(t.weapon for t in threats(morning)) == ["drone", "molniya"]


def test_an_authority_that_copies_anothers_words_speaks_for_itself_and_adds_no_origin():
    text = "Група ударних безпілотників рухається з півночі на столицю, залишайтеся в укриттях до відбою"
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=KYIV), text=text)
    morning.hears(1, "mayor", says("inbound", "drone", where=KYIV), text=text)
    (threat,) = threats(morning)
    assert threat.official
    assert threat.origins == 1
