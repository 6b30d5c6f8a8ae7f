"""Our own pages of the admin, by whoever works there: axe finds nothing, by day and by night."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from taggit.models import Tag
from wagtail.models import Site

from news.models import DraftRun, Merge
from tests.factories.advocacy import SignatureFactory
from tests.factories.news import RelatedLinkFactory, article, drafted, paragraph
from tests.factories.people import editor
from tests.functional.conftest import LoginAs, NewPage, Role
from tests.functional.newsstand import open_newsstand

# The number of matches in a list is a heading with the role of an alert.
WAGTAILS_OWN = ('h2[role="alert"]',)


def merging_places() -> list[str]:
    """Tags, a question, a preview, a refusal's page and a history with a merge in each state."""
    page = article(live=True)
    latest = page.get_latest_revision_as_object()
    latest.tags.set(["Climate", "climates", "water"])
    latest.save_revision().publish()
    old, into = Tag.objects.get(name="climates"), Tag.objects.get(name="Climate")
    for status in Merge.Status.values:
        Merge.objects.create(
            kind="source",
            old_id=1,
            into_id=2,
            old_name="Gazete",
            into_name="Gazette",
            status=status,
            undone_at=timezone.now(),
            moved=4,
            given_back=3,
        )
    merge = reverse("news_merge", args=["tag"])
    return [
        reverse("news_tags"),
        reverse("news_rename_tag", args=[old.pk]),
        f"{merge}?thing={old.pk}",
        f"{merge}?thing={old.pk}&thing={into.pk}",
        f"{merge}?thing={old.pk}&into={into.pk}",
        reverse("news_merges"),
    ]


@pytest.fixture
def places(site: Site) -> dict[Role, list[str]]:
    """Every kind of page that is ours, where somebody works with it."""
    stand = open_newsstand()
    waiting = article(title="Nobody has read this draft", save_as=editor())
    drafted(waiting, "opinion", [paragraph("A model wrote of pipes.")], by=editor())
    run = DraftRun.objects.filter(page=waiting).first()
    assert run is not None
    signature = SignatureFactory(petition=stand.petition, confirmed=True)

    def edit(name: str, pk: int) -> str:
        return reverse(f"wagtailsnippets_{name}:edit", args=[pk])

    def settings(*name: str) -> str:
        return reverse("wagtailsettings:edit", args=[*name, site.pk])

    link = RelatedLinkFactory(article=stand.article, status="suggested", explanation="same names")
    home = reverse("wagtailadmin_home")
    commentary = f"{reverse('wagtailadmin_pages:edit', args=[stand.article.pk])}#tab-commentary"
    return {
        "admin": [
            home,
            settings("core", "sitesettings"),
            settings("news", "newsroomsettings"),
            settings("advocacy", "advocacysettings"),
        ],
        "editor": [
            home,
            commentary,
            reverse("wagtailsnippets_news_source:list"),
            reverse("wagtailsnippets_news_source:add"),
            edit("news_category", stand.category.pk),
            *merging_places(),
        ],
        "reviewer": [
            home,
            reverse("news_review", args=[stand.article.pk]),
            reverse("news_review", args=[waiting.pk]),
            reverse("news_draftrun_modeladmin_index"),
            reverse("news_draftrun_modeladmin_inspect", args=[run.pk]),
        ],
        "moderator": [
            home,
            reverse("news_related"),
            f"{reverse('news_related')}?state=approved",
            f"{reverse('news_related')}?article={stand.article.pk}",
            reverse("news_related_edit", args=[link.pk]),
        ],
        "campaigner": [
            home,
            edit("advocacy_petition", stand.petition.pk),
            edit("advocacy_representative", stand.representative.pk),
            edit("advocacy_letter", stand.letter.pk),
            reverse("advocacy_signature_modeladmin_index"),
            reverse("advocacy_signature_modeladmin_inspect", args=[signature.pk]),
            reverse("newsletter_subscriber_modeladmin_index"),
        ],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_our_pages_of_the_admin(
    new_page: NewPage,
    login_as: LoginAs,
    places: dict[Role, list[str]],
    axe: Callable[..., None],
    scheme: Literal["light", "dark"],
) -> None:
    for role, addresses in places.items():
        page = new_page(colour_scheme=scheme)
        login_as(page, role)
        for address in addresses:
            page.goto(address)
            expect(page.locator("main")).to_be_visible()
            page.wait_for_timeout(300)  # Wagtail's editors of running text come with its scripts.
            axe(page, within="main", without=WAGTAILS_OWN)
