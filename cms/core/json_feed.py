"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), beside Django's RSS and Atom."""

from __future__ import annotations

import json
from typing import IO, Any

from django.utils.feedgenerator import SyndicationFeed, rfc3339_date


class JSONFeed(SyndicationFeed):
    """Writes the feed as JSON.

    Extra arguments of an item are ``content_html``, ``image`` and ``authors``, a list of names.
    """

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: IO[Any], encoding: str) -> None:
        """Write the whole feed."""
        outfile.write(json.dumps(self._document(), ensure_ascii=False).encode(encoding))

    def _document(self) -> dict[str, Any]:
        document = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "icon": self.feed.get("icon"),
            "language": self.feed["language"],
            "hubs": [{"type": "WebSub", "url": hub} for hub in self.feed.get("hubs", ())],
            "items": [self._item(item) for item in self.items],
        }
        return {name: value for name, value in document.items() if value or name == "items"}

    @staticmethod
    def _item(item: dict[str, Any]) -> dict[str, Any]:
        written = {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "summary": item["description"],
            "content_html": item["content_html"],
            "image": item.get("image"),
            "date_published": item["pubdate"] and rfc3339_date(item["pubdate"]),
            "date_modified": item["updateddate"] and rfc3339_date(item["updateddate"]),
            "authors": [{"name": name} for name in item["authors"]],
            "tags": list(item["categories"]),
        }
        return {name: value for name, value in written.items() if value or name == "content_html"}
