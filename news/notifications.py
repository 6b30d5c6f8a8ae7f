"""Mails to the newsroom.

An account whose address cannot be written to stops nothing: what the mail says stands in the admin.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

from cms.core import mail
from news import provenance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wagtail.models import Revision

    from cms.core.models import User
    from news.models import ArticlePage, Issue, Review
    from news.publication import PublicationRefused


SEND_ISSUE = "news.send_issue"

logger = logging.getLogger(__name__)


def _editor_url(page: ArticlePage) -> str:
    return settings.SITE_URL + reverse("wagtailadmin_pages:edit", args=[page.pk])


def _tell(user: User | None, *, subject: str, template: str, context: dict[str, Any]) -> None:
    """Queue a mail to somebody who still works here."""
    if user is None or not user.is_active or not user.email:
        return
    try:
        mail.queue(
            to=user.email,
            subject=subject,
            template=f"news/mail/{template}",
            context={"name": user.public_name, **context},
        )
    except mail.MailError:
        logger.warning("No mail was written to user %s: their address is none", user.pk)


def not_published(*, page: ArticlePage, revision: Revision, refusal: PublicationRefused) -> None:
    """Tell the editor of a scheduled revision why it did not go live."""
    _tell(
        revision.user,
        subject=f"Not published: {page.title}",
        template="not_published",
        context={
            "title": page.title,
            "problems": [str(problem) for problem in refusal.problems],
            "url": _editor_url(page),
        },
    )


def issue_held(issue: Issue) -> None:
    """Tell that an issue was not sent: whoever scheduled it, else everybody who may send one."""
    url = settings.SITE_URL + reverse("wagtailsnippets_news_issue:inspect", args=[issue.pk])
    for user in _responsible_for(issue):
        _tell(
            user,
            subject=f"Not sent: {issue}",
            template="issue_held",
            context={
                "issue": str(issue),
                "automatic": bool(issue.period),
                "audience": issue.get_audience_display().lower(),
                "problem": issue.problem,
                "url": url,
            },
        )


def _responsible_for(issue: Issue) -> Iterable[User]:
    scheduler = issue.begun_by
    if scheduler is not None and scheduler.is_active and scheduler.email:
        return [scheduler]
    people = get_user_model().objects
    senders = people.with_perm(SEND_ISSUE, include_superusers=False).exclude(email="")
    return senders or people.filter(is_superuser=True, is_active=True)


def review_asked(*, page: ArticlePage, review: Review, reviewers: Iterable[User]) -> None:
    """Tell those who are asked that a section waits for them."""
    for reviewer in reviewers:
        _tell(
            reviewer,
            subject=f"Please review {review.get_section_display()}: {page.title}",
            template="review_asked",
            context={
                "asked_by": review.asked_by.public_name if review.asked_by else "An editor",
                "section": review.get_section_display(),
                "title": page.title,
                "url": settings.SITE_URL + reverse("news_review", args=[page.pk]),
            },
        )


def review_decided(*, page: ArticlePage, review: Review) -> None:
    """Tell whoever asked how the review ended; where nobody asked, whoever edited last."""
    told = review.asked_by or _last_editor(page, review)
    if told is None or told == review.decided_by:
        return
    _tell(
        told,
        subject=f"{review.get_section_display()}, {review.get_decision_display().lower()}:"
        f" {page.title}",
        template="review_decided",
        context={
            "decided_by": review.decided_by.public_name if review.decided_by else "A reviewer",
            "section": review.get_section_display(),
            "approved": review.decision == review.Decision.APPROVED,
            "note": review.note,
            "title": page.title,
            "url": _editor_url(page),
        },
    )


def _last_editor(page: ArticlePage, review: Review) -> User | None:
    editor_id = provenance.last_editor_id(page_id=page.pk, section=review.section)
    return None if editor_id is None else get_user_model().objects.filter(pk=editor_id).first()
