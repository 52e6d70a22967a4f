"""What a newsroom's request asks for: language, area, as known when, changes since when."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from starlette.requests import Request

from tocsin.model import AreaRef
from tocsin.outlets.answers import Refusal
from tocsin.outlets.hall import Hall
from tocsin.render.words import LANGUAGES, negotiate

__all__ = ["Asked", "asked_of", "iso"]

_YEARS = (1970, 2200)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks for; ``known_at`` None is the present."""

    lang: str
    area: AreaRef | None = None
    known_at: datetime | None = None
    since: datetime | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from other questions."""
        return (self.lang, self.area.code if self.area else None, self.known_at, self.since)


def asked_of(request: Request, hall: Hall) -> Asked:
    """Read a request's parameters; ``Refusal`` for what can't be answered."""
    said = request.query_params
    lang = said.get("lang")
    if lang is not None and lang not in LANGUAGES:
        what = f"{lang[:40]!r} is no language of ours"
        raise Refusal(404, "lang", what, f"Ask for one of {', '.join(LANGUAGES)}.")
    code, area = said.get("area"), None
    if code:
        places = hall.world.places
        if len(code) > 40 or places.area(code) is None:
            remedy = "Send its KATOTTG or ISO 3166-2 code, such as UA80000000000093317."
            raise Refusal(404, f"area {code[:40]}", "there is no such area", remedy)
        area = places.ref(code)
    known_at, since = (moment(name, said.get(name)) for name in ("known_at", "since"))
    now = hall.clock()
    if since is not None and since > (known_at or now):
        raise Refusal(400, "since", "it is later than what is asked for", "Write an earlier time.")
    return Asked(
        lang=lang or negotiate(request.headers.get("accept-language", "")),
        area=area,
        # What is to come is known by nobody: the present answers.
        known_at=known_at if known_at is not None and known_at < now else None,
        since=since,
    )


def moment(name: str, said: str | None) -> datetime | None:
    """Read a time of a query; None where there is none, ``Refusal`` for what is no time."""
    if said is None or not said.strip():
        return None
    remedy = "Write it as 2024-12-20T09:30:00Z, or with an offset such as %2B02:00."
    try:
        # A plus sign in a query that was not escaped arrives as a space.
        at = datetime.fromisoformat(said.strip().replace(" ", "+") if "T" in said else said.strip())
        at = at.astimezone(UTC) if at.tzinfo is not None else at
    except (ValueError, OverflowError):
        raise Refusal(400, name, f"{said[:40]!r} is no ISO 8601 time", remedy) from None
    if at.tzinfo is None:
        raise Refusal(400, name, f"{said[:40]!r} has no zone", remedy)
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise Refusal(400, name, f"{said[:40]!r} is outside of all that we know", remedy)
    return at


def iso(moment: datetime) -> str:
    """Write a moment as queries and permalinks do."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
