"""CAP messages: what each says, that the schema and a foreign validator accept it, and that the lint catches lies."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import capvalidator
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from cap_words import ISSUER, MORNING, NAMES, alarm, change, warning
from tocsin.model import Cause, Interval
from tocsin.render import cap
from tocsin.render.cap_lint import lint

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "data" / "xsd" / "CAP-v1.2.xsd"))
N = {"c": cap.NAMESPACE}


def raised(alert, number=1, issuer=ISSUER):
    return cap.message(change(number, "raise", alert), issuer=issuer)


def after(first, verb, alert, minutes=72):
    at = MORNING + timedelta(minutes=minutes)
    return cap.message(change(9, verb, alert, at), issuer=first.issuer, earlier=(first.reference,))


def read(message):
    xml = cap.write(message, names=NAMES)
    assert lint(xml, message, names=NAMES) == ()
    root = etree.fromstring(xml)
    SCHEMA.assertValid(root)
    assert capvalidator.check_schema(xml).passed
    return root


def texts(root, tag):
    return [node.text for node in root.iterfind(f".//c:{tag}", N)]


def every_kind_of_message():
    first = raised(alarm())
    hint = raised(warning())
    over = Interval(start=MORNING, end=MORNING + timedelta(minutes=72))
    return {
        "official": first,
        "warning": hint,
        "unofficial": raised(warning(unofficial=True, unconfirmed=True, level="yellow", whose=("monitor",))),
        "late and unconfirmed": raised(alarm(late=True, unconfirmed=True)),
        "revised": after(first, "revise", alarm(level="red", cause=Cause(kind="launch", weapon="kinzhal"))),
        "cleared": after(first, "clear", alarm(ending="over", valid=over)),
        "did not come": after(first, "clear", alarm(ending="did-not-come", valid=over)),
        "contradicted": after(first, "clear", alarm(ending="over", contradicted=True, valid=over)),
        "warning cleared": after(hint, "clear", warning(ending="over", valid=over)),
        "revoked": after(first, "revoke", alarm(ending="mistake", valid=over)),
        "warning revoked": after(hint, "revoke", warning(ending="mistake", valid=over)),
        "chemical": raised(alarm(kind="chemical")),
        "a kind that nobody knew": raised(
            alarm(kind="locusts", cause=Cause(kind="swarm", weapon="locust-9"))
        ),
        "demonstration": raised(alarm(), issuer=msgspec.structs.replace(ISSUER, status="Test")),
        "exercise": raised(alarm(), issuer=msgspec.structs.replace(ISSUER, status="Exercise")),
    }


@pytest.mark.parametrize("name", every_kind_of_message())
def test_every_message_passes_schema_and_lint_and_says_what_where_when_who_and_what_to_do(name):
    """R6, R7."""
    message = every_kind_of_message()[name]
    root = read(message)
    assert texts(root, "language") == ["uk-UA", "ru-UA", "en"]
    for tag in ("event", "headline", "description", "instruction", "areaDesc", "senderName"):
        assert len([t for t in texts(root, tag) if t.strip()]) == 3, tag
    for text in texts(root, "description"):
        assert message.alert.whose[0] == "monitor" or "Kyiv Digital" in text or "Air Force" in text
    assert set(texts(root, "valueName")) >= {"KATOTTG", "tocsin:layer"}


def test_a_raise_is_an_alert_with_its_own_identifier_in_cap_time():
    root = read(raised(alarm(), number=17))
    assert root.tag == f"{{{cap.NAMESPACE}}}alert"
    assert root.prefix is None
    assert texts(root, "identifier") == ["tocsin-20241220T043503-17"]
    assert texts(root, "sent") == ["2024-12-20T04:35:03-00:00"]
    assert texts(root, "msgType") == ["Alert"]
    assert texts(root, "status") == ["Actual"]
    assert texts(root, "references") == []
    assert "06:35" in texts(root, "description")[0]


def test_a_clear_updates_what_was_raised_and_says_all_clear():
    first = raised(alarm())
    root = read(after(first, "clear", alarm(ending="over")))
    assert texts(root, "msgType") == ["Update"]
    assert texts(root, "references") == [
        "tocsin@example.org,tocsin-20241220T043503-1,2024-12-20T04:35:03-00:00"
    ]
    assert set(texts(root, "responseType")) == {"AllClear"}
    assert set(texts(root, "urgency")) == {"Past"}


def test_an_all_clear_that_is_spoken_against_sends_nobody_out_of_the_shelter():
    """R32."""
    root = read(after(raised(alarm()), "clear", alarm(ending="over", contradicted=True)))
    assert set(texts(root, "responseType")) == {"Shelter"}
    assert "Past" not in texts(root, "urgency")
    assert "Офіційний відбій, якому суперечать" in texts(root, "headline")[0]


def test_three_endings_have_three_wordings():
    """R26."""
    first = raised(alarm())
    said = {
        ending: texts(read(after(first, verb, alarm(ending=ending))), "description")[2]
        for verb, ending in (("clear", "over"), ("clear", "did-not-come"), ("revoke", "mistake"))
    }
    assert "danger is over" in said["over"]
    assert "did not come" in said["did-not-come"]
    assert "by mistake" in said["mistake"]


def test_a_revoke_is_a_cancel_and_a_lapse_is_no_message():
    first = raised(warning())
    assert texts(read(after(first, "revoke", warning(ending="mistake"))), "msgType") == ["Cancel"]
    assert after(first, "lapse", warning()) is None
    assert after(first, "withhold", warning()) is None


def test_references_name_the_whole_chain_and_nothing_never_issued_is_ended():
    first = raised(alarm())
    second = cap.message(change(2, "revise", alarm(level="red")), issuer=ISSUER, earlier=(first.reference,))
    third = cap.message(
        change(3, "clear", alarm()), issuer=ISSUER, earlier=(first.reference, second.reference)
    )
    assert [r.identifier for r in third.references] == [first.identifier, second.identifier]
    assert cap.message(change(4, "clear", alarm()), issuer=ISSUER) is None
    assert cap.message(change(4, "revise", alarm()), issuer=ISSUER).type == "Alert"


def test_a_warning_says_that_it_is_no_siren_and_whose_word_it_is():
    """R31."""
    root = read(raised(warning()))
    for text, phrase in zip(texts(root, "headline"), ("не сирена", "не сирена", "not a siren"), strict=True):
        assert phrase in text
    assert "Air Force of Ukraine" in texts(root, "description")[2]
    assert "Take-off: MiG-31K" in texts(root, "description")[2]
    assert "will not mean that it is safe" in texts(root, "description")[2]


def test_the_first_instruction_for_ballistics_can_be_done_within_a_minute():
    """R36."""
    root = read(raised(alarm(cause=Cause(kind="launch", weapon="kinzhal", weapon_class="aeroballistic"))))
    assert "two walls" in texts(root, "instruction")[2].split(".")[0]


def test_an_official_alarm_is_said_again_before_it_expires():
    """R14: it stands for days, its message does not."""
    first = raised(alarm())
    again = cap.renewal(first, (first.reference,), MORNING + timedelta(hours=12), 1)
    root = read(again)
    assert texts(root, "identifier") == ["tocsin-20241220T043503-1.1"]
    assert again.expires == MORNING + timedelta(hours=36)


def test_the_same_change_always_gives_the_same_bytes():
    assert cap.write(raised(alarm()), names=NAMES) == cap.write(raised(alarm()), names=NAMES)


def test_a_signed_message_verifies_for_a_foreign_validator_and_one_changed_letter_does_not():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tocsin test")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    message = raised(alarm())
    signed = cap.sign(cap.write(message, names=NAMES), key, certificate)
    SCHEMA.assertValid(etree.fromstring(signed))
    assert capvalidator.validate_cap_message(signed).passed
    assert lint(signed, message, names=NAMES) == ()
    assert not capvalidator.check_signature(signed.replace(b"Kyiv", b"Lviv")).passed
    assert b"rsa-sha256" in signed
    assert b"xml-c14n11" in signed


LIES = {
    "another area's code": (rb"UA80000000000093317</value>", b"UA46000000000026241</value>"),
    "another area's name": (b"<areaDesc>Kyiv<", b"<areaDesc>Lviv<"),
    "all clear": (b"<responseType>Shelter<", b"<responseType>AllClear<"),
    "Actual for Test": (b"<status>Actual<", b"<status>Test<"),
    "another time": (b"<sent>2024-12-20T04:35", b"<sent>2024-12-20T05:35"),
    "an expiry before it takes effect": (b"<expires>2024-12-21", b"<expires>2024-12-19"),
    "no instruction": (rb"<instruction>[^<]*<", b"<instruction> <"),
    "a polygon from nowhere": (b"</areaDesc>", b"</areaDesc><polygon>50,30 51,30 51,31 50,31</polygon>"),
    "the other layer": (b"<value>official<", b"<value>warning<"),
    "a language lost": (b"<language>ru-UA<", b"<language>be-BY<"),
    "not XML": (b"</alert>", b""),
}


@pytest.mark.parametrize("lie", LIES)
def test_the_read_back_catches(lie):
    """R7: what was published equals the intent, or is not published."""
    message = raised(alarm())
    pattern, other = LIES[lie]
    xml = cap.write(message, names=NAMES)
    bent = re.sub(pattern, other, xml)
    assert bent != xml
    assert lint(bent, message, names=NAMES)


def test_the_read_back_catches_an_exercise_that_says_it_is_no_drill():
    """R3."""
    issuer = msgspec.structs.replace(ISSUER, status="Exercise")
    message = raised(alarm(instruction={"en": "This is not a drill. Hide."}), issuer=issuer)
    problems = lint(cap.write(message, names=NAMES), message, names=NAMES)
    assert any("R3" in p.what for p in problems)
    assert all(p.where == message.identifier and p.remedy for p in problems)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_words_of_ours_or_others_break_a_message(instruction, name):
    area = msgspec.structs.replace(alarm().area, name=name, names={})
    message = raised(
        alarm(instruction={"uk": instruction, "en": instruction}, area=area, id=name, rule=instruction)
    )
    root = etree.fromstring(cap.write(message, names=NAMES))
    SCHEMA.assertValid(root)
    assert "\u202e" not in "".join(root.itertext())
