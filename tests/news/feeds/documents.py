"""Feeds as newsrooms write them, and as nobody should."""

from __future__ import annotations

import datetime
import json
from email.utils import format_datetime
from html import escape
from typing import Any

NOW = datetime.datetime(2026, 3, 4, 12, tzinfo=datetime.UTC)
YESTERDAY = NOW - datetime.timedelta(days=1)


def rss_item(number: int = 1, **said: str) -> str:
    """An item of RSS 2.0; ``said`` replaces what it says, and "" leaves that out."""
    values = {
        "title": f"Senate hears testimony on lead pipes, day {number}",
        "link": f"https://gazette.example/stories/{number}",
        "description": f"What was said on day {number}.",
        "pubDate": format_datetime(YESTERDAY - datetime.timedelta(minutes=number)),
        **said,
    }
    inner = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in values.items() if text)
    return f"<item>{inner}</item>"


def rss(*items: str, title: str = "The Gazette", head: str = "") -> bytes:
    """A feed of RSS 2.0."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0"'
        ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{title}</title><link>https://gazette.example/</link>"
        f"<language>en-US</language>{''.join(items)}</channel></rss>"
    ).encode()


def json_feed(*items: Any, **said: Any) -> bytes:
    """A JSON Feed 1.1."""
    values = {"version": "https://jsonfeed.org/version/1.1", "title": "The Gazette", "items": items}
    return json.dumps({**values, **said}).encode()


ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">
  <title>Die Zeitung</title>
  <link href="https://zeitung.example/" /><updated>2026-03-03T10:00:00Z</updated>
  <entry>
    <title type="html">Stadt &lt;em&gt;tauscht&lt;/em&gt; Bleirohre &amp;amp; zahlt</title>
    <link rel="replies" href="https://zeitung.example/1/comments" />
    <link rel="alternate" href="/1?utm_source=atom" />
    <id>tag:zeitung.example,2026:1</id>
    <author><name>Ada Brandt</name></author>
    <published>2026-03-03T11:30:00+01:00</published>
    <summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Erstens.</p><p>Zweitens.</p>
    </div></summary>
  </entry>
</feed>"""

RDF = b"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel rdf:about="https://agency.example/"><title>Agency</title>
    <link>https://agency.example/</link><description>News</description></channel>
  <item rdf:about="https://agency.example/1"><title>Council votes on the water budget</title>
    <link>https://agency.example/1</link><dc:date>2026-03-02T08:00:00Z</dc:date>
    <dc:creator>Wire desk</dc:creator><dc:language>en</dc:language></item>
</rdf:RDF>"""

RSS_091 = b"""<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
  "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>Old hand</title><link>http://old.example/</link>
<description>Still here</description><language>en</language>
<item><title>We have not changed our feed since 1999</title><link>http://old.example/1</link></item>
</channel></rss>"""

ENTITY_BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rss version="2.0"><channel><title>&c;</title></channel></rss>"""

EXTERNAL_ENTITY = b"""<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><title>T</title><item><title>&secret;</title>
<link>https://gazette.example/1</link></item></channel></rss>"""

A_PAGE = b"""<!-- hello --><!DOCTYPE html><html><head><title>The Gazette</title>
<link rel="stylesheet" href="/a.css">
<link rel="alternate" type="application/rss+xml" title="News" href="/rss.xml"></head>
<body><p>Welcome</p></body></html>"""
