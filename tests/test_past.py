"""Any past moment is answered as a fold of the journal up to it would have answered; a snapshot changes nothing."""

import gc
import sys
from datetime import timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - seeded

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from by_hand import world
from tocsin.codec import decode_change, encode
from tocsin.config import load_world
from tocsin.outlets import snapshot
from tocsin.outlets.annals import Annals
from tocsin.outlets.fold import Fold, Kept
from tocsin.outlets.moment import picture_at
from tocsin.outlets.past import Past
from tocsin.outlets.snapshot import Snapshots, header, resumed

sys.path.insert(0, str(Path(__file__).parent / "sim"))

from simulator import Night


@pytest.fixture(autouse=True)
def thaw():
    """Undo what a server does to the garbage collector when it starts."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


NIGHT = Night(3, length=90)
WORLD = msgspec.structs.replace(world(), embargo=load_world().embargo)


def fold(night, entries=(), annals=None, kept=None):
    """A fold of entries whose claims are given by hand."""
    made = Fold(WORLD, annals=annals, kept=kept)
    made.state._reader = made.state._given = night.hand
    for entry in entries:
        made.enter(entry)
    return made


def shown(made, known, *, desk):
    picture = made.state.picture(known)
    return picture if desk else made.publication.picture(picture, known)


@pytest.mark.parametrize("seed", range(4))
def test_what_was_known_then_is_what_a_fold_up_to_then_gives(seed):
    night = Night(seed, length=90)
    annals = Annals.open(None)
    whole = fold(night, night.entries, annals)
    whole.reach(whole.state.now + timedelta(hours=1))
    past = Past(annals, WORLD.places, WORLD.register)
    draw = Random(seed)  # noqa: S311 - seeded
    first, last = night.entries[0].recorded_at, whole.state.now
    moments = [draw.choice(night.entries).recorded_at for _ in range(3)]
    moments += [first - timedelta(hours=1), last, *(first + (last - first) * draw.random() for _ in range(4))]
    for known in moments:
        then = fold(night, (e for e in night.entries if e.recorded_at <= known))
        then.reach(known)
        for desk in (True, False):
            view = past.ask(None, known, desk=desk)
            assert encode(view.picture) == encode(shown(then, known, desk=desk))
            assert view.age == then.age(known)
            for kind, part in (("incident", "incidents"), ("ledger", "ledgers"), ("alert", "alerts")):
                some = past.ask(None, known, desk=desk, only=kind)
                assert getattr(some.picture, part) == getattr(view.picture, part)
                assert some.age == view.age
    annals.close()


@pytest.mark.parametrize("seed", range(4))
def test_an_earlier_moment_as_known_later_is_what_the_changes_up_to_then_tell(seed):
    """But for alarms: whoever confirms one without a change shows in what is known of it."""
    night = Night(seed, length=90)
    annals = Annals.open(None)
    whole = fold(night, night.entries, annals)
    past = Past(annals, WORLD.places, WORLD.register)
    draw = Random(seed)  # noqa: S311 - seeded
    first, last = night.entries[0].recorded_at, whole.state.now
    for _ in range(8):
        known = first + (last - first) * draw.random()
        at = first + (known - first) * draw.random()
        then = fold(night, (e for e in night.entries if e.recorded_at <= known))
        then.reach(known)
        for desk in (True, False):
            changes = then.changes.after(0) if desk else [one.change for one in then.publication.after(0)]
            told = picture_at(changes, at, shown(then, known, desk=desk))
            found = past.ask(at, known, desk=desk).picture
            for kind in ("alerts", "threats", "incidents", "statements"):
                key = lambda one: one.id  # noqa: E731
                assert sorted(getattr(found, kind), key=key) == sorted(getattr(told, kind), key=key)
            assert {one.id for one in found.alarms} == {one.id for one in told.alarms}
            assert found.ledgers.lines == tuple(sorted(told.ledgers.lines, key=lambda x: (x.stated_at, x.id)))
            assert found.coverage == told.coverage
    annals.close()


def through(made, annals):
    """A fold as it comes back from a snapshot of it."""
    import io

    data = snapshot.frozen(made, WORLD)
    atlas = snapshot.Atlas.over(WORLD.places)
    return fold(
        NIGHT, (), annals, Kept(**snapshot._Unpickler(io.BytesIO(data), snapshot._World(WORLD, atlas)).load())
    )


@settings(deadline=None, max_examples=12)
@given(st.integers(0, len(NIGHT.entries)))
def test_a_resume_from_a_snapshot_after_any_entry_changes_nothing(cut):
    plain = fold(NIGHT, NIGHT.entries)
    annals = Annals.open(None)
    again = through(fold(NIGHT, NIGHT.entries[:cut], annals), annals)
    for entry in NIGHT.entries[cut:]:
        again.enter(entry)
    assert again.state.digest == plain.state.digest
    assert again.publication.head == plain.publication.head
    assert encode(again.state.picture()) == encode(plain.state.picture())
    annals.flush()
    assert [one.data for one in again.publication.after(0)] == [
        one.data for one in plain.publication.after(0)
    ]
    assert list(again.changes.after(0)) == list(plain.changes.after(0))
    annals.close()


def test_a_change_is_what_its_bytes_say():
    for change in fold(NIGHT, NIGHT.entries).changes.after(0):
        assert decode_change(encode(change)) == change


def test_only_the_newest_changes_stay_at_hand_and_the_others_come_from_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tocsin.outlets.tail.KEPT", 20)
    plain = fold(NIGHT, NIGHT.entries)
    annals = Annals.open(tmp_path / "a")
    made = Fold(WORLD, annals=annals)
    made.state._reader = made.state._given = NIGHT.hand
    for entry in NIGHT.entries:
        made.enter(entry)
        annals.flush()
    kept = made.publication._log
    assert len(kept._kept[1]) <= 60 < kept.last
    every = [one.frame for one in plain.publication.after(0)]
    assert [one.frame for one in made.publication.after(0)] == every
    for after in range(0, len(every), 7):
        assert [one.frame for one in made.publication.after(after, 9)] == every[after : after + 9]
    assert list(made.changes.after(0)) == list(plain.changes.after(0))
    annals.close()


# --- the files ------------------------------------------------------------------------


def saved(path, cut, key="k"):
    annals = Annals.open(f"{path}.annals", key + "first")
    made = fold(NIGHT, NIGHT.entries[:cut], annals)
    snapshots = Snapshots(str(path), key, WORLD, annals)
    snapshots.write(made, snapshots.told(made, "first", 0))
    return annals


def again(path, key="k", hashed="first"):
    told = header(Path(f"{path}.snapshot"), key)
    return resumed(str(path), key, WORLD, told, lambda _: hashed)


def test_a_snapshot_is_taken_where_it_fits(tmp_path):
    saved(tmp_path / "j", 50).close()
    annals, kept = again(tmp_path / "j")
    assert kept is not None
    assert kept.state.number == 50
    assert annals.counters.desk == kept.state.changed
    annals.close()


@pytest.mark.parametrize(
    "harm", ["cut", "flipped", "foreign-key", "other-journal", "no-annals", "annals-behind"]
)
def test_a_damaged_or_foreign_snapshot_is_left_aside_with_a_word(tmp_path, harm, caplog):
    caplog.set_level("INFO")
    path = tmp_path / "j"
    saved(path, 50).close()
    file = Path(f"{path}.snapshot")
    data = bytearray(file.read_bytes())
    key, hashed = "k", "first"
    if harm == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif harm == "flipped":
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    elif harm == "foreign-key":
        key = "another"
    elif harm == "other-journal":
        hashed = "other"
    elif harm == "no-annals":
        Path(f"{path}.annals").unlink()
    else:
        Path(f"{path}.annals").unlink()
        annals = Annals.open(f"{path}.annals", "kfirst")
        fold(NIGHT, NIGHT.entries[:10], annals)
        annals.close()
    annals, kept = again(path, key, hashed)
    assert kept is None
    assert annals.counters.desk == 0
    assert caplog.messages
    annals.close()


def test_a_snapshot_that_names_what_is_none_of_ours_is_refused(tmp_path, caplog):
    import pickle
    from hashlib import sha256

    class Evil:
        def __reduce__(self):
            return print, ("run",)

    path = tmp_path / "j"
    saved(path, 20).close()
    told = header(Path(f"{path}.snapshot"), "k")
    payload = pickle.dumps({"state": Evil()})
    told.digest = sha256(payload).hexdigest()
    Path(f"{path}.snapshot").write_bytes(encode(told) + b"\n" + payload)
    annals, kept = again(path)
    assert kept is None
    assert "holds no builtins.print" in caplog.text
    annals.close()


def test_a_child_writes_the_snapshot_while_the_fold_goes_on(tmp_path):
    annals = Annals.open(tmp_path / "j.annals", "kfirst")
    made = fold(NIGHT, NIGHT.entries[:40], annals)
    snapshots = Snapshots(str(tmp_path / "j"), "k", WORLD, annals)
    wait = snapshots.begin(made, snapshots.told(made, "first", 0))
    for entry in NIGHT.entries[40:]:
        made.enter(entry)
    assert wait is not None
    wait()
    annals.close()
    annals, kept = again(tmp_path / "j")
    assert kept is not None
    assert kept.state.number == 40
    resumed_fold = fold(NIGHT, NIGHT.entries[40:], annals, kept)
    assert resumed_fold.state.digest == made.state.digest
    annals.flush()
    view = Past(annals, WORLD.places, WORLD.register).ask(None, made.state.now, desk=True)
    assert encode(view.picture) == encode(made.state.picture())
    annals.close()


def test_a_running_app_begins_a_snapshot_when_something_came_and_it_is_quiet(tmp_path, monkeypatch):
    import asyncio

    from tocsin.app import App
    from tocsin.config import Settings
    from tocsin.journal import Journal
    from tocsin.model import Report

    monkeypatch.setattr("tocsin.app._QUIET", -1.0)
    monkeypatch.setattr("tocsin.app._SOME", 1)
    path = tmp_path / "j.db"

    async def live(app):
        await app.start()
        app._save()
        assert app._saving is None
        await app.submit([Report(id="1", source="s1", text="Вибухи у Києві")])
        app._save()
        assert app._saving is not None
        await app._saving
        return header(Path(f"{path}.snapshot"), "k")

    with Journal.open(path) as journal:
        annals = Annals.open(f"{path}.annals", "k")
        app = App(Settings(open=True), WORLD, journal, lambda: NIGHT.entries[0].recorded_at, annals=annals)
        app.snapshots = Snapshots(str(path), "k", WORLD, annals)

        async def run():
            told = await live(app)
            await app.stop()
            return told

        told = asyncio.run(run())
        assert (told.entry, told.hash) == (1, journal.head[1])
