"""Sharing by plain links: nothing of the networks is loaded, nobody is followed."""

from __future__ import annotations

from urllib.parse import quote

SHARE_TARGETS = (
    ("E-mail", "mailto:?subject={title}&body={url}"),
    ("Bluesky", "https://bsky.app/intent/compose?text={title}%20{url}"),
    ("Facebook", "https://www.facebook.com/sharer/sharer.php?u={url}"),
    ("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?url={url}"),
    ("Reddit", "https://www.reddit.com/submit?url={url}&title={title}"),
    ("WhatsApp", "https://wa.me/?text={title}%20{url}"),
    ("X", "https://x.com/intent/post?url={url}&text={title}"),
)


def share_links(title: str, url: str) -> list[dict[str, str]]:
    """Plain addresses of the networks' own share pages."""
    parts = {"title": quote(title, safe=""), "url": quote(url, safe="")}
    return [{"label": label, "url": target.format(**parts)} for label, target in SHARE_TARGETS]
