"""The app: one clock, one order of things, and nothing acknowledged that is not durable and folded."""

from __future__ import annotations

import asyncio
import gc
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from served import ALARM, CLEAR, KYIV, SOURCES
from tocsin.app import App, PacedClock
from tocsin.codec import encode
from tocsin.config import Settings, load_world, parse_register
from tocsin.engine import State, World
from tocsin.journal import Issued, Journal
from tocsin.model import Deletion, Order, Report
from tocsin.outlets.assembly import assemble
from tocsin.outlets.fold import Fold
from tocsin.outlets.hall import UnwrittenError
from tocsin.sources.push import parse_body

START = datetime(2024, 12, 20, 4, 0, tzinfo=UTC)


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@cache
def world() -> World:
    register, problems = parse_register(SOURCES, "tests")
    assert problems == ()
    bundled = load_world()
    return World(
        places=bundled.places,
        lexicon=bundled.lexicon,
        weapons=bundled.weapons,
        register=bundled.register | register,
        policy=bundled.policy,
        embargo=bundled.embargo,
    )


@pytest.fixture(autouse=True)
def thaw() -> Iterator[None]:
    """Undo what a server does to the garbage collector when it starts."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def live(
    path: Path | str, act: Callable[[App, Hands], Awaitable[Any]], clock: Hands | None = None, **said: Any
) -> Any:
    """Run an app for as long as ``act`` takes."""
    hands = clock or Hands()

    async def run() -> Any:
        with Journal.open(path, salt=b"tests") as journal:
            app = App(Settings(open=True, **said), world(), journal, hands)
            app.refold()
            await app.start()
            try:
                return await act(app, hands)
            finally:
                await app.stop()

    return asyncio.run(run())


def digest_of(path: Path) -> str:
    state = State(world())
    with Journal.open(path, read_only=True) as journal:
        for entry in journal.entries():
            state.step(entry)
    return state.digest


def test_what_is_acknowledged_is_folded_and_published(tmp_path: Path) -> None:
    async def act(app: App, _: Hands) -> None:
        (received,) = await app.submit([Report(id="1", source="city-alarm", text=ALARM)])
        assert received.number == 1
        assert received.fresh
        assert app.area_state(KYIV).state == "ACTIVE"
        assert [alert.area.code for alert in app.now_picture().alerts] == [KYIV]
        assert app.published_number > 0
        assert app.changes(0)[-1].number == app.published_number

    live(tmp_path / "j.db", act)


def test_many_at_once_each_get_their_own_answer(tmp_path: Path) -> None:
    async def act(app: App, _: Hands) -> None:
        async def one(n: int) -> None:
            received = await app.submit(
                [Report(id=f"{n}-{m}", source="channel", text=f"Гучно {n} {m}") for m in range(3)]
            )
            assert [r.id for r in received] == [f"{n}-{m}" for m in range(3)]
            for got in received:
                entry = app.journal.entry(got.number or 0)
                assert entry is not None
                assert entry.body.id == got.id  # type: ignore[union-attr]

        await asyncio.gather(*(one(n) for n in range(200)))
        assert app.journal.head[0] == 600
        assert app.journal.verify() == []

    live(tmp_path / "j.db", act)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_the_same_journal_gives_the_same_changes_whenever_we_woke_up(tmp_path: Path, chance: Any) -> None:
    """However wake-ups fell between reports, a replay tells the same story in the same numbers."""
    path = Path(mkdtemp(dir=tmp_path)) / "j.db"
    texts = [
        ALARM,
        CLEAR,
        "Зліт МіГ-31К. Ракетна небезпека по всій території України!",
        "Відбій загрози МіГ-31К",
        "Група БпЛА на Сумщині, курс на Полтаву",
        "Вибухи у Києві",
        "Уламки впали в Голосіївському районі. Постраждали двоє людей.",
        "Загроза балістики з Брянської області",
    ]
    sources = ["city-alarm", "city-mayor", "air-force", "channel"]

    async def act(app: App, clock: Hands) -> tuple[str, list[bytes], str]:
        for n in range(60):
            clock.move(chance.choice([0, 0.5, 3, 60, 700, 4000]))
            if chance.random() < 0.6:
                app._pass()
            if chance.random() < 0.8:
                body: Report | Deletion = Report(
                    id=str(n), source=chance.choice(sources), text=chance.choice(texts), stated_at=clock.now
                )
                if chance.random() < 0.1 and n:
                    body = Deletion(id=f"d{n}", source="channel", deletes=str(chance.randrange(n)))
                await app.submit([body])
        await app.submit([Report(id="end", source="channel", text="Кінець")])
        return app.state.digest, [one.data for one in app.publication.after(0)], app.head

    lived, published, head = live(path, act)
    assert digest_of(path) == lived
    again = Fold(world())
    with Journal.open(path, read_only=True) as journal:
        for entry in journal.entries():
            again.enter(entry)
    assert [one.data for one in again.publication.after(0)] == published
    assert again.publication.head == head
    assert published
    assert again.failed == 0


def test_numbers_go_on_where_they_were_after_a_restart(tmp_path: Path) -> None:
    path, hands = tmp_path / "j.db", Hands()

    async def first(app: App, _: Hands) -> list[bytes]:
        await app.submit([Report(id="1", source="city-alarm", text=ALARM)])
        return [one.data for one in app.publication.after(0)]

    async def second(app: App, _: Hands) -> list[bytes]:
        before = app.published_number
        hands.move(60)
        await app.submit([Report(id="2", source="city-alarm", text=CLEAR)])
        assert app.changes(before)[0].number == before + 1
        return [one.data for one in app.publication.after(0)][:before]

    seen = live(path, first, hands)
    assert live(path, second, hands) == seen


def test_what_was_published_otherwise_than_the_journal_gives_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "j.db"

    async def first(app: App, _: Hands) -> None:
        await app.submit([Report(id="1", source="city-alarm", text=ALARM)])

    live(path, first)
    with Journal.open(path) as journal:
        app = App(Settings(), world(), journal, Hands())
        app.refold()
        assert app.compare() is None
        assert journal.issued("stream")
        last = app.published_number
        journal.issue([Issued(change=last + 1, outlet="stream", digest="ab", sent_at=START)])
        assert f"change {last + 1}" in (app.compare() or "")
        assert app.health()["status"] == "degraded"


def test_a_clock_that_steps_back_moves_nothing_back(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands) -> None:
        await app.submit([Report(id="1", source="city-alarm", text=ALARM)])
        clock.move(-3600)
        await app.submit([Report(id="2", source="city-alarm", text=CLEAR)])
        first, second = app.journal.entries()
        assert second.recorded_at >= first.recorded_at
        assert app.area_state(KYIV).state == "CLEAR"

    live(tmp_path / "j.db", act)


def test_what_could_not_be_written_is_refused_and_the_next_is_taken(tmp_path: Path) -> None:
    async def act(app: App, _: Hands) -> None:
        await app.submit([Report(id="1", source="channel", text="Гучно")])
        pages = app.journal._db.execute("PRAGMA page_count").fetchone()[0]
        app.journal._db.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(UnwrittenError) as refused:
            await app.submit([Report(id="2", source="channel", text="Дуже довго " * 5000)])
        assert "full" in refused.value.what
        assert app.health()["status"] == "degraded"
        assert app.journal.head[0] == 1
        app.journal._db.execute("PRAGMA max_page_count = 1000000")
        (received,) = await app.submit([Report(id="3", source="channel", text="Гучно")])
        assert received.number == 2
        assert app.health()["status"] == "ok"
        assert app.journal.verify() == []

    live(tmp_path / "j.db", act)


def test_an_edit_that_a_feed_shows_after_a_restart_replaces(tmp_path: Path) -> None:
    async def act(app: App, _: Hands) -> None:
        await app.inflow().receive([Report(id="a", source="channel", text="Гучно")])
        await app.inflow().receive([Report(id="a", source="channel", text="Уточнено: тихо")])
        first, second = app.journal.entries()
        assert isinstance(second.body, Report)
        assert second.body.replaces == "a"
        assert first.number == 1

    live(tmp_path / "j.db", act)


def test_bad_lines_of_a_file_lose_no_neighbour(tmp_path: Path) -> None:
    async def act(app: App, _: Hands) -> None:
        await app.inflow().receive_lines(
            "channel",
            [
                ("f:1", b'{"id": "1", "text": "\xd0\x93\xd1\x83\xd1\x87\xd0\xbd\xd0\xbe"}'),
                ("f:2", b"nonsense"),
                ("f:3", b'{"id": "3", "source": "city-alarm", "text": ""}'),
                ("f:4", b'{"deletes": "1"}'),
            ],
        )
        bodies = [entry.body for entry in app.journal.entries()]
        assert [(body.id, body.source) for body in bodies] == [  # type: ignore[union-attr]
            ("1", "channel"),
            ("deletes:1", "channel"),
        ]
        told = [problem.where for problem in app.problems]
        assert "f:2" in told
        assert "f:3" in told

    live(tmp_path / "j.db", act)


def test_whoever_follows_gets_every_change_once(tmp_path: Path) -> None:
    async def act(app: App, _: Hands) -> None:
        seen: list[int] = []

        async def follow() -> None:
            async for change in app.follow(0):
                seen.append(change.number)  # noqa: PERF401 - it has no end

        task = asyncio.create_task(follow())
        for n in range(10):
            await app.submit([Report(id=str(n), source="city-alarm", text=(ALARM, CLEAR)[n % 2])])
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        task.cancel()
        assert seen == list(range(1, app.published_number + 1))

    live(tmp_path / "j.db", act)


def test_what_was_issued_is_kept_across_a_restart(tmp_path: Path) -> None:
    sent = Issued(change=1, outlet="mqtt", digest="ab", sent_at=START)

    async def first(app: App, _: Hands) -> None:
        await app.issue([sent, sent])

    async def second(app: App, _: Hands) -> None:
        assert app.issued("mqtt") == (sent,)

    live(tmp_path / "j.db", first)
    live(tmp_path / "j.db", second)


def test_a_source_that_fails_is_told_and_stops_nothing(tmp_path: Path) -> None:
    async def act(app: App, _: Hands) -> None:
        async def broken() -> None:
            raise RuntimeError("out of luck")

        app.attach(broken(), "feed x")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        health = app.health()
        assert health["status"] == "degraded"
        assert "out of luck" in health["degraded"]["feed x"]
        assert (await app.submit([Report(id="1", source="channel", text="Гучно")]))[0].number == 1

    live(tmp_path / "j.db", act)


def test_what_is_in_force_is_written_down_once(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with Journal.open(path) as journal:
        app = App(Settings(), world(), journal, Hands())
        kinds = [entry.body.kind for entry in app.adopt()]  # type: ignore[union-attr]
        assert kinds == ["policy", "sources", "places", "lexicon", "weapons"]
        assert app.adopt() == ()
        assert app.refold() == 5
        assert app._fold.failed == 0
        assert app.problems == []


def test_an_operators_order_is_an_entry_like_any(tmp_path: Path) -> None:
    async def act(app: App, _: Hands) -> None:
        order = Order(operator="olena", verb="quarantine", target="city-alarm", why="hijacked")
        (received,) = await app.submit([order])
        assert received.number == 1
        await app.submit([Report(id="1", source="city-alarm", text=ALARM)])
        assert app.now_picture().alerts == ()

    live(tmp_path / "j.db", act)


def test_a_paced_clock_runs_at_its_pace() -> None:
    clock = PacedClock(START, 3600)
    first = clock()
    assert START <= first < START + timedelta(minutes=5)
    while clock() < first + timedelta(minutes=1):
        pass


async def _public(app: App, paths: list[str]) -> dict[str, bytes]:
    transport = httpx.ASGITransport(app=assemble(app, parse_body).application)
    async with httpx.AsyncClient(transport=transport, base_url="http://tocsin") as client:
        return {path: (await client.get(path)).content for path in paths}


def test_what_is_embargoed_shows_nowhere_in_public_until_it_is_let_out(tmp_path: Path) -> None:
    """R27: two journals that differ only in an embargoed claim answer alike, byte for byte."""
    paths = [
        "/v1/alerts",
        "/v1/picture",
        "/v1/incidents",
        "/v1/ledgers",
        "/v1/statements",
        "/v1/changes",
        f"/v1/areas/{KYIV}",
        "/now/all.json",
        f"/now/{KYIV}.json",
        "/",
        f"/area/{KYIV}?lang=en",
        "/story",
        "/incidents",
        "/sources",
        "/cap/feed.atom",
        "/healthz",
        "/metrics",
    ]
    told = Report(
        id="x", source="channel", text="Влучання у підстанцію в Голосіївському районі", stated_at=START
    )

    def lived(name: str, *, with_it: bool) -> tuple[dict[str, bytes], dict[str, bytes]]:
        async def act(app: App, clock: Hands) -> tuple[dict[str, bytes], dict[str, bytes]]:
            await app.submit([Report(id="1", source="city-alarm", text=ALARM)])
            clock.move(60)
            if with_it:
                await app.submit([told])
                assert app.state.picture().incidents
            clock.move(60)
            await app.submit([Report(id="2", source="city-alarm", text=CLEAR)])
            app._pass()
            early = await _public(app, paths)
            return early, {"desk": encode(app.desk_changes(0))}

        result: tuple[dict[str, bytes], dict[str, bytes]] = live(tmp_path / name, act)
        return result

    (without, plain), (held, desk) = lived("a.db", with_it=False), lived("b.db", with_it=True)
    assert plain != desk
    for path in paths:
        assert hashlib.sha256(held[path]).digest() == hashlib.sha256(without[path]).digest(), path


def test_a_past_moment_is_shown_as_it_was_and_as_it_is_known_now(tmp_path: Path) -> None:
    """The two axes: the state of the world at T, as known at K."""

    async def act(app: App, clock: Hands) -> None:
        await app.submit([Report(id="1", source="city-alarm", text=ALARM)])
        clock.move(600)
        alarmed = clock.now
        clock.move(600)
        await app.submit([Report(id="2", source="city-alarm", text=CLEAR)])
        clock.move(600)
        late = "Повітряна тривога в Київській області"
        said = Report(id="3", source="air-alert-ua", text=late, stated_at=alarmed - timedelta(seconds=60))
        await app.submit([said])
        clock.move(60)
        now = await app.view()
        then = await app.view(alarmed)
        assert [alert.area.code for alert in now.picture.alerts] == ["UA32000000000030281"]
        assert {alert.area.code for alert in then.picture.alerts} == {KYIV, "UA32000000000030281"}
        as_known = await app.view(alarmed, alarmed)
        assert [alert.area.code for alert in as_known.picture.alerts] == [KYIV]
        before = await app.view(START - timedelta(hours=1))
        assert before.picture.alerts == before.picture.alarms == ()
        assert (await app.view(alarmed, desk=True)).picture.alarms == then.picture.alarms
        assert await app.view(None, alarmed) == await app.view(None, alarmed)

    live(tmp_path / "j.db", act)


def test_questions_about_the_past_wait_for_each_other_and_agree_in_any_order(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands) -> None:
        moments = []
        for n in range(8):
            await app.submit([Report(id=str(n), source="city-alarm", text=(ALARM, CLEAR)[n % 2])])
            clock.move(60)
            moments.append(clock.now)
            clock.move(60)
        forth = [await app.view(None, at) for at in moments]
        back = [await app.view(at, at) for at in reversed(moments)]
        assert [one.picture for one in forth] == [one.picture for one in reversed(back)]
        assert [len(one.picture.alerts) for one in forth] == [1, 0] * 4
        many = [app.view(None, at - timedelta(seconds=n + 1)) for at in moments for n in range(20)]
        answers = await asyncio.gather(*many, return_exceptions=True)
        assert any(isinstance(one, UnwrittenError) for one in answers)
        assert not [
            one for one in answers if isinstance(one, Exception) and not isinstance(one, UnwrittenError)
        ]

    live(tmp_path / "j.db", act)
