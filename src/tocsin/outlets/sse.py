"""The stream: every published change to every subscriber, one encoding shared by all (docs/http.md).

A subscriber is a transport and a place in the public chain, nothing more: no task,
no queue. What was published goes out in sweeps of a few hundred writes, so that
reports keep coming in meanwhile; whoever is behind catches up from the chain as fast
as it reads, and is dropped when too much waits for it. A stream can be taken up again
at any change number, across a restart.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from tocsin.codec import encode, instant
from tocsin.outlets.hall import Hall
from tocsin.outlets.publication import Published

__all__ = ["PATH", "Streams", "Subscriber", "refuse"]

PATH = b"/v1/stream"

_SWEEP = 200
_BATCH = 64
"""Changes that are written to a reader at once."""
_AFTER = 0.02
"""Seconds that a heartbeat waits while changes go out."""
_SIZES = 50_000
_HIGH_WATER = 64 * 1024
_PATIENCE = 6
"""Heartbeats that a subscriber may stand still for, with bytes waiting."""
_LINGER = 10.0
_GONE_AFTER = 30_000
"""Milliseconds for which what was sent may stay unacknowledged."""
_TCP = (socket.AF_INET, socket.AF_INET6)
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
_REASONS = {
    400: b"Bad Request",
    404: b"Not Found",
    426: b"Upgrade Required",
    503: b"Service Unavailable",
}
_MOST_AREAS = 100


class Subscriber(asyncio.Protocol):
    """One reader of the stream: its transport, the number up to which it was sent, what it wants.

    This one reads server-sent events; ``outlets.websocket`` has the one that speaks WebSocket.
    """

    __slots__ = ("above", "areas", "at", "over", "paused", "since", "still", "streams", "transport")

    form = "sse"

    def __init__(
        self,
        streams: Streams,
        transport: asyncio.Transport,
        at: int,
        areas: frozenset[str],
        above: frozenset[str],
    ) -> None:
        self.streams = streams
        self.transport = transport
        self.at = at
        self.areas = areas
        self.above = above
        self.since = streams.last
        """What was published later than this counts as waiting; what is older it asked for itself."""
        self.paused = False
        self.still = 0
        self.over = False

    def wants(self, one: Published) -> bool:
        """Tell whether a change concerns this reader: one of its areas, one inside it, or one that holds it."""
        if not self.areas or not one.areas or not self.areas.isdisjoint(one.areas):
            return True
        return not self.above.isdisjoint(one.areas[: one.spoken])

    # --- how it is spoken to

    def greet(self) -> None:
        """Begin to speak."""
        self.transport.write(_HEAD)

    @staticmethod
    def change(one: Published) -> bytes:
        """Return a change as it goes out; the same bytes for every reader of this form."""
        return one.frame

    @staticmethod
    def event(name: str, told: Mapping[str, object]) -> bytes:
        """Return something that is no change as it goes out."""
        return b"event: %b\ndata: %b\n\n" % (name.encode(), encode(told))

    def end(self) -> None:
        """Say goodbye: the server ends, and the stream can be taken up again."""
        self.transport.close()

    # --- what asyncio tells

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
        """Bytes published up to each change, from the first that is remembered on."""
        self._first = 0
        self._sweeping = False
        self._stale = False
        self._joined: dict[tuple[str, int, int], bytes] = {}
        self._beat: asyncio.TimerHandle | None = None
        self._closed = False
        self.sent = 0
        self.dropped = 0

    @property
    def hall(self) -> Hall:
        """The app that is listened to."""
        return self._hall

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
        """Begin to beat; what was published before is nobody's burden."""
        self._first, self._sizes = self.last, [0]
        self._beat = asyncio.get_running_loop().call_later(self._hall.settings.heartbeat, self._heartbeat)

    def close(self) -> None:
        """Let every reader go; each can take up its stream again."""
        self._closed = True
        if self._beat is not None:
            self._beat.cancel()
        for reader in list(self._readers):
            reader.end()

    def open(
        self,
        transport: asyncio.Transport,
        query: bytes,
        headers: Mapping[bytes, bytes],
        form: Callable[..., Subscriber] = Subscriber,
    ) -> Subscriber | None:
        """Make a reader of a connection that asked for the stream, or say why not."""
        if self._closed or len(self._readers) >= self._hall.settings.max_streams:
            refuse(transport, 503, "/v1/stream", "too many streams are open", "Come back in a minute.")
            return None
        asked = parse_qs(query.decode("latin-1"))
        numbers = (headers.get(b"last-event-id"), *(n.encode("latin-1") for n in asked.get("after", [])[:1]))
        said = next((number.strip() for number in numbers if number), None)
        if said is not None and not (said.isdigit() and len(said) <= 18):
            what, remedy = "is no change number", "Send the id of the last change that you have, or nothing."
            refuse(transport, 400, "Last-Event-ID", what, remedy)
            return None
        areas = frozenset(code for one in asked.get("area", ()) for code in one.split(",") if code)
        places = self._hall.world.places
        unknown = next((code for code in sorted(areas) if places.area(code) is None), None)
        if unknown is not None or len(areas) > _MOST_AREAS:
            what = f"{unknown[:60]!r} is no area" if unknown else f"more than {_MOST_AREAS} areas"
            refuse(transport, 404, "area", what, "Send its code; /v1/areas/{code} knows it.")
            return None
        above = frozenset(code for area in areas for code in places.ancestors(area))
        asked_for = self.last if said is None else int(said)
        reader = form(self, transport, min(asked_for, self.last), areas, above)
        transport.set_write_buffer_limits(high=min(_HIGH_WATER, self._hall.settings.stream_buffer))
        _watched(transport)
        transport.set_protocol(reader)
        self._readers[reader] = None
        self._greet(reader, asked_for)
        return reader

    def _greet(self, reader: Subscriber, asked_for: int) -> None:
        reader.greet()
        if asked_for > self.last:
            reader.transport.write(reader.event("reset", self._told()))
        self.catch_up(reader)
        if reader.at == self.last and not reader.paused:
            reader.transport.write(reader.event("heartbeat", self._told()))

    def leave(self, reader: Subscriber) -> None:
        """Forget a reader."""
        self._readers.pop(reader, None)

    def _drop(self, reader: Subscriber, why: str) -> None:
        self.dropped += 1
        self._readers.pop(reader, None)
        reader.transport.write(reader.event("dropped", {"why": why, "last": reader.at}))
        reader.end()
        asyncio.get_running_loop().call_later(_LINGER, reader.transport.abort)

    # --- sending

    def _told(self) -> dict[str, object]:
        publication = self._hall.publication
        told = {"last": publication.last, "head": publication.head, "at": instant(self._hall.clock())}
        return {**told, **self._hall.settings.marks}

    def published(self) -> None:
        """Send on what was published since; returns at once."""
        known = self._first + len(self._sizes) - 1
        for one in self._hall.publication.after(known):
            self._sizes.append(self._sizes[-1] + len(one.frame))
        if len(self._sizes) > 2 * _SIZES:
            self._first += len(self._sizes) - _SIZES
            del self._sizes[:-_SIZES]
        self._stale = True
        if not self._sweeping:
            self._sweeping = True
            asyncio.get_running_loop().call_soon(self._sweep, list(self._readers), 0)

    def _sweep(self, readers: list[Subscriber], start: int) -> None:
        if start == 0:
            self._stale = False
            self._joined.clear()
        # Nearly all stand at one number and want everything: what is said of them is looked up once a sweep.
        last, form, at, data = self.last, "", -1, b""
        for reader in readers[start : start + _SWEEP]:
            if reader.at >= last:
                continue
            if reader.paused or reader.areas or reader.at + _BATCH < last:
                self._serve(reader)
                continue
            if reader.at != at or reader.form is not form:
                form, at = reader.form, reader.at
                data = self._frames(reader, last)
            transport = reader.transport
            if not transport.is_closing():
                reader.at = last
                transport.write(data)
                self.sent += 1
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
        start = max(min(max(reader.at, reader.since) - self._first, len(self._sizes) - 1), 0)
        return self._sizes[-1] - self._sizes[start] + reader.transport.get_write_buffer_size()

    def catch_up(self, reader: Subscriber) -> None:
        """Send a reader what it has not had yet, as far as its socket takes it."""
        last = self.last
        while reader.at < last and not reader.paused and not reader.transport.is_closing():
            until = min(last, reader.at + _BATCH)
            data = self._frames(reader, until)
            reader.at = until
            if data:
                self.sent += 1
                reader.transport.write(data)

    def _frames(self, reader: Subscriber, until: int) -> bytes:
        publication = self._hall.publication
        if reader.areas:
            found = publication.after(reader.at, until - reader.at)
            return b"".join(reader.change(one) for one in found if reader.wants(one))
        key = (reader.form, reader.at, until)
        data = self._joined.get(key)
        if data is None:
            found = publication.after(reader.at, until - reader.at)
            if len(self._joined) > 64:
                self._joined.clear()
            data = self._joined[key] = b"".join(reader.change(one) for one in found)
        return data

    # --- heartbeats

    def _heartbeat(self) -> None:
        loop = asyncio.get_running_loop()
        self._beat = loop.call_later(self._hall.settings.heartbeat, self._heartbeat)
        self._pulse({}, list(self._readers), 0)

    def _pulse(self, frames: dict[str, bytes], readers: list[Subscriber], start: int) -> None:
        if self._sweeping:  # changes go first
            asyncio.get_running_loop().call_later(_AFTER, self._pulse, frames, readers, start)
            return
        for reader in readers[start : start + _SWEEP]:
            if reader not in self._readers:
                continue
            if reader.paused:
                self._judge(reader)
            else:
                reader.over = False
                frame = frames.get(reader.form)
                if frame is None:
                    frame = frames[reader.form] = reader.event("heartbeat", self._told())
                reader.transport.write(frame)
        if start + _SWEEP < len(readers):
            asyncio.get_running_loop().call_soon(self._pulse, frames, readers, start + _SWEEP)

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


def _watched(transport: asyncio.Transport) -> None:
    """Let the kernel end a connection whose other end is gone without a word: nothing acknowledged for long."""
    socket_ = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if socket_ is not None and option is not None and socket_.family in _TCP:
        socket_.setsockopt(socket.IPPROTO_TCP, option, _GONE_AFTER)


def refuse(transport: asyncio.Transport, status: int, where: str, what: str, remedy: str) -> None:
    """Answer a connection that asked for the stream that it can't have it, and why."""
    body = encode({"where": where, "what": what, "remedy": remedy})
    transport.write(
        b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
        b"access-control-allow-origin: *\r\nretry-after: 60\r\nconnection: close\r\n\r\n%b"
        % (status, _REASONS[status], len(body), body)
    )
    transport.close()
