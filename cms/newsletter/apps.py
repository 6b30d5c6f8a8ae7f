"""Subscribers with their consent."""

from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    """Who gets the newsletter, and how they asked for it."""

    name = "cms.newsletter"
    label = "newsletter"
    verbose_name = "Newsletter"

    def ready(self) -> None:
        """Listen for addresses that their mail server refuses."""
        # Both need models, which are ready only now.
        from cms.core.mail import address_refused  # noqa: PLC0415
        from cms.newsletter.subscriptions import mark_refused  # noqa: PLC0415

        def on_refused(address: str, **kwargs: object) -> None:
            mark_refused(address)

        address_refused.connect(on_refused, weak=False, dispatch_uid="newsletter.refused")
