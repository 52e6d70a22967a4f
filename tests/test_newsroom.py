"""What newsrooms take, over real HTTP: situation reports, exports, the live-updates feed (docs/newsroom.md)."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest
import uvicorn

from broker import wall
from browsing import free_port
from by_hand import BROVARY_RAION
from patience import until
from served import ALARM, CLEAR, KYIV, Served, serving
from test_app import START, Hands, live, thaw
from tocsin.app import App
from tocsin.model import Order, Report
from tocsin.outlets.assembly import assemble
from tocsin.sources.push import parse_body

__all__ = ["thaw"]

HOME = "https://tocsin.example.org"
EXPORTS = ("/exports/incidents.csv", "/exports/incidents.geojson", "/exports/ledger.csv")
SITREPS = ("/sitrep", "/sitrep.md", "/sitrep.json", "/sitrep.pdf")
FEEDS = ("/live.atom", "/live.json")
EVERYTHING = (*SITREPS, *EXPORTS, *FEEDS)
HOLOSIIV = "UA80000000000126643"

MAYOR = "city-mayor"
HURT = "У Голосіївському районі внаслідок падіння уламків загорівся автомобіль. Двоє постраждалих."
MORE = "У столиці вже девʼятеро постраждалих, одна людина загинула."
FALL = "У Дніпровському районі уламки впали на відкриту територію."
NO_FALL = "Інформація про падіння уламків у Дніпровському районі не підтвердилась."
HEAT = "У Шевченківському районі 630 будинків залишилися без опалення."
HELD = "Приліт у склад у Деснянському районі, склад горить"


@asynccontextmanager
async def over_http(app: App) -> Any:
    """The app's outlets on a socket of their own."""
    made = assemble(app, parse_body).application
    config = uvicorn.Config(made, port=free_port(), log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{config.port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        await task


Act = Callable[[App, Hands, httpx.AsyncClient], Awaitable[Any]]


def newsroom(tmp_path: Path, act: Act, name: str = "journal.db", **said: Any) -> Any:
    async def run(app: App, clock: Hands) -> Any:
        async with over_http(app) as client:
            return await act(app, clock, client)

    return live(tmp_path / name, run, base_url=HOME, **said)


async def says(
    app: App, clock: Hands, number: int, text: str, source: str = MAYOR, *, url: str | None = None
) -> None:
    clock.move(60)
    await app.submit([Report(id=str(number), source=source, text=text, stated_at=clock.now, url=url)])
    app._pass()


async def morning(app: App, clock: Hands) -> None:
    await says(app, clock, 1, ALARM, "city-alarm")
    await says(app, clock, 2, HURT)
    await says(app, clock, 3, MORE)
    await says(app, clock, 4, FALL)
    await says(app, clock, 5, NO_FALL)
    await says(app, clock, 6, HEAT, url="https://mayor.example.org/heat?a=1&b=2")
    await says(app, clock, 7, CLEAR, "city-alarm")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("newsroom"), demo=True) as running:
        now = wall()
        for number, (source, text) in enumerate(
            [("city-alarm", ALARM), (MAYOR, HURT), (MAYOR, MORE), (MAYOR, HEAT), ("city-alarm", CLEAR)]
        ):
            stated = (now - timedelta(minutes=30 - number)).isoformat()
            told = {"id": str(number), "source": source, "text": text, "stated_at": stated}
            assert running.post(told).status_code == 202
        yield running


# --- what is embargoed shows nowhere ----------------------------------------------------


def test_r27_what_is_embargoed_changes_no_byte_of_it_until_it_is_let_out(tmp_path: Path) -> None:
    early = START + timedelta(minutes=4)
    asked = [f"{path}{query}" for path in EVERYTHING for query in ("?lang=uk", f"?lang=en&area={KYIV}")]
    asked += [f"{path}?lang=ru&known_at={early:%Y-%m-%dT%H:%M:%SZ}" for path in (*SITREPS, *EXPORTS)]
    asked += [f"/sitrep.json?lang=en&since={START:%Y-%m-%dT%H:%M:%SZ}", "/v1/openapi.json"]

    def lived(name: str, *, with_it: bool) -> tuple[dict[str, Any], str]:
        async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> tuple[dict[str, Any], str]:
            await says(app, clock, 1, ALARM, "city-alarm")
            await says(app, clock, 2, HURT)
            clock.move(30)
            if with_it:
                secret = Report(id="x", source="channel", text=HELD, stated_at=clock.now)
                energy = Report(
                    id="y",
                    source="channel",
                    text="Влучання у підстанцію в Оболонському районі",
                    stated_at=clock.now,
                )
                await app.submit([secret, energy])
                held = {"channel:x#1", "channel:y#1"}
                assert held <= {claim for one in app.state.picture().incidents for claim in one.claims}
            clock.move(30)
            await says(app, clock, 3, MORE)
            await says(app, clock, 4, CLEAR, "city-alarm")
            clock.move(20)
            app._pass()
            answers = {path: await client.get(path) for path in asked}
            clock.move(4 * 3600)
            app._pass()
            later = (await client.get("/exports/incidents.csv?lang=uk")).text
            return {
                path: (one.status_code, one.content, one.headers.get("etag", ""))
                for path, one in answers.items()
            }, later

        found: tuple[dict[str, Any], str] = newsroom(
            tmp_path,
            act,
            name,
        )
        return found

    (without, never), (held, released) = lived("a.db", with_it=False), lived("b.db", with_it=True)
    for path in asked:
        assert held[path][0] == 200, path
        assert held[path] == without[path], path
    assert "channel:x#1" in released, "what was let out shows, so the test could have failed"
    assert "channel:x#1" not in never
    assert "channel:y#1" not in released, "an energy object never does"


def test_only_words_that_may_be_quoted_are_quoted(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await morning(app, clock)
        report = (await client.get("/sitrep.json?lang=en")).json()
        named = {claim for part in report["parts"] for one in part["sentences"] for claim in one["claims"]}
        quoted = {one["claim"]: one for one in report["words"]}
        assert quoted
        assert set(quoted) <= named
        assert all(app.publication.quotable(claim) for claim in quoted)
        assert quoted["city-mayor:6#1"]["url"] == "https://mayor.example.org/heat?a=1&b=2"
        blog = (await client.get("/live.json?lang=en")).json()
        said = {one["text"] for update in blog["liveBlogUpdate"] for one in update["citation"]}
        assert said <= {one["quote"] for one in quoted.values()}

    newsroom(tmp_path, act)


# --- situation reports --------------------------------------------------------------------


def test_each_sentence_leads_to_its_claims_and_can_be_found_again(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await morning(app, clock)
        report = (await client.get("/sitrep.json?lang=en")).json()
        page = (await client.get("/sitrep?lang=en")).text
        text = (await client.get("/sitrep.md?lang=en")).text
        parts = [report["highlights"], report["figures"], *(part["sentences"] for part in report["parts"])]
        everything = [one for rows in parts for one in rows]
        assert len(everything) > 10
        links = [one["permalink"] for one in everything]
        assert len(set(links)) == len(links)
        for one in everything:
            assert one["claims"]
            address, _, fragment = one["permalink"].partition("#")
            assert address.startswith(f"{HOME}/sitrep?known_at=")
            assert page.count(f'id="{fragment}"') == 1
            assert f"(<{one['permalink']}>)" in text
        # The permalink shows the morning as it was known then, whatever comes later.
        await says(app, clock, 8, "У столиці вже двоє загиблих.")
        again = await client.get(links[0].removeprefix(HOME))
        assert again.status_code == 200
        assert f'id="{links[0].partition("#")[2]}"' in again.text
        assert "city-mayor:8#" not in again.text
        assert "city-mayor:8#" in (await client.get("/sitrep?lang=en")).text

    newsroom(tmp_path, act)


def test_known_at_tells_the_morning_as_it_was_known(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await says(app, clock, 1, ALARM, "city-alarm")
        await says(app, clock, 2, HURT)
        clock.move(1)
        then = clock.now
        await says(app, clock, 3, MORE)
        await says(app, clock, 4, CLEAR, "city-alarm")
        asked = {"lang": "en", "known_at": then.isoformat()}
        old = (await client.get("/sitrep.json", params=asked)).json()
        new = (await client.get("/sitrep.json", params={"lang": "en"})).json()
        assert "Air-raid alarm in Kyiv since" in old["highlights"][0]["text"]
        assert "Air-raid alarm in Kyiv from" in new["highlights"][0]["text"]
        assert "Killed" not in {one["subject"] for one in old["figures"]}
        assert "Killed" in {one["subject"] for one in new["figures"]}
        ledger = rows((await client.get("/exports/ledger.csv", params=asked)).text)
        assert {one["subject"] for one in ledger} == {"affected"}
        page = (await client.get("/sitrep", params=asked)).text
        assert "You are looking at the past" in page
        since = (await client.get("/sitrep.json", params={"lang": "en", "since": then.isoformat()})).json()
        changed = next(part for part in since["parts"] if part["name"] == "changed")["sentences"]
        assert {claim.partition("#")[0] for one in changed for claim in one["claims"]} == {
            "city-mayor:3",
            "city-alarm:4",
        }
        future = {"lang": "en", "known_at": (clock.now + timedelta(days=1)).isoformat()}
        assert (await client.get("/sitrep.json", params=future)).json() == new

    newsroom(tmp_path, act)


def test_an_alarm_that_has_lasted_for_days_is_still_the_first_thing_told(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await says(app, clock, 1, ALARM, "city-alarm")
        clock.move(5 * 86400)
        await says(app, clock, 2, HURT)
        report = (await client.get("/sitrep.json?lang=en")).json()
        assert "Air-raid alarm in Kyiv since" in report["highlights"][0]["text"]
        assert report["highlights"][0]["claims"] == ["city-alarm:1#1"]

    newsroom(tmp_path, act)


def test_a_report_keeps_to_its_area(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await morning(app, clock)
        asked = {"lang": "en", "area": HOLOSIIV}
        report = (await client.get("/sitrep.json", params=asked)).json()
        assert report["title"] == "Situation report: Holosiivskyi District"
        assert {one["area"] for one in report["figures"]} == {"Holosiivskyi District"}
        assert "Air-raid alarm in Kyiv" in report["highlights"][0]["text"], "the city's alarm holds here"
        for name in ("incidents.csv", "ledger.csv"):
            kept = rows((await client.get(f"/exports/{name}", params=asked)).text)
            assert {one["area"] for one in kept} == {HOLOSIIV}

    newsroom(tmp_path, act)


@pytest.mark.parametrize("path", EVERYTHING)
def test_a_demonstration_says_so_wherever_it_leaves(server: Served, path: str) -> None:
    answer = server.http.get(path, params={"lang": "en"})
    assert answer.status_code == 200
    if path == "/sitrep.pdf":
        assert answer.content.startswith(b"%PDF-")
    elif path.endswith(".csv"):
        assert 'filename="demo-' in answer.headers["content-disposition"]
    elif path in {"/sitrep.json", "/exports/incidents.geojson"}:
        assert answer.json()["demo"] is True
    else:
        assert "DEMONSTRATION. These alarms are not real." in answer.text
    if path in FEEDS:
        titles = (
            [one.title for one in feedparser.parse(answer.content).entries]
            if path == "/live.atom"
            else [one["headline"] for one in answer.json()["liveBlogUpdate"]]
        )
        assert titles
        assert all(title.startswith("DEMONSTRATION") for title in titles)


def test_what_is_real_says_nothing_of_a_demonstration(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await morning(app, clock)
        for path in EVERYTHING:
            answer = await client.get(path, params={"lang": "en"})
            assert b"demo" not in answer.content.lower(), path
            assert "demo" not in answer.headers.get("content-disposition", "")

    newsroom(tmp_path, act)


# --- exports ------------------------------------------------------------------------------


def test_exports_lead_back_to_claims_and_sources(server: Served) -> None:
    incidents = rows(server.http.get("/exports/incidents.csv?lang=en").text)
    ledger = rows(server.http.get("/exports/ledger.csv?lang=en").text)
    assert {one["area_name"] for one in incidents} == {"Holosiivskyi District", "Shevchenkivskyi District"}
    assert all(one["prov:wasDerivedFrom"].startswith("city-mayor:") for one in (*incidents, *ledger))
    assert {(one["subject"], one["min"]) for one in ledger} >= {("killed", "1"), ("affected", "9")}
    answer = server.http.get("/exports/incidents.geojson?lang=en")
    assert answer.headers["content-type"] == "application/geo+json"
    features = answer.json()["features"]
    assert [one["id"] for one in features] == [one["id"] for one in incidents]
    assert features[0]["properties"]["prov:wasAttributedTo"] == [{"id": MAYOR, "name": "Mayor"}]


# --- the live-updates feed ------------------------------------------------------------------


def test_a_feed_tells_what_is_new_newest_first_and_marks_corrections(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await morning(app, clock)
        parsed = feedparser.parse((await client.get("/live.atom?lang=en")).content)
        assert not parsed.bozo
        numbers = [int(one.id.rpartition("#c")[2]) for one in parsed.entries]
        assert numbers == sorted(numbers, reverse=True)
        published = {change.number for change in app.changes(0)}
        assert set(numbers) <= published
        titles = [one.title for one in parsed.entries]
        assert titles[0] == "All clear: Kyiv"
        assert titles[-1] == "Alarm raised: Kyiv"
        assert "Go to a shelter" in parsed.entries[-1].content[0].value, "R6: it says what to do"
        assert "Killed: 1 (Kyiv)" in titles
        (mended,) = [one for one in parsed.entries if "correction" in {tag.term for tag in one.tags}]
        assert mended.title.startswith("Correction. Withdrawn. Falling debris")
        wrong = next(link.href for link in mended.links if link.rel == "related")
        (told,) = [one for one in parsed.entries if one.id == wrong]
        assert "Dniprovskyi" in told.title

    newsroom(tmp_path, act)


def test_a_live_blog_is_json_ld_whose_corrections_lead_both_ways(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await morning(app, clock)
        answer = await client.get("/live.json?lang=uk")
        assert answer.headers["content-type"] == "application/ld+json"
        blog = answer.json()
        assert (blog["@context"], blog["@type"]) == ("https://schema.org", "LiveBlogPosting")
        updates = {one["@id"]: one for one in blog["liveBlogUpdate"]}
        (mended,) = [one for one in updates.values() if "CorrectionComment" in one["@type"]]
        assert mended["headline"].startswith("Виправлення.")
        wrong = updates[mended["about"]["@id"]]
        assert wrong["correction"] == {"@id": mended["@id"]}
        assert wrong["dateModified"] == mended["datePublished"]
        for one in updates.values():
            assert one["headline"]
            assert one["articleBody"]
            assert one["isBasedOn"]
            page = await client.get(one["url"].removeprefix(HOME))
            assert f'id="c{one["identifier"]}"' in page.text

    newsroom(tmp_path, act)


def test_ids_and_entries_stay_when_news_come_and_after_a_restart(tmp_path: Path) -> None:
    def entries(content: bytes) -> dict[str, tuple[str, str]]:
        return {one.id: (one.title, one.updated) for one in feedparser.parse(content).entries}

    async def first(app: App, clock: Hands, client: httpx.AsyncClient) -> tuple[dict[str, Any], datetime]:
        await morning(app, clock)
        before = entries((await client.get("/live.atom?lang=ru")).content)
        await says(app, clock, 8, "У столиці вже двоє загиблих.")
        after = entries((await client.get("/live.atom?lang=ru")).content)
        assert before.items() < after.items()
        return after, clock.now

    after, now = newsroom(tmp_path, first)

    async def again(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        clock.now = now
        assert entries((await client.get("/live.atom?lang=ru")).content) == after

    newsroom(tmp_path, again)


def test_a_figure_that_its_source_revises_down_and_a_false_alarm_are_corrections(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await says(app, clock, 2, "У столиці загинули девʼятеро людей.")
        await says(app, clock, 3, "Уточнення: у столиці загинули восьмеро людей.")
        for verb in ("raise", "revoke"):
            clock.move(60)
            why = "pressed by mistake"
            await app.submit([Order(operator="olena", verb=verb, target=BROVARY_RAION, why=why)])
        blog = (await client.get("/live.json?lang=en")).json()
        mended = [one["headline"] for one in blog["liveBlogUpdate"] if "CorrectionComment" in one["@type"]]
        assert "Correction. Killed: 8 (Kyiv)" in mended
        assert any(one.startswith("Correction. Alarm withdrawn as a mistake: ") for one in mended)

    newsroom(tmp_path, act)


def test_r30_what_a_party_claims_is_told_as_its_words_and_never_as_a_figure(tmp_path: Path) -> None:
    boast = "Нанесён удар высокоточным оружием по складу в Киеве. Все цели поражены, убито 50 человек."

    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await morning(app, clock)
        before = (await client.get("/exports/ledger.csv")).content, (await client.get(EXPORTS[0])).content
        await says(app, clock, 8, boast, "mod-russia")
        assert before == (
            (await client.get("/exports/ledger.csv")).content,
            (await client.get(EXPORTS[0])).content,
        )
        told = (await client.get("/live.json?lang=en")).json()["liveBlogUpdate"]
        said = {
            one["articleBody"]: one["headline"]
            for one in told
            if one["isBasedOn"][0].startswith("mod-russia")
        }
        assert set(said.values()) == {"A party to the conflict says: Ministry of Defence of Russia"}
        assert any(words.startswith("«Нанесён удар") for words in said)
        report = (await client.get("/sitrep.json?lang=en")).json()
        apart = next(part for part in report["parts"] if part["name"] == "statements")
        assert any("Нанесён удар" in one["text"] for one in apart["sentences"])
        assert not any(claim.startswith("mod-russia") for one in report["figures"] for claim in one["claims"])

    newsroom(tmp_path, act)


def test_r5_a_figure_that_was_quoted_names_both(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await says(app, clock, 1, "За словами Кличка, у столиці загинули троє людей.", "channel")
        clock.move(4 * 3600)
        app._pass()
        (line,) = app.now_picture().ledgers.lines
        assert line.by is not None
        told = (await client.get("/live.json?lang=en")).json()["liveBlogUpdate"]
        (killed,) = [one for one in told if one["headline"] == "Killed: 3 (Kyiv)"]
        assert killed["articleBody"].endswith("quoted by A monitoring channel")

    newsroom(tmp_path, act)


def test_a_feed_is_bounded_and_says_the_same_thing_once(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        for number in range(110):
            clock.move(60)
            alarm = Report(id=f"a{number}", source="city-alarm", text=ALARM, stated_at=clock.now)
            clock.move(60)
            over = Report(id=f"b{number}", source="city-alarm", text=CLEAR, stated_at=clock.now)
            await app.submit([alarm, alarm, over])
        app._pass()
        parsed = feedparser.parse((await client.get("/live.atom?lang=en")).content)
        assert len(parsed.entries) == 200
        assert [one.title for one in parsed.entries[:4]] == ["All clear: Kyiv", "Alarm raised: Kyiv"] * 2
        assert len((await client.get("/live.json?lang=en")).json()["liveBlogUpdate"]) == 200

    newsroom(tmp_path, act)


def test_nobodys_words_can_mark_up_a_feed_or_a_page(tmp_path: Path) -> None:
    nasty = "Повітряна тривога в м. Київ <script>alert(1)</script> ]]> &amp; \u202eтривога"

    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await says(app, clock, 1, nasty, "city-alarm", url="javascript:alert(1)")
        for path in ("/sitrep", "/sitrep.md", *FEEDS):
            answer = await client.get(path, params={"lang": "en"})
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text.replace("\\<", "")
            assert "\u202e" not in answer.text
            assert 'href="javascript' not in answer.text
        assert not feedparser.parse((await client.get("/live.atom")).content).bozo
        json.loads((await client.get("/live.json")).content)

    newsroom(tmp_path, act)


# --- how it answers -------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in EVERYTHING if path != "/sitrep"])
@pytest.mark.parametrize(
    ("query", "status", "where"),
    [
        ("lang=pl", 404, "lang"),
        ("area=UA00000000000000000", 404, "area"),
        ("area=" + "x" * 3000, 404, "area"),
        ("known_at=yesterday", 400, "known_at"),
        ("known_at=2024-12-20T09:30:00", 400, "known_at"),
        ("known_at=0001-01-01T00:00:00%2B14:00", 400, "known_at"),
        ("since=%00", 400, "since"),
        ("since=2199-01-01T00:00:00Z", 400, "since"),
    ],
)
def test_a_bad_parameter_is_refused_with_a_remedy(
    server: Served, path: str, query: str, status: int, where: str
) -> None:
    answer = server.http.get(f"{path}?{query}")
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert told["where"].startswith(where)
    assert told["what"]
    assert told["remedy"]
    assert len(answer.content) < 1000


@pytest.mark.parametrize("path", FEEDS)
def test_a_live_feed_has_no_past(server: Served, path: str) -> None:
    answer = server.http.get(f"{path}?known_at=2024-12-20T09:30:00Z")
    assert answer.status_code == 400
    assert "story" in answer.json()["remedy"]


@pytest.mark.parametrize(
    ("query", "status"), [("lang=pl", 404), ("area=UA0", 404), ("known_at=x", 400), ("since=x", 400)]
)
def test_the_page_says_what_was_wrong_in_words(server: Served, query: str, status: int) -> None:
    answer = server.http.get(f"/sitrep?{query}", headers={"accept-language": "en"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert query.partition("=")[2] in answer.text


@pytest.mark.parametrize("path", EVERYTHING)
def test_what_a_reader_has_is_not_sent_again(tmp_path: Path, path: str) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await morning(app, clock)
        clock.now = clock.now.replace(second=2, microsecond=0) + timedelta(minutes=1)
        first = await client.get(path, params={"lang": "uk"})
        assert first.headers["cache-control"] == "public, max-age=15"
        tag = {"if-none-match": first.headers["etag"]}
        clock.move(20)
        again = await client.get(path, params={"lang": "uk"}, headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        await says(app, clock, 8, "У Голосіївському районі вже троє постраждалих, горить ще один автомобіль.")
        newer = await client.get(path, params={"lang": "uk"}, headers=tag)
        assert newer.status_code == 200
        assert newer.content != first.content

    newsroom(tmp_path, act)


def test_the_language_is_the_readers(server: Served) -> None:
    told = {
        lang: server.http.get("/sitrep.md", headers={"accept-language": lang}).text
        for lang in ("uk", "ru", "en")
    }
    assert len(set(told.values())) == 3
    assert "# Situation report" in told["en"]
    for lang in ("uk", "ru", "en"):
        page = server.http.get(f"/sitrep?lang={lang}")
        assert f'<html lang="{lang}"' in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "<style" not in page.text


def test_the_openapi_document_and_the_storys_footer_know_of_it(server: Served) -> None:
    paths = server.get("/v1/openapi.json")["paths"]
    assert set(EVERYTHING) <= paths.keys()
    assert "application/pdf" in paths["/sitrep.pdf"]["get"]["responses"]["200"]["content"]
    story = server.http.get("/story?lang=en").text
    assert 'href="/sitrep?lang=en"' in story
    assert 'href="/live.atom?lang=en"' in story


def test_before_anything_happened_everything_answers(tmp_path: Path) -> None:
    async def act(_app: App, _clock: Hands, client: httpx.AsyncClient) -> None:
        for path in EVERYTHING:
            answer = await client.get(path, params={"lang": "en"})
            assert answer.status_code == 200, path
        parsed = feedparser.parse((await client.get("/live.atom")).content)
        assert not parsed.bozo
        assert parsed.entries == []
        assert rows((await client.get("/exports/ledger.csv")).text) == []

    newsroom(tmp_path, act)


def test_a_chart_can_be_taken_alone_as_a_drawing(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        nothing = await client.get("/sitrep/people.svg")
        assert nothing.status_code == 404
        await says(app, clock, 1, HURT)
        await says(app, clock, 2, MORE)
        for name in ("map", "alerts", "people"):
            got = await client.get(f"/sitrep/{name}.svg?lang=uk")
            assert got.status_code == 200, name
            assert got.headers["content-type"].startswith("image/svg+xml")
            assert got.text.startswith("<svg")
            assert "<title" in got.text
        assert (await client.get("/sitrep/secrets.svg")).status_code == 404

    newsroom(tmp_path, act)


def test_each_attack_is_told_from_its_alert_to_whom_it_hurt(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        clock.move(60)
        await app.submit([Report(id="0", source="city-alarm", text=ALARM, stated_at=clock.now)])
        await says(app, clock, 1, HURT)
        (attack,) = (await client.get("/exports/attacks.json?lang=en")).json()["attacks"]
        assert [each["what"] for each in attack["alerts"]] == ["official, red"]
        assert attack["lead_seconds"] == 60
        assert len(attack["incidents"]) == 1
        assert [(line["subject"], line["min"]) for line in attack["harm"]] == [("affected", 2)]

    newsroom(tmp_path, act)


def test_a_denial_of_what_nobody_had_reported_is_told_as_a_denial(tmp_path: Path) -> None:
    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await says(app, clock, 1, NO_FALL)
        feed = feedparser.parse((await client.get("/live.atom?lang=en")).text)
        assert [entry.title for entry in feed.entries] == ["Denied. Falling debris (Dniprovskyi District)"]

    newsroom(tmp_path, act)
