"""Rules of this repository that no linter knows."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

ROOT = Path(__file__).parents[1]
PACKAGES = ("advocacy", "cms", "home", "news", "search")
VAGUE = {"common", "helper", "helpers", "manager", "managers", "misc", "service", "services"} | {
    "tool", "tools", "util", "utils",
}  # fmt: skip
NOT_OURS = {"__pycache__", "htmlcov", "media", "node_modules", "staticfiles", "test-results", "var"}
LONGEST = 500


def written(*suffixes: str) -> Iterator[Path]:
    """Files that somebody wrote, by how their names end."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_OURS - {f for f in folders if f.startswith(".")})
        yield from (Path(folder) / name for name in names if name.endswith(suffixes))


def own_migrations() -> Iterator[Migration]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {config.label for config in apps.get_app_configs() if ROOT in Path(config.path).parents}
    ours -= {config.label for config in apps.get_app_configs() if "site-packages" in config.path}
    for (label, _), migration in sorted(loader.disk_migrations.items()):
        if label in ours:
            yield migration


def suggested_name(migration: Migration) -> str:
    """What makemigrations would have called it."""
    return str(migration.suggest_name())  # type: ignore[attr-defined]


def test_no_module_is_named_for_everything_and_nothing() -> None:
    vague = [
        path.relative_to(ROOT) for path in written(".py") if {path.stem, path.parent.name} & VAGUE
    ]
    assert vague == []


def test_no_source_file_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in written(".py", ".js", ".css", ".html")
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_every_migration_is_named_for_what_it_does() -> None:
    unnamed = [
        f"{migration.app_label}.{migration.name}"
        for migration in own_migrations()
        if re.search(r"_auto_\d|_and_more$", migration.name)
        or (not migration.initial and migration.name[5:] == suggested_name(migration))
    ]
    assert unnamed == [], "rename these for what they are for"


def test_nothing_waits_to_be_written() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    waiting = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in written(".py", ".js", ".css", ".html", ".md", "Makefile")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert waiting == []


def test_no_merge_is_left_half_done() -> None:
    marks = re.compile(r"^(<{7}|>{7}|\|{7})( |$)", re.MULTILINE)
    kinds = (".py", ".js", ".css", ".html", ".md", ".yaml", ".toml", ".txt", "Makefile")
    assert [str(f) for f in written(*kinds) if marks.search(f.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("name", ["base", "dev", "production"])
def test_a_lock_pins_and_hashes_each_package_and_names_no_source(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert re.findall(r"https?://|^-|find-links|index-url|file:", lock, re.MULTILINE) == []
    packages = re.split(r"\n(?=[a-z0-9])", lock)[1:]
    assert packages
    assert [p.split("\n")[0] for p in packages if "==" not in p or "--hash=sha256:" not in p] == []


def test_every_lock_agrees_with_the_base() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        return set(re.findall(r"^([a-z0-9-]+==[^\s;]+)", text, re.MULTILINE))

    assert pins("base") <= pins("dev")
    assert pins("base") <= pins("production")


def test_the_npm_lock_hashes_each_package_and_names_no_source() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = [entry for path, entry in lock["packages"].items() if path]
    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages)
    assert not any("resolved" in entry for entry in packages)


def test_coverage_and_types_leave_no_package_out() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    ours = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {
        "tests",
        "benchmarks",
    }
    assert ours == set(PACKAGES)
    assert set(project["coverage"]["run"]["source"]) == ours
    assert set(project["mypy"]["files"]) >= ours
    assert set(project["importlinter"]["root_packages"]) == ours


def test_tests_run_on_the_settings_made_for_them() -> None:
    assert settings.SETTINGS_MODULE == "cms.settings.test"
