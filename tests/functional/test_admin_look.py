"""Our own pages of the admin, by whoever works there: axe finds nothing, by day and by night."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from wagtail.models import Site

from news.models import DraftRun
from tests.factories.advocacy import SignatureFactory
from tests.factories.news import RelatedLinkFactory, article, drafted, paragraph
from tests.factories.people import editor
from tests.functional.conftest import LoginAs, NewPage, Role
from tests.functional.newsstand import open_newsstand

# The number of matches in a list is a heading with the role of an alert.
WAGTAILS_OWN = ('h2[role="alert"]',)


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
