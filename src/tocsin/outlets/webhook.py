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
import ipaddress
import json
import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from tocsin.model import Problem
from tocsin.outlets.errors import OutletError

__all__ = ["Address", "Letter", "Subscriptions", "Target", "WebhookConf", "Webhooks", "configured", "sign"]

log = logging.getLogger(__name__)

Resolve = Callable[[str, int], Iterable[str]]

PAUSES = (1.0, 5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)
"""Seconds before each further try; after the last the letter is dead."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A web address that may be posted to: http or https, a host, no user name in it."""

    url: str

    @classmethod
    def of(cls, url: object) -> Address:
        """Check what somebody gave as an address; ``ValueError`` tells what is wrong with it."""
        if not isinstance(url, str) or len(url) > 2000 or not url.isprintable() or " " in url:
            raise ValueError("no web address")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("no http or https address")
        if parts.username is not None or parts.password is not None:
            raise ValueError("an address with a user name in it")
        _ = parts.port  # raises ValueError when it is none
        return cls(url=url)

    @property
    def host(self) -> str:
        """The name or number of the machine."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, or the usual one of the scheme."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A subscriber: where to post, with which secret, and which changes it wants (nothing named: all)."""

    name: str
    url: str
    secret: str = ""
    areas: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one target, and how its delivery went."""

    id: str
    target: str
    url: str
    body: str
    tries: int = 0
    last_error: str = ""


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


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Look up every number of a host by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(number: str) -> bool:
    """Tell whether an IP number belongs to the open internet: not private, loopback, link-local, multicast, mapped."""
    try:
        ip = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return ip.is_global and not ip.is_multicast


def write_atomically(path: Path, body: bytes) -> None:
    """Put a file in place whole or not at all, durable before it is seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


class _Book(msgspec.Struct, kw_only=True):
    addresses: dict[str, str] = {}
    dead: list[Letter] = []


