"""The main job: a story becomes an article with commentary that a person approved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from advocacy.models import Petition
from cms.core.models import LoginSession
from cms.llm.standin import StandIn
from news.models import ArticleIndexPage, ArticlePage, DraftRun
from tests.factories.advocacy import ChannelFactory, PetitionFactory, RepresentativeFactory
from tests.factories.news import SourceFactory, article, paragraph
from tests.functional.conftest import LoginAs, NewPage

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "US envoy says Putin agreed to security protections for Ukraine"


@pytest.fixture
def model(settings: Settings) -> Iterator[StandIn]:
    """The stand-in behind the button."""
    with StandIn() as server:
        settings.OPENAI_BASE_URL = server.base_url
        settings.OPENAI_MODEL = "stand-in"
        yield server


@pytest.fixture
def petition() -> Petition:
    """A petition that the story suggests, with a senator who can be reached."""
    senator = RepresentativeFactory(first_name="Angus", last_name="King", state="ME", live=True)
    ChannelFactory(representative=senator)
    made: Petition = PetitionFactory(
        title="Put Ukraine’s security guarantees in writing", targets=[senator], live=True
    )
    return made


def story(folder: Path) -> list[str]:
    """The paragraphs of the reference story, as an editor would copy them."""
    text = (folder / "seed" / "article.txt").read_text(encoding="utf-8")
    start = text.index("U.S. special envoy Steve Witkoff")
    return text[start : text.index("\nExpand")].strip().split("\n\n")


def open_new_article(page: Page) -> None:
    parent = ArticleIndexPage.objects.get()
    page.goto(f"/admin/pages/add/news/articlepage/{parent.pk}/")
    expect(page.locator("#id_title")).to_be_visible()


def write_story(page: Page, paragraphs: list[str]) -> None:
    body = page.locator("[data-contentpath=body]")
    body.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Paragraph").click()
    body.locator(".public-DraftEditor-content").click()
    for text in paragraphs:
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")


def saved_version(page: Page, *, holding: str) -> ArticlePage:
    """The article once autosave has stored a version that holds a text."""
    for _ in range(600):
        made = ArticlePage.objects.filter(title=TITLE).first()
        # The page stands there a moment before its first version does.
        version = made and made.get_latest_revision()
        if made and version and holding in str(version.content):
            return made
        page.wait_for_timeout(200)
    raise AssertionError(f"Autosave stored no version that holds “{holding}”.")


def test_from_a_pasted_story_to_a_page_that_readers_read(
    new_page: NewPage,
    login_as: LoginAs,
    model: StandIn,
    petition: Petition,
    shared_data: Path,
    axe: Callable[..., None],
) -> None:
    SourceFactory(name="matzav.com")
    editor = new_page(viewport=(1280, 1000))
    login_as(editor, "editor")
    open_new_article(editor)
    editor.fill("#id_title", TITLE)
    editor.fill("#id_introduction", "Partners may offer Ukraine protection like Article 5.")
    editor.fill("#id_source_address", "https://matzav.com/us-envoy-says-putin-agreed/")
    editor.fill("#id_source_published_at", "2025-08-17 17:22")
    editor.keyboard.press("Escape")
    editor.get_by_role("button", name="Choose source").click()
    editor.locator(".modal-body").get_by_role("link", name="matzav.com").click()
    write_story(editor, story(shared_data)[:9])

    editor.get_by_role("tab", name="Commentary").click()
    expect(editor.get_by_text("This is a stand-in, not a language model.")).to_be_visible()
    editor.get_by_role("button", name="Draft commentary").click()
    log = editor.locator(".dt-log p")
    expect(log).to_have_count(3, timeout=30_000)
    axe(editor, within=".dt-drafting")

    for run in DraftRun.objects.all():
        saved_version(editor, holding=run.blocks[-1]["id"])

    # The editor revises a sentence of the model's.
    opinion = editor.locator("[data-contentpath=opinion] .public-DraftEditor-content").first
    opinion.click()
    editor.keyboard.press("Control+Home")
    editor.keyboard.type("This is our view. ")
    # With the last blank: a version of half a sentence would have another one follow it.
    page = saved_version(editor, holding="This is our view. ")
    assert not page.live
    runs = DraftRun.objects.filter(page=page, status=DraftRun.Status.READY)
    assert runs.count() == 3
    saved = page.get_latest_revision_as_object()
    text = str(saved.opinion) + str(saved.action) + str(saved.to_do)
    assert "###" not in text
    assert "**" not in text
    assert petition.pk in [
        block.value["petition"].pk
        for block in saved.action
        if block.block_type == "call_to_action" and block.value["petition"]
    ]

    # Without an approval the gate holds, and says where.
    editor.goto(f"/admin/pages/{page.pk}/edit/")
    publish(editor)
    expect(editor.get_by_text("nobody has approved it").first).to_be_attached()
    page.refresh_from_db()
    assert not page.live

    # A reviewer reads what readers would see, and approves each section.
    reviewer = new_page()
    login_as(reviewer, "reviewer")
    reviewer.goto(f"/admin/review/{page.pk}/")
    axe(reviewer, within=".dt-review")
    expect(reviewer.get_by_text("Drafted by a model, revised by Editor").first).to_be_visible()
    for label in ("Opinion", "Action", "To Do"):
        reviewer.get_by_role("button", name=f"Approve {label}").click()
        expect(reviewer.get_by_text(f"{label}: approved.")).to_be_visible()

    editor.goto(f"/admin/pages/{page.pk}/edit/")
    publish(editor)
    expect(editor.get_by_text("has been published")).to_be_visible()
    page.refresh_from_db()
    assert page.live

    reader = new_page()
    reader.goto(page.get_url())
    expect(reader.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(reader.get_by_text("Sunday, August 17, 2025, 5:22").first).to_be_visible()
    expect(reader.get_by_text("revised and approved by Reviewer").first).to_be_visible()
    expect(reader.get_by_text("This is our view.")).to_be_visible()
    reader.locator(f'a[href^="{petition.get_absolute_url()}"]').first.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(petition.title)


def publish(page: Page) -> None:
    """Open the action menu and press Publish."""
    page.get_by_role("button", name="More actions").last.click()
    page.get_by_role("button", name="Publish").last.click()
    page.wait_for_load_state()


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("refuse", "declined"),
        ("malformed", "again"),
        ("500", "again"),
        ("foreign", "not in English"),
    ],
)
def test_a_failing_model_is_explained_and_leaves_the_editor_as_it_was(
    page: Page,
    login_as: LoginAs,
    model: StandIn,
    settings: Settings,
    behaviour: str,
    words: str,
) -> None:
    settings.OPENAI_MODEL = behaviour
    user = login_as(page, "editor")
    made = article(save_as=user, opinion=[paragraph("What we wrote ourselves.")])
    page.goto(f"/admin/pages/{made.pk}/edit/#tab-commentary")
    page.get_by_role("button", name="Draft Opinion").click()
    failure = page.locator(".dt-log .dt-failed")
    expect(failure).to_be_visible(timeout=30_000)
    assert words in failure.inner_text()
    blocks = page.locator("[data-contentpath=opinion] .public-DraftEditor-content")
    expect(blocks).to_have_count(1)
    expect(blocks).to_have_text("What we wrote ourselves.")


def test_a_draft_stands_below_what_was_there_and_can_be_cancelled(
    page: Page, login_as: LoginAs, model: StandIn, settings: Settings
) -> None:
    user = login_as(page, "editor")
    made = article(save_as=user, opinion=[paragraph("What we wrote ourselves.")])
    page.goto(f"/admin/pages/{made.pk}/edit/#tab-commentary")
    settings.OPENAI_MODEL = "slow"
    page.get_by_role("button", name="Draft Opinion").click()
    page.get_by_role("button", name="Cancel").first.click()
    expect(page.get_by_text("Cancelled. Your text is as it was.")).to_be_visible()
    settings.OPENAI_MODEL = "stand-in"
    page.get_by_role("button", name="Draft Opinion").click()
    expect(page.locator(".dt-log p")).to_contain_text("added at the end", timeout=30_000)
    blocks = page.locator("[data-contentpath=opinion] .public-DraftEditor-content")
    expect(blocks.first).to_have_text("What we wrote ourselves.")
    assert blocks.count() > 1
    page.wait_for_timeout(1_000)  # The request that asked for the draft is answered after it.


def test_a_draft_that_comes_as_soon_as_the_form_opens_is_saved_all_the_same(
    page: Page, login_as: LoginAs, model: StandIn
) -> None:
    user = login_as(page, "editor")
    made = article(title=TITLE, save_as=user, opinion=[paragraph("What we wrote ourselves.")])
    # Wagtail looks two seconds after opening at what counts as saved; here, when the draft is there.
    page.add_init_script(
        "const later = window.setTimeout;"
        "window.setTimeout = (run, after, ...rest) => later(run, after === 2000 ? 8000 : after, ...rest)"
    )
    page.goto(f"/admin/pages/{made.pk}/edit/#tab-commentary")
    page.get_by_role("button", name="Draft Opinion").click()
    expect(page.locator(".dt-log p")).to_contain_text("added at the end")
    saved_version(page, holding=DraftRun.objects.get().blocks[-1]["id"])


def test_what_was_typed_survives_the_end_of_the_session(page: Page, login_as: LoginAs) -> None:
    user = login_as(page, "editor")
    made = article(save_as=user)
    page.goto(f"/admin/pages/{made.pk}/edit/")
    expect(page.locator("#id_introduction")).to_be_visible()
    LoginSession.objects.all().delete()
    page.fill("#id_introduction", "Typed after the session had ended.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
    page.get_by_role("button", name="Back to the form").click()
    expect(page.locator("#id_introduction")).to_have_value("Typed after the session had ended.")
    login_as(page, "editor")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("has been updated")).to_be_visible()
    made.refresh_from_db()
    latest = made.get_latest_revision_as_object()
    assert latest.introduction == "Typed after the session had ended."
