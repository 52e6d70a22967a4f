"""The journal: the only ground truth, append-only, in one SQLite file (docs/journal.md)."""

from __future__ import annotations

from tocsin.journal.errors import JournalError
from tocsin.journal.store import Admission, Issued, Journal
from tocsin.journal.writer import Batch, Writer

__all__ = ["Admission", "Batch", "Issued", "Journal", "JournalError", "Writer"]
