"""The resident's page: what it answers, in the order in which a frightened person asks.

Am I in danger, from what, since when, what shall I do, how sure and how fresh is this, who says so, when did it
change; then map, what is coming, what happened, who was hurt, what was said, what was ended, recent hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from markupsafe import Markup

from tocsin.model import Alert, AreaRef, AreaState, Change, Incident, LedgerLine, Picture, Statement, Threat
from tocsin.render import story
from tocsin.render.hours import Span, strip
from tocsin.render.map import Part, Sheet, draw
from tocsin.render.naming import Names, ago, cause, clean, instruction, sources
from tocsin.render.page import Frame, breadcrumbs, expiry, look, render, state_word
from tocsin.render.words import Words

__all__ = ["Help", "View", "answers", "embed", "page"]


class Help(msgspec.Struct, frozen=True, kw_only=True):
    """Help for those affected that a source said is open, or closed again, with the words that say where."""

    line: LedgerLine
    words: tuple[str, ...] = ()


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page of one area shows: its state, its parts', and the picture cut to what concerns it."""

    state: AreaState
    names: Names
    above: tuple[AreaRef, ...] = ()
    children: tuple[AreaState, ...] = ()
    picture: Picture = Picture()
    ended: tuple[Change, ...] = ()
    spans: tuple[Span, ...] = ()
    sheet: Sheet | None = None
    changed: datetime | None = None
    cleared: Change | None = None
    within: tuple[Alert, ...] = ()
    places: Mapping[str, AreaRef] = {}
    help: tuple[Help, ...] = ()
    stops: tuple[tuple[str, str, bool], ...] = ()
    """Moments to look back to: the clock, the address, and whether it is the one looked at."""


def answers(view: View, frame: Frame) -> tuple[tuple[str, str, str], ...]:
    """Answer the page's questions in their order, each as (key, question, answer)."""
    state, words = view.state, frame.words
    return tuple(
        (key, words.say("ask.where" if key == "what" and state.state == "PARTLY" else f"ask.{key}"), text)
        for key, text in (
            ("what", _what(view, frame)),
            ("since", _since(view, frame)),
            ("do", _do(state, frame)),
            ("sure", _sure(view, frame)),
            ("fresh", _fresh(state, frame)),
            ("who", sources(_whose(view), view.names, frame.words.lang)),
            ("changed", words.when(view.changed, frame.now) if view.changed else ""),
        )
        if text
    )


def _whose(view: View) -> tuple[str, ...]:
    """Whose word the official state rests on: those who declared the alarm, or who ended the last one."""
    alerts = view.state.official or (view.within if view.state.state == "PARTLY" else ())
    if look(view.state) == "warned":
        return tuple(dict.fromkeys(s for alert in view.state.warnings for s in alert.whose))
    if not alerts and view.state.state == "CLEAR" and view.cleared is not None:
        last = view.cleared.fact.noun
        return last.whose if isinstance(last, Alert) else ()
    return tuple(dict.fromkeys(s for alert in alerts for s in alert.whose))


def _what(view: View, frame: Frame) -> str:
    state, names, words = view.state, view.names, frame.words
    if state.state not in {"ACTIVE", "PARTLY"}:
        return ""
    told = []
    for alert in state.official:
        kind = words.word("kind", alert.kind)
        why = cause(alert.cause, names, words)
        level = words.word("level", alert.level) if alert.level else ""
        told.append(". ".join(p for p in (kind, level.capitalize(), why) if p))
    if state.state == "PARTLY":
        struck = tuple(c.area for c in view.children if c.state in {"ACTIVE", "PARTLY"})
        told = [story.areas(struck, words)] if struck else told
    if not told:
        return words.say("what.unstated") if state.state == "ACTIVE" else ""
    if state.official and not any(cause(alert.cause, names, words) for alert in state.official):
        told.append(words.say("what.unstated"))
    return ". ".join(dict.fromkeys(told)) + "."


def _since(view: View, frame: Frame) -> str:
    state = view.state
    since = state.since
    if look(state) == "warned":
        since = min((alert.valid.start for alert in state.warnings if alert.valid.start), default=since)
    elif since is None and state.state == "PARTLY":
        since = min((alert.valid.start for alert in view.within if alert.valid.start), default=None)
    elif since is None and state.state == "CLEAR" and view.cleared is not None:
        since = view.cleared.at
    if since is None or state.state in {"UNKNOWN", "NOT_COVERED"}:
        return ""
    return f"{frame.words.when(since, frame.now)} ({ago(since, frame.now, frame.words)})"


