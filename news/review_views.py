"""The reviewer's screen: read what readers would see, approve it or send it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from news import evidence, notifications, reviews
from news.drafting.flags import flags_of
from news.models import ArticlePage
from news.models.commentary import Section

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest


def _latest(page_id: int) -> ArticlePage:
    page = get_object_or_404(ArticlePage, pk=page_id)
    latest: ArticlePage = page.get_latest_revision_as_object()
    return latest


def _may_see(request: AdminRequest, page: ArticlePage) -> bool:
    permissions = page.permissions_for_user(request.user)
    return (
        request.user.has_perm(reviews.PERMISSION)
        or permissions.can_edit()
        or permissions.can_publish()
    )


@require_http_methods(["GET", "POST"])
def review(request: AdminRequest, page_id: int) -> HttpResponse:
    """Show the three sections of an article's latest version; decide on one of them."""
    page = _latest(page_id)
    if not _may_see(request, page):
        raise PermissionDenied
    note, failed = "", ""
    if request.method == "POST":
        section = request.POST.get("section", "")
        if section not in Section.values:
            raise PermissionDenied
        note = request.POST.get("note", "")
        try:
            decided = reviews.decide(
                page=page,
                section=section,
                seen=request.POST.get("seen", ""),
                approve=request.POST.get("decision") == "approve",
                reviewer=request.user,
                note=note,
            )
        except reviews.ReviewRefused as refusal:
            messages.error(request, str(refusal))
            failed = section
        else:
            notifications.review_decided(page=page, review=decided)
            messages.success(
                request,
                f"{decided.get_section_display()}: {decided.get_decision_display().lower()}.",
            )
            return redirect("news_review", page_id=page.pk)
    return render(
        request,
        "news/admin/review.html",
        {
            "page": page,
            "sections": [_section(page, request, state) for state in reviews.states_of(page)],
            "may_edit": page.permissions_for_user(request.user).can_edit(),
            "note": note,
            "failed": failed,
            "visible_body": page.body,
        },
        status=409 if failed else 200,
    )


def _section(
    page: ArticlePage, request: AdminRequest, state: reviews.SectionState
) -> dict[str, Any]:
    return {
        "state": state,
        "blocks": [
            {"block": block, "origin": state.origins.get(block.id)} for block in state.value or []
        ],
        "flags": flags_of(page, state.section.value),
        "why_not": reviews.why_not(page=page, section=state.section.value, reviewer=request.user),
    }


@require_POST
def ask(request: AdminRequest, page_id: int) -> HttpResponse:
    """Ask for a review of one section, or of every section that needs one."""
    page = _latest(page_id)
    wanted = request.POST.get("section", "")
    reviewer_id = request.POST.get("reviewer", "")
    reviewer = None
    if reviewer_id.isdigit():
        reviewer = get_object_or_404(reviews.reviewers(), pk=int(reviewer_id))
    asked = []
    try:
        for state in reviews.states_of(page):
            if state.section.value == wanted or (wanted == "all" and state.needs_approval):
                asked.append(
                    reviews.ask(
                        page=page,
                        section=state.section.value,
                        asked_by=request.user,
                        reviewer=reviewer,
                    )
                )
    except reviews.ReviewRefused as refusal:
        return _answer(request, page, error=str(refusal))
    if not asked:
        return _answer(request, page, error="No section needs a review as it stands.")
    people = [reviewer] if reviewer else reviews.reviewers().exclude(pk=request.user.pk)
    for row in asked:
        notifications.review_asked(page=page, review=row, reviewers=people)
    names = ", ".join(row.get_section_display() for row in asked)
    who = reviewer.public_name if reviewer else "the reviewers"
    return _answer(request, page, success=f"Asked {who} to review {names}.")


def _answer(
    request: AdminRequest, page: ArticlePage, *, success: str = "", error: str = ""
) -> HttpResponse:
    """JSON for the editor's script; without it, a message on the review screen."""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"message": success or error}, status=200 if success else 422)
    if error:
        messages.error(request, error)
    else:
        messages.success(request, success)
    return redirect("news_review", page_id=page.pk)


@require_GET
def download_evidence(request: AdminRequest, page_id: int) -> HttpResponse:
    """The record of how an article's commentary was made, as a JSON file."""
    page = get_object_or_404(ArticlePage, pk=page_id)
    if not _may_see(request, page):
        raise PermissionDenied
    response = JsonResponse(evidence.of_page(page), json_dumps_params={"indent": 2})
    name = f"evidence-{page.slug}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