class Subscriptions:
    """Addresses registered through a dialect (one a key) and letters that could not be delivered.

    Kept in a file of its own: neither belongs in the journal. Without a file
    they last as long as the process.
    """

    MOST = 1000
    """No more addresses are taken; no more dead letters are kept."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._book = _Book()
        if path is not None and path.exists():
            try:
                self._book = msgspec.json.decode(path.read_bytes(), type=_Book)
            except (OSError, msgspec.DecodeError) as error:
                raise OutletError(str(path), f"cannot be read ({error})", "Mend or move the file.") from error

    def _save(self) -> None:
        if self._path is not None:
            write_atomically(self._path, msgspec.json.format(msgspec.json.encode(self._book), indent=1))

    @staticmethod
    def _name(key: str) -> str:
        """Keep no key in plain: a digest tells whether it is the same one."""
        return sha256(key.encode()).hexdigest()[:32]

    def add(self, key: str, address: Address) -> bool:
        """Register a key's address; False when it has another one already."""
        name = self._name(key)
        held = self._book.addresses.get(name)
        if held is None and len(self._book.addresses) >= self.MOST:
            return False
        if held is not None:
            return held == address.url
        self._book.addresses[name] = address.url
        self._save()
        return True

    def replace(self, key: str, address: Address) -> bool:
        """Put another address in place of a key's; False when it has none."""
        name = self._name(key)
        if name not in self._book.addresses:
            return False
        self._book.addresses[name] = address.url
        self._save()
        return True

    def remove(self, key: str, address: Address) -> bool:
        """Forget a key's address; False when it is not registered."""
        name = self._name(key)
        if self._book.addresses.get(name) != address.url:
            return False
        del self._book.addresses[name]
        self._save()
        return True

    def addresses(self) -> tuple[tuple[str, str], ...]:
        """List what is registered, as (digest of the key, address)."""
        return tuple(self._book.addresses.items())

    def bury(self, letter: Letter) -> None:
        """Keep a letter that could not be delivered, the oldest giving way."""
        self._book.dead = [*self._book.dead, letter][-self.MOST :]
        self._save()

    def dead(self) -> tuple[Letter, ...]:
        """List the dead letters, the oldest first."""
        return tuple(self._book.dead)

    def exhume(self, identity: str | None = None) -> tuple[Letter, ...]:
        """Take one dead letter, or all, off the list, to be sent again."""
        taken = tuple(x for x in self._book.dead if identity is None or x.id == identity)
        self._book.dead = [x for x in self._book.dead if identity is not None and x.id != identity]
        self._save()
        return taken


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
    ) -> None:
        self.conf = conf
        self.subscriptions = subscriptions
        self.sent = 0
        self.failing: dict[str, str] = {}
        self._clock = clock
        self._resolve = resolver
        self._secrets = {t.name: t.secret for t in conf.targets}
        self._queues: dict[str, deque[Letter]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}

    def post(self, target: str, url: str, identity: str, body: bytes) -> None:
        """Queue a letter; a queue that is full buries its oldest."""
        queue = self._queues.setdefault(target, deque())
        if len(queue) >= self.QUEUE:
            self._bury(queue.popleft(), "the queue is full")
        queue.append(Letter(id=identity, target=target, url=url, body=body.decode()))
        worker = self._workers.get(target)
        if worker is None or worker.done():
            self._workers[target] = asyncio.create_task(self._work(target))

    def resend(self, identity: str | None = None) -> int:
        """Queue one dead letter, or all, again; tells how many."""
        letters = self.subscriptions.exhume(identity)
        for letter in letters:
            self.post(letter.target, letter.url, letter.id, letter.body.encode())
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
        for queue in self._queues.values():
            while queue:
                self._bury(queue.popleft(), "stopped before it was delivered")

    async def _work(self, target: str) -> None:
        queue = self._queues[target]
        while queue:
            await self._deliver(queue[0])
            queue.popleft()

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
        try:
            url, host = await self._reachable(Address.of(letter.url))
            headers["Host"] = host
            extensions = {"sni_hostname": urlsplit(letter.url).hostname}
            async with asyncio.timeout(self.conf.timeout), httpx.AsyncClient(trust_env=False) as client:
                request = client.build_request(
                    "POST", url, content=body, headers=headers, extensions=extensions
                )
                answer = await client.send(request, follow_redirects=False, stream=True)
                await answer.aclose()
        except TimeoutError:
            return "no answer in time"
        except (OutletError, ValueError) as error:
            return str(error)
        except (httpx.HTTPError, OSError) as error:
            return f"{type(error).__name__}: {error}"
        if 200 <= answer.status_code < 300:
            return ""
        if answer.status_code == 410:
            return "gone: 410"
        if answer.is_redirect:
            return f"redirects are not followed: {answer.status_code}"
        return f"answered {answer.status_code}"

    async def _reachable(self, address: Address) -> tuple[str, str]:
        """Look the host up once and give an address with its number in it, so that what was checked is what is met."""
        numbers = await asyncio.to_thread(lambda: tuple(self._resolve(address.host, address.port)))
        if not self.conf.allow_private and not all(is_public(n) for n in numbers):
            raise OutletError(
                address.host, "is an address of a private network", "Set allow_private if it is meant."
            )
        if not numbers:
            raise OutletError(address.host, "has no address", "Look the name up.")
        number = f"[{numbers[0]}]" if ":" in numbers[0] else numbers[0]
        parts = urlsplit(address.url)
        port = f":{parts.port}" if parts.port else ""
        host = f"[{address.host}]" if ":" in address.host else address.host
        return parts._replace(netloc=f"{number}{port}").geturl(), f"{host}{port}"


def wanted(target: Target, change: Mapping[str, Any], areas: Sequence[str]) -> bool:
    """Tell whether a target asked for a change: by type, by layer, and by area or what holds it."""
    what = change.get("what", {})
    if target.types and what.get("type") not in target.types:
        return False
    if target.layers and what.get("layer") is not None and what["layer"] not in target.layers:
        return False
    return not target.areas or any(code in target.areas for code in areas)


def event(change: Mapping[str, Any], at: datetime) -> bytes:
    """Body of a Standard Webhooks message about one change."""
    what = change.get("what", {})
    kind = f"tocsin.{what.get('type', 'change')}.{what.get('verb', 'revise')}"
    body = {"type": kind, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": change}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
