"""The front page and the pages about the newsroom: they compose the rest."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class HomeConfig(AppConfig):
    """HomePage, StandardPage, and the commands that span all apps."""

    name = "home"
    verbose_name = "Home"

    def ready(self) -> None:
        """Keep the default site at SITE_URL; watch what stands on readers' pages."""
        from home import page_tags  # noqa: PLC0415 - models are loaded by now
        from home.default_site import follow_site_url  # noqa: PLC0415 - models are loaded by now

        post_migrate.connect(follow_site_url, sender=self)
        page_tags.listen()
