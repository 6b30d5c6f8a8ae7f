"""Where a former address leads: of a category, source, tag, author, petition, letter, representative.

An old slug names the thing by its number and never an address, so there are no chains and no
circles: whatever became of the thing, one step leads to where it is now. What has a slug today is
looked for first; this is only asked where nothing has it.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.signals import post_delete, pre_save
from django.http import Http404, HttpResponsePermanentRedirect
from django.utils.encoding import escape_uri_path, iri_to_uri
from taggit.models import Tag

from advocacy.models import Letter, Petition, Representative
from advocacy.models.content import PublishedContent
from news.models import Author, Category, FormerSlug, Merge, Source

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.http import HttpRequest

MODELS: dict[str, type[models.Model]] = {
    FormerSlug.Kind.CATEGORY: Category,
    FormerSlug.Kind.SOURCE: Source,
    FormerSlug.Kind.TAG: Tag,
    FormerSlug.Kind.AUTHOR: Author,
    FormerSlug.Kind.PETITION: Petition,
    FormerSlug.Kind.LETTER: Letter,
    FormerSlug.Kind.REPRESENTATIVE: Representative,
}
FOLDERS = {
    "category": "categories",
    "source": "sources",
    "tag": "tags",
    "author": "authors",
    "petition": "petitions",
    "letter": "letters",
    "representative": "representatives",
}
# Their views know nothing of this room, and answer that there is no such page.
_OF_ADVOCACY = re.compile(r"/(petition|letter|representative)s/([-\w]+)/")
# More merges in a row than this are not followed.
MOST_MERGES = 20
LONGEST = 160


def listen() -> None:
    """Remember each slug that is given up."""
    for kind, model in MODELS.items():
        pre_save.connect(_before_save, sender=model, dispatch_uid=f"former slug, saved {kind}")
        post_delete.connect(_after_delete, sender=model, dispatch_uid=f"former slug, gone {kind}")


def redirect(request: HttpRequest, *, kind: str, slug: str) -> HttpResponsePermanentRedirect:
    """To where the thing is now, with the rest of the address as it was. Raises Http404."""
    if len(slug) > LONGEST or "\x00" in slug:
        raise Http404
    former = FormerSlug.objects.filter(kind=kind, slug=slug).first()
    now = _slug_of(kind, former.object_id) if former else None
    if not now or now == slug:
        raise Http404
    before, after = (f"/{FOLDERS[kind]}/{part}/" for part in (slug, now))
    rest = request.path.removeprefix(before) if request.path.startswith(before) else ""
    query = request.META.get("QUERY_STRING", "")
    target = escape_uri_path(f"{after}{rest}")
    return HttpResponsePermanentRedirect(iri_to_uri(f"{target}?{query}") if query else target)


def moved(request: HttpRequest) -> HttpResponsePermanentRedirect | None:
    """The same for an address without a page, if it is that of something that asks readers to act."""
    found = _OF_ADVOCACY.match(request.path)
    if found is None:
        return None
    try:
        response = redirect(request, kind=found[1], slug=found[2])
    except Http404:
        return None
    if request.method not in {"GET", "HEAD"}:
        # Sent again as it is: a form that was open meanwhile loses nothing.
        response.status_code = HTTPStatus.PERMANENT_REDIRECT
    return response


def _slug_of(kind: str, number: int) -> str | None:
    """The slug of a thing, or of what it was merged into."""
    things: Any = MODELS[kind]._default_manager.all()
    if issubclass(MODELS[kind], PublishedContent):
        things = things.public()
    for _ in range(MOST_MERGES):
        slug: str | None = things.filter(pk=number).values_list("slug", flat=True).first()
        if slug is not None:
            return slug
        merges = Merge.objects.filter(kind=kind, old_id=number, status=Merge.Status.MERGED)
        into = merges.order_by("-pk").values_list("into_id", flat=True).first()
        if into is None:
            return None
        number = into
    return None


def _kind_of(model: type[models.Model]) -> str:
    return next(kind for kind, of in MODELS.items() if of is model)


def _before_save(
    sender: type[models.Model],
    instance: Any,
    raw: bool,
    update_fields: Collection[str] | None = None,
    **_: Any,
) -> None:
    if raw or instance.pk is None or (update_fields is not None and "slug" not in update_fields):
        return
    known = sender._default_manager.filter(pk=instance.pk)
    if issubclass(sender, PublishedContent):
        # A version that is saved and not published changes no address, and a draft has none yet.
        known = known.filter(live=True)
    before = known.values_list("slug", flat=True).first()
    if before and before != instance.slug:
        _remember(_kind_of(sender), before, instance.pk)


def _after_delete(sender: type[models.Model], instance: Any, **_: Any) -> None:
    if instance.slug:
        _remember(_kind_of(sender), instance.slug, instance.pk)


def _remember(kind: str, slug: str, number: int) -> None:
    FormerSlug.objects.update_or_create(kind=kind, slug=slug, defaults={"object_id": number})
