"""Every setting that there is: its name, its kind, what it is when nobody says anything, what it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

__all__ = ["DECLARED", "Setting", "duration", "size"]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?")
_SIZE = re.compile(r"(\d+)\s*(B|KB|KiB|MB|MiB)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {"B": 1, "KB": 1000, "KiB": 1024, "MB": 1_000_000, "MiB": 1_048_576}


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text")
    return value.strip()


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("a whole number")  # noqa: TRY004 - one kind of refusal
    try:
        return int(value)
    except ValueError:
        raise ValueError("a whole number") from None


def _port(value: object) -> int:
    number = _whole(value)
    if not 0 <= number <= 65535:
        raise ValueError("a port from 0 to 65535")
    return number


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"1", "true", "yes", "on"}:
        return True
    if isinstance(value, str) and value.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("true or false")


def duration(value: object) -> float:
    """Return seconds of a duration such as ``30s``, ``5m``, ``24h`` or a bare number of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if isinstance(value, str) and (found := _DURATION.fullmatch(value.strip())):
        return float(found[1]) * _SECONDS[found[2] or "s"]
    raise ValueError("a duration such as 30s, 5m or 24h")


def size(value: object) -> int:
    """Return bytes of a size such as ``256KiB``, ``4MB`` or a bare number of bytes."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, str) and (found := _SIZE.fullmatch(value.strip())):
        return int(found[1]) * _BYTES[found[2] or "B"]
    raise ValueError("a size such as 256KiB or 4MB")


def _credential(value: object) -> str:
    text = _text(value)
    if len(text) < 16 or not text.isascii():
        raise ValueError("a secret of at least 16 ASCII characters")
    return text


def _url(value: object) -> str:
    text = _text(value).rstrip("/")
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise ValueError("an address that begins with http:// or https://")
    return text


def _language(value: object) -> str:
    if value not in {"uk", "ru", "en"}:
        raise ValueError("uk, ru or en")
    return str(value)


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A setting: ``name`` in tocsin.toml, ``TOCSIN_NAME`` in the environment."""

    name: str
    take: Callable[[object], Any]
    default: Any
    does: str
    path: bool = False
    """A file name, relative to the file that names it."""

    @property
    def variable(self) -> str:
        """The environment variable that says the same."""
        return f"TOCSIN_{self.name.upper()}"


def _s(
    name: str, take: Callable[[object], Any], default: object, does: str, *, path: bool = False
) -> Setting:
    return Setting(name=name, take=take, default=default, does=does, path=path)


DECLARED = (
    _s("host", _text, "127.0.0.1", "address that the server listens on"),
    _s("port", _port, 8420, "port that the server listens on; 0 takes a free one"),
    _s("journal", _text, "tocsin.db", "the journal file", path=True),
    _s("open", _flag, False, "for trying things on one machine: loopback only, reports need no key"),
    _s("demo", _flag, False, "marks every page and message as a demonstration (CAP status Test)"),
    _s("exercise", _flag, False, "marks every page and message as an exercise (CAP status Exercise)"),
    _s("shadow", _flag, False, "publishes to nobody: reports, health, the score and the desk alone answer"),
    _s("base_url", _url, None, "address under which readers reach the server, for links and CAP"),
    _s("language", _language, "uk", "language of pages where the reader asks for none"),
    _s("desk_token", _credential, None, "bearer token of the desk, which sees what is embargoed"),
    _s("sources", _text, None, "a register of sources that adds to the bundled one", path=True),
    _s("policy", _text, None, "another alert policy in place of the bundled one", path=True),
    _s(
        "shadow_policy",
        _text,
        None,
        "a policy that runs beside the live one, told to the desk alone",
        path=True,
    ),
    _s("embargo", _text, None, "another embargo policy in place of the bundled one", path=True),
    _s("max_body", size, 4 * 1024 * 1024, "largest request body that is read"),
    _s("rate", _whole, 12_000, "reports a minute that one source may send before 429"),
    _s("replay_window", duration, 300.0, "how far the time of a signed request may be off"),
    _s("heartbeat", duration, 5.0, "pause between heartbeats on streams"),
    _s(
        "stream_buffer",
        size,
        1024 * 1024,
        "bytes that may wait for a slow reader over a heartbeat before it is dropped",
    ),
    _s("max_streams", _whole, 20_000, "streams open at once before 503"),
    _s("sender", _text, "tocsin.invalid", "who sends our CAP messages: a name that is yours alone"),
    _s("cap_key", _text, None, "PEM file with the key and certificate that sign CAP messages", path=True),
)
