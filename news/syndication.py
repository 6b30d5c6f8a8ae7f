"""What readers' programs fetch: the newest articles as RSS, Atom and JSON Feed.

For the whole site and for each category. Every one is made from the same items, and every address in
it is absolute. Programs ask often: an answer that has not changed costs them a header.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.views.decorators.http import conditional_page, require_safe
from wagtail.images.models import SourceImageIOError

from cms.core.json_feed import JSONFeed
from cms.core.models import SiteSettings
from cms.core.page_cache import tags
from cms.core.xml_text import writable
from news import former_slugs
from news.models import ArticlePage, Category, CategoryIndexPage
from news.tag_names import ARTICLES, CATEGORIES, FILING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse
    from django.utils.xmlutils import SimplerXMLGenerator

ITEMS = 30
# Seconds for which a reader's program may leave it at what it has. A shared cache has no longer than
# for a page: a hub that was told of a change asks at once, perhaps through one.
MAX_AGE = 300
# What an empty feed says of when it changed. The present moment would be new with each request.
NEVER = datetime.fromtimestamp(0, tz=UTC)


class _Dated(SyndicationFeed):
    """A feed that says the same for as long as it is the same."""

    def latest_post_date(self) -> datetime:
        """When the latest item changed."""
        return super().latest_post_date() if self.items else NEVER


class RSSFeed(_Dated, Rss201rev2Feed):
    """RSS 2.0 with the text of each item, and the hub that tells of news."""

    def rss_attributes(self) -> dict[str, str]:
        """Add the module that the texts stand in."""
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        }

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        """Name the hub."""
        super().add_root_elements(handler)
        for hub in self.feed["hubs"]:
            handler.addQuickElement("atom:link", None, {"rel": "hub", "href": hub})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add the author and the text; the summary stands in the description."""
        # RSS wants an e-mail address for an author; Dublin Core takes a name, and Django writes it.
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content_html"])


class AtomFeed(_Dated, Atom1Feed):
    """Atom with the text of each entry, and the hub that tells of news."""

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        """Name the hub, and whoever answers for entries without an author of their own."""
        super().add_root_elements(handler)
        for hub in self.feed["hubs"]:
            handler.addQuickElement("link", None, {"rel": "hub", "href": hub})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add the text."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content_html"], {"type": "html"})


@dataclass(frozen=True)
class _Scope:
    """What a feed is of: the whole site, or one category of it."""

    site: SiteSettings
    category: Category | None
    path: str


