"""A letter in the reader's words: to whom, what is typed, and that nothing of it is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.views.debug import SafeExceptionReporterFilter

from advocacy.models import Letter, Representative
from advocacy.models.letters import ADDRESSEES_AT_MOST
from advocacy.views import letters
from tests.factories.advocacy import ChannelFactory, LetterFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db

POST = "141 Hart Senate Office Building, Washington, DC 20510"
TYPED = {
    "subject": "My own subject",
    "body": "{salutation},\n\nmy own words.\n\nYours,\n[Your name]",
    "name": "Ada Lovelace",
    "address": "12 Analytical Row\nMadison, WI 53703",
}


@pytest.fixture
def senator() -> Representative:
    """Somebody who can be reached in every way."""
    senator = RepresentativeFactory.create(last_name="Baldwin", slug="tammy-baldwin")
    for kind, value in (
        ("form", "https://www.baldwin.senate.gov/contact"),
        ("phone", "202-224-5653"),
        ("email", "office@example.gov"),
        ("post", POST),
        ("post", "30 W. Mifflin St., Suite 700, Madison, WI 53703"),
        ("fax", "202-224-0001"),
    ):
        ChannelFactory.create(representative=senator, kind=kind, value=value)
    return senator


@pytest.fixture
def letter() -> Letter:
    """A letter to the reader's own representatives."""
    made: Letter = LetterFactory.create()
    return made


def own_letter(
    client: Client, letter: Letter, query: str = "?to=tammy-baldwin", **typed: str
) -> str:
    answer = client.post(f"{letter.get_absolute_url()}{query}", {**TYPED, **typed})
    assert answer.status_code == 200
    return answer.content.decode()


# To whom ------------------------------------------------------------------------------------------


def test_an_address_fills_the_letter_in_for_those_whom_it_names(
    client: Client, letter: Letter, senator: Representative
) -> None:
    other = RepresentativeFactory.create(last_name="Johnson", slug="ron-johnson")
    html = client.get(f"{letter.get_absolute_url()}?to={other.slug}&to={senator.slug}").content
    text = html.decode()
    assert text.index("Dear Senator Johnson,") < text.index("Dear Senator Baldwin,")
    assert "left out" not in text


@pytest.mark.parametrize(
    "slug",
    ["nobody", "drafted", "gone", "a'b", "x" * 300, "a\x00b", "‮live", "<script>", "../live", ""],
)
def test_who_cannot_be_written_to_is_left_out_and_the_page_says_so(
    client: Client, letter: Letter, slug: str
) -> None:
    RepresentativeFactory.create(slug="live", last_name="Present")
    RepresentativeFactory.create(slug="drafted", live=False)
    RepresentativeFactory.create(slug="gone", left_office_on=timezone.localdate())
    answer = client.get(letter.get_absolute_url(), {"to": ["live", slug]})
    html = answer.content.decode()
    assert [copy.representative.slug for copy in answer.context["copies"]] == ["live"]
    assert "Some of those whom this address names are left out" in html
    alone = client.get(letter.get_absolute_url(), {"to": slug})
    assert alone.context["copies"] == []
    assert 'name="zip"' in alone.content.decode()


def test_an_address_names_a_few_and_no_more(client: Client, letter: Letter) -> None:
    people = RepresentativeFactory.create_batch(ADDRESSEES_AT_MOST + 3)
    answer = client.get(letter.get_absolute_url(), {"to": [person.slug for person in people]})
    assert len(answer.context["copies"]) == ADDRESSEES_AT_MOST
    assert answer.context["to"].left_out


def test_a_letter_with_targets_goes_to_nobody_else(client: Client, senator: Representative) -> None:
    other = RepresentativeFactory.create(slug="other")
    second = RepresentativeFactory.create(slug="second")
    letter = LetterFactory.create(targets=[senator, second])
    answer = client.get(letter.get_absolute_url(), {"to": [other.slug, second.slug]})
    assert [copy.representative for copy in answer.context["copies"]] == [second]
    assert answer.context["to"].left_out


