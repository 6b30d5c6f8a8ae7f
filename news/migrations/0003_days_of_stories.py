"""How long stories from feeds are kept."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0002_feeds_and_stories"),
    ]

    operations = [
        migrations.AddField(
            model_name="newsroomsettings",
            name="story_days",
            field=models.PositiveIntegerField(
                default=30,
                help_text="Stories from feeds that no article and no related link uses are deleted"
                " then.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="days that stories are kept",
            ),
        ),
    ]
