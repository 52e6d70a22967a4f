"""Incidents: by place, time and object; confirmed, contained, withdrawn with a reason."""

from __future__ import annotations

from record_words import Morning, at, claim, place


def test_debris_in_four_districts_is_four_incidents():
    morning = Morning()
    morning.say("07:44", "city-admin", claim("debris", "hol", "sol", "shev", "dni"))
    assert [each.area.code for each in morning.incidents()] == ["hol", "sol", "shev", "dni"] or sorted(
        each.area.code for each in morning.incidents()
    ) == ["dni", "hol", "shev", "sol"]
    assert len({each.id for each in morning.incidents()}) == 4


def test_two_hits_an_hour_apart_on_one_house_stay_two():
    morning = Morning()
    morning.say("07:10", "mayor", claim("impact", "hol", hit="residential"))
    morning.say("08:10", "mayor", claim("impact", "hol", hit="residential"))
    assert len(morning.incidents(area="hol")) == 2


def test_the_same_hit_told_again_within_minutes_stays_one_and_is_confirmed():
    morning = Morning()
    morning.say("07:10", "channel", claim("impact", "hol"))
    assert morning.incidents()[0].status == "reported"
    morning.say("07:20", "paper", claim("impact", "hol", hit="residential"))
    (incident,) = morning.incidents()
    assert (incident.status, incident.objects, incident.sources) == (
        "confirmed",
        ("residential",),
        ("channel", "paper"),
    )


def test_a_quotation_of_the_same_word_confirms_nothing():
    morning = Morning()
    morning.say("07:10", "channel", claim("impact", "hol"))
    morning.say("07:12", "paper", claim("impact", "hol", by="channel"))
    assert morning.incidents()[0].status == "reported"


def test_a_preliminary_word_of_an_authority_is_a_report_and_its_plain_word_confirms():
    morning = Morning()
    morning.say("07:31", "city-admin", claim("debris", "hol", hedged=True))
    assert (morning.incidents()[0].status, morning.incidents()[0].hedged) == ("reported", True)
    morning.say("07:36", "mayor", claim("debris", "hol"), claim("fire", "hol", hit="vehicle"))
    (incident,) = morning.incidents()
    assert (incident.status, incident.kinds, incident.objects) == (
        "confirmed",
        ("debris", "fire"),
        ("vehicle",),
    )


def test_another_object_in_the_district_is_another_incident():
    morning = Morning()
    morning.say("07:36", "mayor", claim("fire", "hol", hit="vehicle"))
    morning.say("07:52", "mayor", claim("damage", "hol", hit="heating-main"))
    assert [each.objects for each in morning.incidents(area="hol")] == [("vehicle",), ("heating-main",)]


def test_services_make_it_responding_then_contained_then_closed():
    morning = Morning()
    morning.say("07:36", "mayor", claim("fire", "sol"), claim("response", "sol"))
    assert morning.incidents()[0].status == "responding"
    morning.say("09:41", "city-admin", claim("response", "sol", scope={"extinguished": 1}))
    assert morning.incidents()[0].status == "contained"
    facts = morning.say("16:20", "city-admin", claim("response", "sol", scope={"finished": 1}))
    assert morning.incidents()[0].status == "closed"
    assert [fact.verb for fact in facts] == ["close"]


def test_debris_that_was_not_confirmed_is_withdrawn_with_what_it_was_said_to_have_damaged():
    morning = Morning()
    morning.say(
        "07:44",
        "city-admin",
        claim("debris", "dni"),
        claim("debris", "dni", hit="roof"),
        claim("damage", "dni", hit="unfinished-building"),
        claim("fire", "dni", stance="denies"),
    )
    assert [each.status for each in morning.incidents(area="dni")] == ["confirmed", "confirmed"]
    facts = morning.say("09:41", "city-admin", claim("debris", "dni", stance="denies"))
    assert [each.status for each in morning.incidents(area="dni")] == ["withdrawn", "withdrawn"]
    assert {each.reason for each in morning.incidents(area="dni")} == {"debris denied by city-admin"}
    assert all(fact.verb == "close" and not fact.move for fact in facts)
    assert morning.lines("fire", "denied")[0].area == "dni", "«no fire» is kept, and invents nothing"


