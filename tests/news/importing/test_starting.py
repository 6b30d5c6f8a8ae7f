"""Starting an article in the admin: paste, look, correct, and the draft is there."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.models import Site

from cms.core.models import Picture, User
from news.models import (
    ArticleIndexPage,
    ArticlePage,
    NewsroomSettings,
    Source,
    SourceDomain,
)
from tests.factories.news import CategoryFactory, FeedFactory, SourceFactory, StoryFactory, article
from tests.factories.people import UserFactory, editor
from tests.fileserver import sending, serving, trust_loopback

pytestmark = pytest.mark.django_db

PARAGRAPH = (
    "The council voted seven to two on Monday night to close the old mill bridge to lorries, after"
    " engineers found cracks in three of its five piers, and it will stay closed for two years."
)
START = "/admin/news/start/"


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(file, "JPEG")
    return file.getvalue()


def page_html(paragraphs: int = 3, **changes: str) -> str:
    facts = {
        "title": "Council closes mill bridge",
        "site": "The Harrow Falls Courier",
        "picture": "/bridge.jpg",
        "date": "2025-05-06T18:20:00-04:00",
        **changes,
    }
    data = {
        "@type": "NewsArticle",
        "headline": facts["title"],
        "datePublished": facts["date"],
        "author": {"name": "Jane Okafor"},
        "publisher": {"name": facts["site"]},
        "image": {"url": facts["picture"], "caption": "The bridge", "creditText": "Lena Marsh"},
    }
    body = "".join(f"<p>Part {number}. {PARAGRAPH}</p>" for number in range(paragraphs))
    return (
        f"<html lang=en-US><title>{facts['title']}</title>"
        '<meta property="og:description" content="Engineers found cracks in it.">'
        f'<script type="application/ld+json">{json.dumps(data)}</script>'
        f"<article><h1>{facts['title']}</h1>{body}</article></html>"
    )


@pytest.fixture
def site_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Starts a newspaper's server; gives the address of a story there."""
    trust_loopback(monkeypatch)
    running = []

    def start(html: str, *, picture: bytes | None = None) -> str:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            if handler.path.startswith("/bridge.jpg"):
                status = 404 if picture is None else 200
                headers = {"Content-Type": "image/jpeg"}
                sending(picture or b"", status=status, headers=headers)(handler)
            else:
                sending(html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})(
                    handler
                )

        server = serving(answer)
        running.append(server)
        return server.__enter__()

    yield start
    for server in running:
        server.__exit__(None, None, None)


@pytest.fixture
def me(client: Client) -> User:
    somebody = editor()
    client.force_login(somebody)
    return somebody


def shown(answer: Any) -> dict[str, Any]:
    """What the form would send back as it stands."""
    form = answer.context["form"]
    values = {
        name: form[name].value() for name in form.fields if form[name].value() not in (None, [], "")
    }
    if hasattr(values.get("source"), "pk"):
        values["source"] = values["source"].pk
    if hasattr(values.get("published_at"), "strftime"):
        values["published_at"] = values["published_at"].strftime("%Y-%m-%d %H:%M")
    values["categories"] = [getattr(each, "pk", each) for each in values.get("categories", [])]
    return {**values, "step": "create"}


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def made(answer: Any) -> ArticlePage:
    assert answer.status_code == 302, text_of(answer)
    page = ArticlePage.objects.order_by("-pk").first()
    assert page is not None
    assert answer.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    return page


def test_an_address_becomes_a_draft_with_all_that_its_page_says(
    client: Client, me: User, site_of: Callable[..., str]
) -> None:
    address = site_of(page_html(), picture=jpeg())
    answer = client.post(START, {"address": address})
    said = text_of(answer)
    assert answer.status_code == 200
    assert "Jane Okafor" in said
    assert "May 6, 2025, 6:20 PM America/New_York" in said
    assert not ArticlePage.objects.exists()

    data = shown(answer)
    data.update(new_source="The Harrow Falls Courier", new_domain="courier.example")
    page = made(client.post(START, data))
    assert (page.live, page.owner) == (False, me)
    assert page.title == "Council closes mill bridge"
    assert page.introduction == "Engineers found cracks in it."
    assert page.source is not None
    assert page.source.name == "The Harrow Falls Courier"
    assert list(SourceDomain.objects.values_list("domain", flat=True)) == ["courier.example"]
    assert page.source_address == address
    assert page.source_published_at is not None
    assert page.source_published_at.isoformat() == "2025-05-06T22:20:00+00:00"
    assert page.source_time_zone == "America/New_York"
    # Who wrote it there is no writer of ours.
    assert (page.source_authors, page.byline, page.authors) == ("Jane Okafor", "", [])
    assert [block.block_type for block in page.body] == ["paragraph"] * 3
    assert page.body[0].value.source == f"<p>Part 0. {PARAGRAPH}</p>"
    assert page.lead_image is not None
    assert (page.lead_image.credit, page.lead_image.description) == ("Lena Marsh", "The bridge")
    latest = page.get_latest_revision()
    assert latest.user == me
    assert latest.as_object().body[2].value.source.startswith("<p>Part 2.")
    assert latest.as_object().source_authors == "Jane Okafor"
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert 'name="source_authors" value="Jane Okafor"' in text_of(edit)


