"""Issues in the admin: who sees what, and what is done from an issue's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from cms.core.models import User
from cms.newsletter import mailings
from news.models import Issue, IssueStatus
from news.newsletters import sending
from news.newsletters.viewset import IssueEditView, IssueForm, page_of
from tests.factories.newsletter import SubscriberFactory
from tests.factories.people import UserFactory, editor
from tests.news.newsletters.test_issues import issue_of, published, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client: Client) -> User:
    me = editor()
    client.force_login(me)
    return me


def act(client: Client, issue: Issue, do: str, **data: str) -> str:
    """Press a button; what the next page says."""
    url = reverse("news_issue_act", args=[issue.pk])
    return client.post(url, {"do": do, **data}, follow=True).content.decode()


def test_a_new_issue_is_filled_with_what_is_new_and_saved_as_it_was_ordered(
    client: Client, me: User
) -> None:
    one, two = published("One"), published("Two")
    form = client.get(reverse("wagtailsnippets_news_issue:add"))
    assert set(titles(form.context["form"].instance)) == {"One", "Two"}
    data = nested_form_data(
        {
            "audience": "weekly",
            "subject": "What was new",
            "preheader": "",
            "introduction": rich_text("<p>Hello.</p>"),
            "content": streamfield(
                [
                    ("article", {"article": two.pk, "words": "", "picture": "on"}),
                    ("heading", "Also"),
                    ("article", {"article": one.pk, "words": "In our words.", "picture": ""}),
                ]
            ),
        }
    )
    answer = client.post(reverse("wagtailsnippets_news_issue:add"), data)
    issue = Issue.objects.get()
    assert answer.headers["Location"] == page_of(issue)
    assert issue.created_by == me
    stored = [block.value for block in issue.content if block.block_type == "article"]
    assert [value["article"].title for value in stored] == ["Two", "One"]


@pytest.mark.parametrize("audience", ["daily", "everybody", "each", "x", "\x00"])
def test_an_issue_can_begin_for_other_readers(client: Client, me: User, audience: str) -> None:
    form = client.get(reverse("wagtailsnippets_news_issue:add"), {"audience": audience})
    expected = audience if audience in {"daily", "everybody"} else "weekly"
    assert form.context["form"].instance.audience == expected


def test_nobody_composes_an_issue_for_readers_of_each_article(client: Client, me: User) -> None:
    form = client.get(reverse("wagtailsnippets_news_issue:add")).context["form"]
    assert "each" not in dict(form.fields["audience"].choices)


def test_an_issue_is_tested_and_sent_from_its_page(client: Client, me: User) -> None:
    SubscriberFactory.create_batch(2, confirmed=True)
    issue = issue_of(published("Fine"))
    assert "2 subscribers would get it now" in client.get(page_of(issue)).content.decode()
    assert f"A test is on its way to {me.email}" in act(client, issue, "test")
    assert Email.objects.get().to == [me.email]
    assert "incomplete" in act(client, issue, "send", receivers="x")
    assert "now, not to 3" in act(client, issue, "send", receivers="3")
    assert "The issue is being sent." in act(client, issue, "send", receivers="2")
    issue.refresh_from_db()
    assert issue.mailing is not None
    mailings.send(issue.mailing.pk)
    assert "2 of 2 sent" in client.get(page_of(issue)).content.decode()
    assert "sent before" in act(client, issue, "send", receivers="2")


def test_an_issue_is_scheduled_and_taken_off_the_schedule(client: Client, me: User) -> None:
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"))
    later = timezone.localtime() + timedelta(days=2)
    assert "Say when" in act(client, issue, "schedule", at="tomorrow")
    for past in ("2020-01-01T07:00", "0001-01-01T00:00"):
        assert "This time is over" in act(client, issue, "schedule", at=past)
    far = act(client, issue, "schedule", at="9999-12-31T23:59")
    assert "more than a year ahead" in far
    assert "Scheduled" in act(client, issue, "schedule", at=f"{later:%Y-%m-%dT%H:%M}")
    issue.refresh_from_db()
    assert issue.scheduled_for is not None
    assert f"{timezone.localtime(issue.scheduled_for):%Y-%m-%dT%H:%M}" == (
        f"{later:%Y-%m-%dT%H:%M}"
    )
    edit = reverse("wagtailsnippets_news_issue:edit", args=[issue.pk])
    assert client.get(edit).headers["Location"] == page_of(issue)
    assert "a draft again" in act(client, issue, "unschedule")
    assert client.get(edit).status_code == 200


def typed(issue: Issue, *, seen: str = "", subject: str = "Changed") -> dict[str, str]:
    """What an editor who has the form open sends."""
    return nested_form_data(
        {
            "audience": issue.audience,
            "subject": subject,
            "preheader": "",
            "introduction": rich_text("<p>Typed for an hour.</p>"),
            "content": streamfield([("heading", "Also typed")]),
            "seen": seen,
        }
    )


def test_what_was_typed_stays_when_an_issue_is_scheduled_meanwhile(
    client: Client, me: User
) -> None:
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"))
    edit = reverse("wagtailsnippets_news_issue:edit", args=[issue.pk])
    sending.schedule(issue=issue, at=timezone.now() + timedelta(hours=1), by=me)
    answer = client.post(edit, typed(issue))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "was scheduled while you had it open" in html
    assert "Typed for an hour." in html
    assert "Also typed" in html
    issue.refresh_from_db()
    assert (issue.subject, issue.status) == ("What was new", IssueStatus.SCHEDULED)
    sending.unschedule(issue=issue, by=me)
    assert client.post(edit, typed(issue)).headers["Location"] == page_of(issue)


def test_what_was_typed_becomes_a_draft_when_an_issue_is_sent_meanwhile(
    client: Client, me: User
) -> None:
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"))
    edit = reverse("wagtailsnippets_news_issue:edit", args=[issue.pk])
    sending.begin(issue=issue, by=me)
    answer = client.post(edit, typed(issue), follow=True)
    assert "was sent while you had it open" in answer.content.decode()
    kept = Issue.objects.latest("pk")
    assert answer.redirect_chain[-1][0] == page_of(kept)
    assert (kept.subject, kept.status, kept.created_by) == ("Changed", IssueStatus.DRAFT, me)
    assert [block.value for block in kept.content] == ["Also typed"]
    issue.refresh_from_db()
    assert (issue.subject, issue.status) == ("What was new", IssueStatus.BEGUN)
    assert issue.mailing is not None


def test_an_issue_that_is_sent_between_two_looks_is_not_made_a_draft_again(
    client: Client, me: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"))
    form_valid = IssueEditView.form_valid

    def sent_just_before(view: IssueEditView, form: IssueForm) -> Any:
        sending.begin(issue=issue, by=me)
        return form_valid(view, form)

    monkeypatch.setattr(IssueEditView, "form_valid", sent_just_before)
    client.post(reverse("wagtailsnippets_news_issue:edit", args=[issue.pk]), typed(issue))
    issue.refresh_from_db()
    assert issue.status == IssueStatus.BEGUN
    assert issue.mailing is not None


def test_of_two_who_save_the_second_is_told_and_chooses(client: Client, me: User) -> None:
    issue = issue_of(published("Fine"))
    edit = reverse("wagtailsnippets_news_issue:edit", args=[issue.pk])
    seen = client.get(edit).context["form"]["seen"].value()
    assert len(seen) == 64
    assert client.post(edit, typed(issue, seen=seen, subject="Mine")).status_code == 302
    answer = client.post(edit, typed(issue, seen=seen, subject="Theirs"))
    assert "Somebody saved this issue" in answer.content.decode()
    issue.refresh_from_db()
    assert issue.subject == "Mine"
    seen = answer.context["form"]["seen"].value()
    assert client.post(edit, typed(issue, seen=seen, subject="Theirs")).status_code == 302
    issue.refresh_from_db()
    assert issue.subject == "Theirs"


def test_what_was_sent_is_neither_edited_nor_deleted(client: Client, me: User) -> None:
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"))
    sending.begin(issue=issue, by=me)
    edit = reverse("wagtailsnippets_news_issue:edit", args=[issue.pk])
    assert client.get(edit).headers["Location"] == page_of(issue)
    delete = reverse("wagtailsnippets_news_issue:delete", args=[issue.pk])
    assert client.post(delete).status_code == 302
    issue.refresh_from_db()
    assert issue.status == IssueStatus.BEGUN
    draft = issue_of()
    client.post(reverse("wagtailsnippets_news_issue:delete", args=[draft.pk]))
    assert not Issue.objects.filter(pk=draft.pk).exists()


def test_whoever_may_only_compose_does_not_send(client: Client) -> None:
    writer = UserFactory()
    writer.user_permissions.set(
        Permission.objects.filter(codename__in=["access_admin", "view_issue", "change_issue"])
    )
    client.force_login(writer)
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"))
    html = client.get(page_of(issue)).content.decode()
    assert "Send a test to me" in html
    assert "Send it to" not in html
    for do in ("send", "schedule", "unschedule"):
        answer = client.post(
            reverse("news_issue_act", args=[issue.pk]), {"do": do, "receivers": "1"}
        )
        assert answer.status_code == 302
        assert answer.headers["Location"] == reverse("wagtailadmin_home")
    issue.refresh_from_db()
    assert issue.status == IssueStatus.DRAFT


def test_an_issue_that_cannot_be_sent_says_why_and_how_it_looks_is_never_an_error(
    client: Client, me: User
) -> None:
    page = published("Gone")
    issue = issue_of(page)
    page.unpublish()
    assert "Readers cannot open “Gone”" in client.get(page_of(issue)).content.decode()
    preview = reverse("wagtailsnippets_news_issue:preview_on_edit", args=[issue.pk])
    shown = Issue.objects.get().serve_preview(client.get(preview).wsgi_request, "html")
    assert "Readers cannot open “Gone”" in shown.content.decode()


def test_both_previews_are_the_mail(client: Client, me: User) -> None:
    issue = issue_of(published("Fine"))
    request = client.get("/").wsgi_request
    assert "Fine" in issue.serve_preview(request, "html").content.decode()
    assert "* Fine" in issue.serve_preview(request, "text").content.decode()


def test_the_list_shows_every_issue(client: Client, me: User) -> None:
    for _ in range(3):
        issue_of(published("Fine"))
    html = client.get(reverse("wagtailsnippets_news_issue:list")).content.decode()
    assert html.count("What was new") >= 3
