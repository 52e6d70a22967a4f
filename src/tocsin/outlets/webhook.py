"""Webhooks: every change posted to those who asked, signed, tried again, and never into our own network.

Signatures follow Standard Webhooks (webhook-id, webhook-timestamp,
webhook-signature). A target that fails is tried again with growing pauses and
then put on a list of dead letters, which an operator can read and send again
(docs/webhooks.md). One slow target delays nobody else.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.codec import encode, instant
from tocsin.engine import World
from tocsin.model import Alert, Change, Fact, Picture, Problem, Silence
from tocsin.outlets.errors import OutletError
from tocsin.outlets.outbound import Outbound, Resolve, is_public, resolve
from tocsin.outlets.publication import Publication, Published
from tocsin.outlets.silences import Mute
from tocsin.outlets.subscriptions import Address, Letter, Subscriptions
from tocsin.render.dialects.official import Atlas
from tocsin.render.dialects.ukrainealarm import webhook_events

__all__ = ["Target", "WebhookConf", "WebhookOutlet", "Webhooks", "configured", "is_public", "routes", "sign"]

log = logging.getLogger(__name__)

Settled = Callable[[Letter], Awaitable[None]]

PAUSES = (1.0, 5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)
"""Seconds before each further try; after the last the letter is dead."""
HISTORY = timedelta(minutes=10)
"""A change older than this is history: after a restart it is not posted any more (R8)."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A subscriber: where to post, with which secret, and which changes it wants (nothing named: all)."""

    name: str
    url: str
    secret: str = ""
    areas: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()


