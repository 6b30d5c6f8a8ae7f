"""Migrations: one process at a time, in nobody's way, and such that old code goes on running."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.files import locks
from django.core.management import CommandError, call_command
from django.db import connection, connections, models
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader
from pytest_django import Settings

from cms.core.management.commands import migrate

ROOT = Path(__file__).parents[2]
OURS = {"advocacy", "core", "home", "news", "newsletter", "search"}
# Nobody ran anything older than these in production; later ones must let old code go on.
FIRST_RELEASE = {
    "advocacy": "0007", "core": "0099", "home": "0099", "news": "0099", "newsletter": "0099", "search": "0099",
}  # fmt: skip


def breaks_old_code(operation: operations.base.Operation) -> bool:
    """Whether code of the version before fails, once this is done."""
    if isinstance(
        operation,
        operations.RemoveField
        | operations.RenameField
        | operations.DeleteModel
        | operations.RenameModel
        | operations.AlterModelTable,
    ):
        return True
    if isinstance(operation, operations.AddField):
        field = operation.field
        # Old code inserts rows without the new column.
        return not (field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED)
    return False


def test_old_code_goes_on_running_while_a_new_version_is_brought_out() -> None:
    found = MigrationLoader(None).disk_migrations
    assert {app for app, _ in found} >= OURS
    breaking = [
        f"{app}.{name}"
        for (app, name), migration in found.items()
        if app in OURS
        and name[:4] > FIRST_RELEASE[app]
        and not getattr(migration, "why_old_code_survives", "")
        and any(breaks_old_code(operation) for operation in migration.operations)
    ]
    assert not breaking, "See docs/deployment.md, Upgrades: first add, one version later remove."


@pytest.mark.parametrize(
    ("operation", "breaks"),
    [
        (operations.AddField("page", "x", models.IntegerField()), True),
        (operations.AddField("page", "x", models.IntegerField(default=1)), True),
        (operations.AddField("page", "x", models.IntegerField(db_default=1)), False),
        (operations.AddField("page", "x", models.IntegerField(null=True)), False),
        (operations.RemoveField("page", "x"), True),
        (operations.DeleteModel("Page"), True),
        (operations.CreateModel("Page", []), False),
    ],
)
def test_what_breaks_old_code_is_told_apart(
    operation: operations.base.Operation, breaks: bool
) -> None:
    assert breaks_old_code(operation) is breaks


def test_every_app_of_ours_is_looked_at() -> None:
    assert {
        app.label
        for app in apps.get_app_configs()
        # Not what lies below in a virtual environment.
        if (ROOT / app.name.replace(".", "/") / "migrations").is_dir()
    } == OURS


def test_processes_started_at_once_migrate_one_after_the_other(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
    }
    with (tmp_path / "migrate.lock").open("w") as held:
        assert locks.lock(held, locks.LOCK_EX)
        waiting = [
            subprocess.Popen(
                [sys.executable, "manage.py", "migrate", "core", "0001"],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        for process in waiting:
            assert process.stderr
            assert process.stderr.readline() == "Another process is migrating; waiting for it.\n"
    said = sorted(process.communicate(timeout=300)[0] for process in waiting)
    assert [process.returncode for process in waiting] == [0, 0]
    assert sum("Applying core.0001" in text for text in said) == 1
    assert sum("No migrations to apply" in text for text in said) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_the_second_waits_for_the_first() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [migrate.LOCK])
    said = StringIO()
    waits = threading.Event()

    class Errors(StringIO):
        def write(self, text: str) -> int:
            waits.set()
            return super().write(text)

    def second() -> None:
        call_command("migrate", stdout=said, stderr=Errors())
        connections.close_all()

    thread = threading.Thread(target=second)
    thread.start()
    try:
        assert waits.wait(60)
        assert not said.getvalue()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [migrate.LOCK])
        thread.join(120)
    assert "No migrations to apply" in said.getvalue()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_table_in_use_makes_no_queue_of_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "PATIENCE", "200ms")
    monkeypatch.setattr(migrate, "PAUSE", 0.0)
    blocked = threading.Event()
    done = threading.Event()

    def reads() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM home_homepage")
            blocked.set()
            done.wait(120)
            cursor.execute("COMMIT")
        connections.close_all()

    def insist(self: object, *args: object, **options: object) -> None:
        """Django's command, on a migration that wants the table for itself."""
        with connection.schema_editor() as editor:
            editor.execute("LOCK TABLE home_homepage IN ACCESS EXCLUSIVE MODE")

    monkeypatch.setattr(migrate.Command.__base__, "handle", insist)
    thread = threading.Thread(target=reads)
    thread.start()
    try:
        assert blocked.wait(60)
        said = StringIO()
        with pytest.raises(CommandError, match="Nothing is half done"):
            call_command("migrate", tries=3, stderr=said)
        assert said.getvalue().count("trying again") == 2
    finally:
        done.set()
        thread.join(60)
    # And once nobody reads any more, it goes through.
    call_command("migrate", stderr=StringIO())


@pytest.mark.django_db
def test_a_cache_in_the_database_has_its_table_before_anything_looks_into_it(
    settings: Settings,
) -> None:
    table = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kept"}
    settings.CACHES = {**settings.CACHES, "default": table}
    for _ in range(2):
        call_command("migrate", verbosity=0)
    caches["default"].set("a", 1)
    assert caches["default"].get("a") == 1
