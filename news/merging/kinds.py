"""What can be merged, and every place that can name it.

Columns are found through Django's own record of relations, parts of versions by the fields of the
models that keep versions: a model that comes to name a source tomorrow is merged with it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import get_all_child_relations
from taggit.models import ItemBase, Tag
from wagtail.models import Page, RevisionMixin

from news.models import Category, Merge, RelatedLink, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

MODELS: dict[str, type[models.Model]] = {
    Merge.Kind.TAG: Tag,
    Merge.Kind.SOURCE: Source,
    Merge.Kind.CATEGORY: Category,
}
# Columns that hold the name itself, and follow it.
WRITTEN_OUT: dict[str, tuple[tuple[type[models.Model], str], ...]] = {
    Merge.Kind.SOURCE: ((RelatedLink, "publisher"),)
}


@dataclass(frozen=True)
class Kind:
    """One kind of thing that can be merged."""

    value: str

    @property
    def model(self) -> type[models.Model]:
        """Its model."""
        return MODELS[self.value]

    @property
    def word(self) -> str:
        """In a sentence: "tag"."""
        return str(Merge.Kind(self.value).label).lower()

    @property
    def words(self) -> str:
        """Several."""
        return {"category": "categories"}.get(self.word, f"{self.word}s")

    @property
    def permission(self) -> str:
        """Who may merge it."""
        return f"news.merge_{self.value}"


@dataclass(frozen=True)
class Column:
    """A column whose rows name a thing."""

    model: type[models.Model]
    attname: str
    written_out: bool = False

    @property
    def place(self) -> str:
        """How a step names it."""
        return f"{self.model._meta.label}.{self.attname}"

    @property
    def beside(self) -> tuple[str, ...]:
        """For a row that only links two things, what it links to; empty for any other."""
        is_link = self.model._meta.auto_created or issubclass(self.model, ItemBase)
        if not is_link:
            return ()
        return tuple(
            field.attname
            for field in self.model._meta.concrete_fields
            if not field.primary_key and field.attname != self.attname
        )

    def naming(self, value: Any) -> models.QuerySet[Any]:
        """The rows that name it."""
        return self.model._default_manager.filter(**{self.attname: value})


@dataclass(frozen=True)
class Part:
    """A part of the stored versions of a model that can name a thing, or several."""

    model: type[models.Model]
    key: str
    # In a list of child rows, the field that names it; blank in a list of numbers.
    child: str = ""

    @property
    def place(self) -> str:
        """How a step names it."""
        return f"{self.model._meta.label}:{self.key}"

    def named_in(self, value: Any) -> list[Any]:
        """The numbers that a stored value names."""
        if isinstance(value, list):
            return [item.get(self.child) if self.child else item for item in value]
        return [] if value is None else [value]

    def replaced(self, value: Any, old: int, new: int) -> Any:
        """The value with one number in another's place, and no number twice."""
        if not isinstance(value, list):
            return new if value == old else value
        result, has_new = [], new in self.named_in(value)
        for item in value:
            if (item.get(self.child) if self.child else item) != old:
                result.append(item)
            elif not has_new:
                result.append({**item, self.child: new} if self.child else new)
                has_new = True
        return result

    def given_back(self, value: Any, before: Any, old: int, new: int) -> Any:
        """The value with the old number again, as ``before`` had it: alone, or beside the new."""
        named = self.named_in(value)
        if new not in named or old in named:
            return value
        if not isinstance(value, list) or new not in self.named_in(before):
            return self.replaced(value, new, old)
        if not self.child:
            return [*value, old]
        twin = next(item for item in value if item.get(self.child) == new)
        return [*value, {**twin, "pk": None, self.child: old}]


@cache
def columns(kind: Kind) -> tuple[Column, ...]:
    """Every column that names things of a kind."""
    found = []
    for relation in kind.model._meta.get_fields(include_hidden=True):
        model: Any = relation.related_model
        # What belongs to a thing of its own kind, as a category below another, goes with it.
        if isinstance(relation, models.ManyToOneRel):
            found.append(Column(model, relation.field.attname))
    found += [Column(of, name, written_out=True) for of, name in WRITTEN_OUT.get(kind.value, ())]
    return tuple(found)


@cache
def parts(kind: Kind) -> tuple[Part, ...]:
    """Every part of stored versions that names things of a kind."""
    return tuple(part for model in _versioned() for part in _parts_of(model, kind.model))


def _versioned() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if issubclass(model, Page | RevisionMixin) and not model._meta.proxy:
            yield model


def _parts_of(model: Any, thing: type[models.Model]) -> Iterator[Part]:
    for field in model._meta.get_fields():
        names_it = getattr(field, "remote_field", None) and field.related_model is thing
        if names_it and isinstance(field, models.ForeignKey | ParentalManyToManyField):
            yield Part(model, field.name)
    for relation in get_all_child_relations(model):
        for field in relation.related_model._meta.concrete_fields:
            if field is not relation.field and field.related_model is thing:
                yield Part(model, relation.get_accessor_name(), field.name)
