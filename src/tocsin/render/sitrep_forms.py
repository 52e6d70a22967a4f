"""A situation report as Markdown, HTML or JSON: the same sentences, each with its claims."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from urllib.parse import quote

import jinja2

from tocsin.codec import encode
from tocsin.render.sitrep import Sentence, Sitrep
from tocsin.render.sitrep_words import phrases
from tocsin.render.words import bundled

__all__ = ["FORMATS", "to_html", "to_json", "to_markdown"]

FORMATS = ("md", "html", "json")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")


def to_json(report: Sitrep) -> bytes:
    """Return the report as canonical JSON."""
    return encode(report)


def anchor(about: str) -> str:
    """Return a fragment that names a noun in the report: the same in every language and form."""
    return re.sub(r"[^A-Za-z0-9]+", "-", about).strip("-").lower()


def permalink(report: Sitrep, about: str) -> str:
    """Return where a sentence can be found again."""
    return f"{report.base}#{anchor(about)}"


def to_markdown(report: Sitrep) -> str:
    """Return the report as CommonMark with a table of figures; foreign text can neither mark up nor link."""
    say = phrases(report.lang).say
    out = [f"# {_plain(report.title)}", "", _plain(report.known)]
    if report.since_text is not None:
        out.append(_plain(report.since_text))
    out += ["", f"## {say('part.highlights')}", "", *_items(report.highlights, report)]
    if report.figures:
        heads = [say(f"column.{name}") for name in ("subject", "area", "number", "range", "source", "time")]
        out += ["", f"## {say('part.figures')}", "", _row(heads), _row(["---"] * len(heads))]
        words = bundled(report.lang)
        for each in report.figures:
            when = words.when(each.at, report.known_at)
            cells = [each.subject, each.area, each.number, each.others or "–", each.source, when]
            claims = " ".join(f"`{_code(claim)}`" for claim in each.claims)
            *first, source, clock = (_plain(cell) for cell in cells)
            out.append(_row([*first, f"{source} {claims}", clock]))
    for part in report.parts:
        out += ["", f"## {_plain(part.title)}", ""]
        if part.note is not None and part.sentences:
            out += [f"*{_plain(part.note)}*", ""]
        out += _items(part.sentences, report, timed=part.name in {"timeline", "changed"})
    if report.words:
        out += ["", f"## {say('part.sources')}", ""]
        for word in report.words:
            link = f" <{quote(word.url, safe=_URL)}>" if word.url else ""
            out.append(f"- `{_code(word.claim)}` {_plain(word.source)}: «{_plain(word.quote)}»{link}")
    if report.contact:
        out += ["", f"{say('contact')}: {_plain(report.contact)}"]
    return "\n".join(out) + "\n"


def _items(sentences: tuple[Sentence, ...], report: Sitrep, *, timed: bool = False) -> list[str]:
    if not sentences:
        return [phrases(report.lang).say("nothing")]
    words = bundled(report.lang)
    out = []
    for each in sentences:
        when = f"{words.when(each.at, report.known_at)} " if timed and each.at is not None else ""
        out.append(f"- {when}{_plain(each.text)} " + " ".join(f"`{_code(claim)}`" for claim in each.claims))
    return out


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    return text.replace("`", "'")


_URL = ":/?&=%+,;@()!*'~-._"


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["anchor"] = anchor
    path = resources.files("tocsin").joinpath("data", "templates", "sitrep.html")
    return environment.from_string(path.read_text(encoding="utf-8"))


def to_html(report: Sitrep) -> str:
    """Return the report as one HTML document that needs nothing else."""
    words = bundled(report.lang)
    urls = {
        word.claim: word.url
        for word in report.words
        if word.url is not None and word.url.startswith(("https://", "http://"))
    }
    return _template().render(
        r=report,
        t=phrases(report.lang).say,
        when=lambda at: words.when(at, report.known_at),
        clock=words.clock,
        urls=urls,
        quoted={word.claim for word in report.words},
    )
