"""One morning, seen by two officers at the desk and by a resident with a telephone, against a live server.

Raise, escalation, an incident, a correction, an all-clear that takes two people, a server that restarts in the middle,
a cut network, a session that ends in the middle of an act: nothing is lost and nothing is sent twice.
"""

import contextlib
import re
import sqlite3

import pytest
from axe_playwright_python.sync_playwright import Axe

from broker import wall
from browsing import chromium, free_port, require_chromium
from desk_words import People, password_of
from served import ALARM, KYIV, Served

pytestmark = pytest.mark.chromium

BROVARY = "UA32060000000012455"
WAIT = 30_000


@pytest.fixture(scope="module")
def browser():
    require_chromium()
    with chromium() as one:
        yield one


class Morning:
    """A server that can be restarted on its port, and the people who look at it."""

    def __init__(self, directory, browser, **said):
        self.directory, self.browser = directory, browser
        self.port = free_port()
        self.people = People(directory)
        self.server = Served(directory, port=self.port, **said)
        self.said = []
        self.count = 0

    def restart(self):
        self.server.kill()
        self.server = Served(self.directory, port=self.port)

    def say(self, source, text):
        self.count += 1
        body = {"id": f"m{self.count}", "source": source, "text": text, "stated_at": wall().isoformat()}
        answer = self.server.post(body)
        assert answer.status_code == 202, answer.text

    def tab(self, **context):
        tab = self.browser.new_context(**context).new_page()
        tab.set_default_timeout(WAIT)
        tab.on("pageerror", lambda e: self.said.append(str(e)))
        return tab

    def resident(self, code):
        tab = self.tab(viewport={"width": 390, "height": 844}, locale="en-GB")
        tab.goto(f"{self.server.url}/area/{code}?lang=en")
        return tab

    def officer(self, name):
        tab = self.tab(viewport={"width": 1280, "height": 900}, locale="en-GB")
        tab.goto(f"{self.server.url}/desk?lang=en")
        self.sign_in(tab, name)
        return tab

    def sign_in(self, tab, name):
        tab.fill("#name", name)
        tab.fill("#password", password_of(name))
        tab.fill("#code", self.people.fresh_code(name))
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#board")
        # What a key press needs is there once the page's scripts have run.
        tab.wait_for_load_state("load")

    def orders(self, verb):
        """How many orders of a verb the journal holds."""
        with contextlib.closing(sqlite3.connect(f"file:{self.server.journal}?mode=ro", uri=True)) as book:
            stubs = [row[0] for row in book.execute("SELECT stub FROM entries WHERE kind = 'order'")]
        return sum(f'"verb":"{verb}"'.encode() in stub for stub in stubs)


@pytest.fixture
def morning(tmp_path, browser):
    one = Morning(tmp_path, browser)
    try:
        yield one
        assert one.said == []
    finally:
        one.server.stop()
        for context in browser.contexts:
            context.close()


def give(tab, why="seen from the roof"):
    """Reads the preview and sends exactly that, by keyboard."""
    tab.wait_for_selector("#preview .previewed")
    if not tab.input_value("#f-why"):
        tab.fill("#f-why", why)
    tab.wait_for_selector("#act-send:enabled")
    tab.keyboard.press("Control+Enter")
    tab.wait_for_selector("#act-said.done")
    return tab.locator("#act-said").inner_text()


def at_row(tab, panel, words):
    """Stands on the row of a panel that says these words."""
    row = tab.locator(f"#p-{panel} .row", has_text=words).first
    row.wait_for()
    row.locator(".line").click()
    return row


