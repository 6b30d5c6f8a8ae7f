"""Feeds and stories; domains of sources; why a link was suggested, and what its check found."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import modelcluster.fields
import modelsearch.index
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0001_articles"),
    ]

    operations = [
        migrations.AddField(
            model_name="relatedlink",
            name="broken_since",
            field=models.DateTimeField(db_index=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="check_message",
            field=models.CharField(blank=True, editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="checked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="created_at",
            field=models.DateTimeField(
                db_index=True, default=django.utils.timezone.now, editable=False
            ),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="explanation",
            field=models.CharField(blank=True, editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="failed_checks",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="folded",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="page",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="news.articlepage",
            ),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="rejected_because",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="score",
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "address",
                    models.URLField(
                        help_text="RSS, Atom, RDF or JSON Feed.", max_length=2000, unique=True
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True,
                        help_text="Blank takes what the feed calls itself.",
                        max_length=200,
                    ),
                ),
                (
                    "enabled",
                    models.BooleanField(default=True, help_text="Off: kept, but not asked."),
                ),
                (
                    "every",
                    models.PositiveIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(10080),
                        ],
                        verbose_name="minutes between polls",
                    ),
                ),
                ("etag", models.CharField(blank=True, editable=False, max_length=500)),
                ("last_modified", models.CharField(blank=True, editable=False, max_length=100)),
                ("polled_at", models.DateTimeField(editable=False, null=True)),
                (
                    "next_poll_at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("claimed_until", models.DateTimeField(editable=False, null=True)),
                (
                    "failures",
                    models.PositiveIntegerField(
                        default=0, editable=False, help_text="Polls in a row that failed."
                    ),
                ),
                ("last_error", models.TextField(blank=True, editable=False)),
                (
                    "categories",
                    modelcluster.fields.ParentalManyToManyField(
                        blank=True,
                        help_text="An article that starts from one of its stories is filed under these.",
                        related_name="+",
                        to="news.category",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feeds",
                        to="news.source",
                    ),
                ),
            ],
            options={
                "ordering": ["source__name", "address"],
            },
        ),
        migrations.CreateModel(
            name="FeedPoll",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "started_at",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("read", "Read"),
                            ("unchanged", "Unchanged"),
                            ("failed", "Failed"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("message", models.TextField(blank=True)),
                ("items", models.PositiveIntegerField(default=0)),
                ("added", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("problems", models.JSONField(default=list)),
                (
                    "feed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="polls",
                        to="news.feed",
                    ),
                ),
            ],
            options={
                "ordering": ["-started_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="SourceDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "domain",
                    models.CharField(
                        help_text="As in example.org. An address there, or below it, belongs to this source.",
                        max_length=253,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A(?=.{4,253}\\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\\Z",
                                "Write a domain in small letters, like example.org: no https://, no path, no www. in front.",
                            )
                        ],
                    ),
                ),
                (
                    "source",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="domains",
                        to="news.source",
                    ),
                ),
            ],
            options={
                "ordering": ["domain"],
            },
        ),
        migrations.CreateModel(
            name="Story",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(max_length=2000, unique=True)),
                ("title", models.CharField(max_length=300)),
                ("summary", models.TextField(blank=True)),
                ("author", models.CharField(blank=True, max_length=160)),
                ("language", models.CharField(blank=True, max_length=16)),
                ("picture_address", models.CharField(blank=True, max_length=2000)),
                ("published_at", models.DateTimeField(db_index=True)),
                (
                    "first_seen_at",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now),
                ),
                ("fingerprint", models.CharField(blank=True, db_index=True, max_length=64)),
                (
                    "feed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="stories",
                        to="news.feed",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stories",
                        to="news.source",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "stories",
                "ordering": ["-published_at", "-pk"],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.AddField(
            model_name="relatedlink",
            name="story",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="related_links",
                to="news.story",
            ),
        ),
    ]
