"""Saying in the admin that somebody has looked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from advocacy import staleness
from advocacy.models import SecondLook
from cms.core.row_ids import row_id

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest

# A panel sends the reasons of one place; nobody sends more by pressing a button.
MOST = 200
INCOMPLETE = "The request was incomplete. Reload the page."


@require_POST
def second_looks(request: AdminRequest) -> HttpResponse:
    """Settle what somebody has looked at, or put it back; all of it or nothing."""
    numbers = list(map(row_id, request.POST.getlist("row")))
    do = request.POST.get("do")
    if do not in {"settle", "reopen"} or not 0 < len(numbers) <= MOST:
        return HttpResponseBadRequest(INCOMPLETE)
    if not all(numbers):
        return HttpResponseBadRequest(INCOMPLETE)
    rows = list(SecondLook.objects.filter(pk__in=numbers).prefetch_related("place"))
    places = {(row.place_type_id, row.place_id): row.place for row in rows}
    for place in places.values():
        if place is None or not staleness.may_settle(request.user, place):
            raise PermissionDenied
    ids = [row.pk for row in rows]
    if do == "settle":
        if staleness.settle(rows=ids, user=request.user):
            messages.success(request, "Noted that you have looked at it. You can put it back.")
        else:
            messages.info(request, "Somebody else has looked at it already.")
    elif staleness.reopen(rows=ids, user=request.user):
        messages.success(request, "It waits for another look again.")
    else:
        messages.info(request, "It waits for another look already.")
    return redirect("wagtailadmin_home")
