"""What is done with an issue: tested, scheduled, sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from cms.core.row_ids import LARGEST_ID
from news.models.issues import Issue
from news.newsletters import rendering, sending
from news.newsletters.viewset import page_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest

# What can be done, and the permission that it takes.
ACTIONS = {
    "test": "news.change_issue",
    "send": sending.PERMISSION,
    "schedule": sending.PERMISSION,
    "unschedule": sending.PERMISSION,
}


class ScheduleForm(forms.Form):
    """When, in the site's zone."""

    at = forms.DateTimeField(
        error_messages={
            "required": "Say when it is to be sent.",
            "invalid": "Say when as a date and a time, as in 2026-11-30 07:00.",
        }
    )


@require_POST
def act(request: AdminRequest, issue_id: int) -> HttpResponse:
    """Do what was pressed, and go back to the issue's page."""
    asked = request.POST.get("do", "")
    if asked not in ACTIONS or not request.user.has_perm(ACTIONS[asked]):
        raise PermissionDenied
    if issue_id > LARGEST_ID:
        raise Http404
    issue = get_object_or_404(Issue, pk=issue_id)
    try:
        messages.success(request, _done(request, issue, asked))
    except (sending.IssueRefusedError, rendering.IssueBrokenError) as refusal:
        messages.error(request, str(refusal))
    return redirect(page_of(issue))


def _done(request: AdminRequest, issue: Issue, asked: str) -> str:
    if asked == "test":
        sending.send_test(issue=issue, to=request.user)
        return f"A test is on its way to {request.user.email}."
    if asked == "send":
        expected = request.POST.get("receivers", "")
        if not (expected.isascii() and expected.isdigit() and len(expected) < 10):
            raise sending.IssueRefusedError(
                "The request was incomplete. Nothing was sent: try once more."
            )
        sending.begin(issue=issue, by=request.user, expected=int(expected))
        return "The issue is being sent."
    if asked == "unschedule":
        sending.unschedule(issue=issue, by=request.user)
        return "The issue is a draft again."
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        raise sending.IssueRefusedError(" ".join(map(str, form.errors["at"])))
    sending.schedule(issue=issue, at=form.cleaned_data["at"], by=request.user)
    return "The issue is scheduled."
