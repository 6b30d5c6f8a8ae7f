"""Composing, rendering and sending issues of the newsletter."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.images import ImageFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from PIL import Image
from post_office.models import Email
from pytest_django import DjangoAssertNumQueries, Settings
from wagtail.models import PageViewRestriction, Site

from cms.core import mail
from cms.core.models import Picture, SiteSettings
from cms.newsletter import letters, mailings
from cms.newsletter.models import Frequency, Mailing, MailingRecipient
from news.models import ArticlePage, Audience, Issue, IssueArticle, IssueStatus
from news.newsletters import composing, plain, rendering, sending
from news.newsletters.rendering import IssueBrokenError
from news.newsletters.sending import IssueRefusedError
from tests.factories.news import CategoryFactory, article
from tests.factories.newsletter import SubscriberFactory
from tests.factories.people import UserFactory, editor

pytestmark = pytest.mark.django_db


def issue_of(*pages: ArticlePage, **fields: Any) -> Issue:
    """A saved issue with these articles."""
    audience = Audience(fields.pop("audience", Audience.WEEKLY))
    issue = composing.compose(audience=audience, articles=pages, until=timezone.now())
    issue.subject = fields.pop("subject", "What was new")
    for name, value in fields.items():
        setattr(issue, name, value)
    issue.save()
    return issue


def titles(issue: Issue) -> list[str]:
    return [block.value["article"].title for block in issue.content]


def published(title: str, *, ago: timedelta = timedelta(hours=1), **fields: Any) -> ArticlePage:
    page = article(title=title, live=True, **fields)
    when = timezone.now() - ago
    ArticlePage.objects.filter(pk=page.pk).update(first_published_at=when, last_published_at=when)
    page.refresh_from_db()
    return page


# Composing ----------------------------------------------------------------------------------------


def test_an_issue_begins_with_what_was_published_since_the_last_one_for_the_same_readers() -> None:
    SubscriberFactory.create(confirmed=True)
    published("Too old", ago=timedelta(days=8))
    old = published("In the last issue", ago=timedelta(days=2))
    sending.begin(issue=issue_of(old), by=editor())
    published("New")
    article(title="A draft")
    issue = composing.prefilled(Audience.WEEKLY, by=None)
    assert titles(issue) == [], "it was published before the last issue was composed"
    Issue.objects.update(covers_until=timezone.now() - timedelta(hours=2))
    issue = composing.prefilled(Audience.WEEKLY, by=None)
    assert titles(issue) == ["New"]
    assert issue.subject == "New"
    daily = composing.prefilled(Audience.DAILY, by=None)
    assert titles(daily) == ["New"]


def test_a_draft_that_was_never_sent_changes_nothing_of_the_next() -> None:
    page = published("New")
    issue_of(page)
    assert titles(composing.prefilled(Audience.WEEKLY, by=None)) == ["New"]


def test_what_everybody_got_is_in_no_later_issue() -> None:
    SubscriberFactory.create(confirmed=True)
    page = published("For everybody")
    sending.begin(issue=issue_of(page, audience=Audience.EVERYBODY), by=editor())
    assert titles(composing.prefilled(Audience.DAILY, by=None)) == []


def test_private_articles_are_not_offered() -> None:
    page = published("For members")
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert titles(composing.prefilled(Audience.WEEKLY, by=None)) == []


def test_composing_takes_few_queries_however_many_articles(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        published(f"Number {number}", categories=[CategoryFactory()])
    with django_assert_num_queries(4):
        assert len(composing.prefilled(Audience.WEEKLY, by=None).content) == 6


# Rendering ----------------------------------------------------------------------------------------


def test_the_text_says_all_that_the_html_says() -> None:
    site = Site.objects.get(is_default_site=True)
    SiteSettings.objects.update_or_create(
        site=site, defaults={"site_name": "The Dove", "responsible_entity": "Dove Press, Ghent"}
    )
    page = published("Pipes & <water>", introduction="It's “done”.")
    issue = issue_of(
        page, introduction='<p>Read <a href="https://example.org/a?b=1&amp;c=2">this</a>.</p>'
    )
    issue.content.append(("heading", "Also"))
    issue.content.append(("quote", {"quote": "We waited.", "attribution": "A senator"}))
    issue.content.append(("paragraph", "<ul><li>One</li><li>Two</li></ul>"))
    message = rendering.specimen(rendering.render(issue))
    html, text = message.alternatives[0][0], message.body
    for words in (
        "Pipes & <water>",
        "It's “done”.",
        "Read this (https://example.org/a?b=1&c=2).",
        "== Also ==",
        "“We waited.”",
        "- One\n- Two",
        page.full_url,
        "Responsible for the content: Dove Press, Ghent",
        "You get this because you subscribed to the newsletter of The Dove",
        "it once a week",
    ):
        assert words in text, words
    assert "Pipes &amp; &lt;water&gt;" in html
    assert "Dove Press, Ghent" in html
    assert "\ue000" not in html + text
    assert "<water>" not in html


def test_a_mail_asks_no_other_host_and_tells_nobody_that_it_was_opened(settings: Settings) -> None:
    file = io.BytesIO()
    Image.new("RGB", (1200, 800), "navy").save(file, "PNG")
    picture = Picture.objects.create(
        title="A pipe", description="A lead pipe", file=ImageFile(file, "pipe.png")
    )
    page = published("With a picture", lead_image=picture)
    html = rendering.specimen(rendering.render(issue_of(page))).alternatives[0][0]
    sources = [part.split('"')[0] for part in html.split('src="')[1:]]
    assert len(sources) == 1
    assert sources[0].startswith(f"{settings.SITE_URL}/media/")
    assert 'alt="A lead pipe"' in html
    assert "url(" not in html
    assert "<link" not in html
    assert "<script" not in html
    assert "utm_" not in html


def test_links_to_our_own_pages_have_a_host(settings: Settings) -> None:
    page = published("Linked")
    html = str(plain.styled(f'<p><a linktype="page" id="{page.pk}">there</a></p>'))
    assert f'href="{settings.SITE_URL}/news/' in html or f'href="{page.full_url}"' in html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<ol><li>a</li><li>b</li></ol><p>c</p>", "1. a\n2. b\n\nc"),
        ('<p><a href="https://x.example/">https://x.example/</a></p>', "https://x.example/"),
        ("<p>a &lt;b&gt; &amp; c<br/>d</p>", "a <b> & c\nd"),
        ("", ""),
    ],
)
def test_rich_text_is_read_as_a_person_would_type_it(html: str, text: str) -> None:
    assert plain.text_of(html) == text


def test_an_article_that_readers_cannot_open_is_found_before_the_first_mail() -> None:
    SubscriberFactory.create(confirmed=True)
    fine, gone = published("Fine"), published("Gone")
    issue = issue_of(fine, gone)
    gone.unpublish()
    with pytest.raises(IssueBrokenError, match=r"“Gone”\. Publish it, or take it out"):
        sending.begin(issue=Issue.objects.get(pk=issue.pk), by=editor())
    gone.delete()
    with pytest.raises(IssueBrokenError, match="Article 2 of the issue was deleted"):
        sending.begin(issue=Issue.objects.get(pk=issue.pk), by=editor())
    assert not Mailing.objects.exists()
    assert not MailingRecipient.objects.exists()


def test_a_template_error_is_found_before_the_first_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"), published("Broken"))
    really = rendering._html

    def breaks(name: str, context: dict[str, Any]) -> str:
        if getattr(context.get("article"), "title", "") == "Broken":
            raise ZeroDivisionError
        return really(name, context)

    monkeypatch.setattr(rendering, "_html", breaks)
    with pytest.raises(
        IssueBrokenError, match=r"could not be made into a mail \(ZeroDivisionError"
    ):
        sending.begin(issue=issue, by=editor())
    assert not Mailing.objects.exists()
    issue.refresh_from_db()
    assert issue.status == IssueStatus.DRAFT


def test_a_template_without_a_way_to_end_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    issue = issue_of(published("Fine"))
    really = rendering._text

    def without(name: str, context: dict[str, Any]) -> str:
        return really(name, context).replace(letters.UNSUBSCRIBE, "")

    monkeypatch.setattr(rendering, "_text", without)
    with pytest.raises(IssueBrokenError, match="lost a place"):
        rendering.render(issue)


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"subject": " "}, "no subject"), ({"content": [], "introduction": ""}, "nothing in it")],
)
def test_an_issue_with_a_gap_is_not_sent(fields: dict[str, Any], why: str) -> None:
    issue = issue_of(published("Fine"))
    for name, value in fields.items():
        setattr(issue, name, value)
    with pytest.raises(IssueBrokenError, match=why):
        rendering.render(issue)


def test_the_same_article_twice_is_a_mistake() -> None:
    page = published("Twice")
    with pytest.raises(IssueBrokenError, match="“Twice” is in the issue twice"):
        rendering.render(issue_of(page, page))


def test_rendering_takes_as_many_queries_for_ten_articles_as_for_two(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    pages = [published(f"Number {n}", categories=[CategoryFactory()]) for n in range(10)]
    issue = Issue.objects.get(pk=issue_of(*pages).pk)
    rendering.render(issue)
    with django_assert_max_num_queries(11):
        rendering.render(Issue.objects.get(pk=issue.pk))


# Sending ------------------------------------------------------------------------------------------


def test_an_issue_goes_to_whom_it_is_for_and_is_sent_once() -> None:
    category = CategoryFactory()
    page = published("Filed", categories=[category])
    SubscriberFactory.create(confirmed=True)
    SubscriberFactory.create(confirmed=True, topics=[str(category.pk)])
    SubscriberFactory.create(confirmed=True, topics=["0"])
    SubscriberFactory.create(confirmed=True, frequency=Frequency.DAILY)
    issue = issue_of(page)
    by = editor()
    mailing = sending.begin(issue=issue, by=by, expected=2)
    assert mailing.frequencies == ["weekly"]
    assert (issue.status, issue.begun_by) == (IssueStatus.BEGUN, by)
    assert IssueArticle.objects.get().article == page
    with pytest.raises(IssueRefusedError, match="sent before"):
        sending.begin(issue=issue, by=by)
    assert Mailing.objects.count() == 1
    assert mailings.receivers(frequencies=["weekly"], parts=mailing.parts) == 2


def test_a_number_that_has_changed_is_asked_about_again() -> None:
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"))
    with pytest.raises(IssueRefusedError, match="It would go to 1 people now, not to 5"):
        sending.begin(issue=issue, by=editor(), expected=5)


def test_an_issue_for_nobody_is_not_sent() -> None:
    with pytest.raises(IssueRefusedError, match="No confirmed subscriber wants it"):
        sending.begin(issue=issue_of(published("Fine")), by=editor())


def test_a_test_goes_to_oneself_and_its_links_change_nothing() -> None:
    reader = SubscriberFactory.create(confirmed=True)
    me = UserFactory(email="me@newsroom.example")
    sending.send_test(issue=issue_of(published("Fine")), to=me)
    row = Email.objects.get()
    assert row.to == ["me@newsroom.example"]
    assert row.subject == "Test: What was new"
    assert "Fine" in row.html_message
    assert str(reader.reference) not in row.message
    assert "List-Unsubscribe" not in (row.headers or {})
    mail._background.wait()


def test_somebody_without_an_address_is_told_so() -> None:
    with pytest.raises(IssueRefusedError, match="has no e-mail address"):
        sending.send_test(issue=issue_of(published("Fine")), to=UserFactory(email=""))


def test_a_scheduled_issue_is_begun_when_its_time_has_come_and_not_before() -> None:
    SubscriberFactory.create(confirmed=True)
    issue, by = issue_of(published("Fine")), editor()
    sending.schedule(issue=issue, at=timezone.now() + timedelta(hours=1), by=by)
    assert sending.send_due() == 0
    Issue.objects.update(scheduled_for=timezone.now() - timedelta(seconds=1))
    assert sending.send_due() == 1
    assert sending.send_due() == 0
    issue.refresh_from_db()
    assert (issue.status, issue.begun_by) == (IssueStatus.BEGUN, by)


def test_a_scheduled_issue_that_has_broken_is_held_with_the_reason() -> None:
    SubscriberFactory.create(confirmed=True)
    page = published("Gone")
    issue, by, _ = issue_of(page), editor(), editor()
    sending.schedule(issue=issue, at=timezone.now() + timedelta(hours=1), by=by)
    page.unpublish()
    Issue.objects.update(scheduled_for=timezone.now() - timedelta(seconds=1))
    assert sending.send_due() == 0
    issue.refresh_from_db()
    assert issue.status == IssueStatus.DRAFT
    assert "Readers cannot open “Gone”" in issue.problem
    assert not Mailing.objects.exists()
    [written] = Email.objects.all()
    assert written.to == [by.email]
    assert "Readers cannot open “Gone”" in written.message


def test_where_whoever_scheduled_it_has_left_those_are_told_who_may_send() -> None:
    gone = UserFactory(role="Editors", is_active=False)
    UserFactory(role="Reviewers")
    administrator = UserFactory(is_superuser=True)
    issue = issue_of(published("Fine"), begun_by=gone)
    sending.hold(issue, "Something.")
    assert [row.to for row in Email.objects.all()] == [[administrator.email]]
    Email.objects.all().delete()
    others = {editor().email, editor().email}
    sending.hold(issue, "Something.")
    assert {row.to[0] for row in Email.objects.all()} == others


def test_a_time_that_is_over_is_refused_and_one_that_was_set_can_be_taken_back() -> None:
    issue = issue_of(published("Fine"))
    with pytest.raises(IssueRefusedError, match="This time is over"):
        sending.schedule(issue=issue, at=timezone.now() - timedelta(minutes=1), by=editor())
    with pytest.raises(IssueRefusedError, match="not scheduled"):
        sending.unschedule(issue=issue, by=editor())
    sending.schedule(issue=issue, at=timezone.now() + timedelta(hours=1), by=editor())
    sending.unschedule(issue=issue, by=editor())
    assert (issue.status, issue.scheduled_for) == (IssueStatus.DRAFT, None)


# The command --------------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    said = io.StringIO()
    call_command("send_issue", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_sends_an_issue_and_says_how_far_it_came() -> None:
    SubscriberFactory.create_batch(3, confirmed=True)
    issue = issue_of(published("Fine"))
    assert "3 of 3 sent, 0 wait" in command(str(issue.pk))
    assert "3 of 3 sent, 0 wait" in command(str(issue.pk)), "and does nothing the second time"


def test_without_a_number_the_command_goes_on_with_all() -> None:
    SubscriberFactory.create_batch(2, confirmed=True)
    sending.begin(issue=issue_of(published("Fine")), by=editor())
    assert "2 of 2 sent" in command()
    assert command() == ""


@pytest.mark.parametrize("asked", ["0", "x", "9" * 30, "-1"])
def test_a_number_that_is_no_issue_is_an_error(asked: str) -> None:
    with pytest.raises(CommandError):
        call_command("send_issue", "--", asked)


def test_the_command_refuses_what_cannot_be_sent() -> None:
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"), subject="")
    with pytest.raises(CommandError, match="no subject"):
        command(str(issue.pk))


def test_the_command_says_that_the_mail_server_is_not_there(settings: Settings) -> None:
    settings.POST_OFFICE = {
        **settings.POST_OFFICE,
        "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
    }
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    SubscriberFactory.create(confirmed=True)
    issue = issue_of(published("Fine"))
    with pytest.raises(CommandError, match="cannot be reached"):
        command(str(issue.pk))


def test_times_are_known_with_their_zone() -> None:
    assert isinstance(issue_of(published("Fine")).covers_until, datetime)
    assert Permission.objects.filter(codename="send_issue").exists()
