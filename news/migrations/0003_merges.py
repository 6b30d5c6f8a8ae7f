"""Merges of tags, sources and categories, with what undoing them needs."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0002_feeds_and_stories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("tag", "Tag"), ("source", "Source"), ("category", "Category")],
                        max_length=10,
                    ),
                ),
                ("old_id", models.PositiveBigIntegerField(db_index=True)),
                ("old_name", models.CharField(max_length=200)),
                ("into_id", models.PositiveBigIntegerField(db_index=True)),
                ("into_name", models.CharField(max_length=200)),
                ("kept", models.JSONField(default=list)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("merging", "Being merged"),
                            ("merged", "Merged"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                            ("failed", "Stopped"),
                        ],
                        db_index=True,
                        default="merging",
                        max_length=10,
                    ),
                ),
                (
                    "requested_at",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("versions_total", models.PositiveIntegerField(default=0)),
                ("versions_looked_through", models.PositiveIntegerField(default=0)),
                ("last_version", models.PositiveBigIntegerField(default=0)),
                ("last_version_undone", models.PositiveBigIntegerField(default=0)),
                ("touched_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=1)),
                ("problem", models.TextField(blank=True)),
                ("moved", models.PositiveIntegerField(default=0)),
                ("given_back", models.PositiveIntegerField(default=0)),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-requested_at", "-pk"],
                "permissions": [
                    ("merge_tag", "Can merge and rename tags"),
                    ("merge_source", "Can merge sources"),
                    ("merge_category", "Can merge categories"),
                ],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MergeStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(max_length=120)),
                ("record", models.JSONField()),
                ("undone", models.BooleanField(default=False)),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="news.merge",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "default_permissions": (),
            },
        ),
    ]
