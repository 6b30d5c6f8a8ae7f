"""Wagtail's lists that can be taken away, in whose cells no spreadsheet finds a formula.

A headline may come from elsewhere, and begin as a formula does. Wagtail guards its workbooks, not its
CSV files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.reports.aging_pages import AgingPagesView
from wagtail.admin.views.reports.locked_pages import LockedPagesView
from wagtail.admin.views.reports.workflows import WorkflowTasksView, WorkflowView
from wagtail.contrib.redirects.views import IndexView as RedirectsView

from cms.core.site_history import SiteHistoryView
from cms.core.spreadsheets import TextInCells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.urls import URLPattern
    from django.views import View


class AgingPages(TextInCells, AgingPagesView):
    """Pages by their age."""


class LockedPages(TextInCells, LockedPagesView):
    """Pages that somebody locked."""


class Workflows(TextInCells, WorkflowView):
    """What waits for whom."""


class WorkflowTasks(TextInCells, WorkflowTasksView):
    """The same, step by step."""


class Redirects(TextInCells, RedirectsView):
    """Addresses that lead elsewhere."""


def _patterns() -> Iterator[URLPattern]:
    """The list, and the part of it that its filters bring anew."""
    lists: dict[str, type[View]] = {
        "reports/aging-pages/": AgingPages,
        "reports/locked/": LockedPages,
        "reports/site-history/": SiteHistoryView,
        "reports/workflow/": Workflows,
        "reports/workflow_tasks/": WorkflowTasks,
        "redirects/": Redirects,
    }
    for route, view in lists.items():
        for address, options in ((route, {}), (f"{route}results/", {"results_only": True})):
            yield path(address, never_cache(require_admin_access(view.as_view(**options))))


# Before Wagtail's own addresses of the same lists, which name them.
urlpatterns = list(_patterns())
