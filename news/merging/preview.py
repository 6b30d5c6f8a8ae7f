"""What a merge would touch, counted before anybody confirms it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from wagtail.models import Revision

from news.merging import moving
from news.merging.kinds import Column, Kind, columns
from news.models import ArticlePage, Merge, Source

if TYPE_CHECKING:
    from django.db.models import QuerySet

# As many are named; the rest are a number.
NAMED_AT_MOST = 8
# Above this many articles, versions are not looked through to show a preview.
LOOKED_THROUGH_AT_MOST = 20_000


@dataclass
class Line:
    """How many of one sort are touched, and some of them with a link."""

    one: str
    many: str
    count: int
    examples: list[tuple[str, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What was counted, for one or for several."""
        return self.one if self.count == 1 else self.many

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.examples)


@dataclass
class Preview:
    """What happens to one thing that becomes part of another."""

    kind: Kind
    old: Any
    into: Any
    lines: list[Line]
    doubles: int
    notes: list[str]

    @property
    def touches_nothing(self) -> bool:
        """Whether nothing names it, so that it only goes; never claimed of what was not counted."""
        return _few_enough() and not any(line.count for line in self.lines)


def preview(*, kind: Kind, old: Any, into: Any) -> Preview:
    """Count what names ``old``, and what merging it cannot keep."""
    lines, doubles = [], 0
    for column in columns(kind):
        value = str(old) if column.written_out else old.pk
        found = column.naming(value)
        doubles += _doubles(column, found, into.pk)
        lines += _lines(column, found)
    lines += _drafts(kind, old)
    return Preview(
        kind, old, into, [line for line in lines if line.count], doubles, _notes(kind, old, into)
    )


def _doubles(column: Column, found: QuerySet[Any], into: int) -> int:
    """Links that fall away because their object has the other one too."""
    if not column.beside:
        return 0
    same = {name: OuterRef(name) for name in column.beside}
    return found.filter(Exists(column.naming(into).filter(**same))).count()


def _lines(column: Column, found: QuerySet[Any]) -> list[Line]:
    if column.written_out:
        return [
            Line(
                "related link with its name as publisher",
                "related links with its name as publisher",
                found.count(),
            )
        ]
    articles = _articles(column, found)
    if articles is not None:
        return [
            _of_articles("live article", "live articles", articles.filter(live=True)),
            _of_articles(
                "article that is not live",
                "articles that are not live",
                articles.filter(live=False),
            ),
        ]
    if "content_type_id" in column.beside:
        return _by_type(found)
    of: Any = column.model
    if column.beside:
        of = column.model._meta.get_field(column.beside[-1]).related_model
    return [Line(str(of._meta.verbose_name), str(of._meta.verbose_name_plural), found.count())]


def _by_type(found: QuerySet[Any]) -> list[Line]:

    counts = found.order_by().values_list("content_type_id").annotate(Count("pk"))
    lines = []
    for type_id, count in counts:
        model = ContentType.objects.get_for_id(type_id).model_class()
        if model is None:
            lines.append(Line("object", "objects", count))
        else:
            of = model._meta
            lines.append(Line(str(of.verbose_name), str(of.verbose_name_plural), count))
    return lines


def _articles(column: Column, found: QuerySet[Any]) -> QuerySet[ArticlePage] | None:
    """The articles that a column is about."""
    if column.model is ArticlePage:
        return found
    for name in column.beside:
        relation = column.model._meta.get_field(name)
        if relation.related_model is ArticlePage:
            return ArticlePage.objects.filter(pk__in=found.values(name))
    return None


def _of_articles(one: str, many: str, found: QuerySet[ArticlePage]) -> Line:
    some = found.order_by("-first_published_at", "-pk").values_list("pk", "title")
    return Line(one, many, found.count(), [_link(*pair) for pair in some[:NAMED_AT_MOST]])


def _link(number: int, title: str) -> tuple[str, str]:
    return reverse("wagtailadmin_pages:edit", args=[number]), title


def _few_enough() -> bool:
    return ArticlePage.objects.count() <= LOOKED_THROUGH_AT_MOST


def _drafts(kind: Kind, old: Any) -> list[Line]:
    """Latest and scheduled versions, which may go live yet; older ones are rewritten as well."""
    if not _few_enough():
        return []
    latest = ArticlePage.objects.filter(has_unpublished_changes=True).values("latest_revision_id")
    drafts = moving.versions(kind).filter(pk__in=latest)
    scheduled = moving.versions(kind).filter(approved_go_live_at__isnull=False)
    lines = []
    for what, versions in (("draft", drafts), ("scheduled version", scheduled)):
        hits = [pk for pks in moving.naming(kind, versions, old.pk).values() for pk in pks]
        shown = Revision.objects.filter(pk__in=hits[:NAMED_AT_MOST]).values_list(
            "object_id", "object_str"
        )
        lines.append(
            Line(what, f"{what}s", len(hits), [_link(int(number), text) for number, text in shown])
        )
    return lines


def _notes(kind: Kind, old: Any, into: Any) -> list[str]:
    """What the other one does not take over."""
    notes = []
    if not _few_enough():
        notes.append(
            "Drafts and scheduled versions are not counted here, because there are so many"
            " articles. They are moved all the same, and the history says how many there were."
        )
    if kind.value == Merge.Kind.SOURCE:
        notes += _notes_of_sources(old, into)
    if kind.value == Merge.Kind.CATEGORY:
        notes.append(
            f"Its page {old.get_absolute_url()} goes: its address, and those of its feeds, lead to"
            f" “{into}” from then on. Its introduction is not taken over."
        )
    return notes


def _notes_of_sources(old: Source, into: Source) -> list[str]:
    notes = []
    if old.notes or old.home_page:
        notes.append(
            f"Home page and notes of “{old}” are not taken over. Copy what you need first."
        )
    if old.extract_limit != into.extract_limit:
        limits = [
            f"{each.extract_limit:,} words" if each.extract_limit else "the newsroom’s limit"
            for each in (old, into)
        ]
        notes.append(
            f"Extracts of “{old}” may have {limits[0]}, those of “{into}” {limits[1]}. Articles"
            " that are live stay so; the new limit holds when a version is published, on schedule"
            " too."
        )
    return notes
