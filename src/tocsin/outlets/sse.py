"""The stream: every published change to every subscriber, one encoding shared by all (docs/http.md).

A subscriber is a transport and a place in the public chain, nothing more: no task,
no queue. What was published goes out in sweeps of a few hundred writes, so that
reports keep coming in meanwhile; whoever is behind catches up from the chain as fast
as it reads, and is dropped when too much waits for it. A stream can be taken up again
at any change number, across a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qs

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tocsin.codec import encode, instant
from tocsin.outlets.hall import Hall
from tocsin.outlets.publication import Published

__all__ = ["PATH", "Streams", "protocol"]

PATH = b"/v1/stream"

_SWEEP = 200
_HIGH_WATER = 64 * 1024
_PATIENCE = 6
"""Heartbeats that a subscriber may stand still for, with bytes waiting."""
_LINGER = 10.0
_BURST = 16
"""How many times what may wait for a reader may wait for a moment: a burst is no slowness."""
_HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"content-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-store, no-transform\r\n"
    b"x-accel-buffering: no\r\n"
    b"access-control-allow-origin: *\r\n"
    b"connection: close\r\n\r\n"
    b"retry: 1000\n\n"
)
_REASONS = {400: b"Bad Request", 404: b"Not Found", 503: b"Service Unavailable"}


class Subscriber(asyncio.Protocol):
    """One reader of the stream: its transport, the number up to which it was sent, what it wants."""

    __slots__ = ("above", "area", "at", "over", "paused", "since", "still", "streams", "transport")

    def __init__(
        self,
        streams: Streams,
        transport: asyncio.Transport,
        at: int,
        area: str | None,
        above: tuple[str, ...],
    ) -> None:
        self.streams = streams
        self.transport = transport
        self.at = at
        self.area = area
        self.above = above
        self.since = streams.last
        """What was published later than this counts as waiting; what is older it asked for itself."""
        self.paused = False
        self.still = 0
        self.over = False

    def wants(self, one: Published) -> bool:
        """Tell whether a change concerns this reader: its area, one inside it, or one that holds it."""
        if self.area is None or not one.areas or self.area in one.areas:
            return True
        return any(code in self.above for code in one.areas[: one.spoken])

    def pause_writing(self) -> None:
        """Stop sending: enough waits in the socket."""
        self.paused = True

    def resume_writing(self) -> None:
        """Go on sending where it stopped."""
        self.paused = False
        self.still = 0
        self.streams.catch_up(self)

    def data_received(self, data: bytes) -> None:
        """Take no notice: a reader has nothing to say."""

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - gone is gone
        """Forget the reader."""
        self.streams.leave(self)


class Streams:
    """All subscribers, and how what is published gets to them."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._readers: dict[Subscriber, None] = {}
        self._sizes: list[int] = [0]
        self._sweeping = False
        self._stale = False
        self._joined: dict[tuple[int, int], bytes] = {}
        self._beat: asyncio.TimerHandle | None = None
        self._closed = False
        self.sent = 0
        self.dropped = 0

    @property
    def last(self) -> int:
        """Number of the last published change."""
        return self._hall.publication.last

    @property
    def closed(self) -> bool:
        """Whether the server ends, so that whoever streams lets go."""
        return self._closed

    @property
    def readers(self) -> int:
        """How many read now."""
        return len(self._readers)

    # --- coming and going

    def start(self) -> None:
        """Begin to beat."""
        self._beat = asyncio.get_running_loop().call_later(self._hall.settings.heartbeat, self._heartbeat)

    def close(self) -> None:
        """Let every reader go; each can take up its stream again."""
        self._closed = True
        if self._beat is not None:
            self._beat.cancel()
        for reader in list(self._readers):
            reader.transport.close()

    def open(self, transport: asyncio.Transport, query: bytes, headers: Mapping[bytes, bytes]) -> None:
        """Make a reader of a connection that asked for the stream, or say why not."""
        if self._closed or len(self._readers) >= self._hall.settings.max_streams:
            _refuse(transport, 503, "/v1/stream", "too many streams are open", "Come back in a minute.")
            return
        asked = parse_qs(query.decode("latin-1"))
        numbers = (headers.get(b"last-event-id"), *(n.encode("latin-1") for n in asked.get("after", [])[:1]))
        said = next((number.strip() for number in numbers if number), None)
        if said is not None and not (said.isdigit() and len(said) <= 18):
            what, remedy = "is no change number", "Send the id of the last change that you have, or nothing."
            _refuse(transport, 400, "Last-Event-ID", what, remedy)
            return
        area = next(iter(asked.get("area", ())), None)
        above: tuple[str, ...] = ()
        if area is not None:
            if self._hall.world.places.area(area) is None:
                what, remedy = f"{area[:60]!r} is no area", "Send its code; /v1/areas/{code} knows it."
                _refuse(transport, 404, "area", what, remedy)
                return
            above = tuple(self._hall.world.places.ancestors(area))
        asked_for = self.last if said is None else int(said)
        reader = Subscriber(self, transport, min(asked_for, self.last), area, above)
        transport.set_write_buffer_limits(high=min(_HIGH_WATER, self._hall.settings.stream_buffer))
        transport.set_protocol(reader)
        self._readers[reader] = None
        transport.write(_HEAD)
        if asked_for > self.last:
            transport.write(self._frame("reset"))
        self.catch_up(reader)
        if reader.at == self.last and not reader.paused:
            transport.write(self._frame("heartbeat"))

    def leave(self, reader: Subscriber) -> None:
        """Forget a reader."""
        self._readers.pop(reader, None)

    def _drop(self, reader: Subscriber, why: str) -> None:
        self.dropped += 1
        self._readers.pop(reader, None)
        reader.transport.write(b"event: dropped\ndata: %b\n\n" % encode({"why": why, "last": reader.at}))
        reader.transport.close()
        asyncio.get_running_loop().call_later(_LINGER, reader.transport.abort)

    # --- sending

    def _frame(self, event: str) -> bytes:
        publication = self._hall.publication
        told = {"last": publication.last, "head": publication.head, "at": instant(self._hall.clock())}
        told |= self._hall.settings.marks
        return b"event: %b\ndata: %b\n\n" % (event.encode(), encode(told))

    def published(self) -> None:
        """Send on what was published since; returns at once."""
        known = len(self._sizes) - 1
        for one in self._hall.publication.after(known):
            self._sizes.append(self._sizes[-1] + len(one.frame))
        self._stale = True
        if not self._sweeping:
            self._sweeping = True
            asyncio.get_running_loop().call_soon(self._sweep, list(self._readers), 0)

    def _sweep(self, readers: list[Subscriber], start: int) -> None:
        if start == 0:
            self._stale = False
            self._joined.clear()
        for reader in readers[start : start + _SWEEP]:
            self._serve(reader)
        loop = asyncio.get_running_loop()
        if start + _SWEEP < len(readers):
            loop.call_soon(self._sweep, readers, start + _SWEEP)
        elif self._stale:
            loop.call_soon(self._sweep, list(self._readers), 0)
        else:
            self._sweeping = False

    def _serve(self, reader: Subscriber) -> None:
        if reader not in self._readers:
            return
        if not reader.paused:
            self.catch_up(reader)
        if reader.paused and (waiting := self._waiting(reader)) > _BURST * self._hall.settings.stream_buffer:
            self._drop(reader, f"{waiting} bytes wait for this reader")

    def _waiting(self, reader: Subscriber) -> int:
        """Return the bytes that wait for a reader, those aside that it asked for when it came."""
        start = min(max(reader.at, reader.since), len(self._sizes) - 1)
        return self._sizes[-1] - self._sizes[start] + reader.transport.get_write_buffer_size()

    def catch_up(self, reader: Subscriber) -> None:
        """Send a reader what it has not had yet, as far as its socket takes it."""
        last = self.last
        while reader.at < last and not reader.paused and not reader.transport.is_closing():
            until = min(last, reader.at + 64)
            data = self._frames(reader, until)
            reader.at = until
            if data:
                self.sent += 1
                reader.transport.write(data)

    def _frames(self, reader: Subscriber, until: int) -> bytes:
        found = self._hall.publication.after(reader.at, until - reader.at)
        if reader.area is not None:
            return b"".join(one.frame for one in found if reader.wants(one))
        if len(found) == 1:
            return found[0].frame
        key = (reader.at, until)
        data = self._joined.get(key)
        if data is None:
            if len(self._joined) > 64:
                self._joined.clear()
            data = self._joined[key] = b"".join(one.frame for one in found)
        return data

    # --- heartbeats

    def _heartbeat(self) -> None:
        loop = asyncio.get_running_loop()
        self._beat = loop.call_later(self._hall.settings.heartbeat, self._heartbeat)
        self._pulse(self._frame("heartbeat"), list(self._readers), 0)

    def _pulse(self, frame: bytes, readers: list[Subscriber], start: int) -> None:
        for reader in readers[start : start + _SWEEP]:
            if reader not in self._readers:
                continue
            if reader.paused:
                self._judge(reader)
            else:
                reader.over = False
                reader.transport.write(frame)
        if start + _SWEEP < len(readers):
            asyncio.get_running_loop().call_soon(self._pulse, frame, readers, start + _SWEEP)

    def _judge(self, reader: Subscriber) -> None:
        """Drop a reader that stood still for long, or for which too much waited at two heartbeats running."""
        reader.still += 1
        waiting = self._waiting(reader)
        over = waiting > self._hall.settings.stream_buffer
        if reader.over and over:
            self._drop(reader, f"{waiting} bytes wait for this reader")
        elif reader.still >= _PATIENCE:
            self._drop(reader, "this reader has taken nothing for a while")
        reader.over = over


