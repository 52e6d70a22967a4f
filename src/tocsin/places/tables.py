"""The place tables as text: tab-separated, ``#`` comments, one header row."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.model import Problem

__all__ = ["Row", "rows"]


class Row(dict[str, str]):
    """A table's row by column name; a missing cell or column is empty. ``""`` holds its line number."""

    def __missing__(self, column: str) -> str:
        return ""


def rows(tables: Mapping[str, bytes], name: str) -> tuple[list[Row], list[Problem]]:
    """The rows of a table in order, and what is wrong with its text; a missing table has none."""
    problems: list[Problem] = []
    found: list[Row] = []
    header: list[str] | None = None
    try:
        text = tables.get(name, b"").decode("utf-8")
    except UnicodeDecodeError as error:
        return [], [Problem(where=name, what=f"is not UTF-8: {error}", remedy="save it as UTF-8")]
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.rstrip("\r")
        if not bare.strip() or bare.startswith("#"):
            continue
        cells = bare.split("\t")
        if header is None:
            header = cells
            continue
        if len(cells) > len(header):
            what = f"has {len(cells)} cells, the header {len(header)}"
            problems.append(
                Problem(where=f"{name}:{number}", what=what, remedy="remove the tabs that are too many")
            )
            continue
        row = Row((column, cell.strip()) for column, cell in zip(header, cells, strict=False))
        row[""] = str(number)
        found.append(row)
    return found, problems