def _do(state: AreaState, frame: Frame) -> str:
    words = frame.words
    if state.contradicted:
        return words.say("do.contradicted")
    if state.official and state.state in {"ACTIVE", "PARTLY"}:
        return " ".join(dict.fromkeys(instruction(alert, words) for alert in state.official))
    if state.state == "PARTLY":
        return words.say("do.partly")
    if look(state) == "warned":
        return " ".join(dict.fromkeys(instruction(alert, words) for alert in state.warnings[:1]))
    if state.state == "ACTIVE" or (state.state == "STALE" and state.last_state in {"ACTIVE", "PARTLY"}):
        return words.say("do.air-raid")
    return ""


def _sure(view: View, frame: Frame) -> str:
    state, words = view.state, frame.words
    if state.state in {"STALE", "UNKNOWN", "NOT_COVERED"}:
        return words.say("sure.unknown")
    if not state.official:
        return ""
    said = [words.say("sure.official")]
    whose = tuple(dict.fromkeys(_whose(view)))
    if any(alert.unconfirmed for alert in state.official):
        said.append(words.say("sure.one"))
    elif whose:
        said.append(words.count("sure.more", len(whose)))
    if any(alert.late for alert in state.official):
        said.append(words.say("sure.late"))
    return ". ".join(said)


def _fresh(state: AreaState, frame: Frame) -> str:
    words = frame.words
    if state.heard_at is None:
        return words.say("fresh.never")
    heard = words.say("fresh.heard", when=words.when(state.heard_at, frame.now))
    return f"{heard} ({ago(state.heard_at, frame.now, words)})"


def verdict(state: AreaState, frame: Frame) -> str:
    """Answer whether there is danger, in a sentence that never reads as calm when we do not know."""
    words = frame.words
    if state.contradicted:
        return words.say("answer.CONTRADICTED")
    key = "CLEAR-warned" if state.state == "CLEAR" and state.warnings else state.state
    said = words.word("answer", key, "UNKNOWN")
    if state.state == "STALE" and state.last_state:
        said += " " + words.say("answer.last", state=words.word("state", state.last_state).lower())
    return said


# --- what the parts of the page show ------------------------------------------------


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """A warning as the page shows it."""

    area: str
    what: str
    level: str
    tone: str
    do: str
    who: str
    since: str
    until: str
    notes: tuple[str, ...]


def _warned(view: View, frame: Frame) -> tuple[Warned, ...]:
    """Show warnings, those that say the same of many areas as one; what concerns this area itself comes first."""
    groups: dict[tuple[object, ...], list[Alert]] = {}
    for alert in view.state.warnings:
        what = (alert.kind, alert.cause.kind, alert.cause.weapon, alert.level, alert.whose, alert.unofficial)
        groups.setdefault((*what, alert.unconfirmed, alert.valid.start, alert.lapses_at), []).append(alert)
    return tuple(_warning(group, view, frame) for group in groups.values())


