"""Whether related links still lead somewhere, against real servers under several names."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries
from wagtail.models import PageLogEntry

from news import link_checks
from news.management.commands import check_links
from news.models import RelatedLink
from tests.factories.news import RelatedLinkFactory, article
from tests.factories.people import editor
from tests.fileserver import sending, serving, trust_loopback

pytestmark = pytest.mark.django_db
DEAD = "http://dead.example"  # a name that nobody has


@dataclass
class Web:
    """All names under ``web.example`` are one server; it answers as it is told, or 200."""

    port: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, path: str, *, host: str = "one", status: int = 200) -> str:
        self.statuses[path] = status
        return f"http://{host}.web.example:{self.port}{path}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "GET" or self.statuses[handler.path] == 200:
            self.asked.append(handler.path)
        sending(b"x", status=self.statuses[handler.path])(handler)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    trust_loopback(monkeypatch)
    resolve = socket.getaddrinfo

    def named(host: str, *args: Any, **options: Any) -> Any:
        if host == "dead.example" or host.endswith(".dead.example"):
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        if host.endswith(".web.example"):
            host = "127.0.0.1"
        return resolve(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", named)
    monkeypatch.setattr(check_links, "PAUSE", 0)
    web = Web()
    with serving(web.answer, encrypted=False) as address:
        web.port = urlsplit(address).port or 0
        yield web


def link(address: str, **fields: Any) -> RelatedLink:
    fields.setdefault("article", article())
    return RelatedLinkFactory(address=address, **fields)


def hours_pass(hours: float) -> None:
    for one in RelatedLink.objects.exclude(checked_at=None):
        earlier = (one.checked_at or timezone.now()) - timedelta(hours=hours)
        RelatedLink.objects.filter(pk=one.pk).update(checked_at=earlier)


def state(one: RelatedLink) -> tuple[int, bool, str]:
    one.refresh_from_db()
    return one.failed_checks, one.broken_since is not None, one.check_message


# What counts as dead -------------------------------------------------------------------------------


def test_a_link_that_leads_somewhere_is_well_for_a_week(web: Web) -> None:
    one = link(web("/story"))
    assert str(link_checks.check_due()) == "1 checked, 0 found broken, 0 mended"
    assert state(one) == (0, False, "")
    assert link_checks.check_due().checked == 0
    hours_pass(7 * 24 - 1)
    assert link_checks.check_due().checked == 0
    hours_pass(1)
    assert link_checks.check_due().checked == 1
    assert web.asked == ["/story", "/story"]


@pytest.mark.parametrize("status", [404, 410, 400, 500, 502])
def test_a_link_is_broken_when_it_fails_twice_hours_apart(web: Web, status: int) -> None:
    one = link(web("/gone", status=status))
    said = f"one.web.example answered {status}."
    assert link_checks.check_due().broken == []
    assert state(one) == (1, False, said)
    hours_pass(5)
    assert link_checks.check_due().checked == 0
    hours_pass(1)
    assert link_checks.check_due().broken == [one.pk]
    assert state(one) == (2, True, said)
    assert list(RelatedLink.objects.broken()) == [one]
    assert list(RelatedLink.objects.approved()) == [one]


def test_a_broken_link_is_asked_each_day_and_recovers(web: Web) -> None:
    one = link(web("/back", status=404), failed_checks=1)
    assert link_checks.check_due().broken == [one.pk]
    since = RelatedLink.objects.get().broken_since
    hours_pass(23)
    assert link_checks.check_due().checked == 0
    hours_pass(1)
    report = link_checks.check_due()
    assert (report.checked, report.broken) == (1, [])
    assert RelatedLink.objects.get().broken_since == since
    web("/back", status=200)
    hours_pass(24)
    assert link_checks.check_due().mended == [one.pk]
    assert state(one) == (0, False, "")


@pytest.mark.parametrize("status", [401, 403, 405, 429, 503, 999])
def test_a_host_that_refuses_programs_is_not_dead(web: Web, status: int) -> None:
    one = link(web("/wall", status=status))
    for _ in range(3):
        link_checks.check_due()
        hours_pass(8 * 24)
    said = f"one.web.example answered {status}. It may open for readers all the same."
    assert state(one) == (0, False, said)


def test_a_host_that_refuses_programs_does_not_mend_a_broken_link(web: Web) -> None:
    one = link(web("/wall", status=403), failed_checks=2, broken_since=timezone.now())
    assert link_checks.check_due().mended == []
    assert state(one)[:2] == (2, True)


def test_a_slow_host_is_not_dead(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_checks, "SECONDS", 0.2)
    silent = threading.Event()

    def say_nothing(handler: BaseHTTPRequestHandler) -> None:
        silent.wait(60)

    with serving(say_nothing, encrypted=False) as address:
        one = link(address, failed_checks=1)
        link_checks.check_due()
        silent.set()
    failed, broken, said = state(one)
    assert (failed, broken) == (1, False)
    assert said == "localhost was too slow to answer. It may open for readers all the same."


def test_a_host_that_is_gone_breaks_its_links(web: Web) -> None:
    link(web("/story"))
    gone = link(f"{DEAD}/x", failed_checks=1)
    assert link_checks.check_due().broken == [gone.pk]
    assert state(gone)[2] == "dead.example could not be reached: there is no host of this name."


def test_a_server_without_a_way_out_breaks_no_link(web: Web) -> None:
    links = [link(f"http://{n}.dead.example/", failed_checks=1) for n in range(3)]
    report = link_checks.check_due()
    assert str(report) == "0 checked, 0 found broken, 0 mended, 3 left for later"
    assert [state(one) for one in links] == [(1, False, "")] * 3
    assert RelatedLink.objects.due_for_check().count() == 3


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest", "http://me:secret@one.web.example/", "http://[/"]
)
def test_an_address_that_is_never_asked_says_so(web: Web, address: str) -> None:
    one = link(address, failed_checks=1)
    assert link_checks.check_due().checked == 1
    failed, broken, said = state(one)
    assert (failed, broken) == (1, False)
    assert said.endswith("It may open for readers all the same.")
    assert "secret" not in said
    assert web.asked == []


# Which are asked -----------------------------------------------------------------------------------


def test_what_nobody_shows_is_not_asked(web: Web) -> None:
    page = article()
    link(web("/suggested"), status=RelatedLink.Status.SUGGESTED)
    link(web("/rejected", host="two"), status=RelatedLink.Status.REJECTED)
    link(web("/own", host="three"), page=page)
    assert link_checks.check_due().checked == 1
    assert web.asked == ["/suggested"]


def test_a_host_is_asked_once_in_a_batch_the_newest_decision_first(web: Web) -> None:
    now = timezone.now()
    link(web("/old"), decided_at=now - timedelta(days=3))
    link(web("/new"), decided_at=now - timedelta(days=1))
    link(web("/undecided"), created_at=now - timedelta(days=2))
    link(web("/elsewhere", host="two"), decided_at=now - timedelta(days=4))
    assert link_checks.check_due().checked == 2
    assert sorted(web.asked) == ["/elsewhere", "/new"]
    link_checks.check_due()
    link_checks.check_due()
    assert web.asked[2:] == ["/undecided", "/old"]


def test_a_batch_is_bounded(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_checks, "BATCH", 2)
    for number in range(5):
        link(web(f"/{number}", host=f"host-{number}"))
    assert [link_checks.check_due().checked for _ in range(4)] == [2, 2, 1, 0]


def test_links_with_one_address_are_asked_about_once(web: Web) -> None:
    address = web("/popular", status=404)
    links = [link(address) for _ in range(3)]
    assert link_checks.check_due().checked == 3
    assert web.asked == ["/popular"]
    assert {state(one)[0] for one in links} == {1}


def test_two_at_once_share_the_work(web: Web) -> None:
    for number in range(3):
        link(web(f"/{number}"))
    link(web("/seen"), checked_at=timezone.now() - timedelta(days=30))
    seen_by_one = list(RelatedLink.objects.due_for_check())
    seen_by_the_other = list(RelatedLink.objects.due_for_check())
    assert len(link_checks._claimed(seen_by_one)) == 4
    assert link_checks._claimed(seen_by_the_other) == []


def test_what_was_found_of_an_old_address_is_not_said_of_the_new(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = link(web("/old", status=404), failed_checks=1)
    claimed = link_checks._claimed([one])
    RelatedLink.objects.filter(pk=one.pk).update(address=web("/new"))
    assert link_checks._check(claimed).broken == []
    assert state(one) == (1, False, "")


def test_what_there_is_no_time_for_keeps_its_turn(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_checks, "ALTOGETHER", 0)
    one = link(web("/story"))
    assert link_checks.check_due().left == 1
    one.refresh_from_db()
    assert one.checked_at is None


def test_many_links_that_are_due_cost_few_queries(
    web: Web, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = article()
    for number in range(40):
        link(web(f"/{number}"), article=page)
    # Which are due, their rows, one claimed, one recorded.
    with django_assert_num_queries(4):
        link_checks.check_due()


# By a person ---------------------------------------------------------------------------------------


def test_a_person_may_ask_now_and_is_remembered(web: Web) -> None:
    page, other, who = article(), article(), editor()
    fine = link(web("/fine"), article=page, checked_at=timezone.now())
    gone = link(
        web("/gone", status=404),
        article=page,
        failed_checks=1,
        checked_at=timezone.now() - timedelta(hours=7),
    )
    elsewhere = link(web("/elsewhere"), article=other)
    report = link_checks.check_now([fine.pk, gone.pk, elsewhere.pk, 10**9], by=who)
    assert (report.checked, report.broken) == (3, [gone.pk])
    entries = PageLogEntry.objects.filter(action="news.related.check", user=who)
    assert {(entry.page_id, tuple(entry.data["broken"])) for entry in entries} == {
        (page.pk, (gone.address,)),
        (other.pk, ()),
    }


def test_asking_again_and_again_breaks_no_link(web: Web) -> None:
    one = link(web("/hiccup", status=500))
    for _ in range(3):
        assert link_checks.check_now([one.pk], by=editor()).broken == []
    assert state(one)[:2] == (1, False)


def test_a_person_asks_for_a_few_links_only(web: Web) -> None:
    with pytest.raises(ValueError, match="At most 20 links are checked at once; these are 21"):
        link_checks.check_now(range(21), by=editor())


# By the machine ------------------------------------------------------------------------------------


def test_the_sweep_checks_unless_it_is_turned_off(web: Web, settings: Settings) -> None:
    link(web("/story"))
    settings.CHECK_LINKS = False
    said = io.StringIO()
    call_command("sweep", stdout=said)
    assert "links: not checked, CHECK_LINKS is off" in said.getvalue()
    assert web.asked == []
    settings.CHECK_LINKS = True
    call_command("sweep", stdout=said)
    assert "links: 1 checked, 0 found broken, 0 mended" in said.getvalue()
    assert web.asked == ["/story"]


def command(**options: Any) -> str:
    said = io.StringIO()
    call_command("check_links", stdout=said, **options)
    return said.getvalue()


def test_the_command_checks_all_that_is_due_and_names_the_broken(web: Web) -> None:
    page = article(title="Lead pipes")
    for number in range(3):
        link(web(f"/{number}"), article=page)
    gone = link(web("/gone", status=404), article=page, failed_checks=1)
    assert command().splitlines() == [
        f"Lead pipes: {gone.address}: one.web.example answered 404.",
        "4 links due: 4 checked, 1 found broken, 0 mended.",
    ]
    assert command() == "0 links due: 0 checked, 0 found broken, 0 mended.\n"


def test_the_command_stops_where_it_is_told_and_is_silent_when_asked(web: Web) -> None:
    for number in range(3):
        link(web(f"/{number}"))
    assert command(most=2, verbosity=0) == ""
    assert len(web.asked) == 2


def test_the_command_ends_where_nothing_can_be_reached(web: Web) -> None:
    for number in range(2):
        link(f"http://{number}.dead.example/")
    assert "2 left for later" in command()
