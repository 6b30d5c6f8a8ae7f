"""Editors choose which results the search puts first."""

from django.db import migrations

ACTIONS = ("add", "change", "delete", "view")


def _permissions(apps):
    # Django makes permissions after all migrations, so what is needed earlier is made here.
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="search", model="promotion"
    )
    permission = apps.get_model("auth.Permission")
    return [
        permission.objects.get_or_create(
            content_type=kind,
            codename=f"{action}_promotion",
            defaults={"name": f"Can {action} promoted result"},
        )[0]
        for action in ACTIONS
    ]


def allow(apps, schema_editor):
    """Let editors keep promoted results."""
    for group in apps.get_model("auth.Group").objects.filter(name="Editors"):
        group.permissions.add(*_permissions(apps))


def disallow(apps, schema_editor):
    """Leave them to administrators."""
    for group in apps.get_model("auth.Group").objects.filter(name="Editors"):
        group.permissions.remove(*_permissions(apps))


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0006_newsroom_roles"),
        ("search", "0002_promoted_results"),
    ]

    operations = [migrations.RunPython(allow, disallow)]
