"""From a story's address to the draft of an article: read it, then make the draft."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.text import slugify
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.models import Collection
from wagtail.permissions import policy_registry

from cms.core.fetching import FetchError, fetch
from news.addresses import AddressError, canonical, host_of
from news.importing.facts import Facts, PageUnreadable
from news.importing.markup import LARGEST_PAGE
from news.importing.reading import read
from news.models import ArticleIndexPage, ArticlePage, NewsroomSettings, Source, SourceDomain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from wagtail.models import Site

    from cms.core.models import Picture, User
    from news.models import Category

# An editor waits for it.
SECONDS = 20.0
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
PICTURES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
}


class NothingRead(Exception):
    """There are no facts; the message says why, and what is left to do."""


class PictureRefused(Exception):
    """A picture was not taken over; the message says why."""


@dataclass(frozen=True)
class Picked:
    """A picture that an editor chose among those of the page."""

    address: str
    alt: str
    credit: str


def facts_at(address: str) -> Facts:
    """The facts of the story at an address.

    Raises:
        NothingRead: where the page cannot be had or read.
    """
    try:
        answer = fetch(address, most_bytes=LARGEST_PAGE, seconds=SECONDS, accept=ACCEPT)
        return read(answer.content, address=answer.address, charset=answer.charset)
    except FetchError as error:
        raise NothingRead(str(error)) from error
    except PageUnreadable as error:
        raise NothingRead(str(error)) from error


def index_for(user: User) -> ArticleIndexPage | None:
    """Where this person may add an article; None where nowhere."""
    # Put in order here: a database may look through all pages in that order for these few.
    for index in sorted(ArticleIndexPage.objects.order_by(), key=lambda index: index.path):
        if index.permissions_for_user(user).can_add_subpage():
            return index
    return None


def source_of(address: str, *, name: str = "") -> Source | None:
    """The source on whose domain, or below it, an address stands; else the one with the name."""
    try:
        host = host_of(canonical(address))
    except AddressError:
        host = ""
    labels = host.split(".")
    domains = [".".join(labels[number:]) for number in range(len(labels) - 1)]
    found = SourceDomain.objects.filter(domain__in=domains).select_related("source")
    if closest := max(found, key=lambda each: len(each.domain), default=None):
        return closest.source
    return Source.objects.filter(name__iexact=name.strip()).first() if name.strip() else None


def limit_of(source: Source | None, *, site: Site) -> int:
    """How many words of a source's text one article may show."""
    own = source.extract_limit if source else None
    return own or NewsroomSettings.for_site(site).extract_limit


def picture_file(address: str) -> SimpleUploadedFile:
    """The file of a picture, as if somebody had uploaded it.

    Raises:
        PictureRefused: where it cannot be had.
    """
    most = settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
    try:
        answer = fetch(address, most_bytes=most, seconds=SECONDS, accept="image/*")
    except FetchError as error:
        raise PictureRefused(str(error)) from error
    name = slugify(urlsplit(address).path.rpartition("/")[2].rpartition(".")[0])[:60] or "picture"
    ending = PICTURES.get(answer.content_type) or _kind_of(answer.content)
    if not ending:
        raise PictureRefused("What this address leads to is no picture that can be used here.")
    return SimpleUploadedFile(f"{name}.{ending}", answer.content)


def _kind_of(content: bytes) -> str:
    """The kind of a picture whose server does not say it."""
    starts = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"), (b"GIF8", "gif"))
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in starts if content.startswith(start)), "")


def may_add_pictures(user: User) -> bool:
    """Whether this person may store pictures."""
    policy = policy_registry.get_by_type(get_image_model())
    return bool(policy.user_has_permission(user, "add"))


def _stored_picture(picked: Picked, file: SimpleUploadedFile, *, title: str, user: User) -> Picture:
    """The picture, once it has passed what every upload passes."""
    policy = policy_registry.get_by_type(get_image_model())
    collections = policy.collections_user_has_permission_for(user, "add")
    collection = collections.first() or Collection.get_first_root_node()
    data = {
        "title": (picked.alt or title)[:255],
        "description": picked.alt[:255],
        "credit": picked.credit,
        "collection": collection.pk,
        "tags": "",
    }
    model = get_image_model()
    form = get_image_form(model)(
        data, {"file": file}, instance=model(uploaded_by_user=user), user=user
    )
    if not form.is_valid():
        said = [line for lines in form.errors.values() for line in lines]
        raise PictureRefused(" ".join(said))
    picture: Picture = form.save()
    return picture


def start(
    *,
    index: ArticleIndexPage,
    user: User,
    title: str,
    introduction: str,
    source: Source | None,
    new_source: tuple[str, str] | None,
    address: str,
    published_at: datetime | None,
    time_zone: str,
    authors: str,
    paragraphs: Iterable[str],
    categories: Iterable[Category],
    picked: Picked | None,
) -> ArticlePage:
    """Make the draft, with its first version, the new source and the picture; all or nothing.

    ``new_source`` is the name and the domain, which may be blank, of a source that is not there yet.

    Raises:
        PictureRefused: where the picture cannot be had or is no good.
        ValidationError: where the new source is not valid.
    """
    file = picture_file(picked.address) if picked else None
    with transaction.atomic():
        if new_source is not None:
            source = make_source(*new_source)
        page = ArticlePage(
            title=title,
            introduction=introduction,
            source=source,
            source_address=address,
            source_published_at=published_at,
            source_time_zone=time_zone,
            source_authors=authors,
            body=[("paragraph", f"<p>{escape(text, quote=False)}</p>") for text in paragraphs],
            live=False,
            owner=user,
        )
        page.slug = _free_slug(index, title)
        if picked and file:
            page.lead_image = _stored_picture(picked, file, title=title, user=user)
        index.add_child(instance=page)
        page.categories.set(categories)
        page.save()
        # A draft may have gaps; publishing asks for what is missing.
        page.save_revision(user=user, log_action=True, clean=False)
    return page


def make_source(name: str, domain: str) -> Source:
    """A new source with its domain; ValidationError where the two cannot be."""
    made = Source(name=name, home_page=f"https://{domain}/" if domain else "")
    made.full_clean()
    if domain:
        row = SourceDomain(domain=domain)
        row.full_clean(exclude=["source"])
        made.domains.add(row)
    made.save()
    return made


def _free_slug(index: ArticleIndexPage, title: str) -> str:
    """A slug that no page beside it has; a title in other letters than ours leaves none of its own."""
    base = slugify(title)[:200].strip("-") or "story"
    taken = set(index.get_children().filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
