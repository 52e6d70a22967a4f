"""Who sits at the desk now: sessions that the server remembers, and a cookie that only names one.

A session falls *asleep* when its person has done nothing for a while: the screen goes on showing the night, but an
act wants the person to prove themselves again. It *ends* for good after a shift, whatever is done in it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.outlets.desk.accounts import Account, Accounts
from tocsin.outlets.desk.proofs import digest, new_token
from tocsin.outlets.desk.store import Store
from tocsin.render.desk_values import Seat, Sitting

__all__ = ["Opened", "Session", "Sessions"]

_TOUCHED = 5.0
"""Seconds between two notes that a person is there."""
_OPEN = 20
"""Sessions that one person may have at once; the oldest end."""
DEVICE_LASTS = timedelta(days=90)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One open session, and who sits in it."""

    id: str
    seat: Seat

    @property
    def name(self) -> str:
        """Whose it is."""
        return self.seat.operator


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser is given at signing in: the session's token, and one by which it is known again."""

    token: str
    device: str
    until: datetime


class Sessions:
    """Sessions of the desk, in its store; ``idle`` and ``longest`` in seconds."""

    def __init__(self, store: Store, accounts: Accounts, idle: float, longest: float) -> None:
        self._store = store
        self._accounts = accounts
        self._idle = timedelta(seconds=idle)
        self._longest = timedelta(seconds=longest)

    def open(self, account: Account, how: str, now: datetime) -> Opened:
        """Open a session for somebody who has proven themselves."""
        token, device = new_token(), new_token()
        until = now + self._longest
        public = digest(new_token())[:12]
        with self._store.change():
            self._store.run("DELETE FROM sessions WHERE until <= ?", now.timestamp())
            self._store.run("DELETE FROM devices WHERE until <= ?", now.timestamp())
            self._store.run(
                "INSERT INTO sessions VALUES (?,?,?,?,?,?,?)",
                digest(token),
                public,
                account.name,
                new_token(),
                now.timestamp(),
                now.timestamp(),
                until.timestamp(),
            )
            self._store.run(
                "DELETE FROM sessions WHERE name = ?1 AND token NOT IN"
                " (SELECT token FROM sessions WHERE name = ?1 ORDER BY since DESC, rowid DESC LIMIT ?2)",
                account.name,
                _OPEN,
            )
            self._store.run(
                "INSERT INTO devices VALUES (?,?,?)",
                digest(device),
                account.name,
                (now + DEVICE_LASTS).timestamp(),
            )
            self._store.run("UPDATE accounts SET seen_at = ? WHERE name = ?", now.timestamp(), account.name)
            self._accounts.tell(
                now, account.name, "sign-in", account.name, why=how, arguments={"session": public}
            )
        return Opened(token=token, device=device, until=until)

    def of(self, token: str | None, now: datetime) -> Session | None:
        """Return the session that a cookie names, None where it has ended; role and name as they are now."""
        if not token or len(token) > 100:
            return None
        row = self._store.one(
            "SELECT s.*, a.role FROM sessions s JOIN accounts a ON a.name = s.name"
            " WHERE s.token = ? AND s.until > ? AND a.disabled = 0",
            digest(token),
            now.timestamp(),
        )
        if row is None:
            return None
        idle_at = datetime.fromtimestamp(row["acted_at"], UTC) + self._idle
        return Session(
            id=row["id"],
            seat=Seat(
                operator=row["name"],
                role=row["role"],
                csrf=row["csrf"],
                expires_at=datetime.fromtimestamp(row["until"], UTC),
                idle_at=idle_at,
                asleep=idle_at <= now,
            ),
        )

    def touch(self, session: Session, now: datetime) -> None:
        """Note that the person is there; a session that sleeps goes on sleeping."""
        idle_at = session.seat.idle_at
        if (
            session.seat.asleep
            or idle_at is None
            or (idle_at - self._idle) + timedelta(seconds=_TOUCHED) > now
        ):
            return
        self._store.run("UPDATE sessions SET acted_at = ? WHERE id = ?", now.timestamp(), session.id)

    def wake(self, session: Session, now: datetime) -> None:
        """Let the person act again: they have proven themselves anew."""
        self._store.run("UPDATE sessions SET acted_at = ? WHERE id = ?", now.timestamp(), session.id)

    def end(self, session: Session, now: datetime, which: str | None = None) -> bool:
        """End a session: this one, or another one of the same person."""
        wanted = which or session.id
        with self._store.change():
            if not self._store.run("DELETE FROM sessions WHERE id = ? AND name = ?", wanted, session.name):
                return False
            self._accounts.tell(
                now,
                session.name,
                "sign-out",
                session.name,
                why="signed out" if which is None else "another session ended",
                arguments={"session": wanted},
            )
        return True

    def sittings(self, session: Session, now: datetime) -> tuple[Sitting, ...]:
        """Return the open sessions of a person, the newest first."""
        return tuple(
            Sitting(
                id=row["id"],
                since=datetime.fromtimestamp(row["since"], UTC),
                acted_at=datetime.fromtimestamp(row["acted_at"], UTC),
                mine=row["id"] == session.id,
            )
            for row in self._store.all(
                "SELECT * FROM sessions WHERE name = ? AND until > ? ORDER BY since DESC",
                session.name,
                now.timestamp(),
            )
        )

    def known_device(self, device: str | None, name: str, now: datetime) -> bool:
        """Tell whether this person signed in with this browser before."""
        if not device or len(device) > 100:
            return False
        found = self._store.one(
            "SELECT 1 FROM devices WHERE token = ? AND name = ? AND until > ?",
            digest(device),
            name,
            now.timestamp(),
        )
        return found is not None
