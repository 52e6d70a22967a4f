"""The pages in a real browser: what a person sees with script, without, when the stream stops, and by keyboard."""

import asyncio
import contextlib
import os

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from starlette.responses import StreamingResponse

from browsing import chromium, free_port, require_chromium, serving
from cap_words import alarm, change
from page_stage import KYIV_CODE, NOW, STATES, Stage, application

pytestmark = pytest.mark.chromium

KYIV_PAGE = f"/area/{KYIV_CODE}"
PAGES = (
    "/",
    KYIV_PAGE,
    "/story",
    "/incidents",
    "/sources",
    "/about/how-we-decide",
    "/search?q=Kyiv",
    "/area/XX",
)
PHONE = {"width": 360, "height": 740}
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def browser():
    require_chromium()
    with chromium() as one:
        yield one


class Stream:
    """A stream whose beating the test holds in its hands."""

    def __init__(self):
        self.beating, self.waiting = True, []

    async def answer(self, _request):
        async def frames():
            yield b"retry: 1000\n\n"
            seen = 0
            while True:
                while len(self.waiting) > seen:
                    yield self.waiting[seen]
                    seen += 1
                if self.beating:
                    yield b'event: heartbeat\ndata: {"last": 1}\n\n'
                await asyncio.sleep(0.2)

        return StreamingResponse(frames(), media_type="text/event-stream")


@contextlib.contextmanager
def showing(browser, stage, stream=None, **context):
    """A page of a stage's server, with all that it asked for and said on its console."""
    with serving(application(stage, (stream or Stream()).answer)) as base:
        seen = browser.new_context(viewport=context.pop("viewport", PHONE), **context)
        tab = seen.new_page()
        tab.asked, tab.said = [], []
        tab.on("request", lambda r: tab.asked.append(r.url))
        tab.on("console", lambda m: tab.said.append(m.text))
        tab.on("pageerror", lambda e: tab.said.append(str(e)))
        tab.base = base
        try:
            yield tab
        finally:
            seen.close()


def test_pages_load_under_their_policy_from_their_own_origin_alone(browser):
    with showing(browser, Stage("PARTLY", demo=True)) as tab:
        for path in PAGES[:-1]:
            tab.goto(tab.base + path)
            tab.wait_for_timeout(150)
        assert tab.said == []
        assert all(url.startswith(tab.base) for url in tab.asked)


def test_the_first_view_takes_few_requests(browser):
    with showing(browser, Stage("ACTIVE")) as tab:
        tab.goto(tab.base + "/")
        tab.wait_for_timeout(500)
        assert len(tab.asked) <= 15


def test_a_change_reaches_the_screen_by_itself(browser):
    stage, stream = Stage("CLEAR", rich=False), Stream()
    with showing(browser, stage, stream) as tab:
        tab.goto(tab.base + KYIV_PAGE + "?lang=en")
        assert tab.locator(".state.when-fresh").inner_text() == "Quiet"
        tab.wait_for_selector("#live:not([hidden])")
        stage.state = "ACTIVE"
        stage.log.append(change(1, "raise", alarm(), NOW))
        stream.waiting.append(b"id: 1\ndata: {}\n\n")
        tab.wait_for_selector(".answer.look-red", timeout=3000)
        assert "Alarm" in tab.locator("#say").inner_text()
        assert tab.title().startswith("Kyiv: Alarm")
        assert tab.said == []


