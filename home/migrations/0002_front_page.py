"""A site that answers at once: front page, articles and categories at their addresses."""

import json
import uuid

from django.db import migrations

SECTIONS = ("lead", "latest", "petition", "categories")
HEADINGS = {
    "lead": "",
    "latest": "Latest",
    "petition": "Sign today",
    "categories": "Categories",
}
CHILDREN = (
    ("news", "articleindexpage", "News", "news"),
    ("news", "categoryindexpage", "Categories", "categories"),
)


def _content_type(apps, app_label, model):
    ContentType = apps.get_model("contenttypes.ContentType")
    return ContentType.objects.get_or_create(app_label=app_label, model=model)[0]


def _section(kind):
    value = {"heading": HEADINGS[kind]}
    if kind == "latest":
        value["count"] = 8
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def create(apps, schema_editor):
    """Put our front page where Wagtail's welcome page stands."""
    Page = apps.get_model("wagtailcore.Page")
    Site = apps.get_model("wagtailcore.Site")
    Locale = apps.get_model("wagtailcore.Locale")
    HomePage = apps.get_model("home.HomePage")
    if HomePage.objects.exists():
        return
    root = Page.objects.get(depth=1)
    locale = Locale.objects.order_by("pk").first()
    welcome = Page.objects.filter(depth=2, slug="home", content_type__model="page")
    Site.objects.filter(root_page__in=welcome).delete()
    welcome.delete()
    taken = set(Page.objects.filter(depth=2).values_list("path", flat=True))
    path = next(p for n in range(1, 1000) if (p := f"{root.path}{n:04d}") not in taken)
    home = HomePage.objects.create(
        title="Home",
        draft_title="Home",
        slug="home",
        content_type=_content_type(apps, "home", "homepage"),
        path=path,
        depth=2,
        numchild=len(CHILDREN),
        url_path="/home/",
        locale=locale,
        live=True,
        sections=json.dumps([_section(kind) for kind in SECTIONS]),
    )
    for number, (app_label, model, title, slug) in enumerate(CHILDREN, start=1):
        apps.get_model(app_label, model).objects.create(
            title=title,
            draft_title=title,
            slug=slug,
            content_type=_content_type(apps, app_label, model),
            path=f"{path}{number:04d}",
            depth=3,
            numchild=0,
            url_path=f"/home/{slug}/",
            locale=locale,
            live=True,
        )
    root.numchild = Page.objects.filter(depth=2).count()
    root.save(update_fields=["numchild"])
    Site.objects.get_or_create(
        is_default_site=True,
        defaults={"hostname": "localhost", "port": 80, "root_page": home, "site_name": "Dovetail"},
    )


def keep(apps, schema_editor):
    """Going back leaves the pages: they may hold a newsroom's work by then."""


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_pages"),
        ("news", "0001_articles"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(create, keep)]
