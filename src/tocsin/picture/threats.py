"""Threats: claims of one hazard become one threat, and two simultaneous ones stay two.

A threat is opened, renewed, moved, reduced and ended by what sources say. It
lapses when nobody renews it. Whoever ends one withdraws his own voice: an
authority also those of channels, a channel never that of an authority (R13).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.model import AreaRef, Claim, Fact, Order, Range, Report, Source, Threat, Weapon
from tocsin.picture.arrival import earliest_arrival
from tocsin.picture.held import Held, Holding
from tocsin.picture.kin import Kin
from tocsin.picture.matching import Matcher, Spot
from tocsin.picture.mending import Mending
from tocsin.picture.weighing import Origins, Voice, independent, weigh
from tocsin.slate import Slate

if TYPE_CHECKING:
    from tocsin.places import Gazetteer

__all__ = ["Lingers", "Refusal", "Threats"]

_RANK = {"danger": 1, "takeoff": 2, "launch": 3, "inbound": 4}
_ENDS = ("danger-over", "lost", "interception")
_WRITE_AFTERWARDS = ("media",)
"""Kinds of sources that write of an attack after it: they confirm a threat, and open none."""
_WHOLE_SKY = ("military", "alarm-service")
"""Kinds of sources whose word about no place in particular is about the whole country."""
_THREAD = timedelta(minutes=10)
_REPEAT = timedelta(seconds=60)
_KEPT_CLAIMS = 40
_KEPT_VOICES = 48
_KEPT_OF_ONE = 3
_REMEMBERED = 4096


class Lingers(msgspec.Struct, frozen=True, kw_only=True):
    """How long a hazard is believed after the last word of it, in seconds, by claim kind and weapon class."""

    rows: tuple[tuple[str | None, str | None, int], ...] = ()
    default: int = 1800

    def of(self, kind: str, klass: str, weapon: str) -> timedelta:
        """The first row whose kind and class (or weapon) fit; empty fields fit all."""
        for row_kind, row_class, seconds in self.rows:
            if row_kind in (None, kind) and row_class in (None, klass, weapon):
                return timedelta(seconds=seconds)
        return timedelta(seconds=self.default)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A claim of a hazard that made no threat, and why: decisions record it."""

    claim: Claim
    reason: str


