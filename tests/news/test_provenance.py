"""Every block's origin is known, however it is moved, copied, reworded or saved."""

from __future__ import annotations

import copy
import functools
import time
import uuid
from html import escape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Revision
from wagtail.test.utils.form_data import rich_text

from cms.core.models import User
from news import provenance
from news.models import ArticlePage, CommentaryEdit, DraftedBlock, DraftRun
from news.models.commentary import Section
from news.publication import PublicationRefused
from tests.factories.news import article, block, drafted, paragraph
from tests.factories.people import UserFactory, editor
from tests.news.desk import edit, latest_of, origins
from tests.news.editor import edit_form, stream

pytestmark = pytest.mark.django_db

MODEL = "Drafted by a model, unrevised"
PERSON = "Written by a person"
FIRST = "A model wrote that the deadline should stand, and that the money must follow it."
SECOND = "Ten years are long, and the counties have the lists of pipes that they need to begin."


@pytest.fixture
def writer() -> User:
    return UserFactory(role="Editors", first_name="Ruth", last_name="Lindqvist")


@pytest.fixture
def page(writer: User) -> ArticlePage:
    """An article with two drafted paragraphs in its Opinion."""
    made = article(save_as=writer)
    drafted(made, "opinion", [paragraph(FIRST), paragraph(SECOND)], by=writer)
    return made


