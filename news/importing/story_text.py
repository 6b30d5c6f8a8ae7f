"""The text of a story: its paragraphs, and as many of them as an article may show."""

from __future__ import annotations

import copy
import logging
import re
from typing import TYPE_CHECKING

from lxml import etree

from news.drafting.guard import word_count
from news.importing import bylines, dates, naming, pictures
from news.importing.facts import plain
from news.importing.markup import elements, words_of
from news.importing.things import classes_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import html

    from news.importing.markup import Page
    from news.importing.things import Things

# Of a page with more elements than any article, only the paragraphs are gathered.
MOST_ELEMENTS = 30_000
MOST_PARAGRAPHS = 400
LONGEST_PARAGRAPH = 10_000
# Fewer words are a teaser, or no story.
A_STORY = 25
LONGEST_CAPTION = 60
CAPTIONS = {
    "caption",
    "wp-caption-text",
    "image-caption",
    "photo-caption",
    "legende",
    "bildunterschrift",
}
# trafilatura says of every strange page that it is strange.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[”\"’'»)\]]*(?:\s+|(?<=[。！？]))(?=[^\s])")
_INVITATION = re.compile(
    r"(?i)(?:subscribe|sign in|sign up|log in|register|already a subscriber)\b.{0,120}\Z"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|St|Jr|Sr|No|vs|Inc|Ltd|Co|Corp|U\.S|U\.K|a\.m|p\.m|"
    r"bzw|z\.B|u\.a|ca|Nr|Sra?|Dra?|Mme|M|Mgr|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|approx|etc)|\b[A-Z]|\b\d{1,2})\.$"
)  # fmt: skip


def paragraphs(page: Page, things: Things, *, title: str) -> tuple[str, ...]:
    """The paragraphs of the story, as plain text; none where the page shows none."""
    many = (
        sum(1 for number, _ in enumerate(elements(page.tree)) if number <= MOST_ELEMENTS)
        > MOST_ELEMENTS
    )
    found = [] if many else _main_text(page.tree)
    if sum(map(word_count, found)) < A_STORY:
        plainly = _plain_paragraphs(page)
        found = plainly if sum(map(word_count, plainly)) > sum(map(word_count, found)) else found
    described = _described(things)
    if sum(map(word_count, described)) > 2 * sum(map(word_count, found)):
        found = described
    shown = (plain(text, most=LONGEST_PARAGRAPH) for text in found[:MOST_PARAGRAPHS])
    kept = [text for text in shown if text and text.casefold() != title.casefold()]
    kept = [text for text in kept if not _INVITATION.match(text)]
    # Byline, date and captions stand above the story, and are short.
    captions = _captions(page)
    while len(kept) > 1 and _is_above_story(kept[0], page, things, captions):
        del kept[0]
    return tuple(dict.fromkeys(kept))


def _is_above_story(text: str, page: Page, things: Things, captions: set[str]) -> bool:
    if text in captions or (pictures.is_caption(text) and word_count(text) <= LONGEST_CAPTION):
        return True
    if word_count(text) > 25 or len(text) > 160:
        return False
    # A kicker, a label, how many minutes it takes: no sentence at all.
    if word_count(text) <= 8 and not re.search(r"[.!?…。！？।؟][”\"’'»)\]]*\Z", text):
        return True
    return (
        bylines.is_byline(text)
        or dates.from_people(text, language=page.language) is not None
        or text in set(page.all_metas("author", "parsely-author"))
        or any(
            text == name
            for value in things.values("author")
            for name in naming.names_in(things, value)
        )
    )


def _captions(page: Page) -> set[str]:
    """What stands under the pictures, whole and line by line."""
    found: set[str] = set()
    for number, element in enumerate(elements(page.tree)):
        if number > MOST_ELEMENTS:
            break
        if element.tag == "figcaption" or classes_of(element) & CAPTIONS:
            found.add(words_of(element))
            found.update(words_of(each) for each in element.iter("p", "span", "div"))
    return found


def _main_text(tree: html.HtmlElement) -> list[str]:
    import trafilatura  # noqa: PLC0415 - ten megabytes, of which most processes need nothing

    try:
        document = trafilatura.bare_extraction(
            copy.deepcopy(tree), include_comments=False, include_tables=False, favor_precision=True
        )
    except (
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        KeyError,
        RecursionError,
        etree.LxmlError,
    ):
        # It meets broken pages with whatever error comes to hand; there is a second way.
        return []
    body = getattr(document, "body", None)
    if body is None:
        return []
    return [
        words_of(el, most=LONGEST_PARAGRAPH)
        for el in body.iter("p", "quote", "item")
        if el.getparent() is not None and el.getparent().tag not in {"quote", "item"}
    ]


def _plain_paragraphs(page: Page) -> list[str]:
    """The paragraphs of the element that holds the most of them."""
    by_parent: dict[html.HtmlElement, list[str]] = {}
    for number, element in enumerate(page.tree.iter("p")):
        if number > 5_000:
            break
        parent = element.getparent()
        if parent is None or any(
            el.tag in {"aside", "nav", "footer", "form"} for el in element.iterancestors()
        ):
            continue
        text = words_of(element, most=LONGEST_PARAGRAPH)
        if word_count(text) >= 5:
            by_parent.setdefault(parent, []).append(text)
    return max(by_parent.values(), key=lambda texts: sum(map(len, texts)), default=[])


def _described(things: Things) -> list[str]:
    """What the page gives to machines as the text of the article."""
    for value in things.values("articleBody", "text"):
        if isinstance(value, str) and value.strip():
            parts = re.split(r"</p\s*>|\n\s*\n|<br\s*/?>\s*<br\s*/?>|\r?\n", value[:200_000])
            return [text for part in parts if (text := plain(part))]
    return []


# The extract --------------------------------------------------------------------------------------


def extract(texts: Iterable[str], *, limit: int) -> list[str]:
    """The first paragraphs that together have at most so many words.

    It ends with a paragraph; where the first alone is too long, with a sentence; with nothing where
    not even a sentence fits.
    """
    kept: list[str] = []
    left = limit
    for text in texts:
        words = word_count(text)
        if words <= left:
            kept.append(text)
            left -= words
            continue
        # Less than half of what may be shown is worth a few sentences of the next paragraph.
        if (not kept or left * 2 > limit) and (part := _sentences(text, limit=left)):
            kept.append(part)
        break
    return kept


def _sentences(text: str, *, limit: int) -> str:
    """The first whole sentences with at most so many words."""
    end = 0
    for found in _SENTENCE_END.finditer(text):
        piece = text[: found.end()].rstrip()
        if word_count(piece) > limit:
            break
        if not _ABBREVIATION.search(text[: found.start()]):
            end = len(piece)
    return text[:end]
