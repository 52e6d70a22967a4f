"""MQTT 5: the official state of every area, retained but never longer than it may be believed (docs/mqtt.md).

Under ``tocsin/v1/{pack}``: ``{area}/state`` (official layer, retained, expires
within 60 s and is renewed before), ``{area}/warning`` (our warnings, on topics of
their own, R31), ``changes``, ``heartbeat`` and ``status``. When we die, what is
retained dies with us: after a minute a new subscriber gets no state at all, and so
no calm (R33).
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import aiomqtt
import msgspec
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tocsin.codec import encode, instant
from tocsin.engine import World
from tocsin.model import Alert, AreaState, Change, Fact, Picture, Problem, Silence
from tocsin.outlets.errors import OutletError
from tocsin.outlets.keys import Signer, signed_json
from tocsin.outlets.publication import Publication, Published
from tocsin.outlets.silences import Mute
from tocsin.places import Gazetteer

__all__ = ["MqttConf", "MqttOutlet", "configured"]

log = logging.getLogger(__name__)

LONGEST = 60
"""Seconds after which a retained state expires at the latest (R33)."""
CHANGE_LASTS = 300
"""Seconds for which a change may wait at the broker for a subscriber that is away."""
_LATE = timedelta(seconds=60)
"""A change older than this is history: it is not sent when the broker comes back (R8)."""
_CHUNK = 100
_LONGEST_PAUSE = 60.0


class MqttConf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[mqtt]`` table of the settings. ``areas`` empty: all first-level areas and raions."""

    host: str
    port: int = 1883
    username: str | None = None
    password_file: str | None = None
    tls: bool = False
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    identifier: str | None = None
    root: str = "tocsin/v1"
    areas: tuple[str, ...] = ()
    expiry: int = LONGEST
    heartbeat: float = 5.0
    signing_key: str | None = None
    home_assistant: str | None = None
    home_assistant_areas: tuple[str, ...] = ()


def configured(table: Mapping[str, Any], base: Path) -> tuple[MqttConf | None, tuple[Problem, ...]]:
    """Read the ``[mqtt]`` table of the settings; no table, no outlet."""
    if not table:
        return None, ()
    try:
        conf = msgspec.convert(dict(table), MqttConf, strict=True)
    except msgspec.ValidationError as error:
        return None, (Problem(where="mqtt", what=str(error), remedy="docs/mqtt.md lists its settings."),)
    problems: list[Problem] = []
    if not 5 <= conf.expiry <= LONGEST:
        remedy = "A retained state must not outlive its truth (R33)."
        problems.append(
            Problem(where="mqtt.expiry", what=f"is not from 5 to {LONGEST} seconds", remedy=remedy)
        )
    if any(c in conf.root for c in "#+ ") or conf.root.startswith(("/", "$")) or not conf.root:
        problems.append(Problem(where="mqtt.root", what="is no topic", remedy="Write it like tocsin/v1."))
    if conf.username and not conf.tls and conf.host not in ("127.0.0.1", "::1", "localhost"):
        problems.append(
            Problem(
                where="mqtt.tls", what="is off and a password would go out in plain", remedy="Set tls = true."
            )
        )
    names = ("password_file", "ca_file", "cert_file", "key_file", "signing_key")
    files = {name: str(base / getattr(conf, name)) for name in names if getattr(conf, name)}
    problems.extend(
        Problem(where=f"mqtt.{name}", what="is no file", remedy=f"Put it at {path}.")
        for name, path in files.items()
        if not Path(path).is_file()
    )
    return msgspec.structs.replace(conf, **files), tuple(problems)


class Hall(Protocol):
    """What this outlet asks of the app."""

    world: World

    @property
    def publication(self) -> Publication:
        """The published chain."""

    @property
    def settings(self) -> Any:  # noqa: ANN401 - of which it reads demo and exercise
        """How the app is set."""

    def clock(self) -> datetime:
        """Tell the time."""

    def now_picture(self) -> Picture:
        """Give what is believed now."""

    def area_state(self, code: str) -> AreaState:
        """Give what is said of an area now."""

    def follow(self, after: int = 0) -> AsyncIterator[Change]:
        """Give published changes as they come."""

    def silences(self) -> tuple[Silence, ...]:
        """Give the silences in force."""

    def silenced(self, outlet: str, fact: Fact) -> Silence | None:
        """Give the silence that keeps an outlet from sending a fact now."""

    async def sent(self, outlet: str, messages: Sequence[tuple[int, bytes]]) -> None:
        """Record durably what was sent."""

    def sent_up_to(self, outlet: str) -> int | None:
        """Tell up to which change an outlet sent."""


