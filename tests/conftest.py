"""What every test shares: real data, an unspoilt database, an HTML checker, no silent skip."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from cms.core import fragments
from tests import database, markup

CI = os.environ.get("CI") == "true"

POSTGRESQL_ONLY = "says something about PostgreSQL only; DATABASE_URL names another database"
ANY_DATABASE = "says nothing about the database of DATABASE_URL; the part on SQLite runs it"
NO_NETWORK = "wants a network of its own, which this machine does not allow"
NO_MOUNT = "wants a full disk of its own, which this machine does not let it mount"
# A full run has two parts, one for each database; between them nothing is left out. What is shown
# in a network of its own is shown on any machine as well, by tests/core/test_reach.py.
EXPLAINED_SKIPS = (POSTGRESQL_ONLY, ANY_DATABASE, NO_NETWORK, NO_MOUNT)

# Why tests were skipped, and how many for each reason. Workers report to the process that sums up.
skipped: Counter[str] = Counter()

hypothesis.settings.register_profile("dovetail", deadline=None, derandomize=CI)
hypothesis.settings.load_profile("dovetail")


# Which tests run ----------------------------------------------------------------------------------


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    on_postgresql = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    for item in items:
        if item.get_closest_marker("postgresql") and not on_postgresql:
            item.add_marker(pytest.mark.skip(reason=POSTGRESQL_ONLY))
        if item.get_closest_marker("any_database") and on_postgresql:
            item.add_marker(pytest.mark.skip(reason=ANY_DATABASE))
    # Playwright leaves an event loop running, which is of no use to any other test.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _count_skip(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _count_skip(report)


def _count_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped:
        return
    if isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
    else:
        reason = f"expected to fail: {getattr(report, 'wasxfail', '')}"
    skipped[reason] += 1


def _unexplained() -> list[str]:
    return [reason for reason in skipped if reason not in EXPLAINED_SKIPS]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if CI and session.exitstatus == pytest.ExitCode.OK and _unexplained():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not skipped:
        return
    terminalreporter.section("not run here, and why")
    for reason, number in sorted(skipped.items()):
        terminalreporter.write_line(f"{number} x {reason}")
    if CI and _unexplained():
        terminalreporter.write_line("With CI=true each of these fails the run.", red=True)


# The database -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def kept_database(pytestconfig: pytest.Config) -> Path | None:
    """Where a migrated SQLite file waits for the next run; a build has none and migrates."""
    if CI or connection.vendor != "sqlite" or pytestconfig.cache is None:
        return None
    return pytestconfig.cache.mkdir("database") / f"{database.state_of_migrations()}.sqlite3"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None,
    tmp_path_factory: pytest.TempPathFactory,
    kept_database: Path | None,
) -> None:
    """A file for SQLite: in memory, the live server and its test would share one transaction."""
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(file)
        if kept_database and kept_database.exists():
            shutil.copyfile(kept_database, file)


@pytest.fixture(scope="session")
def django_db_keepdb(
    django_db_keepdb: bool, django_db_modify_db_settings: None, kept_database: Path | None
) -> bool:
    """Migrate what is there instead of beginning anew."""
    return django_db_keepdb or bool(kept_database and kept_database.exists())


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, kept_database: Path | None
) -> Iterator[None]:
    """Have each transactional test leave the database as migrations made it."""
    if connection.vendor == "sqlite" and connection.settings_dict["NAME"] == ":memory:":
        yield  # No test of this run asked for the database, so none was made.
        return
    with django_db_blocker.unblock():
        pristine = database.snapshot()
    if (
        isinstance(pristine, database.SQLiteSnapshot)
        and kept_database
        and not kept_database.exists()
    ):
        pristine.keep(kept_database)

    def put_back(_: TransactionTestCase) -> None:
        pristine.restore()
        database.forget_rows()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", put_back)
        yield


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: LiveServer) -> LiveServer:
    """Start only when the database is a file: before, it would share the test's connection."""
    return live_server


@pytest.fixture(autouse=True)
def _empty_caches() -> Iterator[None]:
    yield
    for cache in caches.all(initialized_only=True):
        cache.clear()
    # The next test has other rows with the same numbers.
    fragments.forget()


@pytest.fixture(autouse=True, scope="session")
def _no_files_left() -> Iterator[None]:
    yield
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


# What tests ask for -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input that lies beside the checkout, or in DOVETAIL_SHARED."""
    beside = Path(__file__).parents[2] / "shared"
    folder = Path(os.environ.get("DOVETAIL_SHARED", beside)) / "data"
    if not folder.is_dir():
        pytest.skip("the real input is not here: DOVETAIL_SHARED names no folder with it")
    return folder


@pytest.fixture(scope="session")
def html_checker() -> Iterator[markup.HTMLChecker]:
    """The Nu HTML Checker, started once."""
    if reason := markup.missing():
        pytest.skip(reason)
    with markup.HTMLChecker() as checker:
        yield checker


@pytest.fixture
def html_valid(html_checker: markup.HTMLChecker) -> Callable[[str | bytes], None]:
    """Assert that a whole HTML document has no error."""

    def check(html: str | bytes) -> None:
        errors = html_checker.errors(html)
        assert not errors, "The HTML is not valid:\n" + "\n".join(errors)

    return check
