"""Words, sentences and spellings: what the other parts of the guard compare texts by."""

from __future__ import annotations

import re
from collections.abc import Iterable

from news.drafting.guard.characters import without_unseen

_WORD = re.compile(r"[^\W_]+(?:['\u2019.&-][^\W_]+)*")
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_ABBREVIATIONS_WORDS = (
    "mr mrs ms dr prof sen sens rep reps gov govs gen col lt sgt capt maj cmdr adm pres hon rev "
    "fr st sr jr vs etc inc ltd co corp no nos vol art sec ch fig pp al ed eds est dept univ assn "
    "bros ave blvd rd mt ft jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu "
    "thur thurs fri sat sun ala ariz ark calif colo conn del fla ill ind kan ky la mass md mich "
    "minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo ca approx e.g i.e cf u.s "
    "u.n u.k e.u d.c a.m p.m"
)
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_WORDS.split())
_SENTENCE_END = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019\u00bb)\]]*(?=\s)\s+|\n+")
_OPENERS = "\"'\u201c\u2018\u00ab([*_#-\u2022"


def word_count(text: str) -> int:
    """Count words as a reader would: "U.S.-led" is one, a dash between words is none.

    Where a script has no blanks between words, a word has two letters in Chinese and Japanese, and
    four in Thai, Lao, Khmer and Burmese, near enough.
    """
    pieces = re.split(r"[\s\u2013\u2014]+|--+", text)
    return sum(
        max(1, len(_IDEOGRAPHS.findall(piece)) // 2 + len(_UNSPACED.findall(piece)) // 4)
        for piece in pieces
        if any(map(str.isalnum, piece))
    )


def words(text: str) -> list[str]:
    """List the words of a text for comparison, without case and without possessive endings."""
    folded = without_unseen(text).casefold().replace("\u2019", "'")
    return [re.sub(r"'s?$", "", match.group()) for match in _WORD.finditer(folded)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Cut a text into sentences, each with the white space that follows it.

    Every line break ends one, and so does a full stop, unless it belongs to an abbreviation, an
    initial or a number, or a lower-case word follows.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if "\n" in match.group() or _ends_sentence(text, match):
            spans.append((start, match.end()))
            start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    following = text[match.end() : match.end() + 4].lstrip(_OPENERS)
    if following and following[0].islower():
        return False
    if not match.group().startswith(".") or match.group().startswith(".."):
        return True
    before = re.search(r"[^\W_][\w.]*$", text[max(0, match.start() - 16) : match.start()])
    if before is None:
        return True
    word = before.group().lower()
    initials = re.fullmatch(r"[^\W\d_](?:\.[^\W\d_])*", word) and word != "i"
    return not (word in _ABBREVIATIONS or initials)


def without_spans(text: str, drop: Iterable[tuple[int, int]]) -> str:
    """Leave out the sentences that any of the given spans touches."""
    dropped = sorted(drop)
    kept: list[str] = []
    at = 0
    for start, end in sentence_spans(text):
        while at < len(dropped) and dropped[at][1] <= start:
            at += 1
        if not (at < len(dropped) and dropped[at][0] < end):
            kept.append(text[start:end])
    return "".join(kept).strip()
