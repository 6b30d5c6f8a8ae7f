"""The index of likeness: headlines, their words, and how common each word is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0002_feeds_and_stories"),
    ]

    operations = [
        migrations.CreateModel(
            name="LikenessWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("headlines", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="LikenessEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("published_at", models.DateTimeField()),
                ("language", models.CharField(blank=True, max_length=8)),
                ("words", models.TextField(blank=True)),
                ("indexed_at", models.DateTimeField(db_index=True)),
                ("suggested_at", models.DateTimeField(db_index=True, null=True)),
                (
                    "page",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="likeness",
                        to="news.articlepage",
                    ),
                ),
                (
                    "story",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="likeness",
                        to="news.story",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "likeness entries",
            },
        ),
        migrations.CreateModel(
            name="LikenessPosting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=40)),
                ("minute", models.IntegerField()),
                ("weight", models.FloatField()),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="postings",
                        to="news.likenessentry",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="likenessentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("page__isnull", True), ("story__isnull", False)),
                    models.Q(("page__isnull", False), ("story__isnull", True)),
                    _connector="OR",
                ),
                name="likeness_entry_of_one",
            ),
        ),
        migrations.AddIndex(
            model_name="likenessposting",
            index=models.Index(
                fields=["word", "minute", "entry", "weight"], name="likeness_posting_walk"
            ),
        ),
        migrations.AddConstraint(
            model_name="likenessposting",
            constraint=models.UniqueConstraint(
                fields=("entry", "word"), name="likeness_posting_unique"
            ),
        ),
    ]
