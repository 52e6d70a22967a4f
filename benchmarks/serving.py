"""What the benchmarks share: a server in a process of its own, and thousands of readers in one loop."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

KYIV = "UA80000000000093317"
SOURCES = f"""
[bench-alarm]
name = "Benchmark alarm service"
kind = "alarm-service"
reliability = "A"
home = "{KYIV}"
declares = ["UA"]

[bench-channel]
name = "Benchmark channel"
kind = "monitoring-channel"
reliability = "C"
"""
ALARM = "Повітряна тривога в м. Київ"
CLEAR = "Відбій повітряної тривоги в м. Київ"

RUN = """
import json, sys
from tocsin.server import run
from tocsin.config import Settings
run(Settings.load(None, {}, **json.loads(sys.argv[1])), ready=lambda app, url: print(url, flush=True))
"""


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, its threads' included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.process, self.url = process, url
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80

    def rss_kb(self) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)


@contextmanager
def serving(directory: str | None = None, register: str = SOURCES) -> Iterator[Server]:
    """Run `tocsin serve --open` on a fresh journal and a free port."""
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        sources = Path(folder) / "sources.toml"
        sources.write_text(register, "utf-8")
        told = {"port": 0, "journal": f"{folder}/bench.db", "sources": str(sources), "open": True}
        process = subprocess.Popen([sys.executable, "-c", RUN, json.dumps(told)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        select.select([process.stdout], [], [], 60)
        url = process.stdout.readline().decode().strip()
        try:
            yield Server(process, url)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


class Readers:
    """Readers of one stream: for each marker, when each of them had it."""

    def __init__(self) -> None:
        self.marker = b""
        self.times: list[float] = []
        self.lost = 0
        self.open: list[asyncio.Transport] = []
        self._done = asyncio.Event()
        self._awaited = 0

    async def connect(self, host: str, port: int, path: str, count: int, at_once: int = 200) -> None:
        loop = asyncio.get_running_loop()
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode()
        gate = asyncio.Semaphore(at_once)

        async def one() -> None:
            async with gate:
                _, reader = await loop.create_connection(lambda: Reader(self, request), host, port)
                await reader.answered

        await asyncio.gather(*(one() for _ in range(count)))

    def expect(self, marker: bytes, count: int) -> None:
        self.marker, self.times, self._awaited = marker, [], count
        self._done.clear()

    def arrived(self) -> None:
        self.times.append(time.perf_counter())
        if len(self.times) >= self._awaited:
            self._done.set()

    async def all(self, seconds: float = 30) -> bool:
        try:
            await asyncio.wait_for(self._done.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        for transport in self.open:
            transport.abort()


class Reader(asyncio.Protocol):
    __slots__ = ("answered", "had", "readers", "request", "rest")

    def __init__(self, readers: Readers, request: bytes) -> None:
        self.readers, self.request = readers, request
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.had, self.rest = b"", b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.readers.open.append(transport)
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if not self.answered.done():
            self.answered.set_result(None)
        marker = self.readers.marker
        if marker and self.had != marker:
            data = self.rest + data
            if marker in data:
                self.had, self.rest = marker, b""
                self.readers.arrived()
            else:
                self.rest = data[-64:]

    def connection_lost(self, _: Exception | None) -> None:
        self.readers.lost += 1
        if not self.answered.done():
            self.answered.set_result(None)


def share(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


class Poster:
    """One kept connection that posts and waits for each answer: as little client as can be."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    async def __aenter__(self) -> Self:
        self.input, self.output = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.output.close()

    async def post(self, path: str, value: object) -> int:
        body = json.dumps(value, ensure_ascii=False).encode()
        self.output.write(
            b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (path.encode(), len(body), body)
        )
        head = (await self.input.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await self.input.readexactly(length)
        return int(head.split(b" ", 2)[1])
