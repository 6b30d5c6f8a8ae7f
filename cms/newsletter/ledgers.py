"""Who gets the newsletter, for those who send it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import display
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from wagtail.log_actions import log
from wagtail.models import Site
from wagtail_modeladmin.options import modeladmin_register

from cms.core.ledgers import Ledger, LedgerIndexView
from cms.newsletter import importing, topics
from cms.newsletter.models import Subscriber

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from cms.core.requests import AdminRequest

EXPORT_PERMISSION = "newsletter.export_subscriber"


class SubscriberIndexView(LedgerIndexView):
    """The list; what is listed can be exported, and that somebody did is written down."""

    request: AdminRequest
    FORMATS = ("csv",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, or its export, which takes a button and a right of its own."""
        exporting = request.GET.get(self.EXPORT_VAR) in self.FORMATS
        if not self.permission_helper.user_can_list(request.user) or (
            exporting and not request.user.has_perm(EXPORT_PERMISSION)
        ):
            raise PermissionDenied
        if exporting and request.method != "POST":
            # A link that is followed takes no list.
            rest = request.GET.copy()
            del rest[self.EXPORT_VAR]
            return redirect(f"{self.index_url}?{rest.urlencode()}")
        if request.method == "POST" and not exporting:
            return redirect(self.index_url)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The export; modeladmin gives it where the list would be got."""
        response: HttpResponse = self.get(request, *args, **kwargs)
        return response

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> Any:
        """Stream what is listed, after writing down who takes it."""
        log(
            Site.objects.get(is_default_site=True),
            "newsletter.subscribers.export",
            user=self.request.user,
            data={"count": queryset.count()},
        )
        return StreamingHttpResponse(
            self.stream_csv(queryset.iterator(chunk_size=2000)),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": 'attachment; filename="subscribers.csv"',
                "Cache-Control": "no-store, private",
            },
        )

    def get_heading(self, queryset: Any, field: str) -> str:
        """As an import reads it; else the field's own name."""
        headings = {"consent_text": "consent", "consent_source": "source", "chosen": "topics"}
        if field in {*importing.NEEDED, *importing.OPTIONAL}:
            return field
        return headings.get(field) or str(label_for_field(field, Subscriber)).capitalize()

    @property
    def may_export(self) -> bool:
        """Whether the list offers its export."""
        return bool(self.request.user.has_perm(EXPORT_PERMISSION))

    @property
    def may_import(self) -> bool:
        """Whether the list offers to take over subscribers from elsewhere."""
        return bool(self.request.user.has_perm(importing.PERMISSION))


class SubscriberLedger(Ledger):
    """Every subscriber, with the consent that was given."""

    model = Subscriber
    index_view_class = SubscriberIndexView
    menu_label = "Subscribers"
    menu_icon = "mail"
    menu_order = 340
    list_display = ("email", "state", "frequency", "chosen", "confirmed_at", "unsubscribed_at")
    list_filter = ("status", "frequency", "created_at")
    search_fields = ("email",)
    list_per_page = 50
    narrow_columns = ("state", "frequency", "confirmed_at", "unsubscribed_at")
    list_export = (
        "email",
        "status",
        "frequency",
        "chosen",
        "consent_text",
        "consent_source",
        "consented_at",
        "confirmed_at",
        "unsubscribed_at",
        "refused_at",
    )
    inspect_view_fields = (
        "email",
        "status",
        "frequency",
        "chosen",
        "consent_text",
        "consent_source",
        "consented_at",
        "created_at",
        "confirmed_at",
        "unsubscribed_at",
        "refused_at",
        "soft_bounces",
    )

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent=parent)
        self._names: dict[str, str] = {}

    def get_queryset(self, request: HttpRequest) -> Any:
        """The list; the names of topics are looked up once for all of it."""
        self._names = _names()
        return super().get_queryset(request)

    @display(description="status", ordering="status")
    def state(self, subscriber: Subscriber) -> str:
        """How far the subscription has come, or that nothing arrives."""
        if subscriber.status == subscriber.Status.CONFIRMED and not subscriber.is_written_to:
            return "Confirmed, but mail does not arrive"
        return subscriber.get_status_display()

    @display(description="about")
    def chosen(self, subscriber: Subscriber) -> str:
        """The names of what they chose, as an import reads them; blank for everything."""
        names = self._names or _names()
        return "; ".join(dict.fromkeys(names[key] for key in subscriber.topics if key in names))


def _names() -> dict[str, str]:
    """The name of each topic, under its key and those of all that have become part of it."""
    return {key: topic.name for topic in topics.offered() for key in (topic.key, *topic.former)}


modeladmin_register(SubscriberLedger)
