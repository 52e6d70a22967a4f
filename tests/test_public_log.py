"""The signed public log and keys: what was published can be proved offline, and nothing altered passes."""

from __future__ import annotations

import asyncio
import gzip
import json
import stat
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import brotli
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from dialect_world import KYIV, KYIV_OBLAST, LVIV_OBLAST, START, StandIn, serving
from patience import until
from tocsin.outlets import log as public_log
from tocsin.outlets.errors import OutletError
from tocsin.outlets.files import FilesConf, FilesOutlet
from tocsin.outlets.keys import Signer, make_keys, public_key, signed_json, verify, verify_signed_json
from tocsin.outlets.log import LogConf, LogOutlet
from tocsin.outlets.verifying import verify_log


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys") / "tocsin", "alerts.example", START)


@pytest.fixture(scope="module")
def signer(keys):
    return Signer.load(keys.json_key)


def told(app, count=6):
    for n in range(count):
        code = (KYIV, KYIV_OBLAST, LVIV_OBLAST)[n % 3]
        app.passes(seconds=40)
        app.clear(app.raise_(code))
    return app


def whole(app, signer, after=0):
    changes = app.publication.after(after)
    return list(
        public_log.lines(
            changes, after + 1, public_log.head_before(app.publication, after + 1), START, signer
        )
    )


@pytest.fixture(scope="module")
def lines(signer):
    return whole(told(StandIn()), signer)


# --- keys -------------------------------------------------------------------------


def test_private_keys_are_their_owners_alone_and_never_overwritten(keys, tmp_path):
    for path in (keys.json_key, keys.cap_key):
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    with pytest.raises(OutletError):
        make_keys(Path(keys.json_key).parent, "alerts.example", START)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutletError):
        make_keys(tmp_path / "file", "alerts.example", START)


def test_the_cap_certificate_fits_its_key_and_lasts_two_years(keys):
    pem = Path(keys.cap_key).read_bytes()
    certificate = x509.load_pem_x509_certificate(pem)
    key = serialization.load_pem_private_key(pem, None)
    assert key.public_key() == certificate.public_key()
    assert key.key_size >= 3072
    lasts = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert timedelta(days=700) < lasts < timedelta(days=732)
    assert certificate.subject.rfc4514_string() == "CN=alerts.example"


def test_a_public_key_reads_as_pem_and_as_base64(keys, signer):
    signature = signer.sign(b"words")
    for text in (keys.public, Path(keys.json_public).read_bytes()):
        assert verify(public_key(text), signature, b"words")
        assert not verify(public_key(text), signature, b"other words")
    for wrong in ("", "AAAA", "no key", Path(keys.cap_key).read_bytes()):
        with pytest.raises(ValueError):  # noqa: PT011 - any refusal
            public_key(wrong)


@pytest.mark.parametrize("name", ["missing.pem", "cap"])
def test_what_is_no_json_key_is_refused_with_a_remedy(keys, tmp_path, name):
    path = keys.cap_key if name == "cap" else tmp_path / name
    with pytest.raises(OutletError) as refused:
        Signer.load(path)
    assert "tocsin keys" in refused.value.remedy


@given(st.dictionaries(st.text(), st.text() | st.integers(), min_size=1))
@settings(deadline=None, max_examples=30)
def test_signed_json_is_json_and_gives_its_bytes_back(body):
    signer = Signer(
        __import__(
            "cryptography.hazmat.primitives.asymmetric.ed25519", fromlist=["x"]
        ).Ed25519PrivateKey.generate()
    )
    plain = json.dumps(body).encode()
    message = signed_json(signer, plain)
    assert verify_signed_json(public_key(signer.public), message) == plain
    assert {k: v for k, v in json.loads(message).items() if k != "sig"} == {
        k: v for k, v in body.items() if k != "sig"
    }


# --- the log ----------------------------------------------------------------------


def test_a_whole_log_verifies(lines, keys):
    assert verify_log(lines, keys.public) == ()
    assert json.loads(lines[-1])["seal"] == 12


def test_a_log_from_a_later_change_on_verifies_too(signer, keys):
    app = told(StandIn())
    assert verify_log(whole(app, signer, after=5), keys.public) == ()
    assert verify_log(whole(app, signer, after=12), keys.public) == ()


