"""Who gets the newsletter, for those who send it."""

from __future__ import annotations

from wagtail_modeladmin.options import modeladmin_register

from cms.core.ledgers import Ledger
from cms.newsletter.models import Subscriber


class SubscriberLedger(Ledger):
    """Every subscriber, with the consent that was given."""

    model = Subscriber
    menu_label = "Subscribers"
    menu_icon = "mail"
    menu_order = 340
    list_display = ("email", "status", "created_at", "confirmed_at", "unsubscribed_at")
    list_filter = ("status", "created_at")
    search_fields = ("email",)
    inspect_view_fields = (
        "email",
        "status",
        "consent_text",
        "consented_at",
        "created_at",
        "confirmed_at",
        "unsubscribed_at",
        "refused_at",
    )


modeladmin_register(SubscriberLedger)
