"""Charts and map of a situation report: each number in them has its claims, its words, and a table beside it."""

from __future__ import annotations

import re

import msgspec
import pytest
from lxml import etree

from record_words import Towns, at, at_least, claim
from test_sitrep import Told, morning_until_five, the_rest
from tocsin.model import Alert, AreaRef, Cause, Change, Fact, Interval
from tocsin.render.map import Projection, Sheet
from tocsin.render.sitrep import LANGS
from tocsin.render.sitrep_forms import to_html, to_json, to_markdown
from tocsin.render.sitrep_map import ground_of
from tocsin.render.sitrep_pdf import to_pdf

SVG = "{http://www.w3.org/2000/svg}"
PARTS = {"kyiv": ("hol", "sol", "shev", "dni"), "UA": ("kyiv", "sumy", "kharkiv", "odesa")}


class Land(Towns):
    """The towns, with what lies in each."""

    def first_level(self):
        return PARTS["UA"]

    def children(self, code):
        return PARTS.get(code, ())


def laid(codes):
    """A sheet on which every area is a square."""
    squares = {code: f"M{n * 100} 0l90 0 0 90 -90 0z" for n, code in enumerate(codes)}
    points = {code: (n * 100 + 45, 45) for n, code in enumerate(codes)}
    flat = Projection(west=0, north=0, squeeze=1, scale=1, margin=0)
    return Sheet(width=500, height=100, paths=squares, points=points, approximate=False, projection=flat)


def drawn(told, clock="17:00", lang="en", **more):
    more.setdefault("covers", Land().covers)
    return told.report(
        clock, lang, map_of=lambda picture, area: ground_of(picture, area, Land(), laid), **more
    )


def chart(report, name):
    return next(each for each in report.charts if each.name == name)


def alarmed(told, start="06:35", end="07:47", *, name="kyiv"):
    alert = Alert(
        id=f"alert:{name}",
        layer="official",
        area=AreaRef(code=name, name=name, names={"en": name}, level="oblast"),
        level="red",
        cause=Cause(kind="alarm"),
        rule="r",
        valid=Interval(start=at(start), end=None),
        because=(f"{name}:1#1",),
    )
    for verb, clock in (("raise", start), ("clear", end)):
        fact = Fact(type="alert", verb=verb, noun=alert, because=(f"{name}:{verb}#1",))
        told.changes.append(Change(number=len(told.changes) + 1, at=at(clock), entry=1, fact=fact))
    return told


def test_alarms_blasts_and_effects_stand_on_one_line_of_time():
    made = chart(drawn(alarmed(the_rest(morning_until_five()))), "alerts")
    cells = [row.cells for row in made.rows]
    assert ("Alarm, kyiv", "06:35 – 07:47") in cells
    assert ("Explosions: kyiv, at least 8 (paper)", "07:24") in cells
    assert any(cell.startswith("Effects reported: hol, ") for cell, _ in cells)
    assert not any("dni" in cell for cell, _ in cells), "what was withdrawn is not drawn"
    assert all(row.claims for row in made.rows)


def test_an_alarm_of_many_areas_at_one_stroke_is_one_row_and_one_lane():
    told = Told()
    for name in ("kyiv", "sumy", "kharkiv", "odesa", "poltava", "dnipro", "UA"):
        alarmed(told, name=name)
    made = chart(drawn(told), "alerts")
    assert len(made.rows) == 1
    assert "and 1 more" in made.rows[0].cells[0]
    assert made.svg.count("several areas") == 1


def test_the_curve_of_people_keeps_each_figure_with_its_range_and_its_source():
    told = the_rest(morning_until_five())
    told.say("09:25", "channel", claim("casualty", "kyiv", harm={"affected": at_least(7)}))
    made = chart(drawn(told), "people")
    assert made.title == "People killed and hurt, as it became known: kyiv"
    numbers = [row.cells[2] for row in made.rows if row.cells[1] == "Affected"]
    assert numbers == ["2", "at least 7", "9", "13"]
    assert [row.cells[2] for row in made.rows if row.cells[1] == "Killed"] == ["1", "1"]


