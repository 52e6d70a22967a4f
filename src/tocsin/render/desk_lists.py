"""The desk's lists: what stands, what comes, what was withheld, what happened, who watches, how outlets are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tocsin.model import Alert, AreaRef, AreaState, Change, Silence, Threat
from tocsin.render import story
from tocsin.render.desk_rows import Act, Row, acting, arrivals, spoken
from tocsin.render.desk_values import Night, Outlet, Waiting, Wanted
from tocsin.render.naming import cause, clean, number, sources, weapon
from tocsin.render.page import Frame, look, state_word
from tocsin.render.words import Words

__all__ = ["SHOWN", "alerts", "coverage", "explain", "outlets", "queue", "shadow", "threats", "withheld"]

SHOWN = 60
_NAMED = 3
_ORDER = {("official", "red"): 0, ("official", "yellow"): 1, ("warning", "red"): 2, ("warning", "yellow"): 3}
_STATES = ("ACTIVE", "PARTLY", "STALE", "UNKNOWN", "NOT_COVERED", "CLEAR")


def explain(target: str) -> Act:
    """Offer to say why."""
    return Act(verb="explain", target=target)


# --- what wants a person -----------------------------------------------------------


def queue(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Orders that wait for a second person come first, then what can't wait, then the rest; oldest first."""
    wanted = sorted(night.wanted, key=lambda one: (not one.high, one.since, one.target))
    rows: dict[tuple[str, str, str], list[Row]] = {}
    for row in (_wanted(one, night, frame) for one in wanted):
        rows.setdefault((row.head, row.why, row.said), []).append(row)
    # What reads the same is one row: the newest, with how many there are.
    told = [
        msgspec.structs.replace(same[-1], badge=f"× {len(same)}") if len(same) > 1 else same[0]
        for same in rows.values()
    ]
    return (*(_waiting(one, night, frame) for one in night.waiting), *told[:SHOWN])


def _waiting(one: Waiting, night: Night, frame: Frame) -> Row:
    words, order = frame.words, one.order
    area = night.places.area(order.target)
    where = words.named(area.names, order.target) if area else order.target
    mine = (Act(verb="decline", target=one.reference, name=where),)
    theirs = (Act(verb="approve", target=one.reference, name=where, main=True), *mine)
    return Row(
        item="waiting",
        id=one.reference,
        tone="high",
        clock=words.clock(one.at),
        badge=words.say("desk.waits-until", when=words.clock(one.until))
        if one.until
        else words.say("desk.waits"),
        head=clean(f"{words.word('desk.act', order.verb)}: {where}"),
        parts=spoken(order, night.places, words),
        who=clean(order.operator),
        said=order.why,
        acts=acting(night, mine, "operator") if one.mine else acting(night, theirs, "approver"),
    )


def _wanted(one: Wanted, night: Night, frame: Frame) -> Row:
    words = frame.words
    head = words.word("desk.wanted", one.kind)
    about = _about(one, night, words)
    # An area has no chain behind it, nor has a part of ours that fails: what they say is all there is.
    chained = one.kind not in {"problem", "degraded", "stale"} and night.places.area(one.target) is None
    acts = [explain(one.target)] if chained else []
    if one.kind == "contradiction" and one.area is not None and not chained:
        acts += acting(night, [Act(verb="confirm", target=one.area.code, name=words.area(one.area))])
    return Row(
        item="wanted",
        id=one.target,
        tone="high" if one.high else "",
        clock="" if one.kind == "degraded" else words.clock(one.since),
        head=clean(f"{head}: {about}" if about else head),
        # Why something was not believed is a code of ours; all else are words of others.
        why=words.word("why", one.what) if one.kind == "doubtful" and one.what else "",
        said="" if one.kind == "doubtful" else one.what,
        acts=tuple(acts),
    )


def _about(one: Wanted, night: Night, words: Words) -> str:
    """Name what it is about: a threat with where it goes, an alert with its cause, else the area alone."""
    threat = next((t for t in night.picture.threats if t.id == one.target), None)
    if threat is not None:
        where = _areas(threat.toward or threat.areas, words)
        return ", ".join(part for part in (weapon(threat.weapon, night.names, words), where) if part)
    area = words.area(one.area) if one.area else ""
    alert = next((a for a in night.picture.alerts if a.id == one.target), None)
    what = cause(alert.cause, night.names, words) if alert is not None else None
    return f"{area}, {what}" if area and what else area


# --- alerts -------------------------------------------------------------------------


