"""Results as the page shows them: what readers may open now, with its extract and its groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from advocacy.models import Petition, Representative
from news.models import ArticlePage, ArticleTag, Category, Source
from search.engine import COUNTED
from search.models import Kind
from search.snippets import marked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from search.asked import Asked
    from search.engine import Found, Hit

# Groups of a facet that are shown before the rest is left out.
GROUPS_SHOWN = 10
FACET_NAMES = {"category": "Category", "source": "Source", "tag": "Tag", "year": "Published here"}


@dataclass(frozen=True)
class Result:
    """One thing that was found."""

    kind: str
    thing: Any
    title: SafeString
    extract: SafeString


@dataclass(frozen=True)
class Group:
    """A way to narrow results, or to widen them again."""

    name: str
    count: int
    address: str
    chosen: bool = False
    # Whether there are as many or more.
    or_more: bool = False


@dataclass(frozen=True)
class Facet:
    """Ways to narrow results by one thing."""

    name: str
    groups: list[Group]


_SHOWN: dict[str, Callable[[], QuerySet[Any]]] = {
    Kind.ARTICLE: lambda: ArticlePage.objects.live().public().for_cards(),
    Kind.REPRESENTATIVE: lambda: Representative.objects.public(),
    Kind.PETITION: lambda: Petition.objects.public(),
}


def things(pairs: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Any]:
    """Those that every reader may open now, whatever the index knows of them yet."""
    found: dict[tuple[str, int], Any] = {}
    for kind, shown in _SHOWN.items():
        numbers = [number for name, number in pairs if name == kind]
        if numbers:
            found |= {(kind, thing.pk): thing for thing in shown().filter(pk__in=numbers)}
    return found


def results(hits: Sequence[Hit]) -> list[Result]:
    """What the hits are, in their order."""
    found = things([(hit.kind, hit.object_id) for hit in hits])
    return [
        Result(hit.kind, thing, marked(hit.title), marked(hit.extract))
        for hit in hits
        if (thing := found.get((hit.kind, hit.object_id)))
    ]


def tabs(asked: Asked, found: Found) -> list[Group]:
    """Everything, and each kind of which something was found."""
    chosen, kinds = asked.filters.kind, found.kinds
    total = sum(kinds.values())
    if found.bounded:
        total = min(total, COUNTED)
    groups = [Group("All", total, asked.address(kind=""), not chosen, found.is_more(total))]
    for kind in Kind:
        number = kinds.get(kind, 0)
        if number or kind == chosen:
            name, address = str(kind.label), asked.address(kind=kind.value)
            groups.append(Group(name, number, address, kind == chosen, found.is_more(number)))
    return groups


def facets(asked: Asked, counts: Mapping[str, Mapping[int, int]]) -> list[Facet]:
    """What results can be narrowed to; a facet that is narrowed offers only to be widened again."""
    found = []
    for facet, name in FACET_NAMES.items():
        if facet in asked.names:
            number = asked.filters.groups[facet]
            count = counts.get(facet, {}).get(number, 0)
            widened = asked.address(**{facet: ""})
            found.append(Facet(name, [Group(asked.names[facet], count, widened, chosen=True)]))
        elif groups := _groups(facet, counts.get(facet, {}), asked):
            found.append(Facet(name, groups))
    return found


def _groups(facet: str, counts: Mapping[int, int], asked: Asked) -> list[Group]:
    if facet == "year":
        ordered = sorted(counts.items(), reverse=True)[:GROUPS_SHOWN]
        return [Group(str(year), count, asked.address(year=year)) for year, count in ordered]
    numbers = list(counts)[:GROUPS_SHOWN]
    names: dict[int, tuple[str, object]] = {}
    if facet == "source":
        rows = Source.objects.filter(pk__in=numbers).values_list("pk", "name")
        names = {pk: (name, pk) for pk, name in rows}
    else:
        model: Any = Category if facet == "category" else ArticleTag.tag_model()
        named = model.objects.filter(pk__in=numbers).values_list("pk", "name", "slug")
        names = {pk: (name, slug) for pk, name, slug in named}
    return [
        Group(names[number][0], counts[number], asked.address(**{facet: names[number][1]}))
        for number in numbers
        if number in names
    ]
