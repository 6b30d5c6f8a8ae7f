"""The database is restarted while people sign: a PostgreSQL of the test's own, killed under load."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg
import pytest
from django_tasks_db.models import DBTaskResult

from advocacy.models import Petition
from benchmarks.measuring import postgresql
from benchmarks.measuring.signer import Signer, Unexpected
from cms.core import processes
from home import serving
from tests.factories.advocacy import PetitionFactory
from tests.faults.site import HANGS, ask, environment, manage, own_database, running, until

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
SIGNERS = 4
JOBS = DBTaskResult._meta.db_table


@pytest.fixture
def petition() -> Petition:
    return PetitionFactory.create()


@pytest.fixture
def cluster(petition: Petition) -> Iterator[postgresql.Cluster]:
    """A copy of the test's database, that can be killed without anybody else's tests noticing."""
    with own_database() as started:
        yield started


class Site:
    """Web server, worker and sweep on that database."""

    def __init__(self, stack: ExitStack, folder: Path, cluster: postgresql.Cluster) -> None:
        self.port = processes.free_port()
        settings = environment(
            folder,
            DATABASE_URL=cluster.url,
            PROOF_OF_WORK="100",
            SITE_URL=f"http://127.0.0.1:{self.port}",
        )
        web = serving.web_server(host="127.0.0.1", port=self.port, workers=2)
        commands = (
            web,
            manage("db_worker", "--interval=0.1", "--skip-checks"),
            manage("sweep", "--every=1", "--verbosity=0", "--skip-checks"),
        )
        self.members = [
            stack.enter_context(running(*command, environment=settings)) for command in commands
        ]
        until(lambda: ask(self.port, "/readyz")[0] == 200, what="the site answers")


class Crowd:
    """People who sign, one after the other in each thread, whatever happens."""

    def __init__(self, site: Site, petition: Petition) -> None:
        self._site, self._path = site, petition.get_absolute_url()
        self.thanked: list[str] = []
        self.refused: list[str] = []
        self.hung: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._sign, args=[n]) for n in range(SIGNERS)]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _sign(self, number: int) -> None:
        while not self._over.is_set():
            number += SIGNERS
            signer = Signer(number, self._path)
            client = HTTPConnection("127.0.0.1", self._site.port, timeout=HANGS)
            try:
                signer.open(client)
                signer.sign(client)
            except TimeoutError as error:
                self.hung.append(repr(error))
            except (Unexpected, HTTPException, ConnectionError) as error:
                self.refused.append(str(error))
                # As a person would; a machine in a circle would only be in the way.
                time.sleep(0.05)
            else:
                self.thanked.append(signer.email)
            finally:
                client.close()

    def goes_on(self) -> None:
        """Wait until each thread has been thanked some more."""
        wanted = len(self.thanked) + 3 * SIGNERS
        until(lambda: len(self.thanked) >= wanted, what="people sign")

    def is_refused(self) -> None:
        """Wait until each thread has been refused some more."""
        wanted = len(self.refused) + 2 * SIGNERS
        until(lambda: len(self.refused) >= wanted, what="people are refused")


def test_no_signature_is_lost_that_was_answered_with_thanks(
    tmp_path: Path, petition: Petition, cluster: postgresql.Cluster
) -> None:
    with ExitStack() as stack:
        site = Site(stack, tmp_path, cluster)
        kept = "/petitions/"
        until(lambda: ask(site.port, kept)[0] == 200, what="a page that is kept")
        with Crowd(site, petition) as crowd:
            crowd.goes_on()
            cluster.restart()
            crowd.goes_on()

            # Once more, and this time it stays away until that was noticed.
            cluster.stop()
            crowd.is_refused()
            status, page = ask(site.port, petition.get_absolute_url())
            assert status == 500
            assert "Something broke on our side" in page
            assert "Traceback" not in page
            assert "OperationalError" not in page
            assert ask(site.port, "/readyz")[0] == 503
            assert ask(site.port, "/healthz")[0] == 200
            cluster.start()
            crowd.goes_on()
            until(lambda: ask(site.port, "/readyz")[0] == 200, what="the site is ready again")
        assert crowd.hung == []
        assert set(crowd.refused) <= {
            "the petition's page: 500",
            "signing: 500 ",
            # The browser was refused its form, and with it the token.
            "signing: 403 ",
        }, set(crowd.refused)
        with psycopg.connect(cluster.url) as database:
            rows = {row[0] for row in database.execute("SELECT email FROM advocacy_signature")}
            mails = database.execute('SELECT "to" FROM post_office_email').fetchall()
            assert set(crowd.thanked) <= rows
            written_to = {address for row in mails for address in re.split(r",\s*", row[0])}
            assert set(crowd.thanked) <= written_to
            # Worker and sweep have found it again by themselves.
            assert [member.poll() for member in site.members] == [None, None, None]
            begun = database.execute("SELECT now()").fetchone()
            database.commit()
            assert begun is not None

            def swept() -> bool:
                found = database.execute(
                    "SELECT count(*) FROM core_sweeppart WHERE succeeded_at > %s", begun
                ).fetchone()
                database.commit()
                return found is not None and found[0] > 5

            until(swept, what="the sweep works again")

            def all_done() -> bool:
                found = database.execute(
                    f"SELECT count(*) FROM {JOBS} WHERE status = 'READY'"  # noqa: S608 - our own
                ).fetchone()
                database.commit()
                return found == (0,)

            until(all_done, what="the worker works again")
        # Restarted while nobody asks, it is found by the first who does: what was open is looked at.
        assert {ask(site.port, "/search/?q=pipes")[0] for _ in range(12)} == {200}
        cluster.restart()
        assert {ask(site.port, "/search/?q=pipes")[0] for _ in range(12)} == {200}
