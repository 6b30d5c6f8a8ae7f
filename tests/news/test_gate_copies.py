"""A model's text stays a model's text, wherever somebody carries it."""

from __future__ import annotations

import pytest

from news.publication import PublicationRefused
from tests.factories.news import article, block, drafted, paragraph
from tests.factories.people import editor

pytestmark = pytest.mark.django_db

DRAFTED = (
    "A deadline without money lands on whoever can least pay, so the states are right to ask for"
    " both, and the committee is right to write the date into the law before it counts the cost."
)


def test_a_draft_carried_to_another_article_with_a_word_changed_is_refused() -> None:
    writer = editor()
    drafted(article(save_as=writer), "opinion", [paragraph(DRAFTED)], by=writer)
    other = article(save_as=writer, opinion=[paragraph(DRAFTED.replace("least", "hardly"))])
    with pytest.raises(PublicationRefused, match="Opinion"):
        other.get_latest_revision().publish()


def test_a_draft_with_every_tenth_word_replaced_is_still_the_models() -> None:
    writer = editor()
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    words = DRAFTED.split()
    words[::10] = ["something"] * len(words[::10])
    latest = page.get_latest_revision_as_object()
    latest.opinion = [paragraph(" ".join(words))]
    with pytest.raises(PublicationRefused, match="Opinion"):
        latest.save_revision(user=writer).publish()


def test_a_drafted_paragraph_in_the_body_is_refused() -> None:
    writer = editor()
    page = article(save_as=writer)
    blocks = [paragraph(DRAFTED)]
    drafted(page, "opinion", blocks, by=writer)
    latest = page.get_latest_revision_as_object()
    latest.opinion = []
    latest.body = [block("paragraph", f"<p>{DRAFTED}</p>")]
    with pytest.raises(PublicationRefused, match="Body"):
        latest.save_revision(user=writer).publish()
