"""Who signed what, for campaigners."""

from __future__ import annotations

from wagtail_modeladmin.options import modeladmin_register

from advocacy.models import ChannelReport, Signature
from cms.core.ledgers import Ledger


class SignatureLedger(Ledger):
    """Every signature, pending or confirmed."""

    model = Signature
    menu_label = "Signatures"
    menu_icon = "edit"
    menu_order = 330
    list_display = ("name", "petition", "status", "created_at")
    list_filter = ("status", "petition", "created_at", "country", "wants_newsletter")
    list_select_related = ("petition",)
    search_fields = ("name", "email", "postal_code")
    inspect_view_fields = (
        "name",
        "email",
        "petition",
        "status",
        "country",
        "postal_code",
        "comment",
        "wants_newsletter",
        "created_at",
        "confirmed_at",
    )


class ChannelReportLedger(Ledger):
    """Contacts that readers reported to be wrong; whoever may decide does so on a report's page."""

    model = ChannelReport
    menu_label = "Reported contacts"
    menu_icon = "warning"
    menu_order = 325
    list_display = ("representative", "what", "problem", "times", "status", "last_reported_at")
    list_filter = ("status", "problem", "kind", "last_reported_at")
    list_select_related = ("representative",)
    search_fields = ("representative__name", "value", "remarks")
    inspect_template_name = "advocacy/admin/channel_report.html"


modeladmin_register(ChannelReportLedger)
modeladmin_register(SignatureLedger)
