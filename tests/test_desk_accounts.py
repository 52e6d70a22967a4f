"""Who may sit at the desk, what they prove themselves with, how long a session lasts, how guessing is slowed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import argon2
import pyotp
import pytest

from tocsin.outlets.desk import proofs
from tocsin.outlets.desk.accounts import Accounts
from tocsin.outlets.desk.lockout import FIRST, FREE, LONGEST, SPRAYED, Lockout
from tocsin.outlets.desk.proofs import named, weakness
from tocsin.outlets.desk.sessions import Sessions
from tocsin.outlets.desk.store import Store
from tocsin.outlets.errors import OutletError

NOW = datetime(2024, 12, 20, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PASSWORD = "a heron stands in the reeds"  # noqa: S105 - of a test


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Passwords are hashed as in earnest, only quicker."""
    monkeypatch.setattr(proofs, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    proofs._nobody.cache_clear()


@pytest.fixture
def accounts():
    return Accounts(Store(":memory:"))


@pytest.fixture
def olena(accounts):
    """Enrolled; gives her digits at a moment."""
    token = accounts.add("olena", "operator", "console", NOW)
    secret = accounts.invitation(token, NOW).secret
    assert accounts.enrol(token, PASSWORD, pyotp.TOTP(secret).at(NOW), NOW) is None
    return pyotp.TOTP(secret).at


def seen(accounts):
    return [(order.operator, order.verb, order.target) for _, order in accounts.untold()]


def test_an_invitation_opens_once_and_within_a_day(accounts, olena):
    token = accounts.add("petro", "approver", "olena", NOW)
    assert accounts.invitation(token, NOW + timedelta(hours=25)) is None
    secret = accounts.invitation(token, NOW).secret
    assert accounts.enrol(token, PASSWORD, pyotp.TOTP(secret).at(NOW), NOW) is None
    assert accounts.enrol(token, "another long sentence", pyotp.TOTP(secret).at(NOW), NOW) == "gone"
    assert accounts.invitation("x" * 40, NOW) is None


@pytest.mark.parametrize(
    ("password", "code", "wrong"),
    [
        ("short", None, "short"),
        ("my name is Petro, yes", None, "same"),
        ("a" * 30, None, "same"),
        (PASSWORD, "000000", "code"),
    ],
)
def test_an_invitation_stays_open_while_something_is_wrong(accounts, password, code, wrong):
    token = accounts.add("petro", "approver", "console", NOW)
    good = pyotp.TOTP(accounts.invitation(token, NOW).secret).at(NOW)
    assert accounts.enrol(token, password, code or good, NOW) == wrong
    assert accounts.invitation(token, NOW) is not None


def test_all_three_must_be_right_at_once(accounts, olena):
    later = NOW + MINUTE
    assert accounts.proven("olena", "not the password", olena(later), later) is None
    assert accounts.proven("olena", PASSWORD, "123", later) is None
    assert accounts.proven("nobody", PASSWORD, olena(later), later) is None
    assert accounts.proven("  OLENA ", PASSWORD, olena(later), later).name == "olena"


def test_digits_work_once_and_no_older_ones_after_them(accounts, olena):
    later = NOW + 5 * MINUTE
    assert accounts.proven("olena", PASSWORD, olena(later), later) is not None
    assert accounts.proven("olena", PASSWORD, olena(later), later) is None
    assert accounts.proven("olena", PASSWORD, olena(later - timedelta(seconds=30)), later) is None
    assert accounts.proven("olena", PASSWORD, olena(later + timedelta(seconds=30)), later) is not None


def test_digits_of_two_minutes_ago_are_too_old(accounts, olena):
    assert accounts.proven("olena", PASSWORD, olena(NOW + 3 * MINUTE), NOW + 5 * MINUTE) is None


@pytest.mark.parametrize(
    "name", ["", "a", "x" * 41, "console", "tocsin", "two words", "<b>", "a\u202eb", "a/b"]
)
def test_what_can_be_no_name(accounts, name):
    with pytest.raises(OutletError):
        accounts.add(name, "viewer", "console", NOW)


def test_a_name_is_one_whatever_its_case(accounts):
    accounts.add("Олена", "viewer", "console", NOW)
    with pytest.raises(OutletError, match="has an account already"):
        accounts.add("олена", "viewer", "console", NOW)
    assert named("ОЛЕНА") == "олена"


def test_a_role_that_nobody_knows_is_refused(accounts):
    with pytest.raises(OutletError, match="is no role"):
        accounts.add("petro", "emperor", "console", NOW)


def test_length_is_all_that_is_asked_of_a_password():
    assert weakness("гуси летять на південь", "olena") is None
    assert weakness("x" * 2000, "olena") == "short"


def test_what_is_kept_lets_nobody_in(accounts, olena):
    row = accounts.store.one("SELECT * FROM accounts")
    assert row["password"].startswith("$argon2id$")
    assert PASSWORD not in str(tuple(row))
    token = accounts.add("petro", "viewer", "console", NOW)
    assert accounts.store.all("SELECT 1 FROM enrolments WHERE token = ?", token) == []


def test_the_store_is_made_with_the_first_account_and_readable_by_its_owner_alone(tmp_path):
    accounts = Accounts(Store(str(tmp_path / "a.accounts")))
    assert accounts.people() == ()
    assert accounts.proven("olena", PASSWORD, "123456", NOW) is None
    assert list(tmp_path.iterdir()) == []
    accounts.add("olena", "operator", "console", NOW)
    assert (tmp_path / "a.accounts").stat().st_mode & 0o077 == 0


def test_two_who_open_a_new_store_at_once_both_can(tmp_path):
    for number in range(10):
        path = str(tmp_path / f"{number}.accounts")
        Path(path).touch()  # as the one who came a moment earlier made it
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _, at=path: Store(at).id, range(4)))
        assert len(set(found)) == 1


