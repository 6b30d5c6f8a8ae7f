"""Names that are the same, or could be; and a new name for a tag."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.text import slugify
from taggit.models import Tag
from wagtail.log_actions import log

from news.merging import moving
from news.merging.kinds import Kind, columns
from news.models import Merge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cms.core.models import User

LONGEST_NAME = 100
# How much of two names must agree, in their order, before one is offered for the other.
ALIKE = 0.84
_NOT_LETTERS = re.compile(r"[\W_]+")
_WORDS_THAT_SAY_NOTHING = {"a", "and", "of", "the"}


class NameTakenError(Exception):
    """Another tag has the name; ``other`` can be merged with."""

    def __init__(self, other: Tag) -> None:
        self.other = other
        super().__init__(f"There is a tag “{other}” already. You can merge the two.")


class NameRefusedError(Exception):
    """It is no name for a tag; the message says why."""


def key(name: str) -> str:
    """Equal for names that differ in case, accents, punctuation, small words or a plural's s."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = [word for word in _NOT_LETTERS.split(plain) if word not in _WORDS_THAT_SAY_NOTHING]
    return "".join(word.removesuffix("s") if len(word) > 3 else word for word in words)


def could_be_the_same(things: Iterable[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    """Groups of things whose names have one key."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for number, name in things:
        if found := key(name):
            groups.setdefault(found, []).append((number, name))
    return [group for group in groups.values() if len(group) > 1]


def like(name: str, things: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Up to five things whose names are most like one, best first."""
    by_key: dict[str, list[tuple[int, str]]] = {}
    for number, other in things:
        by_key.setdefault(key(other), []).append((number, other))
    best = get_close_matches(key(name), by_key, n=5, cutoff=ALIKE)
    return [thing for found in best for thing in by_key[found]][:5]


def taken(kind: Kind, fields: dict[str, Any]) -> str:
    """Of a thing that is to come back: the name of another that has its name or slug by now."""
    claimed = models.Q()
    for field in kind.model._meta.concrete_fields:
        if field.unique and not field.primary_key and fields.get(field.attname):
            claimed |= models.Q(**{f"{field.attname}__iexact": fields[field.attname]})
    other = kind.model._default_manager.filter(claimed).first()
    return str(other) if other else ""


def rename(*, tag_id: int, name: str, by: User) -> Tag:
    """Give a tag another name, and the slug that follows from it."""
    from news.merging.tasks import tell_of_new_name  # noqa: PLC0415 - it calls this module

    name = _checked(name)
    with transaction.atomic():
        tag = Tag.objects.select_for_update().get(pk=tag_id)
        others = Tag.objects.exclude(pk=tag_id)
        if (other := others.filter(name__iexact=name).first()) is not None:
            raise NameTakenError(other)
        before = tag.name
        if before == name:
            return tag
        tag.name, tag.slug = name, _free_slug(tag, name, others)
        tag.save()
        log(instance=tag, action="news.rename", user=by, data={"before": before, "after": name})
    tell_of_new_name.enqueue(Merge.Kind.TAG.value, tag.pk)
    return tag


def _checked(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise NameRefusedError("Write the tag's new name.")
    if len(name) > LONGEST_NAME:
        raise NameRefusedError(
            f"This has {len(name)} characters, and a tag has {LONGEST_NAME} at most."
        )
    # Where tags are typed, these part one from the next.
    if "," in name or '"' in name:
        raise NameRefusedError(
            "A tag has no commas and no double quotes: they part one from another."
        )
    return name


def _free_slug(tag: Tag, name: str, others: models.QuerySet[Tag]) -> str:
    wanted = slugify(name, allow_unicode=True)[: LONGEST_NAME - 4] or tag.slug
    used = set(others.filter(slug__startswith=wanted).values_list("slug", flat=True))
    if wanted not in used:
        return wanted
    number = next(n for n in range(1, len(used) + 2) if f"{wanted}_{n}" not in used)
    return f"{wanted}_{number}"


def tell_of_new_name(kind: str, number: int) -> None:
    """Say of everything that names a thing that it shows another name now."""
    for column in columns(Kind(kind)):
        if column.written_out:
            continue
        last = 0
        while found := list(
            column.naming(number).filter(pk__gt=last).order_by("pk")[: moving.BATCH]
        ):
            moving.tell(column, found)
            last = found[-1].pk
