"""Proofs of work that were used."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_pictures_and_site"),
    ]

    operations = [
        migrations.CreateModel(
            name="SpentProof",
            fields=[
                ("nonce", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "spent proof of work",
                "verbose_name_plural": "spent proofs of work",
            },
        ),
    ]
