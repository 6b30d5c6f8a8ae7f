"""Addresses of articles, of their feeds, and of what search engines are told."""

from django.urls import path, re_path

from news import browsing, reading, sitemaps, syndication

CATEGORY = "categories/<slug:slug>"
YEAR = "(?P<year>[1-9][0-9]{3})"
MONTH = "(?P<month>[0-9]{2})"

urlpatterns = [
    path("news/<slug:slug>/", reading.article),
    path("archive/", browsing.archive, name="archive"),
    re_path(f"^archive/{YEAR}/$", browsing.archive_year, name="archive_year"),
    re_path(f"^archive/{YEAR}/{MONTH}/$", browsing.archive_month, name="archive_month"),
    path("sources/<slug:slug>/", browsing.source, name="source"),
    # The slugs of tags hold whatever letters their names have.
    path("tags/<str:slug>/", browsing.tag, name="tag"),
    path("authors/<slug:slug>/", browsing.author, name="author"),
    path("feed/", syndication.RSS(), name="feed_rss"),
    path("feed/atom/", syndication.Atom(), name="feed_atom"),
    path("feed.json", syndication.JSON(), name="feed_json"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.section, name="sitemap_section"),
    path("news-sitemap.xml", sitemaps.news, name="sitemap_of_news"),
    path(f"{CATEGORY}/feed/", syndication.RSS(), name="category_feed_rss"),
    path(f"{CATEGORY}/feed/atom/", syndication.Atom(), name="category_feed_atom"),
    path(f"{CATEGORY}/feed.json", syndication.JSON(), name="category_feed_json"),
]
