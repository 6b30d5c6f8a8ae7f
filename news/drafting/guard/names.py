"""Proper names in a text, told from other capitalised words without a dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from news.drafting.guard.words import sentence_spans

_TOKEN = re.compile(r"[^\W\d_](?:[\w'\u2019&]|[.-](?=\w))*\.?")
_CONNECTORS_WORDS = "of the de del la le von van der den di da du bin al el"
_CONNECTORS = frozenset(_CONNECTORS_WORDS.split())
_TITLES = {
    "sen": "senator", "senator": "senator", "senators": "senator", "rep": "representative",
    "representative": "representative", "representatives": "representative", "gov": "governor",
    "governor": "governor", "president": "president", "secretary": "secretary", "judge": "judge",
    "justice": "justice", "mayor": "mayor", "ambassador": "ambassador", "minister": "minister",
    "chancellor": "chancellor", "general": "general", "gen": "general", "king": "king",
    "pope": "pope", "congressman": "representative", "congresswoman": "representative",
}  # fmt: skip
# Capitalised by custom, and no claim: institutions everybody has, days, months, parts of speech.
_GENERIC_WORDS = (
    "congress senate house representatives capitol constitution government america american "
    "americans us usa united states state republican republicans democrat democrats democratic "
    "gop english internet god earth i monday tuesday wednesday thursday friday saturday sunday "
    "january february march april may june july august september october november december mr mrs "
    "ms dr jr sr opinion action petition letter white no yes zip rsvp faq tv ceo dear sincerely "
    "respectfully yours"
)
_GENERIC = frozenset(_GENERIC_WORDS.split()) | frozenset(_TITLES)
_BEGINNERS_WORDS = (
    "he she it they we you i this that these those who what which one someone everyone everybody "
    "nobody anyone another many few some most none all both each either neither others critics "
    "today yesterday tomorrow tonight here there now then government people nation country world "
    "child woman man city parliament court council police army nobody's let that's"
)
_BEGINNERS = frozenset(_BEGINNERS_WORDS.split())
_SPEECH = re.compile(
    r" (?:said|says|told|tells|argued|argues|wrote|writes|tweeted|announced|warned|insisted|added|"
    r"claimed|claims|testified|voted|vowed|urged|agreed|denied|rejected|signed|met|replied|"
    r"promised|declared|stated)\b"
)
_ALIASES = (
    {"us", "usa", "america", "american", "americans"}, {"uk", "britain", "british"},
    {"eu", "europe", "european"}, {"france", "french"}, {"spain", "spanish"},
    {"netherlands", "dutch"}, {"poland", "polish"}, {"greece", "greek"}, {"kyiv", "kiev"},
    {"switzerland", "swiss"}, {"turkey", "turkish"}, {"denmark", "danish"}, {"ireland", "irish"},
    {"sweden", "swedish"}, {"scotland", "scottish"}, {"norway", "norwegian"},
    {"finland", "finnish"}, {"wales", "welsh"},
)  # fmt: skip
# "Sen. Tammy Baldwin (D-WI)": party and state.
_PARTY = re.compile(r"[DRI]-[A-Z][A-Za-z]{1,5}\.?")
_SUFFIXES = ("ians", "ian", "ans", "an", "ns", "n", "ese", "ish", "s", "i", "ic", "a", "e", "y")
_STEM_LENGTH = 4


@dataclass(frozen=True)
class Name:
    """A run of capitalised words; `parts` are those that a source would have to hold."""

    text: str
    parts: tuple[str, ...]


def known_words(texts: Iterable[str]) -> set[str]:
    """Collect every word of some texts, in all the forms a name may take."""
    known: set[str] = set()
    for text in texts:
        for match in _TOKEN.finditer(text):
            for part in _parts(match.group()):
                known |= _forms(part) | {_TITLES.get(part, part)}
    for group in _ALIASES:
        if known & group:
            known |= group
    return known


def is_known(part: str, known: set[str]) -> bool:
    """Say whether a word, or its country, or its people, stands among the known words."""
    return bool(_forms(part) & known)


def _parts(token: str) -> list[str]:
    if _PARTY.fullmatch(token):
        return []
    return [part for part in (_plain(piece) for piece in token.split("-")) if part]


def _plain(token: str) -> str:
    token = token.casefold().replace("\u2019", "'")
    return re.sub(r"'s?$", "", token).replace(".", "").strip("'")


def _forms(word: str) -> set[str]:
    forms = {word}
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _STEM_LENGTH:
            forms.add(word[: -len(suffix)])
    if len(word) >= 7:
        forms.add(word[:-1])
    return forms


def names(text: str) -> Iterator[Name]:
    """Find the proper names of a text; headings and shouting, all in capitals, are passed over."""
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        if not _is_capitalised_throughout(sentence):
            for run, begins in _runs(sentence):
                yield from _name(sentence, run, begins=begins)


def _is_capitalised_throughout(sentence: str) -> bool:
    if sentence.rstrip().endswith((".", ".\u201d", '."')):
        return False
    tokens = [m.group() for m in _TOKEN.finditer(sentence) if len(m.group()) > 3]
    return len(tokens) > 2 and sum(token[0].isupper() for token in tokens) > 0.7 * len(tokens)


def _runs(sentence: str) -> Iterator[tuple[list[re.Match[str]], bool]]:
    """Collect neighbouring capitalised words, and say whether the run begins the sentence."""
    run: list[re.Match[str]] = []
    pending: list[re.Match[str]] = []
    begins = False
    at = 0
    for token in _TOKEN.finditer(sentence):
        adjacent = sentence[at : token.start()] == " "
        if run and (not adjacent or (sentence[at - 1 : at] in ".," and _ends_run(sentence, at))):
            yield run, begins
            run, pending = [], []
        if token.group()[0].isupper():
            if not run:
                before = sentence[: token.start()][-3:].strip()
                begins = (
                    not before or before[-1] in ":;\u201c\"'\u2018(\u2014\u2013-\u2022*[?!.\u00ab"
                )
            run += [*pending, token]
            pending = []
        elif run and token.group() in _CONNECTORS and len(pending) < 2:
            pending.append(token)
        elif run:
            yield run, begins
            run, pending = [], []
        at = token.end()
    if run:
        yield run, begins


def _ends_run(sentence: str, at: int) -> bool:
    """A full stop that belongs to the word ("Sen.", "J.") ends nothing."""
    word = re.search(r"[^\W_]+\.?$", sentence[max(0, at - 8) : at])
    return word is None or len(word.group()) > 5


def _name(sentence: str, run: list[re.Match[str]], *, begins: bool) -> Iterator[Name]:
    tokens = [token.group() for token in run]
    if begins:
        if len(tokens) == 1 and not _names_somebody(sentence, run[0]):
            return
        # The first word of a sentence is capitalised whatever it is: "Ask Marco Rubio".
        if len(tokens) > 1 and not _belongs_to_name(tokens):
            first = next(at for at in range(1, len(tokens)) if tokens[at][0].isupper())
            tokens, run = tokens[first:], run[first:]
    capitals = [part for token in tokens if token[0].isupper() for part in _parts(token)]
    proper = [part for part in capitals if part not in _GENERIC]
    if not proper:
        return
    titles = [_TITLES[part] for part in capitals if part in _TITLES]
    text = sentence[run[0].start() : run[-1].end()]
    yield Name(re.sub(r"['\u2019]s?$|\.$", "", text), (*proper, *titles))


def _belongs_to_name(tokens: list[str]) -> bool:
    """Say whether a sentence's first word is part of its name: a title, or "Bank of Scotland"."""
    if _plain(tokens[0]) in _TITLES:
        return True
    rest = [part for token in tokens[1:] if token[0].isupper() for part in _parts(token)]
    return tokens[1] in _CONNECTORS and not _GENERIC.issuperset(rest)


def _names_somebody(sentence: str, token: re.Match[str]) -> bool:
    """Judge the lone capitalised word that begins a sentence by how it is written and used."""
    word = token.group()
    plain = _plain(word)
    if plain in _BEGINNERS or plain in _GENERIC:
        return False
    letters = word.rstrip(".")
    if (
        len(letters) > 1
        and letters[1:].upper() == letters[1:]
        and letters[1:].lower() != letters[1:]
    ):
        return True
    if re.search(r"['\u2019]s$", word):
        return True
    return not plain.endswith("s") and _SPEECH.match(sentence, token.end()) is not None
