"""Rich text as plain text and as the HTML that mail programs understand."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from cms.core.prose import expanded

if TYPE_CHECKING:
    from wagtail.rich_text import RichText

# Mail programs drop style sheets, so what matters stands on the tags.
STYLES = {
    "p": "margin:0 0 16px",
    "ul": "margin:0 0 16px;padding:0 0 0 24px",
    "ol": "margin:0 0 16px;padding:0 0 0 24px",
    "li": "margin:0 0 6px",
}
LINK_STYLE = "color:#46590f;text-decoration:underline"
_OPENING = re.compile(r"<(p|ul|ol|li)(?=[ >])")
_LINK = re.compile(r"<a (?=[^>]*href=)")
_OWN_ADDRESS = re.compile(r'(?<=href=")/(?!/)')


def absolute(address: str) -> str:
    """An address with scheme and host: a mail stands on no page."""
    return f"{settings.SITE_URL}{address}" if address.startswith("/") else address


def styled(value: RichText | str) -> SafeString:
    """Rich text for a mail: absolute links, and styles on the tags."""
    html = _OWN_ADDRESS.sub(f"{settings.SITE_URL}/", str(expanded(value)))
    html = _OPENING.sub(lambda found: f'<{found[1]} style="{STYLES[found[1]]}"', html)
    html = _LINK.sub(f'<a class="link" style="{LINK_STYLE}" ', html)
    # What the editor's own features made, with our constants.
    return mark_safe(html)  # noqa: S308


def text_of(value: RichText | str) -> str:
    """Rich text as a person would type it: paragraphs, dashes, addresses in parentheses."""
    reader = _Reader()
    reader.feed(str(expanded(value)))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._lists: list[int | None] = []
        self._link = ""
        self._link_begins = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"ul", "ol"}:
            self._lists.append(0 if tag == "ol" else None)
            self.parts.append("\n")
        elif tag == "li":
            number = self._lists[-1] if self._lists else None
            if number is not None:
                self._lists[-1] = number + 1
            self.parts.append("\n- " if number is None else f"\n{number + 1}. ")
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "p":
            self.parts.append("\n\n")
        elif tag == "a":
            self._link = absolute(dict(attrs).get("href") or "")
            self._link_begins = len(self.parts)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
            self.parts.append("\n\n")
        elif tag == "p":
            self.parts.append("\n\n")
        elif tag == "a" and self._link:
            words = "".join(self.parts[self._link_begins :]).strip()
            if self._link not in words:
                self.parts.append(f" ({self._link})")
            self._link = ""

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"\s+", " ", data))
