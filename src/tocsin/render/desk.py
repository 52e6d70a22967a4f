"""The duty desk's screen: one page for the night, and the panels of it that change.

The page is written once; after that the browser asks for panels and takes over those that differ. A look back is the
same screen over an earlier night, without acts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from markupsafe import Markup

from tocsin.render import desk_lists, desk_record
from tocsin.render.desk_acts import areas, choices, forms
from tocsin.render.desk_map import ground, looks, overlay
from tocsin.render.desk_reports import written
from tocsin.render.desk_rows import Row
from tocsin.render.desk_values import Heard, Night, may
from tocsin.render.page import Frame, look, render

__all__ = ["LISTS", "page", "panels", "reports"]

LISTS: Final[Mapping[str, tuple[str, Callable[[Night, Frame], tuple[Row, ...]]]]] = {
    "queue": ("1", desk_lists.queue),
    "alerts": ("2", desk_lists.alerts),
    "threats": ("3", desk_lists.threats),
    "withheld": ("4", desk_lists.withheld),
    "incidents": ("5", desk_record.incidents),
    "ledgers": ("l", desk_record.ledgers),
    "held": ("h", desk_record.held),
    "outlets": ("6", desk_lists.outlets),
    "coverage": ("7", desk_lists.coverage),
    "shadow": ("8", desk_lists.shadow),
}
"""The panels that are lists, each with the key that leads to it."""

_COUNTED = ("red", "yellow", "partly", "warned", "contradicted", "stale", "unknown", "none")
_KEPT = 200


def panels(night: Night, frame: Frame) -> dict[str, str]:
    """Write every panel that changes; ``looks`` is JSON, all others HTML. The same night gives the same bytes."""
    told = {
        name: render("desk_rows.html", frame, name=name, rows=make(night, frame))
        for name, (_, make) in LISTS.items()
        if name != "shadow" or night.shadow
    }
    told["counts"] = render("desk_counts.html", frame, counts=_counts(night, frame), night=night)
    told["overlay"] = overlay(night, frame)
    told["looks"] = msgspec.json.encode(looks(night, frame.words)).decode()
    return told


def _counts(night: Night, frame: Frame) -> tuple[tuple[str, int, str], ...]:
    """Count the first-level areas by look, and those with a warning anywhere in them; calm needs no number."""
    firsts = set(night.places.first_level())
    found = Counter(look(one) for one in night.states if one.area.code in firsts)
    warned = (a.area.code for a in night.picture.alerts if a.layer == "warning")
    found["warned"] = len({night.places.first_level_of(code) or code for code in warned})
    words = {
        "red": frame.words.say("level.red"),
        "yellow": frame.words.say("level.yellow"),
        "partly": frame.words.say("state.PARTLY"),
        "warned": frame.words.say("state.WARNED"),
        "contradicted": frame.words.say("state.CONTRADICTED"),
        "stale": frame.words.say("state.STALE"),
        "unknown": frame.words.say("state.UNKNOWN"),
        "none": frame.words.say("state.NOT_COVERED"),
    }
    return tuple((one, found.get(one, 0), words[one]) for one in _COUNTED)


def reports(night: Night, frame: Frame, after: int = 0) -> tuple[tuple[int, str], ...]:
    """Write the reports after an entry's number, newest first, each with its number."""
    fresh: tuple[Heard, ...] = tuple(one for one in night.heard if one.number > after)
    return written(fresh[:_KEPT], night, frame)


def page(night: Night, frame: Frame) -> str:
    """Write the whole screen."""
    words, seat = frame.words, night.seat
    made = panels(night, frame)
    lists = tuple(
        (name, key, words.say(f"desk.panel.{name}"), Markup(made[name]))  # noqa: S704 - rendered above
        for name, (key, _) in LISTS.items()
        if name in made
    )
    return render(
        "desk.html",
        frame,
        night=night,
        seat=seat,
        role=words.word("desk.seat", seat.role),
        acts=night.known_at is None and may(seat.role, "operator"),
        lists={name: (key, title, html) for name, key, title, html in lists},
        counts=Markup(made["counts"]),  # noqa: S704 - rendered above
        chart=Markup(ground(night, frame)),  # noqa: S704 - escapes all text
        reports=tuple(Markup(html) for _, html in reports(night, frame)),  # noqa: S704 - rendered
        forms=forms(words),
        choices=choices(night.names, words),
        areas=areas(night.places, words.lang),
        sources=sorted((s.called(words.lang), s.id) for s in night.names.register.values()),
        newest=max((one.number for one in night.heard), default=0),
    )
