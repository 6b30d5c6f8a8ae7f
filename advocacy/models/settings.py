"""What a site's campaigners choose once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from advocacy.models.petitions import Petition
from cms.core.models import SiteSettings

if TYPE_CHECKING:
    from django.http import HttpRequest


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
    select_related = ["default_petition", "site__sitesettings__logo"]

    class Meta:
        verbose_name = "Advocacy"

    @classmethod
    def for_request(cls, request: HttpRequest) -> Self:
        """The site's choice; its other settings, which every page needs, come in the same query."""
        found: Self = super().for_request(request)
        name = SiteSettings.get_cache_attr_name()
        if not hasattr(request, name) and hasattr(found.site, "sitesettings"):
            setattr(request, name, found.site.sitesettings)
        return found
