"""Orders of the desk: what each does, how many persons it takes (R1), what it would do (R4), what is silenced."""

import re
import sys
from pathlib import Path

import msgspec
import pytest

from by_hand import BROVARY, BROVARY_RAION, KHARKIV, KYIV, KYIV_OBLAST, ODESA, Morning, at, says, told
from tocsin.codec import encode
from tocsin.decisions.desk import correction
from tocsin.decisions.verbs import AUDIT, VERBS
from tocsin.model import Order

sys.path.insert(0, str(Path(__file__).parent / "sim"))
from simulator import Night

BORYSPIL = "UA32040010010093209"


def order(verb, target, operator="Olena", why="on duty", **arguments):
    if "start" in arguments:
        arguments["from"] = arguments.pop("start")
    return Order(operator=operator, verb=verb, target=target, why=why, arguments=arguments)


def preview(morning, minute, verb, target, **more):
    return morning.state.preview(order(verb, target, **more), at(minute))


def given(step):
    return told(step.changes)


# --- what an order would do, before it is given (R4) ---------------------------------


def test_r4_every_alert_has_its_correction_built_when_it_is_raised_and_the_correction_does_what_it_said():
    night = Night(5)
    checked = 0
    morning = Morning()
    morning.hand.claims = night.hand.claims
    for entry in night.entries:
        step = morning.state.step(entry)
        for change in step.changes:
            fact = change.fact
            if fact.type != "alert" or fact.verb != "raise" or fact.noun.id not in _standing(morning):
                continue
            built = correction(fact.noun)
            shown = morning.state.preview(
                msgspec.structs.replace(built, operator="a", why="b"), entry.recorded_at
            )
            assert shown.problem is None, shown.problem
            ends = [f for f in shown.facts if f.type == "alert" and f.verb == "revoke"]
            assert fact.noun.id in {f.noun.id for f in ends}
            assert all(f.noun.ending == "mistake" for f in ends)
            checked += 1
    assert checked > 20


def _standing(morning):
    return {a.id for a in morning.state.alerts()}


def test_what_a_preview_shows_is_what_comes_of_the_order():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    shown = preview(morning, 1, "clear", KYIV)
    assert (shown.persons, [f.verb for f in shown.facts]) == (2, ["clear", "clear"])
    morning.orders(1, "Olena", "clear", KYIV)
    approved = preview(morning, 1, "approve", "order:2", operator="Petro")
    step = morning.orders(1, "Petro", "approve", "order:2")
    assert [f.verb for f in approved.facts] == ["clear", "clear"]
    assert encode([c.fact for c in step.changes]) == encode(list(approved.facts))


@pytest.mark.parametrize("seed", range(4))
def test_a_preview_changes_nothing(seed):
    plain, looked = Morning(), Morning()
    night = Night(seed)
    plain.hand.claims = looked.hand.claims = night.hand.claims
    for entry in night.entries:
        plain.state.step(entry)
        looked.state.step(entry)
        for verb, target, more in (
            ("raise", ODESA, {}),
            ("clear", KYIV, {}),
            ("quarantine", "channel-one", {}),
            ("silence", "mqtt", {"minutes": "10"}),
        ):
            preview(looked, 0, verb, target, **more)
        for threat in looked.state.threats.view()[:2]:
            preview(looked, 0, "end", threat.id, how="mistake")
            preview(looked, 0, "adjust", threat.id, areas=KHARKIV)
        assert looked.state.digest == plain.state.digest
        assert encode(looked.state.picture()) == encode(plain.state.picture())
        assert looked.state.next_deadline() == plain.state.next_deadline()


def test_an_order_that_is_wrong_is_told_before_it_is_given():
    morning = Morning()
    for bad in (
        order("raise", "UA99"),
        order("raise", KYIV, level="purple"),
        order("raise", KYIV, why=" "),
        order("raise", KYIV, operator=" "),
        order("silence", "mqtt"),
        order("silence", "mqtt", minutes="100000"),
        order("end", "threat:none", how="over"),
        order("adjust", "threat:none", count="1"),
        order("approve", "order:9"),
        order("dance", KYIV),
        order("raise", KYIV, colour="red"),
    ):
        shown = morning.state.preview(bad, at(0))
        assert shown.problem is not None, bad
        assert shown.problem.what
        assert shown.problem.remedy


# --- two persons (R1) ----------------------------------------------------------------