class Threats:
    """All threats that are believed now."""

    def __init__(
        self,
        places: Gazetteer,
        weapons: Mapping[str, Weapon],
        *,
        slate: Slate,
        origins: Origins,
        lingers: Lingers,
    ) -> None:
        self._places = places
        self._kin = Kin(weapons)
        self._matcher = Matcher(places, self._kin)
        self._origins = origins
        self._lingers = lingers
        self._linger: dict[tuple[str, str], timedelta] = {}
        self.holding = Holding(slate, self._matcher, self._kin)
        self.refused: list[Refusal] = []
        self._mending = Mending(places, self._kin, self.holding, settle=self._settle, close=self._close)

    def adopt(self, lingers: Lingers) -> None:
        """Use another policy's times from here on."""
        self._lingers = lingers
        self._linger.clear()

    def _lasts(self, kind: str, slug: str) -> timedelta:
        found = self._linger.get((kind, slug))
        if found is None:
            if len(self._linger) > _REMEMBERED:
                self._linger.clear()
            found = self._linger[kind, slug] = self._lingers.of(kind, self._kin.klass(slug), slug)
        return found

    # --- in -----------------------------------------------------------------

    def absorb(self, report: Report, claims: Sequence[Claim], source: Source, at: datetime) -> list[Fact]:
        """Take in what a report says of hazards; what changed. Claims that make none land in ``refused``."""
        said = min(report.stated_at or at, at)
        facts: list[Fact] = []
        origin: str | None = None
        for claim in claims:
            if claim.kind not in _RANK and claim.kind not in _ENDS:
                continue
            reason = self._unfit(claim, source)
            if reason:
                if claim.kind in _RANK:
                    self.refused.append(Refusal(claim=claim, reason=reason))
                continue
            if origin is None:
                origin = self._origins.of(report, at)
            voice = self._origins.voice(
                claim, source, origin, said, forwarded=report.forwarded_from is not None
            )
            denied = claim.stance == "denies"
            if claim.kind in _RANK:
                facts += (
                    self._deny(claim, voice, source)
                    if denied
                    else self._assert(report, claim, voice, source, at)
                )
            elif not denied:  # «Не збито»: that there was no end takes no word of the threat back.
                facts += self._end(claim, voice, report, source)
        return facts

    def _unfit(self, claim: Claim, source: Source) -> str | None:
        if source.history:
            return "history-source"
        if source.kind == "party":
            return "party-to-the-conflict"
        if claim.tense == "past":
            return "past"
        if claim.tense == "expected":
            return "forecast"
        return None

    def _assert(self, report: Report, claim: Claim, voice: Voice, source: Source, at: datetime) -> list[Fact]:
        thread = self._thread(report, source, voice.at)
        spot = Spot.of(claim, self._places)
        weapon = claim.weapon
        if weapon is None and thread is not None and (claim.continues or report.reply_to or not spot.told):
            # With places of its own it shares no more than the class: a list of places under one heading.
            shared = thread.threat.weapon
            weapon = self._kin.word_of_class(shared) if spot.told else shared
        slug = weapon or "unknown"
        began = claim.valid.start
        said = voice.at if began is None else min(began, voice.at)
        lapses_at = said + self._lasts(claim.kind, slug)
        if lapses_at <= at:
            self.refused.append(Refusal(claim=claim, reason="too-late"))
            return []
        held = self._find(claim, slug, spot, thread, voice.at)
        if held is None:
            if source.kind in _WRITE_AFTERWARDS:
                self.refused.append(Refusal(claim=claim, reason="kind-may-not-warn"))
                return []
            if weapon is None and not spot.told:
                self.refused.append(Refusal(claim=claim, reason="says-neither-what-nor-where"))
                return []
            return self._open(claim, slug, self._filled(claim, spot, thread), voice, lapses_at)
        return self._renew(held, claim, slug, spot=spot, voice=voice, lapses_at=lapses_at)

    def _filled(self, claim: Claim, spot: Spot, thread: Held | None) -> Spot:
        """The places of a claim, taken from the channel's thread where a bare continuation leaves them out."""
        if not claim.continues or thread is None or spot.told:
            return spot
        return Spot(at=thread.threat.areas, toward=thread.threat.toward, origin=thread.threat.origin)

    def _thread(self, report: Report, source: Source, said: datetime) -> Held | None:
        if report.reply_to:
            answered = list(self.holding.of_report(source.id, report.reply_to))
            if answered:
                return answered[-1]
        last = self.holding.last_of(source.id)
        return last[0] if last is not None and said - last[1] <= _THREAD else None

    def _find(self, claim: Claim, slug: str, spot: Spot, thread: Held | None, said: datetime) -> Held | None:
        if thread is not None and claim.continues:
            if claim.count is not None or (claim.weapon is None and not spot.told):
                return None  # «Ще одна, той самий курс»: one more, beside the first.
            if claim.weapon is None or self._kin.closeness(thread.threat.weapon, claim.weapon):
                return thread
        best: tuple[tuple[int, int, datetime, str], Held] | None = None
        listed = self.holding.told_by(claim.source, claim.report)
        for held in self.holding.like(slug, spot.told):
            place, close = self._matcher.score(claim, slug, spot, held.threat, said)
            if not place or (held.threat.id in listed and _beside(held, claim, spot)):
                continue
            rank = (place, close, held.voices[-1].at if held.voices else said, held.threat.id)
            if best is None or rank > best[0]:
                best = (rank, held)
        return best[1] if best else None

    def _open(self, claim: Claim, slug: str, spot: Spot, voice: Voice, lapses_at: datetime) -> list[Fact]:
        weight = weigh((voice,))
        threat = Threat(
            id=f"threat:{claim.id}",
            kind=claim.kind,
            weapon=slug,
            weapon_class=self._kin.klass(slug),
            areas=spot.at,
            toward=spot.toward,
            origin=spot.origin,
            heading=claim.heading,
            count=claim.count,
            valid=msgspec.structs.replace(claim.valid, start=claim.valid.start or voice.at, end=None),
            lapses_at=lapses_at,
            sources=(voice.source,),
            claims=(claim.id,),
            credibility=weight.credibility,
            reliability=weight.reliability,
            official=voice.official,
            origins=1,
            last_said=voice.at,
        )
        threat = self._arrivals(threat, voice.at)
        self.holding.put(Held(threat=threat, voices=(voice,), rule=weight.rule))
        self.holding.spoken(voice.source, voice.report, threat.id, voice.at)
        return [self._fact("open", threat, (claim.id,), weight.rule)]

    def _renew(
        self, held: Held, claim: Claim, slug: str, *, spot: Spot, voice: Voice, lapses_at: datetime
    ) -> list[Fact]:
        old = held.threat
        told = spot.told
        voices, mine, same = _joined(held.voices, voice)
        news = (
            claim.count not in (None, old.count)
            or self._pick(old.weapon, slug) != old.weapon
            or _RANK[claim.kind] > _RANK.get(old.kind, 0)
            or old.status != "live"
        )
        if not news and told:
            known = [a.code for a in old.areas + old.toward]
            news = any(a.code not in known for a in told)
        if mine is not None and not news and voice.at - mine.at < _REPEAT:
            self.holding.spoken(claim.source, claim.report, old.id, voice.at)
            return []
        carrier = self._kin.carrier(old.weapon)
        weapon = self._pick(old.weapon, slug)
        kind = old.kind if carrier or _RANK[claim.kind] <= _RANK.get(old.kind, 0) else claim.kind
        if self._kin.carrier(weapon):
            kind = "takeoff"
        changes: dict[str, Any] = {
            "areas": old.areas if carrier and old.areas else self._moved(old.areas, spot.at),
            "toward": spot.toward or (() if spot.at and not carrier else old.toward),
            "origin": spot.origin or old.origin,
            "heading": claim.heading or old.heading,
            "count": claim.count if claim.count is not None else old.count,
            "lapses_at": max(lapses_at, old.lapses_at or lapses_at),
        }
        if news:
            changes |= {
                "kind": kind,
                "weapon": weapon,
                "weapon_class": self._kin.klass(weapon),
                "status": "live",
            }
        kept = Held(threat=old, voices=voices, against=held.against, rule=held.rule)
        return self._settle(kept, claim, "revise", same=same, changes=changes)

    def _pick(self, old: str, new: str) -> str:
        if old == new or self._kin.carrier(old):
            return old
        return new if self._kin.carrier(new) else self._kin.agreed(old, new)

    def _moved(self, old: tuple[AreaRef, ...], new: tuple[AreaRef, ...]) -> tuple[AreaRef, ...]:
        """Where it was last said to be; a coarser word for the same place takes nothing away."""
        if not new:
            return old
        if old and all(any(self._places.covers(n.code, o.code) for n in new) for o in old):
            return old
        return new

    # --- ends ---------------------------------------------------------------

    def _end(self, claim: Claim, voice: Voice, report: Report, source: Source) -> list[Fact]:
        facts: list[Fact] = []
        told = Spot.of(claim, self._places).told
        thread = self._thread(report, source, voice.at)
        bare = claim.weapon is None and not told
        if bare and thread is None and claim.kind != "danger-over":
            return []
        if not told and claim.kind == "danger-over" and source.home is not None:
            # «Поруч чисто»: whoever has a home and names no place speaks of home.
            told = (self._places.ref(source.home),)
        covered = tuple(a.code for a in told)
        for held in self._spoken_of(claim, told, thread if bare else None):
            if not covered and not _speaks_of(voice, source, held):
                continue
            if claim.kind == "lost":
                status = "lost" if voice.official or not any(v.official for v in held.voices) else "live"
                threat = msgspec.structs.replace(held.threat, status=status)
                facts += self._settle(self._against(held, voice, threat), claim, "revise")
            elif claim.kind == "interception":
                facts += self._fewer(held, claim, voice)
            else:
                facts += self._over(held, claim, voice, covered)
            if bare and claim.kind != "danger-over":
                break
        return facts

    def _spoken_of(self, claim: Claim, told: Sequence[AreaRef], thread: Held | None) -> list[Held]:
        if thread is not None:
            return [thread]
        found = []
        covered = tuple(a.code for a in told)
        for held in self.holding.around(told, self._places.root):
            threat = held.threat
            if not self._kin.ended_by(threat.weapon, claim.weapon):
                continue
            areas = threat.areas + threat.toward
            if covered and areas and not any(self._meets(c, a.code) for c in covered for a in areas):
                continue
            if not areas and claim.kind != "danger-over" and (covered or claim.stance != "denies"):
                continue
            found.append(held)
        if claim.kind == "interception" and found:
            # One thing shot down is one: the threat that was last spoken of.
            found = [max(found, key=lambda h: (h.voices[-1].at, h.threat.id))]
        return found

    def _meets(self, one: str, other: str) -> bool:
        return self._places.covers(one, other) or self._places.covers(other, one)

    def _over(self, held: Held, claim: Claim, voice: Voice, covered: tuple[str, ...]) -> list[Fact]:
        areas = held.threat.areas + held.threat.toward
        whole = not covered or self._places.root in covered
        if areas and not whole:
            whole = all(any(self._places.covers(c, a.code) for c in covered) for a in areas)
        left = tuple(v for v in held.voices if not _may_end(voice, v))
        if not whole and (not left or (voice.official and len(left) < len(held.voices))):
            # The end of a part ("over for the city"): decisions take that area's share out.
            keep, ahead = (
                tuple(a for a in named if not any(self._places.covers(c, a.code) for c in covered))
                for named in (held.threat.areas, held.threat.toward)
            )
            threat = msgspec.structs.replace(held.threat, areas=keep, toward=ahead)
            return self._settle(msgspec.structs.replace(held, threat=threat), claim, "revise", "part-over")
        if left:
            return self._settle(
                self._against(msgspec.structs.replace(held, voices=left), voice, held.threat), claim, "revise"
            )
        return self._close(held, "over", voice, (claim.id,), "said-to-be-over")

    def _fewer(self, held: Held, claim: Claim, voice: Voice) -> list[Fact]:
        """Something was shot down: the count falls; at none left it is over for whoever may say so."""
        count, gone = held.threat.count, claim.count
        minus = (gone.min if gone and gone.min is not None else 1) if gone else 1
        own = voice.official or any(v.authority == voice.authority for v in held.voices)
        if count is None or not own:
            return self._settle(self._against(held, voice, held.threat), claim, "revise", "interception")
        low = None if count.min is None else max(0, count.min - minus)
        high = None if count.max is None else max(0, count.max - minus)
        if high == 0:
            return self._over(held, claim, voice, ())
        threat = msgspec.structs.replace(held.threat, count=Range(min=low, max=high, approx=count.approx))
        return self._settle(msgspec.structs.replace(held, threat=threat), claim, "revise", "interception")

    def _deny(self, claim: Claim, voice: Voice, source: Source) -> list[Fact]:
        """«Не підтвердилась»: the source takes its own word back; another's word is only doubted."""
        facts: list[Fact] = []
        told = Spot.of(claim, self._places).told
        for held in self._spoken_of(claim, told, None):
            if not told and not _speaks_of(voice, source, held):
                continue
            left = tuple(v for v in held.voices if not _may_end(voice, v))
            if left:
                kept = msgspec.structs.replace(held, voices=left)
                facts += self._settle(self._against(kept, voice, held.threat), claim, "revise", "denied")
            else:
                facts += self._close(held, "over", None, (claim.id,), "not-confirmed", move=False)
        return facts

    def _against(self, held: Held, voice: Voice, threat: Threat) -> Held:
        against = (*(v for v in held.against if v.source != voice.source), voice)
        return msgspec.structs.replace(held, threat=threat, against=against[-_KEPT_VOICES:])

    # --- corrections ----------------------------------------------------------

    def retract(self, report_id: str, source_id: str, at: datetime) -> list[Fact]:
        """Withdraw every word that a report said, as if it had not been said."""
        _ = at
        facts: list[Fact] = []
        for held in list(self.holding.of_report(source_id, report_id)):
            facts += self._withdraw(held, lambda v: v.source == source_id and v.report == report_id)
        self.holding.forget_report(source_id, report_id)
        return facts

    def order(self, order: Order, at: datetime, reference: str = "order") -> list[Fact]:
        """Perform an order on a threat; take a quarantined source's voices out (R19)."""
        if order.verb != "quarantine":
            return self._mending.perform(order, reference, at)
        facts: list[Fact] = []
        for held in self.holding.around((), self._places.root):
            if any(v.source == order.target for v in held.voices + held.against):
                facts += self._withdraw(held, lambda v: v.source == order.target, "quarantined")
        return facts

    def _withdraw(self, held: Held, drop: object, why: str = "taken-back") -> list[Fact]:
        out = drop if callable(drop) else None
        voices = tuple(v for v in held.voices if out is None or not out(v))
        against = tuple(v for v in held.against if out is None or not out(v))
        if not voices:
            return self._close(held, "over", None, (), why, move=False)
        gone = {v.claim for v in held.voices + held.against} - {v.claim for v in voices + against}
        threat = msgspec.structs.replace(
            held.threat, claims=tuple(c for c in held.threat.claims if c not in gone)
        )
        kept = msgspec.structs.replace(held, threat=threat, voices=voices, against=against)
        return self._settle(kept, None, "revise", why, move=False)

    # --- time -----------------------------------------------------------------

    def next_deadline(self) -> datetime | None:
        """When the next threat lapses."""
        return self.holding.timers.next()

    def advance(self, to: datetime) -> list[tuple[datetime, Fact]]:
        """Perform every lapse that is due at or before ``to``, each at its own instant."""
        facts: list[tuple[datetime, Fact]] = []
        while (due := self.holding.timers.pop(to)) is not None:
            held = self.holding.rows.get(due[1])
            if held is not None:
                facts += [(due[0], f) for f in self._close(held, "lapsed", None, (), "not-renewed")]
        return facts

    def view(self, at: datetime | None = None) -> tuple[Threat, ...]:
        """The threats that stand, by id."""
        _ = at
        return tuple(held.threat for held in self.holding.around((), self._places.root))

    def restore(self) -> None:
        """Make the deadlines fit the tables again, after an undo."""
        self.holding.timers.restore()
        self.refused.clear()

    # --- the tables -------------------------------------------------------------

    def _settle(
        self,
        held: Held,
        claim: Claim | None,
        verb: str,
        why: str | None = None,
        *,
        move: bool = True,
        same: bool = False,
        changes: dict[str, Any] | None = None,
        because: tuple[str, ...] = (),
    ) -> list[Fact]:
        """Weigh anew and write: a threat's credibility is always that of its voices.

        ``same`` says that the newest voice only repeats one that was weighed.
        """
        old, voices = held.threat, held.voices
        claims = old.claims if claim is None else (*old.claims, claim.id)
        if len(claims) > _KEPT_CLAIMS:
            claims = (*claims[: _KEPT_CLAIMS // 4], *claims[-(3 * _KEPT_CLAIMS // 4) :])
        if same:
            last = max(old.last_said or voices[-1].at, voices[-1].at)
            rule = held.rule
            threat = msgspec.structs.replace(old, claims=claims, last_said=last, **(changes or {}))
        else:
            last = max(v.at for v in voices)
            weight = weigh(voices, held.against)
            rule = weight.rule
            threat = msgspec.structs.replace(
                old,
                claims=claims,
                sources=tuple(sorted({v.source for v in voices})),
                against=tuple(v.claim for v in held.against),
                credibility=weight.credibility,
                reliability=weight.reliability,
                official=any(v.official for v in voices),
                origins=len(independent(voices)),
                last_said=last,
                **(changes or {}),
            )
        threat = self._arrivals(threat, voices[-1].at)
        self.holding.put(Held(threat=threat, voices=voices, against=held.against, rule=rule))
        if claim is not None:
            newest = voices[-1]
            at = newest.at if newest.claim == claim.id else None
            self.holding.spoken(claim.source, claim.report, threat.id, at)
        return [self._fact(verb, threat, (claim.id,) if claim else because, why or rule, move=move)]

    def _arrivals(self, threat: Threat, said: datetime) -> Threat:
        arrival = earliest_arrival(self._places, self._kin.weapon(threat.weapon), threat, said)
        if arrival == threat.earliest_arrival:
            return threat
        return msgspec.structs.replace(threat, earliest_arrival=arrival)

    def _close(
        self,
        held: Held,
        status: str,
        by: Voice | None,
        because: tuple[str, ...],
        why: str,
        *,
        move: bool = True,
    ) -> list[Fact]:
        threat = held.threat
        closed = msgspec.structs.replace(
            threat, status=status, lapses_at=None, ended_by=by.source if by else None
        )
        self.holding.drop(held)
        return [self._fact("close", closed, because, why, move=move)]

    @staticmethod
    def _fact(verb: str, threat: Threat, because: tuple[str, ...], why: str, *, move: bool = True) -> Fact:
        return Fact(type="threat", verb=verb, noun=threat, because=because, why=why, move=move)


def _joined(voices: tuple[Voice, ...], voice: Voice) -> tuple[tuple[Voice, ...], Voice | None, bool]:
    """The voices with one more, the last of the same source, and whether that one said it alike.

    Of a source that repeats itself the newest few are kept. What is said alike need not be weighed anew.
    """
    source = voice.source
    mine = [v for v in voices if v.source == source]
    if not mine:
        return (*voices, voice)[-_KEPT_VOICES:], None, False
    last = mine[-1]
    alike = (
        last.origin == voice.origin
        and last.hedged == voice.hedged
        and last.official == voice.official
        and last.reliability == voice.reliability
    )
    if len(mine) >= _KEPT_OF_ONE:
        at = voices.index(mine[0])
        voices = voices[:at] + voices[at + 1 :]
    return (*voices, voice)[-_KEPT_VOICES:], last, alike


def _may_end(voice: Voice, other: Voice) -> bool:
    """Whose word a voice may end: its own authority's, and that of lower standing (R13)."""
    return voice.authority == other.authority or _standing(voice) > _standing(other)


def _speaks_of(voice: Voice, source: Source, held: Held) -> bool:
    """Whether an end that names no place means this threat: who watches the whole sky means all, others their own."""
    return source.kind in _WHOLE_SKY or any(v.authority == voice.authority for v in held.voices)


def _beside(held: Held, claim: Claim, spot: Spot) -> bool:
    """Whether another item of the same list made this threat: "1 on Hadiach, 1 on Zinkiv" are two."""
    if claim.count is None or not spot.told:
        return False
    named = {a.code for a in held.threat.areas + held.threat.toward}
    return any(
        v.report == claim.report and v.source == claim.source and v.claim != claim.id for v in held.voices
    ) and not any(a.code in named for a in spot.toward or spot.told)


def _standing(voice: Voice) -> int:
    """Who watches the sky stands above who relays it, and both above channels."""
    if not voice.official:
        return 0
    return 2 if voice.kind == "military" else 1
