"""How texts and queries are cut into terms. The same for both databases, which only compare.

Case, accents, quotes and dashes make no difference. English words are cut to their stems
(Snowball's “Porter 2”), British and American spelling alike. Scripts that put no space between
words are cut into pairs of characters.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from peaceportal.core.folding import fold

# Raised with every change of what follows, and of which models are searched: an index that was made
# otherwise is then made anew.
VERSION = 3

_LONGEST_CHUNK = 200
LONGEST_TERM = 60  # characters; what is longer is no word
FORM = "·"  # stands before a word in full, which only its beginning looks for; never in a term
GAP = "··"  # parts what does not follow on each other

_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\uff0d\u00ad"
_APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u02b9\u02bb\u00b4`\uff07\u05f3"
_JOINERS = set(_HYPHENS + _APOSTROPHES)
MOST_JOINED = 4
# They join letters without being seen: a soft hyphen, joiners, the stretching of Arabic.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200c\u200d\u2060\ufeff\u0640"))
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?\.?\Z")
_POSSESSIVE = re.compile(rf"(?<=\w)[{_APOSTROPHES}][sS]\Z")

# Han, Kana, Hangul, and the scripts of South-East Asia and Tibet, which write no spaces.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007"
    "\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUNS = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")

# What Snowball tells apart and readers do not.
_SAME_STEM = {"reconcili": "reconcil", "women": "woman", "men": "man", "children": "child"}
_BRITISH = [
    (re.compile(r"iz(ation|ations|e|ed|er|ers|es|ing)\Z"), r"is\1"),
    (re.compile(r"\A(behavi|col|end?eav|fav|harb|hon|lab|neighb)or"), r"\1our"),
    (re.compile(r"\Acenter"), "centre"),
    (re.compile(r"\A(def|off)ense"), r"\1ence"),
    (re.compile(r"\Aprogram(?=s?\Z)"), "programme"),
]

_english = threading.local()


@dataclass(frozen=True)
class Token:
    """A term, the word in full, and where in the text it stands."""

    term: str
    form: str
    start: int
    end: int
    is_first_of_many: bool = False  # a character alone, which any longer term may begin with


@dataclass(frozen=True)
class Joined:
    """The token that some tokens of a chunk make together: how many, from which on."""

    token: Token
    first: int
    number: int


@dataclass(frozen=True)
class Chunk:
    """What stands between two spaces: its tokens, and those that some of them make if joined."""

    tokens: tuple[Token, ...]
    joined: tuple[Joined, ...] = ()

    def with_joined(self) -> list[Token]:
        """The tokens with each joined one in the place of its parts."""
        tokens, done = [], 0
        for joined in self.joined:
            tokens += [*self.tokens[done : joined.first], joined.token]
            done = joined.first + joined.number
        return [*tokens, *self.tokens[done:]]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded English word; words of other scripts and with figures stay."""
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return word
    for pattern, british in _BRITISH:
        word = pattern.sub(british, word)
    if not hasattr(_english, "stemmer"):
        from snowballstemmer import stemmer  # one a thread: it keeps the word in itself

        _english.stemmer = stemmer("english")
    stemmed = _english.stemmer.stemWord(word)
    return _SAME_STEM.get(stemmed, stemmed)


@lru_cache(maxsize=50_000)
def read_chunk(text: str) -> Chunk:
    """The tokens of a text without spaces, by their places in it."""
    if _DOTTED.match(text):  # “U.N.” is “UN”
        word = fold(text.replace(".", ""))
        return Chunk((_token(word, 0, len(text)),))
    bare = _POSSESSIVE.sub("", text)  # “women’s” is “women”
    segments = list(_segments(bare))
    tokens = [token for start, end in segments for token in _of_segment(bare, start, end)]
    return Chunk(tuple(tokens), tuple(_joined(bare, segments, tokens)))


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """The runs of letters, figures and marks. What is invisible parts nothing."""
    start = None
    for place, char in enumerate(text):
        is_within = char.isalnum() or ord(char) in _INVISIBLE
        if is_within or unicodedata.category(char)[0] in "LNM":
            start = place if start is None else start
        elif start is not None:
            yield start, place
            start = None
    if start is not None:
        yield start, len(text)


