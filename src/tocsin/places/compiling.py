"""From the place tables to the compiled form: the same bytes for the same tables, everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import marisa_trie
import msgspec

from tocsin.model import Problem
from tocsin.places.areas import DIALECTS, FORMS, LEVELS
from tocsin.places.build import Drafts, draft_areas
from tocsin.places.naming import Namer, collect_names
from tocsin.places.outlines import outline_records
from tocsin.places.pack import ENTRY, FORMAT, NOWHERE, U32, AreaRecord, NicheRecord, Pack
from tocsin.places.tables import rows

__all__ = ["compile_tables", "lint"]


def compile_tables(tables: Mapping[str, bytes]) -> bytes:
    """The compiled form of the tables (file name to bytes); rows that cannot be used are left out (``lint`` tells)."""
    drafts, _ = draft_areas(tables)
    namer, _ = collect_names(tables, drafts)
    codes = marisa_trie.Trie(list(drafts))
    number = {code: int(codes.key_id(code)) for code in drafts}
    order = sorted(drafts, key=lambda code: number[code])
    areas, area_offsets = _areas(drafts, order, number)
    children, child_offsets = _children(drafts, order, number)
    forms, form_offsets, entries = _forms(namer, number)
    dialects, _ = _dialects(tables, number)
    outlines, _ = outline_records(tables, number)
    pack = Pack(
        format=FORMAT,
        name="ua",
        root="UA",
        digest=_digest(drafts, namer, dialects, outlines),
        codes=codes.tobytes(),
        area_offsets=area_offsets,
        areas=areas,
        child_offsets=child_offsets,
        children=children,
        first_level=tuple(number[c] for c, d in drafts.items() if d.level == "oblast" and d.parent == "UA"),
        niches=tuple(NicheRecord(area=number[n.code], uk=n.uk, ru=n.ru, en=n.en) for n in namer.niches),
        forms=forms,
        form_offsets=form_offsets,
        entries=entries,
        dialects=dialects,
        outlines=outlines,
    )
    return msgspec.msgpack.encode(pack)


def lint(tables: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """Everything that is wrong in the tables, in their order."""
    drafts, problems = draft_areas(tables)
    number = {code: at for at, code in enumerate(drafts)}
    problems += collect_names(tables, drafts)[1]
    problems += _dialects(tables, number)[1]
    problems += outline_records(tables, number)[1]
    return tuple(problems)


def _digest(
    drafts: Drafts, namer: Namer, dialects: dict[str, dict[str, int]], outlines: dict[str, msgspec.Raw]
) -> str:
    """SHA-256 over all that the gazetteer knows, whatever the trie library's own layout."""
    total = hashlib.sha256(f"tocsin places {FORMAT}\n".encode())
    for draft in drafts.values():
        total.update(msgspec.msgpack.encode(draft))
    total.update(msgspec.msgpack.encode(namer.niches))
    for form in sorted(namer.forms):
        targets = namer.forms[form]
        total.update(msgspec.msgpack.encode((form, sorted((str(t), *found) for t, found in targets.items()))))
    for dialect, ids in sorted(dialects.items()):
        total.update(msgspec.msgpack.encode((dialect, sorted(ids))))
    for code, raw in sorted(outlines.items()):
        total.update(code.encode())
        total.update(bytes(raw))
    return total.hexdigest()


def _areas(drafts: Drafts, order: list[str], number: dict[str, int]) -> tuple[bytes, bytes]:
    blobs: list[bytes] = []
    offsets = bytearray(U32.pack(0))
    end = 0
    for code in order:
        d = drafts[code]
        record = AreaRecord(
            code=code,
            level=LEVELS.index(d.level),
            kind=d.kind,
            parent=number[d.parent] if d.parent is not None else NOWHERE,
            uk=d.uk,
            ru=d.ru,
            en=d.en,
            lat=d.lat,
            lon=d.lon,
            approximate=d.approximate,
            population=d.population,
            guessed=d.guessed,
        )
        blob = msgspec.msgpack.encode(record)
        blobs.append(blob)
        end += len(blob)
        offsets += U32.pack(end)
    return b"".join(blobs), bytes(offsets)


def _children(drafts: Drafts, order: list[str], number: dict[str, int]) -> tuple[bytes, bytes]:
    inside: dict[str, list[int]] = {}
    for code, draft in drafts.items():
        if draft.parent is not None:
            inside.setdefault(draft.parent, []).append(number[code])
    found = bytearray()
    offsets = bytearray(U32.pack(0))
    for code in order:
        for child in inside.get(code, []):
            found += U32.pack(child)
        offsets += U32.pack(len(found) // 4)
    return bytes(found), bytes(offsets)


def _forms(namer: Namer, number: dict[str, int]) -> tuple[bytes, bytes, bytes]:
    forms = sorted(namer.forms)
    trie = marisa_trie.Trie(forms)
    order = sorted(forms, key=trie.key_id)
    entries = bytearray()
    offsets = bytearray(U32.pack(0))
    for form in order:
        targets = namer.forms[form]
        packed = sorted(
            (number[target] if isinstance(target, str) else len(number) + target, FORMS.index(label), flags)
            for target, (label, flags) in targets.items()
        )
        for one in packed:
            entries += ENTRY.pack(*one)
        offsets += U32.pack(len(entries) // ENTRY.size)
    return trie.tobytes(), bytes(offsets), bytes(entries)


def _dialects(
    tables: Mapping[str, bytes], number: dict[str, int]
) -> tuple[dict[str, dict[str, int]], list[Problem]]:
    table, problems = rows(tables, "dialects.tsv")
    found: dict[str, dict[str, int]] = {dialect: {} for dialect in DIALECTS}
    for row in table:
        where = f"dialects.tsv:{row['']}"
        ids = found.get(row["dialect"])
        if ids is None:
            problems.append(
                Problem(
                    where=where, what=f"no dialect {row['dialect']}", remedy=f"one of {', '.join(DIALECTS)}"
                )
            )
        elif row["code"] not in number:
            problems.append(
                Problem(where=where, what=f"no area {row['code']}", remedy="give a code that a table has")
            )
        elif row["id"] in ids:
            problems.append(Problem(where=where, what=f"id {row['id']} stands twice", remedy="remove one"))
        else:
            ids[row["id"]] = number[row["code"]]
    return found, problems