@pytest.mark.parametrize("exercise", [True, False])
def test_an_exercises_people_are_no_live_desks_people(tmp_path, exercise):
    path = str(tmp_path / "a.accounts")
    Accounts(Store(path, exercise=exercise)).add("olena", "operator", "console", NOW)
    with pytest.raises(OutletError, match=r"these are (an exercise|a live desk)'s accounts"):
        Store(path, exercise=not exercise)


def test_a_file_that_is_no_store_of_ours_is_refused(tmp_path):
    (tmp_path / "a.accounts").write_text("no database at all, but longer than a header" * 10)
    with pytest.raises(OutletError, match="can't be opened"):
        Store(str(tmp_path / "a.accounts"))


def test_who_is_disabled_is_out_at_once(accounts, olena):
    sessions = Sessions(accounts.store, accounts, 1800, 50_000)
    token = sessions.open(accounts.find("olena"), "password and code", NOW).token
    accounts.allow("olena", "iryna", NOW, allowed=False)
    assert sessions.of(token, NOW) is None
    assert accounts.proven("olena", PASSWORD, olena(NOW + MINUTE), NOW + MINUTE) is None
    accounts.allow("olena", "iryna", NOW, allowed=True)
    assert sessions.of(token, NOW) is None


def test_a_lost_telephone_takes_everything_with_it(accounts, olena):
    sessions = Sessions(accounts.store, accounts, 1800, 50_000)
    token = sessions.open(accounts.find("olena"), "password and code", NOW).token
    accounts.add_passkey("olena", ("key", b"public", 0), "phone", NOW)
    link = accounts.reset("olena", "iryna", NOW)
    assert (sessions.of(token, NOW), accounts.passkey("key")) == (None, None)
    assert accounts.proven("olena", PASSWORD, olena(NOW + MINUTE), NOW + MINUTE) is None
    assert accounts.invitation(link, NOW).name == "olena"


def test_a_role_that_is_taken_away_is_gone_from_open_sessions(accounts, olena):
    sessions = Sessions(accounts.store, accounts, 1800, 50_000)
    token = sessions.open(accounts.find("olena"), "passkey", NOW).token
    accounts.give_role("olena", "viewer", "iryna", NOW)
    assert sessions.of(token, NOW).seat.role == "viewer"


def test_everything_that_happens_is_told_and_no_secret_of_it(accounts, olena):
    sessions = Sessions(accounts.store, accounts, 1800, 50_000)
    opened = sessions.open(accounts.find("olena"), "password and code", NOW)
    sessions.end(sessions.of(opened.token, NOW), NOW)
    accounts.give_role("olena", "approver", "iryna", NOW)
    assert seen(accounts) == [
        ("console", "account", "olena"),
        ("olena", "account", "olena"),
        ("olena", "sign-in", "olena"),
        ("olena", "sign-out", "olena"),
        ("iryna", "account", "olena"),
    ]
    everything = str(accounts.untold())
    secret = accounts.store.one("SELECT secret FROM accounts")["secret"]
    assert not [one for one in (PASSWORD, secret, opened.token, opened.device) if one in everything]
    assert len({order.key for _, order in accounts.untold()}) == 5


