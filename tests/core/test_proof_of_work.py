"""Proof of work: taken once, for what it was asked for, until its end."""

from __future__ import annotations

import base64
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from cms.core import proof_of_work
from cms.core.models import SpentProof
from cms.core.proof_of_work import Proof, ProofSpentError, check
from cms.core.wagtail_hooks import sweep_proofs
from tests.proofs import proof

PURPOSE = "test"


def changed(payload: str, **parts: Any) -> str:
    """A payload with some of its parts replaced: ``challenge__parameters__nonce``."""
    data = json.loads(base64.b64decode(payload))
    for path, value in parts.items():
        *way, last = path.split("__")
        place = data
        for step in way:
            place = place[step]
        place[last] = value
    return base64.b64encode(json.dumps(data).encode()).decode()


def test_work_that_was_done_is_taken() -> None:
    taken = check(proof(PURPOSE), PURPOSE)
    assert taken is not None
    assert timedelta(hours=5) < taken.expires_at - timezone.now() <= proof_of_work.LASTS


def test_it_is_good_for_what_it_was_asked_for_only() -> None:
    assert check(proof(PURPOSE), "other") is None


def test_it_is_no_good_after_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_of_work, "LASTS", timedelta(seconds=-10))
    assert check(proof(PURPOSE), PURPOSE) is None


def test_it_is_no_good_after_the_secret_has_changed(settings: Settings) -> None:
    old = proof(PURPOSE)
    settings.SECRET_KEY = "another-secret-" + "0123456789abcdef" * 3
    assert check(old, PURPOSE) is None


@pytest.mark.parametrize(
    "parts",
    [
        {"challenge__parameters__nonce": "00" * 16},
        {"challenge__parameters__salt": "00" * 16},
        {"challenge__parameters__keyPrefix": ""},
        {"challenge__parameters__keyPrefix": "00"},
        {"challenge__parameters__expiresAt": 4_000_000_000},
        {"challenge__parameters__expiresAt": None},
        {"challenge__parameters__expiresAt": "x"},
        {"challenge__parameters__cost": 10**9},
        {"challenge__parameters__algorithm": "SCRYPT"},
        {"challenge__parameters__data": {"__proto__": 1}},
        {"challenge__parameters": []},
        {"challenge__parameters": {}},
        {"challenge__signature": None},
        {"challenge__signature": []},
        {"challenge__signature": "0" * 64},
        {"challenge": []},
        {"challenge": None},
        {"solution": []},
        {"solution__counter": -1},
        {"solution__counter": 2**40},
        {"solution__counter": "1"},
        {"solution__counter": True},
        {"solution__counter": 1.5},
        {"solution__derivedKey": ""},
        {"solution__derivedKey": None},
        {"solution__derivedKey": "00" * 32},
    ],
    ids=str,
)
def test_forged_or_lazy_work_is_none(parts: dict[str, Any]) -> None:
    assert check(changed(proof(PURPOSE), **parts), PURPOSE) is None


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "x",
        "\x00",
        "é",
        "\udc80",
        "[]",
        "bnVsbA==",
        "W10=",
        "e30=",
        "A" * 5000,
        "W1tbW1tb" * 200,
    ],
)
def test_what_is_no_payload_is_no_proof(payload: str) -> None:
    assert check(payload, PURPOSE) is None


@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_nothing_at_all_breaks_the_check(payload: str) -> None:
    assert check(payload, PURPOSE) is None


@pytest.mark.django_db
def test_it_counts_once() -> None:
    taken = check(proof(PURPOSE), PURPOSE)
    assert taken is not None
    proof_of_work.spend(taken)
    for _ in range(100):
        with pytest.raises(ProofSpentError), transaction.atomic():
            proof_of_work.spend(taken)
    assert SpentProof.objects.count() == 1


@pytest.mark.django_db
def test_spelling_it_differently_does_not_make_it_new() -> None:
    payload = proof(PURPOSE)
    signature = json.loads(base64.b64decode(payload))["challenge"]["signature"]
    spellings = [payload, changed(payload, solution__time=1), changed(payload, more="x")]
    if (upper := changed(payload, challenge__signature=signature.upper())) and check(
        upper, PURPOSE
    ):
        spellings.append(upper)
    taken = [check(spelling, PURPOSE) for spelling in spellings]
    assert len({one.nonce for one in taken if one}) == 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_spend_it_once() -> None:
    taken = check(proof(PURPOSE), PURPOSE)
    assert taken is not None
    together, outcomes = threading.Barrier(16), []

    def work() -> None:
        together.wait()
        try:
            with transaction.atomic():
                proof_of_work.spend(taken)
        except ProofSpentError:
            outcomes.append("spent")
        except OperationalError:
            outcomes.append("busy")
        else:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["spent"] * 15 + ["taken"]


@pytest.mark.django_db
def test_the_sweep_forgets_what_would_not_be_taken_any_more() -> None:
    now = timezone.now()
    proof_of_work.spend(Proof("old", now - timedelta(seconds=1)))
    proof_of_work.spend(Proof("new", now + timedelta(hours=1)))
    assert sweep_proofs() == "proofs of work: 1 old ones forgotten"
    assert [row.nonce for row in SpentProof.objects.all()] == ["new"]
