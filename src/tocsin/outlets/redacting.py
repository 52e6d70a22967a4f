"""What stays of a report whose words are removed: what was read from it and whom it showed, without its words (R29)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec

from tocsin.codec import encode
from tocsin.engine import Reads, World
from tocsin.model import By, Claim, Entry, Reading, Remains, Report, Source
from tocsin.outlets.annals import Annals
from tocsin.picture.weighing import Origins
from tocsin.reading import Reader
from tocsin.slate import Slate

__all__ = ["WINDOW", "remains"]

WINDOW = timedelta(hours=12)
"""Reports so long before and after one may share an origin with it, through others in between."""
_STEP = 1_000
_COMPARED = ("takeoff", "launch", "inbound", "danger", "danger-over", "lost", "interception")
"""Claims for which the picture asks where a report came from."""


def remains(
    entry: Entry,
    around: Sequence[Entry],
    *,
    world: World,
    register: Mapping[str, Source],
    annals: Annals,
) -> Remains:
    """Return what must be kept of an entry's report; ``around`` are the entries within ``WINDOW`` of it, in order."""
    report = entry.body
    assert isinstance(report, Report)  # noqa: S101 - others have no words
    reader: Reads = Reader(world.lexicon, world.places, dict(register))
    reading = entry.said or reader.read(report)
    claims = tuple(_wordless(claim, register, entry.number) for claim in reading.claims)
    names = {claim.by.id for claim in reading.claims if claim.by is not None and claim.by.id not in register}
    asked = [each for each in around if _compared(each, reader)]
    full = _origins(asked, register, lambda each: each.body)
    bare = _origins(asked, register, lambda each: _emptied(each, entry.number))
    copies = [(n, origin) for n, origin in full.items() if n != entry.number and bare[n] != origin]
    structured = None if report.structured is None else encode(_level(report.structured)).decode()
    return Remains(
        reading=Reading(report=reading.report, language=reading.language, claims=claims),
        structured=structured,
        origin=full.get(entry.number),
        copies=tuple(copies),
        published=tuple(sorted({*_published(claims, annals), *_naming(names, annals)})),
    )


def _wordless(claim: Claim, register: Mapping[str, Source], number: int) -> Claim:
    """Return a claim without its words; whoever it quotes and no register knows loses his name."""
    evidence = tuple(msgspec.structs.replace(one, quote="") for one in claim.evidence)
    by = claim.by
    if by is not None:
        by = By(id=by.id if by.id in register else f"redacted-{number}", quote="")
    return msgspec.structs.replace(claim, evidence=evidence, by=by)


def _level(structured: str) -> dict[str, Any]:
    """Return as much of a machine-readable body as the fold looks at: the level of an alarm."""
    try:
        body = msgspec.json.decode(structured)
    except msgspec.DecodeError:
        return {}
    level = body.get("level") if isinstance(body, dict) else None
    return {"level": level} if level in {"yellow", "red"} else {}


def _compared(entry: Entry, reader: Reads) -> bool:
    if not isinstance(entry.body, Report):
        return False
    reading = entry.said or reader.read(entry.body)
    return any(claim.kind in _COMPARED for claim in reading.claims)


def _emptied(entry: Entry, number: int) -> Any:  # noqa: ANN401 - a body
    return msgspec.structs.replace(entry.body, text="") if entry.number == number else entry.body


def _origins(
    entries: Iterable[Entry], register: Mapping[str, Source], body: Callable[[Entry], Any]
) -> dict[int, str]:
    slate = Slate()
    origins = Origins(slate, register)
    found = {}
    for entry in entries:
        origins.given = entry.origin
        found[entry.number] = origins.of(body(entry), entry.recorded_at)
        slate.keep()
    return found


def _published(claims: Iterable[Claim], annals: Annals) -> Iterable[tuple[int, str, str]]:
    """Give the published changes that quote the claims: their number, the digest of what was sent, the head after it."""
    annals.flush()
    for claim in claims:
        for change in annals.about(f"statement:{claim.id}", desk=False):
            ((data, _, head),) = annals.published(change.number - 1, 1)
            yield change.number, sha256(data).hexdigest(), head


def _naming(names: Iterable[str], annals: Annals) -> Iterable[tuple[int, str, str]]:
    """Give the published changes that bear a name which only the removed words gave."""
    needles = [encode(name)[1:-1] for name in sorted(names)]
    after = 0
    while needles and (found := annals.published(after, _STEP)):
        for data, change, head in found:
            if any(needle in data for needle in needles):
                yield change.number, sha256(data).hexdigest(), head
        after = found[-1][1].number
