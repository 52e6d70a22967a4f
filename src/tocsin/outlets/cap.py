"""CAP over HTTP: the documents and the feeds that list them.

The shelf follows the published changes and keeps each alert's chain of messages. A document is written, signed and
read back when it is first asked for; one that fails the read-back is not released (R7), and health tells of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from cryptography import x509
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.model import Alert, Change, Fact, Problem, Silence
from tocsin.outlets.hall import outlive
from tocsin.places import Gazetteer
from tocsin.render import cap, cell, feed
from tocsin.render.cap_lint import lint
from tocsin.render.naming import Names
from tocsin.render.words import LANGUAGES, bundled

__all__ = ["Shelf", "Signer", "routes"]

log = logging.getLogger(__name__)

_KEPT = 20_000
_STEP = 5_000
_RENEW = timedelta(hours=12)
_NOTICE = timedelta(days=30)
"""So long before its end a certificate is told to be ending: aggregators want that much notice."""
_CROSS_ORIGIN = {"Access-Control-Allow-Origin": "*"}


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """The key that signs, as PEM, and its certificate."""

    key: bytes
    certificate: bytes


class Follows(Protocol):
    """What CAP asks of the app."""

    def clock(self) -> datetime:
        """Tell the time."""

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Give published changes by number."""


class Shelf:
    """Every CAP message that was issued, in order, by identifier; follows the app's changes when asked."""

    def __init__(
        self,
        app: Follows,
        issuer: cap.Issuer,
        names: Names,
        places: Gazetteer,
        signer: Signer | None,
        *,
        silenced: Callable[[Fact], Silence | None] | None = None,
    ) -> None:
        self._app, self._names, self._places, self._signer = app, names, places, signer
        self.issuer = issuer
        self._silenced = silenced or (lambda _: None)
        self._ends_at = None
        if signer is not None:
            self._ends_at = x509.load_pem_x509_certificate(signer.certificate).not_valid_after_utc
        self._after = 0
        self._messages: dict[str, cap.Message] = {}
        self._chains: dict[str, list[cap.Reference]] = {}
        self._standing: dict[str, tuple[cap.Message, datetime, int]] = {}
        self._last: dict[str, cap.Message] = {}
        self._written: dict[str, bytes | None] = {}
        self.problems: tuple[Problem, ...] = ()
        fields = ("_after", "_messages", "_chains", "_standing", "_last", "_written", "problems")
        outlive(app, "cap", self, fields)

    def follow(self) -> None:
        """Take in what was published since, and say again what still stands and would expire (R14)."""
        while batch := self._app.changes(self._after, _STEP):
            for change in batch:
                self._after = max(self._after, change.number)
                if isinstance(change.fact.noun, Alert):
                    self._take(change, change.fact.noun)
        now = self._app.clock()
        for alert in sorted(self._standing):
            last, since, ordinal = self._standing[alert]
            while since + _RENEW <= now:
                since += _RENEW
                last = cap.renewal(last, tuple(self._chains[alert]), since, ordinal)
                ordinal += 1
                self._keep(last)
            self._standing[alert] = (last, since, ordinal)

    def _take(self, change: Change, alert: Alert) -> None:
        chain = self._chains.get(alert.id, [])
        made = cap.message(change, issuer=self.issuer, earlier=chain)
        if made is not None:
            self._keep(made)
            if alert.layer == "official" and not made.closing:
                self._standing[alert.id] = (made, made.sent, 1)
        if change.fact.verb in {"clear", "revoke", "lapse"}:
            self._standing.pop(alert.id, None)
        if change.fact.verb in {"clear", "revoke", "lapse"} and not alert.contradicted:
            self._chains.pop(alert.id, None)

    def _keep(self, made: cap.Message) -> None:
        self._messages[made.identifier] = made
        self._chains.setdefault(made.alert.id, []).append(made.reference)
        # The newest stands last, so that what is listed needs no look at all that was ever sent.
        self._last.pop(made.alert.id, None)
        self._last[made.alert.id] = made
        if len(self._messages) > _KEPT:
            oldest = next(iter(self._messages))
            gone = self._messages.pop(oldest)
            self._written.pop(oldest, None)
            if self._last.get(gone.alert.id) is gone:
                del self._last[gone.alert.id]

    def condition(self) -> str | None:
        """Tell what is degraded: messages that may not be released, a certificate that ended or soon will."""
        wrong = [f"{len(self.problems)} messages were not released"] if self.problems else []
        if self._ends_at is not None and self._ends_at - _NOTICE <= self.now():
            how = "ended" if self._ends_at <= self.now() else "ends"
            wrong.append(f"the certificate of cap_key {how} on {self._ends_at:%Y-%m-%d}: make new keys")
        return "; ".join(wrong) or None

    def _muted(self, made: cap.Message) -> bool:
        """Tell whether a silence keeps a message from the feeds: one that came after the silence began."""
        if made.closing:
            return False
        silence = self._silenced(Fact(type="alert", verb="raise", noun=made.alert, because=()))
        return silence is not None and made.sent >= silence.start.replace(microsecond=0)

    def _shown(self, last: cap.Message) -> cap.Message | None:
        """Give an alert's last message that no silence keeps back."""
        if not self._muted(last):
            return last
        earlier = (self._messages.get(r.identifier) for r in reversed(self._chains.get(last.alert.id, [])))
        return next((one for one in earlier if one is not None and not self._muted(one)), None)

    def text(self, identifier: str, lang: str) -> str | None:
        """Give a message as text for cell broadcast; ``None`` if there is none."""
        made = self._messages.get(identifier)
        return None if made is None else cell.broadcast(made, bundled(lang), self._names)

    def now(self) -> datetime:
        """Tell the app's time."""
        return self._app.clock()

    def messages(self) -> tuple[cap.Message, ...]:
        """Give every message that is kept, in the order of sending."""
        self.follow()
        return tuple(self._messages.values())

    async def listed(self) -> tuple[cap.Message, ...]:
        """Give what a feed lists now: only messages whose documents may be released."""
        self.follow()
        now = self.now()
        # What expired long ago is not listed again, but the last message of all is.
        for alert in [a for a, one in self._last.items() if one.expires <= now][:-1]:
            del self._last[alert]
        last = [one for one in map(self._shown, self._last.values()) if one is not None]
        shown = feed.listed(tuple(last), now)
        return tuple([one for one in shown if await self.release(one.identifier) is not None])

    async def release(self, identifier: str) -> bytes | None:
        """Give a message's document, written beside the loop if it was not yet: signing takes its time."""
        self.follow()
        made = self._messages.get(identifier)
        if made is not None and identifier not in self._written:
            xml = await asyncio.to_thread(self._write, made)
            self._written.setdefault(identifier, xml)
        return self.document(identifier)

    def document(self, identifier: str) -> bytes | None:
        """Give a message's document as it was first written; ``None`` if there is none that may be released."""
        self.follow()
        made = self._messages.get(identifier)
        if made is None:
            return None
        if identifier not in self._written:
            self._written[identifier] = self._write(made)
        return self._written[identifier]

    def _write(self, made: cap.Message) -> bytes | None:
        xml = cap.write(made, names=self._names, places=self._places)
        if self._signer is not None:
            xml = cap.sign(xml, self._signer.key, self._signer.certificate)
        problems = lint(xml, made, names=self._names, places=self._places)
        if problems:
            self.problems = (*self.problems[-99:], *problems)
            for problem in problems:
                log.error("CAP %s is not released: %s", problem.where, problem.what)
            return None
        return xml


