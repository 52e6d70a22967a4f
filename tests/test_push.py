"""Web Push against a real service of our own: what a telephone is told, and what is kept of it (R33, R38)."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sqlite3
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import http_ece
import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from dialect_world import KYIV, KYIV_OBLAST, START, StandIn, serving
from patience import until
from tocsin.outlets.answers import Refusal, http_refusal
from tocsin.outlets.keys import make_keys
from tocsin.outlets.push import SERVICES, PushConf, PushOutlet, configured
from tocsin.outlets.push_doors import endpoints
from tocsin.outlets.subscribers import Subscriber, Subscribers
from tocsin.render.cap import Issuer

ISSUER = Issuer(sender="tocsin@example.org", base_url="https://tocsin.example.org")
LVIV = "UA46000000000026241"


class Phone:
    """A browser's subscription with its keys: opens what was sealed for it."""

    def __init__(self, base, name):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        self.endpoint = f"{base}/{name}"
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.keys = {"p256dh": text(point), "auth": text(self.auth)}

    def wish(self, area, level="yellow"):
        return {"endpoint": self.endpoint, "keys": self.keys, "area": area, "level": level}

    def opens(self, body):
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth))


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Service:
    """A push service: keeps what it got, and answers as it is told."""

    def __init__(self):
        self.got = []
        self.answers = {}

    async def take(self, request):
        body = await request.body()
        name = request.path_params["name"]
        self.got.append((name, dict(request.headers), body))
        answers = self.answers.get(name, [])
        return Response(status_code=answers.pop(0) if answers else 201)


@pytest.fixture
def service():
    service = Service()
    with serving([Route("/{name}", service.take, methods=["POST"])]) as base:
        service.base = base
        yield service


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys") / "k", "x", START).push_key


def conf(key, **fields):
    fields = {
        "contact": "mailto:duty@example.org",
        "allow_private": True,
        "services": ("127.0.0.1",),
    } | fields
    return PushConf(key=key, **fields)


@asynccontextmanager
async def running(app, conf):
    outlet = PushOutlet(app, conf, ISSUER)
    asgi = Starlette(
        routes=[Route(way.path, way.handler, methods=[way.method]) for way in endpoints(outlet, app.clock)],
        exception_handlers={Refusal: http_refusal},
    )
    task = asyncio.create_task(outlet.run())
    await asyncio.sleep(0)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi), base_url="http://x") as http:
            yield outlet, http
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def joins(http, phone, area, level="yellow"):
    answer = await http.post("/v1/push", json=phone.wish(area, level))
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_telephone_is_told_of_its_area_in_words_that_only_it_can_read(service, key):
    async def go():
        app, phone = StandIn(), Phone(service.base, "a")
        async with running(app, conf(key)) as (_, http):
            public = (await http.get("/v1/push")).json()["key"]
            await joins(http, phone, KYIV)
            alert = app.raise_(KYIV)
            await until(lambda: len(service.got) == 1)
            app.passes(minutes=9)
            app.clear(alert)
            await until(lambda: len(service.got) == 2)
        return app, phone, public

    app, phone, public = asyncio.run(go())
    (_, headers, body), (_, later, over) = service.got
    told = phone.opens(body)
    assert (told["area"], told["state"], told["level"]) == (KYIV, "ACTIVE", "red")
    assert "Київ" in told["say"]["uk"]["title"]
    assert told["say"]["en"]["body"]
    assert headers["urgency"] == "high"
    assert headers["content-encoding"] == "aes128gcm"
    assert KYIV.encode() not in body
    assert int(headers["ttl"]) <= 600
    assert int(later["ttl"]) <= 60, "an all-clear expires by itself (R33)"
    assert headers["topic"] == later["topic"], "the newer takes the place of the one that waits"
    assert len(headers["topic"]) <= 32
    assert phone.opens(over)["state"] == "CLEAR"
    scheme, _, rest = headers["authorization"].partition(" ")
    assert scheme == "vapid"
    assert f"k={public}" in rest
    assert Vapid02.from_raw_public(public.encode()).verify_token
    assert app.issued["push"]


