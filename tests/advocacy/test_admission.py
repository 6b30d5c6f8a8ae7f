"""Who may sign just now: proofs of work, limits, and what happens beyond them."""

from __future__ import annotations

import pytest
from django.core.cache.backends.base import BaseCache
from django.test import Client
from django.urls import reverse
from post_office.models import Email
from pytest_django import Settings

from advocacy import admission
from advocacy.models import Petition, Signature
from cms.core.models import SpentProof
from tests.advocacy.test_signing_pages import filled_in
from tests.core import test_limits
from tests.factories.advocacy import PetitionFactory, SignatureFactory
from tests.proofs import from_page, proof

pytestmark = pytest.mark.django_db


@pytest.fixture
def petition(settings: Settings) -> Petition:
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
    return PetitionFactory.create()


def sign(
    client: Client,
    petition: Petition,
    *,
    n: int = 0,
    network: str = "198.51.100.1",
    proof: str = "",
) -> int:
    data = filled_in(email=f"reader-{n}@example.org", proof=proof)
    headers = {"x-forwarded-for": network}
    return client.post(petition.get_absolute_url(), data, headers=headers).status_code


def fresh() -> str:
    return proof(admission.PURPOSE)


def test_the_page_asks_a_browser_for_work_and_takes_it(client: Client, petition: Petition) -> None:
    assert sign(client, petition, proof=from_page(client, petition)) == 302
    assert SpentProof.objects.count() == Signature.objects.count() == 1


def test_without_work_a_few_from_one_network_are_taken(client: Client, petition: Petition) -> None:
    answers = [sign(client, petition, n=n) for n in range(12)]
    assert answers == [302] * 10 + [429] * 2
    assert Signature.objects.count() == 10
    assert sign(client, petition, n=20, network="198.51.100.2") == 302


def test_with_work_many_from_one_network_are_taken(client: Client, petition: Petition) -> None:
    for n in range(12):
        assert sign(client, petition, n=n, proof=fresh()) == 302


def test_work_too_has_an_end(
    client: Client, petition: Petition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "PROVEN_FROM_A_NETWORK", "3/h")
    answers = [sign(client, petition, n=n, proof=fresh()) for n in range(5)]
    assert answers == [302] * 3 + [429] * 2
    assert SpentProof.objects.count() == 3, "a proof that was not let in can be used later"


def test_one_proof_opens_the_door_once(client: Client, petition: Petition) -> None:
    used = fresh()
    answers = [sign(client, petition, n=n, proof=used) for n in range(13)]
    assert answers == [302] + [302] * 10 + [429] * 2, "after the first as without any"


def test_a_form_sent_twice_arrives_and_is_one_signature(client: Client, petition: Petition) -> None:
    used = fresh()
    assert [sign(client, petition, proof=used) for _ in range(2)] == [302, 302]
    assert Signature.objects.count() == 1


def test_many_networks_without_work_are_too_many_for_one_petition(
    client: Client, petition: Petition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "UNPROVEN_FOR_A_PETITION", "3/h")
    answers = [sign(client, petition, n=n, network=f"198.51.100.{n}") for n in range(5)]
    assert answers == [302] * 3 + [429] * 2
    assert sign(client, petition, n=9, network="198.51.100.9", proof=fresh()) == 302
    assert sign(client, PetitionFactory.create(), n=9, network="198.51.100.10") == 302


def test_neighbours_in_one_ipv6_network_count_together(client: Client, petition: Petition) -> None:
    answers = [sign(client, petition, n=n, network=f"2001:db8::{n:x}") for n in range(11)]
    assert answers == [302] * 10 + [429]
    assert sign(client, petition, n=20, network="2001:db8:0:1::1") == 302


def test_beyond_a_limit_the_form_comes_back_as_it_was_filled_in(
    client: Client, petition: Petition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "UNPROVEN_FROM_A_NETWORK", "0/h")
    data = filled_in(comment="My own words", may_be_shown="on")
    answer = client.post(petition.get_absolute_url(), data)
    html = answer.content.decode()
    assert answer.status_code == 429
    assert "yours was not taken yet" in html
    assert "My own words" in html
    assert 'value="Ada Lovelace"' in html
    assert "data-challenge" in html
    assert not Email.objects.exists()


def test_beyond_a_limit_nobody_learns_who_has_signed(
    client: Client, petition: Petition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "UNPROVEN_FROM_A_NETWORK", "0/h")
    signers = [
        "new@example.org",
        SignatureFactory.create(petition=petition).email,
        SignatureFactory.create(petition=petition, confirmed=True).email,
    ]
    for email in signers:
        answer = client.post(petition.get_absolute_url(), filled_in(email=email))
        assert answer.status_code == 429
    assert not Email.objects.exists()


def test_what_is_wrong_in_the_form_costs_neither_work_nor_allowance(
    client: Client, petition: Petition
) -> None:
    done = fresh()
    for _ in range(20):
        data = filled_in(email="ada", proof=done)
        assert client.post(petition.get_absolute_url(), data).status_code == 200
    assert sign(client, petition, proof=done) == 302


class ClosedPort(test_limits.ClosedPort, BaseCache):
    """A cache that is down."""


def test_with_the_cache_down_signing_works_and_its_caps_hold(
    client: Client, petition: Petition, settings: Settings
) -> None:
    settings.CACHES = {**settings.CACHES, "default": {"BACKEND": f"{__name__}.ClosedPort"}}
    used = fresh()
    assert client.get(petition.get_absolute_url()).status_code == 200
    assert [sign(client, petition, n=n) for n in range(15)] == [302] * 15
    assert [sign(client, petition, n=99, proof=used) for _ in range(2)] == [302, 302]
    assert SpentProof.objects.count() == 1
    assert Signature.objects.count() == 16
    assert client.get(reverse("advocacy:sent", args=[petition.slug])).status_code == 200
