"""Commands that check: check, verify, places."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import msgspec

from tocsin.cli.door import fail, read_bytes, tell, world_of

__all__ = ["COMMANDS"]


def _policy(path: str | None = None) -> int:
    """Check the bundled policy, or one of your own."""
    from tocsin.config.world import bundled
    from tocsin.decisions.checking import check_policy
    from tocsin.decisions.embargo import check_embargo, load_embargo
    from tocsin.decisions.policy import load_policy

    world = world_of()
    if path is None:
        policy, problems = load_policy(bundled("policy", "ua.toml").read_text("utf-8"))
    else:
        policy, problems = load_policy(read_bytes(path).decode("utf-8", "replace"), path)
    embargo, gaps = load_embargo(bundled("policy", "embargo-ua.toml").read_text("utf-8"))
    found = tell((*problems, *gaps, *check_embargo(embargo)))
    if policy is not None:
        found += tell(check_policy(policy, world.places, world.weapons))
        rules = [rule for rule in policy.rules if not rule.group]
        cases = [case for rule in rules for case in rule.case]
        click.echo(f"policy: {len(rules)} rules, {len(cases)} cases, {found} problems")
    return found


def _lexicon(directory: Path | None = None) -> int:
    from tocsin.config.world import bundled, lint_world
    from tocsin.reading.lexicon import lint, load_weapons
    from tocsin.reading.phrases import dead, phrases_of, unused

    weapons = load_weapons(bundled("weapons.toml").read_text("utf-8"))
    files = {
        one.name: one.read_text("utf-8")
        for one in sorted(bundled("lexicon").iterdir(), key=lambda one: one.name)
        if one.name.endswith(".toml")
    }
    found = tell((*lint(files, weapons), *dead(files, weapons), *lint_world()))
    count = sum(1 for _ in phrases_of(files, weapons))
    click.echo(f"lexicon: {len(files)} files, {len(weapons)} weapons, {count} phrases, {found} problems")
    texts = list(_texts(directory)) if directory is not None else []
    if texts:
        left = unused(files, weapons, texts)
        by_table = Counter(phrase.value for phrase in left).most_common(8)
        told = ", ".join(f"{value} {n}" for value, n in by_table)
        click.echo(
            f"no text of {directory} uses {len(left)} phrases ({100 * len(left) / count:.0f} %): {told}"
        )
    return found


def _texts(directory: Path) -> Iterator[str]:
    """Give the words of the labelled texts, and of the stories beside them."""
    for one in sorted(directory.rglob("*.jsonl")):
        for line in one.read_text("utf-8").splitlines():
            row = msgspec.json.decode(line) if line.strip() else {}
            yield str(row.get("text", ""))
    for one in sorted((directory.parent / "stories").glob("*.story")):
        yield one.read_text("utf-8")


def _places() -> int:
    from tocsin.config.world import bundled
    from tocsin.places import lint

    tables = {
        one.name: one.read_bytes()
        for one in sorted(bundled("places").iterdir(), key=lambda one: one.name)
        if one.name.endswith(".tsv")
    }
    found = tell(lint(tables))
    click.echo(f"places: {len(tables)} tables, {found} problems")
    return found


def _corpus(directory: Path, *, aloud: bool = False) -> int:
    from tocsin.reading import Reader, corpus

    texts = {str(one.relative_to(directory)): one.read_text("utf-8") for one in directory.rglob("*.jsonl")}
    rows, problems = corpus.load(texts)
    world = world_of()
    faults = (
        *problems,
        *corpus.lint(rows, world.weapons, lambda code: world.places.area(code) is not None),
    )
    found = tell(faults)
    reader = Reader(world.lexicon, world.places, world.register | corpus.register(rows))
    score = corpus.score(rows, reader.read)
    if aloud:
        click.echo(corpus.table(score))
    found += len(score.bad_spans)
    click.echo(f"corpus: {len(rows)} texts, {found} problems")
    return found


CHECKS: dict[str, Callable[[], int]] = {"policy": _policy, "lexicon": _lexicon, "places": _places}


@click.command()
@click.argument("what", required=False, type=click.Choice([*CHECKS, "corpus"]))
@click.option("--corpus", "directory", default="tests/corpus", help="Where the labelled texts are.")
@click.option("--reader", type=click.Choice(["rules", "model"]), default="rules", help="Whose readings.")
@click.option("--config", help="The settings that name a model.")
@click.option("--limit", default=200, help="At most so many texts for a model.")
@click.option("--policy", help="A policy of your own, in place of the bundled one.")
def check(
    what: str | None, directory: str, reader: str, config: str | None, limit: int, policy: str | None
) -> None:
    """Lint the data and run its cases: policy, lexicon, places, corpus, or all that is here.

    With --reader model, list where the language model of the settings reads the corpus otherwise than the rules.
    """
    folder = Path(directory)
    if what == "corpus" and reader == "model" and folder.is_dir():
        from tocsin.cli.second import compare_readers

        found = compare_readers(folder, config, limit)
    elif what == "corpus":
        if not folder.is_dir():
            fail(directory, "is no directory of labelled texts", "Name one with --corpus DIR.")
        found = _corpus(folder, aloud=True)
    elif what == "lexicon":
        found = _lexicon(folder)
    elif policy is not None:
        found = _policy(policy)
    elif what is not None:
        found = CHECKS[what]()
    else:
        found = sum(run() for run in CHECKS.values())
        if folder.is_dir():
            found += _corpus(folder)
    sys.exit(1 if found else 0)


@click.command()
@click.argument("path", metavar="JOURNAL-OR-LOG")
@click.option(
    "--key",
    "key_files",
    multiple=True,
    help="The published key (json.pub) that a log must be signed with; again for each that signed it before.",
)
def verify(path: str, key_files: tuple[str, ...]) -> None:
    """Walk the hash chain and the signatures of a journal, or of a downloaded public log, to the end."""
    from tocsin.journal import Journal

    if not Path(path).is_file():
        fail(path, "is no file", "Name a journal, or a log downloaded from /v1/log.")
    with Path(path).open("rb") as file:
        start = file.read(16)
    if not start.startswith(b"SQLite format 3\0"):
        from tocsin.outlets.verifying import is_signed, verify_log

        lines = read_bytes(path).split(b"\n")
        lines = lines[:-1] if lines[-1] == b"" else lines
        found = tell(verify_log(lines, [read_bytes(name) for name in key_files]))
        if not key_files and lines and not is_signed(lines[0]):
            click.echo(f"{path}: is not signed; the chain alone was checked", err=True)
        click.echo(f"{path}: {len(lines)} lines, {found} problems")
        sys.exit(1 if found else 0)
    with Journal.open(Path(path), read_only=True, check=False) as book:
        for note in book.notes:
            click.echo(f"{path}: {note}", err=True)
        found = tell(book.verify())
        number, head = book.head
    click.echo(f"{path}: {number} entries, head {head}, {found} problems")
    sys.exit(1 if found else 0)


@click.group()
def places() -> None:
    """Look at the areas, or replace their outlines."""


@places.command("import")
@click.argument("file", metavar="FILE.geojson")
@click.option("--source", default="imported", help="Whose outlines these are, and their licence.")
@click.option("-o", "--output", help="Write the table here, and leave what is in use alone.")
def import_(file: str, source: str, output: str | None) -> None:
    """Replace outlines by those of a GeoJSON, matched by the codes in its features' properties."""
    from tocsin.config import load_gazetteer
    from tocsin.config.world import own_outlines, replaced_outlines
    from tocsin.places import import_outlines

    table, problems = import_outlines(read_bytes(file), load_gazetteer(), source)
    found = tell(problems)
    outlines = sum(1 for line in table.splitlines() if line.strip() and not line.startswith(b"#")) - 1
    if outlines < 1:
        fail(file, "holds no area that we know", "Its features need a KATOTTG or ISO 3166-2 code.")
    target = Path(output) if output else own_outlines()
    try:
        if output is None and target.is_file():
            table = replaced_outlines(target.read_bytes(), table)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(table)
    except OSError as error:
        fail(str(target), f"cannot be written ({error.strerror})", "Name a writable file with -o.")
    used = "" if output else "; a server that starts from now on draws them"
    click.echo(f"{target}: {outlines} outlines, {found} problems{used}")


@places.command()
@click.argument("query")
def search(query: str) -> None:
    """Find areas by name, in three languages, old names included."""
    from tocsin.config import load_gazetteer

    gazetteer = load_gazetteer()
    for area in gazetteer.search(query, 10):
        above = " › ".join(gazetteer.ref(code).name for code in reversed(gazetteer.ancestors(area.code)))
        click.echo(f"{area.code}  {area.level:<10} {gazetteer.ref(area.code).name}  ({above})")


COMMANDS = (check, verify, places)
