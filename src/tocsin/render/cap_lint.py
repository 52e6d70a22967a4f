"""The read-back check of a CAP document: what was written, parsed again, equals what was meant (R6, R7).

It answers with problems; a document that has one is not released. No validator that we know catches open polygons,
longitude before latitude, an expiry before its sending, or a Cancel without references: they are caught here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from lxml import etree

from tocsin.model import Problem
from tocsin.render import cap
from tocsin.render.naming import Names
from tocsin.render.words import LANGUAGES, bundled

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["REAL", "lint"]

_N = f"{{{cap.NAMESPACE}}}"
_REMEDY = "do not release this message; report it as a fault of the renderer"
# An exercise must not claim to be real (R3), and neither must a demonstration.
REAL = ("not a drill", "no drill", "це не навчання", "не навчальн", "это не учения", "не учебн")


def lint(
    xml: bytes, meant: cap.Message, *, names: Names, places: Gazetteer | None = None
) -> tuple[Problem, ...]:
    """Compare a finished document with the message that it was meant to be; nothing to say means release it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        return (Problem(where=meant.identifier, what=f"not XML: {error}", remedy=_REMEDY),)
    found = [*_head(root, meant), *_infos(root, meant, names, places), *_drill(root, meant)]
    return tuple(Problem(where=meant.identifier, what=what, remedy=_REMEDY) for what in found)


def _text(node: etree._Element, tag: str) -> str:
    return node.findtext(f"{_N}{tag}") or ""


def _head(root: etree._Element, meant: cap.Message) -> Iterator[str]:
    wanted = {
        "identifier": meant.identifier,
        "sender": meant.issuer.sender,
        "sent": cap.stamp(meant.sent),
        "status": meant.issuer.status,
        "msgType": meant.type,
        "scope": "Public",
        "references": " ".join(map(str, meant.references)),
    }
    for tag, value in wanted.items():
        if _text(root, tag) != value:
            yield f"{tag} is {_text(root, tag)!r}, was meant to be {value!r}"
    for tag in ("identifier", "sender"):
        if set(_text(root, tag)) & set(" ,<&\t\n") or not _text(root, tag):
            yield f"{tag} is empty or holds a space, a comma or markup: {_text(root, tag)!r}"
    if meant.type in {"Update", "Cancel"} and not meant.references:
        yield f"{meant.type} without references"
    if meant.expires <= meant.sent:
        yield "expires before it was sent"


def _infos(root: etree._Element, meant: cap.Message, names: Names, places: Gazetteer | None) -> Iterator[str]:
    infos = root.findall(f"{_N}info")
    if [_text(i, "language") for i in infos] != [cap.TAGS[lang] for lang in LANGUAGES]:
        yield "info blocks are not uk, ru, en"
        return
    for lang, info in zip(LANGUAGES, infos, strict=True):
        for what in (
            *_words(info, lang, meant, names),
            *_where(info, lang, meant, places),
            *_times(info, meant),
        ):
            yield f"{lang}: {what}"


def _words(info: etree._Element, lang: str, meant: cap.Message, names: Names) -> Iterator[str]:
    words = bundled(lang)
    text = {
        tag: _text(info, tag) for tag in ("event", "headline", "description", "instruction", "senderName")
    }
    for tag, value in text.items():
        if not value.strip():
            yield f"{tag} says nothing (R6)"
    for tag, value in (
        ("headline", cap.headline(meant, words)),
        ("description", cap.description(meant, words, names)),
        ("instruction", cap.advice(meant, words)),
    ):
        if text[tag] != value:
            yield f"{tag} is not what was meant"
    if words.area(meant.alert.area) not in text["headline"]:
        yield "the headline does not say where (R6)"
    if words.clock(meant.sent) not in text["description"]:
        yield "the description does not say when (R6)"
    layer = next(
        (
            _text(p, "value")
            for p in info.findall(f"{_N}parameter")
            if _text(p, "valueName") == "tocsin:layer"
        ),
        "",
    )
    if layer != meant.alert.layer:
        yield f"layer is {layer!r}, was meant to be {meant.alert.layer!r} (R31)"
    if meant.verb == "clear" and not meant.alert.contradicted:
        if (_text(info, "responseType"), _text(info, "urgency")) != ("AllClear", "Past"):
            yield "a clear is not AllClear and Past"
    elif _text(info, "responseType") == "AllClear":
        yield "says AllClear, and nothing was cleared"


def _where(info: etree._Element, lang: str, meant: cap.Message, places: Gazetteer | None) -> Iterator[str]:
    areas = info.findall(f"{_N}area")
    if len(areas) != 1:
        yield f"{len(areas)} areas, one was meant"
        return
    area = areas[0]
    if _text(area, "areaDesc") != bundled(lang).area(meant.alert.area):
        yield f"areaDesc is {_text(area, 'areaDesc')!r}"
    codes = tuple((_text(g, "valueName"), _text(g, "value")) for g in area.findall(f"{_N}geocode"))
    if codes != cap.geocodes(meant.alert.area.code, places):
        yield f"geocodes are {codes}"
    written = area.findall(f"{_N}polygon")
    if len(written) != len(cap.polygons(meant.alert.area.code, places)):
        yield f"{len(written)} polygons, {len(cap.polygons(meant.alert.area.code, places))} were meant"
    for polygon in written:
        points = [tuple(map(float, pair.split(","))) for pair in (polygon.text or "").split()]
        if len(points) < 4 or points[0] != points[-1]:
            yield "an open polygon"
        position = places.position(meant.alert.area.code) if places is not None else None
        if position is not None and not all(
            abs(p[0] - position[0]) < 8 and abs(p[1] - position[1]) < 10 for p in points
        ):
            yield "a polygon far from its area: latitude comes first"


def _times(info: etree._Element, meant: cap.Message) -> Iterator[str]:
    sent, expires = _text(info, "effective"), _text(info, "expires")
    if expires != cap.stamp(meant.expires):
        yield f"expires is {expires!r}"
    elif datetime.fromisoformat(expires) <= datetime.fromisoformat(sent):
        yield "expires before it takes effect"


def _drill(root: etree._Element, meant: cap.Message) -> Iterator[str]:
    if meant.issuer.status == "Actual":
        return
    everything = " ".join("".join(str(t) for t in root.itertext()).lower().split())
    for phrase in REAL:
        if phrase in everything:
            yield f"says {phrase!r} in a message of status {meant.issuer.status} (R3)"
