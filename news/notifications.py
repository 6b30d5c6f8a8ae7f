"""Mails to the newsroom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from cms.core import mail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wagtail.models import Revision

    from cms.core.models import User
    from news.models import ArticlePage, Review
    from news.publication import PublicationRefused


def _editor_url(page: ArticlePage) -> str:
    return settings.SITE_URL + reverse("wagtailadmin_pages:edit", args=[page.pk])


def not_published(*, page: ArticlePage, revision: Revision, refusal: PublicationRefused) -> None:
    """Tell the editor of a scheduled revision why it did not go live."""
    if revision.user and revision.user.email:
        mail.queue(
            to=revision.user.email,
            subject=f"Not published: {page.title}",
            template="news/mail/not_published",
            context={
                "name": revision.user.public_name,
                "title": page.title,
                "problems": [str(problem) for problem in refusal.problems],
                "url": _editor_url(page),
            },
        )


def review_asked(*, page: ArticlePage, review: Review, reviewers: Iterable[User]) -> None:
    """Tell those who are asked that a section waits for them."""
    for reviewer in reviewers:
        if reviewer.email:
            mail.queue(
                to=reviewer.email,
                subject=f"Please review {review.get_section_display()}: {page.title}",
                template="news/mail/review_asked",
                context={
                    "name": reviewer.public_name,
                    "asked_by": review.asked_by.public_name if review.asked_by else "An editor",
                    "section": review.get_section_display(),
                    "title": page.title,
                    "url": settings.SITE_URL + reverse("news_review", args=[page.pk]),
                },
            )


def review_decided(*, page: ArticlePage, review: Review) -> None:
    """Tell whoever asked how the review ended."""
    asked_by, decided_by = review.asked_by, review.decided_by
    if asked_by and asked_by.email and asked_by != decided_by:
        mail.queue(
            to=asked_by.email,
            subject=f"{review.get_section_display()}, {review.get_decision_display().lower()}:"
            f" {page.title}",
            template="news/mail/review_decided",
            context={
                "name": asked_by.public_name,
                "decided_by": decided_by.public_name if decided_by else "A reviewer",
                "section": review.get_section_display(),
                "approved": review.decision == review.Decision.APPROVED,
                "note": review.note,
                "title": page.title,
                "url": _editor_url(page),
            },
        )
