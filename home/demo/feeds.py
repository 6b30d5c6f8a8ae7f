"""Sources of the demo, and feeds that are turned off with the stories that they would have brought."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from news.feeds import stories
from news.feeds.items import Item
from news.models import Category, Feed, Source, SourceDomain


def source(name: str, home_page: str, domains: list[str]) -> Source:
    """A publisher with its domains; made where missing."""
    row, _ = Source.objects.update_or_create(name=name, defaults={"home_page": home_page})
    for domain in domains:
        SourceDomain.objects.update_or_create(domain=domain, defaults={"source": row})
    return row


def load(contents: list[dict[str, Any]]) -> None:
    """The feeds; turned off, since the demo asks nobody for anything by itself."""
    now = timezone.now()
    for content in contents:
        home_page = f"https://{content['domains'][0]}/"
        feed = Feed(
            source=source(content["source"], home_page, content["domains"]),
            address=content["address"],
            title=content["title"],
            enabled=False,
        )
        feed.categories = Category.objects.filter(name__in=content["categories"])
        feed.save()
        items = [
            Item(
                address=f"{home_page}stories/{story['slug']}",
                title=story["title"],
                summary=story["summary"],
                author=story["author"],
                language="en-us",
                picture_address="",
                published_at=now - timedelta(hours=story["hours_ago"]),
            )
            for story in content["stories"]
        ]
        stories.keep(feed=feed, items=items, now=now)
