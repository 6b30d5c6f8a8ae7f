"""What waits for whoever logs in: the panels of the newsroom on the admin's home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import TruncDay
from django.utils import timezone
from wagtail.models import Page, Site

from advocacy.looking_again import SecondLooks
from cms.core.dashboard import ROWS, Panel
from news import provenance
from news.curation import queue
from news.curation.queue import State, counted
from news.drafting import budget
from news.models import (
    ArticlePage,
    CommentaryEdit,
    DraftedBlock,
    DraftRun,
    Feed,
    Review,
)
from news.models.settings import NewsroomSettings

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cms.core.models import User
    from cms.core.requests import AdminRequest

# Sections to look into for those that a panel lists.
LOOKED_AT = 100
# Live articles among which those with few links are looked for.
LOOKED_AT_LIVE = 300
ENOUGH_LINKS = 3
# A draft nobody has touched for this long is probably forgotten.
FORGOTTEN_AFTER = timedelta(days=14)
CHART_HEIGHT = 40


def site_of(request: AdminRequest) -> Site:
    """The site that the admin is entered by; another host's admin is the default site's."""
    return Site.find_for_request(request) or Site.objects.get(is_default_site=True)


def sections_without_review() -> list[CommentaryEdit]:
    """Sections whose latest version holds a model's draft that nobody was asked to review.

    The latest edits first, ten at most. Three queries, however many there are.
    """
    drafted = DraftRun.objects.filter(
        page_id=OuterRef("page_id"), section=OuterRef("section"), status=DraftRun.Status.READY
    )
    copied = CommentaryEdit.objects.filter(
        Exists(DraftedBlock.objects.filter(digest=OuterRef("digest"))),
        page_id=OuterRef("page_id"),
        section=OuterRef("section"),
    )
    seen = Review.objects.filter(
        page_id=OuterRef("page_id"),
        section=OuterRef("section"),
        content_hash=OuterRef("digest"),
    ).exclude(decision=Review.Decision.WITHDRAWN)
    sections = list(
        CommentaryEdit.objects.filter(block_id="")
        .exclude(digest="")
        .filter(Exists(drafted) | Exists(copied), ~Exists(seen))
        .select_related("page", "editor")
        .order_by("-edited_at", "-pk")[:LOOKED_AT]
    )
    # A run says that a draft was made; whether the section still holds it, only its blocks can say.
    holding = provenance.holding_drafts([edit.page_id for edit in sections])
    return [edit for edit in sections if (edit.page_id, edit.section) in holding][:ROWS]


def reviews_asked_of(user: User, *, four_eyes: bool) -> QuerySet[Review]:
    """Requests for a review that this person may answer, of content that still stands.

    With four eyes, what was asked of everybody is left out where they drafted or edited it last.
    """
    own = Q(
        Exists(_standing().filter(editor=user))
        | Exists(
            DraftRun.objects.filter(
                page_id=OuterRef("page_id"),
                section=OuterRef("section"),
                status=DraftRun.Status.READY,
                requested_by=user,
            )
        )
    )
    asked = Q(reviewer=user) | (Q(reviewer=None) & ~own if four_eyes else Q(reviewer=None))
    return (
        Review.objects.asked()
        .filter(asked, Exists(_standing()))
        .exclude(asked_by=user)
        .select_related("page", "asked_by")
        .order_by("asked_at", "pk")
    )


def _standing() -> QuerySet[CommentaryEdit]:
    """The section that a review speaks of, while it holds what the review speaks of."""
    return CommentaryEdit.objects.filter(
        page_id=OuterRef("page_id"),
        section=OuterRef("section"),
        block_id="",
        digest=OuterRef("content_hash"),
    )


class DraftsWithoutReview(Panel):
    """Editors: what a model drafted and nobody was asked to review."""

    name = "drafts_without_review"
    template_name = "news/admin/panels/drafts_without_review.html"
    permission = "news.draft_commentary"
    order = 110

    def rows(self) -> dict[str, Any]:
        """The sections, latest edit first."""
        return {"edits": sections_without_review()}


class ReviewsSentBack(Panel):
    """Editors: reviews that ended with changes wanted, while the content still stands."""

    name = "reviews_sent_back"
    template_name = "news/admin/panels/reviews_sent_back.html"
    permission = "news.draft_commentary"
    order = 105

    def rows(self) -> dict[str, Any]:
        """The reviews, latest first; not those that another request or decision has followed."""
        later = Review.objects.filter(
            page_id=OuterRef("page_id"),
            section=OuterRef("section"),
            content_hash=OuterRef("content_hash"),
            pk__gt=OuterRef("pk"),
        ).exclude(decision=Review.Decision.WITHDRAWN)
        return {
            "reviews": Review.objects.filter(
                Exists(_standing()), ~Exists(later), decision=Review.Decision.CHANGES
            )
            .select_related("page", "decided_by")
            .order_by("-decided_at", "-pk")[:ROWS]
        }


class ReviewsAskedOfMe(Panel):
    """Reviewers: what waits for their judgement."""

    name = "reviews_asked"
    template_name = "news/admin/panels/reviews_asked.html"
    permission = "news.approve_commentary"
    order = 100

    def rows(self) -> dict[str, Any]:
        """The requests, oldest first."""
        four_eyes = NewsroomSettings.for_site(site_of(self.request)).four_eyes
        return {"reviews": reviews_asked_of(self.request.user, four_eyes=four_eyes)[:ROWS]}


class StaleArticles(SecondLooks):
    """Editors: pages that name what has changed."""

    name = "stale_articles"
    heading = "Pages to look at again"
    nothing = "No article names a petition that has ended, or somebody who has changed."
    permission = "news.draft_commentary"
    order = 130
    places = (Page,)


class ForgottenDrafts(Panel):
    """Editors: drafts that lie about."""

    name = "forgotten_drafts"
    template_name = "news/admin/panels/forgotten_drafts.html"
    permission = "news.draft_commentary"
    order = 135

    def rows(self) -> dict[str, Any]:
        """The drafts that nobody has touched for two weeks, the oldest first."""
        return {
            "articles": ArticlePage.objects.filter(
                has_unpublished_changes=True,
                latest_revision_created_at__lt=timezone.now() - FORGOTTEN_AFTER,
            )
            .order_by("latest_revision_created_at")
            .defer_streamfields()[:ROWS]
        }


class LinksToDecide(Panel):
    """Moderators: how many links wait, and the way to them."""

    name = "links_to_decide"
    template_name = "news/admin/panels/links_to_decide.html"
    permission = "news.change_relatedlink"
    order = 95

    def rows(self) -> dict[str, Any]:
        """Those that wait for a decision, and those that no longer answer."""
        words = {State.SUGGESTED: "wait for a decision", State.BROKEN: "no longer answer"}
        numbers = queue.counts(queue.Choice(), list(words))
        return {
            "tabs": [
                {"state": state, "number": counted(numbers[state]), "words": words[state]}
                for state in words
            ]
        }


class ArticlesShortOfLinks(Panel):
    """Moderators: live articles that show fewer related links than they could."""

    name = "short_of_links"
    template_name = "news/admin/panels/short_of_links.html"
    permission = "news.change_relatedlink"
    order = 100

    def rows(self) -> dict[str, Any]:
        """The newest such articles; older ones than the newest few hundred nobody fills any more."""
        live = ArticlePage.objects.live().newest().values_list("pk", flat=True)
        newest = list(live[:LOOKED_AT_LIVE])
        approved = queue.approved_numbers(newest)
        short = [pk for pk in newest if approved.get(pk, 0) < ENOUGH_LINKS][:ROWS]
        articles = list(ArticlePage.objects.filter(pk__in=short).newest().defer_streamfields())
        for article in articles:
            article.link_count = approved.get(article.pk, 0)
        return {"articles": articles}


class FailingFeeds(Panel):
    """Editors: feeds that bring nothing; not shown while all of them work."""

    name = "failing_feeds"
    template_name = "news/admin/panels/failing_feeds.html"
    permission = "news.change_feed"
    order = 132

    def rows(self) -> dict[str, Any]:
        """Those that failed most often, the ones that are gone first."""
        return {
            "feeds": Feed.objects.filter(failures__gt=0)
            .select_related("source")
            .order_by("enabled", "-failures", "pk")[:ROWS]
        }


@dataclass(frozen=True)
class Day:
    """A bar of the chart: where it stands and how high it is, in the chart's own units."""

    number: int
    amount: Decimal
    x: int
    y: int
    height: int


