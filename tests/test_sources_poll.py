"""Feeds and articles: what they say becomes reports, and they are asked politely."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tocsin.model import Report
from tocsin.sources.article import parse_article
from tocsin.sources.feed import parse_feed
from tocsin.sources.poll import LONGEST_PAUSE, Poller

NOW = datetime(2024, 12, 20, 8, 0, tzinfo=UTC)
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Стрічка</title>
<item><guid>b</guid><title>Друге</title><link>https://example.org/b</link>
 <description>&lt;p&gt;Збито два безпілотники.&lt;/p&gt;&lt;p&gt;Постраждалих немає &amp;amp; руйнувань теж.&lt;/p&gt;</description>
 <pubDate>Fri, 20 Dec 2024 09:30:00 +0200</pubDate></item>
<item><guid>a</guid><title>Перше</title><pubDate>Fri, 20 Dec 2024 06:40:00 +0200</pubDate></item>
<item><guid>c</guid><title></title></item>
<item><title>Без ідентифікатора</title></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>
<entry><id>tag:x</id><title>Вибухи на півдні міста</title><updated>2024-12-20T05:01:00Z</updated>
<link href="https://example.org/x"/><content type="html">Вибухи на півдні міста. &lt;b&gt;Укриття!&lt;/b&gt;</content></entry></feed>"""
PAGE = """<html lang="uk"><head><title>Уламки впали у двох районах</title>
<meta property="article:published_time" content="2024-12-20T09:15:00+02:00"></head><body>
<nav>Меню Контакти Реклама</nav><article><h1>Уламки впали у двох районах</h1>
<p>Сьогодні вранці уламки ракети впали у двох районах міста. Горять три автомобілі, рятувальники вже на місці.</p>
<p>Мер повідомив про двох постраждалих, обох госпіталізували. Роботи тривають, дані уточнюються.</p>
<p>Комунальні служби обстежують пошкоджену теплотрасу, мешканців просять не наближатися до місця падіння.</p>
</article><footer>© Видання</footer></body></html>"""


def test_a_feed_becomes_reports_oldest_first() -> None:
    reports, problems = parse_feed(RSS.encode(), "news", retrieved_at=NOW)
    assert [report.id for report in reports][:2] == ["a", "b"]
    first, second = reports[:2]
    assert first.text == "Перше"
    assert first.stated_at == datetime(2024, 12, 20, 4, 40, tzinfo=UTC)
    assert second.text == "Друге\n\nЗбито два безпілотники.\nПостраждалих немає & руйнувань теж."
    assert second.url == "https://example.org/b"
    assert second.retrieved_at == NOW
    assert all(report.source == "news" for report in reports)
    assert len(reports) == 3
    assert len({report.id for report in reports}) == 3
    assert "empty" in problems[0].what


def test_an_atom_entry_says_its_title_once() -> None:
    reports, problems = parse_feed(ATOM.encode(), "news")
    assert problems == ()
    assert [report.text for report in reports] == ["Вибухи на півдні міста. Укриття!"]
    assert reports[0].id == "tag:x"


def test_what_was_seen_is_left_out_and_what_changed_replaces() -> None:
    seen = {"a": "Перше", "b": "Друге, але інакше"}
    reports, _ = parse_feed(RSS.encode(), "news", retrieved_at=NOW, seen=seen)
    assert [(report.id, report.replaces) for report in reports if report.id in seen] == [("b", "b")]


@pytest.mark.parametrize("data", [b"", b"not a feed", b"<html><body>x</body></html>", b"\xff\x00", b"<rss>"])
def test_what_is_no_feed_is_a_problem(data: bytes) -> None:
    reports, problems = parse_feed(data, "news")
    assert reports == ()
    assert all(problem.remedy for problem in problems)


def test_an_article_is_one_report_with_its_words_and_nothing_around_them() -> None:
    report, problems = parse_article(PAGE.encode(), "news", url="https://example.org/1", retrieved_at=NOW)
    assert problems == ()
    assert report is not None
    assert report.id == report.url == "https://example.org/1"
    assert report.text.startswith("Уламки впали у двох районах")
    assert "Горять три автомобілі" in report.text
    assert "обох госпіталізували" in report.text
    assert "Меню" not in report.text
    assert report.stated_at == datetime(2024, 12, 20, 7, 15, tzinfo=UTC)


def test_an_article_of_another_day_is_never_news_of_now() -> None:
    dated = PAGE.replace("2024-12-20T09:15:00+02:00", "2024-12-18")
    report, _ = parse_article(dated.encode(), "news", retrieved_at=NOW)
    assert report is not None
    assert report.stated_at == datetime(2024, 12, 18, 23, 59, 59, tzinfo=UTC)
    report, _ = parse_article(dated.replace("12-18", "12-20").encode(), "news", retrieved_at=NOW)
    assert report is not None
    assert report.stated_at is None