class _MovedError(Exception):
    """No category has this slug today; one may have had it."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@method_decorator([require_safe, conditional_page], name="__call__")
class _Articles(Feed):
    """The newest articles. Django reads the methods by their names."""

    item_guid_is_permalink = False

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The feed, which may be kept for a while and asked for again by its tag."""
        try:
            response: HttpResponse = super().__call__(request, *args, **kwargs)
            # Django tells the date of the newest item, which does not move when one is taken back:
            # whoever asked by it would keep that one.
            response.headers.pop("Last-Modified", None)
            if hub := settings.WEBSUB_HUB:
                # WebSub looks here first, and in JSON nowhere else.
                itself = f"{settings.SITE_URL}{request.path}"
                response.headers["Link"] = f'<{hub}>; rel="hub", <{itself}>; rel="self"'
        except _MovedError as moved:
            response = former_slugs.redirect(request, kind="category", slug=moved.slug)
        patch_cache_control(response, public=True, max_age=MAX_AGE, s_maxage=settings.CDN_SECONDS)
        return response

    def get_object(self, request: HttpRequest, slug: str = "") -> _Scope:
        """What the address names; a category only where its page is open to every reader."""
        tags.show(ARTICLES, FILING, *([CATEGORIES] if slug else []))
        category = None
        if slug:
            if not CategoryIndexPage.objects.live().public().exists():
                raise Http404
            category = Category.objects.filter(slug=slug).first()
            if category is None:
                raise _MovedError(slug)
        return _Scope(SiteSettings.for_request(request), category, request.path)

    def title(self, scope: _Scope) -> str:
        """The site's name, and the category's."""
        name = scope.site.site_name
        return writable(f"{scope.category.name} | {name}" if scope.category else name)

    def description(self, scope: _Scope) -> str:
        """What it is about; RSS must have one."""
        about = scope.category.introduction if scope.category else scope.site.tagline
        return writable(about) or self.title(scope)

    subtitle = description

    def link(self, scope: _Scope) -> str:
        """The page whose news this is."""
        return settings.SITE_URL + (scope.category.get_absolute_url() if scope.category else "/")

    def feed_url(self, scope: _Scope) -> str:
        """Its own address."""
        return settings.SITE_URL + scope.path

    def author_name(self, scope: _Scope) -> str:
        """Whoever answers for items that name no author, which Atom asks for."""
        return writable(scope.site.responsible_entity or scope.site.site_name)

    def feed_extra_kwargs(self, scope: _Scope) -> dict[str, Any]:
        """The hub that tells of news, and our mark."""
        hub = settings.WEBSUB_HUB
        return {
            "hubs": [hub] if hub else [],
            "icon": settings.SITE_URL + static("img/touch-icon.png"),
        }

    def items(self, scope: _Scope) -> Sequence[ArticlePage]:
        """The newest that every reader can open."""
        found = ArticlePage.objects.live().public()
        if scope.category is not None:
            found = found.in_category(scope.category)
        return cast(
            "Sequence[ArticlePage]",
            found.newest().for_cards().prefetch_related("tags", "article_authors__author")[:ITEMS],
        )

    def item_title(self, item: ArticlePage) -> str:
        """Its title."""
        return writable(item.title)

    def item_description(self, item: ArticlePage) -> str:
        """What happened, in a sentence or two, without markup."""
        return writable(item.description)

    def item_link(self, item: ArticlePage) -> str:
        """Its address."""
        return _absolute(item.get_url() or "/")

    def item_guid(self, item: ArticlePage) -> str:
        """The same for as long as the article lives, whatever becomes of its address."""
        return f"urn:uuid:{item.translation_key}"

    def item_pubdate(self, item: ArticlePage) -> datetime | None:
        """When readers first saw it."""
        return item.first_published_at

    def item_updateddate(self, item: ArticlePage) -> datetime | None:
        """When it last changed for readers."""
        return item.last_published_at

    def item_author_name(self, item: ArticlePage) -> str | None:
        """Whoever wrote it up."""
        return writable(", ".join(item.written_up_by)) or None

    def item_categories(self, item: ArticlePage) -> list[str]:
        """Categories first, then tags, each once."""
        names = [*item.categories.all(), *item.tags.all()]
        return list(dict.fromkeys(writable(name.name) for name in names))

    def item_extra_kwargs(self, item: ArticlePage) -> dict[str, Any]:
        """The text, and the picture that JSON Feed names beside it."""
        picture = _picture(item)
        content = render_to_string(
            "news/feed_item.html",
            {
                "article": item,
                "address": self.item_link(item),
                "picture": picture,
                "picture_address": picture and _absolute(picture.url),
            },
        )
        return {
            "authors": [writable(name) for name in item.written_up_by],
            "content_html": writable(content).strip(),
            "image": picture and _absolute(picture.url),
        }


def _absolute(address: str) -> str:
    return address if "://" in address else f"{settings.SITE_URL}{address}"


def _picture(article: ArticlePage) -> Any:
    """A size that any feed reader can show; None where there is none, or its file is gone."""
    if article.lead_image is None:
        return None
    try:
        return article.lead_image.get_rendition("width-960|format-jpeg")
    except SourceImageIOError:
        return None


class RSS(_Articles):
    """As RSS 2.0."""

    feed_type = RSSFeed


class Atom(_Articles):
    """As Atom."""

    feed_type = AtomFeed


class JSON(_Articles):
    """As JSON Feed 1.1."""

    feed_type = JSONFeed
