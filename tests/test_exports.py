"""Exports: rows that lead back to claims and sources, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest

from record_words import REGISTER, Morning, Towns, at_least, claim, some
from tocsin.model import AreaRef, Picture, Weapon
from tocsin.render.exports import incidents_csv, incidents_geojson, ledger_csv


def picture():
    morning = Morning()
    morning.say("07:36", "mayor", claim("debris", "hol", hit="vehicle"), claim("fire", "hol", hit="vehicle"))
    morning.say("07:44", "city-admin", claim("debris", "dni"))
    morning.say("07:52", "mayor", claim("casualty", "kyiv", harm={"affected": 2}))
    morning.say("09:41", "city-admin", claim("debris", "dni", stance="denies"))
    morning.say("10:02", "mayor", claim("casualty", "kyiv", harm={"affected": 9}))
    return Picture(incidents=morning.record.incidents(), ledgers=morning.record.ledgers())


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_ledger_has_a_row_for_every_line_with_what_it_revised_and_who_said_it():
    first, second = rows(ledger_csv(picture(), Towns().ref))
    assert (first["status"], first["min"], first["preferred"]) == ("superseded", "2", "false")
    assert (second["status"], second["min"], second["preferred"]) == ("standing", "9", "true")
    assert second["prov:wasRevisionOf"] == first["id"]
    assert second["prov:wasAttributedTo"] == "mayor"
    assert second["prov:wasDerivedFrom"].startswith("mayor:")
    assert second["stated_at"] == "2024-12-20T08:02:00Z"


def test_incidents_tell_what_was_withdrawn_and_by_which_claim():
    told = {row["area"]: row for row in rows(incidents_csv(picture()))}
    assert told["hol"]["kinds"] == "debris fire"
    assert told["dni"]["status"] == "withdrawn"
    assert told["dni"]["prov:wasInvalidatedBy"].startswith("city-admin:")


def test_geojson_gives_the_centre_of_the_area_or_no_point_at_all():
    known = {"hol": (50.36, 30.5)}
    made = msgspec.json.decode(incidents_geojson(picture(), known.get, REGISTER))
    points = {each["properties"]["area"]: each["geometry"] for each in made["features"]}
    assert points == {"hol": {"type": "Point", "coordinates": [30.5, 50.36]}, "dni": None}
    agents = made["features"][0]["properties"]["prov:wasAttributedTo"]
    assert agents == [{"id": "mayor", "name": "mayor"}]


def test_a_cell_that_looks_like_a_formula_is_none():
    shown = picture()
    area = AreaRef(code="hol", name="=1+1", names={"en": "=cmd|' /C calc'!A0"}, level="district")
    bad = msgspec.structs.replace(shown.incidents[0], area=area)
    (row,) = rows(incidents_csv(msgspec.structs.replace(shown, incidents=(bad,))))
    assert row["area_name"].startswith("'=")


def drawn(*told, **more):
    morning = Morning()
    for clock, source, *claims in told:
        morning.say(clock, source, *claims)
    return Picture(incidents=morning.record.incidents(), ledgers=morning.record.ledgers(), **more)


ROCKET = Weapon(slug="iskander-m", klass="ballistic", level="red", names={})
DRONE = Weapon(slug="shahed-136", klass="drone", level="yellow", names={})


@pytest.mark.parametrize(
    ("said", "sub_event"),
    [
        (claim("impact", "hol", weapon="shahed-136"), "Air/drone strike"),
        (claim("impact", "hol", weapon="iskander-m"), "Shelling/artillery/missile attack"),
        (claim("debris", "hol", weapon="shahed-136"), "Disrupted weapons use"),
        (claim("debris", "hol"), "Disrupted weapons use"),
        (claim("impact", "hol"), ""),
        (claim("impact", "hol", weapon="unknown"), ""),
        (claim("outage", "hol", hit="heating-main"), ""),
    ],
)
def test_an_incident_is_told_as_acled_would_code_it_or_not_at_all(said, sub_event):
    known = {weapon.slug: weapon for weapon in (ROCKET, DRONE)}
    (row,) = rows(incidents_csv(drawn(("07:00", "mayor", said)), "en", known))
    assert row["acled_sub_event"] == sub_event


def test_precision_is_told_in_ucdp_numbers_beside_our_own_words():
    made = drawn(("07:00", "mayor", claim("impact", "hol")), ("07:05", "gov-sumy", claim("impact", "sumy")))
    told = {
        row["area"]: (row["where_prec"], row["date_prec"], row["precision"])
        for row in rows(incidents_csv(made))
    }
    assert told == {"hol": ("1", "1", "district"), "sumy": ("4", "1", "oblast")}


def test_the_dead_of_an_incident_have_least_best_and_most():
    hit = claim("impact", "hol")
    made = drawn(
        ("07:00", "mayor", hit),
        ("07:10", "paper", claim("casualty", "hol", harm={"killed": at_least(3)}, hedged=True)),
        ("07:20", "rumour", claim("casualty", "hol", harm={"killed": some(5, 6)})),
    )
    (row,) = rows(incidents_csv(made))
    assert (row["deaths_low"], row["deaths_best"], row["deaths_high"]) == ("3", "3", "6")
