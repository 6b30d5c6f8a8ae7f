"""Links whose text belies their target go live on no route."""

from __future__ import annotations

import pytest

from news.publication import PublicationRefused
from tests.factories.news import article, block

pytestmark = pytest.mark.django_db


def test_a_link_that_shows_one_address_and_leads_to_another_is_refused() -> None:
    link = '<p>Read <a href="https://evil.example/">gazette.example</a> first.</p>'
    page = article(opinion=[block("paragraph", link)])
    with pytest.raises(PublicationRefused, match="Opinion"):
        page.get_latest_revision().publish()


def test_a_link_to_the_source_itself_may_stand() -> None:
    page = article(source_address="https://gazette.example/story")
    latest = page.get_latest_revision_as_object()
    link = '<p>Read <a href="https://gazette.example/story">the story</a> first.</p>'
    latest.opinion = [block("paragraph", link)]
    latest.save_revision().publish()
    page.refresh_from_db()
    assert page.live


def test_emphasis_inside_an_address_does_not_hide_it() -> None:
    text = "<p>Write to jo<b>hn.d</b>oe@ho<i>use.g</i>ov today.</p>"
    page = article(opinion=[block("paragraph", text)])
    with pytest.raises(PublicationRefused, match="Opinion"):
        page.get_latest_revision().publish()


def test_a_contact_that_only_our_own_introduction_names_is_refused() -> None:
    page = article(
        introduction="Write to invented@nowhere.example.",
        opinion=[block("paragraph", "<p>Write to invented@nowhere.example.</p>")],
    )
    with pytest.raises(PublicationRefused, match="Opinion"):
        page.get_latest_revision().publish()


def test_a_block_that_the_form_would_refuse_is_refused_on_every_route() -> None:
    call = {"kind": "link", "text": "Go.", "link_title": "x", "link_address": "javascript:alert(1)"}
    page = article(action=[block("call_to_action", call)])
    with pytest.raises(PublicationRefused, match="Action: Call to action"):
        page.get_latest_revision().publish()