def test_who_wants_red_alone_is_not_woken_by_yellow_nor_by_its_end(service, key):
    async def go():
        app = StandIn()
        async with running(app, conf(key)) as (_, http):
            await joins(http, Phone(service.base, "red"), KYIV, "red")
            await joins(http, Phone(service.base, "all"), KYIV)
            app.clear(app.raise_(KYIV, level="yellow"))
            alert = app.raise_(KYIV, level="yellow")
            await until(lambda: len(service.got) >= 1)
            app.clear(alert)
            await until(lambda: len(service.got) >= 2)
            app.clear(app.raise_(KYIV))
            again = app.raise_(KYIV)
            await until(lambda: len(service.got) >= 4)
            app.clear(again)
            await until(lambda: len(service.got) >= 6)

    asyncio.run(go())
    assert [name for name, *_ in service.got].count("red") == 2
    assert [name for name, *_ in service.got].count("all") == 4


def test_areas_inside_and_around_are_told_once_a_state(service, key):
    async def go():
        app = StandIn()
        oblast, raion = Phone(service.base, "oblast"), Phone(service.base, "raion")
        raions = [app.world.places.by_dialect_id("alerts.in.ua", n) for n in ("75", "76", "77")]
        async with running(app, conf(key)) as (_, http):
            await joins(http, oblast, KYIV_OBLAST)
            await joins(http, raion, raions[0])
            for each in raions:
                app.raise_(each)
            await until(lambda: len(service.got) >= 2)
            await asyncio.sleep(0.4)
            return oblast, raion

    oblast, raion = asyncio.run(go())
    told = {name: body for name, _, body in service.got}
    assert len(service.got) == 2
    assert oblast.opens(told["oblast"])["state"] == "PARTLY"
    assert raion.opens(told["raion"])["state"] == "ACTIVE"


def test_a_warning_is_no_push_r31_and_an_end_is_told_without_calling_it_calm_r34(service, key):
    async def go():
        app, phone = StandIn(), Phone(service.base, "a")
        async with running(app, conf(key)) as (_, http):
            await joins(http, phone, KYIV)
            app.raise_(KYIV, layer="warning")
            alert = app.raise_(KYIV)
            await until(lambda: service.got)
            app.everything = "STALE"
            app.clear(alert, "revoke")
            await until(lambda: len(service.got) == 2)
            app.everything = "UNKNOWN"
            app.raise_(KYIV, layer="warning")
            await asyncio.sleep(0.4)
        return phone

    phone = asyncio.run(go())
    assert [phone.opens(body)["state"] for *_, body in service.got] == ["ACTIVE", "STALE"]
    told = phone.opens(service.got[1][2])["say"]["en"]
    assert "mistake" in told["body"]
    assert "calm" not in told["title"].lower()


def test_a_telephone_that_gave_up_is_forgotten_and_one_that_fails_is_tried_again(service, key):
    async def go():
        service.answers = {"gone": [410], "busy": [503, 429, 201], "bad": [400]}
        app = StandIn()
        async with running(app, conf(key)) as (outlet, http):
            for name in ("gone", "busy", "bad"):
                await joins(http, Phone(service.base, name), KYIV)
            app.raise_(KYIV)
            await until(lambda: sum(name == "busy" for name, *_ in service.got) == 2, seconds=15)
            assert "127.0.0.1" in outlet.condition()
            await until(lambda: sum(name == "busy" for name, *_ in service.got) == 3, seconds=15)
            return {one.endpoint.rpartition("/")[2] for one in outlet.book.of(KYIV)}

    assert asyncio.run(go()) == {"busy", "bad"}
    assert [name for name, *_ in service.got].count("bad") == 1


