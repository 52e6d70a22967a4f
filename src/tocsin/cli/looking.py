"""Commands that look: read, replay, picture, explain, sitrep."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tocsin.cli.door import MOMENT, ZONE, fail, in_order, out, read_bytes, tell, world_of

if TYPE_CHECKING:
    from tocsin.decisions.explain import Explanation
    from tocsin.engine import State, Step
    from tocsin.model import Change, Entry, Picture, Problem

__all__ = ["COMMANDS"]


@click.command()
@click.argument("file", default="-")
@click.option("--source", default="unknown", help="The source's id in the register, for plain text.")
@click.option("--at", type=MOMENT, help="When the source said it.")
@click.option("--places", "pack", default="ua", type=click.Choice(["ua"]), help="The country pack.")
@click.option("--sources", "register", type=str, help="A register that adds to the bundled one.")
def read(file: str, source: str, at: datetime | None, pack: str, register: str | None) -> None:  # noqa: ARG001
    """Print what reports say, a JSON line a report: plain text, or JSON lines."""
    from tocsin import codec
    from tocsin.model import Deletion, Problem, Reading, Report
    from tocsin.reading import Reader

    data = read_bytes(file)
    world = world_of(register)
    reader = Reader(world.lexicon, world.places, world.register)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        from tocsin.sources.push import parse_line

        taken = 0
        for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
            if not line.strip():
                continue
            body, found = parse_line(line, f"{file}:{number}")
            taken += body is not None
            if isinstance(body, Report):
                reading = reader.read(body)
                out(codec.encode(msgspec.structs.replace(reading, problems=(*found, *reading.problems))))
            elif isinstance(body, Deletion):
                note = Problem(
                    where=f"{file}:{number}",
                    what=f"deletes report {body.deletes}",
                    remedy="Nothing to read; a replay or a server takes the report back.",
                )
                out(codec.encode(Reading(report=body.id, language="und", claims=(), problems=(note,))))
            else:
                out(codec.encode({"report": None, "language": None, "claims": [], "problems": found}))
                tell(found)
        sys.exit(0 if taken else 2)
    problems: tuple[Problem, ...] = ()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8-sig", "replace")
        problems = (
            Problem(
                where=f"{file}: byte {error.start}",
                what="is not UTF-8; what could not be decoded was replaced",
                remedy="Send the text as UTF-8.",
            ),
        )
    report = Report(id=hashlib.sha256(data).hexdigest()[:16], source=source, text=text, stated_at=at)
    reading = reader.read(report)
    out(codec.encode(msgspec.structs.replace(reading, problems=(*problems, *reading.problems))))


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--sources", "register", help="A register that adds to the bundled one.")
@click.option("--policy", help="Another policy, for a what-if.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines.")
@click.option("--until", type=MOMENT, help="Stop at this time: the world as it was known then.")
def replay(
    files: tuple[str, ...], register: str | None, policy: str | None, as_json: bool, until: datetime | None
) -> None:
    """Fold reports as if each arrived when it was stated; print every change, then the picture.

    FILE is JSON lines, a story, or a journal. With --policy also what that policy gains, loses, tells earlier or
    later than the one in force.
    """
    from tocsin import codec
    from tocsin.cli.comparing import alerts_of, comparison_lines, live_alerts
    from tocsin.decisions.comparing import compare
    from tocsin.engine import State
    from tocsin.model import Adoption, Entry
    from tocsin.render.text import change_line, picture_text

    rows, sources, problems, unread = in_order(files)
    if problems and not rows:
        tell(problems)
        fail(", ".join(files), "holds no report", "Give JSON lines, a story or a journal.")
    tell(problems)
    live = rows
    if policy is not None:
        # What the journal itself adopted is what the other policy is compared with.
        rows = [row for row in rows if not (isinstance(row[1], Adoption) and row[1].kind == "policy")]
    state = State(world_of(register, policy, sources))
    told: list[Change] = []
    failed = 0

    def show(changes: tuple[Change, ...]) -> None:
        if policy is not None:
            told.extend(alerts_of(changes))
        for change in changes:
            if as_json:
                out(codec.encode(codec.change_json(change)))
            else:
                click.echo(change_line(change, ZONE))

    for number, (at, body) in enumerate(rows, start=1):
        if until is not None and at > until:
            break
        show(state.advance(at))
        step = state.step(Entry(number=number, recorded_at=at, body=body))
        tell(step.problems)
        show(step.changes)
        failed += step.failed
    if until is not None:
        show(state.advance(until))
    picture = state.picture()
    compared = None
    if policy is not None:
        beside = world_of(register, None, sources)
        compared = compare(live_alerts(beside, live, until), told)
    if as_json:
        # The last line is the picture's, whatever stands beside it.
        beside_it = {} if compared is None else {"compared": compared}
        out(codec.encode({"picture": codec.picture_json(picture), **beside_it}))
    else:
        click.echo()
        click.echo(picture_text(picture, ZONE))
        if compared is not None:
            click.echo("\n" + "\n".join(comparison_lines(compared, "the policy in force", str(policy))))
    sys.exit(2 if unread else 1 if failed else 0)


def entries_of(journal: str, known_at: datetime | None) -> Iterator[Entry]:
    """Give a journal's entries recorded up to ``known_at``."""
    from tocsin.journal import Journal

    if not Path(journal).is_file():
        fail(journal, "is no journal", "Name a file that `tocsin serve` wrote.")
    with Journal.open(Path(journal), read_only=True) as book:
        for note in book.notes:
            click.echo(f"{journal}: {note}", err=True)
        for entry in book.entries():
            if known_at is not None and entry.recorded_at > known_at:
                return
            yield entry


