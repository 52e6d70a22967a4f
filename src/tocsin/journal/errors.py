"""The one exception of this door."""

from __future__ import annotations

__all__ = ["JournalError"]


class JournalError(Exception):
    """The journal can't be opened, trusted or written; says where, what, and the remedy."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}. {remedy}")
        self.where = where
        self.what = what
        self.remedy = remedy
