"""Whatever is handed to us as JSON is a report, or a problem that says where, what and the remedy."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model import Deletion, Media, Problem, Report
from tocsin.sources.push import MAX_TEXT, parse_body, parse_line, parse_report

NOW = datetime(2024, 12, 20, 5, 0, tzinfo=UTC)
FINE = {"id": "1", "source": "channel", "text": "Гучно на лівому березі"}


def taken(value: object, **more: Any) -> Report | Deletion:
    body, problems = parse_report(value, "here", **more)
    assert body is not None, problems
    return body


def refused(value: object, **more: Any) -> Problem:
    body, problems = parse_report(value, "here", **more)
    assert body is None
    assert len(problems) == 1
    assert problems[0].where == "here"
    assert problems[0].what
    assert problems[0].remedy
    return problems[0]


def test_a_whole_report_is_taken_as_it_was_sent() -> None:
    body, problems = parse_report(
        FINE
        | {
            "id": 17,
            "stated_at": "2024-12-20T06:40:00+02:00",
            "replaces": "16",
            "reply_to": 15,
            "forwarded_from": "other",
            "url": "https://example.org/17",
            "retrieved_at": "2024-12-20T04:41:00Z",
            "media": [{"sha256": "ab" * 32, "url": "https://example.org/p.jpg"}],
            "structured": {"b": 1, "a": [2]},
        },
        "here",
        now=NOW,
    )
    assert problems == ()
    assert body == Report(
        id="17",
        source="channel",
        text="Гучно на лівому березі",
        stated_at=datetime(2024, 12, 20, 4, 40, tzinfo=UTC),
        replaces="16",
        reply_to="15",
        forwarded_from="other",
        url="https://example.org/17",
        retrieved_at=datetime(2024, 12, 20, 4, 41, tzinfo=UTC),
        media=(Media(sha256="ab" * 32, url="https://example.org/p.jpg"),),
        structured='{"a":[2],"b":1}',
    )


def test_the_text_is_never_edited() -> None:
    text = "  Тихо.\r\n\r\n\N{MOTOR SCOOTER}\N{ZERO WIDTH JOINER}e\N{COMBINING ACUTE ACCENT}  "
    body = taken(FINE | {"text": text})
    assert isinstance(body, Report)
    assert body.text == text


def test_a_report_without_an_id_has_one_from_what_it_says() -> None:
    one, two = taken({"source": "s", "text": "а"}), taken({"source": "s", "text": "б"})
    assert one.id != two.id
    assert one.id == taken({"source": "s", "text": "а"}).id


def test_a_deletion_names_what_it_takes_back() -> None:
    body = taken({"source": "channel", "deletes": 17, "stated_at": "2024-12-20T06:40:00+02:00"})
    assert body == Deletion(
        id="deletes:17", source="channel", deletes="17", stated_at=datetime(2024, 12, 20, 4, 40, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"text": ""}, "empty"),
        ({"text": " \n\t"}, "empty"),
        ({"text": None}, "missing"),
        ({"text": 5}, "no text"),
        ({"text": ["a"]}, "no text"),
        ({"text": "x" * (MAX_TEXT + 1)}, "characters"),
        ({"text": "\N{RIGHT-TO-LEFT OVERRIDE}" * 20 + "тривога"}, "control or direction"),
        ({"text": "\x00\x01\x02тривога"}, "control or direction"),
        ({"source": None}, "source"),
        ({"source": ""}, "source"),
        ({"source": {"a": 1}}, "source"),
        ({"source": "a\nb"}, "control"),
        ({"source": "tocsin"}, "ourselves"),
        ({"id": True}, "id"),
        ({"id": 1.5}, "id"),
        ({"id": "x" * 300}, "characters"),
        ({"id": "\N{RIGHT-TO-LEFT OVERRIDE}1"}, "direction"),
        ({"stated_at": "1970-01-01T00:00:00Z"}, "before any report"),
        ({"stated_at": "2050-01-01T00:00:00Z"}, "future"),
        ({"stated_at": "yesterday"}, "no ISO 8601"),
        ({"stated_at": "2024-12-20T06:40:00"}, "no zone"),
        ({"stated_at": "0001-01-01T00:00:00+14:00"}, "no ISO 8601"),
        ({"stated_at": 1734669600}, "no time"),
        ({"replaces": []}, "replaces"),
        ({"media": {"sha256": "a"}}, "media"),
        ({"media": [{"url": "https://example.org"}]}, "sha256"),
        ({"media": [1]}, "sha256"),
        ({"structured": "x" * (MAX_TEXT + 1)}, "structured"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(wrong: dict[str, Any], told: str) -> None:
    assert told in refused(FINE | wrong).what


def test_a_clock_may_run_a_little_ahead_and_no_more() -> None:
    near, far = NOW + timedelta(minutes=10), NOW + timedelta(hours=1)
    taken(FINE | {"stated_at": near.isoformat()}, now=NOW)
    assert "future" in refused(FINE | {"stated_at": far.isoformat()}, now=NOW).what
    taken(FINE | {"stated_at": far.isoformat()})


@pytest.mark.parametrize("value", [None, 1, "text", [], [FINE], True])
def test_what_is_no_object_is_refused(value: object) -> None:
    assert "object" in refused(value).what


def test_what_is_odd_is_taken_with_a_note() -> None:
    body, problems = parse_report(
        FINE
        | {
            "text": "Рух БпЛА повз місто\N{RIGHT-TO-LEFT OVERRIDE} курсом на захід",
            "colour": "red",
            "url": "javascript:alert(1)",
        },
        "here",
        register=("mayor",),
    )
    assert isinstance(body, Report)
    assert body.url is None
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" in body.text
    told = " ".join(one.what for one in problems)
    for word in ("colour", "url", "control or direction", "no register names the source"):
        assert word in told
    assert len(problems) == 4


def test_a_key_speaks_for_its_own_source_alone() -> None:
    assert taken({"text": "тихо"}, source="channel").source == "channel"
    assert "key" in refused(FINE, source="mayor").what


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"nonsense", "no JSON"),
        (b'{"id": "1", "source": "s", "text": "\xff\xfe"}', "UTF-8"),
        (b'{"id": "1", "source": "s", "text": "\\ud83d"}', ""),
        (b"[" * 100_000, ""),
        (b'{"source": "s", "text": "' + b"x" * 10_000_000 + b'"}', "bytes"),
        (b'{"source": "s", "text": "' + b"x" * 1_000_000 + b'"}', "characters"),
        (b'{"id": 1e999}', ""),
        (b"NaN", "no JSON"),
    ],
)
def test_a_bad_line_is_a_problem_and_no_traceback(line: bytes, told: str) -> None:
    body, problems = parse_line(line, "in.jsonl:3")
    assert body is None
    assert problems[0].where == "in.jsonl:3"
    assert told in problems[0].what


def test_one_bad_report_in_a_list_loses_no_neighbour() -> None:
    found = parse_body(json.dumps([FINE, {"text": ""}, FINE | {"id": "2"}]).encode(), "body")
    assert isinstance(found, tuple)
    assert [body.id if body else None for body, _ in found] == ["1", None, "2"]
    assert found[1][1][0].where == "body[1]"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no JSON"),
        (b"[]", "no report"),
        (b"\xff", "UTF-8"),
        (b'[{"text": "\xd0"}]', "UTF-8"),
        (json.dumps([FINE] * 1001).encode(), "1001 reports"),
    ],
)
def test_a_body_that_is_neither_is_one_problem(data: bytes, told: str) -> None:
    found = parse_body(data, "body")
    assert isinstance(found, Problem)
    assert told in found.what


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    ["id", "source", "text", "stated_at", "replaces", "url", "media", "structured", "deletes", "retrieved_at"]
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(fields, anything) | anything)
def test_nothing_that_is_sent_raises(value: object) -> None:
    body, problems = parse_report(value, "here", now=NOW)
    assert body is not None or problems


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_no_bytes_that_are_sent_raise(data: bytes) -> None:
    assert parse_line(data, "here")[1]
    parse_body(data, "here")
