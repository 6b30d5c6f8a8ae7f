"""A page's bytes, read for facts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils import timezone

from news.importing import bylines, naming, pictures, published, story_text
from news.importing.facts import LONGEST_DESCRIPTION, Facts, plain, web_address
from news.importing.markup import Page, parsed
from news.importing.things import Things
from news.importing.zones import country_of

if TYPE_CHECKING:
    from datetime import datetime


def read(content: bytes, *, address: str, charset: str = "", now: datetime | None = None) -> Facts:
    """The facts of a story from its page.

    Args:
        content: The page, as it was sent.
        address: Where it came from, after all redirects.
        charset: What the server said it is in; blank where it said nothing.
        now: The moment until which a story can have been published.

    Raises:
        PageUnreadable: where this is no page.
    """
    page = Page(parsed(content, declared=charset), address=address)
    things = Things(page)
    host = urlsplit(address).hostname or ""
    country = country_of(language=page.language, host=host)
    source = naming.source(page, things)
    title = naming.title(page, things, source=source)
    when, doubts = published.published(page, things, now=now or timezone.now(), country=country)
    return Facts(
        address=own_address(page),
        title=title,
        source=source,
        published=when,
        authors=bylines.authors(page, things, source=source),
        pictures=pictures.pictures(page, things),
        language=page.language,
        description=_description(page, things),
        paragraphs=story_text.paragraphs(page, things, title=title),
        doubts=tuple(doubts),
    )


def own_address(page: Page) -> str:
    """The address that the page calls its own; the one it came from where that cannot be."""
    links = (
        el.get("href")
        for el in page.tree.iter("link")
        if "canonical" in (el.get("rel") or "").lower().split()
    )
    for text in [*links, *page.all_metas("og:url")]:
        whole = web_address(text, base=page.fetched_from)
        # Many a page calls the front page its own by mistake.
        at_root = urlsplit(whole).path in {"", "/"} and urlsplit(page.fetched_from).path not in {
            "",
            "/",
        }
        if whole and not (at_root and not urlsplit(whole).query):
            return whole.split("#")[0]
    return page.fetched_from


def _description(page: Page, things: Things) -> str:
    given = [
        page.meta("og:description"),
        *things.values("description"),
        page.meta("description", "twitter:description", "dc.description", "sailthru.description"),
    ]
    return next((text for each in given if (text := plain(each, most=LONGEST_DESCRIPTION))), "")
