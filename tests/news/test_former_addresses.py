"""Petitions, letters and representatives keep the addresses that others have shared."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from advocacy.models import Petition
from news.models import FormerSlug
from tests.factories.advocacy import LetterFactory, PetitionFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db

FACTORIES = {
    "petitions": PetitionFactory,
    "letters": LetterFactory,
    "representatives": RepresentativeFactory,
}


def rename(thing: Any, slug: str) -> None:
    """As an editor does: a version is saved, and then published."""
    thing.slug = slug
    thing.save_revision().publish()
    thing.refresh_from_db()


@pytest.mark.parametrize("folder", FACTORIES)
def test_a_former_address_leads_to_the_present_one_in_one_step(client: Client, folder: str) -> None:
    thing = FACTORIES[folder](slug="first")
    for slug in ("second", "third"):
        rename(thing, slug)
    for old in ("first", "second"):
        response = client.get(f"/{folder}/{old}/?x=%22")
        assert response.status_code == 301
        assert response.headers["Location"] == f"/{folder}/third/?x=%22"
    assert client.get(f"/{folder}/third/").status_code == 200
    rename(thing, "first")
    assert client.get(f"/{folder}/first/").status_code == 200


@pytest.mark.parametrize("rest", ["confirm/a:b-c/", "embed/", "check-your-mail/"])
def test_what_was_mailed_and_embedded_goes_on_working(client: Client, rest: str) -> None:
    petition = PetitionFactory(slug="first")
    rename(petition, "second")
    response = client.get(f"/petitions/first/{rest}")
    assert (response.status_code, response.headers["Location"]) == (
        301,
        f"/petitions/second/{rest}",
    )


def test_a_form_that_was_open_meanwhile_is_sent_on_as_it_is(client: Client) -> None:
    petition = PetitionFactory(slug="first")
    rename(petition, "second")
    for rest in ("", "confirm/a:b-c/"):
        response = client.post(f"/petitions/first/{rest}", {"name": "Ada"})
        assert (response.status_code, response.headers["Location"]) == (
            308,
            f"/petitions/second/{rest}",
        )


def test_a_version_that_is_not_published_moves_nothing(client: Client) -> None:
    petition = PetitionFactory(slug="first")
    petition.slug = "second"
    petition.save_revision()
    assert not FormerSlug.objects.exists()
    assert client.get("/petitions/first/").status_code == 200
    assert client.get("/petitions/second/").status_code == 404


def test_nobody_learns_the_address_of_what_was_taken_back(client: Client) -> None:
    petition = PetitionFactory(slug="first")
    rename(petition, "secret")
    Petition.objects.filter(pk=petition.pk).update(live=False)
    assert client.get("/petitions/first/").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/petitions/none/", "/letters/none/", f"/petitions/{'a' * 900}/", "/petitions/a%00/"],
)
def test_what_never_was_is_not_there(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_draft_leaves_no_trace() -> None:
    petition = PetitionFactory(slug="first", live=False)
    petition.slug = "second"
    petition.save()
    assert not FormerSlug.objects.exists()
