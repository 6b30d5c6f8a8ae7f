"""When each part of the sweep last did its work."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0003_spent_proofs_of_work")]

    operations = [
        migrations.CreateModel(
            name="SweepPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True)),
                ("succeeded_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
            ],
            options={"ordering": ["name"]},
        ),
    ]