def test_without_a_key_the_chain_is_checked_and_it_is_said_that_no_signature_was(lines):
    (problem,) = verify_log(lines, None)
    assert problem.where == "key"


def test_one_missing_line_is_named_once_and_the_rest_is_checked_on(signer, keys):
    lines = whole(told(StandIn(), 1001), signer)
    del lines[501]
    (problem,) = verify_log(lines, keys.public)
    assert (problem.where, "change 501 is missing" in problem.what) == ("line 502", True)
    lines[1500] = lines[1500].replace(b"Z", b"z", 1)
    assert [p.where for p in verify_log(lines, keys.public)] == ["line 502", "line 2002"]


def test_a_log_that_nobody_signed_is_whole_by_its_chain(keys):
    lines = whole(told(StandIn()), None)
    assert verify_log(lines, None) == ()
    assert verify_log(lines, keys.public)
    del lines[4]
    assert verify_log(lines, None)


def test_a_log_that_two_keys_signed_verifies_with_both_and_with_neither_alone(keys, tmp_path):
    app, file = told(StandIn()), tmp_path / "log.jsonl"
    other = make_keys(tmp_path / "new", "x", START)
    both = (keys.public, other.public)
    for key in (keys.json_key, other.json_key):
        outlet = LogOutlet(app, LogConf(key=key, file=str(file)))
        asyncio.run(
            runs(outlet, lambda: file.exists() and not verify_log(file.read_bytes().splitlines(), both))
        )
        told(app, 3)
    lines = file.read_bytes().splitlines()
    assert verify_log(lines, both) == ()
    assert verify_log(lines, keys.public)
    assert verify_log(lines, other.public)


def broken(lines, how):
    lines = list(lines)
    match how:
        case "altered":
            lines[3] = lines[3].replace(b"raise", b"clear", 1)
        case "left out":
            del lines[4]
        case "doubled":
            lines.insert(4, lines[4])
        case "swapped":
            lines[3], lines[4] = lines[4], lines[3]
        case "cut off":
            lines = lines[:-1]
        case "cut in a line":
            lines[-1] = lines[-1][:-20]
        case "no opening":
            del lines[0]
        case "other beginning":
            lines[0] = lines[0].replace(b'"before":"', b'"before":"0', 1)
        case "added":
            lines.insert(-1, lines[-2].replace(b'"change":12', b'"change":13'))
        case "empty":
            lines = []
        case "no json":
            lines[2] = b"\xff\xfe"
        case "a list":
            lines[2] = b"[]"
    return lines


@pytest.mark.parametrize(
    "how",
    ["altered", "left out", "doubled", "swapped", "cut off", "cut in a line", "no opening", "other beginning",
     "added", "empty", "no json", "a list"],
)  # fmt: skip
def test_no_altered_log_passes(lines, keys, how):
    assert verify_log(broken(lines, how), keys.public)


@given(data=st.data())
@settings(deadline=None, max_examples=150)
def test_no_flipped_byte_of_a_change_or_seal_passes(lines, keys, data):
    number = data.draw(st.integers(1, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[number]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != lines[number][at] and b != 10))
    altered = list(lines)
    altered[number] = lines[number][:at] + bytes([byte]) + lines[number][at + 1 :]
    assert verify_log(altered, keys.public)


def test_another_key_does_not_pass(lines, tmp_path):
    other = make_keys(tmp_path / "other", "x", START)
    assert any("signature" in p.what for p in verify_log(lines, other.public))
    assert verify_log(lines, "no key")[0].where == "key"


def test_a_log_is_sealed_every_thousand_changes(signer, keys):
    app = told(StandIn(), 1001)
    lines = whole(app, signer)
    assert [json.loads(x)["seal"] for x in lines if b'"seal"' in x] == [1000, 2000, 2002]
    assert verify_log(lines, keys.public) == ()


