"""What is read from the database's replica, and what never is; tests/faults has a real one."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections, transaction
from django.test import Client

from advocacy import signed_list
from advocacy.models import Petition, Signature
from cms.core import absence, fragments, processes, replica
from cms.core.page_cache import tags
from cms.settings import environment
from tests.factories.advocacy import PetitionFactory, SignatureFactory


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A replica at an address where nobody listens."""
    monkeypatch.setenv("ADDRESS", f"postgres://nobody@127.0.0.1:{processes.free_port()}/nothing")
    monkeypatch.setattr(absence, "PAUSE", 3600.0)
    found = environment.database("ADDRESS", "")
    connections.databases[replica.ALIAS] = connections.configure_settings(
        {"default": {}, replica.ALIAS: found}
    )[replica.ALIAS]
    # Django lets a test connect to nothing but the databases that there were when it began.
    opened = connections[replica.ALIAS]
    connect = opened.wrap_database_errors(opened.connect)
    monkeypatch.setattr(opened, "ensure_connection", connect)
    replica.forget()
    yield
    replica.forget()
    connections[replica.ALIAS].close()
    del connections[replica.ALIAS]
    del connections.databases[replica.ALIAS]


@pytest.fixture
def chosen(gone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is taken to be as new as any question: only where is asked, nothing is read."""
    monkeypatch.setattr(replica, "_catch_up", lambda patience: None)


def test_without_an_address_there_is_one_database_only() -> None:
    assert not replica.is_set()
    assert list(connections) == ["default"]
    assert replica.ask(replica.alias) == "default"
    assert not replica.is_away()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_where_nobody_listens_the_database_answers_and_it_is_said_once(
    gone: None, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    PetitionFactory.create(title="Save the herons")
    with caplog.at_level(logging.WARNING, logger=absence.__name__):
        for _ in range(3):
            assert "Save the" in client.get("/search/", {"q": "herons"}).text
    [said] = [record.getMessage() for record in caplog.records]
    assert said.startswith("The database answers in place of its replica: ")
    assert "Connection refused" in said
    assert client.get("/readyz").text == "ok, without the database's replica"


@pytest.mark.django_db(transaction=True)
def test_what_fails_in_the_middle_is_asked_of_the_database(chosen: None) -> None:
    asked: list[str] = []

    def question() -> str:
        asked.append(replica.alias())
        if replica.alias() == replica.ALIAS:
            raise OperationalError("terminating connection due to administrator command")
        return "answer"

    assert replica.ask(question) == "answer"
    assert replica.ask(question) == "answer"
    assert asked == ["replica", "default", "default"]


@pytest.mark.django_db(transaction=True)
def test_a_question_that_is_wrong_takes_nothing_from_others(chosen: None) -> None:
    def wrong() -> str:
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):
            replica.ask(wrong)
    assert not replica.is_away()
    assert replica.ask(replica.alias) == "replica"


@pytest.mark.django_db(transaction=True)
def test_nothing_that_is_kept_or_written_is_made_of_it(chosen: None) -> None:
    def where() -> list[str]:
        router = replica.Router()
        found = [replica.alias(), router.db_for_read(Petition), router.db_for_write(Petition)]
        found.append(fragments.kept("test", replica.alias, size=len))
        with tags.collected():
            found.append(router.db_for_read(Petition))
        with transaction.atomic():
            found.append(router.db_for_read(Petition))
        return found

    assert replica.ask(where) == ["replica", "replica", *["default"] * 4]
    assert replica.Router().db_for_read(Petition) == "default"
    # Nor is it looked at whether it could be.
    with tags.collected():
        assert replica.ask(where) == ["default"] * 6
    with transaction.atomic():
        assert replica.ask(where) == ["default"] * 6


def test_migrations_never_run_there(gone: None) -> None:
    assert not replica.Router().allow_migrate(replica.ALIAS, "news")
    assert replica.Router().allow_migrate("default", "news")
    with pytest.raises(CommandError, match="follows by itself"):
        call_command("migrate", database=replica.ALIAS)


@pytest.mark.django_db
def test_all_rows_come_in_the_order_of_signing_however_many_at_a_time() -> None:
    petition = PetitionFactory.create()
    signed = SignatureFactory.create_batch(5, petition=petition, confirmed=True)
    queryset = signed_list.signers(petition)
    assert list(replica.rows(queryset)) == signed
    assert list(replica.rows(queryset, at_once=2)) == signed
    assert list(replica.rows(Signature.objects.none())) == []
