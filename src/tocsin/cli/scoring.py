"""The command that scores: what alerts were followed by, and how far ahead they came (R21, R22)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tocsin.cli.door import fail, in_order, out, tell, world_of

if TYPE_CHECKING:
    from tocsin.decisions.score import Leads, Score

__all__ = ["COMMANDS"]


@click.command()
@click.argument("files", metavar="JOURNAL-OR-FILE…", nargs=-1, required=True)
@click.option("--area", help="Keep to one area and what lies in it, by its code.")
@click.option(
    "--public", is_flag=True, help="Count only what was published (the embargo holds the rest back)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def score(files: tuple[str, ...], area: str | None, *, public: bool, as_json: bool) -> None:
    """Count by area and threat how many alerts were followed by a track, an explosion, an impact; lead times."""
    from tocsin import codec
    from tocsin.decisions.score import Scorer
    from tocsin.model import Entry
    from tocsin.outlets.fold import Fold

    rows, sources, problems, unread = in_order(files)
    tell(problems)
    if not rows:
        fail(", ".join(files), "holds no report", "Give a journal, JSON lines or a story.")
    world = world_of(told=sources)
    if area is not None and world.places.area(area) is None:
        fail(area, "is no area that we know", "Give a KATOTTG code, such as UA80000000000093317.")
    fold = Fold(world)
    scorer = Scorer(world.places)
    for number, (at, body) in enumerate(rows, start=1):
        if public:
            fold.enter(Entry(number=number, recorded_at=at, body=body))
            scorer.take(one.change for one in fold.publication.after(scorer.number))
        else:
            scorer.take(fold.state.advance(at))
            scorer.take(fold.state.step(Entry(number=number, recorded_at=at, body=body)).changes)
    found = scorer.score(area)
    if as_json:
        out(codec.encode(found))
    else:
        click.echo("\n".join(score_lines(found)))
    sys.exit(2 if unread else 0)


def score_lines(found: Score) -> Iterator[str]:
    """Give a score line by line."""
    yield (
        f"Within the alert, and at least {found.window // 60} minutes from its raise; official alarms that a warning "
        f"came before (within {found.ahead // 3600} h): {found.warned} of {found.warned + found.unwarned}; "
        f"possible attacks: {found.possible_attacks}"
    )
    for one in found.tallies:
        yield (
            f"{one.layer:<8} {one.area.name}, {one.cause}: {one.alerts} alerts ({one.standing} stand, {one.revoked} revoked); "
            f"track {one.track}, explosion {one.explosion}, impact {one.impact}"
            + _lead("official alarm", one.to_official)
            + _lead("explosion", one.to_explosion)
        )


def _lead(what: str, leads: Leads) -> str:
    if leads.n == 0 or leads.median is None:
        return ""
    return f"; lead to the {what} {leads.median / 60:+.1f} min ({leads.n}, {leads.negative} negative)"


COMMANDS = (score,)
