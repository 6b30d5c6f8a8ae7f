"""Indexes for the lists of the admin, which Wagtail orders by columns that it has none on.

Those on Wagtail's table of pages are no part of its models, so they are made past them.
"""

from django.db import migrations, models


def _indexes(connection):
    latest = models.F("latest_revision_created_at").desc(nulls_last=True)
    # To SQLite nothing is less than something, so that its plain order is the same.
    lite = {"fields": ["depth", "-latest_revision_created_at"]}
    return [
        # The root of the tree, which nearly every view of the admin asks for.
        models.Index(fields=["depth", "path"], name="page_by_depth"),
        (
            models.Index(**lite, name="page_by_latest")
            if connection.vendor == "sqlite"
            else models.Index("depth", latest, name="page_by_latest")
        ),
        models.Index(fields=["depth", "title"], name="page_by_title"),
        models.Index(
            fields=["latest_revision_created_at"],
            condition=models.Q(has_unpublished_changes=True),
            name="page_unpublished",
        ),
    ]


def add(apps, schema_editor):
    """Let the explorer, its root and the drafts be found in order."""
    for index in _indexes(schema_editor.connection):
        schema_editor.add_index(apps.get_model("wagtailcore.Page"), index)


def remove(apps, schema_editor):
    """Leave Wagtail's table as Wagtail made it."""
    for index in _indexes(schema_editor.connection):
        schema_editor.remove_index(apps.get_model("wagtailcore.Page"), index)


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0012_featured_articles_are_few"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        # Whether an article carries a tag is asked for each of a long list.
        migrations.AddIndex(
            model_name="articletag",
            index=models.Index(fields=["tag", "content_object"], name="article_tag_pair"),
        ),
        migrations.RunPython(add, remove),
    ]
