"""Representatives, petitions and letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db.models.signals import post_delete

if TYPE_CHECKING:
    from django.db.models import Model


class AdvocacyConfig(AppConfig):
    """What a reader can do about a story."""

    name = "advocacy"
    label = "advocacy"
    verbose_name = "Advocacy"

    def ready(self) -> None:
        """Have a site's default petition count among the places that use it; listen."""
        from wagtail.models import Page, ReferenceIndex  # noqa: PLC0415 - models are ready only now

        ReferenceIndex.register_model(self.get_model("AdvocacySettings"))
        for model in (Page, *map(self.get_model, ("Petition", "Representative", "Letter"))):
            post_delete.connect(_forget_second_looks, sender=model)
        from advocacy import page_tags  # noqa: PLC0415 - models are ready only now

        page_tags.listen()


def _forget_second_looks(instance: Model, **kwargs: object) -> None:
    """Ask for no second look at or because of what was deleted."""
    from advocacy import staleness  # noqa: PLC0415 - models are ready only now

    staleness.forget(instance)
