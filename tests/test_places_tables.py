"""The place tables: each row is sound, compiling them gives the same bytes everywhere, and outlines can be brought."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from functools import cache
from importlib.resources import files

import pytest

from tocsin import places
from tocsin.config.world import load_gazetteer
from tocsin.places.inflect import CASES
from tocsin.places.tables import rows

SQUARE = [[30.0, 50.0], [31.0, 50.0], [31.0, 51.0], [30.0, 51.0], [30.0, 50.0]]
KYIV = "UA80000000000093317"
BUCHA_RAION = "UA32080000000084076"


def tables() -> dict[str, bytes]:
    directory = files("tocsin").joinpath("data", "places")
    return {one.name: one.read_bytes() for one in directory.iterdir() if one.name.endswith(".tsv")}


@cache
def compiled() -> bytes:
    """The bundled tables, compiled."""
    return places.compile_tables(tables())


def small() -> dict[str, bytes]:
    """Tables of one oblast with two settlements, in our own words."""
    return {
        "abroad.tsv": "code\tlevel\tparent\tuk\tru\ten\tlat\tlon\nUA\tcountry\t\tУкраїна\tУкраина\tUkraine\t48.6\t31.2\n".encode(),
        "regions.tsv": (
            "code\tiso\tuk\tru\ten\nUA59000000000057109\tUA-59\tСумська\tСумская\tSumy\n"
            "UA32000000000030281\tUA-32\tКиївська\tКиевская\tKyiv\nUA80000000000093317\tUA-30\tКиїв\tКиев\tKyiv\n"
        ).encode(),
        "raions.tsv": f"code\tuk\n{BUCHA_RAION}\tБучанський\n".encode(),
        "settlements.tsv": (
            "code\tkind\tuk\tru\ten\tlat\tlon\tpopulation\n"
            "UA59080270010036634\tcity\tСуми\tСумы\t\t50.9\t34.8\t256474\n"
            "UA59080270020000001\tvillage\tЗоря\n"
        ).encode(),
    }


class TestTables:
    def test_the_bundled_tables_have_no_problem(self) -> None:
        assert places.lint(tables()) == ()

    def test_they_stay_small_enough_for_git(self) -> None:
        assert sum(map(len, tables().values())) < 6_000_000

    def test_tables_of_registers_are_sorted_by_code(self) -> None:
        for name in (
            "settlements.tsv",
            "hromadas.tsv",
            "raions.tsv",
            "districts.tsv",
            "outlines.tsv",
            "aliases.tsv",
        ):
            codes = [row["code"] for row in rows(tables(), name)[0]]
            assert codes == sorted(codes), name

    def test_every_exception_has_all_six_cases(self) -> None:
        for row in rows(tables(), "exceptions.tsv")[0]:
            assert all(row[case] for case in CASES), row

    def test_an_exception_stands_once(self) -> None:
        names = [(row["lang"], row["nominative"]) for row in rows(tables(), "exceptions.tsv")[0]]
        assert len(names) == len(set(names))

    @pytest.mark.parametrize(
        ("name", "line", "word"),
        [
            ("aliases.tsv", "code\tname\tlang\tform\tnames\nUA99\tx\tuk\told\tСтаре\n", "UA99"),
            (
                "aliases.tsv",
                "code\tname\tlang\tform\tnames\nUA59080270010036634\tx\txx\told\tСтаре\n",
                "language",
            ),
            ("neighbourhoods.tsv", "code\tof\tuk\tru\ten\tlat\tlon\nUA99\tx\tЗоряне\n", "UA99"),
            (
                "neighbourhoods.tsv",
                "code\tof\tuk\tru\ten\tlat\tlon\nUA59080270010036634\tx\t\tЗвёздное\n",
                "Ukrainian",
            ),
            ("dialects.tsv", "dialect\tid\tcode\tname\nnobody\t1\tUA59000000000057109\tx\n", "nobody"),
            ("dialects.tsv", "dialect\tid\tcode\tname\nukrainealarm\t1\tUA99\tx\n", "UA99"),
            ("exceptions.tsv", "lang\tnominative\tgenitive\nuk\tсуми\tсум\n", "case"),
            ("outlines.tsv", "code\tapproximate\tsource\trings\nUA99\tno\tx\t0 0 1 1\n", "UA99"),
            (
                "outlines.tsv",
                "code\tapproximate\tsource\trings\nUA59000000000057109\tno\tx\t0 0 1 1\n",
                "closed",
            ),
            (
                "outlines.tsv",
                "code\tapproximate\tsource\trings\nUA59000000000057109\tno\tx\t0 zero\n",
                "numbers",
            ),
            ("raions.tsv", "code\tuk\tru\ten\nUA59000000000057109\tСумський\n", "twice"),
            ("raions.tsv", "code\tuk\nUA5900\tСумський\n", "UA5900"),
            ("raions.tsv", "code\tuk\nUA59080000000078283\n", "name"),
            ("hromadas.tsv", "code\tuk\n\tx\ty\tz\n", "cells"),
            ("russian.tsv", b"\xff\xfe", "UTF-8"),
        ],
    )
    def test_a_bad_row_is_a_problem_that_says_where(self, name: str, line: str | bytes, word: str) -> None:
        bad = small() | {name: line.encode() if isinstance(line, str) else line}
        problems = places.lint(bad)
        assert any(word in f"{p.what} {p.where}" for p in problems)
        assert all(p.where and p.remedy for p in problems)
        assert places.load(places.compile_tables(bad)).area("UA59080270010036634") is not None

    def test_small_tables_without_a_flaw_have_no_problem(self) -> None:
        assert places.lint(small()) == ()


class TestCompiling:
    def test_the_same_tables_give_the_same_bytes_under_any_hash_seed(self) -> None:
        script = (
            "import sys, hashlib\n"
            "from importlib.resources import files\n"
            "from tocsin import places\n"
            "d = files('tocsin').joinpath('data', 'places')\n"
            "t = {o.name: o.read_bytes() for o in sorted(d.iterdir(), key=lambda o: o.name, reverse=sys.argv[1] == '1')}\n"
            "t = {n: b for n, b in t.items() if n.endswith('.tsv')}\n"
            "print(hashlib.sha256(places.compile_tables(t)).hexdigest())\n"
        )
        digests = set()
        for seed in ("0", "1"):
            environment = os.environ | {"PYTHONHASHSEED": seed}
            ran = subprocess.run(
                [sys.executable, "-c", script, seed],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            digests.add(ran.stdout.strip())
        assert len(digests) == 1

    def test_the_digest_follows_what_the_tables_say(self) -> None:
        one = places.load(places.compile_tables(small())).digest
        assert one == places.load(places.compile_tables(small())).digest
        changed = small()
        changed["settlements.tsv"] = changed["settlements.tsv"].replace("Зоря".encode(), "Зоряне".encode())
        assert places.load(places.compile_tables(changed)).digest != one

    def test_a_settlement_without_coordinates_lies_where_its_holder_does_and_says_so(self) -> None:
        small_ua = places.load(places.compile_tables(small()))
        village = small_ua.area("UA59080270020000001")
        assert village is not None
        assert village.approximate
        assert small_ua.position("UA59080270020000001") == (50.9, 34.8)
        assert not small_ua.area("UA59080270010036634").approximate

    def test_bytes_of_something_else_are_refused(self) -> None:
        with pytest.raises(ValueError, match="cannot be read"):
            places.load(b"not places")

    def test_loading_unpacks_next_to_nothing(self) -> None:
        body = compiled()
        started = time.process_time()
        places.load(body)
        assert time.process_time() - started < 0.5

    def test_a_digest_is_sha256(self) -> None:
        assert len(load_gazetteer().digest) == len(hashlib.sha256().hexdigest())


class TestImportedOutlines:
    def collection(self, *features: dict[str, object]) -> bytes:
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()

    def feature(self, properties: dict[str, object], kind: str = "Polygon") -> dict[str, object]:
        coordinates: object = [SQUARE] if kind == "Polygon" else [[SQUARE], [SQUARE]]
        return {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": kind, "coordinates": coordinates},
        }

    def test_a_feature_with_a_code_becomes_that_areas_outline(self) -> None:
        body = self.collection(
            self.feature({"katottg": BUCHA_RAION}), self.feature({"CODE": KYIV}, "MultiPolygon")
        )
        table, problems = places.import_outlines(body, load_gazetteer(), "our survey")
        assert problems == ()
        found = {row["code"]: row for row in rows({"outlines.tsv": table}, "outlines.tsv")[0]}
        assert set(found) == {BUCHA_RAION, KYIV}
        assert found[KYIV]["approximate"] == "no"
        ua = places.load(places.compile_tables(small() | {"outlines.tsv": table}))
        outline = ua.outline(BUCHA_RAION)
        assert outline is not None
        assert outline.rings == (tuple((lon, lat) for lon, lat in SQUARE),)
        assert outline.source == "our survey"
        assert len(ua.outline(KYIV).rings) == 2

    def test_of_several_codes_the_finest_area_is_meant(self) -> None:
        body = self.collection(self.feature({"oblast": "UA32000000000030281", "raion": BUCHA_RAION}))
        table, problems = places.import_outlines(body, load_gazetteer())
        assert problems == ()
        assert BUCHA_RAION.encode() in table

    def test_an_open_ring_is_closed(self) -> None:
        feature = self.feature({"code": KYIV})
        feature["geometry"] = {"type": "Polygon", "coordinates": [SQUARE[:-1]]}
        table, _ = places.import_outlines(self.collection(feature), load_gazetteer())
        assert places.load(places.compile_tables(small() | {"outlines.tsv": table})).outline(KYIV).rings[0][
            -1
        ] == (30.0, 50.0)

    @pytest.mark.parametrize(
        ("feature", "word"),
        [
            ({"type": "Feature", "properties": {"name": "Десь"}, "geometry": None}, "code"),
            ({"type": "Feature", "properties": None, "geometry": None}, "code"),
            ({"type": "Feature", "properties": {"code": KYIV}, "geometry": None}, "polygon"),
            (
                {
                    "type": "Feature",
                    "properties": {"code": KYIV},
                    "geometry": {"type": "Point", "coordinates": [30, 50]},
                },
                "polygon",
            ),
            (
                {
                    "type": "Feature",
                    "properties": {"code": KYIV},
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [[[500, 50], [31, 50], [31, 51], [500, 50]]],
                    },
                },
                "polygon",
            ),
            ("no feature", "code"),
        ],
    )
    def test_what_cannot_be_used_is_a_problem(self, feature: dict[str, object], word: str) -> None:
        table, problems = places.import_outlines(self.collection(feature), load_gazetteer())
        assert [word in p.what for p in problems] == [True]
        assert rows({"outlines.tsv": table}, "outlines.tsv")[0] == []

    def test_an_area_given_twice_is_a_problem(self) -> None:
        body = self.collection(self.feature({"code": KYIV}), self.feature({"code": KYIV}))
        assert "before" in places.import_outlines(body, load_gazetteer())[1][0].what

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"features": 1}'])
    def test_other_files_are_a_problem(self, body: bytes) -> None:
        _, problems = places.import_outlines(body, load_gazetteer())
        assert len(problems) == 1