def test_the_source_is_known_by_its_domain_and_its_limit_cuts_the_extract(
    client: Client, me: User, site_of: Callable[..., str]
) -> None:
    source = SourceFactory(name="Localities", extract_limit=80)
    SourceDomain.objects.create(source=source, domain="local.example")
    html = page_html(9).replace(
        "<title>", '<link rel="canonical" href="https://www.local.example/a"><title>'
    )
    address = site_of(html)
    answer = client.post(START, {"address": address})
    form = answer.context["form"]
    assert form["source"].value() == source.pk
    assert form["address"].value() == "https://www.local.example/a"
    assert len(form["extract"].value().split("\n\n")) == 2
    data = {**shown(answer), "picture": "", "extract": f"{PARAGRAPH}\n\n" * 3}
    refused = client.post(START, data)
    assert refused.status_code == 422
    assert "80 may be shown of this source" in text_of(refused)
    assert refused.context["form"]["extract"].value() == data["extract"]
    assert not ArticlePage.objects.exists()


def test_without_a_limit_of_its_own_the_newsroom_s_counts(
    client: Client, me: User, site_of: Callable[..., str]
) -> None:
    newsroom = NewsroomSettings.for_site(Site.objects.get())
    newsroom.extract_limit = 50
    newsroom.save()
    answer = client.post(START, {"address": site_of(page_html(paragraphs=9))})
    assert answer.context["form"]["extract"].value().count("Part") == 1


def test_markup_in_what_the_editor_keeps_is_text(
    client: Client, me: User, site_of: Callable[..., str]
) -> None:
    answer = client.post(START, {"address": site_of(page_html())})
    data = shown(answer)
    data.update(
        picture="",
        new_domain="",
        extract="<script>alert(1)</script> & so on",
        title="<b>Bold</b> & so",
    )
    page = made(client.post(START, data))
    assert page.body[0].value.source == "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on</p>"
    assert page.title == "<b>Bold</b> & so"


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (None, "answered 404"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The picture was not taken over."),
        (b"\xff\xd8\xff" + b"broken" * 40, "The picture was not taken over."),
    ],
)
def test_a_picture_that_cannot_be_taken_loses_nothing_and_leaves_nothing(
    client: Client, me: User, site_of: Callable[..., str], picture: bytes | None, reason: str
) -> None:
    data = shown(client.post(START, {"address": site_of(page_html(), picture=picture)}))
    data.update(title="My own headline", new_source="New Gazette", new_domain="gazette.example")
    answer = client.post(START, data)
    assert answer.status_code == 422
    assert reason in text_of(answer)
    assert "My own headline" in text_of(answer)
    assert shown(answer)["candidates"] == data["candidates"]
    assert (ArticlePage.objects.count(), Picture.objects.count()) == (0, 0)
    assert not Source.objects.filter(name="New Gazette").exists()
    # The same form without the picture goes through.
    assert made(client.post(START, {**data, "picture": ""})).lead_image is None


@pytest.mark.parametrize(
    ("status", "reason"), [(403, "answered 403"), (404, "answered 404"), (500, "answered 500")]
)
def test_a_page_that_cannot_be_had_says_why_and_the_editor_goes_on(
    client: Client, me: User, monkeypatch: pytest.MonkeyPatch, status: int, reason: str
) -> None:
    trust_loopback(monkeypatch)
    with serving(sending(b"no", status=status)) as address:
        answer = client.post(START, {"address": address})
    assert answer.status_code == 200
    assert "The page was not read." in text_of(answer)
    assert reason in text_of(answer)
    data = shown(answer)
    assert data["address"] == address
    page = made(
        client.post(
            START, {**data, "title": "By hand", "new_source": "Some Paper", "new_domain": ""}
        )
    )
    assert (page.title, list(page.body)) == ("By hand", [])


def test_an_address_inside_is_not_read(client: Client, me: User) -> None:
    for address in (
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/",
        "http://localhost:22/",
    ):
        answer = client.post(START, {"address": address})
        assert answer.status_code in {200, 422}
        assert "The page was not read." in text_of(answer) or answer.status_code == 422


def test_what_is_no_address_is_said_and_kept(client: Client, me: User) -> None:
    for address in ("", "javascript:alert(1)", "ftp://example.org/a"):
        answer = client.post(START, {"address": address})
        assert answer.status_code == 422
        assert answer.context["form"]["address"].value() == address