def test_a_weaker_voice_withdraws_nothing_and_is_kept_against():
    morning = Morning()
    morning.say("07:44", "city-admin", claim("debris", "dni"))
    morning.say("08:00", "channel", claim("debris", "dni", stance="denies"))
    (incident,) = morning.incidents()
    assert incident.status == "confirmed"
    assert incident.against == ("channel:channel-2#1",)


def test_a_weaker_voice_does_not_bring_a_withdrawn_incident_back_and_an_equal_one_does():
    morning = Morning()
    morning.say("07:44", "city-admin", claim("debris", "dni"))
    morning.say("08:00", "mayor", claim("debris", "dni", stance="denies"))
    morning.say("08:10", "paper", claim("debris", "dni"))
    assert morning.incidents()[0].status == "withdrawn"
    morning.say("08:20", "rescuers", claim("debris", "dni"))
    assert morning.incidents()[0].status == "confirmed"


def test_a_fire_denied_leaves_the_debris():
    morning = Morning()
    morning.say("07:31", "mayor", claim("debris", "hol"), claim("fire", "hol"))
    morning.say("07:50", "mayor", claim("fire", "hol", stance="denies"))
    (incident,) = morning.incidents()
    assert (incident.status, incident.kinds) == ("confirmed", ("debris",))


def test_a_denial_of_something_never_claimed_is_kept_and_invents_nothing():
    morning = Morning()
    facts = morning.say("08:00", "mayor", claim("debris", "sol", stance="denies"))
    assert morning.incidents() == []
    assert [(fact.type, fact.noun.status, fact.noun.subject) for fact in facts] == [
        ("ledger", "denied", "debris")
    ]
    assert "nothing of the kind had been reported" in facts[0].noun.reason


def test_two_addresses_of_one_report_are_two_incidents_and_their_harm_is_kept_apart():
    morning = Morning()
    morning.say("07:36", "mayor", claim("fire", "hol", hit="vehicle"))
    morning.say(
        "09:41",
        "city-admin",
        claim("casualty", "hol", harm={"killed": 1, "injured": 1}),
        claim("casualty", "hol", harm={"injured": 2, "hospitalised": 2}),
    )
    assert [line.min for line in morning.lines("injured")] == [1, 2]
    assert len({line.incident for line in morning.lines("injured")}) == 2


def test_a_blast_alone_makes_an_incident_only_below_city_level():
    morning = Morning()
    morning.say("07:00", "paper", claim("explosion", "kyiv"))
    assert morning.incidents() == []
    morning.say("07:05", "paper", claim("explosion", "hol"))
    assert [each.area.code for each in morning.incidents()] == ["hol"]


def test_a_deleted_report_leaves_no_incident_standing_and_a_denial_taken_back_restores_it():
    morning = Morning()
    morning.say("07:44", "city-admin", claim("debris", "dni"), report="first")
    morning.say("08:00", "city-admin", claim("debris", "dni", stance="denies"), report="second")
    assert morning.incidents()[0].status == "withdrawn"
    morning.take_back("08:10", "city-admin", "second")
    assert morning.incidents()[0].status == "confirmed"
    morning.take_back("08:20", "city-admin", "first")
    assert (morning.incidents()[0].status, morning.incidents()[0].reason) == (
        "withdrawn",
        "taken back by its source",
    )


def test_a_finer_place_refines_the_incident_and_neighbourhoods_stay_apart():
    morning = Morning()
    morning.say("07:10", "channel", claim("impact", "sumy-city"))
    morning.say("07:15", "gov-sumy", claim("impact", "zarichnyi"))
    assert [each.area.code for each in morning.incidents()] == ["zarichnyi"]
    near = place("hol", precision="neighbourhood", name="Teremky")
    far = place("hol", precision="neighbourhood", name="Pyrohiv")
    morning.say("07:20", "channel", claim("impact", near), claim("impact", far))
    assert len(morning.incidents(area="hol")) == 2


