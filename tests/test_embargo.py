"""What the public may know of effects, and when (R27): the table, its lint, the gate, non-interference."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from record_words import REGISTER, Morning, Towns, at, at_least, claim, place
from test_sitrep_charts import Land, laid
from tocsin.codec import encode, plain
from tocsin.decisions.embargo import ALWAYS, check_embargo, load_embargo
from tocsin.decisions.publisher import Publisher
from tocsin.model import (
    CLAIM_KINDS,
    Alarm,
    Alert,
    AreaRef,
    Cause,
    Change,
    Coverage,
    Evidence,
    Fact,
    Interval,
    Order,
    Picture,
    Threat,
)
from tocsin.outlets.publication import Publication
from tocsin.picture.joining import attacks
from tocsin.picture.record import Record
from tocsin.render.exports import incidents_csv, incidents_geojson, ledger_csv
from tocsin.render.naming import Names
from tocsin.render.sitrep import sitrep
from tocsin.render.sitrep_forms import to_html, to_json, to_markdown
from tocsin.render.sitrep_map import ground_of

TEXT = (resources.files("tocsin") / "data" / "policy" / "embargo-ua.toml").read_text("utf-8")
TABLE, PROBLEMS = load_embargo(TEXT)


class Country(Towns):
    def lift(self, code, level):
        from record_words import LEVELS

        while code is not None:
            if LEVELS[code][0] == level or (level == "settlement" and code == "kyiv"):
                return code
            code = LEVELS[code][1]
        return None

    def ancestors(self, _code):
        return ()


class Public(Morning):
    """A morning of which the public sees only what the table lets out."""

    def __init__(self, table=TABLE):
        super().__init__()
        fold = Record(Country(), {}, REGISTER)
        self.gate = Publisher(table, REGISTER, Country(), fold, told=self.record)
        self.publication = Publication(self.gate, Country())
        self.changed = 0

    def until(self, clock, day=20):
        """What goes out until a time: ``(clock, type, verb, noun)``."""
        out = self.publication.advance(at(clock, day))
        return [
            (
                (one.change.at + timedelta(hours=2)).strftime("%H:%M"),
                one.change.fact.type,
                one.change.fact.verb,
                one.change.fact.noun,
            )
            for one in out
        ]

    def change(self, clock, fact):
        self.changed += 1
        change = Change(number=self.changed, at=at(clock), entry=self.changed, fact=fact)
        return self.publication.absorb([change])

    def seen(self, clock):
        self.publication.advance(at(clock))
        return self.publication.picture(Picture(), at(clock))


# --- the table -------------------------------------------------------------------


def test_the_bundled_table_has_no_gap():
    assert PROBLEMS == ()
    assert check_embargo(TABLE) == ()


def test_every_claim_kind_has_a_row_for_anyone():
    assert {row.kind for row in TABLE.rows if row.by == "anyone"} == set(CLAIM_KINDS)


@pytest.mark.parametrize("kind", CLAIM_KINDS)
def test_a_kind_without_a_row_is_told_and_withheld(kind):
    gap = msgspec.structs.replace(TABLE, rows=tuple(row for row in TABLE.rows if row.kind != kind))
    assert any(kind in problem.where for problem in check_embargo(gap))
    assert gap.stages(kind, None, authority=True) == ()


@pytest.mark.parametrize("kind", ALWAYS)
def test_a_delayed_alarm_or_instruction_is_told(kind):
    slow = tuple(
        msgspec.structs.replace(row, after=timedelta(hours=1)) if row.kind == kind else row
        for row in TABLE.rows
    )
    problems = check_embargo(msgspec.structs.replace(TABLE, rows=slow))
    assert [p.what for p in problems if kind in p.where] == ["it is delayed"]


def test_all_flaws_of_a_table_are_told_at_once():
    bad = """