def test_the_morning_on_both_pages(morning):
    olena, petro = morning.officer("olena"), morning.officer("petro")
    kyiv, brovary = morning.resident(KYIV), morning.resident(BROVARY)

    # Raise: the authority's alarm sounds on both pages within moments.
    olena.keyboard.press("s")
    morning.say("city-alarm", ALARM)
    kyiv.wait_for_selector(".answer.look-red")
    olena.wait_for_selector("#p-alerts .tone-official")
    olena.wait_for_selector("body[data-rang='2']")
    assert "Raised: Kyiv" in olena.locator("#reports").inner_text()

    # Escalation: what it is becomes known, and the alert says so.
    morning.say("air-force", "Пуски балістики з Брянської області! Ціль на Київ!")
    kyiv.locator(".fact-what", has_text=re.compile("ballistic", re.IGNORECASE)).wait_for()
    olena.locator("#p-alerts .row", has_text=re.compile("ballistic", re.IGNORECASE)).first.wait_for()
    olena.wait_for_selector("#overlay .threat")

    # Effects: the desk sees them at once, the public not before the embargo lets it (R27).
    morning.say("channel", "У Голосіївському районі столиці падіння уламків, горить дах будинку.")
    olena.locator("#p-incidents .row", has_text="Holosiivskyi").first.wait_for()
    assert "Holosiivskyi" not in kyiv.locator("#h-happened ~ *").first.inner_text()
    assert "Holosiivskyi" not in morning.server.http.get("/incidents?lang=en").text

    # A raise by a person, and its correction, prepared beside it: alone, at once, two key presses and a look (R1, R4).
    olena.keyboard.press("r")
    olena.fill("#f-target", "Brovary Raion, Kyiv Oblast")
    olena.keyboard.press("Tab")
    assert "Done" in give(olena)
    olena.keyboard.press("Escape")
    brovary.wait_for_selector(".answer.look-red")
    assert "duty officer" in brovary.locator(".fact-who").inner_text()
    at_row(olena, "alerts", "Brovary")
    olena.keyboard.press("x")
    assert "Done" in give(olena)
    olena.keyboard.press("Escape")
    brovary.wait_for_selector(".answer:not(.look-red)")
    assert "mistake" in brovary.locator("#h-ended + ul").inner_text()

    # All-clear: one person's word is not enough; a double press sends once.
    at_row(olena, "alerts", "Kyiv")
    olena.keyboard.press("c")
    olena.wait_for_selector("#preview .previewed")
    assert "second person must agree" in olena.locator("#preview").inner_text()
    olena.fill("#f-why", "the Air Force confirms")
    olena.wait_for_selector("#act-send:enabled")
    olena.locator("#act-send").dblclick()
    olena.wait_for_selector("#second:not([hidden])")
    olena.keyboard.press("Escape")
    assert kyiv.locator(".answer.look-red").count() == 1
    assert morning.orders("clear") == 1

    # The server dies in the middle and comes back: both desks heal, and the order still waits.
    morning.restart()
    petro.wait_for_selector("#p-queue [data-act=approve]")
    kyiv.wait_for_selector(".answer.look-red")

    # The second person, at a desk of their own, sees exactly what would go out and agrees.
    petro.keyboard.press("1")
    petro.keyboard.press("a")
    petro.wait_for_selector("#preview .previewed")
    assert "Kyiv" in petro.locator("#preview").inner_text()
    assert "Done" in give(petro, "I heard it too")
    petro.keyboard.press("Escape")
    kyiv.wait_for_selector(".answer:not(.look-red)")
    olena.locator("#p-alerts .row.tone-official").first.wait_for(state="detached")
    assert morning.orders("approve") == 1

    # And any moment can be looked at again: before the all-clear Kyiv was red.
    olena.keyboard.press("t")
    olena.keyboard.press("PageDown")
    olena.wait_for_selector("body[data-past]")
    olena.wait_for_selector("#past:not([hidden])")


def test_a_cut_network_is_said_and_a_draft_survives_it(morning):
    morning.say("city-alarm", ALARM)
    olena = morning.officer("olena")
    olena.wait_for_selector("#p-alerts .tone-official")
    olena.keyboard.press("r")
    olena.fill("#f-target", "Brovary Raion, Kyiv Oblast")
    olena.keyboard.press("Tab")
    olena.wait_for_selector("#preview .previewed")
    olena.fill("#f-why", "seen from the roof")
    olena.wait_for_selector("#act-send:enabled")
    olena.context.set_offline(True)
    olena.keyboard.press("Control+Enter")
    olena.locator("#act-said", has_text="No connection").wait_for()
    olena.context.set_offline(False)
    olena.wait_for_selector("#act-send:enabled")
    olena.locator("#f-why").press("Control+Enter")
    olena.wait_for_selector("#act-said.done")
    assert morning.orders("raise") == 1


