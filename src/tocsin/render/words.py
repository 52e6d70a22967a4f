"""The words in which people are spoken to: message catalogues in Ukrainian, Russian and English.

The catalogues are gettext ``.po`` files under ``data/locale``, the desk's beside the public's; they are read as text at start, so that no compiled
file has to be kept in step. A missing message is an error here and not a bare key on somebody's telephone.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tocsin.model import AreaRef

__all__ = ["LANGUAGES", "ZONE", "Words", "bundled", "negotiate"]

LANGUAGES = ("uk", "ru", "en")
ZONE = "Europe/Kyiv"
_CATALOGUES = ("tocsin", "desk", "push")
"""What the public reads, and what only the duty desk does."""


class Words:
    """One language's messages; ``say`` and ``count`` fill a message, and refuse a key that nobody wrote."""

    def __init__(self, lang: str, *catalogues: str, zone: str = ZONE) -> None:
        self.lang = lang
        self.zone = ZoneInfo(zone)
        parsed, *others = (read_po(io.StringIO(one), locale=lang) for one in catalogues)
        for message in (m for other in others for m in other if m.id):
            parsed[message.id] = message
        self.keys = tuple(str(m.id if isinstance(m.id, str) else m.id[0]) for m in parsed if m.id)
        machine = io.BytesIO()
        write_mo(machine, parsed)
        machine.seek(0)
        self._messages = gettext.GNUTranslations(machine)
        self._known = frozenset(self.keys)

    def has(self, key: str) -> bool:
        """Whether this key has a message: vocabularies grow, and an unknown word takes a general one (R17)."""
        return key in self._known

    def say(self, key: str, **values: object) -> str:
        """Give the message of ``key`` with its places filled."""
        if key not in self._known:
            raise KeyError(f"no message {key!r} in the {self.lang} catalogue")
        text = self._messages.gettext(key)
        return text.format(**values) if values else text

    def word(self, family: str, value: str | None, otherwise: str = "other") -> str:
        """Give the word for a value of a vocabulary, or the family's general word for one that is new (R17)."""
        key = f"{family}.{value}"
        return self.say(key if key in self._known else f"{family}.{otherwise}")

    def count(self, key: str, n: int, **values: object) -> str:
        """Give the message of ``key`` in the plural form that ``n`` needs in this language."""
        if key not in self._known:
            raise KeyError(f"no message {key!r} in the {self.lang} catalogue")
        return self._messages.ngettext(key, key, n).format(n=n, **values)

    def area(self, area: AreaRef) -> str:
        """Name an area in this language, or as it is named at all."""
        return area.names.get(self.lang) or area.name

    def named(self, names: Mapping[str, str], otherwise: str) -> str:
        """Pick this language's name, then English, then what is left."""
        return names.get(self.lang) or names.get("en") or otherwise

    def clock(self, moment: datetime, *, seconds: bool = False) -> str:
        """Tell the time of day on the wall in Kyiv."""
        return moment.astimezone(self.zone).strftime("%H:%M:%S" if seconds else "%H:%M")

    def day(self, moment: datetime) -> str:
        """Tell the date on the wall in Kyiv, month in words."""
        return format_date(moment.astimezone(self.zone).date(), "d MMMM y", locale=self.lang)

    def when(self, moment: datetime, now: datetime | None = None) -> str:
        """Tell a moment: the clock alone if it is of the same Kyiv day as ``now``, else with its date."""
        if now is not None and moment.astimezone(self.zone).date() == now.astimezone(self.zone).date():
            return self.clock(moment)
        return f"{self.clock(moment)}, {self.day(moment)}"


@cache
def bundled(lang: str) -> Words:
    """Give the words of a language that the package ships; ``KeyError`` for any other."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    folder = resources.files("tocsin").joinpath("data", "locale", lang, "LC_MESSAGES")
    return Words(lang, *(folder.joinpath(f"{name}.po").read_text(encoding="utf-8") for name in _CATALOGUES))


def negotiate(header: str) -> str:
    """Choose a language for an ``Accept-Language`` header; Ukrainian where nothing fits."""
    best, best_weight = LANGUAGES[0], 0.0
    for part in header[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        lang = tag.strip().lower().split("-")[0]
        weight = 1.0
        if parameters.strip().startswith("q="):
            try:
                weight = float(parameters.strip()[2:])
            except ValueError:
                continue
        if lang in LANGUAGES and best_weight < weight <= 1:
            best, best_weight = lang, weight
    return best
