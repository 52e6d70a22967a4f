"""CAP as it is served: chains of messages, the feeds, renewals, signatures, and what is not released."""

import asyncio
from datetime import UTC, datetime, timedelta

import capvalidator
import feedparser
import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from starlette.applications import Starlette

from cap_words import ISSUER, MORNING, NAMES, alarm, change, warning
from page_stage import places
from tocsin.outlets import cap as outlet
from tocsin.outlets.assembly import _cap_signer
from tocsin.outlets.keys import make_keys
from tocsin.render import cap

N = {"c": cap.NAMESPACE}


class Told:
    """An app that has published what it was told, and whose clock stands."""

    def __init__(self, *changes, now=MORNING):
        self.log, self.now = list(changes), now

    def clock(self):
        return self.now

    def changes(self, after=0, limit=1000):
        return [c for c in self.log if c.number > after][:limit]


def shelf(app, signer=None, issuer=ISSUER):
    return outlet.Shelf(app, issuer, NAMES, places(), signer)


def fetch(one, *paths):
    async def ask():
        app = Starlette(routes=outlet.routes(one))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cap") as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def signer():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tocsin test")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(7).not_valid_before(start).not_valid_after(start + timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.NoEncryption()
    return outlet.Signer(
        key=key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain),
        certificate=certificate.public_bytes(serialization.Encoding.PEM),
    )


def test_the_feed_leads_to_documents_that_refer_to_each_other():
    over = MORNING + timedelta(minutes=72)
    told = Told(
        change(1, "raise", alarm()),
        change(2, "revise", alarm(level="red"), MORNING + timedelta(minutes=9)),
        change(3, "clear", alarm(ending="over"), over),
        now=over,
    )
    one = shelf(told)
    (atom, rss) = fetch(one, "/cap/feed.atom", "/cap/feed.rss")
    assert atom.headers["content-type"].startswith("application/atom+xml")
    entries = feedparser.parse(atom.text).entries
    assert [e.title for e in entries] == ["All clear. Air-raid alarm: Kyiv"]
    assert [e.link for e in feedparser.parse(rss.text).entries] == [entries[0].id]
    (document,) = fetch(one, entries[0].id.removeprefix(ISSUER.base_url))
    assert document.headers["content-type"].startswith("application/cap+xml")
    root = etree.fromstring(document.content)
    assert root.findtext("c:references", namespaces=N).count("tocsin-2024") == 2
    assert capvalidator.check_schema(document.content).passed


def test_a_document_stays_byte_for_byte_as_it_was_first_written(signer):
    told = Told(change(1, "raise", alarm()))
    one = shelf(told, signer)
    first = one.document("tocsin-20241220T043503-1")
    told.now += timedelta(minutes=3)
    told.log.append(change(2, "clear", alarm(ending="over"), told.now))
    assert one.document("tocsin-20241220T043503-1") == first
    assert capvalidator.validate_cap_message(first).passed


def test_after_a_restart_the_same_messages_have_the_same_identifiers():
    """R8: nothing goes out twice under another name."""
    told = Told(change(1, "raise", alarm()), change(2, "raise", warning()), now=MORNING + timedelta(hours=30))
    before = [(m.identifier, m.sent) for m in shelf(told).messages()]
    assert [(m.identifier, m.sent) for m in shelf(told).messages()] == before


def test_an_official_alarm_that_lasts_for_days_never_leaves_the_feed():
    """R14."""
    told = Told(change(1, "raise", alarm()), now=MORNING + timedelta(days=3))
    one = shelf(told)
    (last,) = feedparser.parse(fetch(one, "/cap/feed.atom")[0].text).entries
    document = fetch(one, last.id.removeprefix(ISSUER.base_url))[0].content
    root = etree.fromstring(document)
    assert root.findtext("c:msgType", namespaces=N) == "Update"
    assert datetime.fromisoformat(root.findtext(".//c:expires", namespaces=N)) > told.now


def test_a_warning_that_lapsed_is_neither_renewed_nor_cleared():
    told = Told(change(1, "raise", warning()), now=MORNING + timedelta(days=1))
    told.log.append(change(2, "lapse", warning(), MORNING + timedelta(minutes=30)))
    messages = shelf(told).messages()
    assert [m.type for m in messages] == ["Alert"]


def test_a_message_that_does_not_read_back_as_meant_is_not_released():
    """R7, R3."""
    exercise = msgspec.structs.replace(ISSUER, status="Exercise")
    told = Told(change(1, "raise", alarm(instruction={"uk": "Це не навчання! Ховайтеся."})))
    one = shelf(told, issuer=exercise)
    (answer,) = fetch(one, "/cap/tocsin-exercise-20241220T043503-1.xml")
    assert answer.status_code == 404
    assert any("R3" in p.what for p in one.problems)


def test_geocodes_and_polygons_are_those_of_the_area():
    """R7: the ids by which the dialects know it; a polygon only where the outline is exact and has no holes."""
    told = Told(change(1, "raise", alarm()))
    root = etree.fromstring(shelf(told).document("tocsin-20241220T043503-1"))
    codes = {g[0].text: g[1].text for g in root.find(".//c:area", namespaces=N).iterfind("c:geocode", N)}
    assert codes["KATOTTG"] == "UA80000000000093317"
    assert codes["alerts.in.ua"] == "31"
    for code in places().first_level():
        rings = cap.polygons(code, places())
        assert all(ring[0] == ring[-1] for ring in rings)
        lat, lon = places().position(code)
        corners = [point for ring in rings for point in ring]
        assert not corners or min(x for x, _ in corners) < lon < max(x for x, _ in corners)
        assert not corners or min(y for _, y in corners) < lat < max(y for _, y in corners)


def test_no_polygon_of_an_oblast_takes_in_a_city_that_is_not_of_it():
    """R7: Kyiv lies inside Kyiv oblast and is another area."""
    lat, lon = places().position("UA80000000000093317")
    assert not any(cap.inside((lon, lat), ring) for ring in cap.polygons("UA32000000000030281", places()))


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fetc%2fpasswd", "a" * 3000, "%00"])
def test_what_was_never_issued_is_not_found(name):
    (answer,) = fetch(shelf(Told()), f"/cap/{name}.xml")
    assert answer.status_code == 404


@pytest.mark.parametrize(("years", "told"), [(3, "ended on 2023"), (1.95, "ends on 2025"), (0.5, None)])
def test_a_certificate_that_ends_is_told_before_and_messages_go_on(tmp_path, years, told):
    made = make_keys(tmp_path / "keys", "tocsin@example.org", MORNING - timedelta(days=365 * years))
    one = shelf(Told(change(4, "raise", alarm())), signer=_cap_signer(made.cap_key))
    condition = one.condition()
    assert (told in condition) if told else condition is None
    (message,) = one.messages()
    assert fetch(one, f"/cap/{message.identifier}.xml")[0].status_code == 200
