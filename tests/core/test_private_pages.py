"""Pages with a form."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict() -> Client:
    return Client(enforce_csrf_checks=True)


def token_of(client: Client) -> str:
    html = client.get(reverse("newsletter:subscribe")).content.decode()
    match = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert match
    return match[1]


def post(client: Client, token: str, **headers: str) -> int:
    answer = client.post(
        reverse("newsletter:subscribe"),
        {"email": "ada@example.org", "csrfmiddlewaretoken": token},
        headers=headers,
    )
    return answer.status_code


def test_a_form_page_is_stored_nowhere_and_named_to_nobody(client: Client) -> None:
    answer = client.get(reverse("newsletter:subscribe"))
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_a_form_without_its_token_is_refused(strict: Client) -> None:
    token_of(strict)
    assert post(strict, "") == 403
    assert post(strict, "x" * 64) == 403


def test_browsers_hide_the_origin_of_our_forms_and_are_believed(strict: Client) -> None:
    token = token_of(strict)
    assert post(strict, token, origin="null", sec_fetch_site="same-origin") == 302
    assert post(strict, token, origin="null") == 302
    assert post(strict, token, origin="http://testserver") == 302


def test_a_form_on_another_site_is_refused_even_with_a_token(strict: Client) -> None:
    token = token_of(strict)
    assert post(strict, token, origin="https://elsewhere.example") == 403
    assert post(strict, token, origin="null", sec_fetch_site="cross-site") == 403
