"""A compiled lexicon as bytes: what a cache keeps, so that a start need not read and expand the tables again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.model import Weapon
from tocsin.reading.lexicon import Lexicon, Meaning, Node

__all__ = ["pack", "unpack"]


class _Packed(msgspec.Struct, array_like=True):
    """The tree in preorder: for each node which meanings end there, and its children by atom."""

    meanings: list[tuple[str, str, dict[str, Any]]]
    ends: list[list[int]]
    """Every combination of meanings that some node has; the first is none."""
    nodes: list[tuple[int, dict[str, int]]]
    prepositions: dict[str, str]
    words: dict[str, str]
    stems: list[str]


def pack(lexicon: Lexicon) -> bytes:
    """The bytes of a lexicon without its weapons; the same lexicon gives the same bytes."""
    meanings: list[Meaning] = []
    number: dict[int, int] = {}
    ends: dict[tuple[int, ...], int] = {(): 0}
    nodes: list[tuple[int, dict[str, int]]] = []
    waiting: list[tuple[Node, dict[str, int] | None, str]] = [(lexicon.root, None, "")]
    while waiting:
        node, above, atom = waiting.pop()
        said = []
        for meaning in node.meanings:
            if id(meaning) not in number:
                number[id(meaning)] = len(meanings)
                meanings.append(meaning)
            said.append(number[id(meaning)])
        children: dict[str, int] = {}
        if above is not None:
            above[atom] = len(nodes)
        nodes.append((ends.setdefault(tuple(said), len(ends)), children))
        waiting.extend((child, children, name) for name, child in sorted(node.next.items(), reverse=True))
    return msgspec.msgpack.encode(
        _Packed(
            meanings=[(m.group, m.value, m.extra) for m in meanings],
            ends=[list(one) for one in ends],
            nodes=nodes,
            prepositions=lexicon.prepositions,
            words=lexicon.words,
            stems=lexicon.stems,
        )
    )


def unpack(data: bytes, weapons: Mapping[str, Weapon]) -> Lexicon:
    """The lexicon of packed bytes; ``msgspec.MsgspecError`` where they are none."""
    packed = msgspec.msgpack.decode(data, type=_Packed)
    lexicon = Lexicon(weapons)
    meanings = [Meaning(group, value, extra) for group, value, extra in packed.meanings]
    ends = [tuple(meanings[n] for n in one) for one in packed.ends]
    nodes = [Node() for _ in packed.nodes]
    for node, (end, children) in zip(nodes, packed.nodes, strict=True):
        if end:
            node.meanings = ends[end]
        if children:
            node.next = {atom: nodes[n] for atom, n in children.items()}
    lexicon.root = nodes[0]
    lexicon.prepositions = packed.prepositions
    lexicon.words = packed.words
    lexicon.stems = packed.stems
    return lexicon
