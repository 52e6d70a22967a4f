"""Dragging the time on the story, and the situation report with its drawings, in Chromium."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from browsing import chromium, require_chromium
from served import ALARM
from test_app import Hands, thaw
from test_newsroom import HURT, MORE, newsroom, says
from tocsin.app import App
from tocsin.model import Report

__all__ = ["thaw"]
pytestmark = pytest.mark.chromium


def looked_at(tmp_path: Path, look: Any) -> None:
    """A morning behind a live server, and what a browser sees of it."""
    require_chromium()

    async def act(app: App, clock: Hands, client: httpx.AsyncClient) -> None:
        await app.submit([Report(id="0", source="city-alarm", text=ALARM, stated_at=clock.now)])
        clock.move(3600)
        await says(app, clock, 1, HURT)
        clock.move(3600)
        await says(app, clock, 2, MORE)
        clock.move(1800)
        await asyncio.to_thread(look, str(client.base_url), clock.now)

    newsroom(tmp_path, act)


def test_the_time_can_be_dragged_and_the_morning_is_as_it_was_known_then(tmp_path: Path) -> None:
    def look(base: str, now: Any) -> None:
        with chromium() as browser:
            tab = browser.new_page(viewport={"width": 390, "height": 844}, locale="en-GB")
            tab.goto(f"{base}/story?lang=en")
            assert "9" in tab.inner_text("main")
            slider = tab.locator("#minute")
            then = int((now - timedelta(minutes=60)).timestamp()) // 60
            # As a finger does: it goes down, moves, and lets go.
            slider.dispatch_event("pointerdown")
            slider.evaluate("(el, to) => { el.value = to; el.dispatchEvent(new Event('input')); }", then)
            assert (now - timedelta(minutes=60) + timedelta(hours=2)).strftime("%H:%M") in tab.inner_text(
                "output"
            )
            with tab.expect_navigation():
                slider.evaluate("(el) => el.dispatchEvent(new Event('change'))")
            assert f"minute={then}" in tab.url
            assert "Affected" in tab.inner_text(".then")
            assert "Killed" not in tab.inner_text("main"), "the death was not known then"

    looked_at(tmp_path, look)


def test_without_script_a_button_shows_the_time(tmp_path: Path) -> None:
    def look(base: str, now: Any) -> None:
        with chromium() as browser:
            tab = browser.new_context(java_script_enabled=False, locale="en-GB").new_page()
            then = int((now - timedelta(minutes=100)).timestamp()) // 60
            tab.goto(f"{base}/story?lang=en&minute={then}")
            assert tab.locator(".drag button").is_visible()
            assert "Killed" not in tab.inner_text("main")
            assert httpx.get(f"{base}/story?minute=99999999999999").status_code == 200
            assert httpx.get(f"{base}/story?minute=-5").status_code == 200

    looked_at(tmp_path, look)


@pytest.mark.parametrize("lang", ["uk", "ru", "en"])
def test_the_drawings_of_the_report_are_whole_and_accessible(tmp_path: Path, lang: str) -> None:
    def look(base: str, _now: Any) -> None:
        with chromium() as browser:
            tab = browser.new_page(viewport={"width": 390, "height": 844}, locale="en-GB")
            said: list[str] = []
            tab.on("console", lambda m: said.append(m.text))
            tab.goto(f"{base}/sitrep?lang={lang}")
            assert tab.locator("figure.drawing svg[role=img]").count() == 3
            # The page lets no style through, and the drawings need none.
            fills = tab.evaluate(
                "[...document.querySelectorAll('svg.chart rect')].map((r) => getComputedStyle(r).fill)"
            )
            assert "rgb(163, 18, 58)" in fills
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
            tab.locator("figure.drawing summary").first.click()
            assert tab.locator("figure.drawing table").first.is_visible()
            assert said == []
            found = Axe().run(tab).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []

    looked_at(tmp_path, look)
