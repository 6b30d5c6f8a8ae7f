"""Signing and confirming."""

from __future__ import annotations

import datetime
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from post_office.models import STATUS, Email
from wagtail.models import ReferenceIndex

from advocacy import signatures
from advocacy.models import Petition, Signature
from advocacy.signatures import LinkState, PetitionClosedError
from cms.core.allowance import MAILS_A_DAY
from cms.newsletter.models import Subscriber
from tests.factories.advocacy import PetitionFactory, SignatureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def petition() -> Petition:
    return PetitionFactory.create()


def sign(petition: Petition, email: str = "ada@example.org", **kwargs: object) -> str:
    """Sign, and return the token from the mail; blank where none came."""
    before = Email.objects.count()
    values = {"name": "Ada Lovelace", "postal_code": "53703", **kwargs}
    signatures.sign(petition=petition, email=email, **values)  # type: ignore[arg-type]
    rows = list(Email.objects.order_by("pk")[before:])
    assert len(rows) == 1
    return token_from(rows[0].message)


def token_from(message: str) -> str:
    return message.split("/confirm/")[1].split("/")[0] if "/confirm/" in message else ""


def count(petition: Petition) -> int:
    petition.refresh_from_db()
    return petition.confirmed_count


def test_a_signature_counts_when_its_link_was_confirmed_and_not_before(petition: Petition) -> None:
    token = sign(petition, comment="For the children.")
    assert count(petition) == 0
    assert signatures.look_up(petition=petition, token=token).state == LinkState.READY
    assert count(petition) == 0
    assert signatures.confirm(petition=petition, token=token).state == LinkState.READY
    assert count(petition) == 1
    signature = Signature.objects.confirmed().get()
    assert (signature.name, signature.comment) == ("Ada Lovelace", "For the children.")
    assert signature.confirmed_at is not None


def test_confirming_twice_counts_once(petition: Petition) -> None:
    token = sign(petition)
    signatures.confirm(petition=petition, token=token)
    assert signatures.confirm(petition=petition, token=token).state == LinkState.USED
    assert count(petition) == 1


def test_two_mails_of_one_signer_count_once(petition: Petition) -> None:
    first, second = sign(petition), sign(petition)
    assert signatures.confirm(petition=petition, token=first).state == LinkState.READY
    assert signatures.confirm(petition=petition, token=second).state == LinkState.USED
    assert count(petition) == 1


def test_two_spellings_are_one_signer(petition: Petition) -> None:
    sign(petition, "ada@example.org")
    sign(petition, "ADA@Example.Org")
    assert Signature.objects.count() == 1


def test_the_database_itself_holds_one_row_for_each_signer(petition: Petition) -> None:
    signature = SignatureFactory.create(petition=petition)
    with pytest.raises(IntegrityError), transaction.atomic():
        SignatureFactory.create(petition=petition, email=signature.email.upper())


def test_one_signer_may_sign_two_petitions(petition: Petition) -> None:
    sign(petition)
    sign(PetitionFactory.create())
    assert Signature.objects.count() == 2


def test_what_was_typed_last_counts_and_the_older_link_says_so(petition: Petition) -> None:
    early = sign(petition, name="A", comment="Words of a stranger")
    late = sign(petition, name="Ada", comment="My own words")
    assert signatures.confirm(petition=petition, token=early).state == LinkState.SUPERSEDED
    assert count(petition) == 0
    assert signatures.confirm(petition=petition, token=late).state == LinkState.READY
    assert Signature.objects.get().comment == "My own words"


def test_a_stranger_cannot_change_what_was_confirmed(petition: Petition) -> None:
    signatures.confirm(petition=petition, token=sign(petition, comment="My own words"))
    assert sign(petition, name="X", comment="Words of a stranger") == ""
    signature = Signature.objects.get()
    assert (signature.name, signature.comment) == ("Ada Lovelace", "My own words")
    last = Email.objects.order_by("pk").last()
    assert last is not None
    assert last.subject.startswith("You have signed already")


def test_no_mail_carries_what_a_stranger_typed(petition: Petition) -> None:
    sign(petition, name="Buy gold at evil.example", comment="Buy silver at evil.example")
    row = Email.objects.get()
    assert "evil.example" not in f"{row.subject} {row.message} {row.headers}"


