"""One report in, claims out: pure, never fails, never invents."""

from tocsin.reading.reader import Reader

__all__ = ["Reader"]
