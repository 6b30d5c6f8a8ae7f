"""An address without a page: what its words may have meant.

Nonsense comes in floods. What is asked for by a program, and what has no word in it, is answered
without a search; of the rest only so many a minute are searched for, and what was found is kept.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.core.cache import cache
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from cms.core import limits, redirects
from news import former_slugs
from news.models import ArticlePage
from search import finding
from search.models import Kind
from search.queries import Filters, Search, parse

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

MOST_RESULTS = 5
MOST_WORDS = 6
LONGEST_PATH = 200
SECONDS = 600
# For all visitors together: nobody else's 404 is worth a slow site.
RATE = "30/m"
# Folders that hold no articles, and endings that no page has but every scanner asks for.
NOT_FOR_READERS = re.compile(
    r"^/(admin|static|media|documents|\.|wp-|cgi-bin)|\.(?!html?$)[a-z0-9]{1,8}$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]{3,30}")
_SAYS_NOTHING = {
    "and", "archive", "article", "articles", "author", "authors", "categories", "category", "com",
    "feed", "for", "from", "html", "htm", "index", "news", "page", "sources", "story", "tag",
    "tags", "the", "with", "www",
}  # fmt: skip


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page that is not there, with ways on, and with what may have been meant."""
    if (elsewhere := former_slugs.moved(request)) is not None:
        return elsewhere
    words = words_of(request.path_info)
    found: list[ArticlePage] = []
    if words and request.method == "GET" and redirects.find(request) is None:
        found = _meant(request, words)
    context = {"words": " ".join(words), "articles": found}
    # Left unsaid, caches keep it for minutes: the page may be published in a moment.
    response = render(request, "404.html", context, status=404)
    response.headers["Cache-Control"] = "no-store"
    return response


def words_of(path: str) -> list[str]:
    """The words of an address that say what it was about; none where no reader typed it."""
    if len(path) > LONGEST_PATH or NOT_FOR_READERS.search(path):
        return []
    words = [word.lower() for word in _WORD.findall(unquote(path))]
    kept = [word for word in dict.fromkeys(words) if word not in _SAYS_NOTHING]
    return kept[-MOST_WORDS:]


def _meant(request: HttpRequest, words: list[str]) -> list[ArticlePage]:
    """Articles with these words, from the cache or, as far as there is room, from a search."""
    told = salted_hmac("search.missing", " ".join(words), algorithm="sha256").hexdigest()
    numbers = cache.get(key := f"missing.{told}")
    if numbers is None:
        if not limits.within(request, what="search.missing", who="everybody", rate=RATE):
            return []
        numbers = _search(words)
        cache.set(key, numbers, SECONDS)
    if not numbers:
        return []
    public = ArticlePage.objects.live().public()
    articles = {page.pk: page for page in public.filter(pk__in=numbers).for_cards()}
    return [articles[number] for number in numbers if number in articles]


def _search(words: list[str]) -> list[int]:
    """The numbers of the articles that have these words, or nearly: search forgives a slip."""
    asked = Search(parse(" ".join(words)), Filters(kind=Kind.ARTICLE), size=MOST_RESULTS)
    try:
        found = finding.search(asked).found
    except Exception:
        # Whatever search raises, it is a page that is not there, and no error.
        logger.exception("No suggestions for a missing page.")
        return []
    return [hit.object_id for hit in found.hits]