def test_a_summary_of_the_day_joins_the_incident_that_it_tells_again():
    morning = Morning()
    morning.say("07:31", "mayor", claim("debris", "hol"))
    from record_words import Interval, at

    day = Interval(start=at("00:00"), end=at("23:00"), precision="day")
    morning.say("11:00", "paper", claim("debris", "hol", valid=day))
    assert len(morning.incidents(area="hol")) == 1


def test_what_is_expected_or_was_days_ago_makes_no_incident():
    from record_words import Interval, at

    morning = Morning()
    morning.say("07:00", "channel", claim("impact", "hol", tense="expected"))
    old = Interval(start=at("07:00", day=10), end=None)
    morning.say("07:00", "mayor", claim("impact", "hol", tense="past", valid=old))
    assert morning.incidents() == []


def test_incidents_close_and_leave_72_hours_after_the_last_word():
    morning = Morning()
    morning.say("07:31", "mayor", claim("debris", "hol"))
    gone = morning.record.advance(morning.record.next_deadline())
    assert [(fact.type, fact.verb, fact.noun.status) for _, fact in gone] == [("incident", "close", "closed")]
    assert morning.incidents() == []
    assert morning.record.next_deadline() is None


def test_a_report_told_again_after_it_was_replaced_brings_its_incident_back_at_its_new_place():
    morning = Morning()
    morning.say("07:31", "mayor", claim("debris", "hol"), report="edited")
    morning.take_back("07:40", "mayor", "edited")
    morning.say("07:40", "mayor", claim("debris", place("hol", precision="neighbourhood", name="Teremky")))
    (incident,) = morning.incidents()
    assert (incident.status, incident.area.name) == ("confirmed", "Teremky")


def test_an_outage_is_an_incident_of_its_own():
    morning = Morning()
    morning.say("07:52", "mayor", claim("damage", "hol", hit="heating-main"))
    morning.say("08:00", "mayor", claim("outage", "hol", hit="heating-main"), claim("response", "hol"))
    assert sorted(each.kinds for each in morning.incidents()) == [("damage",), ("outage",)]


def test_an_outage_that_is_over_is_over_and_not_withdrawn():
    morning = Morning()
    morning.say(
        "10:02", "mayor", claim("outage", "kyiv", hit="heating-main", scope={"residential-buildings": 630})
    )
    morning.say(
        "13:10", "heat", claim("outage", "kyiv", hit="heating-main", scope={"restored": 300, "of": 630})
    )
    assert [(each.kinds, each.status) for each in morning.incidents()] == [(("outage",), "responding")]
    morning.say("18:10", "heat", claim("outage", "kyiv", hit="heating-main", stance="denies"))
    assert [each.status for each in morning.incidents()] == ["closed"]
    assert morning.lines("outage", None) == []


def test_a_hazard_is_an_incident_of_its_own_that_only_its_end_closes_r37():
    morning = Morning()
    morning.say("07:10", "gov-sumy", claim("impact", "sumy-city", hit="industrial"))
    morning.say("07:25", "gov-sumy", claim("hazard", "sumy-city"))
    assert sorted(each.kinds for each in morning.incidents()) == [("hazard",), ("impact",)]
    morning.say("09:00", "rescuers", claim("response", "sumy-city"))
    morning.say("11:00", "rescuers", claim("hazard", "sumy-city", stance="denies"))
    assert [each.status for each in morning.incidents() if each.kinds == ("hazard",)] == ["closed"]
    assert [each.status for each in morning.incidents() if each.kinds == ("impact",)] != ["closed"]


def test_a_whole_country_is_no_place_of_an_incident():
    morning = Morning()
    morning.say("07:10", "paper", claim("impact", "UA"))
    assert morning.incidents() == []


def test_what_retells_a_withdrawn_incident_stays_with_it_and_something_else_there_is_new():
    morning = Morning()
    morning.say("07:44", "city-admin", claim("debris", "dni", hit="unfinished-building"))
    morning.say("09:41", "city-admin", claim("debris", "dni", stance="denies"))
    from record_words import Interval, at

    day = Interval(start=at("00:00"), end=at("23:00"), precision="day")
    morning.say(
        "11:10",
        "paper",
        claim("impact", "dni", hit="unfinished-building", valid=day),
        claim("fire", "dni", valid=day),
    )
    assert sorted((each.status, each.kinds) for each in morning.incidents(area="dni")) == [
        ("reported", ("fire",)),
        ("withdrawn", ("debris", "impact")),
    ]


