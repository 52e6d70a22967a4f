"""What is answered before it is an ordinary request: snapshots in every coding, and heads that never come whole."""

from __future__ import annotations

import gzip
import json
import socket
import time
from datetime import timedelta
from urllib.parse import urlsplit

import brotli
import pytest

from dialect_world import KYIV as CODE
from dialect_world import StandIn
from served import KYIV, serving
from tocsin.outlets import wire
from tocsin.outlets.snapshots import Snapshots, coding_of


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


def raw(server, text, seconds=5.0):
    """All bytes that come back until the connection ends or is silent."""
    parts = urlsplit(server.url)
    found = b""
    with socket.create_connection((parts.hostname, parts.port), seconds) as plain:
        plain.settimeout(0.7)
        plain.sendall(text.encode())
        try:
            while chunk := plain.recv(65536):
                found += chunk
        except TimeoutError:
            pass
    return found


def fetched(server, **headers):
    head, _, body = raw(
        server,
        "GET /now/all.json HTTP/1.1\r\nHost: x\r\n"
        + "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        + "\r\n",
    ).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), dict(line.split(": ", 1) for line in lines[1:]), body


def test_each_coding_has_a_validator_of_its_own_and_any_of_them_is_known(server):
    found = {coding: fetched(server, Accept_Encoding=coding) for coding in ("identity", "gzip", "br")}
    plain = found["identity"][2]
    assert gzip.decompress(found["gzip"][2]) == plain == brotli.decompress(found["br"][2])
    assert json.loads(plain)["areas"]
    assert len({headers["etag"] for _, headers, _ in found.values()}) == 3
    for status, headers, body in found.values():
        assert (status, int(headers["content-length"])) == (200, len(body))
        assert headers["vary"] == "accept-encoding"
        again, known, nothing = fetched(server, If_None_Match=headers["etag"], Accept_Encoding="br")
        assert (again, nothing, known["etag"]) == (304, b"", found["br"][1]["etag"])
        assert known["cache-control"] == headers["cache-control"]


@pytest.mark.parametrize(
    ("said", "coding"),
    [(b"gzip, deflate, br", "br"), (b"GZIP", "gzip"), (b"br;q=0, gzip;q=0.5", "gzip"), (b"br; q=0.0", ""),
     (b"", ""), (b"*", ""), (b"\xff,;;q=,gzip;q=1", "gzip"), (b"brotli", "")],
)  # fmt: skip
def test_the_smallest_coding_that_is_taken_is_chosen(said, coding):
    assert coding_of(said) == coding


def test_requests_behind_each_other_are_answered_in_their_order(server):
    one = "GET /now/{}.json HTTP/1.1\r\nHost: x\r\n\r\n"
    text = (
        one.format("all") + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + one.format(KYIV) + one.format("XX")
    )
    answers = raw(server, text).split(b"HTTP/1.1 ")[1:]
    assert [a[:3] for a in answers] == [b"200", b"200", b"200", b"404"]
    assert b'"areas"' in answers[0]
    assert b'"status"' in answers[1]


@pytest.mark.parametrize(
    "path",
    ["/now/../healthz", "/now/%2e%2e/all.json", "/now/all.json/", "/now/", "/now/all", "/now/.json",
     "/now/all.json%00", "/now//all.json", "/now/" + "A" * 5000 + ".json"],
)  # fmt: skip
def test_no_trick_with_the_path_gives_anything(server, path):
    answer = raw(server, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.split()[1] in {b"404", b"400", b"200"}
    assert b'"areas"' not in answer or path == "/now/../healthz"
    assert b"Traceback" not in answer


def test_a_connection_is_kept_or_closed_as_it_was_asked(server):
    assert b"connection: close" in raw(server, "GET /now/all.json HTTP/1.0\r\n\r\n")
    closing = "GET /now/all.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert raw(server, closing * 2).count(b"HTTP/1.1 200") == 1
    head = raw(server, "HEAD /now/all.json HTTP/1.1\r\nHost: x\r\n\r\n")
    assert head.endswith(b"\r\n\r\n")
    with_body = "GET /now/all.json HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    assert raw(server, with_body + closing).count(b"HTTP/1.1 200") == 2


def test_a_head_that_trickles_in_holds_its_connection_for_no_longer_than_agreed(server):
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port), 5) as slow:
        began = time.monotonic()
        slow.settimeout(1)
        ended = False
        while not ended and time.monotonic() - began < wire._HEAD_WITHIN + 10:
            try:
                slow.sendall(b"G" if time.monotonic() - began < 1 else b"E")
                ended = slow.recv(100) == b""
            except TimeoutError:
                continue
            except OSError:
                ended = True
    assert ended
    assert server.get("/healthz")["status"]


def test_a_clock_that_is_stepped_makes_no_snapshot_outlive_its_truth():
    app = StandIn()
    snapshots = Snapshots(app)
    body = lambda: json.loads(snapshots.body(f"/now/{CODE}.json"))  # noqa: E731
    first = body()
    app.now -= timedelta(hours=1)
    assert body()["known_at"] < first["known_at"]
    app.now += timedelta(hours=3)
    assert body()["known_at"] > first["valid_until"]
    assert body()["valid_until"] > body()["known_at"]
