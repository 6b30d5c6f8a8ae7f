"""Articles, their sources and categories, and commentary in any state."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from cms.core.models import User
from news import provenance, reviews
from news.models import (
    ArticleAuthor,
    ArticleIndexPage,
    ArticlePage,
    Author,
    Category,
    DraftedBlock,
    DraftRun,
    Feed,
    RelatedLink,
    Source,
    Story,
)

STORY = (
    "<p>The committee voted nine to four on Tuesday to send the bill to the floor. "
    "It would give water systems ten years to replace every lead pipe.</p>"
    "<p>“We have waited long enough,” said Senator Tammy Baldwin after the vote. "
    "The states asked for more time and for money to pay for it.</p>"
)


class SourceFactory(DjangoModelFactory[Source]):
    """A publisher."""

    class Meta:
        model = Source

    name = factory.Sequence(lambda n: f"The Gazette {n}")
    home_page = "https://gazette.example/"


class CategoryFactory(DjangoModelFactory[Category]):
    """A subject."""

    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Water {n}")
    slug = factory.Sequence(lambda n: f"water-{n}")


class AuthorFactory(DjangoModelFactory[Author]):
    """Somebody who writes articles up."""

    class Meta:
        model = Author

    name = factory.Sequence(lambda n: f"Ana Ruiz {n}")
    slug = factory.Sequence(lambda n: f"ana-ruiz-{n}")


class RelatedLinkFactory(DjangoModelFactory[RelatedLink]):
    """An approved link; needs ``article``."""

    class Meta:
        model = RelatedLink

    title = factory.Sequence(lambda n: f"What the bill would do, part {n}")
    address = factory.Sequence(lambda n: f"https://elsewhere.example/{n}")
    publisher = "Elsewhere"


class FeedFactory(DjangoModelFactory[Feed]):
    """A feed that is due."""

    class Meta:
        model = Feed

    source = factory.SubFactory(SourceFactory)
    address = factory.Sequence(lambda n: f"https://gazette-{n}.example/feed")


class StoryFactory(DjangoModelFactory[Story]):
    """What a feed brought an hour ago."""

    class Meta:
        model = Story

    source = factory.SubFactory(SourceFactory)
    address = factory.Sequence(lambda n: f"https://gazette.example/stories/{n}")
    title = factory.Sequence(lambda n: f"Committee hears from towns with lead pipes, day {n}")
    published_at = factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(hours=1))


def block(kind: str, value: Any) -> dict[str, Any]:
    """A block as it is stored."""
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def paragraph(text: str) -> dict[str, Any]:
    """A paragraph of plain text."""
    return block("paragraph", f"<p>{text}</p>")


def article(*, save_as: User | None = None, live: bool = False, **fields: Any) -> ArticlePage:
    """An article under the news index, with a first revision; a draft unless ``live``."""
    number = ArticlePage.objects.count() + 1
    values: dict[str, Any] = {
        "title": f"Committee votes for lead pipe bill {number}",
        "slug": f"lead-pipe-bill-{number}",
        "introduction": "The bill goes to the floor.",
        "source_address": f"https://gazette.example/story-{number}",
        "source_published_at": datetime.datetime(2025, 8, 17, 21, 22, tzinfo=datetime.UTC),
        "body": [block("paragraph", STORY)],
        "live": False,
        **fields,
    }
    values.setdefault("source", SourceFactory())
    page = ArticlePage(**values)
    ArticleIndexPage.objects.get().add_child(instance=page)
    revision = page.save_revision(user=save_as)
    if live:
        revision.publish()
    page.refresh_from_db()
    return page


def drafted(page: ArticlePage, section: str, blocks: list[dict[str, Any]], *, by: User) -> DraftRun:
    """Put blocks that a model drafted for ``by`` into a section and save a revision by them."""
    run = DraftRun.objects.create(
        section=section,
        status=DraftRun.Status.READY,
        requested_by=by,
        page=page,
        site=page.get_site(),
        page_title=page.title,
        model="test-model",
        blocks=blocks,
    )
    latest = page.get_latest_revision_as_object()
    setattr(latest, section, blocks)
    for stored in provenance.raw_blocks(getattr(latest, section)):
        DraftedBlock.objects.create(
            run=run,
            block_id=stored["id"],
            digest=provenance.words_digest(stored),
            text=provenance.words(stored),
        )
    latest.save_revision(user=by)
    page.refresh_from_db()
    return run


def approve(page: ArticlePage, section: str, *, by: User) -> None:
    """Approve a section as the page's latest revision holds it."""
    latest = page.get_latest_revision_as_object()
    reviews.decide(
        page=latest,
        section=section,
        seen=reviews.state_of(latest, section).digest,
        approve=True,
        reviewer=by,
    )


def written_by(page: ArticlePage, *authors: Author) -> ArticlePage:
    """The page with these authors, in this order; not saved."""
    page.article_authors.set(
        [ArticleAuthor(author=author, sort_order=place) for place, author in enumerate(authors)]
    )
    return page
