"""Outlines as the tables hold them, and from GeoJSON that a user brings."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.model import Problem
from tocsin.places.pack import OutlineRecord
from tocsin.places.tables import rows

if TYPE_CHECKING:
    from tocsin.places.gazetteer import Gazetteer

__all__ = ["import_outlines", "outline_records"]

_HEADER = "code\tapproximate\tsource\trings\n"
_UNIT = 10_000
"""Steps to a degree: about ten metres."""
_CODE = re.compile(r"UA\d{17}|[A-Z]{2}-[A-Z0-9]{1,3}|X-[A-Z0-9-]+")
_LIKELY = ("katottg", "katotth", "katottg_code", "cod_katottg", "code", "id")

Ring = list[tuple[int, int]]


def outline_records(
    tables: Mapping[str, bytes], known: Mapping[str, int]
) -> tuple[dict[str, msgspec.Raw], list[Problem]]:
    """The outlines of ``outlines.tsv`` by code, as stored, and what is wrong with them."""
    table, problems = rows(tables, "outlines.tsv")
    found: dict[str, msgspec.Raw] = {}
    for row in table:
        where = f"outlines.tsv:{row['']}"
        if row["code"] not in known:
            problems.append(
                Problem(where=where, what=f"no area {row['code']}", remedy="give a code that a table has")
            )
            continue
        try:
            rings = tuple(tuple(_sums(ring)) for ring in row["rings"].split(";"))
        except ValueError:
            problems.append(Problem(where=where, what="rings are not numbers", remedy="make the table again"))
            continue
        if any(len(ring) < 8 or ring[:2] != ring[-2:] for ring in rings):
            problems.append(
                Problem(where=where, what="a ring is not closed", remedy="end each ring where it begins")
            )
            continue
        record = OutlineRecord(rings=rings, approximate=row["approximate"] == "yes", source=row["source"])
        found[row["code"]] = msgspec.Raw(msgspec.msgpack.encode(record))
    return found, problems


def _sums(ring: str) -> list[int]:
    """The numbers of a ring written as steps: lon lat dlon dlat ..."""
    steps = [int(cell) for cell in ring.split(" ")]
    if len(steps) % 2:
        raise ValueError(ring)
    found = steps[:2]
    for at in range(2, len(steps)):
        found.append(found[at - 2] + steps[at])
    return found


def import_outlines(
    geojson: bytes, gazetteer: Gazetteer, source: str = "imported"
) -> tuple[bytes, tuple[Problem, ...]]:
    """The table of outlines (``outlines.tsv``) that a GeoJSON feature collection gives, and what it does not.

    A feature belongs to the area whose code (KATOTTG, ISO 3166-2 or ``X-``) one
    of its properties holds; where several do, to the finest. Coordinates are
    longitude and latitude in WGS 84 (RFC 7946). Imported outlines are not
    approximate.
    """
    problems: list[Problem] = []
    try:
        collection = msgspec.json.decode(geojson)
    except msgspec.DecodeError as error:
        return _HEADER.encode(), (
            Problem(where="GeoJSON", what=f"is no JSON: {error}", remedy="give a .geojson file"),
        )
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        what = "is no feature collection"
        return _HEADER.encode(), (
            Problem(where="GeoJSON", what=what, remedy='give {"type": "FeatureCollection", ...}'),
        )
    found: dict[str, str] = {}
    for number, feature in enumerate(features):
        where = f"feature {number}"
        code = _code_of(feature, gazetteer) if isinstance(feature, dict) else None
        if code is None:
            remedy = "add a property that holds its KATOTTG code"
            problems.append(
                Problem(where=where, what="no property holds the code of a known area", remedy=remedy)
            )
            continue
        geometry = feature.get("geometry")
        rings = list(_rings(geometry)) if isinstance(geometry, dict) else []
        if not rings:
            problems.append(
                Problem(
                    where=f"{where} ({code})", what="has no polygon", remedy="give Polygon or MultiPolygon"
                )
            )
        elif code in found:
            problems.append(
                Problem(where=f"{where} ({code})", what="this area came before", remedy="give each area once")
            )
        else:
            found[code] = ";".join(_written(ring) for ring in rings)
    name = " ".join(source.split()) or "imported"
    lines = (f"{code}\tno\t{name}\t{rings}\n" for code, rings in sorted(found.items()))
    return (_HEADER + "".join(lines)).encode(), tuple(problems)


def _code_of(feature: Mapping[str, Any], gazetteer: Gazetteer) -> str | None:
    """The code of the area that a feature's properties name: a likely property's first, else the finest area's."""
    properties = feature.get("properties")
    named = {str(k).lower(): v for k, v in properties.items()} if isinstance(properties, dict) else {}
    if isinstance(feature.get("id"), str):
        named.setdefault("id", feature["id"])
    codes = {
        k: v.strip()
        for k, v in named.items()
        if isinstance(v, str) and _CODE.fullmatch(v.strip()) and gazetteer.area(v.strip()) is not None
    }
    for likely in _LIKELY:
        if likely in codes:
            return codes[likely]
    return max(codes.values(), key=lambda code: (len(gazetteer.ancestors(code)), code), default=None)


def _rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    """The closed rings of a polygon or of several, in whole steps; unusable ones are left out."""
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        return
    for polygon in [coordinates] if geometry.get("type") == "Polygon" else coordinates:
        for raw in polygon if isinstance(polygon, list) else []:
            ring = _ring(raw)
            if len(ring) >= 4:
                yield ring


def _ring(raw: object) -> Ring:
    ring: Ring = []
    for point in raw if isinstance(raw, list) else []:
        if not (
            isinstance(point, list) and len(point) >= 2 and all(isinstance(n, int | float) for n in point[:2])
        ):
            return []
        corner = (round(point[0] * _UNIT), round(point[1] * _UNIT))
        if abs(corner[0]) > 180 * _UNIT or abs(corner[1]) > 90 * _UNIT:
            return []
        if not ring or ring[-1] != corner:
            ring.append(corner)
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    return ring


def _written(ring: Ring) -> str:
    """A ring as its first corner and steps."""
    numbers = [*ring[0]]
    for before, after in itertools.pairwise(ring):
        numbers += [after[0] - before[0], after[1] - before[1]]
    return " ".join(map(str, numbers))
