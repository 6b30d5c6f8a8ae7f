"""Editors keep sources, categories and tags in order, so they merge and rename them."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

CODENAMES = ("merge_tag", "merge_source", "merge_category")


def _editors(apps):
    return apps.get_model("auth.Group").objects.filter(name="Editors")


def _permissions(apps):
    return apps.get_model("auth.Permission").objects.filter(
        content_type__app_label="news", codename__in=CODENAMES
    )


def allow(apps, schema_editor):
    """Let editors merge and rename."""
    # Permissions are otherwise made after all migrations have run.
    create_permissions(installed.get_app_config("news"), verbosity=0, apps=apps)
    for group in _editors(apps):
        group.permissions.add(*_permissions(apps))


def disallow(apps, schema_editor):
    """Leave it to administrators."""
    for group in _editors(apps):
        group.permissions.remove(*_permissions(apps))


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0004_campaigners_choose_the_default_petition"),
        ("news", "0003_merges"),
    ]

    operations = [migrations.RunPython(allow, disallow)]
