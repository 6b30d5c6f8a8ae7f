"""What every snippet with a public page of its own shares."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from modelcluster.models import ClusterableModel
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

# Beside the field in the editor; links to a former address lead on.
SLUG_HELP = "The last part of its address. Whoever comes by the one before is led to this one."


class PublishedContent(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    ClusterableModel,
):
    """A snippet that is drafted, previewed, approved and published like a page."""

    slug = models.SlugField(
        max_length=120,
        unique=True,
        help_text="The last part of its address. Changing it breaks links that others have made.",
    )

    # The field that a chooser looks into.
    find_by = "title"
    preview_template = ""

    class Meta:
        abstract = True

    def get_full_url(self) -> str:
        """The address with scheme and host, for mails, sharing and previews."""
        return f"{settings.SITE_URL}{self.get_absolute_url()}" if self.slug else ""

    full_url = property(get_full_url)

    def head(self, title: str, description: str) -> dict[str, Any]:
        """What the page's head says of it, in the form that ``base.html`` expects."""
        return {
            "title": title,
            "description": description,
            "canonical": self.full_url,
            "image": None,
            "type": "website",
            "noindex": False,
        }

    @abstractmethod
    def get_absolute_url(self) -> str:
        """Where readers find it."""

    @abstractmethod
    def page_context(self) -> dict[str, Any]:
        """What its page's template needs, the same for readers and for previews."""

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """The readers' template."""
        return self.preview_template

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        """The readers' context, as it will be once the draft is published."""
        self.live = True
        return {"request": request, **self.page_context()}
