"""Parts of pages that many templates share."""

from __future__ import annotations

import pytest
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from wagtail.images.tests.utils import get_test_image_file

from cms.core.models import Picture
from cms.core.templatetags.pictures import FORMATS, responsive


def pager(address: str, number: int) -> str:
    """The pages of a list of 5,000, two on each."""
    page = Paginator(range(5000), 2).page(number)
    return render_to_string(
        "components/pagination.html", {"page_of": page}, RequestFactory().get(address)
    )


@pytest.mark.django_db
def test_turning_a_page_keeps_the_search() -> None:
    html = pager("/search/?q=lead+pipes&category=health&page=2", 2)
    assert 'rel="prev" href="?q=lead+pipes&amp;category=health&amp;page=1"' in html
    assert 'rel="next" href="?q=lead+pipes&amp;category=health&amp;page=3"' in html


@pytest.mark.django_db
def test_the_thousandth_page_has_an_address_without_a_comma() -> None:
    assert 'href="?page=1235"' in pager("/news/", 1234)


@pytest.mark.django_db
@pytest.mark.parametrize(("width", "candidates"), [(1600, 3), (700, 2), (300, 1)])
def test_a_picture_offers_each_width_once(width: int, candidates: int) -> None:
    picture = Picture.objects.create(
        title="Street", file=get_test_image_file(filename="s.png", size=(width, width))
    )
    html = responsive(picture, "width-{480,960,1440}", alt="", sizes="50vw")
    assert html.count(".jpg") == candidates + (candidates > 1)  # The fallback is named twice.
    assert html.count(".webp") == candidates
    assert html.count("sizes=") == (len(FORMATS) if candidates > 1 else 0)


@pytest.mark.django_db
def test_a_phone_finds_a_picture_of_its_own_width() -> None:
    """Most show 360 to 412 pixels of a page in 1.75 to 2 times as many of their own."""
    picture = Picture.objects.create(
        title="Street", file=get_test_image_file(filename="wide.png", size=(1600, 1000))
    )
    html = render_to_string(
        "components/picture.html", {"picture": picture, "alt": "", "sizes": "94vw"}
    )
    assert html.count("720w") == len(FORMATS)


@pytest.mark.django_db
def test_a_picture_whose_file_is_gone_breaks_no_page() -> None:
    picture = Picture.objects.create(
        title="Street", file=get_test_image_file(filename="gone.png", size=(600, 400))
    )
    picture.file.storage.delete(picture.file.name)
    html = responsive(picture, "width-{480,960}", alt="A street", sizes="50vw")
    assert 'alt="A street"' in html
