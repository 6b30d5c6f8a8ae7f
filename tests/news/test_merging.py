"""Merging tags, sources and categories: what it moves, and that undoing puts everything back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from taggit.models import Tag
from wagtail.documents.models import Document
from wagtail.models import ModelLogEntry, Page, ReferenceIndex, Revision

from cms.core.models import User
from news import provenance, publication
from news.merging import work
from news.merging.kinds import Kind, columns, parts
from news.merging.preview import preview
from news.merging.signals import touched
from news.models import (
    ArticlePage,
    Feed,
    Merge,
    RelatedLink,
    Source,
    SourceDomain,
    Story,
)
from tests.factories.news import (
    CategoryFactory,
    RelatedLinkFactory,
    SourceFactory,
    approve,
    article,
    drafted,
    paragraph,
)
from tests.factories.people import editor, reviewer
from tests.news.desk import latest_of
from tests.news.merging_desk import (
    CATEGORY,
    SOURCE,
    TAG,
    dump,
    merge,
    retag,
    tagged,
    tags_in,
    tags_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return editor()


# Tags ---------------------------------------------------------------------------------------------


def test_a_merged_tag_is_replaced_in_rows_and_in_every_version(by: User) -> None:
    live = tagged("climat", "water", live=True)
    draft = tagged("climat")
    both = tagged("climat", "climate", live=True)
    untouched = tagged("water", live=True)
    first, last = (page.latest_revision for page in (live, draft))
    old, into = Tag.objects.get(name="climat"), Tag.objects.get(name="climate")

    done = merge(TAG, old, into, by)

    assert done.status == Merge.Status.MERGED
    assert tags_of(live) == {"climate", "water"}
    assert tags_of(both) == {"climate"}
    assert tags_of(untouched) == {"water"}
    assert tags_in(first) == ["climate", "water"]
    assert tags_in(last) == ["climate"]
    assert tags_in(both.latest_revision) == ["climate"]
    assert not Tag.objects.filter(pk=old.pk).exists()
    # Publishing the draft does not bring it back.
    latest_of(draft).save_revision().publish()
    assert tags_of(draft) == {"climate"}
    assert not Tag.objects.filter(name="climat").exists()


def test_pictures_and_documents_keep_their_tags_under_the_other_name(by: User) -> None:
    document = Document.objects.create(title="The bill", file="bill.pdf")
    document.tags.add("bils", "water")
    other = Document.objects.create(title="Another", file="other.pdf")
    other.tags.add("bils", "bills")
    before = dump()
    done = merge(TAG, Tag.objects.get(name="bils"), Tag.objects.get(name="bills"), by)
    assert set(document.tags.names()) == {"bills", "water"}
    assert set(other.tags.names()) == {"bills"}
    work.undo(merge_id=done.pk, by=by)
    assert dump() == before


def test_undoing_leaves_the_database_exactly_as_it_was(by: User) -> None:
    for tags in (["climat"], ["climate"], ["climat", "climate"], ["water", "climat", "climate"]):
        page = tagged(*tags, live=True)
        retag(page, *tags, "water")
        tagged(*tags)
    scheduled = latest_of(tagged("climat"))
    scheduled.go_live_at = timezone.now() + timedelta(days=2)
    scheduled.save_revision(approved_go_live_at=scheduled.go_live_at)
    before = dump()

    done = merge(TAG, Tag.objects.get(name="climat"), Tag.objects.get(name="climate"), by)
    assert dump() != before
    undone = work.undo(merge_id=done.pk, by=by)

    assert dump() == before
    assert undone.status == Merge.Status.UNDONE
    assert undone.given_back == undone.moved > 0
    assert (undone.undone_by, undone.not_given_back) == (by, 0)


def test_what_people_changed_since_stays_theirs(by: User) -> None:
    kept, changed, gone = (tagged("climat", live=True) for _ in range(3))
    beside = tagged("climat", "climate", live=True)
    old, into = Tag.objects.get(name="climat"), Tag.objects.get(name="climate")
    done = merge(TAG, old, into, by)
    retag(changed, "water", publish=True)
    retag(beside, "water", publish=True)
    gone.delete()

    undone = work.undo(merge_id=done.pk, by=by)

    assert tags_of(kept) == {"climat"}
    assert tags_of(changed) == {"water"}
    assert tags_of(beside) == {"water"}
    assert tags_in(changed.latest_revision) == ["climat"]
    assert undone.status == Merge.Status.UNDONE
    assert undone.not_given_back > 0


def test_a_version_saved_after_the_merge_is_given_back_with_its_article(by: User) -> None:
    was_old, was_both, was_new = (
        tagged(*tags, live=True) for tags in (["climat"], ["climat", "climate"], ["climate"])
    )
    done = merge(TAG, Tag.objects.get(name="climat"), Tag.objects.get(name="climate"), by)
    later = [
        retag(page, *tags_of(page), "water", publish=publish)
        for page, publish in ((was_old, True), (was_both, False), (was_new, True))
    ]
    work.undo(merge_id=done.pk, by=by)
    assert [tags_in(revision) for revision in later] == [
        ["climat", "water"],
        ["climat", "climate", "water"],
        ["climate", "water"],
    ]
    assert tags_of(was_old) == {"climat", "water"}


# Sources ------------------------------------------------------------------------------------------


@pytest.fixture
def sources() -> tuple[Source, Source]:
    """One that is used everywhere, with versions of its own, and the one that takes it up."""
    old, into = SourceFactory(name="Gazete"), SourceFactory(name="Gazette")
    old.notes = "Call Ada first."
    old.save()
    old.save_revision()
    old.save_revision()
    SourceDomain.objects.create(source=old, domain="gazete.example")
    feed = Feed.objects.create(source=old, address="https://gazete.example/rss")
    Story.objects.create(
        source=old,
        feed=feed,
        address="https://gazete.example/1",
        title="Pipes",
        published_at=timezone.now(),
    )
    page = article(source=old, live=True)
    RelatedLinkFactory(article=page, publisher="Gazete")
    RelatedLinkFactory(article=page, publisher="Gazette")
    return old, into


def test_a_merged_source_hands_over_all_that_names_it(
    sources: tuple[Source, Source], by: User
) -> None:
    old, into = sources
    page = ArticlePage.objects.get(source=old)
    draft = article(source=old)
    merge(SOURCE, old, into, by)
    for model in (ArticlePage, SourceDomain, Feed, Story):
        assert set(model.objects.values_list("source", flat=True)) == {into.pk}
    assert set(RelatedLink.objects.values_list("publisher", flat=True)) == {"Gazette"}
    assert latest_of(draft).source == into
    assert latest_of(page).source == into
    assert not Source.objects.filter(pk=old.pk).exists()
    names_it = ReferenceIndex.get_references_to(into)
    pages = names_it.filter(base_content_type=ContentType.objects.get_for_model(Page))
    assert {reference.object_id for reference in pages} == {str(page.pk), str(draft.pk)}


def test_undoing_brings_a_source_back_with_its_own_history(
    sources: tuple[Source, Source], by: User
) -> None:
    article(source=sources[0])
    before = dump()
    done = merge(SOURCE, *sources, by)
    work.undo(merge_id=done.pk, by=by)
    assert dump() == before
    old = Source.objects.get(name="Gazete")
    assert old.notes == "Call Ada first."
    assert old.revisions.count() == 2


def test_an_approved_article_stays_approved_and_publishable(by: User) -> None:
    old, into = SourceFactory(), SourceFactory()
    page = article(source=old, save_as=by)
    drafted(page, "opinion", [paragraph("A model wrote of pipes and of water.")], by=by)
    approve(page, "opinion", by=reviewer())
    before = latest_of(page)
    digest, revision = provenance.content_hash(before.opinion), before.latest_revision_id

    merge(SOURCE, old, into, by)

    after = latest_of(page)
    assert provenance.content_hash(after.opinion) == digest
    assert after.latest_revision_id == revision
    assert not page.live
    assert publication.problems(publication.Candidate(after)) == []
    Revision.objects.get(pk=revision).publish()
    page.refresh_from_db()
    assert (page.live, page.source) == (True, into)


def test_a_live_article_with_a_draft_gets_no_new_version_and_nothing_goes_live(by: User) -> None:
    old, into = SourceFactory(), SourceFactory()
    page = article(source=old, live=True)
    latest = latest_of(page)
    latest.title = "A title that nobody has published"
    latest.save_revision()
    before = ArticlePage.objects.get(pk=page.pk)
    versions = list(Revision.objects.values_list("pk", "created_at", "user", "object_str"))
    done = merge(SOURCE, old, into, by)
    after = ArticlePage.objects.get(pk=page.pk)
    assert after.title == before.title
    assert after.last_published_at == before.last_published_at
    assert after.live_revision_id == before.live_revision_id
    assert versions == list(Revision.objects.values_list("pk", "created_at", "user", "object_str"))
    assert latest_of(page).title == "A title that nobody has published"
    work.undo(merge_id=done.pk, by=by)
    assert ArticlePage.objects.get(pk=page.pk).source == old


# Categories ---------------------------------------------------------------------------------------


def test_categories_are_merged_and_parted_by_the_same_means(by: User) -> None:
    old, into = CategoryFactory(), CategoryFactory()
    for categories in ([old], [into], [old, into], [into, old]):
        page = article()
        latest = latest_of(page)
        latest.categories.set(categories)
        latest.save_revision().publish()
    feed = Feed.objects.create(source=SourceFactory(), address="https://a.example/rss")
    feed.categories.set([old, into])
    feed.save()
    before = dump()
    done = merge(CATEGORY, old, into, by)
    for page in ArticlePage.objects.all():
        assert list(page.categories.all()) == [into]
        assert list(latest_of(page).categories.all()) == [into]
    assert list(Feed.objects.get().categories.all()) == [into]
    work.undo(merge_id=done.pk, by=by)
    assert dump() == before


# Preview ------------------------------------------------------------------------------------------


def told(kind: Kind, old: Any, into: Any) -> dict[str, int]:
    return {line.label: line.count for line in preview(kind=kind, old=old, into=into).lines}


def test_a_preview_counts_what_is_touched(sources: tuple[Source, Source]) -> None:
    old, into = sources
    article(source=old)
    assert told(SOURCE, old, into) == {
        "live article": 1,
        "article that is not live": 1,
        "feed": 1,
        "story": 1,
        "source domain": 1,
        "related link with its name as publisher": 1,
        "draft": 1,
    }
    assert "not taken over" in preview(kind=SOURCE, old=old, into=into).notes[0]
    assert preview(kind=SOURCE, old=into, into=old).lines[0].label.startswith("related link")


def test_a_preview_says_where_the_address_of_a_category_leads() -> None:
    old, into = CategoryFactory(name="Rivers", slug="rivers"), CategoryFactory(name="Water")
    [note] = preview(kind=CATEGORY, old=old, into=into).notes
    assert "/categories/rivers/" in note
    assert "lead to “Water”" in note


def test_a_preview_says_how_many_have_both(by: User) -> None:
    tagged("climat", "climate", live=True)
    tagged("climat", live=True)
    old, into = Tag.objects.get(name="climat"), Tag.objects.get(name="climate")
    shown = preview(kind=TAG, old=old, into=into)
    assert (shown.doubles, told(TAG, old, into)) == (1, {"live articles": 2})
    old.delete()
    assert preview(kind=TAG, old=Tag.objects.create(name="new"), into=into).touches_nothing


def test_a_preview_says_what_it_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    tagged("climat")
    old, into = Tag.objects.get(name="climat"), Tag.objects.create(name="climate")
    assert told(TAG, old, into) == {"draft": 1}
    monkeypatch.setattr("news.merging.preview.LOOKED_THROUGH_AT_MOST", 0)
    assert told(TAG, old, into) == {}
    assert "not counted here" in preview(kind=TAG, old=old, into=into).notes[0]


def test_a_limit_that_would_change_is_named() -> None:
    old, into = SourceFactory(extract_limit=1000), SourceFactory(extract_limit=None)
    notes = " ".join(preview(kind=SOURCE, old=old, into=into).notes)
    assert "may have 1,000 words" in notes
    assert "the newsroom’s limit" in notes


# Search, log, places ------------------------------------------------------------------------------


def test_what_was_moved_is_told_after_the_commit(
    by: User, django_capture_on_commit_callbacks: Any
) -> None:
    page = tagged("climat", live=True)
    heard: list[tuple[Any, list[Any]]] = []

    def listen(model: Any, pks: list[Any], **_: Any) -> None:
        heard.append((model, pks))

    into = Tag.objects.create(name="climate")
    touched.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            merge(TAG, Tag.objects.get(name="climat"), into, by)
    finally:
        touched.disconnect(listen)
    assert (ArticlePage, [page.pk]) in heard


def test_search_finds_an_article_by_its_new_source(
    by: User, django_capture_on_commit_callbacks: Any
) -> None:
    old, into = SourceFactory(name="Gazete"), SourceFactory(name="Tribune")
    page = article(source=old, live=True)
    with django_capture_on_commit_callbacks(execute=True):
        merge(SOURCE, old, into, by)
    assert [found.pk for found in ArticlePage.objects.search("tribune")] == [page.pk]
    assert not ArticlePage.objects.search("gazete").count()


def test_the_log_says_who_merged_what(by: User) -> None:
    old, into = SourceFactory(name="A"), SourceFactory(name="B")
    done = merge(SOURCE, old, into, by)
    work.undo(merge_id=done.pk, by=by)
    said = {
        entry.action: (entry.user, entry.formatter.format_message(entry))
        for entry in ModelLogEntry.objects.filter(action__startswith="news.merge")
    }
    assert said == {
        "news.merge": (by, "Merged “A” into “B”"),
        "news.merge.undo": (by, "Undid merging “A” into “B”"),
    }


def test_every_place_that_names_a_thing_is_known() -> None:
    assert {column.place for column in columns(TAG)} == {
        "news.ArticleTag.tag_id",
        "taggit.TaggedItem.tag_id",
    }
    assert {part.place for part in parts(TAG)} == {"news.ArticlePage:tagged_items"}
    assert {part.place for part in parts(SOURCE)} == {"news.ArticlePage:source"}
    assert {part.place for part in parts(CATEGORY)} == {
        "news.ArticlePage:categories",
        "news.Category:parent",
    }
    assert "news.Category.parent_id" in {column.place for column in columns(CATEGORY)}
    assert {"news.Feed.source_id", "news.RelatedLink.publisher"} <= {
        column.place for column in columns(SOURCE)
    }
