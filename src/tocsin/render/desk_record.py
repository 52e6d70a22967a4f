"""The record as the desk sees it: effects, figures by source, and what the embargo keeps from the public until when."""

from __future__ import annotations

from datetime import datetime

from tocsin.model import Claim, Incident, LedgerLine
from tocsin.render import story
from tocsin.render.desk_lists import SHOWN, explain
from tocsin.render.desk_reports import understood
from tocsin.render.desk_rows import Act, Row, acting
from tocsin.render.desk_values import Held, Night
from tocsin.render.naming import clean, sources
from tocsin.render.page import Frame

__all__ = ["held", "incidents", "ledgers"]

_HOLD = "60"
"""Minutes that a claim is held back longer where nobody says how long."""
_PEOPLE = ("killed", "missing", "trapped", "injured", "hospitalised", "affected", "rescued")


def incidents(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Show effects as the desk knows them, embargoed ones included, newest first."""
    known = sorted(
        night.picture.incidents,
        key=lambda one: (one.valid.start.timestamp() if one.valid.start else 0.0, one.id),
        reverse=True,
    )
    return tuple(_incident(one, night, frame) for one in known[:SHOWN])


def _incident(one: Incident, night: Night, frame: Frame) -> Row:
    words = frame.words
    name = clean(words.area(one.area))
    acts = [
        explain(one.id),
        *(Act(verb=v, target=one.id, name=name) for v in ("place", "merge", "withdraw")),
    ]
    if one.claims:
        acts.append(Act(verb="publish", target=one.claims[0], name=name))
    told = story.reason(one, night.names, words)
    return Row(
        item="incident",
        id=one.id,
        tone="withdrawn" if one.status == "withdrawn" else "",
        clock=words.clock(one.valid.start) if one.valid.start else "",
        badge=str(one.credibility),
        head=f"{name}: {story.incident(one, words)}",
        parts=(
            words.word("status", one.status),
            *([words.say("hedged")] if one.hedged else []),
            *([told] if told else []),
            *([words.count("desk.against", len(one.against))] if one.against else []),
        ),
        who=sources(one.sources, night.names, words.lang),
        acts=acting(night, acts),
    )


def ledgers(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Show the figures that stand, those of people first, the newest word first; none of them is a sum."""
    chosen = {one.line for one in night.picture.ledgers.preferred}
    lines = [one for one in night.picture.ledgers.lines if one.status == "standing"]

    def order(one: LedgerLine) -> tuple[int, float, str]:
        rank = _PEOPLE.index(one.subject) if one.subject in _PEOPLE else len(_PEOPLE)
        return rank, -one.stated_at.timestamp(), one.id

    return tuple(_line(one, one.id in chosen, night, frame) for one in sorted(lines, key=order)[:SHOWN])


def _line(one: LedgerLine, preferred: bool, night: Night, frame: Frame) -> Row:
    words = frame.words
    area = night.places.area(one.area) if one.area else None
    said = story.subject(one, night.names, words)
    through = sources((one.by,), night.names, words.lang) if one.by and one.by != one.source else ""
    return Row(
        item="line",
        id=one.id,
        clock=words.clock(one.stated_at),
        badge=words.say("desk.preferred") if preferred else "",
        head=clean(f"{said}: {story.figure(one, words)}"),
        parts=(
            *([clean(words.named(area.names, area.code))] if area is not None else []),
            *([words.say("hedged")] if one.hedged else []),
            *([f"{words.say('desk.quoting')} {through}"] if through else []),
        ),
        who=sources((one.source,), night.names, words.lang),
        acts=(explain(one.id), *acting(night, [Act(verb="retract", target=one.id, name=clean(said))])),
    )


def held(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Show what the public does not see yet, the soonest to go out first; what never does comes last."""
    said = {claim.id: (claim, one.recorded_at) for one in night.heard for claim in one.claims}
    return tuple(_held(one, said.get(one.claim), night, frame) for one in night.held[:SHOWN])


def _held(one: Held, said: tuple[Claim, datetime] | None, night: Night, frame: Frame) -> Row:
    words = frame.words
    head, quote, clock = one.claim, "", ""
    if said is not None:
        shown = understood(said[0], 0, night.names, words, {})
        head = " · ".join((shown.kind, *shown.parts))
        quote = " … ".join(e.quote for e in said[0].evidence)
        clock = words.clock(said[1])
    acts = [Act(verb="hold", target=one.claim, name=clean(head), fill={"minutes": _HOLD})]
    if one.override == "desk":
        acts.insert(0, Act(verb="publish", target=one.claim, name=clean(head)))
    goes = words.say("desk.held-until", when=words.when(one.until, night.now)) if one.until else ""
    return Row(
        item="held",
        id=one.claim,
        tone="muted",
        clock=clock,
        badge=words.say("desk.held-partly") if one.partly else "",
        head=clean(head),
        parts=(
            goes or words.say("desk.held-never"),
            *([words.say("desk.held-kept")] if one.kept else []),
            *([clean(one.why)] if one.why else []),
        ),
        who=sources((one.source,), night.names, words.lang),
        said=quote,
        acts=acting(night, acts),
    )
