"""Which articles already tell a story, asked before somebody writes it a second time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from news.likeness.index import indexed_articles, primary_language
from news.likeness.scoring import Rarity, similarity
from news.likeness.words import words

if TYPE_CHECKING:
    from datetime import datetime

# From here on two headlines are of one story nine times in ten (``scoring.similarity``).
ALIKE_FROM = 0.3
# One word is a name or a subject, and no story yet.
LEAST_SHARED = 2
# What happened is told within some days; later it is another story with the same names.
DAYS_APART = 4
# A headline of fewer telling words is helped by its summary.
FEW_WORDS = 4
# No newsroom writes more in these days; one that did would wait no longer for it.
ARTICLES_AT_MOST = 2000


def telling_words(title: str, summary: str) -> list[str]:
    """The words of a headline; where these are few, those of its summary too."""
    found = words(title)
    return found if len(found) >= FEW_WORDS else words(f"{title} {summary[:300]}")


def covering(
    *, title: str, summary: str = "", published_at: datetime | None = None, language: str = ""
) -> list[int]:
    """Ids of the articles that tell the same story, live or not, the most alike first.

    Reads the articles themselves, so one that was written a second ago counts, and changes nothing.
    A headline in another language is not compared; a blank language may be any.
    """
    at = published_at or timezone.now()
    reach = timedelta(days=DAYS_APART)
    then = (at - reach, at + reach)
    asked, known, spoken = telling_words(title, summary), Rarity(), primary_language(language)
    articles = (
        indexed_articles()
        .filter(Q(moment__range=then) | Q(source_published_at__range=then))
        .order_by("-moment")
        .values_list("pk", "headline", "locale__language_code")
    )
    told = {
        pk: words(headline)
        for pk, headline, tag in articles[:ARTICLES_AT_MOST]
        if not spoken or spoken == primary_language(tag)
    }
    known.look_up({word for text in [asked, *told.values()] for word in text})
    alike = [
        (similarity(asked, text, known), pk)
        for pk, text in told.items()
        if len(set(asked) & set(text)) >= LEAST_SHARED
    ]
    return [pk for score, pk in sorted(alike, reverse=True) if score >= ALIKE_FROM]