def test_a_denied_figure_is_in_no_curve():
    told = Told()
    told.say("08:00", "mayor", claim("casualty", "kyiv", harm={"killed": 1}))
    told.say("08:30", "mayor", claim("casualty", "kyiv", stance="denies", harm={"killed": at_least(1)}))
    assert [each.name for each in drawn(told).charts] == []


def test_launched_and_shot_down_stand_side_by_side_and_are_never_added():
    made = chart(drawn(the_rest(morning_until_five())), "attack")
    assert [(row.cells[0], row.cells[2]) for row in made.rows] == [
        ("Launched: missile", "5"),
        ("Launched: missile", "8"),
    ]


def test_the_map_counts_places_by_part_and_keeps_what_was_withdrawn_off_it():
    made = chart(drawn(the_rest(morning_until_five())), "map")
    rows = {row.cells[0]: row.cells[1] for row in made.rows}
    assert rows == {"hol": "1", "sol": "1", "kyiv, no part named": "1", "Withdrawn": "1"}
    tree = etree.fromstring(made.svg)
    told = [text.text for text in tree.iter(f"{SVG}text")]
    assert sorted(told) == ["1", "1", "dni", "hol", "shev", "sol"]
    assert len(list(tree.iter(f"{SVG}path"))) == 4


def test_effects_in_two_oblasts_take_the_map_of_the_country():
    told = Told()
    told.say("07:00", "gov-sumy", claim("impact", "sumy"))
    told.say("07:10", "gov-odesa", claim("debris", "odesa"))
    made = chart(drawn(told), "map")
    assert made.title == "Where effects are reported: UA"
    assert [row.cells[0] for row in made.rows] == ["sumy", "odesa"]


@pytest.mark.parametrize("lang", LANGS)
def test_every_drawing_can_be_read_without_seeing_it(lang):
    report = drawn(alarmed(the_rest(morning_until_five())), lang=lang)
    assert [each.name for each in report.charts] == ["map", "alerts", "people", "attack"]
    for each in report.charts:
        tree = etree.fromstring(each.svg)
        title, about = tree.find(f"{SVG}title"), tree.find(f"{SVG}desc")
        assert (title.text, about.text) == (each.title, each.about)
        assert tree.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"
        assert tree.get("role") == "img"
        assert each.rows
        assert all(len(row.cells) == len(each.columns) for row in each.rows)
        assert "style" not in each.svg, "a strict page lets no style through"
        assert not re.search(r"\d[eE][+-]\d", each.svg)


def test_each_form_of_the_report_has_the_charts():
    report = drawn(alarmed(the_rest(morning_until_five())), base="https://example.org/sitrep?lang=en")
    page, text, data = to_html(report), to_markdown(report), to_json(report)
    assert page.count("<svg") == page.count("</details>") == 4
    assert "| Alarm, kyiv | 06:35 – 07:47 `kyiv:raise#1` `kyiv:clear#1` |" in text
    assert data.count(b'"svg"') == 4
    assert to_pdf(report).count(b"/Alt") >= 4


def test_a_foreign_name_cannot_mark_up_a_drawing():
    told = Told()
    alarmed(told, name="kyiv")
    noun = told.changes[0].fact.noun
    evil = AreaRef(code="kyiv", name="x", names={"en": '<script>"&'}, level="oblast")
    for n, change in enumerate(told.changes):
        fact = msgspec.structs.replace(change.fact, noun=msgspec.structs.replace(noun, area=evil))
        told.changes[n] = msgspec.structs.replace(change, fact=fact)
    made = chart(drawn(told), "alerts")
    assert "<script" not in made.svg
    assert "<script" not in to_html(drawn(told)).partition("<body>")[2]


def test_nothing_known_draws_nothing():
    assert drawn(Told()).charts == ()
