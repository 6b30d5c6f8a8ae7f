"""Signers who agreed to be shown, and who decides on them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("advocacy", "0005_channel_reports"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="signature",
            options={
                "ordering": ["-created_at", "-pk"],
                "permissions": [
                    ("moderate_signature", "Can decide which signers are shown under a petition")
                ],
                "verbose_name": "signature",
                "verbose_name_plural": "signatures",
            },
        ),
        migrations.AddField(
            model_name="signature",
            name="display",
            field=models.CharField(
                choices=[
                    ("private", "Not to be shown"),
                    ("waiting", "Waiting"),
                    ("shown", "Shown"),
                    ("hidden", "Hidden"),
                ],
                default="private",
                max_length=10,
                verbose_name="shown on the page",
            ),
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                fields=["display", "petition", "-confirmed_at"], name="signature_display_idx"
            ),
        ),
    ]
