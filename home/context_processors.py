"""What stands around every reader's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from wagtail.models import Site

from cms.core import fragments
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
    site = Site.find_for_request(request)
    key = site.pk if site else None
    current = _current(request.path_info)
    # The view may have asked for the settings, which then stay with the request.
    since = getattr(request, "generation", 0)
    return {
        "site_settings": fragments.row(
            ("site settings", key), lambda: SiteSettings.for_request(request), since=since
        ),
        "masthead": fragments.text(
            ("masthead", key, current), lambda: _masthead(request, current=current), since=since
        ),
        "footer": fragments.text(("footer", key), lambda: _footer(request), since=since),
    }


def _current(path: str) -> str:
    """The entry of the navigation under which an address stands; blank where none is."""
    for _, url in NAVIGATION:
        if path == url or (url != "/" and path.startswith(url)):
            return url
    return ""


def _masthead(request: HttpRequest, *, current: str) -> str:
    return render_to_string(
        "components/masthead.html",
        {
            "site_settings": SiteSettings.for_request(request),
            "navigation": [
                {"label": label, "url": url, "current": url == current} for label, url in NAVIGATION
            ],
        },
    )


def _footer(request: HttpRequest) -> str:
    return render_to_string(
        "components/footer.html",
        {
            "request": request,
            "site_settings": SiteSettings.for_request(request),
            "take_part": TAKE_PART,
            "footer_links": StandardPage.objects.footer_links(),
        },
    )
