"""A text as tokens: normal words with the offsets of the text as received, and what stands between them.

The normal form is the one of place names (``tocsin.places.FOLD``): small letters,
stress marks and apostrophes gone, one script a word. Folding keeps the length of
a composed text; a decomposed one carries an index map.
"""

from __future__ import annotations

import re
import unicodedata

from tocsin.places import FOLD
from tocsin.places import tokens as normal_words

__all__ = [
    "AND_SLASH",
    "COLON",
    "COMMA",
    "DASH",
    "DOT",
    "HYPHEN",
    "LINE",
    "NONE",
    "PARAGRAPH",
    "PAREN",
    "QUOTE",
    "SEMI",
    "SPACE",
    "STOP",
    "Tokens",
    "tokenise",
]

NONE, SPACE, HYPHEN, QUOTE, DOT, AND_SLASH, COMMA, PAREN, DASH, COLON, SEMI, STOP, LINE, PARAGRAPH = range(14)
"""What stands before a token, from no break to the hardest. A phrase may run over ``DOT`` and less."""

_TOKEN = re.compile(
    r"(?P<link>https?://\S+|www\.\S+|t\.me/\S+|@\w+|[\w.+-]{1,64}@\w[\w-]{0,64}\.\w+)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<number>\d+)"
    r"|(?P<sign>[\u203c\u2049\u2190-\u21ff\u2300-\u23ff\u25b6\u25a0-\u25ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])"
)
_MARKS = re.compile(r"[\u0300-\u036f]")
_TWIN_LETTERS = re.compile(r"[a-zі][а-яіїєґ]|[а-яіїєґ][a-z]")
_STRESS = "\u0301\u0300"

ABBREVIATIONS = frozenset(
    [
        "смт",
        "ген",
        "м",
        "m",
        "с",
        "н",
        "п",
        "р",
        "о",
        "обл",
        "кв",
        "вул",
        "просп",
        "пр",
        "ім",
        "тис",
        "млн",
        "млрд",
        "близ",
        "год",
        "хв",
        "тов",
        "ст",
        "шт",
        "од",
        "орієнт",
        "йм",
        "ймов",
        "імов",
        "попер",
        "предв",
        "см",
        "напр",
        "пл",
        "бул",
        "пров",
        "буд",
        "гр",
        "тел",
        "т",
        "д",
        "тис",
        "ін",
        "ае",
        "аер",
        "баліст",
        "аеробал",
        "встановл",
        "gen",
        "col",
        "lt",
        "st",
        "dr",
        "mr",
        "mrs",
        "ms",
        "no",
        "nos",
        "approx",
        "dec",
        "nov",
        "oct",
        "sep",
        "sept",
        "aug",
        "jul",
        "jun",
        "apr",
        "mar",
        "feb",
        "jan",
        "a",
        "p",
        "lt",
        "maj",
        "sgt",
        "vs",
        "u",
        "s",
        "г",
        "ул",
        "д",
        "обл",
        "пгт",
        "ок",
        "руб",
        "стр",
        "чел",
        "тыс",
    ]
)
"""Words after which a full stop does not end a sentence when small letters or a number follow."""
_TITLES = frozenset(
    [
        "м",
        "смт",
        "с",
        "ген",
        "н",
        "п",
        "ім",
        "вул",
        "просп",
        "г",
        "ул",
        "пгт",
        "gen",
        "col",
        "dr",
        "mr",
        "mrs",
        "ms",
        "lt",
        "maj",
        "ае",
        "аер",
        "йм",
        "ймов",
        "імов",
        "попер",
        "предв",
    ]
)
"""Those after which a capital may follow as well."""
_JUNK = "\ufe0f\ufe0e\u200d\u200b\u200c\u200e\u200f\u2060\ufeff\u3164\u20e3\u00ad"


