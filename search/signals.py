"""What happens on the site, and what the index looks at because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_unpublished, post_page_move

from advocacy.models import Petition, PetitionTarget, Representative
from news.merging.signals import touched
from news.models import ArticlePage, ArticleTag, Category, Source
from search import indexing
from search.models import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

_KIND_OF: dict[type[Model], str] = {
    ArticlePage: Kind.ARTICLE,
    Representative: Kind.REPRESENTATIVE,
    Petition: Kind.PETITION,
}
# Saving nothing but these changes nothing that readers see: a draft is saved so every few seconds.
_OF_NO_INTEREST = frozenset(
    {
        "latest_revision",
        "latest_revision_created_at",
        "draft_title",
        "has_unpublished_changes",
        "confirmed_count",
        "imported",
        "locked",
        "locked_at",
        "locked_by",
        "expired",
        "go_live_at",
        "expire_at",
    }
)


def connect() -> None:
    """Listen."""
    for model in _KIND_OF:
        post_save.connect(_saved, sender=model)
        post_delete.connect(_deleted, sender=model)
    for signal in (page_published, page_unpublished):
        signal.connect(_published, sender=ArticlePage)
    post_page_move.connect(_moved)
    touched.connect(_touched)
    m2m_changed.connect(_filed, sender=ArticlePage.categories.through)
    for signal in (post_save, post_delete):
        signal.connect(_tagged, sender=ArticleTag)
        signal.connect(_restricted, sender=PageViewRestriction)
        signal.connect(_targeted, sender=PetitionTarget)
    for model in (Category, Source, ArticleTag.tag_model()):
        post_save.connect(_renamed, sender=model)
        pre_delete.connect(_about_to_go, sender=model)


def look_again(kind: str, ids: Iterable[int], *, later: bool = False) -> None:
    """Refresh now; ``later`` at the end of a transaction that is not whole yet."""
    found = list(ids)
    if later:
        transaction.on_commit(lambda: indexing.refresh(kind, found))
    else:
        indexing.refresh(kind, found)


def _saved(
    sender: type[Model],
    instance: Any,
    *,
    raw: bool = False,
    update_fields: Iterable[str] | None = None,
    **_: object,
) -> None:
    if update_fields is not None and _OF_NO_INTEREST.issuperset(update_fields):
        return
    # While a fixture is loaded, what belongs to a row may still be missing.
    look_again(_KIND_OF[sender], [instance.pk], later=raw)
    if sender is Representative and not raw:
        asked = Petition.objects.filter(target_rows__representative=instance.pk)
        look_again(Kind.PETITION, asked.values_list("pk", flat=True))


def _deleted(sender: type[Model], instance: Any, **_: object) -> None:
    look_again(_KIND_OF[sender], [instance.pk])


def _published(instance: Page, **_: object) -> None:
    look_again(Kind.ARTICLE, [instance.pk])


def _touched(model: type[Model], pks: Iterable[int], **_: object) -> None:
    """After a merge."""
    if model in _KIND_OF:
        look_again(_KIND_OF[model], pks)


def _moved(instance: Page, **_: object) -> None:
    _below(instance.path)


def _restricted(instance: PageViewRestriction, *, raw: bool = False, **_: object) -> None:
    path = Page.objects.filter(pk=instance.page_id).values_list("path", flat=True).first()
    if path:
        _below(path, later=raw)


def _below(path: str, *, later: bool = False) -> None:
    articles = ArticlePage.objects.filter(path__startswith=path)
    look_again(Kind.ARTICLE, articles.values_list("pk", flat=True), later=later)


def _filed(instance: Any, action: str, *, reverse: bool, pk_set: Any, **_: object) -> None:
    if not action.startswith("post_"):
        return
    look_again(Kind.ARTICLE, (pk_set or ()) if reverse else [instance.pk])


def _tagged(instance: Any, *, raw: bool = False, **_: object) -> None:
    look_again(Kind.ARTICLE, [instance.content_object_id], later=raw)


def _targeted(instance: PetitionTarget, *, raw: bool = False, **_: object) -> None:
    look_again(Kind.PETITION, [instance.petition_id], later=raw)


def _articles_of(instance: Any) -> list[int]:
    """The articles that are filed under a category or tag, or come from a source."""
    name = {Category: "categories", Source: "source"}.get(type(instance), "tags")
    ids = ArticlePage.objects.live().filter(**{name: instance.pk}).values_list("pk", flat=True)
    return list(ids)


def _renamed(instance: Any, *, created: bool, raw: bool = False, **_: object) -> None:
    if not created:
        look_again(Kind.ARTICLE, _articles_of(instance), later=raw)


def _about_to_go(instance: Any, **_: object) -> None:
    look_again(Kind.ARTICLE, _articles_of(instance), later=True)
