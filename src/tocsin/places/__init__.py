"""Places: names to areas, which area holds which, where they lie, what dialects call them.

The tables under ``data/places`` are compiled once (``compile_tables``) and read
without unpacking (``load``). Nothing here reads a file: callers bring bytes.
"""

from tocsin.places.areas import DIALECTS, FORMS, LEVELS, Area, Candidate, Outline
from tocsin.places.compiling import compile_tables, lint
from tocsin.places.gazetteer import Gazetteer, load
from tocsin.places.geometry import COMPASS
from tocsin.places.keys import APOSTROPHES, FOLD, key, tokens
from tocsin.places.outlines import import_outlines

__all__ = [
    "APOSTROPHES",
    "COMPASS",
    "DIALECTS",
    "FOLD",
    "FORMS",
    "LEVELS",
    "Area",
    "Candidate",
    "Gazetteer",
    "Outline",
    "compile_tables",
    "import_outlines",
    "key",
    "lint",
    "load",
    "tokens",
]
