"""Feeds of CAP messages, read back by the reader that aggregators use."""

from datetime import timedelta

import feedparser

from cap_words import ISSUER, KYIV_OBLAST, MORNING, alarm, change, warning
from tocsin.render import cap, feed
from tocsin.render.cap import Issuer
from tocsin.render.words import bundled


def sent(number, verb, alert, minutes=0, earlier=()):
    at = MORNING + timedelta(minutes=minutes)
    return cap.message(change(number, verb, alert, at), issuer=ISSUER, earlier=earlier)


def written(form, messages, now=MORNING):
    return feedparser.parse(form(messages, issuer=ISSUER, now=now, words=bundled("en")))


def test_an_atom_entrys_id_is_the_address_of_its_cap_document():
    one = sent(1, "raise", alarm())
    parsed = written(feed.atom, [one])
    entry = parsed.entries[0]
    assert not parsed.bozo
    assert entry.id == entry.link == "https://tocsin.example.org/cap/tocsin-20241220T043503-1.xml"
    assert entry.links[0].type == "application/cap+xml"
    assert entry.updated == "2024-12-20T04:35:03Z"
    assert entry.title == "Air-raid alarm: Kyiv"


def test_an_rss_items_link_is_the_address_and_its_guid_the_identifier():
    parsed = written(feed.rss, [sent(1, "raise", alarm())])
    item = parsed.entries[0]
    assert not parsed.bozo
    assert item.link.endswith("/cap/tocsin-20241220T043503-1.xml")
    assert item.id == "tocsin-20241220T043503-1"
    assert item.author == "tocsin@example.org"


def test_an_ended_alert_leaves_and_its_closing_message_stays_until_it_expires():
    first = sent(1, "raise", alarm())
    hint = sent(2, "raise", warning(area=KYIV_OBLAST))
    over = sent(3, "clear", alarm(ending="over"), minutes=20, earlier=(first.reference,))
    messages = (first, hint, over)
    assert feed.listed(messages, MORNING + timedelta(minutes=21)) == (over, hint)
    assert feed.listed(messages, MORNING + timedelta(minutes=40)) == (over,)


def test_a_feed_is_never_empty_after_the_first_alert():
    first = sent(1, "raise", alarm())
    over = sent(3, "clear", alarm(ending="over"), minutes=20, earlier=(first.reference,))
    assert feed.listed((first, over), MORNING + timedelta(days=9)) == (over,)
    assert feed.listed((), MORNING) == ()


def test_an_address_has_no_double_slash_however_the_base_was_written():
    assert (
        feed.address(Issuer(sender="s", base_url="https://a.example/"), "x") == "https://a.example/cap/x.xml"
    )
