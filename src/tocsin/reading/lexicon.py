"""The lexicon: phrases that mean something, compiled from data that a person who doesn't program can edit.

A phrase is words: ``stem*`` any ending of up to five letters, ``a|b`` either word,
``[word]`` a word that may be missing. Words are compared in the normal form of
``normalise``. Matching takes the longest phrase; a whole word beats a stem and a
longer stem a shorter one.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.model import CLAIM_KINDS, HARM_KEYS, OBJECTS, Problem, Range, Weapon
from tocsin.reading.normalise import DOT, tokenise

__all__ = ["LANGUAGES", "Lexicon", "Meaning", "compile_lexicon", "lint", "load_weapons"]

LANGUAGES = ("uk", "ru", "en", "any", "emoji")
GROUPS = (
    "cue", "weapon", "mood", "prep", "role", "compass", "side", "arrow", "state", "area", "number", "vague", "bend",
    "notcount", "speaker", "say", "skip", "harm", "group", "object", "unit", "network", "scope", "area-unit", "peace", "ignore", "force", "work", "fail", "named",
)  # fmt: skip
_RANK = {
    group: n
    for n, group in enumerate(
        [
            "weapon",
            "cue",
            "harm",
            "object",
            "mood",
            "skip",
            "ignore",
            "number",
            "vague",
            "bend",
            "speaker",
            "say",
            "area",
            "role",
            "compass",
            "group",
            "unit",
            "network",
            "fail",
            "force",
            "work",
            "scope",
        ]
    )
}
"""Which meaning of a phrase with several is tried first; the others are found by asking for them."""
_ENDING = 5
_SHORTEST, _LONGEST = 2, 24


class Meaning:
    """What a phrase means: a group (``cue``, ``weapon`` …), a value, and what else its table says."""

    __slots__ = ("claim", "emoji", "extra", "group", "value")

    def __init__(self, group: str, value: str, extra: Mapping[str, Any]) -> None:
        self.group = group
        self.value = value
        self.extra = dict(extra)
        self.claim = str(extra.get("kind", value))
        self.emoji = bool(extra.get("emoji"))

    def __repr__(self) -> str:
        return f"{self.group}.{self.value}"


class Node:
    """A place in the tree of phrases: what may follow, and what ends here."""

    __slots__ = ("meanings", "next")

    def __init__(self) -> None:
        self.next: dict[str, Node] = {}
        self.meanings: tuple[Meaning, ...] = ()


class Lexicon:
    """All phrases of all languages in one tree, and the one-word prepositions apart."""

    __slots__ = ("_atoms", "_starts", "_stems", "prepositions", "root", "weapons", "words")

    def __init__(self, weapons: Mapping[str, Weapon]) -> None:
        self.root = Node()
        self.weapons = dict(weapons)
        self.prepositions: dict[str, str] = {}
        self.words: dict[str, str] = {}
        """The language of each whole word or stem, for telling languages apart."""
        self._stems: dict[str, str] = {}
        self._atoms: dict[str, tuple[str, ...]] = {}
        self._starts: dict[str, tuple[Node, ...]] = {}

    @property
    def stems(self) -> list[str]:
        """Every stem that some phrase has, without its star."""
        return list(self._stems)

    @stems.setter
    def stems(self, stems: list[str]) -> None:
        self._stems = {stem: f"{stem}*" for stem in stems}

    def add(self, atoms: tuple[str, ...], meaning: Meaning) -> None:
        """Put a phrase in. ``atoms`` are whole words, or stems that end in a star."""
        node = self.root
        self._starts.clear()
        for atom in atoms:
            if atom.endswith("*"):
                self._stems[atom[:-1]] = atom
            node = node.next.setdefault(atom, Node())
        if all(one.group != meaning.group or one.value != meaning.value for one in node.meanings):
            node.meanings = tuple(sorted((*node.meanings, meaning), key=lambda m: _RANK.get(m.group, 99)))

    def atoms(self, word: str) -> tuple[str, ...]:
        """What a word may stand for in phrases: itself, then the stems that it begins with, longest first."""
        found = self._atoms.get(word)
        if found is None:
            size = len(word)
            stems = self._stems
            shortest = max(_SHORTEST, size - _ENDING)
            found = (
                word,
                *(stems[word[:n]] for n in range(min(size, _LONGEST), shortest - 1, -1) if word[:n] in stems),
            )
            if len(self._atoms) > 60_000:
                self._atoms.clear()
            if size < 40:
                self._atoms[word] = found
        return found

    def match(
        self, words: list[str], seps: list[int], at: int, end: int
    ) -> tuple[int, tuple[Meaning, ...]] | None:
        """The longest phrase from token ``at``: the number of its tokens and what it means."""
        word = words[at]
        starts = self._starts.get(word)
        if starts is None:
            node = self.root.next
            starts = tuple(node[atom] for atom in self.atoms(word) if atom in node)
            if len(self._starts) > 60_000:
                self._starts.clear()
            if len(word) < 40:
                self._starts[word] = starts
        best: tuple[int, tuple[Meaning, ...]] | None = None
        first = True
        for child in starts:
            if first and not child.next:
                first = False
                if best is None:
                    best = (1, child.meanings)
                continue
            found = self._deepen(child, words, seps, at + 1, end)
            if found is not None and (best is None or found[0] - at > best[0]):
                best = (found[0] - at, found[1])
        return best

    def _deepen(
        self, node: Node, words: list[str], seps: list[int], at: int, end: int
    ) -> tuple[int, tuple[Meaning, ...]] | None:
        best = (at, node.meanings) if node.meanings else None
        if at < end and node.next and seps[at] <= DOT:
            for atom in self.atoms(words[at]):
                child = node.next.get(atom)
                if child is not None:
                    found = self._deepen(child, words, seps, at + 1, end)
                    if found is not None and (best is None or found[0] > best[0]):
                        best = found
        return best


def load_weapons(text: str) -> dict[str, Weapon]:
    """The weapons of data/weapons.toml, by slug. ``ValueError`` where the file is not TOML."""
    weapons: dict[str, Weapon] = {}
    for slug, row in tomllib.loads(text).items():
        speed = row.get("speed")
        weapons[slug] = Weapon(
            slug=slug,
            klass=row["class"],
            level=row["level"],
            names=dict(row["names"]),
            speed_kmh=Range(min=speed[0], max=speed[1]) if speed else None,
            carrier=bool(row.get("carrier", False)),
            implies=tuple(row.get("implies", ())),
            aliases={one: tuple(row[one]) for one in LANGUAGES if one in row},
        )
    return weapons


_PIECE = re.compile(r"\d+|[^\W\d_]+\*?|\*|#")


_ONE_SCRIPT = re.compile(r"[a-z]+|[абвгдежзийклмнопрстуфхцчшщьюяієїыэъ]+")


def _words_of(piece: str) -> list[str]:
    """The atoms of one written word: split at letter and digit borders, folded."""
    plain = piece.removesuffix("*")
    if _ONE_SCRIPT.fullmatch(plain):
        return [piece]
    if not any(c.isalnum() for c in piece):
        return [c for c in piece if tokenise(c).words]
    star = piece.endswith("*")
    found = tokenise(piece.rstrip("*"))
    words = list(found.words)
    if star and words:
        words[-1] += "*"
    return words


def expand(phrase: str) -> Iterator[tuple[str, ...]]:
    """Every run of atoms that a written phrase stands for."""
    if "[" not in phrase and "|" not in phrase:
        run = tuple(itertools.chain.from_iterable(_words_of(w) for w in phrase.split()))
        if run:
            yield run
        return
    choices: list[list[tuple[str, ...]]] = []
    for part in re.findall(r"\[[^\]]*\]|\S+", phrase):
        optional = part.startswith("[") and part.endswith("]")
        inner = part[1:-1] if optional else part
        options = [
            tuple(itertools.chain.from_iterable(_words_of(w) for w in one.split()))
            for one in inner.split("|")
        ]
        choices.append([*options, ()] if optional else options)
    for chosen in itertools.product(*choices):
        atoms = tuple(itertools.chain.from_iterable(chosen))
        if atoms:
            yield atoms


def _tables(files: Mapping[str, str]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for name in sorted(files):
        for group, tables in tomllib.loads(files[name]).items():
            for value, row in tables.items():
                yield name, group, value, row


def compile_lexicon(
    files: Mapping[str, str], weapons: Mapping[str, Weapon]
) -> tuple[Lexicon, tuple[Problem, ...]]:
    """The lexicon of the TOML files, with the weapons' own names, and why it is empty where they are no TOML.

    What else is wrong in the phrases ``lint`` tells; it takes as long again.
    """
    lexicon = Lexicon(weapons)
    problems: list[Problem] = []
    for slug, weapon in weapons.items():
        for language, phrases in weapon.aliases.items():
            meaning = Meaning("weapon", slug, {"emoji": language == "emoji"})
            for phrase in phrases:
                _put(lexicon, phrase, meaning, language)
    try:
        tables = list(_tables(files))
    except tomllib.TOMLDecodeError as error:
        wrong = Problem(
            where="data/lexicon", what=str(error), remedy="Mend the TOML at the place that it names."
        )
        return lexicon, (wrong,)
    for _name, group, value, row in tables:
        extra = {k: v for k, v in row.items() if k not in LANGUAGES and k != "note"}
        for language in LANGUAGES:
            meaning = Meaning(group, value, {**extra, "emoji": True} if language == "emoji" else extra)
            for phrase in row.get(language, ()):
                if group == "prep":
                    for word in _words_of(phrase):
                        lexicon.prepositions.setdefault(word, value)
                else:
                    _put(lexicon, phrase, meaning, language)
    return lexicon, tuple(problems)


def _put(lexicon: Lexicon, phrase: str, meaning: Meaning, language: str) -> None:
    for atoms in expand(phrase):
        lexicon.add(atoms, meaning)
        if language in ("uk", "ru", "en"):
            for atom in atoms:
                lexicon.words.setdefault(atom, language)


def lint(files: Mapping[str, str], weapons: Mapping[str, Weapon]) -> tuple[Problem, ...]:
    """What is wrong in the phrases: duplicates, contradictions, dead phrases, unknown groups and values."""
    problems: list[Problem] = []
    seen: dict[tuple[str, ...], tuple[str, str, str]] = {}

    def say(where: str, what: str, remedy: str) -> None:
        problems.append(Problem(where=where, what=what, remedy=remedy))

    try:
        tables = list(_tables(files))
    except tomllib.TOMLDecodeError:
        return ()
    rows: list[tuple[str, str, str, Mapping[str, Any]]] = [
        *(("weapons.toml", "weapon", slug, weapon.aliases) for slug, weapon in weapons.items()),
        *tables,
    ]
    for name, group, value, row in rows:
        where = f"{name} [{group}.{value}]"
        _lint_table(say, where, group, value, row)
        for language in LANGUAGES:
            for phrase in row.get(language, ()):
                runs = list(expand(phrase))
                if not runs:
                    say(
                        where, f"the phrase “{phrase}” has no words", "Write at least one word, or delete it."
                    )
                if any(
                    atom == "*" or (atom.endswith("*") and len(atom) <= _SHORTEST)
                    for run in runs
                    for atom in run
                ):
                    say(
                        where, f"the stem of “{phrase}” is too short to mean anything", "Write a longer stem."
                    )
                for run in runs:
                    _lint_run(say, seen, where, (f"{group}.{value}", phrase, language), run)
    return tuple(problems)


def _lint_table(say: Any, where: str, group: str, value: str, row: Mapping[str, Any]) -> None:  # noqa: ANN401
    if group not in GROUPS:
        say(where, f"the group “{group}” is unknown", "Use one of " + ", ".join(GROUPS) + ".")
    if group == "object" and value not in OBJECTS:
        say(where, "is no object of the contract", "Use a value of CONTRACT, Objects.")
    if group == "harm" and value not in HARM_KEYS:
        say(where, "is no key of harm", "Use a key of model.HARM_KEYS.")
    kind = row.get("kind")
    if kind is not None and kind not in CLAIM_KINDS:
        say(where, f"the kind “{kind}” is no claim kind", "Use a value of CONTRACT, Kinds.")


def _lint_run(
    say: Any,  # noqa: ANN401
    seen: dict[tuple[str, ...], tuple[str, str, str]],
    where: str,
    said: tuple[str, str, str],
    run: tuple[str, ...],
) -> None:
    """Compare a run of atoms with what stood before it: twice in one table and language, or for two weapons."""
    name, phrase, language = said
    group = name.split(".", maxsplit=1)[0]
    known = seen.get(run)
    if known is None:
        seen[run] = said
    elif known[0] == name and known[2] == language:
        if "|" not in phrase and "[" not in phrase:
            say(where, f"the phrase “{phrase}” stands twice", "Delete one of the two.")
    elif group == "weapon" and known[0].startswith("weapon.") and known[0] != name:
        say(where, f"the phrase “{phrase}” also means {known[0]}", "Decide for one of the two.")
