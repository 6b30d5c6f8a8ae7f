"""Editors keep the authors' pages, and the redirects from addresses that are gone."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

ALLOWED = {
    "news": ("view_author", "add_author", "change_author"),
    "wagtailredirects": ("view_redirect", "add_redirect", "change_redirect", "delete_redirect"),
}


def _editors(apps):
    return apps.get_model("auth.Group").objects.filter(name="Editors")


def _permissions(apps):
    Permission = apps.get_model("auth.Permission")
    return [
        permission
        for app_label, codenames in ALLOWED.items()
        for permission in Permission.objects.filter(
            content_type__app_label=app_label, codename__in=codenames
        )
    ]


def allow(apps, schema_editor):
    """Let editors write authors and redirects."""
    # Permissions are otherwise made after all migrations have run.
    for app_label in ALLOWED:
        create_permissions(installed.get_app_config(app_label), verbosity=0, apps=apps)
    for group in _editors(apps):
        group.permissions.add(*_permissions(apps))


def disallow(apps, schema_editor):
    """Leave it to administrators."""
    for group in _editors(apps):
        group.permissions.remove(*_permissions(apps))


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0008_editors_send_the_newsletter"),
        ("news", "0009_following"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
    ]

    operations = [migrations.RunPython(allow, disallow)]
