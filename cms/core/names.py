"""What the newsroom is called where no request says which site is meant."""

from __future__ import annotations

from wagtail.models import Site

from cms.core.models import SiteSettings


def site_name() -> str:
    """The name of the default site, as readers see it."""
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        return str(SiteSettings._meta.get_field("site_name").get_default())
    return SiteSettings.for_site(site).site_name
