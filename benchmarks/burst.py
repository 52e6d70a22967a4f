"""A thousand areas change within a second: how long until every reader has all of it, in order (R9).

    .venv/bin/python benchmarks/burst.py [--areas 1000] [--readers 1000]

Each area has an alarm service of its own; they all raise at once, in requests of
fifty. Readers check that numbers come without a gap.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import resource
import time

import httpx
import uvloop

from serving import Poster, Server, serving, share
from tocsin.config import load_gazetteer

_ID = re.compile(rb"^id: (\d+)$", re.MULTILINE)


class Counter(asyncio.Protocol):
    """A reader that waits for the last number; one that is ``strict`` minds every number before it."""

    def __init__(self, request: bytes, until: int, *, strict: bool) -> None:
        self.request, self.strict = request, strict
        self.marker = b"\nid: %d\n" % until
        self.last, self.gaps, self.rest = 0, 0, b""
        self.done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.size += len(data)
        if not self.done.done() and self.marker in self.rest[-32:] + data:
            self.done.set_result(time.perf_counter())
        if not self.strict:
            self.rest = data[-32:]
            return
        whole, _, self.rest = (self.rest + data).rpartition(b"\n")
        for number in _ID.findall(whole):
            self.gaps += int(number) != self.last + 1
            self.last = int(number)

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("dropped"))


async def run(server: Server, codes: list[str], count: int) -> None:
    loop = asyncio.get_running_loop()
    request = b"GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n"
    readers = []
    # one alarm change and one alert change an area, and a coverage change for each first-level area
    for n in range(count):
        made = Counter(request, 2 * len(codes), strict=n == 0)
        _, reader = await loop.create_connection(lambda made=made: made, server.host, server.port)
        readers.append(reader)
    await asyncio.sleep(1)
    cpu, began = server.cpu_seconds(), time.perf_counter()
    async with Poster(server.host, server.port) as poster:
        for start in range(0, len(codes), 50):
            batch = [
                {"id": "1", "source": f"s-{code}", "text": "Повітряна тривога!"}
                for code in codes[start : start + 50]
            ]
            status = await poster.post("/v1/reports", batch)
            assert status == 202, status
    posted = time.perf_counter() - began
    times = await asyncio.gather(*(reader.done for reader in readers), return_exceptions=True)
    cpu = server.cpu_seconds() - cpu
    whole = [1000 * (at - began) for at in times if isinstance(at, float)]
    async with httpx.AsyncClient(base_url=server.url) as client:
        last = (await client.get("/v1/changes?limit=1")).json()["last"]
    print(
        f"{len(codes)} areas, {last} changes, {readers[0].size / 1e6:.1f} MB a reader, {count} readers:"
        f" all accepted after {1000 * posted:.0f} ms; whole at a reader p50 {share(whole, 0.5):.0f}"
        f"  p99 {share(whole, 0.99):.0f}  last {max(whole):.0f} ms; {count - len(whole)} dropped,"
        f" {sum(reader.gaps for reader in readers)} gaps; {1000 * cpu:.0f} ms of the server's processor time"
    )
    for reader in readers:
        reader.transport.close()


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--areas", type=int, default=1000)
    options.add_argument("--readers", type=int, nargs="+", default=[100, 1000])
    chosen = options.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    places = load_gazetteer()
    codes = [c for f in places.first_level() for r in places.children(f) for c in (r, *places.children(r))]
    codes = codes[: chosen.areas]
    register = "\n".join(
        f'["s-{code}"]\nname = "{code}"\nkind = "alarm-service"\nreliability = "A"\nhome = "{code}"\n'
        f'declares = ["{code}"]\n'
        for code in codes
    )
    for count in chosen.readers:
        with serving(register=register) as server:
            uvloop.run(run(server, codes, count))


if __name__ == "__main__":
    main()
