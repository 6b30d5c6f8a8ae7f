"""The order of results, measured on questions whose answers are known."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable

import pytest

from search.finding import search
from search.queries import Search, parse
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory
from tests.factories.news import CategoryFactory, SourceFactory, article, paragraph
from tests.search import labelled

pytestmark = pytest.mark.django_db
Thing = tuple[str, int]


def newsroom() -> dict[str, Thing]:
    """Everything of the corpus, published; each by its key."""
    things: dict[str, Thing] = {}
    articles = labelled.ARTICLES.values()
    categories = {name: CategoryFactory(name=name) for name in {row[3] for row in articles}}
    sources = {name: SourceFactory(name=name) for name in {row[4] for row in articles}}
    for key, (title, introduction, body, category, source, day) in labelled.ARTICLES.items():
        page = article(
            title=title,
            introduction=introduction,
            body=[paragraph(body)],
            source=sources[source],
            live=True,
        )
        page.first_published_at = datetime.datetime.fromisoformat(f"{day}T16:00:00+00:00")
        page.categories.set([categories[category]])
        page.save()
        things[key] = ("article", page.pk)
    people = {}
    for key, (first, last, office, state, district) in labelled.REPRESENTATIVES.items():
        people[key] = RepresentativeFactory(
            first_name=first,
            last_name=last,
            name=f"{first} {last}",
            office=office,
            state=state,
            district=district,
        )
        things[key] = ("representative", people[key].pk)
    for key, (title, summary, target) in labelled.PETITIONS.items():
        petition = PetitionFactory(
            title=title, summary=summary, ask="<p>Act.</p>", targets=[people[target]]
        )
        things[key] = ("petition", petition.pk)
    return things


def gain(grades: list[int]) -> float:
    """Discounted cumulative gain of ten results."""
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:10]))


def test_what_was_meant_comes_first(engine: Callable[[], None]) -> None:
    things = newsroom()
    engine()
    assert len(labelled.QUERIES) >= 40
    scores = {}
    for typed, graded in labelled.QUERIES.items():
        grades = {things[key]: grade for key, grade in graded.items()}
        hits = search(Search(parse(typed))).found.hits
        best = gain(sorted(grades.values(), reverse=True))
        scores[typed] = gain([grades.get((hit.kind, hit.object_id), 0) for hit in hits]) / best
    mean = sum(scores.values()) / len(scores)
    worst = sorted((round(score, 2), typed) for typed, score in scores.items())[:12]
    assert mean >= 0.9, (round(mean, 3), worst)
    # None is lost altogether.
    assert worst[0][0] > 0.3, worst
