"""Figures for whoever watches the server, and for nobody else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from post_office.models import STATUS, Email
from pytest_django import Settings

from cms.core import metrics, processes
from cms.core.models import SweepPart
from home import serving

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-the-test-0123456789"
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def figures(text: str) -> dict[str, float]:
    return {
        match[1]: float(match[2]) for match in re.finditer(r"^(dovetail\S+) (\S+)$", text, re.M)
    }


def asked(client: Client) -> dict[str, float]:
    response = client.get("/metrics", headers=AUTHORIZATION)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert "no-store" in response["Cache-Control"]
    return figures(response.text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ü", f"bearer {TOKEN}x"]
)
def test_without_the_token_there_is_no_such_page(client: Client, given: str) -> None:
    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.django_db
def test_without_a_token_set_nothing_is_measured_and_nothing_told(
    client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    with pytest.raises(MiddlewareNotUsed):
        metrics.MetricsMiddleware(lambda request: HttpResponse())


@pytest.mark.django_db
def test_it_tells_what_waits_and_when_the_sweep_last_worked(client: Client) -> None:
    hour_ago = timezone.now() - timedelta(hours=1)
    job = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}},
        task_path="x",
        backend_name="default",
        run_after=hour_ago,
        exception_class_path="",
        traceback="",
    )
    DBTaskResult.objects.filter(pk=job.pk).update(enqueued_at=hour_ago)
    for status in (STATUS.queued, STATUS.requeued, STATUS.sent, STATUS.failed):
        Email.objects.create(from_email="a@example.org", to=["b@example.org"], status=status)
    SweepPart.objects.create(name="feeds", succeeded_at=hour_ago, failed_at=timezone.now())
    SweepPart.objects.create(name="never")

    found = asked(client)

    assert found["dovetail_database_up"] == 1
    assert found["dovetail_jobs_waiting"] == 1
    assert 3600 <= found["dovetail_jobs_oldest_seconds"] < 7200
    assert found["dovetail_mails_waiting"] == 2
    assert found["dovetail_mails_retrying"] == 1
    sweep = 'dovetail_sweep_success_timestamp_seconds{part="%s"}'
    assert found[sweep % "feeds"] == pytest.approx(hour_ago.timestamp())
    assert found[sweep % "never"] == 0
    assert found[sweep % "any"] == pytest.approx(hour_ago.timestamp())


@pytest.mark.django_db
def test_on_an_empty_site_nothing_waits(client: Client) -> None:
    found = asked(client)
    assert found["dovetail_jobs_waiting"] == found["dovetail_jobs_oldest_seconds"] == 0
    assert found["dovetail_mails_oldest_seconds"] == 0


def test_requests_are_counted_by_view_and_never_by_address() -> None:
    measured = metrics.MetricsMiddleware(lambda request: HttpResponse(status=418))
    request = HttpRequest()
    request.path, request.method = "/my-signatures/a-secret/", "BREW"
    before = metrics.REQUESTS.labels("none", "other", "418")._value.get()
    measured(request)
    assert metrics.REQUESTS.labels("none", "other", "418")._value.get() == before + 1


def test_the_processes_of_a_machine_are_added_up_and_the_lost_database_is_told(
    tmp_path: Path,
) -> None:
    port = processes.free_port()
    server = subprocess.Popen(  # noqa: S603 - our own command
        serving.web_server(host="127.0.0.1", port=port, workers=2),
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(tmp_path),
            # A database without a single table.
            "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
            "METRICS_TOKEN": TOKEN,
        },
        start_new_session=True,
    )
    try:
        session = requests.Session()
        wait_until_it_answers(f"http://127.0.0.1:{port}/healthz", server)
        until = time.monotonic() + 60
        times = 0
        # Each connection may land in another process, once that has started; it has a file then.
        while len(list((tmp_path / "metrics").glob("counter_*.db"))) < 2:
            assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=30).ok
            assert time.monotonic() < until
            times += 1
        text = session.get(
            f"http://127.0.0.1:{port}/metrics", headers=AUTHORIZATION, timeout=30
        ).text
    finally:
        server.terminate()
        server.wait(30)
    found = figures(text)
    assert found["dovetail_database_up"] == 0
    healthy = 'dovetail_requests_total{method="GET",status="200",view="healthz"}'
    assert found[healthy] >= times
    assert found['dovetail_request_seconds_count{view="healthz"}'] == found[healthy]


def wait_until_it_answers(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None
        try:
            if requests.get(address, timeout=30).ok:
                return
        except requests.ConnectionError:
            pass
        try:
            server.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"{address} did not answer; {sys.argv}")
