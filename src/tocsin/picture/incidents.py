"""Incidents: a place and moment where sources report effects.

Words become one incident by place, time and object; the incident is a pure
function of the words that were put to it, so that a report that is taken back,
or a denial, undoes exactly what it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.model import Claim, Fact, Incident, PlaceRef, Report, Source
from tocsin.picture.attacks import HOT, Areas, Attacks, area_of, spots
from tocsin.picture.fitting import APART, apart, began, closeness, own_kind, present, time_fits, vague
from tocsin.picture.incident import (
    BELOW_CITY,
    FALLEN,
    MOMENTS,
    WORKS,
    Hot,
    Word,
    denied_kinds,
    objects_fit,
    told,
    word_of,
)
from tocsin.picture.speakers import Speaker, speaker_of
from tocsin.picture.stages import restores
from tocsin.slate import Slate, Table, Timers

__all__ = ["Found", "Incidents"]

EFFECTS = ("impact", "debris", "fire", "damage", "outage", "explosion", "hazard")
SPEAKS_OF = frozenset((*EFFECTS, *WORKS, "casualty"))
CROWD = 64
"""Words kept of one incident; beyond, words between the first and the newest rest."""
QUIET = "no word for 72 hours"
ASIDE = "words aside of "
"""Before the name of an attack: when its denials, and what waits for its incident, are let go."""
EARLY = timedelta(minutes=20)
"""Services may be said to be at work so long before anybody says at what; reports may come so late."""


class Found(msgspec.Struct, frozen=True):
    """What the incidents made of a report.

    ``harm`` names, by claim and area, the incident that a casualty claim counts
    for; ``orphans`` are denials of what nobody had reported, with their area.
    """

    facts: list[Fact]
    harm: dict[tuple[str, str | None], str | None]
    orphans: list[tuple[Claim, str | None]]
    resolved: list[tuple[str, str]] = []
    """Denials, by claim and area, of what was then reported after all, as said before them."""


class _Denial(msgspec.Struct, frozen=True):
    """A denial as it was put to an area: what was said before it and arrives after it falls under it too."""

    word: Word
    code: str
    named: bool
    orphan: bool
    """Whether nothing of the kind had been reported there."""


class _Hearing(msgspec.Struct):
    """One report as it is being heard: what it made, and the incidents that it touched."""

    claims: Sequence[Claim]
    found: Found
    at: datetime
    touched: dict[str, None] = {}
    counted: set[tuple[str, str]] = set()
    """Harm and place that this report has counted already: again is another address."""


class Incidents:
    """The incidents of the hot state."""

    def __init__(self, places: Areas, attacks: Attacks, register: Mapping[str, Source], slate: Slate) -> None:
        self._places = places
        self._attacks = attacks
        self._register = register
        self._hot: Table[str, Hot] = Table(slate)
        self._out: Table[str, Incident] = Table(slate)
        self._near: Table[str, tuple[str, ...]] = Table(slate)
        """Incidents by attack, in the order in which they were opened."""
        self._denials: Table[str, tuple[_Denial, ...]] = Table(slate)
        """Denials by attack."""
        self._waiting: Table[str, tuple[tuple[Word, PlaceRef], ...]] = Table(slate)
        """Words on services at work, by attack, where nothing that they could be at had been told yet."""
        self._said: Table[str, tuple[str, ...]] = Table(slate)
        """Incidents that a report speaks of, by report."""
        self._seq: Table[str, int] = Table(slate)
        self._memo: dict[str, tuple[Hot, Incident]] = {}
        """A cache: dropping it changes nothing."""
        self.timers = Timers(slate)

    def adopt(self, register: Mapping[str, Source]) -> None:
        """Use another register of sources from here on."""
        self._register = register

    # --- in ---------------------------------------------------------------------

    def absorb(self, report: Report, claims: Sequence[Claim], source: Source, at: datetime) -> Found:
        """Put each effect, response and denial to its incident; what changed."""
        stated = report.stated_at or at
        found = Found([], {}, [])
        hearing = _Hearing(claims, found, at)
        touched = hearing.touched
        for claim in claims:
            if claim.kind not in SPEAKS_OF:
                continue
            speaker = speaker_of(claim, report, source, self._register)
            if speaker.party or not present(claim, stated):
                continue
            word = self._word(claim, speaker, report, source, stated)
            if word.works:
                for each in (
                    self._works(word, hearing, source) if claim.stance == "asserts" or restores(claim) else ()
                ):
                    touched[each] = None
            elif claim.kind in EFFECTS and claim.stance == "denies":
                self._deny(word, source, hearing)
            elif claim.kind in EFFECTS:
                for place in self._effect_spots(word, source):
                    touched[self._overtaken(word, self._put(word, place), found)] = None
            elif claim.kind == "casualty" and claim.stance == "asserts":
                for place in spots(claim, self._places):
                    self._harm(word, place, hearing)
        for each in touched:
            self.timers.arm(each, at + HOT)
            key = f"{source.id}:{report.id}"
            self._said.put(key, tuple(dict.fromkeys((*(self._said.get(key) or ()), each))))
        because = {claim.id for claim in claims}
        found.facts.extend(self._tell(touched, because))
        return found

    def retract(self, report: str, why: str) -> list[Fact]:
        """Take back every word of a report."""
        for attack in sorted(self._denials):
            denials = self._denials.get(attack) or ()
            stay = tuple(each for each in denials if each.word.report != report)
            if len(stay) < len(denials):
                self._denials.put(attack, stay)
        for attack in sorted(self._waiting):
            waiting = self._waiting.get(attack) or ()
            left_there = tuple(each for each in waiting if each[0].report != report)
            if len(left_there) < len(waiting):
                self._waiting.put(attack, left_there)
        ids = self._said.drop(report) or ()
        because: set[str] = set()
        for each in ids:
            hot = self._hot.get(each)
            if hot is None:
                continue
            because.update(word.claim.id for word in hot.words if word.report == report)
            left = tuple(word for word in hot.words if word.report != report)
            gone = None if left else why
            was = None if left else self._told(hot)
            self._hot.put(each, msgspec.structs.replace(hot, words=left, emptied=gone, was=was))
        return self._tell(dict.fromkeys(ids), because, move=False)

    def order(self, verb: str, target: str, why: str, arguments: Mapping[str, str]) -> list[Fact]:
        """Carry out an operator's order on an incident: withdraw, close, merge or move it to a place."""
        hot = self._hot.get(target)
        if hot is None:
            return []
        if verb in {"withdraw", "close"}:
            status = "withdrawn" if verb == "withdraw" else "closed"
            self._hot.put(target, msgspec.structs.replace(hot, ruled=(status, why)))
            return self._tell({target: None}, set(), move=False)
        if verb == "merge" and (into := self._hot.get(arguments.get("into", ""))) is not None:
            words = tuple(sorted((*into.words, *hot.words), key=lambda word: word.order))
            self._hot.put(into.id, msgspec.structs.replace(into, words=words))
            ruled = ("withdrawn", f"merged into {into.id}: {why}")
            self._hot.put(target, msgspec.structs.replace(hot, ruled=ruled))
            for report in sorted({word.report for word in hot.words}):
                said = self._said.get(report) or ()
                self._said.put(report, tuple(dict.fromkeys((*said, into.id))))
            return self._tell({into.id: None, target: None}, set(), move=False)
        if verb == "place" and arguments.get("area"):
            area = self._places.ref(arguments["area"])
            self._hot.put(target, msgspec.structs.replace(hot, area=area, precision=area.level))
            return self._tell({target: None}, set(), move=False)
        return []

    # --- matching ---------------------------------------------------------------

    def _word(self, claim: Claim, speaker: Speaker, report: Report, source: Source, stated: datetime) -> Word:
        seq = (self._seq.get("n") or 0) + 1
        self._seq.put("n", seq)
        key = f"{source.id}:{report.id}"
        return word_of(claim, speaker, source=source.id, report=key, stated=stated, seq=seq)

    def _told(self, hot: Hot) -> Incident:
        """Tell an incident, once for each set of words that it has."""
        known = self._memo.get(hot.id)
        if known is None or known[0] is not hot:
            known = (hot, told(hot))
            self._memo[hot.id] = known
        return known[1]

    def _effect_spots(self, word: Word, source: Source) -> Iterator[PlaceRef]:
        """Where a claim of effects makes an incident: blasts only below city level."""
        claim = word.claim
        for place in spots(claim, self._places) or self._at_home(word, source):
            # A whole country is no place of an incident.
            if place.level != "country" and (claim.kind != "explosion" or place.level in BELOW_CITY):
                yield place

    def _at_home(self, word: Word, source: Source) -> tuple[PlaceRef, ...]:
        """Where a network fails or a danger stays, if the words name no place: at the home of who says so."""
        home = word.speaker.home or source.home
        if word.claim.kind not in APART or home is None:
            return ()
        ref = self._places.ref(home)
        return (
            PlaceRef(
                code=ref.code, name=ref.name, names=ref.names, level=ref.level, precision=ref.level, role="at"
            ),
        )

    def _candidates(self, word: Word, place: PlaceRef, attack: str) -> list[Hot]:
        fits = []
        for each in self._near.get(attack) or ():
            hot = self._hot.get(each)
            if hot is None or not self._place_fits(hot, place):
                continue
            kind = apart(hot)
            if kind != own_kind(word) and not (word.works and own_kind(word) is None):
                continue
            named = word.claim.object
            # In a whole city or oblast nothing said is not the same as the embassy.
            wide = self._places.first_level_of(place.code) == place.code
            same = objects_fit(hot.objects, named) and (not wide or (named is None) == (not hot.objects))
            if same and time_fits(hot, word) and self._may_tell(hot, word):
                fits.append(hot)
        return fits

    def _may_tell(self, hot: Hot, word: Word) -> bool:
        """Whether a word can be of an incident that was withdrawn: only what retells it, not something else there."""
        if not hot.words or self._told(hot).status != "withdrawn" or word.denies:
            return True
        kinds = {each.claim.kind for each in hot.words if not each.denies}
        return word.claim.kind in kinds or (word.claim.kind in FALLEN and not kinds.isdisjoint(FALLEN))

    def _put(self, word: Word, place: PlaceRef, *, fresh: bool = False) -> str:
        """Put a word of effects to the incident that it speaks of, or open one; its id."""
        back = self._emptied(word)
        if back is not None:
            return self._join(back, word, place)
        opens = word.claim.kind in MOMENTS
        attack = self._attacks.of(place.code, word.when, opens=opens)
        fits = (
            []
            if fresh or (word.claim.continues and opens and not vague(word.claim))
            else self._candidates(word, place, attack)
        )
        if fits:
            hot = max(fits, key=lambda each: closeness(each, self._told(each), word, place))
            return self._join(hot, word, place)
        first = f"incident:{word.claim.id}"
        new_id = first if first not in self._hot else f"{first}@{place.code}"
        self._hot.put(
            new_id,
            Hot(id=new_id, area=area_of(place), precision=place.precision, attack=attack, words=(word,)),
        )
        self._near.put(attack, (*(self._near.get(attack) or ()), new_id))
        self._take_up(attack, word)
        return new_id

    def _take_up(self, attack: str, opened: Word) -> None:
        """Put to a new incident the words on services at work that had come before it."""
        waiting = self._waiting.get(attack) or ()
        left: list[tuple[Word, PlaceRef]] = []
        for word, place in waiting:
            soon = opened.stated <= word.stated + EARLY
            fits = self._candidates(word, place, attack) if soon else []
            if not fits:
                left.append((word, place))
                continue
            hot = max(fits, key=lambda each: closeness(each, self._told(each), word, place))
            self._join(hot, word, place)
            self._said.put(word.report, tuple(dict.fromkeys((*(self._said.get(word.report) or ()), hot.id))))
        if len(left) < len(waiting):
            self._waiting.put(attack, tuple(left))

    def _emptied(self, word: Word) -> Hot | None:
        """Find the incident that this very claim had opened before its report was taken back."""
        hot = self._hot.get(f"incident:{word.claim.id}")
        return hot if hot is not None and not hot.words else None

    def _join(self, hot: Hot, word: Word, place: PlaceRef | None) -> str:
        area, precision = hot.area, hot.precision
        if place is not None and self._finer(hot, place):
            area, precision = area_of(place), place.precision
        words = (*hot.words, word)
        if len(words) > CROWD:
            # The first words, the newest, and every denial stay.
            newest = len(words) - CROWD // 2
            words = tuple(each for n, each in enumerate(words) if n < 8 or n >= newest or each.denies)
        self._hot.put(
            hot.id, msgspec.structs.replace(hot, area=area, precision=precision, words=words, emptied=None)
        )
        return hot.id

    def _finer(self, hot: Hot, place: PlaceRef) -> bool:
        """Whether a place says more than the incident's own, which had none left if its words are gone."""
        if hot.area.code == place.code:
            named = place.precision == "neighbourhood" and hot.precision != "neighbourhood"
            return named or not hot.words
        return not hot.words or self._places.covers(hot.area.code, place.code)

    def _place_fits(self, hot: Hot, place: PlaceRef) -> bool:
        if hot.area.code == place.code:
            named = "neighbourhood" in (hot.precision, place.precision)
            return not (named and hot.precision == place.precision and hot.area.name != place.name)
        if place.level == "oblast" or hot.area.level == "oblast":
            return False
        if self._places.first_level_of(place.code) == place.code:
            return False
        return self._places.covers(hot.area.code, place.code) or self._places.covers(
            place.code, hot.area.code
        )

    def _harm(self, word: Word, place: PlaceRef, hearing: _Hearing) -> None:
        """Find the incident that people were hurt in; a second address in one report is another one."""
        if place.level not in BELOW_CITY and word.claim.object is None:
            return
        subjects = [(subject, place.code) for subject in word.claim.harm or {}]
        again = any(key in hearing.counted for key in subjects)
        addresses = self._addresses(hearing.claims, place)
        hearing.counted.update(subjects)
        attack = self._attacks.of(place.code, word.when, opens=False)
        fits = [hot for hot in self._candidates(word, place, attack) if self._told(hot).status != "withdrawn"]
        chosen: str | None = None
        back = self._emptied(word)
        if back is not None:
            chosen = self._join(back, word, place)
        elif again:
            chosen = self._put(word, place, fresh=True)
        elif len(fits) == 1:
            chosen = self._join(fits[0], word, place)
        elif not fits or addresses > 1:
            chosen = self._put(word, place, fresh=True)
        if chosen is not None:
            hearing.touched[chosen] = None
        hearing.found.harm[(word.claim.id, place.code)] = chosen

    def _addresses(self, claims: Sequence[Claim], place: PlaceRef) -> int:
        """How many claims of one report count the same harm at one place: as many addresses."""
        counts: dict[str, int] = {}
        for claim in claims:
            if claim.kind == "casualty" and any(
                spot.code == place.code for spot in spots(claim, self._places)
            ):
                for subject in claim.harm or {}:
                    counts[subject] = counts.get(subject, 0) + 1
        return max(counts.values(), default=0)

    def _works(self, word: Word, hearing: _Hearing, source: Source) -> list[str]:
        """Return the incidents that a word on emergency services belongs to: at its place, else of its report."""
        places = spots(word.claim, self._places) or self._at_home(word, source)
        ids: list[str] = []
        for place in places:
            wide = place.level not in BELOW_CITY and self._places.first_level_of(place.code) == place.code
            if wide and word.claim.kind not in APART:
                continue
            attack = self._attacks.of(place.code, word.when, opens=False)
            fits = [hot for hot in self._candidates(word, place, attack) if began(hot) <= word.stated + EARLY]
            burning = [hot for hot in fits if "fire" in self._told(hot).kinds]
            if word.claim.scope and burning:
                fits = burning
            if fits:
                ids.append(
                    self._join(
                        max(fits, key=lambda each: closeness(each, self._told(each), word, place)),
                        word,
                        place,
                    )
                )
            else:
                self._waiting.put(attack, (*(self._waiting.get(attack) or ()), (word, place))[-CROWD:])
                self.timers.arm(f"{ASIDE}{attack}", hearing.at + HOT)
        if not places and len(hearing.touched) == 1:
            hot = self._hot.get(next(iter(hearing.touched)))
            if hot is not None:
                ids.append(self._join(hot, word, None))
        return ids

    def _deny(self, word: Word, source: Source, hearing: _Hearing) -> None:
        places = spots(word.claim, self._places)
        codes = [place.code for place in places] or [word.speaker.home or source.home or self._places.root]
        for code in codes:
            attack = self._attacks.of(code, word.when, opens=False)
            hit = self._denied(word, code, attack, named=bool(places))
            for hot in hit:
                hearing.touched[self._join(hot, word, None)] = None
            if not hit:
                hearing.found.orphans.append((word.claim, code))
            denial = _Denial(word=word, code=code, named=bool(places), orphan=not hit)
            self._denials.put(attack, (*(self._denials.get(attack) or ()), denial)[-CROWD:])
            self.timers.arm(f"{ASIDE}{attack}", hearing.at + HOT)

    def _overtaken(self, word: Word, incident: str, found: Found) -> str:
        """Put to an incident the denials that were said after a word and came before it."""
        hot = self._hot.get(incident)
        if hot is None:
            return incident
        for denial in self._denials.get(hot.attack) or ():
            late = denial.word.stated < word.stated
            if late or any(each.claim.id == denial.word.claim.id for each in hot.words):
                continue
            found_there = self._denied(denial.word, denial.code, hot.attack, named=denial.named)
            if all(each.id != incident for each in found_there):
                continue
            self._join(hot, denial.word, None)
            key = denial.word.report
            self._said.put(key, tuple(dict.fromkeys((*(self._said.get(key) or ()), incident))))
            if denial.orphan:
                found.resolved.append((denial.word.claim.id, denial.code))
            hot = self._hot.get(incident) or hot
        return incident

    def _denied(self, word: Word, code: str, attack: str, *, named: bool) -> list[Hot]:
        """Return the incidents that a denial speaks of; an unnamed place only where no doubt is left."""
        wide = self._places.first_level_of(code) == code or code == self._places.root
        hit = []
        for each in self._near.get(attack) or ():
            hot = self._hot.get(each)
            if hot is None or not self._places.covers(code, hot.area.code):
                continue
            # What was said after the denial is news, also where it came before it.
            kinds = denied_kinds(word.claim.kind)
            if not any(
                told.claim.kind in kinds and told.stated <= word.stated and not (told.works or told.denies)
                for told in hot.words
            ):
                continue
            if word.claim.object is not None and word.claim.object not in hot.objects:
                continue
            hit.append(hot)
        if wide:
            exact = [hot for hot in hit if hot.area.code == code]
            mine = [
                hot
                for hot in hit
                if any(each.speaker.authority == word.speaker.authority for each in hot.words)
            ]
            return exact or (mine if len(mine) == 1 or (named and mine) else [])
        return hit

    # --- out --------------------------------------------------------------------

    def heed(self, slate: Slate) -> None:
        """Let a slate note which incidents are written."""
        slate.heed("incident", self._out)

    def noun(self, name: str) -> Incident | None:
        """Return an incident as it was last told."""
        return self._out.get(name)

    def _tell(self, ids: Mapping[str, None], because: set[str], *, move: bool = True) -> list[Fact]:
        facts = []
        for each in ids:
            hot = self._hot.get(each)
            if hot is None:
                continue
            noun, old = self._told(hot), self._out.get(each)
            if noun == old:
                continue
            self._out.put(each, noun)
            ended = noun.status in {"withdrawn", "closed"} and (old is None or old.status != noun.status)
            mine = tuple(
                dict.fromkeys(word.claim.id for word in hot.words if word.claim.id in because)
            ) or tuple(sorted(because))
            status = None if old is not None and old.status == noun.status else noun.status
            facts.append(
                Fact(
                    type="incident",
                    verb="open" if old is None else "close" if ended else "revise",
                    noun=noun,
                    because=mine or noun.claims,
                    why=noun.reason or status,
                    move=move and noun.status != "withdrawn",
                )
            )
        return facts

    def view(self, at: datetime | None = None) -> tuple[Incident, ...]:
        """Return the incidents, by time; with ``at``, those of the words that were stated by then."""
        nouns = list(self._out.rows.values())
        if at is not None:
            nouns = []
            for hot in self._hot.rows.values():
                words = tuple(word for word in hot.words if word.stated <= at)
                if words:
                    nouns.append(told(msgspec.structs.replace(hot, words=words)))
        return tuple(sorted(nouns, key=lambda each: (str(each.valid.start), each.id)))

    def advance(self, to: datetime) -> list[tuple[datetime, Fact]]:
        """Close and let go of the incidents of which nobody has spoken for 72 hours."""
        gone: list[tuple[datetime, Fact]] = []
        while (due := self.timers.pop(to)) is not None:
            when, each = due
            if each.startswith(ASIDE):
                self._denials.drop(each.removeprefix(ASIDE))
                self._waiting.drop(each.removeprefix(ASIDE))
                continue
            hot, noun = self._hot.drop(each), self._out.drop(each)
            self._memo.pop(each, None)
            if hot is None or noun is None:
                continue
            left = tuple(other for other in self._near.get(hot.attack) or () if other != each)
            if left:
                self._near.put(hot.attack, left)
            else:
                self._near.drop(hot.attack)
            for report in sorted({word.report for word in hot.words}):
                self._said.drop(report)
            if noun.status not in {"withdrawn", "closed"}:
                # Silence doesn't end a danger that stays (R14, R37): it leaves as it was last told.
                lasting = "hazard" in noun.kinds
                closed = noun if lasting else msgspec.structs.replace(noun, status="closed")
                fact = Fact(type="incident", verb="close", noun=closed, because=noun.claims, why=QUIET)
                gone.append((when, fact))
        return gone
