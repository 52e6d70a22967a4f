"""The stream: every change in order, resumed at any number, across a restart; heartbeats that prove it (R23)."""

from __future__ import annotations

import hashlib
import time
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from served import ALARM, CLEAR, KYIV, Reader, Served, serving
from tocsin.codec import encode
from tocsin.outlets.publication import EMPTY_HEAD


def chained(changes: list[Any], head: str = EMPTY_HEAD) -> str:
    for change in changes:
        head = hashlib.sha256(bytes.fromhex(head) + encode(change)).hexdigest()
    return head


def test_changes_come_as_they_are_published_and_the_heartbeat_proves_them(tmp_path: Path) -> None:
    with serving(tmp_path, heartbeat=0.2) as server:
        live, whole = Reader(server.url), Reader(server.url, "?after=0")
        assert live.heartbeat()["last"] == 0
        assert live.head.startswith(b"HTTP/1.1 200")
        server.post({"id": "1", "source": "city-alarm", "text": ALARM})
        last = server.get("/v1/changes")["last"]
        assert last > 0
        seen = [whole.change() for _ in range(last)]
        assert [change["change"] for change in seen] == list(range(1, last + 1))
        assert [live.change() for _ in range(last)] == seen
        assert any(c["what"]["type"] == "alert" and c["what"]["verb"] == "raise" for c in seen)
        assert seen == server.get("/v1/changes")["changes"]
        beat = live.heartbeat()
        assert beat["last"] == last
        assert beat["head"] == chained(seen)
        live.close()
        whole.close()


def test_a_stream_is_taken_up_again_at_any_number_across_a_restart(tmp_path: Path) -> None:
    server = Served(tmp_path)
    server.post({"id": "1", "source": "city-alarm", "text": ALARM})
    last = server.get("/v1/changes")["last"]
    reader = Reader(server.url, "?after=0")
    seen = [reader.change() for _ in range(last)]
    reader.close()
    server.kill()
    with serving(tmp_path) as again:
        again.post({"id": "2", "source": "city-alarm", "text": CLEAR})
        now = again.get("/v1/changes")["last"]
        assert now > last
        resumed = Reader(again.url, last=str(last))
        rest = [resumed.change() for _ in range(now - last)]
        assert [change["change"] for change in rest] == list(range(last + 1, now + 1))
        resumed.close()
        middle = Reader(again.url, f"?after={last - 1}")
        assert middle.change() == seen[-1]
        middle.close()
        both = Reader(again.url, "?after=0", last=str(last))
        assert both.change() == rest[0]
        both.close()
        beat = Reader(again.url)
        assert beat.heartbeat()["head"] == chained(seen + rest)
        beat.close()


def test_a_number_that_we_never_gave_is_told_as_a_reset(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        reader = Reader(server.url, last="900")
        name, _, data = reader.event()
        assert name == "reset"
        assert data["last"] == 0
        reader.close()


@pytest.mark.parametrize("said", ["x", "-1", "1.5", "9" * 40, "1 OR 1", "\xff"])
def test_a_malformed_number_is_refused_with_a_reason(shared: Served, said: str) -> None:
    answer = shared.http.get("/v1/stream", headers={b"last-event-id": said.encode("latin-1")})
    assert answer.status_code == 400
    assert answer.json()["remedy"]


def test_an_unknown_area_is_refused(shared: Served) -> None:
    assert shared.http.get("/v1/stream?area=nowhere").status_code == 404
    assert shared.http.post("/v1/stream").status_code in {404, 405}


def test_a_reader_of_one_area_hears_of_it_and_of_what_holds_it(shared: Served) -> None:
    elsewhere = shared.http.get("/v1/areas/27").json()["area"]["code"]
    mine, other = (
        Reader(shared.url, f"?after=0&area={KYIV}"),
        Reader(shared.url, f"?after=0&area={elsewhere}"),
    )
    shared.post({"id": "a1", "source": "city-alarm", "text": ALARM})
    change = mine.change()
    while change["what"]["type"] != "alert":
        change = mine.change()
    assert change["what"]["area"]["code"] == KYIV
    beat = other.heartbeat()
    while beat["last"] < change["change"]:
        name, _, beat = other.event()
        assert name == "heartbeat"
    mine.close()
    other.close()


def test_a_reader_that_never_reads_is_dropped_and_the_others_are_served(tmp_path: Path) -> None:
    with (
        serving(tmp_path, stream_buffer=20_000, heartbeat=0.1) as server,
        closing(Reader(server.url)),
        closing(Reader(server.url)) as live,
    ):
        seen: list[int] = []
        ended = Event()

        def read() -> None:
            while not ended.is_set():
                seen.append(live.change()["change"])

        reading = Thread(target=read)
        reading.start()
        for n in range(60):
            batch = [
                {"id": f"{n}-{m}", "source": "city-alarm", "text": (ALARM, CLEAR)[m % 2]} for m in range(100)
            ]
            assert server.post(batch).status_code == 202
            time.sleep(0.02)
        ended.set()
        server.post({"id": "last", "source": "city-alarm", "text": ALARM})
        reading.join(20)
        assert seen == list(range(1, len(seen) + 1))
        assert len(seen) > 6000
        deadline = time.monotonic() + 20
        while "tocsin_streams_dropped_total 1" not in server.http.get("/metrics").text:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_streams_beyond_the_agreed_number_are_refused(tmp_path: Path) -> None:
    with serving(tmp_path, max_streams=2) as server:
        readers = [Reader(server.url) for _ in range(2)]
        assert server.http.get("/v1/stream").status_code == 503
        readers[0].close()
        deadline = time.monotonic() + 5
        while server.get("/healthz")["streams"] > 1:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        Reader(server.url).close()
        readers[1].close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with serving(tmp_path_factory.mktemp("stream"), heartbeat=0.2) as running:
        yield running
