"""Who may sit at the duty desk: people, their roles, and what they prove themselves with."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.model import Order
from tocsin.outlets.desk.proofs import (
    code_uri,
    digest,
    fits,
    named,
    new_secret,
    new_token,
    scramble,
    step_of,
    weakness,
)
from tocsin.outlets.desk.store import Store
from tocsin.outlets.errors import OutletError
from tocsin.render.desk_values import ROLES, Passkey, Person

__all__ = ["CONSOLE", "Account", "Accounts", "Enrolment"]

CONSOLE = "console"
"""Who did what was done on the server's own command line."""
LINK_LASTS = timedelta(hours=24)
_RESERVED = (CONSOLE, "tocsin", "operators")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person of the desk. A role that changes, changes at once for their open sessions too."""

    name: str
    role: str
    handle: bytes
    enrolled: bool
    disabled: bool


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """An open invitation to choose a password and to take a secret for codes."""

    name: str
    role: str
    secret: str
    uri: str


class Accounts:
    """People, kept in the desk's store; whatever changes is also told for the journal."""

    def __init__(self, store: Store, issuer: str = "Tocsin") -> None:
        self.store = store
        self._issuer = issuer

    # --- people

    def find(self, name: str) -> Account | None:
        """Return who has this name."""
        kept = named(name)
        row = self.store.one("SELECT * FROM accounts WHERE name = ?", kept) if kept else None
        return _account(row) if row is not None else None

    def of_handle(self, handle: bytes) -> Account | None:
        """Return whose passkeys bear this handle."""
        row = self.store.one("SELECT * FROM accounts WHERE handle = ?", handle)
        return _account(row) if row is not None else None

    def people(self) -> tuple[Person, ...]:
        """Return everybody, by name."""
        return tuple(
            Person(
                name=row["name"],
                role=row["role"],
                disabled=bool(row["disabled"]),
                enrolled=row["password"] is not None,
                seen_at=_moment(row["seen_at"]),
            )
            for row in self.store.all("SELECT * FROM accounts ORDER BY name")
        )

    def add(self, name: str, role: str, by: str, now: datetime) -> str:
        """Make an account and return the token of its enrolment, shown once; OutletError where that can't be."""
        kept = named(name)
        if kept is None or kept in _RESERVED:
            raise OutletError(name[:60], "can be no name", "Use 2 to 40 letters, digits, dots or dashes.")
        if role not in ROLES:
            raise OutletError(role[:60], "is no role", f"Choose one of {', '.join(ROLES)}.")
        try:
            with self.store.change():
                self.store.run(
                    "INSERT INTO accounts (name, role, handle, made_at) VALUES (?,?,?,?)",
                    kept,
                    role,
                    secrets.token_bytes(32),
                    now.timestamp(),
                )
                token = self._invite(kept, now)
                self.tell(
                    now, by, "account", kept, why=f"made with the role {role}", arguments={"role": role}
                )
        except sqlite3.IntegrityError:
            raise OutletError(
                kept, "has an account already", "tocsin users reset makes a new link."
            ) from None
        return token

    def reset(self, name: str, by: str, now: datetime) -> str:
        """Take back everything that a person proves themselves with, end their sessions, and invite them anew."""
        with self.store.change():
            kept = self._known(name)
            self.store.run("UPDATE accounts SET password = NULL, secret = NULL WHERE name = ?", kept)
            for table in ("passkeys", "sessions", "devices"):
                self.store.run(f"DELETE FROM {table} WHERE name = ?", kept)  # noqa: S608 - names of our own
            token = self._invite(kept, now)
            self.tell(now, by, "account", kept, why="credentials taken back; invited anew")
        return token

    def allow(self, name: str, by: str, now: datetime, *, allowed: bool) -> None:
        """Let a person in again, or keep them out from this moment on: their sessions end."""
        with self.store.change():
            kept = self._known(name)
            self.store.run("UPDATE accounts SET disabled = ? WHERE name = ?", int(not allowed), kept)
            if not allowed:
                for table in ("sessions", "enrolments", "devices"):
                    self.store.run(f"DELETE FROM {table} WHERE name = ?", kept)  # noqa: S608 - names of our own
            self.tell(now, by, "account", kept, why="enabled" if allowed else "disabled")

    def give_role(self, name: str, role: str, by: str, now: datetime) -> None:
        """Change what a person may do, at once."""
        if role not in ROLES:
            raise OutletError(role[:60], "is no role", f"Choose one of {', '.join(ROLES)}.")
        with self.store.change():
            kept = self._known(name)
            self.store.run("UPDATE accounts SET role = ? WHERE name = ?", role, kept)
            self.tell(now, by, "account", kept, why=f"given the role {role}", arguments={"role": role})

    def _known(self, name: str) -> str:
        found = self.find(name)
        if found is None:
            raise OutletError(name[:60], "has no account", "tocsin users list names everybody.")
        return found.name

    # --- enrolling

    def _invite(self, name: str, now: datetime) -> str:
        token = new_token()
        self.store.run(
            "INSERT OR REPLACE INTO enrolments VALUES (?,?,?,?)",
            digest(token),
            name,
            new_secret(),
            (now + LINK_LASTS).timestamp(),
        )
        return token

    def invitation(self, token: str, now: datetime) -> Enrolment | None:
        """Return the invitation that a link leads to, None where it was used or is too old."""
        row = self.store.one(
            "SELECT e.name, e.secret, a.role FROM enrolments e JOIN accounts a ON a.name = e.name"
            " WHERE e.token = ? AND e.until > ? AND a.disabled = 0",
            digest(token),
            now.timestamp(),
        )
        if row is None:
            return None
        return Enrolment(
            name=row["name"],
            role=row["role"],
            secret=row["secret"],
            uri=code_uri(row["secret"], row["name"], self._issuer),
        )

    def enrol(self, token: str, password: str, code: str | None, now: datetime) -> str | None:
        """Take a password and a first code; what is wrong (gone, short, same, code), or None: the link is used up.

        Without a code (on the command line, by whoever owns the store) the secret is taken as it is.
        """
        invited = self.invitation(token, now)
        if invited is None:
            return "gone"
        wrong = weakness(password, invited.name)
        if wrong is not None:
            return wrong
        step = 0 if code is None else step_of(invited.secret, code, now)
        if step is None:
            return "code"
        scrambled = scramble(password)
        with self.store.change():
            if not self.store.run("DELETE FROM enrolments WHERE token = ?", digest(token)):
                return "gone"
            self.store.run(
                "UPDATE accounts SET password = ?, secret = ?, step = ? WHERE name = ?",
                scrambled,
                invited.secret,
                step,
                invited.name,
            )
            self.tell(now, invited.name, "account", invited.name, why="enrolled with password and code")
        return None

    # --- proving

    def proven(self, name: str, password: str, code: str, now: datetime) -> Account | None:
        """Return who this is, or None, never telling which of the three was wrong; a code is taken once."""
        kept = named(name)
        row = self.store.one("SELECT * FROM accounts WHERE name = ?", kept) if kept else None
        right = fits(row["password"] if row is not None else None, password)
        if row is None or row["disabled"] or row["secret"] is None or not right:
            return None
        return _account(row) if self.code_taken(row["name"], code, now) else None

    def code_taken(self, name: str, code: str, now: datetime) -> bool:
        """Tell whether a code is right and new, and use it up."""
        row = self.store.one("SELECT secret FROM accounts WHERE name = ? AND disabled = 0", name)
        step = step_of(row["secret"], code, now) if row is not None and row["secret"] else None
        if step is None:
            return False
        return self.store.run("UPDATE accounts SET step = ?1 WHERE name = ?2 AND step < ?1", step, name) == 1

    # --- passkeys

    def passkeys(self, name: str) -> tuple[Passkey, ...]:
        """Return a person's passkeys, the oldest first."""
        return tuple(
            Passkey(
                id=row["id"],
                label=row["label"],
                added_at=datetime.fromtimestamp(row["added_at"], UTC),
                used_at=_moment(row["used_at"]),
            )
            for row in self.store.all("SELECT * FROM passkeys WHERE name = ? ORDER BY added_at", name)
        )

    def add_passkey(self, name: str, key: tuple[str, bytes, int], label: str, now: datetime) -> None:
        """Keep a new passkey of a person: its id, public key and count."""
        with self.store.change():
            self.store.run(
                "INSERT INTO passkeys VALUES (?,?,?,?,?,?,NULL)",
                key[0],
                name,
                key[1],
                key[2],
                label,
                now.timestamp(),
            )
            self.tell(now, name, "account", name, why="passkey added", arguments={"passkey": key[0][:16]})

    def drop_passkey(self, name: str, key: str, now: datetime) -> bool:
        """Forget a passkey of a person."""
        with self.store.change():
            if not self.store.run("DELETE FROM passkeys WHERE id = ? AND name = ?", key, name):
                return False
            self.tell(now, name, "account", name, why="passkey dropped", arguments={"passkey": key[:16]})
        return True

    def passkey(self, key: str) -> tuple[str, bytes, int] | None:
        """Return whose passkey this is, its public key and its count."""
        row = self.store.one("SELECT name, public_key, count FROM passkeys WHERE id = ?", key)
        return (row["name"], row["public_key"], row["count"]) if row is not None else None

    def passkey_used(self, key: str, count: int, now: datetime) -> None:
        """Remember that a passkey was used."""
        self.store.run("UPDATE passkeys SET count = ?, used_at = ? WHERE id = ?", count, now.timestamp(), key)

    # --- what the journal is told

    def tell(
        self,
        now: datetime,
        operator: str,
        verb: str,
        target: str,
        *,
        why: str,
        arguments: Mapping[str, str] | None = None,
    ) -> None:
        """Note for the journal what happened; never a secret, never an address."""
        self.store.run(
            "INSERT INTO happened (at, operator, verb, target, why, arguments) VALUES (?,?,?,?,?,?)",
            now.timestamp(),
            operator,
            verb,
            target,
            why,
            json.dumps(dict(arguments or {})),
        )

    def untold(self) -> tuple[tuple[int, Order], ...]:
        """Return what the journal was not told yet, each with its number, in order."""
        return tuple(
            (
                row["number"],
                Order(
                    operator=row["operator"],
                    verb=row["verb"],
                    target=row["target"],
                    why=row["why"],
                    arguments=json.loads(row["arguments"])
                    | {"at": datetime.fromtimestamp(row["at"], UTC).isoformat(timespec="seconds")},
                    key=f"{self.store.id}-{row['number']}",
                ),
            )
            for row in self.store.all("SELECT * FROM happened ORDER BY number LIMIT 200")
        )

    def told(self, number: int) -> None:
        """Forget what the journal has."""
        self.store.run("DELETE FROM happened WHERE number = ?", number)


def _account(row: sqlite3.Row) -> Account:
    return Account(
        name=row["name"],
        role=row["role"],
        handle=row["handle"],
        enrolled=row["password"] is not None,
        disabled=bool(row["disabled"]),
    )


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
