"""Telephones that asked to be told of an area: a store of its own, since nothing of it belongs in the journal.

A subscription holds the endpoint that the browser gave with its two keys, the area, the level and the day on
which it expires, and nothing else: no address of a reader, no language, no time of asking (R38). What is dropped
is overwritten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from tocsin.outlets.errors import OutletError

__all__ = ["LEVELS", "Subscriber", "Subscribers"]

LEVELS = ("yellow", "red")
"""From which level on somebody wants to be told: yellow is every alarm."""
_MOST_AREAS = 8
"""So many areas a telephone."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS subscription (
    area TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    level TEXT NOT NULL,
    expires TEXT NOT NULL,       -- a day; the subscription ends as it begins
    PRIMARY KEY (area, endpoint)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told (   -- which state of an area was told last: of areas, not of readers
    area TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    level TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS subscription_by_endpoint ON subscription (endpoint);
"""


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    """One telephone's wish: to be told of an area from a level on, until a day."""

    endpoint: str
    p256dh: str
    auth: str
    area: str
    level: str
    expires: date


class Subscribers:
    """All subscriptions, in a SQLite file or, without one, for as long as we run. OutletError where it can't be had."""

    def __init__(self, path: str | None = None, most: int = 100_000) -> None:
        self._most = most
        self._areas: frozenset[str] | None = None
        try:
            if path is not None:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise OutletError(str(path), f"cannot be opened ({error})", "Mend or move the file.") from error

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM subscription").fetchone()[0])

    def add(self, one: Subscriber) -> bool:
        """Keep a subscription, in place of the same telephone's earlier one of the area; False where there are too many."""
        others = self._db.execute(
            "SELECT count(*) FROM subscription WHERE endpoint = ? AND area != ?", (one.endpoint, one.area)
        ).fetchone()[0]
        if others >= _MOST_AREAS or (others == 0 and len(self) >= self._most):
            return False
        row = (one.area, one.endpoint, one.p256dh, one.auth, one.level, one.expires.isoformat())
        self._areas = None
        self._db.execute("INSERT OR REPLACE INTO subscription VALUES (?,?,?,?,?,?)", row)
        return True

    def remove(self, endpoint: str, area: str | None = None) -> int:
        """Forget a telephone, or its wish for one area; tells how many wishes that were."""
        self._areas = None
        where, values = "endpoint = ?", [endpoint]
        if area is not None:
            where, values = "endpoint = ? AND area = ?", [endpoint, area]
        return self._db.execute(f"DELETE FROM subscription WHERE {where}", values).rowcount  # noqa: S608 - ours

    def expire(self, now: datetime) -> int:
        """Forget what has expired; tells how many."""
        self._areas = None
        today = now.astimezone(UTC).date().isoformat()
        return self._db.execute("DELETE FROM subscription WHERE expires <= ?", (today,)).rowcount

    def areas(self) -> frozenset[str]:
        """Areas of which somebody wants to be told."""
        if self._areas is None:
            rows = self._db.execute("SELECT DISTINCT area FROM subscription")
            self._areas = frozenset(area for (area,) in rows)
        return self._areas

    def of(self, area: str, levels: Iterable[str] = LEVELS) -> Sequence[Subscriber]:
        """Who wants to be told of an area, from one of these levels on."""
        wanted = frozenset(levels)
        rows = self._db.execute(
            "SELECT endpoint, p256dh, auth, level, expires FROM subscription WHERE area = ?", (area,)
        )
        return [
            Subscriber(
                endpoint=endpoint,
                p256dh=p256dh,
                auth=auth,
                area=area,
                level=level,
                expires=date.fromisoformat(day),
            )
            for endpoint, p256dh, auth, level, day in rows
            if level in wanted
        ]

    def told(self) -> dict[str, tuple[str, str | None]]:
        """Return the state and level of each area that were told last."""
        rows = self._db.execute("SELECT area, state, level FROM told")
        return {area: (state, level) for area, state, level in rows}

    def tell(self, area: str, state: str, level: str | None) -> None:
        """Keep what was told of an area, so that a restart tells nothing twice."""
        self._db.execute("INSERT OR REPLACE INTO told VALUES (?,?,?)", (area, state, level))

    @staticmethod
    def until(now: datetime, days: int) -> date:
        """Return the day on which a subscription made now expires."""
        return (now.astimezone(UTC) + timedelta(days=days)).date()
