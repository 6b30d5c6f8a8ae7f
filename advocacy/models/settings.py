"""What a site's campaigners choose once."""

from __future__ import annotations

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from advocacy.models.petitions import Petition


@register_setting(icon="megaphone", order=30)
class AdvocacySettings(BaseSiteSetting):
    """The petition that stands where an article names none."""

    default_petition = models.ForeignKey(
        Petition,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Shown beside articles that name no petition of their own, while it is open.",
    )

    panels = [FieldPanel("default_petition")]
    select_related = ["default_petition"]

    class Meta:
        verbose_name = "Advocacy"
