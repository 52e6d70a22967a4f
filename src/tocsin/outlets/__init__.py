"""Where what we publish goes: one file a kind of outlet, and a hall that all of them see the app through."""

from __future__ import annotations

from tocsin.outlets.errors import OutletError

__all__ = ["OutletError"]
