"""What a newsroom says of itself."""

from __future__ import annotations

from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField

from cms.core.models.pictures import Picture


@register_setting(icon="site", order=10)
class SiteSettings(BaseSiteSetting):
    """Name, logo and the words that stand on every page."""

    site_name = models.CharField(max_length=100, default="Dovetail")
    logo = models.ForeignKey(
        Picture,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Replaces the dove. About 400 pixels wide; its description is its text.",
    )
    tagline = models.CharField(max_length=160, blank=True)
    footer = RichTextField(
        blank=True,
        features=["bold", "italic", "link"],
        help_text="A sentence or two at the foot of every page.",
    )
    copyright_notice = models.CharField(max_length=255, blank=True)
    responsible_entity = models.CharField(
        max_length=255,
        blank=True,
        help_text="Who answers for what is published, as the law of your country asks.",
    )

    select_related = ["logo"]
    panels = [
        MultiFieldPanel(
            [FieldPanel("site_name"), FieldPanel("tagline"), FieldPanel("logo")], "Masthead"
        ),
        MultiFieldPanel(
            [
                FieldPanel("footer"),
                FieldPanel("copyright_notice"),
                FieldPanel("responsible_entity"),
            ],
            "Footer",
        ),
    ]

    class Meta:
        verbose_name = "Site"