class Tokens:
    """The tokens of one text as parallel lists; ``words[i]`` spans ``starts[i]:ends[i]`` of the text."""

    __slots__ = ("caps", "ends", "kinds", "seps", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.seps: list[int] = []
        self.caps: list[bool] = []
        self.kinds: list[str] = []
        """w word, n number, e sign or emoji, l link."""

    def tagged(self, i: int) -> bool:
        """Whether token ``i`` belongs to a hashtag."""
        start = self.starts[i]
        return self.text[max(0, start - 1) : start] in ("#", "_")

    def quote(self, i: int, j: int) -> str:
        """The words of the text from token ``i`` up to token ``j``."""
        return self.text[self.starts[i] : self.ends[j - 1]]


def _cut(text: str) -> tuple[str, list[int] | None]:
    """The folded text and, where its length differs, the origin of each of its characters."""
    if _MARKS.search(text) is None:
        return text.translate(FOLD), None
    folded: list[str] = []
    origin: list[int] = []
    i = 0
    size = len(text)
    while i < size:
        j = i + 1
        while j < size and unicodedata.combining(text[j]):
            j += 1
        piece = text[i:j]
        if j - i > 1:
            piece = "".join(c for c in unicodedata.normalize("NFC", piece[:8]) if c not in _STRESS)
        piece = piece.translate(FOLD)
        folded.append(piece)
        origin.extend([i] * len(piece))
        i = j
    origin.append(size)
    return "".join(folded), origin


def _between(gap: str) -> int:
    """What a stretch without words says, the words around it left aside."""
    gap = gap.strip(_JUNK)
    if "\n" in gap or "\r" in gap or "\u2028" in gap or "\u2029" in gap:
        lines = re.sub(rf"[ \t\xa0{_JUNK}]", "", gap).replace("\r\n", "\n")
        return PARAGRAPH if "\n\n" in lines or "\u2029" in lines else LINE
    if "." in gap or "!" in gap or "?" in gap or "…" in gap:
        bare = gap.strip(" \"'«»“”„`*_")
        return DOT if bare == "." and gap == "." else STOP
    if ";" in gap or "•" in gap or "·" in gap or "●" in gap:
        return SEMI
    if ":" in gap:
        return COLON
    if "|" in gap:
        return DASH
    if "-" in gap:
        return (
            HYPHEN if gap == "-" or (not gap.replace("-", "").strip("\"'«»“”„") and " " not in gap) else DASH
        )
    if "(" in gap or ")" in gap or "[" in gap or "]" in gap:
        return PAREN
    if "," in gap:
        return COMMA
    if "/" in gap or "\\" in gap:
        return AND_SLASH
    if any(c in gap for c in "\"«»“”„'`"):
        return QUOTE
    return SPACE if gap else NONE


_gaps: dict[str, int] = {
    "": NONE,
    " ": SPACE,
    ", ": COMMA,
    "\n": LINE,
    "\n\n": PARAGRAPH,
    "-": HYPHEN,
    "/": AND_SLASH,
}
_words: dict[str, str] = {}


def _gap(gap: str) -> int:
    found = _gaps.get(gap)
    if found is None:
        found = _between(gap)
        if len(_gaps) > 5_000:
            _gaps.clear()
        if len(gap) < 40:
            _gaps[gap] = found
    return found


def _word(raw: str) -> str:
    """The normal form of one folded word that has an apostrophe or two scripts."""
    found = _words.get(raw)
    if found is None:
        found = "".join(normal_words(raw)) or raw
        if len(_words) > 20_000:
            _words.clear()
        if len(raw) < 60:
            _words[raw] = found
    return found


def _stop(tokens: Tokens, gap: str, start: int) -> int:
    """A full stop between two words: the end of a sentence, or of an abbreviation."""
    if "." not in gap or "!" in gap or "?" in gap or ".." in gap or "…" in gap or not tokens.words:
        return STOP
    before = tokens.words[-1]
    if before not in ABBREVIATIONS or tokens.kinds[-1] != "w":
        return STOP
    follows = tokens.text[start : start + 1]
    if not gap.startswith(".") or (before == "м" and tokens.seps[-1] == HYPHEN and follows.isupper()):
        # «… «Іскандер-М». Збито 4»: the letter belongs to a name, the full stop to the sentence.
        return STOP
    if (
        before == "м"
        and len(tokens.words) > 1
        and (tokens.words[-2] in ("кв", "куб") or tokens.kinds[-2] == "n")
    ):
        # «100 кв. м. Роботи …»: metres, not a town.
        return STOP if follows.isupper() else DOT
    if before in _TITLES or not follows.isupper():
        return COMMA if "," in gap else DOT
    if (
        before in ("a", "p")
        or not follows.isalpha()
        or (len(before) <= 4 and before.isascii() and follows.isdigit())
    ):
        return DOT
    return STOP


def tokenise(text: str) -> Tokens:
    """The tokens of a text, in one pass."""
    tokens = Tokens(text)
    folded, origin = _cut(text)
    mixed = _TWIN_LETTERS.search(folded) is not None
    words, starts, ends, seps, caps, kinds = (
        tokens.words, tokens.starts, tokens.ends, tokens.seps, tokens.caps, tokens.kinds,
    )  # fmt: skip
    at = 0
    for found in _TOKEN.finditer(folded):
        start, end = found.span()
        kind = found.lastgroup or "w"
        word = found.group()
        gap = folded[at:start]
        sep = _gap(gap)
        if kind == "word":
            if "'" in word:
                if word.endswith("'s") and word[0] < "\x7f":
                    end -= 2
                    word = word[:-2]
                word = _word(word)
            elif mixed:
                word = _word(word)
        first = start if origin is None else origin[start]
        last = end if origin is None else origin[end]
        if sep == STOP:
            sep = _stop(tokens, gap, first)
        elif sep == SPACE and gap == "'s ":
            sep = SPACE
        if sep == AND_SLASH and kind == "number" and gap == "/" and kinds and kinds[-1] == "n":
            sep = DOT
        if sep == COLON and kind == "number" and gap == ":" and kinds and kinds[-1] == "n":
            sep = DOT
        words.append(word)
        starts.append(first)
        ends.append(last)
        seps.append(sep)
        kinds.append("w" if kind == "word" else "n" if kind == "number" else "e" if kind == "sign" else "l")
        caps.append(kind == "word" and text[first].isupper())
        at = end
    if seps:
        seps[0] = PARAGRAPH
    return tokens
