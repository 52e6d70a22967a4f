"""The siren's thundering herd: thousands connect at once while thousands are open, and an alert goes out meanwhile.

    .venv/bin/python benchmarks/herd.py [--open 10000] [--new 5000] [--within 2]

In the middle of the rush one report raises an alert: how long until every reader that was open before has it, how
many of the newcomers were answered and have it too (they ask with after=N, so that none may miss it), and how many
snapshots a further client got meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time

import httpx
import uvloop

from serving import ALARM, CLEAR, Poster, Readers, Server, serving, share


async def rush(server: Server, path: str, count: int, within: float, marker: bytes) -> tuple[Readers, float]:
    """Connect so many readers evenly within some seconds; when the last of them was answered."""
    readers, began = Readers(), time.perf_counter()
    readers.expect(marker, count)
    step = max(1, count // 50)
    tasks = []
    for n in range(0, count, step):
        pause = began + within * n / count - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        size = min(step, count - n)
        tasks.append(asyncio.create_task(readers.connect(server.host, server.port, path, size, size)))
    await asyncio.gather(*tasks)
    return readers, time.perf_counter() - began


async def snapshots(server: Server, took: list[float]) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        while True:
            began = time.perf_counter()
            assert (await client.get("/now/all.json")).status_code == 200
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)


async def run(server: Server, before: int, new: int, within: float, tries: int) -> None:
    old = Readers()
    await old.connect(server.host, server.port, "/v1/stream", before)
    await asyncio.sleep(2)
    async with Poster(server.host, server.port) as poster:
        for n in range(tries):
            async with httpx.AsyncClient(base_url=server.url) as client:
                last = (await client.get("/v1/changes?limit=1")).json()["last"]
            marker = f"h{n}#".encode()
            asked: list[float] = []
            asking = asyncio.create_task(snapshots(server, asked))
            cpu = server.cpu_seconds()
            rushing = asyncio.create_task(rush(server, f"/v1/stream?after={last}", new, within, marker))
            await asyncio.sleep(within / 2)
            old.expect(marker, before)
            began = time.perf_counter()
            text = (ALARM, CLEAR)[n % 2]
            status = await poster.post("/v1/reports", {"id": f"h{n}", "source": "bench-alarm", "text": text})
            assert status == 202, status
            whole = await old.all()
            young, connected = await rushing
            await young.all()
            asking.cancel()
            cpu = server.cpu_seconds() - cpu
            await asyncio.sleep(0.5)
            late = [1000 * (at - began) for at in old.times]
            print(
                f"{before} open, {new} more in {connected:.1f} s: the alert at those that were open p50"
                f" {share(late, 0.5):.0f}  p99 {share(late, 0.99):.0f}  last {max(late):.0f} ms"
                f" ({'all' if whole else len(late)} of them), {old.lost} lost; of the new {len(young.times)} have it too,"
                f" {young.lost} lost; {len(asked)} snapshots, the slowest {1000 * max(asked):.0f} ms;"
                f" {cpu:.2f} s of the server's processor time",
                flush=True,
            )
            young.close()
            await asyncio.sleep(1)
    old.close()


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--open", type=int, default=10_000)
    options.add_argument("--new", type=int, default=5_000)
    options.add_argument("--within", type=float, default=2.0)
    options.add_argument("--tries", type=int, default=3)
    chosen = options.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with serving() as server:
        uvloop.run(run(server, chosen.open, chosen.new, chosen.within, chosen.tries))


if __name__ == "__main__":
    main()