def _warning(group: Sequence[Alert], view: View, frame: Frame) -> Warned:
    words, alert = frame.words, group[0]
    end = alert.lapses_at or alert.valid.end
    notes = [words.say(f"cap.{flag}") for flag in ("unofficial", "unconfirmed") if getattr(alert, flag)]
    return Warned(
        area=story.areas(tuple(one.area for one in group), words),
        what=cause(alert.cause, view.names, words) or words.say("what.unstated"),
        level=words.word("level", alert.level or "yellow"),
        # What rests on channels alone is never red (R31).
        tone="red" if alert.level == "red" and not alert.unofficial else "yellow",
        do=instruction(alert, words),
        who=sources(alert.whose, view.names, frame.words.lang) or words.say("cap.nobody"),
        since=words.when(alert.valid.start, frame.now) if alert.valid.start else "",
        until=words.say("warning.until", when=words.when(end, frame.now)) if end else "",
        notes=tuple(notes),
    )


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A line of what is coming, or of what happened."""

    headline: str
    details: tuple[str, ...]
    who: str
    when: str = ""
    withdrawn: bool = False


def _coming(threat: Threat, view: View, frame: Frame) -> Shown:
    words = frame.words
    details = []
    if threat.areas:
        details.append(words.say("threat.where", areas=story.areas(threat.areas, words)))
    if threat.toward:
        details.append(words.say("threat.toward", areas=story.areas(threat.toward, words)))
    details.append(words.word("threat", threat.status))
    earliest = threat.earliest_arrival.get(view.state.area.code)
    if earliest is not None and earliest > frame.now:
        details.append(words.say("threat.earliest", when=words.clock(earliest)))
    return Shown(
        headline=story.threat(threat, view.names, words),
        details=tuple(details),
        who=sources(threat.sources, view.names, frame.words.lang),
        when=words.when(threat.valid.start, frame.now) if threat.valid.start else "",
    )


def happened(what: Incident, names: Names, frame: Frame) -> Shown:
    """Show an incident by its district, as the public picture gives it."""
    words = frame.words
    details = [words.word("status", what.status)]
    if what.hedged:
        details.append(words.say("hedged"))
    details += [told] if (told := story.reason(what, names, words)) else []
    return Shown(
        headline=f"{clean(words.area(what.area))}: {story.incident(what, words)}",
        details=tuple(details),
        who=sources(what.sources, names, frame.words.lang),
        when=words.when(what.valid.start, frame.now) if what.valid.start else "",
        withdrawn=what.status == "withdrawn",
    )


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """A subject of the ledger: the preferred figure, why, and every line that spoke of it, in time."""

    subject: str
    where: str
    figure: str
    who: str
    when: str
    why: str
    lines: tuple[tuple[str, str, str, str], ...]
    people: bool
    hedged: bool


_PEOPLE = (
    "killed",
    "missing",
    "trapped",
    "injured",
    "hospitalised",
    "affected",
    "rescued",
    "stress-reaction",
)


def tallies(view: View, frame: Frame) -> tuple[Tally, ...]:
    """Group ledger lines by what they count; people come first, the gravest first."""
    groups: dict[tuple[str | None, ...], list[LedgerLine]] = {}
    for line in view.picture.ledgers.lines:
        # Where help is to be had is no tally: it has a part of its own, with the words that say where.
        if line.subject in story.HELP:
            continue
        key = (line.subject, line.incident, line.attack, line.area, line.weapon, line.unit)
        groups.setdefault(key, []).append(line)
    chosen = {p.line: p.why for p in view.picture.ledgers.preferred}
    told = []
    for lines in groups.values():
        subject = lines[0].subject
        lines.sort(key=lambda line: (line.stated_at, line.id))
        best = next((line for line in reversed(lines) if line.id in chosen), None)
        best = (
            best or next((line for line in reversed(lines) if line.status == "standing"), None) or lines[-1]
        )
        order = _PEOPLE.index(subject) if subject in _PEOPLE else len(_PEOPLE)
        told.append(
            (order, best.stated_at, best.id, _tally(best, lines, chosen.get(best.id, ""), view, frame))
        )
    return tuple(one[3] for one in sorted(told, key=lambda one: one[:3]))


def _tally(best: LedgerLine, lines: Sequence[LedgerLine], why: str, view: View, frame: Frame) -> Tally:
    words = frame.words
    return Tally(
        subject=story.subject(best, view.names, words),
        where=_where(best, view, words),
        figure=story.figure(best, words) if best.status == "standing" else words.word("ledger", best.status),
        who=_said(best, view.names, frame),
        when=words.when(best.stated_at, frame.now),
        why=clean(why),
        lines=tuple(
            (
                words.when(line.stated_at, frame.now),
                story.figure(line, words) + (f" ({words.say('hedged')})" if line.hedged else ""),
                _said(line, view.names, frame),
                words.word("ledger", line.status),
            )
            for line in lines
        ),
        hedged=best.hedged,
        people=best.subject in _PEOPLE or best.subject.startswith(("children-", "responders-")),
    )


def _helped(view: View, frame: Frame) -> tuple[tuple[Shown, tuple[str, ...]], ...]:
    """Show where help is open; what was closed stays, and says so."""
    words = frame.words
    told = []
    for one in view.help:
        line = one.line
        where = view.places.get(line.area or "")
        what = story.subject(line, view.names, words)
        shown = Shown(
            headline=f"{what}: {clean(words.area(where))}" if where is not None else what,
            details=(story.figure(line, words) if line.status == "standing" else words.say("help.closed"),),
            who=_said(line, view.names, frame),
            when=words.when(line.stated_at, frame.now),
            withdrawn=line.status != "standing",
        )
        told.append((shown, one.words))
    return tuple(told)


def _where(line: LedgerLine, view: View, words: Words) -> str:
    """Name where a line counts, unless it is the area of the page itself."""
    area = view.places.get(line.area or "")
    return "" if area is None or area.code == view.state.area.code else clean(words.area(area))


def _said(line: LedgerLine, names: Names, frame: Frame) -> str:
    """X said so with X's own report, else Y reports that X said so (R5)."""
    who = sources((line.source,), names, frame.words.lang)
    if line.by is None or line.by == line.source:
        return who
    return frame.words.say("ledger.through", source=who, by=sources((line.by,), names, frame.words.lang))


