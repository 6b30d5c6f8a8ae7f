"""Rows in a form that can be kept as JSON and put back exactly as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    from collections.abc import Iterable


def dump(row: models.Model) -> dict[str, Any]:
    """A row's columns. Django's own serialiser would cut times to milliseconds."""
    return {
        "model": row._meta.label,
        "fields": {
            field.attname: None
            if field.value_from_object(row) is None
            else field.value_to_string(row)
            for field in row._meta.concrete_fields
        },
    }


def restore(kept: Iterable[dict[str, Any]]) -> int:
    """Insert rows under their own numbers, or a new one where that was taken since.

    What a row pointed at and is gone by now, a person who left, is left blank. Queries follow the
    number of models, not of rows.
    """
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for item in kept:
        model = apps.get_model(item["model"])
        values = {
            field.attname: field.to_python(item["fields"][field.attname])
            for field in model._meta.concrete_fields
            if item["fields"].get(field.attname) is not None
        }
        by_model.setdefault(model, []).append(model(**values))
    for model, found in by_model.items():
        _forget_what_is_gone(model, found)
        taken = set(
            model._base_manager.filter(pk__in=[row.pk for row in found]).values_list(
                "pk", flat=True
            )
        )
        for row in found:
            if row.pk in taken:
                row.pk = None
        model._base_manager.bulk_create(found)
    return sum(map(len, by_model.values()))


def _forget_what_is_gone(model: type[models.Model], found: list[models.Model]) -> None:
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or not field.null:
            continue
        target: Any = field.related_model
        named = {getattr(row, field.attname) for row in found} - {None}
        there = set(
            target._base_manager.filter(pk__in=named).values_list("pk", flat=True) if named else ()
        )
        for row in found:
            if getattr(row, field.attname) not in there:
                setattr(row, field.attname, None)
