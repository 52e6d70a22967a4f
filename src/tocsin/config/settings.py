"""Files and environment made into frozen settings, with all problems at once (docs/settings.md)."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tocsin.config.declared import DECLARED, Setting, duration
from tocsin.config.errors import SettingsError
from tocsin.model import Problem

__all__ = ["Desk", "Feed", "Key", "Model", "Mount", "Settings"]

OUTLETS = ("mqtt", "webhooks", "files", "log", "push")
FEED_KINDS = ("jsonl", "feed", "article", "alerts.in.ua", "ukrainealarm")
_EVERY = {"alerts.in.ua": 10.0, "ukrainealarm": 22.0}
"""Usual pauses that keep within the upstream's quota; every other feed waits 60 s."""
DIALECTS = ("alerts.in.ua", "ukrainealarm", "siren.pp.ua")


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """What a source proves itself with: a bearer token, or a key that signs (HMAC-SHA256)."""

    bearer: str | None = None
    hmac: str | None = None

    def __repr__(self) -> str:
        return "Key(hidden)"


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that we read ourselves: a growing file of JSON lines, a feed, an article, an alarm service."""

    kind: str
    source: str
    at: str
    """Path or URL."""
    every: float = 60.0
    """Seconds between polls."""
    token: str = ""
    """What an alarm service knows us by."""

    def __repr__(self) -> str:
        return f"Feed({self.kind} {self.at} every {self.every:g} s)"


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    """A dialect that is served: under which path, to whom. No tokens: to everybody."""

    dialect: str
    path: str
    tokens: tuple[str, ...] = ()
    per_minute: int | None = None
    """Requests a minute of one token; None: however many."""

    def __repr__(self) -> str:
        return f"Mount({self.dialect} at {self.path or '/'})"


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """How the duty desk's doors are kept (docs/desk.md)."""

    accounts: str | None = None
    """The file of accounts and sessions; None: beside the journal."""
    idle: float = 1800.0
    """Seconds without an act after which a person proves themselves again before the next."""
    longest: float = 50_400.0
    """Seconds after which a session ends, whatever is done in it: a shift of twelve hours and its handing over."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A language model that reads beside the rules (docs/reading.md): an endpoint that speaks OpenAI's API."""

    url: str
    """Address up to and including the version: ``/chat/completions`` is added to it."""
    name: str
    key: str = ""
    """What it knows us by, from the environment variable that the file names."""
    timeout: float = 30.0
    """Seconds after which a question is given up."""

    def __repr__(self) -> str:
        return f"Model({self.name} at {self.url})"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that can be set; each field is described in docs/settings.md."""

    host: str = "127.0.0.1"
    port: int = 8420
    journal: str = "tocsin.db"
    open: bool = False
    demo: bool = False
    exercise: bool = False
    shadow: bool = False
    base_url: str | None = None
    language: str = "uk"
    desk_token: str | None = None
    sources: str | None = None
    policy: str | None = None
    shadow_policy: str | None = None
    embargo: str | None = None
    max_body: int = 4 * 1024 * 1024
    rate: int = 12_000
    replay_window: float = 300.0
    heartbeat: float = 5.0
    stream_buffer: int = 1024 * 1024
    max_streams: int = 20_000
    sender: str = "tocsin.invalid"
    cap_key: str | None = None
    keys: dict[str, Key] = {}
    feeds: tuple[Feed, ...] = ()
    dialects: tuple[Mount, ...] = ()
    desk: Desk = Desk()
    model: Model | None = None
    """The second reader; None: there is none."""
    outlets: dict[str, dict[str, Any]] = {}
    """The tables of outlets as they stand; each outlet reads its own (docs/mqtt.md, docs/webhooks.md)."""
    base: str = "."
    """The directory that file names in those tables are relative to."""

    @property
    def marks(self) -> dict[str, bool]:
        """What every message must carry: that it is a demonstration, or an exercise; nothing where all is real."""
        return {name: True for name in ("demo", "exercise") if getattr(self, name)}

    def __repr__(self) -> str:
        return f"Settings(host={self.host!r}, port={self.port}, journal={self.journal!r}, open={self.open})"

    @classmethod
    def load(
        cls, path: str | Path | None = None, env: Mapping[str, str] | None = None, **said: object
    ) -> Settings:
        """Return settings from a TOML file, then the environment, then what was said on the command line.

        Raises SettingsError with every problem of all three.
        """
        problems: list[Problem] = []
        file = Path(path) if path is not None else None
        table = _read(file, problems) if file is not None else {}
        base = file.parent if file is not None else Path()
        values: dict[str, Any] = {}
        where = str(file or "tocsin.toml")
        told = _Told(table=table, env=env or {}, said=said, base=base, file=where)
        for setting in DECLARED:
            _take(setting, told, values, problems)
        values["keys"] = _keys(table.pop("keys", {}), f"{where}: keys", problems)
        values["feeds"] = _feeds(table.pop("feeds", []), base, f"{where}: feeds", problems)
        values["dialects"] = _mounts(table.pop("dialects", {}), f"{where}: dialects", problems)
        values["desk"] = _desk(table.pop("desk", {}), base, f"{where}: desk", problems)
        values["model"] = _model(table.pop("reading", {}), env or {}, f"{where}: reading", problems)
        values["outlets"] = _outlets(table, where, problems)
        values["base"] = str(base)
        known = {setting.name for setting in DECLARED}
        problems.extend(
            _problem(f"{where}: {name}", "is no setting", "docs/settings.md lists them all.")
            for name in table
            if name not in known
        )
        variables = {setting.variable for setting in DECLARED} | {"TOCSIN_CACHE", "TOCSIN_DATA"}
        problems.extend(
            _problem(f"environment: {name}", "is no setting", "docs/settings.md lists them all.")
            for name in sorted(env or {})
            if name.startswith("TOCSIN_") and name not in variables
        )
        problems.extend(_contradictions(values))
        if problems:
            raise SettingsError(problems)
        return cls(**values)


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(where=where, what=what, remedy=remedy)


def _read(file: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        problems.append(
            _problem(str(file), f"cannot be read ({error.strerror})", "Name a file that is readable.")
        )
    except UnicodeDecodeError:
        problems.append(_problem(str(file), "is not UTF-8", "Save it as UTF-8."))
    except tomllib.TOMLDecodeError as error:
        problems.append(_problem(str(file), f"is no TOML: {error}", "Mend the line that it names."))
    return {}


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value may be told: the command line before the environment before the file."""

    table: Mapping[str, Any]
    env: Mapping[str, str]
    said: Mapping[str, object]
    base: Path
    file: str


