"""Issues that compose themselves."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from post_office.models import Email
from pytest_django import Settings

from cms.newsletter import topics
from cms.newsletter.models import Frequency, Mailing
from news.models import (
    ArticlePage,
    Audience,
    Category,
    Issue,
    IssueArticle,
    IssueStatus,
    Merge,
    NewsletterSettings,
)
from news.newsletters import automatic, rendering, sending
from news.newsletters.hooks import sweep_issues
from news.newsletters.viewset import page_of
from tests.factories.news import CategoryFactory, article
from tests.factories.newsletter import SubscriberFactory
from tests.factories.people import editor
from tests.news.newsletters.test_issues import issue_of

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")
# A Wednesday, at nine in the morning in New York.
NOW = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _zone(settings: Settings) -> None:
    assert settings.TIME_ZONE == "America/New_York"


def live_since(moment: datetime, title: str = "New", **fields: Any) -> ArticlePage:
    page = article(title=title, live=True, **fields)
    ArticlePage.objects.filter(pk=page.pk).update(
        first_published_at=moment, last_published_at=moment
    )
    page.refresh_from_db()
    return page


def reader(frequency: Frequency, **fields: object) -> None:
    SubscriberFactory.create(confirmed=True, frequency=frequency, **fields)


def held(issue: Issue) -> list[str]:
    return [block.value["article"].title for block in issue.content]


# When ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "weekday", "expected"),
    [
        (NOW, None, datetime(2026, 3, 4, 7, tzinfo=NEW_YORK)),
        (datetime(2026, 3, 4, 11, 59, tzinfo=UTC), None, datetime(2026, 3, 3, 7, tzinfo=NEW_YORK)),
        # Tuesday evening in New York is Wednesday in UTC.
        (datetime(2026, 3, 4, 2, 0, tzinfo=UTC), None, datetime(2026, 3, 3, 7, tzinfo=NEW_YORK)),
        (NOW, 4, datetime(2026, 2, 27, 7, tzinfo=NEW_YORK)),
        (NOW, 2, datetime(2026, 3, 4, 7, tzinfo=NEW_YORK)),
        # The day on which summer time begins.
        (datetime(2026, 3, 8, 11, 0, tzinfo=UTC), None, datetime(2026, 3, 8, 7, tzinfo=NEW_YORK)),
    ],
)
def test_the_hour_is_that_of_the_site(
    now: datetime, weekday: int | None, expected: datetime
) -> None:
    assert automatic.last_time(now, hour=7, weekday=weekday) == expected


def test_an_hour_that_the_clocks_leave_out_still_comes() -> None:
    now = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
    assert automatic.last_time(now, hour=2) <= now


# Daily and weekly ---------------------------------------------------------------------------------


def test_a_daily_issue_holds_what_was_new_at_its_hour_and_is_made_once() -> None:
    reader(Frequency.DAILY)
    live_since(NOW - timedelta(hours=10), "Last night")
    live_since(NOW - timedelta(hours=1), "After the hour")
    live_since(NOW - timedelta(days=3), "Long ago")
    assert automatic.send_due(NOW) == 1
    assert automatic.send_due(NOW + timedelta(hours=2)) == 0
    issue = Issue.objects.get()
    assert held(issue) == ["Last night"]
    assert (issue.period, issue.status) == ("daily:2026-03-04", IssueStatus.BEGUN)
    assert automatic.send_due(NOW + timedelta(days=1)) == 1
    assert held(Issue.objects.first()) == ["After the hour"]  # type: ignore[arg-type]


def test_nothing_new_is_no_issue() -> None:
    for frequency in Frequency:
        reader(frequency)
    live_since(NOW - timedelta(days=30), "Long ago")
    assert automatic.send_due(NOW) == 0
    assert not Issue.objects.exists()


def test_nobody_to_read_it_is_no_issue() -> None:
    live_since(NOW - timedelta(hours=10))
    assert automatic.send_due(NOW) == 0


def test_a_weekly_issue_leaves_out_what_one_composed_by_hand_has_had() -> None:
    reader(Frequency.WEEKLY)
    first = live_since(NOW - timedelta(days=8), "By hand")
    by_hand = issue_of(first)
    sending.begin(issue=by_hand, by=editor())
    Issue.objects.update(covers_until=NOW - timedelta(days=8))
    live_since(NOW - timedelta(days=7), "Afterwards")
    assert automatic.send_due(NOW) == 1
    assert held(Issue.objects.get(period="weekly:2026-02-27")) == ["Afterwards"]


def test_what_is_switched_off_makes_nothing() -> None:
    for frequency in Frequency:
        reader(frequency)
    live_since(NOW - timedelta(hours=10))
    rules = NewsletterSettings.of_default_site()
    rules.automatic_daily = rules.automatic_weekly = rules.automatic_each = False
    rules.save()
    assert automatic.send_due(NOW) == 0


# Each article -------------------------------------------------------------------------------------


def test_an_article_is_sent_when_a_mistake_could_have_been_mended_and_once() -> None:
    reader(Frequency.EACH)
    page = live_since(NOW)
    assert automatic.send_due(NOW + timedelta(minutes=14)) == 0
    assert automatic.send_due(NOW + timedelta(minutes=15)) == 1
    assert automatic.send_due(NOW + timedelta(minutes=16)) == 0
    page.unpublish()
    page.save_revision().publish()
    ArticlePage.objects.update(last_published_at=NOW + timedelta(minutes=20))
    assert automatic.send_due(NOW + timedelta(hours=1)) == 0
    assert Mailing.objects.count() == 1


def test_mending_a_mistake_begins_the_delay_anew_and_taking_it_back_sends_nothing() -> None:
    reader(Frequency.EACH)
    mended, taken_back = live_since(NOW, "Mended"), live_since(NOW, "Taken back")
    ArticlePage.objects.filter(pk=mended.pk).update(last_published_at=NOW + timedelta(minutes=10))
    taken_back.unpublish()
    assert automatic.send_due(NOW + timedelta(minutes=20)) == 0
    assert automatic.send_due(NOW + timedelta(minutes=25)) == 1
    assert held(Issue.objects.get()) == ["Mended"]


def test_ten_at_once_are_one_mail() -> None:
    reader(Frequency.EACH)
    for number in range(10):
        live_since(NOW, f"Number {number}")
    assert automatic.send_due(NOW + timedelta(hours=1)) == 1
    mailing = Mailing.objects.get()
    assert len(mailing.parts) == 10
    assert mailing.subject == "", "each reader's is made of what they get"


def test_an_issue_that_nobody_chose_is_noted_down_and_not_made_again() -> None:
    reader(Frequency.EACH, topics=["0"])
    live_since(NOW)
    assert automatic.send_due(NOW + timedelta(hours=1)) == 1
    assert automatic.send_due(NOW + timedelta(hours=1)) == 0


def test_one_that_cannot_be_rendered_is_held_and_not_tried_every_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader(Frequency.EACH)
    live_since(NOW)
    told = editor()

    def breaks(*args: object) -> str:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(rendering, "_html", breaks)
        assert automatic.send_due(NOW + timedelta(hours=1)) == 0
    issue = Issue.objects.get()
    assert "ZeroDivisionError" in issue.problem
    [written] = Email.objects.all()
    assert written.to == [told.email]
    assert "ZeroDivisionError" in written.message
    assert page_of(issue) in written.message
    assert automatic.send_due(NOW + timedelta(hours=1)) == 0
    assert Issue.objects.count() == 1
    assert Email.objects.count() == 1
    sending.begin(issue=issue, by=told)
    assert IssueArticle.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_make_it_once() -> None:
    reader(Frequency.EACH)
    reader(Frequency.DAILY)
    live_since(NOW - timedelta(hours=10))

    def work() -> None:
        automatic.send_due(NOW)
        connection.close()

    sweeps = [threading.Thread(target=work) for _ in range(4)]
    for sweep in sweeps:
        sweep.start()
    for sweep in sweeps:
        sweep.join()
    assert sorted(Issue.objects.values_list("audience", flat=True)) == [
        Audience.DAILY,
        Audience.EACH,
    ]
    assert Mailing.objects.count() == 2


def test_the_sweep_says_what_it_began() -> None:
    reader(Frequency.EACH)
    live_since(timezone.now() - timedelta(hours=1))
    assert sweep_issues() == "issues: 0 scheduled and 1 automatic begun"


# Topics -------------------------------------------------------------------------------------------


def test_readers_choose_from_categories_whose_keys_stay_when_they_are_renamed() -> None:
    category = CategoryFactory(name="Water")
    assert topics.Topic(str(category.pk), "Water", category.slug) in topics.offered()
    Category.objects.filter(pk=category.pk).update(name="Rivers", slug="rivers")
    assert topics.names_of([str(category.pk)]) == ["Rivers"]


def test_whoever_chose_a_category_that_was_merged_has_chosen_the_one_it_became() -> None:
    old, between, new = (CategoryFactory(name=name) for name in ("Rivers", "Lakes", "Water"))
    for one, other in ((old, between), (between, new)):
        Merge.objects.create(
            kind=Merge.Kind.CATEGORY,
            old_id=one.pk,
            into_id=other.pk,
            status=Merge.Status.MERGED,
            kept=[],
        )
    keys = [str(old.pk)]
    Category.objects.filter(pk__in=[old.pk, between.pk]).delete()
    assert topics.names_of(keys) == ["Water"]
    page = live_since(NOW, categories=[new])
    [part] = rendering.render(issue_of(page)).parts
    assert set(part["topics"]) == {str(old.pk), str(between.pk), str(new.pk)}
    Merge.objects.filter(old_id=old.pk).update(status=Merge.Status.UNDONE)
    assert topics.names_of(keys) == []


@pytest.mark.parametrize(("asked", "ticked"), [("water", True), ("air", False), ("\x00", False)])
def test_a_categorys_page_leads_to_the_form_with_it_ticked(
    client: Client, asked: str, ticked: bool
) -> None:
    water = CategoryFactory(slug="water")
    html = client.get("/subscribe/", {"category": asked}).content.decode()
    (box,) = re.findall(rf'<input type="checkbox"[^>]*value="{water.pk}"[^>]*>', html)
    assert ("checked" in box) == ticked


def test_whoever_chose_a_category_has_chosen_what_is_below_it() -> None:
    health = CategoryFactory(name="Health")
    water = CategoryFactory(name="Water", parent=health)
    [part] = rendering.render(issue_of(live_since(NOW, categories=[water]))).parts
    assert set(part["topics"]) == {str(water.pk), str(health.pk)}
    [part] = rendering.render(issue_of(live_since(NOW, categories=[health]))).parts
    assert set(part["topics"]) == {str(health.pk)}
