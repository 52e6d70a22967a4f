"""Acting at a live desk: seen before it is orders_of, given once, by two persons where it takes two."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker import wall
from desk_words import AREAS, Officer, People, Room, alerts, new_key, orders_of, password_of, written_down
from served import ALARM, KYIV, serving
from tocsin.decisions.verbs import VERBS

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


# --- acting ---------------------------------------------------------------------------


def test_a_raion_is_raised_by_one_person_as_it_was_shown(server, desk):
    olena = desk("olena")
    shown = olena.preview("raise", OBUKHIV, level="red").json()
    assert (shown["persons"], shown["problem"]) == (1, None)
    assert {one["lang"] for one in shown["texts"]} == {"uk", "ru", "en"}
    assert dict(shown["reach"]).keys() >= {"stream", "webhooks", "cap"}
    assert alerts(server, OBUKHIV) == []
    given = olena.order("raise", OBUKHIV, token=shown["token"], level="red").json()
    assert (given["waits"], given["problem"]) == (False, None)
    (alert,) = alerts(server, OBUKHIV)
    meant = next(f["noun"] for f in shown["facts"] if f["type"] == "alert")
    for field in ("layer", "kind", "level", "instruction", "urgency", "severity", "certainty", "whose"):
        assert alert[field] == meant[field], field
    (why,) = olena.get("/explain/" + quote(alert["id"], safe=":")).json()["moments"][0]["orders"]
    assert (why["operator"], why["why"]) == ("olena", "seen from the roof")
    feed = server.http.get("/cap/feed.atom").text
    name = next(
        n
        for n in re.findall(r"/cap/([^\"]+)\.xml", feed)
        if server.http.get(f"/cap/{n}.xml").text.find(alert["id"]) > 0
    )
    message = server.http.get(f"/cap/{name}.xml").text
    for one in shown["texts"]:
        assert f"<headline>{one['headline']}</headline>" in message
        assert f"<instruction>{one['instruction']}</instruction>" in message


def test_two_clicks_are_one_order(server, desk):
    olena, key = desk("olena"), new_key()
    before = len(server.get("/v1/changes?limit=5000")["changes"])
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: olena.order("raise", BILA_TSERKVA, key=key).json(), range(8)))
    assert len({one["reference"] for one in answers}) == 1
    assert [one["fresh"] for one in answers].count(True) == 1
    raised = [
        one
        for one in server.get("/v1/changes?limit=5000")["changes"][before:]
        if one["what"]["type"] == "alert" and one["what"]["verb"] == "raise"
    ]
    assert [one["what"]["area"]["code"] for one in raised] == [BILA_TSERKVA]


def test_two_operators_who_raise_the_same_raise_one_alert(server, desk):
    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(desk(n).order, "raise", BORYSPIL) for n in ("olena", "maksym") if desk(n)]
        answers = [one.result() for one in tasks]
    assert {one.status_code for one in answers} <= {200, 409, 422}
    assert len(alerts(server, BORYSPIL)) == 1


def test_whoever_raised_takes_it_back_alone_with_the_order_that_was_prepared(server, desk):
    olena = desk("olena")
    shown = olena.preview("raise", VYSHHOROD).json()
    olena.order("raise", VYSHHOROD)
    (back,) = shown["corrections"]
    assert (back["verb"], back["target"]) == ("revoke", VYSHHOROD)
    given = olena.order(back["verb"], back["target"], why="a flock of birds", **back["arguments"]).json()
    assert given["waits"] is False
    assert alerts(server, VYSHHOROD) == []


def test_above_a_raion_it_takes_a_second_person(server, desk):
    olena, petro, maksym = desk("olena"), desk("petro"), desk("maksym")
    assert olena.preview("raise", LVIV).json()["persons"] == 2
    given = olena.order("raise", LVIV).json()
    assert given["waits"]
    assert alerts(server, LVIV) == []
    waiting = petro.data()["waiting"]
    assert [(one["reference"], one["mine"]) for one in waiting] == [(given["reference"], False)]
    assert olena.data()["waiting"][0]["mine"] is True
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: one.approve(given["reference"]), (petro, maksym)))
    assert sorted(one.status_code for one in answers) == [200, 409]
    loser = next(one for one in answers if one.status_code == 409).json()
    assert loser["code"] == "conflict"
    assert re.fullmatch("was approved by (petro|maksym)", loser["what"])
    assert len(alerts(server, LVIV)) == 1


def test_nobody_approves_their_own_order(server, desk):
    petro = desk("petro")
    reference = petro.order("raise", ODESA).json()["reference"]
    refused = petro.approve(reference)
    assert (refused.status_code, refused.json()["code"]) == (403, "same-person")
    form = desk("petro").people.form("petro")
    assert petro.approve(reference, **form).status_code == 403
    assert petro.order("approve", reference).status_code == 403
    assert alerts(server, ODESA) == []
    assert petro.approve(reference, decline=True).status_code == 200
    assert petro.data()["waiting"] == []


def test_a_second_person_signs_at_the_first_ones_screen(server, desk, people):
    olena = desk("olena")
    reference = olena.order("raise", ODESA).json()["reference"]
    for form in (
        people.form("maksym") | {"password": "not his password"},
        people.form("maksym", code="000000"),
        {"name": "nobody", "password": "x", "code": "1"},
    ):
        refused = olena.approve(reference, **form)
        assert (refused.status_code, refused.json()["code"]) == (403, "credentials")
    vira = olena.approve(reference, **people.form("vira"))
    assert (vira.status_code, vira.json()["code"]) == (403, "role")
    assert alerts(server, ODESA) == []
    form, key = people.form("maksym"), new_key()
    signed = olena.approve(reference, key=key, **form)
    assert (signed.status_code, signed.json()["fresh"]) == (200, True)
    assert olena.approve(reference, key=key, **form).json()["fresh"] is False, "a broken line, asked again"
    assert olena.data()["seat"]["operator"] == "olena"
    assert len(alerts(server, ODESA)) == 1


def test_what_would_go_out_otherwise_than_shown_is_shown_again(server, desk):
    olena = desk("olena")
    shown = olena.preview("raise", BROVARY).json()
    assert desk("maksym").order("raise", BROVARY).status_code == 200
    before = orders_of(server)
    moved = olena.order("raise", BROVARY, token=shown["token"])
    assert (moved.status_code, moved.json()["code"]) in {(409, "moved"), (422, "refused")}
    if moved.status_code == 409:
        assert moved.json()["preview"]["token"] != shown["token"]
    assert orders_of(server) == before


def test_a_key_is_for_one_order(server, desk):
    olena, key = desk("olena"), new_key()
    assert olena.order("silence", "mqtt", key=key, minutes="5").status_code == 200
    other = olena.order("silence", "files", key=key, minutes="5")
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert [one["outlet"] for one in olena.data()["silences"]] == ["mqtt"]


WRONG = [
    {"verb": "destroy", "target": KYIV, "why": "x"},
    {"verb": "raise", "target": "UA-nowhere", "why": "x"},
    {"verb": "raise", "target": KYIV},
    {"verb": "raise", "target": KYIV, "why": "   "},
    {"verb": "raise", "target": KYIV, "why": "x" * 5000},
    {"verb": "raise", "target": KYIV, "why": "x", "arguments": {"kind": "earthquake"}},
    {"verb": "raise", "target": KYIV, "why": "x", "arguments": {"operator": "iryna"}},
    {"verb": "raise", "target": KYIV, "why": "x", "arguments": {str(n): "x" for n in range(50)}},
    {"verb": "raise", "target": KYIV, "why": "x", "arguments": [1, 2]},
    {"verb": "raise", "target": KYIV, "why": "right\u202eto left"},
    {"verb": "raise", "target": ["UA"], "why": "x"},
    {"verb": "raise", "target": KYIV, "why": "x", "key": "k"},
    {"verb": "raise", "target": KYIV, "why": "x", "key": "k" * 500},
    {"verb": "sign-in", "target": "iryna", "why": "x"},
    {"verb": "account", "target": "iryna", "why": "x"},
]


@pytest.mark.parametrize("order", WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_an_order_that_is_none_is_refused_and_not_written_down(server, desk, order):
    olena = desk("olena")
    before = orders_of(server)
    answer = olena.post("/orders", {"key": new_key()} | order)
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert orders_of(server) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b"null"])
def test_a_body_that_cannot_be_read(desk, body):
    answer = desk("olena").http.post(
        "/desk/orders", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400


def test_a_body_that_is_too_large_or_of_another_kind(desk):
    olena = desk("olena")
    assert olena.post("/orders", {"why": "x" * 300_000}).status_code == 413
    answer = olena.http.post("/desk/orders", content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_a_viewer_looks_and_acts_nowhere(server, desk):
    vira = desk("vira")
    assert vira.preview("raise", BUCHA).status_code == 200
    for path, body in (
        (
            "/orders",
            {"key": new_key(), "verb": "raise", "target": BUCHA, "why": "x", "role": "administrator"},
        ),
        ("/approvals", {"key": new_key(), "reference": "order:1"}),
        ("/phoned", {"key": new_key(), "caller": "x", "words": "x"}),
    ):
        refused = vira.post(path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "role")
    made = vira.http.post(
        "/desk/account", data={"act": "add-person", "name": "vira2", "role": "administrator"}
    )
    assert made.status_code == 403


def test_an_operator_makes_no_accounts_and_an_administrator_not_their_own(server, desk, people):
    form = {"act": "role", "name": "olena", "role": "administrator"}
    assert desk("olena").http.post("/desk/account", data=form).status_code == 403
    iryna = desk("iryna")
    own = {"act": "disable", "name": "Iryna"}
    refused = iryna.http.post("/desk/account", data=own)
    assert (refused.status_code, refused.json()["code"]) == (422, "refused")
    shown = iryna.http.post("/desk/account?lang=en", data=own, headers={"Accept": "text/html"})
    assert (shown.status_code, "<form" in shown.text, "That did not work" in shown.text) == (422, True, True)
    made = iryna.http.post("/desk/account", data={"act": "add-person", "name": "stefa", "role": "viewer"})
    assert re.search(r"/desk/enrol/[\w-]{40,}", made.text)
    assert people.accounts.find("stefa").role == "viewer"


# --- the telephone, and what came in ------------------------------------------------------


def test_what_is_phoned_in_is_a_report_like_any_other(server, desk):
    olena, key = desk("olena"), new_key()
    told = {"key": key, "caller": "Night guard at the bridge", "at": "", "words": "Чути вибухи у Броварах"}
    first, second = olena.post("/phoned", told).json(), olena.post("/phoned", told).json()
    assert (first["fresh"], second["fresh"]) == (True, False)
    assert [one["kind"] for one in first["claims"]] == ["explosion"]
    heard = olena.data()["heard"][0]
    assert (heard["report"]["source"], heard["report"]["text"]) == ("desk-phone", told["words"])
    assert json.loads(heard["report"]["structured"]) == {
        "phoned": {"caller": "Night guard at the bridge", "taken_by": "olena"}
    }
    everything = server.http.get("/v1/changes?limit=5000").text + server.http.get("/story").text
    assert "Night guard" not in everything


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": ""},
        {"caller": ""},
        {"at": "25:99"},
        {"at": "2001-01-01T00:00:00Z"},
        {"words": "x" * 30_000},
        {"source": "nobody-knows"},
        {"caller": "a\u202eb"},
    ],
)
def test_a_call_that_cannot_be_taken_down(desk, wrong):
    told = {"key": new_key(), "caller": "A neighbour", "at": "", "words": "Гучно"} | wrong
    assert desk("olena").post("/phoned", told).status_code == 422


def test_html_in_a_report_is_text_on_the_screen(server, desk):
    text = 'Вибух у Києві <script>alert("x")</script><img src=x onerror=alert(1)>'
    server.post({"id": "html", "source": "channel", "text": text})
    page = desk("olena").get("").text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_desk_sees_what_the_public_does_not_yet(server, desk):
    text = "Уламки впали на дах лікарні у Подільському районі Києва, є постраждалі"
    server.post({"id": "held", "source": "city-mayor", "text": text})
    olena = desk("olena")
    assert "held" in [one["report"]["id"] for one in olena.data()["heard"]]
    assert [one for one in olena.data()["picture"]["incidents"] if "city-mayor" in one["sources"]]
    assert "лікарні" not in server.http.get("/v1/picture").text


def official(night):
    return [one["area"]["code"] for one in night["picture"]["alerts"] if one["layer"] == "official"]


def test_any_moment_as_it_was_known_then(server, desk):
    olena = desk("olena")
    before = wall()
    server.post({"id": "later", "source": "city-alarm", "text": ALARM})
    then, now = olena.data(known_at=before.isoformat()), olena.data()
    assert "later" in [one["report"]["id"] for one in now["heard"]]
    assert "later" not in [one["report"]["id"] for one in then["heard"]]
    assert KYIV in official(now)
    assert KYIV not in official(then)
    assert then["number"] < now["number"]
    for wrong in ("yesterday", "0001-01-01", "9999-99-99"):
        assert olena.get("/data", params={"known_at": wrong}).status_code == 400


def test_everything_on_the_screen_is_explained(server, desk):
    server.post({"id": "why", "source": "city-alarm", "text": ALARM})
    olena = desk("olena")
    alert = next(one for one in olena.data()["picture"]["alerts"] if one["area"]["code"] == KYIV)
    told = olena.get("/explain/" + quote(alert["id"], safe=":")).json()
    assert told["moments"][0]["verb"] == "raise"
    assert told["moments"][0]["rule_why"]
    assert [one["quotes"] for one in told["moments"][0]["words"]]
    assert olena.get("/explain/nothing-of-ours").status_code == 404
    lost = olena.get("/explain/x<script>", headers={"Accept": "text/html"})
    assert (lost.status_code, lost.headers["content-type"]) == (404, "application/json")


def test_a_screen_is_told_of_new_red(server, desk, people):
    vira = Officer(server.url, people, "vira")
    with vira.http.stream("GET", "/desk/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: desk"
        desk("olena").order("raise", "UA46060000000042587", level="red")
        told = [json.loads(line[6:]) for line in until_red(lines)]
    assert any("UA46060000000042587" in one for one in told[-1]["red"])


def until_red(lines):
    for line in lines:
        if line.startswith("data: "):
            yield line
            if json.loads(line[6:]).get("red"):
                return


# --- exercises, and the record -----------------------------------------------------------------


def test_an_exercise_has_a_desk_of_its_own(tmp_path):
    crew = People(tmp_path, roles={"olena": "operator"}, exercise=True)
    with serving(tmp_path, exercise=True) as served:
        assert served.http.get("/desk").headers["location"] == "/exercise/desk"
        olena = Officer(served.url, crew, "olena", base="/exercise/desk")
        assert all(name.startswith("tocsin-exercise") for name in olena.http.cookies)
        assert olena.data()["exercise"] is True
        assert olena.order("raise", BUCHA).json()["exercise"] is True
        for why in ("Це не навчання!", "this is NOT  a drill", "Это не учения"):
            refused = olena.order("raise", OBUKHIV, why=why)
            assert (refused.status_code, refused.json()["where"]) == (422, "why")
        shown = olena.preview("raise", OBUKHIV).json()
        assert [one["headline"].partition(" ")[0] for one in shown["texts"]] == [
            "НАВЧАННЯ,",
            "УЧЕНИЯ,",
            "EXERCISE,",
        ]


def test_the_audit_trail_is_the_journal_itself(server, desk, people):
    waiting = desk("olena").order("raise", "UA53000000000028050").json()["reference"]
    assert desk("petro").approve(waiting).status_code == 200
    Officer(server.url, people, "vira").post("/sign-out", {})
    told = written_down(server)
    verbs = {one["verb"] for one in told}
    assert verbs >= {"sign-in", "sign-out", "account", "raise", "approve"}
    mine = [one for one in told if one["operator"] == "olena" and one["verb"] == "raise"]
    assert mine[-1]["why"] == "seen from the roof"
    keys = [(one["operator"], one["key"]) for one in told]
    assert len(set(keys)) == len(keys)
    everything = json.dumps(told)
    secrets = [
        *people.secrets.values(),
        *map(password_of, people.secrets),
        *desk("olena").http.cookies.values(),
    ]
    assert not [one for one in secrets if one in everything]
    assert "127.0.0.1" not in everything


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_SAID = st.fixed_dictionaries(
    {},
    optional={
        "key": _JSON | st.just("a-key-of-a-test"),
        "verb": _JSON | st.sampled_from(sorted(VERBS)),
        "target": _JSON | st.sampled_from([KYIV, "*", "mqtt", "order:1", "air-force"]),
        "why": _JSON,
        "arguments": _JSON
        | st.dictionaries(st.sampled_from(["kind", "minutes", "areas", "to", "into"]), _JSON),
        "token": _JSON,
        "reference": _JSON | st.just("order:1"),
        "words": _JSON,
        "caller": _JSON,
        "at": _JSON,
        "name": _JSON,
        "code": _JSON,
        "decline": _JSON,
    },
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["/preview", "/orders", "/approvals", "/phoned", "/wake", "/account"]), _SAID)
def test_whatever_is_sent_the_desk_answers_and_says_what_is_wrong(desk, path, said):
    answer = desk("vira" if path == "/wake" else "olena").post(path, said)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert set(answer.json()) >= {"where", "what", "remedy", "code"}
