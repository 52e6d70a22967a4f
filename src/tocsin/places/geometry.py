"""Distances and bearings on a sphere; compass headings."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin, sqrt

__all__ = ["COMPASS", "bearing_deg", "distance", "on_heading"]

_EARTH_KM = 6371.0088
_POINTS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
COMPASS = {point: 22.5 * step for step, point in enumerate(_POINTS)}
"""Degrees clockwise from north of the sixteen compass points."""
_HALF_CONE = 35.0
"""What counts as ahead: so many degrees to either side."""

Point = tuple[float, float]
"""Latitude, longitude."""


def distance(a: Point, b: Point) -> float:
    """Great-circle kilometres."""
    lat1, lat2 = radians(a[0]), radians(b[0])
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(b[1] - a[1]) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, h)))


def bearing_deg(a: Point, b: Point) -> float:
    """Initial bearing from a to b, 0 to 360 degrees clockwise from north."""
    lat1, lat2, turn = radians(a[0]), radians(b[0]), radians(b[1] - a[1])
    east = sin(turn) * cos(lat2)
    north = cos(lat1) * sin(lat2) - sin(lat1) * cos(lat2) * cos(turn)
    return degrees(atan2(east, north)) % 360.0


def on_heading(here: Point, there: Point, heading: str) -> bool:
    """Whether ``there`` lies ahead on the heading; an unknown heading has nothing ahead."""
    course = COMPASS.get(heading)
    if course is None:
        return False
    off = abs((bearing_deg(here, there) - course + 180.0) % 360.0 - 180.0)
    return off <= _HALF_CONE
