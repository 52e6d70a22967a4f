"""Alarm services polled over real HTTP: recorded, late, frozen, cut off and broken bodies of our own making."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.responses import Response
from starlette.routing import Route

from dialect_world import KYIV, KYIV_OBLAST, LVIV_OBLAST, START, StandIn, gazetteer, serving
from tocsin.outlets import dialects
from tocsin.sources.alarm_snapshots import (
    SnapshotFold,
    parse_alerts_in_ua,
    parse_date_history,
    parse_region_history,
    parse_ukrainealarm,
)
from tocsin.sources.alarms import alarm_feed

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def stamp(at):
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def row(uid="31", title="м. Київ", *, started=NOW, kind="air_raid", level="red", finished=None):
    return {
        "id": 7, "location_title": title, "location_title_en": "", "location_type": "oblast",
        "started_at": stamp(started), "finished_at": finished and stamp(finished), "updated_at": stamp(started),
        "alert_type": kind, "location_uid": uid, "location_oblast": title, "location_oblast_uid": uid,
        "location_raion": None, "notes": None, "calculated": False, "country": "UA", "alert_level": level, "threats": [],
    }  # fmt: skip


def envelope(*rows, at=NOW, kind="full"):
    meta = {"last_updated_at": f"{at:%Y/%m/%d %H:%M:%S} +0000", "type": kind}
    return json.dumps({"alerts": list(rows), "meta": meta, "disclaimer": "."}).encode()


class Upstream:
    """A real HTTP server that plays what it was given: a body, a status, or a broken connection, by path."""

    def __init__(self):
        self.plays: dict[str, object] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def answer(self, request):
        path = request.url.path
        self.asked.append((path, dict(request.headers)))
        play = self.plays.get(path, (404, b"{}", {}))
        if isinstance(play, bytes):
            play = (200, play, {})
        status, body, headers = play
        if (
            headers.get("Last-Modified")
            and request.headers.get("if-modified-since") == headers["Last-Modified"]
        ):
            return Response(status_code=304, headers=headers)
        return Response(body, status, headers, media_type="application/json")


@pytest.fixture
def upstream():
    play = Upstream()
    with serving([Route("/{path:path}", play.answer)]) as base:
        play.base = base
        yield play


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now

    def passes(self, **length):
        self.now += timedelta(**length)


def polls(upstream, dialect="alerts.in.ua", every=None, **kept):
    clock = Clock()
    feed = alarm_feed(
        dialect,
        source="sirens",
        url=upstream.base,
        token="t" * 16,
        places=gazetteer(),
        clock=clock,
        every=every,
        **kept,
    )
    return feed, clock


def poll(feed):
    """One step; each runs on a loop of its own, so the client is made anew."""

    async def go():
        feed._client = httpx.AsyncClient(timeout=5)
        said = []

        async def submit(reports):
            said.extend(reports)

        await feed.step(submit)
        await feed._client.aclose()
        return said

    return asyncio.run(go())


ACTIVE = "/v1/alerts/active.json"


def kinds(reports):
    return [json.loads(r.structured)["kind"] for r in reports]


# --- alerts.in.ua -----------------------------------------------------------------


def test_a_listed_alarm_is_reported_with_its_own_start(upstream):
    feed, clock = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row(started=NOW - timedelta(minutes=3)))
    (report,) = poll(feed)
    assert report.text == "Повітряна тривога в м. Київ."
    assert (report.stated_at, report.retrieved_at) == (NOW - timedelta(minutes=3), clock.now)
    told = json.loads(report.structured)
    assert (told["kind"], told["area"], told["alarm_type"], told["level"]) == (
        "alarm",
        KYIV,
        "air-raid",
        "red",
    )
    assert upstream.asked[0][1]["authorization"] == "Bearer " + "t" * 16
    assert poll(feed) == [], "the same list again is no news"


def test_the_same_alarm_read_after_a_restart_is_the_same_report(upstream):
    upstream.plays[ACTIVE] = envelope(row())
    assert poll(polls(upstream)[0]) == poll(polls(upstream)[0])


def test_one_id_never_has_two_texts(upstream):
    texts = {}
    for threats in ([], ["drones"], ["drones", "ballistic_missiles"], []):
        feed, _ = polls(upstream)
        upstream.plays[ACTIVE] = envelope(row() | {"threats": [{"threat_type": kind} for kind in threats]})
        (report,) = poll(feed)
        assert texts.setdefault(report.id, report.text) == report.text
    assert len(texts) == 3


def test_an_end_needs_two_complete_lists_r35(upstream):
    feed, clock = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row(), row("27", "Львівська область"))
    assert kinds(poll(feed)) == ["alarm", "alarm"]
    clock.passes(seconds=10)
    upstream.plays[ACTIVE] = envelope(row(), at=clock.now)
    assert "alarm-over" not in kinds(poll(feed))
    assert feed._pause < feed.every, "the second look comes soon"
    clock.passes(seconds=3)
    upstream.plays[ACTIVE] = envelope(row(), at=clock.now)
    (over,) = poll(feed)
    assert over.text == "Відбій повітряної тривоги в Львівська область."
    assert over.stated_at == clock.now - timedelta(seconds=3), "it ended when it was first absent"


def test_an_alarm_that_comes_back_on_the_second_look_never_ended_r35(upstream):
    feed, clock = polls(upstream)
    both = (row(), row("27", "Львівська область"))
    for rows in (both, both[:1], both, both[:1], both):
        upstream.plays[ACTIVE] = envelope(*rows, at=clock.now)
        assert "alarm-over" not in kinds(poll(feed))
        clock.passes(seconds=10)


def test_the_second_look_is_never_answered_from_a_cache_r35(upstream):
    feed, clock = polls(upstream)
    dated = {"Last-Modified": "Fri, 20 Nov 2026 05:00:00 GMT"}
    upstream.plays[ACTIVE] = (200, envelope(row(), row("27", "Львівська область")), dated)
    poll(feed)
    later = {"Last-Modified": "Fri, 20 Nov 2026 05:00:10 GMT"}
    clock.passes(seconds=10)
    upstream.plays[ACTIVE] = (200, envelope(row(), at=clock.now), later)
    poll(feed)
    assert upstream.asked[-1][1]["if-modified-since"] == dated["Last-Modified"]
    clock.passes(seconds=3)
    assert kinds(poll(feed)) == ["alarm-over"]
    assert "if-modified-since" not in upstream.asked[-1][1]


BROKEN = {
    "empty body": b"",
    "cut off": envelope(row(), row("27", "Львівська область"))[:-40],
    "no json": b"<html>maintenance</html>",
    "a list": b"[]",
    "null": b"null",
    "no alerts": b'{"meta": {"last_updated_at": "2026/11/20 05:00:00 +0000", "type": "full"}}',
    "no meta": b'{"alerts": []}',
    "not full": envelope(kind="diff"),
    "no time": b'{"alerts": [], "meta": {"last_updated_at": "now", "type": "full"}}',
    "empty list": envelope(at=NOW + timedelta(seconds=10)),
    "wrong rows": b'{"alerts": [5, {}], "meta": {"last_updated_at": "2026/11/20 05:00:10 +0000", "type": "full"}}',
    "deep": b"[" * 100_000,
    "not utf-8": b'{"alerts": ["\xff\xfe"]}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_or_empty_list_ends_nothing_and_is_no_news_r35(upstream, name):
    feed, clock = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row())
    poll(feed)
    upstream.plays[ACTIVE] = BROKEN[name]
    for _ in range(5):
        clock.passes(seconds=10)
        assert poll(feed) == [], "no end, and no word that anybody was heard: the area goes stale"
    assert feed.fold.standing
    clock.passes(seconds=10)
    upstream.plays[ACTIVE] = envelope(row(), at=clock.now)
    assert kinds(poll(feed)) == ["heard"]


def test_a_row_that_cannot_be_read_keeps_its_neighbours_alarm_and_ends_nothing_r35(upstream):
    feed, _ = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row())
    poll(feed)
    upstream.plays[ACTIVE] = envelope({"id": 1}, row("27", "Львівська область"))
    (report,) = poll(feed)
    assert json.loads(report.structured)["area"] == LVIV_OBLAST
    assert len(feed.fold.standing) == 2


def test_a_frozen_body_is_no_news_and_a_moving_one_is_r10(upstream):
    feed, clock = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row())
    poll(feed)
    for _ in range(3):
        clock.passes(seconds=10)
        assert poll(feed) == []
    upstream.plays[ACTIVE] = envelope(row(), at=clock.now)
    (heard,) = poll(feed)
    assert (kinds([heard]), heard.stated_at) == (["heard"], clock.now)


def test_a_quiet_list_is_as_new_as_its_last_modified_says_r10(upstream):
    feed, clock = polls(upstream)
    when = "Fri, 20 Nov 2026 05:%02d:00 GMT"
    upstream.plays[ACTIVE] = (200, envelope(row()), {"Last-Modified": when % 0})
    poll(feed)
    clock.passes(seconds=180)
    assert poll(feed) == [], "304: nothing has moved"
    upstream.plays[ACTIVE] = (200, envelope(row()), {"Last-Modified": when % 2})
    (heard,) = poll(feed)
    assert (kinds([heard]), heard.stated_at.minute) == (["heard"], 2)
    # A header that is no time, or lies ahead of our clock, makes nothing new.
    for header in ("yesterday", "Fri, 20 Nov 2026 09:00:00 GMT", ""):
        upstream.plays[ACTIVE] = (200, envelope(row()), {"Last-Modified": header})
        assert poll(feed) == []


def test_conditional_requests_are_made_with_the_words_that_were_sent(upstream):
    feed, _ = polls(upstream)
    upstream.plays[ACTIVE] = (200, envelope(row()), {"Last-Modified": "Fri, 20 Nov 2026 05:00:00 GMT"})
    poll(feed)
    assert poll(feed) == []
    assert upstream.asked[-1][1]["if-modified-since"] == "Fri, 20 Nov 2026 05:00:00 GMT"
    assert feed.health()["ok"]


@pytest.mark.parametrize(
    ("play", "least"),
    [
        ((429, b'{"message": "slow"}', {}), 60),
        ((429, b"", {"Retry-After": "120"}), 120),
        ((401, b"", {}), 60),
        ((401, b'{"message": "no"}', {}), 300),
        ((403, b'{"message": "no"}', {}), 300),
        ((500, b"", {}), 2),
        ((503, b"", {}), 2),
        ((302, b"", {"Location": "http://169.254.169.254/"}), 2),
    ],
)
def test_a_refusal_makes_a_longer_pause_and_no_report(upstream, play, least):
    feed, _ = polls(upstream)
    upstream.plays[ACTIVE] = play
    assert poll(feed) == []
    assert feed._pause >= least
    assert not feed.health()["ok"]
    assert len(upstream.asked) == 1, "nothing is followed and nothing asked twice"
    upstream.plays[ACTIVE] = envelope(row())
    assert kinds(poll(feed)) == ["alarm"]
    assert feed.health()["ok"]


def test_an_upstream_that_is_away_is_asked_less_and_less_often():
    class Nobody:
        base = "http://127.0.0.1:9"

    feed, _ = polls(Nobody())
    pauses = []
    for _ in range(8):
        assert poll(feed) == []
        pauses.append(feed._pause)
    assert pauses == sorted(pauses)
    assert pauses[-1] == 60


def test_unknown_types_levels_and_areas_degrade_and_are_told_r17(upstream):
    feed, _ = polls(upstream)
    upstream.plays[ACTIVE] = envelope(
        row(kind="meteor_shower"),
        row("27", "Львівська область", level="ultraviolet"),
        row("99999", "Нова громада"),
    )
    reports = poll(feed)
    told = {json.loads(r.structured)["area"]: json.loads(r.structured) for r in reports}
    assert told[KYIV]["alarm_type"] == "air-raid"
    assert told[LVIV_OBLAST]["level"] is None
    assert told[None]["kind"] == "alarm"
    assert "Повітряна тривога в Нова громада." in [r.text for r in reports]
    assert len(feed.problems) == 3


def test_a_change_of_level_is_told_as_the_same_alarm(upstream):
    feed, clock = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row(level="yellow"))
    poll(feed)
    clock.passes(seconds=10)
    upstream.plays[ACTIVE] = envelope(row(level="red"), at=clock.now)
    (report,) = poll(feed)
    told = json.loads(report.structured)
    assert (told["kind"], told["level"], told["started_at"]) == ("alarm", "red", "2026-11-20T05:00:00Z")


def test_what_the_service_says_is_coming_is_said_in_words_and_yellow_means_drones(upstream):
    feed, clock = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row(level="yellow"))
    assert [r.text for r in poll(feed)] == ["Повітряна тривога в м. Київ. м. Київ: загроза ударних БпЛА."]
    clock.passes(seconds=10)
    named = [{"threat_type": kind} for kind in ("ballistic_missiles", "drones", "mig31k_departure", 5)]
    upstream.plays[ACTIVE] = envelope(row(level="red") | {"threats": [*named, None]}, at=clock.now)
    (report,) = poll(feed)
    assert report.text == "Повітряна тривога в м. Київ. м. Київ: загроза балістики, загроза ударних БпЛА."
    assert json.loads(report.structured)["threats"] == ["ballistic_missiles", "drones", "mig31k_departure"]
    clock.passes(seconds=10)
    upstream.plays[ACTIVE] = envelope(row(level="red") | {"threats": []}, at=clock.now)
    assert kinds(poll(feed)) == ["heard"], "a threat that is named no longer is no news of the alarm"


def test_an_alarm_that_ended_and_began_again_between_two_lists_is_two_alarms_r11(upstream):
    feed, clock = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row())
    poll(feed)
    clock.passes(minutes=5)
    upstream.plays[ACTIVE] = envelope(row(started=NOW + timedelta(minutes=4)), at=clock.now)
    assert kinds(poll(feed)) == ["alarm-over", "alarm"]


def test_a_short_alarm_between_two_lists_is_found_in_the_history_r11(upstream):
    feed, clock = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row("27", "Львівська область"))
    poll(feed)
    short = row(
        "14", "Київська область", started=NOW + timedelta(seconds=2), finished=NOW + timedelta(seconds=7)
    )
    for uid in range(3, 32):
        upstream.plays[f"/v1/regions/{uid}/alerts/week_ago.json"] = envelope(*([short] if uid == 14 else []))
    said = []
    for _ in range(30):
        clock.passes(seconds=31)
        upstream.plays[ACTIVE] = envelope(row("27", "Львівська область"), at=NOW + timedelta(seconds=9))
        said += poll(feed)
    pair = [r for r in said if json.loads(r.structured)["kind"] != "heard"]
    assert kinds(pair) == ["alarm", "alarm-over"], "both, once each"
    assert {json.loads(r.structured)["area"] for r in pair} == {KYIV_OBLAST}
    assert [r.stated_at for r in pair] == [NOW + timedelta(seconds=2), NOW + timedelta(seconds=7)]
    asked = [path for path, _ in upstream.asked if "regions" in path]
    assert len(asked) <= 27, "each region once, at most two a minute"


def test_a_list_that_is_truly_empty_is_believed_when_the_history_says_so_r35(upstream):
    feed, clock = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row())
    poll(feed)
    clock.passes(minutes=1)
    upstream.plays[ACTIVE] = envelope(at=clock.now)
    ended = row(finished=NOW + timedelta(seconds=50))
    upstream.plays["/v1/regions/31/alerts/week_ago.json"] = envelope(ended)
    (over,) = poll(feed)
    assert (kinds([over]), over.stated_at) == (["alarm-over"], NOW + timedelta(seconds=50))
    clock.passes(seconds=10)
    upstream.plays[ACTIVE] = envelope(at=clock.now)
    assert kinds(poll(feed)) == ["heard"]


def test_reports_wait_when_the_journal_is_in_trouble(upstream):
    feed, _ = polls(upstream)
    upstream.plays[ACTIVE] = envelope(row())

    async def go():
        feed._client = httpx.AsyncClient(timeout=5)

        async def full(reports):
            raise OSError("no space left")

        await feed.step(full)
        assert feed.health()["waiting"] == 1
        said = []

        async def submit(reports):
            said.extend(reports)

        await feed.step(submit)
        await feed._client.aclose()
        return said

    assert kinds(asyncio.run(go())) == ["alarm"]


def test_a_list_longer_than_any_list_is_refused(upstream, monkeypatch):
    monkeypatch.setattr("tocsin.sources.alarms.MAX_BODY", 1000)
    feed, _ = polls(upstream)
    upstream.plays[ACTIVE] = b" " * 5000
    assert poll(feed) == []
    assert "longer" in feed.last_error


# --- ukrainealarm -----------------------------------------------------------------


def record(region="31", *, kind="AIR", at=NOW, level="Red", inherited=None, name="м. Київ"):
    active = {"regionId": inherited or region, "regionType": "State", "type": kind, "lastUpdate": stamp(at)}
    if level is not None:
        active["activeAlertLevels"] = [{"alertLevel": level, "reason": ".", "createdAt": stamp(at)}]
    return {
        "regionId": region, "regionType": "State", "regionName": name, "regionEngName": "",
        "lastUpdate": stamp(at), "activeAlerts": [active],
    }  # fmt: skip


def test_inherited_alarms_are_taken_once_under_the_region_that_they_name(upstream):
    feed, _ = polls(upstream, "ukrainealarm")
    oblast = record("14", name="Київська область")
    upstream.plays["/api/v3/alerts"] = json.dumps(
        [oblast, record("75", inherited="14", name="Бучанський район")]
    ).encode()
    (report,) = poll(feed)
    assert json.loads(report.structured)["area"] == KYIV_OBLAST
    assert report.text == "Повітряна тривога в Київська область."
    assert upstream.asked[0][1]["authorization"] == "t" * 16


def test_a_counter_that_moved_without_a_visible_change_is_looked_up_r11(upstream):
    feed, clock = polls(upstream, "ukrainealarm", every=3.0)
    ticks = 639_000_000_000_000_000
    upstream.plays["/api/v3/alerts/status"] = json.dumps({"lastActionIndex": ticks}).encode()
    upstream.plays["/api/v3/alerts"] = json.dumps([record("27", name="Львівська область")]).encode()
    poll(feed)
    assert poll(feed) == []
    assert [p for p, _ in upstream.asked].count("/api/v3/alerts") == 1, (
        "the list is asked only when the counter moved"
    )
    clock.passes(seconds=30)
    upstream.plays["/api/v3/alerts/status"] = json.dumps({"lastActionIndex": ticks + 90_000_000}).encode()
    past = {
        "regionId": "31", "regionName": "м. Київ", "startDate": stamp(NOW + timedelta(seconds=5)),
        "endDate": stamp(NOW + timedelta(seconds=10)), "duration": "00:00:05", "alertType": "AIR", "isContinue": False,
    }  # fmt: skip
    going_on = {**past, "regionId": "27", "isContinue": True}
    upstream.plays["/api/v3/alerts/dateHistory"] = json.dumps([past, going_on]).encode()
    said = [r for r in poll(feed) if kinds([r]) != ["heard"]]
    assert kinds(said) == ["alarm", "alarm-over"]
    assert {json.loads(r.structured)["area"] for r in said} == {KYIV}


def test_a_time_that_was_touched_is_no_new_alarm(upstream):
    feed, clock = polls(upstream, "ukrainealarm")
    upstream.plays["/api/v3/alerts"] = json.dumps([record()]).encode()
    poll(feed)
    clock.passes(seconds=22)
    upstream.plays["/api/v3/alerts"] = json.dumps([record(at=clock.now)]).encode()
    assert kinds(poll(feed)) == ["heard"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b'[{"regionId": "31"}]', b"[]", b"[null]"])
def test_a_broken_answer_ends_nothing_r35(upstream, body):
    feed, clock = polls(upstream, "ukrainealarm")
    upstream.plays["/api/v3/alerts"] = json.dumps([record()]).encode()
    poll(feed)
    upstream.plays["/api/v3/alerts"] = body
    for _ in range(4):
        clock.passes(seconds=22)
        assert poll(feed) == []
    assert feed.fold.standing


def test_messages_that_are_no_alarms_raise_nothing(upstream):
    feed, _ = polls(upstream, "ukrainealarm")
    upstream.plays["/api/v3/alerts"] = json.dumps([record(kind="INFO"), record(kind="CUSTOM")]).encode()
    assert "alarm" not in kinds(poll(feed))


# --- both -------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["alerts.in.ua", "ukrainealarm"])
def test_our_own_dialects_are_read_back_as_they_were_meant(dialect):
    app = StandIn()
    with serving(dialects.routes(app, dialects.NATIVE)) as base:

        class Ours:
            pass

        Ours.base = base
        feed, clock = polls(Ours, dialect)
        clock.now = app.now = NOW
        kyiv = app.raise_(KYIV, level="yellow")
        app.raise_(KYIV_OBLAST, kind="artillery")
        said = poll(feed)
        told = {(json.loads(r.structured)["area"], json.loads(r.structured)["alarm_type"]) for r in said}
        assert told == {(KYIV, "air-raid"), (KYIV_OBLAST, "artillery")}
        app.passes(minutes=1)
        clock.now = app.now
        app.clear(kyiv)
        poll(feed)
        app.passes(seconds=5)
        clock.now = app.now
        assert kinds(poll(feed)) == ["alarm-over"]


@pytest.mark.parametrize(
    "parse", [parse_alerts_in_ua, parse_ukrainealarm, parse_region_history, parse_date_history]
)
def test_no_cut_and_no_flipped_byte_makes_a_parser_raise(parse):
    whole = (
        envelope(row(), row("27", "Львівська область"))
        if "ua" in parse.__name__[-2:]
        else json.dumps([record()]).encode()
    )
    for at in range(0, len(whole), 7):
        parse(whole[:at], gazetteer())
        parse(whole[:at] + b"\xff" + whole[at + 1 :], gazetteer())
        parse(whole[:at] + b"null" + whole[at + 1 :], gazetteer())


def test_what_stood_before_a_restart_ends_when_it_is_gone_r35():
    before = SnapshotFold("sirens")
    whole, _ = parse_alerts_in_ua(envelope(row(), row("27", "Львівська область")), gazetteer())
    before.absorb(whole, NOW)
    after = SnapshotFold("sirens", before.standing)
    gone, _ = parse_alerts_in_ua(envelope(row(), at=START + timedelta(hours=1)), gazetteer())
    after.absorb(gone, NOW + timedelta(minutes=1))
    (over,) = after.absorb(gone, NOW + timedelta(minutes=2))
    assert json.loads(over.structured)["area"] == LVIV_OBLAST
