"""Unmodified clients of both dialects against a live server, and the letter of each dialect."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime, timedelta

import aiohttp
import alerts_in_ua
import httpx
import pytest
import uasiren.client
from alerts_in_ua.async_client import AsyncClient
from alerts_in_ua.client import Client
from alerts_in_ua.errors import ApiError, RateLimitError, UnauthorizedError
from alerts_in_ua.location_uid_resolver import LocationUidResolver
from hypothesis import given, settings
from hypothesis import strategies as st

from dialect_world import (
    KHARKIV_OBLAST,
    KYIV,
    KYIV_OBLAST,
    LVIV_OBLAST,
    START,
    StandIn,
    serving,
)
from tocsin.model import Interval, Threat
from tocsin.outlets import dialects
from tocsin.outlets.dialects import ALERTS_IN_UA, NATIVE, UKRAINEALARM, Mount

UA_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ALARM_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
ALERT_KEYS = {
    "id", "location_title", "location_title_en", "location_type", "started_at", "finished_at", "updated_at",
    "alert_type", "location_uid", "location_oblast", "location_oblast_uid", "location_raion", "notes",
    "calculated", "country", "alert_level", "threats",
}  # fmt: skip
JSON_PATHS = (
    "/v1/alerts/active.json",
    "/v1/regions/31/alerts/week_ago.json",
    "/v1/iot/active_air_raid_alerts.json",
    "/v1/iot/active_air_raid_alerts/31.json",
    "/v1/iot/active_air_raid_alerts_by_oblast.json",
    "/v2/iot/active_air_raid_alerts.json",
    "/v2/iot/active_air_raid_alerts/31.json",
    "/v2/iot/active_air_raid_alerts_by_oblast.json",
    "/api/v3/alerts",
    "/api/v3/alerts/31",
    "/api/v3/alerts/status",
    "/api/v3/alerts/regionHistory?regionId=31",
    "/api/v3/alerts/dateHistory?date=20261120",
)


@pytest.fixture(scope="module")
def stage():
    app = StandIn()
    with serving(dialects.routes(app, NATIVE)) as base:
        Client.API_BASE_URL = base
        AsyncClient.API_BASE_URL = base
        uasiren.client.Client.BASE_PATH = base + "/api/v3"
        yield app, base


@pytest.fixture
def app(stage):
    stage[0].__dict__.update(blind={}, everything=None, threats=())
    for alert in list(stage[0].alerts.values()):
        if alert.layer == "official":
            stage[0].clear(alert)
    stage[0].alerts.clear()
    stage[0].passes(minutes=7)
    return stage[0]


@pytest.fixture
def base(stage):
    return stage[1]


@pytest.fixture
def http(stage):
    with httpx.Client(base_url=stage[1]) as client:
        yield client


def siren(method, *args):
    async def go():
        async with aiohttp.ClientSession() as session:
            return await getattr(uasiren.client.Client(session), method)(*args)

    return asyncio.run(go())


# --- alerts.in.ua, by its own client --------------------------------------------


def test_the_official_client_reads_an_alarm_of_kyiv(app):
    alert = app.raise_(KYIV, level="red")
    (seen,) = Client("any").get_active_alerts()
    assert (seen.location_title, seen.location_uid, seen.location_type) == ("м. Київ", "31", "oblast")
    assert (seen.alert_type, seen.alert_level, seen.finished_at) == ("air_raid", "red", None)
    assert seen.started_at == alert.valid.start.replace(microsecond=250_000)
    assert isinstance(seen.id, int)
    assert seen.location_oblast_uid == "31"


def test_the_official_client_reads_quiet_as_quiet(app):
    client = Client("any")
    assert len(client.get_active_alerts()) == 0
    assert {s.status for s in client.get_air_raid_alert_statuses()} == {"no_alert"}
    assert {s.status for s in client.get_air_raid_alert_statuses_by_oblast()} == {"no_alert"}
    assert client.get_air_raid_alert_status(31).is_no_alert()


def test_every_area_that_the_client_knows_has_its_character_and_its_name(app):
    names = LocationUidResolver().uid_to_location
    statuses = list(Client("any").get_air_raid_alert_statuses())
    assert {s.uid for s in statuses} == set(names)
    atlas = dialects.Outlook(app, ALERTS_IN_UA).atlas
    said = {uid: dialects.alerts_in_ua.title(atlas, code) for uid, code in atlas.code_of.items()}
    assert said == names


def test_a_raion_makes_its_oblast_partly_active_and_no_other_r16(app):
    places = app.world.places
    bucha = places.by_dialect_id(ALERTS_IN_UA, "75")
    app.raise_(bucha, level="yellow")
    client = Client("any")
    by_oblast = {s.location_title: s.status for s in client.get_air_raid_alert_statuses_by_oblast()}
    assert by_oblast.pop("Київська область") == "partly"
    assert set(by_oblast.values()) == {"no_alert"}
    assert client.get_air_raid_alert_status(75, include_alert_level=True).is_yellow()
    assert client.get_air_raid_alert_status(14).is_partly_active()
    assert client.get_air_raid_alert_status(14, oblast_level_only=True).is_no_alert()


def test_an_oblast_alarms_each_of_its_raions_and_all_raions_their_oblast_r16(app):
    places = app.world.places
    whole = app.raise_(LVIV_OBLAST, level=None)
    client = Client("any")
    assert client.get_air_raid_alert_status(90, include_alert_level=True).is_red()
    app.clear(whole)
    for raion in places.children(LVIV_OBLAST):
        app.raise_(raion, level="yellow")
    status = client.get_air_raid_alert_status(27, include_alert_level=True)
    assert status.is_active_on_all_oblast()
    assert status.is_yellow()


def test_yellow_and_red_together_are_red(app):
    app.raise_(KYIV, level="yellow")
    client = Client("any")
    assert client.get_air_raid_alert_status(31, include_alert_level=True).is_yellow()
    app.raise_(KYIV, level="red")
    assert client.get_air_raid_alert_status(31, include_alert_level=True).is_red()
    assert client.get_air_raid_alert_status(31).is_active_on_all_oblast()


def test_shelling_is_listed_and_lights_no_air_raid_character(app):
    app.raise_(KHARKIV_OBLAST, kind="artillery")
    client = Client("any")
    assert [a.alert_type for a in client.get_active_alerts()] == ["artillery_shelling"]
    assert client.get_air_raid_alert_status(22).is_no_alert()


def test_our_own_warnings_never_reach_a_dialect_r31(app, http):
    app.raise_(KYIV, layer="warning")
    assert http.get("/v1/alerts/active.json").json()["alerts"] == []
    assert http.get("/v1/iot/active_air_raid_alerts/31.json").json() == "N"
    assert http.get("/api/v3/alerts").json() == []


def test_a_threat_is_passed_on_in_an_authoritys_word_and_not_in_a_channels_r31(app):
    app.raise_(KYIV)

    def threat(source, weapon, klass):
        return Threat(
            id=source, kind="danger", weapon=weapon, weapon_class=klass, areas=(app.ref(KYIV_OBLAST),),
            toward=(app.ref(KYIV),), valid=Interval(start=app.now, end=None), sources=(source,),
        )  # fmt: skip

    app.threats = (threat("air-force", "mig-31k", "aircraft"), threat("channel", "shahed-136", "drone"))
    (seen,) = Client("any").get_active_alerts()
    assert [(t.threat_type, t.level) for t in seen.threats] == [("mig31k_departure", "red")]


def test_history_tells_when_each_alarm_began_and_ended(app):
    first = app.raise_(KYIV_OBLAST)
    app.passes(minutes=31)
    app.clear(first)
    app.passes(days=2)
    spell = Client("any").get_alerts_history("Київська область")
    newest = spell.get_all_alerts()[0]
    assert newest.is_finished()
    assert newest.finished_at - newest.started_at == timedelta(minutes=31)
    assert Client("any").get_alerts_history(14, "month_ago").get_all_alerts()[0].id == newest.id
    raion = Client("any").get_alerts_history(75).get_all_alerts()[0]
    assert raion.id == newest.id, "what the oblast had, each of its raions had"


def test_the_async_client_reads_the_same(app):
    app.raise_(KYIV, level="yellow")

    async def go():
        client = AsyncClient("any")
        return (
            await client.get_active_alerts(),
            await client.get_air_raid_alert_statuses(include_alert_level=True),
            await client.get_air_raid_alert_statuses_by_oblast(),
            await client.get_air_raid_alert_status(31),
            await client.get_alerts_history(31),
            await client.get_active_alerts(),
        )

    active, statuses, by_oblast, kyiv, history, again = asyncio.run(go())
    assert [a.location_uid for a in active] == [a.location_uid for a in again] == ["31"]
    assert [s.uid for s in statuses.get_yellow_alert_statuses()] == [31]
    assert [s.location_title for s in by_oblast.get_active_alert_oblasts()] == ["м. Київ"]
    assert kyiv.is_active_on_all_oblast()
    assert history.get_all_alerts()[0].location_uid == "31"


# --- alerts.in.ua, by the letter ------------------------------------------------


def test_every_key_is_there_in_its_form(app, http):
    app.raise_(
        app.world.places.by_dialect_id(ALERTS_IN_UA, "75"), weapon="shahed-136", klass="drone", late=True
    )
    app.raise_(KYIV)
    body = http.get("/v1/alerts/active.json").json()
    assert set(body) == {"alerts", "meta", "disclaimer"}
    assert body["meta"]["type"] == "full"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \+0000", body["meta"]["last_updated_at"])
    assert len({a["id"] for a in body["alerts"]}) == 2
    for alert in body["alerts"]:
        assert set(alert) == ALERT_KEYS
        assert UA_TIME.fullmatch(alert["started_at"])
        assert UA_TIME.fullmatch(alert["updated_at"])
        assert alert["finished_at"] is None
        assert isinstance(alert["id"], int)
        assert 0 < alert["id"] < 2**31
        assert isinstance(alert["location_uid"], str)
        assert isinstance(alert["calculated"], bool)
        for threat in alert["threats"]:
            assert set(threat) == {"threat_type", "level", "started_at", "source_message"}
            assert UA_TIME.fullmatch(threat["started_at"])
    bucha = next(a for a in body["alerts"] if a["location_uid"] == "75")
    assert (bucha["location_type"], bucha["location_raion"]) == ("raion", "Бучанський район")
    assert (bucha["location_oblast"], bucha["location_oblast_uid"]) == ("Київська область", "14")
    assert [t["threat_type"] for t in bucha["threats"]] == ["drones"]


def test_strings_have_their_lengths_and_letters(app, http):
    app.raise_(KYIV, level="yellow")
    for version, letters in ((1, "A"), (2, "Y")):
        string = http.get(f"/v{version}/iot/active_air_raid_alerts.json").json()
        assert len(string) == 1805
        assert string[31] == letters
        assert string[0] == string[1] == string[1000] == " "
        assert set(string) == {" ", "N", letters}
        by_oblast = http.get(f"/v{version}/iot/active_air_raid_alerts_by_oblast.json").json()
        assert len(by_oblast) == 27
        assert by_oblast.index(letters) == 9
        assert http.get(f"/v{version}/iot/active_air_raid_alerts/31.json").text == f'"{letters}"'


@pytest.mark.parametrize("path", [p for p in JSON_PATHS if "History" not in p and p != "/api/v3/alerts/31"])
def test_what_has_not_changed_is_not_sent_again_and_what_has_always_is(app, http, path):
    before = http.get(path)
    stamp = before.headers["last-modified"]
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", stamp)
    again = http.get(path, headers={"If-Modified-Since": stamp})
    assert (again.status_code, again.content, again.headers["last-modified"]) == (304, b"", stamp)
    app.raise_(KYIV)
    after = http.get(path, headers={"If-Modified-Since": stamp})
    assert after.status_code == 200, "even a raise within the same second must reach the client"
    assert after.headers["last-modified"] > stamp or after.content != before.content
    assert http.get(path, headers={"If-Modified-Since": after.headers["last-modified"]}).status_code == 304


@pytest.mark.parametrize(
    "given", ["", "yesterday", "0", "Sun, 99 Nov 2026 99:99:99 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "\xff"]
)
def test_a_malformed_condition_is_no_condition(app, http, given):
    answer = http.get("/v1/alerts/active.json", headers={"If-Modified-Since": given.encode("latin-1")})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", JSON_PATHS)
def test_every_path_answers_json_head_and_options(app, http, path):
    answer = http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    head = http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"]
    options = http.options(path)
    assert options.status_code == 204
    assert "GET" in options.headers["allow"]
    wrong = http.put(path)
    assert (wrong.status_code, set(wrong.json())) == (405, {"message"})


@pytest.mark.parametrize(
    "path",
    [
        "/v1/iot/active_air_raid_alerts/2.json",
        "/v1/iot/active_air_raid_alerts/031.json",
        "/v1/iot/active_air_raid_alerts/-1.json",
        "/v1/iot/active_air_raid_alerts/٣١.json",
        "/v1/iot/active_air_raid_alerts/999999999999.json",
        "/v1/iot/active_air_raid_alerts/Unknown%20UID.json",
        "/v1/regions/31/alerts/century_ago.json",
        "/v1/regions/2/alerts/week_ago.json",
        "/v2/iot/nothing.json",
        "/api/v3/alerts/2",
        "/api/v3/alerts/x",
        "/api/v3/nothing",
    ],
)
def test_what_does_not_exist_says_so_in_the_dialects_form(app, http, path):
    answer = http.get(path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"message"}
    assert answer.headers["content-type"] == "application/json"


def test_keys_are_asked_for_where_the_mount_has_some(monkeypatch):
    app = StandIn()
    mounts = (
        Mount(dialect=ALERTS_IN_UA, path="/a", tokens=("secret-of-sixteen",), per_minute=3),
        Mount(dialect=UKRAINEALARM, path="/b", tokens=("secret-of-sixteen",), per_minute=3),
    )
    with serving(dialects.routes(app, mounts)) as base, httpx.Client(base_url=base) as http:
        monkeypatch.setattr(Client, "API_BASE_URL", base + "/a")
        assert len(Client("secret-of-sixteen").get_active_alerts()) == 0
        with pytest.raises(UnauthorizedError):
            Client("wrong").get_active_alerts()
        assert http.get("/a/v1/alerts/active.json").status_code == 401
        assert http.get("/a/v1/alerts/active.json?token=secret-of-sixteen").status_code == 200
        assert http.get("/a/v1/alerts/active.json?token=wrong").json()["message"]
        assert http.get(
            "/a/v1/alerts/active.json", headers={"Authorization": "bearer secret-of-sixteen"}
        ).is_success
        with pytest.raises(RateLimitError):
            Client("secret-of-sixteen").get_active_alerts()
        key = {"Authorization": "secret-of-sixteen"}
        assert http.get("/b/api/v3/alerts").status_code == 403
        for _ in range(3):
            assert http.get("/b/api/v3/alerts", headers=key).status_code == 200
        over = http.get("/b/api/v3/alerts", headers=key)
        assert (over.status_code, over.content) == (401, b"")
        app.passes(seconds=61)
        assert http.get("/b/api/v3/alerts", headers=key).status_code == 200


# --- R34: what is not known is never calm ---------------------------------------


@pytest.mark.parametrize("word", ["STALE", "UNKNOWN", "NOT_COVERED"])
@pytest.mark.parametrize("path", JSON_PATHS)
def test_what_nobody_knows_is_never_told_as_calm_r34(app, http, path, word):
    app.everything = word
    answer = http.get(path)
    assert answer.status_code == 503
    assert set(answer.json()) == {"message"}
    assert "retry-after" in answer.headers
    again = http.get(path, headers={"If-Modified-Since": "Fri, 20 Nov 2026 04:35:03 GMT"})
    assert again.status_code == 503, "not modified would read as calm, too"


def test_the_client_gets_an_error_and_no_calm_when_the_state_is_stale_r34(app):
    app.everything = "STALE"
    with pytest.raises(ApiError):
        Client("any").get_active_alerts()


def test_the_last_alarm_is_held_when_its_source_falls_silent_r34(app, http):
    app.raise_(KYIV)
    app.everything = "STALE"
    assert http.get("/v1/iot/active_air_raid_alerts/31.json").json() == "A"
    assert http.get("/api/v3/alerts/31").json()[0]["activeAlerts"][0]["type"] == "AIR"
    assert http.get("/v1/iot/active_air_raid_alerts/27.json").status_code == 503
    assert http.get("/v1/alerts/active.json").status_code == 503
    assert http.get("/v1/iot/active_air_raid_alerts_by_oblast.json").status_code == 503


def test_one_stale_oblast_silences_a_list_unless_a_fresh_alarm_stands_elsewhere_r34(app, http):
    app.blind = {LVIV_OBLAST: "STALE"}
    assert http.get("/v1/alerts/active.json").status_code == 503
    assert http.get("/v1/iot/active_air_raid_alerts/31.json").json() == "N"
    app.raise_(KYIV)
    assert [a["location_uid"] for a in http.get("/v1/alerts/active.json").json()["alerts"]] == ["31"]
    by_oblast = http.get("/v1/iot/active_air_raid_alerts_by_oblast.json").json()
    assert (by_oblast[9], by_oblast[13]) == ("A", " ")
    string = http.get("/v1/iot/active_air_raid_alerts.json").json()
    assert (string[31], string[27], string[90]) == ("A", " ", " ")


def test_an_all_clear_that_is_contradicted_is_held_until_it_is_confirmed_r32(app, http):
    alert = app.raise_(KYIV)
    ended = app.contradict(alert)
    app.passes(minutes=1)
    (held,) = http.get("/v1/alerts/active.json").json()["alerts"]
    assert (held["location_uid"], held["finished_at"]) == ("31", None)
    assert held["notes"]
    assert http.get("/v1/iot/active_air_raid_alerts/31.json").json() == "A"
    assert http.get("/api/v3/alerts/31").json()[0]["activeAlerts"]
    app.confirm(ended)
    assert http.get("/v1/alerts/active.json").json()["alerts"] == []
    assert http.get("/v1/iot/active_air_raid_alerts/31.json").json() == "N"
    (past,) = [
        a for a in http.get("/v1/regions/31/alerts/day_ago.json").json()["alerts"] if a["id"] == held["id"]
    ]
    assert past["finished_at"] is not None


def test_an_alarm_raised_anew_takes_the_place_of_the_doubted_one_r32(app, http):
    app.contradict(app.raise_(KYIV))
    app.passes(minutes=1)
    del app.blind[KYIV]
    new = app.raise_(KYIV)
    assert len(http.get("/v1/alerts/active.json").json()["alerts"]) == 1
    app.clear(new)
    assert http.get("/v1/alerts/active.json").json()["alerts"] == []


def test_a_list_is_answered_when_all_that_is_not_known_is_held_r34(app, http):
    app.raise_(LVIV_OBLAST)
    app.blind = {LVIV_OBLAST: "STALE"}
    assert http.get("/v1/iot/active_air_raid_alerts_by_oblast.json").json()[13] == "A"
    assert http.get("/api/v3/alerts").json()[0]["regionId"] == "27"


# --- ukrainealarm and siren.pp.ua -----------------------------------------------


def test_home_assistants_client_reads_an_alarm_and_its_end(app):
    assert siren("get_alerts", "31")[0]["activeAlerts"] == []
    before = siren("get_last_alert_index")["lastActionIndex"]
    alert = app.raise_(KYIV, level="yellow")
    (record,) = siren("get_alerts", "31")
    assert set(record) == {
        "regionId",
        "regionType",
        "regionName",
        "regionEngName",
        "lastUpdate",
        "activeAlerts",
    }
    (active,) = record["activeAlerts"]
    assert (active["regionId"], active["regionType"], active["type"]) == ("31", "State", "AIR")
    assert ALARM_TIME.fullmatch(active["lastUpdate"])
    assert active["activeAlertLevels"][0]["alertLevel"] == "Yellow"
    during = siren("get_last_alert_index")["lastActionIndex"]
    app.clear(alert)
    after = siren("get_last_alert_index")["lastActionIndex"]
    assert before < during < after
    assert 6.3e17 < after < 2**63
    assert siren("get_alerts", "31")[0]["activeAlerts"] == []


def test_the_tree_of_regions_holds_every_state_and_district(app):
    tree = siren("get_regions")["states"]
    assert all(set(s) == {"regionId", "regionName", "regionType", "regionChildIds"} for s in tree)
    assert len(tree) == 29
    assert {s["regionType"] for s in tree} == {"State"}
    assert {s["regionId"] for s in tree} >= {"0", "31", "1293", "564", "9999"}
    districts = [d for s in tree for d in s["regionChildIds"]]
    assert len(districts) == 122
    assert {d["regionType"] for d in districts} == {"District"}
    assert next(s for s in tree if s["regionId"] == "14")["regionName"] == "Київська область"


def test_a_district_carries_its_states_alarm(app):
    app.raise_(KYIV_OBLAST)
    records = {r["regionId"]: r for r in siren("get_alerts")}
    assert [a["regionId"] for a in records["75"]["activeAlerts"]] == ["14"]
    assert records["75"]["regionType"] == "District"
    assert "27" not in records
    assert siren("get_alerts", "75")[0]["activeAlerts"][0]["regionType"] == "State"


def test_a_state_is_not_calm_while_one_of_its_districts_is_alarmed_r16(app):
    app.raise_(app.world.places.by_dialect_id(UKRAINEALARM, "75"))
    (record,) = siren("get_alerts", "14")
    assert [(a["regionId"], a["regionType"]) for a in record["activeAlerts"]] == [("75", "District")]
    assert siren("get_alerts", "31")[0]["activeAlerts"] == []


def test_no_alarm_of_an_area_without_a_number_is_lost(app, http):
    places = app.world.places
    raion = places.by_dialect_id(UKRAINEALARM, "47")
    hromada = next(c for c in places.children(raion) if places.dialect_id(UKRAINEALARM, c) is None)
    app.raise_(hromada, kind="artillery")
    (listed,) = http.get("/v1/alerts/active.json").json()["alerts"]
    assert (listed["location_uid"], listed["location_type"], listed["location_raion"]) == (
        "",
        "hromada",
        "Нікопольський район",
    )
    (record,) = http.get("/api/v3/alerts").json()
    assert (record["regionId"], record["activeAlerts"][0]["type"]) == ("47", "ARTILLERY")
    assert http.get("/api/v3/alerts/9").json()[0]["activeAlerts"] == [], (
        "other types are not carried further up"
    )
    app.raise_(hromada)
    assert {r["regionId"] for r in http.get("/api/v3/alerts").json()} == {"9", "47"}
    assert http.get("/v1/iot/active_air_raid_alerts/47.json").json() == "P"


AREAS = st.sampled_from(["14", "75", "76", "22", "124", "1293", "31", "27", "90", "16"])
BLIND = st.sampled_from(["STALE", "UNKNOWN", "NOT_COVERED"])


@given(
    alarmed=st.dictionaries(AREAS, st.sampled_from(["red", "yellow", None]), max_size=4),
    blind=st.dictionaries(AREAS, BLIND, max_size=4),
)
@settings(deadline=None, max_examples=150)
def test_whatever_stands_and_whatever_is_blind_nothing_unknown_is_told_as_calm(alarmed, blind):
    """R16, R34 against a plain reading of them: lit from above, lit from below, else known, else nothing."""
    app = StandIn()
    places = app.world.places
    code_of = {
        uid: places.by_dialect_id(ALERTS_IN_UA, uid)
        for uid in (*alarmed, *blind, "14", "75", "31", "27", "90")
    }
    for uid, level in alarmed.items():
        app.raise_(code_of[uid], level=level)
    app.blind = {code_of[uid]: word for uid, word in blind.items()}
    moment = dialects.Outlook(app, ALERTS_IN_UA).moment()
    lit = {code_of[uid] for uid in alarmed}
    string = json.loads(dialects.alerts_in_ua.iot_string(moment, 1))
    for uid, code in code_of.items():
        above = any(places.covers(each, code) for each in lit)
        below = any(places.covers(code, each) for each in lit)
        known = not any(places.covers(each, code) for each in app.blind)
        wanted = {"A"} if above else {"P", "A"} if below else {"N"} if known else {" "}
        assert string[int(uid)] in wanted, (uid, string[int(uid)])
        assert moment.answers_for(code) == (above or below or known)
    unknown = [
        c
        for c in places.first_level()
        if not moment.is_known(c) and not any(places.covers(e, c) for e in lit)
    ]
    fresh = any(moment.is_known(c) for c in lit)
    assert moment.answers_for_all() == (not unknown or fresh)


def test_histories_have_every_key(app, http):
    first = app.raise_(KYIV)
    app.passes(minutes=72, seconds=23)
    app.clear(first)
    standing = app.raise_(KYIV, kind="chemical")
    app.passes(days=1, minutes=1)
    ((entry),) = http.get("/api/v3/alerts/regionHistory?regionId=31").json()
    assert (entry["regionId"], entry["regionName"]) == ("31", "м. Київ")
    now, before = entry["alarms"][:2]
    assert set(now) == {
        "regionId",
        "startDate",
        "endDate",
        "duration",
        "alertType",
        "regionName",
        "isContinue",
    }
    assert (now["isContinue"], now["alertType"], now["duration"]) == (True, "CHEMICAL", "1.00:01:00")
    assert (before["isContinue"], before["duration"]) == (False, "01:12:23")
    assert all(ALARM_TIME.fullmatch(before[key]) for key in ("startDate", "endDate"))
    day = f"{standing.valid.start:%Y%m%d}"
    assert [a["alertType"] for a in http.get(f"/api/v3/alerts/dateHistory?date={day}").json()][:2] == [
        "CHEMICAL",
        "AIR",
    ]
    for wrong in ("", "2026", "20261399", "abcdefgh"):
        assert http.get(f"/api/v3/alerts/dateHistory?date={wrong}").status_code == 400
    assert http.get("/api/v3/alerts/regionHistory").status_code == 400


def test_a_webhook_is_registered_replaced_and_removed(app, http):
    path, url = "/api/v3/webhook", {"webHookUrl": "https://hooks.example/alarm"}
    assert http.request("DELETE", path, json=url).status_code == 404
    assert http.post(path, json=url).status_code == 200
    assert http.post(path, json={"webHookUrl": "https://other.example/"}).status_code == 400
    assert http.patch(path, json={"webHookUrl": "https://other.example/"}).status_code == 200
    assert http.request("DELETE", path, json={"webHookUrl": "https://other.example/"}).status_code == 200
    assert http.patch(path, json=url).status_code == 404
    for wrong in (
        b"",
        b"[]",
        b"{}",
        b'{"webHookUrl": 5}',
        b'{"webHookUrl": "ftp://x/"}',
        b'{"webHookUrl": "http://u:p@x/"}',
    ):
        assert http.post(path, content=wrong).status_code == 400
    assert http.get(path).status_code == 405
    assert http.post(path, content=b'{"webHookUrl": "' + b"a" * 1_000_000 + b'"}').status_code == 400


@pytest.mark.parametrize(
    ("flag", "path", "word"), [("exercise", "/exercise", "НАВЧАННЯ"), ("demo", "", "ДЕМОНСТРАЦІЯ")]
)
def test_what_is_not_real_says_so_and_an_exercise_has_addresses_of_its_own_r2(flag, path, word):
    app = StandIn()
    app.settings = type("Conf", (), {"exercise": flag == "exercise", "demo": flag == "demo"})()
    app.raise_(KYIV)
    with serving(dialects.routes(app, NATIVE)) as base, httpx.Client(base_url=base) as http:
        assert http.get(path + "/v1/alerts/active.json").json()["disclaimer"].startswith(word)
        assert http.get(path + "/api/v3/alerts").status_code == 200
        if path:
            assert http.get("/v1/alerts/active.json").status_code == 404
            assert http.get("/api/v3/alerts").status_code == 404


def test_ids_survive_a_restart(app):
    app.raise_(KYIV)
    fresh = dialects.Outlook(app, ALERTS_IN_UA).moment()
    old = dialects.Outlook(app, ALERTS_IN_UA).moment()
    assert dialects.alerts_in_ua.active_alerts(fresh) == dialects.alerts_in_ua.active_alerts(old)
    assert fresh.chronicle.last_action == old.chronicle.last_action


def test_the_past_is_forgotten_after_its_longest_period(app):
    app.clear(app.raise_(KYIV))
    app.passes(days=40)
    app.clear(app.raise_(KYIV))
    spells = list(dialects.Outlook(app, ALERTS_IN_UA).moment().chronicle.spells())
    assert all(s.finished_at > app.now - timedelta(days=35) for s in spells)
    assert spells


def test_the_versions_of_the_clients_are_those_that_were_asked_for():
    from importlib.metadata import version

    assert (version("alerts-in-ua"), version("uasiren")) == ("0.4.0", "0.0.1")
    assert alerts_in_ua.__name__ == "alerts_in_ua"
    assert isinstance(START, datetime)
