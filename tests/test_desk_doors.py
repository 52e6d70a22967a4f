"""The doors of a live desk: signing in and out, enrolling, staying, and whoever tries to get past them."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import httpx
import pyotp
import pytest

from broker import wall
from desk_words import AREAS, Officer, People, Room, alerts, new_key, orders_of, until, written_down
from served import KYIV, serving

OBUKHIV, BUCHA, BROVARY, BILA_TSERKVA, BORYSPIL, VYSHHOROD = AREAS
LVIV, ODESA = "UA46000000000026241", "UA51000000000030770"


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    return People(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def server(people):
    with serving(people.directory) as served:
        yield served


@pytest.fixture(scope="module")
def desk(server, people):
    """Officers by name, each signed in once."""
    return Room(server.url, people)


# --- strangers ----------------------------------------------------------------------

LOOKS = [
    "",
    "/data",
    "/panels",
    "/verbs",
    "/stream",
    "/account",
    "/explain/x",
    "?known_at=2024-01-01T00:00:00Z",
]
ACTS = [
    "/preview",
    "/orders",
    "/approvals",
    "/phoned",
    "/wake",
    "/touch",
    "/sign-out",
    "/account",
    "/passkey/add/begin",
]


@pytest.mark.parametrize("path", LOOKS)
def test_a_stranger_sees_no_byte_of_the_desk(server, path):
    answer = server.http.get("/desk" + path)
    assert answer.status_code in {303, 401}
    assert answer.status_code == 401 or answer.content == b""
    assert len(answer.content) < 300


@pytest.mark.parametrize("path", ACTS)
def test_a_stranger_does_nothing(server, path):
    answer = server.http.post("/desk" + path, json={"verb": "raise", "target": KYIV, "why": "x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "stranger")


@pytest.mark.parametrize("cookie", ["", "x", "a" * 3000, "../../etc", "%00"])
def test_a_cookie_that_somebody_made_up_opens_nothing(server, cookie):
    answer = httpx.get(server.url + "/desk/data", headers={"Cookie": f"tocsin-desk={cookie}"})
    assert answer.status_code == 401


def test_signing_in_changes_no_public_byte(server, people):
    before = server.get("/v1/changes")
    Officer(server.url, people, "vira")
    after = server.get("/v1/changes")
    assert (before["last"], before["head"]) == (after["last"], after["head"])


# --- signing in -----------------------------------------------------------------------


def sign_in(server, form, **more):
    return httpx.post(server.url + "/desk/sign-in", data=form, **more)


def test_nobody_learns_which_of_the_three_was_wrong(server, people):
    wrong = [
        people.form("vira") | {"password": "not the password at all"},
        people.form("vira", code="000000"),
        people.form("vira") | {"name": "nobody"},
    ]
    answers = [sign_in(server, one) for one in wrong]
    assert [one.status_code for one in answers] == [401] * 3
    texts = {re.sub(r'value="(vira|nobody)"', "", one.text) for one in answers}
    assert len({re.sub(r"\d\d:\d\d(:\d\d)?", "", text) for text in texts}) == 1
    assert not [one for one in answers if "set-cookie" in one.headers]


def test_the_cookie_is_for_the_desk_alone(server, people):
    given = sign_in(server, people.form("vira")).headers.get_list("set-cookie")
    assert len(given) == 2
    for cookie in given:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/desk" in cookie


def test_behind_a_proxy_with_tls_the_cookie_is_secure(server, people):
    given = sign_in(server, people.form("vira"), headers={"X-Forwarded-Proto": "https"})
    assert all(
        "; Secure" in one and one.startswith("__Secure-") for one in given.headers.get_list("set-cookie")
    )


def test_digits_that_were_used_open_nothing_again(server, people):
    form = people.form("vira")
    assert sign_in(server, form).status_code == 303
    assert sign_in(server, form).status_code == 401


@pytest.mark.parametrize(
    "onward",
    [
        "https://example.org/desk",
        "//example.org/desk",
        "/\\example.org",
        "\\\\example.org/desk",
        "/desk//example.org",
        "/desk/../../v1/reports",
        "/desk@example.org",
        "javascript:alert(1)",
        "/desk\r\nSet-Cookie: a=b",
        "/desk/sign-out",
        "/" * 3000,
        "/area/UA",
        "/deskx",
    ],
)
def test_signing_in_leads_nowhere_but_to_the_desk(server, people, onward):
    answer = sign_in(server, people.form("vira", next=onward))
    assert answer.headers["location"] == "/desk" if answer.status_code == 303 else answer.status_code == 422


def test_one_comes_back_to_where_one_was(server, people):
    sent = server.http.get("/desk?known_at=2024-01-01T00:00:00Z&lang=en")
    assert sent.headers["location"] == "/desk/sign-in?next=" + quote(
        "/desk?known_at=2024-01-01T00:00:00Z&lang=en", safe=""
    )
    answer = sign_in(server, people.form("vira", next="/desk?lang=en&known_at=2024-01-01T00:00:00Z"))
    assert answer.headers["location"] == "/desk?lang=en&known_at=2024-01-01T00:00:00Z"


def test_a_form_of_another_site_signs_nobody_in(server, people):
    for headers in ({"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert sign_in(server, people.form("vira"), headers=headers).status_code == 403


def test_guessing_is_slowed_and_the_officers_own_browser_is_not(tmp_path):
    crew = People(tmp_path, roles={"olena": "operator"})
    with serving(tmp_path) as served:
        olena = Officer(served.url, crew, "olena")
        guesses = [
            sign_in(served, {"name": "olena", "password": "guess", "code": "123456"}) for _ in range(7)
        ]
        assert [one.status_code for one in guesses] == [401] * 5 + [429] * 2
        assert 0 < int(guesses[-1].headers["retry-after"]) <= 31
        assert sign_in(served, crew.form("olena")).status_code == 429
        assert olena.http.post("/desk/sign-in", data=crew.form("olena")).status_code == 303
        olena.take_token()
        told = written_down(served)
        assert [one["verb"] for one in told].count("lock-out") == 1


def test_whoever_guesses_all_at_once_gets_no_more_tries(tmp_path):
    crew = People(tmp_path, roles={"olena": "operator"})
    with serving(tmp_path) as served, ThreadPoolExecutor(20) as pool:
        form = {"name": "olena", "password": "guess", "code": "123456"}
        codes = [one.status_code for one in pool.map(lambda _: sign_in(served, form, timeout=60), range(40))]
        assert codes.count(401) == 5
        assert set(codes) <= {401, 429, 503}
        assert served.http.get("/healthz").status_code == 200
        del crew


def test_an_invitation_is_taken_in_a_browser(server, people):
    token = people.accounts.add("new.colleague", "viewer", "console", wall())
    page = server.http.get(f"/desk/enrol/{token}")
    assert (page.status_code, "<svg" in page.text) == (200, True)
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert "style=" not in page.text

    secret = people.accounts.invitation(token, wall()).secret
    assert secret in page.text.replace(" ", "")
    form = {"password": "storks came back early", "again": "storks came back late", "code": "1"}
    assert server.http.post(f"/desk/enrol/{token}", data=form).status_code == 422
    form |= {"again": form["password"], "code": pyotp.TOTP(secret).at(wall())}
    assert server.http.post(f"/desk/enrol/{token}", data=form).status_code == 303
    gone = server.http.get(f"/desk/enrol/{token}")
    assert (gone.status_code, secret in gone.text) == (410, False)


# --- staying ---------------------------------------------------------------------------


def test_a_request_without_the_sessions_own_token_does_nothing(server, desk):
    olena = desk("olena")
    before = orders_of(server)
    cookies = dict(olena.http.cookies)
    body = {"key": new_key(), "verb": "raise", "target": BUCHA, "why": "x"}
    for headers in (
        {},
        {"X-CSRF": "guess"},
        {"X-CSRF": desk("petro").http.headers["X-CSRF"]},
        {"X-CSRF": "й"},
    ):
        told = {name: value.encode() for name, value in headers.items()}
        answer = httpx.post(server.url + "/desk/orders", json=body, headers=told, cookies=cookies)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    answer = olena.http.post("/desk/orders", json=body, headers={"Origin": "https://example.org"})
    assert (answer.status_code, answer.json()["code"]) == (403, "origin")
    assert orders_of(server) == before


def test_a_session_that_sleeps_shows_the_night_and_acts_once_woken(tmp_path):
    crew = People(tmp_path, roles={"olena": "operator"})
    (tmp_path / "tocsin.toml").write_text('[desk]\nidle = "1s"\n', "utf-8")
    with serving(tmp_path, toml=str(tmp_path / "tocsin.toml")) as served:
        olena = Officer(served.url, crew, "olena")
        until(lambda: olena.data()["seat"]["asleep"])
        key = new_key()
        asleep = olena.order("raise", BUCHA, key=key)
        assert (asleep.status_code, asleep.json()["code"]) == (401, "asleep")
        assert olena.get("").status_code == 200
        assert olena.post("/wake", {"code": "000000"}).status_code == 403
        assert olena.post("/wake", {"code": crew.fresh_code("olena")}).json()["asleep"] is False
        assert olena.order("raise", BUCHA, key=key).json()["fresh"] is True
        assert len(alerts(served, BUCHA)) == 1


def test_a_session_that_ended_in_the_middle_loses_nothing(tmp_path):
    crew = People(tmp_path, roles={"olena": "operator", "petro": "approver"})
    (tmp_path / "tocsin.toml").write_text('[desk]\nlongest = "8s"\n', "utf-8")
    with serving(tmp_path, toml=str(tmp_path / "tocsin.toml")) as served:
        olena, petro = Officer(served.url, crew, "olena"), Officer(served.url, crew, "petro")
        reference = olena.order("raise", LVIV).json()["reference"]
        key = new_key()
        until(lambda: petro.get("/data").status_code == 401)
        late = petro.approve(reference, key=key)
        assert (late.status_code, late.json()["code"]) in {(401, "expired"), (401, "stranger")}
        again = Officer(served.url, crew, "petro")
        assert [one["reference"] for one in again.data()["waiting"]] == [reference]
        assert again.approve(reference, key=key).json()["fresh"] is True
        assert again.approve(reference, key=key).json()["fresh"] is False
        assert len(alerts(served, LVIV)) == 1


def test_signing_out_ends_the_session_and_its_stream(server, people):
    vira = Officer(server.url, people, "vira")
    with vira.http.stream("GET", "/desk/stream") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert vira.http.post("/desk/sign-out", data={}).status_code == 303
        told = "".join(stream.iter_text())
    assert told.startswith("event: desk\n")
    assert told.rstrip().splitlines()[-2] == "event: end"
    assert vira.http.get("/desk/data").status_code == 401


def test_a_restart_signs_nobody_out_and_keeps_what_waits(tmp_path):
    crew = People(tmp_path, roles={"olena": "operator", "petro": "approver"})
    with serving(tmp_path) as served:
        olena, petro = Officer(served.url, crew, "olena"), Officer(served.url, crew, "petro")
        reference = olena.order("raise", LVIV).json()["reference"]
    with serving(tmp_path) as served:
        petro.http.base_url = served.url
        assert [one["order"]["operator"] for one in petro.data()["waiting"]] == ["olena"]
        assert petro.approve(reference).json()["problem"] is None
        assert len(alerts(served, LVIV)) == 1
