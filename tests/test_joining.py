"""An attack as a whole: the alert, what flew, what was shot down, what got through, whom it hurt."""

from __future__ import annotations

from record_words import Towns, at, claim
from test_sitrep import Told
from test_sitrep_charts import alarmed
from tocsin.model import Picture
from tocsin.picture.joining import attacks


def whole(told):
    picture = Picture(incidents=told.record.incidents(), ledgers=told.record.ledgers())
    return attacks(picture, told.changes, Towns())


def night():
    told = alarmed(Told())
    told.say("07:00", "mayor", claim("explosion", "kyiv"))
    told.say("07:10", "city-admin", claim("debris", "hol"), claim("debris", "dni"))
    told.say("08:31", "mayor", claim("casualty", "kyiv", harm={"injured": 2}))
    told.say("09:41", "city-admin", claim("debris", "dni", stance="denies"))
    told.say("09:41", "city-admin", claim("tally", "kyiv", weapon="missile", scope={"launched": 8}))
    told.say(
        "10:30", "air-force", claim("tally", "kyiv", weapon="missile", scope={"launched": 5, "shot-down": 5})
    )
    told.say("10:30", "air-force", claim("tally", "UA", weapon="shahed-136", scope={"launched": 65}))
    told.say("11:00", "rescuers", claim("casualty", "kyiv", harm={"injured": 4}))
    return told


def test_from_the_alert_to_the_harm_of_one_attack():
    made = next(each for each in whole(night()) if each.area.code == "kyiv")
    assert [each.what for each in made.alerts] == ["official, red"]
    assert (made.first_alert, made.first_effect) == (at("06:35"), at("07:00"))
    assert made.lead_seconds == 25 * 60
    assert len(made.incidents) == 1
    assert len(made.withdrawn) == 1
    assert [(line.subject, line.min) for line in made.harm] == [("injured", 4)]


def test_the_official_total_stands_beside_what_others_counted_and_the_country_s_beside_both():
    made = next(each for each in whole(night()) if each.area.code == "kyiv")
    assert [(line.source, line.subject, line.min, line.area) for line in made.tallies] == [
        ("city-admin", "launched", 8, "kyiv"),
        ("air-force", "launched", 5, "kyiv"),
        ("air-force", "shot-down", 5, "kyiv"),
        ("air-force", "launched", 65, "UA"),
    ]


def test_an_alarm_that_came_after_the_blast_has_a_negative_lead():
    told = alarmed(Told(), "07:05")
    told.say("07:00", "mayor", claim("explosion", "kyiv"))
    (made,) = whole(told)
    assert made.lead_seconds == -5 * 60


def test_an_alarm_of_elsewhere_or_of_hours_before_is_of_no_attack_here():
    told = alarmed(alarmed(Told(), name="sumy"), "00:10", "01:00", name="kyiv")
    told.say("07:00", "mayor", claim("explosion", "kyiv"))
    (made,) = whole(told)
    assert (made.alerts, made.first_alert, made.lead_seconds) == ((), None, None)


def test_two_attacks_of_one_day_stay_two():
    told = Told()
    told.say("07:00", "mayor", claim("explosion", "kyiv"))
    told.say("20:00", "mayor", claim("explosion", "kyiv"))
    assert [each.start for each in whole(told)] == [at("07:00"), at("20:00")]
