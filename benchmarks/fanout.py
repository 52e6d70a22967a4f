"""One change to many readers: from the POST's start until the last of them has it.

    .venv/bin/python benchmarks/fanout.py [--readers 1000 5000 10000] [--publishes 10]
        [--peer-subscribe http://127.0.0.1:8600/sub --peer-publish http://127.0.0.1:8600/pub
         --peer-pid "$(cat /tmp/nchan/nginx.pid)"]

Server and readers share this machine's cores. A peer is anything that takes a POST
of one event at one address and serves it as SSE at another (nginx with nchan:
benchmarks/nchan.conf); it gets the bytes that Tocsin publishes. For Tocsin the time
includes the durable commit, reading, fold and rendering; a peer only passes bytes on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvloop

from serving import ALARM, CLEAR, Readers, Server, cpu_seconds, serving, share


async def tocsin(server: Server, counts: list[int], publishes: int) -> bytes:
    sample = b""
    for count in counts:
        before = server.rss_kb()
        readers = Readers()
        began = time.perf_counter()
        await readers.connect(server.host, server.port, "/v1/stream", count)
        connected = time.perf_counter() - began
        await asyncio.sleep(0.5)
        rss = server.rss_kb() - before
        rows = []
        async with httpx.AsyncClient(base_url=server.url) as client:
            for n in range(publishes + 1):
                name = f"f{count}-{n}"
                readers.expect(f"{name}#".encode(), count)
                cpu, began = server.cpu_seconds(), time.perf_counter()
                text = (ALARM, CLEAR)[n % 2]
                answer = await client.post(
                    "/v1/reports", json={"id": name, "source": "bench-alarm", "text": text}
                )
                assert answer.status_code == 202, answer.text
                acknowledged = time.perf_counter() - began
                whole = await readers.all()
                if n:  # the first warms up
                    rows.append((began, acknowledged, whole, list(readers.times), server.cpu_seconds() - cpu))
                await asyncio.sleep(0.3)
            changes = (await client.get("/v1/changes?after=0&limit=5000")).json()["changes"]
            # All that one report published: what each reader was sent at once.
            published = [one for one in changes if one["at"] == changes[-1]["at"]]
            sample = b" ".join(json.dumps(one, ensure_ascii=False).encode() for one in published)
        tell("tocsin", count, rows, rss, connected=connected, lost=readers.lost)
        readers.close()
        await asyncio.sleep(1)
    return sample


def family(pid: int) -> list[int]:
    """A process and its children: nginx serves from workers."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if pid else []
    return [pid, *map(int, children)] if pid else []


async def peer(
    addresses: tuple[str, str], counts: list[int], publishes: int, sample: bytes, pid: int
) -> None:
    pids = family(pid)
    subscribe, publish = addresses
    parts = urlsplit(subscribe)
    for count in counts:
        readers = Readers()
        began = time.perf_counter()
        await readers.connect(parts.hostname or "", parts.port or 80, parts.path, count)
        connected = time.perf_counter() - began
        await asyncio.sleep(0.5)
        rows = []
        async with httpx.AsyncClient() as client:
            for n in range(publishes + 1):
                marker = f"peer-{count}-{n}#".encode()
                readers.expect(marker, count)
                cpu, began = sum(map(cpu_seconds, pids)), time.perf_counter()
                await client.post(publish, content=sample + b" " + marker)
                acknowledged = time.perf_counter() - began
                whole = await readers.all()
                if n:
                    used = sum(map(cpu_seconds, pids)) - cpu
                    rows.append((began, acknowledged, whole, list(readers.times), used))
                await asyncio.sleep(0.3)
        tell("peer", count, rows, 0, connected=connected, lost=readers.lost)
        readers.close()
        await asyncio.sleep(1)


def tell(name: str, count: int, rows: list, /, rss: int, *, connected: float, lost: int) -> None:
    lasts = [1000 * (max(times) - began) for began, _, whole, times, _ in rows if whole]
    p99s = [1000 * (share(times, 0.99) - began) for began, _, whole, times, _ in rows if whole]
    firsts = [1000 * (min(times) - began) for began, _, whole, times, _ in rows if whole]
    cpu = [1e6 * seconds / count for *_, seconds in rows]
    if not lasts:
        print(f"{name:8s} {count:6d}: no publish reached everybody; {lost} connections lost")
        return
    print(
        f"{name:8s} {count:6d} readers: first {statistics.median(firsts):6.1f}  p99 {statistics.median(p99s):6.1f}"
        f"  last {statistics.median(lasts):6.1f}  worst {max(lasts):6.1f} ms;  {rss / count:5.2f} KB a reader,"
        f"  {statistics.median(cpu):5.1f} µs CPU a delivery,  connected in {connected:.1f} s,"
        f"  {len(lasts)}/{len(rows)} whole, {lost} lost",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--readers", type=int, nargs="+", default=[1000])
    options.add_argument("--publishes", type=int, default=10)
    options.add_argument("--peer-subscribe")
    options.add_argument("--peer-publish")
    options.add_argument("--peer-pid", type=int, default=0)
    chosen = options.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"open files: {soft} → {hard}")
    with serving() as server:
        sample = uvloop.run(tocsin(server, chosen.readers, chosen.publishes))
    print(f"one report publishes {len(sample)} bytes")
    if chosen.peer_subscribe and chosen.peer_publish:
        addresses = (chosen.peer_subscribe, chosen.peer_publish)
        uvloop.run(peer(addresses, chosen.readers, chosen.publishes, sample, chosen.peer_pid))


if __name__ == "__main__":
    main()
