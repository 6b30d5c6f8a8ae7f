"""The publishers of the stories that articles start from."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.text import slugify
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import RevisionMixin
from wagtail.search import index

validate_domain = RegexValidator(
    r"\A(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z",
    "Write a domain in small letters, like example.org: no https://, no path, no www. in front.",
)

# Leaves room for a number behind.
SLUG_ROOM = 150


class Source(RevisionMixin, index.Indexed, ClusterableModel):
    """A publisher: a newspaper, an agency, a court, a parliament."""

    name = models.CharField(max_length=160, unique=True)
    slug = models.SlugField(
        max_length=160,
        unique=True,
        blank=True,
        help_text="The end of its page's address. Blank makes one of the name.",
    )
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
        FieldPanel("slug"),
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

    def save(self, **kwargs: Any) -> None:
        """Give it a slug: sources are also made by programs, which know no more than a name."""
        if not self.slug:
            self.slug = self._free_slug()
            if (fields := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*fields, "slug"}
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        """Its page here."""
        return f"/sources/{self.slug}/"

    def _free_slug(self) -> str:
        wanted = slugify(self.name)[:SLUG_ROOM] or "source"
        others = type(self)._default_manager.exclude(pk=self.pk)
        used = set(others.filter(slug__startswith=wanted).values_list("slug", flat=True))
        if wanted not in used:
            return wanted
        return next(s for n in range(2, len(used) + 3) if (s := f"{wanted}-{n}") not in used)


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
