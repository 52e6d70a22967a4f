"""A reader over the bundled data and a few sources of our own, for the tests of reading."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from tocsin.config.world import load_gazetteer, load_world
from tocsin.model import Claim, Reading, Report, Source
from tocsin.reading import Reader

KYIV = "UA80000000000093317"
SUMY_OBLAST = "UA59000000000057109"
AT = datetime(2025, 3, 14, 4, 20, tzinfo=UTC)

SOURCES = {
    "watch": Source(id="watch", name="Watch", kind="monitoring-channel", home=KYIV),
    "army": Source(id="army", name="Army", kind="military"),
    "siren": Source(id="siren", name="Siren", kind="alarm-service", declares=("UA",)),
    "city": Source(id="city", name="City", kind="authority", home=KYIV),
    "paper": Source(id="paper", name="Paper", kind="media", home=KYIV),
    "foe": Source(id="foe", name="Foe", kind="party", side="ru"),
    "mayor-kyiv": Source(id="mayor-kyiv", name="Mayor of Kyiv", kind="authority", aliases=("Кличко",)),
}


@lru_cache(maxsize=1)
def reader() -> Reader:
    return Reader(load_world().lexicon, load_gazetteer(), SOURCES)


def read(text: str, source: str = "watch", at: datetime | None = AT) -> Reading:
    reading = reader().read(Report(id="m", source=source, text=text, stated_at=at))
    for claim in reading.claims:
        assert claim.evidence, "a claim without words"
        for piece in claim.evidence:
            assert text[piece.start : piece.end] == piece.quote
    return reading


def said(text: str, source: str = "watch") -> list[tuple[str, str | None, str | None]]:
    return [(c.kind, c.weapon, c.place.code if c.place else None) for c in read(text, source).claims]


def only(text: str, kind: str, source: str = "watch") -> Claim:
    found = [c for c in read(text, source).claims if c.kind == kind]
    assert len(found) == 1, (text, read(text, source).claims)
    return found[0]
