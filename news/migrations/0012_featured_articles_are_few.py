"""An index of the few articles that are featured, for the lead of the front page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0011_authors_of_the_source")]

    operations = [
        migrations.AddIndex(
            model_name="articlepage",
            index=models.Index(
                condition=models.Q(featured=True), fields=["featured"], name="article_featured"
            ),
        ),
    ]