def test_a_session_that_ends_in_the_middle_of_an_approval_loses_nothing(morning):
    morning.say("city-alarm", ALARM)
    olena, petro = morning.officer("olena"), morning.officer("petro")
    at_row(olena, "alerts", "Kyiv")
    olena.keyboard.press("c")
    give(olena)
    petro.wait_for_selector("#p-queue [data-act=approve]")
    petro.keyboard.press("1")
    petro.keyboard.press("a")
    petro.wait_for_selector("#preview .previewed")
    petro.fill("#f-why", "I heard it too")
    petro.wait_for_selector("#act-send:enabled")
    petro.context.clear_cookies()
    petro.keyboard.press("Control+Enter")
    petro.wait_for_selector("#password")
    assert morning.orders("approve") == 0
    morning.sign_in(petro, "petro")
    petro.wait_for_selector("#act[open]")
    assert petro.input_value("#f-why") == "I heard it too"
    assert "Done" in give(petro)
    assert morning.orders("approve") == 1


def test_two_officers_who_approve_at_once_approve_once(morning):
    morning.say("city-alarm", ALARM)
    olena, petro, maksym = (morning.officer(name) for name in ("olena", "petro", "maksym"))
    at_row(olena, "alerts", "Kyiv")
    olena.keyboard.press("c")
    give(olena)
    for one in (petro, maksym):
        one.wait_for_selector("#p-queue [data-act=approve]")
        one.keyboard.press("1")
        one.keyboard.press("a")
        one.wait_for_selector("#preview .previewed")
        one.fill("#f-why", "agreed")
        one.wait_for_selector("#act-send:enabled")
    petro.keyboard.press("Control+Enter")
    maksym.keyboard.press("Control+Enter")
    petro.wait_for_selector("#act-said.done")
    maksym.wait_for_selector("#act-said:not([hidden])")
    assert "petro" in maksym.locator("#act-said").inner_text().lower()


def test_a_second_person_signs_at_the_first_ones_screen(morning):
    """R1: their own password and digits; the first one's session stays the first one's."""
    morning.say("city-alarm", ALARM)
    kyiv, olena = morning.resident(KYIV), morning.officer("olena")
    kyiv.wait_for_selector(".answer.look-red")
    at_row(olena, "alerts", "Kyiv")
    olena.keyboard.press("c")
    give(olena)
    olena.wait_for_selector("#second:not([hidden])")
    olena.fill("#s-name", "petro")
    olena.fill("#s-password", "not the password")
    olena.fill("#s-code", "000000")
    olena.keyboard.press("Enter")
    olena.locator("#second .problem:not([hidden])").wait_for()
    assert kyiv.locator(".answer.look-red").count() == 1
    olena.fill("#s-password", password_of("petro"))
    olena.fill("#s-code", morning.people.fresh_code("petro"))
    olena.keyboard.press("Enter")
    kyiv.wait_for_selector(".answer:not(.look-red)")
    assert "olena" in olena.locator(".bar .who").inner_text()


def test_the_telephone_is_a_source_like_any_other(morning):
    """R39."""
    olena = morning.officer("olena")
    olena.keyboard.press("p")
    olena.fill("#p-caller", "The watch on the bridge")
    olena.fill("#p-words", "Шахед летить на Бровари <b>низько</b>")
    olena.keyboard.press("Control+Enter")
    olena.wait_for_selector("#phoned-form .done:not([hidden])")
    olena.keyboard.press("Escape")
    report = olena.locator(".report", has_text="Шахед летить").first
    report.wait_for()
    assert "<b>" in report.locator(".words").inner_text()
    assert report.locator("mark").count() > 0


def test_a_viewer_can_look_and_ask_but_not_act(morning):
    morning.say("city-alarm", ALARM)
    vira = morning.officer("vira")
    at_row(vira, "alerts", "Kyiv")
    assert vira.locator("[data-act]").count() == 0
    vira.keyboard.press("e")
    vira.locator("#why-said q").first.wait_for()
    assert "Повітряна тривога" in vira.locator("#why-said").inner_text()


