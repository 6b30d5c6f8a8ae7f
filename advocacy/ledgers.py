"""Who signed what, for campaigners."""

from __future__ import annotations

from wagtail_modeladmin.options import modeladmin_register

from advocacy.models import Signature
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


modeladmin_register(SignatureLedger)
