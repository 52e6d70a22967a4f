"""Files and environment made into frozen settings and the engine's world; all problems at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tocsin.config.declared import DECLARED, Setting
from tocsin.config.errors import SettingsError
from tocsin.config.register import parse_register
from tocsin.config.settings import Desk, Feed, Key, Mount, Settings

if TYPE_CHECKING:
    from tocsin.config.world import adoptions, lint_world, load_gazetteer, load_register, load_world

__all__ = [
    "DECLARED",
    "Desk",
    "Feed",
    "Key",
    "Mount",
    "Setting",
    "Settings",
    "SettingsError",
    "adoptions",
    "lint_world",
    "load_gazetteer",
    "load_register",
    "load_world",
    "parse_register",
]

_WORLD = ("adoptions", "lint_world", "load_gazetteer", "load_register", "load_world")


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever of the world was asked for
    """Import what needs the engine only when it is asked for: settings alone load fast."""
    if name in _WORLD:
        from tocsin.config import world  # noqa: PLC0415

        return getattr(world, name)
    raise AttributeError(name)
