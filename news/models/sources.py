"""The publishers of the stories that articles start from."""

from __future__ import annotations

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import RevisionMixin
from wagtail.search import index


class Source(RevisionMixin, index.Indexed, models.Model):
    """A publisher: a newspaper, an agency, a court, a parliament."""

    name = models.CharField(max_length=160, unique=True)
    home_page = models.URLField(max_length=500, blank=True)
    extract_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Words of its text that one article may show. Blank takes the newsroom's limit.",
    )
    notes = models.TextField(
        blank=True, help_text="For colleagues: reliability, agreements, contacts."
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("home_page"),
        FieldPanel("extract_limit"),
        FieldPanel("notes"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
