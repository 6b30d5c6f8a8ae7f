"""Editors keep the feeds; moderators read the stories that links are chosen from."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = {
    "Editors": (
        "view_feed",
        "add_feed",
        "change_feed",
        "delete_feed",
        "view_story",
        "view_feedpoll",
    ),
    "Moderators": ("view_story",),
}


def _each(apps):
    for name, codenames in ROLES.items():
        group = apps.get_model("auth.Group").objects.filter(name=name).first()
        if group is not None:
            yield (
                group,
                apps.get_model("auth.Permission").objects.filter(
                    content_type__app_label="news", codename__in=codenames
                ),
            )


def allow(apps, schema_editor):
    """Give the permissions, which Django would otherwise make after all migrations."""
    create_permissions(installed.get_app_config("news"), verbosity=0, apps=apps)
    for group, permissions in _each(apps):
        group.permissions.add(*permissions)


def disallow(apps, schema_editor):
    """Take them back."""
    for group, permissions in _each(apps):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0005_merging_roles"),
        ("news", "0002_feeds_and_stories"),
    ]

    operations = [migrations.RunPython(allow, disallow)]