def reworded(number: int, old: str, new: str) -> Any:
    def change(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        assert old in blocks[number]["value"]
        blocks[number]["value"] = blocks[number]["value"].replace(old, new)
        return blocks

    return change


# Origins ------------------------------------------------------------------------------------------


def test_a_draft_as_it_came_is_unrevised(page: ArticlePage) -> None:
    assert origins(page) == [MODEL, MODEL]


def test_a_changed_word_is_a_revision_by_whoever_saved_it(page: ArticlePage) -> None:
    other = UserFactory(role="Editors", first_name="Ada", last_name="Young")
    edit(page, "opinion", reworded(0, "should", "must"), by=other)
    assert origins(page) == ["Drafted by a model, revised by Ada Young", MODEL]


def test_the_last_to_revise_a_block_is_named(page: ArticlePage, writer: User) -> None:
    edit(page, "opinion", reworded(0, "should", "must"), by=editor())
    edit(page, "opinion", reworded(0, "stand", "hold"), by=writer)
    edit(page, "opinion", reworded(1, "long", "short"), by=editor())
    assert origins(page)[0] == "Drafted by a model, revised by Ruth Lindqvist"


def test_who_only_saved_revised_nothing(page: ArticlePage, writer: User) -> None:
    edit(page, "opinion", reworded(0, "should", "must"), by=writer)
    edit(page, "opinion", lambda blocks: blocks, by=editor())
    assert origins(page)[0] == "Drafted by a model, revised by Ruth Lindqvist"


def test_a_draft_that_is_put_back_as_it_was_is_unrevised_again(
    page: ArticlePage, writer: User
) -> None:
    edit(page, "opinion", reworded(0, "should", "must"), by=writer)
    edit(page, "opinion", reworded(0, "must stand", "should stand"), by=writer)
    assert origins(page) == [MODEL, MODEL]


def test_emphasis_and_links_are_a_revision_only_where_words_change(page: ArticlePage) -> None:
    for plain, marked in (
        ("deadline", "<b>deadline</b>"),
        ("follow it.", '<i>follow</i> <a href="https://a.example/">it</a>.'),
        ("model", "<b>m</b>odel"),
    ):
        edit(page, "opinion", reworded(0, plain, marked), by=editor())
        assert origins(page)[0] == MODEL


def test_what_a_person_wrote_beside_a_draft_is_a_persons(page: ArticlePage, writer: User) -> None:
    own = paragraph("We asked three counties, and two of them told us what they would need first.")
    edit(page, "opinion", lambda blocks: [own, *blocks], by=writer)
    assert origins(page) == [PERSON, MODEL, MODEL]


def test_a_reviser_whose_account_is_gone_is_a_person(page: ArticlePage) -> None:
    other = editor()
    edit(page, "opinion", reworded(0, "should", "must"), by=other)
    Revision.objects.filter(user=other).update(user=None)
    other.delete()
    assert origins(page)[0] == "Drafted by a model, revised by a person"


def test_a_save_by_nobody_is_by_a_person(page: ArticlePage) -> None:
    edit(page, "opinion", reworded(0, "should", "must"), by=None)
    assert origins(page)[0] == "Drafted by a model, revised by a person"
    assert provenance.last_editor_id(page_id=page.pk, section="opinion") is None


# Copies, moves and ids ----------------------------------------------------------------------------


def test_a_copy_into_a_fresh_block_is_still_the_models(page: ArticlePage, writer: User) -> None:
    edit(page, "opinion", lambda _: [paragraph(FIRST)], by=writer)
    assert origins(page) == [MODEL]


def test_a_reworded_copy_in_a_fresh_block_is_a_revision(page: ArticlePage, writer: User) -> None:
    longer = f"To begin with: {FIRST} And so say all of us in this newsroom today."
    edit(page, "opinion", lambda _: [paragraph(longer)], by=writer)
    assert origins(page) == ["Drafted by a model, revised by Ruth Lindqvist"]


def test_a_draft_inside_a_much_longer_text_is_found(page: ArticlePage, writer: User) -> None:
    own = " ".join(f"Sentence number {n} is all our own." for n in range(40))
    edit(page, "opinion", lambda _: [paragraph(f"{own} {FIRST} {own}")], by=writer)
    assert origins(page) == ["Drafted by a model, revised by Ruth Lindqvist"]


def test_two_drafts_joined_in_one_block_are_a_revision(page: ArticlePage, writer: User) -> None:
    edit(page, "opinion", lambda _: [paragraph(f"{FIRST} {SECOND}")], by=writer)
    assert origins(page) == ["Drafted by a model, revised by Ruth Lindqvist"]


def test_a_draft_cut_in_two_is_a_revision_in_both(page: ArticlePage, writer: User) -> None:
    kept, cut = FIRST[: len(FIRST) // 2], f"{FIRST[len(FIRST) // 2 :]} {SECOND}"
    edit(
        page,
        "opinion",
        lambda blocks: [{**blocks[0], "value": f"<p>{kept}</p>"}, paragraph(cut)],
        by=writer,
    )
    assert origins(page) == ["Drafted by a model, revised by Ruth Lindqvist"] * 2


@pytest.mark.parametrize(
    "text", ["The deadline.", "Ten years", "Who pays?", "The money must follow it."]
)
def test_a_phrase_that_a_draft_has_too_is_a_persons(
    page: ArticlePage, writer: User, text: str
) -> None:
    edit(page, "opinion", lambda _: [paragraph(text)], by=writer)
    assert origins(page) == [PERSON]


def test_a_copy_into_another_section_is_still_the_models(page: ArticlePage, writer: User) -> None:
    edit(page, "action", lambda _: [paragraph(SECOND)], by=writer)
    assert origins(page, "action") == [MODEL]


def test_a_copy_into_another_article_is_still_the_models(page: ArticlePage, writer: User) -> None:
    other = article(save_as=writer, opinion=[paragraph(FIRST)])
    assert origins(other) == [MODEL]
    with pytest.raises(PublicationRefused):
        other.get_latest_revision().publish()


def test_a_duplicate_is_the_models_too(page: ArticlePage, writer: User) -> None:
    edit(
        page,
        "opinion",
        lambda blocks: [*blocks, {**blocks[0], "id": str(uuid.uuid4())}],
        by=writer,
    )
    assert origins(page) == [MODEL, MODEL, MODEL]


def test_another_order_changes_no_origin(page: ArticlePage) -> None:
    other = editor()
    edit(page, "opinion", lambda blocks: blocks[::-1], by=other)
    assert origins(page) == [MODEL, MODEL]
    assert provenance.last_editor_id(page_id=page.pk, section="opinion") == other.pk


def test_one_draft_pasted_over_another_is_the_one_that_it_says(
    page: ArticlePage, writer: User
) -> None:
    edit(page, "opinion", lambda blocks: [{**blocks[0], "value": blocks[1]["value"]}], by=writer)
    assert origins(page) == [MODEL]


def test_ids_in_capitals_are_the_same_ids(page: ArticlePage, writer: User) -> None:
    edit(
        page,
        "opinion",
        lambda blocks: [
            {**b, "id": b["id"].upper(), "value": b["value"].replace("should", "shall")}
            for b in blocks
        ],
        by=writer,
    )
    assert origins(page)[0] == "Drafted by a model, revised by Ruth Lindqvist"


@pytest.mark.parametrize(
    "block_id", ["p1", "", "x" * 500, "\x00", "é" * 36, "0" * 32, "'; --", "<script>", 7]
)
def test_an_id_that_is_none_of_ours_breaks_nothing(
    page: ArticlePage, writer: User, block_id: Any
) -> None:
    odd = {**paragraph("Imported from elsewhere, with an id of its own."), "id": block_id}
    edit(page, "opinion", lambda blocks: [odd, *blocks], by=writer)
    edit(page, "opinion", reworded(0, "Imported", "Brought"), by=editor())
    assert origins(page) == [PERSON, MODEL, MODEL]
    latest = latest_of(page)
    assert provenance.drafted_sections({Section.OPINION: latest.opinion}) == {Section.OPINION}


def test_two_blocks_with_one_id_do_not_hide_what_a_model_wrote(
    page: ArticlePage, writer: User
) -> None:
    same = "9f0e3c1e-6f5e-4d7e-9a3e-0d1c2b3a4f5e"
    own = {**paragraph("Our own words, said before."), "id": same}
    copied = {**paragraph(FIRST), "id": same}
    for blocks in ([own, copied], [copied, own]):
        put = functools.partial(lambda blocks, _: copy.deepcopy(blocks), blocks)
        latest = edit(page, "opinion", put, by=writer)
        found = provenance.origins(page_id=page.pk, section="opinion", value=latest.opinion)
        assert provenance.holds_model_text(found.values())


def test_a_discarded_draft_leaves_no_trace_on_the_section(page: ArticlePage, writer: User) -> None:
    own = paragraph("A new text that has nothing of what the machine had said at all, we think.")
    edit(page, "opinion", lambda _: [own], by=writer)
    assert origins(page) == [PERSON]


# Every kind of block ------------------------------------------------------------------------------


def item(**value: Any) -> dict[str, Any]:
    return {"type": "item", "id": str(uuid.uuid4()), "value": value}


@pytest.mark.parametrize(
    ("section", "drafted_block"),
    [
        ("opinion", block("pull_quote", {"quote": "We waited.", "attribution": "A senator"})),
        ("opinion", block("context", {"fact": "It is law.", "date": "1974-12-16"})),
        ("opinion", block("context", {"fact": "It is law.", "date": None})),
        ("action", block("question", {"question": "Who pays?", "why": ""})),
        ("action", block("call_to_action", {"kind": "petition", "text": "Sign.", "petition": 3})),
        ("to_do", block("talking_points", {"heading": "Say", "points": [item()]})),
        ("to_do", block("sample_letter", {"subject": "Pipes", "body": "Dear A,\n\nB & <C>."})),
        (
            "to_do",
            block("group", {"heading": "Now", "items": [item(kind="read", text="Read.")]}),
        ),
    ],
)
def test_opening_and_saving_a_block_changes_neither_words_nor_content(
    writer: User, section: str, drafted_block: dict[str, Any]
) -> None:
    if drafted_block["type"] == "talking_points":
        drafted_block["value"]["points"][0]["value"] = "I vote here."
    page = article(save_as=writer)
    drafted(page, section, [drafted_block], by=writer)
    before = provenance.content_hash(getattr(latest_of(page), section))
    latest = latest_of(page)
    assert [child.value for child in getattr(latest, section)]
    latest.save_revision(user=writer)
    if drafted_block["value"].get("petition"):
        return  # There is no such petition, so that opening the block rightly loses it.
    assert provenance.content_hash(getattr(latest_of(page), section)) == before
    assert origins(page, section) == [MODEL]


def test_another_petition_behind_the_same_words_is_a_revision(writer: User) -> None:
    page = article(save_as=writer)
    call = block("call_to_action", {"kind": "petition", "text": "Sign.", "petition": 3})
    drafted(page, "action", [call], by=writer)
    edit(
        page,
        "action",
        lambda blocks: [{**blocks[0], "value": {**blocks[0]["value"], "petition": 4}}],
        by=writer,
    )
    assert origins(page, "action") == ["Drafted by a model, revised by Ruth Lindqvist"]


HARD = [
    "Plain words.",
    "5 < 6 & “quoted” – it’s “fine” … 100 % <b>safe</b>",
    "A non-breaking\u00a0space, a soft\u00adhyphen and an em\u2014dash.",
    "Emoji 🕊️, ligatures ﬁ, Ångström, 日本語 and عربي.",
    "&amp; &lt;i&gt; &nbsp; &copy; written out",
    "Two  spaces and a\ttab.",
]


@pytest.mark.parametrize("text", HARD)
def test_rich_text_keeps_its_digest_through_the_editors_form(
    client: Client, writer: User, text: str
) -> None:
    client.force_login(writer)
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(escape(text, quote=False))], by=writer)
    response = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), edit_form(page))
    assert response.status_code == 302
    assert page.revisions.count() == 3
    assert origins(page) == [MODEL]


