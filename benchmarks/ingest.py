"""Reports in: how many a second are accepted, durable, and how long one takes to reach a reader.

    .venv/bin/python benchmarks/ingest.py [--seconds 20] [--rate 200] [--readers 1000] [--dir DIR]

First the most that one server accepts (each report answered 202 after a synchronised
write), then a steady rate of which ten a second change an alert, timed from before
the POST until one reader among many has the change. DIR chooses the journal's disk.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from contextlib import AsyncExitStack

import httpx
import uvloop

from serving import ALARM, CLEAR, Poster, Readers, Server, serving, share

NOISE = "Дякуємо всім, хто донатив на ремонт машини, збір закрито"


class Load:
    """What was sent so far, and how long each request took."""

    def __init__(self) -> None:
        self.sent = 0
        self.took: list[float] = []


async def push(server: Server, load: Load, name: str, batch: int, end: float) -> None:
    async with Poster(server.host, server.port) as poster:
        while time.perf_counter() < end:
            reports = [
                {
                    "id": f"{name}-{load.sent + n}",
                    "source": "bench-channel",
                    "text": f"{NOISE} {load.sent + n}",
                }
                for n in range(batch)
            ]
            load.sent += batch
            began = time.perf_counter()
            status = await poster.post("/v1/reports", reports if batch > 1 else reports[0])
            load.took.append(time.perf_counter() - began)
            assert status == 202, status


async def most(server: Server, seconds: float) -> None:
    for at_once, batch in ((1, 1), (16, 1), (64, 1), (16, 50)):
        load = Load()
        cpu, began = server.cpu_seconds(), time.perf_counter()
        name = f"{at_once}x{batch}"
        await asyncio.gather(
            *(push(server, load, f"{name}-{worker}", batch, began + seconds) for worker in range(at_once))
        )
        lasted = time.perf_counter() - began
        print(
            f"{at_once:3d} senders, {batch:3d} a request: {load.sent / lasted:8,.0f} reports/s accepted,"
            f"  p50 {1000 * share(load.took, 0.5):6.2f}  p99 {1000 * share(load.took, 0.99):6.2f} ms,"
            f"  server CPU {100 * (server.cpu_seconds() - cpu) / lasted:3.0f} %",
            flush=True,
        )


class Probe(asyncio.Protocol):
    """One reader that notes when each awaited change comes."""

    def __init__(self) -> None:
        self.waiting: dict[bytes, float] = {}
        self.took: list[float] = []
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        whole = self.rest + data
        for marker in [marker for marker in self.waiting if marker in whole]:
            self.took.append(now - self.waiting.pop(marker))
        self.rest = whole[-64:]


async def steady(server: Server, seconds: float, rate: int, count: int) -> None:
    readers = Readers()
    await readers.connect(server.host, server.port, "/v1/stream", count)
    _, probe = await asyncio.get_running_loop().create_connection(Probe, server.host, server.port)
    sent = 0
    posters: asyncio.Queue[Poster] = asyncio.Queue()
    async with AsyncExitStack() as stack:
        for _ in range(64):
            posters.put_nowait(await stack.enter_async_context(Poster(server.host, server.port)))
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            before = await measures(client)
            tasks: set[asyncio.Task[None]] = set()
            began = time.perf_counter()
            every = max(1, rate // 10)
            for n in range(int(rate * seconds)):
                pause = began + n / rate - time.perf_counter()
                if pause > 0:
                    await asyncio.sleep(pause)
                sent += 1
                task = asyncio.create_task(one(posters, probe, n, every))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            lasted = time.perf_counter() - began
            await asyncio.gather(*tasks)
            for _ in range(100):
                if probe.waiting:
                    await asyncio.sleep(0.05)
            after = await measures(client)
    took = probe.took
    told = {name: after[name] - before[name] for name in after if name.endswith("_total")}
    batches = max(told["batches_total"], 1)
    print(
        f"{sent / lasted:.0f} reports/s for {lasted:.0f} s, {count} readers: {len(took)} changes,"
        f" POST to reader p50 {1000 * share(took, 0.5):.1f}  p99 {1000 * share(took, 0.99):.1f}"
        f"  worst {1000 * max(took):.1f} ms;  {sent - told['reports_total']:.0f} reports lost,"
        f" {len(probe.waiting)} changes lost, {readers.lost} readers lost\n"
        f"  commit {1000 * told['commit_seconds_total'] / batches:.2f} ms a batch"
        f" ({told['reports_total'] / batches:.1f} reports),"
        f" read + fold + publish {1000 * told['fold_seconds_total'] / max(told['reports_total'], 1):.2f} ms a report"
    )
    readers.close()
    probe.transport.close()


async def one(posters: asyncio.Queue[Poster], probe: Probe, n: int, every: int) -> None:
    turn, ordinary = divmod(n, every)
    report = {"id": f"s{n}", "source": "bench-channel", "text": f"{NOISE} {n}"}
    if not ordinary:
        report = {"id": f"a{n}", "source": "bench-alarm", "text": (ALARM, CLEAR)[turn % 2]}
        probe.waiting[f":a{n}#".encode()] = time.perf_counter()
    poster = await posters.get()
    try:
        status = await poster.post("/v1/reports", report)
        assert status == 202, status
    finally:
        posters.put_nowait(poster)


async def measures(client: httpx.AsyncClient) -> dict[str, float]:
    text = (await client.get("/metrics?view=desk")).text
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {name.removeprefix("tocsin_"): float(value) for name, value in rows}


async def run(server: Server, seconds: float, rate: int, readers: int) -> None:
    await most(server, min(seconds, 5))
    await steady(server, seconds, rate, readers)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--rate", type=int, default=200)
    options.add_argument("--readers", type=int, default=1000)
    options.add_argument("--dir", default=None)
    chosen = options.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with serving(chosen.dir) as server:
        uvloop.run(run(server, chosen.seconds, chosen.rate, chosen.readers))


if __name__ == "__main__":
    main()
