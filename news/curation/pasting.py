"""Adding a link by its address alone: the title and the publisher are looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from news.addresses import AddressError, canonical
from news.curation import decisions, reading
from news.curation.decisions import CurationRefused, Outcome
from news.curation.reading import UnreadableError
from news.models import RelatedLink

if TYPE_CHECKING:
    from cms.core.models import User
    from news.models import ArticlePage

__all__ = ["UnreadableError", "paste"]


def paste(
    *, article: ArticlePage, address: str, by: User, title: str = "", publisher: str = ""
) -> Outcome:
    """Have an address shown under an article.

    Args:
        article: The article.
        address: As it was pasted.
        by: Who adds it.
        title: Blank is looked up: among the stories and articles that are known, then at the address.
        publisher: Likewise.

    Raises:
        CurationRefused: this is no address, or not one for this article.
        UnreadableError: the address tells no title, and none was given.
        ValidationError: a field is too long.
    """
    try:
        address = canonical(address)
    except AddressError as error:
        raise CurationRefused(str(error)) from error
    _refuse_itself(article, address)
    found = reading.Found(title, publisher)
    there = RelatedLink.objects.filter(article=article, address=address).exists()
    if not there and not title:
        # Asking another server takes seconds; nothing is locked meanwhile.
        read = reading.read(address)
        found = reading.Found(read.title, publisher or read.publisher, read.published_at)
    return decisions.add(
        article_id=article.pk,
        address=address,
        title=found.title,
        publisher=found.publisher,
        published_at=found.published_at,
        by=by,
    )


def _refuse_itself(article: ArticlePage, address: str) -> None:
    for own, what in (
        (article.full_url, "the article itself"),
        (article.source_address, "the story that this article is about; readers find it above"),
    ):
        try:
            if own and canonical(own) == address:
                raise CurationRefused(f"This is {what}.")
        except AddressError:
            continue
