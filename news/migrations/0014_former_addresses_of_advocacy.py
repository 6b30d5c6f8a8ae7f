"""Petitions, letters and representatives are found under their former addresses, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0013_lists_of_the_admin")]

    operations = [
        migrations.AlterField(
            model_name="formerslug",
            name="kind",
            field=models.CharField(
                choices=[
                    ("category", "Category"),
                    ("source", "Source"),
                    ("tag", "Tag"),
                    ("author", "Author"),
                    ("petition", "Petition"),
                    ("letter", "Letter"),
                    ("representative", "Representative"),
                ],
                max_length=20,
            ),
        ),
    ]
