"""What stands around every reader's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cms.core.models import SiteSettings
from home.models import StandardPage

if TYPE_CHECKING:
    from django.http import HttpRequest

NAVIGATION = (
    ("Home", "/"),
    ("Categories", "/categories/"),
    ("Search", "/search/"),
    ("Subscribe", "/subscribe/"),
)
# In the footer: the masthead has one line on the narrowest phone.
TAKE_PART = (
    ("Find your representatives", "/representatives/"),
    ("Petitions", "/petitions/"),
    ("Your signatures", "/my-signatures/"),
    ("Archive", "/archive/"),
)


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Masthead, navigation and footer; nothing for the admin, which has its own."""
    if request.path_info.startswith("/admin/") and not getattr(request, "is_preview", False):
        return {}
    path = request.path_info
    return {
        "site_settings": SiteSettings.for_request(request),
        "navigation": [
            {
                "label": label,
                "url": url,
                "current": path == url if url == "/" else path.startswith(url),
            }
            for label, url in NAVIGATION
        ],
        "take_part": TAKE_PART,
        "footer_links": StandardPage.objects.footer_links(),
    }
