"""The demo's newsletter: true of what it shows, and silent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail as sent
from django.utils import timezone
from post_office.models import Email
from wagtail.models import Site

from cms.newsletter import mailings
from cms.newsletter.models import Subscriber, SubscriberStatus, Suppression
from cms.newsletter.wagtail_hooks import sweep_mailings
from home.demo import newsletters
from home.demo.loader import read
from news.models import ArticlePage, Audience, Issue, IssueStatus
from news.newsletters import automatic, rendering
from tests.factories.news import CategoryFactory, article
from tests.factories.people import editor

pytestmark = pytest.mark.django_db


def test_the_demo_shows_an_issue_that_went_out_and_a_draft_and_writes_to_nobody() -> None:
    content = read("newsletter.toml")
    for name in {name for kind in content["readers"] for name in kind.get("topics", [])}:
        CategoryFactory.create(name=name)
    for slug in content["sent"]["articles"]:
        article(slug=slug, title=slug, live=True)
    recent = article(title="This week's", live=True)
    now = timezone.now()
    ArticlePage.objects.update(first_published_at=now - timedelta(days=14))
    ArticlePage.objects.filter(pk=recent.pk).update(first_published_at=now - timedelta(days=3))
    newsletters.load(content, site=Site.objects.get(is_default_site=True), editor=editor())

    out = Issue.objects.get(subject=content["sent"]["subject"])
    assert out.mailing is not None
    report = mailings.report(out.mailing)
    assert report.sent == report.receivers > 20
    assert (report.waiting, report.returned, report.unsubscribed) == (0, 2, 2)
    draft = Issue.objects.get(status=IssueStatus.DRAFT)
    assert draft.audience == Audience.WEEKLY
    assert [block.value["article"].title for block in draft.content] == ["This week's"]
    assert "This week" in rendering.render(draft).parts[0]["text"]
    statuses = set(Subscriber.objects.values_list("status", flat=True))
    assert statuses == set(SubscriberStatus.values)
    assert Subscriber.objects.filter(refused_at__isnull=False).exists()
    assert Subscriber.objects.filter(soft_bounces=1).exists()
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"never", "bounced"}
    assert set(Subscriber.objects.values_list("frequency", flat=True)) == {
        "each", "daily", "weekly"
    }  # fmt: skip

    assert automatic.send_due() == 0
    assert "newsletters: 0 sent; 0 unconfirmed forgotten" in sweep_mailings()
    assert sent.outbox == []
    assert not Email.objects.exists()
