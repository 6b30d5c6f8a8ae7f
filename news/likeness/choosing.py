"""What to suggest beside an article: the most alike, each text once, not all from one publisher."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from cms.core.models import SiteSettings
from news.addresses import AddressError, canonical
from news.likeness.covering import telling_words
from news.likeness.explaining import explanation
from news.likeness.folding import told_before
from news.likeness.scoring import nearest
from news.likeness.words import words
from news.models import ArticlePage, LikenessEntry, RelatedLink, Story

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SUGGESTED_AT_MOST = 20
FROM_ONE_PUBLISHER = 3
# Enough for twenty texts when each stands under many addresses.
LOOKED_AT = 300
FOLDED_AT_MOST = 50
# Below, two headlines share a word by chance. Hours between them do not count here.
LEAST_LIKE = 0.04


@dataclass
class Candidate:
    """A story or an own article that may be suggested, as the index knows it."""

    entry: LikenessEntry
    score: float
    address: str
    publisher: str
    page: ArticlePage | None = None
    explanation: str = ""
    folded: list[Candidate] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its headline."""
        return self.entry.title

    @property
    def words(self) -> list[str]:
        """The telling words of its headline."""
        return self.entry.words.split()


def choose(entry: LikenessEntry) -> list[Candidate]:
    """What is most like the article that this entry of the index is of, best first."""
    article = ArticlePage.objects.get(pk=entry.page_id)
    asked = telling_words(entry.title, article.introduction)
    near = nearest(asked, at=entry.published_at, limit=LOOKED_AT, leave_out=[entry.pk])
    scores = {one.entry_id: one.score for one in near}
    left_out = _LeftOut(article, entry)
    chosen: list[Candidate] = []
    from_publisher: Counter[str] = Counter()
    for candidate in _candidates(entry, scores):
        if left_out.holds(candidate):
            continue
        before = told_before(candidate.words, (other.words for other in chosen))
        if before is not None:
            if len(chosen[before].folded) < FOLDED_AT_MOST:
                chosen[before].folded.append(candidate)
            continue
        if len(chosen) == SUGGESTED_AT_MOST:
            continue
        if from_publisher[candidate.publisher.casefold()] == FROM_ONE_PUBLISHER:
            continue
        from_publisher[candidate.publisher.casefold()] += 1
        chosen.append(candidate)
    text = f"{entry.title}. {article.introduction}"
    for candidate in chosen:
        candidate.explanation = explanation(
            text, candidate.title, apart=candidate.entry.published_at - entry.published_at
        )
    return chosen


class _LeftOut:
    """What an article needs no suggestion of: itself, its source's story, what was decided on."""

    def __init__(self, article: ArticlePage, entry: LikenessEntry) -> None:
        decided = article.related_links.exclude(status=RelatedLink.Status.SUGGESTED)
        links = list(decided.values_list("address", "title", "page_id"))
        self.pages = {page_id for _, _, page_id in links} | {article.pk}
        # One address may be written in many ways, and one text stand under many addresses.
        own = [article.source_address, article.full_url or ""]
        self.addresses = {_canonical(address) for address in own}
        self.addresses |= {_canonical(address) for address, _, _ in links}
        self.texts = [words(title) for _, title, _ in links]
        self.texts.append(words(entry.title))
        source = Story.objects.filter(address__in=self.addresses).values_list("title", flat=True)
        self.texts += [words(title) for title in source]

    def holds(self, candidate: Candidate) -> bool:
        """Whether this is known to the article already, under whatever address."""
        if candidate.page and candidate.page.pk in self.pages:
            return True
        if _canonical(candidate.address) in self.addresses:
            return True
        return candidate.page is None and told_before(candidate.words, self.texts) is not None


def _canonical(address: str) -> str:
    try:
        return canonical(address)
    except AddressError:
        return address


def _candidates(entry: LikenessEntry, scores: dict[int, float]) -> Iterator[Candidate]:
    """What the scores are of, best first, as far as it may be shown beside this article."""
    entries = LikenessEntry.objects.filter(pk__in=scores).select_related("story__source")
    found = sorted(entries, key=lambda one: (-scores[one.pk], -one.pk))
    pages = _public_articles(one.page_id for one in found if one.page_id)
    names: dict[int | None, str] = {}
    for one in found:
        if one.language and entry.language and one.language != entry.language:
            continue
        days = abs(one.published_at - entry.published_at) / timedelta(days=1)
        if scores[one.pk] * (1 + days) < LEAST_LIKE:
            continue
        if one.story:
            yield Candidate(one, scores[one.pk], one.story.address, one.story.source.name)
        elif (page := pages.get(one.page_id or 0)) and (address := page.full_url):
            yield Candidate(one, scores[one.pk], address, _site_name(page, names), page=page)


def _public_articles(ids: Iterable[int]) -> dict[int, ArticlePage]:
    public = ArticlePage.objects.filter(pk__in=list(ids)).live().public()
    return {page.pk: page for page in public.defer("body", "opinion", "action", "to_do")}


def _site_name(page: ArticlePage, names: dict[int | None, str]) -> str:
    site = page.get_site()
    key = site.pk if site else None
    if key not in names:
        names[key] = SiteSettings.for_site(site).site_name if site else ""
    return names[key]


def as_rows(article_id: int, chosen: Sequence[Candidate]) -> list[RelatedLink]:
    """Suggestions as they are stored, in their order."""
    return [
        RelatedLink(
            article_id=article_id,
            status=RelatedLink.Status.SUGGESTED,
            address=one.address,
            title=one.title[:300],
            publisher=one.publisher[:160],
            published_at=one.entry.published_at,
            story=one.entry.story,
            page=one.page,
            score=round(one.score, 6),
            explanation=one.explanation,
            folded=[
                {"title": other.title, "publisher": other.publisher, "address": other.address}
                for other in one.folded
            ],
        )
        for one in chosen
    ]
