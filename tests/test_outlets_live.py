"""Webhooks, files and the signed log of `tocsin serve`, together, with the tools a receiver has."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess

import pytest
from starlette.responses import Response
from starlette.routing import Route

from broker import wall
from dialect_world import KYIV, serving
from live import TOCSIN, served
from patience import until
from tocsin.outlets.keys import make_keys
from tocsin.outlets.webhook import sign

pytestmark = pytest.mark.server
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


def test_what_the_server_says_reaches_every_outlet_and_can_be_proved(tmp_path):
    got = []

    async def take(request):
        got.append((dict(request.headers), await request.body()))
        return Response(status_code=204)

    keys = make_keys(tmp_path / "keys", "test.invalid", wall())
    with serving([Route("/hook", take, methods=["POST"])]) as receiver:
        settings = (
            f'[log]\nkey = "{keys.json_key}"\nfile = "public.jsonl"\n[files]\ndirectory = "now"\nareas = ["{KYIV}"]\n'
            f'[webhooks]\nallow_private = true\nbook = "book.json"\n[[webhooks.targets]]\nname = "t"\n'
            f'url = "{receiver}/hook"\nsecret = "{SECRET}"\ntypes = ["alert"]\nlayers = ["official"]\n'
        )
        with served(tmp_path, settings) as server:
            server.say("air-alert-ua", "Повітряна тривога в м. Київ.")
            asyncio.run(until(lambda: got))
            file = tmp_path / "now" / f"{KYIV}.json"
            asyncio.run(until(lambda: file.exists() and json.loads(file.read_bytes())["state"] == "ACTIVE"))
            server.say("air-alert-ua", "Відбій тривоги в м. Київ.")
            asyncio.run(until(lambda: len(got) == 2))
            assert server.http.get("/healthz").json()["status"] == "ok"
            log = server.http.get("/v1/log").content
            server.kill()
            server.start()
            server.say("air-alert-ua", "Повітряна тривога в м. Київ.")
            asyncio.run(until(lambda: len(got) == 3))
            asyncio.run(asyncio.sleep(0.5))

    told = [json.loads(body) for _, body in got]
    assert [(t["type"], t["data"]["what"]["verb"]) for t in told] == [
        ("tocsin.alert.raise", "raise"),
        ("tocsin.alert.clear", "clear"),
        ("tocsin.alert.raise", "raise"),
    ], "once each, across a restart (R8)"
    for headers, body in got:
        stamp = int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == sign(SECRET, headers["webhook-id"], stamp, body)

    (tmp_path / "downloaded.jsonl").write_bytes(log)
    for name in ("downloaded.jsonl", "public.jsonl"):
        assert verifies(tmp_path / name, keys) == 0
        whole = (tmp_path / name).read_bytes()
        (tmp_path / "altered.jsonl").write_bytes(whole.replace(b'"verb":"clear"', b'"verb":"raise"', 1))
        assert verifies(tmp_path / "altered.jsonl", keys) == 1


def verifies(path, keys):
    command = [TOCSIN, "verify", path, "--key", keys.json_public]
    return subprocess.run(command, check=False, capture_output=True).returncode
