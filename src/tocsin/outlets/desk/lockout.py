"""How guessing is slowed down without locking the officer out, and without keeping anybody's address.

After OWASP's device cookies: a browser in which a person has signed in before has failures of its own; all others
share one count per name. So whoever guesses at a name from outside delays other strangers, never the officer at
their own desk; a passkey is never delayed. Counts live in memory: a restart forgives.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

__all__ = ["Lockout"]

FREE = 5
"""Failures before the first wait."""
FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=1)
"""After so long without a failure, one begins anew."""
SPRAYED = 60
"""Failures a minute of strangers at all names together before strangers wait."""
_REMEMBERED = 10_000


class Lockout:
    """Counts failures, and says how long to wait."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], tuple[int, datetime]] = OrderedDict()
        self._strangers: list[datetime] = []

    def wait(self, name: str, device: str | None, now: datetime) -> timedelta:
        """Return how long this one must wait before the next try; zero where they needn't."""
        count, last = self._failures.get((name, device or ""), (0, now))
        left = timedelta(0)
        if count >= FREE and now - last < FORGOTTEN:
            left = last + min(FIRST * 2 ** min(count - FREE, 10), LONGEST) - now
        if device is None:
            self._strangers = [one for one in self._strangers if now - one < timedelta(minutes=1)]
            if len(self._strangers) >= SPRAYED:
                left = max(left, self._strangers[0] + timedelta(minutes=1) - now)
        return max(left, timedelta(0))

    def failed(self, name: str, device: str | None, now: datetime) -> bool:
        """Count a failure; whether this very one began a wait."""
        key = (name, device or "")
        count, last = self._failures.pop(key, (0, now))
        count = 1 if now - last >= FORGOTTEN else count + 1
        self._failures[key] = (count, now)
        while len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)
        if device is None:
            self._strangers.append(now)
            del self._strangers[:-SPRAYED]
        return count >= FREE

    def succeeded(self, name: str, device: str | None) -> None:
        """Forget the failures of somebody who has proven themselves."""
        self._failures.pop((name, device or ""), None)
