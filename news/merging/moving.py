"""What one step of a merge moves, and how it is given back. Each is called inside a transaction."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from wagtail.models import ReferenceIndex, Revision

from news.merging import rows
from news.merging.kinds import Column, Kind, Part, parts
from news.merging.signals import touched

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# Rows, or versions looked through, of one step.
BATCH = 500
# Versions are long; this many are written at once.
WRITTEN_AT_ONCE = 50


def keys_of(column: Column, found: Iterable[Any]) -> list[tuple[Any, ...]]:
    """What rows that are links link to."""
    return [tuple(getattr(row, name) for name in column.beside) for row in found]


def naming_too(
    column: Column, value: Any, keys: Collection[tuple[Any, ...]]
) -> dict[tuple[Any, ...], Any]:
    """Those rows that link one of ``keys`` to another thing, by their key. One query."""
    last = {f"{column.beside[-1]}__in": {key[-1] for key in keys}}
    found = list(column.naming(value).filter(**last))
    return {
        key: row for key, row in zip(keys_of(column, found), found, strict=True) if key in set(keys)
    }


def move(column: Column, *, kind: Kind, old: Any, new: Any) -> dict[str, Any] | None:
    """Have the next rows of a column name the new thing; None where none names the old one."""
    found = list(column.naming(old).order_by("pk")[:BATCH])
    if not found:
        return None
    removed: list[Any] = []
    if column.beside:
        seen = set(naming_too(column, new, keys_of(column, found)))
        staying: list[Any] = []
        for row, key in zip(found, keys_of(column, found), strict=True):
            (removed if key in seen else staying).append(row)
            seen.add(key)
        found = staying
    column.model._base_manager.filter(pk__in=[row.pk for row in removed]).delete()
    column.model._base_manager.filter(pk__in=[row.pk for row in found]).update(
        **{column.attname: new}
    )
    if not column.written_out:
        _point(column, kind, [row.pk for row in found], old=old, new=new)
    tell(column, [*found, *removed])
    return {
        "moved": keys_of(column, found) if column.beside else [row.pk for row in found],
        "removed": [rows.dump(row) for row in removed],
    }


def give_back(column: Column, record: dict[str, Any], *, kind: Kind, old: Any, new: Any) -> int:
    """Undo ``move()`` for what still names the new thing; how many rows."""
    if not column.beside:
        found = list(column.naming(new).filter(pk__in=record["moved"]))
    else:
        moved = [tuple(key) for key in record["moved"]]
        have_old = naming_too(column, old, moved) if moved else {}
        has_new = naming_too(column, new, moved) if moved else {}
        found = [row for key, row in has_new.items() if key not in have_old]
    column.model._base_manager.filter(pk__in=[row.pk for row in found]).update(
        **{column.attname: old}
    )
    if not column.written_out:
        _point(column, kind, [row.pk for row in found], old=new, new=old)
    again = _removed_that_fit(column, record["removed"], old=old, new=new)
    rows.restore(again)
    fields = [item["fields"] for item in again]
    tell(column, [*found, *(column.model(**values) for values in fields)])
    return len(found) + len(again)


def _removed_that_fit(
    column: Column, removed: list[dict[str, Any]], *, old: Any, new: Any
) -> list[dict[str, Any]]:
    """Links that stood beside one that still stands, and that nobody has made anew."""
    if not removed:
        return []
    fields: list[Any] = [column.model._meta.get_field(name) for name in column.beside]
    keys = [
        tuple(field.to_python(item["fields"][field.attname]) for field in fields)
        for item in removed
    ]
    standing, anew = naming_too(column, new, keys), naming_too(column, old, keys)
    return [
        item for item, key in zip(removed, keys, strict=True) if key in standing and key not in anew
    ]


def _point(column: Column, kind: Kind, pks: list[Any], *, old: Any, new: Any) -> None:
    """Have Wagtail's index of references name the new thing."""
    ReferenceIndex.objects.filter(
        content_type=ContentType.objects.get_for_model(column.model),
        object_id__in=[str(pk) for pk in pks],
        to_content_type=ContentType.objects.get_for_model(kind.model),
        to_object_id=str(old),
    ).update(to_object_id=str(new))


