"""All outlets of a server put together: what answers over HTTP, and what runs beside it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec
from starlette.routing import Route

from tocsin.decisions.policy import load_policy
from tocsin.model import Change, Claim, Entry, Problem, Report
from tocsin.outlets import cap, dialects, files, log, mqtt, newsroom, pages, push, push_doors, webhook
from tocsin.outlets.apart import claims_to_be_real, own_tables, wrong_keys
from tocsin.outlets.desk import front
from tocsin.outlets.desk.foresight import Reach
from tocsin.outlets.desk.nights import Beside as OtherWords
from tocsin.outlets.errors import OutletError
from tocsin.outlets.hall import Conf, Hall
from tocsin.outlets.http import application
from tocsin.outlets.intake import Intake, Parse
from tocsin.outlets.openapi import Endpoint
from tocsin.outlets.opinions import Opinions
from tocsin.outlets.score import Beside, Board, told_to_nobody
from tocsin.outlets.subscriptions import Subscriptions
from tocsin.render.cap import Issuer
from tocsin.render.naming import Names

__all__ = ["Assembly", "Runs", "assemble", "flaws"]

_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----\n?", re.DOTALL)


class Chosen(Conf, Protocol):
    """The settings that decide which outlets there are."""

    @property
    def host(self) -> str:
        """The address that is listened on."""

    @property
    def port(self) -> int:
        """The port that is listened on."""

    @property
    def base_url(self) -> str | None:
        """Where readers reach us."""

    @property
    def sender(self) -> str:
        """Who sends our CAP messages."""

    @property
    def cap_key(self) -> str | None:
        """The file with key and certificate for CAP."""

    @property
    def dialects(self) -> Sequence[dialects.Mounted]:
        """The dialects that are served."""

    @property
    def journal(self) -> str:
        """The journal's file."""

    @property
    def desk(self) -> front.DeskConf:
        """How the duty desk's doors are kept."""

    @property
    def base(self) -> str:
        """What file names are relative to."""

    @property
    def outlets(self) -> Mapping[str, Mapping[str, Any]]:
        """The tables of outlets, each read by its own."""


class Foyer(Hall, Protocol):
    """The app, as whoever puts outlets together sees it."""

    @property
    def settings(self) -> Chosen:
        """How it is set."""

    def follow(self, after: int = 0) -> AsyncIterator[Change]:
        """Give published changes as they come."""

    async def sent(self, outlet: str, messages: Sequence[tuple[int, bytes]]) -> None:
        """Record durably what an outlet sent."""

    def sent_up_to(self, outlet: str) -> int | None:
        """Tell up to which change an outlet sent."""

    def claim(self, claim: str) -> Any:  # noqa: ANN401 - pages know
        """Return a claim by its id."""

    def source_heard(self, source: str) -> Any:  # noqa: ANN401 - pages know
        """Tell when a source was last heard."""


class Runs(msgspec.Struct, frozen=True):
    """Something that runs beside the rest, and how it tells that it is degraded."""

    name: str
    work: Callable[[], Awaitable[None]]
    condition: Callable[[], str | None]


class Assembly(msgspec.Struct, frozen=True):
    """What answers over HTTP, what runs beside it, and what to look at for health."""

    application: Callable[..., Awaitable[None]]
    runs: tuple[Runs, ...]
    conditions: dict[str, Callable[[], str | None]]


def flaws(settings: Chosen) -> tuple[Problem, ...]:
    """Return what is wrong with the tables of outlets."""
    return _tables(settings)[1]


def _tables(settings: Chosen) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    base = Path(settings.base)
    found: dict[str, Any] = {}
    own, foreign = own_tables(settings, settings.outlets)
    problems: list[Problem] = list(foreign)
    readers: Mapping[str, Callable[[Mapping[str, Any], Path], tuple[Any, tuple[Problem, ...]]]] = {
        "mqtt": mqtt.configured,
        "webhooks": webhook.configured,
        "files": files.configured,
        "log": log.configured,
        "push": push.configured,
    }
    for name, read in readers.items():
        found[name], wrong = read(own.get(name, {}), base)
        problems.extend(wrong)
    keys = [getattr(table, "key", None) for table in found.values()]
    problems.extend(wrong_keys(settings, [settings.cap_key, *keys]))
    return found, tuple(problems)


