"""Headers of readers' pages, of the admin's, and of previews."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.messages import constants, get_messages
from django.contrib.messages.storage.session import SessionStorage
from django.db import transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from cms.core.models import User
from news.models import ArticlePage
from tests.factories.news import article
from tests.factories.people import UserFactory, editor
from tests.functional.newsstand import open_newsstand

pytestmark = pytest.mark.django_db

READERS_POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
ADMIN_POLICY = {
    "default-src 'none'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "worker-src 'self' blob:",
    "media-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'self'",
    "frame-ancestors 'self'",
}
# Pages with a form hold a token, and are kept by nobody.
WITH_FORM = re.compile(
    r"^/(petitions/[^/]+/(confirm/.*)?|letters/.*|representatives/[^/]+/report/.*|subscribe/(confirm/.*)?|unsubscribe/.*|my-signatures/)$"
)
# What others may show in a frame of theirs; nothing can be sent or run in it.
FRAMED = re.compile(r"^/petitions/[^/]+/embed/$")
FRAMED_POLICY = READERS_POLICY - {
    "frame-ancestors 'none'",
    "form-action 'self'",
    "script-src 'self'",
} | {"frame-ancestors *", "form-action 'none'", "script-src 'none'"}
INLINE = re.compile(
    r"""<style|<script(?![^>]*\b(src=|type="application/ld\+json"))|\sstyle=|\son[a-z]+\s*=|javascript:""",
    re.IGNORECASE,
)


def policy(response: Any) -> set[str]:
    """The directives of an answer's policy."""
    return set(response.headers["Content-Security-Policy"].split("; "))


@dataclass(frozen=True)
class Answers:
    """What every address of a reader's answers, to nobody in particular and to the newsroom."""

    anonymous: dict[str, Any]
    logged_in: dict[str, Any]

    @property
    def with_form(self) -> dict[str, Any]:
        return {at: answer for at, answer in self.anonymous.items() if WITH_FORM.match(at)}

    @property
    def without_form(self) -> dict[str, Any]:
        return {at: answer for at, answer in self.anonymous.items() if not WITH_FORM.match(at)}


@pytest.fixture(scope="module")
def answers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Answers:
    """Ask once: making the pictures takes longer than all that is said of the answers."""
    with django_db_blocker.unblock(), transaction.atomic():
        addresses = open_newsstand().addresses
        client, logged_in = Client(), Client()
        logged_in.force_login(UserFactory(is_superuser=True))
        _leave_a_message(logged_in, "The article was published.")
        found = Answers(
            {address: client.get(address) for address in addresses},
            {address: logged_in.get(address) for address in addresses},
        )
        transaction.set_rollback(True)
    assert found.with_form
    assert found.without_form
    return found


def test_every_readers_page_has_the_strict_policy_and_no_frame(answers: Answers) -> None:
    for address, response in answers.anonymous.items():
        headers = response.headers
        framed = bool(FRAMED.match(address))
        assert policy(response) == (FRAMED_POLICY if framed else READERS_POLICY), address
        assert ("X-Frame-Options" in headers) is not framed, address
        assert framed or headers["X-Frame-Options"] == "DENY", address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        resource_policy = "cross-origin" if framed else "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == resource_policy, address
        assert "geolocation=()" in headers["Permissions-Policy"], address
        assert "camera=()" in headers["Permissions-Policy"], address
        assert headers["Referrer-Policy"] in {"no-referrer", "strict-origin-when-cross-origin"}


def test_no_readers_page_holds_a_style_or_a_script_or_loads_from_elsewhere(
    answers: Answers,
) -> None:
    for address, response in answers.anonymous.items():
        html = response.content.decode()
        assert not INLINE.findall(html), address
        loaded = re.findall(r'<(?:script|img|source|iframe)[^>]*\s(?:src|srcset)="([^"]*)"', html)
        loaded += re.findall(
            r'<link[^>]*rel="(?:stylesheet|preload|icon)"[^>]*href="([^"]*)"', html
        )
        assert loaded, address
        assert all(name.startswith("/") for name in loaded), (address, loaded)


def test_a_readers_page_sets_no_cookie_and_varies_by_no_cookie(answers: Answers) -> None:
    for address, response in answers.without_form.items():
        assert response.cookies == SimpleCookie(), address
        assert "Cookie" not in response.headers.get("Vary", ""), address


def test_a_page_with_a_form_is_stored_by_nobody_and_named_to_nobody(answers: Answers) -> None:
    for address, response in answers.with_form.items():
        assert response.headers["Cache-Control"] == "no-store, private", address
        assert response.headers["Referrer-Policy"] == "no-referrer", address


def test_somebody_of_the_newsroom_reads_what_everybody_reads(answers: Answers) -> None:
    for address, response in answers.without_form.items():
        assert answers.logged_in[address].content == response.content, address


def _leave_a_message(client: Client, text: str) -> None:
    """As a view of the admin does that redirects to another page of the admin."""
    request = RequestFactory().get("/")
    request.session = session = client.session
    storage = SessionStorage(request)
    storage.add(constants.SUCCESS, text)
    storage.update(client.get("/healthz"))
    session.save()
    assert len(get_messages(_with(request, storage))) == 1


def _with(request: HttpRequest, storage: SessionStorage) -> HttpRequest:
    request._messages = storage  # type: ignore[attr-defined]
    return request


# The admin ----------------------------------------------------------------------------------------


@pytest.fixture
def staff() -> User:
    """Somebody who writes and publishes."""
    return editor()


@pytest.fixture
def page(staff: User) -> ArticlePage:
    """A draft."""
    return article(save_as=staff)


def test_the_admin_has_a_policy_of_its_own_and_is_framed_by_itself_alone(
    client: Client, staff: User, page: ArticlePage
) -> None:
    assert policy(client.get("/admin/login/")) == ADMIN_POLICY
    client.force_login(staff)
    for address in ("/admin/", f"/admin/pages/{page.pk}/edit/", "/admin/pages/"):
        response = client.get(address, follow=True)
        assert response.status_code == 200
        assert policy(response) == ADMIN_POLICY
        assert response.headers["X-Frame-Options"] in {"DENY", "SAMEORIGIN"}


def test_a_preview_stands_in_a_frame_of_the_admin_and_of_nobody_else(
    client: Client, staff: User, page: ArticlePage
) -> None:
    client.force_login(staff)
    response = client.get(reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk]))
    assert response.status_code == 200
    assert policy(response) == ADMIN_POLICY
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_live_page_of_a_previewed_article_stays_strict(client: Client, staff: User) -> None:
    page = article(save_as=staff, live=True)
    client.force_login(staff)
    client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    response = client.get(page.url)
    assert policy(response) == READERS_POLICY
    assert response.headers["X-Frame-Options"] == "DENY"
