# ruff: noqa: ARG002
"""Another country: areas by name, shelter seconds, pre-alert → alert → end, from a feed of its own shape; no line of code."""

import json

import pytest

from by_hand import Morning, at, bundled, says
from tocsin.decisions.checking import check_policy
from tocsin.decisions.policy import load_policy
from tocsin.engine import State, World
from tocsin.model import Entry, Report, Source


class Coast:
    """A country of three towns, known by name: what a second pack of places gives."""

    root = "COAST"
    pack = "coast"
    digest = "test"

    def _ref(self, code):
        from tocsin.model import AreaRef

        level = "country" if code == "COAST" else "oblast"
        return AreaRef(code=code, name=code, names={"en": code, "uk": code, "ru": code}, level=level)

    ref = _ref

    def area(self, code):
        return self._ref(code) if code in ("COAST", *self.first_level()) else None

    def first_level(self):
        return ("North Haven", "Old Port", "Sandy Bay")

    def first_level_of(self, code):
        return code if code in self.first_level() else None

    def ancestors(self, code):
        return ("COAST",) if code in self.first_level() else ()

    def children(self, code):
        return self.first_level() if code == "COAST" else ()

    def covers(self, outer, inner):
        return outer == inner or (outer == "COAST" and inner in self.first_level())

    def raion_of(self, code):
        return None

    def lift(self, code, level):
        return code if self.area(code) is not None and level == "oblast" else None

    def distance_km(self, one, other):
        return 40.0

    def position(self, code):
        return (32.0, 34.0)

    def ahead(self, code, heading, reach):
        return ()

    def place(self, code, role):
        from tocsin.model import PlaceRef

        ref = self._ref(code)
        return PlaceRef(
            code=code, name=code, names=ref.names, level=ref.level, precision=ref.level, role=role
        )


COAST_POLICY = """
[policy]
name = "coast"
zone = "Asia/Jerusalem"

[[rule]]
id = "siren"
why = "The home front's siren is relayed."
kinds = ["alarm"]
instruction = "rooms"
[[rule.case]]
say = "A siren in Old Port."
given = { kind = "alarm", by = "alarm-service", at = ["Old Port"] }
then = { areas = ["Old Port"] }

[[rule]]
id = "pre-alert"
why = "A launch far away leaves some minutes: everybody gets ready."
kinds = ["launch", "danger"]
scope = "country"
level = "yellow"
rank = 10
urgency = "Expected"
instruction = "ready"
linger = 900
[[rule.case]]
say = "A launch from far away."
given = { kind = "launch", weapon = "ballistic", by = "military" }
then = { areas = "all", level = "yellow" }

[[rule]]
id = "alert"
why = "Something flies at a town: its shelter seconds have begun."
kinds = ["inbound"]
scope = "stated"
level = "red"
rank = 90
fast = true
instruction = "rooms"
linger = 600
[[rule.case]]
say = "A missile at Sandy Bay."
given = { kind = "inbound", weapon = "ballistic", by = "military", at = ["Sandy Bay"] }
then = { areas = ["Sandy Bay"], level = "red" }

[one_minute]
en = ["seconds"]
uk = ["секунд"]
ru = ["секунд"]

[instruction.ready]
en = "Stay near a protected room."
uk = "Будьте біля захищеної кімнати."
ru = "Будьте у защищённой комнаты."
[instruction.rooms]
en = "Enter a protected room within {seconds} seconds."
uk = "Зайдіть до захищеної кімнати за {seconds} секунд."
ru = "Войдите в защищённую комнату за {seconds} секунд."
[instruction.rooms-at-once]
en = "Lie down where you are: there are no seconds left."
uk = "Лягайте, де ви є: секунд немає."
ru = "Лягте, где вы есть: секунд нет."

[seconds]
default = 90
"Old Port" = 15
"Sandy Bay" = 0
"""


def test_another_country_goes_pre_alert_alert_end_without_a_line_of_code(monkeypatch):
    coast = Coast()
    policy, problems = load_policy(COAST_POLICY)
    assert problems == ()
    assert check_policy(policy, coast, bundled().weapons) == ()
    monkeypatch.setattr("by_hand.place", lambda code, role="at": coast.place(code, role))
    register = {
        "home-front": Source(
            id="home-front", name="Home front", kind="military", reliability="A", declares=("COAST",)
        )
    }
    morning = Morning(World(places=coast, weapons=bundled().weapons, register=register, policy=policy))
    morning.hears(0, "home-front", says("launch", "ballistic"))
    assert morning.alerts() == {("warning", t): "yellow" for t in coast.first_level()}
    morning.hears(
        2, "home-front", says("inbound", "ballistic", toward="Old Port"), says("alarm", where="Old Port")
    )
    assert morning.alerts()[("official", "Old Port")] == "red"
    morning.hears(20, "home-front", says("alarm-over", where="Old Port"), says("danger-over", "ballistic"))
    assert morning.alerts() == {}
    assert morning.state.area_state("Old Port", at(20)).state == "CLEAR"


# --- from a feed of that country's own shape (DIALECTS, section 3) ----------------------

DRILLS = 101
"""From this category on the feed means a drill."""


