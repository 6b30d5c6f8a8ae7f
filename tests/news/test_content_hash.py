"""What an approval is bound to."""

from __future__ import annotations

import pytest

from news import provenance
from news.models import ArticlePage
from tests.factories.advocacy import PetitionFactory
from tests.factories.news import article, block

pytestmark = pytest.mark.django_db


def test_reading_a_section_does_not_change_its_hash() -> None:
    call = {"kind": "petition", "text": "Sign it.", "petition": PetitionFactory().pk}
    item = block("item", {"kind": "read", "text": "Read it."})
    page = article(
        action=[block("call_to_action", call)],
        to_do=[block("group", {"heading": "Today", "items": [item]})],
    )
    fresh = ArticlePage.objects.get(pk=page.pk)
    for section in (fresh.action, fresh.to_do):
        before = provenance.content_hash(section)
        for child in section:
            assert child.value
        assert provenance.content_hash(section) == before


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_field_is_the_same_content_however_it_is_stored(empty: str | None) -> None:
    absent = {"kind": "link", "text": "Read it.", "link_title": "The rule"}
    sections = [
        article(action=[block("call_to_action", value)]).action
        for value in (absent, {**absent, "link_address": empty})
    ]
    first, second = map(provenance.content_hash, sections)
    assert first == second


@pytest.mark.parametrize(
    ("stored", "by_a_form"),
    [
        ("<p>Who pays?</p>\n<p>All of us.</p>", "<p>Who pays?</p><p>All of us.</p>"),
        ("Dear all,\n\nwho pays?\n", "Dear all,\r\n\r\nwho pays?"),
    ],
)
def test_lines_end_alike_however_they_are_stored(stored: str, by_a_form: str) -> None:
    sections = [
        article(action=[block("question", {"question": "Who pays?", "why": text})]).action
        for text in (stored, by_a_form, by_a_form.replace("?", "!"))
    ]
    first, second, other = map(provenance.content_hash, sections)
    assert first == second != other


def test_a_changed_word_changes_the_hash() -> None:
    sections = [
        article(action=[block("question", {"question": text, "why": ""})]).action
        for text in ("Who pays?", "Who pays now?")
    ]
    first, second = map(provenance.content_hash, sections)
    assert first != second