def expiring(seconds: int) -> Properties:
    """Make the properties of a message that the broker forgets after so many seconds."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = max(1, seconds)
    properties.ContentType = "application/json"
    properties.PayloadFormatIndicator = 1
    return properties


def state_json(state: AreaState, number: int, now: datetime, until: datetime) -> bytes:
    """Body of an area's official state. ``n`` rises with every message about the area, across restarts."""
    told = {
        "area": state.area.code,
        "name": state.area.names,
        "state": state.state,
        "level": state.level,
        "kinds": list(dict.fromkeys(alert.kind for alert in state.official)),
        "since": instant(state.since) if state.since else None,
        "last_state": state.last_state,
        "stale": state.stale,
        "contradicted": state.contradicted,
        "heard_at": instant(state.heard_at) if state.heard_at else None,
        "known_at": instant(now),
        "valid_until": instant(until),
        "n": number,
    }
    return encode(told)


def warning_json(
    state: AreaState, warnings: Sequence[Alert], number: int, now: datetime, until: datetime
) -> bytes:
    """Body of an area's warnings: what we infer, whose word it rests on, and that it is no siren (R31)."""
    told = {
        "area": state.area.code,
        "name": state.area.names,
        "official": False,
        "warnings": [_warning(alert) for alert in warnings],
        "known_at": instant(now),
        "valid_until": instant(until),
        "n": number,
    }
    return encode(told)


def _warning(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "level": alert.level,
        "kind": alert.kind,
        "cause": alert.cause.kind,
        "weapon": alert.cause.weapon,
        "unofficial": alert.unofficial,
        "whose": list(alert.whose),
        "instruction": alert.instruction,
        "since": instant(alert.valid.start) if alert.valid.start else None,
        "lapses_at": instant(alert.lapses_at) if alert.lapses_at else None,
    }


