"""The one exception of this door."""

from __future__ import annotations

__all__ = ["OutletError"]


class OutletError(Exception):
    """An outlet can't send; says where, what and what to do about it."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        self.where = where
        self.what = what
        self.remedy = remedy
        super().__init__(f"{where}: {what}. {remedy}")
