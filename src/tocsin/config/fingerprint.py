"""What a folded state depends on besides its journal: code, policy, places, lexicon, register, embargo."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from tocsin.codec import encode
from tocsin.config.settings import Settings
from tocsin.config.world import adoptions
from tocsin.engine import World

__all__ = ["code_print", "fingerprint"]

_DATA = (".toml", ".tsv", ".bin", ".json")
_ASIDE = ("i18n", "locale", "static", "stories", "templates")


def code_print() -> str:
    """Return a digest of our own code and data."""
    package = Path(__file__).parent.parent
    code = list(package.rglob("*.py"))
    data = [one for one in (package / "data").rglob("*") if one.suffix in _DATA]
    found = hashlib.sha256(f"{sys.version_info[:2]}\n".encode())
    for file in sorted((*code, *data)):
        if not any(part in _ASIDE for part in file.relative_to(package).parts):
            found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()[:32]


def fingerprint(settings: Settings, world: World) -> str:
    """Return a digest that is another one where the same journal might fold otherwise; it begins with the code's."""
    found = hashlib.sha256(f"{sorted(settings.marks)}\n".encode())
    for one in adoptions(settings):
        found.update(one.digest.encode())
    if settings.embargo:
        found.update(Path(settings.embargo).read_bytes())
    found.update(encode(sorted(world.register.items())))
    return f"{code_print()}-{found.hexdigest()[:32]}"