def test_in_a_whole_city_a_word_without_an_object_is_not_the_embassy():
    morning = Morning()
    morning.say("11:10", "paper", claim("damage", "kyiv"))
    morning.say("12:40", "ministry", claim("damage", "kyiv", hit="embassy", count=6))
    assert [each.objects for each in morning.incidents(area="kyiv")] == [(), ("embassy",)]


# --- what arrives after its own denial --------------------------------------------------


def test_debris_that_arrives_after_its_denial_is_withdrawn_as_if_it_had_come_in_time():
    morning = Morning()
    morning.say("09:41", "city-admin", claim("debris", "dni", stance="denies"))
    assert [line.status for line in morning.lines("debris", None)] == ["denied"]
    morning.say("09:43", "mayor", claim("debris", "dni"), stated=at("07:44"))
    (incident,) = morning.incidents()
    assert (incident.status, incident.reason) == ("withdrawn", "debris denied by city-admin")
    (line,) = morning.lines("debris", None)
    assert (line.status, line.reason) == ("retracted", "what it denies had been reported: see the incident")


def test_debris_said_after_the_denial_is_news():
    morning = Morning()
    morning.say("09:41", "city-admin", claim("debris", "dni", stance="denies"))
    morning.say("10:43", "mayor", claim("debris", "dni"))
    assert [each.status for each in morning.incidents()] == ["confirmed"]


def test_a_denial_that_was_taken_back_withdraws_nothing_that_arrives_later():
    morning = Morning()
    morning.say("09:41", "city-admin", claim("debris", "dni", stance="denies"), report="no")
    morning.take_back("09:50", "city-admin", "no")
    morning.say("09:55", "mayor", claim("debris", "dni"), stated=at("07:44"))
    assert [each.status for each in morning.incidents()] == ["confirmed"]


def test_the_late_denial_s_own_report_can_still_be_taken_back():
    morning = Morning()
    morning.say("09:41", "city-admin", claim("debris", "dni", stance="denies"), report="no")
    morning.say("09:43", "mayor", claim("debris", "dni"), stated=at("07:44"))
    morning.take_back("09:50", "city-admin", "no")
    assert [each.status for each in morning.incidents()] == ["confirmed"]


def test_a_second_late_place_falls_under_the_denial_too():
    morning = Morning()
    morning.say("07:40", "mayor", claim("debris", "dni", hit="roof"))
    morning.say("09:41", "city-admin", claim("debris", "dni", stance="denies"))
    morning.say("09:43", "mayor", claim("debris", "dni", hit="vehicle"), stated=at("07:44"))
    assert [each.status for each in morning.incidents()] == ["withdrawn", "withdrawn"]


# --- what fails in a network ------------------------------------------------------------


def heat(**scope):
    return claim("outage", hit="heating-main", scope=scope)


def test_heat_that_fails_at_no_named_place_fails_where_its_speaker_is_at_home():
    morning = Morning()
    morning.say("10:02", "mayor", heat(**{"residential-buildings": 630}))
    (incident,) = morning.incidents()
    assert (incident.area.code, incident.kinds, incident.status) == ("kyiv", ("outage",), "confirmed")


def test_heat_that_is_partly_back_keeps_its_balance_open():
    morning = Morning()
    morning.say("10:02", "mayor", heat(**{"residential-buildings": 630}))
    morning.say("13:10", "heat", heat(restored=300, of=630))
    (incident,) = morning.incidents()
    assert incident.status == "responding"
    assert morning.figures("without-heating") == [("mayor", 630, 630)]
    assert morning.figures("heating-restored") == [("heat", 300, 300)]
    morning.say("18:00", "heat", heat(restored=630, of=630))
    (incident,) = morning.incidents()
    assert incident.status == "contained"


def test_who_has_no_home_and_names_no_place_makes_no_incident_of_an_outage():
    morning = Morning()
    morning.say("10:02", "rescuers", heat(**{"residential-buildings": 630}))
    assert morning.incidents() == []