def _party(what: Statement, names: Names, frame: Frame) -> str:
    """Name whose words a statement is: the party's, by whom and through whom."""
    words = frame.words
    who = sources((what.by or what.source,), names, frame.words.lang)
    return f"{words.say(f'party.{what.party}')}: {who}" if words.has(f"party.{what.party}") else who


def _parts(view: View, frame: Frame) -> tuple[Part, ...]:
    words = frame.words
    parts = []
    for child in view.children:
        name, word = clean(words.area(child.area)), state_word(child, words)
        if child.state == "ACTIVE":
            word += f", {words.word('level', child.level or 'red')}"
        elif look(child) == "warned":
            word = words.say("state.warned-quiet")
        elif child.warnings:
            word += f", {words.say('state.and-warned')}"
        parts.append(
            Part(
                code=child.area.code,
                name=name,
                label=f"{name}: {word}",
                look=look(child),
                href=frame.href(f"/area/{child.area.code}"),
            )
        )
    return tuple(parts)


def _map(view: View, parts: tuple[Part, ...], frame: Frame) -> Markup | None:
    if view.sheet is None:
        return None
    title = f"{frame.words.say('part.map')}: {frame.words.area(view.state.area)}"
    return Markup(draw(view.sheet, parts, title=title))  # noqa: S704 - draw escapes all text


def _strip(view: View, frame: Frame) -> Markup | None:
    if not view.spans:
        return None
    return Markup(strip(view.spans, frame.now, frame.words, frame.words.say("part.hours")))  # noqa: S704 - escaped there


_MANY = 12
_ENDED = 12
_STRUCK = frozenset({"red", "yellow", "partly", "contradicted"})
_WARNED = _STRUCK | {"warned", "stale"}


def _urgent(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Choose the parts that are listed openly: all where they are few, else those under alarm first of all."""
    if len(parts) <= _MANY:
        return parts
    warned = tuple(p for p in parts if p.look in _WARNED)
    return warned if len(warned) <= _MANY else tuple(p for p in parts if p.look in _STRUCK)


def _values(view: View, frame: Frame) -> dict[str, object]:
    words, state = frame.words, view.state
    title = clean(words.area(state.area))
    parts = _parts(view, frame)
    picture = view.picture
    return {
        "title": title,
        "state": state,
        "look": look(state),
        "word": state_word(state, words),
        "verdict": verdict(state, frame),
        "level": words.word("level", state.level or "red") if state.state == "ACTIVE" else "",
        "expires": expiry(state.valid_until, frame.now),
        "answers": answers(view, frame),
        "above": breadcrumbs(view.above, frame),
        "warnings": _warned(view, frame),
        "parts": parts,
        "urgent": _urgent(parts),
        "many": len(parts) > _MANY,
        "map": _map(view, parts, frame),
        "approximate": view.sheet is not None and view.sheet.approximate,
        "coming": tuple(_coming(t, view, frame) for t in picture.threats if t.status in {"live", "lost"}),
        "happened": tuple(happened(i, view.names, frame) for i in picture.incidents),
        "tallies": tallies(view, frame),
        "helped": _helped(view, frame),
        "stops": view.stops,
        "statements": tuple((s, _party(s, view.names, frame)) for s in picture.statements),
        "ended": story.tell_all(view.ended, view.names, words, {})[:_ENDED],
        "strip": _strip(view, frame),
        "until": words.say("fresh.until", when=words.clock(state.valid_until, seconds=True))
        if state.valid_until
        else "",
    }


def page(view: View, frame: Frame, *, fragment: bool = False) -> str:
    """Write the page of an area, or only what of it changes with the world."""
    return render("now.html" if fragment else "area.html", frame, **_values(view, frame))


def embed(view: View, frame: Frame) -> str:
    """Write the small card that a newsroom puts into its page."""
    return render("embed.html", frame, **_values(view, frame))