def routes(shelf: Shelf) -> list[Route]:
    """The addresses under /cap."""

    async def one(request: Request) -> Response:
        xml = await shelf.release(str(request.path_params["name"]))
        if xml is None:
            return Response("no such CAP message\n", 404, media_type="text/plain")
        return Response(
            xml,
            media_type=feed.CAP_TYPE,
            headers={"Cache-Control": "public, max-age=31536000, immutable", **_CROSS_ORIGIN},
        )

    async def text(request: Request) -> Response:
        name, wanted = str(request.path_params["name"]), request.query_params.get("lang", "uk")
        released = await shelf.release(name)
        said = shelf.text(name, wanted) if released is not None and wanted in LANGUAGES else None
        if said is None:
            return Response("no such CAP message, or no such language\n", 404, media_type="text/plain")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Language": wanted}
        return Response(said, media_type="text/plain", headers=headers | _CROSS_ORIGIN)

    async def listing(request: Request) -> Response:
        form = request.url.path.rpartition(".")[2]
        wanted = request.query_params.get("lang", "en")
        words = bundled(wanted if wanted in LANGUAGES else "en")
        now = shelf.now()
        shown = await shelf.listed()
        write = feed.atom if form == "atom" else feed.rss
        body = write(shown, issuer=shelf.issuer, now=now, words=words)
        headers = {"Cache-Control": "no-cache", **_CROSS_ORIGIN}
        return Response(body, media_type=f"application/{form}+xml", headers=headers)

    return [
        Route("/cap/feed.atom", listing),
        Route("/cap/feed.rss", listing),
        Route("/cap/{name}.xml", one),
        Route("/cap/{name}.txt", text),
    ]
