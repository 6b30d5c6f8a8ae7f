"""What advocacy adds to Wagtail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from advocacy import (
    audit,
    comments,
    dashboard,
    ledgers,
    notices,
    petition_life,
    retention,
    tally,
)
from advocacy.models import Petition, Signature
from advocacy.views import campaign, differences, reports, second_looks
from advocacy.views import comments as comment_views
from advocacy.viewsets import AdvocacyViewSetGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from wagtail.admin.ui.components import Component
    from wagtail.log_actions import LogActionRegistry

    from cms.core.requests import AdminRequest

register_snippet(AdvocacyViewSetGroup)


@hooks.register("register_admin_urls")
def advocacy_urls() -> list[URLPattern]:
    """What campaigners and editors answer on their dashboard."""
    return [
        path("second-looks/", second_looks.second_looks, name="advocacy_second_looks"),
        path("differences/", differences.listing, name="advocacy_differences"),
        path("differences/<int:pk>/", differences.decide, name="advocacy_decide_difference"),
    ]


@hooks.register("construct_homepage_panels")
def advocacy_panels(request: AdminRequest, panels: list[Component]) -> None:
    """Put what waits for this person before Wagtail's own panels."""
    panels.extend(dashboard.panels_for(request))


class CommentsMenuItem(MenuItem):
    """For those who may decide."""

    def is_shown(self, request: HttpRequest) -> bool:
        """With the permission."""
        return request.user.has_perm(comments.PERMISSION)


@hooks.register("register_admin_urls")
def comments_url() -> list[URLPattern]:
    """The queue of signers who agreed to be shown."""
    return [path("signers/", comment_views.queue, name="advocacy_comments")]


@hooks.register("register_advocacy_menu_item")
def comments_menu_item() -> MenuItem:
    """Beside the signatures."""
    return CommentsMenuItem(
        "Signers to show", reverse("advocacy_comments"), icon_name="comment", order=11
    )


for ledger in (
    ledgers.SignatureLedger(),
    ledgers.InvalidationLedger(),
    ledgers.ChannelReportLedger(),
):
    hooks.register("register_advocacy_menu_item", ledger.get_menu_item)


@hooks.register("before_delete_snippet")
def keep_signed_petitions(
    request: HttpRequest, instances: Iterable[models.Model]
) -> HttpResponse | None:
    """Say before the question is asked that a petition with signatures stays."""
    petitions = [instance for instance in instances if isinstance(instance, Petition)]
    signed = set(
        Signature.objects.filter(petition__in=petitions).values_list("petition__title", flat=True)
    )
    if not signed:
        return None
    titles = ", ".join(f"“{title}”" for title in sorted(signed))
    messages.error(
        request,
        f"People have signed {titles}, so nothing was deleted. "
        "Set the status to Closed or Archived instead.",
    )
    return redirect(Petition.snippet_viewset.get_url_name("list"))


@hooks.register("register_admin_urls")
def report_urls() -> list[URLPattern]:
    """Where campaigners decide on a reported contact."""
    return [
        path("reported-contacts/<int:pk>/decide/", reports.decide, name="advocacy_decide_report")
    ]


@hooks.register("register_admin_urls")
def campaign_urls() -> list[URLPattern]:
    """What campaigners do from a petition's campaign page."""
    return [
        path(
            "petitions/<int:petition_id>/move/<slug:to>/",
            campaign.move,
            name="advocacy_move",
        ),
        path(
            "petitions/<int:petition_id>/signed-list.csv",
            campaign.signed_csv,
            name="advocacy_signed_csv",
        ),
        path(
            "petitions/<int:petition_id>/signed-list/",
            campaign.signed_print,
            name="advocacy_signed_print",
        ),
        path(
            "petitions/<int:petition_id>/notices/new/",
            campaign.write_notice,
            name="advocacy_new_notice",
        ),
        path(
            "petitions/<int:petition_id>/notices/<int:notice_id>/edit/",
            campaign.write_notice,
            name="advocacy_edit_notice",
        ),
        path(
            "petitions/<int:petition_id>/notices/<int:notice_id>/",
            campaign.notice,
            name="advocacy_notice",
        ),
    ]


@hooks.register("sweep")
def sweep_petitions() -> str:
    """Close what is over, count the days, go on with notices. Safe at any time, twice at once."""
    closed = petition_life.close_overdue()
    tally.update()
    written = notices.take_up()
    notices.settle()
    return f"petitions: {closed} closed; {written} notices to signers written"


@hooks.register("sweep")
def sweep_retention() -> str:
    """Forget what has been kept for long enough. Safe at any time, and twice at once."""
    return f"retention: {retention.forget()}"


@hooks.register("register_log_actions")
def advocacy_log_actions(actions: LogActionRegistry) -> None:
    """What histories say of petitions, signers, notices, reports and imports."""
    audit.register(actions)
