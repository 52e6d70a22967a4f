"""How a journal file is opened: mended where its tail is torn, refused where its chain is broken."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tocsin.journal.chain import GENESIS
from tocsin.journal.errors import JournalError
from tocsin.journal.inspect import Flaw, Mark, flaws
from tocsin.journal.lock import in_use
from tocsin.journal.schema import connect, connect_read_only
from tocsin.journal.torn import salvage, shape

__all__ = ["open_file", "settle"]


def open_file(
    file: Path, *, read_only: bool, trusted: Mark | None = None
) -> tuple[sqlite3.Connection, list[str]]:
    """Return the journal file open, whole to its last entry, and what had to be said about it.

    Of what comes up to a ``trusted`` entry that still stands nothing is read.
    """
    if not file.exists() or file.stat().st_size == 0:
        return connect(str(file)), []
    outer = shape(file)
    mending = not read_only and not in_use(file)
    notes: list[str] = []
    if outer.cut_frame:
        notes.append("its write-ahead log ends inside a frame; what was not committed whole is left out")
    if outer.tail:
        notes.append(f"{outer.tail} foreign bytes after its last page were left out")
        if mending:
            with file.open("r+b") as handle:
                handle.truncate(outer.whole)
    if not outer.short:
        db = connect_read_only(file) if read_only else connect(str(file))
        try:
            after = trusted.number if trusted is not None and trusted.stands(db) else 0
            for _ in db.execute(
                "SELECT e.stub, e.hash, t.words FROM entries e LEFT JOIN texts t ON t.number = e.number"
                " WHERE e.number > ?",
                (after,),
            ):
                pass
        except sqlite3.DatabaseError:
            db.close()
        else:
            return db, _ending(db, notes)
    return _mend(file, notes, read_only=not mending)


def _mend(file: Path, notes: list[str], *, read_only: bool) -> tuple[sqlite3.Connection, list[str]]:
    mended = Path(f"{file}.mended")
    mended.unlink(missing_ok=True)
    target = sqlite3.connect(
        ":memory:" if read_only else mended, isolation_level=None, check_same_thread=False
    )
    number, why = salvage(file, target)
    if number == 0:
        target.close()
        mended.unlink(missing_ok=True)
        raise JournalError(
            str(file), f"no whole entry is left in it ({why})", "Restore the journal from a copy."
        )
    notes.append(f"its tail is torn ({why})")
    if read_only:
        return target, _ending(target, notes)
    target.close()
    kept = Path(f"{file}.torn")
    file.replace(kept)
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    mended.replace(file)
    notes.append(f"the torn file is kept as {kept.name}")
    db = connect(str(file))
    return db, _ending(db, notes)


def _ending(db: sqlite3.Connection, notes: list[str]) -> list[str]:
    if notes:
        number = db.execute("SELECT coalesce(max(number), 0) FROM entries").fetchone()[0]
        notes.append(f"opened at entry {number}, its last whole one")
    return notes


def settle(db: sqlite3.Connection, path: str, *, read_only: bool, trusted: Mark | None = None) -> list[str]:
    """Check the chain; set a last entry that isn't whole aside, and refuse anything else."""
    db.execute("BEGIN")
    found = list(flaws(db, trusted if trusted is not None and trusted.stands(db) else None))
    last = db.execute("SELECT max(number) FROM entries").fetchone()[0]
    db.execute("ROLLBACK")
    if not found:
        return []
    first = found[0]
    if first.torn and first.number == last and not read_only:
        return _set_aside(db, first)
    problem = first.problem(path)
    raise JournalError(problem.where, problem.what, problem.remedy)


def _set_aside(db: sqlite3.Connection, flaw: Flaw) -> list[str]:
    number = flaw.number
    db.execute("BEGIN IMMEDIATE")
    db.execute(
        "INSERT INTO torn SELECT number, recorded_at, stub, hash FROM entries WHERE number = ?", (number,)
    )
    db.execute("DELETE FROM entries WHERE number = ?", (number,))
    db.execute("DELETE FROM texts WHERE number = ?", (number,))
    row = db.execute("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1").fetchone() or (
        0,
        GENESIS,
    )
    db.execute("INSERT OR REPLACE INTO head VALUES (1,?,?)", row)
    db.execute("COMMIT")
    return [f"entry {number} was not whole and is set aside; opened at entry {row[0]}, its last whole one"]