class Siren:
    """Reads the feed's bodies: a category, a title, areas by name. What a pack for that country would ship."""

    def __init__(self, coast):
        self._coast = coast

    def read(self, report):
        from tocsin.model import Claim, Evidence, Interval, Reading

        body = json.loads(report.structured)
        category = int(body["cat"])
        kinds = {10: ("danger",), 1: ("alarm", "inbound")}.get(category, ("alarm",))
        if category == 10 and "over" in body["title"]:
            kinds = ("alarm-over", "danger-over")
        if category >= DRILLS:
            kinds = ()
        places = tuple(self._coast.place(name, "at") for name in body["data"] if self._coast.area(name))
        claims = tuple(
            Claim(
                id=f"{report.source}:{report.id}#{number}",
                report=report.id,
                source=report.source,
                kind=kind,
                weapon=None if kind.startswith("alarm") else "ballistic",
                place=places[0] if places else None,
                places=places,
                valid=Interval(start=report.stated_at, end=None),
                evidence=(Evidence(start=0, end=len(report.text), quote=report.text),),
            )
            for number, kind in enumerate(kinds, 1)
        )
        return Reading(report=report.id, language="und", claims=claims)


class Shore:
    """A journal of the feed's bodies."""

    def __init__(self):
        self.coast = Coast()
        policy, problems = load_policy(COAST_POLICY.replace('kinds = ["launch", "danger"]\nscope = "country"', 'kinds = ["launch", "danger"]\nscope = "stated"').replace(
            'given = { kind = "launch", weapon = "ballistic", by = "military" }\nthen = { areas = "all", level = "yellow" }',
            'given = { kind = "danger", weapon = "ballistic", by = "military", at = ["Old Port"] }\nthen = { areas = ["Old Port"], level = "yellow" }',
        ))  # fmt: skip
        assert problems == ()
        assert check_policy(policy, self.coast, bundled().weapons) == ()
        home = Source(
            id="home-front",
            name="Home front",
            kind="military",
            reliability="A",
            declares=("COAST",),
            fresh_for=30,
        )
        made = World(
            places=self.coast, weapons=bundled().weapons, register={"home-front": home}, policy=policy
        )
        self.state = State(made, Siren(self.coast))
        self.number = 0

    def hears(self, minute, cat, title, *areas):
        self.number += 1
        body = json.dumps(
            {"id": str(self.number), "cat": str(cat), "title": title, "data": areas, "desc": ""}
        )
        report = Report(
            id=str(self.number),
            source="home-front",
            text=f"{title}: {', '.join(areas)}",
            stated_at=at(minute),
            structured=body,
        )
        step = self.state.step(Entry(number=self.number, recorded_at=at(minute), body=report))
        assert not step.failed, step.problems
        return [
            (c.fact.verb, c.fact.noun.layer, c.fact.noun.area.code, c.fact.noun.level)
            for c in step.changes
            if c.fact.type == "alert"
        ]


def test_a_feed_of_another_shape_goes_pre_alert_alert_end_by_area_names():
    shore = Shore()
    assert shore.hears(0, 10, "alerts are expected", "Old Port", "Sandy Bay") == [
        ("raise", "warning", "Old Port", "yellow"),
        ("raise", "warning", "Sandy Bay", "yellow"),
    ]
    assert ("raise", "official", "Old Port", None) in shore.hears(3, 1, "missiles", "Old Port")
    assert shore.state.area_state("Old Port", at(3)).state == "ACTIVE"
    assert shore.state.area_state("North Haven", at(3)).state == "CLEAR"
    ends = shore.hears(12, 10, "the event is over", "Old Port", "Sandy Bay")
    assert {v[:3] for v in ends if v[0] != "withhold"} == {
        ("clear", "official", "Old Port"),
        ("clear", "warning", "Old Port"),
        ("clear", "warning", "Sandy Bay"),
    }
    assert shore.state.alerts() == ()
    assert shore.state.area_state("Old Port", at(12.4)).state == "CLEAR"
    assert shore.state.area_state("Old Port", at(12.6)).state == "STALE"


def test_each_area_is_told_its_own_shelter_seconds():
    shore = Shore()
    shore.hears(0, 1, "missiles", "Old Port", "Sandy Bay", "North Haven")
    told = {a.area.code: a.instruction["en"] for a in shore.state.alerts() if a.layer == "official"}
    assert told == {
        "Old Port": "Enter a protected room within 15 seconds.",
        "Sandy Bay": "Lie down where you are: there are no seconds left.",
        "North Haven": "Enter a protected room within 90 seconds.",
    }


def test_a_drill_raises_nothing_an_unknown_category_the_general_alert_and_an_unknown_area_nothing_wider():
    shore = Shore()
    assert shore.hears(0, 101, "a drill", "Old Port") == []
    assert shore.hears(1, 42, "something new", "Old Port") == [("raise", "official", "Old Port", None)]
    assert [v for v in shore.hears(2, 1, "missiles", "Nowhere-on-Sea") if v[0] != "withhold"] == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("default = 90\n", "", "have none"),
        ('"Old Port" = 15', '"Old Prt" = 15', "nobody knows: Old Prt"),
    ],
)
def test_seconds_that_cannot_be_right_are_told(old, new, what):
    policy, problems = load_policy(COAST_POLICY.replace(old, new))
    assert problems == ()
    assert any(what in p.what for p in check_policy(policy, Coast(), bundled().weapons))
