"""Telephone numbers in a text: in digits, in words, in letters, set apart or run together.

Numbers of the North American plan are known by their shape; those of other countries by a plus
sign, two noughts, or a leading nought in groups. Anything else counts only after a word such as
"call", because votes, years and sums of money have digits too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from news.drafting.guard.characters import Folded
from news.drafting.guard.internet import Match

_WORDS = {
    "zero": "0", "oh": "0", "nought": "0", "naught": "0", "one": "1", "two": "2", "three": "3",
    "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
    "hundred": "00", "thousand": "000",
}  # fmt: skip
# "two twenty-four" is 224, and "two twenty" is 220.
_TENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
    "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60",
    "seventy": "70", "eighty": "80", "ninety": "90",
}  # fmt: skip
_REPEATS = {"double": 2, "triple": 3}
_LETTERS_AS_DIGITS = str.maketrans("OoIl", "0011")
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_TOKEN = re.compile(
    r"(?<![\w$\u20ac\u00a3\u00a5])\+?(?:[\dOoIl]{1,40}+|"
    + "|".join([*_WORDS, *_TENS, *_REPEATS])
    + r")(?!\w)",
    re.IGNORECASE,
)
# What may stand between two groups of one number.
_GAP = re.compile(r"(?:[ ().,/*_+\[\]~:|\u2013-]|and ){0,5}")
_SOFT_GAP = re.compile(r"[ ().\[\]/_*|~+\u2013-]*")

_NANP = re.compile(r"1?([2-9]\d\d)([2-9]\d\d)(\d{4})")
_NANP_BEGUN = re.compile(r"1?(?:[2-9](?:\d(?:\d(?:[2-9]\d{0,6})?)?)?)?")
_COUNTING = "0123456789101112 1110987654321"
_YEAR = re.compile(r"(?:19|20)\d\d")
_NANP_SHAPES = {
    (3, 3, 4), (1, 3, 3, 4), (3, 7), (1, 3, 7), (6, 4), (1, 6, 4), (10,), (11,), (1, 10),
    (3, 3, 2, 2), (1, 3, 3, 2, 2), (2, 2, 2, 2, 2),
}  # fmt: skip
_CUE = re.compile(
    r"(?:\b(?:call|calling|phone|telephone|tel|dial|dialling|dialing|fax|ring|mobile|cell|hotline|"
    r"switchboard|whatsapp|sms|phone number|helpline|text(?= (?:us|me|at|on)\b))\b|\u260e|\u2706|\U0001f4de|\U0001f4f1)"
    r"(?:[ .:#]{0,3}(?:us|me|him|her|them|it|is|at|on|now|number|line|no|today|toll-free|free)\b"
    r"){0,3}[ .:#(-]{0,4}$",
    re.IGNORECASE,
)
_NOT_A_NUMBER_TO_CALL = re.compile(
    r"(?:\b(?:no|nos|number|docket|case|isbn(?:-1[03])?|issn|account|id|bill|grant|serial|resolution|ein|"
    r"patent|order|section|sections|doi|article|articles)\b[ .:#]{0,3}|[#$\u20ac\u00a3\u00a5])$",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(
    r" ?(?:%|percent|per cent|people|persons|voters|votes|dollars|euros|pounds|million|billion|"
    r"trillion|years|miles|km|acres|jobs|tons|tonnes|cases|deaths|copies|residents|children|"
    r"troops|soldiers|barrels|refugees|families|workers|households|signatures)\b",
    re.IGNORECASE,
)
_TOLL_FREE = {"800", "833", "844", "855", "866", "877", "888"}
_VANITY = re.compile(
    r"(?<![\w-])(?:\+?1[-. ]{1,2}\(?([2-9]\d\d)\)?|\(?(8(?:00|33|44|55|66|77|88))\)?)"
    r"[-. \u2013]{1,2}((?:[A-Za-z0-9]{1,12}-){0,3}[A-Za-z0-9]{2,14})(?![\w])"
)
_SPELLED = re.compile(
    r"(?<![\w-])\(?([2-9]\d\d)\)?[-.]([A-Z]{3}-?[A-Z]{4}|[A-Z]{4}-[A-Z]{3}|[A-Z]{3}-\d{4})(?![\w-])"
)
_INTERNATIONAL = re.compile(r"(?<![\w+])(?:\+|00(?=[ 1-9])) ?(\d[\d ().\-/\u2013]{6,24})(?!\d)")
_NATIONAL = re.compile(
    r"(?<![\w.,$-])\(?0\d{1,4}\)?(?:[ ./\u2013-]{1,2}\d{2,5}){2,4}(?![\w]|[.,-]\d)"
)
_DATE = re.compile(r"0\d[./-]\d{1,2}[./-](?:19|20)\d\d")
_SHORT_CODE = re.compile(
    r"\b(?:text|sms|texting)(?: [\"'\u201c\u2018]?\w{1,20}[\"'\u201d\u2019,]{0,2}){0,4}? to:? "
    r"(\d[\d-]{2,7}\d)(?![\w-])",
    re.IGNORECASE,
)


class _Token(NamedTuple):
    start: int
    end: int
    digits: str
    disguised: bool


def find_phones(text: Folded) -> Iterator[Match]:
    """Find telephone numbers in a folded text (not undisguised: single digits stay apart)."""
    seen = text.seen
    for match in _VANITY.finditer(seen):
        yield from _vanity(match)
    for match in _SPELLED.finditer(seen):
        if len(re.sub(r"[^A-Z0-9]", "", match.group(2))) == 7:
            number = match.group(2).replace("-", "").translate(_KEYPAD)
            yield Match("phone", match.start(), match.end(), f"+1{match.group(1)}{number}")
    for match in _INTERNATIONAL.finditer(seen):
        yield from _international(seen, match)
    for match in _NATIONAL.finditer(seen):
        digits = re.sub(r"\D", "", match.group())
        if _DATE.match(match.group()) or _not_to_call(seen, match.start()):
            continue
        if 9 <= len(digits) <= 11:
            yield Match("phone", match.start(), match.end(), digits)
    for match in _SHORT_CODE.finditer(seen):
        yield Match("phone", match.start(1), match.end(1), match.group(1).replace("-", ""))
    for run in _runs(seen):
        yield from _in_run(seen, run)


def phone_value(digits: str) -> str:
    """Normalise digits: a number of the North American plan gets its country code."""
    return f"+1{digits[-10:]}" if _NANP.fullmatch(digits) else digits


def _vanity(match: re.Match[str]) -> Iterator[Match]:
    word = match.group(3)
    letters = re.sub(r"[^A-Za-z]", "", word)
    if len(letters) < 3 or len(word.replace("-", "")) < 7:
        return
    # "800 AMERICANS" is a headline; a number has a mark somewhere.
    begun = match.group()[: match.start(3) - match.start()]
    if match.group(2) and not re.search(r"[-.(]", begun):
        return
    if match.group(1) and not (match.group(1) in _TOLL_FREE or re.search(r"[-.(]", begun)):
        return
    # Lower-case words only where nothing but a telephone number begins like that: 1-800-…
    if not letters.isupper() and not match.group().lstrip("+").startswith("1"):
        return
    area = match.group(1) or match.group(2)
    number = word.replace("-", "").upper().translate(_KEYPAD)[:7]
    yield Match("phone", match.start(), match.end(), f"+1{area}{number}")


def _international(seen: str, match: re.Match[str]) -> Iterator[Match]:
    written = match.group().rstrip(" ().-/\u2013")
    digits = re.sub(r"\D", "", written.removeprefix("00"))
    # "+10 000 000" is a rise, not a number to call.
    if not 8 <= len(digits) <= 15 or digits[0] == "0" or digits.endswith("00000"):
        return
    if _UNIT_AFTER.match(seen, match.start() + len(written)):
        return
    value = phone_value(digits) if digits.startswith("1") else f"+{digits}"
    yield Match("phone", match.start(), match.start() + len(written), value)


def _runs(seen: str) -> Iterator[list[_Token]]:
    """Collect groups of digits, and words for digits, that nothing but marks keep apart."""
    run: list[_Token] = []
    repeat = 1
    for match in _TOKEN.finditer(seen):
        word = match.group().lower()
        joined = run and _GAP.fullmatch(seen, run[-1].end, min(match.start(), run[-1].end + 8))
        if run and not (joined and joined.end() == match.start()) and repeat == 1:
            yield run
            run = []
        if word in _REPEATS:
            repeat = _REPEATS[word]
            continue
        token = _token(match, repeat)
        repeat = 1
        if run and token and token.disguised:
            run[-1] = _continued(seen, run[-1], token)
        if token:
            run.append(token)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _continued(seen: str, token: _Token, following: _Token) -> _Token:
    """Read "twenty" before "four", and "hundred" before "two", as the beginning of one number."""
    word = seen[token.start : token.end].lower()
    if len(following.digits) > 2 or seen[token.end : following.start] not in (" ", "-", " and "):
        return token
    single = len(following.digits) == 1 and following.digits != "0"
    if word in _TENS and word.endswith("ty") and single:
        return token._replace(digits=token.digits[0])
    if word == "hundred":
        return token._replace(digits="0" if len(following.digits) == 1 else "")
    return token


def _token(match: re.Match[str], repeat: int) -> _Token | None:
    word = match.group().lower()
    if word in _TENS:
        return _Token(match.start(), match.end(), _TENS[word], True)
    if word in _WORDS:
        return _Token(match.start(), match.end(), _WORDS[word] * repeat, True)
    digits = match.group().lstrip("+").translate(_LETTERS_AS_DIGITS)
    if not re.search(r"\d", match.group()):
        # A lone "O" or "l" between digits stands for one; "Oil" does not.
        return _Token(match.start(), match.end(), digits, True) if len(digits) == 1 else None
    disguised = not match.group().lstrip("+").isdigit()
    return _Token(match.start(), match.end(), digits * repeat, disguised or repeat > 1)


def _in_run(seen: str, run: list[_Token]) -> Iterator[Match]:
    at = 0
    while at < len(run):
        count = _number_at(seen, run, at)
        if count:
            digits = "".join(token.digits for token in run[at : at + count])
            end = run[at + count - 1].end
            yield Match("phone", _opened(seen, run[at].start, end), end, phone_value(digits))
        at += count or 1


def _opened(seen: str, start: int, end: int) -> int:
    """Where a number begins with the parenthesis around its area code."""
    opens = seen[start - 1 : start] == "(" and re.match(r"[^()]*\)", seen[start:end])
    return start - 1 if opens else start


def _number_at(seen: str, run: list[_Token], at: int) -> int:
    """Say how many tokens from this one make a telephone number; none is 0."""
    # Nothing but marks stands between the tokens of a run, so a word can precede its first only.
    called = at == 0 and _CUE.search(seen[max(0, run[0].start - 60) : run[0].start]) is not None
    if at == 0 and not called and _not_to_call(seen, run[0].start):
        return 0
    digits = ""
    best = 0
    for count, token in enumerate(run[at : at + 14], start=1):
        digits += token.digits
        if len(digits) > 15 or not (called or _NANP_BEGUN.fullmatch(digits)):
            break
        tokens = run[at : at + count]
        if _is_north_american(seen, tokens, digits) or (
            called and _is_called(seen, tokens, digits)
        ):
            best = count
            if _NANP.fullmatch(digits):
                break
    return best


def _not_to_call(seen: str, at: int) -> bool:
    return _NOT_A_NUMBER_TO_CALL.search(seen[max(0, at - 16) : at]) is not None


def _is_north_american(seen: str, tokens: list[_Token], digits: str) -> bool:
    if not _NANP.fullmatch(digits) or (len(digits) == 11) != digits.startswith("1"):
        return False
    if digits in _COUNTING:
        return False
    if _UNIT_AFTER.match(seen, tokens[-1].end):
        return False
    if sum(token.disguised for token in tokens) >= 1:
        return True
    shape = tuple(len(token.digits) for token in tokens)
    singles = sum(length == 1 for length in shape) >= 8
    if shape not in _NANP_SHAPES and not singles:
        return False
    between = re.sub(r"\d", "", seen[tokens[0].end : tokens[-1].start])
    if "and" in between or ":" in between:
        return False
    if shape in ((3, 3, 4), (1, 3, 3, 4)) and not _YEAR.fullmatch(tokens[-1].digits):
        return True
    # Pairs are a French habit of writing; pairs with different marks between them are scores.
    return "," not in between and (max(shape) != 2 or len(set(between)) == 1)


def _is_called(seen: str, tokens: list[_Token], digits: str) -> bool:
    """Say whether what follows "call" or "phone:" is a number, of whatever country."""
    if not 7 <= len(digits) <= 15 or _UNIT_AFTER.match(seen, tokens[-1].end):
        return False
    between = seen[tokens[0].end : tokens[-1].start]
    years = [token.digits for token in tokens if _YEAR.fullmatch(token.digits)]
    spoken = all(token.disguised for token in tokens)
    return len(years) < 2 and (
        spoken or _SOFT_GAP.fullmatch(re.sub(r"\d", "", between)) is not None
    )