class MqttOutlet:
    """Publishes to one broker, reconnecting for as long as it takes."""

    def __init__(self, app: Hall, conf: MqttConf) -> None:
        self._app = app
        self._conf = conf
        self._signer = Signer.load(conf.signing_key) if conf.signing_key else None
        settings = app.settings
        root = conf.root
        if getattr(settings, "exercise", False) or getattr(settings, "demo", False):
            # An exercise never shares a topic with the real thing (R2).
            head, _, tail = root.partition("/")
            root = f"{head}-{'exercise' if settings.exercise else 'demo'}" + (f"/{tail}" if tail else "")
        self.base = f"{root}/{app.world.places.pack}"
        self.connected = False
        self.trouble: str | None = "has not connected yet"
        self.sent = 0
        self._numbers: dict[str, int] = {}
        self._due: dict[str, datetime] = {}
        self._dirty: dict[str, None] = {}
        self._warned: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._mute = Mute(app, "mqtt")
        sent = app.sent_up_to("mqtt")
        self._sent_to = app.publication.last if sent is None else min(sent, app.publication.last)
        self.areas: tuple[str, ...] = conf.areas or _usual_areas(app.world.places)
        """Of which a state is published."""
        self._published = frozenset(self.areas)
        self._inside: dict[str, list[str]] = {}
        for area in self.areas:
            for holder in (area, *app.world.places.ancestors(area)):
                self._inside.setdefault(holder, []).append(area)
        self._renew = timedelta(seconds=max(1.0, conf.expiry / 3))

    def condition(self) -> str | None:
        """Tell what is degraded, None where nothing is."""
        return self.trouble

    # --- connecting

    async def run(self) -> None:
        """Publish until cancelled; a broker that is away is tried again with growing pauses."""
        follower = asyncio.create_task(self._follow())
        pause = 1.0
        try:
            while True:
                try:
                    async with self._client() as client:
                        pause = 1.0
                        await self._serve(client)
                except (aiomqtt.MqttError, OSError, OutletError, ssl.SSLError) as error:
                    self.connected = False
                    if _cancelled():  # the goodbye to the broker failed; that must not keep us here
                        raise asyncio.CancelledError from error
                    self.trouble = f"broker {self._conf.host}:{self._conf.port}: {error}"
                    log.warning("mqtt: %s; next try in %.0f s", self.trouble, pause)
                    await asyncio.sleep(pause)
                    pause = min(_LONGEST_PAUSE, pause * 2)
        finally:
            self.connected = False
            follower.cancel()
            with suppress(asyncio.CancelledError):
                await follower

    def _client(self) -> aiomqtt.Client:
        conf = self._conf
        password = None
        if conf.password_file is not None:
            password = Path(conf.password_file).read_text("utf-8").rstrip("\n")
        will = aiomqtt.Will(
            f"{self.base}/status", encode({"online": False}), qos=1, retain=True, properties=_will()
        )
        tls = ssl.create_default_context(cafile=conf.ca_file) if conf.tls else None
        if tls is not None and conf.cert_file is not None:
            tls.load_cert_chain(conf.cert_file, conf.key_file)
        client = aiomqtt.Client(
            conf.host,
            conf.port,
            username=conf.username,
            password=password,
            identifier=conf.identifier,
            protocol=aiomqtt.ProtocolVersion.V5,
            keepalive=15,
            timeout=10,
            will=will,
            tls_context=tls,
            max_inflight_messages=_CHUNK,
        )
        client.pending_calls_threshold = 2 * _CHUNK  # below it a crowd of alarms is no reason to warn
        return client

    async def _follow(self) -> None:
        async for change in self._app.follow(self._app.publication.last):
            self._touch(change)
            self._wake.set()

    def _touch(self, change: Change) -> None:
        """Mark every published area that a change may have moved: its own, those inside, those around."""
        area = getattr(change.fact.noun, "area", None)
        code = area if isinstance(area, str) else getattr(area, "code", None)
        if code is None:
            return
        for each in (*self._inside.get(code, ()), *self._app.world.places.ancestors(code)):
            if each in self._published:
                self._dirty[each] = None

    # --- publishing

    async def _serve(self, client: aiomqtt.Client) -> None:
        self._due.clear()
        await self._announce(client)
        self.connected, self.trouble = True, None
        beat_at = last = self._app.clock()
        while True:
            if _cancelled():
                # Python 3.11's wait_for, on which aiomqtt waits, can lose a cancellation.
                raise asyncio.CancelledError
            self._wake.clear()
            now = self._app.clock()
            if now < last:  # the clock was set back: what is due by the old one would wait too long
                self._due.clear()
                beat_at = now
            last = now
            self._mute.follow()
            await self._states(client, now)
            await self._changes(client, now)
            await self._unmuted(client)
            if now >= beat_at:
                await self._heartbeat(client, now)
                beat_at = now + timedelta(seconds=self._conf.heartbeat)
            with suppress(TimeoutError):
                async with asyncio.timeout(min(1.0, self._conf.heartbeat)):
                    await self._wake.wait()

    async def _announce(self, client: aiomqtt.Client) -> None:
        await self._publish(
            client, "status", {"online": True, "at": instant(self._app.clock())}, LONGEST, retain=True
        )
        if self._conf.home_assistant is not None:
            for code in self._conf.home_assistant_areas or self._app.world.places.first_level():
                topic = f"{self._conf.home_assistant}/binary_sensor/tocsin_{code.lower()}/config"
                await client.publish(topic, encode(self._discovery(code)), qos=1, retain=True)

    def _discovery(self, code: str) -> dict[str, Any]:
        """Describe an area to Home Assistant: on, off, and neither where we don't know."""
        area = self._app.world.places.area(code)
        names = area.names if area is not None else {}
        template = (
            "{% if value_json.state in ['ACTIVE', 'PARTLY'] or value_json.last_state == 'ACTIVE' %}ON"
            "{% elif value_json.state == 'CLEAR' %}OFF{% else %}None{% endif %}"
        )
        return {
            "name": names.get("uk", code),
            "unique_id": f"tocsin_{code.lower()}",
            "device_class": "safety",
            "state_topic": f"{self.base}/{code}/state",
            "value_template": template,
            "json_attributes_topic": f"{self.base}/{code}/state",
            "expire_after": self._conf.expiry,
            "qos": 1,
            "device": {"identifiers": ["tocsin"], "name": "Tocsin", "manufacturer": "Tocsin"},
        }

    async def _publish(
        self, client: aiomqtt.Client, topic: str, told: bytes | dict[str, Any], lasts: int, *, retain: bool
    ) -> None:
        body = signed_json(self._signer, encode(told) if isinstance(told, dict) else told)
        await client.publish(f"{self.base}/{topic}", body, qos=1, retain=retain, properties=expiring(lasts))
        self.sent += 1

    async def _changes(self, client: aiomqtt.Client, now: datetime) -> None:
        """Send published changes in order, those that are history aside."""
        while batch := self._app.publication.after(self._sent_to, 200):
            told: list[tuple[int, bytes]] = []
            fresh = [one for one in batch if one.change.at >= now - _LATE and not self._mute.keeps(one)]
            for start in range(0, len(fresh), _CHUNK):
                # Handed over in order and acknowledged together: the broker keeps the order.
                chunk = fresh[start : start + _CHUNK]
                await asyncio.gather(*(self._change(client, one) for one in chunk))
                told.extend((one.change.number, one.data) for one in chunk)
            self._sent_to = batch[-1].change.number
            await self._record(told)
            if len(batch) < 200:
                break

    async def _change(self, client: aiomqtt.Client, one: Published) -> None:
        await client.publish(f"{self.base}/changes", one.data, qos=1, properties=expiring(CHANGE_LASTS))
        self.sent += 1

    async def _unmuted(self, client: aiomqtt.Client) -> None:
        """Send what still stands of what a silence kept back that has ended."""
        released = self._mute.released()
        for one in released:
            await self._change(client, one)
            self._touch(one.change)
        await self._record([(one.change.number, one.data) for one in released])
        if released:
            self._wake.set()

    async def _record(self, told: Sequence[tuple[int, bytes]]) -> None:
        """Record what went out, so that a restart sends nothing twice and nothing old (R8)."""
        if told:
            try:
                await self._app.sent("mqtt", told)
            except OutletError as error:
                log.warning("mqtt: not recorded: %s", error)

    async def _states(self, client: aiomqtt.Client, now: datetime) -> None:
        """Send what changed at once and renew what is due, alarms first."""
        due = [code for code in self.areas if code in self._dirty or self._due.get(code, now) <= now]
        if not due:
            return
        self._dirty.clear()
        states = [self._app.area_state(code) for code in due if not self._mute.mutes(code)]
        states.sort(key=lambda s: s.state not in ("ACTIVE", "PARTLY"))
        for start in range(0, len(states), _CHUNK):
            chunk = states[start : start + _CHUNK]
            try:
                await asyncio.gather(*(self._state(client, state, now) for state in chunk))
            except BaseException:
                self._dirty |= dict.fromkeys(due)
                raise

    async def _state(self, client: aiomqtt.Client, state: AreaState, now: datetime) -> None:
        code = state.area.code
        warnings = [one for one in state.warnings if not self._mute.holds(one.id)]
        until = now + timedelta(seconds=self._conf.expiry)
        if state.valid_until is not None and state.state == "CLEAR":
            until = min(until, max(state.valid_until, now + timedelta(seconds=1)))
        lasts = int((until - now).total_seconds())
        body = state_json(state, self._next(code, now), now, until)
        await self._publish(client, f"{code}/state", body, lasts, retain=True)
        self._due[code] = now + min(self._renew, (until - now) / 2)
        if warnings:
            ends = [w.lapses_at for w in warnings if w.lapses_at is not None]
            ends_at = min([until, *ends])
            told = warning_json(state, warnings, self._next(f"{code}/warning", now), now, ends_at)
            seconds = max(1, int((ends_at - now).total_seconds()))
            await self._publish(client, f"{code}/warning", told, seconds, retain=True)
            self._due[code] = min(self._due[code], max(ends_at, now + timedelta(seconds=1)))
            self._warned[code] = None
        elif code in self._warned:
            told = warning_json(state, warnings, self._next(f"{code}/warning", now), now, until)
            await self._publish(client, f"{code}/warning", told, lasts, retain=True)
            del self._warned[code]

    def _next(self, name: str, now: datetime) -> int:
        """Give a number that rises: milliseconds of our clock, or one more than the last."""
        number = max(self._numbers.get(name, 0) + 1, int(now.timestamp() * 1000))
        self._numbers[name] = number
        return number

    async def _heartbeat(self, client: aiomqtt.Client, now: datetime) -> None:
        publication = self._app.publication
        told = {
            "last": publication.last,
            "head": publication.head,
            "known_at": instant(now),
            "valid_until": instant(now + timedelta(seconds=3 * self._conf.heartbeat)),
        }
        await self._publish(client, "heartbeat", told, LONGEST, retain=False)
        await self._publish(client, "status", {"online": True, "at": instant(now)}, LONGEST, retain=True)


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _will() -> Properties:
    properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
    properties.ContentType = "application/json"
    return properties


def _usual_areas(places: Gazetteer) -> tuple[str, ...]:
    """First-level areas, their raions, and the cities that the dialects know by themselves."""
    first = places.first_level()
    raions = [
        c for code in first for c in places.children(code) if (a := places.area(c)) and a.level == "raion"
    ]
    cities = [c for number in ("1293", "564") if (c := places.by_dialect_id("alerts.in.ua", number))]
    return tuple(dict.fromkeys((*first, *raions, *cities)))
