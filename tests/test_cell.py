"""Text for cell broadcast: at most 600 UCS-2 units, what matters first, whole sentences."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cap_words import ISSUER, KYIV, MORNING, NAMES, alarm, change, warning
from test_cap_served import Told, fetch, shelf
from tocsin.model import Interval, Silence
from tocsin.render import cap
from tocsin.render.cell import UNITS, broadcast, units
from tocsin.render.words import LANGUAGES, bundled


def text(verb, alert, lang, **more):
    earlier = () if verb == "raise" else (cap.Reference(sender="x", identifier="1", sent=MORNING),)
    made = cap.message(change(1, verb, alert, **more), issuer=ISSUER, earlier=earlier)
    return broadcast(made, bundled(lang), NAMES)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("verb", ["raise", "revise", "clear", "revoke"])
@pytest.mark.parametrize("make", [alarm, warning])
def test_every_message_fits_and_says_what_where_when_and_who_r6(lang, verb, make):
    end = MORNING if verb in {"clear", "revoke"} else None
    alert = make(ending="over" if end else None, valid=Interval(start=MORNING, end=end))
    said = text(verb, alert, lang)
    words = bundled(lang)
    assert units(said) <= UNITS
    assert said.endswith(".")
    assert words.area(alert.area) in said
    assert "06:35" in said
    assert words.say("cap.by", sources=cap.sources(alert.whose, NAMES, lang)) in said


def test_what_to_do_comes_before_who_says_so():
    said = text("raise", alarm(), "en")
    assert said.index("Kyiv") < said.index("shelter") < said.index("Kyiv Digital")


@given(st.text(max_size=900), st.text(max_size=900))
@settings(deadline=None, max_examples=60)
def test_no_name_and_no_instruction_is_too_long(name, words):
    area = msgspec.structs.replace(KYIV, names={"uk": "Київ " + name})
    said = text("raise", alarm(area=area, instruction={"uk": words}), "uk")
    assert units(said) <= UNITS
    assert all(ord(c) <= 0xFFFF for c in said)
    assert "\n" not in said


def test_it_is_served_beside_the_document_in_each_language():
    app = Told(change(4, "raise", alarm()))
    one = shelf(app)
    (made,) = one.messages()
    found = fetch(one, *(f"/cap/{made.identifier}.txt?lang={lang}" for lang in (*LANGUAGES, "fr")))
    assert [r.status_code for r in found] == [200, 200, 200, 404]
    assert [r.headers.get("content-language") for r in found[:3]] == list(LANGUAGES)
    assert len({r.text for r in found[:3]}) == 3


def test_a_silenced_raise_is_not_listed_and_what_was_listed_stays():
    app = Told(change(4, "raise", alarm()), now=MORNING + timedelta(minutes=1))
    mute = Silence(
        id="order:1", outlet="cap", start=app.now, until=app.now + timedelta(hours=1), operator="o", why="w"
    )
    one = shelf(app)
    before = fetch(one, "/cap/feed.atom")[0].content
    one._silenced = lambda _: mute
    app.log.append(change(5, "revise", alarm(level="yellow"), at=app.now + timedelta(seconds=5)))
    app.log.append(change(6, "raise", warning(), at=app.now + timedelta(seconds=6)))
    assert fetch(one, "/cap/feed.atom")[0].content == before
    one._silenced = lambda _: None
    assert fetch(one, "/cap/feed.atom")[0].content.count(b"<entry>") == 2
