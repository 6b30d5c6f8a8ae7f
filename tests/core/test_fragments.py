"""Parts of pages: kept while nothing that they show changes, and never longer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from cms.core import fragments
from cms.core.models import SiteSettings
from cms.core.page_cache import tags, versions


@pytest.fixture(autouse=True)
def _shelf(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    versions.close()
    fragments.forget()
    yield
    fragments.forget()
    versions.close()


class Maker:
    """Makes a new text each time, of things that it names."""

    def __init__(self, *shown: str) -> None:
        self.times = 0
        self.shown = shown

    def __call__(self) -> str:
        self.times += 1
        tags.show(*self.shown)
        return f"made {self.times}"


pytestmark = pytest.mark.django_db(transaction=True)


def test_a_part_is_made_once_until_what_it_shows_is_touched() -> None:
    make = Maker("page:1")
    assert [fragments.text("any", make) for _ in range(3)] == ["made 1"] * 3
    tags.touch("page:2")
    assert fragments.text("any", make) == "made 1"
    tags.touch("page:1")
    assert fragments.text("any", make) == "made 2"


def test_every_part_goes_with_the_site() -> None:
    make = Maker()
    fragments.text("any", make)
    tags.touch(tags.SITE)
    assert fragments.text("any", make) == "made 2"


def test_what_is_touched_while_a_part_is_made_makes_it_old() -> None:
    make = Maker("page:1")

    def late() -> str:
        text = make()
        tags.touch("page:1")
        return text

    fragments.text("any", late)
    assert fragments.text("any", make) == "made 2"


def test_another_process_is_noticed() -> None:
    make = Maker("page:1")
    fragments.text("any", make)
    other = versions.FileVersions(versions.folder() / "versions")
    other.touch({versions.place("page:1")})
    assert fragments.text("any", make) == "made 2"


def test_the_page_around_a_part_shows_what_the_part_shows_also_when_it_was_kept() -> None:
    make = Maker("page:1", "count.petition:7")
    for _ in range(2):
        with tags.collected() as shown:
            fragments.text("any", make)
        assert {"page:1", "count.petition:7"} <= shown


def test_a_number_makes_a_part_anew_at_once_or_not_at_all() -> None:
    """A page that is made after the change, of a part from before, would be taken for a new one."""
    make, without = Maker("count.petition:7"), Maker("count.petition:7")
    fragments.text("with", make)
    fragments.text("without", without, counts=False)
    tags.touch("count.petition:7")
    assert fragments.text("with", make) == "made 2"
    assert fragments.text("without", without, counts=False) == "made 1"


def test_what_follows_from_the_clock_shows_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    clock = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    fragments.text("any", make)
    clock += fragments.SECONDS
    assert fragments.text("any", make) == "made 2"


def test_nothing_is_kept_of_a_transaction_that_may_never_hold() -> None:
    make = Maker("page:1")
    with transaction.atomic():
        fragments.text("any", make)
    assert fragments.text("any", make) == "made 2"


def test_nothing_is_kept_while_templates_are_being_changed(settings: Any) -> None:
    settings.DEBUG = True
    make = Maker()
    fragments.text("any", make)
    assert fragments.text("any", make) == "made 2"


def test_what_was_used_longest_ago_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "MOST_BYTES", 3_000)
    makers = {name: Maker() for name in "abcde"}
    for name, make in makers.items():
        fragments.text(name, make)
        fragments.text("a", makers["a"])
    for name in "ae":
        fragments.text(name, makers[name])
    assert [make.times for make in makers.values()] == [1, 1, 1, 1, 1]
    fragments.kept("large", lambda: "x", size=lambda made: 2_500)
    fragments.text("a", makers["a"])
    assert makers["a"].times == 2


def test_a_kept_row_is_a_new_object_each_time() -> None:
    def find() -> SiteSettings:
        return SiteSettings(pk=7, site_name="The Heron")

    first = fragments.row("any", find)
    assert first is not None
    first.site_name = "spoilt"
    second = fragments.row("any", find)
    assert second is not None
    assert (second.pk, second.site_name) == (7, "The Heron")
    assert fragments.row("none", lambda: None) is None
