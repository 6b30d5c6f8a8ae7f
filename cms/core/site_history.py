"""What everybody did: Wagtail's report, for those whom its menu leads there, with safe exports.

Logins stand in it beside pages and everything else; Wagtail shows each entry to those who may look
after what it is about: those of logins to whoever looks after users.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.utils.functional import cached_property
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.admin.widgets import Button
from wagtail.coreutils import get_content_type_label
from wagtail.models import Page
from wagtail.permissions import policy_registry

from cms.core.accounts import audit
from cms.core.spreadsheets import TextInCells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet
    from django.http import HttpResponse
    from wagtail.models.audit_log import BaseLogEntry

    from cms.core.requests import AdminRequest

JSON_LINES = "jsonl"
# Entries that are in memory at once, while all are sent.
BATCH = 500


class SiteHistoryView(TextInCells, LogEntriesView):
    """Wagtail hides the report from those without a page to look after, but answers them."""

    FORMATS = (*LogEntriesView.FORMATS, JSON_LINES)
    export_headings = {**LogEntriesView.export_headings, "message": "What"}
    list_export = [*LogEntriesView.list_export, "message"]

    def dispatch(self, request: AdminRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse those to whom the menu does not offer it."""
        if policy_registry.get_by_type(Page).explorable_root_instance(request.user) is None:
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Wagtail's two ways to take it away, and one for programs."""
        url = self.get_export_url(JSON_LINES)
        button = Button("Download JSON Lines", url=url, icon_name="download", priority=110)
        return [*super().header_more_buttons, button]

    def decorate_paginated_queryset(self, queryset: QuerySet[Any]) -> Iterable[BaseLogEntry]:
        """The entries of one page; those of an export, however many, a batch at a time."""
        return self._batches(queryset) if self.is_export else self._entries(queryset)

    def _entries(self, rows: Iterable[Any]) -> list[BaseLogEntry]:
        entries: list[BaseLogEntry] = super().decorate_paginated_queryset(rows)
        return entries

    def _batches(self, queryset: QuerySet[Any]) -> Iterator[BaseLogEntry]:
        rows = queryset.iterator(chunk_size=BATCH)
        while batch := list(islice(rows, BATCH)):
            yield from self._entries(batch)

    def as_spreadsheet(self, queryset: Iterable[BaseLogEntry], spreadsheet_format: str) -> Any:
        """Send them, and write down who took them away."""
        user = self.request.user
        audit.record(user, audit.EXPORT, by=user, what="Site history", format=spreadsheet_format)
        if spreadsheet_format != JSON_LINES:
            return super().as_spreadsheet(queryset, spreadsheet_format)
        return StreamingHttpResponse(
            (f"{json.dumps(self._told(entry), ensure_ascii=False)}\n" for entry in queryset),
            content_type="application/jsonl; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{self.get_filename()}.jsonl"'},
        )

    def _told(self, entry: BaseLogEntry) -> dict[str, str]:
        return {
            "at": entry.timestamp.isoformat(),
            "user": str(entry.user_display_name),
            "action": entry.action,
            "what": str(entry.message),
            "type": str(get_content_type_label(entry.content_type)),
            "id": str(entry.object_id),
            "name": entry.label,
        }
