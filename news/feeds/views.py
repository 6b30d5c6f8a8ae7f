"""Poll now: one page to begin and to watch it, for one feed or for all."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin import messages

from cms.core.row_ids import row_id
from news.feeds import poll_now
from news.models import Feed, FeedPoll

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest

# Milliseconds since 1970 have so many digits until the year 2286.
LONGEST_MOMENT = 13
ROWS = 20


def _feeds(request: AdminRequest) -> tuple[Feed | None, QuerySet[Feed]]:
    """The feed that the address names, or None for all of them; and the same as rows."""
    if not request.user.has_perm(poll_now.PERMISSION):
        raise PermissionDenied
    asked = request.GET.get("feed", "")
    if not asked:
        return None, Feed.objects.all()
    rows = Feed.objects.filter(pk=row_id(asked))
    feed = rows.select_related("source").first()
    if feed is None:
        raise Http404
    return feed, rows


def _since(request: AdminRequest) -> datetime.datetime | None:
    """The moment from which polls count, as the address has it."""
    asked = request.GET.get("since", "")
    if not (asked.isascii() and asked.isdecimal()) or len(asked) > LONGEST_MOMENT:
        return None
    return datetime.datetime.fromtimestamp(int(asked) / 1000, tz=datetime.UTC)


@never_cache
@require_http_methods(["GET", "POST"])
def poll(request: AdminRequest) -> HttpResponse:
    """Begin with a press of the button; then say how far it has come."""
    feed, feeds = _feeds(request)
    if request.method == "POST":
        if not feeds.filter(enabled=True).exists():
            messages.error(
                request,
                f"“{feed}” is turned off, so it was not polled. Turn it on in its form first."
                if feed
                else "No feed is turned on, so there is nothing to poll.",
            )
            return redirect(request.get_full_path())
        since = int(poll_now.begin(feeds).timestamp() * 1000)
        asked = {"feed": feed.pk, "since": since} if feed else {"since": since}
        return redirect(f"{reverse('news_poll_feeds')}?{urlencode(asked)}")
    moment = _since(request)
    polls = FeedPoll.objects.filter(feed__in=feeds).select_related("feed__source")
    return render(
        request,
        "news/admin/poll_feeds.html",
        {
            "feed": feed,
            "enabled": feeds.filter(enabled=True).count(),
            "progress": poll_now.progress(feeds, since=moment) if moment else None,
            "polls": polls.filter(started_at__gte=moment)[:ROWS] if moment else polls[:ROWS],
            "state_address": f"{reverse('news_poll_state')}?{request.GET.urlencode()}",
        },
    )


@never_cache
@require_GET
def poll_state(request: AdminRequest) -> JsonResponse:
    """How far it has come, for a page that shows it."""
    _, feeds = _feeds(request)
    moment = _since(request)
    if moment is None:
        raise Http404
    found = poll_now.progress(feeds, since=moment)
    return JsonResponse(
        {
            "total": found.total,
            "done": found.done,
            "failed": found.failed,
            "added": found.added,
            "over": found.is_over,
        }
    )
