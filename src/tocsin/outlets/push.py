"""Web Push: telephones are told of their area when its official state changes (RFC 8030, 8291, 8292).

One topic an area, so that a newer message takes the place of one that still waits at the push service, and a short
life, so that none is delivered after its truth (R33). Only the official layer is pushed (R31). What is sent is
encrypted for the telephone; the push service sees the area's topic and no more.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey

from tocsin.engine import World
from tocsin.model import Alert, AreaState, Change, Fact, Picture, Problem, Silence
from tocsin.outlets.errors import OutletError
from tocsin.outlets.outbound import Outbound, Resolve, resolve
from tocsin.outlets.publication import Publication, Published
from tocsin.outlets.silences import Mute
from tocsin.outlets.subscribers import LEVELS, Subscriber, Subscribers
from tocsin.render.cap import Issuer, Reference, message
from tocsin.render.push import notice

__all__ = ["PushConf", "PushOutlet", "configured"]

log = logging.getLogger(__name__)

SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
"""Hosts of the push services of browsers: we post to these, and to what lies below them, alone."""
SETTLE = 0.1
"""Seconds in which changes gather before areas are looked at."""
HISTORY = timedelta(minutes=2)
"""After a restart a change older than this is history: it is not pushed any more (R8)."""
_ALARM_LASTS = timedelta(minutes=10)
_CALM_LASTS = timedelta(seconds=60)
_ALARMED = frozenset({"ACTIVE", "PARTLY", "CONTRADICTED"})
_ENDS = frozenset({"clear", "revoke"})
_PAUSES = (1.0, 5.0, 20.0)
_CHUNK = 40
_TOKEN_LASTS = timedelta(hours=12)


class PushConf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[push]`` table of the settings."""

    key: str
    contact: str
    book: str | None = None
    days: int = 30
    most: int = 100_000
    timeout: float = 10.0
    services: tuple[str, ...] = SERVICES
    allow_private: bool = False


def configured(table: Mapping[str, Any], base: Path) -> tuple[PushConf | None, tuple[Problem, ...]]:
    """Read the ``[push]`` table of the settings; no table, no outlet."""
    if not table:
        return None, ()
    try:
        conf = msgspec.convert(dict(table), PushConf, strict=True)
    except msgspec.ValidationError as error:
        return None, (Problem(where="push", what=str(error), remedy="See docs/push.md."),)
    problems = []
    if not conf.contact.startswith(("mailto:", "https://")):
        remedy = "Push services want mailto: or https: to reach whoever sends."
        problems.append(Problem(where="push.contact", what="is no address", remedy=remedy))
    if not 1 <= conf.days <= 366:
        remedy = "A subscription must expire (R38)."
        problems.append(Problem(where="push.days", what="is not from 1 to 366", remedy=remedy))
    book = str(base / conf.book) if conf.book else None
    return msgspec.structs.replace(conf, key=str(base / conf.key), book=book), tuple(problems)


class Hall(Protocol):
    """What this outlet asks of the app."""

    @property
    def world(self) -> World:
        """Places and the rest."""

    @property
    def publication(self) -> Publication:
        """The published chain."""

    def clock(self) -> datetime:
        """Tell the time."""

    def now_picture(self) -> Picture:
        """Give what is believed now."""

    def area_state(self, code: str) -> AreaState:
        """Give what is said of an area now."""

    def follow(self, after: int = 0) -> AsyncIterator[Change]:
        """Give published changes as they come."""

    def silences(self) -> tuple[Silence, ...]:
        """Give the silences in force."""

    def silenced(self, outlet: str, fact: Fact) -> Silence | None:
        """Give the silence that keeps an outlet from sending a fact now."""

    async def sent(self, outlet: str, messages: Sequence[tuple[int, bytes]]) -> None:
        """Record durably what was sent."""

    def sent_up_to(self, outlet: str) -> int | None:
        """Tell up to which change an outlet sent."""