def steps_of(state: State, journal: str, known_at: datetime | None) -> Iterator[tuple[Entry, Step]]:
    """Fold a journal and give each entry with its step, what fell due before it included."""
    for entry in entries_of(journal, known_at):
        due = state.advance(entry.recorded_at)
        step = state.step(entry)
        yield entry, msgspec.structs.replace(step, changes=(*due, *step.changes))


def remembered(journal: str, at: datetime | None, known_at: datetime | None) -> Picture | None:
    """Return the picture as the annals beside a journal tell it; None where they don't reach so far."""
    from tocsin.config.fingerprint import code_print
    from tocsin.journal import Journal
    from tocsin.outlets.annals import Annals, micros
    from tocsin.outlets.past import Past
    from tocsin.outlets.snapshot import ANNALS, SUFFIX, header

    told = header(Path(journal + SUFFIX), code := code_print())
    if told is None or known_at is None:
        return None
    with Journal.open(Path(journal), read_only=True, check=False, trusted=(told.entry, told.hash)) as book:
        annals = Annals.beside(Path(journal + ANNALS), code, book.hash_of(1) or "")
        if book.hash_of(told.entry) != told.hash or annals is None:
            return None
    world = world_of()
    try:
        if annals.counters.reached <= micros(known_at):
            return None
        return Past(annals, world.places, world.register).ask(at, known_at, desk=True).picture
    finally:
        annals.close()


def folded(journal: str, at: datetime | None, known_at: datetime | None) -> Picture:
    """Return the picture that folding a journal gives."""
    from tocsin.engine import State
    from tocsin.outlets.moment import picture_at

    state = State(world_of())
    changes = [change for _, step in steps_of(state, journal, known_at) for change in step.changes]
    if known_at is not None:
        changes += state.advance(known_at)
    view = state.picture()
    return view if at is None else picture_at(changes, at, view)


