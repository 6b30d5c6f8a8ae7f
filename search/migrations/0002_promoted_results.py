"""What editors put before all results, for which words."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("advocacy", "0007_campaigns"),
        ("news", "0002_feeds_and_stories"),
        ("search", "0001_entries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Promotion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        help_text="What readers type, each on a line of its own. Small and capital letters, accents and punctuation make no difference."
                    ),
                ),
                ("phrases", models.TextField(editable=False)),
                (
                    "text",
                    models.CharField(
                        blank=True,
                        help_text="A sentence under its title: why it helps. May be blank.",
                        max_length=300,
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="news.articlepage",
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="advocacy.petition",
                    ),
                ),
                (
                    "representative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="advocacy.representative",
                    ),
                ),
            ],
            options={
                "verbose_name": "promoted result",
                "ordering": ["pk"],
            },
        ),
    ]
