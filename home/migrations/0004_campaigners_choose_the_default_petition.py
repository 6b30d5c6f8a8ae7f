"""Campaigners keep the petitions, so they choose the one that stands where an article names none."""

from django.db import migrations


def _campaigners(apps):
    return apps.get_model("auth.Group").objects.filter(name="Campaigners")


def _permission(apps):
    return apps.get_model("auth.Permission").objects.get(
        content_type__app_label="advocacy", codename="change_advocacysettings"
    )


def allow(apps, schema_editor):
    """Let campaigners open Settings > Advocacy."""
    for group in _campaigners(apps):
        group.permissions.add(_permission(apps))


def disallow(apps, schema_editor):
    """Leave it to administrators, as before."""
    for group in _campaigners(apps):
        group.permissions.remove(_permission(apps))


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0003_roles"),
        ("advocacy", "0001_registry"),
    ]

    operations = [migrations.RunPython(allow, disallow)]
