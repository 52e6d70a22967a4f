"""The stream over WebSocket (RFC 6455): the same changes, resume, heartbeats and bounds as server-sent events.

Each message is JSON text: a change in the very bytes that the public chain covers, or an object whose ``event``
says heartbeat, reset or dropped. Frames of a server are not masked, so one encoding serves everybody here too.
The handshake and what a reader sends (pings, goodbyes) are read by ``websockets``; nothing is compressed, because
that would make every reader's bytes its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from websockets.datastructures import Headers
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Protocol, Side
from websockets.server import ServerProtocol

from tocsin.codec import encode
from tocsin.outlets.publication import Published
from tocsin.outlets.sse import Streams, Subscriber, refuse

__all__ = ["Talker", "upgrade"]

_MOST_SAID = 4096
"""A reader's longest message in bytes; it has nothing to tell us."""


def _text(data: bytes) -> bytes:
    return Frame(Opcode.TEXT, data).serialize(mask=False)


class Talker(Subscriber):
    """A reader of the stream that speaks WebSocket."""

    __slots__ = ("hello", "talk")

    form = "ws"

    def __init__(
        self,
        streams: Streams,
        transport: asyncio.Transport,
        at: int,
        areas: frozenset[str],
        above: frozenset[str],
        *,
        hello: bytes = b"",
    ) -> None:
        super().__init__(streams, transport, at, areas, above)
        self.hello = hello
        self.talk = Protocol(Side.SERVER, max_size=_MOST_SAID)

    @staticmethod
    def change(one: Published) -> bytes:
        """Return a change as a message: the bytes that the chain covers."""
        return _text(one.data)

    @staticmethod
    def event(name: str, told: Mapping[str, object]) -> bytes:
        """Return something that is no change as a message."""
        return _text(encode({"event": name, **told}))

    def greet(self) -> None:
        """Answer the handshake."""
        self.transport.write(self.hello)
        self.hello = b""

    def end(self) -> None:
        """Say goodbye."""
        self.talk.send_close(CloseCode.TRY_AGAIN_LATER)
        self._say()
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Answer pings and goodbyes; whatever else a reader says is not for us."""
        self.talk.receive_data(data)
        self.talk.events_received()
        self._say()
        if self.talk.close_expected():
            self.transport.close()

    def pause_writing(self) -> None:
        """Stop sending, and listening too: else answers to its pings would gather for one that never reads."""
        super().pause_writing()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on where it stopped."""
        self.transport.resume_reading()
        super().resume_writing()

    def _say(self) -> None:
        for data in self.talk.data_to_send():
            if data and not self.transport.is_closing():
                self.transport.write(data)


def upgrade(
    streams: Streams, transport: asyncio.Transport, query: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    """Make a reader of a connection that asked for a WebSocket, or say why not."""
    told = Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])
    hands = ServerProtocol()
    answer = hands.accept(Request("/v1/stream", told))
    if answer.status_code != 101:
        remedy = "Send Upgrade: websocket with Sec-WebSocket-Version: 13 and a key (RFC 6455)."
        status = 426 if answer.status_code == 426 else 400
        refuse(transport, status, "Upgrade", "is no handshake of a WebSocket", remedy)
        return
    hands.send_response(answer)
    hello = b"".join(hands.data_to_send())

    streams.open(transport, query, dict(headers), partial(Talker, hello=hello))
