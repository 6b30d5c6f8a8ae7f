"""What search engines are told of, in parts that they take."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap


class OurSitemap(Sitemap):
    """Addresses under ``SITE_URL``, as mails and canonical links have them."""

    # The protocol allows 50,000 addresses a file; a part of this size is made in a second.
    limit = 10_000

    def get_protocol(self, protocol: str | None = None) -> str:
        """That of our address, whatever the request came by."""
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        """That of our address, whatever host the request named."""
        return urlsplit(settings.SITE_URL).netloc
