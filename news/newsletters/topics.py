"""Categories as what readers of the newsletter choose from."""

from __future__ import annotations

from cms.newsletter.topics import Topic
from news.models import Category, Merge


def offered() -> list[Topic]:
    """All categories; a key is a number, so that it stays when a category is renamed. Two queries."""
    former = _former()
    found = Category.objects.order_by("name").values_list("pk", "name")
    return [
        Topic(key=str(number), name=name, former=former.get(number, frozenset()))
        for number, name in found
    ]


def keys_by_category() -> dict[int, list[str]]:
    """Each category's own key, and those of all that were merged into it. Two queries."""
    return {int(topic.key): [topic.key, *sorted(topic.former)] for topic in offered()}


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
