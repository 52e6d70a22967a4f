"""The commands as a person runs them: what they print, how they end, what they say when called wrongly."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from importlib.resources import files
from pathlib import Path

import pytest

TOCSIN = Path(sys.executable).parent / "tocsin"
STORY = files("tocsin") / "data" / "stories" / "kyiv-2024-12-20.story"
KYIV = "UA80000000000093317"
MORNING = [
    {"id": "1", "source": "kyiv-digital", "text": "Повітряна тривога в м. Київ!", "at": "08:00:00"},
    {
        "id": "2",
        "source": "mayor-kyiv",
        "text": "У Дарницькому районі столиці двоє постраждалих.",
        "at": "08:30:00",
    },
    {"id": "3", "source": "kyiv-digital", "text": "Відбій повітряної тривоги в м. Київ.", "at": "08:40:00"},
    {"id": "4", "source": "mayor-kyiv", "text": "Постраждалих у столиці вже четверо.", "at": "09:30:00"},
]


def tocsin(*arguments, text=None, expect=0):
    done = subprocess.run(
        [TOCSIN, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == expect, done.stdout[-800:] + done.stderr[-800:]
    assert "Traceback" not in done.stderr
    return done


def lines(*arguments, text=None):
    return [json.loads(line) for line in tocsin(*arguments, text=text).stdout.splitlines()]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "reports.jsonl"
    rows = [
        {
            "id": row["id"],
            "source": row["source"],
            "text": row["text"],
            "stated_at": f"2025-03-04T{row['at']}+02:00",
        }
        for row in MORNING
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    """A journal that a real server wrote."""
    path = tmp_path_factory.mktemp("cli") / "tocsin.db"
    server = subprocess.Popen(
        [TOCSIN, "serve", "--open", "--port", "0", "--journal", path], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    address = re.search(r"http://\S+?/", server.stdout.readline())[0]
    for row in MORNING:
        body = json.dumps({key: row[key] for key in ("id", "source", "text")}).encode()
        request = urllib.request.Request(
            address + "v1/reports", body, {"content-type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 202
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 0
    server.stdout.close()
    return path


def test_read_takes_plain_text_from_standard_input():
    [reading] = lines("read", "--source", "mayor-kyiv", text="Вибухи в столиці. Працює ППО.")
    assert [claim["kind"] for claim in reading["claims"]] == ["explosion", "air-defence"]
    text = "Вибухи в столиці. Працює ППО."
    for claim in reading["claims"]:
        for words in claim["evidence"]:
            assert text[words["start"] : words["end"]] == words["quote"]


def test_read_takes_json_lines_and_no_bad_line_costs_its_neighbours():
    rows = [
        '{"id": "a", "source": "kyiv-digital", "text": "Повітряна тривога в м. Київ"}',
        '{"id": "b", "source": ',
        '{"id": "c", "source": "mayor-kyiv", "text": ""}',
        '{"id": "d", "source": "kyiv-digital", "text": "Відбій тривоги в м. Київ"}',
    ]
    found = lines("read", text="\n".join(rows))
    assert [[claim["kind"] for claim in one["claims"]] for one in found] == [
        ["alarm"],
        [],
        [],
        ["alarm-over"],
    ]
    assert found[1]["problems"][0].keys() == {"where", "what", "remedy"}
    assert found[2]["problems"]


def test_where_no_line_can_be_read_read_ends_with_2():
    done = tocsin("read", text='{"id": "b", "source": \n', expect=2)
    assert json.loads(done.stdout)["problems"]
    assert "-:1: is no JSON" in done.stderr


def test_a_replay_that_lacks_a_line_says_so_and_ends_with_2(reports, tmp_path):
    lacking = tmp_path / "lacking.jsonl"
    lacking.write_text(reports.read_text("utf-8") + "{half a line\n", "utf-8")
    done = tocsin("replay", lacking, "--json", expect=2)
    assert done.stdout == tocsin("replay", reports, "--json").stdout
    assert f"{lacking}:5: is no JSON" in done.stderr


def test_read_says_what_is_not_utf_8():
    done = subprocess.run(
        [TOCSIN, "read"], input=b"\xff\xfe\x00broken", capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert "UTF-8" in json.loads(done.stdout)["problems"][0]["what"]


def test_replay_ends_with_the_picture_and_can_stop_earlier(reports):
    *changes, last = lines("replay", reports, "--json")
    assert [one["change"] for one in changes] == list(range(1, len(changes) + 1))
    assert last["picture"]["alerts"] == []
    standing = [
        (line["subject"], line["min"])
        for line in last["picture"]["ledgers"]["lines"]
        if line["status"] == "standing" and line["area"] == KYIV
    ]
    assert standing == [("affected", 4)]
    earlier = lines("replay", reports, "--json", "--until", "2025-03-04T08:35:00+02:00")[-1]["picture"]
    assert [alert["area"]["code"] for alert in earlier["alerts"]] == [KYIV]


def test_replay_of_the_bundled_story_ends_with_nothing_raised():
    done = tocsin("replay", STORY)
    picture = done.stdout[done.stdout.index("\nAlerts\n") :]
    assert picture.startswith("\nAlerts\n  none\n\nAlarms\n  none\n\nThreats\n  none\n")
    assert "Dniprovskyi" in picture
    assert "withdrawn" in picture


def test_a_journal_can_be_looked_at_explained_reported_and_verified(journal):
    told = json.loads(tocsin("picture", journal, "--json").stdout)["picture"]
    [line] = [
        one
        for one in told["ledgers"]["lines"]
        if one["status"] == "standing" and one["subject"] == "affected" and one["area"] == KYIV
    ]
    assert line["min"] == 4
    explained = tocsin("explain", journal, line["id"]).stdout
    assert "«Постраждалих у столиці вже четверо»" in explained
    report = json.loads(tocsin("sitrep", journal, "--format", "json", "--lang", "en").stdout)
    assert report["highlights"]
    assert all(sentence["claims"] for sentence in report["highlights"])
    for form in ("md", "html"):
        assert "4" in tocsin("sitrep", journal, "--format", form, "--area", KYIV).stdout
    assert "0 problems" in tocsin("verify", journal).stdout


def test_a_moment_in_the_world_and_what_was_known_then_are_two_questions(journal):
    """All four reports came within a second: at its start nothing was known, and nothing held yet."""
    whole = json.loads(tocsin("picture", journal, "--json").stdout)["picture"]
    lines_now = whole["ledgers"]["lines"]
    began = min(line["stated_at"] for line in lines_now)
    before = json.loads(tocsin("picture", journal, "--json", "--at", "2020-01-01T00:00:00Z").stdout)[
        "picture"
    ]
    assert before["ledgers"]["lines"] == []
    unknown = json.loads(tocsin("picture", journal, "--json", "--known-at", "2020-01-01T00:00:00Z").stdout)
    assert unknown["picture"]["incidents"] == []
    assert began > "2020"


def test_verify_finds_a_changed_entry(journal, tmp_path):
    import sqlite3

    broken = tmp_path / "broken.db"
    broken.write_bytes(journal.read_bytes())
    with sqlite3.connect(broken) as db:
        changed = db.execute("UPDATE texts SET words = 'x' WHERE number = (SELECT min(number) FROM texts)")
        assert changed.rowcount == 1
    db.close()
    done = tocsin("verify", broken, expect=1)
    assert "entry" in done.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ("read", "/nowhere/at/all"),
        ("read", "--at", "yesterday", "-"),
        ("read", "--at", "2024-12-20T09:30:00", "-"),
        ("replay",),
        ("replay", "/nowhere/at/all"),
        ("users", "--journal", "/nowhere/at/all", "list"),
        ("picture", "/nowhere/at/all"),
        ("explain", "/nowhere/at/all", "x"),
        ("verify", "/nowhere/at/all"),
        ("check", "everything"),
        ("serve", "-c", "/nowhere/tocsin.toml"),
        ("serve", "--open", "--host", "0.0.0.0"),  # noqa: S104
        ("no-such-command",),
    ],
    ids=" ".join,
)
def test_what_is_called_wrongly_ends_with_2_and_says_why(wrong):
    assert tocsin(*wrong, text="x", expect=2).stderr.strip()


def test_imported_outlines_replace_the_approximate_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "data"))
    square = [[30.3, 50.3], [30.7, 50.3], [30.7, 50.6], [30.3, 50.6], [30.3, 50.3]]
    feature = {
        "type": "Feature",
        "properties": {"katottg": KYIV},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    file = tmp_path / "kyiv.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    assert "1 outlines" in tocsin("places", "import", file, "--source", "A surveyor, CC0").stdout
    asked = (
        f"from tocsin.config import load_gazetteer; o = load_gazetteer().outline('{KYIV}');"
        " print(o.approximate, o.source, len(o.rings[0]))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert told.startswith("False A surveyor, CC0 ")


def test_an_import_of_nothing_is_refused(tmp_path):
    file = tmp_path / "x.geojson"
    file.write_text("{}", "utf-8")
    tocsin("places", "import", file, expect=2)


def test_check_passes_on_our_own_data():
    assert tocsin("check").stdout.count(" 0 problems") == 4


def test_the_demonstration_plays_says_so_everywhere_and_ends_quietly():
    demo = subprocess.Popen(
        [TOCSIN, "demo", "--port", "0", "--speed", "3000"], stdout=subprocess.PIPE, text=True
    )
    assert demo.stdout is not None
    try:
        told = demo.stdout.readline()
        assert "DEMONSTRATION" in told
        address = re.search(r"http://\S+?/", demo.stdout.readline() + demo.stdout.readline())[0]
        red = False
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with urllib.request.urlopen(address + "v1/areas/" + KYIV, timeout=30) as answer:
                state = json.load(answer)
            red = red or (state["state"] == "ACTIVE" and state["level"] == "red")
            if red and state["state"] == "CLEAR":
                break
            time.sleep(0.05)
        assert red
        assert state["state"] == "CLEAR"
        with urllib.request.urlopen(address + "?lang=en", timeout=30) as answer:
            assert "DEMONSTRATION" in answer.read().decode()
        with urllib.request.urlopen(address + "cap/feed.atom", timeout=30) as answer:
            link = re.search(r'href="([^"]+\.xml)"', answer.read().decode())[1]
        with urllib.request.urlopen(link, timeout=30) as answer:
            assert "<status>Test</status>" in answer.read().decode()
    finally:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
        demo.stdout.close()
