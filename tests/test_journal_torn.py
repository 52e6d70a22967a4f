"""A journal that lost its tail opens at its last whole entry and says so."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.journal import Journal, JournalError
from tocsin.journal.lock import hold
from tocsin.model import Report

AT = datetime(2024, 12, 20, 4, 41, tzinfo=UTC)


def filled(path: Path, count: int = 300) -> Path:
    with Journal.open(path) as journal:
        for start in range(0, count, 10):
            journal.append(
                [
                    Report(id=str(n), source="s", text=f"повідомлення {n} " * 20)
                    for n in range(start, start + 10)
                ],
                AT,
            )
    return path


def test_foreign_bytes_after_the_end_are_left_out_and_told(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db")
    with path.open("ab") as file:
        file.write(b"\x17garbage" * 700)
    with Journal.open(path, read_only=True) as journal:
        assert journal.head[0] == 300
        assert "foreign bytes" in journal.notes[0]
    with Journal.open(path) as journal:
        assert "foreign bytes" in journal.notes[0]
        assert any("entry 300" in note for note in journal.notes)
        assert journal.verify() == []
        journal.append([Report(id="next", source="s", text="далі")], AT)
    with Journal.open(path) as journal:
        assert journal.notes == ()
        assert journal.head[0] == 301


@pytest.mark.parametrize("cut", [1, 700, 4096, 9000, 40_000])
def test_a_file_that_was_cut_off_opens_at_its_last_whole_entry(tmp_path: Path, cut: int) -> None:
    path = filled(tmp_path / "j.db")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - cut)
    torn = path.read_bytes()
    with Journal.open(path, read_only=True) as reader:
        seen = reader.head[0]
        assert any("torn" in note for note in reader.notes)
    assert path.read_bytes() == torn
    with Journal.open(path) as journal:
        number = journal.head[0]
        assert seen == number
        assert 0 < number <= 300
        assert [e.number for e in journal.entries()] == list(range(1, number + 1))
        assert any(f"entry {number}" in note for note in journal.notes)
        assert journal.verify() == []
        assert journal.append([Report(id="next", source="s", text="далі")], AT)[0].number == number + 1
    assert Path(f"{path}.torn").read_bytes() == torn
    with Journal.open(path) as journal:
        assert journal.notes == ()


def test_nothing_is_mended_that_another_process_writes(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 9000)
    torn = path.read_bytes()
    with hold(path) or path.open("rb"):
        with Journal.open(path) as journal:
            assert 0 < journal.head[0] < 300
        assert path.read_bytes() == torn


def test_a_file_of_which_nothing_is_left_is_refused(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db")
    with path.open("r+b") as file:
        file.truncate(5000)
    with pytest.raises(JournalError) as refused:
        Journal.open(path)
    assert refused.value.remedy
    assert path.stat().st_size == 5000


def crashed(tmp_path: Path) -> Path:
    """A journal as a killed process leaves it: most of it in the write-ahead log."""
    live = tmp_path / "live.db"
    copy = tmp_path / "j.db"
    with Journal.open(live) as journal:
        for n in range(50):
            journal.append([Report(id=str(n), source="s", text=f"повідомлення {n}")], AT)
        shutil.copy(live, copy)
        shutil.copy(f"{live}-wal", f"{copy}-wal")
    return copy


def test_a_write_ahead_log_is_taken_in_whole(tmp_path: Path) -> None:
    with Journal.open(crashed(tmp_path)) as journal:
        assert journal.head[0] == 50
        assert journal.notes == ()


@pytest.mark.parametrize("cut", [1, 100, 5000, 30_000])
def test_a_write_ahead_log_that_was_cut_off_opens_at_its_last_whole_entry(tmp_path: Path, cut: int) -> None:
    path = crashed(tmp_path)
    wal = Path(f"{path}-wal")
    with wal.open("r+b") as file:
        file.truncate(wal.stat().st_size - cut)
    with Journal.open(path) as journal:
        number = journal.head[0]
        assert 0 < number < 50
        assert any(f"entry {number}" in note for note in journal.notes)
        assert journal.verify() == []


def test_a_last_entry_that_is_not_whole_is_set_aside(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", 20)
    db = sqlite3.connect(path)
    db.execute("UPDATE entries SET stub = substr(stub, 1, 9) WHERE number = 20")
    db.commit()
    db.close()
    with Journal.open(path) as journal:
        assert journal.head[0] == 19
        assert "entry 20 was not whole" in journal.notes[0]
        assert journal.verify() == []
    with Journal.open(path) as journal:
        assert journal.notes == ()


def test_an_entry_in_the_middle_that_is_not_whole_is_a_broken_chain(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", 20)
    db = sqlite3.connect(path)
    db.execute("UPDATE entries SET stub = substr(stub, 1, 9) WHERE number = 10")
    db.commit()
    db.close()
    with pytest.raises(JournalError, match="entry 10"):
        Journal.open(path)
