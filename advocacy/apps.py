"""Representatives, petitions and letters."""

from django.apps import AppConfig


class AdvocacyConfig(AppConfig):
    """What a reader can do about a story."""

    name = "advocacy"
    label = "advocacy"
    verbose_name = "Advocacy"