def alerts(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Show what stands, the gravest first; what says the same of many areas is one row with its areas inside."""
    groups: dict[tuple[object, ...], list[Alert]] = {}
    for one in night.picture.alerts:
        what = (one.layer, one.kind, one.level, one.cause.kind, one.cause.weapon, one.unofficial, one.late)
        groups.setdefault((*what, one.whose, one.contradicted, one.valid.start), []).append(one)

    def order(group: Sequence[Alert]) -> tuple[int, float, str]:
        first = group[0]
        start = first.valid.start.timestamp() if first.valid.start else 0.0
        return _ORDER.get((first.layer, first.level or "red"), 4), -start, first.id

    return tuple(_alerts(group, night, frame) for group in sorted(groups.values(), key=order))


def _alerts(group: Sequence[Alert], night: Night, frame: Frame) -> Row:
    words, one = frame.words, group[0]
    what = cause(one.cause, night.names, words) or words.say("what.unstated")
    notes = [
        words.say(key)
        for key, holds in (
            ("cap.unofficial", one.unofficial),
            ("sure.one", one.unconfirmed),
            ("sure.late", one.late),
        )
        if holds
    ]
    alone = len(group) == 1
    end = one.lapses_at if one.layer == "warning" else None
    if end is not None:
        notes.append(words.say("desk.until", when=words.clock(end)))
    red = one.level == "red" or (one.layer == "official" and one.level is None)
    return Row(
        item="alert",
        id=one.id if alone else f"{one.id}+{len(group)}",
        tone=f"{one.layer} {'red' if red else 'yellow'}",
        clock=words.clock(one.valid.start) if one.valid.start else "",
        badge=words.word("level", one.level or "red"),
        head=clean(f"{_areas([a.area for a in group], words)}: {what}"),
        parts=(
            words.say("official.word" if one.layer == "official" else "warning.word"),
            *([words.word("kind", one.kind)] if one.kind != "air-raid" else []),
            *notes,
        ),
        who=sources(one.whose, night.names, words.lang),
        acts=_on_alert(one, night, words) if alone else (),
        rows=() if alone else tuple(_area_of(a, night, words) for a in group),
    )


def _areas(some: Sequence[AreaRef], words: Words) -> str:
    """Name three areas of a row, and say how many more: the row opens to all."""
    named = ", ".join(words.area(area) for area in some[:_NAMED])
    return f"{named} {words.count('more.areas', len(some) - _NAMED)}" if len(some) > _NAMED else named


def _area_of(one: Alert, night: Night, words: Words) -> Row:
    return Row(item="alert", id=one.id, head=clean(words.area(one.area)), acts=_on_alert(one, night, words))


def _on_alert(one: Alert, night: Night, words: Words) -> tuple[Act, ...]:
    name = clean(words.area(one.area))
    clear = Act(verb="clear", target=one.id, name=name, fill={"ending": "over"})
    # R4: what takes an alert back stands beside it from the moment at which it was raised.
    revoke = Act(verb="revoke", target=one.id, name=name)
    return acting(night, (explain(one.id), clear, revoke))


# --- threats ------------------------------------------------------------------------


def threats(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Show what is believed to be in the air, the newest word first."""
    standing = [one for one in night.picture.threats if one.status in {"live", "lost"}]
    standing.sort(key=lambda one: (one.status != "live", -_said(one), one.id))
    return tuple(_threat(one, night, frame) for one in standing[:SHOWN])


def _said(one: Threat) -> float:
    moment = one.last_said or one.valid.start
    return moment.timestamp() if moment else 0.0


def _threat(one: Threat, night: Night, frame: Frame) -> Row:
    words = frame.words
    count = number(one.count.min, one.count.max, words, approx=one.count.approx) if one.count else ""
    called = weapon(one.weapon, night.names, words)
    parts = [words.word("threat", one.status)] if one.status != "live" else []
    if one.areas:
        parts.append(words.say("threat.where", areas=story.areas(one.areas, words)))
    if one.toward:
        parts.append(words.say("threat.toward", areas=story.areas(one.toward, words)))
    if one.heading:
        parts.append(words.say("desk.heading", to=words.word("desk.compass", one.heading)))
    parts += _arriving(one, night, words)
    said = one.last_said or one.valid.start
    if one.lapses_at:
        parts.append(words.say("desk.until", when=words.clock(one.lapses_at)))
    name = clean(called)
    kinds = ("adjust", "correct", "split", "merge", "end")
    return Row(
        item="threat",
        id=one.id,
        tone="live" if one.status == "live" else "lost",
        clock=words.clock(said) if said else "",
        badge=f"{one.reliability}{one.credibility}",
        head=clean(f"{words.word('desk.kind', one.kind)}: {called}{f' × {count}' if count else ''}"),
        parts=tuple(clean(p) for p in parts),
        who=f"{sources(one.sources, night.names, words.lang)} · {words.count('desk.origins', one.origins)}",
        acts=acting(night, (explain(one.id), *(Act(verb=verb, target=one.id, name=name) for verb in kinds))),
    )


def _arriving(one: Threat, night: Night, words: Words) -> list[str]:
    """Say when it can arrive, as a bound and never a countdown (R36); what has passed is said to have passed."""
    told = []
    for code, earliest, latest in arrivals(one, night.names, night.places)[:4]:
        area = words.area(night.places.ref(code))
        when = words.clock(earliest)
        if latest is not None:
            told.append(words.say("desk.arrival-range", area=area, earliest=when, latest=words.clock(latest)))
        else:
            told.append(words.say("desk.arrival", area=area, earliest=when))
    return told


# --- what was withheld, and what a shadow policy would have done --------------------


def withheld(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Show what did not sound and why, newest first."""
    kept = [c for c in night.changes if c.fact.verb == "withhold"]
    return _strokes(kept, night, frame)


def shadow(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Show what the policy in the shadow would have done and the live one did not, newest first."""
    return _strokes(night.shadow, night, frame)


def _strokes(changes: Iterable[Change], night: Night, frame: Frame) -> tuple[Row, ...]:
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        key = (change.at, change.fact.verb, change.fact.why, change.fact.because)
        groups.setdefault(key, []).append(change)
    newest = sorted(groups.values(), key=lambda g: (g[0].at, g[0].number), reverse=True)
    return tuple(_stroke(group, night, frame) for group in newest[:SHOWN])


def _stroke(group: Sequence[Change], night: Night, frame: Frame) -> Row:
    words, change = frame.words, group[0]
    found = [c.fact.noun for c in group if isinstance(c.fact.noun, Alert)]
    where = story.areas(tuple(one.area for one in found), words)
    what = (cause(found[0].cause, night.names, words) if found else None) or words.say("what.unstated")
    why = words.word("why", change.fact.why) if change.fact.why else ""
    return Row(
        item="withheld",
        id=found[0].id if found else str(change.number),
        tone=change.fact.verb,
        clock=words.clock(change.at, seconds=True),
        head=clean(f"{where}: {what}"),
        why=why,
        who=sources(found[0].whose, night.names, words.lang) if found else "",
        acts=(explain(found[0].id),) if found else (),
    )


# --- who watches, and how outlets are ------------------------------------------------


def coverage(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Show for each first-level area its state and when it was last heard of; what nobody hears comes first."""
    firsts = set(night.places.first_level())
    states = [one for one in night.states if one.area.code in firsts]
    states.sort(key=lambda one: (not one.stale, _STATES.index(one.state), one.area.code))
    return tuple(_covered(one, night, frame) for one in states)


def _covered(one: AreaState, night: Night, frame: Frame) -> Row:
    words = frame.words
    heard = words.say("fresh.never")
    if one.heard_at is not None:
        # A clock and not "12 seconds ago", which would change the screen every second and say nothing.
        heard = words.say("desk.heard", when=words.when(one.heard_at, night.now))
    return Row(
        item="area",
        id=one.area.code,
        tone=f"look-{look(one)}",
        head=clean(words.area(one.area)),
        badge=state_word(one, words),
        parts=(heard,),
    )


def outlets(night: Night, frame: Frame) -> tuple[Row, ...]:
    """Show what is degraded first, then every outlet, the silences that stand and the sources in quarantine."""
    words = frame.words
    rows = [
        Row(item="health", id=name, tone="bad", head=clean(name), why=clean(why), badge=words.say("desk.bad"))
        for name, why in sorted(night.degraded.items())
        if name not in {one.name for one in night.outlets if one.why}
    ]
    rows += [_outlet(one, night, words) for one in night.outlets]
    rows += [_silence(one, night, words) for one in night.silences]
    for source in night.quarantined:
        name = sources((source,), night.names, words.lang)
        head = words.say("desk.quarantined", name=name)
        acts = acting(night, [Act(verb="release", target=source, name=name)])
        rows.append(Row(item="source", id=source, tone="muted", head=head, acts=acts))
    return tuple(rows)


def _silence(one: Silence, night: Night, words: Words) -> Row:
    every = words.say("desk.every-outlet")
    parts = [words.say("desk.until", when=words.clock(one.until))]
    if one.area is not None:
        parts.append(clean(words.area(night.places.ref(one.area))))
    if one.layer is not None:
        parts.append(words.say("official.word" if one.layer == "official" else "warning.word"))
    if one.kind is not None:
        parts.append(words.word("kind", one.kind))
    return Row(
        item="silence",
        id=one.id,
        tone="muted",
        head=clean(f"{words.say('desk.muted')}: {every if one.outlet == '*' else one.outlet}"),
        clock=words.clock(one.start),
        parts=tuple(parts),
        who=clean(one.operator),
        said=one.why,
        acts=acting(night, [Act(verb="unsilence", target=one.id, name=clean(one.outlet))]),
    )


def _outlet(one: Outlet, night: Night, words: Words) -> Row:
    sent = words.say("desk.sent", n=one.sent) if one.sent is not None else words.say("desk.sent-none")
    return Row(
        item="outlet",
        id=one.name,
        tone="bad" if one.why else "muted" if one.silenced else "good",
        clock=words.clock(one.sent_at) if one.sent_at else "",
        head=clean(one.name),
        badge=words.say("desk.bad" if one.why else "desk.muted" if one.silenced else "desk.good"),
        parts=(sent,),
        why=clean(one.why or one.silenced or ""),
        acts=acting(
            night, [Act(verb="silence", target=one.name, name=clean(one.name), fill={"minutes": "30"})]
        ),
    )
