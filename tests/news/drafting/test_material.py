"""A draft is offered what belongs to its story, and nothing else."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from advocacy.models import Office, PetitionStatus
from news.drafting.material import (
    ENTRIES_AT_MOST,
    already_written,
    article_material,
    registry_entries,
)
from news.drafting.topics import Story
from news.models import ArticlePage
from tests.factories.advocacy import LetterFactory, PetitionFactory, RepresentativeFactory
from tests.factories.news import CategoryFactory, article, block, paragraph

pytestmark = pytest.mark.django_db


def about_clinics(**fields: Any) -> ArticlePage:
    """An article on a clinic that closes."""
    body = paragraph(
        "Harbor County will close its last clinic in November. Nurses said that patients without"
        " insurance have nowhere else to go. The nearest hospital is an hour away."
    )
    return article(
        **{"title": "The last clinic of the county closes", "introduction": "", "body": [body]}
        | fields
    )


def ids(page: ArticlePage) -> list[str]:
    return [entry.id for entry in registry_entries(page)]


# Petitions and letters ----------------------------------------------------------------------------


def test_an_unrelated_letter_and_petition_are_not_offered() -> None:
    LetterFactory()
    PetitionFactory()
    assert ids(about_clinics()) == []


def test_one_shared_word_is_a_coincidence_and_two_are_a_subject() -> None:
    LetterFactory(slug="one", title="Keep the clinic of Port Ellen", subject="A request")
    two = LetterFactory(slug="two", title="Keep the clinic", subject="What patients are owed")
    assert ids(about_clinics()) == [f"letter:{two.pk}"]


@pytest.mark.parametrize(
    "place",
    [
        {"title": "Patients without a clinic"},
        {"introduction": "Patients lose a clinic."},
        {"body": [paragraph("Patients lose their clinic.")]},
        {"body": [block("heading", "Patients and clinic")]},
        {"body": [block("quote", {"quote": "Patients need a clinic", "attribution": "A nurse"})]},
    ],
)
def test_title_introduction_and_body_all_count(place: dict[str, object]) -> None:
    petition = PetitionFactory(title="A clinic for all", summary="Patients come first.")
    blank = {"title": "X", "introduction": "", "body": []}
    assert ids(about_clinics(**{**blank, **place})) == [f"petition:{petition.pk}"]


@pytest.mark.parametrize(
    "title",
    [
        "Please protect people: a petition to the Senate",
        "There would be another petition about these states",
        "Ask your senators and representatives for an answer before Friday",
    ],
)
def test_words_that_stand_in_every_petition_are_no_subject(title: str) -> None:
    LetterFactory(title=title, subject=title)
    page = about_clinics(
        introduction="Please ask your senators and representatives: people in these states would"
        " protect their answer before another Friday. There is a petition to the Senate."
    )
    assert ids(page) == []


def test_words_match_whole_and_without_case_and_possessives() -> None:
    whole = PetitionFactory(title="UKRAINE’S guarantees", summary="In writing.")
    PetitionFactory(title="Ukrainian guaranteed", summary="Securities.")
    page = about_clinics(introduction="Security guarantees for Ukraine were discussed.")
    assert ids(page) == [f"petition:{whole.pk}"]


def test_markup_and_addresses_of_the_story_are_no_words_of_it() -> None:
    LetterFactory(title="The clinic and the patients", subject="Both")
    page = article(
        title="Something else",
        introduction="",
        body=[
            block(
                "paragraph",
                '<p>All is <a href="https://clinic.example/clinic/patients/">well</a>.</p>'
                '<p style="display:none">clinic patients</p>',
            )
        ],
    )
    assert ids(page) == []


def test_the_nearest_two_of_a_kind_are_offered() -> None:
    subjects = ("clinic patients", "clinic patients nurses insurance", "clinic patients hospital")
    letters = [LetterFactory(title=f"On {words}", subject="Now") for words in subjects]
    assert ids(about_clinics()) == [f"letter:{letters[1].pk}", f"letter:{letters[2].pk}"]


def test_what_readers_cannot_open_or_sign_is_not_suggested() -> None:
    words = {"title": "The clinic and its patients", "summary": "Both."}
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    PetitionFactory(**words, live=False)
    PetitionFactory(**words, status=PetitionStatus.WON)
    PetitionFactory(**words, closes_on=yesterday)
    LetterFactory(title="The clinic and its patients", live=False)
    assert ids(about_clinics()) == []


# Representatives ----------------------------------------------------------------------------------

SENATOR = {"first_name": "Tammy", "last_name": "Baldwin", "name": "Tammy Baldwin", "state": "WI"}


@pytest.mark.parametrize(
    "text",
    [
        "Senator Tammy Baldwin voted.",
        "It was Tammy S. Baldwin who voted.",
        "So said Tammy Suzanne Baldwin.",
        "Tammy Baldwin’s vote was counted.",
        "Sen. Baldwin (D-Wis.) voted.",
        "Sen. Tam Baldwin voted.",
        "Here is what <b>Tammy Baldwin</b> said.",
    ],
)
def test_a_representative_who_is_named_is_offered(text: str) -> None:
    senator = RepresentativeFactory(**SENATOR)
    assert ids(about_clinics(body=[paragraph(text)])) == [f"representative:{senator.pk}"]


@pytest.mark.parametrize(
    "text",
    [
        "The town of Baldwin voted.",
        "Tammy Duckworth and James Baldwin disagreed.",
        "Rep. Baldwin voted.",
        "The baldwin apple, and tammy is a cloth: a tammy baldwin.",
        "Tammy voted. Baldwin was closed.",
    ],
)
def test_a_word_that_is_somebodys_name_names_nobody(text: str) -> None:
    RepresentativeFactory(**SENATOR)
    assert ids(about_clinics(body=[paragraph(text)])) == []


def test_a_name_inside_another_word_names_nobody() -> None:
    RepresentativeFactory(first_name="Al", last_name="Green", name="Al Green")
    assert ids(about_clinics(introduction="Also, green energy is all that counts.")) == []


def test_a_last_name_that_two_share_needs_the_first() -> None:
    house = {"office": Office.REPRESENTATIVE, "state": "TX", "last_name": "Johnson"}
    first = RepresentativeFactory(first_name="Julie", name="Julie Johnson", district="32", **house)
    RepresentativeFactory(first_name="Dusty", name="Dusty Johnson", district="0", **house)
    assert ids(about_clinics(introduction="Rep. Johnson objected.")) == []
    assert ids(about_clinics(introduction="Julie Johnson objected.")) == [
        f"representative:{first.pk}"
    ]


def test_accents_do_not_hide_a_name() -> None:
    senator = RepresentativeFactory(
        first_name="Ben Ray", last_name="Luján", name="Ben Ray Luján", state="NM"
    )
    assert ids(about_clinics(introduction="Sen. Ben Ray Lujan objected.")) == [
        f"representative:{senator.pk}"
    ]


def test_who_has_left_or_is_not_published_is_not_suggested() -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    RepresentativeFactory(**SENATOR, left_office_on=yesterday)
    RepresentativeFactory(**SENATOR, live=False)
    assert ids(about_clinics(introduction="Tammy Baldwin objected.")) == []


def test_the_targets_of_the_picked_petition_are_offered_and_of_no_other() -> None:
    asked, not_asked = RepresentativeFactory(), RepresentativeFactory()
    picked = PetitionFactory(targets=[asked])
    topical = PetitionFactory(title="The clinic and its patients", targets=[not_asked])
    assert ids(about_clinics(petition=picked)) == [
        f"petition:{picked.pk}",
        f"petition:{topical.pk}",
        f"representative:{asked.pk}",
    ]


def test_a_target_who_has_left_is_not_offered() -> None:
    left = RepresentativeFactory(left_office_on=timezone.localdate())
    petition = PetitionFactory(targets=[left])
    assert ids(about_clinics(petition=petition)) == [f"petition:{petition.pk}"]


# What the editor picked ---------------------------------------------------------------------------


def test_whatever_the_editor_picked_is_offered_first_and_once() -> None:
    petition, letter = PetitionFactory(), LetterFactory()
    senator = RepresentativeFactory(**SENATOR)
    item = {"kind": "write", "text": "Write.", "representative": senator.pk}
    page = about_clinics(
        introduction="Tammy Baldwin objected.",
        petition=petition,
        action=[
            block("call_to_action", {"kind": "letter", "text": "Send.", "letter": letter.pk}),
            block("call_to_action", {"kind": "petition", "text": "Go.", "petition": petition.pk}),
        ],
        to_do=[
            block(
                "group",
                {"heading": "Now", "items": [{"type": "item", "value": item, "id": "1"}]},
            )
        ],
    )
    assert ids(page) == [
        f"petition:{petition.pk}",
        f"letter:{letter.pk}",
        f"representative:{senator.pk}",
    ]


def test_a_picked_entry_that_is_gone_or_not_published_is_left_out() -> None:
    hidden, gone = PetitionFactory(live=False), LetterFactory()
    call = {"kind": "letter", "text": "Send it.", "letter": gone.pk}
    page = about_clinics(petition=hidden, action=[block("call_to_action", call)])
    gone.delete()
    assert ids(page) == []


def test_suggestions_stop_where_a_list_would_be_too_long() -> None:
    petition = PetitionFactory(title="The clinic and its patients")
    letters = [LetterFactory() for _ in range(ENTRIES_AT_MOST + 2)]
    calls = [
        block("call_to_action", {"kind": "letter", "text": "Send.", "letter": letter.pk})
        for letter in letters
    ]
    page = about_clinics(action=calls)
    assert len(ids(page)) == len(letters)
    assert f"petition:{petition.pk}" not in ids(page)


def test_the_number_of_queries_does_not_grow(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    senators = [RepresentativeFactory() for _ in range(5)]
    petitions = [PetitionFactory(targets=senators) for _ in range(5)]
    calls = [
        block("call_to_action", {"kind": "petition", "text": "Go.", "petition": petition.pk})
        for petition in petitions
    ]
    small = about_clinics(petition=petitions[0])
    large = about_clinics(petition=petitions[0], action=calls, to_do=[], opinion=[])
    for page in (small, large):
        fresh = ArticlePage.objects.get(pk=page.pk)
        with django_assert_num_queries(5):
            registry_entries(fresh)


def test_an_entry_says_what_it_is_and_not_how_to_reach_it() -> None:
    senator = RepresentativeFactory(**SENATOR)
    petition = PetitionFactory(title="Keep it", summary="The clinic stays.", targets=[senator])
    first, second = registry_entries(about_clinics(petition=petition))
    assert (first.kind, first.name, first.about) == ("petition", "Keep it", "The clinic stays.")
    assert (second.name, second.office) == ("Senator Tammy Baldwin", "U.S. Senator, Wisconsin")


# The article --------------------------------------------------------------------------------------


def test_the_material_is_the_article_in_plain_text() -> None:
    page = article(
        title="A <b>title</b>",
        introduction="One &amp; two.",
        body=[
            block("heading", "What happened"),
            block("paragraph", "<p>First <i>part</i>.</p><p>Second part.</p>"),
            block("quote", {"quote": "We waited.", "attribution": "A nurse"}),
        ],
        categories=[CategoryFactory(name="Health")],
    )
    material = article_material(page)
    assert material.text.split() == (
        ["What", "happened", "First", "part.", "Second", "part.", "“We", "waited.”", "A", "nurse"]
    )
    assert material.categories == ("Health",)
    assert material.source_name == page.source.name
    assert material.source_published_at == "2025-08-17T21:22:00+00:00"


def test_an_article_without_anything_is_material_too() -> None:
    material = article_material(ArticlePage())
    assert (material.title, material.text, material.source_name) == ("", "", "")
    assert registry_entries(ArticlePage()) == []


def test_what_is_written_already_is_what_readers_see() -> None:
    petition = PetitionFactory()
    page = article(
        opinion=[block("paragraph", "<p>Our <b>view</b>.</p>")],
        action=[
            block(
                "call_to_action",
                {"kind": "link", "text": "Go.", "link_title": "A", "link_address": "https://a.b/"},
            )
        ],
        to_do=[
            block(
                "group",
                {
                    "heading": "Now",
                    "items": [
                        {
                            "type": "item",
                            "id": "1",
                            "value": {"kind": "sign", "text": "Sign.", "petition": petition.pk},
                        }
                    ],
                },
            )
        ],
    )
    assert already_written(page, besides="to_do") == {"opinion": "Our view.", "action": "Go.\nA"}
    # PostgreSQL keeps a block's fields in an order of its own.
    written = already_written(page, besides="action")["to_do"]
    assert sorted(written.splitlines()) == ["Now", "Sign."]


def test_a_story_asked_about_everybody_in_congress_answers_quickly() -> None:
    story = Story(["<p>" + "Harbor County voted again on its clinic. " * 600 + "</p>"])
    for number in range(540):
        assert not story.names(
            first_name="Tammy", last_name=f"Baldwin{number}", name=f"Tammy Baldwin{number}"
        )
