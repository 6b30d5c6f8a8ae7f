"""The newsletter of the demo: readers in every state, an issue that went out, a draft.

The issue is really composed and sent, to a mail server that keeps nothing: no mail leaves this machine,
and none is printed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.test.utils import override_settings
from django.utils import timezone

from cms.core.mail import address_key, message_domain
from cms.newsletter import bounces, identities, mailings, subscriptions, topics
from cms.newsletter.models import Mailing, Subscriber, SubscriberStatus
from news.models import ArticlePage, Audience, Issue, NewsletterSettings
from news.newsletters import automatic, composing, sending

if TYPE_CHECKING:
    from wagtail.models import Site

    from cms.core.models import User

NOWHERE = "django.core.mail.backends.dummy.EmailBackend"
# As a mail server writes it; what the demo's readers' servers said.
RETURNED = """Content-Type: multipart/report; report-type=delivery-status; boundary="part"
In-Reply-To: {identity}

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.readers.example

Action: failed
Status: {status}

--part--
"""


def load(content: dict[str, Any], *, site: Site, editor: User) -> None:
    """Readers, then what they got."""
    rules = NewsletterSettings.for_site(site)
    rules.automatic_weekly = content["settings"]["automatic_weekly"]
    rules.save()
    _readers(content["readers"])
    with override_settings(POST_OFFICE={**settings.POST_OFFICE, "BACKENDS": {"default": NOWHERE}}):
        mailing = _sent(content["sent"], editor=editor)
        # What makes itself is made now, so that nothing of it is due when the demo begins.
        automatic.send_due()
        mailings.take_up()
    _came_back(mailing)
    _date_back(mailing, days=content["sent"]["days_ago"])
    draft = composing.prefilled(Audience.WEEKLY, by=editor)
    draft.subject = content["draft"]["subject"]
    draft.introduction = content["draft"]["introduction"]
    draft.save()


def _readers(kinds: list[dict[str, Any]]) -> None:
    """Readers who asked, confirmed and ended as their kind says."""
    keys = {topic.name: topic.key for topic in topics.offered()}
    now = timezone.now()
    rows: list[Subscriber] = []
    for kind in kinds:
        status = SubscriberStatus(kind.get("status", SubscriberStatus.CONFIRMED))
        for _ in range(kind["number"]):
            number = len(rows) + 1
            email = f"reader{number}@readers.example"
            asked = now - timedelta(days=20 + 3 * number)
            if status == SubscriberStatus.PENDING:
                asked = now - timedelta(days=1, minutes=37 * number)
            rows.append(
                Subscriber(
                    email=email,
                    email_key=address_key(email),
                    status=status,
                    frequency=kind["frequency"],
                    topics=[keys[name] for name in kind.get("topics", [])],
                    consent_text=subscriptions.CONSENT_TEXT,
                    consent_source=kind.get("source", subscriptions.FORM),
                    consented_at=asked,
                    confirmed_at=(
                        None if status == SubscriberStatus.PENDING else asked + timedelta(minutes=7)
                    ),
                    unsubscribed_at=(
                        now - timedelta(days=12)
                        if status == SubscriberStatus.UNSUBSCRIBED
                        else None
                    ),
                )
            )
    Subscriber.objects.bulk_create(rows)
    for row in rows:
        # When they were first seen is written by the database's own hand.
        Subscriber.objects.filter(email_key=row.email_key).update(created_at=row.consented_at)


def _sent(content: dict[str, Any], *, editor: User) -> Mailing:
    pages = {page.slug: page for page in ArticlePage.objects.filter(slug__in=content["articles"])}
    first, *others = [pages[slug] for slug in content["articles"]]
    issue = Issue(
        audience=Audience.WEEKLY,
        subject=content["subject"],
        preheader=content["preheader"],
        introduction=content["introduction"],
        covers_until=timezone.now(),
        created_by=editor,
    )
    words = content["words"]
    issue.content = [
        ("article", {"article": first, "words": words.get(first.slug, ""), "picture": True}),
        ("heading", content["heading"]),
        *(
            ("article", {"article": page, "words": words.get(page.slug, ""), "picture": True})
            for page in others
        ),
    ]
    issue.save()
    mailing = sending.begin(issue=issue, by=editor)
    mailings.send(mailing.pk)
    return mailing


def _came_back(mailing: Mailing) -> None:
    """Two ended it with the issue's link, one of them for good; two mails came back."""
    gone, full, ended, never = Subscriber.objects.confirmed().filter(
        frequency=Audience.WEEKLY, topics=[]
    )[:4]
    for subscriber, status in ((gone, "5.1.1"), (full, "4.2.2")):
        identity = identities.message_id(
            identities.Identity(mailing.pk, subscriber.pk), domain=message_domain()
        )
        bounces.take(RETURNED.format(identity=identity, status=status).encode())
    subscriptions.end(subscriber=ended, mailing=mailing.pk)
    subscriptions.end(subscriber=never, mailing=mailing.pk, never=True)


def _date_back(mailing: Mailing, *, days: int) -> None:
    when = timezone.now() - timedelta(days=days)
    Mailing.objects.filter(pk=mailing.pk).update(
        begun_at=when, addressed_at=when, finished_at=when + timedelta(seconds=2)
    )
    Issue.objects.filter(mailing=mailing).update(
        begun_at=when, created_at=when - timedelta(hours=2), covers_until=when
    )
