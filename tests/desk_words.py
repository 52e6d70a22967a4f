"""People of a duty desk, and how they sign in: for tests that act at a live server's desk."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from contextlib import closing

import httpx
import pyotp

from broker import wall
from tocsin.decisions.verbs import AUDIT
from tocsin.outlets.desk.accounts import Accounts
from tocsin.outlets.desk.store import Store

AREAS = (
    "UA32120000000081110",
    "UA32080000000084076",
    "UA32060000000012455",
    "UA32020000000057002",
    "UA32040000000054694",
    "UA32100000000065867",
)
"""Raions of one oblast; tests that share a server raise in one each."""
ROLES = {
    "vira": "viewer",
    "olena": "operator",
    "petro": "approver",
    "maksym": "approver",
    "iryna": "administrator",
}
_keys = itertools.count(1)


def new_key() -> str:
    """A key as a page makes one for each act."""
    return f"key-of-a-test-{next(_keys):04}"


def password_of(name: str) -> str:
    return f"a quiet morning over {name[::-1]}"


class People:
    """Accounts in a directory's store, made as `tocsin users add --stdin` makes them; knows their secrets."""

    def __init__(self, directory, store="tocsin.accounts", roles=ROLES, *, exercise=False):
        self.directory = directory
        self.accounts = Accounts(Store(str(directory / store), exercise=exercise))
        self.secrets = {}
        now = wall()
        for name, role in roles.items():
            token = self.accounts.add(name, role, "console", now)
            self.secrets[name] = self.accounts.invitation(token, now).secret
            assert self.accounts.enrol(token, password_of(name), None, now) is None

    def code(self, name, step=0):
        """The digits on somebody's telephone; ``step`` half-minutes later."""
        return pyotp.TOTP(self.secrets[name]).at(wall(), counter_offset=step)

    def fresh_code(self, name):
        """Digits that are good even right after signing in: those of before are forgotten."""
        self.accounts.store.run("UPDATE accounts SET step = 0 WHERE name = ?", name)
        return self.code(name)

    def form(self, name, **more):
        return {"name": name, "password": password_of(name), "code": self.fresh_code(name)} | more


class Officer:
    """Somebody who sits at the desk in a browser of their own."""

    def __init__(self, url, people, name, base="/desk"):
        self.name, self.people, self.base = name, people, base
        # No line is kept open: a server that is killed leaves none behind.
        limits = httpx.Limits(max_keepalive_connections=0)
        self.http = httpx.Client(base_url=url, timeout=30, limits=limits)
        answer = self.http.post(f"{base}/sign-in", data=people.form(name))
        assert answer.status_code == 303, answer.text
        self.take_token()

    def take_token(self):
        self.http.headers["X-CSRF"] = self.data()["seat"]["csrf"]

    def get(self, path="", **more):
        return self.http.get(self.base + path, **more)

    def data(self, **query):
        answer = self.get("/data", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, value):
        return self.http.post(self.base + path, json=value)

    def preview(self, verb, target, **arguments):
        return self.post("/preview", {"verb": verb, "target": target, "arguments": arguments})

    def order(self, verb, target, why="seen from the roof", key=None, token="", **arguments):
        told = {"key": key or new_key(), "verb": verb, "target": target, "why": why, "token": token}
        return self.post("/orders", told | {"arguments": arguments})

    def approve(self, reference, key=None, **more):
        return self.post("/approvals", {"key": key or new_key(), "reference": reference} | more)


class Room:
    """Officers by name, each signed in once."""

    def __init__(self, url, people):
        self.url, self.people = url, people
        self.officers = {}

    def __call__(self, name):
        if name not in self.officers:
            self.officers[name] = Officer(self.url, self.people, name)
        return self.officers[name]


def alerts(server, area):
    """The public's alerts for an area itself."""
    return [one for one in server.get("/v1/alerts")["alerts"] if one["area"]["code"] == area]


def _orders(server):
    with closing(sqlite3.connect(f"file:{server.journal}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT stub FROM entries WHERE kind = 'order' ORDER BY number")
        return [json.loads(stub) for (stub,) in rows]


def orders_of(server):
    """Orders that the journal has, but for who came and went."""
    return [one for one in _orders(server) if one["verb"] not in AUDIT]


def written_down(server):
    """All orders of the journal, once the desk has written down who came and went."""
    before, now = [], _orders(server)
    while before != now:
        time.sleep(1.3)  # longer than the desk waits between two looks
        before, now = now, _orders(server)
    return now


def until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)