def _take(setting: Setting, told: _Told, values: dict[str, Any], problems: list[Problem]) -> None:
    base = Path()
    raw: object
    if told.said.get(setting.name) is not None:
        where, raw = f"--{setting.name.replace('_', '-')}", told.said[setting.name]
    elif setting.variable in told.env:
        where, raw = f"environment: {setting.variable}", told.env[setting.variable]
    elif setting.name in told.table:
        where, raw, base = f"{told.file}: {setting.name}", told.table[setting.name], told.base
    else:
        return
    try:
        value = setting.take(str(raw) if isinstance(raw, Path) else raw)
    except ValueError as wanted:
        problems.append(_problem(where, "has a wrong value", f"Write {wanted}: {setting.does}."))
        return
    values[setting.name] = str(base / value) if setting.path and value != ":memory:" else value


def _keys(table: object, where: str, problems: list[Problem]) -> dict[str, Key]:
    keys: dict[str, Key] = {}
    if not isinstance(table, dict):
        problems.append(_problem(where, "is no table", "Write [keys.SOURCE] with bearer or hmac."))
        return keys
    for source, one in sorted(table.items()):
        kinds = one if isinstance(one, dict) else {}
        wrong = sorted(set(kinds) - {"bearer", "hmac"})
        secrets = [kinds.get("bearer"), kinds.get("hmac")]
        if wrong or not any(secrets) or any(_weak(secret) for secret in secrets):
            problems.append(
                _problem(
                    f"{where}.{source}",
                    "is no key",
                    "Give bearer or hmac, each at least 16 ASCII characters long.",
                )
            )
            continue
        keys[source] = Key(bearer=secrets[0], hmac=secrets[1])
    bearers = [key.bearer for key in keys.values() if key.bearer]
    if len(set(bearers)) < len(bearers):
        problems.append(_problem(where, "two sources share one bearer token", "Give each source its own."))
    return keys


def _weak(secret: object) -> bool:
    return secret is not None and not (isinstance(secret, str) and len(secret) >= 16 and secret.isascii())


def _feeds(tables: object, base: Path, where: str, problems: list[Problem]) -> tuple[Feed, ...]:
    feeds: list[Feed] = []
    for n, one in enumerate(tables if isinstance(tables, list) else [None], start=1):
        table = one if isinstance(one, dict) else {}
        kind, source, at = table.get("kind"), table.get("source"), table.get("url") or table.get("path")
        token = table.get("token", "")
        wrong = sorted(set(table) - {"kind", "source", "url", "path", "every", "token"})
        if not isinstance(token, str):
            wrong.append("token")
        try:
            every = duration(table.get("every", _EVERY.get(str(kind), 60.0)))
        except ValueError:
            wrong.append("every")
            every = 60.0
        if wrong or kind not in FEED_KINDS or not isinstance(source, str) or not isinstance(at, str):
            problems.append(
                _problem(
                    f"{where}[{n}]",
                    f"has wrong fields: {', '.join(wrong)}"
                    if wrong
                    else "names no kind, source and url or path",
                    f"Give kind ({', '.join(FEED_KINDS)}), source, url or path, and every.",
                )
            )
            continue
        feeds.append(
            Feed(
                kind=kind,
                source=source,
                at=at if "://" in at else str(base / at),
                every=max(every, 0.1 if kind == "jsonl" else 1.0),
                token=str(token),
            )
        )
    return tuple(feeds)


