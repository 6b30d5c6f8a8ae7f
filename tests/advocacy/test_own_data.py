"""What is stored under one's own address: asked for, seen, downloaded, erased."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email
from pytest_django import Settings
from wagtail.models import ModelLogEntry, Site

from advocacy import own_data, petition_life, signatures
from advocacy.models import Petition, Signature, SignatureDay
from cms.newsletter import subscriptions
from cms.newsletter.models import Subscriber
from tests.factories.advocacy import PetitionFactory, SignatureFactory

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"
FORM = "/my-signatures/"


@pytest.fixture
def petition() -> Petition:
    return PetitionFactory.create(confirmed_count=1)


@pytest.fixture
def signature(petition: Petition) -> Signature:
    return SignatureFactory.create(
        petition=petition, confirmed=True, email=ADA, comment="<b>Because</b>"
    )


def link() -> str:
    """The address in the newest mail, without its host."""
    found = re.search(
        r"/my-signatures/\S+/", Email.objects.exclude(message="").order_by("pk").last().message
    )
    assert found
    return found[0]


def ask(client: Client, email: str) -> tuple[int, str, bytes]:
    answer = client.post(FORM, {"email": email})
    return answer.status_code, answer["Location"], client.get(answer["Location"]).content


def test_the_answer_and_the_work_are_the_same_for_every_address(
    client: Client, signature: Signature
) -> None:
    ask(client, ADA)
    ask(client, "nobody@example.org")
    answers, numbers = set(), set()
    for email in (ADA, "nobody@example.org", "Ada@Example.org"):
        with CaptureQueriesContext(connection) as captured:
            answers.add(ask(client, email))
        numbers.add(len(captured))
    assert len(answers) == len(numbers) == 1
    machine = client.post(FORM, {"email": ADA, "website": "https://spam.example"})
    assert (machine.status_code, machine["Location"]) == next(iter(answers))[:2]


def test_the_mail_says_that_nothing_is_stored_and_leads_nowhere(client: Client) -> None:
    ask(client, "nobody@example.org")
    text = Email.objects.get().message
    assert "Nothing: no signature and no subscription." in text
    assert "/my-signatures/" not in text


def test_an_address_gets_three_mails_a_day_and_the_last_link_keeps_working(
    client: Client, signature: Signature
) -> None:
    for _ in range(3):
        ask(client, ADA)
    last = link()
    ask(client, ADA)
    assert Email.objects.exclude(message="").count() == 3
    assert client.get(last).status_code == 200


def test_no_address_of_a_page_holds_an_e_mail_address_and_each_is_private(
    client: Client, signature: Signature, html_valid: Callable[[bytes], None]
) -> None:
    subscriptions.subscribe_confirmed(
        email=ADA, consent_text=subscriptions.CONSENT_TEXT, source="a test"
    )
    ask(client, ADA)
    shown = link()
    for address in (FORM, f"{FORM}check-your-mail/", shown, f"{FORM}ended/", f"{FORM}x/"):
        answer = client.get(address)
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        html_valid(answer.content)
    assert "ada" not in shown
    assert "no-store" in client.get(f"{shown}download/")["Cache-Control"]


def test_the_page_shows_everything_under_the_address_and_nothing_under_others(
    client: Client, signature: Signature
) -> None:
    other = SignatureFactory.create(petition=signature.petition, name="Somebody Else")
    subscriptions.subscribe_confirmed(email=ADA, consent_text="I agree to it.", source="a test")
    ask(client, ADA)
    html = client.get(link()).content.decode()
    for part in (ADA, "Ada Lovelace", "53703, United States", "&lt;b&gt;Because", "I agree to it."):
        assert part in html
    assert other.name not in html
    data = json.loads(client.get(f"{link()}download/").content)
    assert data["email"] == ADA
    [row] = data["signatures"]
    assert (row["comment"], row["status"]) == ("<b>Because</b>", "confirmed")
    assert data["newsletter"]["consent"] == "I agree to it."


def test_opening_and_downloading_change_nothing(client: Client, signature: Signature) -> None:
    ask(client, ADA)
    for _ in range(2):
        assert client.get(link()).status_code == client.head(link()).status_code == 200
        assert client.get(f"{link()}download/").status_code == 200
    assert Signature.objects.get().name == "Ada Lovelace"


def test_while_it_is_open_a_signature_is_taken_back_and_may_be_given_anew(
    client: Client, petition: Petition, signature: Signature
) -> None:
    SignatureDay.objects.create(petition=petition, day=timezone.localdate(), count=1)
    ask(client, ADA)
    html = client.post(link(), {"erase": str(signature.reference)}, follow=True).content.decode()
    assert "The signature is erased." in html
    assert not Signature.objects.exists()
    assert not SignatureDay.objects.exists()
    petition.refresh_from_db()
    assert petition.confirmed_count == 0
    signatures.sign(petition=petition, name="Ada", email=ADA)
    token = signatures.confirm_address(Signature.objects.get()).rstrip("/").rsplit("/", 1)[1]
    signatures.confirm(petition=petition, token=token)
    petition.refresh_from_db()
    assert petition.confirmed_count == 1


def test_after_the_end_the_number_stays_and_the_person_goes(
    client: Client, petition: Petition, signature: Signature
) -> None:
    petition_life.close(petition=petition)
    ask(client, ADA)
    client.post(link(), {"erase": str(signature.reference)})
    petition.refresh_from_db()
    assert petition.confirmed_count == petition.signatures.confirmed().count() == 1
    row = Signature.objects.get()
    assert (row.name, row.email, row.comment, row.postal_code) == ("", "", "", "")
    assert "Nothing is kept" in client.get(link()).content.decode()


def test_erasing_leaves_an_entry_without_a_name(
    client: Client, petition: Petition, signature: Signature
) -> None:
    ask(client, ADA)
    client.post(link(), {"erase": str(signature.reference)})
    [entry] = ModelLogEntry.objects.filter(action="advocacy.signature.erase")
    assert (entry.user, entry.data) == (None, {"how": "withdrawn"})
    assert entry.object_id == str(petition.pk)


def test_everything_goes_at_once_and_the_link_with_it(client: Client, signature: Signature) -> None:
    ended = PetitionFactory.create(status="lost", confirmed_count=1)
    SignatureFactory.create(petition=ended, email=ADA, confirmed=True)
    SignatureFactory.create(email=ADA)
    other = SignatureFactory.create(email="bob@example.org")
    subscriptions.subscribe_confirmed(email=ADA, consent_text="Yes.", source="a test")
    ask(client, ADA)
    address = link()
    html = client.post(address, {"erase": "everything"}, follow=True).content.decode()
    assert "Nothing is kept under your address any more" in html
    assert not Subscriber.objects.exists()
    assert not Email.objects.exists()
    assert set(Signature.objects.values_list("email", flat=True)) == {"", other.email}
    assert client.get(address).status_code == client.post(address).status_code == 410


def test_a_stranger_s_signature_cannot_be_erased_by_its_number(
    client: Client, signature: Signature
) -> None:
    other = SignatureFactory.create(petition=signature.petition, confirmed=True)
    ask(client, ADA)
    html = client.post(link(), {"erase": str(other.reference)}, follow=True).content.decode()
    assert "nothing left to erase" in html
    assert Signature.objects.count() == 2
    assert client.post(link(), {"erase": "x"}).status_code == 400


def test_the_subscription_is_erased_by_itself(client: Client, signature: Signature) -> None:
    subscriptions.subscribe_confirmed(email=ADA, consent_text="Yes.", source="a test")
    ask(client, ADA)
    client.post(link(), {"erase": "newsletter"})
    client.post(link(), {"erase": "newsletter"})
    [entry] = ModelLogEntry.objects.filter(action="advocacy.subscription.erase")
    assert entry.object_id == str(Site.objects.get(is_default_site=True).pk)
    assert ADA not in f"{entry.label} {entry.data} {entry.formatter.format_message(entry)}"
    assert not Subscriber.objects.exists()
    assert Signature.objects.exists()


def test_a_link_ends_by_time_by_a_newer_one_and_by_its_button(
    client: Client, signature: Signature, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, ADA)
    first = link()
    ask(client, ADA)
    assert client.get(first).status_code == 410
    second = link()
    with monkeypatch.context() as patch:
        patch.setattr(own_data, "LINK_LASTS", timedelta(seconds=-1))
        assert client.get(second).status_code == 410
    assert client.get(second).status_code == 200
    client.post(second, {"erase": "link"})
    assert client.get(second).status_code == 410
    assert Signature.objects.exists()


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "é", "x" * 2000])
def test_forged_links_are_not_found(client: Client, token: str) -> None:
    assert client.get(f"{FORM}{token}/").status_code == 404
    assert client.post(f"{FORM}{token}/", {"erase": "everything"}).status_code == 404


def test_a_link_for_another_purpose_opens_nothing(client: Client, signature: Signature) -> None:
    foreign = signatures.confirm_address(signature).rstrip("/").rsplit("/", 1)[1]
    assert client.get(f"{FORM}{foreign}/").status_code == 404


def test_the_buttons_need_the_page_s_own_token(signature: Signature) -> None:
    strict = Client(enforce_csrf_checks=True)
    own_data.ask(email=ADA)
    assert strict.post(link(), {"erase": "everything"}).status_code == 403
    assert strict.post(FORM, {"email": ADA}).status_code == 403
    assert reverse("advocacy:own_data") == FORM


def test_one_network_asks_for_so_many_addresses_and_another_is_not_held_back(
    client: Client, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]

    def asked(n: int, network: str) -> Any:
        headers = {"x-forwarded-for": network}
        return client.post(FORM, {"email": f"reader-{n}@example.org"}, headers=headers)

    assert [asked(n, "198.51.100.1").status_code for n in range(21)] == [302] * 20 + [429]
    assert Email.objects.count() == 20
    refused = asked(30, "198.51.100.1").content.decode()
    assert "Send the form once more in an hour." in refused
    assert 'value="reader-30@example.org"' in refused
    assert asked(31, "198.51.100.2").status_code == 302
