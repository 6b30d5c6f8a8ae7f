"""An issue of the newsletter with its articles and subscribers, and who got it."""

from __future__ import annotations

import time
from collections import Counter

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from wagtail.models import Site

from cms.newsletter import mailings
from cms.newsletter.models import Frequency, Mailing, Subscriber, SubscriberStatus
from news.models import ArticlePage, Audience, Category, Issue
from news.newsletters import composing, rendering, sending

CHUNK = 5000


def prepare(*, subscribers: int, articles: int, topics: int) -> int:
    """Migrate, and write everything; the size of one mail in bytes."""
    call_command("migrate", verbosity=0)
    site = Site.objects.get(is_default_site=True)
    site.hostname, site.port = "127.0.0.1", 8000
    site.save()
    call_command("generate_load", articles=articles, verbosity=0)
    keys = [str(number) for number in Category.objects.values_list("pk", flat=True)[:topics]]
    now = timezone.now()
    for begin in range(0, subscribers, CHUNK):
        Subscriber.objects.bulk_create(
            Subscriber(
                email=f"reader-{number}@example.org",
                email_key=f"reader-{number}@example.org",
                status=SubscriberStatus.CONFIRMED,
                confirmed_at=now,
                frequency=Frequency.values[number % len(Frequency.values)],
                # Each second one chose categories; together they are all, so everybody gets it.
                topics=keys if number % 2 else [],
            )
            for number in range(begin, min(begin + CHUNK, subscribers))
        )
    found = list(ArticlePage.objects.live().public().newest()[:articles])
    issue = composing.compose(audience=Audience.EVERYBODY, articles=found, until=now)
    issue.subject = "What was new this week"
    issue.save()
    return len(rendering.specimen(rendering.render(issue)).message().as_bytes())


def wait_for_workers(number: int) -> None:
    """Until each has asked the database for a job."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
            if cursor.fetchone()[0] >= number:
                return
        time.sleep(0.1)
    raise SystemExit("The workers did not start.")


def begin() -> None:
    """As the button does."""
    by = get_user_model().objects.first()
    sending.begin(issue=Issue.objects.get(), by=by)


def take_up() -> None:
    """As the sweep does: have workers go on."""
    mailing = Issue.objects.get().mailing
    if mailing is not None and mailings.is_due(mailing.pk):
        mailings.enqueue(mailing.pk)


def is_through() -> bool:
    """Whether nobody waits for it any more."""
    return Mailing.objects.filter(finished_at__isnull=False).exists()


def outcome(counts: Counter[str]) -> dict[str, int]:
    """How many got none, one, two, more; how many mails went elsewhere."""
    wanted = set(Subscriber.objects.values_list("email", flat=True))
    return {
        "none": len(wanted - counts.keys()),
        "twice": sum(number == 2 for number in counts.values()),
        "more": sum(number > 2 for number in counts.values()),
        "strangers": len(counts.keys() - wanted),
        "batch": mailings.BATCH,
    }


def disconnect() -> None:
    """Let the database go."""
    connection.close()
