"""How often and about what subscribers are written to, who never again, and mailings."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0001_subscribers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        help_text="Blank: made of the titles that a reader gets.",
                        max_length=200,
                    ),
                ),
                ("preheader", models.CharField(blank=True, max_length=250)),
                ("html", models.TextField()),
                ("text", models.TextField()),
                ("parts", models.JSONField()),
                (
                    "frequencies",
                    models.JSONField(help_text="To readers who want the newsletter so often."),
                ),
                ("begun_at", models.DateTimeField()),
                (
                    "last_subscriber",
                    models.BigIntegerField(
                        default=0,
                        help_text="Everybody up to this row is on the list, if it is for them.",
                    ),
                ),
                (
                    "addressed_at",
                    models.DateTimeField(
                        blank=True, help_text="When the list was whole.", null=True
                    ),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("receivers", models.PositiveIntegerField(default=0)),
                ("sent", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("bounced", models.PositiveIntegerField(default=0)),
                ("ended_before", models.PositiveIntegerField(default=0)),
                (
                    "unsubscribed",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="How many ended the newsletter with a link of this mail.",
                    ),
                ),
            ],
            options={
                "verbose_name": "mailing",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("never", "Its owner wants no mail again"),
                            ("bounced", "Its server says that there is no such mailbox"),
                            ("complaint", "Its owner called our mail unwanted"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
            ],
            options={
                "verbose_name": "suppressed address",
                "verbose_name_plural": "suppressed addresses",
                "ordering": ["-pk"],
            },
        ),
        migrations.AlterModelOptions(
            name="subscriber",
            options={
                "ordering": ["-created_at", "-pk"],
                "permissions": [
                    ("export_subscriber", "Can export subscribers"),
                    ("import_subscriber", "Can import subscribers"),
                ],
                "verbose_name": "subscriber",
                "verbose_name_plural": "subscribers",
            },
        ),
        migrations.AddField(
            model_name="subscriber",
            name="consent_source",
            field=models.CharField(
                blank=True,
                help_text="Where it was agreed to.",
                max_length=200,
                verbose_name="agreed to on",
            ),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="frequency",
            field=models.CharField(
                choices=[
                    ("each", "Each article, soon after it is published"),
                    ("daily", "Once a day, when there is something new"),
                    ("weekly", "Once a week"),
                ],
                default="weekly",
                max_length=6,
                verbose_name="how often",
            ),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="soft_bounces",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="The address is marked as refused after so many that could not be delivered.",
                verbose_name="mails given up in a row",
            ),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="topics",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Keys of what they chose (see cms.newsletter.topics); none means everything.",
            ),
        ),
        migrations.CreateModel(
            name="MailingRecipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("bounced", "Refused: no such mailbox"),
                            ("ended", "Had unsubscribed meanwhile"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(help_text="Not before; in a sender's hand until then."),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "mailing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recipients",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["mailing", "due_at", "id"],
                        name="mailing_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mailing", "subscriber"), name="mailing_once_to_each"
                    )
                ],
            },
        ),
    ]
