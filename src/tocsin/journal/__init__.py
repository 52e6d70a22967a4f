"""The journal: the only ground truth, append-only, in one SQLite file (docs/journal.md)."""

from __future__ import annotations

from tocsin.journal.errors import JournalError
from tocsin.journal.store import Admission, Issued, Journal

__all__ = ["Admission", "Issued", "Journal", "JournalError"]