# The record of edits ------------------------------------------------------------------------------


def test_a_save_that_changes_no_commentary_costs_one_query(
    page: ArticlePage, writer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    latest = latest_of(page)
    with django_assert_num_queries(3) as counted:
        provenance.record_edits(page=latest, editor=writer)
    asked = [query["sql"] for query in counted if "SAVEPOINT" not in query["sql"]]
    assert len(asked) == 1


def test_a_save_with_many_changes_costs_no_more_than_one_with_few(
    writer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (2, 60):
        page = article(save_as=writer)
        page.opinion = [paragraph(f"Paragraph {n} of {number}.") for n in range(number)]
        with django_assert_num_queries(5):
            provenance.record_edits(page=page, editor=writer)


def test_blocks_that_are_gone_are_forgotten(page: ArticlePage, writer: User) -> None:
    edit(page, "opinion", lambda blocks: blocks[:1], by=writer)
    assert CommentaryEdit.objects.filter(page=page).exclude(block_id="").count() == 1
    edit(page, "opinion", lambda _: [], by=writer)
    kept = CommentaryEdit.objects.get(page=page)
    assert (kept.block_id, kept.digest) == ("", "")


def test_the_last_editor_of_a_section_is_who_changed_it(page: ArticlePage, writer: User) -> None:
    other = editor()
    edit(page, "action", lambda _: [paragraph("Our own call.")], by=other)
    assert provenance.last_editor_id(page_id=page.pk, section="opinion") == writer.pk
    assert provenance.last_editor_id(page_id=page.pk, section="action") == other.pk
    assert provenance.last_editor_id(page_id=page.pk, section="to_do") is None


def test_autosave_that_overwrites_a_version_is_recorded_as_its_editors(
    client: Client, page: ArticlePage
) -> None:
    other = UserFactory(role="Editors", first_name="Ada", last_name="Young")
    client.force_login(other)
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    first = client.post(url, edit_form(page, introduction="Ada was here."))
    assert first.status_code == 302
    page.refresh_from_db()
    count = page.revisions.count()
    latest = latest_of(page)
    changed = latest.opinion[0].value.source.replace("should", "must")
    data = {
        **edit_form(page),
        **stream("opinion", latest.opinion),
        "overwrite_revision_id": str(page.get_latest_revision().pk),
    }
    data |= {"opinion-0-value": rich_text(changed)}
    answer = client.post(url, data, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["success"]
    assert page.revisions.count() == count
    assert origins(page) == ["Drafted by a model, revised by Ada Young", MODEL]
    assert provenance.last_editor_id(page_id=page.pk, section="opinion") == other.pk


def test_a_draft_made_before_the_first_save_belongs_to_the_page_from_then_on(
    client: Client, writer: User
) -> None:
    run = DraftRun.objects.create(
        section="opinion", status=DraftRun.Status.READY, requested_by=writer
    )
    unused = DraftRun.objects.create(section="action", status=DraftRun.Status.READY)
    stored = paragraph(FIRST)
    DraftedBlock.objects.create(
        run=run,
        block_id=stored["id"],
        digest=provenance.words_digest(stored),
        text=provenance.words(stored),
    )
    page = article(save_as=writer, opinion=[stored])
    run.refresh_from_db()
    unused.refresh_from_db()
    assert (run.page_id, run.page_title) == (page.pk, page.title)
    assert unused.page_id is None


def test_a_copied_page_does_not_take_the_runs_away(page: ArticlePage, writer: User) -> None:
    run = DraftRun.objects.get()
    clone = page.get_latest_revision_as_object().copy(
        update_attrs={"slug": "copy"}, keep_live=False, user=writer
    )
    run.refresh_from_db()
    assert run.page_id == page.pk
    assert origins(clone) == [MODEL, MODEL]


# Cost ---------------------------------------------------------------------------------------------


def test_origins_take_three_queries_and_little_time_with_sixty_blocks(
    writer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = article(save_as=writer)

    def text(number: int, of: str) -> str:
        return " ".join(f"{of}{number}-{n}" for n in range(90))

    drafted(page, "opinion", [paragraph(text(n, "drafted")) for n in range(60)], by=writer)
    edit(page, "opinion", lambda _: [paragraph(text(n, "written")) for n in range(60)], by=writer)
    value = latest_of(page).opinion
    started = time.process_time()
    with django_assert_num_queries(3):
        found = provenance.origins(page_id=page.pk, section="opinion", value=value)
    assert time.process_time() - started < 2
    assert {origin.origin for origin in found.values()} == {provenance.Origin.PERSON}


def test_an_empty_section_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert provenance.origins(page_id=1, section="opinion", value=None) == {}
    assert provenance.content_hash(None) == ""
