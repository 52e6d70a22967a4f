"""CAP 1.2: one document for each message of an alert, its lint, and its signature.

Which verb becomes which message (OASIS CAP 1.2, section 3.2; GLOSSARY):

    raise → Alert · revise → Update · clear → Update (AllClear, Past) · revoke → Cancel · lapse, withhold → no message

A message is written compactly and signed last: some readers drop blank text before they verify.
``lint`` reads a finished document back and compares it with what was meant (R6, R7), so that nothing is released
that says something else than was decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import msgspec
from lxml import etree

from tocsin.model import Alert, AreaRef, Change
from tocsin.render.naming import Names, cause, clean, instruction, sources
from tocsin.render.words import LANGUAGES, Words, bundled

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["NAMESPACE", "Issuer", "Message", "Reference", "message", "renewal", "sign", "stamp", "write"]

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
TAGS: Final = {"uk": "uk-UA", "ru": "ru-UA", "en": "en"}

# Some readers fail on a prefixed root; the stubs do not know that a prefix may be None.
_UNPREFIXED: Any = {None: NAMESPACE}
_OFFICIAL_FOR = timedelta(hours=24)
_CLOSING_FOR = timedelta(hours=1)
_CBRNE = frozenset({"chemical", "nuclear"})
_TYPES: Final = {"raise": "Alert", "revise": "Update", "clear": "Update", "revoke": "Cancel"}


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends: CAP's ``sender``, where our pages live, what we are called in each language.

    ``status`` is Actual, or Test for a demonstration, or Exercise.
    """

    sender: str
    base_url: str
    status: str = "Actual"
    names: Mapping[str, str] = {}
    contact: str | None = None

    @property
    def home(self) -> str:
        """Where our pages live, without a slash at the end."""
        return self.base_url.rstrip("/")


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """How a later message names an earlier one: ``sender,identifier,sent``."""

    sender: str
    identifier: str
    sent: datetime

    def __str__(self) -> str:
        return f"{self.sender},{self.identifier},{stamp(self.sent)}"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What one CAP document is meant to say; ``identifier`` and ``sent`` stay as they were first issued."""

    identifier: str
    issuer: Issuer
    sent: datetime
    type: str
    verb: str
    alert: Alert
    expires: datetime
    references: tuple[Reference, ...] = ()

    @property
    def reference(self) -> Reference:
        """How later messages name this one."""
        return Reference(sender=self.issuer.sender, identifier=self.identifier, sent=self.sent)

    @property
    def closing(self) -> bool:
        """Whether it ends its alert."""
        return self.verb in {"clear", "revoke"}


def stamp(moment: datetime) -> str:
    """Write a moment as CAP wants it: UTC as ``-00:00``, whole seconds, never ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def message(change: Change, *, issuer: Issuer, earlier: Sequence[Reference] = ()) -> Message | None:
    """Make the message that a change of an alert calls for, or none.

    ``earlier`` are the messages of the same alert that were issued before. A revision of an alert that was never
    issued opens it; an ending of one that was never issued says nothing to nobody.
    """
    alert = change.fact.noun
    kind = _TYPES.get(change.fact.verb)
    if not isinstance(alert, Alert) or kind is None:
        return None
    if not earlier and kind != "Alert":
        if change.fact.verb != "revise":
            return None
        kind = "Alert"
    sent = change.at.replace(microsecond=0)
    return Message(
        # An exercise's message never bears the name of a real one (R2).
        identifier=f"tocsin-{'exercise-' if issuer.status == 'Exercise' else ''}"
        f"{sent.astimezone(UTC):%Y%m%dT%H%M%S}-{change.number}",
        issuer=issuer,
        sent=sent,
        type=kind,
        verb=change.fact.verb,
        alert=alert,
        expires=_expiry(alert, change.fact.verb, sent),
        references=tuple(earlier) if kind != "Alert" else (),
    )


def renewal(last: Message, earlier: Sequence[Reference], at: datetime, ordinal: int) -> Message:
    """Say again, before it expires, that an official alarm still stands: it lasts until it is ended (R14)."""
    sent = at.replace(microsecond=0)
    return msgspec.structs.replace(
        last,
        identifier=f"{last.identifier.split('.')[0]}.{ordinal}",
        sent=sent,
        type="Update",
        verb="revise",
        expires=_expiry(last.alert, "revise", sent),
        references=tuple(earlier),
    )


def _expiry(alert: Alert, verb: str, sent: datetime) -> datetime:
    if verb in {"clear", "revoke"}:
        return sent + _CLOSING_FOR
    if alert.layer == "warning":
        end = alert.lapses_at or alert.valid.end
        if end is not None:
            return max(end.replace(microsecond=0), sent + timedelta(minutes=1))
        return sent + _CLOSING_FOR
    return sent + _OFFICIAL_FOR


