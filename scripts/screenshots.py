"""Take the pictures of docs/screenshots: every state in three languages on phone and desktop, and the duty desk.

Run it from the project's directory after a change of the pages, then look at the pictures one by one:

    .venv/bin/python scripts/screenshots.py

States stand together in one picture a language and size. All are kept small: a palette of few colours (Pillow).
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browsing import chromium, serving  # noqa: E402
from desk_stage import MORNING, Screen, busy, folded  # noqa: E402
from desk_words import People, password_of  # noqa: E402
from page_stage import KYIV_CODE, STATES, Stage, application, places  # noqa: E402
from served import ALARM  # noqa: E402
from served import serving as running  # noqa: E402

TARGET = ROOT / "docs" / "screenshots"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
KYIV = f"/area/{KYIV_CODE}"
LANGUAGES = ("uk", "ru", "en")


def kept(name: str, picture: bytes | Image.Image, colours: int = 48) -> None:
    """Keep a picture with a palette of few colours."""
    image = picture if isinstance(picture, Image.Image) else Image.open(io.BytesIO(picture))
    small = image.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
    small.save(TARGET / f"{name}.png", optimize=True)
    print(name, (TARGET / f"{name}.png").stat().st_size)


def mixed() -> Stage:
    """Build a country in which every state is seen somewhere."""
    cycle = (
        "CLEAR",
        "ACTIVE",
        "YELLOW",
        "PARTLY",
        "STALE",
        "UNKNOWN",
        "NOT_COVERED",
        "WARNED",
        "CONTRADICTED",
    )
    states = {code: cycle[i % len(cycle)] for i, code in enumerate(places().first_level())}
    for first in places().first_level():
        states |= {code: cycle[i % len(cycle)] for i, code in enumerate(places().children(first))}
    return Stage("CLEAR", {**states, places().root: "PARTLY", KYIV_CODE: "PARTLY"}, demo=True)


def shot(browser: Browser, stage: Stage, path: str, **context: object) -> bytes:
    """Take a page of a stage."""
    with serving(application(stage)) as base:
        seen = browser.new_context(**context)
        tab = seen.new_page()
        tab.goto(base + path)
        tab.wait_for_timeout(250)
        taken: bytes = tab.screenshot()
        seen.close()
    return taken


def together(shots: Sequence[bytes], columns: int) -> Image.Image:
    """Lay pictures of one size out in a grid."""
    tiles = [Image.open(io.BytesIO(one)) for one in shots]
    width, height = tiles[0].size
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * (width + 6) + 6, rows * (height + 6) + 6), "#8a8a8a")
    for i, tile in enumerate(tiles):
        sheet.paste(tile, (6 + i % columns * (width + 6), 6 + i // columns * (height + 6)))
    return sheet


def resident(browser: Browser) -> None:
    """Take the resident's pages."""
    for name, state, path in (
        ("phone-active-uk", "ACTIVE", f"{KYIV}?lang=uk"),
        ("phone-warned-uk", "WARNED", f"{KYIV}?lang=uk"),
        ("phone-stale-uk", "STALE", f"{KYIV}?lang=uk"),
    ):
        kept(name, shot(browser, Stage(state), path, viewport=PHONE))
    kept(
        "desktop-country-uk", shot(browser, mixed(), "/?lang=uk", viewport=DESKTOP, device_scale_factor=0.75)
    )
    for lang in LANGUAGES:
        small = {"viewport": {"width": 320, "height": 560}, "device_scale_factor": 0.6}
        wide = {"viewport": {"width": 1280, "height": 640}, "device_scale_factor": 0.3}
        for size, context in (("phone", small), ("desktop", wide)):
            shots = [shot(browser, Stage(s), f"{KYIV}?lang={lang}", **context) for s in STATES]
            kept(f"states-{size}-{lang}", together(shots, 5 if size == "phone" else 3), 32)


def desk(browser: Browser) -> None:
    """Take the duty desk: the night, an exercise, a telephone."""
    from importlib import resources  # noqa: PLC0415

    text = resources.files("tocsin").joinpath("data", "stories", MORNING).read_text("utf-8")
    last = folded(text)[4].beats[13].at
    night = busy(folded(text, last), now=last + timedelta(seconds=5))
    night = msgspec.structs.replace(night, wanted=night.wanted[:1])
    for name, lang, mode, context in (
        ("desk-night-uk", "uk", "live", {"viewport": DESKTOP, "device_scale_factor": 0.7}),
        ("desk-exercise-ru", "ru", "exercise", {"viewport": DESKTOP, "device_scale_factor": 0.5}),
        (
            "desk-phone-en",
            "en",
            "live",
            {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 0.75},
        ),
    ):
        with serving(Screen(night, mode).application()) as base:
            tab = browser.new_context(**context).new_page()
            tab.goto(f"{base}/desk?lang={lang}")
            tab.wait_for_timeout(1500)
            kept(name, tab.screenshot(), 80)
            tab.close()


def preview(browser: Browser) -> None:
    """Take the preview of an all-clear at a live server's desk."""
    with tempfile.TemporaryDirectory() as folder:
        people = People(Path(folder))
        with running(Path(folder)) as server:
            tab = browser.new_context(
                viewport={"width": 1100, "height": 820}, device_scale_factor=0.7
            ).new_page()
            tab.goto(f"{server.url}/desk?lang=en")
            tab.fill("#name", "olena")
            tab.fill("#password", password_of("olena"))
            tab.fill("#code", people.fresh_code("olena"))
            tab.keyboard.press("Enter")
            tab.wait_for_selector("#board")
            server.post({"id": "1", "source": "city-alarm", "text": ALARM})
            tab.wait_for_selector("#p-alerts .tone-official")
            tab.locator("#p-alerts .row .line").first.click()
            tab.keyboard.press("c")
            tab.wait_for_selector("#preview .previewed")
            tab.fill("#f-why", "the Air Force confirms")
            tab.wait_for_timeout(300)
            kept("desk-preview-en", tab.screenshot(), 96)
            tab.close()


def main() -> None:
    """Take all pictures."""
    TARGET.mkdir(exist_ok=True)
    for old in TARGET.glob("*.png"):
        old.unlink()
    with chromium() as browser:
        resident(browser)
        desk(browser)
        preview(browser)


if __name__ == "__main__":
    main()
