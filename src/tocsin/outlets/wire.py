"""What connections are before they are ordinary requests: readers of the stream, and askers for snapshots.

Thousands ask for these at once when the sirens sound. A reader costs a transport and no task; a snapshot is
written to its connection in one piece as it was made. Everything else is HTTP as uvicorn has it, answered by the
ASGI application.
"""

from __future__ import annotations

import asyncio
import logging

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tocsin.outlets import websocket
from tocsin.outlets.snapshots import Snapshots
from tocsin.outlets.sse import PATH, Streams

__all__ = ["Connection", "protocol"]

log = logging.getLogger(__name__)

_NOW = b"/now/"
_HEAD_WITHIN = 20.0
"""Seconds."""
_BODIES = (b"content-length", b"transfer-encoding", b"expect", b"upgrade")


class Connection(HttpToolsProtocol):
    """HTTP, with the stream and snapshots taken out before a task is made for them."""

    streams: Streams
    snapshots: Snapshots
    handed_over = False
    head_by: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, and expect a request."""
        super().connection_made(transport)
        self._expect_head()

    def on_message_begin(self) -> None:
        """Expect the head of the next request."""
        super().on_message_begin()
        if self.head_by is None:
            self._expect_head()

    def _expect_head(self) -> None:
        """Give a request's head a time to be whole: one that trickles in holds a connection for no longer."""
        self.head_by = self.loop.call_later(_HEAD_WITHIN, self.transport.abort)

    def _head_is_here(self) -> None:
        if self.head_by is not None:
            self.head_by.cancel()
            self.head_by = None

    def on_headers_complete(self) -> None:
        """Answer here what can be answered here, and hand on the rest."""
        self._head_is_here()
        method = self.parser.get_method()
        free = self.cycle is None or self.cycle.response_complete
        if not free or method not in {b"GET", b"HEAD"} or not self._taken(method):
            super().on_headers_complete()

    def _taken(self, method: bytes) -> bool:
        """Answer here what can be answered here."""
        if self.url.startswith(_NOW):
            return self._snapshot(method)
        path, _, query = self.url.partition(b"?")
        if path != PATH or method != b"GET":
            return False
        self.handed_over = True
        self.connections.discard(self)
        self.server_state.total_requests += 1
        if any(name == b"upgrade" for name, _ in self.headers):
            websocket.upgrade(self.streams, self.transport, query, self.headers)
        else:
            self.streams.open(self.transport, query, dict(self.headers))
        self.loop.call_soon(self._let_go)
        return True

    def _snapshot(self, method: bytes) -> bool:
        if self.flow.write_paused or any(name in _BODIES for name, _ in self.headers):
            return False
        path = self.url.partition(b"?")[0]
        try:
            found = self.snapshots.answer(path.decode("ascii"), self.headers)
        except Exception:  # the application would fail on it as well, and answers 500 with its reasons
            log.exception("snapshot %s", path)
            return False
        if found is None:
            return False
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return True
        stays = self.parser.should_keep_alive()
        more = [b"%b: %b\r\n" % pair for pair in self.server_state.default_headers]
        more.append(b"\r\n" if stays else b"connection: close\r\n\r\n")
        self.transport.write(b"".join((found.wire, *more, found.body if method == b"GET" else b"")))
        self._unset_keepalive_if_required()
        if stays:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            self.transport.close()
        return True

    def on_body(self, body: bytes) -> None:
        """Hand a body on, unless nobody waits for one."""
        if not self.handed_over:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request that was handed on."""
        if not self.handed_over and self.cycle is not None:
            super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Read on, unless a reader has it."""
        if not self.handed_over:
            super().data_received(data)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: what asked for another protocol was answered."""

    def _let_go(self) -> None:
        """Break the cycle of protocol and parser, so that a reader costs no more than its transport."""
        self.parser = self.cycle = self.scope = self.flow = None  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._head_is_here()
        if not self.handed_over:
            super().connection_lost(exc)


def protocol(streams: Streams, snapshots: Snapshots) -> type[HttpToolsProtocol]:
    """Return the HTTP protocol whose connections become readers when they ask for the stream."""
    return type("Protocol", (Connection,), {"streams": streams, "snapshots": snapshots})
