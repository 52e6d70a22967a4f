"""Passkeys (WebAuthn Level 2, through py_webauthn): ceremonies that were begun, and how they end.

A passkey needs its owner's finger or number (user verification is required), so it is two factors at once. It only
works where the server has a name: ``localhost``, or a host under https.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tocsin.outlets.desk.accounts import Account, Accounts
from tocsin.outlets.desk.proofs import new_token

__all__ = ["Ceremonies", "Party", "party_of"]

_LASTS = timedelta(minutes=5)
_MOST = 20_000


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """To whom passkeys are given: WebAuthn's relying party, and the origin that browsers name."""

    id: str
    origin: str


def party_of(base_url: str | None, host: str) -> Party | None:
    """Return the relying party of a server at ``base_url``, or as a request's ``Host`` names it on this machine."""
    origin = base_url or f"http://{host}"
    parts = urlsplit(origin)
    name = parts.hostname or ""
    try:
        ip_address(name)
    except ValueError:
        pass
    else:
        return None  # an address without a name has no passkeys
    if not name or not (parts.scheme == "https" or name == "localhost"):
        return None
    return Party(id=name, origin=f"{parts.scheme}://{parts.netloc}")


class _Begun(msgspec.Struct, frozen=True):
    challenge: bytes
    name: str | None
    """Whose it is; None where it is for whoever signs in."""
    adding: bool
    until: datetime


class Ceremonies:
    """Ceremonies under way; each ends once, within five minutes."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._begun: OrderedDict[str, _Begun] = OrderedDict()

    def _keep(self, challenge: bytes, name: str | None, now: datetime, *, adding: bool) -> str:
        ceremony = new_token()
        self._begun[ceremony] = _Begun(challenge, name, adding, now + _LASTS)
        while len(self._begun) > _MOST:
            self._begun.popitem(last=False)
        return ceremony

    def _end(self, ceremony: object, now: datetime, *, adding: bool) -> _Begun | None:
        begun = self._begun.pop(ceremony, None) if isinstance(ceremony, str) else None
        return begun if begun is not None and begun.until > now and begun.adding == adding else None

    def begin(self, party: Party, account: Account | None, now: datetime) -> dict[str, Any]:
        """Begin signing in: by any passkey, or by one of this person's to wake their session."""
        keys = self._accounts.passkeys(account.name) if account is not None else ()
        options = webauthn.generate_authentication_options(
            rp_id=party.id,
            allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(k.id)) for k in keys],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        ceremony = self._keep(options.challenge, account.name if account else None, now, adding=False)
        return {"ceremony": ceremony, "publicKey": _plain(options)}

    def finish(self, party: Party, ceremony: object, credential: Any, now: datetime) -> Account | None:  # noqa: ANN401 - JSON
        """Return who has proven themselves with a passkey, None where nobody has."""
        begun = self._end(ceremony, now, adding=False)
        key = credential.get("id") if isinstance(credential, dict) else None
        known = self._accounts.passkey(key) if isinstance(key, str) else None
        if begun is None or known is None or not isinstance(key, str):
            return None
        name, public_key, count = known
        account = self._accounts.find(name)
        if account is None or account.disabled or begun.name not in {None, name}:
            return None
        try:
            verified = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=begun.challenge,
                expected_rp_id=party.id,
                expected_origin=party.origin,
                credential_public_key=public_key,
                credential_current_sign_count=count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError):
            return None
        self._accounts.passkey_used(key, verified.new_sign_count, now)
        return account

    def begin_adding(self, party: Party, account: Account, now: datetime) -> dict[str, Any]:
        """Begin to make a passkey for somebody who is signed in."""
        options = webauthn.generate_registration_options(
            rp_id=party.id,
            rp_name="Tocsin",
            user_id=account.handle,
            user_name=account.name,
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(k.id))
                for k in self._accounts.passkeys(account.name)
            ],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return {
            "ceremony": self._keep(options.challenge, account.name, now, adding=True),
            "publicKey": _plain(options),
        }

    def finish_adding(self, party: Party, account: Account, said: dict[str, Any], now: datetime) -> bool:
        """Keep the passkey that a browser made; False where it can't be trusted."""
        begun = self._end(said.get("ceremony"), now, adding=True)
        if begun is None or begun.name != account.name:
            return False
        try:
            made = webauthn.verify_registration_response(
                credential=said.get("credential") or {},
                expected_challenge=begun.challenge,
                expected_rp_id=party.id,
                expected_origin=party.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError):
            return False
        key = bytes_to_base64url(made.credential_id)
        if self._accounts.passkey(key) is not None:
            return False
        label = said.get("label")
        label = label.strip()[:40] if isinstance(label, str) and label.strip() else f"{now:%Y-%m-%d %H:%M}"
        self._accounts.add_passkey(
            account.name, (key, made.credential_public_key, made.sign_count), label, now
        )
        return True


def _plain(options: Any) -> Any:  # noqa: ANN401 - the library's options as JSON
    return msgspec.json.decode(webauthn.options_to_json(options))
