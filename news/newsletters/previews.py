"""An issue as it would arrive, for those who write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render

from news.newsletters import rendering

if TYPE_CHECKING:
    from django.http import HttpRequest

    from news.models import Issue


def preview(issue: Issue, *, request: HttpRequest, mode: str) -> HttpResponse:
    """The mail's HTML, or its text; where it cannot be sent, why not."""
    try:
        message = rendering.specimen(rendering.render(issue))
    except rendering.IssueBrokenError as error:
        return render(request, "news/admin/issue_problem.html", {"problem": str(error)})
    if mode == "text":
        return render(
            request,
            "news/admin/issue_text.html",
            {"subject": message.subject, "text": message.body},
        )
    return HttpResponse(message.alternatives[0][0])
