"""The publishers of the stories that articles start from."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import RevisionMixin
from wagtail.search import index

validate_domain = RegexValidator(
    r"\A(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z",
    "Write a domain in small letters, like example.org: no https://, no path, no www. in front.",
)


class Source(RevisionMixin, index.Indexed, ClusterableModel):
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
        InlinePanel("domains", label="Domain", heading="Domains"),
        FieldPanel("extract_limit"),
        FieldPanel("notes"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SourceDomain(models.Model):
    """A domain on which a source publishes; its subdomains are the source's too."""

    source = ParentalKey(Source, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(
        max_length=253,
        unique=True,
        validators=[validate_domain],
        help_text="As in example.org. An address there, or below it, belongs to this source.",
    )

    panels = [FieldPanel("domain")]

    class Meta:
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain
