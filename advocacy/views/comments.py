"""The queue of signers who agreed to be shown, for campaigners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from advocacy import comments
from advocacy.comments import Decided
from advocacy.models import Display
from cms.core.row_ids import row_id

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest

ON_A_PAGE = 50
UNDO = "advocacy_comments_undo"
DONE = {
    Display.SHOWN: "shown under the petition",
    Display.HIDDEN: "hidden",
    Display.WAITING: "waiting again",
}


@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: AdminRequest) -> HttpResponse:
    """List those who wait, are shown or are hidden; decide on the ticked ones, or undo the last."""
    if not request.user.has_perm(comments.PERMISSION):
        raise PermissionDenied
    if request.method == "POST":
        return _undo(request) if "undo" in request.POST else _decide(request)
    display = _display(request.GET.get("display", "")) or Display.WAITING
    numbers = comments.counts()
    listed = comments.queue(display)
    pages = Paginator(listed, ON_A_PAGE)
    # The tabs say how many there are; the database need not be asked twice.
    pages.count = numbers[display]
    return render(
        request,
        "advocacy/admin/comments.html",
        {
            "page": pages.get_page(request.GET.get("p")),
            "display": display,
            "tabs": [
                {"display": tab, "number": numbers[tab], "current": tab == display}
                for tab in comments.DECISIONS
            ],
            "undo": len(request.session.get(UNDO, {}).get("before", {})),
        },
    )


def _decide(request: AdminRequest) -> HttpResponse:
    display = _display(request.POST.get("decision", ""))
    ticked = [pk for pk in map(row_id, request.POST.getlist("signature")) if pk][:ON_A_PAGE]
    if display is None:
        return HttpResponseBadRequest("The request was incomplete. Reload the page.")
    if not ticked:
        messages.warning(request, "Nobody was ticked, so nothing was changed.")
        return _back(request)
    decided = comments.decide(signatures=ticked, display=display, user=request.user)
    number = len(decided.before)
    request.session[UNDO] = {
        "display": decided.display.value,
        "before": {str(pk): was.value for pk, was in decided.before.items()},
    }
    if number < len(ticked):
        messages.warning(
            request, f"{len(ticked) - number} had been decided on meanwhile, or are gone."
        )
    if number:
        messages.success(request, f"{number} {DONE[display]}.")
    return _back(request)


def _undo(request: AdminRequest) -> HttpResponse:
    kept: dict[str, Any] = request.session.pop(UNDO, {})
    if not kept:
        messages.warning(request, "There is nothing to undo any more.")
        return _back(request)
    decided = Decided(
        Display(kept["display"]), {int(pk): Display(was) for pk, was in kept["before"].items()}
    )
    number = comments.undo(decided=decided, user=request.user)
    messages.success(request, f"Undone for {number} of {len(decided.before)}.")
    return _back(request)


def _back(request: AdminRequest) -> HttpResponse:
    display = _display(request.POST.get("display", "")) or Display.WAITING
    return redirect(f"{reverse('advocacy_comments')}?display={display.value}")


def _display(written: str) -> Display | None:
    return next((display for display in comments.DECISIONS if display == written), None)
