"""The index follows what happens on the site, and can be made again at any time."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from wagtail.models import Page

from news.models import Category
from search import embedded, indexing
from search.documents import documents
from search.models import Entry, Kind, Word
from search.queries import Filters, Query, Search, parse
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory
from tests.factories.news import CategoryFactory, SourceFactory, article

pytestmark = pytest.mark.django_db


def filed(title: str, category: Category) -> None:
    page = article(title=title, live=True)
    page.categories.set([category])
    page.save()


def count(typed: str) -> int:
    return embedded.index().count(Search(parse(typed)))


def test_it_follows_names_of_what_articles_are_filed_under() -> None:
    category, source = CategoryFactory(name="Wetlands"), SourceFactory(name="Kingfisher")
    page = article(source=source, live=True)
    page.categories.set([category])
    page.save()
    page.tags.add("bittern")
    page.save()
    assert [count(word) for word in ("wetlands", "kingfisher", "bittern")] == [1, 1, 1]
    category.name, source.name = "Moorlands", "Osprey"
    category.save()
    source.save()
    tag = page.tags.get()
    tag.name = "egret"
    tag.save()
    assert [count(word) for word in ("wetlands", "kingfisher", "bittern")] == [0, 0, 0]
    assert [count(word) for word in ("moorlands", "osprey", "egret")] == [1, 1, 1]
    page.tags.clear()
    page.save()
    page.categories.clear()
    page.save()
    assert [count(word) for word in ("moorlands", "egret")] == [0, 0]


def test_two_who_write_the_same_entry_at_the_same_moment_both_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = article(title="Herons", live=True)
    Entry.objects.all().delete()

    def meanwhile(kind: str, ids: Sequence[int]) -> Any:
        """Another one looks at the article, and writes first."""
        monkeypatch.undo()
        indexing.refresh(kind, ids)
        return documents(kind, ids)

    monkeypatch.setattr(indexing, "documents", meanwhile)
    indexing.refresh(Kind.ARTICLE, [page.pk])
    assert Entry.objects.filter(kind=Kind.ARTICLE, object_id=page.pk).count() == 1
    assert count("herons") == 1


def test_it_forgets_what_is_deleted() -> None:
    page, person = article(title="Herons", live=True), RepresentativeFactory(name="Ada Heron")
    petition = PetitionFactory(title="For herons", targets=[person])
    assert count("herons") == 3
    page.delete()
    petition.delete()
    assert count("herons") == 1
    person.name = "Ada Swan"
    person.save()
    assert count("herons") == 0


def test_a_draft_changes_nothing_in_the_index() -> None:
    page = article(title="Herons", live=True)
    before = Entry.objects.get(kind=Kind.ARTICLE).digest
    page.title = "Swans"
    page.save_revision()
    assert Entry.objects.get(kind=Kind.ARTICLE).digest == before
    assert (count("herons"), count("swans")) == (1, 0)


def test_what_a_transaction_takes_back_is_not_in_the_index() -> None:
    class BackError(Exception):
        pass

    with pytest.raises(BackError), transaction.atomic():
        article(title="Herons", live=True)
        assert count("herons") == 1
        raise BackError
    assert count("herons") == 0


def test_a_rebuild_mends_what_was_changed_behind_its_back() -> None:
    kept, lost, renamed = (article(title=f"Heron {n}", live=True) for n in range(3))
    article(title="Heron draft")
    Page.objects.filter(pk=kept.pk).update(title="A swan")
    entry = Entry.objects.get(object_id=lost.pk, kind=Kind.ARTICLE)
    embedded.index().erase([entry.slot])
    Page.objects.filter(pk=renamed.pk).update(live=False)
    Word.objects.create(word="nowhere")
    call_command("rebuild_search", verbosity=0)
    assert (count("heron"), count("swan")) == (1, 1)
    assert not Word.objects.filter(word="nowhere").exists()
    out = io.StringIO()
    call_command("rebuild_search", stdout=out)
    assert "articles: 2" in out.getvalue()


def test_a_fixture_is_found_when_it_is_loaded(
    tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    person = RepresentativeFactory(name="Ada Heron")
    file = tmp_path / "people.json"
    call_command("dumpdata", "advocacy.representative", output=str(file), verbosity=0)
    person.delete()
    assert count("heron") == 0
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        call_command("loaddata", str(file), verbosity=0)
    assert count("heron") == 1


def test_things_of_one_moment_have_slots_of_their_own() -> None:
    people = [RepresentativeFactory(name=f"Ada Heron {number}") for number in range(5)]
    # Their texts stay behind, as if somebody had emptied one table only.
    Entry.objects.all().delete()
    indexing.refresh(Kind.REPRESENTATIVE, [person.pk for person in people])
    assert Entry.objects.filter(kind=Kind.REPRESENTATIVE).count() == count("heron") == 5
    Entry.objects.all().delete()
    call_command("rebuild_search", verbosity=0)
    assert count("heron") == 5


def test_a_search_asks_few_queries_however_many_results(client: Client) -> None:
    category = CategoryFactory(name="Water", slug="water")

    def queries() -> int:
        with CaptureQueries() as captured:
            assert client.get("/search/?q=pipes").status_code == 200
        return captured.number

    for number in range(3):
        filed(f"Pipes {number}", category)
    queries()
    few = queries()
    for number in range(6):
        filed(f"More pipes {number}", category)
    assert queries() == few
    assert few <= 32


class CaptureQueries:
    """Counts queries."""

    def __enter__(self) -> CaptureQueries:
        self._wrapper = connection.execute_wrapper(self._count)
        self._wrapper.__enter__()
        self.number = 0
        return self

    def __exit__(self, *_: object) -> None:
        self._wrapper.__exit__(None, None, None)

    def _count(self, execute: object, *args: object) -> object:
        self.number += 1
        return execute(*args)  # type: ignore[operator]


def test_an_index_is_counted_by_group() -> None:
    category = CategoryFactory()
    filed("A story", category)
    assert embedded.index().count(Search(Query(), Filters(category=category.pk))) == 1


def test_what_is_counted_only_so_far_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("engine", "tables", "sqlite", "postgresql", "results", "views"):
        monkeypatch.setattr(f"search.{module}.COUNTED", 3)
    category = CategoryFactory(name="Water", slug="water")
    for number in range(3):
        filed(f"Pipes {number}", category)
    # Long before the years that PostgreSQL looks at first.
    old = article(title="Old swan", live=True)
    old.first_published_at = datetime.datetime(2001, 5, 1, tzinfo=datetime.UTC)
    old.save()
    html = client.get("/search/?q=pipes").content.decode()
    assert "<span>3 or more results</span>" in html
    assert "Counted over the newest 3 results." in html
    html = client.get("/search/?q=swan").content.decode()
    assert "<span>1 result</span>" in html
    assert "or more" not in html


def test_a_phrase_that_was_not_looked_for_everywhere_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("engine", "tables", "sqlite", "postgresql", "results", "views"):
        monkeypatch.setattr(f"search.{module}.COUNTED", 3)
    titles = {"The marsh herons": 2001, **{f"Herons marsh {n}": 2020 + n for n in range(3)}}
    for title, year in titles.items():
        page = article(title=title, live=True)
        page.first_published_at = datetime.datetime(year, 5, 1, tzinfo=datetime.UTC)
        page.save()
    html = client.get("/search/", {"q": '"marsh herons"'}).content.decode()
    if connection.vendor == "postgresql":
        assert "The newest 3 texts that hold all of the words" in html
        assert "Nothing holds" not in html
        html = client.get("/search/", {"q": '"marsh herons"', "to": "2001-12-31"}).content.decode()
    assert "The <mark>marsh" in html
    assert "We looked for the phrase" not in html
    html = client.get("/search/", {"q": '"herons marsh"'}).content.decode()
    assert "3 or more results" in html
    assert ("We looked for the phrase in the newest 3 texts" in html) == (
        connection.vendor == "postgresql"
    )
    html = client.get(
        "/search/", {"q": 'herons -"marsh herons"', "sort": "oldest"}
    ).content.decode()
    assert html.index("Herons</mark> marsh 0") < html.index("Herons</mark> marsh 2")
    assert "The marsh" not in html
