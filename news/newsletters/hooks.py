"""What issues of the newsletter add to Wagtail, to the sweep and to what subscribers choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import path
from wagtail import hooks
from wagtail.admin import messages
from wagtail.log_actions import LogFormatter
from wagtail.snippets.models import register_snippet

from cms.newsletter.topics import HOOK as NEWSLETTER_TOPICS
from news.models.issues import Issue, IssueStatus
from news.newsletters import automatic, sending, topics, views
from news.newsletters.viewset import IssueViewSet, page_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models
    from django.http import HttpResponse
    from django.urls import URLPattern
    from wagtail.log_actions import LogActionRegistry
    from wagtail.models import ModelLogEntry

    from cms.core.requests import AdminRequest

register_snippet(IssueViewSet)


hooks.register(NEWSLETTER_TOPICS, topics.offered)


@hooks.register("register_admin_urls")
def issue_urls() -> list[URLPattern]:
    """What is done with an issue."""
    return [path("newsletter-issues/<int:issue_id>/act/", views.act, name="news_issue_act")]


@hooks.register("before_edit_snippet")
def keep_what_is_on_its_way(request: AdminRequest, instance: models.Model) -> HttpResponse | None:
    """Only drafts are edited: what was scheduled was looked at by whoever did it."""
    if not isinstance(instance, Issue) or instance.status == IssueStatus.DRAFT:
        return None
    if request.method == "POST":
        # It was a draft when it was opened: the view keeps what was typed.
        return None
    if instance.status == IssueStatus.SCHEDULED:
        messages.error(request, "This issue is scheduled. Take it off the schedule to edit it.")
    return redirect(page_of(instance))


@hooks.register("before_delete_snippet")
def keep_what_was_sent(
    request: AdminRequest, instances: Iterable[models.Model]
) -> HttpResponse | None:
    """What readers got is on record; what made itself would make itself again."""
    kept = [
        instance
        for instance in instances
        if isinstance(instance, Issue) and (instance.status != IssueStatus.DRAFT or instance.period)
    ]
    if not kept:
        return None
    titles = ", ".join(f"“{issue}”" for issue in kept)
    messages.error(
        request,
        f"Nothing was deleted: {titles} was sent, is scheduled, or would make itself again. Drafts"
        " that somebody composed can be deleted.",
    )
    return redirect(Issue.snippet_viewset.get_url_name("list"))


@hooks.register("sweep", order=-1)
def sweep_issues() -> str:
    """Begin what is scheduled or composes itself. Before the mailings, which it begins."""
    return f"issues: {sending.send_due()} scheduled and {automatic.send_due()} automatic begun"


@hooks.register("register_log_actions")
def issue_log_actions(actions: LogActionRegistry) -> None:
    """What the history of an issue says."""
    actions.register_action("news.issue.unschedule", "Unschedule", "Taken off the schedule")

    @actions.register_action("news.issue.schedule")
    class Scheduled(LogFormatter):
        label = "Schedule"

        def format_message(self, log_entry: ModelLogEntry) -> str:
            return f"Scheduled for {log_entry.data.get('at', '?')}"

    @actions.register_action("news.issue.send")
    class Sent(LogFormatter):
        label = "Send"

        def format_message(self, log_entry: ModelLogEntry) -> str:
            return f"Sent to {log_entry.data.get('count', '?')} subscribers"

    @actions.register_action("news.issue.hold")
    class Held(LogFormatter):
        label = "Not sent"

        def format_message(self, log_entry: ModelLogEntry) -> str:
            return f"Not sent: {log_entry.data.get('problem', '?')}"
