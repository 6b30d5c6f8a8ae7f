"""What the newsletter adds to Wagtail and to the sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from wagtail import hooks
from wagtail.log_actions import LogFormatter

from cms.newsletter import admin_views, bounces, ledgers, mailings, subscriptions

if TYPE_CHECKING:
    from django.urls import URLPattern
    from wagtail.log_actions import LogActionRegistry
    from wagtail.models import ModelLogEntry

__all__ = ["ledgers"]


@hooks.register("register_admin_urls")
def newsletter_urls() -> list[URLPattern]:
    """The import."""
    return [
        path("subscribers/import/", admin_views.import_subscribers, name="newsletter_import"),
    ]


@hooks.register("sweep")
def sweep_mailings() -> str:
    """Go on with what is being sent, and forget who never answered."""
    sent = mailings.take_up()
    bounces.forget()
    return f"newsletters: {sent} sent; {subscriptions.forget_unconfirmed()} unconfirmed forgotten"


@hooks.register("take_up")
def take_up_mailings() -> None:
    """Have the batches sent that a killed worker held."""
    mailings.queue_left()


@hooks.register("register_log_actions")
def newsletter_log_actions(actions: LogActionRegistry) -> None:
    """What the history of the site says of subscribers; no address stands in it."""

    @actions.register_action("newsletter.subscribers.export")
    class Exported(LogFormatter):
        label = "Export subscribers"

        def format_message(self, log_entry: ModelLogEntry) -> str:
            return f"{log_entry.data.get('count', '?')} subscribers exported"

    @actions.register_action("newsletter.subscribers.import")
    class Imported(LogFormatter):
        label = "Import subscribers"

        def format_message(self, log_entry: ModelLogEntry) -> str:
            told = log_entry.data
            return (
                f"Subscribers imported: {told.get('created', '?')} created, "
                f"{told.get('known', '?')} known before, {told.get('suppressed', '?')} never "
                f"written to, {told.get('refused', '?')} refused"
            )
