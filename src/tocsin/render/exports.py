"""Incidents, ledger lines and statements as CSV and GeoJSON, each row with its provenance in W3C PROV terms.

What goes in is a picture that its reader may see (``Publisher.picture`` for the
public). Cells that a spreadsheet would take for a formula are made harmless.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tocsin.codec import encode, instant
from tocsin.model import AreaRef, Incident, LedgerLine, Picture, Source, Weapon

__all__ = ["INCIDENT_COLUMNS", "LEDGER_COLUMNS", "incidents_csv", "incidents_geojson", "ledger_csv"]

INCIDENT_COLUMNS = (
    "id",
    "attack",
    "area",
    "area_name",
    "level",
    "precision",
    "where_prec",
    "kinds",
    "objects",
    "weapon",
    "status",
    "reason",
    "hedged",
    "credibility",
    "start",
    "end",
    "time_precision",
    "date_prec",
    "damage_class",
    "ems98",
    "acled_sub_event",
    "deaths_low",
    "deaths_best",
    "deaths_high",
    "prov:wasAttributedTo",
    "prov:wasDerivedFrom",
    "prov:wasInvalidatedBy",
)
LEDGER_COLUMNS = (
    "id",
    "attack",
    "subject",
    "weapon",
    "joint",
    "unit",
    "incident",
    "area",
    "area_name",
    "min",
    "max",
    "approx",
    "hedged",
    "status",
    "reason",
    "preferred",
    "stated_at",
    "start",
    "end",
    "prov:wasAttributedTo",
    "prov:wasQuotedFrom",
    "prov:wasDerivedFrom",
    "prov:wasRevisionOf",
)
Ref = Callable[[str], AreaRef]
AIR_STRIKE, SHELLING, DISRUPTED = (
    "Air/drone strike",
    "Shelling/artillery/missile attack",
    "Disrupted weapons use",
)
"""ACLED's sub-events (its codebook's names) that effects of an air attack can be."""
FLOWN = ("drone", "jet-drone", "recon-drone", "guided-bomb", "aircraft", "tactical-aviation")
STRUCK = ("impact", "fire", "damage", "casualty", "explosion")


def incidents_csv(picture: Picture, lang: str = "en", weapons: Mapping[str, Weapon] | None = None) -> str:
    """Return the incidents, a row each, in the order of the picture."""
    rows = (_incident(each, picture, weapons or {}, lang) for each in picture.incidents)
    return _csv(INCIDENT_COLUMNS, rows)


def ledger_csv(picture: Picture, ref: Ref, lang: str = "en") -> str:
    """Return all ledger lines, those that no longer stand included, a row each."""
    chosen = {each.line for each in picture.ledgers.preferred}
    rows = (_line(each, ref, lang, preferred=each.id in chosen) for each in picture.ledgers.lines)
    return _csv(LEDGER_COLUMNS, rows)


def incidents_geojson(
    picture: Picture,
    position: Callable[[str], tuple[float, float] | None],
    register: Mapping[str, Source],
    lang: str = "en",
    weapons: Mapping[str, Weapon] | None = None,
) -> bytes:
    """Return the incidents as a GeoJSON FeatureCollection (RFC 7946).

    A point is the centre of the area that the words name, never the place that was
    hit; ``geometry`` is null where the area has no known centre. Sources are PROV agents.
    """
    features = []
    for each in picture.incidents:
        where = position(each.area.code)
        properties = {
            key: value for key, value in _incident(each, picture, weapons or {}, lang).items() if key != "id"
        }
        properties |= {
            "kinds": list(each.kinds),
            "objects": list(each.objects),
            "point": "centre of the area",
            "prov:wasDerivedFrom": list(each.claims),
            "prov:wasInvalidatedBy": list(each.against),
            "prov:wasAttributedTo": [
                {"id": source, "name": register[source].name if source in register else source}
                for source in each.sources
            ],
        }
        geometry = None if where is None else {"type": "Point", "coordinates": [where[1], where[0]]}
        features.append({"type": "Feature", "id": each.id, "geometry": geometry, "properties": properties})
    return encode({"type": "FeatureCollection", "features": features})


def acled(each: Incident, weapons: Mapping[str, Weapon]) -> str | None:
    """Return the ACLED sub-event that an incident would be coded as; None where the words do not tell.

    What only fell, shot down, is a disrupted use of weapons; what struck is told by its weapon alone.
    """
    if "impact" not in each.kinds and "debris" in each.kinds:
        return DISRUPTED
    if each.weapon is None or not any(kind in STRUCK for kind in each.kinds):
        return None
    known = weapons.get(each.weapon)
    klass = each.weapon if known is None else known.klass
    if klass == "unknown":
        return None
    return AIR_STRIKE if klass in FLOWN else SHELLING


def deaths(each: Incident, picture: Picture) -> dict[str, int | None]:
    """Return the dead of an incident as UCDP counts them: the least and most that sources in force say, and the preferred."""
    lines = [
        line
        for line in picture.ledgers.lines
        if line.incident == each.id
        and line.subject == "killed"
        and line.status == "standing"
        and line.min is not None
    ]
    chosen = {one.line for one in picture.ledgers.preferred}
    best = next((line.min for line in lines if line.id in chosen), None)
    return {
        "deaths_low": min((line.min or 0 for line in lines), default=None),
        "deaths_best": best,
        "deaths_high": max((line.max or line.min or 0 for line in lines), default=None),
    }


def _incident(each: Incident, picture: Picture, weapons: Mapping[str, Weapon], lang: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "attack": each.attack,
        "area": each.area.code,
        "area_name": each.area.names.get(lang, each.area.name),
        "level": each.area.level,
        "precision": each.precision,
        "where_prec": each.where_prec,
        "kinds": " ".join(each.kinds),
        "objects": " ".join(each.objects),
        "weapon": each.weapon,
        "status": each.status,
        "reason": each.reason,
        "hedged": each.hedged,
        "credibility": each.credibility,
        "start": None if each.valid.start is None else instant(each.valid.start),
        "end": None if each.valid.end is None else instant(each.valid.end),
        "time_precision": each.valid.precision,
        "date_prec": each.date_prec,
        "damage_class": each.damage,
        "ems98": each.grade,
        "acled_sub_event": acled(each, weapons),
        **deaths(each, picture),
        "prov:wasAttributedTo": " ".join(each.sources),
        "prov:wasDerivedFrom": " ".join(each.claims),
        "prov:wasInvalidatedBy": " ".join(each.against),
    }


def _line(each: LedgerLine, ref: Ref, lang: str, *, preferred: bool) -> dict[str, Any]:
    area = None if each.area is None else ref(each.area)
    return {
        "id": each.id,
        "attack": each.attack,
        "subject": each.subject,
        "weapon": each.weapon,
        "joint": " ".join(each.joint),
        "unit": each.unit,
        "incident": each.incident,
        "area": each.area,
        "area_name": None if area is None else area.names.get(lang, area.name),
        "min": each.min,
        "max": each.max,
        "approx": each.approx,
        "hedged": each.hedged,
        "status": each.status,
        "reason": each.reason,
        "preferred": preferred,
        "stated_at": instant(each.stated_at),
        "start": None if each.valid.start is None else instant(each.valid.start),
        "end": None if each.valid.end is None else instant(each.valid.end),
        "prov:wasAttributedTo": each.source,
        "prov:wasQuotedFrom": each.by,
        "prov:wasDerivedFrom": " ".join(each.claims),
        "prov:wasRevisionOf": " ".join(each.supersedes),
    }


def _csv(columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])
    return out.getvalue()


def _cell(value: object) -> object:
    """Return a value as a cell: true and false in words, nothing for null, no formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value
