"""What a telephone is told of an area: small, in all languages, with the moment until which it may be believed.

The telephone chooses the language, so that we need not keep it (R38).
"""

from __future__ import annotations

from datetime import datetime

from tocsin.codec import encode, instant
from tocsin.model import AreaState
from tocsin.render.cap import Message, advice, headline
from tocsin.render.naming import clean
from tocsin.render.page import state_word
from tocsin.render.words import LANGUAGES, Words, bundled

__all__ = ["notice"]

_LONGEST = 240
"""Characters of a text: all languages together must fit a push message (4096 bytes, RFC 8030)."""


def notice(state: AreaState, what: Message, number: int, now: datetime, until: datetime) -> bytes:
    """Write what is told of an area's state; ``what`` is the message of the change that moved it."""
    told = {
        "area": state.area.code,
        "state": state.state,
        "level": state.level,
        "contradicted": state.contradicted,
        "n": number,
        "at": instant(now),
        "valid_until": instant(until),
        "status": what.issuer.status,
        "say": {lang: _said(state, what, bundled(lang)) for lang in LANGUAGES},
    }
    return encode(told)


def _said(state: AreaState, what: Message, words: Words) -> dict[str, str]:
    word = state_word(state, words)
    title = f"{word[:1].upper()}{word[1:]}: {clean(words.area(state.area))}"
    if what.issuer.status != "Actual":
        title = f"{words.say(f'cap.{what.issuer.status.lower()}')} {title}"
    since = what.alert.valid.end if what.closing else what.alert.valid.start
    when = words.say("cap.ended" if what.closing else "cap.since", when=words.when(since or what.sent))
    body = f"{headline(what, words)}. {when} {advice(what, words)}"
    return {"title": _short(title, _LONGEST // 2), "body": _short(body, _LONGEST)}


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rpartition(" ")[0] + "…"
