"""The HTTP server: uvicorn with the stream's protocol, on a socket of our own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from tocsin.outlets.errors import OutletError
from tocsin.outlets.snapshots import Snapshots
from tocsin.outlets.sse import Streams
from tocsin.outlets.wire import protocol

__all__ = ["Server", "listen", "server"]

_BACKLOG = 4096


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; OutletError where the address can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        what = f"can't be listened on: {error.strerror or error}"
        raise OutletError(
            f"{host}:{port}", what, "Stop what listens there, or choose another port."
        ) from error


class Server(uvicorn.Server):
    """uvicorn, which knows nothing of connections that became readers: they are let go first when it ends."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self.streams = streams
        self.listening = asyncio.Event()
        """Set once it serves, or once it is known that it won't."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        try:
            await super().startup(sockets)
        finally:
            self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let readers go, then everybody else."""
        self.streams.close()
        await super().shutdown(sockets)


def server(application: Callable[..., Any], streams: Streams, *, aloud: bool = True) -> Server:
    """Make the server of an application and its stream; without ``aloud`` nobody can follow it (a shadow)."""
    config = uvicorn.Config(
        application,
        http=protocol(streams, Snapshots(streams.hall)) if aloud else "auto",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        backlog=_BACKLOG,
    )
    return Server(config, streams)