[authority]
kinds = ["authority"]
[[row]]
kinds = ["impact", "thunder"]
class = "toys"
by = "anyone"
after = "soon"
"""
    table, problems = load_embargo(bad)
    said = " | ".join(problem.what for problem in problems)
    for flaw in ("'toys'", "'thunder'", "'soon'", "no why", "it is delayed"):
        assert flaw in said
    assert table.rows == ()
    assert load_embargo("rows = [")[1][0].what.startswith("no TOML")


def test_named_energy_is_told_by_the_lint():
    named = tuple(
        msgspec.structs.replace(row, leave_out=()) if row.klass == "energy" else row for row in TABLE.rows
    )
    assert any("energy" in p.what for p in check_embargo(msgspec.structs.replace(TABLE, rows=named)))


# --- when and how finely -----------------------------------------------------------


def test_a_channels_word_on_a_house_waits_three_hours_and_goes_out_by_itself():
    public = Public()
    public.say("07:10", "channel", claim("impact", "hol", hit="residential"))
    assert public.until("10:09") == []
    ((clock, kind, verb, noun),) = public.until("10:30")
    assert (clock, kind, verb, noun.area.code, noun.objects) == (
        "10:10",
        "incident",
        "open",
        "hol",
        ("residential",),
    )


def test_a_word_on_industry_waits_twelve_hours_and_what_is_not_said_counts_as_that():
    public = Public()
    public.say("07:10", "channel", claim("impact", "hol", hit="industrial"), claim("fire", "sol"))
    assert public.until("19:09") == []
    assert [noun.area.code for _, _, _, noun in public.until("19:10")] == ["hol", "sol"]


def test_the_term_runs_from_the_moment_that_the_words_give():
    public = Public()
    struck = Interval(start=at("07:00"), end=None, precision="minute")
    public.say("09:00", "paper", claim("impact", "hol", hit="school", valid=struck))
    assert public.until("09:59") == []
    assert [clock for clock, *_ in public.until("11:00")] == ["10:00"]


def test_an_authority_is_relayed_at_once_by_district_and_finer_when_the_time_has_come():
    public = Public()
    near = place("hol", precision="neighbourhood", name="Teremky")
    public.say("07:36", "mayor", claim("debris", near, hit="vehicle"))
    ((clock, _, _, noun),) = public.until("08:00")
    assert (clock, noun.area.name, noun.precision) == ("07:36", "hol", "district")
    ((clock, _, verb, noun),) = public.until("12:00")
    assert (clock, verb, noun.area.name) == ("10:36", "revise", "Teremky")


def test_a_quotation_of_an_authority_is_not_its_own_word_r5():
    public = Public()
    public.say("09:20", "paper", claim("casualty", "kyiv", by="mayor", harm={"affected": at_least(7)}))
    public.say("09:44", "paper-ru", claim("casualty", "kyiv", harm={"killed": 1}), forwarded="city-admin")
    assert public.until("12:19") == []
    assert [clock for clock, *_ in public.until("12:50")] == ["12:20", "12:44"]


def test_figures_of_people_by_an_authority_go_out_at_once():
    public = Public()
    public.say("10:02", "mayor", claim("casualty", "kyiv", harm={"affected": 9, "killed": 1}))
    out = sorted((noun.subject, noun.min) for *_, noun in public.until("10:02"))
    assert out == [("affected", 9), ("killed", 1)]
    assert {each.subject for each in public.seen("10:03").ledgers.preferred} == {"affected", "killed"}


def test_energy_is_neither_named_nor_counted():
    public = Public()
    public.say("07:10", "channel", claim("impact", "hol", hit="power"))
    public.say("07:20", "mayor", claim("damage", "hol", hit="power", count=3))
    public.say("07:30", "mayor", claim("outage", "hol", hit="power", scope={"residential-buildings": 400}))
    out = public.until("23:59")
    assert [(kind, noun.area.code) for _, kind, _, noun in out] == [
        ("incident", "kyiv"),
        ("incident", "kyiv"),
    ]
    assert b"400" not in encode(public.seen("23:59"))
    assert all("power" not in noun.objects or noun.kinds == ("outage",) for *_, noun in out)


def test_a_partys_words_go_out_as_a_statement_and_as_nothing_else():
    public = Public()
    public.say("11:00", "enemy", claim("statement"), claim("impact", "hol", hit="military"))
    assert [kind for _, kind, _, _ in public.until("23:59")] == ["statement", "statement"] or [
        kind for _, kind, _, _ in public.until("23:59")
    ] == []


def test_a_deleted_report_that_waited_never_goes_out():
    public = Public()
    public.say("07:10", "channel", claim("impact", "hol", hit="residential"), report="gone")
    public.take_back("07:20", "channel", "gone")
    assert public.until("23:59") == []


def test_a_deleted_report_that_was_out_is_taken_back():
    public = Public()
    public.say("07:36", "mayor", claim("debris", "hol"), report="gone")
    public.until("07:40")
    public.take_back("07:50", "mayor", "gone")
    assert [(verb, noun.status) for _, _, verb, noun in public.until("08:00")] == [("close", "withdrawn")]


def test_the_desk_may_let_out_what_its_row_allows_and_nothing_else():
    public = Public()
    public.say("07:10", "channel", claim("impact", "hol", hit="residential"), report="a")
    public.say("07:10", "channel", claim("impact", "sol", hit="power"), report="b")
    for target in ("channel:a#1", "channel:b#1"):
        order = Order(operator="duty", verb="publish", target=target, why="the mayor asks")
        public.record.order(order, at("07:15"))
    assert [noun.area.code for *_, noun in public.until("07:20")] == ["hol"]


def test_words_are_quotable_only_once_they_are_out_as_said():
    public = Public()
    public.say("07:10", "channel", claim("impact", "hol", hit="residential"), report="a")
    public.until("07:11")
    assert not public.gate.quotable("channel:a#1")
    public.until("10:11")
    assert public.gate.quotable("channel:a#1")
    assert not public.gate.quotable("channel:unheard#1")


def test_the_public_picture_of_a_past_moment_holds_what_had_gone_out_by_then():
    public = Public()
    public.say("07:52", "mayor", claim("casualty", "kyiv", harm={"affected": 2}))
    public.say("10:02", "mayor", claim("casualty", "kyiv", harm={"affected": 9}))
    public.until("11:00")
    early = public.publication.picture(Picture(), at("08:00")).ledgers
    assert [(line.min, line.status) for line in early.lines] == [(2, "standing")]
    late = public.publication.picture(Picture(), at("11:00")).ledgers
    assert [(line.min, line.status) for line in late.lines] == [(2, "superseded"), (9, "standing")]


# --- what flies, and alarms --------------------------------------------------------


def area(code):
    return AreaRef(code=code, name=code, names={"en": code}, level="oblast")


def threat(**more):
    return Threat(
        id="threat:1",
        kind="inbound",
        weapon="shahed-136",
        weapon_class="drone",
        areas=(area("sumy"),),
        valid=Interval(start=at("06:00"), end=None),
        **more,
    )


def test_a_threat_goes_out_as_area_and_class_without_track():
    public = Public()
    noun = threat(heading="SW", toward=(area("poltava"),), count=at_least(3), claims=("channel:1#1",))
    (one,) = public.change("06:00", Fact(type="threat", verb="open", noun=noun))
    shown = one.change.fact.noun
    assert (shown.weapon, shown.areas[0].code) == ("drone", "sumy")
    assert (shown.heading, shown.toward, shown.count, shown.claims) == (None, (), None, ())


def test_where_a_target_was_lost_is_no_change_to_the_public():
    public = Public()
    public.change("06:00", Fact(type="threat", verb="open", noun=threat()))
    assert public.change("06:05", Fact(type="threat", verb="revise", noun=threat(status="lost"))) == ()
    (one,) = public.change("06:30", Fact(type="threat", verb="close", noun=threat(status="over")))
    assert one.change.fact.verb == "close"


def test_an_alarm_goes_out_at_once_and_as_it_is():
    public = Public()
    alarm = Alarm(id="a", area=area("kyiv"), authority="city", valid=Interval(start=at("06:35"), end=None))
    fact = Fact(type="alarm", verb="raise", noun=alarm, because=("x",))
    (one,) = public.change("06:35", fact)
    assert one.change.fact == fact


# --- non-interference ----------------------------------------------------------------

HELD = [
    ("channel", claim("impact", "hol", hit="residential")),
    ("channel", claim("explosion", "kyiv", count=8)),
    ("paper", claim("casualty", "hol", harm={"killed": 3})),
    ("rumour", claim("fire", "sol")),
    ("channel", claim("impact", "dni", hit="power")),
    ("paper", claim("debris", "dni", stance="denies", hit="roof")),
    ("channel", claim("tally", "kyiv", weapon="missile", scope={"launched": 8})),
    ("paper", claim("outage", "kyiv", hit="heating-main", scope={"residential-buildings": 900})),
    ("channel", claim("response", "hol")),
]
OPEN = [
    ("mayor", claim("debris", "hol", hit="vehicle")),
    ("mayor", claim("fire", "hol", hit="vehicle")),
    ("city-admin", claim("debris", "dni", hit="roof")),
    ("city-admin", claim("debris", "dni", stance="denies")),
    ("mayor", claim("casualty", "kyiv", harm={"killed": 1, "affected": 9})),
    ("rescuers", claim("casualty", "kyiv", harm={"affected": 11})),
    ("mayor", claim("casualty", "kyiv", stance="denies", harm={"killed": at_least(1)})),
    ("air-force", claim("tally", weapon="drone", scope={"launched": 65})),
    ("enemy", claim("statement")),
    ("rescuers", claim("response", "hol")),
]


def newsroom_forms(public, moment):
    """Everything that newsrooms take: reports with charts and map, exports, attacks from alert to harm."""
    picture = public.publication.picture(Picture(), moment)
    changes = [one.change for one in public.publication.after(0)]
    land = Land()
    report = sitrep(
        picture,
        changes,
        "uk",
        names=Names(register=REGISTER),
        ref=land.ref,
        known_at=moment,
        covers=land.covers,
        since=at("08:00"),
        map_of=lambda shown, area: ground_of(shown, area, land, laid),
    )
    return (
        to_html(report),
        to_json(report),
        to_markdown(report),
        incidents_csv(picture),
        incidents_geojson(picture, lambda _code: None, REGISTER),
        ledger_csv(picture, land.ref),
        encode(plain(attacks(picture, changes, land))),
    )


def withheld(kind, code, because):
    """The decision not to warn of a claim, as the engine tells it."""
    noun = Alert(
        id=f"withheld-{because}",
        layer="warning",
        area=area(code),
        kind="air-raid",
        level=None,
        cause=Cause(kind=kind),
        rule="possible-attack",
        urgency="Unknown",
        severity="Unknown",
        certainty="Unknown",
        response="None",
        valid=Interval(start=at("06:00"), end=at("06:00")),
        because=(because,),
    )
    return Fact(type="alert", verb="withhold", noun=noun, because=(because,), why="credibility-too-low")


def test_a_warning_withheld_on_a_blast_never_shows_and_one_on_what_flies_does():
    public = Public()
    public.say("07:10", "channel", claim("explosion", "kyiv"), report="a")
    assert public.change("07:10", withheld("explosion", "kyiv", "channel:a#1")) == ()
    (one,) = public.change("07:12", withheld("inbound", "kyiv", "channel:b#1"))
    assert one.change.fact.verb == "withhold"


def test_a_warning_withheld_on_a_place_where_a_target_was_lost_never_shows():
    public = Public()
    public.say("07:10", "channel", claim("lost", "hol"), claim("air-defence", "hol"), report="a")
    for number in (1, 2):
        assert public.change("07:10", withheld("inbound", "hol", f"channel:a#{number}")) == ()


def test_a_warning_raised_on_blasts_is_never_delayed():
    public = Public()
    public.say("07:10", "channel", claim("explosion", "kyiv"), report="a")
    raised = msgspec.structs.replace(withheld("explosion", "kyiv", "channel:a#1"), verb="raise")
    assert [one.change.fact.verb for one in public.change("07:10", raised)] == ["raise"]


def test_an_order_on_a_claim_that_waits_for_a_second_person_never_shows():
    public = Public()
    assert public.change("07:10", withheld("order-publish", "kyiv", "order:7")) == ()


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(st.integers(0, 150), st.booleans(), st.integers(0, 100)), min_size=1, max_size=14),
    st.lists(st.integers(0, 170), max_size=4),
)
def test_what_is_embargoed_changes_no_published_byte_until_its_release(told, wakes):
    """Two journals that differ only in embargoed claims: the same bytes, numbers, heads and pictures (R27)."""
    told = sorted(told)

    def play(*, everything):
        public = Public()
        public.change("06:00", Fact(type="coverage", verb="open", noun=Coverage(area="kyiv", state="CLEAR")))
        steps = [(minute, 0, index) for index, minute in enumerate(wakes)]
        steps += [(minute, 1, index) for index, (minute, _, _) in enumerate(told)]
        for minute, what, index in sorted(steps):
            clock = f"{7 + minute // 60:02}:{minute % 60:02}"
            if what == 0:
                public.publication.advance(at(clock))
                continue
            _, held, pick = told[index]
            if held and not everything:
                continue
            source, said = (HELD if held else OPEN)[pick % len(HELD if held else OPEN)]
            public.say(clock, source, said, report=f"r{index}")
            # Whoever watches has heard somebody; the public must not learn from whom or when.
            noun = Coverage(area="kyiv", state="CLEAR", last_heard=at(clock), sources=(source,))
            public.change(clock, Fact(type="coverage", verb="revise", noun=noun))
            if held:
                # No warning comes of it, which the engine tells as a decision.
                cause = "explosion" if said["kind"] == "explosion" else "inbound"
                public.change(clock, withheld(cause, "kyiv", f"{source}:r{index}#1"))
        # Nothing held back is due before 10:00: the earliest was said at 07:00.
        public.publication.advance(at("09:59"))
        return public

    full, bare = play(everything=True), play(everything=False)
    assert [one.data for one in full.publication.after(0)] == [one.data for one in bare.publication.after(0)]
    assert full.publication.head == bare.publication.head
    moment = at("09:59")
    assert encode(full.publication.picture(Picture(), moment)) == encode(
        bare.publication.picture(Picture(), moment)
    )
    assert newsroom_forms(full, moment) == newsroom_forms(bare, moment)


def test_a_report_that_came_twice_and_was_read_once_says_nothing_new():
    fold = Record(Country(), {}, REGISTER)
    gate = Publisher(TABLE, REGISTER, Country(), fold)
    from tocsin.model import Report

    report = Report(id="r", source="mayor", text="…", stated_at=at("07:36"))
    morning = Morning()
    morning.record.listen()
    morning.say("07:36", "mayor", claim("debris", "hol"), report="r")
    (minute,) = morning.record.drain()
    gate.hear(report, minute.claims, REGISTER["mayor"], at("07:36"))
    gate.hear(report, (), REGISTER["mayor"], at("07:40"))
    assert [fact.verb for _, fact in gate.advance(at("08:00"))] == ["open"]
    gate.retract("r", "mayor", at("08:10"))
    assert [fact.verb for _, fact in gate.advance(at("08:20"))] == ["close"]


def test_an_authority_that_names_its_own_head_speaks_for_itself():
    public = Public()
    public.say("09:41", "city-admin", claim("casualty", "hol", by="city-admin", harm={"killed": 1}))
    assert [clock for clock, *_ in public.until("09:41")] == ["09:41", "09:41"]


def test_a_finer_stage_takes_the_place_of_the_coarser_and_nothing_flaps():
    public = Public()
    near = place("hol", precision="neighbourhood", name="Teremky")
    two = (
        claim("casualty", "hol", harm={"injured": 1}),
        claim("casualty", "hol", harm={"injured": 2}),
        claim("debris", near, hit="vehicle"),
    )
    public.say("07:36", "mayor", *two)
    first = public.until("08:00")
    assert sorted(kind for _, kind, _, _ in first) == ["incident"] * 2 + ["ledger"] * 2
    later = public.until("11:00")
    assert [(kind, verb, noun.area.name) for _, kind, verb, noun in later] == [
        ("incident", "revise", "Teremky")
    ]


def test_an_authoritys_own_warning_may_be_quoted_and_a_channels_track_may_not():
    public = Public()
    public.say("06:39", "air-force", claim("takeoff", weapon="mig-31k"), report="a")
    public.say("06:41", "channel", claim("inbound", "kyiv"), report="b")
    public.until("06:45")
    assert public.gate.quotable("air-force:a#1")
    assert not public.gate.quotable("channel:b#1")


def test_an_authoritys_words_on_effects_may_be_quoted_when_the_time_has_come():
    public = Public()
    public.say("07:36", "mayor", claim("debris", "hol", hit="vehicle"), report="a")
    public.until("07:40")
    assert not public.gate.quotable("mayor:a#1")
    public.until("10:40")
    assert public.gate.quotable("mayor:a#1")


def test_old_versions_are_shortened_and_the_present_and_the_lately_past_stay(monkeypatch):
    monkeypatch.setattr("tocsin.decisions.publisher.VERSIONS", 20)
    public = Public()
    for minute in range(30):
        clock = f"{8 + minute // 60:02}:{minute:02}"
        public.say(clock, "mayor", claim("casualty", "kyiv", harm={"affected": minute + 1}))
    public.until("09:00")
    assert len(public.gate._past) <= 40
    now = public.publication.picture(Picture(), at("09:00")).ledgers
    assert [line.min for line in now.lines if line.status == "standing"] == [30]
    late = public.publication.picture(Picture(), at("08:28")).ledgers
    assert [line.min for line in late.lines if line.status == "standing"] == [29]


def test_what_leaves_the_record_leaves_the_public_picture_also_what_no_longer_stood():
    public = Public()
    public.say("07:36", "city-admin", claim("debris", "dni"))
    public.say("07:52", "mayor", claim("casualty", "kyiv", harm={"affected": 2}))
    public.say("09:41", "city-admin", claim("debris", "dni", stance="denies"))
    public.say("10:02", "mayor", claim("casualty", "kyiv", harm={"affected": 9}), claim("statement"))
    public.until("23:59", day=24)
    left = public.publication.picture(Picture(), at("23:59", day=24))
    assert encode(left) == encode(Picture())
    assert public.gate._now == {}
    assert public.gate._shown == {}
    assert public.gate.next_deadline() is None


# --- what the desk may change, and what it sees --------------------------------------------


def told(verb, target, **arguments):
    return Order(
        operator="olha", verb=verb, target=target, why="rescuers are still there", arguments=arguments
    )


def given(public, clock, order):
    """An order carried out; what goes out then."""
    public.record.order(order, at(clock))
    return public.until(clock)


def test_the_desk_may_hold_a_claim_longer_and_it_goes_out_by_itself_then():
    public = Public()
    public.say("07:30", "channel", claim("impact", "hol", hit="residential"), report="r")
    given(public, "07:40", told("hold", "channel:r#1", minutes="240"))
    assert public.until("10:31") == []
    (gone,) = public.until("12:00")
    assert gone[0] == "11:40"


def test_what_is_out_cannot_be_held_and_what_must_never_wait_never_waits():
    public = Public()
    public.say("07:30", "mayor", claim("debris", "hol"), report="out")
    public.say("07:30", "mayor", claim("hazard", "hol"), report="gas")
    before = len(public.until("07:31"))
    assert before >= 2
    given(public, "07:40", told("hold", "mayor:out#1", minutes="60"))
    given(public, "07:40", told("hold", "mayor:gas#1", minutes="60"))
    assert {each.kinds for each in public.seen("07:41").incidents} == {("debris",), ("hazard",)}


def test_nobody_may_let_out_what_its_row_gives_to_nobody():
    public = Public()
    public.say("07:30", "channel", claim("impact", "hol", hit="power"), report="r")
    assert given(public, "07:40", told("publish", "channel:r#1")) == []


def test_an_early_release_ends_a_hold():
    public = Public()
    public.say("07:30", "channel", claim("impact", "hol", hit="residential"), report="r")
    given(public, "07:40", told("hold", "channel:r#1", minutes="600"))
    assert given(public, "07:50", told("publish", "channel:r#1"))


def test_the_desk_sees_what_waits_until_when_why_and_who_may_change_it():
    public = Public()
    public.say(
        "07:30", "channel", claim("impact", "hol", hit="residential"), claim("lost", "hol"), report="r"
    )
    public.say("07:30", "mayor", claim("debris", "hol", hit="residential"), report="m")
    public.until("07:31")
    house, lost = (each for each in public.gate.waiting(at("07:31")) if each.source == "channel")
    assert (house.until, house.partly, house.override) == (at("10:30"), False, "desk")
    assert "three hours" in house.why
    assert (lost.until, lost.override) == (None, "nobody")
    public.until("10:31")
    assert "channel:r#1" not in [each.claim for each in public.gate.waiting(at("10:31"))]


def test_how_badly_a_plant_was_hit_is_not_told_with_where():
    public = Public()
    words = (Evidence(start=0, end=20, quote="Цех зруйновано вщент"),)
    absorb = public.record.absorb

    def worded(report, made, source, when):
        return absorb(report, [msgspec.structs.replace(each, evidence=words) for each in made], source, when)

    public.record.absorb = worded
    public.say("07:30", "mayor", claim("damage", "hol", hit="industrial"))
    assert [each.damage for each in public.incidents()] == ["destroyed"]
    assert [(each.damage, each.objects) for each in public.seen("07:31").incidents] == [(None, ())]


def test_open_help_goes_out_at_once():
    public = Public()
    words = (Evidence(start=0, end=20, quote="Пункт обігріву в школі"),)
    absorb = public.record.absorb
    public.record.absorb = lambda report, made, source, when: absorb(
        report, [msgspec.structs.replace(each, evidence=words) for each in made], source, when
    )
    public.say("12:00", "mayor", claim("instruction", "hol"), report="h")
    (line,) = public.seen("12:00").ledgers.lines
    assert (line.subject, line.area) == ("heating-points", "hol")
    assert public.gate.quotable("mayor:h#1")