def test_clear_goes_stale_on_the_screen_when_the_stream_falls_silent(browser):
    """R33, R24: silence is not safety."""
    stage, stream = Stage("CLEAR", rich=False), Stream()
    with showing(browser, stage, stream) as tab:
        tab.clock.install()
        tab.goto(tab.base + KYIV_PAGE + "?lang=en")
        tab.wait_for_selector("#live:not([hidden])")
        tab.wait_for_timeout(400)
        assert tab.locator(".state.when-fresh").is_visible()
        stream.beating = False
        tab.wait_for_timeout(300)
        tab.clock.run_for(17_000)
        tab.wait_for_timeout(300)
        assert not tab.locator(".state.when-fresh").is_visible()
        assert tab.locator(".state.when-expired").is_visible()
        assert "No connection" in tab.locator("#live").inner_text()
        stream.beating = True
        tab.clock.run_for(1_000)
        tab.wait_for_timeout(600)
        tab.clock.run_for(1_000)
        assert tab.locator(".state.when-fresh").is_visible()


def test_an_alarm_stays_on_the_screen_when_the_stream_falls_silent(browser):
    stage, stream = Stage("ACTIVE", rich=False), Stream()
    with showing(browser, stage, stream) as tab:
        tab.clock.install()
        tab.goto(tab.base + KYIV_PAGE + "?lang=en")
        tab.wait_for_selector("#live:not([hidden])")
        stream.beating = False
        tab.wait_for_timeout(300)
        tab.clock.run_for(17_000)
        tab.wait_for_timeout(200)
        assert tab.locator(".state.when-fresh").is_visible()
        assert tab.locator(".expired-note").is_visible()


def test_the_page_is_whole_without_script_and_clear_expires_all_the_same(browser):
    """R33."""
    stage = Stage("CLEAR", rich=True)
    expired = {"java_script_enabled": False}
    with showing(browser, stage, **expired) as tab:
        tab.goto(tab.base + KYIV_PAGE + "?lang=en")
        assert tab.locator(".state.when-fresh").is_visible()
        assert tab.locator("svg.hours").is_visible()
        assert tab.locator(".tally").count() == 4
    short = Stage("CLEAR", rich=False)
    state_of = short.area_state
    short.area_state = lambda code: msgspec.structs.replace(state_of(code), valid_until=NOW)
    with showing(browser, short, **expired) as tab:
        tab.goto(tab.base + KYIV_PAGE + "?lang=en")
        tab.wait_for_timeout(300)
        assert not tab.locator(".state.when-fresh").is_visible()
        assert tab.locator(".state.when-expired").is_visible()
        assert tab.locator(".lead.when-expired").inner_text().startswith("This page has gone stale")
        # So do its parts, in the list and on the map.
        assert not tab.locator("li.look-clear .what").first.is_visible()
        fills = tab.locator("svg.map .look-clear path").evaluate_all(
            "all => all.map(n => getComputedStyle(n).fill)"
        )
        assert fills
        assert all("p-stale" in fill for fill in fills)


@pytest.mark.parametrize("lang", ["uk", "ru", "en"])
def test_nothing_sticks_out_at_320_pixels(browser, lang):
    for state in STATES:
        with showing(browser, Stage(state, demo=True), viewport=NARROW) as tab:
            tab.goto(f"{tab.base}{KYIV_PAGE}?lang={lang}")
            width = tab.evaluate("document.documentElement.scrollWidth")
            assert width <= 320, f"{state} is {width} wide"
            word = tab.locator(".state.when-fresh")
            assert tab.evaluate("n => n.scrollWidth <= n.clientWidth", word.element_handle()), state


@pytest.mark.parametrize("path", PAGES)
def test_no_page_sticks_out_at_320_pixels(browser, path):
    with showing(browser, Stage("PARTLY"), viewport=NARROW) as tab:
        tab.goto(f"{tab.base}{path}{'&' if '?' in path else '?'}lang=uk")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible(browser, state, scheme):
    with showing(browser, Stage(state), color_scheme=scheme) as tab:
        tab.goto(tab.base + KYIV_PAGE + "?lang=en")
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_accessible(browser, path):
    with showing(browser, Stage("PARTLY", exercise=True)) as tab:
        tab.goto(tab.base + path)
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()


def test_the_keyboard_reaches_the_content_and_every_part(browser):
    with showing(browser, Stage("PARTLY")) as tab:
        tab.goto(tab.base + "/?lang=en")
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.className") == "skip"
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main"
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.closest('main') !== null")


