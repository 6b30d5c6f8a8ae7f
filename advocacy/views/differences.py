"""Deciding in the admin on what a file says otherwise than a person did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from advocacy import differences
from advocacy.models import Difference, Representative
from cms.core.row_ids import LARGEST_ID

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest

A_PAGE = 50


@require_safe
def listing(request: AdminRequest) -> HttpResponse:
    """What waits for a decision, or with ``?dismissed`` what was dismissed."""
    _allow(request)
    dismissed = "dismissed" in request.GET
    rows = Difference.objects.filter(dismissed_at__isnull=not dismissed)
    paginator = Paginator(rows.select_related("representative", "dismissed_by"), A_PAGE)
    return render(
        request,
        "advocacy/admin/differences.html",
        {
            "page": paginator.get_page(request.GET.get("p")),
            "dismissed": dismissed,
            "edit": Representative.snippet_viewset.get_url_name("edit"),
        },
    )


@require_POST
def decide(request: AdminRequest, pk: int) -> HttpResponse:
    """Accept, dismiss or put back one difference."""
    _allow(request)
    if pk > LARGEST_ID:
        raise Http404
    difference = get_object_or_404(Difference.objects.select_related("representative"), pk=pk)
    what = f"{difference.representative}: {difference.label}"
    match request.POST.get("do"):
        case "accept":
            try:
                differences.accept(difference=difference, user=request.user)
            except differences.DifferenceRefusedError as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, f"{what}: published as the file has it.")
        case "dismiss":
            differences.dismiss(difference=difference, user=request.user)
            messages.success(request, f"{what}: kept as it is. You find it under Dismissed.")
        case "reopen":
            differences.reopen(difference=difference)
            messages.success(request, f"{what}: waits for a decision again.")
        case _:
            return HttpResponseBadRequest("The request was incomplete. Reload the page.")
    return redirect("advocacy_differences")


def _allow(request: AdminRequest) -> None:
    if not request.user.has_perm(differences.PERMISSION):
        raise PermissionDenied
