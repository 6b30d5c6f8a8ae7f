"""Subscribers with their consent."""

from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    """Who gets the newsletter, and how they asked for it."""

    name = "cms.newsletter"
    label = "newsletter"
    verbose_name = "Newsletter"
