"""Situation reports: nothing that no claim says, in three languages, with what changed since."""

from __future__ import annotations

import msgspec
import pytest

from record_words import REGISTER, Morning, Towns, at, at_least, claim
from tocsin.model import Change, Picture
from tocsin.render.naming import Names
from tocsin.render.sitrep import LANGS, sitrep
from tocsin.render.sitrep_forms import to_html, to_json, to_markdown
from tocsin.render.sitrep_pdf import to_pdf
from tocsin.render.sitrep_words import phrases
from tocsin.render.story import Quote


class Told(Morning):
    """A morning whose changes are numbered, so that a report can be written of it."""

    def __init__(self):
        super().__init__()
        self.changes: list[Change] = []

    def say(self, clock, source, *claims, **more):
        facts = super().say(clock, source, *claims, **more)
        self._keep(facts, at(clock))
        return facts

    def _keep(self, facts, when):
        for fact in facts:
            number = len(self.changes) + 1
            self.changes.append(Change(number=number, at=when, entry=number, fact=fact))

    def report(self, clock, lang="en", **more):
        picture = Picture(
            incidents=self.record.incidents(),
            ledgers=self.record.ledgers(),
            statements=self.record.statements(),
        )
        names = Names(register=REGISTER)
        known_at = at(clock)
        return sitrep(picture, self.changes, lang, names=names, ref=Towns().ref, known_at=known_at, **more)


def morning_until_five():
    told = Told()
    told.say("07:24", "paper", claim("explosion", "kyiv", count=at_least(8)))
    told.say(
        "07:36",
        "mayor",
        claim("debris", "hol"),
        claim("fire", "hol", hit="vehicle"),
        claim("response", "hol"),
    )
    told.say("07:44", "city-admin", claim("debris", "sol", "dni"))
    told.say("07:52", "mayor", claim("casualty", "kyiv", harm={"affected": 2}))
    told.say(
        "09:20", "paper", claim("casualty", "kyiv", by="mayor", stance="denies", harm={"killed": at_least(1)})
    )
    return told


def the_rest(told):
    told.say("09:41", "city-admin", claim("debris", "dni", stance="denies"))
    told.say("09:41", "city-admin", claim("tally", "kyiv", weapon="missile", scope={"launched": 8}))
    told.say("10:02", "mayor", claim("casualty", "kyiv", harm={"affected": 9, "killed": 1}))
    told.say(
        "10:02",
        "mayor",
        claim("outage", "kyiv", hit="heating-main", scope={"residential-buildings": 630}),
    )
    told.say("10:30", "air-force", claim("tally", "kyiv", weapon="missile", scope={"launched": 5}))
    told.say("11:00", "enemy", claim("statement"))
    told.say("13:10", "heat", claim("outage", "kyiv", hit="heating-main", scope={"restored": 300, "of": 630}))
    told.say("16:20", "city-admin", claim("casualty", "kyiv", harm={"affected": 13, "killed": 1}))
    return told


def sentences(report):
    return [*report.highlights, *(each for part in report.parts for each in part.sentences)]


def part(report, name):
    return next(each for each in report.parts if each.name == name).sentences


def test_at_half_past_nine_no_death_is_known_and_its_denial_is():
    report = morning_until_five().report("09:30")
    assert "Killed, kyiv: denied by mayor, quoted by paper, 09:20; no figure stands." in [
        each.text for each in report.highlights
    ]
    assert all(figure.number == "—" for figure in report.figures if figure.subject == "Killed")


def test_at_five_the_figures_have_their_growth_their_ranges_and_their_sources():
    report = the_rest(morning_until_five()).report("17:00")
    top = [each.text for each in report.highlights]
    assert any(text.startswith("Killed, kyiv: 1 (") for text in top)
    assert any("2 → 9 → 13 (city-admin, 16:20)" in text for text in top)
    launched = next(text for text in top if text.startswith("Launched"))
    assert "8 (city-admin)" in launched
    assert "5 (air-force)" in launched
    assert "Effects are reported in: hol, sol. Withdrawn: dni." in top
    assert any(text.startswith("Without heating") for text in top)
    assert 2 <= len(report.highlights) <= 5
    assert [each.text for each in part(report, "outages")][-1].startswith("Heating restored, kyiv: 300")
    assert "of 630" in part(report, "outages")[-1].text


def test_every_sentence_and_figure_carries_claims_that_were_made():
    told = the_rest(morning_until_five())
    report = told.report("17:00", since=at("09:30"))
    made = {claim_id for line in told.record.ledgers().lines for claim_id in line.claims}
    for incident in told.record.incidents():
        made.update((*incident.claims, *incident.against))
    for statement in told.record.statements():
        made.update(statement.claims)
    for each in (*sentences(report), *report.figures):
        assert each.claims
        assert set(each.claims) <= made


def test_an_empty_picture_says_nothing_and_invents_nothing():
    report = Told().report("09:30")
    assert sentences(report) == []
    assert report.figures == ()
    assert "No source has reported" in to_markdown(report)


