"""The groups that results are counted in and narrowed to, as words that no reader can type.

A label is a private character, a letter for the facet and the number of the group. It stands in
the index among the words of a text, so a search within a group is a search for one more word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from search.models import Kind

MARK = "\ue000"
FACETS = {"kind": "k", "category": "c", "source": "s", "tag": "t", "year": "y"}
_FACET_OF = {letter: name for name, letter in FACETS.items()}
KIND_NUMBERS = {kind: number for number, kind in enumerate(Kind.values)}


def label(facet: str, number: int) -> str:
    """The mark of one group."""
    return f"{MARK}{FACETS[facet]}{number}"


def kind_label(kind: str) -> str:
    """The mark of what is of one kind."""
    return label("kind", KIND_NUMBERS[kind])


def count(labels: Iterable[str]) -> dict[str, dict[int, int]]:
    """How many stand in each group: by facet, then by number, from the labels of each hit."""
    counted = Counter(chain.from_iterable(map(str.split, labels)))
    return by_facet(counted)


def by_facet(counted: dict[str, int]) -> dict[str, dict[int, int]]:
    """Counts by label, as counts by facet and number, the largest group first."""
    found: dict[str, dict[int, int]] = {facet: {} for facet in FACETS}
    for mark, number in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        found[_FACET_OF[mark[1]]][int(mark[2:])] = number
    return found
