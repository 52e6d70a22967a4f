"""The pages that people see: model values in, HTML out; a page never sees the app.

Every text is escaped by Jinja2, every quote isolated and stripped of marks that turn the direction of writing. No
page holds a style or a script of its own: the Content-Security-Policy forbids both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import jinja2
import msgspec
from markupsafe import Markup

from tocsin.model import AreaRef, AreaState
from tocsin.render.naming import clean
from tocsin.render.sitrep_forms import anchor
from tocsin.render.words import LANGUAGES, Words, bundled

__all__ = ["LOOKS", "Frame", "headers", "look", "render"]

LOOKS = ("red", "yellow", "partly", "contradicted", "warned", "clear", "stale", "unknown", "none")
"""What a state can look like: each has its own word, shape and pattern, not its colour alone."""

_STEP, _LONGEST = 5, 120
_QUOTED = 600


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What every page needs beside what it shows: language, moment, and whether any of this is real.

    ``mode`` is live, demo or exercise. ``chosen`` tells that the reader chose the language in the address, so that
    links keep it. ``past`` is the ``known_at`` of a look back. ``speed`` is how fast the clock runs (a demonstration's).
    """

    words: Words
    now: datetime
    path: str
    mode: str = "live"
    chosen: bool = False
    kiosk: bool = False
    past: datetime | None = None
    query: str = ""
    speed: float = 1.0
    version: str = ""
    active: int = 0
    push: bool = False
    """Whether the server tells telephones; only then does a page offer it."""

    def href(self, path: str, **query: object) -> str:
        """Link to a page of ours, keeping the language that was chosen."""
        if self.chosen and "lang" not in query:
            query["lang"] = self.words.lang
        shown = {k: v for k, v in query.items() if v is not None}
        return f"{path}?{urlencode(shown)}" if shown else path

    def static(self, name: str) -> str:
        """Link to a file that never changes under its address."""
        return f"/static/{name}?v={self.version}"


def look(state: AreaState) -> str:
    """Choose the look of a state; an alarm without a level shows as red, a new word as unknown (R17)."""
    if state.contradicted:
        return "contradicted"
    if state.state == "CLEAR" and state.warnings:
        return "warned"
    if state.state == "ACTIVE":
        return "yellow" if state.level == "yellow" else "red"
    return {"PARTLY": "partly", "CLEAR": "clear", "STALE": "stale", "NOT_COVERED": "none"}.get(
        state.state, "unknown"
    )


def state_word(state: AreaState, words: Words) -> str:
    """Say the state of an area in a word; the official state is quiet where only a warning stands, and it says so."""
    if state.contradicted:
        return words.say("state.CONTRADICTED")
    return words.say("state.WARNED") if look(state) == "warned" else words.word("state", state.state)


def expiry(until: datetime | None, now: datetime) -> str:
    """Choose the class by which a state that may not be believed any longer expires without script (R33)."""
    if until is None:
        return ""
    seconds = min(max((until - now).total_seconds(), 0), _LONGEST)
    return f"x-{int(seconds // _STEP) * _STEP}"


def headers(*, embeddable: bool = False) -> dict[str, str]:
    """The headers that keep a page to its own origin, its own scripts and out of others' frames."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {'*' if embeddable else chr(39) + 'none' + chr(39)}"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), interest-cohort=()",
        "Cache-Control": "no-store",
    }


def _load(name: str) -> str | None:
    if not re.fullmatch(r"[a-z_]+\.(html|svg)", name):
        return None
    return resources.files("tocsin").joinpath("data", "templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_load),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["quote"] = quote
    environment.filters["clean"] = clean
    environment.filters["anchor"] = anchor
    environment.globals["languages"] = tuple((lang, bundled(lang).say("language")) for lang in LANGUAGES)
    environment.globals["state_word"] = state_word
    environment.globals["look"] = look
    environment.globals["expiry"] = expiry
    return environment


def quote(text: str) -> Markup:
    """Show somebody's words harmlessly: escaped, isolated from the direction of the text around them."""
    shown = clean(text)
    if len(shown) > _QUOTED:
        shown = shown[:_QUOTED].rstrip() + " …"
    return Markup("<q><bdi>{}</bdi></q>").format(shown)


def render(template: str, frame: Frame, **values: Any) -> str:  # noqa: ANN401 - a template takes what it names
    """Fill a template; a value that it names and nobody gave is an error here, not a hole in the page."""
    return (
        _environment()
        .get_template(template)
        .render(f=frame, w=frame.words, t=frame.words.say, lang=frame.words.lang, **values)
    )


def breadcrumbs(above: tuple[AreaRef, ...], frame: Frame) -> tuple[tuple[str, str], ...]:
    """Link the areas above one, from the country down."""
    return tuple(
        (frame.href("/" if area.level == "country" else f"/area/{area.code}"), clean(frame.words.area(area)))
        for area in above
    )


def banner(frame: Frame) -> str | None:
    """Say, on every page of it, that a demonstration or an exercise is not real (R2)."""
    return None if frame.mode == "live" else frame.words.say(f"banner.{frame.mode}")


Values = Mapping[str, Any]
