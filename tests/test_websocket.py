"""The stream over WebSocket: the same changes, resume, heartbeats and bounds as server-sent events."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from served import ALARM, CLEAR, KYIV, Reader, serving
from test_http_stream import chained


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served"), heartbeat=0.2) as server:
        yield server


def stream(server, query="", **more):
    return connect(f"ws{server.url[4:]}/v1/stream{query}", compression=None, **more)


def message(talk):
    return json.loads(talk.recv(timeout=10))


def change(talk):
    while True:
        told = message(talk)
        if "change" in told:
            return told


def heartbeat(talk):
    while True:
        told = message(talk)
        if told.get("event") == "heartbeat":
            return told


def test_both_forms_say_the_same_and_the_heartbeat_proves_it_r23(server):
    with stream(server, "?after=0") as talk:
        server.post({"id": "1", "source": "city-alarm", "text": ALARM})
        last = server.get("/v1/changes")["last"]
        events = Reader(server.url, "?after=0")
        assert [change(talk) for _ in range(last)] == (seen := [events.change() for _ in range(last)])
        events.close()
        beat = heartbeat(talk)
        assert (beat["last"], beat["head"]) == (last, chained(seen))


def test_it_is_taken_up_again_at_any_number(server):
    server.post({"id": "2", "source": "city-alarm", "text": CLEAR})
    last = server.get("/v1/changes")["last"]
    with stream(server, f"?after={last - 1}") as talk:
        assert change(talk)["change"] == last
    with stream(server, additional_headers={"Last-Event-ID": str(last - 2)}) as talk:
        assert [change(talk)["change"], change(talk)["change"]] == [last - 1, last]
    with stream(server, "?after=99999") as talk:
        assert message(talk)["event"] == "reset"


def test_a_reader_may_choose_several_areas(server):
    lviv = "UA46000000000026241"
    with stream(server, f"?area={lviv},{KYIV}") as both, stream(server, f"?area={lviv}") as one:
        heartbeat(both)
        heartbeat(one)
        server.post({"id": "3", "source": "city-alarm", "text": ALARM})
        assert change(both)["what"]["area"]["code"] == KYIV
        assert [message(one)["event"] for _ in range(4)] == ["heartbeat"] * 4


@pytest.mark.parametrize(
    ("query", "status"), [("?after=x", 400), ("?area=UA00", 404), ("?area=" + "," * 3 + "ZZ", 404)]
)
def test_what_cannot_be_followed_is_refused_before_the_handshake(server, query, status):
    with pytest.raises(InvalidStatus) as refused, stream(server, query):
        pass
    assert refused.value.response.status_code == status
    assert {"where", "what", "remedy"} <= json.loads(refused.value.response.body).keys()


@pytest.mark.parametrize(
    "head",
    [
        "Upgrade: websocket\r\nConnection: Upgrade\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 12\r\nSec-WebSocket-Key: x\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n",
    ],
)
def test_a_handshake_that_is_none_is_told_so_and_the_server_lives(server, head):
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port), 5) as plain:
        plain.sendall(f"GET /v1/stream HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
        answer = b"".join(iter(lambda: plain.recv(4096), b""))
    assert answer.split()[1] in {b"400", b"426"}
    assert server.get("/healthz")["status"]


def test_pings_are_answered_and_what_a_reader_says_is_not_heeded(server):
    with stream(server) as talk:
        talk.send("hello")
        assert talk.ping().wait(5)
        assert heartbeat(talk)


@pytest.mark.parametrize("noise", [b"\xff" * 64, b"\x81\x05hello", b"\x81\xff" + b"\x00" * 6 + b"\xff" * 90])
def test_noise_ends_its_own_connection_and_no_other(server, noise):
    with stream(server) as other:
        with stream(server) as talk, contextlib.suppress(ConnectionClosed, OSError):
            talk.socket.sendall(noise)
            while True:
                talk.recv(timeout=5)
        assert heartbeat(other)


def test_a_reader_that_never_reads_is_dropped_and_can_resume(tmp_path):
    with serving(tmp_path, heartbeat=0.2, stream_buffer=20_000) as server:
        parts = urlsplit(server.url)
        with socket.socket() as still:
            still.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            still.connect((parts.hostname, parts.port))
            still.sendall(
                b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            with stream(server) as other:
                heartbeat(other)
                deadline = time.monotonic() + 60
                n = 0
                while server.get("/healthz")["streams"] > 1 and time.monotonic() < deadline:
                    n += 1
                    batch = [
                        {"id": f"{n}-{i}", "source": "city-alarm", "text": (ALARM, CLEAR)[i % 2]}
                        for i in range(200)
                    ]
                    server.post(batch)
                assert server.get("/healthz")["streams"] == 1
                assert change(other)
        last = server.get("/v1/changes")["last"]
        with stream(server, f"?after={last - 1}") as again:
            assert change(again)["change"] == last
