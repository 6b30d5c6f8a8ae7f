"""Made-up articles for benchmarks: as whole as those that people write."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import Page

from home import load
from news import provenance
from news.models import ArticleIndexPage, ArticlePage, Section
from tests.factories.news import article
from tests.factories.people import editor

pytestmark = pytest.mark.django_db


def generate(**options: object) -> str:
    said = io.StringIO()
    call_command("generate_load", stdout=said, verbosity=0, **options)
    return said.getvalue()


def test_articles_are_read_listed_and_edited_as_any_other(client: Client) -> None:
    generate(articles=30)
    assert ArticlePage.objects.live().count() == 30
    for address in ("/", "/news/", "/news/?page=2", "/categories/", "/categories/load-1/"):
        assert client.get(address).status_code == 200
    for number in (1, 2, 30):
        assert client.get(f"/news/{load.slug(number)}/").status_code == 200
    client.force_login(editor())
    page = ArticlePage.objects.get(slug=load.slug(1))
    assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200


def test_the_tree_of_pages_stays_sound() -> None:
    before = article(live=True)
    generate(articles=7, yes=True)
    after = article(live=True)
    assert before.path < ArticlePage.objects.get(slug=load.slug(1)).path < after.path
    assert Page.find_problems() == ([], [], [], [], [])
    assert ArticleIndexPage.objects.get().get_children_count() == 9


def test_the_first_has_sixty_blocks_and_3500_words() -> None:
    generate(articles=1)
    page = ArticlePage.objects.get(slug=load.slug(1))
    blocks = [
        block
        for name in ("body", *Section.values)
        for block in provenance.raw_blocks(getattr(page, name))
    ]
    assert len(blocks) == 60
    assert 3200 <= sum(len(provenance.words(block).split()) for block in blocks) <= 4200
    assert page.related_links.approved().count() == 10
    assert page.lead_image
    assert page.petition


def test_nothing_is_put_beside_what_people_wrote_unless_asked() -> None:
    article()
    with pytest.raises(CommandError, match="There are 1 articles here"):
        generate(articles=5)
    assert ArticlePage.objects.count() == 1
    generate(articles=5, yes=True)
    assert ArticlePage.objects.count() == 6
    with pytest.raises(CommandError, match="here already"):
        generate(articles=5, yes=True)


def test_none_is_no_number_of_articles() -> None:
    with pytest.raises(CommandError, match="at least 1"):
        generate(articles=0)


def test_what_is_made_up_can_be_searched(client: Client) -> None:
    generate(articles=3, index=True)
    word = ArticlePage.objects.get(slug=load.slug(2)).title.split()[0]
    assert "/news/load-2/" in client.get("/search/", {"q": word}).content.decode()
