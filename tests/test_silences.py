"""An operator's silence: what a sending outlet keeps back, and what it owes when the silence ends."""

from __future__ import annotations

import asyncio
import json

import pytest

from broker import Broker, needs_mosquitto
from dialect_world import KYIV, KYIV_OBLAST, LVIV_OBLAST, StandIn
from patience import until
from test_mqtt import BASE, heard, passes_now, said, stage
from test_mqtt import running as running_mqtt
from test_webhook import Receiver, conf, running
from test_webhook import serving as serving_routes
from tocsin.outlets.files import FilesConf, FilesOutlet
from tocsin.outlets.silences import Mute


@pytest.fixture
def receiver():
    from starlette.routing import Route

    receiver = Receiver()
    with serving_routes([Route("/{path:path}", receiver.take, methods=["POST"])]) as base:
        receiver.base = base
        yield receiver


def verbs(receiver):
    return [json.loads(body)["data"]["what"]["verb"] for _, body in receiver.got]


def test_a_silenced_raise_is_not_posted_its_end_is_and_what_still_stands_comes_later(receiver):
    async def go():
        app = StandIn()
        async with running(app, conf(receiver)):
            app.silence("webhooks", KYIV_OBLAST)
            over = app.raise_(KYIV_OBLAST)
            stays = app.raise_(app.world.places.by_dialect_id("alerts.in.ua", "75"))
            stays = app.revise(stays, level="yellow")
            app.raise_(LVIV_OBLAST)
            app.clear(over)
            await until(lambda: len(receiver.got) >= 2)
            before = verbs(receiver)
            app.unsilence()
            await until(lambda: len(receiver.got) >= 3)
            await asyncio.sleep(1.2)
            return before, stays

    before, stays = asyncio.run(go())
    assert before == ["raise", "clear"]
    (late,) = [json.loads(body)["data"]["what"] for _, body in receiver.got[2:]]
    assert (late["verb"], late["level"], late["area"]["code"]) == ("revise", "yellow", stays.area.code)


def test_after_a_restart_a_silence_still_owes_what_it_kept_back():
    app = StandIn()
    app.raise_(LVIV_OBLAST)
    app.passes(seconds=5)
    app.silence("push")
    kept = app.raise_(KYIV)
    again = Mute(app, "push")
    assert again.holds(kept.id)
    assert again.released() == ()
    app.unsilence()
    assert [one.change.fact.noun.id for one in again.released()] == [kept.id]
    assert again.released() == ()


def test_what_is_muted_is_never_told_as_calm_in_files(tmp_path):
    app = StandIn()
    outlet = FilesOutlet(app, FilesConf(directory=str(tmp_path), areas=(KYIV, LVIV_OBLAST)))
    asyncio.run(outlet.write())
    calm = (tmp_path / f"{KYIV}.json").read_bytes()
    app.silence("*", KYIV)
    app.raise_(KYIV)
    app.raise_(LVIV_OBLAST)
    asyncio.run(outlet.write())
    areas = json.loads((tmp_path / "all.json").read_bytes())["areas"]
    assert KYIV not in areas
    assert areas[LVIV_OBLAST]["state"] == "ACTIVE"
    assert (tmp_path / f"{KYIV}.json").read_bytes() == calm  # it goes stale by itself, by its valid_until
    app.unsilence()
    asyncio.run(outlet.write())
    assert json.loads((tmp_path / f"{KYIV}.json").read_bytes())["state"] == "ACTIVE"


def test_an_alarm_that_was_told_before_the_silence_is_told_on(tmp_path):
    app = StandIn()
    outlet = FilesOutlet(app, FilesConf(directory=str(tmp_path), areas=(KYIV,)))
    app.raise_(KYIV)
    asyncio.run(outlet.write())
    app.silence("files")
    asyncio.run(outlet.write())
    assert json.loads((tmp_path / f"{KYIV}.json").read_bytes())["state"] == "ACTIVE"


@needs_mosquitto
def test_a_muted_area_has_no_state_on_mqtt_until_the_silence_ends(tmp_path):
    broker = Broker(tmp_path)

    async def go():
        app = stage()
        app.silence("mqtt", KYIV)
        async with running_mqtt(app, broker, expiry=5):
            passes_now(app)
            app.raise_(KYIV)
            await asyncio.sleep(6.5)
            muted = await heard(broker, f"{BASE}/+/state", seconds=0.5)
            app.unsilence()
            await asyncio.sleep(1.5)
            freed = await heard(broker, f"{BASE}/{KYIV}/state", least=1)
        return muted, freed

    try:
        muted, freed = asyncio.run(go())
    finally:
        broker.stop()
    assert KYIV not in {said(m)["area"] for m in muted}
    assert muted
    assert [said(m)["state"] for m in freed] == ["ACTIVE"]
