"""The app that every other app stands on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """People, pictures, the site's own settings, and what every page shares."""

    name = "cms.core"
    label = "core"
    verbose_name = "Dovetail"
