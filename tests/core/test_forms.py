"""Text from strangers."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from cms.core.forms import MailAddressField, PlainTextField, plain_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada \t Lovelace \n", "Ada Lovelace"),
        ("Ada\u202eLovelace", "AdaLovelace"),
        ("Ada\u200b\ufeff\u2066", "Ada"),
        ("Ada\x07\x1b[31m", "Ada[31m"),
        ("A\udc80da", "Ada"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("\u200d\u200c ", ""),
        ("O’Brien-Żółć 李", "O’Brien-Żółć 李"),
    ],
)
def test_a_line_keeps_what_can_be_seen(typed: str, kept: str) -> None:
    assert plain_text(typed) == kept


def test_paragraphs_stay_and_empty_lines_do_not_pile_up() -> None:
    assert plain_text("One\r\ntwo  \r\r\n\n\n\nthree\u2028four", multiline=True) == (
        "One\ntwo\n\nthree\nfour"
    )


@given(st.text(), st.booleans())
def test_cleaned_text_is_clean_and_cleaning_it_again_changes_nothing(
    typed: str, multiline: bool
) -> None:
    cleaned = plain_text(typed, multiline=multiline)
    assert plain_text(cleaned, multiline=multiline) == cleaned
    cleaned.encode("utf-8")
    kinds = {unicodedata.category(character) for character in cleaned if character != "\n"}
    assert not kinds & {"Cc", "Cs"}
    assert multiline or "\n" not in cleaned


def test_a_null_character_is_an_error_that_says_so() -> None:
    with pytest.raises(ValidationError, match="Null characters"):
        PlainTextField().clean("Ada\x00")


def test_ten_kilobytes_in_a_line_are_an_error_that_says_so() -> None:
    with pytest.raises(ValidationError, match="at most 120 characters"):
        PlainTextField(max_length=120).clean("a" * 10_000)


def test_a_name_of_nothing_but_invisible_characters_is_missing() -> None:
    with pytest.raises(ValidationError, match="required"):
        PlainTextField().clean("\u202e\u200b\u2069")


@pytest.mark.parametrize("address", ["ada@example.org", "a.da+x@bücher.example", "ADA@example.org"])
def test_an_address_is_taken_as_written(address: str) -> None:
    assert MailAddressField().clean(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "ada",
        "ada@example.org\nBcc: all@example.org",
        "ada@example.org, bob@example.org",
        '"ada,bob"@example.org',
        '"ada bob"@example.org',
        "ada@[127.0.0.1]",
        "ada\u202e@example.org",
        "ada\x00@example.org",
        f"{'a' * 300}@example.org",
    ],
)
def test_what_could_be_two_addresses_or_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        MailAddressField().clean(address)
