"""The campaign page: days, deliveries, the signed list, the frame for other sites; and by whom."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import nested_form_data, rich_text

from advocacy import signed_list, tally
from advocacy.models import Delivery, Display, Petition, Representative, Signature, SignatureDay
from tests.factories.advocacy import (
    DeliveryFactory,
    NoticeFactory,
    PetitionFactory,
    RepresentativeFactory,
    SignatureFactory,
)
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def target() -> Representative:
    return RepresentativeFactory.create(last_name="Baldwin")


@pytest.fixture
def petition(target: Representative) -> Petition:
    return PetitionFactory.create(targets=[target], confirmed_count=2)


@pytest.fixture
def campaigner(client: Client) -> Client:
    client.force_login(UserFactory(role="Campaigners"))
    return client


def page(petition: Petition) -> str:
    return reverse("wagtailsnippets_advocacy_petition:inspect", args=[petition.pk])


def confirmed(petition: Petition, days_ago: int) -> Signature:
    return SignatureFactory.create(
        petition=petition,
        confirmed=True,
        confirmed_at=timezone.now() - timedelta(days=days_ago),
    )


@pytest.mark.parametrize("action", ["list", "edit"])
def test_the_list_and_the_form_lead_to_the_campaign(
    campaigner: Client, petition: Petition, action: str
) -> None:
    args = [petition.pk] if action == "edit" else []
    html = campaigner.get(
        reverse(f"wagtailsnippets_advocacy_petition:{action}", args=args)
    ).content.decode()
    assert page(petition) in html
    assert "Inspect" not in html


# Days ---------------------------------------------------------------------------------------------


def test_days_are_counted_once_and_then_only_from_the_last_one_on(petition: Petition) -> None:
    for days_ago in (5, 5, 1):
        confirmed(petition, days_ago)
    Petition.objects.update(confirmed_count=3)
    assert tally.update() == 1
    assert tally.update() == 0
    assert [row.count for row in petition.days.all()] == [2, 1]
    confirmed(petition, 0)
    Petition.objects.update(confirmed_count=4)
    with CaptureQueriesContext(connection) as captured:
        assert tally.update() == 1
    assert [row.count for row in petition.days.all()] == [2, 1, 1]
    [counting] = [q["sql"] for q in captured if "COUNT(" in q["sql"]]
    assert '"confirmed_at" >=' in counting


def test_the_chart_shows_every_day_between_and_no_day_of_an_ended_petition_after_its_last(
    petition: Petition,
) -> None:
    today = timezone.localdate()
    for days_ago, count in ((120, 7), (10, 4), (8, 2)):
        SignatureDay.objects.create(
            petition=petition, day=today - timedelta(days=days_ago), count=count
        )
    chart = tally.chart(petition)
    assert (len(chart.bars), chart.bars[-1].day, chart.before) == (90, today, 7)
    assert chart.most == 4
    assert max(bar.height for bar in chart.bars) == chart.height
    petition.status = "closed"
    ended = tally.chart(petition)
    assert ended.bars[-1].day == today - timedelta(days=8)
    assert tally.chart(PetitionFactory.create()).bars == []


def test_the_page_costs_the_same_for_few_signatures_and_for_many(
    campaigner: Client, petition: Petition
) -> None:
    def queries() -> int:
        campaigner.get(page(petition))
        with CaptureQueriesContext(connection) as captured:
            html = campaigner.get(page(petition)).content.decode()
        assert "<svg" in html
        assert "The same as a table" in html
        return len(captured)

    confirmed(petition, 1)
    tally.update()
    few = queries()
    for days_ago in range(20):
        confirmed(petition, days_ago)
    DeliveryFactory.create_batch(3, petition=petition)
    NoticeFactory.create_batch(3, petition=petition)
    tally.update()
    assert queries() == few


# Its life, in the admin ---------------------------------------------------------------------------


def test_a_petition_is_closed_by_the_second_press(campaigner: Client, petition: Petition) -> None:
    move = reverse("advocacy_move", args=[petition.pk, "closed"])
    assert move in campaigner.get(page(petition)).content.decode()
    assert "are not counted" in campaigner.get(move).content.decode()
    petition.refresh_from_db()
    assert petition.is_open
    html = campaigner.post(move, follow=True).content.decode()
    assert "is closed." in html
    petition.refresh_from_db()
    assert petition.status == "closed"


def test_a_win_is_told(campaigner: Client, petition: Petition) -> None:
    move = reverse("advocacy_move", args=[petition.pk, "won"])
    html = campaigner.post(move, nested_form_data({"outcome": rich_text("")})).content.decode()
    assert "Tell those who signed what came of it." in html
    told = nested_form_data({"outcome": rich_text("<p>The Senate voted.</p>")})
    assert campaigner.post(move, told).status_code == 302
    petition.refresh_from_db()
    assert petition.status == "won"
    assert "The Senate voted." in petition.outcome
    assert (
        reverse("advocacy_move", args=[petition.pk, "lost"])
        in campaigner.get(page(petition)).content.decode()
    )


def test_a_move_that_is_refused_says_why(campaigner: Client, petition: Petition) -> None:
    move = reverse("advocacy_move", args=[petition.pk, "open"])
    html = campaigner.post(move, follow=True).content.decode()
    assert "This petition is open, and cannot become open." in html
    assert campaigner.get(reverse("advocacy_move", args=[petition.pk, "x"])).status_code == 404


# Deliveries ---------------------------------------------------------------------------------------


def delivery_form(petition: Petition, to: Representative, **changed: Any) -> dict[str, Any]:
    return {
        "petition": petition.pk,
        "representative": to.pk,
        "delivered_on": "2026-06-20",
        "way": "hand",
        "signature_count": "",
        "delivered_by": "Theo Lindgren",
        "answer": "",
        "answered_on": "",
        **changed,
    }


def test_a_delivery_is_noted_and_readers_see_it_with_its_answer(
    campaigner: Client, petition: Petition, target: Representative
) -> None:
    add = reverse("wagtailsnippets_advocacy_delivery:add")
    html = campaigner.get(add, {"petition": petition.pk}).content.decode()
    assert petition.title in html
    answer = campaigner.post(add, delivery_form(petition, target))
    assert answer.status_code == 302, answer.context["form"].errors
    delivery = Delivery.objects.get()
    assert delivery.signature_count == 2, "as many as there were"
    html = campaigner.get(petition.get_absolute_url()).content.decode()
    assert "No answer yet." in html
    delivery.answer, delivery.answered_on = "We will vote for it.\n\nT. B.", date(2026, 7, 1)
    delivery.save()
    html = " ".join(campaigner.get(petition.get_absolute_url()).content.decode().split())
    assert "By hand on" in html
    assert "with 2 signatures, by Theo Lindgren" in html
    assert "<p>We will vote for it.</p>" in html
    assert "July 1, 2026" in html


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"delivered_on": "2999-01-01"}, "This day has not come yet."),
        ({"answered_on": "2026-06-30"}, "Say what they answered"),
        ({"answer": "Yes", "answered_on": "2026-06-01"}, "The answer came before the delivery."),
        ({"answer": "Yes", "answered_on": "2999-01-01"}, "This day has not come yet."),
        ({"signature_count": "-1"}, "greater than or equal to 0"),
        ({"signature_count": "9" * 30}, "less than or equal to"),
        ({"delivered_by": "x" * 200}, "at most 160 characters"),
        ({"answer": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused_beside_its_field(
    campaigner: Client,
    petition: Petition,
    target: Representative,
    changed: dict[str, str],
    words: str,
) -> None:
    add = reverse("wagtailsnippets_advocacy_delivery:add")
    html = campaigner.post(add, delivery_form(petition, target, **changed)).content.decode()
    assert words in html
    assert not Delivery.objects.exists()


def test_nobody_is_said_to_owe_an_answer_once_it_is_over(
    client: Client, petition: Petition
) -> None:
    DeliveryFactory.create(petition=petition, answer="")
    assert "No answer yet." in client.get(petition.get_absolute_url()).content.decode()
    Petition.objects.filter(pk=petition.pk).update(status="won", outcome="<p>They did it.</p>")
    assert "No answer yet." not in client.get(petition.get_absolute_url()).content.decode()


def test_a_petition_is_not_delivered_to_somebody_whom_it_does_not_ask(
    campaigner: Client, petition: Petition
) -> None:
    add = reverse("wagtailsnippets_advocacy_delivery:add")
    stranger = RepresentativeFactory.create()
    html = campaigner.post(add, delivery_form(petition, stranger)).content.decode()
    assert "The petition does not ask them." in html


def test_the_readers_page_costs_the_same_for_one_delivery_and_for_ten(
    client: Client, petition: Petition, target: Representative
) -> None:
    def queries() -> int:
        client.get(petition.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            client.get(petition.get_absolute_url())
        return len(captured)

    DeliveryFactory.create(petition=petition, representative=target)
    few = queries()
    DeliveryFactory.create_batch(9, petition=petition)
    assert queries() == few <= 8


# The signed list ----------------------------------------------------------------------------------


def test_the_signed_list_has_no_addresses_and_holds_no_formulas(
    campaigner: Client, petition: Petition
) -> None:
    SignatureFactory.create(
        petition=petition, confirmed=True, name="=1+1", comment='Because, "yes"', postal_code=""
    )
    SignatureFactory.create(petition=petition, confirmed=True, anonymised_at=timezone.now())
    SignatureFactory.create(petition=petition)
    address = reverse("advocacy_signed_csv", args=[petition.pk])
    answer = campaigner.post(address)
    assert answer.streaming
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "@" not in content
    [row] = csv.DictReader(io.StringIO(content, newline=""))
    assert row["Name"] == "'=1+1"
    assert row["Place"] == "United States"
    assert row["Comment"] == 'Because, "yes"'
    [entry] = ModelLogEntry.objects.filter(action="advocacy.signature.export")
    assert entry.data["count"] == 1
    assert campaigner.get(address).status_code == 405, "a link that is followed takes nothing"


@pytest.mark.parametrize("name", ["advocacy_signed_csv", "advocacy_signed_print"])
def test_comments_that_are_hidden_are_not_handed_over(
    campaigner: Client, petition: Petition, name: str
) -> None:
    for display in Display:
        SignatureFactory.create(
            petition=petition, confirmed=True, display=display, comment=f"It is {display.value}."
        )
    answer = campaigner.post(reverse(name, args=[petition.pk]))
    content = b"".join(answer).decode()
    assert content.count("Ada Lovelace") == len(Display), "each of them has signed"
    given = {display for display in Display if f"It is {display.value}." in content}
    assert given == set(Display) - {Display.HIDDEN}


def test_the_printed_list_comes_in_parts_and_is_valid(
    campaigner: Client,
    petition: Petition,
    monkeypatch: pytest.MonkeyPatch,
    html_valid: Callable[[bytes], None],
) -> None:
    monkeypatch.setattr(signed_list, "PART", 2)
    for number in range(3):
        SignatureFactory.create(petition=petition, confirmed=True, name=f"Signer {number}")
    address = reverse("advocacy_signed_print", args=[petition.pk])
    first = campaigner.post(address).content
    html_valid(first)
    assert b"part 1 of 2" in first
    assert b"@" not in first.split(b"<table>")[1]
    second = campaigner.post(address, {"part": "2"}).content.decode()
    assert "Signer 2" in second
    assert "Signer 0" not in second
    assert "<td>3</td>" in second
    for part in ("0", "x", "9" * 40, "٣"):
        assert campaigner.post(address, {"part": part}).status_code == 200


# On other sites -----------------------------------------------------------------------------------


def test_only_the_frame_may_be_framed_and_there_is_nothing_in_it_to_steal(
    client: Client, petition: Petition, html_valid: Callable[[bytes], None]
) -> None:
    answer = client.get(reverse("advocacy:embed", args=[petition.slug]))
    assert "X-Frame-Options" not in answer.headers
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert "default-src 'none'" in policy
    assert not answer.cookies
    html = answer.content.decode()
    assert "<form" not in html
    assert "<script" not in html
    assert 'target="_blank" rel="noopener"' in html
    html_valid(answer.content)
    other = client.get(petition.get_absolute_url())
    assert other["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
    assert client.post(reverse("advocacy:embed", args=[petition.slug])).status_code == 405


def test_the_code_to_copy_is_escaped(campaigner: Client, petition: Petition) -> None:
    Petition.objects.update(title='"><script>alert(1)</script>')
    html = campaigner.get(page(petition)).content.decode()
    assert "<script>alert(1)" not in html
    assert f"/petitions/{petition.slug}/embed/" in html


def test_the_campaign_of_an_unpublished_petition_offers_nothing_to_hand_out(
    campaigner: Client,
) -> None:
    petition = PetitionFactory.create(live=False)
    html = campaigner.get(page(petition)).content.decode()
    assert re.search(r'class="dt-badge[^>]*>Not published<', html)
    assert reverse("wagtailsnippets_advocacy_petition:edit", args=[petition.pk]) in html
    assert "/embed/" not in html


def test_an_unpublished_petition_has_no_frame(client: Client) -> None:
    petition = PetitionFactory.create(live=False)
    assert client.get(reverse("advocacy:embed", args=[petition.slug])).status_code == 404


# By whom ------------------------------------------------------------------------------------------

ROLES = ["Editors", "Reviewers", "Moderators", "Campaigners", ""]


@pytest.mark.parametrize("role", ROLES)
def test_each_address_answers_to_those_whose_work_it_is(
    client: Client, petition: Petition, role: str
) -> None:
    notice = NoticeFactory.create(petition=petition)
    delivery = DeliveryFactory.create(petition=petition)
    if role:
        client.force_login(UserFactory(role=role))
    headers = {"X-Requested-With": "XMLHttpRequest"}
    ours = role == "Campaigners"
    reads = role in {"Editors", "Reviewers", "Campaigners"}
    expected = {
        ("get", page(petition)): reads,
        ("get", reverse("advocacy_move", args=[petition.pk, "closed"])): ours,
        ("post", reverse("advocacy_signed_csv", args=[petition.pk])): ours,
        ("post", reverse("advocacy_signed_print", args=[petition.pk])): ours,
        ("get", reverse("advocacy_new_notice", args=[petition.pk])): ours,
        ("get", reverse("advocacy_notice", args=[petition.pk, notice.pk])): ours,
        ("get", reverse("advocacy_edit_notice", args=[petition.pk, notice.pk])): ours,
        ("get", reverse("wagtailsnippets_advocacy_delivery:add")): ours,
        ("get", reverse("wagtailsnippets_advocacy_delivery:edit", args=[delivery.pk])): ours,
        ("get", reverse("advocacy_invalidation_modeladmin_index")): ours,
    }
    answers = {
        (method, address): getattr(client, method)(address, headers=headers).status_code == 200
        for method, address in expected
    }
    assert answers == expected
    if not ours:
        for address in (
            reverse("advocacy_move", args=[petition.pk, "closed"]),
            reverse("advocacy_notice", args=[petition.pk, notice.pk]),
        ):
            assert client.post(address, {"receivers": "0", "test": "1"}).status_code in {302, 403}
        petition.refresh_from_db()
        assert petition.is_open