class Vapid:
    """Proves to push services who sends (RFC 8292); a token a service, renewed before it ends."""

    def __init__(self, conf: PushConf) -> None:
        try:
            key = serialization.load_pem_private_key(Path(conf.key).read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise OutletError(conf.key, f"is no readable key ({error})", "Make one: tocsin keys.") from error
        if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
            raise OutletError(conf.key, "is no P-256 key", "Make one: tocsin keys.")
        from py_vapid import Vapid02  # noqa: PLC0415 - slow to import, and many never push

        self._vapid = Vapid02(key)
        self._contact = conf.contact
        self._tokens: dict[str, tuple[datetime, str]] = {}
        point = key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.public = base64.urlsafe_b64encode(point).rstrip(b"=").decode()
        """The key that browsers subscribe with: 65 bytes in base64url."""

    def authorization(self, endpoint: str, now: datetime) -> str:
        """Give the header that proves who sends, for the service of an endpoint."""
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        until, token = self._tokens.get(audience, (now, ""))
        # A clock that was set back leaves a token that is too long for some services.
        if not now + timedelta(hours=1) < until <= now + _TOKEN_LASTS:
            until = now + _TOKEN_LASTS
            claims = {"aud": audience, "exp": int(until.timestamp()), "sub": self._contact}
            token = str(self._vapid.sign(claims)["Authorization"])
            self._tokens[audience] = (until, token)
        return token


class PushOutlet:
    """Tells telephones of their areas."""

    def __init__(self, app: Hall, conf: PushConf, issuer: Issuer, *, resolver: Resolve = resolve) -> None:
        self._app = app
        self.conf = conf
        self._issuer = issuer
        self.vapid = Vapid(conf)
        self.book = Subscribers(conf.book, conf.most)
        self._outbound = Outbound(allow_private=conf.allow_private, timeout=conf.timeout, resolver=resolver)
        self._mute = Mute(app, "push")
        self._began = app.publication.last
        self._moved: dict[str, Published] = {}
        self._told = self.book.told()
        self._turns: dict[str, int] = {}
        """How often each area was told of: what a newer turn overtook is not sent any more."""
        self._indexed: frozenset[str] = frozenset()
        self._inside: dict[str, list[str]] = {}
        """Areas that somebody asked for, by each area that holds them."""
        self._expired_at: datetime | None = None
        self._woken = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._failing: dict[str, str] = {}
        self.sent = 0

    def condition(self) -> str | None:
        """Tell what is degraded, None where nothing is."""
        return "; ".join(f"{host}: {why}" for host, why in sorted(self._failing.items())) or None

    def serves(self, endpoint: str) -> bool:
        """Tell whether an endpoint is one of a push service that we post to."""
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        named = any(host == one or host.endswith(f".{one}") for one in self.conf.services)
        return named and (parts.scheme == "https" or self.conf.allow_private)

    def count(self, areas: Sequence[str]) -> int:
        """Tell how many telephones are told of these areas; of all, where none is named."""
        found = areas or self.book.areas()
        return len({one.endpoint for area in found for one in self.book.of(area)})

    def knows(self, area: str) -> bool:
        """Tell whether an area may be asked for."""
        return self._app.world.places.area(area) is not None

    # --- following

    async def run(self) -> None:
        """Push until cancelled."""
        follower = asyncio.create_task(self._follow(), name="push: changes")
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self._woken.wait()
                        await asyncio.sleep(SETTLE)
                self._woken.clear()
                self._expire()
                for one in self._mute.released():
                    self._touch(one)
                moved, self._moved = self._moved, {}
                for area, one in moved.items():
                    await self._tell(area, one)
        finally:
            for task in (follower, *self._sending):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await follower
            await self._outbound.close()
            self.book.close()

    def _expire(self) -> None:
        """Forget once an hour what has expired (R38)."""
        now = self._app.clock()
        if self._expired_at is None or not self._expired_at <= now < self._expired_at + timedelta(hours=1):
            self.book.expire(now)
            self._expired_at = now

    def joined(self, area: str) -> None:
        """Take note that somebody wants to be told of an area: what it is now is nothing new to them."""
        if area not in self._told and (face := _face(self._app.area_state(area))) is not None:
            self._remember(area, face)

    def _remember(self, area: str, face: tuple[str, str | None]) -> None:
        self._told[area] = face
        self.book.tell(area, *face)

    def _resume(self) -> int:
        """Find the change after which to go on: what was not pushed before a stop and is no history yet (R8)."""
        publication = self._app.publication
        last, sent = self._began, self._app.sent_up_to("push")
        missed: Sequence[Published] = ()
        if sent is not None and sent < last:
            recent = self._app.clock() - HISTORY
            missed = [one for one in publication.after(sent, last - sent) if one.change.at >= recent]
        moved = {area for one in missed for area in self._concerned(one)}
        for area in self.book.areas() - moved:
            self.joined(area)
        return missed[0].change.number - 1 if missed else last

    async def _follow(self) -> None:
        publication = self._app.publication
        async for change in self._app.follow(self._resume()):
            (one,) = publication.after(change.number - 1, 1)
            if not self._mute.keeps(one):
                self._touch(one)

    def _touch(self, one: Published) -> None:
        for area in self._concerned(one):
            self._moved[area] = one
            self._woken.set()

    def _concerned(self, one: Published) -> set[str]:
        """Find the areas that a change may have moved: its own, what holds it, what lies in it."""
        alert, areas = one.change.fact.noun, self.book.areas()
        if not isinstance(alert, Alert) or alert.layer != "official" or one.change.fact.verb == "withhold":
            return set()
        if areas is not self._indexed:
            self._indexed, self._inside = areas, {}
            for area in areas:
                for holder in self._app.world.places.ancestors(area):
                    self._inside.setdefault(holder, []).append(area)
        return {*areas.intersection(one.areas), *self._inside.get(alert.area.code, ())}

    async def _tell(self, area: str, one: Published) -> None:
        """Push an area's state, where it is another than was told."""
        now = self._app.clock()
        if self._mute.mutes(area):
            return
        state = self._app.area_state(area)
        # An ending is told too where nothing was before: somebody may have joined while an alarm stood.
        earlier = Reference(sender=self._issuer.sender, identifier=area, sent=one.change.at)
        made = message(one.change, issuer=self._issuer, earlier=(earlier,))
        face, before = _face(state), self._told.get(area)
        if face is None and before is not None and before[0] in _ALARMED and one.change.fact.verb in _ENDS:
            # That an alarm was ended or taken back is told even where nobody knows what is now (R4).
            face = state.state, None
        if made is None or face is None or face == before:
            return
        self._remember(area, face)
        calm = face[0] not in _ALARMED
        # Who wants red alone is told of the end of a red one alone; after a restart nobody knows which it was.
        level = before[1] if calm and before is not None else state.level
        until = now + (_CALM_LASTS if calm else _ALARM_LASTS)
        body = notice(state, made, one.change.number, now, until)
        turn = self._turns[area] = self._turns.get(area, 0) + 1
        wishes = self.book.of(area, LEVELS[:1] if level == "yellow" else LEVELS)
        task = asyncio.create_task(self._send(area, turn, wishes, body, until), name=f"push {area}")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        try:
            await self._app.sent("push", [(one.change.number, body)])
        except OutletError as error:
            log.warning("push: not recorded: %s", error)

    # --- sending

    async def _send(
        self, area: str, turn: int, wishes: Sequence[Subscriber], body: bytes, until: datetime
    ) -> None:
        """Send one state to everybody who wants it; what fails for a while is tried again as long as it holds."""
        waiting = list(wishes)
        for pause in (0.0, *_PAUSES):
            await asyncio.sleep(pause)
            failed: list[Subscriber] = []
            for start in range(0, len(waiting), _CHUNK):
                if self._turns[area] != turn or self._app.clock() >= until:
                    return
                chunk = waiting[start : start + _CHUNK]
                # Sealing takes a third of a millisecond each: beside the loop, so that no alert waits for it.
                sealed = await asyncio.to_thread(_sealed, chunk, body)
                lasts = max(1, int((until - self._app.clock()).total_seconds()))
                taken = await asyncio.gather(
                    *(self._post(one, seal, lasts) for one, seal in zip(chunk, sealed, strict=True))
                )
                failed += [one for one, done in zip(chunk, taken, strict=True) if not done]
            waiting = failed
            if not waiting:
                return

    async def _post(self, one: Subscriber, body: bytes | None, lasts: int) -> bool:
        """Send to one telephone; False where it is worth another try."""
        host = urlsplit(one.endpoint).hostname or ""
        if body is None:
            self.book.remove(one.endpoint)
            return True
        headers = {
            "Authorization": self.vapid.authorization(one.endpoint, self._app.clock()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(lasts),
            "Urgency": "high",
            "Topic": topic(one.area),
        }
        answer = await self._outbound.post(host, one.endpoint, body, headers)
        if answer in {404, 410}:  # the browser has given the subscription up
            self.book.remove(one.endpoint)
            return True
        if isinstance(answer, int) and 200 <= answer < 300:
            self.sent += 1
            self._failing.pop(host, None)
            return True
        self._failing[host] = answer if isinstance(answer, str) else f"answered {answer}"
        log.warning("push: %s", self._failing[host])
        return isinstance(answer, int) and 400 <= answer < 500 and answer != 429


def _face(state: AreaState) -> tuple[str, str | None] | None:
    """What of a state is worth telling; None where it isn't known: that is never told as calm (R34)."""
    if state.contradicted:
        return "CONTRADICTED", None
    return (state.state, state.level) if state.state in {"ACTIVE", "PARTLY", "CLEAR"} else None


def topic(area: str) -> str:
    """Name the topic of an area: at most 32 characters of base64url (RFC 8030, 5.4)."""
    digest = sha256(f"tocsin {area}".encode()).digest()[:24]
    return base64.urlsafe_b64encode(digest).decode()


def _sealed(wishes: Sequence[Subscriber], body: bytes) -> list[bytes | None]:
    """Encrypt a body for each telephone (RFC 8291); None where its keys are none."""
    from pywebpush import WebPusher  # noqa: PLC0415 - slow to import, and many never push

    found: list[bytes | None] = []
    for one in wishes:
        keys = {"p256dh": one.p256dh, "auth": one.auth}
        try:
            sealed = WebPusher({"endpoint": one.endpoint, "keys": keys}).encode(body)
            found.append(bytes(sealed["body"]))
        except Exception as error:  # noqa: BLE001 - whatever a stranger's key does to the library
            log.warning("push: a telephone's key is none: %s", error)
            found.append(None)
    return found
