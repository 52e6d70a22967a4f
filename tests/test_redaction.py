"""Words that two persons had removed are gone everywhere, and everything else stays as it was told (R29)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from served import ALARM, SOURCES, serving
from tocsin.journal import Journal

NAME = "Зореслава Вигадана"
FEED = """
[enemy]
name = "The other side's ministry"
kind = "party"
side = "ru"
reliability = "E"
"""
PARTY = f"Удар был нанесён в ответ на обстрел; цель, по словам {NAME}, военный завод."
HURT = f"Уламки впали в Голосіївському районі Києва, постраждала {NAME}. Постраждали двоє людей."
COPY = f"Група БпЛА на Сумщині, курс на Полтаву, бачила {NAME} з вікна свого дому на околиці міста, обережно"
TOCSIN = str(Path(sys.executable).parent / "tocsin")


def said(server, source, number, text):
    answer = server.post({"id": str(number), "source": source, "text": text})
    assert answer.status_code == 202, answer.text


def told(server):
    changes = server.get("/v1/changes", params={"limit": 5000})
    rest = [{k: v for k, v in one.items() if k != "redacted"} for one in changes["changes"]]
    for one in rest:
        one["what"].pop("quote", None)
        one["what"].pop("by", None)
    desk = server.get("/v1/changes", params={"view": "desk", "limit": 5000})["changes"]
    for one in desk:
        one["what"].pop("quote", None)
        one["what"].pop("by", None)
    picture = server.get("/v1/picture", params={"view": "desk"})
    for one in picture["statements"]:
        one.pop("quote")
        one.pop("by")
    return (
        rest,
        changes["head"],
        desk,
        [picture[k] for k in ("alerts", "threats", "incidents", "ledgers", "statements")],
    )


def everywhere(directory, name):
    return [
        str(path)
        for path in sorted(directory.rglob("*"))
        if path.is_file()
        and (name.encode() in path.read_bytes() or json.dumps(name)[1:-1].encode() in path.read_bytes())
    ]


@pytest.fixture
def register(tmp_path):
    (tmp_path / "sources.toml").write_text(SOURCES + FEED, "utf-8")
    return tmp_path


def night(server):
    said(server, "city-alarm", 1, ALARM)
    said(server, "channel", 2, COPY)
    said(server, "city-mayor", 3, COPY)
    said(server, "enemy", 4, PARTY)
    said(server, "city-mayor", 5, HURT)
    said(server, "enemy", 6, "Все цели поражены.")


def test_words_removed_by_command_are_left_nowhere_and_nothing_else_changes(register):
    with serving(register) as server:
        night(server)
        before = told(server)
    assert everywhere(register, NAME)
    journal = register / "tocsin.db"
    command = [TOCSIN, "redact", str(journal), "--why", "a name", "--by", "olena", "--by", "ihor"]
    for report in ("channel:2", "city-mayor:3", "enemy:4", "city-mayor:5", "enemy:6"):
        done = subprocess.run([*command, report], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    (register / "server.log").unlink()
    assert everywhere(register, NAME) == []
    assert everywhere(register, NAME.split(maxsplit=1)[0]) == []
    with Journal.open(journal, read_only=True) as book:
        assert book.verify() == []
    with serving(register) as server:
        assert server.get("/healthz")["status"] == "ok", server.get("/healthz")
        after = told(server)
        assert after[0] == before[0]
        assert after[1] == before[1]
        assert after[2] == before[2]
        assert after[3] == before[3]
        log = server.http.get("/v1/log").content
        assert NAME.encode() not in log
        assert b'"redacted":' in log
    (register / "public.jsonl").write_bytes(log)
    done = subprocess.run(
        [TOCSIN, "verify", str(register / "public.jsonl")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert everywhere(register, NAME) == []


def test_a_redaction_takes_two_persons_and_words_that_are_there(register):
    with serving(register) as server:
        said(server, "city-alarm", 1, ALARM)
    command = [TOCSIN, "redact", str(register / "tocsin.db"), "--why", "a name"]
    for more, word in (
        (["city-alarm:1", "--by", "olena", "--by", "olena"], "Name two"),
        (["city-alarm:9", "--by", "olena", "--by", "ihor"], "has no words"),
    ):
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert word in done.stderr


def test_an_order_that_a_second_person_approved_is_carried_out_at_the_next_start(register):
    token = "d" * 32
    with serving(register, desk_token=token) as server:
        night(server)
        said(server, "channel", 9, COPY)
        before = told(server)
    from datetime import UTC, datetime

    from tocsin.model import Order

    with Journal.open(register / "tocsin.db") as book:
        first = book.append(
            [Order(operator="olena", verb="redact", target="city-mayor:5", why="a name")],
            datetime(2026, 1, 1, tzinfo=UTC),
        )[0]
        book.append(
            [Order(operator="ihor", verb="approve", target=f"order:{first.number}", why="yes")],
            datetime(2026, 1, 1, tzinfo=UTC),
        )
    with serving(register, desk_token=token) as server:
        assert server.get("/healthz")["status"] == "ok"
        assert told(server)[3] == before[3]
    with Journal.open(register / "tocsin.db", read_only=True) as book:
        assert book.find("city-mayor", "5").body.text == ""
        assert book.verify() == []