def _mounts(table: object, where: str, problems: list[Problem]) -> tuple[Mount, ...]:
    mounts: list[Mount] = []
    for name, one in sorted(table.items()) if isinstance(table, dict) else [("?", None)]:
        fields = one if isinstance(one, dict) else {}
        path, tokens, often = fields.get("path"), fields.get("tokens", []), fields.get("per_minute")
        fine = name in DIALECTS and isinstance(path, str) and (path == "" or path.startswith("/"))
        fine = fine and not set(fields) - {"path", "tokens", "per_minute"}
        fine = fine and (often is None or (type(often) is int and often > 0))
        if not fine or not isinstance(tokens, list) or any(_weak(token) for token in tokens):
            problems.append(
                _problem(
                    f"{where}.{name}",
                    "is no dialect that could be served so",
                    f'Write [dialects."{DIALECTS[0]}"] or [dialects.{DIALECTS[1]}] with path = "/under/which"'
                    " and tokens of at least 16 characters.",
                )
            )
            continue
        mounts.append(Mount(dialect=name, path=str(path).rstrip("/"), tokens=tuple(tokens), per_minute=often))
    return tuple(mounts)


def _desk(table: object, base: Path, where: str, problems: list[Problem]) -> Desk:
    fields = table if isinstance(table, dict) else {"?": None}
    wrong = sorted(set(fields) - {"accounts", "idle", "longest"})
    accounts = fields.get("accounts")
    if accounts is not None and not (isinstance(accounts, str) and accounts.strip()):
        wrong.append("accounts")
    times = {"idle": 1800.0, "longest": 50_400.0}
    for name, usual in times.items():
        try:
            times[name] = duration(fields.get(name, usual))
        except ValueError:
            times[name] = 0.0
        if times[name] <= 0:
            wrong.append(name)
    if wrong:
        what = f"has wrong fields: {', '.join(wrong)}"
        problems.append(_problem(where, what, 'Write accounts = "FILE", idle = "30m", longest = "14h".'))
        return Desk()
    return Desk(accounts=str(base / accounts) if accounts else None, **times)


def _model(table: object, env: Mapping[str, str], where: str, problems: list[Problem]) -> Model | None:
    fields = table.get("model", {}) if isinstance(table, dict) else None
    wrong = sorted(set(table) - {"model"}) if isinstance(table, dict) else ["reading"]
    if fields == {} and not wrong:
        return None
    if not isinstance(fields, dict):
        fields, wrong = {}, [*wrong, "model"]
    wrong += sorted(set(fields) - {"url", "name", "key_env", "timeout"})
    url, name, key_env = fields.get("url"), fields.get("name"), fields.get("key_env")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        wrong.append("url")
    if not isinstance(name, str) or not name.strip():
        wrong.append("name")
    key = ""
    if key_env is not None:
        key = env.get(key_env, "") if isinstance(key_env, str) else ""
        if not key:
            wrong.append("key_env (no such variable)")
    try:
        timeout = duration(fields.get("timeout", 30.0))
    except ValueError:
        timeout = 0.0
    if not 0 < timeout <= 600:
        wrong.append("timeout")
    if wrong:
        what = f"has wrong fields: {', '.join(wrong)}"
        remedy = 'Write [reading.model] with url = "https://…/v1", name = "…", key_env = "VARIABLE", timeout = "30s".'
        problems.append(_problem(where, what, remedy))
        return None
    return Model(url=str(url), name=str(name), key=key, timeout=timeout)


def _outlets(table: dict[str, Any], where: str, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in OUTLETS:
        one = table.pop(name, {})
        if isinstance(one, dict):
            found[name] = one
        else:
            problems.append(_problem(f"{where}: {name}", "is no table", f"Write [{name}] above its fields."))
    return {name: one for name, one in found.items() if one}


def _contradictions(values: Mapping[str, Any]) -> list[Problem]:
    found = []
    if values.get("open") and not loopback(values.get("host", "127.0.0.1")):
        found.append(
            _problem(
                "open",
                "lets anybody send reports, and host is not this machine",
                "Use host 127.0.0.1, or keys.",
            )
        )
    if values.get("demo") and values.get("exercise"):
        found.append(_problem("demo", "and exercise exclude each other", "Choose one of them."))
    return found


def loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
