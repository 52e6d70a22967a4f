"""Acting at the desk: the form of an order, the preview of exactly what it would do, and why something is so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from tocsin.model import ALARM_TYPES, Alert, Fact, Order
from tocsin.places import Gazetteer
from tocsin.places.geometry import COMPASS
from tocsin.render.desk_reports import understood
from tocsin.render.desk_rows import spoken
from tocsin.render.desk_values import Moment, Preview, Saying
from tocsin.render.naming import Names, cause, clean, sources, weapon
from tocsin.render.page import Frame, render
from tocsin.render.words import LANGUAGES, Words, bundled

__all__ = ["FORMS", "Form", "Option", "areas", "choices", "explained", "forms", "previewed"]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of a verb asks for. ``free`` verbs can be begun without standing on anything."""

    verb: str
    target: str
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    free: bool = False


FORMS: Final = (
    Form(verb="raise", target="area", fields=("kind", "level"), free=True),
    Form(verb="clear", target="alert", fields=("kind", "ending")),
    Form(verb="revoke", target="alert", fields=("kind",)),
    Form(verb="confirm", target="area"),
    Form(verb="correct", target="threat", fields=("from", "to"), needs=("from", "to")),
    Form(
        verb="adjust",
        target="threat",
        fields=("weapon", "count", "heading", "areas", "toward", "minutes"),
    ),
    Form(verb="end", target="threat", fields=("how",), needs=("how",)),
    Form(verb="merge", target="threat", fields=("into",), needs=("into",)),
    Form(verb="split", target="threat", fields=("count", "areas", "toward")),
    Form(verb="quarantine", target="source"),
    Form(verb="release", target="source"),
    Form(
        verb="silence",
        target="outlet",
        fields=("minutes", "area", "layer", "kind"),
        needs=("minutes",),
        free=True,
    ),
    Form(verb="unsilence", target="silence"),
    Form(verb="publish", target="claim"),
    Form(verb="hold", target="claim", fields=("minutes",), needs=("minutes",)),
    Form(verb="withdraw", target="incident"),
    Form(verb="close", target="incident"),
    Form(verb="place", target="incident", fields=("area",), needs=("area",)),
    Form(verb="retract", target="line"),
    Form(verb="redact", target="report"),
    Form(verb="approve", target="order"),
    Form(verb="decline", target="order"),
)
"""Every verb that a person can give at the desk; a test holds it beside the table of decisions."""


class Option(msgspec.Struct, frozen=True):
    """One choice of a field: what is sent, what is read, and what else may be typed for it."""

    value: str
    label: str
    also: tuple[str, ...] = ()


def forms(words: Words) -> tuple[tuple[Form, str], ...]:
    """Give the forms with their names."""
    return tuple((form, words.word("desk.act", form.verb)) for form in FORMS)


def choices(names: Names, words: Words) -> Mapping[str, tuple[Option, ...]]:
    """Give the choices of the fields that have a vocabulary."""
    weapons = ((slug, weapon(slug, names, words)) for slug in names.weapons)
    ways = (("over", "mistake", "did-not-come"), "ending")
    return {
        "kind": tuple(Option(kind, words.word("kind", kind)) for kind in ALARM_TYPES),
        "level": tuple(Option(level, words.word("level", level)) for level in ("red", "yellow")),
        "ending": tuple(Option(way, words.word("ending", way)) for way in ("over", "did-not-come")),
        "how": tuple(Option(way, words.word(ways[1], way)) for way in ways[0]),
        "layer": (
            Option("official", words.say("official.word")),
            Option("warning", words.say("warning.word")),
        ),
        "heading": tuple(Option(point, words.word("desk.compass", point)) for point in COMPASS),
        "weapon": tuple(
            Option(slug, clean(called)) for slug, called in sorted(weapons, key=lambda one: one[1])
        ),
    }


@lru_cache(maxsize=8)
def areas(places: Gazetteer, lang: str) -> tuple[Option, ...]:
    """Give the areas that a form offers by name: first-level areas, their raions, a city's districts.

    Their names in the other languages are understood too: who is in a hurry types as they speak.
    """
    found = [(places.root, "")]
    for first in places.first_level():
        found.append((first, ""))
        found += [
            (part, first)
            for part in places.children(first)
            if places.ref(part).level in {"raion", "district"}
        ]
    others = tuple(one for one in LANGUAGES if one != lang)

    def called(code: str, above: str, tongue: str) -> str:
        words = bundled(tongue)
        return ", ".join(words.area(places.ref(one)) for one in (code, above) if one)

    return tuple(
        Option(code, called(code, above, lang), tuple(called(code, above, one) for one in others))
        for code, above in found
    )


