"""The siren relay of the ESP32 example, compiled here: it moves on genuine messages and on no others."""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from dialect_world import KYIV, LVIV_OBLAST, StandIn
from tocsin.outlets.keys import Signer, public_key, signed_json, verify
from tocsin.outlets.mqtt import state_json

CC = shutil.which("cc") or shutil.which("gcc")
pytestmark = pytest.mark.skipif(CC is None, reason="no C compiler on this machine")
HEADER = Path(__file__).parent.parent / "docs" / "examples" / "esp32" / "siren.h"
KEEP, ON, OFF = 0, 1, 2
VERIFY = ctypes.CFUNCTYPE(
    ctypes.c_bool, ctypes.POINTER(ctypes.c_uint8), ctypes.POINTER(ctypes.c_uint8), ctypes.c_size_t
)


class Siren(ctypes.Structure):
    _fields_ = (("area", ctypes.c_char_p), ("last_n", ctypes.c_uint64), ("verify", VERIFY))


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    folder = tmp_path_factory.mktemp("esp32")
    source = folder / "siren.c"
    source.write_text(
        f'#include "{HEADER}"\nint judge(siren *s, const uint8_t *p, size_t n, uint64_t now)'
        " { return (int)siren_judge(s, p, n, now); }\n"
    )
    library = folder / "siren.so"
    subprocess.run(
        [CC, "-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", source, "-o", library],
        check=True,
    )
    call = ctypes.CDLL(str(library)).judge
    call.argtypes = (ctypes.POINTER(Siren), ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64)
    return lambda siren, message, now=0: call(ctypes.byref(siren), message, len(message), now)


SIGNER = Signer(Ed25519PrivateKey.generate())


def siren(area=KYIV, key=SIGNER.public):
    import base64

    public = public_key(key)

    def check(signature, message, length):
        return verify(public, base64.b64encode(bytes(signature[:64])).decode(), bytes(message[:length]))

    made = Siren(area.encode(), 0, VERIFY(check))
    made.kept = check
    return made


def message(word, n, area=KYIV, signer=SIGNER):
    app = StandIn()
    if word in ("ACTIVE", "PARTLY"):
        app.raise_(area)
    else:
        app.everything = None if word == "CLEAR" else word
    body = state_json(app.area_state(area), n, app.now, app.now)
    if word == "PARTLY":
        body = body.replace(b'"state":"ACTIVE"', b'"state":"PARTLY"')
    assert json.loads(body)["state"] == word
    return signed_json(signer, body)


def test_it_moves_with_the_state_and_keeps_what_it_has_when_nothing_is_known(judge):
    s = siren()
    words = ["CLEAR", "ACTIVE", "STALE", "UNKNOWN", "NOT_COVERED", "PARTLY", "CLEAR"]
    moves = [judge(s, message(word, n)) for n, word in enumerate(words, start=1)]
    assert moves == [OFF, ON, KEEP, KEEP, KEEP, ON, OFF]


def test_a_repeated_message_moves_nothing(judge):
    s = siren()
    clear, active = message("CLEAR", 10), message("ACTIVE", 11)
    assert [judge(s, m) for m in (clear, active, clear, active)] == [OFF, ON, KEEP, KEEP]
    assert s.last_n == 11


def test_after_a_power_cut_the_kept_number_still_refuses_what_is_old(judge):
    s = siren()
    s.last_n = 10
    assert judge(s, message("CLEAR", 10)) == KEEP
    assert judge(s, message("ACTIVE", 11)) == ON


def test_a_message_of_another_area_or_key_or_time_moves_nothing(judge):
    s = siren()
    assert judge(s, message("ACTIVE", 5, area=LVIV_OBLAST)) == KEEP
    assert judge(s, message("ACTIVE", 5, signer=Signer(Ed25519PrivateKey.generate()))) == KEEP
    now = 1_795_000_000_000
    assert judge(s, message("CLEAR", now - 121_000), now) == KEEP
    assert judge(s, message("CLEAR", now - 5_000), now) == OFF
    assert s.last_n == now - 5_000


def test_an_unsigned_message_moves_nothing(judge):
    unsigned = signed_json(None, b'{"area":"%b","n":5,"state":"ACTIVE"}' % KYIV.encode())
    assert judge(siren(), unsigned) == KEEP


@given(data=st.data())
@settings(deadline=None, max_examples=200)
def test_no_altered_byte_and_no_cut_moves_anything(judge, data):
    genuine = bytearray(message("ACTIVE", 7))
    at = data.draw(st.integers(0, len(genuine) - 1))
    if data.draw(st.booleans()):
        genuine[at] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del genuine[at:]
    s = siren()
    assert judge(s, bytes(genuine)) == KEEP
    assert s.last_n == 0


@given(st.binary(max_size=3000))
@settings(deadline=None)
def test_no_bytes_at_all_move_anything(judge, noise):
    assert judge(siren(), noise) == KEEP
