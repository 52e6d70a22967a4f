"""Passkeys at a live desk, in Chromium with an authenticator of its own: made, used, refused, taken away."""

import contextlib
from urllib.parse import urlsplit

import httpx
import pytest

from browsing import chromium, require_chromium
from desk_words import People, password_of, until
from served import serving

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def browser():
    require_chromium()
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    return People(tmp_path_factory.mktemp("passkeys"), roles={"olena": "operator", "petro": "approver"})


@pytest.fixture(scope="module")
def server(people):
    (people.directory / "tocsin.toml").write_text('[desk]\nidle = "4s"\n', "utf-8")
    with serving(people.directory, toml=str(people.directory / "tocsin.toml")) as served:
        served.named = f"http://localhost:{urlsplit(served.url).port}"
        yield served


@contextlib.contextmanager
def device(browser, *, verified=True):
    """A telephone or laptop with a finger on it; ``verified`` tells whether it is the owner's."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    tab.wrong = []
    tab.on("pageerror", lambda e: tab.wrong.append(str(e)))
    wire = context.new_cdp_session(tab)
    wire.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    tab.authenticator = wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    tab.wire = wire
    try:
        yield tab
        assert tab.wrong == []
    finally:
        context.close()


def sign_in(tab, server, people, name):
    tab.goto(f"{server.named}/desk/sign-in?lang=en")
    tab.fill("[name=name]", name)
    tab.fill("[name=password]", password_of(name))
    tab.fill("[name=code]", people.fresh_code(name))
    tab.press("[name=code]", "Enter")
    tab.wait_for_url("**/desk*")


def add_passkey(tab, server, people, name):
    tab.goto(f"{server.named}/desk/account?lang=en")
    had = len(people.accounts.passkeys(name))
    with tab.expect_navigation():  # the page shows it, once it is kept
        tab.click("#add-passkey")
    assert len(people.accounts.passkeys(name)) == had + 1


def sign_out(tab):
    tab.context.clear_cookies()


def test_a_passkey_is_made_once_and_opens_the_desk_alone(browser, server, people):
    with device(browser) as tab:
        sign_in(tab, server, people, "olena")
        add_passkey(tab, server, people, "olena")
        sign_out(tab)
        tab.goto(f"{server.named}/desk?lang=en")
        assert "/sign-in" in tab.url
        tab.click("#passkey")
        tab.wait_for_url(lambda url: "/sign-in" not in url)
        assert "olena" in tab.content()
        (kept,) = people.accounts.passkeys("olena")
        assert kept.used_at is not None


def test_a_session_that_sleeps_is_woken_by_a_finger(browser, server, people):
    with device(browser) as tab:
        sign_in(tab, server, people, "petro")
        add_passkey(tab, server, people, "petro")

        def seat():
            return tab.evaluate("fetch('/desk/data').then(r => r.json()).then(d => d.seat)")

        until(lambda: seat()["asleep"])
        woken = tab.evaluate(WAKE)
        assert (woken["status"], woken["seat"]["asleep"]) == (200, False)
        assert seat()["asleep"] is False


WAKE = """async () => {
  const ask = (path, body) => fetch(path, {method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify(body)});
  const begun = await (await ask("/desk/passkey/begin", {})).json();
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(begun.publicKey);
  const credential = await navigator.credentials.get({publicKey});
  const answer = await ask("/desk/passkey/finish", {ceremony: begun.ceremony, credential: credential.toJSON()});
  return {status: answer.status, seat: await answer.json()};
}"""


def test_a_passkey_that_was_dropped_opens_nothing(browser, server, people):
    with device(browser) as tab:
        sign_in(tab, server, people, "petro")
        add_passkey(tab, server, people, "petro")
        for one in people.accounts.passkeys("petro"):
            people.accounts.drop_passkey("petro", one.id, one.added_at)
        sign_out(tab)
        tab.goto(f"{server.named}/desk/sign-in?lang=en")
        with tab.expect_response("**/desk/passkey/finish") as answered:
            tab.click("#passkey")
        assert answered.value.status == 403  # its body is not waited for: the page leaves it unread
        assert "/sign-in" in tab.url


def test_what_a_passkey_signed_once_opens_nothing_twice(browser, server, people):
    with device(browser) as tab:
        sign_in(tab, server, people, "olena")
        add_passkey(tab, server, people, "olena")
        sign_out(tab)
        tab.goto(f"{server.named}/desk/sign-in?lang=en")
        with tab.expect_request("**/desk/passkey/finish") as asked:
            tab.click("#passkey")
        tab.wait_for_url(lambda url: "/sign-in" not in url)
        body = asked.value.post_data
        headers = {"Content-Type": "application/json", "Origin": server.named}
        again = httpx.post(f"{server.named}/desk/passkey/finish", content=body, headers=headers)
        assert (again.status_code, again.json()["code"]) == (403, "passkey")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"ceremony": "made up", "credential": {"id": "x"}},
        {"ceremony": ["x"], "credential": "x"},
        {"ceremony": None, "credential": {"id": "x", "response": {"clientDataJSON": "x" * 9000}}},
    ],
)
def test_a_passkey_that_somebody_made_up_opens_nothing(server, said):
    answer = httpx.post(f"{server.named}/desk/passkey/finish", json=said)
    assert (answer.status_code, answer.json()["code"]) == (403, "passkey")


def test_an_address_without_a_name_offers_no_passkeys(server):
    assert httpx.post(f"{server.url}/desk/passkey/begin", json={}).status_code == 404
    assert 'id="passkey"' not in httpx.get(f"{server.url}/desk/sign-in").text