def test_after_a_restart_nothing_is_told_twice_and_what_was_missed_is_told_r8(service, key, tmp_path):
    kept = conf(key, book=str(tmp_path / "push.db"))

    async def go():
        app = StandIn()
        async with running(app, kept) as (_, http):
            await joins(http, Phone(service.base, "kyiv"), KYIV)
            await joins(http, Phone(service.base, "lviv"), LVIV)
            first = app.raise_(KYIV)
            await until(lambda: len(service.got) == 1)
        app.revise(first, level="red")
        missed = app.raise_(LVIV)
        async with running(app, kept):
            await until(lambda: len(service.got) == 2)
            await asyncio.sleep(0.4)
        app.clear(missed)
        app.passes(minutes=5)
        async with running(app, kept):
            await asyncio.sleep(0.5)

    asyncio.run(go())
    assert [name for name, *_ in service.got] == ["kyiv", "lviv"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"endpoint": "https://127.0.0.1.example.org/x"}, 422),
        ({"endpoint": "https://example.org/x"}, 422),
        ({"endpoint": 7}, 400),
        ({"area": "UA00"}, 404),
        ({"level": "green"}, 422),
        ({"keys": {"p256dh": "AAAA", "auth": "AAAA"}}, 422),
        ({"keys": None}, 422),
        ({"endpoint": "x" * 5000}, 413),
    ],
)
def test_what_is_no_subscription_is_refused_with_a_remedy(service, key, change, status):
    async def go():
        async with running(StandIn(), conf(key)) as (_, http):
            return await http.post("/v1/push", json=Phone(service.base, "a").wish(KYIV) | change)

    answer = asyncio.run(go())
    assert answer.status_code == status
    assert answer.json()["remedy"]


@pytest.mark.parametrize(
    "endpoint", ["http://fcm.googleapis.com/x", "https://evilfcm.googleapis.com.example/x"]
)
def test_only_services_of_browsers_are_posted_to(key, endpoint):
    outlet = PushOutlet(StandIn(), PushConf(key=key, contact="mailto:x@example.org"), ISSUER)
    assert not outlet.serves(endpoint)
    assert outlet.serves(f"https://{SERVICES[0]}/fcm/send/abc")
    assert outlet.serves(f"https://web.{SERVICES[2]}/abc")
    outlet.book.close()


def test_the_store_holds_endpoint_area_level_and_a_day_and_what_is_dropped_is_gone_r38(tmp_path):
    file = tmp_path / "push.db"
    book = Subscribers(str(file))
    until_day = Subscribers.until(START, 30)
    one = Subscriber(
        endpoint="https://push.example/needle",
        p256dh="k",
        auth="a",
        area=KYIV,
        level="red",
        expires=until_day,
    )
    book.add(one)
    columns = [row[1] for row in sqlite3.connect(file).execute("PRAGMA table_info(subscription)")]
    assert columns == ["area", "endpoint", "p256dh", "auth", "level", "expires"]
    assert book.expire(START + timedelta(days=29)) == 0
    assert book.expire(START + timedelta(days=31)) == 1
    assert book.areas() == frozenset()
    book.close()
    assert b"needle" not in file.read_bytes()


def test_a_telephone_has_eight_areas_at_most_and_leaves_when_it_likes(service, key):
    async def go():
        app, phone = StandIn(), Phone(service.base, "a")
        areas = app.world.places.first_level()[:9]
        async with running(app, conf(key)) as (_, http):
            for area in areas[:8]:
                await joins(http, phone, area)
            ninth = await http.post("/v1/push", json=phone.wish(areas[8]))
            gone = await http.request("DELETE", "/v1/push", json=phone.wish(areas[0]))
            again = await http.request("DELETE", "/v1/push", json=phone.wish(areas[0]))
            await joins(http, phone, areas[8])
            return ninth.status_code, gone.status_code, again.status_code

    assert asyncio.run(go()) == (429, 204, 404)


@pytest.mark.parametrize(
    "table", [{"key": "k"}, {"key": "k", "contact": "me"}, {"key": "k", "contact": "mailto:x", "days": 0}]
)
def test_settings_with_mistakes_tell_them(table, tmp_path):
    assert configured(table, tmp_path)[1]