def test_statements_are_apart_and_in_no_other_part_but_the_timeline():
    report = the_rest(morning_until_five()).report("17:00")
    said, beside = part(report, "statements")
    assert beside.text.startswith("Beside it, what sources report: Effects are reported in: hol, sol.")
    words = [said.about]
    others = [
        each.about for each in (*report.highlights, *part(report, "districts"), *part(report, "outages"))
    ]
    assert not set(words) & set(others)


def test_what_changed_since_marks_corrections_as_corrections():
    report = the_rest(morning_until_five()).report("17:00", since=at("09:30"))
    told = part(report, "changed")
    assert all(each.at > at("09:30") for each in told)
    corrected = [each.text for each in told if each.correction]
    assert corrected
    assert corrected[0].startswith("Correction. dni:")


@pytest.mark.parametrize("lang", LANGS)
def test_three_languages_say_the_same_with_the_same_claims(lang):
    told = the_rest(morning_until_five())
    report, english = told.report("17:00", lang, since=at("09:30")), told.report("17:00", since=at("09:30"))
    assert [each.claims for each in sentences(report)] == [each.claims for each in sentences(english)]
    assert (report.title == english.title) == (lang == "en")
    html = to_html(report)
    assert f'<html lang="{lang}">' in html
    assert to_markdown(report).count("`") >= 2 * len(sentences(report))


def test_every_language_has_the_same_phrases_with_the_same_places():
    places = [
        {key: sorted(set(_places(phrases(lang)._phrases[key]))) for key in phrases(lang).keys}
        for lang in LANGS
    ]
    assert places[0] == places[1] == places[2]


def _places(text):
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]


def test_the_words_and_links_of_each_report_follow_where_they_may_be_shown():
    told = Told()
    told.say("07:36", "mayor", claim("debris", "hol"), report="a")
    quotes = {
        "mayor:a#1": Quote(source="mayor", quote="<b>Debris</b> | fell", url="https://example.org/a?x=1")
    }
    report = told.report("08:00", quotes=quotes, base="/sitrep")
    assert [word.claim for word in report.words] == ["mayor:a#1"]
    html = to_html(report)
    assert "&lt;b&gt;Debris&lt;/b&gt;" in html
    assert 'href="https://example.org/a?x=1"' in html
    assert 'href="/sitrep#districts-incident-mayor-a-1"' in html
    assert r"\<b\>Debris\</b\> \| fell" in to_markdown(report)


def test_a_link_that_is_no_web_address_is_not_linked():
    told = Told()
    told.say("07:36", "mayor", claim("debris", "hol"), report="a")
    quotes = {"mayor:a#1": Quote(source="mayor", quote="x", url="javascript:alert(1)")}
    assert 'href="javascript' not in to_html(told.report("08:00", quotes=quotes))


def test_one_area_keeps_to_what_lies_in_it():
    told = the_rest(morning_until_five())
    report = told.report("17:00", area=Towns().ref("hol"), covers=Towns().covers)
    assert {each.area for each in report.figures} <= {"hol"}
    assert part(report, "districts")[0].text.startswith("hol:")
    assert all("dni" not in each.text for each in sentences(report))


def test_json_is_canonical_and_the_same_every_time():
    one, two = (to_json(the_rest(morning_until_five()).report("17:00")) for _ in range(2))
    assert one == two
    assert msgspec.json.decode(one)["lang"] == "en"


@pytest.mark.parametrize("lang", LANGS)
def test_the_pdf_is_the_same_every_time_and_holds_its_letters(lang):
    told = the_rest(morning_until_five())
    quotes = {"mayor:mayor-2#1": Quote(source="mayor", quote="🔴 Уламки", url="https://example.org/a")}
    report = told.report("17:00", lang, since=at("09:30"), quotes=quotes)
    one = to_pdf(report)
    assert one.startswith(b"%PDF-")
    assert one == to_pdf(report)
    assert b"/FontFile2" in one
    assert b"https://example.org/a" in one


def test_what_is_left_of_an_outage_is_told_with_both_numbers():
    told = the_rest(morning_until_five())
    texts = [each.text for each in part(told.report("17:00"), "outages")]
    assert any("300 of 630 residential buildings; still open: 330" in one for one in texts)


def test_the_parts_of_a_total_stand_beside_it_and_a_total_below_its_parts_says_so():
    told = Told()
    told.say("08:00", "mayor", claim("casualty", "hol", harm={"injured": 4}))
    told.say("08:05", "mayor", claim("casualty", "sol", harm={"injured": 5}))
    told.say("08:10", "city-admin", claim("casualty", "kyiv", harm={"injured": 9}))
    row = next(each for each in told.report("09:00", covers=Towns().covers).figures if each.area == "kyiv")
    assert (row.number, row.others) == ("9", "in its parts: hol 4, sol 5")
    told.say("08:20", "rescuers", claim("casualty", "dni", harm={"injured": 3}))
    row = next(each for each in told.report("09:00", covers=Towns().covers).figures if each.area == "kyiv")
    assert row.others == "in its parts: dni 3, hol 4, sol 5 – more than the total: both are kept"
    assert row.number == "9"
