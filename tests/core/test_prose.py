"""Rich text as readers get it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Page
from wagtail.rich_text import RichText, expand_db_html

from cms.core.prose import expand_all, expanded
from home.models import HomePage, StandardPage
from tests.factories.news import article

pytestmark = pytest.mark.django_db


def link(page: Page, text: str = "there") -> str:
    """A link to a page, as the editor stores it."""
    return f'<a linktype="page" id="{page.pk}">{text}</a>'


def standard_page(**fields: object) -> StandardPage:
    page = StandardPage(title="About us", **fields)
    HomePage.objects.get().add_child(instance=page)
    return page


def test_links_of_many_texts_to_pages_of_many_types_cost_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    pages: list[Page] = [
        article(live=True),
        article(live=True),
        standard_page(),
        HomePage.objects.get(),
    ]
    texts = [RichText(f"<p>Look {link(page)}.</p>") for page in pages] * 5
    assert pages[0].url  # Where the site's root is, is kept from now on.
    with django_assert_num_queries(1):
        expand_all(texts)
    assert expanded(texts[0]) == f'<p>Look <a href="{pages[0].url}">there</a>.</p>'
    assert expanded(texts[3]) == '<p>Look <a href="/">there</a>.</p>'


def test_texts_without_links_cost_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        expand_all([RichText('<p>See <a href="https://law.example/">the law</a>.</p>')])


def test_a_link_to_what_readers_cannot_open_is_no_link() -> None:
    draft = article()
    gone = article(live=True)
    stored = link(gone)
    gone.delete()
    html = expanded(f'<p>{link(draft, "draft")}, {stored}, <a linktype="page" id="x1">odd</a></p>')
    assert "href" not in html
    assert "draft" in html


def test_a_page_of_the_newsroom_follows_its_address() -> None:
    page = article(live=True)
    page.slug = "another-address"
    page.save()
    assert expanded(link(page)) == '<a href="/news/another-address/">there</a>'


@given(
    st.lists(
        st.text(alphabet="ab <>!-/p&;\"'", max_size=40) | st.just("<!-- next text -->"), max_size=5
    )
)
def test_texts_are_the_same_expanded_together_or_one_by_one(sources: list[str]) -> None:
    texts = [RichText(source) for source in sources]
    expand_all(texts)
    assert [str(expanded(text)) for text in texts] == [expand_db_html(text) for text in sources]
