"""The words that tell what a headline is about."""

from __future__ import annotations

import re
import unicodedata

from news.models.likeness import LONGEST_WORD

# A headline has twenty words; what is longer is a text that got into the wrong place.
WORDS_AT_MOST = 40
# They tell nothing of what happened. Everything else is weighed by how common it is.
_COMMON = (
    "a about after all also amid an and are as at be been before but by can could did do"
    " does for from had has have he her here his how i if in into is it its just live may"
    " more most new news no not now of off on one or our out over photo photos report review"
    " s said say says she should so still t than that the their them then there these they"
    " this those to two up update us video vs was watch we were what when where which who"
    " why will with without would you your"
)
COMMON = frozenset(_COMMON.split())
_POSSESSIVE = re.compile(r"['’]s\b")
_WORD = re.compile(r"[^\W_]+")
# Scripts that put no spaces between words.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]")


def words(text: str) -> list[str]:
    """The distinct telling words of a text in their order, without endings and accents."""
    return list(stems(text))[:WORDS_AT_MOST]


def stems(text: str) -> dict[str, str]:
    """The telling words of a text: how we compare each, and how it was first written."""
    found: dict[str, str] = {}
    for written in _WORD.findall(_POSSESSIVE.sub("", unicodedata.normalize("NFC", text))):
        for part in _parts(plain := _plain(written)):
            if part and part not in COMMON:
                found.setdefault(_stem(part)[:LONGEST_WORD], written if part == plain else part)
    return found


def _parts(plain: str) -> list[str]:
    if len(plain) > 2 and _UNSPACED.search(plain):
        return [plain[at : at + 2] for at in range(len(plain) - 1)]
    return [plain]


def _plain(written: str) -> str:
    """In small letters and without accents, as long as letters are left.

    What it gives stays as it is when it is asked again: a letter may become two (ß), and a sign
    may hold a capital (㎑).
    """
    for _ in range(2):
        written = unicodedata.normalize("NFKD", written.casefold())
    return "".join(c for c in written if c.isalnum())


def _stem(word: str) -> str:
    """Without the English endings that headlines vary most: plural, -ing, -ed."""
    if not word.isalpha():
        return word
    if len(word) > 4 and word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif len(word) > 4 and word.endswith(("xes", "sses", "ches", "shes", "zes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
    elif len(word) > 4 and word.endswith("ed"):
        word = word[:-2]
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word
