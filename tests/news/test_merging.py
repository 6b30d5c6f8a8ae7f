"""Merging tags, sources and categories: what it moves, and that undoing puts everything back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag, TaggedItem
from wagtail.documents.models import Document
from wagtail.models import ModelLogEntry, ReferenceIndex, Revision

from cms.core.models import User
from news import provenance, publication
from news.merging import moving, names, work
from news.merging.kinds import Kind, columns, parts
from news.merging.preview import preview
from news.merging.signals import touched
from news.models import (
    ArticlePage,
    ArticleTag,
    Category,
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

pytestmark = pytest.mark.django_db

TAG, SOURCE, CATEGORY = Kind("tag"), Kind("source"), Kind("category")


@pytest.fixture
def by() -> User:
    return editor()


def merge(kind: Kind, old: Any, into: Any, by: User) -> Merge:
    return work.start(kind=kind, old_id=old.pk, into_id=into.pk, by=by)


def tagged(*tags: str, live: bool = False, **fields: Any) -> ArticlePage:
    """An article with tags in its latest version, and if it is live in its rows."""
    page = article(**fields)
    retag(page, *tags, publish=live)
    page.refresh_from_db()
    return page


def retag(page: ArticlePage, *tags: str, publish: bool = False) -> Revision:
    latest = latest_of(page)
    latest.tags.set(tags)
    revision: Revision = latest.save_revision()
    if publish:
        revision.publish()
    return revision


def tags_of(page: ArticlePage) -> set[str]:
    return set(ArticlePage.objects.get(pk=page.pk).tags.names())


def tags_in(revision: Revision) -> list[str]:
    revision.refresh_from_db()
    return sorted(revision.as_object().tags.values_list("name", flat=True))


def dump() -> dict[str, list[str]]:
    """Every row that a merge may touch, as it is stored."""
    models: list[Any] = [
        *(ArticlePage, ArticleTag, TaggedItem, Tag, Source, SourceDomain, Feed, Story, Category),
        *(RelatedLink, Revision, ArticlePage.categories.through, Feed.categories.through),
        ReferenceIndex,
    ]
    # With every digit of each time, which the serialiser would round.
    exact = {
        "versions": [
            f"{row.pk} {row.created_at.isoformat()} {row.content!r}"
            for row in Revision.objects.order_by("pk")
        ]
    }
    return exact | {
        model._meta.label: [
            serializers.serialize("json", [row]) for row in model._base_manager.order_by("pk")
        ]
        for model in models
    }


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
    assert {reference.object_id for reference in names_it} == {str(page.pk), str(draft.pk)}


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


# What is refused ----------------------------------------------------------------------------------


def test_what_cannot_be_merged_is_refused_with_a_reason(by: User) -> None:
    one, two, three = SourceFactory(), SourceFactory(), SourceFactory()
    with pytest.raises(work.MergeRefusedError, match="into itself"):
        merge(SOURCE, one, one, by)
    gone = SourceFactory()
    number = gone.pk
    gone.delete()
    with pytest.raises(work.MergeRefusedError, match="is gone"):
        work.start(kind=SOURCE, old_id=one.pk, into_id=number, by=by)
    Merge.objects.create(
        kind="source", old_id=two.pk, into_id=three.pk, old_name="B", into_name="C"
    )
    for old, into in ((one, two), (three, one), (one, three), (two, three)):
        with pytest.raises(work.MergeRefusedError, match="still under way"):
            merge(SOURCE, old, into, by)
    assert Source.objects.count() == 3


def test_a_chain_is_undone_from_its_end(by: User) -> None:
    one, two, three = (SourceFactory(name=name) for name in ("A", "B", "C"))
    page = article(source=one)
    before = dump()
    first, second = merge(SOURCE, one, two, by), merge(SOURCE, two, three, by)
    with pytest.raises(work.MergeRefusedError, match="Undo “B” into “C” first"):
        work.undo(merge_id=first.pk, by=by)
    for done in (second, first):
        work.undo(merge_id=done.pk, by=by)
    assert dump() == before
    assert page.source == one
    with pytest.raises(work.MergeRefusedError, match="undone already"):
        work.undo(merge_id=first.pk, by=by)


def test_a_name_that_was_taken_since_keeps_the_old_one_from_coming_back(by: User) -> None:
    old, into = Tag.objects.create(name="Climat"), Tag.objects.create(name="Climate")
    done = merge(TAG, old, into, by)
    Tag.objects.create(name="climat")
    with pytest.raises(work.MergeRefusedError, match="There is a tag “climat” again"):
        work.undo(merge_id=done.pk, by=by)
    assert Tag.objects.count() == 2


def test_undoing_after_the_other_was_deleted_brings_back_the_thing_alone(by: User) -> None:
    old, into = CategoryFactory(), CategoryFactory()
    page = article()
    page.categories.add(old)
    page.save()
    done = merge(CATEGORY, old, into, by)
    into.delete()
    undone = work.undo(merge_id=done.pk, by=by)
    assert undone.status == Merge.Status.UNDONE
    assert Category.objects.get() == old
    assert undone.not_given_back == 1


# Interruptions ------------------------------------------------------------------------------------


def waiting(old: Any, into: Any) -> Merge:
    """A merge whose worker never came."""
    return Merge.objects.create(
        kind="source",
        old_id=old.pk,
        into_id=into.pk,
        old_name=str(old),
        into_name=str(into),
        touched_at=timezone.now() - work.LOST_AFTER * 2,
    )


def test_another_worker_goes_on_where_one_was_killed(
    monkeypatch: pytest.MonkeyPatch, by: User
) -> None:
    monkeypatch.setattr(moving, "BATCH", 2)
    old, into = SourceFactory(), SourceFactory()
    for _ in range(5):
        article(source=old)
    before = dump()
    row = waiting(old, into)
    for _ in range(4):
        assert work._step(row.pk)
    assert work.take_up_lost() == "merges: 0 gone on with, 0 stopped"
    Merge.objects.update(touched_at=timezone.now() - work.LOST_AFTER * 2)
    assert work.take_up_lost() == "merges: 1 gone on with, 0 stopped"
    row.refresh_from_db()
    assert (row.status, row.attempts) == (Merge.Status.MERGED, 2)
    assert set(ArticlePage.objects.values_list("source", flat=True)) == {into.pk}
    work.undo(merge_id=row.pk, by=by)
    assert dump() == before


def test_one_that_was_interrupted_three_times_stops_and_can_be_undone(by: User) -> None:
    old, into = SourceFactory(), SourceFactory()
    article(source=old)
    before = dump()
    row = waiting(old, into)
    work._step(row.pk)
    Merge.objects.update(attempts=3, touched_at=timezone.now() - work.LOST_AFTER * 2)
    assert work.take_up_lost() == "merges: 0 gone on with, 1 stopped"
    with pytest.raises(work.MergeRefusedError, match="stopped half-way"):
        merge(SOURCE, old, into, by)
    work.undo(merge_id=row.pk, by=by)
    assert dump() == before


def test_a_target_that_is_deleted_meanwhile_stops_the_merge(by: User) -> None:
    old, into = SourceFactory(), SourceFactory()
    article(source=old)
    row = waiting(old, into)
    into.delete()
    work.run(row.pk)
    row.refresh_from_db()
    assert row.status == Merge.Status.FAILED
    assert "was deleted meanwhile" in row.problem
    assert ArticlePage.objects.get().source == old


def test_a_version_that_an_open_editor_overwrites_meanwhile_is_rewritten_too(by: User) -> None:
    old, into = SourceFactory(), SourceFactory()
    page = article(source=old)
    row = waiting(old, into)
    Merge.objects.update(requested_at=timezone.now())
    while Merge.objects.get(pk=row.pk).versions_looked_through == 0:
        assert work._step(row.pk)
    latest = ArticlePage.objects.get(pk=page.pk)
    latest.source = old
    latest.save_revision(overwrite_revision=page.latest_revision)
    work.run(row.pk)
    row.refresh_from_db()
    assert row.status == Merge.Status.MERGED
    assert latest_of(page).source == into


def test_a_step_asks_as_much_for_many_as_for_few(by: User) -> None:
    asked = []
    for number in (2, 12):
        old, into = SourceFactory(), SourceFactory()
        for _ in range(number):
            RelatedLinkFactory(article=article(source=old), publisher=old.name)
        with CaptureQueriesContext(
            connection,
        ) as merging:
            done = merge(SOURCE, old, into, by)
        with CaptureQueriesContext(connection) as undoing:
            work.undo(merge_id=done.pk, by=by)
        asked.append((len(merging), len(undoing)))
    assert asked[0] == asked[1]


# Preview ------------------------------------------------------------------------------------------


def told(kind: Kind, old: Any, into: Any) -> dict[str, int]:
    return {line.label: line.count for line in preview(kind=kind, old=old, into=into).lines}


def test_a_preview_counts_what_is_touched(sources: tuple[Source, Source]) -> None:
    old, into = sources
    article(source=old)
    assert told(SOURCE, old, into) == {
        "live articles": 1,
        "articles that are not live": 1,
        "feeds": 1,
        "stories": 1,
        "source domains": 1,
        "related links with its name as publisher": 1,
        "drafts of articles": 1,
    }
    assert "not taken over" in preview(kind=SOURCE, old=old, into=into).notes[0]
    assert preview(kind=SOURCE, old=into, into=old).lines[0].label.startswith("related links")


def test_a_preview_says_how_many_have_both(by: User) -> None:
    tagged("climat", "climate", live=True)
    tagged("climat", live=True)
    old, into = Tag.objects.get(name="climat"), Tag.objects.get(name="climate")
    shown = preview(kind=TAG, old=old, into=into)
    assert (shown.doubles, told(TAG, old, into)) == (1, {"live articles": 2})
    old.delete()
    assert preview(kind=TAG, old=Tag.objects.create(name="new"), into=into).touches_nothing


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
    assert {part.place for part in parts(CATEGORY)} == {"news.ArticlePage:categories"}
    assert {"news.Feed.source_id", "news.RelatedLink.publisher"} <= {
        column.place for column in columns(SOURCE)
    }


# Names --------------------------------------------------------------------------------------------


def test_a_new_name_brings_its_slug(by: User) -> None:
    tag = Tag.objects.create(name="climate")
    renamed = names.rename(tag_id=tag.pk, name="  Lead   pipes ", by=by)
    assert (renamed.name, renamed.slug) == ("Lead pipes", "lead-pipes")
    assert names.rename(tag_id=tag.pk, name="Lead Pipes", by=by).slug == "lead-pipes"
    other = Tag.objects.create(name="x", slug="water")
    assert names.rename(tag_id=tag.pk, name="Water", by=by).slug == "water_1"
    assert other.name == "x"


def test_a_name_that_exists_offers_the_other(by: User) -> None:
    Tag.objects.create(name="Climate")
    tag = Tag.objects.create(name="weather")
    with pytest.raises(names.NameTakenError, match="You can merge the two") as refusal:
        names.rename(tag_id=tag.pk, name="climate", by=by)
    assert refusal.value.other.name == "Climate"


@pytest.mark.parametrize("name", ["", "  \x00 ", "a, b", 'say "so"', "x" * 101])
def test_what_is_no_name_is_refused(name: str, by: User) -> None:
    tag = Tag.objects.create(name="weather")
    with pytest.raises(names.NameRefusedError):
        names.rename(tag_id=tag.pk, name=name, by=by)


def test_names_that_could_be_the_same_are_found() -> None:
    things = list(
        enumerate(["Climate", "climaté", "The Climate", "Water", "Lead-pipes", "lead pipe"])
    )
    assert [[name for _, name in group] for group in names.could_be_the_same(things)] == [
        ["Climate", "climaté", "The Climate"],
        ["Lead-pipes", "lead pipe"],
    ]
    assert names.like("Climtae", [(1, "Water"), (2, "climates")]) == [(2, "climates")]
