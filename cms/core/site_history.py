"""Wagtail's report on what everybody did, for those whom its menu leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.models import Page
from wagtail.permissions import policy_registry

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest


class SiteHistoryView(LogEntriesView):
    """Wagtail hides the report from those without a page to look after, but answers them."""

    def dispatch(self, request: AdminRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse those to whom the menu does not offer it."""
        if policy_registry.get_by_type(Page).explorable_root_instance(request.user) is None:
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response
