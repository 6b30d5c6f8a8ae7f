"""Letters: tokens, and the ways in which a letter is sent."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from advocacy.letters import (
    MAILTO_LIMIT,
    FilledLetter,
    Sender,
    copy_for,
    in_words,
    open_places,
    shared_by,
    unknown_tokens,
)
from advocacy.models import Office
from tests.factories.advocacy import ChannelFactory, LetterFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db


def test_every_token_is_filled_in_for_its_target() -> None:
    representative = RepresentativeFactory.create(
        first_name="Laura", last_name="Friedman", office=Office.REPRESENTATIVE, state="CA",
        district="30",
    )  # fmt: skip
    copy = copy_for(
        representative,
        subject="{title} {name}",
        body="{salutation}, {office}, {district}, {state}",
    )
    assert copy.filled.subject == "Representative Laura Friedman"
    assert copy.filled.body == (
        "Dear Representative Friedman, U.S. Representative, California's 30th district, "
        "30th district, California"
    )


def test_what_a_name_holds_is_not_taken_for_a_token() -> None:
    representative = RepresentativeFactory.create(name="{state} {name}")
    assert copy_for(representative, subject="{name}", body="").filled.subject == "{state} {name}"


def test_a_token_that_nothing_is_known_for_is_refused_by_its_name() -> None:
    letter = LetterFactory.build(subject="To {nmae}", body="{salutation} {pronoun} {x y}")
    with pytest.raises(ValidationError) as refused:
        letter.full_clean()
    assert "{nmae}" in refused.value.message_dict["subject"][0]
    assert "{pronoun}, {x y}" in refused.value.message_dict["body"][0]
    assert unknown_tokens("{salutation} {state}") == []


def test_without_a_target_tokens_stand_in_words() -> None:
    assert in_words(subject="To {name}", body="{salutation},").body == "Dear [title and name],"


ADA = Sender(name="Ada Lovelace", address="12 Analytical Row\nMadison, WI 53703")


@pytest.mark.parametrize(
    ("body", "signed"),
    [
        ("Yours,\n[Your name and ZIP code]", f"Yours,\n{ADA.lines}"),
        ("Yours,\n[your name]\n\nP.S. Soon.", f"Yours,\n{ADA.lines}\n\nP.S. Soon."),
        ("Yours", f"Yours\n\n{ADA.lines}"),
        ("Yours,\nAda Lovelace", "Yours,\nAda Lovelace"),
        ("[Your name] asks.\n[Your name]", f"[Your name] asks.\n{ADA.lines}"),
    ],
)
def test_name_and_address_stand_once_at_the_end_of_what_goes_by_mail(
    body: str, signed: str
) -> None:
    assert FilledLetter("Hello", body).signed(ADA).body == signed
    assert FilledLetter("Hello", body).signed(Sender()).body == body


def test_the_text_to_edit_keeps_only_the_tokens_that_differ() -> None:
    wisconsin = [RepresentativeFactory.build(last_name=name) for name in ("Baldwin", "Johnson")]
    text = "{salutation}, of {state}"
    assert shared_by(wisconsin[:1], text) == "Dear Senator Baldwin, of Wisconsin"
    assert shared_by(wisconsin, text) == "{salutation}, of Wisconsin"
    other = RepresentativeFactory.build(state="CA")
    assert shared_by([*wisconsin, other], text) == text


def test_what_waits_for_the_reader_is_named_but_not_the_place_for_their_name() -> None:
    body = "[One sentence.] and [One sentence.]\n[Your name and ZIP code] [] [x\ny]"
    assert open_places(body) == ["[One sentence.]"]


def test_a_mail_link_carries_the_letter_and_breaks_no_header() -> None:
    link = FilledLetter(subject="A & B?\r\nBcc: x", body="One\n\ntwö & three").mailto("a@b.gov")
    parts = urlsplit(link)
    assert (parts.scheme, parts.path) == ("mailto", "a@b.gov")
    assert parse_qs(parts.query) == {
        "subject": ["A & B?\r\nBcc: x"],
        "body": ["One\r\n\r\ntwö & three"],
    }
    assert "\n" not in link


def test_a_letter_too_long_for_a_link_is_left_to_be_copied() -> None:
    link = FilledLetter(subject="Hello", body="ü" * 1000).mailto("a@b.gov")
    assert link == "mailto:a@b.gov?subject=Hello"
    assert len(FilledLetter(subject="Hello", body="x" * 500).mailto("a@b.gov")) <= MAILTO_LIMIT


def test_the_page_offers_what_the_registry_has_and_no_more(client: Client) -> None:
    senator = RepresentativeFactory.create(last_name="Baldwin")
    for kind, value in (
        ("form", "https://www.baldwin.senate.gov/contact"),
        ("phone", "202-224-5653"),
        ("post", "141 Hart Senate Office Building, Washington, DC 20510"),
    ):
        ChannelFactory.create(representative=senator, kind=kind, value=value)
    ChannelFactory.create(
        representative=senator, kind="email", value="made-up@example.gov", unchecked=True
    )
    letter = LetterFactory.create(targets=[senator])
    html = client.get(letter.get_absolute_url()).content.decode()
    assert "Dear Senator Baldwin," in html
    assert 'href="https://www.baldwin.senate.gov/contact"' in html
    assert "tel:+12022245653" in html
    assert "I am calling Senator Tammy Baldwin" in html
    assert "Washington, DC 20510" in html
    assert "made-up@example.gov" not in html
    assert "mailto:" not in html


def test_a_checked_mail_address_opens_the_letter_in_a_mail_program(client: Client) -> None:
    senator = RepresentativeFactory.create()
    ChannelFactory.create(representative=senator, kind="email", value="office@example.gov")
    letter = LetterFactory.create(targets=[senator])
    assert (
        "mailto:office@example.gov?subject="
        in client.get(letter.get_absolute_url()).content.decode()
    )


def test_a_letter_without_targets_is_for_the_readers_own_representatives(client: Client) -> None:
    html = client.get(LetterFactory.create().get_absolute_url()).content.decode()
    assert "To your own representatives" in html
    assert 'name="zip"' in html
    assert "Dear [title and name]," in html
    assert "/representatives/" in html


def test_a_draft_has_no_page(client: Client) -> None:
    assert client.get(LetterFactory.create(live=False).get_absolute_url()).status_code == 404


def test_the_page_costs_the_same_for_one_target_and_for_ten(client: Client) -> None:
    def queries(number: int) -> int:
        targets = RepresentativeFactory.create_batch(number)
        for target in targets:
            ChannelFactory.create_batch(3, representative=target)
        address = LetterFactory.create(targets=targets).get_absolute_url()
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    assert queries(10) == queries(1)


def test_the_page_is_valid_html(client: Client, html_valid: Callable[[bytes], None]) -> None:
    senator = RepresentativeFactory.create()
    for kind, value in (
        ("form", "https://www.baldwin.senate.gov/contact"),
        ("phone", "202-224-5653"),
        ("email", "office@example.gov"),
        ("post", "141 Hart Senate Office Building, Washington, DC 20510"),
    ):
        ChannelFactory.create(representative=senator, kind=kind, value=value)
    html_valid(client.get(LetterFactory.create(targets=[senator]).get_absolute_url()).content)
    html_valid(client.get(LetterFactory.create().get_absolute_url()).content)
