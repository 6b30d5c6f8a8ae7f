"""Figures for whoever watches the server, at ``/metrics`` in Prometheus' text format.

Nothing is measured unless METRICS_TOKEN is set. Requests are counted by each web process into
files of DATA_DIR/metrics, and added up over the processes of the machine that is asked; what waits
and what the sweep did is read from the database, and is the same on every machine.
"""

from __future__ import annotations

import hmac
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error
from django.db.models import Count, Max, Min, Q
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult
from post_office.models import STATUS, Email
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from cms.core import replica
from cms.core.models import SweepPart
from cms.core.sites import of_no_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

REQUESTS = Counter(
    "dovetail_requests", "Requests that Django answered.", ["view", "method", "status"]
)
SECONDS = Histogram(
    "dovetail_request_seconds",
    "How long an answer took inside of Django.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}


class MetricsMiddleware:
    """Counts each request, by the view that answered it: never by its address or its visitor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = self.get_response(request)
        view = (request.resolver_match.view_name if request.resolver_match else "") or "none"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - begun)
        return response


@of_no_site
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, for whoever knows METRICS_TOKEN; to everybody else there is no such page."""
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Http404
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    registry.register(SiteCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE)


class SiteCollector(Collector):
    """What waits, what failed, and whether the sweep goes on; as the database says now."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures. Without the database there is one that says so."""
        up = GaugeMetricFamily("dovetail_database_up", "Whether the database answers.")
        try:
            found = [*_jobs(), *_mails(), _sweep(), *_replica()]
        except Error:
            found = []
        up.add_metric([], 1 if found else 0)
        yield up
        yield from found


def _jobs() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    waiting = DBTaskResult.objects.ready().aggregate(number=Count("pk"), oldest=Min("enqueued_at"))
    yield _gauge("dovetail_jobs_waiting", "Jobs that no worker has taken.", waiting["number"])
    yield _gauge(
        "dovetail_jobs_oldest_seconds",
        "How long the oldest of them has waited; if it grows, no worker runs.",
        (now - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0,
    )


def _mails() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    waiting = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued]).aggregate(
        number=Count("pk"),
        oldest=Min("created"),
        again=Count("pk", filter=Q(status=STATUS.requeued)),
    )
    yield _gauge("dovetail_mails_waiting", "Mails that are still to be sent.", waiting["number"])
    yield _gauge(
        "dovetail_mails_retrying",
        "Those of them that the mail server did not take yet.",
        waiting["again"],
    )
    yield _gauge(
        "dovetail_mails_oldest_seconds",
        "How long the oldest of them has waited.",
        (now - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0,
    )


def _replica() -> Iterator[GaugeMetricFamily]:
    if not replica.is_set():
        return
    try:
        behind: int | None = replica.bytes_behind()
    except Error:
        behind = None
    yield _gauge(
        "dovetail_replica_up", "Whether the database's replica answers.", int(behind is not None)
    )
    if behind is not None:
        yield _gauge(
            "dovetail_replica_behind_bytes",
            "How much of the database's log the replica has still to repeat.",
            behind,
        )


def _sweep() -> GaugeMetricFamily:
    last = GaugeMetricFamily(
        "dovetail_sweep_success_timestamp_seconds",
        "When each part of the sweep last did its work.",
        labels=["part"],
    )
    for part in SweepPart.objects.all():
        last.add_metric([part.name], part.succeeded_at.timestamp() if part.succeeded_at else 0)
    newest = SweepPart.objects.aggregate(at=Max("succeeded_at"))["at"]
    last.add_metric(["any"], (newest or datetime(1970, 1, 1, tzinfo=UTC)).timestamp())
    return last


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