class WebhookConf(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings say: targets, where subscriptions and dead letters are kept, what is allowed."""

    targets: tuple[Target, ...] = ()
    book: str | None = None
    allow_private: bool = False
    timeout: float = 10.0
    pauses: tuple[float, ...] = PAUSES


def configured(table: Mapping[str, Any], base: Path) -> tuple[WebhookConf, tuple[Problem, ...]]:
    """Read the ``[webhooks]`` table of the settings."""
    try:
        conf = msgspec.convert(dict(table), WebhookConf, strict=True)
    except msgspec.ValidationError as error:
        return WebhookConf(), (_problem("webhooks", str(error), "See docs/webhooks.md."),)
    problems: list[Problem] = []
    for target in conf.targets:
        try:
            Address.of(target.url)
        except ValueError as error:
            problems.append(
                _problem(f"webhooks: {target.name}", f"url is {error}", "Give http:// or https://.")
            )
        if _secret(target.secret) is None:
            problems.append(
                _problem(
                    f"webhooks: {target.name}", "secret is too short or not base64", "Give whsec_ and base64."
                )
            )
    if conf.book is not None:
        conf = msgspec.structs.replace(conf, book=str(base / conf.book))
    return conf, tuple(problems)


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(where=where, what=what, remedy=remedy)


def _secret(text: str) -> bytes | None:
    """Read a Standard Webhooks secret: ``whsec_`` and base64 of at least 24 bytes."""
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        return None
    return key if len(key) >= 24 else None


def sign(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """Give the ``webhook-signature`` header of Standard Webhooks: ``v1,`` and base64 of an HMAC-SHA256."""
    key = _secret(secret)
    if key is None:
        raise OutletError("webhooks", "the secret is too short or not base64", "Give whsec_ and base64.")
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()


class Webhooks:
    """The post office: a queue a target, so that one that hangs delays nobody else."""

    QUEUE = 1000

    def __init__(
        self,
        conf: WebhookConf,
        subscriptions: Subscriptions,
        clock: Callable[[], datetime],
        *,
        resolver: Resolve = resolve,
        settled: Settled | None = None,
    ) -> None:
        self.conf = conf
        self.subscriptions = subscriptions
        self.sent = 0
        self.failing: dict[str, str] = {}
        self._clock = clock
        self._outbound = Outbound(allow_private=conf.allow_private, timeout=conf.timeout, resolver=resolver)
        self._settled = settled
        self._secrets = {t.name: t.secret for t in conf.targets}
        self._queues: dict[str, deque[Letter]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}

    def post(self, target: str, url: str, identity: str, body: bytes, change: int = 0) -> None:
        """Queue a letter; a queue that is full buries its oldest."""
        queue = self._queues.setdefault(target, deque())
        if len(queue) >= self.QUEUE:
            self._bury(queue.popleft(), "the queue is full")
        queue.append(Letter(id=identity, target=target, url=url, body=body.decode(), change=change))
        worker = self._workers.get(target)
        if worker is None or worker.done():
            self._workers[target] = asyncio.create_task(self._work(target))

    def resend(self, identity: str | None = None) -> int:
        """Queue one dead letter, or all, again; tells how many."""
        letters = self.subscriptions.exhume(identity)
        for letter in letters:
            self.post(letter.target, letter.url, letter.id, letter.body.encode(), letter.change)
        return len(letters)

    async def drain(self) -> None:
        """Wait until every queue is empty."""
        while any(not worker.done() for worker in self._workers.values()):
            await asyncio.gather(*self._workers.values())

    async def close(self) -> None:
        """Stop; what still waits becomes dead letters, so that nothing is lost unseen."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        for worker in workers:
            with suppress(asyncio.CancelledError):
                await worker
        await self._outbound.close()
        for queue in self._queues.values():
            while queue:
                self._bury(queue.popleft(), "stopped before it was delivered")

    async def _work(self, target: str) -> None:
        queue = self._queues[target]
        while queue:
            await self._deliver(queue[0])
            letter = queue.popleft()
            if self._settled is not None:
                await self._settled(letter)

    async def _deliver(self, letter: Letter) -> None:
        error = ""
        for attempt in range(len(self.conf.pauses) + 1):
            if attempt:
                await asyncio.sleep(self.conf.pauses[attempt - 1])
            error = await self._try(letter)
            if not error:
                self.sent += 1
                self.failing.pop(letter.target, None)
                return
            self.failing[letter.target] = error
            log.warning("webhook %s: try %d failed: %s", letter.target, attempt + 1, error)
            if error.startswith("gone"):
                break
        self._bury(msgspec.structs.replace(letter, tries=len(self.conf.pauses) + 1), error)

    def _bury(self, letter: Letter, error: str) -> None:
        try:
            self.subscriptions.bury(msgspec.structs.replace(letter, last_error=error))
        except OSError as trouble:
            log.error("dead letters cannot be kept: %s", trouble)  # noqa: TRY400 - no traceback for a full disk

    async def _try(self, letter: Letter) -> str:
        """Post once; an empty text when it was taken, else what went wrong."""
        body = letter.body.encode()
        stamp = int(self._clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "tocsin-webhook/1",
            "webhook-id": letter.id,
            "webhook-timestamp": str(stamp),
        }
        secret = self._secrets.get(letter.target)
        if secret:
            headers["webhook-signature"] = sign(secret, letter.id, stamp, body)
        answer = await self._outbound.post(letter.target, letter.url, body, headers)
        if isinstance(answer, str):
            return answer
        if 200 <= answer < 300:
            return ""
        if answer == 410:
            return "gone: 410"
        if 300 <= answer < 400:
            return f"redirects are not followed: {answer}"
        return f"answered {answer}"


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

    def silences(self) -> tuple[Silence, ...]:
        """Give the silences in force."""

    def silenced(self, outlet: str, fact: Fact) -> Silence | None:
        """Give the silence that keeps an outlet from sending a fact now."""

    async def sent(self, outlet: str, messages: Sequence[tuple[int, bytes]]) -> None:
        """Record durably what was sent."""

    def sent_up_to(self, outlet: str) -> int | None:
        """Tell up to which change an outlet sent."""

    def follow(self, after: int = 0) -> AsyncIterator[Change]:
        """Give published changes as they come."""


def wanted(target: Target, one: Published) -> bool:
    """Tell whether a target asked for a change: by type, by layer, and by area or what holds it."""
    fact = one.change.fact
    if target.types and fact.type not in target.types:
        return False
    layer = getattr(fact.noun, "layer", None)
    if target.layers and layer is not None and layer not in target.layers:
        return False
    return not target.areas or any(code in target.areas for code in one.areas)


def event(one: Published) -> bytes:
    """Body of a Standard Webhooks message about one change: its published bytes as ``data``."""
    fact = one.change.fact
    head = {"type": f"tocsin.{fact.type}.{fact.verb}", "timestamp": instant(one.change.at)}
    return encode(head)[:-1] + b',"data":' + one.data + b"}"


class WebhookOutlet:
    """Posts published changes to the configured targets, and dialect events to addresses that clients registered."""

    def __init__(
        self, app: Hall, conf: WebhookConf, subscriptions: Subscriptions, *, resolver: Resolve = resolve
    ) -> None:
        self._app = app
        self._conf = conf
        self._atlas = Atlas(app.world.places, "ukrainealarm")
        self._done: dict[str, int] = {}
        """Up to which change each target is settled from earlier runs."""
        self._began = app.publication.last
        self._mute = Mute(app, "webhooks")
        self.post = Webhooks(conf, subscriptions, app.clock, resolver=resolver, settled=self._settled)

    def condition(self) -> str | None:
        """Tell what is degraded, None where nothing is."""
        failing = self.post.failing
        if not failing:
            return None
        return "; ".join(f"{name}: {error}" for name, error in sorted(failing.items()))

    async def run(self) -> None:
        """Post until cancelled: what is published from now on, and what a crash kept from its target (R8)."""
        last = self._app.publication.last
        self._done = {t.name: self._resume(t, last) for t in self._conf.targets}
        unmuting = asyncio.create_task(self._unmuted(), name="webhooks: silences")
        try:
            async for change in self._app.follow(min([last, *self._done.values()])):
                (one,) = self._app.publication.after(change.number - 1, 1)
                if not self._mute.keeps(one):
                    self._tell(one)
        finally:
            unmuting.cancel()
            await self.post.close()

    async def _unmuted(self) -> None:
        """Post what still stands of what a silence kept back, once it has ended."""
        while True:
            await asyncio.sleep(1)
            for one in self._mute.released():
                self._tell(one, again=True)

    def _resume(self, target: Target, last: int) -> int:
        """Find the change after which to go on: the last that was settled, unless what followed is history."""
        settled = self._app.sent_up_to(f"webhook {target.name}")
        if settled is None or settled > last:
            return last
        recent = self._app.clock() - HISTORY
        missed = self._app.publication.after(settled)
        return next((one.change.number - 1 for one in missed if one.change.at >= recent), last)

    async def _settled(self, letter: Letter) -> None:
        """Record that a letter went out, or was put with the dead ones."""
        if letter.change and letter.target in self._done:
            try:
                await self._app.sent(f"webhook {letter.target}", [(letter.change, letter.body.encode())])
            except OutletError as error:
                log.warning("webhook %s: not recorded: %s", letter.target, error)

    def _tell(self, one: Published, *, again: bool = False) -> None:
        for target in self._conf.targets:
            number = one.change.number
            if (again or number > self._done.get(target.name, 0)) and wanted(target, one):
                self.post.post(target.name, target.url, f"tocsin-{number}", event(one), number)
        noun = one.change.fact.noun
        if isinstance(noun, Alert) and noun.layer == "official" and one.change.number > self._began:
            for body in webhook_events(self._atlas, (one.change,)):
                for name, url in self.post.subscriptions.addresses():
                    self.post.post(f"ukrainealarm:{name}", url, f"alarm-{one.change.number}", body)


def routes(outlet: WebhookOutlet, desk_token: str | None) -> list[Route]:
    """Make the desk's routes: dead letters to see, one or all to send again. Without a token there is no desk."""

    def refused(request: Request) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else ""
        if desk_token and hmac.compare_digest(given.encode(), desk_token.encode()):
            return None
        told = {
            "where": "Authorization",
            "what": "no token of the desk",
            "remedy": "Send the desk's bearer token.",
        }
        headers = {"WWW-Authenticate": 'Bearer realm="desk"'}
        return Response(encode(told), 401, headers, media_type="application/json")

    async def letters(request: Request) -> Response:
        dead = outlet.post.subscriptions.dead()
        told = {"letters": dead, "failing": outlet.post.failing, "sent": outlet.post.sent}
        return refused(request) or Response(encode(told), media_type="application/json")

    async def resend(request: Request) -> Response:
        if (refusal := refused(request)) is not None:
            return refusal
        wanted = request.path_params["id"]
        count = outlet.post.resend(None if wanted == "all" else wanted)
        return Response(encode({"queued": count}), 202 if count else 404, media_type="application/json")

    return [
        Route("/v1/webhooks/dead", letters, methods=["GET"]),
        Route("/v1/webhooks/dead/{id}", resend, methods=["POST"]),
    ]
