"""Nothing that the gate refuses goes live, whichever way it is tried."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import GroupApprovalTask, Locale, Page, Workflow, WorkflowPage, WorkflowTask

from cms.core.models import User
from news.models import ArticleIndexPage, ArticlePage
from news.publication import PublicationRefused
from tests.factories.news import approve, article, block, drafted, paragraph
from tests.factories.people import UserFactory, editor, reviewer
from tests.news.editor import edit_form, stream

pytestmark = pytest.mark.django_db

DRAFTED = "A model wrote that the deadline should stand, and that the money must follow it."
INVENTED = "Write to senator@baldwin-office.org and say that the deadline should stand."


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def writer() -> User:
    return editor()


@pytest.fixture(params=["nobody approved it", "approved with an invented address"])
def refused(request: pytest.FixtureRequest, writer: User) -> ArticlePage:
    """A draft article that may not go live, for one reason or the other."""
    page = article(save_as=writer)
    if request.param == "nobody approved it":
        drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    else:
        drafted(page, "opinion", [paragraph(INVENTED)], by=writer)
        approve(page, "opinion", by=reviewer())
    return page


# Each route tries to make the latest version of a page live; a refusal may be raised or answered.


def by_the_editors_button(page: ArticlePage, admin: Client) -> None:
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    response = admin.post(url, edit_form(page, **{"action-publish": "1"}))
    assert response.status_code == 200
    assert "errors" in response.content.decode()


def by_bulk_publishing(page: ArticlePage, admin: Client) -> None:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    response = admin.post(f"{url}?id={page.pk}", follow=True)
    assert "was not published" in response.content.decode()


def by_approving_a_workflow(page: ArticlePage, admin: Client) -> None:
    workflow = Workflow.objects.create(name="For pages", active=True)
    task = GroupApprovalTask.objects.create(name="Anybody", active=True)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=ArticleIndexPage.objects.get())
    state = workflow.start(page.get_latest_revision_as_object(), None)
    url = reverse(
        "wagtailadmin_pages:workflow_action",
        args=[page.pk, "approve", state.current_task_state.pk],
    )
    response = admin.post(url, follow=True)
    assert "was not published" in response.content.decode()


def by_schedule(page: ArticlePage, admin: Client) -> None:
    revision = page.get_latest_revision()
    revision.approved_go_live_at = timezone.now() - datetime.timedelta(minutes=1)
    revision.save()
    call_command("publish_scheduled")


def by_reverting(page: ArticlePage, admin: Client) -> None:
    refused_version = page.get_latest_revision()
    latest = page.get_latest_revision_as_object()
    latest.opinion = []
    latest.save_revision()
    url = reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, refused_version.pk])
    data = {**edit_form(page), **stream("opinion", refused_version.as_object().opinion)}
    response = admin.post(url, {**data, "action-publish": "1", "revision": refused_version.pk})
    assert response.status_code == 200


def by_publishing_the_revision(page: ArticlePage, admin: Client) -> None:
    with pytest.raises(PublicationRefused):
        page.get_latest_revision().publish()


def by_the_publishing_action(page: ArticlePage, admin: Client) -> None:
    with pytest.raises(PublicationRefused):
        PublishPageRevisionAction(page.get_latest_revision()).execute(skip_permission_checks=True)


def by_saving_the_row(page: ArticlePage, admin: Client) -> None:
    latest = page.get_latest_revision_as_object()
    latest.live = True
    with pytest.raises(PublicationRefused):
        latest.save()


def by_saving_only_some_fields(page: ArticlePage, admin: Client) -> None:
    latest = page.get_latest_revision_as_object()
    latest.live = True
    with pytest.raises(PublicationRefused):
        latest.save(update_fields=["live", "opinion"])


def by_an_import(page: ArticlePage, admin: Client) -> None:
    latest = page.get_latest_revision_as_object()
    fields = ("title", "source", "source_address", "source_published_at", "body", "opinion")
    brought = ArticlePage(
        slug="brought-in", live=True, **{name: getattr(latest, name) for name in fields}
    )
    with pytest.raises(PublicationRefused):
        ArticleIndexPage.objects.get().add_child(instance=brought)
    assert not ArticlePage.objects.filter(slug="brought-in").exists()


def by_scheduling_for_later(page: ArticlePage, admin: Client) -> None:
    latest = page.get_latest_revision_as_object()
    latest.go_live_at = timezone.now() + datetime.timedelta(days=1)
    with pytest.raises(PublicationRefused):
        latest.save_revision().publish()


ROUTES: list[Callable[[ArticlePage, Client], None]] = [
    by_the_editors_button,
    by_bulk_publishing,
    by_approving_a_workflow,
    by_schedule,
    by_reverting,
    by_publishing_the_revision,
    by_the_publishing_action,
    by_saving_the_row,
    by_saving_only_some_fields,
    by_an_import,
    by_scheduling_for_later,
]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.__name__)
def test_a_refused_version_goes_live_on_no_route(
    refused: ArticlePage, admin: Client, route: Callable[[ArticlePage, Client], None]
) -> None:
    route(refused, admin)
    refused.refresh_from_db()
    assert not refused.live
    assert not refused.opinion or not ArticlePage.objects.live().filter(pk=refused.pk).exists()
    assert refused.scheduled_revision is None


@pytest.mark.parametrize("route", ROUTES[:1] + ROUTES[5:7], ids=lambda route: route.__name__)
def test_a_live_article_keeps_its_text_when_a_new_version_is_refused(
    writer: User, admin: Client, route: Callable[[ArticlePage, Client], None]
) -> None:
    page = article(save_as=writer, live=True)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    route(page, admin)
    page.refresh_from_db()
    assert page.live
    assert not page.opinion


def test_an_approved_version_goes_live(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    approve(page, "opinion", by=reviewer())
    page.get_latest_revision().publish()
    page.refresh_from_db()
    assert page.live


def test_an_edit_after_the_approval_voids_it(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    approve(page, "opinion", by=reviewer())
    latest = page.get_latest_revision_as_object()
    latest.opinion[0].value.source = latest.opinion[0].value.source.replace("should", "must")
    with pytest.raises(PublicationRefused):
        latest.save_revision(user=writer).publish()


def test_text_that_people_wrote_needs_no_approval(writer: User) -> None:
    page = article(save_as=writer, opinion=[paragraph("We think the deadline is right.")])
    page.get_latest_revision().publish()
    page.refresh_from_db()
    assert page.live


def test_a_drafts_sentences_under_a_new_block_are_still_the_models(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    latest = page.get_latest_revision_as_object()
    latest.opinion = [paragraph(f"{DRAFTED} And so say all of us.")]
    with pytest.raises(PublicationRefused):
        latest.save_revision(user=writer).publish()


def test_a_copy_that_would_be_live_is_refused_and_leaves_nothing(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    approve(page, "opinion", by=reviewer())
    page.get_latest_revision().publish()
    page.refresh_from_db()
    before = Page.objects.count()
    with pytest.raises(PublicationRefused):
        CopyPageAction(
            page, to=ArticleIndexPage.objects.get(), update_attrs={"slug": "copy"}
        ).execute(skip_permission_checks=True)
    assert Page.objects.count() == before


def test_a_copy_as_a_draft_is_allowed_and_needs_its_own_review(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    approve(page, "opinion", by=reviewer())
    copy = page.get_latest_revision_as_object().copy(
        to=ArticleIndexPage.objects.get(), update_attrs={"slug": "copy"}, keep_live=False
    )
    with pytest.raises(PublicationRefused):
        copy.get_latest_revision().publish()


def test_copying_in_the_admin_says_why_the_copy_was_not_published(
    writer: User, admin: Client
) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    approve(page, "opinion", by=reviewer())
    page.get_latest_revision().publish()
    response = admin.post(
        reverse("wagtailadmin_pages:copy", args=[page.pk]),
        {
            "new_title": "A copy",
            "new_slug": "a-copy",
            "new_parent_page": ArticleIndexPage.objects.get().pk,
            "publish_copies": "on",
        },
        follow=True,
    )
    assert "was not published" in response.content.decode()
    assert not ArticlePage.objects.filter(slug="a-copy").exists()


def test_a_translation_needs_its_own_review(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    approve(page, "opinion", by=reviewer())
    page.get_latest_revision().publish()
    translation = page.copy_for_translation(
        Locale.objects.create(language_code="fr"), copy_parents=True
    )
    assert not translation.live
    with pytest.raises(PublicationRefused):
        translation.get_latest_revision().publish()


def test_an_alias_shows_what_was_approved_for_its_article(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    approve(page, "opinion", by=reviewer())
    page.get_latest_revision().publish()
    page.refresh_from_db()
    alias = page.create_alias(parent=ArticleIndexPage.objects.get(), update_slug="alias")
    assert alias.live
    assert alias.opinion[0].value.source == page.opinion[0].value.source


def test_moving_an_approved_article_keeps_it_live(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(DRAFTED)], by=writer)
    approve(page, "opinion", by=reviewer())
    page.get_latest_revision().publish()
    other = article()
    page.refresh_from_db()
    page.move(other, pos="right")
    page.refresh_from_db()
    assert page.live


def test_one_refusal_does_not_stop_the_rest_of_the_schedule(writer: User) -> None:
    bad, good = article(save_as=writer), article(save_as=writer)
    drafted(bad, "opinion", [paragraph(DRAFTED)], by=writer)
    for minutes, page in ((2, bad), (1, good)):
        revision = page.get_latest_revision()
        revision.approved_go_live_at = timezone.now() - datetime.timedelta(minutes=minutes)
        revision.save()
    call_command("publish_scheduled")
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.live, good.live) == (False, True)
    assert bad.scheduled_revision is None
    mail = Email.objects.get()
    assert mail.to == [writer.email]
    assert "nobody has approved it" in mail.message


def test_the_message_names_the_section_and_the_text(writer: User) -> None:
    page = article(save_as=writer, opinion=[paragraph(INVENTED)])
    with pytest.raises(PublicationRefused, match=r"Opinion: .*senator@baldwin-office\.org"):
        page.get_latest_revision().publish()


def test_an_article_without_a_source_is_refused_by_name(writer: User) -> None:
    page = article(save_as=writer)
    page.source = None
    page.save_revision(user=writer, clean=False)
    with pytest.raises(PublicationRefused, match="Source: Choose who published the story"):
        page.get_latest_revision().publish()


def test_a_contact_of_the_source_may_be_named(writer: User) -> None:
    story = block("paragraph", "<p>The office said: write to pipes@water.example.org.</p>")
    page = article(
        save_as=writer,
        body=[story],
        opinion=[paragraph("The office answers at pipes@water.example.org.")],
    )
    page.get_latest_revision().publish()
    page.refresh_from_db()
    assert page.live
