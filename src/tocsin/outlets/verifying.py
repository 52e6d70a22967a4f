"""A public log checked offline: nothing altered, added, left out or cut off (``tocsin verify``).

What is wrong is told once, where it is; the check goes on behind it from the next seal, whose signature vouches
for the chain's head.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tocsin.model import Problem
from tocsin.outlets.keys import public_key, verify_signed_json
from tocsin.outlets.publication import EMPTY_HEAD

__all__ = ["FORMAT", "is_signed", "next_head", "verify_log"]

FORMAT = "tocsin log 1"
_MOST = 100
"""So many problems are told; a log with more is told to be no log of ours."""
_ANEW = "Download it anew."
_NO_TRUST = "Do not trust it."


def _head_after(head: str, value: Mapping[str, Any], text: bytes) -> str:
    """Return the head after a line; one whose words were removed says where the chain goes on, and nothing else."""
    if set(value) == {"change", "redacted"} and isinstance(value["redacted"], str):
        return value["redacted"]
    return next_head(head, text)


def next_head(head: str, data: bytes) -> str:
    """Return the chain's head after a change: SHA-256 over the head before and the change's bytes."""
    return sha256(bytes.fromhex(head) + data).hexdigest()


def _is_head(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(c in "0123456789abcdef" for c in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15


def _decoded(text: bytes) -> Any:  # noqa: ANN401 - whatever a line holds
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def is_signed(opening: bytes) -> bool:
    """Tell whether a log says in its first line that it is signed."""
    value = _decoded(opening)
    return isinstance(value, dict) and "key" in value


def _span(first: int, last: int) -> str:
    return f"change {first} is" if first == last else f"changes {first} to {last} are"


class _Walk:
    """The way through a log: where in the chain we are, and what was found wrong so far."""

    def __init__(self, keys: Mapping[str, Ed25519PublicKey], *, signed: bool) -> None:
        self.problems: list[Problem] = []
        self.sealed = -1
        self.number = 0
        self._keys = keys
        self._signed = signed
        self._head: str | None = ""
        """None behind a gap, until a seal tells it."""
        self._since = 1

    def told(self, line: int, what: str, remedy: str = _NO_TRUST) -> None:
        """Note what is wrong in a line."""
        self.problems.append(Problem(where=f"line {line}", what=what, remedy=remedy))

    def open(self, value: Mapping[str, Any]) -> bool:
        """Take the first line; False where it opens no log."""
        first = value.get("first", 1)
        if value.get("log") != FORMAT or not _is_head(value.get("before")) or not _is_number(first):
            self.told(1, f"does not open a log of the form {FORMAT!r}", "Give a whole log.")
            return False
        self._head, self.number = value["before"], first - 1
        if self.number <= 0 and self._head != EMPTY_HEAD:
            self.told(1, "begins with a head that is not the first one")
        return True

    def change(self, line: int, value: Mapping[str, Any], text: bytes) -> None:
        """Take a change."""
        number = value.get("change")
        if not isinstance(number, int) or not _is_number(number):
            self.told(line, "is neither a change nor a seal")
        elif number <= self.number:
            self.told(line, f"change {number} stands twice or out of its order")
        elif number > self.number + 1:
            self.told(line, f"{_span(self.number + 1, number - 1)} missing before this line", _ANEW)
            self.number, self._head = number, None
        else:
            self.number = number
            self._head = None if self._head is None else _head_after(self._head, value, text)

    def seal(self, line: int, value: Mapping[str, Any], text: bytes) -> None:
        """Take a seal: it must seal what stands above it, and bear the signature of a key that was given."""
        number, head = value["seal"], value.get("head")
        if not _is_number(number) or not _is_head(head):
            self.told(line, "is a seal without number or head")
            return
        if self._signed:
            key = self._keys.get(str(value.get("key_id"))) or next(iter(self._keys.values()))
            if verify_signed_json(key, text) is None:
                self.told(line, "bears no signature of a key that was given")
        if number > self.number:
            self.told(line, f"{_span(self.number + 1, number)} missing before this seal", _ANEW)
        elif number < self.number:
            self.told(line, f"seals up to change {number}, yet {_span(number + 1, self.number)} above it")
        elif self._head is not None and head != self._head:
            self.told(line, f"seals another chain: something from line {self._since} to here was altered")
        self.number, self._head, self.sealed, self._since = number, head, number, line + 1


def verify_log(
    log_lines: Iterable[bytes], key: str | bytes | Sequence[str | bytes] | None
) -> tuple[Problem, ...]:
    """Check a log against public keys, from its first line to its last; no problems: it is whole and unaltered.

    Several keys may be given, since keys are rotated: each seal is checked with the one that it names. Without
    a key the chain alone is checked; for a log that is signed that is a problem of its own.
    """
    keys: dict[str, Ed25519PublicKey] = {}
    for one in [key] if isinstance(key, str | bytes) else key or ():
        try:
            found = public_key(one)
        except ValueError as error:
            return (
                Problem(where="key", what=f"is no Ed25519 public key ({error})", remedy="Give json.pub."),
            )
        keys[sha256(found.public_bytes_raw()).hexdigest()[:16]] = found
    walk, line = _Walk(keys, signed=bool(keys)), 0
    for line, raw in enumerate(log_lines, start=1):
        text = raw.rstrip(b"\r\n")
        value = _decoded(text)
        if line == 1:
            if not isinstance(value, dict) or not walk.open(value):
                return tuple(walk.problems) or (
                    Problem(where="line 1", what="does not open a log", remedy="Give a whole log."),
                )
            if not keys and is_signed(text):
                what = "none was given: signatures were not checked"
                walk.problems.append(Problem(where="key", what=what, remedy="Give the public key."))
        elif not isinstance(value, dict):
            walk.told(line, "is no JSON: the log is cut off or altered here", _ANEW)
        elif "seal" in value:
            walk.seal(line, value, text)
        else:
            walk.change(line, value, text)
        if len(walk.problems) >= _MOST:
            walk.told(line, "and so on: the rest was not looked at")
            return tuple(walk.problems)
    if line == 0:
        walk.told(1, "the log is empty", "Give a log.")
    elif walk.sealed != walk.number:
        walk.told(line, "no seal follows the last change: the end may be cut off", _ANEW)
    return tuple(walk.problems)
