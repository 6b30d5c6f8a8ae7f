"""What production and the site's own settings promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from wagtail.models import Site

from cms.core.models import SiteSettings
from tests.core.test_environment import PRODUCTION, Start, start

__all__ = ["start"]
ROOT = Path(__file__).parents[2]


def test_a_production_server_passes_djangos_own_check(tmp_path: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **PRODUCTION,
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "cms.settings.production",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_production_cookies_belong_to_this_host_and_travel_encrypted(start: Start) -> None:
    settings = start()
    for kind in ("SESSION", "CSRF"):
        assert settings[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert settings[f"{kind}_COOKIE_SECURE"]
        assert settings[f"{kind}_COOKIE_SAMESITE"] == "Lax"
        assert settings[f"{kind}_COOKIE_HTTPONLY"]
        # A name that begins so is refused by browsers with a domain or another path.
        assert settings.get(f"{kind}_COOKIE_DOMAIN") is None
        assert settings.get(f"{kind}_COOKIE_PATH", "/") == "/"
    # It has a path of its own, so it cannot be __Host-.
    assert settings["KNOWN_BROWSER_COOKIE"].startswith("__Secure-")


def test_production_asks_for_a_second_factor_unless_it_is_told_not_to(start: Start) -> None:
    assert start()["REQUIRE_MFA"] is True
    assert start(REQUIRE_MFA="0")["REQUIRE_MFA"] is False


def test_production_speaks_https_only_and_tells_browsers_so(start: Start) -> None:
    settings = start()
    assert settings["DEBUG"] is False
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://news.example.org"]


def test_a_forwarded_protocol_is_believed_behind_a_proxy_only(start: Start) -> None:
    assert "SECURE_PROXY_SSL_HEADER" not in start()
    behind = start(TRUSTED_PROXIES="10.0.0.7")
    assert behind["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_nothing_of_wagtails_asks_another_host(settings: Settings) -> None:
    assert settings.WAGTAIL_GRAVATAR_PROVIDER_URL is None
    assert settings.WAGTAIL_ENABLE_UPDATE_CHECK is False
    assert settings.WAGTAIL_ENABLE_WHATS_NEW_BANNER is False
    assert settings.WAGTAILEMBEDS_FINDERS == []


# The site -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("site_url", "root"),
    [
        ("https://news.example.org", "https://news.example.org"),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123"),
        ("http://news.example.org", "http://news.example.org"),
    ],
)
def test_migrating_puts_the_default_site_at_the_sites_address(
    settings: Settings, site_url: str, root: str
) -> None:
    settings.SITE_URL = site_url
    call_command("migrate", verbosity=0)
    assert Site.objects.get(is_default_site=True).root_url == root
    assert f'<link rel="canonical" href="{root}/">' in Client().get("/").content.decode()


@pytest.mark.django_db
def test_a_second_site_keeps_its_address(settings: Settings) -> None:
    default = Site.objects.get(is_default_site=True)
    other = Site.objects.create(
        hostname="other.example", port=443, root_page=default.root_page, is_default_site=False
    )
    settings.SITE_URL = "https://other.example"
    call_command("migrate", verbosity=0)
    other.refresh_from_db()
    assert other.root_url == "https://other.example"
    assert Site.objects.get(is_default_site=True).hostname == default.hostname


@pytest.mark.django_db
def test_the_names_that_a_newsroom_gives_itself_stand_on_every_page(client: Client) -> None:
    site_settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    site_settings.site_name = "The <Harbour> Post"
    site_settings.tagline = "News with a next step"
    site_settings.footer = "<p>Made by <b>people</b>.</p>"
    site_settings.copyright_notice = "© 2026 The Harbour Post"
    site_settings.responsible_entity = "Harbour Press, Ltd."
    site_settings.save()
    html = client.get("/categories/").content.decode()
    for words in (
        "The &lt;Harbour&gt; Post",
        "News with a next step",
        "Made by <b>people</b>.",
        "© 2026 The Harbour Post",
        "Harbour Press, Ltd.",
    ):
        assert words in html, words


@pytest.mark.django_db
def test_a_request_asks_for_the_sites_settings_once(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    site = Site.objects.get(is_default_site=True)
    SiteSettings.for_site(site)
    with django_assert_num_queries(1):
        assert SiteSettings.for_site(site).logo is None
