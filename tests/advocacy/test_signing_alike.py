"""Nobody can learn from the form who has signed: not from a byte, not from the time it takes."""

from __future__ import annotations

import random
import time
from collections import defaultdict

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from advocacy.models import Petition, Signature
from tests.advocacy.test_signing_pages import filled_in
from tests.factories.advocacy import PetitionFactory, SignatureFactory

pytestmark = pytest.mark.django_db

TRIES = 504
KINDS = ("new", "pending", "confirmed")


@pytest.fixture
def petition(settings: Settings) -> Petition:
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
    return PetitionFactory.create()


def addresses(petition: Petition) -> list[tuple[str, str]]:
    """Kinds and addresses, in a shuffled order that is the same each time."""
    each = TRIES // len(KINDS)
    pending = SignatureFactory.create_batch(each, petition=petition)
    confirmed = SignatureFactory.create_batch(each, petition=petition, confirmed=True)
    found = [
        *(("new", f"new-{n}@example.org") for n in range(each)),
        *(("pending", row.email) for row in pending),
        *(("confirmed", row.email) for row in confirmed),
    ]
    random.Random(7).shuffle(found)  # noqa: S311 - an order, no secret
    return found


def smaller_than(one: list[float], other: list[float]) -> float:
    """How often a value of one is smaller than one of the other: a half where they are alike."""
    pairs = sum((a < b) + (a == b) / 2 for a in one for b in other)
    return pairs / (len(one) * len(other))


def test_five_hundred_tries_tell_nothing_by_their_bytes_or_by_their_time(
    client: Client, petition: Petition
) -> None:
    answers: dict[str, set[object]] = defaultdict(set)
    times: dict[str, list[float]] = defaultdict(list)
    for n, (kind, email) in enumerate(addresses(petition)):
        data = filled_in(email=email)
        headers = {"x-forwarded-for": f"198.51.{n // 250}.{n % 250}"}
        begun = time.perf_counter()
        answer = client.post(petition.get_absolute_url(), data, headers=headers)
        times[kind].append(time.perf_counter() - begun)
        page = client.get(answer.headers["Location"])
        answers[kind].add(
            (
                answer.status_code,
                answer.content,
                tuple(sorted(answer.headers.items())),
                page.content,
                tuple(sorted(page.headers.items())),
            )
        )
        if n % 50 == 49:
            # One minute's allowance for the petition is not what is looked at here.
            _forget_limits()
    assert len(answers) == len(KINDS)
    assert len(set().union(*answers.values())) == 1
    for one, other in (("new", "pending"), ("new", "confirmed"), ("pending", "confirmed")):
        # Three standard errors of this statistic over 168 pairs are 0.095.
        share = smaller_than(times[one], times[other])
        assert 0.3 < share < 0.7, f"{one} is quicker than {other} in {share:.0%} of pairs"


def _forget_limits() -> None:
    from django.core.cache import cache  # noqa: PLC0415 - only here

    cache.clear()


def test_the_work_is_the_same_statement_for_statement(client: Client, petition: Petition) -> None:
    capped = SignatureFactory.create(petition=petition)
    for _ in range(4):
        client.post(petition.get_absolute_url(), filled_in(email=capped.email))
    emails = {
        "new": "new@example.org",
        "pending": SignatureFactory.create(petition=petition).email,
        "confirmed": SignatureFactory.create(petition=petition, confirmed=True).email,
        "capped": capped.email,
    }
    shapes = {}
    for kind, email in emails.items():
        with CaptureQueriesContext(connection) as captured:
            client.post(petition.get_absolute_url(), filled_in(email=email))
        shapes[kind] = [query["sql"].split(" ")[0:3] for query in captured.captured_queries]
        shapes[kind] = [shape for shape in shapes[kind] if "SAVEPOINT" not in shape]
    assert shapes["new"] == shapes["pending"] == shapes["confirmed"] == shapes["capped"]
    assert len(shapes["new"]) <= 9
    assert Signature.objects.count() == 4
