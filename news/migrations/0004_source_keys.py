"""What articles are told apart by: the canonical form of the address of their source."""

import json

from django.db import migrations, models

from news.addresses import AddressError, canonical


def _key(address):
    try:
        return canonical(address or "")
    except AddressError:
        return ""


def fill(apps, schema_editor):
    """Work out the keys of the articles that are there, and of their latest versions."""
    ArticlePage = apps.get_model("news.ArticlePage")
    Revision = apps.get_model("wagtailcore.Revision")
    pages = ArticlePage.objects.only("pk", "source_address", "latest_revision_id")
    for page in pages.iterator(chunk_size=500):
        own = _key(page.source_address)
        latest = own
        revision = Revision.objects.filter(pk=page.latest_revision_id).first()
        if revision is not None:
            stored = revision.content
            content = json.loads(stored) if isinstance(stored, str) else stored
            latest = _key(content.get("source_address"))
        ArticlePage.objects.filter(pk=page.pk).update(source_key=own, latest_source_key=latest)


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0003_days_of_stories"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.AddField(
            model_name="articlepage",
            name="source_key",
            field=models.CharField(blank=True, default="", editable=False, max_length=2000),
        ),
        migrations.AddField(
            model_name="articlepage",
            name="latest_source_key",
            field=models.CharField(blank=True, default="", editable=False, max_length=2000),
        ),
        migrations.AddIndex(
            model_name="articlepage",
            index=models.Index(fields=["source_key"], name="article_source_key"),
        ),
        migrations.AddIndex(
            model_name="articlepage",
            index=models.Index(fields=["latest_source_key"], name="article_latest_source_key"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