def test_words_of_others_do_not_execute(browser):
    with showing(browser, Stage("ACTIVE")) as tab:
        tab.on("dialog", lambda _dialog: tab.said.append("dialog"))
        tab.goto(tab.base + KYIV_PAGE)
        tab.goto(tab.base + "/search?q=%3Cimg%20src=x%20onerror=alert(1)%3E")
        tab.wait_for_timeout(200)
        assert tab.said == []


def test_the_browser_is_not_missing_where_it_must_be_there():
    if os.environ.get("CI") == "true":
        require_chromium()


def test_offline_the_last_page_that_was_seen_is_shown_and_never_as_fresh(browser):
    """R33: what the worker kept is marked stale before it is shown."""
    seen = browser.new_context(viewport=PHONE)
    tab = seen.new_page()
    try:
        with serving(application(Stage("CLEAR", rich=False), Stream().answer)) as base:
            address = base + KYIV_PAGE + "?lang=en"
            tab.goto(address)
            tab.evaluate("async () => { await navigator.serviceWorker.ready; }")
            tab.wait_for_timeout(300)
            tab.goto(address)
            assert tab.locator(".state.when-fresh").is_visible()
            tab.wait_for_timeout(500)
        tab.goto(address)
        tab.wait_for_timeout(1500)
        assert tab.locator("#place").inner_text() == "Kyiv"
        assert not tab.locator(".state.when-fresh").is_visible()
        assert tab.locator(".state.when-expired").is_visible()
        assert "No connection" in tab.locator("#live").inner_text()
    finally:
        seen.close()


def test_a_phone_finds_itself_without_telling_where_it_is(browser):
    """R38: coordinates never leave the phone; a person chooses among what is near."""
    here = {"latitude": 50.5111, "longitude": 30.7909}
    with showing(browser, Stage("CLEAR"), geolocation=here, permissions=["geolocation"]) as tab:
        tab.goto(tab.base + "/?lang=en")
        tab.click("#where")
        tab.wait_for_selector("#near a")
        assert "Brovary Raion" in tab.locator("#near").inner_text()
        assert not [url for url in tab.asked if "50.5" in url or "30.7" in url]
        tab.locator("#near a").first.click()
        tab.wait_for_selector("h1")
        assert tab.said == []


def test_a_phone_is_in_the_raion_whose_outline_holds_it(browser):
    """Berezan is nearer to the middle of Boryspil's raion, and lies in Brovary's."""
    here = {"latitude": 50.3107, "longitude": 31.4677}
    with showing(browser, Stage("CLEAR"), geolocation=here, permissions=["geolocation"]) as tab:
        tab.goto(tab.base + "/?lang=en")
        tab.click("#where")
        tab.wait_for_selector("#near a")
        assert tab.locator("#near a").first.inner_text() == "Brovary Raion (you seem to be here)"
        assert tab.locator("#near a").nth(1).inner_text() == "Boryspil Raion"
        assert not [url for url in tab.asked if "50.3" in url or "31.4" in url]


def test_a_phone_abroad_is_told_so(browser):
    here = {"latitude": 48.8566, "longitude": 2.3522}
    with showing(browser, Stage("CLEAR"), geolocation=here, permissions=["geolocation"]) as tab:
        tab.goto(tab.base + "/?lang=en")
        tab.click("#where")
        tab.wait_for_selector("#near a")
        assert "Use the search" in tab.locator("#near").inner_text()


