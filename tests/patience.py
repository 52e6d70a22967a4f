"""Waiting for something that happens elsewhere, and not a moment longer."""

from __future__ import annotations

import asyncio


async def until(condition, seconds=5.0):
    """Wait until ``condition()`` is true; TimeoutError if it never is."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for knows no event of ours
            await asyncio.sleep(0.02)
