"""What advocacy adds to Wagtail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from advocacy import comments, dashboard, ledgers
from advocacy.models import Petition, Signature
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

__all__ = ["ledgers"]

register_snippet(AdvocacyViewSetGroup)


@hooks.register("construct_homepage_panels")
def registry_panels(request: AdminRequest, panels: list[Component]) -> None:
    """Put what waits for campaigners before Wagtail's own panels."""
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


@hooks.register("register_admin_menu_item")
def comments_menu_item() -> MenuItem:
    """Beside the signatures."""
    return CommentsMenuItem(
        "Signers to show", reverse("advocacy_comments"), icon_name="comment", order=331
    )


@hooks.register("register_log_actions")
def comment_log_actions(actions: LogActionRegistry) -> None:
    """What the history of a petition says of its signers."""
    actions.register_action(comments.LOG_ACTION, "Show or hide signers", "Signers decided on")


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