def test_an_alarm_sounds_and_shakes_only_where_a_person_wished_it(browser):
    stage, stream = Stage("CLEAR", rich=False), Stream()
    with showing(browser, stage, stream) as tab:
        tab.goto(tab.base + KYIV_PAGE + "?lang=en")
        tab.wait_for_selector("#live:not([hidden])")
        stage.state = "ACTIVE"
        stage.log.append(change(1, "raise", alarm(), NOW))
        stream.waiting.append(b"id: 1\ndata: {}\n\n")
        tab.wait_for_selector(".answer.look-red", timeout=3000)
        assert tab.get_attribute("body", "data-rang") is None
        assert tab.get_attribute("#loud", "aria-pressed") == "false"
        tab.click("#loud")
        tab.wait_for_selector("body[data-rang='1']")
        assert tab.locator("#loud").inner_text() == "Sound is on"
        for number, (state, rang) in enumerate(
            (("CLEAR", "1"), ("YELLOW", "2"), ("YELLOW", "2"), ("ACTIVE", "3")), 2
        ):
            stage.state = state
            stage.log.append(change(number, "raise", alarm(), NOW))
            stream.waiting.append(f"id: {number}\ndata: {{}}\n\n".encode())
            look = {"CLEAR": "clear", "YELLOW": "yellow", "ACTIVE": "red"}[state]
            tab.wait_for_selector(f".answer.look-{look}", timeout=3000)
            tab.wait_for_timeout(400)
            assert tab.get_attribute("body", "data-rang") == rang
        tab.reload()
        tab.wait_for_selector("#live:not([hidden])")
        assert tab.get_attribute("#loud", "aria-pressed") == "true", "the wish outlives the page"
        tab.click("h1")
        tab.wait_for_selector("#loud:not(.waits)")
        tab.click("#loud")
        assert tab.get_attribute("#loud", "aria-pressed") == "false"
        assert tab.said == []


def test_a_phone_that_may_not_say_where_it_is_gets_help(browser):
    with showing(browser, Stage("CLEAR"), permissions=[]) as tab:
        tab.goto(tab.base + "/?lang=en")
        tab.click("#where")
        tab.wait_for_selector("#near a")
        assert "Use the search" in tab.locator("#near").inner_text()


def test_a_page_finds_its_server_again_after_a_restart(browser):
    """The server goes away, refuses for a while, and comes back with another state: the page follows."""
    port = free_port()
    before, after = Stage("CLEAR", rich=False), Stage("ACTIVE", rich=False)
    seen = browser.new_context(viewport=PHONE, service_workers="block")
    tab = seen.new_page()

    async def refusing(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b"busy"})

    try:
        with serving(application(before, Stream().answer), port) as base:
            tab.goto(base + KYIV_PAGE + "?lang=en")
            tab.wait_for_selector("#live:not([hidden])")
            tab.wait_for_selector(".look-clear")
        with serving(refusing, port):
            tab.wait_for_timeout(4000)
        with serving(application(after, Stream().answer), port):
            tab.wait_for_selector(".answer.look-red", timeout=20_000)
            assert "An official alarm is in force" in tab.locator(".answer").inner_text()
    finally:
        seen.close()


def test_my_places_stay_in_this_browser(browser):
    """R38: what a person follows is kept by their own browser, and a page survives whatever is found there."""
    with showing(browser, Stage("CLEAR")) as tab:
        tab.goto(tab.base + KYIV_PAGE + "?lang=en")
        tab.click("#save")
        assert tab.get_attribute("#save", "aria-pressed") == "true"
        tab.goto(tab.base + "/?lang=en")
        assert tab.locator("#saved a").inner_text() == "Kyiv"
        assert tab.locator("#saved a").get_attribute("href") == KYIV_PAGE + "?lang=en"
        tab.goto(tab.base + KYIV_PAGE + "?lang=en")
        tab.click("#save")
        assert not tab.locator("#saved").is_visible()
        tab.evaluate("localStorage.setItem('tocsin-places', '[[\"javascript:alert(1)\", \"x\"], 7, null]')")
        tab.goto(tab.base + "/?lang=en")
        tab.wait_for_selector("#live:not([hidden])")
        assert not tab.locator("#saved").is_visible()
        assert tab.said == []
