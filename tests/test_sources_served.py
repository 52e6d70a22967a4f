"""Files, feeds and articles reach a real server, and come in once."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from served import ALARM, CLEAR, KYIV, Served, serving
from test_sources_poll import PAGE, RSS, Site


def until(holds: Any, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def configured(directory: Path, text: str) -> dict[str, Any]:
    toml = directory / "tocsin.toml"
    toml.write_text(text, "utf-8")
    return {"toml": str(toml)}


def entries(server: Served) -> int:
    number: int = server.get("/healthz?view=desk")["journal"]["entries"]
    return number


def test_a_file_that_grows_is_followed_across_kill_9_and_nothing_comes_twice(tmp_path: Path) -> None:
    said = configured(
        tmp_path, '[[feeds]]\nkind = "jsonl"\nsource = "city-alarm"\npath = "in.jsonl"\nevery = "0.1s"\n'
    )
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps({"id": "1", "text": ALARM}) + "\nnonsense\n", "utf-8")
    server = Served(tmp_path, **said)
    until(lambda: server.get(f"/v1/areas/{KYIV}")["state"] == "ACTIVE")
    told = server.get("/healthz?view=desk")
    assert any(problem["where"] == "in.jsonl:2" for problem in told["problems"])
    before = entries(server)
    server.kill()
    with file.open("a", encoding="utf-8") as more:
        more.write(json.dumps({"id": "2", "text": CLEAR}) + "\n")
    with serving(tmp_path, **said) as again:
        until(lambda: again.get(f"/v1/areas/{KYIV}")["state"] == "CLEAR")
        assert entries(again) == before + 1


def test_feeds_and_articles_are_polled_and_their_trouble_is_told(tmp_path: Path) -> None:
    site = Site()
    try:
        site.body = RSS.encode()
        (tmp_path / "page.html").write_text(PAGE, "utf-8")
        said = configured(
            tmp_path,
            f'[[feeds]]\nkind = "feed"\nsource = "channel"\nurl = "{site.url}"\nevery = "1s"\n'
            '[[feeds]]\nkind = "article"\nsource = "city-mayor"\npath = "page.html"\nevery = "1s"\n'
            '[[feeds]]\nkind = "feed"\nsource = "channel"\nurl = "http://127.0.0.1:1/"\nevery = "1s"\n',
        )
        with serving(tmp_path, **said) as server:
            until(lambda: server.get("/healthz")["status"] == "degraded")
            until(lambda: entries(server) >= 5 + 3 + 1)
            until(lambda: len(site.asked) >= 3)
            assert entries(server) == 5 + 3 + 1
            assert list(server.get("/healthz")["degraded"]) == ["feed http://127.0.0.1:1/"]
            assert "city-mayor" in server.get("/healthz?view=desk")["heard"]
            assert server.get("/v1/alerts")["alerts"] == []
    finally:
        site.close()
