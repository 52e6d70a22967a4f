"""Feed the reader whatever atheris thinks of; run by hand, not by pytest (docs/reading.md).

    uv venv /tmp/fuzz && uv pip install --python /tmp/fuzz/bin/python atheris -e .
    /tmp/fuzz/bin/python tests/fuzz_reading.py -max_total_time=300 -max_len=4000 /tmp/corpus-of-inputs

Holds for every text: no exception, every span exact, no claim without evidence, the
same claims twice. Inputs are mixed from words of the lexicon, so that they reach the grammar.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tocsin.reading"]):
    from tocsin.config import load_world
    from tocsin.model import Report, Source
    from tocsin.reading import Reader

WORLD = load_world()
KINDS = (
    "monitoring-channel",
    "media",
    "authority",
    "alarm-service",
    "military",
    "public",
    "party",
    "emergency-service",
)
READER = Reader(
    WORLD.lexicon,
    WORLD.places,
    {
        **WORLD.register,
        **{kind: Source(id=kind, name=kind, kind=kind, home="UA80000000000093317") for kind in KINDS},
    },
)
STATED = datetime(2026, 1, 12, 6, 50, tzinfo=UTC)
WORDS = sorted(word.rstrip("*") for word in WORLD.lexicon.words)


def read(data: bytes) -> None:
    """Read one input: the first byte chooses the source, two bytes a word of the lexicon where they say so."""
    provider = atheris.FuzzedDataProvider(data)
    source = KINDS[provider.ConsumeIntInRange(0, len(KINDS) - 1)]
    parts = []
    for _ in range(provider.ConsumeIntInRange(1, 40)):
        if provider.ConsumeBool():
            parts.append(WORDS[provider.ConsumeIntInRange(0, len(WORDS) - 1)])
        else:
            parts.append(provider.ConsumeUnicode(12))
        parts.append(
            provider.PickValueInList([" ", " ", ", ", "\n", ". ", " – ", ": ", "", " 3 ", " Київ ", " на "])
        )
    text = "".join(parts)
    report = Report(id="1", source=source, text=text, stated_at=STATED)
    reading = READER.read(report)
    assert reading == READER.read(report)
    for claim in reading.claims:
        assert claim.evidence, (text, claim)
        for piece in claim.evidence:
            assert text[piece.start : piece.end] == piece.quote, (text, claim)
            assert piece.quote, (text, claim)


def main() -> None:
    """Fuzz, keeping inputs in the folder that is named last."""
    folder = Path(next((one for one in reversed(sys.argv[1:]) if not one.startswith("-")), "fuzz-inputs"))
    folder.mkdir(parents=True, exist_ok=True)
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
