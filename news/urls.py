"""Addresses of articles, of their feeds, and of what search engines are told."""

from django.urls import path

from news import reading, sitemaps, syndication

CATEGORY = "categories/<slug:slug>"

urlpatterns = [
    path("news/<slug:slug>/", reading.article),
    path("feed/", syndication.RSS(), name="feed_rss"),
    path("feed/atom/", syndication.Atom(), name="feed_atom"),
    path("feed.json", syndication.JSON(), name="feed_json"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.section, name="sitemap_section"),
    path("news-sitemap.xml", sitemaps.news, name="news_sitemap"),
    path(f"{CATEGORY}/feed/", syndication.RSS(), name="category_feed_rss"),
    path(f"{CATEGORY}/feed/atom/", syndication.Atom(), name="category_feed_atom"),
    path(f"{CATEGORY}/feed.json", syndication.JSON(), name="category_feed_json"),
]
