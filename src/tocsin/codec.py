"""Canonical bytes of any noun: the journal, the API and every digest share them.

A noun has exactly one encoding: JSON with its fields in the order of
``model``, mappings sorted by key, times in UTC ending in ``Z``, no white space.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

from tocsin.model import (
    Alarm,
    Alert,
    Body,
    Change,
    Coverage,
    Fact,
    Incident,
    LedgerLine,
    Picture,
    Statement,
    Threat,
)

__all__ = [
    "NOUNS",
    "change_json",
    "decode",
    "decode_body",
    "decode_change",
    "encode",
    "instant",
    "picture_json",
    "plain",
    "valid_text",
]

T = TypeVar("T")

_encoder = msgspec.json.Encoder(order="deterministic")
_body_decoder: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)


def encode(noun: object) -> bytes:
    """Canonical bytes of ``noun``: equal values give equal bytes on every machine and hash seed."""
    return _encoder.encode(noun)


@lru_cache(maxsize=64)
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cast("Any", kind))


def decode(data: bytes | str, kind: type[T]) -> T:
    """Return the noun of type ``kind`` that ``data`` encodes; ``msgspec.ValidationError`` where it is none."""
    value: T = _decoder(cast("Hashable", kind)).decode(data)
    return value


def decode_body(data: bytes) -> Body:
    """Return the journal body that ``data`` encodes, of whichever kind its tag names."""
    return _body_decoder.decode(data)


NOUNS: dict[str, type] = {
    "alert": Alert,
    "alarm": Alarm,
    "threat": Threat,
    "incident": Incident,
    "ledger": LedgerLine,
    "statement": Statement,
    "coverage": Coverage,
}
"""The noun that a fact of each type carries."""


class _Typed(msgspec.Struct):
    """As much of a fact as tells its type."""

    type: str


class _Told(msgspec.Struct):
    """As much of a change as tells its type."""

    fact: _Typed


_told: msgspec.json.Decoder[_Told] = msgspec.json.Decoder(_Told)


@lru_cache(maxsize=16)
def _change_decoder(kind: str) -> msgspec.json.Decoder[Any]:
    noun = NOUNS[kind]
    same = [
        (f.name, f.type, f.default)
        for f in msgspec.structs.fields(Fact)
        if f.default is not msgspec.NODEFAULT
    ]
    fact = msgspec.defstruct(f"{kind}-fact", [("type", str), ("verb", str), ("noun", noun), *same])
    fields = [("number", int), ("at", datetime), ("entry", int), ("fact", fact)]
    return msgspec.json.Decoder(msgspec.defstruct(f"{kind}-change", fields))


def decode_change(data: bytes) -> Change:
    """Return the change that ``encode`` made ``data`` of; a fact's type tells which noun it carries."""
    found = _change_decoder(_told.decode(data).fact.type).decode(data)
    fact = found.fact
    told = Fact(
        type=fact.type, verb=fact.verb, noun=fact.noun, because=fact.because, why=fact.why, move=fact.move
    )
    return Change(number=found.number, at=found.at, entry=found.entry, fact=told)


def plain(noun: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of ``noun`` as plain dicts, lists, strings and numbers."""
    return msgspec.json.decode(_encoder.encode(noun))


def instant(at: datetime) -> str:
    """Return an instant as the public face writes it: UTC, ISO 8601, ending in ``Z``."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def valid_text(text: str) -> bool:
    """Whether ``text`` can be written as UTF-8 at all: a lone surrogate can't."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def change_json(change: Change) -> dict[str, Any]:
    """Return A change in the shape of the contract: number, instant, and what changed with its reasons."""
    fact = change.fact
    noun: dict[str, Any] = msgspec.to_builtins(fact.noun)
    what = {"type": fact.type, "verb": fact.verb, **noun}
    what["because"] = list(fact.because)
    what["why"] = fact.why
    return {"change": change.number, "at": instant(change.at), "what": what}


def picture_json(picture: Picture) -> dict[str, Any]:
    """Return A picture in the shape of the contract: every list present, an empty one too; to be encoded once."""
    return msgspec.structs.asdict(picture)
