"""What a folded state depends on besides its journal: code, policy, places, lexicon, register, embargo."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from tocsin.codec import encode
from tocsin.config.settings import Settings
from tocsin.config.world import adoptions
from tocsin.engine import World

__all__ = ["fingerprint"]

_DATA = (".toml", ".tsv", ".bin", ".json")


def fingerprint(settings: Settings, world: World) -> str:
    """Return a digest that is another one where the same journal might fold otherwise."""
    found = hashlib.sha256(f"{sys.version_info[:2]} {sorted(settings.marks)}\n".encode())
    package = Path(__file__).parent.parent
    code = sorted(package.rglob("*.py"))
    data = sorted(one for one in (package / "data" / "policy").rglob("*") if one.suffix in _DATA)
    for file in (*code, *data):
        found.update(hashlib.sha256(file.read_bytes()).digest())
    for one in adoptions(settings):
        found.update(one.digest.encode())
    if settings.embargo:
        found.update(Path(settings.embargo).read_bytes())
    found.update(encode(sorted(world.register.items())))
    return found.hexdigest()
