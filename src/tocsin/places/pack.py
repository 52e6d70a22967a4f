"""The compiled form of the place tables: what compile writes and the gazetteer reads without unpacking it all."""

from __future__ import annotations

import struct

import msgspec

__all__ = ["COMMON", "FORMAT", "NOWHERE", "U32", "AreaRecord", "NicheRecord", "OutlineRecord", "Pack"]

FORMAT = 3
"""Raised whenever the compiled form changes, so that no stale cache is read."""

U32 = struct.Struct("<I")
ENTRY = struct.Struct("<IBB")
"""A form's target (an area's number, or the number of areas plus a neighbourhood's), form, flags."""

COMMON = 1
NOWHERE = 0xFFFFFFFF


class AreaRecord(msgspec.Struct, frozen=True, array_like=True):
    """An area as stored; ``parent`` is a number or ``NOWHERE``."""

    code: str
    level: int
    kind: str
    parent: int
    uk: str
    ru: str
    en: str
    lat: float | None
    lon: float | None
    approximate: bool
    population: int
    guessed: tuple[str, ...] = ()


class NicheRecord(msgspec.Struct, frozen=True, array_like=True):
    """A part of an area that has a name but no code of its own."""

    area: int
    uk: str
    ru: str
    en: str


class OutlineRecord(msgspec.Struct, frozen=True, array_like=True):
    """An outline as stored: rings of flat lon, lat, lon, lat ... in units of 1e-4 degree."""

    rings: tuple[tuple[int, ...], ...]
    approximate: bool
    source: str


class Pack(msgspec.Struct, frozen=True, array_like=True):
    """All of it. Tries are marisa tries, offsets are little-endian u32 arrays."""

    format: int
    name: str
    root: str
    digest: str
    codes: bytes
    area_offsets: bytes
    areas: bytes
    child_offsets: bytes
    children: bytes
    first_level: tuple[int, ...]
    niches: tuple[NicheRecord, ...]
    forms: bytes
    form_offsets: bytes
    entries: bytes
    dialects: dict[str, dict[str, int]]
    outlines: dict[str, msgspec.Raw]
