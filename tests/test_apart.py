"""A shadow tells nobody (R25); an exercise and the real thing never cross (R2, R3)."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from by_hand import bundled
from served import ALARM, KYIV, Reader, Served, serving
from tocsin.config.world import bundled as data_file
from tocsin.model import Alert, AreaRef, Cause, Change, Fact, Interval
from tocsin.outlets.apart import claims_to_be_real, marked_key, own_tables, wrong_journal, wrong_keys
from tocsin.outlets.keys import make_keys
from tocsin.render.cap import Issuer, message

TEXT = data_file("policy", "ua.toml").read_text("utf-8")
DRONE = "Шахед на Бровари"


# --- the shadow ----------------------------------------------------------------------


def test_r25_a_shadow_takes_reports_scores_itself_and_tells_nobody(tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(TEXT.replace('reliability = "C"', 'reliability = "B"', 1), "utf-8")
    with serving(tmp_path, shadow=True, shadow_policy=str(other)) as shadow:
        assert shadow.post({"source": "channel", "text": DRONE}).status_code == 202
        assert shadow.post({"source": "city-alarm", "text": ALARM}).status_code == 202
        for path in ("/", f"/area/{KYIV}", "/v1/alerts", "/v1/picture", "/v1/changes", "/v1/stream", "/v1/log",
                     "/cap/feed.atom", "/now/all.json", f"/now/{KYIV}.json", "/v1/alerts/active.json",
                     "/api/v3/alerts", "/story", "/v1/webhooks"):  # fmt: skip
            answer = shadow.http.get(path)
            assert answer.status_code == 503, path
            assert "shadow" in answer.text
            assert KYIV not in answer.text
        assert shadow.get("/healthz")["status"] in {"ok", "degraded"}
        told = shadow.get("/v1/shadow")
        assert told["published"] is False
        assert {(t["layer"], t["cause"]) for t in told["score"]["tallies"]} == {
            ("warning", "drone"),
            ("official", "unstated"),
        }
        assert [e["area"]["name"] for e in told["beside"]["compared"]["lost"]] == ["Brovary Raion"]
        assert told["beside"]["compared"]["same"] == 1


def test_a_policy_beside_the_live_one_is_told_to_the_desk_alone_and_changes_nothing(tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(TEXT.replace('reliability = "C"', 'reliability = "B"', 1), "utf-8")
    with serving(tmp_path) as plain:
        plain.post({"source": "channel", "text": DRONE, "id": "a"})
        before = plain.get("/v1/changes")["head"]
        assert "beside" not in plain.get("/v1/shadow")
        assert plain.get("/v1/score")["tallies"][0]["cause"] == "drone"
    with serving(tmp_path, shadow_policy=str(other)) as live:
        assert live.get("/v1/changes")["head"] == before
        told = live.get("/v1/shadow")
        assert told["published"] is True
        assert len(told["beside"]["compared"]["lost"]) == 1
        foreign = live.http.get("/v1/shadow", headers={"host": "elsewhere.example"})
        assert foreign.status_code == 403
        assert live.http.get("/v1/score?area=UA99").status_code == 404


# --- exercises ------------------------------------------------------------------------


def test_r2_neither_side_opens_the_others_journal(tmp_path):
    with serving(tmp_path) as live:
        live.post({"source": "city-alarm", "text": ALARM})
    with pytest.raises(AssertionError, match="is a live journal"):
        Served(tmp_path, exercise=True)
    drill = tmp_path / "drill"
    drill.mkdir()
    with serving(drill, exercise=True) as exercise:
        exercise.post({"source": "city-alarm", "text": ALARM})
    with serving(drill, exercise=True) as again:
        assert again.get("/v1/alerts")["alerts"]
    with pytest.raises(AssertionError, match="is the journal of an exercise"):
        Served(drill)


def test_r2_everything_that_leaves_an_exercise_says_so_and_stands_elsewhere(tmp_path):
    with serving(tmp_path, exercise=True) as drill:
        drill.post({"source": "city-alarm", "text": ALARM})
        reader = Reader(drill.url, "?after=0")
        assert reader.change()["exercise"] is True
        reader.close()
        for path in ("/v1/alerts", "/v1/picture", "/v1/changes", f"/v1/areas/{KYIV}", "/v1/score", "/healthz",
                     "/now/all.json", f"/now/{KYIV}.json", "/v1/incidents", "/v1/ledgers"):  # fmt: skip
            assert drill.get(path)["exercise"] is True, path
        for path in ("/v1/alerts/active.json", "/api/v3/alerts"):
            assert drill.http.get(path).status_code == 404, path
        feed = drill.http.get("/cap/feed.atom").text
        assert "tocsin-exercise-" in feed
        names = {
            word for word in feed.replace("<", " ").replace("/", " ").split() if word.startswith("tocsin-2")
        }
        assert not names
        assert "НАВЧАННЯ" in drill.http.get("/?lang=uk").text.upper()


def test_r2_neither_side_takes_the_others_keys(tmp_path):
    from datetime import UTC, datetime

    now = datetime(2026, 11, 22, tzinfo=UTC)
    live = make_keys(tmp_path / "live", "alerts.example", now)
    drill = make_keys(tmp_path / "drill", "drill.example", now, exercise=True)

    class Side(msgspec.Struct):
        exercise: bool

    own = {False: live, True: drill}
    for side in (False, True):
        for keys in (False, True):
            found = wrong_keys(Side(side), [own[keys].json_key, own[keys].cap_key, None, "none.pem"])
            assert len(found) == (0 if side is keys else 2)
    said = {"cap_key": str(live.cap_key), "exercise": True}
    with pytest.raises(AssertionError, match="is a key of a live server"):
        Served(tmp_path, **said)
    with serving(tmp_path, cap_key=str(drill.cap_key), exercise=True) as served:
        served.post({"source": "city-alarm", "text": ALARM})
        assert "tocsin-exercise-" in served.http.get("/cap/feed.atom").text


class Side(msgspec.Struct):
    exercise: bool


names = st.sampled_from(["mqtt", "webhooks", "files", "log"])
table = st.dictionaries(st.sampled_from(["url", "root", "directory"]), st.text(max_size=5), min_size=1)


@given(st.booleans(), st.dictionaries(names, st.tuples(st.booleans(), table)))
@settings(deadline=None)
def test_r2_a_table_of_outlets_serves_one_side_alone(exercise, given_tables):
    tables = {n: {**t, **({"exercise": True} if drill else {})} for n, (drill, t) in given_tables.items()}
    found, problems = own_tables(Side(exercise), tables)
    assert {p.where for p in problems} == {
        n for n, (drill, _) in given_tables.items() if drill is not exercise
    }
    assert all("exercise" not in one for one in found.values())
    # Whatever one side accepts the other refuses: nothing can be sent by both.
    _, other = own_tables(Side(not exercise), tables)
    assert {p.where for p in problems} | {p.where for p in other} == set(tables)
    assert not {p.where for p in problems} & {p.where for p in other}


@given(st.integers(0, 3), st.sampled_from([None, "exercise"]))
def test_r2_a_journal_serves_one_side_alone(entries, known):
    entries = max(entries, 1 if known else 0)
    sides = [wrong_journal("j.db", entries, known, exercise=side) is None for side in (False, True)]
    assert any(sides)
    assert not all(sides) or entries == 0


@given(st.integers(1, 10**6), st.sampled_from(["raise", "revise", "clear"]))
def test_r2_no_cap_message_of_an_exercise_has_a_real_ones_name(number, verb):
    from datetime import UTC, datetime

    at = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    area = AreaRef(code=KYIV, name="Kyiv", names={}, level="settlement")
    alert = Alert(
        id="a", layer="official", area=area, level="red", cause=Cause(kind="alarm"), rule="r",
        valid=Interval(start=at, end=None),
    )  # fmt: skip
    change = Change(number=number, at=at, entry=0, fact=Fact(type="alert", verb=verb, noun=alert))
    sides = [Issuer(sender="x", base_url="https://x.example", status=s) for s in ("Actual", "Exercise")]
    made = [message(change, issuer=one) for one in sides]
    if verb != "clear":
        assert made[0].identifier != made[1].identifier


def test_r3_a_policy_that_claims_in_an_exercise_to_be_real_is_refused(tmp_path):
    wrong = {"x": {"uk": "Це не навчання! До укриття.", "en": "Go to a shelter. This is not a drill."}}
    assert len(claims_to_be_real(Side(True), wrong)) == 2
    assert claims_to_be_real(Side(False), wrong) == ()
    assert claims_to_be_real(Side(True), bundled().policy.instructions) == ()
    policy = tmp_path / "policy.toml"
    policy.write_text(
        TEXT.replace("Go to a shelter now.", "Go to a shelter now. This is not a drill."), "utf-8"
    )
    with pytest.raises(AssertionError, match="this is an exercise"):
        Served(tmp_path, exercise=True, policy=str(policy))


def test_a_marked_key_is_still_a_key(tmp_path):
    from datetime import UTC, datetime

    from tocsin.outlets.keys import Signer

    made = make_keys(tmp_path, "x", datetime(2026, 11, 22, tzinfo=UTC), exercise=True)
    assert Signer.load(made.json_key).key_id == made.key_id
    assert marked_key(b"x") != b"x"


def test_a_score_outlives_a_restart(tmp_path):
    with serving(tmp_path) as first:
        first.post({"source": "city-alarm", "text": ALARM})
        before = first.get("/v1/score")["tallies"]
        assert before[0]["alerts"] == 1
    with serving(tmp_path) as again:
        again.post({"source": "channel", "text": DRONE})
        after = again.get("/v1/score")["tallies"]
        assert after[0] == before[0]
        assert len(after) == 2
