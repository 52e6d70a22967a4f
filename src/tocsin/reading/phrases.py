"""The lexicon looked at from outside: phrases that can never match, and phrases that no labelled text uses."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from tocsin.model import Problem, Weapon
from tocsin.reading.lexicon import LANGUAGES, Lexicon, compile_lexicon, expand
from tocsin.reading.normalise import DOT, SPACE, tokenise

__all__ = ["Phrase", "dead", "phrases_of", "unused"]


class Phrase(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase where it stands, with every run of atoms that it is written for."""

    where: str
    text: str
    value: str
    """``group.value`` that it means."""
    runs: tuple[tuple[str, ...], ...]


def phrases_of(files: Mapping[str, str], weapons: Mapping[str, Weapon]) -> Iterator[Phrase]:
    """Give every phrase of the tables and of the weapons; none of a file that is no TOML."""
    for slug, weapon in weapons.items():
        for language in LANGUAGES:
            for text in weapon.aliases.get(language, ()):
                yield Phrase(
                    where="weapons.toml", text=text, value=f"weapon.{slug}", runs=tuple(expand(text))
                )
    for name in sorted(files):
        try:
            groups = tomllib.loads(files[name])
        except tomllib.TOMLDecodeError:
            continue
        for group, tables in groups.items():
            for value, row in tables.items():
                for language in LANGUAGES:
                    for text in row.get(language, ()):
                        yield Phrase(
                            where=name, text=text, value=f"{group}.{value}", runs=tuple(expand(text))
                        )


def dead(files: Mapping[str, str], weapons: Mapping[str, Weapon]) -> tuple[Problem, ...]:
    """Say which phrases can never match: none of their runs finds itself when it is read."""
    lexicon, _ = compile_lexicon(files, weapons)
    found = []
    for phrase in phrases_of(files, weapons):
        group = phrase.value.split(".", maxsplit=1)[0]
        if group == "prep" or not phrase.runs:
            continue
        if not any(_reads(lexicon, run, phrase.value) for run in phrase.runs):
            found.append(
                Problem(
                    where=f"{phrase.where} [{phrase.value}]",
                    what=f"the phrase “{phrase.text}” can never match",
                    remedy="Shorten its stem to 24 letters, or delete it: another phrase says it.",
                )
            )
    return tuple(found)


def _reads(lexicon: Lexicon, run: tuple[str, ...], value: str) -> bool:
    """Whether a run finds itself, with its stems bare or with some ending."""
    for ending in ("", "щ"):
        words = [atom.removesuffix("*") + (ending if atom.endswith("*") else "") for atom in run]
        matched = lexicon.match(words, [SPACE] * len(words), 0, len(words))
        if (
            matched is not None
            and matched[0] == len(run)
            and any(f"{m.group}.{m.value}" == value for m in matched[1])
        ):
            return True
    return False


def unused(
    files: Mapping[str, str], weapons: Mapping[str, Weapon], texts: Iterable[str]
) -> tuple[Phrase, ...]:
    """Return the phrases that match in none of the texts, as they are read: the longest phrase at each word."""
    lexicon, _ = compile_lexicon(files, weapons)
    known: dict[tuple[str, ...], list[int]] = {}
    phrases = list(phrases_of(files, weapons))
    for n, phrase in enumerate(phrases):
        for run in phrase.runs:
            known.setdefault(run, []).append(n)
    seen: set[int] = set()
    for text in texts:
        for run in _matched(lexicon, text):
            seen.update(known.get(run, ()))
    return tuple(phrase for n, phrase in enumerate(phrases) if n not in seen)


def _matched(lexicon: Lexicon, text: str) -> Iterator[tuple[str, ...]]:
    """Give the runs of atoms that the phrases of a text may have been written as."""
    tokens = tokenise(text)
    words, seps = tokens.words, tokens.seps
    i = chunk = 0
    while i < len(words):
        if i >= chunk:
            chunk = i + 1
            while chunk < len(words) and seps[chunk] <= DOT:
                chunk += 1
        yield (words[i],)
        matched = lexicon.match(words, seps, i, chunk)
        size = matched[0] if matched is not None else 1
        if matched is not None:
            yield from itertools.product(*(lexicon.atoms(word) for word in words[i : i + size]))
        i += size
