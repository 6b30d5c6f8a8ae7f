"""What is forgotten, when, and what stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry, Site

from advocacy import own_data, petition_life, retention, signatures
from advocacy.models import AdvocacySettings, DataRequest, Petition, Signature
from tests.factories.advocacy import PetitionFactory, SignatureFactory

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2020, 5, 5, 15, 30, tzinfo=UTC)


def ended(**kwargs: object) -> Petition:
    return PetitionFactory.create(status="closed", closed_at=LONG_AGO, **kwargs)


def test_unconfirmed_signatures_go_after_their_days_and_others_stay() -> None:
    old = timezone.now() - timedelta(days=31)
    gone = SignatureFactory.create()
    asked_again = SignatureFactory.create(mails_since=timezone.now() - timedelta(days=2))
    confirmed = SignatureFactory.create(confirmed=True)
    Signature.objects.update(created_at=old)
    young = SignatureFactory.create()
    assert retention.forget().unconfirmed == 1
    assert set(Signature.objects.values_list("pk", flat=True)) == {
        asked_again.pk,
        confirmed.pk,
        young.pk,
    }
    assert not Signature.objects.filter(pk=gone.pk).exists()
    assert retention.forget().unconfirmed == 0


def test_the_newsroom_s_settings_say_how_long() -> None:
    rules = AdvocacySettings.for_site(Site.objects.get(is_default_site=True))
    rules.pending_days, rules.anonymise_months = 60, 120
    rules.save()
    SignatureFactory.create(petition=ended(), confirmed=True)
    SignatureFactory.create()
    Signature.objects.update(created_at=timezone.now() - timedelta(days=59))
    assert str(retention.forget()).startswith("0 unconfirmed signatures deleted, 0 anonymised")


def test_signatures_lose_the_person_some_months_after_the_end_and_still_count() -> None:
    petition = ended(confirmed_count=3)
    for number in range(3):
        SignatureFactory.create(
            petition=petition,
            confirmed=True,
            email=f"ada{number}@example.org",
            comment="Because of my son Tim",
            wants_outcome=True,
            wants_newsletter=True,
        )
    waiting = SignatureFactory.create(petition=petition)
    links = [signatures.confirm_address(row) for row in petition.signatures.all()]
    assert retention.forget().anonymised == 3
    assert retention.forget().anonymised == 0
    assert not Signature.objects.filter(pk=waiting.pk).exists()
    petition.refresh_from_db()
    assert petition.confirmed_count == petition.signatures.confirmed().count() == 3
    for row in petition.signatures.all():
        kept = " ".join(str(getattr(row, field.attname)) for field in row._meta.concrete_fields)
        for trace in ("Ada", "ada", "example.org", "53703", "Tim"):
            assert trace not in kept
        assert not row.wants_outcome
        assert not row.wants_newsletter
        local = timezone.localtime(row.confirmed_at)
        assert (local.hour, local.minute, local.second) == (0, 0, 0)
        assert row.country == "US"
    token = links[0].rstrip("/").rsplit("/", 1)[1]
    assert signatures.look_up(petition=petition, token=token).signature is None
    [entry] = ModelLogEntry.objects.filter(action="advocacy.signature.anonymise")
    assert entry.data == {"count": 3}


def test_more_signatures_than_a_batch_are_forgotten_in_one_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    SignatureFactory.create_batch(5, petition=ended(), confirmed=True)
    waiting = SignatureFactory.create_batch(5)
    Signature.objects.filter(pk__in=[row.pk for row in waiting]).update(created_at=LONG_AGO)
    report = retention.forget()
    assert (report.anonymised, report.unconfirmed) == (5, 5)


def test_an_open_petition_and_one_that_ended_lately_keep_their_signers() -> None:
    lately = PetitionFactory.create()
    petition_life.close(petition=lately)
    for petition in (lately, PetitionFactory.create()):
        SignatureFactory.create(petition=petition, confirmed=True)
    assert retention.forget().anonymised == 0


def test_an_end_that_nobody_noted_down_counts_from_today() -> None:
    petition = PetitionFactory.create(status="won", outcome="<p>Yes.</p>")
    SignatureFactory.create(petition=petition, confirmed=True)
    assert retention.forget().anonymised == 0
    petition.refresh_from_db()
    assert petition.closed_at is not None


def test_a_link_to_one_s_data_is_forgotten_after_a_day() -> None:
    own_data.ask(email="ada@example.org")
    assert retention.forget().links == 0
    DataRequest.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    assert retention.forget().links == 1


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        ("2026-03-31", 1, "2026-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-06-15", 120, "2016-06-15"),
    ],
)
def test_months_are_counted_by_the_calendar(moment: str, months: int, expected: str) -> None:
    given = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert retention.months_before(given, months).date().isoformat() == expected
