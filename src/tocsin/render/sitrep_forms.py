"""A situation report as Markdown, HTML or JSON: the same sentences, each with its claims."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import quote

import jinja2

from tocsin.codec import encode
from tocsin.render.sitrep import Sentence, Sitrep
from tocsin.render.sitrep_words import phrases
from tocsin.render.words import bundled

__all__ = ["FORMATS", "anchor", "fragments", "linked", "permalink", "to_html", "to_json", "to_markdown"]

FORMATS = ("md", "html", "json")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")


def to_json(report: Sitrep) -> bytes:
    """Return the report as canonical JSON."""
    return encode(report)


def anchor(about: str) -> str:
    """Return a fragment that names a noun in the report: the same in every language and form."""
    return re.sub(r"[^A-Za-z0-9]+", "-", about).strip("-").lower()


def fragments(report: Sitrep) -> dict[str, tuple[str, ...]]:
    """Return for each part the fragments of its sentences, in order; highlights are "top", figures "figure".

    No two are the same: the second sentence of a part about one noun is ``...-2``.
    """
    abouts = {
        "top": [each.about for each in report.highlights],
        "figure": [each.line for each in report.figures],
        **{part.name: [each.about for each in part.sentences] for part in report.parts},
    }
    seen: dict[str, int] = {}
    out: dict[str, tuple[str, ...]] = {}
    for name, nouns in abouts.items():
        made = []
        for about in nouns:
            mark = f"{name}-{anchor(about)}"
            seen[mark] = seen.get(mark, 0) + 1
            made.append(mark if seen[mark] == 1 else f"{mark}-{seen[mark]}")
        out[name] = tuple(made)
    return out


def permalink(report: Sitrep, fragment: str) -> str:
    """Return where a sentence can be found again."""
    return f"{report.base}#{fragment}"


def to_markdown(report: Sitrep) -> str:
    """Return the report as CommonMark with a table of figures; foreign text can neither mark up nor link."""
    say = phrases(report.lang).say
    marks = fragments(report)
    out = [f"# {_plain(report.title)}", ""]
    if report.notice is not None:
        out += [f"**{_plain(report.notice)}**", ""]
    out.append(_plain(report.known))
    if report.since_text is not None:
        out.append(_plain(report.since_text))
    out += ["", f"## {say('part.highlights')}", "", *_items(report.highlights, report, marks["top"])]
    if report.figures:
        heads = [say(f"column.{name}") for name in ("subject", "area", "number", "range", "source", "time")]
        out += ["", f"## {say('part.figures')}", "", _row(heads), _row(["---"] * len(heads))]
        words = bundled(report.lang)
        for each, mark in zip(report.figures, marks["figure"], strict=True):
            when = words.when(each.at, report.known_at)
            cells = [each.subject, each.area, each.number, each.others or "–", each.source, when]
            claims = " ".join(f"`{_code(claim)}`" for claim in each.claims)
            *first, source, clock = (_plain(cell) for cell in cells)
            out.append(_row([*first, f"{source} {claims}{_back(report, mark)}", clock]))
    out += _tables(report)
    for part in report.parts:
        out += ["", f"## {_plain(part.title)}", ""]
        if part.note is not None and part.sentences:
            out += [f"*{_plain(part.note)}*", ""]
        timed = part.name in {"timeline", "changed"}
        out += _items(part.sentences, report, marks[part.name], timed=timed)
    if report.words:
        out += ["", f"## {say('part.sources')}", ""]
        for word in report.words:
            link = f" <{quote(word.url, safe=_URL)}>" if word.url else ""
            out.append(f"- `{_code(word.claim)}` {_plain(word.source)}: «{_plain(word.quote)}»{link}")
    if report.contact:
        out += ["", f"{say('contact')}: {_plain(report.contact)}"]
    return "\n".join(out) + "\n"


def _tables(report: Sitrep) -> list[str]:
    """Return what the charts show, as tables: text has no pictures."""
    out = ["", f"## {phrases(report.lang).say('chart.title')}"] if report.charts else []
    for chart in report.charts:
        out += ["", f"### {_plain(chart.title)}", "", f"*{_plain(chart.about)}*", ""]
        out += [_row([_plain(head) for head in chart.columns]), _row(["---"] * len(chart.columns))]
        for row in chart.rows:
            claims = " ".join(f"`{_code(claim)}`" for claim in row.claims)
            *first, last = (_plain(cell) for cell in row.cells)
            out.append(_row([*first, f"{last} {claims}"]))
    return out


def _items(
    sentences: tuple[Sentence, ...], report: Sitrep, marks: tuple[str, ...], *, timed: bool = False
) -> list[str]:
    if not sentences:
        return [phrases(report.lang).say("nothing")]
    words = bundled(report.lang)
    out = []
    for each, mark in zip(sentences, marks, strict=True):
        when = f"{words.when(each.at, report.known_at)} " if timed and each.at is not None else ""
        claims = " ".join(f"`{_code(claim)}`" for claim in each.claims)
        out.append(f"- {when}{_plain(each.text)} {claims}{_back(report, mark)}")
    return out


def _back(report: Sitrep, mark: str) -> str:
    """Return a link to the sentence, where the report has an address."""
    return f" [#](<{permalink(report, mark)}>)" if report.base else ""


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
        autoescape=True,
        loader=jinja2.PackageLoader("tocsin", "data/templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["anchor"] = anchor
    return environment.get_template("sitrep.html")


def to_html(report: Sitrep) -> str:
    """Return the report as one HTML document that needs nothing else."""
    words = bundled(report.lang)
    return _template().render(
        r=report,
        t=phrases(report.lang).say,
        when=lambda at: words.when(at, report.known_at),
        clock=words.clock,
        **linked(report),
    )


def linked(report: Sitrep) -> dict[str, Any]:
    """Return what a template needs to link: fragments, addresses of reports, claims whose words are shown."""
    urls = {
        word.claim: word.url
        for word in report.words
        if word.url is not None and word.url.startswith(("https://", "http://"))
    }
    return {"marks": fragments(report), "urls": urls, "quoted": {word.claim for word in report.words}}
