"""Editors compose and send the newsletter; campaigners, who see subscribers, import and export them."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

GRANTED = {
    "Editors": [
        "news.view_issue",
        "news.add_issue",
        "news.change_issue",
        "news.delete_issue",
        "news.send_issue",
    ],
    "Campaigners": ["newsletter.export_subscriber", "newsletter.import_subscriber"],
}


def _permission(apps, name):
    app_label, codename = name.split(".")
    return apps.get_model("auth.Permission").objects.get(
        content_type__app_label=app_label, codename=codename
    )


def allow(apps, schema_editor):
    """Give each group what it needs; groups that a site has removed stay away."""
    for label in ("news", "newsletter"):
        # Permissions are otherwise made after all migrations have run.
        create_permissions(installed.get_app_config(label), verbosity=0, apps=apps)
    for group in apps.get_model("auth.Group").objects.filter(name__in=GRANTED):
        group.permissions.add(*(_permission(apps, name) for name in GRANTED[group.name]))


def disallow(apps, schema_editor):
    """Take it from them again."""
    for group in apps.get_model("auth.Group").objects.filter(name__in=GRANTED):
        group.permissions.remove(*(_permission(apps, name) for name in GRANTED[group.name]))


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0007_editors_promote_results"),
        ("news", "0008_newsletter_issues"),
        ("newsletter", "0002_frequency_suppressions_and_mailings"),
    ]

    operations = [migrations.RunPython(allow, disallow)]
