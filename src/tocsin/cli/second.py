"""``check corpus --reader model``: where a language model reads the corpus otherwise than the rules."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from tocsin.cli.door import fail, tell, world_of

__all__ = ["compare_readers"]


def compare_readers(directory: Path, config: str | None, limit: int) -> int:
    """Ask the model of the settings about texts of the corpus, tell what differs; how many got no answer.

    Held-out texts are not asked about: nobody is to see what they say.
    """
    from tocsin.config import Settings
    from tocsin.reading import Reader, corpus
    from tocsin.reading.second import disagreements
    from tocsin.sources.model_reader import ModelReader

    chosen = Settings.load(config, os.environ).model
    if chosen is None:
        fail(
            "--reader model",
            "needs a model",
            "Name a file with [reading.model] by --config (docs/settings.md).",
        )
    texts = {
        str(one.relative_to(directory)): one.read_text("utf-8") for one in directory.rglob("*.dev.jsonl")
    }
    rows, problems = corpus.load(texts)
    tell(problems)
    world = world_of()
    rules = Reader(world.lexicon, world.places, world.register | corpus.register(rows))
    model = ModelReader(
        chosen.url, chosen.name, world.weapons, key=chosen.key or None, timeout=chosen.timeout
    )

    def meant(name: str) -> frozenset[str]:
        return frozenset(area.code for area in world.places.search(name, 20))

    async def ask() -> None:
        async with model.client() as client:
            for row in rows[:limit]:
                opinion = await model.opinion(client, row.report)
                if opinion is None:
                    continue
                for one in disagreements(rules.read(row.report).claims, opinion, row.text, meant):
                    click.echo(
                        f"{row.id} {one.what} {one.claim} {one.field}: {one.rules or '–'} → {one.model or '–'}"
                    )

    asyncio.run(ask())
    tell(model.problems)
    click.echo(f"model {chosen.name}: {model.asked} texts asked about, {model.failed} without an answer")
    return model.failed