# --- writing ------------------------------------------------------------------


def write(what: Message, *, names: Names, places: Gazetteer | None = None) -> bytes:
    """Write a message as a CAP 1.2 document, unsigned, compact, with an info block a language."""
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=_UNPREFIXED)
    _put(root, "identifier", what.identifier)
    _put(root, "sender", what.issuer.sender)
    _put(root, "sent", stamp(what.sent))
    _put(root, "status", what.issuer.status)
    _put(root, "msgType", what.type)
    _put(root, "scope", "Public")
    if what.type == "Cancel":
        _put(root, "note", bundled("en").say("cap.mistake"))
    elif what.issuer.status in {"Test", "Exercise"}:
        _put(root, "note", bundled("en").say(f"cap.{what.issuer.status.lower()}"))
    if what.references:
        _put(root, "references", " ".join(map(str, what.references)))
    for lang in LANGUAGES:
        _info(root, what, bundled(lang), names, places)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _info(root: etree._Element, what: Message, words: Words, names: Names, places: Gazetteer | None) -> None:
    alert = what.alert
    info = etree.SubElement(root, f"{{{NAMESPACE}}}info")
    _put(info, "language", TAGS[words.lang])
    _put(info, "category", "CBRNE" if alert.kind in _CBRNE else "Security")
    _put(info, "event", words.word("kind", alert.kind))
    _put(info, "responseType", _response(what))
    urgency, severity, certainty = _axes(what)
    _put(info, "urgency", urgency)
    _put(info, "severity", severity)
    _put(info, "certainty", certainty)
    _put(info, "effective", stamp(what.sent))
    if alert.valid.start is not None:
        _put(info, "onset", stamp(alert.valid.start))
    _put(info, "expires", stamp(what.expires))
    _put(info, "senderName", words.named(what.issuer.names, f"Tocsin, {what.issuer.sender}"))
    _put(info, "headline", headline(what, words))
    _put(info, "description", description(what, words, names))
    _put(info, "instruction", advice(what, words))
    _put(info, "web", f"{what.issuer.home}/area/{alert.area.code}?lang={words.lang}")
    if what.issuer.contact:
        _put(info, "contact", what.issuer.contact)
    for name, value in _parameters(what):
        pair = etree.SubElement(info, f"{{{NAMESPACE}}}parameter")
        _put(pair, "valueName", name)
        _put(pair, "value", value)
    _area(info, alert.area, words, places)


def _parameters(what: Message) -> tuple[tuple[str, str], ...]:
    alert = what.alert
    return (
        ("tocsin:layer", alert.layer),
        ("tocsin:level", alert.level or "red"),
        ("tocsin:verb", what.verb),
        ("tocsin:alert", clean(alert.id)),
        ("tocsin:rule", clean(alert.rule)),
        ("tocsin:sources", " ".join(clean(s) for s in alert.whose)),
        ("tocsin:unconfirmed", "true" if alert.unconfirmed else "false"),
    )


def _response(what: Message) -> str:
    if what.verb == "revoke":
        return "None"
    if what.verb == "clear":
        # An all-clear that is spoken against keeps people where they are (R32).
        return "Shelter" if what.alert.contradicted else "AllClear"
    return what.alert.response


def _axes(what: Message) -> tuple[str, str, str]:
    alert = what.alert
    if what.verb == "clear" and alert.contradicted:
        return "Immediate", alert.severity, "Possible"
    if what.closing:
        return "Past", "Minor", "Observed" if what.verb == "clear" else "Unlikely"
    return alert.urgency, alert.severity, alert.certainty


def _area(info: etree._Element, area: AreaRef, words: Words, places: Gazetteer | None) -> None:
    node = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _put(node, "areaDesc", clean(words.area(area)))
    for ring in polygons(area.code, places):
        _put(node, "polygon", " ".join(f"{lat:.4f},{lon:.4f}" for lon, lat in ring))
    for name, value in geocodes(area.code, places):
        pair = etree.SubElement(node, f"{{{NAMESPACE}}}geocode")
        _put(pair, "valueName", name)
        _put(pair, "value", value)


def geocodes(code: str, places: Gazetteer | None) -> tuple[tuple[str, str], ...]:
    """Give an area's code, and the ids by which the dialects know it."""
    own = "KATOTTG" if code.startswith("UA") and len(code) == 19 else "ISO3166"
    pairs = [(own, code)]
    for dialect in ("alerts.in.ua", "ukrainealarm"):
        known = places.dialect_id(dialect, code) if places is not None else None
        if known:
            pairs.append((dialect, known))
    return tuple(pairs)


Ring = tuple[tuple[float, float], ...]


