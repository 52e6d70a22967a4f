"""The words behind claims: read again from the journal's reports, the newest kept at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from tocsin.engine import Reads, World
from tocsin.model import Claim, Report
from tocsin.reading import Reader

__all__ = ["Words"]

_REMEMBERED = 4_096


class Words:
    """Finds a claim by its id, and the report that says it."""

    def __init__(self, world: World, versions: Callable[[str, str], Sequence[Report]]) -> None:
        self._reader: Reads = Reader(world.lexicon, world.places, world.register)
        self._versions = versions
        self._newest: OrderedDict[str, Claim] = OrderedDict()

    def heard(self, claims: Iterable[Claim]) -> None:
        """Keep what was read just now at hand."""
        for claim in claims:
            self._newest[claim.id] = claim
        while len(self._newest) > _REMEMBERED:
            self._newest.popitem(last=False)

    def forget(self, source: str, report: str) -> None:
        """Forget what a report said, whose words were removed (R29)."""
        for claim in [one for one in self._newest.values() if (one.source, one.report) == (source, report)]:
            del self._newest[claim.id]

    def read(self, report: Report) -> tuple[Claim, ...]:
        """Read a report."""
        return self._reader.read(report).claims

    def claim(self, claim: str) -> Claim | None:
        """Return a claim by its id."""
        found = self._newest.get(claim)
        return found if found is not None else next((one for one, _ in self.again(claim)), None)

    def again(self, claim: str) -> list[tuple[Claim, Report]]:
        """Return the claim of an id with the report that says it, read anew; nothing where there is none."""
        address = claim.rpartition("#")[0]
        at = address.find(":")
        while at >= 0:
            for report in self._versions(address[:at], address[at + 1 :]):
                for found in self._reader.read(report).claims:
                    if found.id == claim:
                        return [(found, report)]
            at = address.find(":", at + 1)
        return []
