"""What an operator's silence keeps from an outlet that sends, and what it owes when the silence ends.

A silence mutes raises and revisions (alertmanager's meaning); an end always goes out. Nothing muted is ever told
as calm: an area all of whose official alerts are kept back has no state at all on that outlet, so that what was
retained of it expires by itself (R33). When a silence ends, what still stands of what was kept back is sent.
"""

from __future__ import annotations

from typing import Protocol

from tocsin.engine import World
from tocsin.model import Alert, Fact, Picture, Silence
from tocsin.outlets.publication import Publication, Published

__all__ = ["Mute"]

_SEEN = 5_000
"""How many published changes are looked at when we begin, for what a silence keeps back already."""


class Muting(Protocol):
    """What must be known of the app."""

    @property
    def world(self) -> World:
        """Places and the rest."""

    @property
    def publication(self) -> Publication:
        """The published chain."""

    def now_picture(self) -> Picture:
        """Give what is believed now, as far as the public may see it."""

    def silences(self) -> tuple[Silence, ...]:
        """Give the silences in force."""

    def silenced(self, outlet: str, fact: Fact) -> Silence | None:
        """Give the silence that keeps an outlet from sending a fact now."""


class Mute:
    """What silences keep from one outlet, by alert; follows the published changes when asked."""

    def __init__(self, hall: Muting, outlet: str) -> None:
        self._hall = hall
        self._outlet = outlet
        self._held: dict[str, Published] = {}
        """Alerts that are kept back, each with its last change."""
        self._kept: set[int] = set()
        """Numbers of the changes that were kept back."""
        self._at = hall.publication.last
        since = {one.id: one.start for one in hall.silences()}
        for one in hall.publication.after(max(0, self._at - _SEEN)) if since else ():
            silence = hall.silenced(outlet, one.change.fact)
            self._judge(one, silence if silence is not None and one.change.at >= since[silence.id] else None)

    def follow(self) -> None:
        """Take in what was published since."""
        publication = self._hall.publication
        while self._at < publication.last:
            for one in publication.after(self._at, 500):
                self._at = one.change.number
                self._judge(one, self._hall.silenced(self._outlet, one.change.fact))

    def _judge(self, one: Published, silence: Silence | None) -> None:
        alert = one.change.fact.noun
        if not isinstance(alert, Alert) or one.change.fact.verb == "withhold":
            return
        if silence is not None:
            self._held[alert.id] = one
            self._kept.add(one.change.number)
        else:
            self._held.pop(alert.id, None)

    def keeps(self, one: Published) -> bool:
        """Tell whether a published change is not to be sent."""
        self.follow()
        return one.change.number in self._kept

    def holds(self, alert: str) -> bool:
        """Tell whether an alert is kept back."""
        return alert in self._held

    def mutes(self, code: str) -> bool:
        """Tell whether an area is to have no state: official alerts touch it, and all of them are kept back."""
        if not self._held:
            return False
        above = self._hall.world.places.ancestors
        touching = [
            alert.id in self._held
            for alert in self._hall.now_picture().alerts
            if alert.layer == "official"
            and (alert.area.code == code or alert.area.code in above(code) or code in above(alert.area.code))
        ]
        return bool(touching) and all(touching)

    def released(self) -> tuple[Published, ...]:
        """Give the last change of each alert that no silence keeps back any more and that still stands, in order."""
        if not self._held:
            return ()
        self.follow()
        free = [
            (alert, one)
            for alert, one in self._held.items()
            if self._hall.silenced(self._outlet, one.change.fact) is None
        ]
        standing = {alert.id for alert in self._hall.now_picture().alerts} if free else set()
        for alert, _ in free:
            del self._held[alert]
        if not self._held:
            self._kept.clear()
        return tuple(one for alert, one in sorted(free, key=_number) if alert in standing)


def _number(held: tuple[str, Published]) -> int:
    return held[1].change.number
