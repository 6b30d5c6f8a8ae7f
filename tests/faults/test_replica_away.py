"""The database's replica follows, ends, comes back and falls behind, while people search."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from advocacy.models import Petition
from benchmarks.measuring import postgresql
from cms.core import processes
from home import serving
from tests.factories.advocacy import PetitionFactory
from tests.faults.site import ROOT, ask, environment, manage, own_database, running, until

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
TOKEN = "a-token-for-the-test-0123456789"
SEARCHES = re.compile(r"(statement|execute [^:]*): .*\bFROM search_text\b")
DUMPS = re.compile(r"(statement|execute [^:]*): COPY ")
SAID = "The database answers in place of its replica"


@pytest.fixture
def petition() -> Petition:
    return PetitionFactory.create(title="Save the herons")


@pytest.fixture
def database(petition: Petition) -> Iterator[postgresql.Cluster]:
    """One that writes down what it is asked, and so does what follows it."""
    with own_database() as cluster:
        tell(cluster, "ALTER SYSTEM SET log_statement = 'all'")
        # It writes when it likes, and so now and then the replica is behind.
        tell(cluster, "ALTER SYSTEM SET autovacuum = off")
        tell(cluster, "SELECT pg_reload_conf()")
        yield cluster


@pytest.fixture
def replica(database: postgresql.Cluster) -> Iterator[postgresql.Cluster]:
    with postgresql.running(following=database, outlives_power=False) as cluster:
        yield cluster


def tell(cluster: postgresql.Cluster, statement: str) -> None:
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute(statement.encode())


class Heard:
    """What a database is asked from now on."""

    def __init__(self, cluster: postgresql.Cluster) -> None:
        self._log = cluster.log
        self._from = len(cluster.log.read_text())

    def __call__(self, what: re.Pattern[str]) -> int:
        return len(what.findall(self._log.read_text()[self._from :]))


class Web:
    """One web process on both, and what it says."""

    def __init__(self, port: int, log: Path) -> None:
        self._port, self._log = port, log

    def ask(self, path: str) -> tuple[int, str]:
        return ask(self._port, path, Authorization=f"Bearer {TOKEN}")

    def finds(self, word: str) -> bool:
        status, page = self.ask(f"/search/?q={word}")
        assert status == 200
        return f"<mark>{word}</mark>" in page.lower()

    def figure(self, name: str) -> float | None:
        found = re.search(rf"^{name} (\S+)$", self.ask("/metrics")[1], re.M)
        return float(found[1]) if found else None

    def said(self) -> int:
        return self._log.read_text().count(SAID)


@contextmanager
def web(folder: Path, settings: dict[str, str]) -> Iterator[Web]:
    port, log = processes.free_port(), folder / "web.log"
    command = serving.web_server(host="127.0.0.1", port=port, workers=1)
    with log.open("wb") as file, running(*command, environment=settings, log=file):
        asked = Web(port, log)
        until(lambda: asked.ask("/readyz")[0] == 200, what="the site answers")
        yield asked


def test_the_replica_answers_only_while_it_knows_all_that_the_database_knows(
    tmp_path: Path,
    petition: Petition,
    database: postgresql.Cluster,
    replica: postgresql.Cluster,
) -> None:
    settings = environment(
        tmp_path,
        DATABASE_URL=database.url,
        DATABASE_REPLICA_URL=replica.url,
        METRICS_TOKEN=TOKEN,
        LOG_LEVEL="WARNING",
    )
    with web(tmp_path, settings) as site:

        def searched(word: str) -> set[str]:
            """Which of the two were searched; one that fell behind is so for a part of a page."""
            heard = {"database": Heard(database), "replica": Heard(replica)}
            assert site.finds(word)
            return {name for name, of in heard.items() if of(SEARCHES)}

        def suggested() -> set[str]:
            heard = {"database": Heard(database), "replica": Heard(replica)}
            assert "Save the herons" in site.ask("/search/suggest/?q=hero")[1]
            return {name for name, of in heard.items() if of(SEARCHES)}

        # A moment behind, and it is left alone for some seconds.
        until(lambda: searched("herons") == {"replica"}, what="the replica answers")
        assert site.ask("/readyz")[1] == "ok"
        assert site.figure("dovetail_replica_up") == 1
        until(lambda: suggested() == {"replica"}, what="the replica suggests")
        noted = site.said()

        # It ends without a word.
        replica.stop()
        assert searched("herons") == {"database"}
        assert searched("herons") == {"database"}
        assert 1 <= site.said() <= noted + 1
        assert site.figure("dovetail_replica_up") == 0
        assert site.ask("/readyz") == (200, "ok, without the database's replica")

        replica.start()
        until(lambda: searched("herons") == {"replica"}, what="the replica answers again")
        assert site.ask("/readyz")[1] == "ok"

        # It takes what is written, and shows nothing of it.
        tell(replica, "SELECT pg_wal_replay_pause()")
        tell(database, "UPDATE search_text SET title = 'Save the otters'")
        assert searched("otters") == {"database"}
        assert not site.finds("herons")
        assert (site.figure("dovetail_replica_behind_bytes") or 0) > 0
        tell(replica, "SELECT pg_wal_replay_resume()")
        until(lambda: searched("otters") == {"replica"}, what="the replica has caught up")
        until(
            lambda: site.figure("dovetail_replica_behind_bytes") == 0,
            what="nothing is left of it",
        )

    of_database, of_replica = Heard(database), Heard(replica)
    subprocess.run(  # noqa: S603 - our own
        manage("backup", str(tmp_path / "copies"), "--without-uploads"),
        cwd=ROOT,
        env=settings,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert of_replica(DUMPS) > 50
    assert of_database(DUMPS) == 0