def test_ten_addressees_cost_as_many_queries_as_one(client: Client, letter: Letter) -> None:
    people = RepresentativeFactory.create_batch(10)
    for person in people:
        ChannelFactory.create_batch(3, representative=person)

    def queries(number: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(letter.get_absolute_url(), {"to": [row.slug for row in people[:number]]})
        return len(captured)

    queries(1)
    assert queries(10) == queries(1) <= 8


# In the reader's words ----------------------------------------------------------------------------


def test_without_scripts_the_readers_words_come_back_in_every_form(
    client: Client, letter: Letter, senator: Representative
) -> None:
    html = own_letter(client, letter)
    assert html.count("Dear Senator Baldwin,\n\nmy own words.") >= 2
    link = html.split('href="mailto:')[1].split('"')[0].replace("&amp;", "&")
    query = parse_qs(urlsplit(f"mailto:{link}").query)
    assert query["subject"] == ["My own subject"]
    signed = "Yours,\nAda Lovelace\n12 Analytical Row\nMadison, WI 53703"
    assert query["body"][0].replace("\r\n", "\n").endswith(signed)
    assert "My name is <span data-caller>Ada Lovelace</span>" in html
    assert '<p class="paper__from" data-from>Ada Lovelace\n12 Analytical Row' in html
    assert "141 Hart Senate Office Building\nWashington, DC 20510</span>" in html
    assert "202-224-0001" in html


def test_the_letter_is_laid_out_for_the_office_that_was_chosen(
    client: Client, letter: Letter, senator: Representative
) -> None:
    madison = senator.channels.get(value__contains="Mifflin")
    html = own_letter(client, letter, **{"post-tammy-baldwin": str(madison.pk)})
    assert "<span data-post>30 W. Mifflin St., Suite 700\nMadison, WI 53703</span>" in html
    strange = own_letter(client, letter, **{"post-tammy-baldwin": "999999\x00"})
    assert "<span data-post>141 Hart" in strange


def test_a_letter_too_long_for_a_mail_link_says_so(
    client: Client, letter: Letter, senator: Representative
) -> None:
    assert "data-cut hidden" in own_letter(client, letter)
    html = own_letter(client, letter, body="Long. " * 800)
    assert "data-cut hidden" not in html
    assert "data-cut" in html


HOSTILE = {
    "nul": "a\x00b",
    "controls": "a\x07\x1b[31mb",
    "right to left": "a\u202eb\u2066c",
    "emoji": "Please \U0001f54a\ufe0f now",
    "ten kilobytes": "x" * 10_240,
    "header injection": "Hello\r\nBcc: everybody@example.org",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>",
    "template": "{{ settings.SECRET_KEY }} {% debug %} {salutation.__class__}",
}


@pytest.mark.parametrize("field", sorted(TYPED))
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_breaks_nothing(
    client: Client, letter: Letter, senator: Representative, field: str, text: str
) -> None:
    html = own_letter(client, letter, **{field: text})
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    shown = html.split('id="letter"')[1]
    for character in ("\x00", "\x07", "\u202e", "\u2066"):
        # A text that is refused goes back as it was typed; what is laid out holds none.
        assert character not in shown.split('class="send"')[1]
    assert "Bcc:" not in [line[:4] for line in html.split("mailto:")[1].split('"')[0].splitlines()]
    assert "only-for-tests" not in html


def test_half_a_character_on_the_wire_breaks_nothing(
    client: Client, letter: Letter, senator: Representative
) -> None:
    body = b"subject=Hi&body=%ED%A0%BD%FF&name=%ED%B0%80&address=x"
    answer = client.post(
        f"{letter.get_absolute_url()}?to=tammy-baldwin",
        body,
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("subject", " \u202e ", "Say in a few words what the letter is about."),
        ("body", "", "There is nothing in your letter yet."),
        ("address", "\n".join("abcdef"), "Give your address in five lines at most."),
        ("name", "n" * 121, "at most 120 characters"),
    ],
)
def test_what_is_refused_is_named_and_stays_in_the_form(
    client: Client, letter: Letter, senator: Representative, field: str, text: str, says: str
) -> None:
    html = own_letter(client, letter, **{field: text})
    assert says in html
    assert "my own words" in html or field == "body"
    assert "This is your letter now" not in html


# Nothing is kept ----------------------------------------------------------------------------------


def rows() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


def test_nothing_that_is_typed_is_stored_or_logged(
    client: Client,
    letter: Letter,
    senator: Representative,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client.get(letter.get_absolute_url())
    before = rows()
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as captured:
        answer = client.post(f"{letter.get_absolute_url()}?to=tammy-baldwin", TYPED)
    assert rows() == before
    said = " ".join([caplog.text, *(query["sql"] for query in captured.captured_queries)])
    for typed in ("my own words", "Ada Lovelace", "Analytical Row", "My own subject"):
        assert typed not in said
        assert all(typed not in str(cache.__dict__) for cache in caches.all())
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_report_of_an_error_leaves_out_what_was_typed(letter: Letter) -> None:
    request = RequestFactory().post(f"{letter.get_absolute_url()}", TYPED)
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    letters.letter(request, slug=letter.slug)
    shown: dict[str, Any] = SafeExceptionReporterFilter().get_post_parameters(request)
    kept = {key: shown[key] for key in TYPED}
    assert set(kept.values()) == {SafeExceptionReporterFilter.cleansed_substitute}


def test_the_form_is_refused_without_its_token(letter: Letter) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(letter.get_absolute_url(), TYPED).status_code == 403


def test_the_pages_are_valid_html(
    client: Client,
    letter: Letter,
    senator: Representative,
    html_valid: Callable[[str | bytes], None],
) -> None:
    RepresentativeFactory.create(slug="second")
    html_valid(client.get(f"{letter.get_absolute_url()}?to=tammy-baldwin&to=second").content)
    html_valid(own_letter(client, letter, "?to=tammy-baldwin&to=second&to=nobody"))
    html_valid(own_letter(client, letter, body="", address="1\n2\n3\n4\n5\n6"))
