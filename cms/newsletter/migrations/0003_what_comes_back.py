"""Mails that come back: that each counts once, how many of a mailing, and when a reader's last did."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0002_frequency_suppressions_and_mailings"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="returned",
            field=models.PositiveIntegerField(
                default=0, help_text="How many of those sent came back as undeliverable."
            ),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="soft_bounced_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="last mail given up"
            ),
        ),
        migrations.CreateModel(
            name="Bounce",
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
                        choices=[
                            ("gone", "No such mailbox"),
                            ("full", "Could not be delivered for now"),
                            ("refused", "Refused, for a reason that is not the mailbox"),
                            ("complaint", "Called unwanted by its reader"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "mailing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="newsletter.mailing",
                    ),
                ),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="newsletter.subscriber",
                    ),
                ),
            ],
            options={
                "verbose_name": "returned mail",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mailing", "subscriber", "kind"), name="bounce_counts_once"
                    )
                ],
            },
        ),
    ]
