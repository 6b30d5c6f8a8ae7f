"""What moderators did to related links is kept until it can no longer be undone."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0006_source_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Curation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("approve", "approved"),
                            ("reject", "rejected"),
                            ("put_back", "put back among the suggestions"),
                            ("move", "moved"),
                            ("add", "added"),
                            ("edit", "edited"),
                            ("remove", "removed"),
                            ("keep", "kept although it did not answer"),
                        ],
                        max_length=10,
                    ),
                ),
                ("changes", models.JSONField(default=list)),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="relatedlink",
            index=models.Index(fields=["status", "article"], name="related_link_queued"),
        ),
        migrations.AddField(
            model_name="curation",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="curation",
            index=models.Index(fields=["by", "undone_at", "-id"], name="curation_last"),
        ),
    ]