def _of_segment(text: str, start: int, end: int) -> Iterator[Token]:
    for word in fold(text[start:end].translate(_INVISIBLE)).split():
        if not _IS_UNSPACED.search(word):
            yield _token(word, start, end)
            continue
        at = start
        for run in _RUNS.findall(word):
            stop = min(at + len(run), end)
            if _IS_UNSPACED.match(run):
                yield from _pairs(run, at, end)
            else:
                yield _token(run, at, stop)
            at = stop


def _pairs(run: str, start: int, end: int) -> Iterator[Token]:
    """Each character with the next, and the last alone: so that each begins a term."""
    for place in range(len(run)):
        pair = run[place : place + 2]
        at = min(start + place, end)
        yield Token(pair, pair, at, min(at + len(pair), end), len(pair) == 1)


def _token(word: str, start: int, end: int) -> Token:
    word = word[:LONGEST_TERM]
    return Token(stem(word), word, start, end)


def _joined(text: str, segments, tokens) -> Iterator[Joined]:
    """“peace-building” is also “peacebuilding”, “N’Djamena” also “Ndjamena”."""
    if len(tokens) != len(segments):  # scripts without spaces, or signs that stand for words
        return
    first = 0
    for place in range(1, len(segments) + 1):
        if place < len(segments):
            gap = text[segments[place - 1][1] : segments[place][0]]
            if len(gap) == 1 and gap in _JOINERS:
                continue
        run = tokens[first:place]
        if 2 <= len(run) <= MOST_JOINED and all(token.form.isalpha() for token in run):
            word = "".join(token.form for token in run)
            yield Joined(_token(word, run[0].start, run[-1].end), first, len(run))
        first = place


def chunks(text: str) -> Iterator[tuple[int, Chunk]]:
    """The chunks of a text, each with its place."""
    for match in re.finditer(r"\S+", text):
        piece = match[0]
        if len(piece) > _LONGEST_CHUNK:  # an address, or a text without spaces: in parts
            for start in range(0, len(piece), _LONGEST_CHUNK):
                yield match.start() + start, _read_long(piece[start : start + _LONGEST_CHUNK + 1])
        else:
            yield match.start(), read_chunk(piece)


def _read_long(piece: str) -> Chunk:
    """Part of a long chunk, with one character of the next, so that no pair is lost."""
    found = read_chunk(piece)
    if len(piece) <= _LONGEST_CHUNK:
        return found
    return Chunk(tuple(token for token in found.tokens if token.start < _LONGEST_CHUNK))


# A joined word stands apart, between its neighbours, so that phrases find it there as well.
_NEIGHBOURS = 3


@lru_cache(maxsize=100_000)
def _terms(piece: str) -> tuple[list[str], list[str], list[tuple[int, int, str]]]:
    """The terms of a chunk, its words in full where they are others, and its joined terms."""
    found = [part for _place, part in chunks(piece)]
    tokens = [token for part in found for token in part.tokens]
    joined = found[0].joined if len(found) == 1 else ()
    every = [*tokens, *(each.token for each in joined)]
    forms = [FORM + token.form for token in every if token.form != token.term]
    windows = [(each.first, each.first + each.number, each.token.term) for each in joined]
    return [token.term for token in tokens], forms, windows


def stream(text: str) -> list[str]:
    """The terms of a text in their order, then its joined words, then its words in full."""
    terms: list[str] = []
    windows: list[tuple[int, int, str]] = []
    forms: dict[str, None] = {}
    for piece in text.split():
        found, in_full, joined = _terms(piece)
        if joined:
            at = len(terms)
            windows += [(at + start, at + end, term) for start, end, term in joined]
        terms += found
        for form in in_full:
            forms[form] = None
    more = []
    for start, end, term in windows:
        before, after = terms[max(0, start - _NEIGHBOURS) : start], terms[end : end + _NEIGHBOURS]
        more += [GAP, *before, term, *after]
    return [*terms, *more, *([GAP] if forms else []), *forms]


def streams(texts: Iterable[str]) -> list[str]:
    """The terms of several texts that do not follow on each other."""
    found: list[str] = []
    for text in texts:
        terms = stream(text)
        if terms:
            found += [GAP, *terms] if found else terms
    return found
