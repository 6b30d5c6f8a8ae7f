"""Merges that are refused, interrupted or overtaken; and names."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag

from cms.core.models import User
from news.merging import moving, names, work
from news.models import (
    ArticlePage,
    Category,
    Merge,
    Source,
)
from tests.factories.news import (
    CategoryFactory,
    RelatedLinkFactory,
    SourceFactory,
    article,
)
from tests.factories.people import editor
from tests.news.desk import latest_of
from tests.news.merging_desk import (
    CATEGORY,
    SOURCE,
    TAG,
    dump,
    merge,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return editor()


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


@pytest.mark.django_db(transaction=True)
def test_of_two_that_merge_each_into_the_other_at_once_one_is_refused() -> None:
    by, one, two = editor(), SourceFactory(), SourceFactory()
    pages = [article(source=source).pk for source in (one, two)]
    ready, outcomes = threading.Barrier(2, timeout=60), []

    def press(old: Source, into: Source) -> None:
        try:
            ready.wait()
            outcomes.append(merge(SOURCE, old, into, by).status)
        except work.MergeRefusedError as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(said == Merge.Status.MERGED for said in outcomes) == [False, True]
    left = Source.objects.get(pk__in=[one.pk, two.pk])
    assert set(ArticlePage.objects.filter(pk__in=pages).values_list("source", flat=True)) == {
        left.pk
    }
