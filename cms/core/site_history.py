"""What everybody did: Wagtail's report, for those whom its menu leads there, with safe exports.

Logins stand in it beside pages and everything else; Wagtail shows each entry to those who may look
after what it is about: those of logins to whoever looks after users.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Exists, IntegerField, OuterRef, Value
from django.http import StreamingHttpResponse
from django.utils.functional import cached_property
from wagtail.admin.filters import ContentTypeFilter
from wagtail.admin.views.reports.audit_logging import LogEntriesView, SiteHistoryReportFilterSet
from wagtail.admin.widgets import Button
from wagtail.coreutils import get_content_type_label
from wagtail.log_actions import registry
from wagtail.models import Page
from wagtail.permissions import policy_registry

from cms.core.accounts import audit
from cms.core.counting import CountedSoFar
from cms.core.spreadsheets import TextInCells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet
    from django.http import HttpResponse
    from wagtail.models.audit_log import BaseLogEntry

    from cms.core.models import User
    from cms.core.requests import AdminRequest

JSON_LINES = "jsonl"
# Entries that are in memory at once, while all are sent.
BATCH = 500


def _entries_for(user: User) -> list[QuerySet[Any]]:
    """What this person may see, kind of log by kind of log.

    Whoever may do everything sees every entry. Wagtail asks of each whether its page is one of all pages.
    """
    models = registry.get_log_entry_models()
    if user.is_superuser:
        return [model.objects.order_by() for model in models]
    return [model.objects.viewable_by_user(user).order_by() for model in models]


def _named_by(user: User, column: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows that an entry names; of each of them one entry is looked for.

    Log by log: of two in one condition PostgreSQL reads each from its beginning, row for row.
    """
    found: set[Any] = set()
    for entries in _entries_for(user):
        naming = rows.order_by().filter(Exists(entries.filter(**{column: OuterRef("pk")})))
        found.update(naming.values_list("pk", flat=True))
    return rows.filter(pk__in=found)


def _actions_so_far() -> set[str]:
    """What was ever done; an index leads from one action to the next."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for model in registry.get_log_entry_models():
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(
                f"WITH RECURSIVE done(action) AS (SELECT min(action) FROM {table} UNION ALL"  # noqa: S608 - our own table
                f" SELECT (SELECT min(action) FROM {table} WHERE action > done.action) FROM done"
                " WHERE done.action IS NOT NULL) SELECT action FROM done WHERE action IS NOT NULL"
            )
            found.update(action for (action,) in cursor.fetchall())
    return found


def _types(request: AdminRequest) -> QuerySet[ContentType]:
    return _named_by(request.user, "content_type", ContentType.objects.order_by("model"))


class HistoryFilters(SiteHistoryReportFilterSet):
    """Wagtail's filters, without a look at every entry for what they offer."""

    object_type = ContentTypeFilter(label="Type", method="filter_object_type", queryset=_types)

    def get_action_choices(self) -> list[tuple[str, str]]:
        """What was done here, whoever may see it."""
        done = _actions_so_far()
        return [choice for choice in registry.get_choices() if choice[0] in done]

    def get_users_queryset(self) -> QuerySet[User]:
        """Those who did something that this person may see."""
        people = get_user_model().objects.order_by("username")
        return _named_by(self.request.user, "user", people)


class SiteHistoryView(TextInCells, LogEntriesView):
    """Wagtail hides the report from those without a page to look after, but answers them."""

    filterset_class = HistoryFilters
    paginator_class = CountedSoFar
    FORMATS = (*LogEntriesView.FORMATS, JSON_LINES)
    export_headings = {**LogEntriesView.export_headings, "message": "What"}
    list_export = [*LogEntriesView.list_export, "message"]

    def dispatch(self, request: AdminRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse those to whom the menu does not offer it."""
        if policy_registry.get_by_type(Page).explorable_root_instance(request.user) is None:
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_filtered_queryset(self) -> QuerySet[Any]:
        """All logs as one, the latest entry first, each read from its own index of times."""
        self.log_models = list(registry.get_log_entry_models())
        logs = [
            self.filter_queryset(
                entries.values("pk", "timestamp").annotate(
                    log_model_index=Value(number, output_field=IntegerField())
                )
            )
            for number, entries in enumerate(_entries_for(self.request.user))
        ]
        return logs[0].union(*logs[1:], all=True).order_by("-timestamp")

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