def _refuse(transport: asyncio.Transport, status: int, where: str, what: str, remedy: str) -> None:
    body = encode({"where": where, "what": what, "remedy": remedy})
    transport.write(
        b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
        b"access-control-allow-origin: *\r\nretry-after: 60\r\nconnection: close\r\n\r\n%b"
        % (status, _REASONS[status], len(body), body)
    )
    transport.close()


def protocol(streams: Streams) -> type[HttpToolsProtocol]:
    """Return the HTTP protocol whose connections become readers when they ask for the stream.

    Everything else is ordinary HTTP, answered by the ASGI application.
    """

    class Protocol(HttpToolsProtocol):
        """HTTP, with the stream taken out before a task is made for it."""

        handed_over = False

        def on_headers_complete(self) -> None:
            path, _, query = self.url.partition(b"?")
            busy = self.cycle is not None and not self.cycle.response_complete
            if path != PATH or self.parser.get_method() != b"GET" or busy:
                super().on_headers_complete()
                return
            self.handed_over = True
            self.connections.discard(self)
            self.server_state.total_requests += 1
            streams.open(self.transport, query, dict(self.headers))
            self.loop.call_soon(self._let_go)

        def on_body(self, body: bytes) -> None:
            if not self.handed_over:
                super().on_body(body)

        def on_message_complete(self) -> None:
            if not self.handed_over:
                super().on_message_complete()

        def data_received(self, data: bytes) -> None:
            if not self.handed_over:
                super().data_received(data)

        def _let_go(self) -> None:
            """Break the cycle of protocol and parser, so that a reader costs no more than its transport."""
            self.parser = self.cycle = self.scope = self.flow = None  # type: ignore[assignment]

        def connection_lost(self, exc: Exception | None) -> None:
            if not self.handed_over:
                super().connection_lost(exc)

    return Protocol
