"""What the newsroom is called where no request says which site is meant."""

from __future__ import annotations

from cms.core.models import SiteSettings


def site_name() -> str:
    """The name of the default site, as readers see it. One query."""
    names = SiteSettings.objects.filter(site__is_default_site=True).values_list(
        "site_name", flat=True
    )
    return str(names.first() or SiteSettings._meta.get_field("site_name").get_default())
