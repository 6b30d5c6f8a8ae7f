"""Representatives, petitions and letters."""

from django.apps import AppConfig


class AdvocacyConfig(AppConfig):
    """What a reader can do about a story."""

    name = "advocacy"
    label = "advocacy"
    verbose_name = "Advocacy"

    def ready(self) -> None:
        """Have a site's default petition count among the places that use it."""
        from wagtail.models import ReferenceIndex  # noqa: PLC0415 - models are ready only now

        ReferenceIndex.register_model(self.get_model("AdvocacySettings"))
