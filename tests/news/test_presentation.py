"""What readers see of an article: its source and time, the fold, the commentary, its JSON-LD."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from wagtail.models import Site

from cms.core.models import Picture
from cms.core.structured_data import for_script
from news import presentation
from news.models import ArticlePage, Correction, RelatedLink, Review
from tests.factories.advocacy import PetitionFactory
from tests.factories.news import (
    CategoryFactory,
    RelatedLinkFactory,
    SourceFactory,
    approve,
    article,
    block,
    drafted,
    paragraph,
)
from tests.factories.people import editor, reviewer
from tests.news.long_articles import picture

pytestmark = pytest.mark.django_db


def html_of(page: ArticlePage) -> str:
    """The page as anybody reads it."""
    response = Client().get(page.url)
    assert response.status_code == 200
    return str(response.content.decode())


def json_ld(page: ArticlePage) -> dict[str, Any]:
    """What the page tells machines."""
    (script,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', html_of(page), re.DOTALL
    )
    data: dict[str, Any] = json.loads(script)
    return data


def words(number: int) -> str:
    return " ".join(f"w{n}" for n in range(number))


# Where the story comes from -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2025-08-17T21:22:00+00:00", "Sunday, August 17, 2025, 5:22 PM EDT"),
        ("2025-01-05T17:05:00+00:00", "Sunday, January 5, 2025, 12:05 PM EST"),
        ("2025-11-02T05:30:00+00:00", "Sunday, November 2, 2025, 1:30 AM EDT"),
        ("2025-11-02T06:30:00+00:00", "Sunday, November 2, 2025, 1:30 AM EST"),
        ("2025-03-09T07:00:00+00:00", "Sunday, March 9, 2025, 3:00 AM EDT"),
        ("2024-12-31T23:00:00-05:00", "Tuesday, December 31, 2024, 11:00 PM EST"),
    ],
)
def test_the_sources_time_is_shown_in_the_sites_zone_with_its_name(
    published: str, shown: str
) -> None:
    page = article(source_published_at=datetime.datetime.fromisoformat(published), live=True)
    assert shown in html_of(page)


def test_machines_read_the_sources_time_in_the_sources_own_zone() -> None:
    page = article(
        source_published_at=datetime.datetime(2025, 8, 17, 21, 22, tzinfo=datetime.UTC),
        source_time_zone="Europe/Brussels",
        live=True,
    )
    assert json_ld(page)["isBasedOn"]["datePublished"] == "2025-08-17T23:22:00+02:00"
    assert 'datetime="2025-08-17T17:22-0400"' in html_of(page)


def test_the_source_is_named_linked_and_told_apart_from_us() -> None:
    source = SourceFactory(name="The Harbour <Post>", home_page="https://post.example/")
    page = article(source=source, source_address="https://post.example/story?a=1&b=2", live=True)
    html = html_of(page)
    assert "The Harbour &lt;Post&gt;" in html
    assert 'href="https://post.example/story?a=1&amp;b=2"' in html
    assert "This is an extract of" in html


def test_who_wrote_it_there_stands_beside_the_source_and_is_nobody_of_ours() -> None:
    page = article(
        source=SourceFactory(name="The Harbour Post", home_page=""),
        source_authors="Jane <Okafor>, Paul Adeyemi",
        live=True,
    )
    html = html_of(page)
    assert "The Harbour Post</b>, by Jane &lt;Okafor&gt;, Paul Adeyemi</span>" in html
    assert "Written up by" not in html
    assert json_ld(page)["isBasedOn"]["creditText"] == "Jane <Okafor>, Paul Adeyemi"
    assert "Okafor" not in str(json_ld(page)["author"])
    assert "creditText" not in json_ld(article(live=True))["isBasedOn"]


# The fold -----------------------------------------------------------------------------------------


def split(*blocks: dict[str, Any]) -> tuple[int, int]:
    """How many blocks are seen at once, and how many are unfolded."""
    visible, folded = presentation.split_body(article(body=list(blocks)).body)
    return len(visible), len(folded)


def test_a_short_extract_is_not_folded() -> None:
    assert split(paragraph(words(50)), paragraph(words(50))) == (2, 0)


def test_an_extract_folds_after_the_paragraph_that_reaches_120_words() -> None:
    assert split(*[paragraph(words(50)) for _ in range(6)]) == (3, 3)


def test_one_block_is_not_worth_a_fold() -> None:
    assert split(*[paragraph(words(60)) for _ in range(3)]) == (3, 0)


def test_a_heading_is_folded_with_its_text() -> None:
    heading = block("heading", "What the law says now")
    assert split(paragraph(words(118)), heading, *[paragraph(words(9)) for _ in range(3)]) == (1, 4)
    assert split(paragraph(words(150)), heading, paragraph(words(9))) == (1, 2)


def test_an_extract_without_words_is_shown_whole() -> None:
    assert split() == (0, 0)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 200) | st.none(), max_size=12))
def test_nothing_of_an_extract_is_lost_or_shown_twice(lengths: list[int | None]) -> None:
    body = [
        block("heading", "A heading") if n is None else paragraph(words(n) or "-") for n in lengths
    ]
    page = ArticlePage(title="Any", body=body)
    visible, folded = presentation.split_body(page.body)
    assert [child.id for child in (*visible, *folded)] == [stored["id"] for stored in body]
    assert len(folded) != 1
    assert not body or visible


# Related links, corrections, petition -------------------------------------------------------------


def test_ten_approved_links_are_shown_in_the_moderators_order() -> None:
    page = article(live=True)
    for number in range(12):
        RelatedLinkFactory(article=page, title=f"Link number {number:02}", position=100 - number)
    for status in (RelatedLink.Status.SUGGESTED, RelatedLink.Status.REJECTED):
        RelatedLinkFactory(article=page, title=f"Not {status}", status=status, position=1)
    shown = re.findall(r"Link number \d\d|Not \w+", html_of(page))
    assert shown == [f"Link number {number:02}" for number in range(11, 1, -1)]


def test_links_of_another_article_are_not_shown() -> None:
    RelatedLinkFactory(article=article(live=True), title="Of the other")
    assert "Of the other" not in html_of(article(live=True))


def test_corrections_are_told_with_their_day_newest_first() -> None:
    page = article(live=True)
    for day, text in ((1, "It said <b>four</b>."), (9, "It said nine.")):
        Correction.objects.create(page=page, date=datetime.date(2026, 3, day), text=text)
    html = html_of(page)
    assert html.index("March 9, 2026") < html.index("March 1, 2026")
    assert "It said &lt;b&gt;four&lt;/b&gt;." in html
    assert json_ld(page)["correction"] == [
        {"@type": "CorrectionComment", "datePublished": "2026-03-09", "text": "It said nine."},
        {
            "@type": "CorrectionComment",
            "datePublished": "2026-03-01",
            "text": "It said <b>four</b>.",
        },
    ]


def test_an_unpublished_petition_is_offered_to_nobody() -> None:
    petition = PetitionFactory(title="Not ready yet", live=False)
    assert "Not ready yet" not in html_of(article(petition=petition, live=True))


# Commentary ---------------------------------------------------------------------------------------


def test_what_people_wrote_is_said_to_be_theirs() -> None:
    page = article(opinion=[paragraph("We think so.")], live=True)
    assert "Written by people in this newsroom." in html_of(page)
    assert json_ld(page)["digitalSourceType"] == presentation.BY_PEOPLE
    assert "reviewedBy" not in json_ld(page)


def test_what_a_model_drafted_names_who_approved_it_and_when() -> None:
    writer, approver = editor(), reviewer()
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph("A deadline is the right instrument.")], by=writer)
    approve(page, "opinion", by=approver)
    Review.objects.update(decided_at=datetime.datetime(2026, 1, 2, 3, 0, tzinfo=datetime.UTC))
    page.get_latest_revision().publish(user=writer)
    html = html_of(page)
    assert (
        "Drafted with a language model, revised and approved by"
        f" {approver.public_name} on January 1, 2026." in html
    )
    data = json_ld(page)
    assert data["digitalSourceType"] == presentation.WITH_MODEL
    assert data["reviewedBy"] == [{"@type": "Person", "name": approver.public_name}]


def test_a_draft_of_commentary_never_shows_on_the_live_page() -> None:
    writer = editor()
    page = article(save_as=writer, live=True)
    drafted(page, "opinion", [paragraph("Nobody has approved this.")], by=writer)
    latest = page.get_latest_revision_as_object()
    latest.title = "A title that is not public yet"
    latest.save_revision(user=writer)
    html = html_of(page)
    assert "Nobody has approved this." not in html
    assert "not public yet" not in html
    assert "commentary" not in html


def test_a_preview_says_that_a_draft_is_not_approved_yet(client: Client) -> None:
    writer = editor()
    page = article(save_as=writer)
    drafted(page, "action", [paragraph("Call them on Monday.")], by=writer)
    client.force_login(writer)
    response = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    html = response.content.decode()
    assert "Call them on Monday." in html
    assert "Drafted with a language model, not yet approved." in html


# For machines -------------------------------------------------------------------------------------


def test_the_page_tells_machines_what_it_is_and_what_it_stands_on() -> None:
    page = article(
        title="Ten years to finish the lead pipes",
        introduction="The bill goes to the floor.",
        byline="Ruth Lindqvist",
        source=SourceFactory(name="The Gazette"),
        source_address="https://gazette.example/story",
        lead_image=picture(),
        live=True,
    )
    page.categories.set([CategoryFactory(name="Water"), CategoryFactory(name="Health")])
    page.save()
    page.refresh_from_db()
    data = json_ld(page)
    root = Site.objects.get(is_default_site=True).root_url
    assert data["@type"] == "NewsArticle"
    assert data["headline"] == "Ten years to finish the lead pipes"
    assert data["description"] == "The bill goes to the floor."
    assert data["url"] == data["mainEntityOfPage"] == f"{root}{page.url}"
    assert data["author"] == {"@type": "Person", "name": "Ruth Lindqvist"}
    assert data["publisher"]["@type"] == "NewsMediaOrganization"
    assert data["articleSection"] == ["Health", "Water"]
    assert data["isBasedOn"]["url"] == "https://gazette.example/story"
    assert data["isBasedOn"]["publisher"] == "The Gazette"
    assert data["image"].startswith("http")
    assert page.first_published_at
    assert page.last_published_at
    assert data["datePublished"] == page.first_published_at.isoformat()
    assert data["dateModified"] == page.last_published_at.isoformat()


HOSTILE = '</script><script>alert(1)</script><!-- & "quoted" \u2028 '


def test_no_title_ends_the_script_that_holds_it() -> None:
    page = article(title=f"{HOSTILE}end", introduction=HOSTILE, byline=HOSTILE, live=True)
    html = html_of(page)
    assert "<script>alert" not in html
    data = json_ld(page)
    assert data["headline"] == f"{HOSTILE}end"
    assert data["author"]["name"].strip() == HOSTILE.strip()


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_survives_its_way_into_the_script(text: str) -> None:
    encoded = str(for_script({"text": text}))
    assert json.loads(encoded) == {"text": text}
    assert not set("<>&\u2028\u2029") & set(encoded)


def test_networks_see_title_description_address_and_picture() -> None:
    page = article(
        title='“Lead” & "pipes"',
        introduction="The bill goes to the floor.",
        lead_image=picture(),
        live=True,
    )
    html = html_of(page)
    root = Site.objects.get(is_default_site=True).root_url
    meta = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', html))
    assert meta["og:type"] == "article"
    assert meta["og:title"] == "“Lead” &amp; &quot;pipes&quot;"
    assert meta["og:description"] == meta["description"] == "The bill goes to the floor."
    assert meta["og:url"] == f"{root}{page.url}"
    assert re.fullmatch(r"http.*\.jpg", meta["og:image"])
    assert f'<link rel="canonical" href="{root}{page.url}">' in html


def test_the_newsrooms_own_words_for_search_engines_come_first() -> None:
    page = article(
        seo_title="Lead pipes: the vote", search_description="What the vote means.", live=True
    )
    html = html_of(page)
    assert "<title>Lead pipes: the vote | " in html
    assert '<meta name="description" content="What the vote means.">' in html


def test_a_picture_whose_file_is_gone_costs_the_picture_and_not_the_page() -> None:
    image = picture()
    page = article(lead_image=image, body=[block("image", _image(image))], live=True)
    image.file.storage.delete(image.file.name)
    assert "image" not in json_ld(page)


def test_a_picture_that_was_deleted_leaves_the_page() -> None:
    image = picture()
    page = article(
        lead_image=image, body=[block("image", _image(image)), paragraph("Still here.")], live=True
    )
    image.delete()
    assert "Still here." in html_of(page)


def _image(image: Picture) -> dict[str, Any]:
    return {"image": image.pk, "alt": "", "caption": "", "credit": ""}


def test_pictures_have_words_and_credits_their_own_or_the_articles() -> None:
    image = picture()
    image.credit = "Photo: City archive"
    image.save()
    html = html_of(article(lead_image=image, live=True))
    assert 'alt="A street with number 0."' in html
    assert "Photo: City archive" in html
    html = html_of(
        article(lead_image=image, lead_image_alt="A dig.", lead_image_credit="Photo: Us", live=True)
    )
    assert 'alt="A dig."' in html
    assert "Photo: Us" in html
    assert "City archive" not in html


def test_an_article_is_shared_by_plain_links_that_hold_its_address() -> None:
    page = article(title="Lead & pipes: 100%", live=True)
    links = re.findall(r'href="([^"]*)" rel="nofollow noopener"', html_of(page))
    assert len(links) == 7
    for link in links:
        assert "%2Fnews%2F" in link
    assert any("Lead%20%26%20pipes%3A%20100%25" in link for link in links)


def test_the_first_publication_is_told_to_readers() -> None:
    page = article(live=True)
    ArticlePage.objects.filter(pk=page.pk).update(
        first_published_at=timezone.make_aware(datetime.datetime(2026, 5, 4, 12, 0))  # noqa: DTZ001
    )
    assert "Published here" in html_of(page)
    assert "May 4, 2026" in html_of(page)
