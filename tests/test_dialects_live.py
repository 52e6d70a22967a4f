"""`tocsin serve --open` as it is: reports in over HTTP, unmodified clients of both dialects on the other side."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest
import uasiren.client
from alerts_in_ua.async_client import AsyncClient
from alerts_in_ua.client import Client
from alerts_in_ua.errors import ApiError

from broker import wall
from live import served
from patience import until

pytestmark = pytest.mark.server
LISTS = ("/v1/alerts/active.json", "/v1/iot/active_air_raid_alerts.json", "/v2/iot/active_air_raid_alerts.json",
         "/v1/iot/active_air_raid_alerts_by_oblast.json", "/v2/iot/active_air_raid_alerts_by_oblast.json",
         "/api/v3/alerts", "/api/v3/alerts/status")  # fmt: skip


@pytest.fixture
def server(tmp_path, monkeypatch):
    with served(tmp_path) as server:
        monkeypatch.setattr(Client, "API_BASE_URL", server.base)
        monkeypatch.setattr(AsyncClient, "API_BASE_URL", server.base)
        monkeypatch.setattr(uasiren.client.Client, "BASE_PATH", server.base + "/api/v3")
        yield server


def siren(method, *args):
    async def go():
        async with aiohttp.ClientSession() as session:
            return await getattr(uasiren.client.Client(session), method)(*args)

    return asyncio.run(go())


def test_a_morning_as_the_clients_see_it(server):
    # Nobody was ever heard: no calm anywhere (R34).
    for path in LISTS:
        assert server.http.get(path).status_code == 503, path
    with pytest.raises(ApiError):
        Client("x").get_active_alerts()
    assert len(siren("get_regions")["states"]) == 29

    # A city's own service raises: its alarm is told, and of the rest nothing.
    server.say("city", "Повітряна тривога в м. Київ!")
    (seen,) = Client("x").get_active_alerts()
    assert (seen.location_uid, seen.location_title, seen.finished_at) == ("31", "м. Київ", None)
    assert seen.started_at - wall() < timedelta(seconds=5)
    assert Client("x").get_air_raid_alert_status("м. Київ").is_active_on_all_oblast()
    assert server.http.get("/v1/iot/active_air_raid_alerts/27.json").status_code == 503
    assert server.json("/v1/iot/active_air_raid_alerts_by_oblast.json")[9] == "A"
    assert siren("get_alerts", "31")[0]["activeAlerts"][0]["type"] == "AIR"

    # A channel raises nothing here (R31).
    server.say("rumour", "Повітряна тривога у Львівській області!")
    assert [a["regionId"] for a in siren("get_alerts")] == ["31"]

    # The national channel knows of everything; a raion makes its oblast partly active (R16).
    server.say("air-alert-ua", "Повітряна тривога в Бучанський район.")
    by_oblast = {s.location_title: s.status for s in Client("x").get_air_raid_alert_statuses_by_oblast()}
    assert (by_oblast["м. Київ"], by_oblast["Київська область"]) == ("active", "partly")
    assert by_oblast["Львівська область"] == "no_alert"
    assert Client("x").get_air_raid_alert_status(75, include_alert_level=True).is_red()

    # Each authority ends what it raised, and then it is calm.
    before = siren("get_last_alert_index")["lastActionIndex"]
    server.say("city", "Відбій повітряної тривоги в м. Київ.")
    server.say("air-alert-ua", "Відбій повітряної тривоги в Бучанський район.")
    assert len(Client("x").get_active_alerts()) == 0
    assert (
        asyncio.run(
            AsyncClient("x").get_air_raid_alert_statuses_by_oblast()
        ).get_partly_active_alert_oblasts()
        == []
    )
    assert siren("get_alerts") == []
    assert siren("get_last_alert_index")["lastActionIndex"] > before
    history = Client("x").get_alerts_history(31).get_all_alerts()
    assert [a.is_finished() for a in history] == [True]
    assert server.json("/api/v3/alerts/regionHistory?regionId=31")[0]["alarms"][0]["isContinue"] is False

    # After kill -9 the same ids, the same past, the same calm.
    ids = [a.id for a in Client("x").get_alerts_history(14).get_all_alerts()]
    index = siren("get_last_alert_index")
    server.kill()
    server.start()
    assert len(Client("x").get_active_alerts()) == 0
    assert [a.id for a in Client("x").get_alerts_history(14).get_all_alerts()] == ids
    assert siren("get_last_alert_index") == index


def test_a_service_that_falls_silent_is_never_calm_and_its_alarm_is_held_r34(server):
    server.say("quick", "Повітряна тривога в м. Київ.")
    server.say("quick", "Повітряна тривога у Львівській області.")
    server.say("quick", "Відбій повітряної тривоги у Львівській області.")
    assert server.json("/v1/iot/active_air_raid_alerts/27.json") == "N"
    lviv = "/v1/iot/active_air_raid_alerts/27.json"
    asyncio.run(until(lambda: server.http.get(lviv).status_code == 503, 20))
    assert server.json("/v1/iot/active_air_raid_alerts/31.json") == "A"
    for path in LISTS:
        assert server.http.get(path).status_code == 503, path


def test_an_all_clear_that_reports_speak_against_is_held_until_a_second_voice_r32(server):
    server.say("city", "Повітряна тривога в м. Київ.")
    server.say("air-force", "Балістика на Київ!")
    server.say("city", "Відбій повітряної тривоги в м. Київ.")
    assert server.json("/v1/areas/UA80000000000093317")["contradicted"] is True
    assert server.json("/v1/iot/active_air_raid_alerts/31.json") == "A"
    assert siren("get_alerts", "31")[0]["activeAlerts"]
    server.say("air-alert-ua", "Відбій тривоги в м. Київ.")
    assert server.json("/v1/iot/active_air_raid_alerts/31.json") == "N"
