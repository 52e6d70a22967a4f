"""The lease of the one writer: an advisory lock on a file beside the journal, gone with the process that held it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import IO

from tocsin.journal.errors import JournalError

__all__ = ["hold", "in_use"]

fcntl: ModuleType | None
try:
    import fcntl
except (
    ImportError
):  # pragma: no cover - a system without advisory locks; a second writer is found at its first write
    fcntl = None


def _beside(path: str | Path) -> Path:
    return Path(f"{path}.lock")


def hold(path: str | Path) -> IO[bytes] | None:
    """Return the lease, held until it is closed; JournalError where another process has it."""
    if fcntl is None:
        return None
    lock = _beside(path).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise JournalError(
            str(path), "another process writes to it", "Stop it first, or serve another journal."
        ) from error
    return lock


def in_use(path: str | Path) -> bool:
    """Tell whether another process has the lease: then nothing of the file may be mended."""
    if fcntl is None or not _beside(path).exists():
        return False
    try:
        lease = hold(path)
    except JournalError:
        return True
    if lease is not None:
        lease.close()
    return False