def assemble(hall: Foyer, parse: Parse) -> Assembly:
    """Put all outlets together; OutletError where a key or an address of one can't be used."""
    settings = hall.settings
    tables, _ = _tables(settings)
    status = "Exercise" if settings.exercise else "Test" if settings.demo else "Actual"
    base_url = settings.base_url or f"http://{settings.host}:{settings.port}"
    issuer = Issuer(sender=settings.sender, base_url=base_url, status=status)
    names = Names(register=hall.world.register, weapons=hall.world.weapons)
    shelf = cap.Shelf(
        hall,
        issuer,
        names,
        hall.world.places,
        _cap_signer(settings.cap_key),
        silenced=lambda fact: hall.silenced("cap", fact),
    )
    senders = _senders(hall, tables, issuer)
    runs, phones = list(senders.runs), senders.phones
    subscriptions = senders.post.post.subscriptions
    reach = _reach(hall, [one.name for one in runs], len(tables["webhooks"].targets), subscriptions, phones)
    mounts = settings.dialects or (dialects.NATIVE if settings.open else ())
    news = newsroom.endpoints(hall, base_url)
    if phones is not None:
        news = (*news, *push_doors.endpoints(phones, hall.clock))
    extra = [
        *log.routes(hall, senders.log.signer, tables["log"].retired),
        *webhook.routes(senders.post, settings.desk_token),
        *cap.routes(shelf),
        *dialects.routes(hall, mounts, subscriptions),
        *_mounted(news),
    ]

    policy = hall.world.policy
    for one in claims_to_be_real(settings, policy.instructions if policy else {}):
        raise OutletError(one.where, one.what, one.remedy)
    other, opinions = _beside(hall), None
    more = Board(cast("Any", hall), other).endpoints()
    if getattr(settings, "model", None) is not None:
        opinions = Opinions(cast("Any", hall), _lately(hall))
        cast("Any", hall).watchers.append(opinions.enter)
        more = (*more, *opinions.endpoints())
    news, extra = (*news, *more), [*extra, *_mounted(more)]
    desk = front.Desk(
        cast("Any", hall),
        settings,
        issuer=issuer,
        reach=reach,
        parse=parse,
        beside=OtherWords(
            opinions.listed if opinions is not None else tuple,
            (lambda: tuple(other.alerts)) if other is not None else tuple,
        ),
    )
    runs.append(Runs("desk", desk.run, desk.condition))
    made = application(hall, Intake(hall, parse), extra, [*desk.routes(), *pages.routes(hall)], news)
    if getattr(settings, "shadow", False):
        return Assembly(told_to_nobody(made), tuple(one for one in runs if one.name == "desk"), {})
    return Assembly(made, tuple(runs), {"cap": shelf.condition})


class _Senders(msgspec.Struct, frozen=True):
    """What sends by itself, and runs beside the rest."""

    log: log.LogOutlet
    post: webhook.WebhookOutlet
    phones: push.PushOutlet | None
    runs: tuple[Runs, ...]


def _senders(hall: Foyer, tables: Mapping[str, Any], issuer: Issuer) -> _Senders:
    book = tables["webhooks"].book
    record = log.LogOutlet(hall, tables["log"])
    post = webhook.WebhookOutlet(hall, tables["webhooks"], Subscriptions(Path(book) if book else None))
    found: list[tuple[str, Any]] = [("webhooks", post), ("log", record)]
    if tables["mqtt"] is not None:
        found.append(("mqtt", mqtt.MqttOutlet(cast("Any", hall), tables["mqtt"])))
    if tables["files"] is not None:
        found.append(("files", files.FilesOutlet(hall, tables["files"])))
    phones = push.PushOutlet(cast("Any", hall), tables["push"], issuer) if tables["push"] else None
    if phones is not None:
        found.append(("push", phones))
    return _Senders(record, post, phones, tuple(Runs(name, one.run, one.condition) for name, one in found))


def _mounted(ways: Iterable[Endpoint]) -> list[Route]:
    return [Route(way.path, way.handler, methods=[way.method]) for way in ways if way.handler is not None]


def _lately(hall: Foyer) -> Iterator[tuple[Entry, tuple[Claim, ...]]]:
    """Give the newest entries, read again: what a second reader said of them is in the journal."""
    app = cast("Any", hall)
    for entry in app.journal.entries(max(app.journal.head[0] - 2_000, 0)):
        yield entry, app.read(entry.body) if isinstance(entry.body, Report) else ()


def _beside(hall: Foyer) -> Beside | None:
    """Begin to fold another policy beside the live one, from the first entry on."""
    path = getattr(hall.settings, "shadow_policy", None)
    if path is None:
        return None
    try:
        policy, problems = load_policy(Path(path).read_text("utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise OutletError(path, f"cannot be read ({error})", "Name a policy (docs/policy.md).") from error
    if policy is None:
        said = "; ".join(f"{one.where}: {one.what}" for one in problems)
        raise OutletError(path, said, "Mend it: docs/policy.md.")
    beside = Beside(hall.world, policy)
    app = cast("Any", hall)
    for entry in app.journal.entries():
        beside.enter(entry, app.read(entry.body) if isinstance(entry.body, Report) else ())
    app.watchers.append(beside.enter)
    return beside


def _reach(
    hall: Foyer,
    names: Sequence[str],
    targets: int,
    subscriptions: Subscriptions,
    phones: push.PushOutlet | None,
) -> tuple[Reach, ...]:
    """Return by which ways people hear, and how many hear by each, for whoever is about to act."""
    return (
        ("stream", lambda _: int(hall.measures()["streams"])),
        ("webhooks", lambda _: targets + len(subscriptions.addresses())),
        *((name, _uncounted) for name in names if name not in {"webhooks", "log", "push"}),
        ("cap", _uncounted),
        *((("push", phones.count),) if phones is not None else ()),
    )


def _uncounted(areas: Sequence[str]) -> None:
    """Nobody can count who listens to a broker, reads a file or fetches a feed."""
    del areas


def _cap_signer(path: str | None) -> cap.Signer | None:
    if path is None:
        return None
    try:
        parts = {found[1]: found[0] for found in _PEM.finditer(Path(path).read_bytes())}
    except OSError as error:
        raise OutletError(path, f"cannot be read ({error.strerror})", "Make one: tocsin keys.") from error
    key = next((part for name, part in parts.items() if name.endswith(b"PRIVATE KEY")), None)
    certificate = parts.get(b"CERTIFICATE")
    if key is None or certificate is None:
        raise OutletError(path, "holds no key with its certificate", "Make one: tocsin keys.")
    return cap.Signer(key=key, certificate=certificate)
