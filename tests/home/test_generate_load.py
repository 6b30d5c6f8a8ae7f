"""Made-up articles for benchmarks: as whole as those that people write."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import Page

from advocacy.models import Letter, Petition, Representative
from cms.core.models import Picture
from home import load
from news import provenance
from news.models import ArticleIndexPage, ArticlePage, ArticleTag, Category, Section, Source
from tests.factories.news import article
from tests.factories.people import editor

pytestmark = pytest.mark.django_db
SEED = 7


def generate(**options: object) -> str:
    said = io.StringIO()
    call_command("generate_load", stdout=said, verbosity=0, seed=SEED, **options)
    return said.getvalue()


def blocks_of(page: ArticlePage) -> list[dict[str, object]]:
    names = ("body", *Section.values)
    return [block for name in names for block in provenance.raw_blocks(getattr(page, name))]


def test_articles_are_read_listed_and_edited_as_any_other(client: Client) -> None:
    generate(articles=30)
    assert ArticlePage.objects.live().count() == 30
    for address in ("/", "/news/", "/news/?page=2", "/categories/", "/categories/load-1/"):
        assert client.get(address).status_code == 200
    for number in (1, 2, 30):
        assert client.get(f"/news/{load.slug(number)}/").status_code == 200
    client.force_login(editor())
    for number in (1, 2, 30):
        page = ArticlePage.objects.get(slug=load.slug(number))
        assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200
    listing = client.get(f"/admin/pages/{ArticleIndexPage.objects.get().pk}/")
    assert ArticlePage.objects.get(slug=load.slug(1)).title in listing.content.decode()


def test_the_tree_of_pages_stays_sound() -> None:
    before = article(live=True)
    generate(articles=7, mix=True)
    after = article(live=True, slug="after")
    assert before.path < ArticlePage.objects.get(slug=load.slug(1)).path < after.path
    assert Page.find_problems() == ([], [], [], [], [])
    assert ArticleIndexPage.objects.get().numchild == 9
    generate(articles=0)
    assert Page.find_problems() == ([], [], [], [], [])
    assert ArticleIndexPage.objects.get().numchild == 2


def test_batches_follow_each_other_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "BATCH", 4)
    assert list(load.generate(10, seed=SEED)) == [4, 4, 2]
    assert Page.find_problems() == ([], [], [], [], [])
    assert ArticleIndexPage.objects.get().numchild == load.made_up().count() == 10
    newest_first = ArticlePage.objects.newest().values_list("slug", flat=True)
    assert list(newest_first) == [load.slug(number) for number in range(1, 11)]
    assert list(load.remove()) == [4, 4, 2]


def test_the_first_has_sixty_blocks_and_3500_words_the_second_six() -> None:
    generate(articles=3)
    first, second = (ArticlePage.objects.get(slug=load.slug(number)) for number in (1, 2))
    assert len(blocks_of(first)) == 60
    words = sum(len(provenance.words(block).split()) for block in blocks_of(first))
    assert 3200 <= words <= 4200
    assert len(blocks_of(second)) == 6
    for page in (first, second):
        assert page.related_links.approved().count() == 10
        assert page.lead_image
        assert page.petition
        assert page.latest_revision


def test_one_seed_makes_the_same_articles_again() -> None:
    def made() -> list[object]:
        return [
            (
                page.title,
                page.featured,
                [category.name for category in page.categories.all()],
                [link.title for link in page.related_links.all()],
                [(block["type"], block["id"]) for block in blocks_of(page)],
                [provenance.words(block) for block in provenance.raw_blocks(page.body)],
            )
            for page in load.made_up().order_by("path")
        ]

    generate(articles=5)
    first = made()
    generate(articles=5)
    assert made() == first
    call_command("generate_load", articles=5, seed=SEED + 1, verbosity=0)
    assert made() != first


def test_nothing_is_put_beside_what_people_wrote_unless_asked() -> None:
    article()
    with pytest.raises(CommandError, match="not made up: 1"):
        generate(articles=5)
    assert ArticlePage.objects.count() == 1
    generate(articles=5, mix=True)
    assert ArticlePage.objects.count() == 6


def test_another_run_replaces_the_first_and_nought_removes_all_of_it() -> None:
    own = article(live=True)
    models = (Category, Source, Picture, Petition, Representative, Letter, ArticleTag.tag_model())
    before = [model.objects.count() for model in models]
    generate(articles=6, mix=True)
    generate(articles=4, mix=True)
    assert load.made_up().count() == 4
    generate(articles=0)
    assert list(ArticlePage.objects.all()) == [own]
    assert [model.objects.count() for model in models] == before


def test_what_people_have_used_since_stays() -> None:
    generate(articles=1)
    source = Source.objects.filter(home_page=load.ADDRESS).first()
    own = article(source=source)
    own.categories.set(Category.objects.filter(slug="load-1"))
    own.save()
    generate(articles=0)
    own.refresh_from_db()
    assert own.source == source
    assert [category.slug for category in own.categories.all()] == ["load-1"]


def test_as_many_as_there_are_can_be_kept() -> None:
    generate(articles=2)
    kept = set(load.made_up())
    generate(articles=2, keep=True)
    assert set(load.made_up()) == kept
    generate(articles=3, keep=True)
    assert load.made_up().count() == 3
    assert not kept & set(load.made_up())


def test_fewer_than_none_is_no_number_of_articles() -> None:
    with pytest.raises(CommandError, match="or 0 to remove them"):
        generate(articles=-1)


def test_what_is_made_up_can_be_searched_by_title_by_text_and_by_category(client: Client) -> None:
    generate(articles=3)
    page = ArticlePage.objects.get(slug=load.slug(2))
    texts = {
        "title": page.title,
        "opinion": " ".join(provenance.words(page.opinion.raw_data[0]).split()[:5]),
        "source": page.source.name,
    }
    for text in texts.values():
        assert f"/news/{page.slug}/" in client.get("/search/", {"q": text}).content.decode()
    generate(articles=0)
    assert "/news/load-" not in client.get("/search/", {"q": page.title}).content.decode()
