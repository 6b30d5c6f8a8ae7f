"""The default site's address: it follows SITE_URL, so that pages and mails name the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from wagtail.models import Site

if TYPE_CHECKING:
    from django.apps import AppConfig

PORTS = {"http": 80, "https": 443}


def follow_site_url(sender: AppConfig, *, using: str, **_: Any) -> None:
    """Write the host and the port of SITE_URL on the default site, after every ``migrate``.

    Wagtail makes canonical addresses and the sitemap of them, and would otherwise say localhost.
    """
    if Site._meta.db_table not in connections[using].introspection.table_names():
        return
    parts = urlsplit(settings.SITE_URL)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    sites = Site.objects.using(using)
    default = sites.filter(is_default_site=True).exclude(hostname=host, port=port).first()
    if default and not sites.filter(hostname=host, port=port).exists():
        default.hostname, default.port = host, port
        default.save(update_fields=["hostname", "port"])
