"""manage.py import_legislators: which files, what is said, and how it ends."""

from __future__ import annotations

import datetime
import io
import os
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from advocacy.legislators import files
from advocacy.management.commands import import_legislators
from advocacy.models import Channel, Representative
from tests.advocacy.legislators.congress import baldwin, house, in_yaml
from tests.fileserver import serving, trust_loopback

pytestmark = pytest.mark.django_db


def command(**options: object) -> str:
    said = io.StringIO()
    call_command("import_legislators", stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def members(tmp_path: Path) -> Path:
    file = tmp_path / "members.yaml"
    file.write_bytes(in_yaml(baldwin(), house(1)))
    return file


def test_it_says_beforehand_what_it_does_and_afterwards_what_it_did(members: Path) -> None:
    text = command(file=members)
    assert "refused by name and line; the others are imported" in text.splitlines()[1]
    assert "2 created, 0 updated, 0 unchanged, 0 conflicting, 0 left office, 0 refused." in text
    assert "0 created, 0 updated, 2 unchanged" in command(file=members)


def test_a_dry_run_reports_the_same_and_changes_nothing(members: Path) -> None:
    assert "2 created" in command(file=members, dry_run=True)
    assert Representative.objects.count() == 0
    command(file=members)
    members.write_bytes(in_yaml(baldwin(phone="202-224-0001")))
    text = command(file=members, dry_run=True)
    assert "1 updated" in text
    assert "1 left office" in text
    assert Channel.objects.get(import_key="term/phone").value == "202-224-5653"
    assert Representative.objects.in_office().count() == 2


def test_a_local_file_is_as_old_as_it_says(members: Path) -> None:
    then = datetime.datetime(2026, 6, 15, 12, tzinfo=datetime.UTC).timestamp()
    os.utime(members, (then, then))
    command(file=members)
    assert set(Channel.objects.values_list("checked_on", flat=True)) == {datetime.date(2026, 6, 15)}


def test_what_is_refused_is_named_and_the_command_fails(members: Path) -> None:
    members.write_bytes(in_yaml(baldwin(state="XX"), house(1)))
    said = io.StringIO()
    with pytest.raises(CommandError, match="1 refused; see above"):
        call_command("import_legislators", file=members, stdout=said)
    assert "Line 1: Tammy Baldwin (B001230): 'XX' is no state" in said.getvalue()
    assert Representative.objects.count() == 1


def test_a_file_that_cannot_be_read_fails_before_anything_changes(
    members: Path, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=r"gone\.yaml cannot be read: No such file"):
        command(file=tmp_path / "gone.yaml")
    with pytest.raises(CommandError, match="cannot be read"):
        command(file=members, offices=tmp_path)
    with pytest.raises(CommandError, match="Give --file as well"):
        command(offices=members)
    members.write_bytes(b"- &a [x]\n- *a\n")
    with pytest.raises(CommandError, match="Line 2: aliases are not followed"):
        command(file=members)
    assert Representative.objects.count() == 0


def test_without_a_file_the_published_ones_are_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    who = {"bioguide": "B001230"}
    office = {"id": "B001230-madison", "city": "Madison", "state": "WI", "phone": "608-264-5338"}
    published = {
        "/file": in_yaml(baldwin()),
        "/offices": in_yaml({"id": who, "offices": [office]}),
        "/social": in_yaml({"id": who, "social": {"twitter": "SenatorBaldwin"}}),
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        content = published.get(handler.path, b"")
        handler.send_response(200 if content else 404)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    trust_loopback(monkeypatch)
    with serving(answer) as address:
        base = address.removesuffix("/file")
        monkeypatch.setattr(
            import_legislators, "PUBLISHED", {name: f"{base}/{name}" for name in files.PUBLISHED}
        )
        assert "1 created" in command()
        assert Channel.objects.filter(import_key="office/B001230-madison/phone").exists()
        assert Channel.objects.filter(value="https://x.com/SenatorBaldwin").exists()
        del published["/social"]
        published["/file"] = in_yaml(baldwin(phone="202-224-0001"))
        with pytest.raises(CommandError, match=r"localhost answered 404\. Nothing was changed"):
            command()
    assert Channel.objects.get(import_key="term/phone").value == "202-224-5653"


def test_the_published_files_are_fetched_over_https_only() -> None:
    assert all(address.startswith("https://") for address in files.PUBLISHED.values())


def test_it_is_silent_when_asked(members: Path) -> None:
    assert command(file=members, verbosity=0) == ""
