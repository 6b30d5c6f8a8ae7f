"""Authors of articles: in revisions, in feeds, for machines."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from news import publication
from news.models import ArticlePage, Author
from tests.factories.news import AuthorFactory, approve, article, drafted, paragraph, written_by
from tests.factories.people import editor, reviewer

pytestmark = pytest.mark.django_db


def told(client: Client, page: ArticlePage) -> Any:
    """What machines read of the page."""
    html = client.get(page.get_url()).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.+?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def names(page: ArticlePage) -> list[str]:
    return [author.name for author in page.authors]


def by(*authors: Author, byline: str = "") -> ArticlePage:
    page = written_by(article(byline=byline), *authors)
    page.save_revision().publish()
    return ArticlePage.objects.get(pk=page.pk)


def test_authors_are_people_with_pages_for_machines(client: Client, settings: Any) -> None:
    ana, bo = AuthorFactory(name="Ana", slug="ana"), AuthorFactory(name="Bo", slug="bo")
    people = told(client, by(bo, ana, byline="Cy"))["author"]
    assert people == [
        {"@type": "Person", "name": "Bo", "url": f"{settings.SITE_URL}/authors/bo/"},
        {"@type": "Person", "name": "Ana", "url": f"{settings.SITE_URL}/authors/ana/"},
        {"@type": "Person", "name": "Cy"},
    ]


def test_a_byline_alone_is_told_as_before(client: Client) -> None:
    assert told(client, by(byline="Cy"))["author"] == {"@type": "Person", "name": "Cy"}
    assert told(client, by())["author"]["@type"] == "NewsMediaOrganization"


def test_the_order_is_the_editors_and_is_kept_in_versions() -> None:
    ana, bo = AuthorFactory(name="Ana"), AuthorFactory(name="Bo")
    page = by(bo, ana)
    assert names(page) == ["Bo", "Ana"]
    latest = page.get_latest_revision_as_object()
    written_by(latest, ana, bo)
    latest.save_revision()
    assert names(ArticlePage.objects.get(pk=page.pk)) == ["Bo", "Ana"], "a draft changes nothing"
    assert names(page.get_latest_revision_as_object()) == ["Ana", "Bo"]


def test_an_author_who_is_named_twice_is_shown_once() -> None:
    ana = AuthorFactory(name="Ana")
    assert names(by(ana, ana)) == ["Ana"]


def test_a_version_that_names_an_author_who_is_gone_can_still_be_read() -> None:
    ana, bo = AuthorFactory(name="Ana"), AuthorFactory(name="Bo")
    page = by(ana, bo)
    ana.delete()
    assert names(ArticlePage.objects.get(pk=page.pk)) == ["Bo"]
    old = page.get_latest_revision_as_object()
    assert names(old) == ["Bo"]
    old.save_revision().publish()


def test_another_author_voids_no_approval() -> None:
    me, colleague = editor(), reviewer()
    page = article(save_as=me)
    drafted(page, "opinion", [paragraph("A model wrote of pipes.")], by=me)
    approve(page, "opinion", by=colleague)
    latest = page.get_latest_revision_as_object()
    written_by(latest, AuthorFactory())
    latest.save_revision(user=me)
    candidate = publication.Candidate(page.get_latest_revision_as_object())
    assert publication.problems(candidate) == []


def test_feeds_name_all_who_wrote_it_up(client: Client) -> None:
    by(AuthorFactory(name="Ana"), AuthorFactory(name="Bo"), byline="Cy")
    (item,) = json.loads(client.get("/feed.json").content)["items"]
    assert [author["name"] for author in item["authors"]] == ["Ana", "Bo", "Cy"]
    for address in ("/feed/", "/feed/atom/"):
        xml = client.get(address).content.decode()
        assert all(name in xml for name in ("Ana", "Bo", "Cy"))


def test_editors_write_authors_and_others_do_not(client: Client) -> None:
    client.force_login(editor())
    data = {"name": "Ana Ruiz", "slug": "ana-ruiz", "introduction": "Writes about water."}
    address = "/admin/snippets/news/author/add/"
    assert client.post(address, data).status_code == 302
    assert Author.objects.get().name == "Ana Ruiz"
    client.force_login(reviewer())
    assert client.post(address, {**data, "slug": "another"}).status_code == 302
    assert Author.objects.count() == 1
