"""Wrong contacts: a reader's report, and the decision on it in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from advocacy import reports
from advocacy.models import ChannelReport, Representative
from advocacy.report_forms import ReportForm
from advocacy.views.heads import private_head
from cms.core import limits
from cms.core.private_pages import private_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from cms.core.requests import AdminRequest

A_NETWORK = "10/h"
# The same contact from the same place says nothing new.
A_NETWORK_ON_A_CHANNEL = "1/d"
A_CHANNEL = "60/d"


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, and the same next page whether or not the report was counted."""
    shown = get_object_or_404(Representative.objects.public().with_channels(), slug=slug)
    if request.method == "POST":
        form = ReportForm(request.POST, representative=shown)
        if form.is_valid():
            if not form.is_from_a_machine and _may_count(request, shown, form):
                reports.report(representative=shown, **form.reported)
            return redirect("advocacy:reported", slug=shown.slug)
    else:
        initial = {"channel": request.GET.get("channel", "")}
        form = ReportForm(initial=initial, representative=shown)
    return render(
        request,
        "advocacy/report.html",
        {
            "representative": shown,
            "form": form,
            "head": private_head(f"Report a wrong contact: {shown.titled_name}"),
        },
    )


def _may_count(request: HttpRequest, shown: Representative, form: ReportForm) -> bool:
    """Whether it is no flood. What one limit stops does not count against the next."""
    network = limits.client_network(request)
    channel = f"{shown.pk} {form.cleaned_data['channel']}"
    asked = (
        ("network", network, A_NETWORK),
        ("again", f"{network} {channel}", A_NETWORK_ON_A_CHANNEL),
        ("channel", channel, A_CHANNEL),
    )
    return all(
        limits.within(request, what=f"report.{what}", who=who, rate=rate)
        for what, who, rate in asked
    )


@private_page
@require_safe
def reported(request: HttpRequest, slug: str) -> HttpResponse:
    """Thanks: the same page for everybody."""
    shown = get_object_or_404(Representative.objects.public(), slug=slug)
    return render(
        request,
        "advocacy/reported.html",
        {"representative": shown, "head": private_head("Thank you")},
    )


@require_POST
def decide(request: AdminRequest, pk: int) -> HttpResponse:
    """Accept or dismiss; what is accepted leads on to the entry that has to be put right."""
    if not request.user.has_perm("advocacy.change_channelreport"):
        raise PermissionDenied
    row = get_object_or_404(ChannelReport.objects.select_related("representative"), pk=pk)
    accept = request.POST.get("decision") == "accept"
    back = redirect(reverse("advocacy_channelreport_modeladmin_index"))
    if not reports.decide(report=row, accept=accept, user=request.user):
        row.refresh_from_db()
        messages.error(request, f"Somebody was quicker: {row.get_status_display()}.")
        return back
    if not accept:
        messages.success(request, "The report was dismissed.")
        return back
    messages.success(
        request,
        f"Accepted: {row.what}. Put it right or take it out here, with the day on which you looked. "
        "What names this representative waits for another look.",
    )
    return redirect(
        reverse("wagtailsnippets_advocacy_representative:edit", args=[row.representative_id])
    )