def test_carried_pictures_of_any_shape_are_read_with_suspicion(client: Client, me: User) -> None:
    for candidates in (
        "",
        "[",
        "7",
        '{"a": 1}',
        "[[1, 2, 3]]",
        '[["javascript:alert(1)", "", ""]]',
        "[" * 9000,
    ):
        data = {
            "step": "create",
            "title": "T",
            "address": "https://a.example/1",
            "candidates": candidates,
            "picture": "0",
        }
        answer = client.post(START, data)
        assert answer.status_code == 422
        assert 'href="javascript:' not in answer.content.decode()


def test_a_new_source_cannot_take_another_s_name_or_domain(client: Client, me: User) -> None:
    source = SourceFactory(name="The Beacon")
    SourceDomain.objects.create(source=source, domain="beacon.example")
    data = {
        "step": "create",
        "title": "T",
        "address": "https://a.example/1",
        "new_source": "the beacon",
        "new_domain": "beacon.example",
    }
    said = text_of(client.post(START, data))
    assert "There is a source named the beacon." in said
    assert "beacon.example belongs to The Beacon." in said
    data.update(new_source="", new_domain="")
    assert "Choose who published the story, or name a new source below." in text_of(
        client.post(START, data)
    )


def test_titles_that_leave_no_slug_or_the_same_one_make_drafts_of_their_own(
    client: Client, me: User
) -> None:
    source = SourceFactory()
    slugs = []
    for number, title in enumerate(["水車橋", "水車橋", "Same", "Same"]):
        data = {
            "step": "create",
            "title": title,
            "address": f"https://a.example/{number}",
            "source": source.pk,
        }
        slugs.append(made(client.post(START, data)).slug)
    assert slugs == ["story", "story-2", "same", "same-2"]


# From a story -------------------------------------------------------------------------------------


def test_from_a_story_the_feed_helps_where_the_page_is_silent(
    client: Client, me: User, site_of: Callable[..., str]
) -> None:
    category = CategoryFactory()
    feed = FeedFactory()
    feed.categories.add(category)
    feed.save()
    story = StoryFactory(
        feed=feed,
        source=feed.source,
        address=site_of("<p>Nothing here</p>"),
        title="As the feed says",
        summary="In short.",
    )
    url = reverse("news_start_from_story", args=[story.pk])
    asked = client.get(url)
    assert "As the feed says" in text_of(asked)
    data = shown(client.post(url))
    page = made(client.post(START, data))
    assert (page.title, page.introduction) == ("As the feed says", "In short.")
    assert page.source == feed.source
    assert list(page.categories.all()) == [category]
    assert list(page.get_latest_revision_as_object().categories.all()) == [category]


def test_a_pasted_address_of_a_known_story_is_filed_like_it(
    client: Client, me: User, site_of: Callable[..., str]
) -> None:
    category = CategoryFactory()
    feed = FeedFactory()
    feed.categories.add(category)
    feed.save()
    address = site_of(page_html())
    StoryFactory(feed=feed, source=feed.source, address=address)
    form = client.post(START, {"address": f"{address}?utm_source=mail"}).context["form"]
    assert form["source"].value() == feed.source_id
    assert [getattr(each, "pk", each) for each in form["categories"].value()] == [category.pk]


def test_a_story_that_is_not_there_is_not_found(client: Client, me: User) -> None:
    for number in (1, 2**70):
        assert client.get(f"/admin/news/start/story/{number}/").status_code == 404


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["Reviewers", "Moderators", "Campaigners"])
def test_who_may_add_no_article_starts_none(client: Client, role: str) -> None:
    client.force_login(UserFactory(role=role))
    story = StoryFactory()
    for url in (START, reverse("news_start_from_story", args=[story.pk])):
        for answer in (client.get(url), client.post(url, {"address": "https://a.example/1"})):
            assert answer.status_code == 302
            assert answer.headers["Location"] == reverse("wagtailadmin_home")
    assert "Start an article" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_the_menu_and_the_list_of_articles_lead_there(client: Client, me: User) -> None:
    assert START in client.get(reverse("wagtailadmin_home")).content.decode()
    index = ArticleIndexPage.objects.get()
    assert START in client.get(reverse("wagtailadmin_explore", args=[index.pk])).content.decode()


# Work that is done already ------------------------------------------------------------------------


def test_an_address_that_has_an_article_is_said_with_a_link_that_opens_it(
    client: Client, me: User, site_of: Callable[..., str]
) -> None:
    address = site_of(page_html())
    known = article(title="We have it", source_address=f"{address}?utm_medium=rss#top")
    said = text_of(client.post(START, {"address": address}))
    assert "An article already has this address." in said
    assert reverse("wagtailadmin_pages:edit", args=[known.pk]) in said
