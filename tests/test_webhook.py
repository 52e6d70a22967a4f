"""Webhooks against real HTTP targets: signatures, tries, dead letters, and what must never be reached."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from contextlib import asynccontextmanager, suppress
from hashlib import sha256

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from dialect_world import KYIV, KYIV_OBLAST, LVIV_OBLAST, StandIn, serving
from patience import until
from tocsin.outlets import dialects
from tocsin.outlets.errors import OutletError
from tocsin.outlets.subscriptions import Address, Letter, Subscriptions
from tocsin.outlets.webhook import (
    Target,
    WebhookConf,
    WebhookOutlet,
    Webhooks,
    configured,
    is_public,
    routes,
    sign,
)

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
FAST = (0.05, 0.05)


class Receiver:
    """A real HTTP target: keeps what it got and answers as it is told, status by status."""

    def __init__(self):
        self.got = []
        self.answers = []

    async def take(self, request):
        body = await request.body()
        self.got.append((dict(request.headers), body))
        answer = self.answers.pop(0) if self.answers else 200
        if answer == "hang":
            await asyncio.sleep(5)
            return Response(status_code=200)
        if isinstance(answer, tuple):
            return Response(status_code=answer[0], headers=answer[1])
        return Response(status_code=answer)


@pytest.fixture
def receiver():
    receiver = Receiver()
    with serving([Route("/{path:path}", receiver.take, methods=["POST", "GET"])]) as base:
        receiver.base = base
        yield receiver


@asynccontextmanager
async def running(app, conf, subscriptions=None):
    outlet = WebhookOutlet(app, conf, subscriptions or Subscriptions())
    task = asyncio.create_task(outlet.run())
    await asyncio.sleep(0)
    try:
        yield outlet
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def conf(receiver, **fields):
    target = Target(name="one", url=receiver.base + "/hook", secret=SECRET, **fields)
    return WebhookConf(targets=(target,), allow_private=True, pauses=FAST, timeout=0.5)


def test_a_change_is_posted_and_its_signature_is_that_of_standard_webhooks(receiver):
    async def go():
        app = StandIn()
        async with running(app, conf(receiver)):
            app.raise_(KYIV)
            await until(lambda: receiver.got)
        return app

    app = asyncio.run(go())
    headers, body = receiver.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == expected
    assert headers["content-type"] == "application/json"
    told = json.loads(body)
    assert told["type"] == "tocsin.alert.raise"
    assert told["data"] == json.loads(app.publication.after(0)[0].data)
    assert abs(int(headers["webhook-timestamp"]) - app.now.timestamp()) < 1


def test_the_example_of_the_standard_comes_out_as_it_is_printed_there():
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_filters_are_kept(receiver):
    async def go():
        app = StandIn()
        wanted = conf(receiver, areas=(KYIV_OBLAST,), layers=("official",))
        async with running(app, wanted):
            app.raise_(KYIV)
            app.raise_(KYIV_OBLAST, layer="warning")
            app.raise_(app.world.places.by_dialect_id("alerts.in.ua", "75"))
            app.raise_(LVIV_OBLAST)
            await until(lambda: receiver.got)
            await asyncio.sleep(0.2)

    asyncio.run(go())
    assert [json.loads(body)["data"]["what"]["area"]["names"]["uk"] for _, body in receiver.got] == [
        "Бучанський район"
    ]


def test_a_failure_is_tried_again_with_the_same_id_and_body(receiver):
    receiver.answers = [500, "hang"]

    async def go():
        app = StandIn()
        async with running(app, conf(receiver)) as outlet:
            app.raise_(KYIV)
            await until(lambda: outlet.post.failing)
            assert "one" in outlet.condition()
            await until(lambda: outlet.post.sent == 1)
            assert outlet.condition() is None

    asyncio.run(go())
    assert len(receiver.got) == 3
    assert len({(h["webhook-id"], b) for h, b in receiver.got}) == 1


def test_what_cannot_be_delivered_is_kept_and_can_be_sent_again(receiver, tmp_path):
    receiver.answers = [500] * 3
    book = tmp_path / "subscriptions.json"

    async def go():
        app, kept = StandIn(), Subscriptions(book)
        async with running(app, conf(receiver), kept) as outlet:
            app.raise_(KYIV)
            await until(kept.dead)
            (letter,) = Subscriptions(book).dead()
            assert (letter.target, letter.tries, letter.last_error) == ("one", 3, "answered 500")
            assert outlet.post.resend(letter.id) == 1
            await until(lambda: outlet.post.sent == 1)
            assert Subscriptions(book).dead() == ()
            assert outlet.post.resend("no such letter") == 0

    asyncio.run(go())


def test_after_a_crash_what_was_not_delivered_is_posted_once_unless_it_is_history_r8(receiver):
    async def go():
        app = StandIn()
        old = app.raise_(LVIV_OBLAST)
        app.raise_(KYIV_OBLAST)
        app.passes(hours=1)
        app.clear(old)
        app.raise_(KYIV)
        app.issued["webhook one"] = [1]
        async with running(app, conf(receiver)):
            await until(lambda: len(receiver.got) == 2)
            await asyncio.sleep(0.1)
        assert app.issued["webhook one"] == [1, 3, 4]
        async with running(app, conf(receiver)):
            await asyncio.sleep(0.2)

    asyncio.run(go())
    assert [h["webhook-id"] for h, _ in receiver.got] == ["tocsin-3", "tocsin-4"]


def test_the_desk_sees_dead_letters_and_sends_them_again(receiver):
    receiver.answers = [500] * 3
    token = {"Authorization": "Bearer desk-secret-of-16"}

    async def go():
        app, kept = StandIn(), Subscriptions()
        async with running(app, conf(receiver), kept) as outlet:
            app.raise_(KYIV)
            await until(kept.dead)
            inside = httpx.ASGITransport(Starlette(routes=routes(outlet, "desk-secret-of-16")))
            async with httpx.AsyncClient(transport=inside, base_url="http://desk") as http:
                assert (await http.get("/v1/webhooks/dead")).status_code == 401
                assert (await http.post("/v1/webhooks/dead/all")).status_code == 401
                told = (await http.get("/v1/webhooks/dead", headers=token)).json()
                assert [x["last_error"] for x in told["letters"]] == ["answered 500"]
                wrong = await http.post("/v1/webhooks/dead/nothing", headers=token)
                right = await http.post(f"/v1/webhooks/dead/{told['letters'][0]['id']}", headers=token)
                assert (wrong.status_code, right.status_code) == (404, 202)
            await until(lambda: outlet.post.sent == 1)
            nobody = httpx.ASGITransport(Starlette(routes=routes(outlet, None)))
            async with httpx.AsyncClient(transport=nobody, base_url="http://desk") as http:
                none = {"Authorization": "Bearer "}
                assert (await http.get("/v1/webhooks/dead", headers=none)).status_code == 401

    asyncio.run(go())


def test_a_target_that_is_gone_is_not_tried_again(receiver):
    receiver.answers = [410]

    async def go():
        app, kept = StandIn(), Subscriptions()
        async with running(app, conf(receiver), kept):
            app.raise_(KYIV)
            await until(kept.dead)

    asyncio.run(go())
    assert len(receiver.got) == 1


def test_a_target_that_hangs_delays_nobody_else(receiver):
    receiver.answers = []
    slow = Target(name="slow", url="http://127.0.0.1:9/nobody", secret=SECRET)

    async def go():
        app = StandIn()
        both = WebhookConf(
            targets=(slow, Target(name="one", url=receiver.base, secret=SECRET)),
            allow_private=True,
            pauses=(30.0,),
            timeout=0.5,
        )
        async with running(app, both):
            for _ in range(5):
                app.clear(app.raise_(KYIV))
            await until(lambda: len(receiver.got) == 10, 3)

    asyncio.run(go())
    assert [json.loads(b)["data"]["change"] for _, b in receiver.got] == list(range(1, 11)), "in order"


def test_a_redirect_is_never_followed(receiver):
    receiver.answers = [(302, {"Location": receiver.base + "/elsewhere"})] * 3

    async def go():
        app, kept = StandIn(), Subscriptions()
        async with running(app, conf(receiver), kept):
            app.raise_(KYIV)
            await until(kept.dead)
            return kept.dead()[0].last_error

    assert "redirect" in asyncio.run(go())
    assert len(receiver.got) == 3


@pytest.mark.parametrize(
    "number",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.5.5", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",  # noqa: S104
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "2002:7f00:1::", "64:ff9b::7f00:1", "not a number", ""],
)  # fmt: skip
def test_no_address_of_our_own_network_is_public(number):
    assert not is_public(number)


@pytest.mark.parametrize("number", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_open_internet_is_public(number):
    assert is_public(number)


@pytest.mark.parametrize(
    "numbers", [("127.0.0.1",), ("8.8.8.8", "127.0.0.1"), ("::ffff:127.0.0.1",), ("169.254.169.254",)]
)
def test_no_name_leads_into_our_own_network_whatever_it_resolves_to(receiver, numbers):
    async def go():
        kept = Subscriptions()
        app = StandIn()
        post = Webhooks(WebhookConf(pauses=()), kept, app.clock, resolver=lambda *_: numbers)
        post.post("x", receiver.base.replace("127.0.0.1", "innocent.example"), "1", b"{}")
        await post.drain()
        return kept.dead()[0].last_error

    assert "private network" in asyncio.run(go())
    assert receiver.got == []


def test_the_number_that_was_checked_is_the_one_that_is_met(receiver):
    """A name that resolves differently the second time (DNS rebinding) gains nothing: it is looked up once."""
    asked = []

    def resolver(host, port):
        asked.append(host)
        return ("127.0.0.1",)

    async def go():
        app = StandIn()
        post = Webhooks(
            WebhookConf(allow_private=True, pauses=()), Subscriptions(), app.clock, resolver=resolver
        )
        post.post("x", receiver.base.replace("127.0.0.1", "hooks.example"), "1", b"{}")
        await post.drain()
        return post.sent

    assert asyncio.run(go()) == 1
    assert asked == ["hooks.example"]
    assert receiver.got[0][0]["host"].startswith("hooks.example:")


@pytest.mark.parametrize(
    "url",
    [None, 5, "", "ftp://x/", "file:///etc/passwd", "http://", "http:///x", "http://u@x/", "http://u:p@x/",
     "javascript:alert(1)", "http://x y/", "http://x\n/", "http://x:99999/", "https://" + "a" * 3000],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ValueError):  # noqa: PT011 - any refusal
        Address.of(url)


def test_a_client_of_a_dialect_is_told_of_alarms_and_their_ends(receiver):
    kept = Subscriptions()
    assert kept.add("ukrainealarm:key", Address.of(receiver.base + "/events"))

    async def go():
        app = StandIn()
        async with running(app, WebhookConf(allow_private=True, pauses=FAST), kept):
            app.raise_(KYIV, layer="warning")
            app.clear(app.raise_(KYIV))
            await until(lambda: len(receiver.got) == 2)

    asyncio.run(go())
    events = [json.loads(body) for _, body in receiver.got]
    assert [(e["status"], e["regionId"], e["alarmType"]) for e in events] == [
        ("Activate", 31, "AIR"),
        ("Deactivate", 31, "AIR"),
    ]


def test_a_client_registers_over_http_and_is_told(receiver):
    app, kept = StandIn(), Subscriptions()

    async def go(base):
        async with running(app, WebhookConf(allow_private=True, pauses=FAST), kept):
            async with httpx.AsyncClient() as http:
                answer = await http.post(base + "/api/v3/webhook", json={"webHookUrl": receiver.base})
            assert answer.status_code == 200
            app.raise_(KYIV)
            await until(lambda: receiver.got)

    with serving(dialects.routes(app, dialects.NATIVE, kept)) as base:
        asyncio.run(go(base))


def test_subscriptions_outlive_a_restart_and_keep_no_key_in_plain(tmp_path):
    book = tmp_path / "book" / "subscriptions.json"
    assert Subscriptions(book).add("ukrainealarm:secret-key", Address.of("https://a.example/"))
    assert [url for _, url in Subscriptions(book).addresses()] == ["https://a.example/"]
    assert b"secret-key" not in book.read_bytes()
    book.write_bytes(b"{")
    with pytest.raises(OutletError):
        Subscriptions(book)


def test_dead_letters_are_bounded():
    kept = Subscriptions()
    for n in range(Subscriptions.MOST + 5):
        kept.bury(Letter(id=str(n), target="x", url="http://x/", body=""))
    assert [kept.dead()[0].id, len(kept.dead())] == ["5", Subscriptions.MOST]


def test_what_waits_when_we_stop_is_kept(receiver, tmp_path):
    receiver.answers = [500]

    async def go():
        app, kept = StandIn(), Subscriptions(tmp_path / "book.json")
        slow = WebhookConf(targets=conf(receiver).targets, allow_private=True, pauses=(60.0,))
        async with running(app, slow, kept):
            app.raise_(KYIV)
            app.raise_(LVIV_OBLAST)
            await until(lambda: receiver.got)
        return Subscriptions(tmp_path / "book.json").dead()

    assert [x.id for x in asyncio.run(go())] == ["tocsin-1", "tocsin-2"]


def test_settings_with_mistakes_tell_all_of_them(tmp_path):
    table = {
        "targets": [
            {"name": "a", "url": "ftp://x", "secret": SECRET},
            {"name": "b", "url": "http://x", "secret": "x"},
        ]
    }
    _, problems = configured(table, tmp_path)
    assert [p.where for p in problems] == ["webhooks: a", "webhooks: b"]
    assert configured({"targets": 5}, tmp_path)[1]
    fine, none = configured({"book": "book.json"}, tmp_path)
    assert (fine.book, none) == (str(tmp_path / "book.json"), ())
