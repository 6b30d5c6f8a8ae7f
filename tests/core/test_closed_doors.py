"""Pages and documents that are not for everybody, and ways around the door that were once open."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from tests.core.accounts.people import PASSWORD, person
from tests.factories.news import article

pytestmark = pytest.mark.django_db
SHARED = "open-sesame"
Document = get_document_model()


def document(name: str = "plan.pdf", *, closed: bool = True) -> Any:
    folder = Collection.get_first_root_node()
    if closed:
        folder = folder.add_child(name="For the board")
        CollectionViewRestriction.objects.create(
            collection=folder, restriction_type=CollectionViewRestriction.PASSWORD, password=SHARED
        )
    made = Document(title="A plan", collection=folder, file=ContentFile(b"%PDF-1.7", name=name))
    made.save()
    return made


def door(answer: Any) -> str:
    """Where a page with a password sends its form."""
    action: str = answer.content.decode().split('method="post"')[0].rpartition('action="')[2]
    return action.partition('"')[0]


def test_a_documents_file_has_no_address_but_the_one_that_asks(client: Client) -> None:
    name = document().file.name
    for path in (name, f"./{name}", f"images/../{name}", f"/{name}", name.upper()):
        assert client.get(f"/media/{path}").status_code == 404


def test_a_closed_document_is_stored_by_nobody_on_the_way(client: Client) -> None:
    url = document().url
    asked = client.get(url)
    assert "no-store" in asked.headers["Cache-Control"]
    assert "This document has a password" in asked.content.decode()
    passed = client.post(door(asked), {"password": SHARED, "return_url": url})
    assert passed.headers["Location"] == url
    opened = client.get(url)
    assert b"".join(opened) == b"%PDF-1.7"
    assert opened.headers["Cache-Control"] == "private, no-store"
    assert opened.headers["Content-Disposition"].startswith("attachment")


def test_an_open_document_is_asked_for_again_by_its_tag(client: Client) -> None:
    answer = client.get(document(closed=False).url)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Vary" not in answer.headers
    assert answer.headers["ETag"]


def test_a_password_that_many_share_is_guessed_slowly_and_locks_out_nobody_elsewhere() -> None:
    page = article(live=True)
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password=SHARED
    )
    for number, url in enumerate((page.url, document().url)):
        stranger = Client(REMOTE_ADDR=f"203.0.113.{number}")
        reader = Client(REMOTE_ADDR="198.51.100.7")
        way = door(stranger.get(url))
        tried = [stranger.post(way, {"password": str(n), "return_url": url}) for n in range(40)]
        assert [answer.status_code for answer in tried] == [200] * 30 + [429] * 10
        assert "Wait 15 minutes" in tried[-1].content.decode()
        right = {"password": SHARED, "return_url": url}
        assert stranger.post(way, right).status_code == 429
        assert reader.post(way, right).headers["Location"] == url
        assert stranger.get(url).headers.get("Content-Disposition") is None


@pytest.mark.parametrize("elsewhere", ["//evil.test/", "https://evil.test/", "javascript:alert(1)"])
def test_a_password_leads_to_no_other_site(client: Client, elsewhere: str) -> None:
    way = door(client.get(document().url))
    answer = client.post(way, {"password": SHARED, "return_url": elsewhere})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("path", ["9" * 5000 + "/x", "9" * 30 + "/x", "1/", "1/%00"])
def test_a_number_that_no_document_has_is_no_fault_of_ours(client: Client, path: str) -> None:
    assert client.get(f"/documents/{path}", follow=True).status_code == 404


def test_there_is_one_form_that_takes_a_password_of_the_newsroom() -> None:
    client, somebody = Client(), person()
    answer = client.get("/_util/login/?next=/admin/reports/")
    assert answer.headers["Location"] == "/admin/login/?next=/admin/reports/"
    posted = client.post("/_util/login/", {"username": somebody.username, "password": PASSWORD})
    assert posted.status_code == 405
    assert "sessionid" not in client.cookies
