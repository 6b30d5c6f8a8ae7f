"""What pages of every app show: pictures, people, documents, and what stands around each page."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import post_page_move

from cms.core.models import SiteSettings
from cms.core.page_cache import rows, tags


def listen() -> None:
    """Watch them."""
    rows.watch(Page, "page")
    rows.watch(get_image_model(), "picture")
    rows.watch(get_user_model(), "user")
    rows.watch(get_document_model(), "document")
    for model in (Site, SiteSettings, PageViewRestriction):
        rows.watch_parts(model, _every_page)
    # Its addresses, and those of all below it.
    post_page_move.connect(_moved, dispatch_uid="page cache")


def _every_page(row: object) -> tuple[str, ...]:
    return (tags.SITE,)


def _moved(**_: object) -> None:
    tags.touch(tags.SITE)


def forget_all(**_: object) -> None:
    """Another release says other things on the same pages."""
    tags.touch(tags.SITE)
