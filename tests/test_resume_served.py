"""A server that stops and starts: it goes on from its snapshot with the same numbers, and without one just the same."""

import json
from pathlib import Path

import pytest

from served import ALARM, CLEAR, KYIV, serving
from tocsin.config.fingerprint import code_print


def said(server, number, text):
    report = {"id": str(number), "source": "city-alarm", "text": text}
    assert server.post(report).status_code == 202


def told(server):
    changes = server.get("/v1/changes")
    return json.dumps(changes["changes"]), changes["head"], server.get("/v1/picture")["alerts"]


def same_code(before):
    """Skip where somebody edits our own code meanwhile: another code takes no snapshot, as it should."""
    if code_print() != before:
        pytest.skip("the code was edited while it ran")


def resumed(server):
    return server.get("/healthz", params={"view": "desk"})["journal"]["resumed_at"] is not None


@pytest.mark.parametrize("ending", ["stopped", "killed"])
@pytest.mark.parametrize("harm", [None, "no snapshot", "damaged", "no annals"])
def test_a_restart_goes_on_where_it_was(tmp_path: Path, ending, harm):
    code = code_print()
    with serving(tmp_path) as server:
        for number in range(6):
            said(server, number, CLEAR if number % 2 else ALARM)
        said(server, 6, ALARM)
    snapshot = tmp_path / "tocsin.db.snapshot"
    assert snapshot.exists()
    with serving(tmp_path) as server:
        if not resumed(server):
            same_code(code)
        assert resumed(server)
        assert server.get(f"/v1/areas/{KYIV}")["state"] == "ACTIVE"
        said(server, 7, CLEAR)
        before = told(server)
        if ending == "killed":
            server.kill()
    if harm == "damaged":
        snapshot.write_bytes(snapshot.read_bytes()[:-10] + b"0123456789")
    elif harm == "no snapshot":
        snapshot.unlink()
    elif harm == "no annals":
        (tmp_path / "tocsin.db.annals").unlink()
    (tmp_path / "server.log").unlink()
    with serving(tmp_path) as server:
        log = server.log.read_text("utf-8")
        if resumed(server) != (harm is None):
            same_code(code)
        assert resumed(server) == (harm is None)
        assert harm != "damaged" or "is damaged and is left aside" in log
        assert told(server) == before
        assert server.get("/healthz")["status"] == "ok"
        assert server.get(f"/v1/areas/{KYIV}")["state"] == "CLEAR"
        first = server.get("/v1/changes")["changes"][0]["at"]
        past = server.get("/v1/picture", params={"known_at": first})
        assert [alert["area"]["code"] for alert in past["alerts"]] == [KYIV]


def test_what_was_known_then_is_told_of_a_journal_that_nobody_serves(tmp_path: Path):
    import subprocess
    import sys

    with serving(tmp_path) as server:
        said(server, 1, ALARM)
        first = server.get("/v1/changes")["changes"][-1]["at"]
        said(server, 2, CLEAR)
    command = [str(Path(sys.executable).parent / "tocsin"), "picture", str(tmp_path / "tocsin.db"), "--json"]
    for known, alerts in ((["--known-at", first], 1), ([], 0)):
        done = subprocess.run([*command, *known], capture_output=True, check=True, text=True)
        assert len(json.loads(done.stdout)["picture"]["alerts"]) == alerts
