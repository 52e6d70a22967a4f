"""Take the pictures of docs/screenshots: every state, three languages, phone and desktop, light and dark.

Run it from the project's directory after a change of the pages, then look at the pictures one by one:

    .venv/bin/python scripts/screenshots.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browsing import chromium, serving  # noqa: E402
from page_stage import KYIV_CODE, STATES, Stage, application, places  # noqa: E402

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
KYIV = f"/area/{KYIV_CODE}"


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


def main() -> None:
    """Take all pictures."""
    target = ROOT / "docs" / "screenshots"
    target.mkdir(exist_ok=True)
    shots = [
        *(
            (f"phone-{s.lower().replace('_', '-')}-uk", Stage(s), f"{KYIV}?lang=uk", PHONE, "light")
            for s in STATES
        ),
        ("phone-active-ru-dark", Stage("ACTIVE"), f"{KYIV}?lang=ru", PHONE, "dark"),
        ("phone-warned-en-dark", Stage("WARNED", demo=True), f"{KYIV}?lang=en", PHONE, "dark"),
        ("phone-stale-en-exercise", Stage("STALE", exercise=True), f"{KYIV}?lang=en", PHONE, "light"),
        ("desktop-country-uk", mixed(), "/?lang=uk", DESKTOP, "light"),
        ("desktop-country-ru-dark", mixed(), "/?lang=ru", DESKTOP, "dark"),
        ("desktop-kyiv-en", mixed(), f"{KYIV}?lang=en", DESKTOP, "light"),
        ("desktop-story-en", Stage("ACTIVE", demo=True), "/story?lang=en", DESKTOP, "light"),
        ("desktop-kiosk-uk", Stage("ACTIVE"), f"{KYIV}?lang=uk&kiosk", DESKTOP, "dark"),
    ]
    with chromium() as browser:
        for name, stage, path, size, scheme in shots:
            with serving(application(stage)) as base:
                tab = browser.new_page(viewport=size, color_scheme=scheme)
                tab.goto(base + path)
                tab.wait_for_timeout(200)
                tab.screenshot(path=str(target / f"{name}.png"), full_page=False)
                tab.close()
            print(name)


if __name__ == "__main__":
    main()
