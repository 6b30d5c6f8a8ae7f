"""What an attacker finds: documents that do not run, an admin that hides, a place to report to."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.documents import get_document_model
from wagtail.models import Collection

from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
Document = get_document_model()


# Documents ----------------------------------------------------------------------------------------


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True))
    return client


def upload(client: Client, name: str, content: bytes) -> Any:
    data = {
        "title": "A document",
        "file": SimpleUploadedFile(name, content),
        "collection": Collection.get_first_root_node().pk,
    }
    return client.post(reverse("wagtaildocs:add"), data)


def files() -> set[Path]:
    return {path for path in Path(django_settings.MEDIA_ROOT).rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("page.html", PAGE, "not allowed"),
        ("drawing.svg", PAGE, "not allowed"),
        ("report.pdf.exe", b"MZ", "not allowed"),
        ("no-ending", PAGE, "not allowed"),
        ("huge.pdf", b"%PDF" + b"0" * (10 * 1024 * 1024), "too big"),
        ("empty.pdf", b"", "empty"),
    ],
)
def test_a_document_that_is_not_wanted_is_refused_and_nothing_is_left(
    staff: Client, name: str, content: bytes, reason: str
) -> None:
    before = files()
    answer = upload(staff, name, content)
    assert answer.status_code == 200
    assert reason in " ".join(answer.context["form"].errors["file"])
    assert not Document.objects.exists()
    assert files() == before


@pytest.mark.parametrize("name", ["page.pdf", "page.txt", "sheet.csv"])
def test_a_page_in_a_documents_clothes_is_saved_and_never_shown(name: str, client: Client) -> None:
    document = Document(title="x", file=ContentFile(PAGE, name=name))
    document.save()
    answer = client.get(document.url)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == PAGE  # type: ignore[attr-defined]


# The admin ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "status"), [("198.51.100.7", 200), ("203.0.113.7", 404), ("", 404)]
)
def test_the_admin_is_there_for_its_networks_only(
    client: Client, settings: Settings, peer: str, status: int
) -> None:
    settings.ADMIN_NETWORKS = ["198.51.100.0/24", "2001:db8::/32"]
    answer = client.get("/admin/login/", REMOTE_ADDR=peer)
    assert answer.status_code == status
    assert client.get("/healthz", REMOTE_ADDR=peer).status_code == 200


def test_without_networks_it_is_there_for_everybody(client: Client) -> None:
    assert django_settings.ADMIN_NETWORKS == []
    assert client.get("/admin/login/", REMOTE_ADDR="203.0.113.7").status_code == 200


# Reports and secrets ------------------------------------------------------------------------------


def test_whoever_finds_a_weakness_finds_whom_to_tell(client: Client, settings: Settings) -> None:
    settings.SECURITY_CONTACT = "Newsroom <security@news.example>"
    answer = client.get("/.well-known/security.txt")
    told = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert told["Contact"] == "mailto:security@news.example"
    left = datetime.fromisoformat(told["Expires"]) - datetime.now(UTC)
    assert 0 < left.days < 365
    assert (ROOT / "SECURITY.md").exists()


SECRETS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bsk-[A-Za-z0-9_-]{32,}"
    rb"|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[abpr]-[0-9A-Za-z-]{20,}|\bAIza[0-9A-Za-z_-]{35}\b"
)


def test_no_secret_is_in_the_repository() -> None:
    assert SECRETS.search(b"-----BEGIN " + b"RSA PRIVATE KEY-----")
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - git is wherever it is
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    names = [ROOT / name for name in listed.decode().split("\0") if name]
    assert len(names) > 500
    # The key of a certificate that tests give to a server on loopback; nobody trusts it.
    names.remove(ROOT / "tests/data/localhost.pem")
    found = [str(name) for name in names if name.is_file() and SECRETS.search(name.read_bytes())]
    assert found == []
    assert not [name for name in names if name.name == ".env" or name.suffix in {".pem", ".key"}]


def test_a_password_stands_in_no_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    client.post("/admin/login/", {"username": "somebody", "password": "hunter2-and-more"})
    assert "hunter2" not in caplog.text
