"""What is promised over HTTP, on a real server (docs/http.md)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from served import ALARM, CLEAR, KYIV, Reader, Served, serving
from tocsin.app import wall_clock
from tocsin.codec import instant


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("open"), max_body=200_000) as running:
        running.post({"id": "first", "source": "city-alarm", "text": ALARM})
        yield running


def problem(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert told["where"]
    assert told["what"]
    assert told["remedy"]
    assert "Traceback" not in answer.text
    return told


# --- reports come in ----------------------------------------------------------


def test_a_report_is_accepted_once_and_keeps_its_number(server: Served) -> None:
    report = {"id": "once", "source": "channel", "text": "Гучно"}
    first, again = server.post(report), server.post(report)
    assert first.status_code == again.status_code == 202
    assert first.json()["accepted"] == again.json()["accepted"]
    assert first.json()["accepted"][0]["id"] == "once"
    assert first.json()["problems"] == []


def test_the_same_id_with_another_text_is_409_unless_it_replaces(server: Served) -> None:
    server.post({"id": "edit", "source": "channel", "text": "Гучно"})
    told = problem(server.post({"id": "edit", "source": "channel", "text": "Тихо"}), 409)
    assert "replaces" in told["remedy"]
    assert told["accepted"] == []
    edited = server.post({"id": "edit", "source": "channel", "text": "Тихо", "replaces": "edit"})
    assert edited.status_code == 202


def test_a_deletion_is_recorded(server: Served) -> None:
    server.post({"id": "gone", "source": "channel", "text": "Гучно"})
    deleted = server.post({"deletes": "gone", "source": "channel"})
    assert deleted.status_code == 202
    assert server.post({"deletes": "gone", "source": "channel"}).json() == deleted.json()


def test_one_bad_report_in_a_list_loses_no_neighbour(server: Served) -> None:
    answer = server.post(
        [
            {"id": "l1", "source": "channel", "text": "Гучно"},
            {"id": "l2", "source": "channel", "text": ""},
            {"id": "once", "source": "channel", "text": "Геть інше"},
            {"id": "l3", "source": "channel", "text": "Гучно", "stated_at": "2050-01-01T00:00:00Z"},
            {"id": "l4", "source": "channel", "text": "Гучно"},
        ]
    )
    assert answer.status_code == 202
    assert [one["id"] for one in answer.json()["accepted"]] == ["l1", "l4"]
    assert [one["index"] for one in answer.json()["problems"]] == [1, 2, 3]
    assert all(one["where"] and one["what"] and one["remedy"] for one in answer.json()["problems"])


@pytest.mark.parametrize(
    "report",
    [
        {"text": ""},
        {"text": " \n "},
        {"text": None},
        {"text": "\u202e" * 30 + "тривога"},
        {"text": "\x00\x01\x02\x03"},
        {"stated_at": "1970-01-01T00:00:00Z"},
        {"stated_at": "2050-01-01T00:00:00Z"},
        {"stated_at": "учора"},
        {"source": "tocsin"},
        {"source": 7.5},
        {"text": "x" * 150_000},
    ],
)
def test_what_cannot_be_taken_is_422_and_raises_nothing(server: Served, report: dict[str, Any]) -> None:
    before = server.get("/v1/alerts")["alerts"]
    told = problem(server.post({"id": "bad", "source": "city-alarm", "text": ALARM} | report), 422)
    assert told["accepted"] == []
    assert server.get("/v1/alerts")["alerts"] == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff\xfe{}", "application/json", 400),
        (b'{"source": "channel", "text": "\xd0"}', "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b'"text"', "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"x" * 300_000, "application/json", 413),
        (json.dumps([{"text": "a"}] * 1001).encode(), "application/json", 413),
    ],
)
def test_a_body_that_is_no_report_is_refused_by_its_kind(
    server: Served, body: bytes, kind: str, status: int
) -> None:
    problem(server.http.post("/v1/reports", content=body, headers={"content-type": kind}), status)


def test_ten_megabytes_are_refused_and_the_server_lives(server: Served) -> None:
    with httpx.Client(base_url=server.url, timeout=20) as client:
        try:
            answer = client.post(
                "/v1/reports", content=b" " * 10_000_000, headers={"content-type": "application/json"}
            )
            problem(answer, 413)
        except httpx.WriteError:
            pass  # it may hang up while we still send
    assert server.get("/healthz")["status"] == "ok"


def test_a_source_that_nobody_knows_is_read_and_raises_nothing(server: Served) -> None:
    answer = server.post({"id": "u1", "source": "who-is-this", "text": "Повітряна тривога у Львові"})
    assert answer.status_code == 202
    assert "reliability F" in answer.json()["problems"][0]["what"]
    assert all(alert["area"]["code"] == KYIV for alert in server.get("/v1/alerts")["alerts"])


@pytest.mark.parametrize(
    "headers", [{"origin": "https://example.org"}, {"host": "rebound.example.org"}, {"origin": "null"}]
)
def test_a_foreign_page_can_make_no_browser_send_reports(server: Served, headers: dict[str, str]) -> None:
    problem(server.post({"source": "channel", "text": "Гучно"}, headers=headers), 403)
    problem(server.http.get("/v1/changes?view=desk", headers=headers), 403)
    assert server.http.get("/v1/changes", headers=headers).status_code == 200


def test_a_report_from_long_ago_is_kept_raises_nothing_and_its_sender_is_told(server: Served) -> None:
    old = {"id": "old", "source": "city-alarm", "text": CLEAR, "stated_at": "2019-05-01T10:00:00Z"}
    answer = server.post(old)
    assert answer.status_code == 202
    assert any("2019" in told["what"] and told["index"] == 0 for told in answer.json()["problems"])
    assert [alert["area"]["code"] for alert in server.get("/v1/alerts")["alerts"]] == [KYIV]


# --- what is answered ---------------------------------------------------------


def test_an_alarm_stands_with_its_age(server: Served) -> None:
    told = server.get("/v1/alerts")
    (alert,) = told["alerts"]
    assert alert["layer"] == "official"
    assert alert["area"]["code"] == KYIV
    assert alert["because"] == ["city-alarm:first#1"]
    assert told["known_at"] <= told["valid_until"]
    assert told["heard_at"]
    assert told["stale"] is False
    assert told["known_at"].endswith("Z")


@pytest.mark.parametrize("path", ["alerts", "picture", "incidents", "ledgers", "statements", "changes"])
def test_every_answer_about_the_present_tells_its_age(server: Served, path: str) -> None:
    told = server.get(f"/v1/{path}")
    assert {"known_at", "heard_at", "stale", "valid_until"} <= told.keys()


def test_an_alert_leads_to_the_words_that_said_it(server: Served) -> None:
    alert = server.get("/v1/alerts")["alerts"][0]
    told = server.get(f"/v1/alerts/{alert['id']}")
    assert told["alert"]["id"] == alert["id"]
    assert told["standing"] is True
    assert told["rule"]
    (evidence,) = told["evidence"]
    assert evidence["report"]["id"] == "first"
    assert evidence["report"]["source"] == "city-alarm"
    for quote in evidence["quotes"]:
        assert quote in ALARM
    assert [change["what"]["verb"] for change in told["changes"]] == ["raise"]
    problem(server.http.get("/v1/alerts/none"), 404)


def test_an_area_answers_to_its_code_and_to_the_dialects_numbers(server: Served) -> None:
    told = server.get(f"/v1/areas/{KYIV}")
    assert told["state"] == "ACTIVE"
    assert told["official"]
    assert {"level", "since", "last_state", "valid_until", "warnings"} <= told.keys()
    assert server.get("/v1/areas/31")["area"] == told["area"]
    problem(server.http.get("/v1/areas/99999"), 404)
    problem(server.http.get("/v1/areas/%2e%2e%2fetc"), 404)


@pytest.mark.parametrize("said", ["yesterday", "2024-12-20T06:40:00", "0001-01-01T00:00:00+14:00", "99999"])
@pytest.mark.parametrize("name", ["at", "known_at"])
def test_a_moment_that_is_none_is_400(server: Served, name: str, said: str) -> None:
    problem(server.http.get("/v1/picture", params={name: said}), 400)


def test_a_past_moment_shows_what_was_known_then(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        before = wall_clock()
        time.sleep(0.05)
        server.post({"id": "1", "source": "city-alarm", "text": ALARM})
        between = wall_clock()
        time.sleep(0.05)
        server.post({"id": "2", "source": "city-alarm", "text": CLEAR})
        assert server.get("/v1/picture")["alerts"] == []
        assert server.get("/v1/picture", params={"known_at": instant(before)})["alerts"] == []
        told = server.get("/v1/picture", params={"known_at": instant(between)})
        assert [alert["area"]["code"] for alert in told["alerts"]] == [KYIV]
        assert told["known_at"] == instant(between)
        assert server.get("/v1/alerts", params={"known_at": instant(between)})["alerts"] == told["alerts"]


def test_changes_come_by_number(server: Served) -> None:
    told = server.get("/v1/changes")
    numbers = [change["change"] for change in told["changes"]]
    assert numbers == list(range(1, told["last"] + 1))
    assert server.get("/v1/changes?after=1&limit=1")["changes"] == told["changes"][1:2]
    assert server.get(f"/v1/changes?after={10**12}")["changes"] == []
    for wrong in ("-1", "x", "1.5", "9" * 30):
        problem(server.http.get("/v1/changes", params={"after": wrong}), 400)


def test_health_and_measures(server: Served) -> None:
    health = server.get("/healthz")
    assert health["status"] == "ok"
    assert health["journal"]["notes"] == []
    assert "entries" in server.get("/healthz?view=desk")["journal"]
    text = server.http.get("/metrics?view=desk").text
    assert "tocsin_reports_total" in text
    assert "tocsin_published" in server.http.get("/metrics").text
    for line in text.splitlines():
        assert line.startswith("# TYPE ") or float(line.split()[1]) >= 0


def test_what_is_not_there_is_told_as_json(server: Served) -> None:
    problem(server.http.get("/v1/nothing"), 404)
    problem(server.http.get("/v1/reports"), 405)
    problem(server.http.delete("/v1/alerts"), 405)


def test_the_openapi_document_is_true_to_the_routes(server: Served) -> None:
    document = server.get("/v1/openapi.json")
    assert document["openapi"].startswith("3.1")
    for path, ways in document["paths"].items():
        for method in ways:
            filled = path.replace("{code}", KYIV).replace("{area}", KYIV).replace("{id}", "none")
            if path == "/v1/stream":
                with server.http.stream("GET", filled) as answer:
                    assert answer.headers["content-type"].startswith("text/event-stream")
                continue
            answer = server.http.request(method.upper(), filled)
            assert answer.status_code != 405, path
            assert str(answer.status_code) in ways[method]["responses"], (path, answer.text)
    routes = {
        "/v1/alerts",
        "/v1/areas/{code}",
        "/v1/picture",
        "/v1/incidents",
        "/v1/ledgers",
        "/v1/statements",
        "/v1/log",
        "/cap/feed.atom",
        "/cap/{id}.xml",
    }
    assert (
        routes | {"/v1/changes", "/v1/stream", "/v1/reports", "/healthz", "/metrics"}
        <= document["paths"].keys()
    )


# --- snapshots ----------------------------------------------------------------


def test_a_snapshot_is_tiny_says_its_age_and_is_not_sent_twice(server: Served) -> None:
    first = server.http.get(f"/now/{KYIV}.json")
    told = first.json()
    assert told["state"] == "ACTIVE"
    assert told["known_at"] < told["valid_until"]
    tag = first.headers["etag"]
    assert tag.startswith('"')
    for sent in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = server.http.get(f"/now/{KYIV}.json", headers={"if-none-match": sent})
        assert again.status_code == 304, sent
        assert again.content == b""
        assert again.headers["etag"] == tag
    for sent in ('"other"', "other", '"', ",,,", ""):
        assert server.http.get(f"/now/{KYIV}.json", headers={"if-none-match": sent}).status_code == 200
    assert server.http.head(f"/now/{KYIV}.json").content == b""


def test_the_snapshot_of_all_names_every_first_level_area(server: Served) -> None:
    told = server.get("/now/all.json")
    assert len(told["areas"]) >= 27
    assert told["areas"][KYIV]["state"] == "ACTIVE"
    assert {"known_at", "heard_at", "stale", "valid_until", "last", "head"} <= told.keys()
    problem(server.http.get("/now/none.json"), 404)
    problem(server.http.get("/now/..%2fetc%2fpasswd"), 404)
    problem(server.http.post("/now/all.json"), 404)


def test_a_demonstration_says_so_in_every_answer(tmp_path: Path) -> None:
    with serving(tmp_path, demo=True) as server:
        server.post({"id": "1", "source": "city-alarm", "text": ALARM})
        alert = server.get("/v1/alerts")["alerts"][0]["id"]
        one = f"/v1/alerts/{alert}"
        for path in ("/v1/alerts", "/v1/picture", one, f"/v1/areas/{KYIV}", "/now/all.json", "/healthz"):
            assert server.get(path)["demo"] is True
        told = server.get("/v1/changes")
        assert told["demo"] is True
        assert all(change["demo"] is True for change in told["changes"])
        reader = Reader(server.url, "?after=0")
        try:
            assert reader.change()["demo"] is True
            assert reader.heartbeat()["demo"] is True
        finally:
            reader.close()


# --- durability ---------------------------------------------------------------


def test_what_was_answered_202_survives_kill_9(tmp_path: Path) -> None:
    server = Served(tmp_path)
    numbers = {}
    for n in range(40):
        answer = server.post({"id": f"k{n}", "source": "channel", "text": f"Гучно {n}"})
        numbers[f"k{n}"] = answer.json()["accepted"][0]["number"]
    server.post({"id": "alarm", "source": "city-alarm", "text": ALARM})
    changes = server.get("/v1/changes")
    server.kill()
    with serving(tmp_path) as again:
        for name, number in numbers.items():
            text = f"Гучно {name[1:]}"
            answer = again.post({"id": name, "source": "channel", "text": text})
            assert answer.json()["accepted"] == [{"id": name, "number": number}]
        after = again.get("/v1/changes")
        assert after["changes"] == changes["changes"]
        assert after["head"] == changes["head"]


def test_a_second_server_on_one_journal_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        with pytest.raises(AssertionError, match="another process writes"):
            Served(tmp_path)
        assert server.post({"id": "1", "source": "channel", "text": "Гучно"}).status_code == 202


def test_it_ends_in_peace_when_it_is_told_to(tmp_path: Path) -> None:
    server = Served(tmp_path)
    server.post({"id": "1", "source": "channel", "text": "Гучно"})
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 8


# --- the future of a deadline -------------------------------------------------


def test_a_report_stated_a_little_ahead_of_our_clock_is_taken(server: Served) -> None:
    ahead = instant(wall_clock() + timedelta(minutes=5))
    assert server.post({"source": "channel", "text": "Гучно вдалині", "stated_at": ahead}).status_code == 202
