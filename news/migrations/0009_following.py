"""Authors with pages, categories below categories, addresses of sources, and former addresses."""

import django.core.validators
import django.db.models.deletion
import modelcluster.fields
import modelsearch.index
from django.db import migrations, models
from django.utils.text import slugify

SLUG_HELP = "The end of its page's address. Blank makes one of the name."


def name_sources(apps, schema_editor):
    """Give every source a slug of its name."""
    Source = apps.get_model("news.Source")
    used = set()
    for pk, name in Source.objects.order_by("pk").values_list("pk", "name"):
        wanted = slugify(name)[:150] or "source"
        slug, number = wanted, 2
        while slug in used:
            slug, number = f"{wanted}-{number}", number + 1
        used.add(slug)
        Source.objects.filter(pk=pk).update(slug=slug)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_spent_proofs_of_work"),
        ("news", "0008_newsletter_issues"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                help_text="The category that this one belongs to. That one's page and feeds show"
                " this one's articles too. There is one level below, no more.",
                limit_choices_to={"parent": None},
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="children",
                to="news.category",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="slug",
            field=models.CharField(blank=True, default="", help_text=SLUG_HELP, max_length=160),
            preserve_default=False,
        ),
        migrations.RunPython(name_sources, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="source",
            name="slug",
            field=models.SlugField(blank=True, help_text=SLUG_HELP, max_length=160, unique=True),
        ),
        migrations.AlterField(
            model_name="articlepage",
            name="byline",
            field=models.CharField(
                blank=True,
                help_text="Who else wrote it up: those without a page among our authors."
                " May be blank.",
                max_length=160,
            ),
        ),
        migrations.CreateModel(
            name="Author",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=120, unique=True)),
                (
                    "introduction",
                    models.TextField(
                        blank=True,
                        help_text="A sentence or two for the head of their page: what they write"
                        " about, since when.",
                        validators=[django.core.validators.MaxLengthValidator(600)],
                    ),
                ),
                (
                    "latest_revision",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailcore.revision",
                        verbose_name="latest revision",
                    ),
                ),
                (
                    "picture",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.picture",
                    ),
                ),
            ],
            options={"ordering": ["name", "pk"]},
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="ArticleAuthor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "page",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="article_authors",
                        to="news.articlepage",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="written",
                        to="news.author",
                    ),
                ),
            ],
            options={"ordering": ["sort_order"], "abstract": False},
        ),
        migrations.CreateModel(
            name="FormerSlug",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("category", "Category"),
                            ("source", "Source"),
                            ("tag", "Tag"),
                            ("author", "Author"),
                        ],
                        max_length=10,
                    ),
                ),
                ("slug", models.CharField(max_length=160)),
                ("object_id", models.PositiveBigIntegerField(db_index=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "slug"), name="former_slug_once")
                ],
            },
        ),
    ]