# --- the preview ----------------------------------------------------------------------


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an order would change, in a line, with what would be said of it in each language."""

    verb: str
    tone: str
    head: str
    where: tuple[str, ...]
    says: tuple[Saying, ...]
    rest: tuple[Saying, ...]
    """What the other areas of the row are told, which differs by their names."""
    public: bool


def previewed(preview: Preview, names: Names, frame: Frame, places: Gazetteer) -> str:
    """Write what an order would do: what it changes, where, in which words, whom that reaches, who must agree."""
    words = frame.words
    groups: dict[tuple[object, ...], list[tuple[int, Fact]]] = {}
    for index, fact in enumerate(preview.facts):
        groups.setdefault(_alike(index, fact), []).append((index, fact))
    changed = tuple(_change(group, preview.texts, names, words) for group in groups.values())
    alerted = [fact.noun.area for fact in preview.facts if isinstance(fact.noun, Alert)]
    return render(
        "desk_preview.html",
        frame,
        p=preview,
        problem=f"{preview.problem.what}. {preview.problem.remedy}" if preview.problem else "",
        head=_order(preview.order, places, words, _called(preview.facts, words)),
        changed=changed,
        published=any(one.public for one in changed),
        areas=tuple(dict.fromkeys(clean(words.area(area)) for area in alerted)),
        corrections=tuple(
            _order(one, places, words, _called(preview.facts, words)) for one in preview.corrections
        ),
        tongues=tuple((lang, bundled(lang).say("language")) for lang in LANGUAGES),
    )


def _alike(index: int, fact: Fact) -> tuple[object, ...]:
    noun = fact.noun
    if not isinstance(noun, Alert):
        return (index,)
    return (fact.verb, noun.layer, noun.kind, noun.level, noun.cause, noun.ending, noun.contradicted)


def _change(group: Sequence[tuple[int, Fact]], texts: Sequence[Saying], names: Names, words: Words) -> Change:
    index, fact = group[0]
    noun = fact.noun
    verb = words.word("desk.verb", fact.verb)
    if isinstance(noun, Alert):
        where = tuple(clean(words.area(one.noun.area)) for _, one in group if isinstance(one.noun, Alert))
        layer = words.say("official.word" if noun.layer == "official" else "warning.word")
        level = words.word("level", noun.level or "red")
        what = cause(noun.cause, names, words) or words.word("kind", noun.kind)
        return Change(
            verb=verb,
            tone=f"{noun.layer} {noun.level or 'red'} {fact.verb}",
            head=clean(f"{layer}, {level}: {what}"),
            where=where,
            says=tuple(one for one in texts if one.fact == index),
            rest=tuple(one for one in texts if one.fact in {i for i, _ in group[1:]}),
            public=fact.verb != "withhold",
        )
    called = words.word("desk.noun", fact.type)
    area = getattr(noun, "area", None)
    where = (clean(words.area(area)),) if area is not None and hasattr(area, "names") else ()
    if fact.type == "threat":
        where = tuple(clean(words.area(one)) for one in getattr(noun, "areas", ()))
    return Change(verb=verb, tone=fact.type, head=called, where=where, says=(), rest=(), public=False)


def _called(facts: Sequence[Fact], words: Words) -> Mapping[str, str]:
    """Name by their areas the alerts that facts speak of: an id tells a person nothing."""
    return {fact.noun.id: words.area(fact.noun.area) for fact in facts if isinstance(fact.noun, Alert)}


def _order(order: Order, places: Gazetteer, words: Words, called: Mapping[str, str]) -> str:
    area = places.area(order.target)
    where = words.named(area.names, order.target) if area else called.get(order.target, order.target)
    return clean("; ".join((f"{words.word('desk.act', order.verb)}: {where}", *spoken(order, places, words))))


# --- the explanation ------------------------------------------------------------------


def explained(title: str, moments: Sequence[Moment], names: Names, frame: Frame) -> str:
    """Write the chain behind something: what happened to it, by which rule or order, on whose words."""
    words = frame.words
    told = []
    for one in moments:
        said = tuple(
            (
                sources((each.source,), names, words.lang),
                words.when(each.stated_at or each.received_at, frame.now),
                each.quotes,
                understood(each.claim, 0, names, words, {}),
            )
            for each in one.words
        )
        told.append(
            {
                "number": one.change,
                "when": words.when(one.at, frame.now),
                "verb": words.word("desk.verb", one.verb),
                "tone": one.verb,
                "level": words.word("level", one.level) if one.level else "",
                "rule": clean(one.rule or ""),
                "rule_why": clean(one.rule_why or ""),
                "why": words.say(f"why.{one.why}") if words.has(f"why.{one.why}") else "",
                "said": said,
                "orders": one.orders,
            }
        )
    return render("desk_explained.html", frame, title=clean(title), moments=told)
