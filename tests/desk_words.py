"""People of a duty desk, and how they sign in: for tests that act at a live server's desk."""

from __future__ import annotations

import itertools

import httpx
import pyotp

from broker import wall
from tocsin.outlets.desk.accounts import Accounts
from tocsin.outlets.desk.store import Store

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

    def __init__(self, directory, store="tocsin.accounts", roles=ROLES):
        self.accounts = Accounts(Store(str(directory / store)))
        self.secrets = {}
        now = wall()
        for name, role in roles.items():
            token = self.accounts.add(name, role, "console", now)
            self.secrets[name] = self.accounts.invitation(token, now).secret
            assert self.accounts.enrol(token, password_of(name), None, now) is None

    def code(self, name, step=0):
        """The digits on somebody's telephone; ``step`` half-minutes later."""
        return pyotp.TOTP(self.secrets[name]).at(wall(), step)

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
        self.http = httpx.Client(base_url=url, timeout=30, follow_redirects=False)
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
