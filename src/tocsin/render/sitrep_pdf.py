"""A situation report as PDF: the same sentences, with letters of its own for three languages.

The same report gives the same bytes on every machine: its date is the moment as
of which it is known, and no other.
"""

from __future__ import annotations

import io
import re
from importlib import resources

from fpdf import FPDF, XPos, YPos
from fpdf.fonts import FontFace

from tocsin.render.charts import FONT
from tocsin.render.sitrep import Sentence, Sitrep
from tocsin.render.sitrep_forms import fragments, permalink
from tocsin.render.sitrep_words import phrases
from tocsin.render.words import Words, bundled

__all__ = ["to_pdf"]

_FACE = "roboto"
_GREY = (90, 90, 90)
_BLACK = (0, 0, 0)
_WIDTHS = (17, 17, 14, 20, 22, 10)
"""Of the columns of the key figures, in hundredths."""
_TALLEST = 120
"""The most that a chart may take of a page, in millimetres."""
_VIEW = re.compile('viewBox="([^"]+)"')
_SPOKEN = re.compile(r"<(title|desc)\b.*?</\1>", re.DOTALL)
"""What a drawing says to those who do not see it; paper has a slot of its own for that."""
_INSTEAD = str.maketrans({"→": "›", "\u202f": " ", "\xa0": " "})


class _Paper(FPDF):
    """An A4 document whose pages say which of how many they are."""

    def footer(self) -> None:
        """Number the page."""
        self.set_y(-15)
        self.set_font(_FACE, size=8)
        self.set_text_color(*_GREY)
        self.cell(0, 8, f"{self.page_no()} / {{nb}}", align="C")


def to_pdf(report: Sitrep) -> bytes:
    """Return the report as PDF."""
    paper = _Paper()
    paper.set_creation_date(report.known_at)
    paper.set_title(report.title)
    paper.set_lang(report.lang)
    paper.set_creator("Tocsin")
    paper.add_font(_FACE, "", _font_file("Roboto-Regular"))
    paper.add_font(_FACE, "B", _font_file("Roboto-Bold"))
    paper.set_auto_page_break(auto=True, margin=18)
    paper.add_page()
    say, words = phrases(report.lang).say, bundled(report.lang)
    marks = fragments(report)
    if report.notice is not None:
        _heading(paper, report.notice, 13)
    _heading(paper, report.title, 17)
    _text(paper, report.known)
    if report.since_text is not None:
        _text(paper, report.since_text)
    _heading(paper, say("part.highlights"), 13)
    _sentences(paper, report.highlights, report, words, marks["top"], timed=False)
    if report.figures:
        _heading(paper, say("part.figures"), 13)
        _figures(paper, report, words)
    _charts(paper, report)
    for part in report.parts:
        _heading(paper, part.title, 13)
        if part.note is not None and part.sentences:
            _text(paper, part.note, grey=True)
        timed = part.name in {"timeline", "changed"}
        _sentences(paper, part.sentences, report, words, marks[part.name], timed=timed)
    if report.words:
        _heading(paper, say("part.sources"), 13)
        for word in report.words:
            _text(paper, f"{word.source}: «{word.quote}»", size=9)
            link = word.url if word.url is not None and word.url.startswith(("https://", "http://")) else ""
            _text(paper, f"{word.claim}  {link}", size=7, grey=True, link=link)
    if report.contact:
        _text(paper, f"{say('contact')}: {report.contact}")
    return bytes(paper.output())


def _charts(paper: FPDF, report: Sitrep) -> None:
    """Draw the charts, each on one page with its title and what it shows."""
    for number, chart in enumerate(report.charts):
        # Paper has the letters of its own font only.
        drawing = _SPOKEN.sub("", chart.svg).replace(f'font-family="{FONT}"', f'font-family="{_FACE}"')
        drawing = _plain(drawing)
        _, _, width, height = (float(side) for side in _VIEW.findall(drawing)[0].split())
        across = min(paper.epw, _TALLEST * width / height)
        tall = across * height / width
        if paper.will_page_break(tall + (24 if number else 36)):
            paper.add_page()
        if number == 0:
            _heading(paper, phrases(report.lang).say("chart.title"), 13)
        _heading(paper, chart.title, 11)
        _text(paper, chart.about, size=8, grey=True)
        paper.image(io.BytesIO(drawing.encode()), w=across, alt_text=f"{chart.title}. {chart.about}")
        paper.ln(2)


def _font_file(name: str) -> str:
    return str(resources.files("tocsin").joinpath("data", "fonts", f"{name}.subset.ttf"))


def _plain(text: str) -> str:
    """Return text with the letters that the font has: what it lacks (emoji) is left out."""
    line = " ".join(text.translate(_INSTEAD).split())
    return "".join(char for char in line if char in _INK or ord(char) < 0x180 or 0x400 <= ord(char) < 0x530)


_INK = frozenset("‐‑‒–—‘’‚“”„•…′″№€₴‹›≤≥−«»ʼ\u0301")


def _heading(paper: FPDF, text: str, size: int) -> None:
    paper.ln(3)
    paper.set_text_color(*_BLACK)
    paper.set_font(_FACE, "B", size)
    paper.multi_cell(0, size * 0.5, _plain(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(1)


def _text(paper: FPDF, text: str, *, size: int = 10, grey: bool = False, link: str = "") -> None:
    paper.set_text_color(*(_GREY if grey else _BLACK))
    paper.set_font(_FACE, size=size)
    paper.multi_cell(
        0, size * 0.5, _plain(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT, link=link or ""
    )


def _sentences(
    paper: FPDF,
    sentences: tuple[Sentence, ...],
    report: Sitrep,
    words: Words,
    marks: tuple[str, ...],
    *,
    timed: bool,
) -> None:
    if not sentences:
        _text(paper, phrases(report.lang).say("nothing"))
    for each, mark in zip(sentences, marks, strict=True):
        when = f"{words.when(each.at, report.known_at)}  " if timed and each.at is not None else ""
        _text(paper, f"• {when}{each.text}")
        link = permalink(report, mark) if report.base else ""
        _text(paper, " ".join(each.claims), size=7, grey=True, link=link)


def _figures(paper: FPDF, report: Sitrep, words: Words) -> None:
    say = phrases(report.lang).say
    paper.set_font(_FACE, size=8)
    paper.set_text_color(*_BLACK)
    heads = tuple(say(f"column.{name}") for name in ("subject", "area", "number", "range", "source", "time"))
    bold = FontFace(family=_FACE, emphasis="BOLD")
    with paper.table(col_widths=_WIDTHS, headings_style=bold, text_align="LEFT", line_height=4) as table:
        table.row([_plain(head) for head in heads])
        for each in report.figures:
            when = words.when(each.at, report.known_at)
            source = f"{each.source} [{' '.join(each.claims)}]"
            cells = (each.subject, each.area, each.number, each.others or "–", source, when)
            table.row([_plain(cell) for cell in cells])
