"""Claims made by hand: what a reader would find, without a reader, for tests of what comes after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from tocsin.config.world import load_gazetteer, load_world
from tocsin.engine import State, Step, World
from tocsin.model import (
    By,
    Claim,
    Deletion,
    Entry,
    Evidence,
    Interval,
    Order,
    PlaceRef,
    Range,
    Reading,
    Report,
    Source,
)

KYIV = "UA80000000000093317"
KYIV_OBLAST = "UA32000000000030281"
BROVARY = "UA32060050010081797"
BROVARY_RAION = "UA32060000000012455"
CHERNIHIV = "UA74000000000025378"
KHARKIV = "UA63000000000041885"
SUMY = "UA59000000000057109"
ODESA = "UA51000000000030770"
BRYANSK = "RU-BRY"
ALL = "UA"

START = datetime(2025, 3, 4, 4, 0, tzinfo=UTC)

REGISTER = {
    s.id: s
    for s in (
        Source(id="air-force", name="Air Force", kind="military", reliability="A"),
        Source(id="sirens", name="National sirens", kind="alarm-service", reliability="A", declares=("UA",)),
        Source(id="sirens-copy", name="The same, again", kind="alarm-service", reliability="A", declares=("UA",), authority="sirens"),
        Source(id="city-sirens", name="City sirens", kind="alarm-service", reliability="A", declares=(KYIV,), home=KYIV),
        Source(id="polled", name="Polled sirens", kind="alarm-service", reliability="A", declares=(CHERNIHIV,), fresh_for=30),
        Source(id="past-sirens", name="Siren history", kind="alarm-service", reliability="A", declares=("UA",), history=True),
        Source(id="mayor", name="Mayor", kind="authority", reliability="B", home=KYIV),
        Source(id="channel-one", name="Channel one", kind="monitoring-channel", reliability="C", home=KYIV),
        Source(id="channel-two", name="Channel two", kind="monitoring-channel", reliability="C", home=KYIV),
        Source(id="reporter", name="Reporter", kind="correspondent", reliability="B", home=KYIV),
        Source(id="gossip", name="Gossip", kind="public", reliability="E"),
    )
}  # fmt: skip


@cache
def bundled() -> World:
    """The world that ships with the package, compiled once for all tests."""
    return load_world()


def world(**register: Source) -> World:
    """The bundled world with the register of these tests."""
    base = bundled()
    return World(
        places=base.places,
        lexicon=base.lexicon,
        weapons=base.weapons,
        register={**REGISTER, **register},
        policy=base.policy,
        embargo=base.embargo,
    )


def at(minutes: float) -> datetime:
    """So many minutes after these tests begin."""
    return START + timedelta(minutes=minutes)


def place(code: str, role: str = "at") -> PlaceRef:
    """A place in the part that it plays."""
    return load_gazetteer().place(code, role)


def says(
    kind: str,
    weapon: str | None = None,
    *,
    where: str | Sequence[str] = (),
    toward: str | None = None,
    origin: str | None = None,
    count: int | None = None,
    **more: object,
) -> Claim:
    """A claim without its report; ``Morning.hears`` gives it one."""
    codes = (where,) if isinstance(where, str) else tuple(where)
    places = tuple(place(c) for c in codes)
    if toward:
        places += (place(toward, "toward"),)
    if origin:
        places += (place(origin, "from"),)
    by = more.pop("by", None)
    return Claim(
        id="",
        report="",
        source="",
        kind=kind,
        weapon=weapon,
        place=places[0] if places else None,
        places=places,
        count=None if count is None else Range(min=count, max=count),
        by=By(id=str(by), quote=str(by)) if by else None,
        valid=more.pop("valid", None) or Interval(start=None, end=None),  # type: ignore[arg-type]
        evidence=(Evidence(start=0, end=1, quote="x"),),
        **more,  # type: ignore[arg-type]
    )


class Hand:
    """A reader whose reports were read by hand."""

    def __init__(self) -> None:
        self.claims: dict[tuple[str, str], tuple[Claim, ...]] = {}

    def read(self, report: Report) -> Reading:
        """The claims that were laid down for a report."""
        return Reading(
            report=report.id, language="uk", claims=self.claims.get((report.source, report.id), ())
        )


class Morning:
    """A journal in the making and the state that it gives."""

    def __init__(self, base: World | None = None, register: Mapping[str, Source] | None = None) -> None:
        self.hand = Hand()
        self.state = State(base or world(**(register or {})), self.hand)
        self.entries: list[Entry] = []
        self.steps: list[Step] = []

    def _enter(self, body: Report | Deletion | Order, minute: float) -> Step:
        entry = Entry(number=len(self.entries) + 1, recorded_at=at(minute), body=body)
        self.entries.append(entry)
        step = self.state.step(entry)
        self.steps.append(step)
        assert not step.failed, step.problems
        return step

    def hears(
        self,
        minute: float,
        source: str,
        *claims: Claim,
        text: str | None = None,
        report: str | None = None,
        stated: float | None = None,
        **more: str,
    ) -> Step:
        """A report arrives at ``minute`` (and was stated then, unless ``stated`` says when)."""
        name = report or f"r{len(self.entries) + 1}"
        said = at(minute if stated is None else stated)
        made = tuple(_own(claim, source, name, number, said) for number, claim in enumerate(claims, 1))
        self.hand.claims[source, name] = made
        words = text or f"{source} {name}"
        return self._enter(Report(id=name, source=source, text=words, stated_at=said, **more), minute)

    def deletes(self, minute: float, source: str, report: str) -> Step:
        """The source takes a report back."""
        return self._enter(Deletion(id=f"d{len(self.entries)}", source=source, deletes=report), minute)

    def orders(
        self, minute: float, operator: str, verb: str, target: str, why: str = "on duty", **arguments: str
    ) -> Step:
        """A person gives an order."""
        return self._enter(
            Order(operator=operator, verb=verb, target=target, why=why, arguments=arguments), minute
        )

    def waits(self, minute: float) -> list[str]:
        """Time passes; what changed, in words."""
        return told(self.state.advance(at(minute)))

    def alerts(self) -> dict[tuple[str, str], str | None]:
        """Level of every standing alert by layer and area."""
        return {(a.layer, a.area.code): a.level for a in self.state.alerts()}


def _own(claim: Claim, source: str, report: str, number: int, said: datetime) -> Claim:
    import msgspec

    valid = (
        claim.valid if claim.valid.start is not None else Interval(start=said, end=None, precision="second")
    )
    return msgspec.structs.replace(
        claim, id=f"{source}:{report}#{number}", report=report, source=source, valid=valid
    )


def told(changes: Sequence[object]) -> list[str]:
    """Changes of alerts in short words: "raise warning UA32… yellow"."""
    out = []
    for change in changes:
        fact = change.fact  # type: ignore[attr-defined]
        if fact.type == "alert" and fact.verb == "withhold":
            out.append(f"withhold {fact.why}")
        elif fact.type == "alert":
            noun = fact.noun
            out.append(f"{fact.verb} {noun.layer} {noun.area.names['en']} {noun.level or 'no level'}")
    return out
