"""What a newsroom sets for its articles."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import Site

from news.models import NewsroomSettings
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def newsroom() -> NewsroomSettings:
    """The default site's settings, as they are before anybody sets them."""
    return NewsroomSettings.for_site(Site.objects.get(is_default_site=True))


def test_a_new_newsroom_has_limits_and_a_budget(newsroom: NewsroomSettings) -> None:
    newsroom.full_clean()
    assert newsroom.extract_limit == 600
    assert [newsroom.words(section) for section in ("opinion", "action", "to_do")] == [
        350,
        250,
        400,
    ]
    assert newsroom.monthly_budget > 0
    assert newsroom.drafting_enabled


def test_the_newsrooms_model_comes_before_the_operators(
    newsroom: NewsroomSettings, settings: Settings
) -> None:
    settings.OPENAI_MODEL = "the-operators"
    assert newsroom.model_name == "the-operators"
    newsroom.model = "the-newsrooms"
    assert newsroom.model_name == "the-newsrooms"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("extract_limit", 49),
        ("extract_limit", 10_001),
        ("opinion_words", 29),
        ("action_words", 2001),
        ("to_do_words", 0),
        ("input_price", Decimal(-1)),
        ("output_price", Decimal(-1)),
        ("monthly_budget", Decimal(-1)),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(
    newsroom: NewsroomSettings, field: str, value: object
) -> None:
    setattr(newsroom, field, value)
    with pytest.raises(ValidationError) as error:
        newsroom.full_clean()
    assert set(error.value.error_dict) == {field}


@pytest.mark.parametrize("role", ["Editors", "Reviewers", "Moderators", "Campaigners"])
def test_the_four_roles_do_not_set_limits_or_budget(client: Client, role: str) -> None:
    site = Site.objects.get(is_default_site=True)
    address = reverse("wagtailsettings:edit", args=["news", "newsroomsettings", site.pk])
    client.force_login(UserFactory(role=role))
    assert client.get(address).status_code == 302
    client.force_login(UserFactory(is_superuser=True))
    assert client.get(address).status_code == 200
