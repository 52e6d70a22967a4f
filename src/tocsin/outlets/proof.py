"""Who may send reports: a bearer token or a signature per source, with a window against replays (R18).

A signed request carries ``Tocsin-Source``, ``Tocsin-Time`` (Unix seconds),
``Tocsin-Nonce`` and ``Tocsin-Signature``: HMAC-SHA256 in hexadecimal over time, nonce
and body, joined by line feeds.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from tocsin.outlets.answers import Refusal
from tocsin.outlets.hall import Conf

__all__ = ["ANYBODY", "Doorkeeper", "bearer_of", "expect_desk", "expect_local", "sign"]

ANYBODY = ""
"""Who sends where no key is asked for."""

_NONCE = re.compile(r"[!-~]{8,128}")
_NONCES = 200_000


def bearer_of(headers: Mapping[str, str]) -> str | None:
    """Return the bearer token of a request."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def sign(key: str, time: str, nonce: str, body: bytes) -> str:
    """Return the signature of a request, in hexadecimal."""
    return hmac.new(key.encode(), f"{time}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()


def expect_local(headers: Mapping[str, str]) -> None:
    """Refuse a request that a foreign page made a browser send to a server that asks for no key.

    Whoever asks this machine by name says so in ``Host``; a page of another site is named in ``Origin``.
    """
    for name in ("host", "origin"):
        said = headers.get(name)
        if said is not None and not _is_here(said if "//" in said else f"//{said}"):
            remedy = "Ask at 127.0.0.1 or localhost; --open is for this machine alone."
            raise Refusal(403, name.title(), f"{said[:80]!r} is not this machine", remedy)


def expect_desk(headers: Mapping[str, str], conf: Conf) -> None:
    """Refuse with 401 whoever does not show the desk's token; a server on trial takes this machine's word."""
    token = bearer_of(headers)
    if conf.desk_token and token and hmac.compare_digest(conf.desk_token.encode(), token.encode()):
        return
    if conf.open:
        expect_local(headers)
        return
    refusal = Refusal(401, "Authorization", "no token of the desk", "Send the desk's bearer token.")
    refusal.headers["www-authenticate"] = 'Bearer realm="desk"'
    raise refusal


def _is_here(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Doorkeeper:
    """Tells whose report this is, and remembers nonces for as long as a request could be replayed."""

    def __init__(self, conf: Conf) -> None:
        self._conf = conf
        self._nonces: OrderedDict[tuple[str, str], float] = OrderedDict()

    def source_of(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """Return the source that a request proves to come from; ANYBODY where no proof is asked for.

        Raises Refusal with 401 or 403.
        """
        if "tocsin-signature" in headers:
            return self._signed(headers, body, now)
        token = bearer_of(headers)
        if token is not None:
            found = ""
            for source, proof in self._conf.keys.items():
                if proof.bearer and hmac.compare_digest(proof.bearer.encode(), token.encode()):
                    found = source
            if found:
                return found
            if not self._conf.open:
                raise _unproven(
                    403, "Authorization", "is no token of a source", "Send the token of the source."
                )
        if self._conf.open:
            expect_local(headers)
            return ANYBODY
        what = "no proof of who sends this"
        raise _unproven(
            401, "Authorization", what, "Send a bearer token, or sign the request (docs/http.md)."
        )

    def _signed(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        source = headers.get("tocsin-source", "")
        time, nonce = headers.get("tocsin-time", ""), headers.get("tocsin-nonce", "")
        proof = self._conf.keys.get(source)
        if not time.isdigit() or len(time) > 12 or not _NONCE.fullmatch(nonce):
            remedy = "Send Unix seconds, and a nonce of 8 to 128 visible ASCII characters."
            raise _unproven(401, "Tocsin-Time, Tocsin-Nonce", "one of them is missing or malformed", remedy)
        key = proof.hmac if proof is not None and proof.hmac else ""
        given = headers.get("tocsin-signature", "").lower()
        expected = sign(key, time, nonce, body)
        if not hmac.compare_digest(expected.encode(), given.encode()) or not key:
            remedy = "Sign time, nonce and body with the source's key (docs/http.md)."
            raise _unproven(403, "Tocsin-Signature", "does not fit this source and body", remedy)
        window = self._conf.replay_window
        seconds = now.astimezone(UTC).timestamp()
        if abs(seconds - int(time)) > window:
            remedy = f"Set the clock; it may be off by {window:g} seconds."
            raise _unproven(401, "Tocsin-Time", "is too far from our time", remedy)
        self._remember(source, nonce, seconds, window)
        return source

    def _remember(self, source: str, nonce: str, now: float, window: float) -> None:
        while self._nonces:
            oldest, until = next(iter(self._nonces.items()))
            if until >= now and len(self._nonces) < _NONCES:
                break
            del self._nonces[oldest]
        if (source, nonce) in self._nonces:
            raise _unproven(401, "Tocsin-Nonce", "was used before", "Make a new nonce for every request.")
        self._nonces[source, nonce] = now + 2 * window


def _unproven(status: int, where: str, what: str, remedy: str) -> Refusal:
    refusal = Refusal(status, where, what, remedy)
    if status == 401:
        refusal.headers["www-authenticate"] = 'Bearer realm="tocsin"'
    return refusal
