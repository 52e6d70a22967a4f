"""Pushes in a real browser: what the page asks of us, and what its worker shows of what was pushed.

The browser's push service is on the other side of the world: subscribing stands in for it, all else is real.
"""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import expect

from broker import wall
from browsing import chromium, require_chromium
from served import KYIV, serving
from tocsin.outlets.keys import make_keys

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    make_keys(folder / "keys", "x", datetime(2026, 1, 1, tzinfo=UTC))
    settings = folder / "tocsin.toml"
    settings.write_text(
        '[push]\nkey = "keys/push.pem"\ncontact = "mailto:duty@example.org"\nbook = "push.db"\n'
    )
    with serving(folder, toml=str(settings)) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    require_chromium()
    with chromium() as one:
        yield one


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def stand_in():
    """A subscription as the browser's push service would give it."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    told = {
        "endpoint": "https://fcm.googleapis.com/fcm/send/x",
        "keys": {"p256dh": text(raw), "auth": text(os.urandom(16))},
    }
    return f"""
        let held = null;
        const made = {{ toJSON: () => ({json.dumps(told)}), unsubscribe: async () => {{ held = null; return true; }} }};
        PushManager.prototype.getSubscription = async () => held || (sessionStorage.joined ? (held = made) : null);
        PushManager.prototype.subscribe = async (how) => {{
          if (!how.userVisibleOnly || how.applicationServerKey.length < 80) throw new Error("badly asked");
          sessionStorage.joined = "1"; return held = made; }};
    """


def test_a_telephone_joins_changes_its_mind_and_leaves(server, browser):
    context = browser.new_context(locale="uk-UA", permissions=["notifications"])
    page = context.new_page()
    page.add_init_script(stand_in())
    page.goto(f"{server.url}/area/{KYIV}")
    choice = page.locator("#push")
    choice.wait_for(state="visible")
    assert choice.input_value() == ""
    choice.select_option("yellow")
    expect(page.locator("#say")).to_contain_text("30")
    choice.select_option("red")
    expect(choice).to_be_enabled()
    assert page.evaluate(f"JSON.parse(localStorage['tocsin-push'])['{KYIV}'].level") == "red"
    page.reload()
    choice.wait_for(state="visible")
    assert choice.input_value() == "red"
    choice.select_option("")
    expect(page.locator("#say")).to_have_text("Сповіщення вимкнено.")
    assert page.evaluate("localStorage['tocsin-push']") == "{}"
    assert page.evaluate("fetch('/v1/push').then((a) => a.json())")["days"] == 30
    context.close()


def test_a_browser_that_forbids_it_says_so_and_nothing_is_asked_of_us(server, browser):
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.method))
    page.add_init_script("Notification.requestPermission = async () => 'denied';")
    page.goto(f"{server.url}/area/{KYIV}")
    page.locator("#push").wait_for(state="visible")
    page.locator("#push").select_option("yellow")
    expect(page.locator("#say")).to_contain_text("not allow")
    assert page.locator("#push").input_value() == ""
    assert "POST" not in asked
    context.close()


def pushed(context, page, url, **told):
    """Let the browser's push service hand the worker a message, and give the notifications that stand then."""
    told = {
        "area": KYIV,
        "state": "ACTIVE",
        "say": {"uk": {"title": "Тривога: Київ", "body": "До укриття."}},
    } | told
    client = context.new_cdp_session(page)
    ids = []
    client.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda m: ids.extend(r["registrationId"] for r in m["registrations"]),
    )
    client.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    client.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": url, "registrationId": ids[-1], "data": json.dumps(told)},
    )
    page.wait_for_timeout(700)
    return page.evaluate(
        "navigator.serviceWorker.ready.then((w) => w.getNotifications())"
        ".then((all) => all.map((n) => ({title: n.title, body: n.body, tag: n.tag, data: n.data, silent: n.silent})))"
    )


def test_the_worker_shows_one_notification_an_area_and_marks_what_came_late_r33(server, browser):
    context = browser.new_context(locale="uk-UA", permissions=["notifications"])
    page = context.new_page()
    page.goto(f"{server.url}/area/{KYIV}")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    soon = (wall() + timedelta(minutes=5)).isoformat()
    (shown,) = pushed(context, page, server.url, valid_until=soon)
    assert (shown["title"], shown["tag"]) == ("Тривога: Київ", KYIV)
    assert shown["data"] == f"/area/{KYIV}?lang=uk"
    past = (wall() - timedelta(seconds=5)).isoformat()
    (late,) = pushed(context, page, server.url, valid_until=past, state="CLEAR")
    assert late["body"].startswith("Це сповіщення застаріло")
    assert late["silent"]
    context.close()
