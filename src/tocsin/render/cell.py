"""A message as plain text for cell broadcast gateways: one page set of at most 600 UCS-2 units (3GPP TS 23.041).

What matters most comes first, because a telephone may show no more than the first lines: what and where, what
to do, since when, who says so. What does not fit is left out sentence by sentence, never cut within one.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.render.cap import Message, advice, headline
from tocsin.render.naming import Names, clean, sources
from tocsin.render.words import Words

__all__ = ["UNITS", "broadcast", "units"]

UNITS: Final = 600
_END = re.compile(r"(?<=[.!?…])\s+")
_LAST: Final = 0xFFFF


def units(text: str) -> int:
    """Count the UCS-2 units of a text; one outside the basic plane would need two and has no place here."""
    return sum(1 if ord(char) <= _LAST else 2 for char in text)


def _plain(text: str) -> str:
    """Return a text as UCS-2 can hold it: one line, no character outside the basic plane."""
    return " ".join("".join(char for char in clean(text) if ord(char) <= _LAST).split())


def broadcast(what: Message, words: Words, names: Names) -> str:
    """Write a message in one language, in at most ``UNITS`` units."""
    alert = what.alert
    moment = alert.valid.end if what.closing else alert.valid.start
    when = words.say("cap.ended" if what.closing else "cap.since", when=words.when(moment or what.sent))
    said = sources(alert.whose, names, words.lang) or words.say("cap.nobody")
    first = next(iter(sources(alert.whose[:1], names, words.lang).splitlines()), "")
    head = _plain(f"{headline(what, words)}.")
    whose = [_plain(words.say("cap.by", sources=one)) for one in (said, first) if one]
    told = [head, *_END.split(_plain(advice(what, words))), _plain(when)]
    # Who says so is owed to the reader (R6): if all of them are too many, the first; else an instruction gives way.
    for who in whose:
        text = " ".join([*told, who])
        if units(text) <= UNITS:
            return text
    kept, rest = [head], [_plain(when), *whose[-1:]]
    for sentence in told[1:-1]:
        if units(" ".join([*kept, sentence, *rest])) <= UNITS:
            kept.append(sentence)
    text = " ".join([*kept, *rest])
    return text if units(text) <= UNITS else _shortened(head)


def _shortened(text: str) -> str:
    """Cut at a word: only a name that is longer than any could make this needful."""
    if len(text) <= UNITS:
        return text
    return text[: UNITS - 1].rpartition(" ")[0] + "…"
