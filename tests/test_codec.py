"""One noun, one encoding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tocsin.codec import change_json, decode, decode_body, encode, instant, plain, valid_text
from tocsin.model import (
    Alarm,
    AreaRef,
    Change,
    Deletion,
    Fact,
    Interval,
    Order,
    Range,
    Report,
)

AT = datetime(2024, 12, 20, 4, 41, 5, 120_000, tzinfo=UTC)


def test_equal_values_give_equal_bytes_whatever_order_a_mapping_was_filled_in() -> None:
    one = Order(operator="olena", verb="mute", target="x", why="drill", arguments={"a": "1", "b": "2"})
    two = Order(operator="olena", verb="mute", target="x", why="drill", arguments={"b": "2", "a": "1"})
    assert encode(one) == encode(two)


def test_times_are_written_in_utc_and_end_in_z() -> None:
    kyiv = AT.astimezone(timezone(timedelta(hours=2)))
    assert instant(kyiv) == "2024-12-20T04:41:05.120000Z"
    assert b"2024-12-20T04:41:05.12" in encode(Report(id="1", source="s", text="т", stated_at=AT))
    assert b'Z"' in encode(Report(id="1", source="s", text="т", stated_at=AT))


@pytest.mark.parametrize(
    "body",
    [
        Report(id="1", source="s", text="Тихо. \N{RIGHT-TO-LEFT OVERRIDE}\0", stated_at=AT, replaces="0"),
        Deletion(id="2", source="s", deletes="1"),
        Order(operator="olena", verb="mute", target="x", why="drill"),
    ],
)
def test_what_is_decoded_is_what_was_encoded(body: Report) -> None:
    assert decode_body(encode(body)) == body
    assert decode(encode(body), type(body)) == body


def test_a_range_that_is_exact_says_nothing_of_about() -> None:
    assert plain(Range(min=8, max=8)) == {"min": 8, "max": 8}
    assert plain(Range(min=15, max=15, approx=True)) == {"min": 15, "max": 15, "approx": True}


def test_a_change_has_the_shape_of_the_contract() -> None:
    kyiv = AreaRef(code="UA80000000000093317", name="Київ", names={"uk": "Київ"}, level="oblast")
    alarm = Alarm(id="a", area=kyiv, authority="air-force", valid=Interval(start=AT, end=None))
    change = Change(
        number=7, at=AT, entry=3, fact=Fact(type="alarm", verb="raise", noun=alarm, because=("s:1#1",))
    )
    shown = change_json(change)
    assert shown["change"] == 7
    assert shown["at"] == "2024-12-20T04:41:05.120000Z"
    assert shown["what"]["type"] == "alarm"
    assert shown["what"]["verb"] == "raise"
    assert shown["what"]["kind"] == "air-raid"
    assert shown["what"]["area"]["code"] == "UA80000000000093317"
    assert shown["what"]["because"] == ["s:1#1"]


def test_a_lone_surrogate_is_no_text() -> None:
    assert not valid_text("\ud83d")
    assert valid_text("\N{MOTOR SCOOTER}")