def polygons(code: str, places: Gazetteer | None) -> tuple[Ring, ...]:
    """Give an area's rings where they are known exactly and closed; nothing rather than something wider (R7).

    CAP has no holes: an outline that encloses another area is left to its geocode.
    """
    outline = places.outline(code) if places is not None else None
    if outline is None or outline.approximate:
        return ()
    rings = tuple(tuple((float(x), float(y)) for x, y in ring) for ring in outline.rings)
    if not all(len(r) >= 4 and r[0] == r[-1] for r in rings):
        return ()
    if any(inside(a[0], b) for a in rings for b in rings if a is not b):
        return ()
    return rings


def inside(point: tuple[float, float], ring: Ring) -> bool:
    """Tell whether a point lies within a ring."""
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


# --- what it says in words ------------------------------------------------------


def headline(what: Message, words: Words) -> str:
    """Say in a line what this is and where, and that a warning is no siren (R31)."""
    alert = what.alert
    form = "official" if alert.layer == "official" else "warning"
    if what.verb == "clear":
        form = "clear" if alert.layer == "official" else "clear-warning"
        if alert.contradicted:
            form = "contradicted"
    elif what.verb == "revoke":
        form = "revoke" if alert.layer == "official" else "revoke-warning"
    text = words.say(
        f"cap.headline.{form}", kind=words.word("kind", alert.kind), area=clean(words.area(alert.area))
    )
    if what.issuer.status in {"Test", "Exercise"}:
        text = f"{words.say(f'cap.{what.issuer.status.lower()}')} {text}"
    return text


def description(what: Message, words: Words, names: Names) -> str:
    """Say what, where, when, why, and who says so (R6)."""
    alert = what.alert
    said = [f"{headline(what, words)}."]
    if not what.closing:
        if alert.level is not None:
            said.append(f"{words.word('level', alert.level).capitalize()}.")
        if alert.valid.start is not None:
            said.append(words.say("cap.since", when=words.when(alert.valid.start)))
        if alert.late:
            said.append(words.say("cap.late"))
        why = cause(alert.cause, names, words)
        said.append(words.say("cap.cause", cause=why) if why else words.say("cap.no-cause"))
    elif alert.valid.end is not None:
        said.append(words.say("cap.ended", when=words.when(alert.valid.end)))
    said.append(words.say("cap.issued", when=words.when(what.sent)))
    said += _who(what, words, names)
    said += _end(what, words)
    return " ".join(said)


def _who(what: Message, words: Words, names: Names) -> list[str]:
    alert = what.alert
    who = sources(alert.whose, names, words.lang) or words.say("cap.nobody")
    if what.closing:
        return [words.say("cap.by", sources=who)]
    said = [words.say(f"cap.{alert.layer}", sources=who)]
    if alert.unofficial:
        said.append(words.say("cap.unofficial"))
    if alert.unconfirmed:
        said.append(words.say("cap.unconfirmed"))
    return said


def _end(what: Message, words: Words) -> list[str]:
    alert = what.alert
    if what.verb == "revoke":
        return [words.say("cap.mistake")]
    if what.verb == "clear":
        if alert.contradicted:
            return [words.say("cap.contradicted")]
        return [words.say("cap.did-not-come" if alert.ending == "did-not-come" else "cap.over")]
    if alert.layer == "official":
        return [words.say("cap.stands")]
    return [words.say("cap.lapses", when=words.when(what.expires))]


def advice(what: Message, words: Words) -> str:
    """Say what to do (R6, R36)."""
    if what.verb == "revoke":
        return words.say("do.revoked")
    if what.verb == "clear":
        if what.alert.contradicted:
            return words.say("do.contradicted")
        return words.say("do.cleared" if what.alert.layer == "official" else "do.warning-cleared")
    return instruction(what.alert, words)


def _put(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}").text = clean(text)


# --- signing --------------------------------------------------------------------


def sign(xml: bytes, key: Any, certificate: str | bytes) -> bytes:  # noqa: ANN401 - signxml takes PEM or a key object
    """Sign a document: enveloped XML-DSig, RSA-SHA256, C14N 1.1, the certificate in KeyInfo."""
    from signxml import methods  # noqa: PLC0415 - slow to import, and many never sign
    from signxml.algorithms import CanonicalizationMethod  # noqa: PLC0415
    from signxml.signer import XMLSigner  # noqa: PLC0415

    signer = XMLSigner(
        method=methods.enveloped,
        signature_algorithm="rsa-sha256",
        digest_algorithm="sha256",
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_1,
    )
    pem = certificate.decode("ascii") if isinstance(certificate, bytes) else certificate
    signed = signer.sign(etree.fromstring(xml), key=key, cert=pem)
    return etree.tostring(signed, encoding="UTF-8", xml_declaration=True)
