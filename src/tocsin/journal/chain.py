"""How entries are chained: each hash covers the one before, so no past entry changes unseen.

A report's words are kept apart from its entry and take part in the chain only
by a salted digest (R29): remove words and salt, and the chain still verifies,
while the digest alone lets nobody guess what was said.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from tocsin.codec import decode_body, encode, instant
from tocsin.model import Body, Report

__all__ = ["GENESIS", "REDACTED", "Words", "join", "link", "salted", "split"]

GENESIS = hashlib.sha256(b"tocsin journal 1\n").digest()
"""The hash before entry 1."""

REDACTED = ""
"""What stands in for words that were removed."""


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says, apart from what is known about it: the part that can be removed."""

    text: str
    structured: str | None = None


def split(body: Body) -> tuple[bytes, bytes | None]:
    """Canonical bytes of ``body`` without its words, and of the words; ``None`` where it has none."""
    if not isinstance(body, Report):
        return encode(body), None
    words = encode(Words(text=body.text, structured=body.structured))
    return encode(msgspec.structs.replace(body, text=REDACTED, structured=None)), words


_words: msgspec.json.Decoder[Words] = msgspec.json.Decoder(Words)


def join(stub: bytes, words: bytes | None) -> Body:
    """Return the body of which ``split`` made ``stub`` and ``words``; without words, a report says nothing."""
    body = decode_body(stub)
    if words is None or not isinstance(body, Report):
        return body
    said = _words.decode(words)
    return msgspec.structs.replace(body, text=said.text, structured=said.structured)


def salted(salt: bytes, words: bytes) -> bytes:
    """Return the digest by which words take part in the chain: SHA-256 over salt and words."""
    return hashlib.sha256(salt + words).digest()


def link(before: bytes, number: int, recorded_at: datetime, stub: bytes, digest: bytes | None) -> bytes:
    r"""Return the hash of an entry: SHA-256 over the hash before, then lines, then the body's canonical bytes.

    The lines are the number, ``recorded_at`` as ISO 8601 and the words' digest in
    hexadecimal (empty where the body has none), each ended by ``\n``.
    """
    head = f"{number}\n{instant(recorded_at)}\n{digest.hex() if digest else ''}\n"
    return hashlib.sha256(before + head.encode() + stub).digest()