# --- sessions ---------------------------------------------------------------------


def test_a_session_falls_asleep_and_ends_after_a_shift(accounts, olena):
    sessions = Sessions(accounts.store, accounts, 1800, 14 * 3600)
    token = sessions.open(accounts.find("olena"), "passkey", NOW).token
    at = NOW + 20 * MINUTE
    sessions.touch(sessions.of(token, at), at)
    assert not sessions.of(token, NOW + 49 * MINUTE).seat.asleep
    asleep = sessions.of(token, NOW + 51 * MINUTE)
    assert asleep.seat.asleep
    sessions.touch(asleep, NOW + 51 * MINUTE)
    assert sessions.of(token, NOW + 52 * MINUTE).seat.asleep, "only a proof wakes it"
    sessions.wake(asleep, NOW + 53 * MINUTE)
    assert not sessions.of(token, NOW + 54 * MINUTE).seat.asleep
    assert sessions.of(token, NOW + timedelta(hours=14)) is None


def test_nobody_has_more_sessions_than_browsers(accounts, olena):
    sessions = Sessions(accounts.store, accounts, 1800, 50_000)
    tokens = [sessions.open(accounts.find("olena"), "passkey", NOW + n * MINUTE).token for n in range(23)]
    at = NOW + 23 * MINUTE
    assert [sessions.of(one, at) is not None for one in tokens] == [False] * 3 + [True] * 20


def test_one_can_end_ones_own_sessions_and_nobody_elses(accounts, olena):
    accounts.add("petro", "viewer", "console", NOW)
    sessions = Sessions(accounts.store, accounts, 1800, 50_000)
    hers = sessions.of(sessions.open(accounts.find("olena"), "passkey", NOW).token, NOW)
    his = sessions.of(sessions.open(accounts.find("petro"), "passkey", NOW).token, NOW)
    assert not sessions.end(his, NOW, hers.id)
    assert [one.mine for one in sessions.sittings(hers, NOW)] == [True]


@pytest.mark.parametrize("token", [None, "", "x", "x" * 5000, "й" * 40])
def test_a_cookie_that_names_no_session(accounts, token):
    assert Sessions(accounts.store, accounts, 1800, 50_000).of(token, NOW) is None


# --- guessing -----------------------------------------------------------------------


def test_after_five_wrong_tries_one_waits_ever_longer():
    lockout = Lockout()
    waits = []
    at = NOW
    for _ in range(14):
        lockout.failed("olena", None, at)
        waits.append(lockout.wait("olena", None, at))
        at += waits[-1]
    assert waits[: FREE - 1] == [timedelta(0)] * (FREE - 1)
    assert waits[FREE - 1 : FREE + 2] == [FIRST, FIRST * 2, FIRST * 4]
    assert waits[-1] == LONGEST


def test_strangers_who_guess_at_a_name_dont_lock_its_owner_out():
    lockout = Lockout()
    for _ in range(20):
        lockout.failed("olena", None, NOW)
    assert lockout.wait("olena", None, NOW) > timedelta(0)
    assert lockout.wait("olena", "her own browser", NOW) == timedelta(0)


def test_a_browser_that_is_known_may_not_guess_forever_either():
    lockout = Lockout()
    for _ in range(FREE):
        lockout.failed("olena", "her own browser", NOW)
    assert lockout.wait("olena", "her own browser", NOW) == FIRST


def test_spraying_one_password_over_many_names_makes_strangers_wait():
    lockout = Lockout()
    for number in range(SPRAYED):
        lockout.failed(f"name{number}", None, NOW)
    assert lockout.wait("somebody else", None, NOW) > timedelta(0)
    assert lockout.wait("somebody else", "a known browser", NOW) == timedelta(0)
    assert lockout.wait("somebody else", None, NOW + MINUTE) == timedelta(0)


def test_who_got_in_begins_anew_and_so_does_who_left_off_for_an_hour():
    lockout = Lockout()
    for _ in range(FREE):
        lockout.failed("olena", None, NOW)
        lockout.failed("petro", None, NOW)
    lockout.succeeded("olena", None)
    lockout.failed("olena", None, NOW)
    assert lockout.wait("olena", None, NOW) == timedelta(0)
    lockout.failed("petro", None, NOW + timedelta(hours=2))
    assert lockout.wait("petro", None, NOW + timedelta(hours=2)) == timedelta(0)