def test_r1_a_second_person_is_not_the_first_in_other_letters():
    morning = Morning()
    morning.orders(0, "Olena", "raise", ODESA)
    step = morning.orders(1, " olena", "approve", "order:1")
    assert step.problems
    assert not morning.alerts()
    assert morning.orders(2, "Petro", "approve", "order:1").changes
    assert morning.alerts() == {("official", ODESA): None}


def test_r1_an_order_that_waited_too_long_is_not_carried_out():
    morning = Morning()
    morning.orders(0, "Olena", "raise", ODESA)
    assert [p.reference for p in morning.state.desk.waiting(at(29))] == ["order:1"]
    assert morning.state.desk.waiting(at(31)) == ()
    assert morning.orders(31, "Petro", "approve", "order:1").problems
    assert morning.alerts() == {}


def test_an_order_that_waits_can_be_declined():
    morning = Morning()
    morning.orders(0, "Olena", "raise", ODESA)
    assert not morning.orders(1, "Petro", "decline", "order:1", why="no such report").problems
    assert morning.orders(2, "Petro", "approve", "order:1").problems
    assert morning.alerts() == {}


def test_r1_whoever_raised_takes_back_alone_and_only_what_was_raised():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "drone", where=BROVARY))
    assert morning.alerts() == {("warning", BROVARY_RAION): "yellow"}
    morning.orders(1, "Olena", "raise", BROVARY_RAION, level="red")
    assert given(morning.orders(2, "Olena", "revoke", BROVARY_RAION))[-1].startswith("revoke official")
    assert morning.alerts() == {("warning", BROVARY_RAION): "yellow"}


def test_r1_what_an_order_on_a_threat_would_do_tells_how_many_it_takes():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=BROVARY), report="a")
    name = "threat:channel-one:a#1"
    assert preview(morning, 1, "adjust", name, count="3").persons == 1
    assert preview(morning, 1, "adjust", name, areas=f"{BROVARY},{BORYSPIL}").persons == 1
    assert preview(morning, 1, "adjust", name, areas=f"{BROVARY},{BORYSPIL},{KHARKIV}").persons == 2
    assert preview(morning, 1, "adjust", name, areas=BORYSPIL).persons == 2
    assert preview(morning, 1, "end", name, how="over").persons == 2
    assert preview(morning, 1, "correct", name, start=BROVARY, to=BORYSPIL).persons == 2


def test_a_warnings_id_leads_to_the_threat_that_it_rests_on():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=BROVARY), report="a")
    (alert,) = morning.state.alerts()
    shown = preview(morning, 1, "correct", alert.id, start=BROVARY, to=BORYSPIL)
    assert shown.order.target == "threat:channel-one:a#1"
    assert [(f.verb, f.noun.area.names["en"]) for f in shown.facts if f.type == "alert"] == [
        ("revoke", "Brovary Raion"),
        ("raise", "Boryspil Raion"),
    ]
    (back,) = shown.corrections
    assert (back.verb, back.arguments) == ("correct", {"from": BORYSPIL, "to": BROVARY})


def test_adjusting_a_threat_down_lowers_the_warning_and_lets_it_end_sooner():
    morning = Morning()
    morning.hears(0, "air-force", says("inbound", "ballistic", where=KHARKIV), report="a")
    assert morning.alerts() == {("warning", KHARKIV): "red"}
    name = "threat:air-force:a#1"
    morning.orders(1, "Olena", "adjust", name, weapon="recon-drone", minutes="10")
    assert morning.alerts() == {("warning", KHARKIV): "red"}
    step = morning.orders(2, "Petro", "approve", "order:2")
    assert given(step) == ["revise warning Kharkiv Oblast yellow"]
    assert morning.waits(11) == []
    assert morning.waits(12.1) == ["lapse warning Kharkiv Oblast yellow"]


def test_a_channels_threat_stays_a_channels_whatever_an_operator_makes_of_it():
    morning = Morning()
    morning.hears(0, "channel-one", says("inbound", "drone", where=BROVARY), report="a")
    morning.orders(1, "Olena", "adjust", "threat:channel-one:a#1", weapon="ballistic")
    (alert,) = morning.state.alerts()[:1]
    assert all(a.unofficial and a.level == "yellow" for a in morning.state.alerts()), alert


# --- an official alarm that was misread ------------------------------------------------