@pytest.mark.parametrize("data", [b"", b"<html></html>", b"\x00\xff", b"<html><script>x()</script></html>"])
def test_a_page_without_words_is_a_problem(data: bytes) -> None:
    report, problems = parse_article(data, "news")
    assert report is None
    assert problems[0].remedy


class Site:
    """A small web site that remembers what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, b"", {"ETag": '"1"', "Last-Modified": "Fri"}
        self.asked: list[dict[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append({name.lower(): value for name, value in self.headers.items()})
                known = self.headers.get("If-None-Match") == site.headers.get("ETag")
                status = 304 if site.status == 200 and known else site.status
                self.send_response(status)
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(0 if status == 304 else len(site.body)))
                self.end_headers()
                if status != 304:
                    try:
                        self.wfile.write(site.body)
                    except OSError:
                        self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.close()


def look(poller: Poller, times: int = 1) -> tuple[list[Report], list[float]]:
    taken: list[Report] = []
    pauses: list[float] = []

    async def once() -> None:
        async def take(reports: Any) -> None:
            taken.extend(reports)

        async with httpx.AsyncClient() as client:
            pauses.extend([await poller.once(client, take, 60) for _ in range(times)])

    asyncio.run(once())
    return taken, pauses


def test_what_was_not_modified_is_not_sent_again(site: Site) -> None:
    site.body = RSS.encode()
    poller = Poller("feed", "news", site.url, lambda: NOW)
    taken, pauses = look(poller, 2)
    assert len(taken) == 3
    assert pauses == [60, 60]
    assert "if-none-match" not in site.asked[0]
    assert site.asked[1]["if-none-match"] == '"1"'
    assert site.asked[1]["if-modified-since"] == "Fri"


def test_words_that_changed_are_an_edit(site: Site) -> None:
    site.body = RSS.encode()
    poller = Poller("feed", "news", site.url, lambda: NOW)
    look(poller)
    site.body, site.headers = RSS.replace("два", "три").encode(), {"ETag": '"2"'}
    taken, _ = look(poller)
    assert [(report.id, report.replaces) for report in taken] == [("b", "b")]


def test_failures_make_pauses_grow_and_are_told(site: Site) -> None:
    poller = Poller("feed", "news", site.url, lambda: NOW)
    site.status = 500
    _, pauses = look(poller, 3)
    assert pauses == [120, 240, 480]
    assert poller.trouble is not None
    assert "500" in poller.trouble
    _, more = look(poller, 20)
    assert more[-1] == LONGEST_PAUSE
    site.status, site.body = 200, RSS.encode()
    taken, pauses = look(poller)
    assert len(taken) == 3
    assert pauses == [60]
    assert poller.trouble is None


def test_a_server_that_asks_for_patience_gets_it(site: Site) -> None:
    site.status, site.headers = 503, {"Retry-After": "900"}
    assert look(Poller("feed", "news", site.url, lambda: NOW))[1] == [900]
    site.headers = {"Retry-After": "Fri, 20 Dec 2024 08:20:00 GMT"}
    assert look(Poller("feed", "news", site.url, lambda: NOW))[1] == [1200]


def test_what_is_too_large_is_refused(site: Site) -> None:
    site.body = b"x" * 9_000_000
    poller = Poller("feed", "news", site.url, lambda: NOW)
    assert look(poller)[0] == []
    assert "larger" in (poller.trouble or "")


def test_nobody_there_is_told(site: Site) -> None:
    poller = Poller("feed", "news", "http://127.0.0.1:1/", lambda: NOW)
    look(poller)
    assert "can't be fetched" in (poller.trouble or "")
    assert site.asked == []


def test_an_article_is_asked_for_and_its_edit_replaces(site: Site) -> None:
    site.body = PAGE.encode()
    poller = Poller("article", "news", site.url, lambda: NOW)
    taken, _ = look(poller)
    assert [report.id for report in taken] == [site.url]
    site.headers, site.body = (
        {"ETag": '"2"'},
        PAGE.replace("двох постраждалих", "трьох постраждалих").encode(),
    )
    taken, _ = look(poller, 2)
    assert [(report.id, report.replaces) for report in taken] == [(site.url, site.url)]


def test_an_html_file_is_an_article_as_well(tmp_path: Path) -> None:
    path = tmp_path / "story.html"
    path.write_text(PAGE, "utf-8")
    poller = Poller("article", "news", str(path), lambda: NOW)
    taken, _ = look(poller, 2)
    assert len(taken) == 1
    assert taken[0].url is None
    look(missing := Poller("article", "news", str(tmp_path / "none.html"), lambda: NOW))
    assert "can't be read" in (missing.trouble or "")


def test_what_was_not_taken_is_asked_for_again(site: Site) -> None:
    site.body = RSS.encode()
    poller = Poller("feed", "news", site.url, lambda: NOW)

    async def fail(_: Any) -> None:
        raise OSError("disk full")

    async def once() -> None:
        async with httpx.AsyncClient() as client:
            await poller.once(client, fail, 60)

    with pytest.raises(OSError, match="disk full"):
        asyncio.run(once())
    assert len(look(poller)[0]) == 3