def test_a_passkey_is_added_and_then_opens_the_door(morning):
    """WebAuthn with a virtual authenticator, by the name that browsers ask for."""
    here = morning.server.url.replace("127.0.0.1", "localhost")
    tab = morning.tab(viewport={"width": 1280, "height": 900}, locale="en-GB")
    session = tab.context.new_cdp_session(tab)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    tab.goto(f"{here}/desk?lang=en")
    morning.sign_in(tab, "petro")
    tab.goto(f"{here}/desk/account?lang=en")
    tab.fill("#label", "the desk's key")
    tab.locator("#add-passkey").click()
    tab.locator("td", has_text="the desk's key").wait_for()
    tab.goto(f"{here}/desk?lang=en")
    tab.locator(".bar form button").click()
    tab.wait_for_selector("#password")
    tab.locator("#passkey").click()
    tab.wait_for_selector("#board")
    assert "petro" in tab.locator(".bar .who").inner_text()


def test_what_the_desk_shows_is_kept_nowhere(morning):
    """The worker that keeps pages for a telephone without a network keeps none of the desk's."""
    tab = morning.resident(KYIV)
    tab.evaluate("async () => { await navigator.serviceWorker.ready; }")
    tab.reload()
    tab.goto(f"{morning.server.url}/desk?lang=en")
    morning.sign_in(tab, "olena")
    tab.wait_for_timeout(1000)
    kept = tab.evaluate(
        """async () => (await Promise.all((await caches.keys()).map(async (name) =>
           (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)))).flat()"""
    )
    assert any(path.startswith("/area/") for path in kept)
    assert not [path for path in kept if "desk" in path and not path.startswith("/static/")]


def test_axe_finds_nothing_at_the_doors(morning):
    token = morning.people.accounts.add("bohdan", "operator", "console", wall())
    tab = morning.tab(viewport={"width": 390, "height": 844}, locale="uk-UA")

    def clean():
        found = Axe().run(tab).response["violations"]
        assert [(one["id"], [n["html"][:120] for n in one["nodes"][:3]]) for one in found] == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390

    for path in (f"/desk/enrol/{token}", "/desk/enrol/no-such-link", "/desk"):
        tab.goto(morning.server.url + path)
        clean()
    tab.fill("#name", "iryna")
    tab.fill("#password", "not the password at all")
    tab.fill("#code", "000000")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("[role=alert]")
    clean()
    morning.sign_in(tab, "iryna")
    tab.goto(f"{morning.server.url}/desk/account?lang=en")
    clean()
    tab.fill("#n-name", "newcomer")
    tab.locator("form button.main").click()
    tab.wait_for_selector(".secret")
    assert "/desk/enrol/" in tab.locator(".secret").inner_text()
    clean()


def test_a_session_that_fell_asleep_wakes_for_the_act(tmp_path, browser):
    """At 04:00 the screen lives on; only an act asks who is there, and the draft goes on by itself."""
    settings = tmp_path / "tocsin.toml"
    settings.write_text('[desk]\nidle = "1m"\n', "utf-8")
    one = Morning(tmp_path, browser, toml=str(settings))
    try:
        olena = one.officer("olena")
        one.people.accounts.store.run("UPDATE sessions SET acted_at = acted_at - 120")
        olena.keyboard.press("r")
        olena.fill("#f-target", "Brovary Raion, Kyiv Oblast")
        olena.keyboard.press("Tab")
        olena.wait_for_selector("#preview .previewed")
        olena.fill("#f-why", "seen from the roof")
        olena.wait_for_selector("#act-send:enabled")
        one.people.accounts.store.run("UPDATE sessions SET acted_at = acted_at - 120")
        olena.keyboard.press("Control+Enter")
        olena.wait_for_selector("#wake[open]")
        assert one.orders("raise") == 0
        olena.fill("#w-code", "000000")
        olena.keyboard.press("Enter")
        olena.locator("#wake .problem:not([hidden])").wait_for()
        olena.fill("#w-code", one.people.fresh_code("olena"))
        olena.keyboard.press("Enter")
        olena.wait_for_selector("#act-said.done")
        assert one.orders("raise") == 1
        assert one.said == []
    finally:
        one.server.stop()
        for context in browser.contexts:
            context.close()
