"""Results that editors put first."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from search.models import Promotion
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory
from tests.factories.news import article
from tests.factories.people import UserFactory, editor

pytestmark = pytest.mark.django_db
HEADING = "Our pick for this search"


def page(typed: str) -> str:
    return Client().get("/search/", {"q": typed}).content.decode()


@pytest.mark.parametrize("typed", ["lead pipes", "Lead PIPES", '"lead pipes"', " lead  pipes! "])
def test_it_stands_before_the_results_for_its_words(typed: str) -> None:
    petition = PetitionFactory(title="Sign for clean water")
    Promotion.objects.create(words="Lead Pipes\nwater", petition=petition, text="It ends soon.")
    html = page(typed)
    assert HEADING in html
    assert f'<a href="{petition.get_absolute_url()}">Sign for clean water</a>' in html
    assert "It ends soon." in html


@pytest.mark.parametrize("typed", ["lead", "lead pipes flint", "lead pipes -flint", "pipes lead"])
def test_it_stands_before_no_other_results(typed: str) -> None:
    Promotion.objects.create(words="lead pipes", petition=PetitionFactory())
    assert HEADING not in page(typed)


def test_what_nobody_may_read_is_not_promoted() -> None:
    story = article(title="A draft")
    Promotion.objects.create(words="pipes", article=story)
    Promotion.objects.create(words="pipes", representative=RepresentativeFactory(live=False))
    assert HEADING not in page("pipes")
    story.save_revision().publish()
    assert HEADING in page("pipes")


def test_it_leads_to_one_thing_and_has_words() -> None:
    petition = PetitionFactory()
    with pytest.raises(ValidationError, match="at least one word"):
        Promotion(words=' "!" \n ', petition=petition).full_clean()
    with pytest.raises(ValidationError, match="and not more"):
        Promotion(words="pipes").full_clean()
    with pytest.raises(ValidationError, match="and not more"):
        Promotion(
            words="pipes", petition=petition, representative=RepresentativeFactory()
        ).full_clean()


def test_editors_keep_them_and_moderators_do_not(client: Client) -> None:
    address = reverse("wagtailsnippets_search_promotion:add")
    client.force_login(editor())
    petition = PetitionFactory()
    said = {"words": "pipes", "petition": petition.pk, "article": "", "representative": ""}
    assert client.post(address, {**said, "text": ""}).status_code == 302
    assert Promotion.objects.get().target == ("petition", petition.pk)
    client.force_login(UserFactory(role="Moderators"))
    assert client.get(address).status_code != 200
