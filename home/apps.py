"""The front page and the pages about the newsroom: they compose the rest."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """HomePage, StandardPage, and the commands that span all apps."""

    name = "home"
    verbose_name = "Home"