@click.command()
@click.argument("journal")
@click.option("--at", type=MOMENT, help="The moment in the world.")
@click.option("--known-at", type=MOMENT, help="What was known by then.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def picture(journal: str, at: datetime | None, known_at: datetime | None, as_json: bool) -> None:
    """Show the state of the world at a time, as it was known at a time."""
    from tocsin import codec
    from tocsin.render.text import picture_text

    view = remembered(journal, at, known_at) or folded(journal, at, known_at)
    if as_json:
        out(codec.encode({"picture": codec.picture_json(view)}))
    else:
        click.echo(picture_text(view, ZONE))


def explained_lines(found: Explanation) -> Iterator[str]:
    """Give an explanation line by line: each change, its rule, and the words that moved it."""
    from tocsin.render.text import clock, one_line

    yield f"{found.type} {found.id}"
    for moment in found.moments:
        level = f" {moment.level}" if moment.level else ""
        yield f"\n{clock(moment.at, ZONE)}  {moment.verb}{level}  (change {moment.change})"
        if moment.rule:
            yield f"  rule {moment.rule}: {moment.rule_why or 'its why is in another policy'}"
        if moment.why and moment.why != moment.rule_why:
            yield f"  because {moment.why}"
        for order in moment.orders:
            yield f"  by order of {order.operator}: {one_line(order.why)}"
        for words in moment.words:
            quotes = " … ".join(f"«{one_line(quote, 300)}»" for quote in words.quotes)
            relayed = f", relaying {words.forwarded_from}" if words.forwarded_from else ""
            said = clock(words.stated_at or words.received_at, ZONE)
            yield f"  {said} {words.source}{relayed} ({words.claim.kind}): {quotes}"
            if words.url:
                yield f"    {words.url}"
    if found.against:
        yield "\nagainst it:"
        for words in found.against:
            quotes = " … ".join(f"«{one_line(quote, 300)}»" for quote in words.quotes)
            said = clock(words.stated_at or words.received_at, ZONE)
            yield f"  {said} {words.source} ({words.claim.kind}, {words.claim.stance}): {quotes}"
    if found.related:
        yield "\nresting on the same words: " + ", ".join(found.related)


@click.command()
@click.argument("journal")
@click.argument("wanted", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(journal: str, wanted: str, as_json: bool) -> None:
    """Show the rule, the claims and the quoted words behind an alert, incident, ledger line or withheld alert."""
    from tocsin import codec
    from tocsin.decisions.explain import explain as explained
    from tocsin.decisions.policy import load_policy
    from tocsin.engine import State
    from tocsin.model import Adoption

    world = world_of()
    state = State(world)
    pairs = list(steps_of(state, journal, None))
    adopted = [e.body for e, _ in pairs if isinstance(e.body, Adoption) and e.body.kind == "policy"]
    policies = [load_policy(one.body)[0] for one in adopted]
    known = [policy for policy in (*policies, world.policy) if policy is not None]
    found = explained(wanted, pairs, known)
    if found is None:
        fail(wanted, "is the id of nothing in this journal", "`tocsin picture JOURNAL --json` lists ids.")
    if as_json:
        out(codec.encode(found))
    else:
        click.echo("\n".join(explained_lines(found)))


@click.command()
@click.argument("journal")
@click.option("--area", help="Keep to one area, by its code.")
@click.option("--known-at", type=MOMENT, help="What was known by then; the journal's end otherwise.")
@click.option("--since", type=MOMENT, help="Add what changed after this time.")
@click.option("--format", "form", type=click.Choice(["md", "html", "json", "pdf"]), default="md")
@click.option("--lang", type=click.Choice(["uk", "ru", "en"]), default="uk")
def sitrep(
    journal: str, area: str | None, known_at: datetime | None, since: datetime | None, form: str, lang: str
) -> None:
    """Print a situation report in which each sentence carries the ids of its claims."""
    from tocsin.engine import State
    from tocsin.render.map import sheet
    from tocsin.render.naming import Names
    from tocsin.render.sitrep import sitrep as write
    from tocsin.render.sitrep_forms import to_html, to_json, to_markdown
    from tocsin.render.sitrep_map import ground_of
    from tocsin.render.story import Quote

    world = world_of()
    if area is not None and world.places.area(area) is None:
        fail(area, "is no area that we know", "Give a KATOTTG code, such as UA80000000000093317.")
    state = State(world)
    changes: list[Change] = []
    quotes: dict[str, Quote] = {}
    last: datetime | None = None
    for entry, step in steps_of(state, journal, known_at):
        changes += step.changes
        last = entry.recorded_at
        for claim in step.reading.claims if step.reading else ():
            quotes[claim.id] = Quote(
                source=claim.source,
                quote=" … ".join(words.quote for words in claim.evidence),
                stated_at=getattr(entry.body, "stated_at", None),
                url=getattr(entry.body, "url", None),
            )
    if last is None:
        fail(journal, "holds no entry", "Name a journal that reports were sent to.")
    if known_at is not None:
        changes += state.advance(known_at)
    made = write(
        state.picture(),
        changes,
        lang,
        names=Names(register=state.register, weapons=world.weapons),
        ref=world.places.ref,
        known_at=known_at or last,
        area=world.places.ref(area) if area else None,
        covers=world.places.covers,
        since=since,
        quotes=quotes,
        map_of=lambda shown, code: ground_of(
            shown, code, world.places, lambda codes: sheet(codes, world.places)
        ),
    )
    if form == "json":
        out(to_json(made))
    elif form == "pdf":
        from tocsin.render.sitrep_pdf import to_pdf

        sys.stdout.buffer.write(to_pdf(made))
    else:
        click.echo((to_html if form == "html" else to_markdown)(made))


COMMANDS = (read, replay, picture, explain, sitrep)
