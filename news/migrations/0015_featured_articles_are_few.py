"""An index of the few articles that are featured, for the lead of the front page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0010_feeds_the_hub_is_told_of")]

    operations = [
        migrations.AddIndex(
            model_name="articlepage",
            index=models.Index(
                condition=models.Q(featured=True), fields=["featured"], name="article_featured"
            ),
        ),
    ]
