"""`tocsin users`: the first person of a desk is made on the server's own command line."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pyotp

from broker import wall
from desk_words import written_down
from served import serving

TOCSIN = Path(sys.executable).with_name("tocsin")
PASSWORD = "a heron stands in the reeds"  # noqa: S105 - of a test


def users(folder, *words, said=""):
    command = [TOCSIN, "users", "--journal", str(folder / "tocsin.db"), *words]
    return subprocess.run(command, capture_output=True, text=True, input=said, timeout=60, check=False)


def test_the_first_person_takes_their_account_and_signs_in(tmp_path):
    made = users(tmp_path, "add", "olena", "--role", "administrator")
    assert made.returncode == 0
    link = re.search(r"http://localhost:8420(/desk/enrol/[\w-]+)$", made.stdout.strip())[1]
    assert users(tmp_path, "list").stdout.split() == ["olena", "administrator", "never", "invited"]
    with serving(tmp_path) as server:
        page = server.http.get(link).text
        secret = re.search(r"secret=([A-Z2-7]{32})", page)[1]
        form = {"password": PASSWORD, "again": PASSWORD, "code": pyotp.TOTP(secret).at(wall())}
        assert server.http.post(link, data=form).status_code == 303
        again = {"name": "olena", "password": PASSWORD}
        late = pyotp.TOTP(secret).at(wall(), counter_offset=1)  # the step before was used to enrol
        assert server.http.post("/desk/sign-in", data=again | {"code": late}).status_code == 303
        assert server.http.get("/desk/data").json()["seat"]["role"] == "administrator"
        told = [(one["operator"], one["verb"], one["target"]) for one in written_down(server)]
        assert told == [
            ("console", "account", "olena"),
            ("olena", "account", "olena"),
            ("olena", "sign-in", "olena"),
        ]


def test_a_password_from_standard_input_gives_the_address_of_the_codes(tmp_path):
    made = users(tmp_path, "add", "petro", "--role", "approver", "--stdin", said=PASSWORD + "\n")
    assert pyotp.parse_uri(made.stdout.strip()).name == "petro"
    assert PASSWORD not in made.stdout + made.stderr
    weak = users(tmp_path, "add", "vira", "--stdin", said="short\n")
    assert (weak.returncode, "12 characters" in weak.stderr) == (2, True)
    assert "vira" not in users(tmp_path, "list").stdout


def test_what_is_done_while_the_server_runs_holds_at_once(tmp_path):
    made = users(tmp_path, "add", "petro", "--role", "approver", "--stdin", said=PASSWORD + "\n")
    code = pyotp.parse_uri(made.stdout.strip())
    with serving(tmp_path) as server, httpx.Client(base_url=server.url) as petro:
        form = {"name": "petro", "password": PASSWORD, "code": code.at(wall())}
        assert petro.post("/desk/sign-in", data=form).status_code == 303
        assert users(tmp_path, "role", "petro", "viewer").returncode == 0
        assert petro.get("/desk/data").json()["seat"]["role"] == "viewer"
        assert users(tmp_path, "disable", "petro").returncode == 0
        assert petro.get("/desk/data").status_code == 401
        assert users(tmp_path, "enable", "petro").returncode == 0
        assert "/desk/enrol/" in users(tmp_path, "reset", "petro").stdout


def test_what_cannot_be_done_is_said(tmp_path):
    for words in (["add", "x"], ["add", "two words"], ["reset", "nobody"], ["role", "nobody", "viewer"]):
        refused = users(tmp_path, *words)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "Traceback" not in refused.stderr
    assert users(tmp_path, "list").stdout == ""
    (tmp_path / "tocsin.accounts").write_text("something else entirely, and much longer than a header is" * 9)
    assert "can't be opened" in users(tmp_path, "list").stderr


def test_no_secret_of_an_account_can_be_read_from_its_file(tmp_path):
    link = users(tmp_path, "add", "olena").stdout.strip().rpartition("/")[2]
    users(tmp_path, "add", "petro", "--stdin", said=PASSWORD + "\n")
    with closing(sqlite3.connect(tmp_path / "tocsin.accounts")) as db:
        everything = "\n".join(db.iterdump())
    assert not [one for one in (link, PASSWORD) if one in everything]
