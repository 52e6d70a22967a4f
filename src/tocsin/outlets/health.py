"""How we are: what /healthz and /metrics tell, to the public and to the desk."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from tocsin.engine import State
from tocsin.model import Problem
from tocsin.outlets.hall import Conf
from tocsin.outlets.sse import Streams

__all__ = ["health", "measures"]


class Running(Protocol):
    """The app, as far as its health goes."""

    conditions: dict[str, Callable[[], str | None]]
    counts: dict[str, float]
    heard: dict[str, datetime]
    resumed_at: int | None
    streams: Streams

    @property
    def settings(self) -> Conf:
        """How it is set."""

    @property
    def journal(self) -> Any:  # noqa: ANN401 - a journal, which no outlet knows
        """The journal."""

    @property
    def problems(self) -> list[Problem]:
        """What was wrong in data that we were given, newest last."""

    @property
    def failed(self) -> int:
        """How many entries or instants could not be folded."""

    @property
    def state(self) -> State:
        """What is believed."""

    @property
    def published_number(self) -> int:
        """Number of the last published change."""

    @property
    def head(self) -> str:
        """Head of the public chain."""

    def clock(self) -> datetime:
        """Tell the time."""


def _degraded(app: Running) -> dict[str, str]:
    found = {name: why for name, tell in sorted(app.conditions.items()) if (why := tell()) is not None}
    if app.failed:
        found["fold"] = f"{app.failed} entries or instants could not be folded"
    return found


def health(app: Running, *, desk: bool) -> dict[str, Any]:
    """Return how we are: status, and what is degraded; for the desk, what came in as well."""
    degraded = _degraded(app)
    told: dict[str, Any] = {
        "status": "degraded" if degraded else "ok",
        "degraded": degraded,
        "version": importlib.metadata.version("tocsin"),
        "at": app.clock(),
        "journal": {"notes": app.journal.notes},
        "published": {"last": app.published_number, "head": app.head},
        "streams": app.streams.readers,
    }
    if desk:
        number, head = app.journal.head
        told["journal"] |= {"entries": number, "head": head, "resumed_at": app.resumed_at}
        told["problems"] = app.problems[-50:]
        told["heard"] = app.heard
    if silences := app.state.desk.told_silences(app.clock()):
        told["silences"] = silences
    if app.settings.demo:
        told["demo"] = True
    if app.settings.exercise:
        told["exercise"] = True
    return told


def measures(app: Running, *, desk: bool) -> Mapping[str, float]:
    """Return counters and gauges by name; for the desk, those of what came in as well."""
    told = {
        "published": float(app.published_number),
        "streams": float(app.streams.readers),
        "stream_writes_total": float(app.streams.sent),
        "streams_dropped_total": float(app.streams.dropped),
        "degraded": float(bool(_degraded(app))),
    }
    if desk:
        told |= app.counts
        told["entries"] = float(app.journal.head[0])
        told["fold_failures_total"] = float(app.failed)
    return told
