"""The one exception of this door."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.model import Problem

__all__ = ["SettingsError"]


class SettingsError(Exception):
    """Settings or data files can't be used; holds all problems at once, each with where, what, remedy."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{one.where}: {one.what}. {one.remedy}" for one in self.problems))

    @property
    def where(self) -> str:
        """Where the first problem is."""
        return self.problems[0].where

    @property
    def what(self) -> str:
        """What the first problem is, and how many more there are."""
        more = len(self.problems) - 1
        return self.problems[0].what + (f" (and {more} more)" if more else "")

    @property
    def remedy(self) -> str:
        """What to do about the first problem."""
        return self.problems[0].remedy
