"""What a site's campaigners choose once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Site

from advocacy.models.petitions import Petition
from cms.core.models import SiteSettings

if TYPE_CHECKING:
    from django.http import HttpRequest


@register_setting(icon="megaphone", order=30)
class AdvocacySettings(BaseSiteSetting):
    """The petition that stands where an article names none, and how long signatures are kept."""

    default_petition = models.ForeignKey(
        Petition,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Shown beside articles that name no petition of their own, while it is open.",
    )

    pending_days = models.PositiveSmallIntegerField(
        "Unconfirmed signatures, days",
        default=30,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
        help_text="A signature that was not confirmed is deleted after so many days.",
    )
    anonymise_months = models.PositiveSmallIntegerField(
        "Signatures after the end, months",
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=(
            "So many months after a petition has ended, its signatures lose name, e-mail, ZIP code "
            "and comment. The number stays."
        ),
    )

    panels = [
        FieldPanel("default_petition"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("pending_days"), FieldPanel("anonymise_months")])],
            "How long signatures are kept",
            help_text="For all petitions. The default site's numbers count.",
        ),
    ]
    select_related = ["default_petition", "site__sitesettings__logo"]

    class Meta:
        verbose_name = "Advocacy"

    @classmethod
    def for_everybody(cls) -> Self:
        """The default site's: what concerns every site, such as how long signatures are kept."""
        site = Site.objects.filter(is_default_site=True).first()
        return cls.for_site(site) if site else cls()

    @classmethod
    def for_request(cls, request: HttpRequest) -> Self:
        """The site's choice; its other settings, which every page needs, come in the same query."""
        found: Self = super().for_request(request)
        name = SiteSettings.get_cache_attr_name()
        if not hasattr(request, name) and hasattr(found.site, "sitesettings"):
            setattr(request, name, found.site.sitesettings)
        return found
