"""The morning as a person sees it: the demonstration runs as its command runs it, a browser watches Kyiv's page."""

import contextlib
import re
import subprocess
import sys
import time
from pathlib import Path

import capvalidator
import feedparser
import httpx
import pytest
from lxml import etree

from browsing import chromium, free_port, require_chromium
from page_stage import KYIV_CODE
from tocsin.render.cap import NAMESPACE

pytestmark = pytest.mark.chromium
SPEED = 240
PATIENCE = 90_000


@contextlib.contextmanager
def demonstration():
    """The command ``tocsin demo``, on a port of its own, until the block ends."""
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "tocsin"),
        "demo",
        "--speed",
        str(SPEED),
        "--port",
        str(port),
    ]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    base = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(base + "/healthz")
                break
            assert running.poll() is None, running.stderr.read().decode()
            time.sleep(0.05)
        yield base
    finally:
        running.terminate()
        running.wait(20)
        running.stderr.close()


def test_the_morning_of_kyiv_from_quiet_to_red_to_all_clear():
    require_chromium()
    with demonstration() as base, chromium() as browser:
        tab = browser.new_page(viewport={"width": 360, "height": 740}, locale="en-GB")
        said = []
        tab.on("console", lambda m: said.append(m.text))
        tab.on("pageerror", lambda e: said.append(str(e)))
        tab.goto(f"{base}/area/{KYIV_CODE}?lang=en")
        assert "DEMONSTRATION" in tab.locator(".banner.mode").inner_text()
        tab.wait_for_selector(".answer.look-red", timeout=PATIENCE)
        answer = tab.locator(".answer").inner_text()
        assert "An official alarm is in force" in answer
        assert "What to do" in answer
        tab.wait_for_selector(".answer.look-clear", timeout=PATIENCE)
        assert "All clear: Kyiv" in tab.locator("#h-ended + ul").inner_text()
        assert said == []

        story = browser.new_page(locale="uk-UA")
        story.goto(base + "/story?lang=uk")
        told = story.locator(".telling").inner_text()
        assert "Оголошено тривогу: Київ" in told
        assert "Попередження, не сирена" in told
        assert "Відбій: Київ" in told
        assert story.locator(".telling q").count() > 0

        early = browser.new_page(locale="en-GB")
        early.goto(base + "/story?lang=en&known_at=2024-12-20T06:50:00%2B02:00")
        assert "All clear" not in early.locator(".telling").inner_text()

        for entry in feedparser.parse(httpx.get(base + "/cap/feed.atom").text).entries:
            document = httpx.get(entry.id).content
            assert capvalidator.check_schema(document).passed
            assert etree.fromstring(document).findtext(f"{{{NAMESPACE}}}status") == "Test"
            assert re.search(r"DEMONSTRATION", entry.title)
