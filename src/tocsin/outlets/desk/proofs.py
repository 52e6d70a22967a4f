"""What a person proves themselves with: a password (Argon2id, RFC 9106) and a code from their telephone (RFC 6238).

Pure but for chance: the account store remembers, this compares. Comparing takes a core's time and 46 MiB on purpose:
call it beside the loop, one at a time.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import datetime
from functools import cache

import argon2
import pyotp

__all__ = [
    "LONGEST",
    "SHORTEST",
    "code_uri",
    "digest",
    "fits",
    "named",
    "new_secret",
    "new_token",
    "scramble",
    "step_of",
    "weakness",
]

SHORTEST = 12
"""Characters that a password has at least."""
LONGEST = 1024
STEP = 30
"""Seconds for which a code is shown."""

_NAME = re.compile(r"[\w][\w.@-]{1,39}")
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
"""Above what OWASP asks for, and on one core alone: alarms need the others."""


def named(name: str) -> str | None:
    """Return a name as it is kept (NFC, lower case), None where it can be none: 2 to 40 letters, digits or ``._@-``."""
    kept = unicodedata.normalize("NFC", name.strip()).casefold()
    return kept if _NAME.fullmatch(kept) else None


def weakness(password: str, name: str) -> str | None:
    """Return what is wrong with a password that somebody chooses (short, same), None where nothing is.

    Length alone is asked for (NIST SP 800-63B): rules on signs make people write passwords down.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return "short"
    plain = password.casefold()
    return "same" if name in plain or len(set(plain)) < 5 else None


def scramble(password: str) -> str:
    """Return the hash that is kept of a password."""
    return _hasher.hash(unicodedata.normalize("NFKC", password))


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(24))


def fits(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one; as slow where there is none, so that nobody learns which names exist."""
    try:
        _hasher.verify(kept or _nobody(), unicodedata.normalize("NFKC", password[:LONGEST]))
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return False
    return kept is not None


def new_secret() -> str:
    """Return a new secret for codes: 160 bits in base 32."""
    return pyotp.random_base32()


def code_uri(secret: str, name: str, issuer: str) -> str:
    """Return the ``otpauth:`` address that a telephone's authenticator takes."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the number of the 30-second step whose code this is, one step early or late allowed; None for none."""
    said = "".join(code.split())
    if not (len(said) == 6 and said.isascii() and said.isdigit()):
        return None
    current = int(now.timestamp()) // STEP
    maker = pyotp.TOTP(secret)
    found = None
    for step in (current - 1, current, current + 1):
        if secrets.compare_digest(maker.generate_otp(step), said):
            found = step
    return found


def new_token() -> str:
    """Return 256 bits that nobody guesses, for an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token: whoever reads the store can't use it."""
    return hashlib.sha256(token.encode()).hexdigest()
