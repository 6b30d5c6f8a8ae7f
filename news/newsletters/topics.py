"""Categories as what readers of the newsletter choose from."""

from __future__ import annotations

from cms.newsletter.topics import Topic
from news.models import Category, Merge


def offered() -> list[Topic]:
    """All categories; a key is a number, so that it stays when a category is renamed. Two queries."""
    former = _former()
    found = Category.objects.order_by("name").values_list("pk", "name", "slug")
    return [
        Topic(key=str(number), name=name, slug=slug, former=former.get(number, frozenset()))
        for number, name, slug in found
    ]


def keys_by_category() -> dict[int, list[str]]:
    """Each category's keys: its own, those merged into it, and those of the one above it.

    Whoever chose a category has chosen what is below it. Three queries.
    """
    own = {int(topic.key): [topic.key, *sorted(topic.former)] for topic in offered()}
    above = Category.objects.exclude(parent=None).values_list("pk", "parent_id")
    return {**own, **{pk: [*own[pk], *own[parent]] for pk, parent in above}}


def _former() -> dict[int, frozenset[str]]:
    """Which categories were merged into which, over however many steps; undone ones were not."""
    merged = Merge.objects.filter(kind=Merge.Kind.CATEGORY, status=Merge.Status.MERGED)
    into = dict(merged.order_by("pk").values_list("old_id", "into_id"))
    former: dict[int, set[str]] = {}
    for old in into:
        step, seen = into[old], {old}
        while step in into and step not in seen:
            seen.add(step)
            step = into[step]
        former.setdefault(step, set()).add(str(old))
    return {number: frozenset(keys) for number, keys in former.items()}
