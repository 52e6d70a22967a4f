"""Changes in words that a duty officer reads, for the expectations of stories."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.model import Alarm, Alert, Change, Coverage, Fact, Incident, LedgerLine, Statement, Threat

FEW = 4
"""Areas up to which alerts that are alike are told one by one."""


def lines(changes: Sequence[Change], shows: Sequence[str]) -> list[str]:
    """The changes that a story shows, those of many areas told together."""
    said: dict[str, list[str]] = {}
    for change in changes:
        fact = change.fact
        if f"{fact.type}s" not in shows and fact.type not in shows:
            continue
        words, area = _words(fact)
        said.setdefault(words, []).append(area)
    out = []
    for words, areas in said.items():
        if "{}" not in words:
            out += [words] * len(areas)
        elif len(areas) > FEW:
            out.append(words.format(f"{len(areas)} areas"))
        else:
            out += [words.format(area) for area in areas]
    return out


def _words(fact: Fact) -> tuple[str, str]:
    noun = fact.noun
    if isinstance(noun, Alert):
        return _alert(fact, noun), noun.area.name
    if isinstance(noun, Alarm):
        late = (
            f", since {noun.valid.start:%H:%M:%S}Z, received late"
            if noun.late and fact.verb == "raise"
            else ""
        )
        kind = "" if noun.kind == "air-raid" else f" ({noun.kind})"
        return f"alarm {_past(fact.verb)}: {{}}{kind}, by {noun.authority}{late}", noun.area.name
    if isinstance(noun, Threat):
        return _threat(fact, noun), ""
    if isinstance(noun, Coverage):
        return f"coverage of {noun.area}: {noun.state}", ""
    if isinstance(noun, Incident):
        kinds = ", ".join(noun.kinds)
        things = f" ({', '.join(noun.objects)})" if noun.objects else ""
        return (
            f"incident {_past(fact.verb)}: {kinds}{things} in {noun.area.name}, {noun.status}{_why(noun)}",
            "",
        )
    if isinstance(noun, LedgerLine):
        figure = f"{noun.min}" if noun.min == noun.max else f"{noun.min} to {noun.max}"
        what = " ".join(filter(None, (noun.subject, noun.weapon, noun.unit)))
        by = f"{noun.source} by {noun.by}" if noun.by else noun.source
        where = f" in {noun.area}" if noun.area else ""
        sure = ", preliminary" if noun.hedged else ""
        told = f"{what} {figure}{where}, says {by}{sure}, {noun.status}{_why(noun)}"
        return f"ledger {_past(fact.verb)}: {told}", ""
    assert isinstance(noun, Statement)
    return f"statement of {noun.source}", ""


def _why(noun: Incident | LedgerLine) -> str:
    return f" ({noun.reason})" if noun.reason else ""


def _alert(fact: Fact, alert: Alert) -> str:
    if fact.verb == "withhold":
        return f"withheld: {alert.cause.weapon or alert.cause.kind}, {{}}: {fact.why}"
    layer = "official alert" if alert.layer == "official" else "warning"
    cause = alert.cause.weapon or alert.cause.kind
    if fact.verb in ("clear", "revoke", "lapse"):
        how = alert.ending or "not renewed"
        doubt = ", CONTRADICTED" if alert.contradicted else ""
        return f"{layer} {_past(fact.verb)}: {{}} ({how}){doubt}"
    marks = [
        word
        for word, holds in (
            ("unofficial", alert.unofficial),
            ("unconfirmed", alert.unconfirmed),
            ("received late", alert.late),
        )
        if holds
    ]
    kind = "" if alert.kind == "air-raid" else f" {alert.kind},"
    more = f" ({', '.join(marks)})" if marks else ""
    return f"{layer} {_past(fact.verb)}: {{}},{kind} {alert.level or 'level not stated'}, {cause}{more}"


def _threat(fact: Fact, threat: Threat) -> str:
    where = ", ".join(a.name for a in threat.areas)
    toward = ", ".join(a.name for a in threat.toward)
    origin = ", ".join(a.name for a in threat.origin)
    parts = [
        f"from {origin}" if origin else "",
        f"over {where}" if where else "",
        f"toward {toward}" if toward else "",
    ]
    told = " ".join(p for p in parts if p) or "no place"
    count = f"{threat.count.min or ''}–{threat.count.max or ''} × " if threat.count else ""
    if threat.count and threat.count.min == threat.count.max:
        count = f"{threat.count.min} × "
    how = f", {threat.status}: {fact.why}" if fact.verb == "close" else ""
    belief = f"{threat.reliability}{threat.credibility}, {threat.origins} origin{'s' * (threat.origins != 1)}"
    return f"threat {_past(fact.verb)}: {count}{threat.weapon}, {told} ({belief}){how}"


def _past(verb: str) -> str:
    return {
        "raise": "raised",
        "revise": "revised",
        "clear": "cleared",
        "revoke": "revoked",
        "lapse": "lapsed",
        "open": "opened",
        "close": "closed",
    }.get(verb, verb)