def test_strangers_cannot_cause_more_than_a_few_mails_a_day(petition: Petition) -> None:
    for _ in range(MAILS_A_DAY + 3):
        sign(petition)
    assert Email.objects.filter(status=STATUS.queued).count() == MAILS_A_DAY
    Signature.objects.update(mails_since=timezone.now() - timedelta(days=1))
    assert sign(petition)


def test_many_petitions_together_do_not_flood_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "MAILS_A_DAY_TO_ONE_ADDRESS", 4)
    tokens = [sign(PetitionFactory.create()) for _ in range(6)]
    assert [bool(token) for token in tokens] == [True] * 4 + [False] * 2


def test_beyond_the_cap_the_last_link_that_was_sent_still_works(petition: Petition) -> None:
    for _ in range(MAILS_A_DAY):
        token = sign(petition)
    assert sign(petition, comment="Words of a stranger") == ""
    assert signatures.confirm(petition=petition, token=token).state == LinkState.READY
    assert Signature.objects.get().comment == ""


def test_a_link_expires(petition: Petition, monkeypatch: pytest.MonkeyPatch) -> None:
    token = sign(petition)
    monkeypatch.setattr(signatures, "LINK_LASTS", timedelta(seconds=-1))
    assert signatures.confirm(petition=petition, token=token).state == LinkState.EXPIRED
    assert count(petition) == 0


def test_a_link_belongs_to_its_petition(petition: Petition) -> None:
    token = sign(petition)
    other = PetitionFactory.create()
    assert signatures.confirm(petition=other, token=token).state == LinkState.BROKEN
    assert count(petition) == count(other) == 0


@pytest.mark.parametrize("token", ["x", "a:b:c", "é", "\x00", "a" * 5000])
def test_a_broken_link_is_just_broken(petition: Petition, token: str) -> None:
    assert signatures.confirm(petition=petition, token=token).state == LinkState.BROKEN


def test_a_link_names_nobody(petition: Petition) -> None:
    sign(petition, postal_code="53703")
    address = signatures.confirm_address(Signature.objects.get())
    for secret in ("ada@", "example.org", "53703", "lovelace"):
        assert secret not in address.lower().replace(petition.slug, "")


def test_a_closed_petition_takes_no_signature_and_no_confirmation(petition: Petition) -> None:
    token = sign(petition)
    petition.closes_on = timezone.localdate() - datetime.timedelta(days=1)
    petition.save()
    with pytest.raises(PetitionClosedError, match="last day"):
        signatures.sign(petition=petition, name="Bob", email="bob@example.org")
    assert signatures.confirm(petition=petition, token=token).state == LinkState.CLOSED
    assert count(petition) == 0


def test_the_newsletter_begins_with_the_confirmation_where_it_was_asked_for(
    petition: Petition,
) -> None:
    with_it = sign(petition, "ada@example.org", wants_newsletter=True)
    without = sign(petition, "bob@example.org")
    assert not Subscriber.objects.exists()
    signatures.confirm(petition=petition, token=with_it)
    signatures.confirm(petition=petition, token=without)
    subscriber = Subscriber.objects.confirmed().get()
    assert subscriber.email == "ada@example.org"
    assert "newsletter" in subscriber.consent_text


def test_a_signature_leaves_no_trace_among_what_points_at_what(petition: Petition) -> None:
    sign(petition)
    assert not ReferenceIndex.get_references_to(petition).exists()


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_with_one_address_are_one_row() -> None:
    petition = PetitionFactory.create()
    problems: list[Exception] = []
    together = threading.Barrier(16)

    def work() -> None:
        together.wait()
        try:
            signatures.sign(petition=petition, name="Ada", email="ada@example.org")
        except DatabaseError as problem:
            problems.append(problem)
        finally:
            connection.close()

    run(work, 16)
    assert problems == []
    assert Signature.objects.count() == 1
    assert Email.objects.exclude(message="").count() <= MAILS_A_DAY


@pytest.mark.django_db(transaction=True)
def test_sixteen_confirmations_at_once_count_once() -> None:
    petition = PetitionFactory.create()
    token = sign(petition)
    states: list[LinkState] = []

    def work() -> None:
        try:
            states.append(signatures.confirm(petition=petition, token=token).state)
        except OperationalError:
            states.append(LinkState.BROKEN)
        finally:
            connection.close()

    run(work, 16)
    assert sorted(states) == [LinkState.READY] + [LinkState.USED] * 15
    assert count(petition) == 1


def run(work: object, number: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(number)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