def test_the_log_is_served_whole_and_from_a_number_on(signer, keys):
    app = told(StandIn())
    with serving(public_log.routes(app, signer)) as base, httpx.Client(base_url=base) as http:
        key = http.get("/v1/log/key").json()
        told_key = {"algorithm": "Ed25519", "key": keys.public, "key_id": keys.key_id, "retired": []}
        assert key == told_key
        answer = http.get("/v1/log")
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        assert verify_log(answer.content.splitlines(), key["key"]) == ()
        later = http.get("/v1/log?after=10").content.splitlines()
        assert (len(later), verify_log(later, key["key"])) == (4, ())
        assert verify_log(http.get("/v1/log?after=9999").content.splitlines(), key["key"]) == ()
        for wrong in ("-1", "x", "9" * 40):
            assert http.get(f"/v1/log?after={wrong}").status_code == 400
    with serving(public_log.routes(app, None)) as base:
        assert httpx.get(base + "/v1/log/key").status_code == 404


async def runs(outlet, condition, act=lambda: None):
    task = asyncio.create_task(outlet.run())
    await asyncio.sleep(0.05)
    act()
    await until(condition)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_a_log_file_grows_and_goes_on_after_a_restart(keys, tmp_path):
    app, file = told(StandIn(), 2), tmp_path / "log" / "public.jsonl"
    conf = LogConf(key=keys.json_key, file=str(file))

    def sealed(number):
        return lambda: file.exists() and f'"seal":{number}' in file.read_text().splitlines()[-1]

    asyncio.run(runs(LogOutlet(app, conf), sealed(6), lambda: told(app, 1)))
    asyncio.run(runs(LogOutlet(app, conf), sealed(8), lambda: told(app, 1)))
    lines = file.read_bytes().splitlines()
    assert verify_log(lines, keys.public) == ()
    assert sum(b'"what"' in x for x in lines) == 8


@pytest.mark.parametrize("damage", ["torn", "another history"])
def test_a_file_that_tells_another_history_is_kept_and_not_overwritten(keys, tmp_path, damage):
    app, file = told(StandIn(), 2), tmp_path / "public.jsonl"
    conf = LogConf(key=keys.json_key, file=str(file))
    asyncio.run(runs(LogOutlet(app, conf), file.exists))
    whole = file.read_bytes()
    before = whole[:-30] if damage == "torn" else whole.replace(b"raise", b"clear", 1)
    file.write_bytes(before)
    asyncio.run(runs(LogOutlet(app, conf), file.exists))
    assert verify_log(file.read_bytes().splitlines(), keys.public) == ()
    assert [p.read_bytes() for p in tmp_path.iterdir() if p != file] == [before]


def test_a_disk_that_cannot_be_written_is_told_and_nothing_stops(keys, tmp_path):
    app = told(StandIn(), 1)
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    outlet = LogOutlet(app, LogConf(file=str(blocked / "log.jsonl")))
    asyncio.run(runs(outlet, lambda: outlet.condition() is not None))


# --- files ------------------------------------------------------------------------


def test_snapshots_are_written_whole_and_follow_what_happens(tmp_path):
    app = StandIn()
    outlet = FilesOutlet(app, FilesConf(directory=str(tmp_path / "now"), areas=(KYIV, LVIV_OBLAST)))
    one = tmp_path / "now" / f"{KYIV}.json"

    def state():
        return json.loads(one.read_bytes()) if one.exists() else {}

    async def go():
        task = asyncio.create_task(outlet.run())
        await until(lambda: state().get("state") == "CLEAR")
        app.raise_(KYIV)
        await until(lambda: state().get("state") == "ACTIVE")
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(go())
    files = {"all.json", "all.json.gz", "all.json.br", f"{KYIV}.json", f"{LVIV_OBLAST}.json"}
    assert {p.name for p in one.parent.iterdir()} == files
    whole = (one.parent / "all.json").read_bytes()
    assert gzip.decompress((one.parent / "all.json.gz").read_bytes()) == whole
    assert brotli.decompress((one.parent / "all.json.br").read_bytes()) == whole
    assert state()["valid_until"] > state()["known_at"]
    assert json.loads((one.parent / "all.json").read_bytes())["areas"][KYIV]["state"] == "ACTIVE"


def test_a_folder_that_cannot_be_written_is_told_and_tried_again(tmp_path):
    blocked = tmp_path / "now"
    blocked.write_text("a file where the folder should be")
    outlet = FilesOutlet(StandIn(), FilesConf(directory=str(blocked), areas=(KYIV,)))
    asyncio.run(outlet.write())
    assert outlet.condition() is not None
    blocked.unlink()
    asyncio.run(outlet.write())
    assert outlet.condition() is None
    assert (blocked / f"{KYIV}.json").exists()
