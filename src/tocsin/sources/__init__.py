"""Where reports come from: one file a kind of source, fetching (I/O) apart from parsing (pure)."""

from __future__ import annotations

__all__ = ["SourceError"]


class SourceError(Exception):
    """A source can't be reached or read; says where, what, and the remedy."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}. {remedy}")
        self.where = where
        self.what = what
        self.remedy = remedy
