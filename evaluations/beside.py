# ruff: noqa: INP001 (evaluations are scripts, not a package)
"""What every evaluation needs of data that is not ours: where it lies, and which area a Latin name means.

The data lies beside the project (``../shared/data``) or where ``--data`` says; it is never copied. An evaluation
whose data is missing says so and ends with 0: that is no failure of the project.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tocsin.places import Gazetteer, key
from tocsin.places.translit import romanise

__all__ = ["Latin", "parser", "present", "say", "table", "tag_key"]

ROOT = Path(__file__).resolve().parent.parent
RENAMED = {
    "Pershotravenska": "Shakhtarska",
    "Vatutinska": "Bahachevska",
    "Novohrad-Volynskyi": "Zviahelskyi",
    "Krasnohradskyi": "Berestynskyi",
    "Yuzhnoukrainska": "Pivdennoukrainska",
}
"""Areas that bear another name today than in the records of 2022."""


def say(line: str = "") -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their heads, the first column to the left, the others to the right."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        first, rest = row[0].ljust(widths[0]), [c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)]
        say("  ".join([first, *rest]).rstrip())
    say()


def parser(about: str) -> argparse.ArgumentParser:
    """A command line that knows ``--data``."""
    made = argparse.ArgumentParser(description=about)
    made.add_argument(
        "--data", type=Path, default=ROOT.parent / "shared" / "data", help="where the data lies"
    )
    return made


def present(data: Path, names: Sequence[str]) -> list[Path] | None:
    """The paths of the data that an evaluation wants, or None, said aloud, where any of it is missing."""
    paths = [data / name for name in names]
    missing = [name for name, path in zip(names, paths, strict=True) if not path.exists()]
    if missing:
        say(f"Not evaluated: {', '.join(missing)} is not in {data}. Name the directory with --data.")
        return None
    return paths


def _plain(name: str) -> str:
    name = re.sub(r"^m\. .* ta (?=\w)", "", name)
    name = re.sub(r" (terytorialna )?hromada$| raion$| oblast$", "", name)
    return RENAMED.get(name, name).casefold()


class Latin:
    """Areas by the Latin names of the siren records ("Nikopolskyi raion", "m. X ta X-ska terytorialna hromada")."""

    def __init__(self, places: Gazetteer) -> None:
        self.places = places
        self._known: dict[tuple[str, str, str], str | None] = {}
        self._parts: dict[str, dict[tuple[str, str], list[str]]] = {}

    def area(self, oblast: str, raion: str = "", hromada: str = "") -> str | None:
        """Return the code, or None where no area, or more than one, bears the name there."""
        if oblast.endswith(" raion") and raion.endswith(" oblast"):
            oblast, raion = raion, oblast  # one row of the record has them the wrong way round
        asked = (oblast, raion, hromada)
        if asked not in self._known:
            self._known[asked] = self._find(*asked)
        return self._known[asked]

    def _find(self, oblast: str, raion: str, hromada: str) -> str | None:
        whole = next((c for c in self.places.first_level() if self._name(c) == _plain(oblast)), None)
        if oblast == "Kyiv City":
            whole = next((c for c in self.places.first_level() if self._name(c) in {"kyiv", "m. kyiv"}), None)
        if whole is None or not (raion or hromada):
            return whole
        inside = self._inside(whole)
        raions = inside.get(("raion", _plain(raion)), [])
        if not hromada:
            return raions[0] if len(raions) == 1 else None
        found = inside.get(("hromada", _plain(hromada)), [])
        if len(found) > 1:
            found = [code for code in found if raions and self.places.covers(raions[0], code)]
        if len(found) > 1 and (city := re.match(r"m\. (.*) ta ", hromada)):
            named = city[1].casefold()
            found = [c for c in found if any(self._name(part) == named for part in self.places.children(c))]
        return found[0] if len(found) == 1 else None

    def _inside(self, code: str) -> dict[tuple[str, str], list[str]]:
        if code not in self._parts:
            parts: dict[tuple[str, str], list[str]] = {}
            for raion in self.places.children(code):
                for part in (raion, *self.places.children(raion)):
                    area = self.places.area(part)
                    if area is not None and area.level in {"raion", "hromada"}:
                        parts.setdefault((area.level, self._name(part)), []).append(part)
            self._parts[code] = parts
        return self._parts[code]

    def _name(self, code: str) -> str:
        area = self.places.area(code)
        words = area.names["uk"] if area is not None else ""
        words = re.sub(r" (територіальна )?(громада|район|область)$", "", words)
        return romanise(words).casefold()


def tag_key(tag: str) -> str:
    """A hashtag's words without signs, so that the channel's spellings of one area meet."""
    return key(tag).replace(" ", "")
