"""Contact details in a text: the labelled corpus, and what holds for any text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.drafting.guard import ContactKind, find_contacts
from tests.news.drafting.guard_corpus import CONTACTS, ORDINARY


def kinds(text: str) -> Counter[str]:
    return Counter(str(contact.kind) for contact in find_contacts(text))


@pytest.mark.parametrize(("text", "expected"), CONTACTS, ids=[text for text, _ in CONTACTS])
def test_contact_details_are_found_and_named_by_kind(text: str, expected: list[str]) -> None:
    assert kinds(text) == Counter(expected)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_prose_has_no_contact_details(text: str) -> None:
    assert [contact.text for contact in find_contacts(text)] == []


def test_precision_and_recall_over_the_corpus_are_one(
    record_property: Callable[[str, object], None],
) -> None:
    labelled = [*CONTACTS, *((text, []) for text in ORDINARY)]
    right = found = wanted = 0
    for text, expected in labelled:
        got = kinds(text)
        right += (got & Counter(expected)).total()
        found += got.total()
        wanted += len(expected)
    precision, recall = right / found, right / wanted
    record_property("rows", len(labelled))
    record_property("precision", precision)
    record_property("recall", recall)

    assert wanted >= 190
    assert len(ORDINARY) >= 120
    assert (precision, recall) == (1.0, 1.0), f"{precision=:.3f} {recall=:.3f}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Call (202) 555-0143 today.", "(202) 555-0143"),
        ("Call +1 (202) 555-0143 today.", "+1 (202) 555-0143"),
        ("Call them (202-555-0143) today.", "202-555-0143"),
    ],
)
def test_a_number_is_named_with_the_parenthesis_that_belongs_to_it(text: str, found: str) -> None:
    assert [contact.text for contact in find_contacts(text)] == [found]


@pytest.mark.parametrize(
    "neighbour", ["See here: {}", "{}, please.", "({})", "\n{}\n", "It is {}."]
)
def test_contact_details_are_found_among_other_words(neighbour: str) -> None:
    for written in (
        "jane@house.gov",
        "202-224-3121",
        "717 Hart Senate Office Building",
        "https://example.org/a",
    ):
        (contact,) = find_contacts(neighbour.format(written))
        assert contact.text == written


def test_a_contact_says_where_it_stood_and_how_it_was_written() -> None:
    text = "Write to n\u0430\u200bme@house.gov, or call (202) 224-3121."

    mail, phone = find_contacts(text)

    assert text[mail.start : mail.end] == mail.text == "n\u0430\u200bme@house.gov"
    assert (mail.kind, phone.kind) == (ContactKind.EMAIL, ContactKind.PHONE)
    assert text[phone.start : phone.end] == phone.text
    assert phone.value == "+12022243121"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(202) 224-3121", "two oh two, 2 2 4 3 1 2 1"),
        ("+1 202 224 3121", "1.202.224.3121"),
        ("1-800-356-9377", "1-800-FLOWERS"),
        ("Name@House.gov", "name [at] house dot gov"),
        ("https://www.example.org/a/", "example.org/a"),
        ("example.org", "EXAMPLE.ORG"),
        ("717 Hart Senate Office Building", "717  Hart Senate Office Bldg."),
        ("1600 Pennsylvania Ave. NW", "1600 Pennsylvania Avenue, N.W."),
    ],
)
def test_the_same_contact_has_one_value_however_it_is_written(one: str, other: str) -> None:
    assert [c.value for c in find_contacts(one)] == [c.value for c in find_contacts(other)]


def test_letters_of_another_script_do_not_make_the_same_address() -> None:
    (plain,), (spoofed,) = find_contacts("change.org"), find_contacts("ch\u0430nge.org")
    assert plain.value != spoofed.value


def test_one_stretch_of_text_is_one_contact() -> None:
    (contact,) = find_contacts("https://example.org/202-224-3121?to=jane@house.gov")
    assert contact.kind is ContactKind.WEB_ADDRESS


@given(st.text(max_size=400))
def test_any_text_can_be_searched(text: str) -> None:
    for contact in find_contacts(text):
        assert text[contact.start : contact.end] == contact.text != ""


PIECES = [
    "@", ".", " at ", " dot ", "[dot]", "(at)", "house", "gov", "com", "202", "224", "3121", "two",
    "oh", "-", " ", "(", ")", "+1", "www.", "http://", "<a href='", "'>", "</a>", "<", ">", "&#64;",
    "&", ";", "Hart", "717 ", "Main St", "P.O. Box ", "\u200b", "\u0430", "\uff20", "\U000e0041",
    "\u0301", "\n", "[", "](", "1-800-", "FLOWERS", "DC 20510", "::", "1:", "double ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_mixture_of_what_contacts_are_made_of_can_be_searched(text: str) -> None:
    found = find_contacts(text)
    spans = [(contact.start, contact.end) for contact in found]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@given(
    st.sampled_from(["jane@house.gov", "202-224-3121", "change.org", "717 Hart Senate Office"]),
    st.lists(st.sampled_from("\u200b\u200d\u2060\u00ad\ufeff\U000e0041\u034f"), max_size=8),
    st.data(),
)
def test_unseen_characters_hide_nothing(
    written: str, unseen: list[str], data: st.DataObject
) -> None:
    text = written
    for character in unseen:
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + character + text[at:]
    assert [c.value for c in find_contacts(text)] == [c.value for c in find_contacts(written)]
