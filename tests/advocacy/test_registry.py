"""Entries of the registry that a text names."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from advocacy import registry
from advocacy.models import Letter, Petition, Representative
from tests.factories.advocacy import LetterFactory, PetitionFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db


def test_entries_of_all_kinds_come_in_one_query_with_their_links(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    petition = PetitionFactory(slug="lead-pipes", title="Finish the lead pipes")
    senator = RepresentativeFactory(slug="tammy-baldwin", last_name="Baldwin")
    delegate = RepresentativeFactory(
        slug="del", name="Ana Díaz", office="delegate", state="PR", district="0"
    )
    letter = LetterFactory(slug="medicare", title="Keep Medicare bargaining", live=False)
    with django_assert_num_queries(1):
        found = registry.find(
            {
                "petition": {petition.pk, 987654},
                "representative": {senator.pk, delegate.pk},
                "letter": {letter.pk},
            }
        )
        links = {key: (str(e), e.get_absolute_url(), e.live) for key, e in found.items()}
    assert links == {
        (Petition, petition.pk): ("Finish the lead pipes", "/petitions/lead-pipes/", True),
        (Representative, senator.pk): (str(senator), "/representatives/tammy-baldwin/", True),
        (Representative, delegate.pk): (str(delegate), "/representatives/del/", True),
        (Letter, letter.pk): ("Keep Medicare bargaining", "/letters/medicare/", False),
    }


def test_nothing_named_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert registry.find({"petition": set(), "representative": set(), "letter": set()}) == {}


def test_names_are_found_at_any_depth() -> None:
    raw = [
        {"type": "call_to_action", "value": {"petition": 1, "letter": None, "text": "letter"}},
        {"type": "group", "value": {"items": [{"value": {"representative": 2, "letter": 3}}]}},
        {"type": "sample_letter", "value": {"letter": 3, "petition": "4"}},
    ]
    assert registry.named_in(raw) == {"petition": {1}, "representative": {2}, "letter": {3}}
