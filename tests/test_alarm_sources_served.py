"""A live alarm source in the real server: an upstream over HTTP on one side, the dialects on the other."""

from __future__ import annotations

import asyncio
import json

import pytest
from starlette.responses import Response
from starlette.routing import Route

from broker import wall
from dialect_world import serving
from live import served
from patience import until

pytestmark = pytest.mark.server


class Upstream:
    def __init__(self):
        self.rows = {}
        self.frozen = None
        self.broken = None
        self.tokens = set()

    def raises(self, uid, title, level="red", threats=()):
        at = wall()
        self.rows[uid] = {
            "id": len(self.rows) + 1, "location_title": title, "location_type": "oblast", "location_uid": uid,
            "started_at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z", "finished_at": None,
            "updated_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z", "alert_type": "air_raid", "alert_level": level,
            "threats": [{"threat_type": kind, "level": "red"} for kind in threats],
        }  # fmt: skip

    async def answer(self, request):
        self.tokens.add(request.headers.get("authorization"))
        if self.broken is not None:
            return Response(self.broken, media_type="application/json")
        if self.frozen is None:
            meta = {"last_updated_at": f"{wall():%Y/%m/%d %H:%M:%S} +0000", "type": "full"}
            body = json.dumps({"alerts": list(self.rows.values()), "meta": meta, "disclaimer": ""}).encode()
        else:
            body = self.frozen
        return Response(body, media_type="application/json")


def test_what_an_upstream_lists_is_alarmed_held_and_ended_as_it_should(tmp_path):
    upstream = Upstream()
    upstream.raises("16", "Луганська область")
    with serving([Route("/{path:path}", upstream.answer)]) as base:
        settings = f'[[feeds]]\nkind = "alerts.in.ua"\nsource = "quick"\nurl = "{base}"\ntoken = "a-token"\nevery = "1s"\n'
        with served(tmp_path, settings) as server:

            def character(uid, version=2):
                answer = server.http.get(f"/v{version}/iot/active_air_raid_alerts/{uid}.json")
                return answer.json() if answer.status_code == 200 else answer.status_code

            def waits(uid, wanted, seconds=20):
                asyncio.run(until(lambda: character(uid) == wanted, seconds))

            waits(16, "R")
            waits(27, "N")
            assert upstream.tokens == {"Bearer a-token"}

            upstream.raises("31", "м. Київ", "yellow", ["drones"])
            waits(31, "Y")
            upstream.raises("31", "м. Київ", "red", ["ballistic_missiles"])
            waits(31, "R")

            # What the list drops ends when two lists agree (R35).
            del upstream.rows["31"]
            waits(31, "N")
            assert character(16) == "R"

            # A list that is cut off ends nothing, and after `fresh_for` nothing is calm (R10, R34).
            upstream.broken = b'{"alerts": [{"id": 1, "loc'
            waits(27, 503)
            assert character(16) == "R"
            assert server.http.get("/healthz").json()["status"] == "degraded"
            upstream.broken = None
            waits(27, "N")

            # So does a body that is frozen, though it comes with 200 (R10).
            meta = {"last_updated_at": f"{wall():%Y/%m/%d %H:%M:%S} +0000", "type": "full"}
            upstream.frozen = json.dumps({"alerts": list(upstream.rows.values()), "meta": meta}).encode()
            waits(27, 503)
            upstream.frozen = None
            waits(27, "N")

            # What ended while we were down is seen to be gone; what stands is not raised anew.
            upstream.raises("14", "Київська область")
            waits(14, "R")
            server.kill()
            del upstream.rows["14"]
            server.start()
            waits(14, "N")
            assert character(16) == "R"
            history = server.json("/v1/regions/16/alerts/week_ago.json")["alerts"]
            assert len(history) == 1
