"""The gazetteer: names to areas, parents and children, positions and outlines, from the compiled form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import marisa_trie
import msgspec

from tocsin.model import AreaRef, PlaceRef
from tocsin.places.areas import FORMS, LEVELS, Area, Candidate, Outline
from tocsin.places.geometry import bearing_deg, distance, on_heading
from tocsin.places.heads import head_at, head_prefix, shared_head
from tocsin.places.keys import tokens as tokenise
from tocsin.places.pack import COMMON, ENTRY, FORMAT, NOWHERE, U32, AreaRecord, OutlineRecord, Pack

__all__ = ["Gazetteer", "load"]

_LONGEST = 8
"""No name has more words."""
_CACHE = 20_000
"""Remembered values of each kind; the cache is emptied when it is full."""
_BIG = 200_000
"""Inhabitants from which a city is meant by its bare name wherever the speaker sits."""
_FAMED = 700_000
"""Inhabitants of a city whose quarters are known by name all over the country."""
_REAL = ("nominative", "colloquial", "old", "adjective")

_Score = tuple[bool, int, int, int, str]
T = TypeVar("T")


def load(compiled: bytes) -> Gazetteer:
    """The gazetteer of a compiled form; ``ValueError`` when it was compiled by another version."""
    try:
        pack = msgspec.msgpack.decode(compiled, type=Pack)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"compiled places cannot be read: {error}") from error
    if pack.format != FORMAT:
        raise ValueError(f"compiled places have format {pack.format}, not {FORMAT}")
    return Gazetteer(pack)


class Gazetteer:
    """Names to areas and back. Reads compiled bytes on demand; answers depend on nothing but them."""

    def __init__(self, pack: Pack) -> None:
        self.pack: str = pack.name
        self.root: str = pack.root
        self.digest: str = pack.digest
        self._data = pack
        self._codes = marisa_trie.Trie().frombytes(pack.codes)
        self._forms = marisa_trie.Trie().frombytes(pack.forms)
        self._area_decoder = msgspec.msgpack.Decoder(AreaRecord)
        self._areas_cache: dict[int, Area] = {}
        self._refs: dict[str, AreaRef] = {}
        self._parents: dict[int, int] = {}
        self._above: dict[str, tuple[str, ...]] = {}
        self._places: dict[tuple[object, ...], PlaceRef] = {}
        self._begins: dict[str, bool] = {}
        self._matches: dict[tuple[int, tuple[str, ...]], tuple[Candidate, ...]] = {}
        self._first = tuple(self._codes.restore_key(i) for i in pack.first_level)
        self._ids = {d: {n: i for i, n in ids.items()} for d, ids in pack.dialects.items()}

    # --- areas ----------------------------------------------------------------

    def _number(self, code: str) -> int | None:
        try:
            return int(self._codes.key_id(code))
        except KeyError:
            return None

    def _record(self, number: int) -> AreaRecord:
        start, end = (
            U32.unpack_from(self._data.area_offsets, 4 * number)[0],
            U32.unpack_from(self._data.area_offsets, 4 * number + 4)[0],
        )
        return self._area_decoder.decode(self._data.areas[start:end])

    def _area(self, number: int) -> Area:
        found = self._areas_cache.get(number)
        if found is None:
            r = self._record(number)
            found = Area(
                code=r.code,
                names={"uk": r.uk, "ru": r.ru, "en": r.en},
                level=LEVELS[r.level],
                parent=None if r.parent == NOWHERE else self._codes.restore_key(r.parent),
                kind=r.kind,
                lat=r.lat,
                lon=r.lon,
                approximate=r.approximate,
                population=r.population,
                guessed=r.guessed,
            )
            _remember(self._areas_cache, number, found)
        return found

    def area(self, code: str) -> Area | None:
        """The area of a code; none when nobody has the code."""
        number = self._number(code)
        return None if number is None else self._area(number)

    def ref(self, code: str) -> AreaRef:
        """The area as the public face names it; an unknown code names itself."""
        found = self._refs.get(code)
        if found is None:
            area = self.area(code)
            if area is None:
                found = AreaRef(
                    code=code, name=code, names={"uk": code, "ru": code, "en": code}, level="unknown"
                )
            else:
                found = AreaRef(code=code, name=area.names["en"], names=area.names, level=area.level)
            _remember(self._refs, code, found)
        return found

    def place(self, of: Candidate | str, role: str, alternatives: Sequence[str] = ()) -> PlaceRef:
        """A place in the part that it plays, with the words' own fineness."""
        name = (of, role, *alternatives) if isinstance(of, str) or of.name_override is None else None
        known = self._places.get(name) if name is not None else None
        if known is not None:
            return known
        made = self._place(of, role, alternatives)
        if name is not None:
            _remember(self._places, name, made)
        return made

    def _place(self, of: Candidate | str, role: str, alternatives: Sequence[str]) -> PlaceRef:
        code = of if isinstance(of, str) else of.code
        ref = self.ref(code)
        names = ref.names
        precision = ref.level
        if isinstance(of, Candidate):
            precision = of.precision
            names = of.name_override or names
        elif self._is_city(code):
            precision = "settlement"
        return PlaceRef(
            code=code,
            name=names.get("en", ref.name),
            names=names,
            level=ref.level,
            precision=precision,
            role=role,
            alternatives=tuple(dict.fromkeys(a for a in alternatives if a != code)),
        )

    def _is_city(self, code: str) -> bool:
        area = self.area(code)
        return area is not None and area.level == "oblast" and area.kind == "city"

    def parent(self, code: str) -> str | None:
        """The area that directly holds it."""
        area = self.area(code)
        return area.parent if area else None

    def ancestors(self, code: str) -> tuple[str, ...]:
        """All that hold it, nearest first."""
        known = self._above.get(code)
        if known is None:
            found: list[str] = []
            at = self.parent(code)
            while at is not None and at not in found:
                found.append(at)
                at = self.parent(at)
            known = tuple(found)
            _remember(self._above, code, known)
        return known

    def children(self, code: str) -> tuple[str, ...]:
        """The areas that it directly holds, by code."""
        number = self._number(code)
        if number is None:
            return ()
        start, end = (
            U32.unpack_from(self._data.child_offsets, 4 * number)[0],
            U32.unpack_from(self._data.child_offsets, 4 * number + 4)[0],
        )
        return tuple(
            self._codes.restore_key(U32.unpack_from(self._data.children, 4 * i)[0]) for i in range(start, end)
        )

    def first_level(self) -> tuple[str, ...]:
        """The first-level areas of the pack's country, by code."""
        return self._first

    def first_level_of(self, code: str) -> str | None:
        """The first-level area of the pack's country that holds it, or it itself."""
        return next((c for c in (code, *self.ancestors(code)) if c in self._first), None)

    def covers(self, outer: str, inner: str) -> bool:
        """Whether ``outer`` is ``inner`` or holds it."""
        return outer == inner or (outer in self.ancestors(inner))

    def raion_of(self, code: str) -> str | None:
        """The raion that holds it, or it itself."""
        return self.lift(code, "raion")

    def lift(self, code: str, level: str) -> str | None:
        """It or the nearest area that holds it which has the level; a city of first level is also a settlement."""
        for at in (code, *self.ancestors(code)):
            area = self.area(at)
            if area is not None and (area.level == level or (level == "settlement" and self._is_city(at))):
                return at
        return None

    # --- names ----------------------------------------------------------------

    def _entries(self, form: int) -> list[tuple[int, int, int]]:
        start, end = (
            U32.unpack_from(self._data.form_offsets, 4 * form)[0],
            U32.unpack_from(self._data.form_offsets, 4 * form + 4)[0],
        )
        return [ENTRY.unpack_from(self._data.entries, ENTRY.size * i) for i in range(start, end)]

    def _candidate(self, target: int, form: str, flags: int) -> Candidate:
        areas = len(self._codes)
        if target >= areas:
            niche = self._data.niches[target - areas]
            code = self._codes.restore_key(niche.area)
            names = {"uk": niche.uk, "ru": niche.ru, "en": niche.en}
            return Candidate(
                code=code,
                precision="neighbourhood",
                form=form,
                common=bool(flags & COMMON),
                name_override=names,
            )
        area = self._area(target)
        precision = "settlement" if area.level == "oblast" and area.kind == "city" else area.level
        return Candidate(code=area.code, precision=precision, form=form, common=bool(flags & COMMON))

    def _candidates(self, form: int, levels: tuple[str, ...]) -> tuple[Candidate, ...]:
        """Candidates of a form; before a head noun only the adjectives of its levels, else all but bare heads."""
        found = self._matches.get((form, levels))
        if found is None:
            made: list[Candidate] = []
            for target, number, flags in self._entries(form):
                label = FORMS[number]
                if levels:
                    one = self._candidate(target, "phrase", 0)
                    if one.precision in levels:
                        made.append(one)
                elif label != "head":
                    made.append(self._candidate(target, label, flags))
            found = tuple(made)
            _remember(self._matches, (form, levels), found)
        return found

    def begins(self, word: str) -> bool:
        """Whether any name is this normal word or begins with it."""
        known = self._begins.get(word)
        if known is None:
            known = word in self._forms or next(self._forms.iterkeys(word + " "), None) is not None
            _remember(self._begins, word, known)
        return known

    def match(self, tokens: Sequence[str], at: int) -> tuple[int, tuple[Candidate, ...]] | None:
        """The longest name that starts at token ``at``: the number of its tokens and all that it may mean."""
        if at >= len(tokens) or not self.begins(tokens[at]):
            return None
        for form, count in self._names(tokens, at):
            extra, levels = head_at(tokens, at + count)
            if not extra:
                levels = shared_head(tokens, at + count, lambda n, wanted: self._headed(tokens, n, wanted))
            phrases = self._candidates(form, levels) if levels else ()
            if phrases:
                return count + extra, phrases
            plain = self._candidates(form, ())
            if plain:
                return count, plain
        return None

    def _names(self, tokens: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
        """The forms that start at a token, longest first: number of the form, number of tokens."""
        text = " ".join(tokens[at : at + _LONGEST])
        size = len(text)
        prefixes: list[str] = self._forms.prefixes(text)
        for form in reversed(prefixes):
            length = len(form)
            if length == size or text[length] == " ":
                yield int(self._forms.key_id(form)), form.count(" ") + 1

    def _headed(self, tokens: Sequence[str], at: int, levels: tuple[str, ...]) -> int:
        """How many tokens from ``at`` are a name of an area of the levels; 0 for none."""
        return next((count for form, count in self._names(tokens, at) if self._candidates(form, levels)), 0)

    def rank(
        self,
        candidates: Sequence[Candidate],
        *,
        home: str | None,
        regions: Sequence[str],
        mentioned: Sequence[str],
    ) -> tuple[Candidate, ...]:
        """The candidates, best first: by regions named in the text, home, other places mentioned, then size."""
        if len(candidates) < 2:
            return tuple(candidates)
        return tuple(
            sorted(candidates, key=lambda c: self._badness(c, home, tuple(regions), tuple(mentioned)))
        )

    def _badness(
        self, candidate: Candidate, home: str | None, regions: Sequence[str], mentioned: Sequence[str]
    ) -> tuple[int, int, bool, bool, int, int, int, str, str]:
        """How unlikely the candidate is meant: what holds it before how near it is before how big it is."""
        code = candidate.code
        above = (code, *self.ancestors(code))
        area = self.area(code)
        people = area.population if area else 0
        city = self.lift(code, "settlement")
        if candidate.precision in ("district", "neighbourhood"):
            around = self.area(city) if city else None
            people = around.population if around else 0
        big = candidate.precision == "oblast" or (candidate.precision == "settlement" and people >= _BIG)
        home_step = self._steps(home, above) if home is not None else 9
        named = any(region in above for region in regions)
        kind = area.kind if area else ""
        # A village or a township never outweighs a namesake that everybody knows; all else does, where it is near.
        weighty = big or candidate.precision != "settlement" or kind == "city"
        inner = candidate.precision in ("district", "neighbourhood") and home_step <= 1
        if candidate.precision in ("district", "neighbourhood") and city in mentioned:
            tier = -1
        elif weighty and (named or inner):
            tier = 0
        elif weighty and home_step < 9:
            tier = 1
        elif big and above[-1] == self.root:
            tier = 2
        elif named:
            tier = 3
        elif home_step < 9:
            tier = 4 if self._tight(home, home_step) else 5
        else:
            tier = 6 if big else 7
        near = min((self._steps(other, above) for other in mentioned), default=9)
        size = self._size_class(candidate, area, people)
        if size > 1 and area is not None and self._is_seat(area):
            size -= 1
        return (
            tier,
            home_step,
            near > 0,
            kind == "village",
            near,
            size,
            -people,
            code,
            candidate.form,
        )

    def _is_seat(self, area: Area) -> bool:
        """Whether a settlement is the seat of its hromada, which bears its name."""
        if area.level != "settlement" or area.parent is None:
            return False
        above = self.area(area.parent)
        return (
            above is not None
            and above.level == "hromada"
            and above.names["en"] == area.names["en"] + " Hromada"
        )

    def _steps(self, origin: str, above: Sequence[str]) -> int:
        """How far up from ``origin`` one must go to hold the candidate too: 0 is itself; 9 is only the country or not at all."""
        for step, area in enumerate((origin, *self.ancestors(origin))):
            if area == self.root:
                break
            if area in above:
                return step
        return 9

    def _tight(self, home: str | None, step: int) -> bool:
        """Whether the area ``step`` above home is a city or finer than an oblast: a village there is near."""
        held = (home, *self.ancestors(home))[step] if home is not None else None
        area = self.area(held) if held is not None else None
        return area is not None and (area.level != "oblast" or area.kind == "city")

    @staticmethod
    def _size_class(candidate: Candidate, area: Area | None, people: int) -> int:
        """From what a bare name usually means to what it seldom does."""
        match candidate.precision:
            case "country" | "oblast":
                return 0
            case "settlement":
                return _KIND.get(area.kind if area else "", 5)
            case "district" | "neighbourhood":
                return 2 if people >= _FAMED else 4
            case "raion" | "airfield" | "sea":
                return 2
            case _:
                return 6

    def search(self, query: str, limit: int = 10) -> tuple[Area, ...]:
        """Areas whose name, in any language, old or colloquial, begins with what was typed; best first."""
        words = tokenise(query)
        if not words or limit < 1:
            return ()
        typed = " ".join(words)
        found: dict[int, _Score] = {}
        self._collect(found, typed, self._forms.keys(typed), ())
        if len(words) > 1:
            levels = head_prefix(words[-1])
            rest = " ".join(words[:-1])
            if levels and rest in self._forms:
                self._collect(found, rest, [rest], levels)
        best = sorted(found.items(), key=lambda item: item[1])[:limit]
        return tuple(self._area(number) for number, _ in best)

    def _collect(
        self, found: dict[int, _Score], typed: str, forms: Sequence[str], levels: tuple[str, ...]
    ) -> None:
        """Puts into ``found`` the areas that the forms name, each with its best score."""
        areas = len(self._codes)
        for form in forms:
            for target, label, _ in self._entries(int(self._forms.key_id(form))):
                kind = FORMS[label]
                if kind not in _REAL and not (levels and kind == "head"):
                    continue
                part = target >= areas
                number = self._data.niches[target - areas].area if part else target
                area = self._area(number)
                if levels and area.level not in levels:
                    continue
                weight = (
                    4 if part else _SEARCH.get(area.kind if area.level == "settlement" else area.level, 5)
                )
                if area.level == "settlement" and area.population >= _BIG:
                    weight = 0
                elif area.code[:2] != self.root:
                    weight += 5
                if form == typed and not part:
                    weight = min(weight, 3)
                weight += kind == "old"
                score = (form != typed, weight, -area.population, len(form), area.code)
                if number not in found or score < found[number]:
                    found[number] = score

    # --- dialects -------------------------------------------------------------

    def dialect_id(self, dialect: str, code: str) -> str | None:
        """What a dialect calls the area; none when it does not know it."""
        number = self._number(code)
        return None if number is None else self._ids.get(dialect, {}).get(number)

    def by_dialect_id(self, dialect: str, name: str) -> str | None:
        """The area of a dialect's id."""
        number = self._data.dialects.get(dialect, {}).get(name)
        return None if number is None else self._codes.restore_key(number)

    # --- geometry -------------------------------------------------------------

    def position(self, code: str) -> tuple[float, float] | None:
        """Latitude and longitude of the area's middle, where known (``Area.approximate`` tells how)."""
        area = self.area(code)
        return None if area is None or area.lat is None or area.lon is None else (area.lat, area.lon)

    def distance_km(self, a: str, b: str) -> float | None:
        """Great-circle distance between two areas' middles."""
        here, there = self.position(a), self.position(b)
        return None if here is None or there is None else distance(here, there)

    def bearing(self, a: str, b: str) -> float | None:
        """Initial bearing from a to b in degrees clockwise from north."""
        here, there = self.position(a), self.position(b)
        return None if here is None or there is None else bearing_deg(here, there)

    def ahead(self, code: str, heading: str, reach_km: float) -> tuple[str, ...]:
        """First-level areas and raions that lie ahead on a compass heading, nearest first; never the area itself or what holds it."""
        here = self.position(code)
        if here is None:
            return ()
        mine = {code, *self.ancestors(code)}
        found: list[tuple[float, str]] = []
        for first in self._first:
            for area in (first, *self.children(first)):
                there = self.position(area)
                if there is None or area in mine:
                    continue
                record = self.area(area)
                if record is None or record.level not in ("oblast", "raion"):
                    continue
                away = distance(here, there)
                if away <= reach_km and on_heading(here, there, heading):
                    found.append((away, area))
        return tuple(area for _, area in sorted(found))

    def outline(self, code: str) -> Outline | None:
        """The area's border; none when none is known."""
        raw = self._data.outlines.get(code)
        if raw is None:
            return None
        record = msgspec.msgpack.decode(raw, type=OutlineRecord)
        rings = tuple(tuple((r[i] / 1e4, r[i + 1] / 1e4) for i in range(0, len(r), 2)) for r in record.rings)
        return Outline(rings=rings, approximate=record.approximate, source=record.source)


_KIND = {"city": 1, "township": 3, "village": 5}
_SEARCH = {
    "country": 1,
    "oblast": 0,
    "city": 1,
    "raion": 2,
    "district": 2,
    "township": 3,
    "hromada": 4,
    "village": 5,
}
"""From what a few letters usually begin to what they seldom do."""

K = TypeVar("K")


def _remember(cache: dict[K, T], name: K, value: T) -> None:
    """Puts a value into a bounded cache."""
    if len(cache) >= _CACHE:
        cache.clear()
    cache[name] = value
