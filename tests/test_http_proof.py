"""Who may send (R18): a key a source, a window against replays, and no more than agreed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from served import Served, serving
from tocsin.app import wall_clock
from tocsin.outlets.proof import sign

BEARER = "bearer-of-the-channel"
KEY = "signing-key-of-the-mayor"
DESK = "token-of-the-duty-desk"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("keyed")
    toml = directory / "tocsin.toml"
    toml.write_text(
        f'desk_token = "{DESK}"\nrate = 50\n[keys.channel]\nbearer = "{BEARER}"\n[keys.city-mayor]\nhmac = "{KEY}"\n',
        "utf-8",
    )
    with serving(directory, toml=str(toml), open=None) as running:
        yield running


def signed(server: Served, value: Any, **changed: str) -> httpx.Response:
    body = json.dumps(value).encode()
    now = changed.get("time", str(int(wall_clock().timestamp())))
    nonce = changed.get("nonce", f"nonce-{time.monotonic_ns()}")
    headers = {
        "content-type": "application/json",
        "tocsin-source": changed.get("source", "city-mayor"),
        "tocsin-time": now,
        "tocsin-nonce": nonce,
        "tocsin-signature": changed.get("signature", sign(changed.get("key", KEY), now, nonce, body)),
    }
    return server.http.post("/v1/reports", content=body, headers=headers)


def test_without_proof_nothing_is_taken(server: Served) -> None:
    answer = server.post({"source": "channel", "text": "Гучно"})
    assert answer.status_code == 401
    assert "bearer" in answer.headers["www-authenticate"].lower()
    assert answer.json()["remedy"]
    assert server.get("/v1/changes")["changes"] == []


def test_a_bearer_speaks_for_its_source(server: Served) -> None:
    headers = {"authorization": f"Bearer {BEARER}"}
    assert server.post({"id": "1", "text": "Гучно"}, headers=headers).status_code == 202
    assert server.post({"id": "2", "source": "channel", "text": "Гучно"}, headers=headers).status_code == 202
    assert (
        server.post({"id": "3", "source": "city-mayor", "text": "Гучно"}, headers=headers).status_code == 403
    )
    assert (
        server.post({"id": "4", "text": "Гучно"}, headers={"authorization": "Bearer no"}).status_code == 403
    )
    assert server.post({"id": "5", "text": "Гучно"}, headers={"authorization": "Basic no"}).status_code == 401


def test_a_signature_speaks_for_its_source(server: Served) -> None:
    assert signed(server, {"id": "s1", "text": "Гучно"}).status_code == 202
    assert signed(server, {"id": "s2", "text": "Гучно"}, key="another-key-entirely").status_code == 403
    assert signed(server, {"id": "s3", "text": "Гучно"}, source="channel").status_code == 403
    assert signed(server, {"id": "s4", "text": "Гучно"}, source="nobody").status_code == 403
    assert signed(server, {"id": "s5", "text": "Гучно"}, signature="").status_code == 403
    assert signed(server, {"id": "s6", "text": "Гучно"}, signature="ff" * 32).status_code == 403


def test_a_request_is_good_once_and_for_a_while(server: Served) -> None:
    assert signed(server, {"id": "r1", "text": "Гучно"}, nonce="only-once").status_code == 202
    again = signed(server, {"id": "r1", "text": "Гучно"}, nonce="only-once")
    assert again.status_code == 401
    assert "before" in again.json()["what"]
    for off in (-3600, 3600):
        late = signed(server, {"id": "r2", "text": "Гучно"}, time=str(int(wall_clock().timestamp()) + off))
        assert late.status_code == 401
    assert signed(server, {"id": "r3", "text": "Гучно"}, time="soon").status_code == 401
    assert signed(server, {"id": "r4", "text": "Гучно"}, nonce="short").status_code == 401


def test_a_source_that_sends_more_than_agreed_is_told_when_to_come_back(server: Served) -> None:
    headers = {"authorization": f"Bearer {BEARER}"}
    flood = [{"id": f"f{n}", "text": "Гучно"} for n in range(51)]
    answer = server.post(flood, headers=headers)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert signed(server, {"id": "other", "text": "Гучно"}).status_code == 202


def test_the_desk_shows_its_token(server: Served) -> None:
    assert server.http.get("/v1/picture?view=desk").status_code == 401
    wrong = {"authorization": f"Bearer {BEARER}"}
    assert server.http.get("/v1/changes?view=desk", headers=wrong).status_code == 401
    right = {"authorization": f"Bearer {DESK}"}
    assert server.http.get("/v1/picture?view=desk", headers=right).status_code == 200
    assert server.http.get("/v1/changes?view=desk", headers=right).status_code == 200
    assert server.http.get("/v1/picture?view=other").status_code == 400


def test_no_secret_is_in_the_log(server: Served) -> None:
    text = server.log.read_text("utf-8")
    assert BEARER not in text
    assert KEY not in text
    assert DESK not in text
