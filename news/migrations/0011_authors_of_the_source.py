"""Who wrote a story at its source: no writer of ours, and so a field beside the source."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0010_feeds_the_hub_is_told_of")]

    operations = [
        migrations.AddField(
            model_name="articlepage",
            name="source_authors",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Who wrote the story there, as the source names them. May be blank.",
                max_length=300,
                verbose_name="source's authors",
            ),
        ),
    ]