def test_an_alarm_put_right_stands_where_it_belongs_since_when_it_did_and_its_own_words_end_it():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=BROVARY_RAION), report="a")
    (alert,) = morning.state.alerts()
    morning.orders(3, "Olena", "correct", alert.id, **{"from": BROVARY_RAION, "to": "UA32040000000054694"})
    assert morning.alerts() == {("official", BROVARY_RAION): None}
    step = morning.orders(4, "Petro", "approve", "order:2")
    assert given(step) == [
        "revoke official Brovary Raion no level",
        "raise official Boryspil Raion no level",
    ]
    (alarm,) = morning.state.alarms.view()
    assert alarm.valid.start == at(0)
    # The channel's end has the same words, misread alike.
    assert given(morning.hears(9, "sirens", says("alarm-over", where=BROVARY_RAION))) == [
        "clear official Boryspil Raion no level"
    ]


def test_an_all_clear_by_order_may_say_that_it_did_not_come():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.orders(1, "Olena", "clear", KYIV, ending="did-not-come")
    step = morning.orders(2, "Petro", "approve", "order:2")
    assert [c.fact.noun.ending for c in step.changes if c.fact.type == "alert"] == ["did-not-come"]


# --- silences ------------------------------------------------------------------------


def test_a_silence_mutes_raises_and_revisions_of_its_outlet_for_its_time_and_never_an_end():
    morning = Morning()
    morning.orders(0, "Olena", "silence", "mqtt", minutes="30", area=KYIV_OBLAST)
    desk = morning.state.desk
    raised = [c.fact for c in morning.hears(1, "sirens", says("alarm", where=BROVARY_RAION)).changes]
    alert = next(f for f in raised if f.type == "alert")
    assert desk.silenced("mqtt", alert, at(1)).why == "on duty"
    assert desk.silenced("webhooks", alert, at(1)) is None
    assert desk.silenced("mqtt", alert, at(30)) is None
    ended = [c.fact for c in morning.hears(2, "sirens", says("alarm-over", where=BROVARY_RAION)).changes]
    assert all(desk.silenced("mqtt", f, at(2)) is None for f in ended)
    elsewhere = [c.fact for c in morning.hears(3, "sirens", says("alarm", where=KYIV)).changes]
    assert all(desk.silenced("mqtt", f, at(3)) is None for f in elsewhere)
    assert [s.outlet for s in desk.standing_silences(at(3))] == ["mqtt"]
    morning.orders(4, "Petro", "unsilence", "order:1")
    assert desk.standing_silences(at(4)) == ()


def test_to_mute_every_outlet_for_official_alerts_takes_two():
    morning = Morning()
    assert preview(morning, 0, "silence", "*", minutes="5").persons == 2
    assert preview(morning, 0, "silence", "*", minutes="5", layer="warning").persons == 1
    assert preview(morning, 0, "silence", "mqtt", minutes="5").persons == 1


def test_what_the_desk_only_writes_down_does_nothing():
    morning = Morning()
    for verb in AUDIT:
        step = morning.orders(0, "Olena", verb, "olena")
        assert not step.changes
        assert not step.problems


def test_every_verb_has_its_row_in_the_documentation():
    page = (Path(__file__).parent.parent / "docs" / "decisions.md").read_text("utf-8")
    for name in VERBS:
        assert f"| {name}" in page or f"· {name}" in page, name


def test_r27_what_an_order_did_is_published_under_no_number_that_tells_how_much_came_in():
    made = []
    for quiet in (True, False):
        morning = Morning()
        if not quiet:
            morning.hears(0, "reporter", says("impact", where=KYIV, object="military"))
        morning.orders(0.5, "Olena", "sign-in", "olena")
        morning.hears(0.7, "channel-one", says("inbound", "drone", where=BROVARY), report="a")
        step = morning.orders(1, "Olena", "raise", BROVARY_RAION)
        split = morning.orders(2, "Olena", "split", "threat:channel-one:a#1", toward=BORYSPIL)
        facts = [c.fact for c in (*step.changes, *split.changes)]
        made.append(encode(facts))
        assert re.search(rb"order:\d", made[-1]) is None
        assert b"order-1" in made[-1]
    assert made[0] == made[1]


def test_an_end_by_order_is_the_operators_word():
    morning = Morning()
    morning.hears(0, "sirens", says("alarm", where=KYIV))
    morning.hears(0, "air-force", says("inbound", "drone", where=BROVARY))
    for minute, area in ((1, KYIV), (2, BROVARY_RAION)):
        morning.orders(minute, "Olena", "clear", area)
        step = morning.orders(minute, "Petro", "approve", f"order:{len(morning.entries)}")
        assert [c.fact.noun.whose for c in step.changes if c.fact.type == "alert"] == [("operators",)]
