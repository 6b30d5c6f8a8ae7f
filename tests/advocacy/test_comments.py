"""Who is shown under a petition, and who decides on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from advocacy import comments, signatures
from advocacy.models import Display, Petition, Signature
from advocacy.zip_states import state_of
from cms.core.models import User
from tests.advocacy.test_signatures import sign
from tests.advocacy.test_signing_pages import filled_in
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory, SignatureFactory
from tests.factories.people import UserFactory, campaigner

pytestmark = pytest.mark.django_db
QUEUE = "/admin/signers/"


@pytest.fixture
def petition() -> Petition:
    return PetitionFactory.create(targets=[RepresentativeFactory.create()])


@pytest.fixture
def user(client: Client) -> User:
    person = campaigner()
    client.force_login(person)
    return person


def offered(petition: Petition, display: Display = Display.WAITING, **kwargs: object) -> Signature:
    return SignatureFactory.create(petition=petition, confirmed=True, display=display, **kwargs)


def page(client: Client, petition: Petition) -> str:
    return client.get(petition.get_absolute_url()).content.decode()


def display_of(signature: Signature) -> str:
    signature.refresh_from_db()
    return signature.display


# What readers see ---------------------------------------------------------------------------------


def test_nobody_is_shown_who_did_not_tick_the_box(client: Client, petition: Petition) -> None:
    html = page(client, petition)
    box = html[html.index('name="may_be_shown"') - 60 : html.index('name="may_be_shown"') + 60]
    assert "checked" not in box
    client.post(petition.get_absolute_url(), filled_in(comment="My words"))
    assert Signature.objects.get().display == Display.PRIVATE


def test_who_ticked_it_waits_until_confirmed_and_approved(
    client: Client, petition: Petition
) -> None:
    token = sign(petition, comment="For my children", may_be_shown=True)
    assert not comments.queue(Display.WAITING).exists(), "nobody confirmed it"
    signatures.confirm(petition=petition, token=token)
    assert "For my children" not in page(client, petition)
    [waiting] = comments.queue(Display.WAITING)
    comments.decide(signatures=[waiting.pk], display=Display.SHOWN, user=UserFactory.create())
    html = page(client, petition)
    assert "For my children" in html
    assert "<b>Ada L.</b>, Wisconsin" in html
    assert "Lovelace" not in html


def test_a_stranger_cannot_tick_the_box_for_a_signer(petition: Petition) -> None:
    first = sign(petition, comment="Private")
    sign(petition, comment="Private", may_be_shown=True)
    assert signatures.confirm(petition=petition, token=first).state == "superseded"
    assert not comments.queue(Display.WAITING).exists()


def test_the_confirm_page_says_what_will_be_shown(client: Client, petition: Petition) -> None:
    token = sign(petition, comment="Mine", may_be_shown=True)
    address = reverse("advocacy:confirm", args=[petition.slug, token])
    assert "“Ada L., Wisconsin” and your comment" in client.get(address).content.decode()
    token = sign(petition, comment="Mine")
    address = reverse("advocacy:confirm", args=[petition.slug, token])
    assert "Your name and comment are not shown." in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("name", "country", "postal_code", "shown"),
    [
        ("Ada Lovelace", "US", "53703", "Ada L., Wisconsin"),
        ("Ada King Lovelace", "US", "96799", "Ada L., American Samoa"),
        ("Ada", "US", "09012", "Ada, United States"),
        ("李 明", "DE", "", "李 明., Germany"),
        ("Żółć O’Brien", "PR", "", "Żółć O., "),
        ("", "US", "", ", United States"),
    ],
)
def test_a_name_is_shortened_and_a_place_is_a_state_or_a_country(
    name: str, country: str, postal_code: str, shown: str
) -> None:
    signature = Signature(name=name, country=country, postal_code=postal_code)
    assert f"{signature.public_name}, {signature.place}" == shown


@pytest.mark.parametrize(
    ("postal_code", "state"),
    [
        ("00501", "NY"), ("00601", "PR"), ("00802", "VI"), ("02108", "MA"), ("06390", "CT"),
        ("20500", "DC"), ("20101", "VA"), ("34701", "FL"), ("53703-1234", "WI"), ("59001", "MT"),
        ("73301", "TX"), ("83414", "WY"), ("88510", "TX"), ("90210", "CA"), ("96910", "GU"),
        ("96950", "MP"), ("99501", "AK"), ("09012", None), ("00000", None), ("", None),
    ],
)  # fmt: skip
def test_a_zip_code_names_its_state(postal_code: str, state: str | None) -> None:
    assert state_of(postal_code) == state


def test_the_newest_ten_are_shown(client: Client, petition: Petition) -> None:
    now = timezone.now()
    for n in range(12):
        shown = offered(petition, Display.SHOWN, comment=f"Reason {n:02}")
        Signature.objects.filter(pk=shown.pk).update(confirmed_at=now - timedelta(hours=n))
    html = page(client, petition)
    reasons = [n for n in range(12) if f"Reason {n:02}" in html]
    assert reasons == list(range(10))
    assert html.index("Reason 00") < html.index("Reason 01")


def test_what_is_hidden_or_no_longer_confirmed_is_not_shown(
    client: Client, petition: Petition
) -> None:
    offered(petition, Display.HIDDEN, comment="Hidden words")
    SignatureFactory.create(petition=petition, display=Display.SHOWN, comment="Pending words")
    offered(PetitionFactory.create(), Display.SHOWN, comment="Words elsewhere")
    html = page(client, petition)
    assert "words" not in html.replace("in a few words", "")
    assert "Who signed lately" not in html


def test_markup_in_a_shown_comment_is_text(
    client: Client, petition: Petition, html_valid: Callable[[bytes], None]
) -> None:
    offered(
        petition,
        Display.SHOWN,
        name="<b>Ada</b> <img src=x onerror=alert(1)>",
        comment="<script>alert(1)</script>\n\n=cmd|' /C calc'!A0",
    )
    answer = client.get(petition.get_absolute_url())
    assert b"<script>alert" not in answer.content
    assert b"<img src=x" not in answer.content
    html_valid(answer.content)


def test_the_page_costs_as_many_queries_with_signers_and_counts_none(
    client: Client, petition: Petition
) -> None:
    SignatureFactory.create_batch(30, petition=petition, confirmed=True, display=Display.SHOWN)
    client.get(petition.get_absolute_url())
    with CaptureQueriesContext(connection) as captured:
        client.get(petition.get_absolute_url())
    assert len(captured) <= 8
    asked = [query["sql"] for query in captured.captured_queries]
    assert not [sql for sql in asked if "COUNT(" in sql.upper()]


def test_the_signers_of_a_page_are_found_by_an_index_and_are_not_sorted(
    petition: Petition,
) -> None:
    many = [
        Signature(
            petition=petition, email=f"{n}@example.org", email_key=f"{n}@example.org",
            status="confirmed", confirmed_at=timezone.now(), display="private" if n % 50 else "shown",
        )
        for n in range(5000)
    ]  # fmt: skip
    Signature.objects.bulk_create(many, batch_size=1000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE advocacy_signature")
    shown = petition.signatures.offered(Display.SHOWN).order_by("-confirmed_at")[:10]
    plan = shown.explain()
    assert "signature_display_idx" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


# The queue ----------------------------------------------------------------------------------------


def post(client: Client, *rows: Signature, decision: str = "shown", **more: str) -> int:
    data = {"signature": [row.pk for row in rows], "decision": decision, **more}
    return client.post(QUEUE, data).status_code


def test_the_queue_lists_who_waits_oldest_first_with_numbers(
    client: Client, user: User, petition: Petition
) -> None:
    now = timezone.now()
    for n, words in enumerate(("Later words", "Earlier words")):
        row = offered(petition, comment=words)
        Signature.objects.filter(pk=row.pk).update(confirmed_at=now - timedelta(hours=n))
    offered(petition, Display.SHOWN, comment="Shown words")
    offered(petition, Display.HIDDEN, comment="Hidden words")
    SignatureFactory.create(petition=petition, confirmed=True, comment="Private words")
    html = client.get(QUEUE).content.decode()
    assert html.index("Earlier words") < html.index("Later words")
    for words in ("Shown words", "Hidden words", "Private words"):
        assert words not in html
    assert comments.counts() == {Display.SHOWN: 1, Display.HIDDEN: 1, Display.WAITING: 2}
    assert comments.counts(PetitionFactory.create())[Display.WAITING] == 0
    assert "Hidden words" in client.get(QUEUE, {"display": "hidden"}).content.decode()


def test_many_are_shown_at_once_and_all_of_it_can_be_undone(
    client: Client, user: User, petition: Petition
) -> None:
    rows = [offered(petition) for _ in range(3)]
    hidden = offered(petition, Display.HIDDEN)
    assert post(client, *rows, hidden) == 302
    assert {display_of(row) for row in (*rows, hidden)} == {"shown"}
    assert b"Undo the last decision (4)" in client.get(QUEUE).content
    client.post(QUEUE, {"undo": "1"})
    assert {display_of(row) for row in rows} == {"waiting"}
    assert display_of(hidden) == "hidden"
    assert b"Undo the last decision" not in client.get(QUEUE).content
    client.post(QUEUE, {"undo": "1"})
    assert display_of(rows[0]) == "waiting"


def test_undoing_leaves_what_somebody_else_decided_since(
    client: Client, user: User, petition: Petition
) -> None:
    one, other = offered(petition), offered(petition)
    post(client, one, other)
    comments.decide(signatures=[one.pk], display=Display.HIDDEN, user=UserFactory.create())
    client.post(QUEUE, {"undo": "1"})
    assert (display_of(one), display_of(other)) == ("hidden", "waiting")


def test_nobody_can_show_a_signer_who_did_not_agree_or_did_not_confirm(
    client: Client, user: User, petition: Petition
) -> None:
    private = SignatureFactory.create(petition=petition, confirmed=True)
    pending = SignatureFactory.create(petition=petition, display=Display.WAITING)
    post(client, private, pending)
    assert (display_of(private), display_of(pending)) == ("private", "waiting")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"decision": "private", "signature": "1"}, 400),
        ({"decision": "", "signature": "1"}, 400),
        ({"decision": "shown"}, 302),
        ({"decision": "shown", "signature": ["x", "", "-1", "٣", "1" * 40, "\x00"]}, 302),
        ({"decision": "shown", "signature": "999999999"}, 302),
        ({"undo": "1"}, 302),
        ({}, 400),
    ],
)
def test_a_broken_request_changes_nothing(
    client: Client, user: User, petition: Petition, data: dict[str, object], status: int
) -> None:
    row = offered(petition)
    assert client.post(QUEUE, data).status_code == status
    assert display_of(row) == "waiting"


@pytest.mark.parametrize("asked", [{"display": "x"}, {"p": "x"}, {"p": "0"}, {"p": "9" * 30}])
def test_any_address_of_the_queue_answers(
    client: Client, user: User, petition: Petition, asked: dict[str, str]
) -> None:
    offered(petition)
    assert client.get(QUEUE, asked).status_code == 200


def test_only_those_with_the_permission_see_and_decide(client: Client, petition: Petition) -> None:
    row = offered(petition)
    assert client.get(QUEUE).status_code == 302, "to the login"
    client.force_login(UserFactory.create())
    assert client.get(QUEUE).status_code == client.post(QUEUE, {"undo": "1"}).status_code == 302
    assert post(client, row) == 302
    assert display_of(row) == "waiting"


def test_each_decision_stands_in_the_petition_s_history(
    client: Client, user: User, petition: Petition
) -> None:
    post(client, offered(petition), offered(petition))
    entry = ModelLogEntry.objects.get(action=comments.LOG_ACTION)
    assert (entry.object_id, entry.user) == (str(petition.pk), user)
    assert entry.data == {"display": "shown", "number": 2}
    assert entry.formatter.format_message(entry) == "Signers decided on: 2 shown"


def test_the_queue_asks_as_often_for_fifty_as_for_five(
    client: Client, user: User, petition: Petition
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(QUEUE)
        return len(captured)

    for _ in range(5):
        offered(petition)
    client.get(QUEUE)
    few = queries()
    for _ in range(60):
        offered(petition)
    assert queries() == few
    html = client.get(QUEUE).content.decode()
    assert "Page 1 of 2" in html
