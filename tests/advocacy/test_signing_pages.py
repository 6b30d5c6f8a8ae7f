"""The pages on which a signature is given and confirmed."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from post_office.models import Email
from pytest_django import Settings

from advocacy import signatures
from advocacy.models import Petition, Signature
from cms.core.mail import _background
from tests.factories.advocacy import PetitionFactory, SignatureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def petition() -> Petition:
    return PetitionFactory.create()


def filled_in(**kwargs: str) -> dict[str, str]:
    return {
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "country": "US",
        "postal_code": "53703",
        "comment": "",
        **kwargs,
    }


def post(client: Client, petition: Petition, **kwargs: str) -> tuple[int, str, bytes]:
    """Status, next address and next page: all that somebody who fills in the form learns."""
    answer = client.post(petition.get_absolute_url(), filled_in(**kwargs))
    location = answer.headers.get("Location", "")
    page = client.get(location).content if location else answer.content
    return answer.status_code, location, page


def test_the_answer_is_the_same_to_new_pending_and_confirmed_signers(
    client: Client, petition: Petition
) -> None:
    pending = SignatureFactory.create(petition=petition)
    confirmed = SignatureFactory.create(petition=petition, confirmed=True)
    emails = ["new@example.org", pending.email, confirmed.email]
    answers = {post(client, petition, email=email) for email in emails}
    assert len(answers) == 1
    [(status, location, page)] = answers
    assert (status, location) == (302, reverse("advocacy:sent", args=[petition.slug]))
    assert b"example.org" not in page


def test_the_work_is_the_same_for_pending_confirmed_and_capped_signers(
    client: Client, petition: Petition
) -> None:
    pending = SignatureFactory.create(petition=petition)
    confirmed = SignatureFactory.create(petition=petition, confirmed=True)
    capped = SignatureFactory.create(petition=petition)
    for _ in range(4):
        post(client, petition, email=capped.email)
    numbers = []
    for email in (pending.email, confirmed.email, capped.email, "new@example.org"):
        with CaptureQueriesContext(connection) as captured:
            client.post(petition.get_absolute_url(), filled_in(email=email))
        numbers.append(len(captured))
    assert len(set(numbers[:3])) == 1
    assert numbers[3] - numbers[0] <= 3, "a new row and its savepoint"


def test_a_machine_that_fills_in_everything_gets_the_same_answer_and_nothing_else(
    client: Client, petition: Petition
) -> None:
    machine = post(client, petition, website="https://spam.example")
    assert not Signature.objects.exists()
    assert not Email.objects.exists()
    assert machine == post(client, petition)


def test_the_form_keeps_what_was_typed_and_names_what_is_missing(
    client: Client, petition: Petition
) -> None:
    answer = client.post(
        petition.get_absolute_url(), filled_in(email="ada", comment="For the children")
    )
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "This is not an e-mail address" in html
    assert "For the children" in html
    assert 'value="Ada Lovelace"' in html
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a" * 10_000}, "name"),
        ({"name": "Ada\x00"}, "name"),
        ({"name": "\u202e\u200b"}, "name"),
        ({"email": "ada@example.org\r\nBcc: all@example.org"}, "email"),
        ({"email": "a@b@c"}, "email"),
        ({"postal_code": "5370"}, "postal_code"),
        ({"postal_code": ""}, "postal_code"),
        ({"postal_code": "00000"}, "postal_code"),
        ({"postal_code": "9021O"}, "postal_code"),
        ({"country": "XX"}, "country"),
        ({"comment": "a" * 1001}, "comment"),
        ({"comment": "\x00"}, "comment"),
    ],
)
def test_hostile_or_wrong_input_is_an_error_beside_its_field(
    client: Client, petition: Petition, typed: dict[str, str], field: str
) -> None:
    answer = client.post(petition.get_absolute_url(), filled_in(**typed))
    assert answer.status_code == 200
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Signature.objects.exists()


def test_invisible_characters_are_taken_out_of_what_is_kept(
    client: Client, petition: Petition
) -> None:
    post(client, petition, name="Ada\u202e\tLovelace\r\n", comment="One\x07\r\n\r\n\r\n\r\ntwo")
    signature = Signature.objects.get()
    assert (signature.name, signature.comment) == ("Ada Lovelace", "One\n\ntwo")


def test_a_surrogate_in_the_bytes_of_a_form_is_no_server_error(
    client: Client, petition: Petition
) -> None:
    body = "name=Ada%ED%A0%80&email=ada%40example.org&country=US&postal_code=53703"
    answer = client.post(
        petition.get_absolute_url(), body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 302
    Signature.objects.get().name.encode()


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {
            name: st.text(max_size=200)
            for name in ("name", "email", "country", "postal_code", "comment", "newsletter")
        }
    )
)
def test_no_input_at_all_is_a_server_error(
    client: Client, petition: Petition, typed: dict[str, str]
) -> None:
    data = {key: value.encode("utf-8", "replace").decode() for key, value in typed.items()}
    answer = client.post(petition.get_absolute_url(), data)
    assert answer.status_code in {200, 302}


def test_elsewhere_a_country_is_enough_and_no_zip_code_is_kept(
    client: Client, petition: Petition
) -> None:
    post(client, petition, country="DE", postal_code="10115")
    signature = Signature.objects.get()
    assert (signature.country, signature.postal_code) == ("DE", "")


def test_the_newsletter_is_not_asked_for_unless_ticked(client: Client, petition: Petition) -> None:
    html = client.get(petition.get_absolute_url()).content.decode()
    box = html[html.index('name="newsletter"') - 60 : html.index('name="newsletter"') + 60]
    assert "checked" not in box
    post(client, petition)
    assert Signature.objects.get().wants_newsletter is False


def test_opening_the_link_counts_nothing_and_the_button_counts_it(
    client: Client, petition: Petition
) -> None:
    signature = SignatureFactory.create(petition=petition, comment="<script>alert(1)</script>")
    address = "/" + signatures.confirm_address(signature).split("/", 3)[3]
    for _ in range(2):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    html = client.get(address).content.decode()
    assert "&lt;script&gt;" in html
    petition.refresh_from_db()
    assert petition.confirmed_count == 0
    answer = client.post(address)
    assert answer.headers["Location"] == reverse("advocacy:thanks", args=[petition.slug])
    petition.refresh_from_db()
    assert petition.confirmed_count == 1
    assert client.post(address).status_code == 200
    petition.refresh_from_db()
    assert petition.confirmed_count == 1


def test_a_broken_link_says_so_and_names_the_way_out(client: Client, petition: Petition) -> None:
    address = reverse("advocacy:confirm", args=[petition.slug, "not-a-token"])
    answer = client.get(address)
    assert answer.status_code == client.post(address).status_code == 404
    assert petition.get_absolute_url() in answer.content.decode()


def test_a_petition_that_closed_while_the_form_was_filled_in_says_why(
    client: Client, petition: Petition
) -> None:
    petition.status = Petition.Status.CLOSED
    petition.save()
    answer = client.post(petition.get_absolute_url(), filled_in())
    assert answer.status_code == 409
    assert "This petition is closed." in answer.content.decode()


def test_every_page_with_a_form_or_a_key_is_private_and_valid(
    client: Client, petition: Petition, html_valid: Callable[[bytes], None]
) -> None:
    signature = SignatureFactory.create(petition=petition, wants_newsletter=True)
    pages = [
        petition.get_absolute_url(),
        reverse("advocacy:sent", args=[petition.slug]),
        reverse("advocacy:thanks", args=[petition.slug]),
        reverse("advocacy:confirm", args=[petition.slug, "x"]),
        "/" + signatures.confirm_address(signature).split("/", 3)[3],
    ]
    for page in pages:
        answer = client.get(page)
        assert "no-store" in answer["Cache-Control"], page
        assert answer["Referrer-Policy"] == "no-referrer", page
        html_valid(answer.content)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client: Client, petition: Petition, method: str) -> None:
    assert getattr(client, method)(petition.get_absolute_url()).status_code == 405


@pytest.fixture
def no_mail_server(settings: Settings) -> Iterator[socket.socket]:
    """A mail server that takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.POST_OFFICE = {
            **settings.POST_OFFICE,
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
        }
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", silent.getsockname()[1]
        settings.EMAIL_TIMEOUT = 60
        yield silent


@pytest.mark.django_db(transaction=True)
def test_a_silent_mail_server_neither_breaks_nor_slows_the_page(
    client: Client, no_mail_server: socket.socket
) -> None:
    petition = PetitionFactory.create()
    client.get(petition.get_absolute_url())
    begun = time.monotonic()
    assert client.post(petition.get_absolute_url(), filled_in()).status_code == 302
    assert time.monotonic() - begun < 30
    no_mail_server.accept()[0].close()
    _background.wait()
    assert Email.objects.get().message, "it waits in the outbox, whole"


@pytest.mark.parametrize(
    "typed", ["53703-1234", " 53703 ", "\uff15\uff13\uff17\uff10\uff13", "٥٣٧٠٣"]
)
def test_a_zip_code_is_read_as_the_lookup_reads_it_and_five_digits_are_kept(
    client: Client, petition: Petition, typed: str
) -> None:
    assert post(client, petition, postal_code=typed)[0] == 302
    assert Signature.objects.get().postal_code == "53703"
