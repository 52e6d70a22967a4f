"""Ledger lines: by source and time, superseded and never deleted, never silently summed (R28, R29)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from record_words import Morning, at, at_least, claim, some
from tocsin.model import Claim, Evidence, Interval
from tocsin.picture.stages import another


def people(*where, **harm):
    return claim("casualty", *where, harm=harm)


def test_a_growing_total_supersedes_across_sources_and_nothing_is_deleted():
    morning = Morning()
    morning.say("07:52", "mayor", people("kyiv", affected=2))
    morning.say("09:20", "paper", claim("casualty", "kyiv", by="mayor", harm={"affected": at_least(7)}))
    morning.say("10:02", "mayor", people("kyiv", affected=9))
    morning.say("11:00", "rescuers", people("kyiv", affected=11))
    morning.say("12:55", "paper", people("kyiv", affected=12))
    morning.say("16:20", "city-admin", people("kyiv", affected=13))

    assert morning.figures("affected") == [("city-admin", 13, 13)]
    told = morning.lines("affected", status=None)
    assert [(line.min, line.max) for line in told] == [
        (2, 2),
        (7, None),
        (9, 9),
        (11, 11),
        (12, 12),
        (13, 13),
    ]
    assert [line.reason for line in told[:-1]] == ["grown"] * 5
    assert told[-1].supersedes == (told[-2].id,)
    assert told[1].by == "mayor"


def test_the_morning_as_it_was_stated_by_a_time_shows_the_line_of_that_time():
    morning = Morning()
    morning.say("07:52", "mayor", people("kyiv", affected=2))
    morning.say("10:02", "mayor", people("kyiv", affected=9))
    book = morning.record.ledgers(morning.record.ledgers().lines[0].stated_at)
    assert [(line.min, line.status) for line in book.lines] == [(2, "standing")]


def test_a_lower_figure_from_the_emergency_service_is_revised_down():
    morning = Morning()
    morning.say("10:02", "mayor", people("kyiv", affected=12))
    morning.say("11:00", "rescuers", people("kyiv", affected=11))
    assert morning.figures("affected") == [("rescuers", 11, 11)]
    assert morning.lines("affected", "superseded")[0].reason == "revised down"


def test_a_lower_figure_from_somebody_else_stands_beside_and_says_so():
    morning = Morning()
    morning.say("10:02", "mayor", people("kyiv", affected=12))
    morning.say("10:20", "paper", people("kyiv", affected=9))
    assert morning.figures("affected") == [("mayor", 12, 12), ("paper", 9, 9)]
    assert "both are kept" in morning.lines("affected", source="paper")[0].reason
    assert morning.preferred("affected").source == "mayor"


def test_a_rumour_with_a_higher_figure_supersedes_no_authority():
    morning = Morning()
    morning.say("10:02", "mayor", people("kyiv", killed=1))
    morning.say("10:05", "rumour", people("kyiv", killed=300))
    assert morning.figures("killed") == [("mayor", 1, 1), ("rumour", 300, 300)]
    assert morning.preferred("killed").source == "mayor"


def test_figures_of_districts_and_of_the_city_stand_side_by_side():
    morning = Morning()
    morning.say("09:41", "city-admin", people("hol", injured=3), people("sol", injured=1))
    morning.say("10:02", "mayor", people("kyiv", injured=4))
    assert [line.area for line in morning.lines("injured")] == ["hol", "sol", "kyiv"]
    assert [line.min for line in morning.lines("injured")] == [3, 1, 4]


def test_a_death_denied_then_confirmed_r28():
    morning = Morning()
    morning.say(
        "09:20", "paper", claim("casualty", "kyiv", by="mayor", stance="denies", harm={"killed": at_least(1)})
    )
    denied = morning.lines("killed", "denied")[0]
    assert (denied.min, denied.max, denied.by) == (None, None, "mayor"), "a denial is no figure"
    assert morning.figures("killed") == []

    morning.say("09:41", "city-admin", claim("casualty", "hol", hedged=True, harm={"killed": 1}))
    assert morning.lines("killed", "denied"), "a preliminary word of another leaves the denial visible"
    assert [line.area for line in morning.lines("killed")] == ["hol"]

    morning.say("10:02", "mayor", people("kyiv", killed=1))
    assert morning.lines("killed", "denied") == []
    overcome = next(line for line in morning.lines("killed", None) if line.id == denied.id)
    assert (overcome.status, overcome.reason) == ("superseded", "confirmed by mayor")
    morning.say("11:00", "rescuers", people("kyiv", killed=1))
    morning.say("16:20", "city-admin", people("kyiv", killed=1))
    assert morning.figures("killed", area="kyiv") == [
        ("mayor", 1, 1),
        ("rescuers", 1, 1),
        ("city-admin", 1, 1),
    ]
    assert morning.preferred("killed", area="kyiv").source == "rescuers"


def test_a_denial_by_the_one_who_said_it_retracts_and_by_an_equal_denies():
    morning = Morning()
    morning.say("09:00", "paper", people("kyiv", killed=2))
    morning.say("09:05", "city-admin", people("kyiv", missing=1))
    morning.say("09:20", "mayor", claim("casualty", "kyiv", stance="denies", harm={"killed": at_least(1)}))
    morning.say(
        "09:30", "city-admin", claim("casualty", "kyiv", stance="denies", harm={"missing": at_least(1)})
    )
    assert morning.lines("killed", None, source="paper")[0].status == "denied"
    assert morning.lines("missing", None, source="city-admin")[0].status == "retracted"


def test_nobody_was_hurt_is_a_denial_that_says_zero():
    morning = Morning()
    morning.say("08:00", "mayor", people("kyiv", injured=0))
    line = morning.lines("injured", "denied")[0]
    assert (line.min, line.max) == (0, 0)


def test_a_denial_of_a_rumour_stays_preferred_over_a_later_rumour():
    morning = Morning()
    morning.say("09:20", "mayor", claim("casualty", "kyiv", stance="denies", harm={"killed": at_least(1)}))
    morning.say("09:30", "rumour", people("kyiv", killed=5))
    assert morning.preferred("killed").source == "mayor"
    assert morning.figures("killed") == [("rumour", 5, 5)]


def test_a_forwarded_post_counts_once_r28():
    morning = Morning()
    morning.say("09:41", "city-admin", people("hol", killed=1, injured=1))
    facts = morning.say("09:44", "paper-ru", people("hol", killed=1, affected=1), forwarded="city-admin")
    assert morning.figures("killed") == [("city-admin", 1, 1)]
    assert morning.figures("affected", None) == []
    assert [fact.verb for fact in facts if fact.type == "ledger"] == ["revise", "revise"]
    line = morning.lines("killed")[0]
    assert [each.split(":")[0] for each in line.claims] == ["city-admin", "paper-ru"]


def test_a_relay_that_comes_before_its_original_gives_way_to_it():
    morning = Morning()
    morning.say("09:44", "paper", claim("casualty", "kyiv", by="mayor", harm={"killed": 1}))
    assert morning.figures("killed") == [("paper", 1, 1)]
    morning.say("09:50", "mayor", people("kyiv", killed=1))
    assert morning.figures("killed") == [("mayor", 1, 1)]
    assert morning.lines("killed", "superseded")[0].reason == "relay of mayor: counted once"


def test_a_death_in_hospital_moves_from_injured_to_killed_r28():
    morning = Morning()
    morning.say("10:00", "mayor", people("kyiv", killed=1, injured=12, hospitalised=5))
    morning.say(
        "15:00", "mayor", claim("casualty", "kyiv", harm={"killed": 1}, scope={"died-in-hospital": 1})
    )
    assert morning.figures("killed") == [("mayor", 2, 2)]
    assert morning.figures("injured") == [("mayor", 11, 11)]
    assert morning.figures("hospitalised") == [("mayor", 4, 4)]
    moved = morning.lines("injured")[0]
    assert moved.reason == "died in hospital: moved to killed"
    assert len(moved.claims) == 2


def test_a_new_total_that_names_a_death_in_hospital_is_not_increased_again():
    morning = Morning()
    morning.say("10:00", "mayor", people("kyiv", killed=1, injured=12))
    morning.say(
        "15:00", "mayor", claim("casualty", "kyiv", harm={"killed": 2}, scope={"died-in-hospital": 1})
    )
    assert morning.figures("killed") == [("mayor", 2, 2)]
    assert morning.figures("injured") == [("mayor", 11, 11)]


def test_a_death_in_hospital_that_two_tell_without_a_total_before_is_one_death():
    morning = Morning()
    died = claim("casualty", "kyiv", harm={"killed": 1}, scope={"died-in-hospital": 1})
    morning.say("10:00", "mayor", people("kyiv", injured=12))
    morning.say("15:00", "mayor", died)
    morning.say("15:10", "rescuers", died)
    morning.say(
        "15:20",
        "paper",
        claim("casualty", "kyiv", by="mayor", harm={"killed": 1}, scope={"died-in-hospital": 1}),
    )
    assert {line[1:] for line in morning.figures("killed")} == {(1, 1)}
    assert {line[1:] for line in morning.figures("injured")} == {(11, 11)}


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("У лікарні помер ще один поранений", True),
        ("В больнице скончались ещё двое раненых", True),
        ("One more of the injured died in hospital", True),
        ("Another wounded man died in hospital", True),
        ("У лікарні помер один із поранених", False),
        ("One of more than ten injured died in hospital", False),
    ],
)
def test_one_more_is_told_from_one_in_three_languages(words, more):
    evidence = (Evidence(start=0, end=len(words), quote=words),)
    said = Claim(
        id="r#1",
        report="r",
        source="mayor",
        kind="casualty",
        valid=Interval(start=None, end=None),
        evidence=evidence,
    )
    assert another(said) is more


def test_five_or_eight_missiles_stand_by_source():
    morning = Morning()
    morning.say("09:41", "city-admin", claim("tally", "kyiv", weapon="missile", scope={"launched": 8}))
    morning.say(
        "10:30",
        "air-force",
        claim("tally", "kyiv", weapon="iskander-m", joint=("kn-23",), scope={"launched": 5, "shot-down": 5}),
        claim("tally", "kyiv", weapon="kn-23", joint=("iskander-m",), scope={"launched": 5, "shot-down": 5}),
        claim("tally", weapon="drone", scope={"launched": 65, "shot-down": 40, "lost": 20}),
    )
    assert morning.figures("launched") == [
        ("city-admin", 8, 8),
        ("air-force", 5, 5),
        ("air-force", 65, 65),
    ], "a count shared by two weapons is one line"
    shared = morning.lines("launched", weapon="iskander-m")[0]
    assert shared.joint == ("kn-23",)
    assert len(shared.claims) == 2
    assert morning.figures("shot-down", weapon="drone") == [("air-force", 40, 40)]
    assert morning.lines("launched", weapon="drone")[0].area == "UA"


def test_a_partys_figures_make_no_line_r30():
    morning = Morning()
    morning.say(
        "11:00", "enemy", claim("tally", "kyiv", scope={"hit": 4}), claim("impact", "kyiv", hit="military")
    )
    assert morning.record.ledgers().lines == ()
    assert morning.incidents() == []
    assert {each.party for each in morning.record.statements()} == {"ru"}


def test_city_wide_blasts_are_a_line_and_no_incident():
    morning = Morning()
    morning.say("07:24", "paper", claim("explosion", "kyiv", count=at_least(8)))
    assert morning.figures("explosions") == [("paper", 8, None)]
    assert morning.incidents() == []


def test_outages_keep_what_failed_and_what_came_back():
    morning = Morning()
    morning.say(
        "10:02",
        "mayor",
        claim(
            "outage",
            "kyiv",
            hit="heating-main",
            scope={"residential-buildings": 630, "medical": 16, "schools": 17, "kindergartens": 13},
        ),
    )
    morning.say(
        "13:10", "heat", claim("outage", "kyiv", hit="heating-main", scope={"restored": 300, "of": 630})
    )
    assert {line.unit: line.min for line in morning.lines("without-heating")} == {
        "residential-buildings": 630,
        "medical": 16,
        "schools": 17,
        "kindergartens": 13,
    }
    restored = morning.lines("heating-restored")[0]
    assert (restored.min, restored.unit) == (300, "residential-buildings")


def test_a_deleted_report_restores_what_it_had_superseded_r29():
    morning = Morning()
    morning.say("10:02", "mayor", people("kyiv", affected=9))
    morning.say("10:30", "paper", people("kyiv", affected=90), report="typo")
    assert morning.figures("affected") == [("paper", 90, 90)]
    facts = morning.take_back("10:40", "paper", "typo")
    assert morning.figures("affected") == [("mayor", 9, 9)]
    assert [(fact.verb, fact.move) for fact in facts] == [("close", False), ("revise", False)]
    assert morning.lines("affected", "retracted")[0].reason == "taken back by its source"


def test_a_correction_of_a_correction_ends_at_the_last_word():
    morning = Morning()
    for clock, number in (("10:00", 5), ("10:10", 7), ("10:20", 6)):
        morning.say(clock, "mayor", claim("casualty", "kyiv", harm={"injured": number}, corrects=True))
    assert morning.figures("injured") == [("mayor", 6, 6)]
    assert [line.reason for line in morning.lines("injured", "superseded")] == ["grown", "revised down"]


def test_an_older_word_that_comes_late_supersedes_nothing_newer():
    morning = Morning()
    morning.say("11:00", "mayor", people("kyiv", affected=11))
    morning.say(
        "11:30",
        "mayor",
        people("kyiv", affected=9),
        stated=morning.lines("affected")[0].stated_at.replace(hour=8),
    )
    assert morning.figures("affected") == [("mayor", 11, 11)]


def test_a_total_below_the_sum_of_its_parts_is_kept_beside_them():
    morning = Morning()
    morning.say("09:41", "city-admin", people("hol", killed=2), people("sol", killed=2))
    morning.say("10:02", "mayor", people("kyiv", killed=3))
    assert sorted(line.min for line in morning.lines("killed")) == [2, 2, 3]


def test_another_attack_two_days_later_has_its_own_lines():
    morning = Morning()
    morning.say("07:30", "mayor", claim("impact", "hol"), people("kyiv", killed=1))
    morning.say("07:30", "mayor", claim("impact", "hol"), people("kyiv", killed=1), day=22)
    assert len({line.attack for line in morning.lines("killed")}) == 2
    assert len(morning.lines("killed")) == 2


def test_lines_leave_the_hot_state_after_72_hours():
    morning = Morning()
    morning.say("10:02", "mayor", people("kyiv", affected=2))
    morning.say("11:02", "mayor", people("kyiv", affected=9))
    due = morning.record.next_deadline()
    assert (due - morning.lines("affected")[0].stated_at).total_seconds() == 72 * 3600
    gone = morning.record.advance(due)
    assert [(when == due, fact.verb, fact.noun.min) for when, fact in gone] == [(True, "close", 9)]
    assert morning.record.ledgers().lines == ()
    assert morning.record.next_deadline() is None


def test_several_and_dozens_stay_ranges():
    morning = Morning()
    morning.say("08:00", "paper", people("kyiv", injured=some(2, 9)))
    morning.say("08:30", "mayor", people("kyiv", injured=at_least(24)))
    assert morning.figures("injured") == [("mayor", 24, None)]


def test_a_report_that_names_one_found_and_the_total_gives_the_total():
    morning = Morning()
    morning.say("12:00", "rescuers", people("kyiv", killed=4), people("kyiv", killed=1))
    assert morning.figures("killed") == [("rescuers", 4, 4)]


def test_a_rumour_and_its_denial_in_one_report_give_the_denial():
    morning = Morning()
    denial = claim("casualty", "kyiv", by="mayor", stance="denies", harm={"killed": at_least(1)})
    morning.say("09:20", "paper", people("kyiv", killed=1), denial)
    assert morning.figures("killed") == []
    assert morning.lines("killed", "denied", by="mayor")
    morning.say("09:30", "paper-ru", people("kyiv", killed=1))
    assert morning.lines("killed", "denied", by="mayor"), "a newspaper does not overcome the mayor's denial"


def test_a_forward_that_lost_its_district_still_counts_once():
    morning = Morning()
    morning.say("09:41", "city-admin", people("hol", killed=1))
    morning.say("09:44", "paper-ru", people("kyiv", killed=1), forwarded="city-admin")
    assert morning.figures("killed") == [("city-admin", 1, 1)]


def test_up_to_twelve_is_not_lower_than_eleven():
    morning = Morning()
    morning.say("11:00", "rescuers", people("kyiv", affected=11))
    from tocsin.model import Range

    morning.say("11:30", "paper", people("kyiv", affected=Range(min=None, max=12)))
    assert [line.reason for line in morning.lines("affected")] == [None, None]


def test_what_a_paper_without_a_home_counts_without_a_place_is_counted_for_none():
    morning = Morning()
    morning.say("12:55", "unheard-of", people(affected=12))
    morning.say("13:00", "rescuers", people(affected=12))
    assert [(line.source, line.area) for line in morning.lines("affected")] == [
        ("unheard-of", None),
        ("rescuers", "UA"),
    ]


def test_a_rumour_without_a_place_falls_with_the_denial_of_its_own_report():
    morning = Morning()
    denial = claim("casualty", by="mayor", stance="denies", harm={"killed": at_least(1)})
    morning.say("09:20", "unheard-of", people(killed=1), denial)
    assert {(line.status, line.area) for line in morning.lines("killed", None)} == {
        ("denied", None),
        ("denied", "kyiv"),
    }


SAID = [
    ("mayor", people("kyiv", affected=2)),
    ("mayor", people("kyiv", affected=9, killed=1)),
    ("rescuers", people("kyiv", affected=7)),
    ("city-admin", people("hol", injured=3, killed=1)),
    ("paper", people("kyiv", affected=30)),
    ("paper", claim("casualty", "kyiv", by="mayor", harm={"killed": 1})),
    ("mayor", claim("casualty", "kyiv", stance="denies", harm={"killed": at_least(1)})),
    ("rumour", people("kyiv", killed=50)),
    ("air-force", claim("tally", "kyiv", weapon="missile", scope={"launched": 5})),
    ("heat", claim("outage", "kyiv", hit="heating-main", scope={"residential-buildings": 630})),
]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 200), st.booleans()), min_size=1, max_size=10),
    st.randoms(use_true_random=False),
)
def test_taking_reports_back_leaves_what_the_others_alone_would_have_left_r29(told, dice):
    """A deletion undoes exactly what its report did, whenever either comes."""
    full, rest = Morning(), Morning()
    rows = [(f"r{index}", *SAID[pick], minute, gone) for index, (pick, minute, gone) in enumerate(told)]
    for name, source, said, minute, gone in rows:
        clock = f"{8 + minute // 60:02}:{minute % 60:02}"
        full.say("12:00", source, said, report=name, stated=at(clock))
        if not gone:
            rest.say("12:00", source, said, report=name, stated=at(clock))
    taken = [(name, source) for name, source, _, _, gone in rows if gone]
    dice.shuffle(taken)
    for name, source in taken:
        full.take_back("12:30", source, name)

    def standing(morning):
        book = morning.record.ledgers()
        # A relay that came after its original never was a line of its own; one that came before was told.
        lines = [
            (line.id, line.status, line.min, line.reason, line.supersedes)
            for line in book.lines
            if line.reason != "taken back by its source" and not str(line.reason).startswith("relay of")
        ]
        return lines, [(each.line, each.why) for each in book.preferred]

    assert standing(full) == standing(rest)


def test_an_old_figure_quoted_late_revises_nothing_and_an_old_denial_takes_nothing_back():
    morning = Morning()
    morning.say("10:02", "mayor", people("kyiv", affected=9, killed=1))
    morning.say("11:10", "paper", claim("casualty", "kyiv", by="mayor", harm={"affected": 2}))
    morning.say(
        "11:20", "paper", claim("casualty", "kyiv", by="mayor", stance="denies", harm={"killed": at_least(1)})
    )
    assert morning.figures("affected") == [("mayor", 9, 9), ("paper", 2, 2)]
    assert "both are kept" in morning.lines("affected", source="paper")[0].reason
    assert morning.figures("killed") == [("mayor", 1, 1)]
    assert morning.preferred("killed").source == "mayor"


# --- totals of several nights and days -------------------------------------------------


def of_night(day):
    start = at("21:00", day - 1)
    return Interval(start=start, end=at("08:00", day), precision="night")


def of_day(day):
    return Interval(start=at("00:00", day), end=at("20:00", day), precision="day")


def test_the_totals_of_a_day_leave_those_of_the_night_in_force():
    morning = Morning()
    night = claim("tally", weapon="shahed-136", scope={"launched": 81, "shot-down": 61}, valid=of_night(20))
    morning.say("09:00", "air-force", night)
    day = claim("tally", weapon="shahed-136", scope={"launched": 120, "shot-down": 90}, valid=of_day(20))
    morning.say("14:00", "air-force", day)
    assert morning.figures("launched") == [("air-force", 81, 81), ("air-force", 120, 120)]
    chosen = [each for each in morning.record.ledgers().preferred if each.subject == "launched"]
    assert len(chosen) == 2


def test_a_later_word_on_the_same_night_replaces_the_first():
    morning = Morning()
    for clock, down in (("09:00", 61), ("10:00", 63)):
        morning.say(
            clock,
            "air-force",
            claim("tally", weapon="shahed-136", scope={"shot-down": down}, valid=of_night(20)),
        )
    assert morning.figures("shot-down") == [("air-force", 63, 63)]


def test_a_total_that_names_no_night_mends_the_last_one():
    morning = Morning()
    night = claim("tally", weapon="shahed-136", scope={"shot-down": 61}, valid=of_night(20))
    morning.say("09:00", "air-force", night)
    morning.say("10:00", "air-force", claim("tally", weapon="shahed-136", scope={"shot-down": 64}))
    assert morning.figures("shot-down") == [("air-force", 64, 64)]


def test_a_report_that_names_its_night_once_counts_all_its_totals_in_it():
    morning = Morning()
    launched = claim("tally", weapon="shahed-136", scope={"launched": 81}, valid=of_night(20))
    down = claim("tally", weapon="shahed-136", scope={"shot-down": 61})
    morning.say("09:00", "air-force", launched, down)
    (line,) = morning.lines("shot-down")
    assert line.valid == of_night(20)


def test_what_was_preferred_follows_from_the_lines_that_stood_then():
    """Of an earlier moment's lines the rules choose as they did then (both time axes)."""
    morning = Morning()
    morning.say("08:00", "paper", claim("casualty", "kyiv", harm={"killed": 2}))
    then = morning.record.ledgers()
    morning.say("09:00", "rescuers", claim("casualty", "kyiv", harm={"killed": 3}))
    morning.say("10:00", "rescuers", claim("casualty", "kyiv", stance="denies", harm={"killed": at_least(1)}))
    assert morning.record.prefer(then.lines) == then.preferred
    (chosen,) = then.preferred
    assert "media" in chosen.why
