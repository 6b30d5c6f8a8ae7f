"""Signatures taken out of the count and put back, and the ledger from which that is done."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from advocacy import invalidations, ledgers, signatures
from advocacy.models import Invalidation, Petition, Signature, SignatureDay, SignatureStatus
from advocacy.signatures import LinkState
from tests.factories.advocacy import PetitionFactory, SignatureFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

LEDGER = "advocacy_signature_modeladmin_index"
UNDONE = "advocacy_invalidation_modeladmin_inspect"


@pytest.fixture
def petition() -> Petition:
    """Three that count, one that waits."""
    petition = PetitionFactory.create(confirmed_count=3)
    SignatureFactory.create_batch(2, petition=petition, confirmed=True)
    SignatureFactory.create(petition=petition, confirmed=True, email="x@spam.example")
    SignatureFactory.create(petition=petition, email="y@spam.example")
    return petition


@pytest.fixture
def campaigner(client: Client) -> Client:
    client.force_login(UserFactory(role="Campaigners"))
    return client


def invalidate(petition: Petition) -> Invalidation:
    return invalidations.invalidate(
        petition=petition,
        chosen=Signature.objects.filter(email__endswith="@spam.example"),
        reason="One machine",
        chosen_by="search: spam",
        by=UserFactory(),
    )


def states(petition: Petition) -> dict[str, int]:
    petition.refresh_from_db()
    found = {
        status.value: petition.signatures.filter(status=status).count()
        for status in SignatureStatus
    }
    assert petition.confirmed_count == found["confirmed"]
    return found


def test_invalid_signatures_stay_and_do_not_count_and_undoing_restores_each_as_it_was(
    petition: Petition,
) -> None:
    SignatureDay.objects.create(petition=petition, day="2026-06-01", count=3)
    done = invalidate(petition)
    assert (done.count, done.counted) == (2, 1)
    assert states(petition) == {"pending": 0, "confirmed": 2, "invalid": 2}
    assert not SignatureDay.objects.exists(), "the sweep counts anew"
    assert invalidations.undo(invalidation=done, by=UserFactory()) == 2
    assert states(petition) == {"pending": 1, "confirmed": 3, "invalid": 0}
    with pytest.raises(invalidations.AlreadyUndoneError):
        invalidations.undo(invalidation=done, by=UserFactory())
    assert states(petition)["confirmed"] == 3
    actions = set(ModelLogEntry.objects.for_instance(petition).values_list("action", flat=True))
    assert {"advocacy.signature.invalidate", "advocacy.signature.restore"} <= actions


def test_signatures_under_other_petitions_are_left_alone(petition: Petition) -> None:
    other = SignatureFactory.create(email="z@spam.example", confirmed=True)
    invalidate(petition)
    other.refresh_from_db()
    assert other.status == SignatureStatus.CONFIRMED


def test_nothing_chosen_is_no_invalidation(petition: Petition) -> None:
    invalidate(petition)
    with pytest.raises(invalidations.NothingToInvalidateError):
        invalidate(petition)
    assert Invalidation.objects.count() == 1


def test_an_invalid_signature_cannot_be_confirmed_by_its_link_nor_signed_anew(
    petition: Petition,
) -> None:
    waiting = petition.signatures.get(email="y@spam.example")
    token = signatures.confirm_address(waiting).rstrip("/").rsplit("/", 1)[1]
    invalidate(petition)
    assert signatures.confirm(petition=petition, token=token).state == LinkState.INVALID
    signatures.sign(petition=petition, name="Y", email="y@spam.example")
    assert states(petition) == {"pending": 0, "confirmed": 2, "invalid": 2}


# From the ledger ----------------------------------------------------------------------------------


def asked(petition: Petition, **more: str) -> str:
    parts = {"petition__id__exact": str(petition.pk), **more}
    return reverse(LEDGER) + "?" + "&".join(f"{key}={value}" for key, value in parts.items())


def test_what_is_listed_is_invalidated_with_a_reason_and_put_back_from_its_own_page(
    campaigner: Client, petition: Petition
) -> None:
    address = asked(petition, q="spam.example", invalidate="1")
    html = campaigner.get(address).content.decode()
    assert "<strong>2 signatures</strong>" in html
    assert "would show 1 fewer" in html
    last = re.search(r'name="last" value="(\d+)"', html)
    assert last
    late = SignatureFactory.create(petition=petition, email="late@spam.example")
    refused = campaigner.post(address, {"reason": "", "last": last[1]}).content.decode()
    assert "Say why." in refused
    answer = campaigner.post(address, {"reason": "One machine", "last": last[1]})
    done = Invalidation.objects.get()
    assert answer.headers["Location"] == reverse(UNDONE, args=[done.pk])
    late.refresh_from_db()
    assert late.status == SignatureStatus.PENDING, "it came after the question"
    assert done.chosen_by == "search: a name, an address or a ZIP code"
    assert "Put them back" in campaigner.get(answer.headers["Location"]).content.decode()
    campaigner.post(answer.headers["Location"])
    assert states(petition) == {"pending": 2, "confirmed": 3, "invalid": 0}
    again = campaigner.post(answer.headers["Location"], follow=True).content.decode()
    assert "were put back before" in again


def test_one_signature_is_invalidated_from_its_own_page(
    campaigner: Client, petition: Petition
) -> None:
    one = petition.signatures.confirmed().first()
    assert one
    record = reverse("advocacy_signature_modeladmin_inspect", args=[one.pk])
    assert f"?number={one.pk}&amp;invalidate=1" in campaigner.get(record).content.decode()
    address = f"{reverse(LEDGER)}?number={one.pk}&invalidate=1"
    campaigner.post(address, {"reason": "Asked for by phone", "last": str(one.pk)})
    assert states(petition) == {"pending": 1, "confirmed": 2, "invalid": 1}
    assert "&amp;invalidate=1" not in campaigner.get(record).content.decode()


@pytest.mark.parametrize("more", ["export=csv", "invalidate=1"])
def test_a_petition_is_chosen_before_anything_is_taken_or_changed(
    campaigner: Client, petition: Petition, more: str
) -> None:
    answer = campaigner.post(f"{reverse(LEDGER)}?{more}", follow=True)
    assert "Choose one petition in the filter first." in answer.content.decode()
    assert not ModelLogEntry.objects.filter(action__startswith="advocacy.signature").exists()


def test_reading_alone_neither_exports_nor_invalidates(client: Client, petition: Petition) -> None:
    from django.contrib.auth.models import Permission  # noqa: PLC0415 - here only

    user = UserFactory(role="Editors")
    user.user_permissions.add(Permission.objects.get(codename="view_signature"))
    client.force_login(user)
    html = client.get(asked(petition)).content.decode()
    assert "Download CSV" not in html
    assert "Invalidate" not in html
    for more in ({"export": "csv"}, {"invalidate": "1"}):
        client.get(asked(petition, **more))
        client.post(asked(petition, **more), {"reason": "x", "last": "99999999"})
    assert states(petition) == {"pending": 1, "confirmed": 3, "invalid": 0}
    assert not ModelLogEntry.objects.filter(action="advocacy.signature.export").exists()


def test_an_export_is_the_filtered_list_as_text_and_is_written_down(
    campaigner: Client, petition: Petition
) -> None:
    SignatureFactory.create(
        petition=petition, confirmed=True, name='=HYPERLINK("https://x.example")', comment="@now"
    )
    answer = campaigner.post(asked(petition, status__exact="confirmed", export="csv"))
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert len(rows) == 4
    assert rows[0]["Name"] == '\'=HYPERLINK("https://x.example")'
    assert rows[0]["Comment"] == "'@now"
    [entry] = ModelLogEntry.objects.filter(action="advocacy.signature.export")
    assert entry.object_id == str(petition.pk)
    assert entry.user.groups.get().name == "Campaigners"
    assert entry.data["count"] == 4
    assert entry.data["filter"] == "status: confirmed"
    history = campaigner.get(
        reverse("wagtailsnippets_advocacy_petition:history", args=[petition.pk])
    )
    assert "The ledger of signatures: 4 signatures exported" in history.content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("x@spam.example", "search: a name, an address or a ZIP code"),
        ("Ada Lovelace", "search: a name, an address or a ZIP code"),
        ("@spam.example", "search: @spam.example"),
    ],
)
def test_the_history_keeps_no_name_and_no_address_that_was_searched_for(
    campaigner: Client, petition: Petition, typed: str, told: str
) -> None:
    campaigner.post(asked(petition, q=typed, export="csv"))
    [entry] = ModelLogEntry.objects.filter(action="advocacy.signature.export")
    assert entry.data["filter"] == told


def test_a_link_that_is_followed_exports_nothing(campaigner: Client, petition: Petition) -> None:
    answer = campaigner.get(asked(petition, export="csv"))
    assert answer.status_code == 302
    assert answer.headers["Location"] == asked(petition)
    assert not ModelLogEntry.objects.filter(action="advocacy.signature.export").exists()


def test_the_list_counts_and_sorts_no_further_than_anybody_leafs(
    campaigner: Client, petition: Petition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "COUNTED", 3)
    with CaptureQueriesContext(connection) as captured:
        html = campaigner.get(reverse(LEDGER), {"o": "0.-3"}).content.decode()
    about = [q["sql"] for q in captured if 'FROM "advocacy_signature"' in q["sql"]]
    assert about
    for sql in about:
        assert "LIMIT" in sql, sql
        assert "DISTINCT" not in sql, sql
        ordered = re.findall(r"ORDER BY (.*?) (?:LIMIT|$)", sql)
        assert all(order.startswith('"advocacy_signature"."id"') for order in ordered), sql
    assert "More than 10,000 signatures" in html


def test_a_whole_address_is_found_by_its_index(campaigner: Client, petition: Petition) -> None:
    with CaptureQueriesContext(connection) as captured:
        html = campaigner.get(reverse(LEDGER), {"q": " X@Spam.example"}).content.decode()
    assert "x@spam.example" not in html, "the list shows no addresses"
    assert html.count("/signature/inspect/") == 1
    assert not any("LIKE" in query["sql"] for query in captured)


@pytest.mark.parametrize("asked_for", ["9" * 40, "x", "-1", "0", "\x00", "٣"])
def test_hostile_numbers_in_the_address_are_no_error(campaigner: Client, asked_for: str) -> None:
    for name in ("number", "petition__id__exact", "country", "p", "last"):
        for more in ({}, {"invalidate": "1"}, {"export": "csv"}):
            answer = campaigner.get(reverse(LEDGER), {name: asked_for, **more})
            assert answer.status_code in {200, 302}, (name, more)


def test_a_large_export_streams(campaigner: Client, petition: Petition, settings: Settings) -> None:
    SignatureFactory.create_batch(30, petition=petition, confirmed=True)
    answer = campaigner.post(asked(petition, export="csv"))
    assert answer.streaming
    lines = len(list(answer.streaming_content))  # type: ignore[attr-defined]
    assert lines == 35