class BudgetSpent(Panel):
    """Those who spend it, and administrators: this month's budget by day."""

    name = "budget"
    template_name = "news/admin/panels/budget.html"
    permission = "news.view_draftrun"
    order = 140

    def rows(self) -> dict[str, Any]:
        """The month so far, a bar a day."""
        site = site_of(self.request)
        by_day = {
            row["day"].day: row["total"]
            for row in DraftRun.objects.filter(site=site)
            .this_month()
            .annotate(day=TruncDay("requested_at"))
            .values("day")
            .annotate(total=Sum("cost"))
            .order_by("day")
        }
        today = timezone.localdate()
        most = max(by_day.values(), default=Decimal(0))
        bars = []
        for number in range(1, today.day + 1):
            amount = by_day.get(number, Decimal(0))
            height = round(amount / most * CHART_HEIGHT) if most else 0
            bars.append(Day(number, amount, (number - 1) * 10, CHART_HEIGHT - height, height))
        return {
            "money": budget.status(NewsroomSettings.for_site(site)),
            "bars": bars,
            "chart_width": 31 * 10,
            "chart_height": CHART_HEIGHT,
            "runs": DraftRun.objects.filter(site=site).this_month().count(),
        }


PANELS: tuple[type[Panel], ...] = (
    ReviewsAskedOfMe,
    ReviewsSentBack,
    DraftsWithoutReview,
    LinksToDecide,
    ArticlesShortOfLinks,
    StaleArticles,
    FailingFeeds,
    ForgottenDrafts,
    BudgetSpent,
)


def panels_for(request: AdminRequest) -> list[Panel]:
    """The panels that concern whoever asks."""
    return [panel for kind in PANELS if (panel := kind(request)).is_shown]
