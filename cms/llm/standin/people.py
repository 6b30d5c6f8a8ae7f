"""Who is named in an article, and who says what in it; rather nobody than the wrong person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cms.llm.standin.sentences import Span, quotations, sentences, without_quotations

_PARTICLES = "of|de|von|der|den|van|bin|al|la|le|du|da|di|dos|el|ter|zu"
_CAPITALIZED = r"[A-Z][\w\u2019'-]*(?:\.(?=\s+[A-Z]))?"
_RUN = re.compile(rf"{_CAPITALIZED}(?:\s+(?:{_CAPITALIZED}|(?:{_PARTICLES})\b))*")
_ROLES = frozenset(
    {"president", "secretary", "senator", "sen", "representative", "rep", "congressman"}
    | {
        "congresswoman",
        "congressmember",
        "governor",
        "gov",
        "mayor",
        "judge",
        "justice",
        "minister",
    }
    | {"premier", "chancellor", "director", "commissioner", "chair", "chairman", "chairwoman"}
    | {"chairperson", "attorney", "general", "ambassador", "envoy", "spokesman", "spokeswoman"}
    | {"spokesperson", "dr", "professor", "prof", "chief", "officer", "executive", "leader"}
    | {"speaker", "councilman", "councilwoman", "councilmember", "alderman", "sheriff", "king"}
    | {"queen", "pope", "bishop", "rabbi", "imam", "pastor", "colonel", "captain", "sergeant"}
    | {"superintendent", "principal", "treasurer", "supervisor", "delegate", "administrator"}
    | {"mr", "mrs", "ms", "economist", "scientist", "researcher", "teacher", "nurse", "organizer"}
    | {"resident", "author", "activist", "farmer", "student", "analyst", "founder"}
)
# Words that begin a sentence, and so a run of capitals that ends in a name.
_OPENERS = frozenset(
    {"the", "a", "an", "at", "on", "in", "but", "and", "for", "when", "while", "after", "before"}
    | {"as", "if", "however", "meanwhile", "offering", "since", "with", "by", "from", "to", "now"}
)
# Words that begin with a capital and are no part of a person's name.
_NO_NAMES = _OPENERS | frozenset(
    {"house", "white"}
    | {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january"}
    | {"february", "march", "april", "may", "june", "july", "august", "september", "october"}
    | {"november", "december", "united", "states", "european", "union", "new"}
    | {
        "north",
        "south",
        "east",
        "west",
        "supreme",
        "court",
        "department",
        "committee",
        "university",
    }
    | {"act", "party", "street", "day", "congress", "senate", "council", "agency", "association"}
    | {"city", "county", "state", "commission", "board", "school", "hospital", "river", "lake"}
    | {"democrats", "republicans", "democratic", "republican", "national", "federal", "american"}
    | {"foundation", "institute", "center", "company", "bank", "times", "post", "news", "bill"}
)
# An office in small letters, as in "U.S. special envoy Jane Doe".
_OFFICE_BEFORE = re.compile(
    rf"\b(?:U\.S\.\s|[A-Z]\w+\s)?(?:(?!the\b|a\b|an\b|and\b)[a-z-]+\s)?(?:{'|'.join(sorted(_ROLES))})\s\Z"
)
# "…, the hospital's director." and "…, a teacher who lives nearby,", if it is short.
_ABOUT = re.compile(r",\s((?:a|an|the)\s(?:[\w\u2019'-]+\s?){1,11})[.,]")
_SAYING = (
    r"said|says|added|told|argued|argues|warned|declared|explained|noted|stressed|revealed|wrote|"
    r"emphasized|emphasised|insisted|acknowledged|expressed|defended|asked|testified|announced|"
    r"urged|recalled|continued|cautioned|claimed|stated|replied|responded"
)
_SAYS = re.compile(rf"\b(?:{_SAYING})\b")
_ADVERB = r"(?:\s+(?:\w+ly|also|further|later|then|again|once))?"
# Somebody without a name comes in, and may be whom the next "he" or "she" means.
_STRANGER = re.compile(r"(?:A|An|One|Another)\s[a-z]")
# Before a name, these make somebody else the one who speaks.
_FOR_SOMEONE = re.compile(r"\b(?:for|of|to|with|by|against|about|from)\s+(?:\S+\s+){0,2}\Z")


@dataclass(frozen=True)
class Person:
    """`title` is the name as the article introduces it, office included; `last` as it goes on.

    `about` is what the article puts behind the name, such as "a nurse at the hospital".
    """

    name: str
    last: str
    title: str
    about: str = ""

    @property
    def attribution(self) -> str:
        return f"{self.title}, {self.about}" if self.about else self.title


@dataclass(frozen=True)
class Quotation:
    """One whole sentence that somebody said, word for word, with its final mark.

    A comma is left out, and told by `goes_on`: there the article's own sentence goes on.
    """

    text: str
    speaker: Person
    goes_on: bool
    order: int


def people(paragraphs: list[str]) -> list[Person]:
    """Name those who hold an office or speak in the text, in the order of their appearance."""
    outside = [without_quotations(paragraph) for paragraph in paragraphs]
    whole = "\n".join(outside)
    found: dict[str, Person] = {}
    for text in outside:
        for match in _RUN.finditer(text):
            person = _person(match, text, whole)
            if person and person.last not in found:
                found[person.last] = person
    return list(found.values())


def _person(match: re.Match[str], text: str, whole: str) -> Person | None:
    tokens = re.sub(rf"(?:\s+(?:{_PARTICLES}))+\Z", "", match.group()).split()
    while tokens and _bare(tokens[0]) in _OPENERS:
        tokens.pop(0)
    roles = [index for index, token in enumerate(tokens) if _bare(token) in _ROLES]
    office = _OFFICE_BEFORE.search(text[: match.start()])
    has_role = bool(roles) or bool(office)
    name = tokens[roles[-1] + 1 :] if roles else tokens
    if name and name[0] == "of":
        name = name[2:] if len(name) <= 4 else name[-2:]
    while name and (name[0].isupper() and len(name[0]) > 1 and not name[0].endswith(".")):
        name = name[1:]
    if not 1 <= len(name) <= 4 or any(_bare(token) in _NO_NAMES for token in name):
        return None
    if len(name) == 1 and not roles:
        return None
    name[-1] = re.sub(r"[\u2019']s\Z", "", name[-1]).rstrip(".")
    last = " ".join(name[1:]) if len(name) > 2 and name[1].islower() else name[-1]
    if len(last) < 3 or not (has_role or _speaks(last, whole)):
        return None
    plain = " ".join(name)
    offices = (
        [office.group().strip()] if office and not roles else tokens[: len(tokens) - len(name)]
    )
    about = _ABOUT.match(text[match.end() :]) if not offices else None
    return Person(plain, last, " ".join([*offices, plain]), about.group(1) if about else "")


def _bare(token: str) -> str:
    return re.sub(r"[\u2019']s\Z", "", token).strip(".,").lower()


def _speaks(last: str, whole: str) -> bool:
    name = re.escape(last)
    return bool(
        re.search(rf"\b{name}{_ADVERB}\s+(?:{_SAYING})\b", whole)
        or re.search(rf"\b(?:{_SAYING})\s+(?:\S+\s+){{0,2}}{name}\b", whole)
    )


class _Speakers:
    """Who is speaking, paragraph after paragraph, as a reader keeps it in mind."""

    def __init__(self, known: list[Person]):
        self._by_last = {person.last: person for person in known}
        lasts = sorted(map(re.escape, self._by_last), key=len, reverse=True)
        self._name = rf"(?:{'|'.join(lasts)})" if lasts else r"(?!)"
        self._current: Person | None = None
        self._named_here = False
        self._heard: set[Person] = set()
        self._pronouns: dict[Person, str] = {}

    def of(self, paragraph: str) -> list[tuple[int, int, Person | None]]:
        """List who says something where in a paragraph; None where we cannot be sure."""
        outside = without_quotations(paragraph)
        found: list[tuple[int, int, Person | None]] = []
        self._named_here = False
        for sentence in sentences(paragraph):
            text = outside[sentence.start : sentence.end]
            opening = self._opening(text)
            if opening:
                self._name_speaker(opening)
            elif _STRANGER.match(text):
                self._current = None
            for verb in _SAYS.finditer(text):
                self._current = self._subject(text, verb, opening)
                found.append(
                    (sentence.start + verb.start(), sentence.start + verb.end(), self._current)
                )
        return found

    def _name_speaker(self, person: Person) -> Person:
        self._current = person
        self._named_here = True
        self._heard.add(person)
        return person

    def _opening(self, text: str) -> Person | None:
        """Name the person whom a sentence begins with, after an office and a name at most."""
        match = re.match(rf"(?:[\w.\u2019'-]+\s+){{0,6}}?({self._name})\b(?![\u2019'])", text)
        if not match or re.search(r"\b(?:and|but|for|of the|with|by)\b", text[: match.start(1)]):
            return None
        return self._by_last[match.group(1)]

    def _subject(self, text: str, verb: re.Match[str], opening: Person | None) -> Person | None:
        before = text[: verb.start()]
        direct = re.search(rf"({self._name}){_ADVERB}\s+\Z", before)
        if direct:
            if _FOR_SOMEONE.search(before[: direct.start()]):
                return None
            return self._name_speaker(self._by_last[direct.group(1)])
        pronoun = re.search(rf"\b(he|she|they|He|She|They){_ADVERB}\s+\Z", before)
        if pronoun:
            return self._meant_by(pronoun.group(1).lower())
        after = re.match(
            rf"\s+(?:[A-Za-z.\u2019'-]+\s+){{0,4}}?({self._name})\b(?![\u2019'])",
            text[verb.end() :],
        )
        if after and not re.search(
            r"\b(?:that|to|the|for|of|in|on)\b", text[verb.end() :][: after.start(1)]
        ):
            return self._name_speaker(self._by_last[after.group(1)])
        if opening and re.search(r"(?:,|\band|\bbut)(?:\s+\w+ly)?\s+\Z", before):
            return opening
        if re.search(r"\band\s+\Z", before):
            return self._first_in(before)
        return None

    def _meant_by(self, pronoun: str) -> Person | None:
        """Take it for the last speaker only where it can hardly be anybody else."""
        if self._current is None:
            return None
        known = self._pronouns.get(self._current)
        if known is None and (self._named_here or len(self._heard) == 1):
            known = self._pronouns[self._current] = pronoun
        return self._current if known == pronoun else None

    def _first_in(self, before: str) -> Person | None:
        match = re.search(rf"\b({self._name})\b(?![\u2019'])", before)
        if not match or _FOR_SOMEONE.search(before[: match.start()]):
            return None
        return self._name_speaker(self._by_last[match.group(1)])


def quoted(paragraphs: list[str], known: list[Person]) -> Iterator[Quotation]:
    """Find whole sentences in quotation marks whose speaker the paragraph leaves no doubt about."""
    speakers = _Speakers(known)
    order = 0
    for paragraph in paragraphs:
        hits = speakers.of(paragraph)
        if not hits:
            continue
        for quotation in quotations(paragraph):
            speaker = _nearest(quotation, hits)
            if speaker is None:
                continue
            for sentence in sentences(quotation.text):
                text = sentence.text.strip()
                if text[:1].isupper() and text[-1] in ",.?!":
                    order += 1
                    yield Quotation(text.removesuffix(","), speaker, text[-1] == ",", order)


def _nearest(quotation: Span, hits: list[tuple[int, int, Person | None]]) -> Person | None:
    def distance(hit: tuple[int, int, Person | None]) -> int:
        start, end, _ = hit
        return start - quotation.end if start >= quotation.end else quotation.start - end

    return min(hits, key=distance)[2]