def tell(column: Column, found: Iterable[Any]) -> None:
    """Say, after the commit, what shows another thing now."""
    by_model: dict[type[models.Model], set[Any]] = {}
    for row in found:
        model, pk = _shown_on(column, row)
        by_model.setdefault(model, set()).add(pk)
    for model, pks in by_model.items():
        transaction.on_commit(partial(touched.send, sender=model, model=model, pks=sorted(pks)))


def _shown_on(column: Column, row: Any) -> tuple[type[models.Model], Any]:
    """What a row is about: itself, or what it links to the thing."""
    if not column.beside:
        return column.model, row.pk
    if "content_type_id" in column.beside:
        of = ContentType.objects.get_for_id(int(row.content_type_id)).model_class()
        return of or column.model, int(row.object_id)
    field: Any = column.model._meta.get_field(column.beside[-1])
    return field.related_model, int(getattr(row, field.attname))


# Versions -----------------------------------------------------------------------------------------


def versions(kind: Kind) -> models.QuerySet[Revision]:
    """The versions of everything whose versions can name things of a kind."""
    models_ = [part.model for part in parts(kind)]
    types = ContentType.objects.get_for_models(*models_, for_concrete_models=False).values()
    return Revision.objects.filter(content_type__in=types)


def naming(kind: Kind, found: models.QuerySet[Revision], number: int) -> dict[Part, list[int]]:
    """Which of these versions name a thing, by the part that does. One query for each part."""
    result = {}
    for part in parts(kind):
        of_model = found.filter(
            content_type=ContentType.objects.get_for_model(part.model, for_concrete_model=False)
        )
        # Only the part is read: versions are long.
        pairs = of_model.values_list("pk", f"content__{part.key}")
        hits = [pk for pk, value in pairs.iterator() if number in part.named_in(value)]
        if hits:
            result[part] = hits
    return result


def rewrite(part: Part, pks: Iterable[int], *, old: int, new: int) -> dict[str, Any]:
    """Have versions name the new thing, and change nothing else of them.

    The row is written, not saved: there is no new version, nobody has edited, nothing is published.
    """
    found = list(_locked(pks))
    record = []
    for version in found:
        before = version.content[part.key]
        version.content[part.key] = part.replaced(before, old, new)
        record.append([version.pk, before, version.content[part.key]])
    _write(found)
    return {"versions": record}


def restore(part: Part, record: dict[str, Any], *, old: int, new: int) -> int:
    """Undo ``rewrite()`` for what still names the new thing; how many versions."""
    was = {pk: (before, after) for pk, before, after in record["versions"]}
    changed = []
    for version in _locked(was):
        before, after = was[version.pk]
        value = version.content.get(part.key)
        # A version that the editor overwrote since keeps what it got then.
        back = before if value == after else part.given_back(value, before, old, new)
        if back != value:
            version.content[part.key] = back
            changed.append(version)
    _write(changed)
    return len(changed)


def restore_later(part: Part, pks: list[int], *, marker: int, old: int, new: int) -> None:
    """Give back in versions that were saved on top of one that was given back itself."""
    found = list(_locked(pks))
    base = versions_before(found, marker)
    changed = []
    for version in found:
        before = base.get(version.object_id, {}).get(part.key)
        if old not in part.named_in(before):
            continue
        value = version.content.get(part.key)
        back = part.given_back(value, before, old, new)
        if back != value:
            version.content[part.key] = back
            changed.append(version)
    _write(changed)


def versions_before(found: list[Revision], marker: int) -> dict[str, dict[str, Any]]:
    """The content of the last version up to a marker, by the object's number. Two queries."""
    if not found:
        return {}
    last = (
        Revision.objects.filter(
            base_content_type__in={version.base_content_type_id for version in found},
            object_id__in={version.object_id for version in found},
            pk__lte=marker,
        )
        .order_by()
        .values("base_content_type", "object_id")
        .annotate(last=models.Max("pk"))
        .values_list("last", flat=True)
    )
    return dict(Revision.objects.filter(pk__in=list(last)).values_list("object_id", "content"))


def _locked(pks: Iterable[int]) -> models.QuerySet[Revision]:
    # An open editor may overwrite its own version at the same moment.
    return Revision.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk")


def _write(found: list[Revision]) -> None:
    if found:
        Revision.objects.bulk_update(found, ["content"], batch_size=WRITTEN_AT_ONCE)
