"""The drill: everything is lost, and comes back from a copy, row by row and byte by byte."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import threading
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from advocacy.models import Petition, Signature
from cms.core.backups import archive, databases
from cms.core.models import User
from news.models import ArticlePage
from tests.factories import advocacy as campaign
from tests.factories import news, people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """A folder of uploads for this test alone."""
    folder = tmp_path / "media"
    folder.mkdir()
    # The storage is told of the change.
    settings.MEDIA_ROOT = str(folder)
    return folder


@pytest.fixture
def newsroom(media: Path) -> ArticlePage:
    """Articles, people, a petition that was signed, and uploads."""
    article = news.article(save_as=people.editor(), live=True, title="The river rises")
    petition = campaign.PetitionFactory.create()
    campaign.SignatureFactory.create_batch(25, petition=petition)
    default_storage.save("documents/plan.txt", ContentFile(b"The plan"))
    default_storage.save("original_images/ü.txt", ContentFile(b"Ein Deich"))
    return article


def fingerprint() -> dict[str, str]:
    """A digest of the rows of each table."""
    result = {}
    with connection.cursor() as cursor:
        for table in databases.count_rows():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table of ours
            rows = sorted(repr(row) for row in cursor.fetchall())
            result[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return result


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def copy_into(folder: Path, **options: object) -> Path:
    said = StringIO()
    call_command("backup", str(folder), stdout=said, **options)
    return Path(said.getvalue().strip())


def lose_everything(media: Path) -> None:
    with connection.constraint_checks_disabled(), transaction.atomic():
        Signature.objects.all().delete()
        Petition.objects.all().delete()
        ArticlePage.objects.all().delete()
        User.objects.all().delete()
    shutil.rmtree(media)


def test_every_row_and_every_file_comes_back(
    newsroom: ArticlePage, media: Path, tmp_path: Path
) -> None:
    before, uploads = fingerprint(), files(media)
    copy = copy_into(tmp_path / "copies")

    lose_everything(media)
    assert fingerprint() != before
    call_command("restore", str(copy), stdout=StringIO())

    assert fingerprint() == before
    assert files(media) == uploads
    assert ArticlePage.objects.get(pk=newsroom.pk).title == "The river rises"
    # What is made from now on gets numbers of its own.
    assert news.article(title="The river falls").pk > newsroom.pk
    # The schema is whole too: nothing is left to migrate.
    call_command("migrate", check_unapplied=True, stdout=StringIO())


def test_a_copy_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    petition = campaign.PetitionFactory.create(confirmed_count=0)
    stop = threading.Event()

    def sign() -> None:
        while not stop.is_set():
            with transaction.atomic():
                campaign.SignatureFactory.create(petition=petition)
                Petition.objects.filter(pk=petition.pk).update(
                    confirmed_count=Signature.objects.filter(petition=petition).count()
                )
        connections.close_all()

    signer = threading.Thread(target=sign)
    signer.start()
    try:
        copies = [copy_into(tmp_path / "copies") for _ in range(3)]
    finally:
        stop.set()
        signer.join()
    for copy in copies:
        call_command("restore", str(copy), replace=True, stdout=StringIO())
        restored = Petition.objects.get(pk=petition.pk)
        assert restored.confirmed_count == Signature.objects.filter(petition=petition).count()


def test_where_somebody_works_nothing_is_replaced_unasked(
    newsroom: ArticlePage, media: Path, tmp_path: Path
) -> None:
    copy = copy_into(tmp_path)
    newsroom.title = "A later title"
    newsroom.save()
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(copy))
    newsroom.refresh_from_db()
    assert newsroom.title == "A later title"

    call_command("restore", str(copy), replace=True, stdout=StringIO())
    newsroom.refresh_from_db()
    assert newsroom.title == "The river rises"
    # The uploads that were there are still somewhere.
    [kept] = media.parent.glob("media.before-*")
    assert files(kept) == files(media)


def test_uploads_kept_elsewhere_are_left_alone(
    newsroom: ArticlePage, media: Path, tmp_path: Path
) -> None:
    copy = copy_into(tmp_path, without_uploads=True)
    said = StringIO()
    (media / "later.txt").write_text("later")
    call_command("restore", str(copy), replace=True, stdout=said)
    assert (media / "later.txt").exists()
    assert "holds no uploads" in said.getvalue()


def cut_short(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:-200])


def no_copy(copy: Path) -> None:
    copy.write_text("nothing of the kind")


def rebuilt(copy: Path, change: dict[str, bytes | None]) -> None:
    """The same copy with other entries, as somebody makes it who means ill."""
    with tarfile.open(copy) as tar:
        entries = {
            entry.name: tar.extractfile(entry).read()  # type: ignore[union-attr]
            for entry in tar.getmembers()
        }
    with tarfile.open(copy, "w:gz") as tar:
        for name, content in {**entries, **change}.items():
            if content is not None:
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                file = copy.with_suffix(".part")
                file.write_bytes(content)
                with file.open("rb") as source:
                    tar.addfile(entry, source)


def changed(copy: Path) -> None:
    rebuilt(copy, {"media/documents/plan.txt": b"Another plan"})


def missing(copy: Path) -> None:
    rebuilt(copy, {"media/documents/plan.txt": None})


def added(copy: Path) -> None:
    rebuilt(copy, {"media/documents/virus.exe": b"x"})


def leading_out(copy: Path) -> None:
    rebuilt(copy, {"../../outside.txt": b"x"})


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (cut_short, "is no whole copy"),
        (no_copy, "is no whole copy"),
        (changed, "plan.txt was changed"),
        (missing, "plan.txt is missing"),
        (added, "virus.exe is missing, or does not belong"),
        (leading_out, "is no whole copy"),
    ],
)
def test_a_spoilt_copy_is_refused_before_anything_is_touched(
    newsroom: ArticlePage, media: Path, tmp_path: Path, spoil: object, complaint: str
) -> None:
    copy = copy_into(tmp_path / "copies")
    assert callable(spoil)
    spoil(copy)
    before, uploads = fingerprint(), files(media)
    with pytest.raises(CommandError, match=complaint):
        call_command("restore", str(copy), replace=True)
    assert fingerprint() == before
    assert files(media) == uploads
    assert not list(tmp_path.rglob("outside.txt"))
    assert not list(media.parent.glob(".restore-*"))


def test_a_copy_of_a_newer_version_or_another_database_is_refused(
    newsroom: ArticlePage, tmp_path: Path
) -> None:
    MigrationRecorder(connection).record_applied("news", "9999_years_ahead")
    newer = copy_into(tmp_path)
    with pytest.raises(CommandError, match=r"newer version .* news\.9999_years_ahead"):
        call_command("restore", str(newer), replace=True)

    with tarfile.open(newer) as tar:
        manifest = json.load(tar.extractfile(archive.MANIFEST))  # type: ignore[arg-type]
    rebuilt(newer, {archive.MANIFEST: json.dumps({**manifest, "vendor": "oracle"}).encode()})
    with pytest.raises(CommandError, match="is of oracle"):
        call_command("restore", str(newer), replace=True)


def test_only_so_many_copies_are_kept_and_nobody_else_reads_them(
    newsroom: ArticlePage, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    copies = [copy_into(folder, keep=2) for _ in range(3)]
    assert sorted(folder.iterdir()) == sorted([*copies[1:], folder / "notes.txt"])
    assert copies[-1].stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(CommandError, match="taken"):
        call_command("backup", str(tmp_path / "taken" / "copies"))


@pytest.mark.postgresql
def test_without_its_programs_postgresql_cannot_be_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="pg_dump is not installed"):
        call_command("backup", str(tmp_path / "copies"))
    assert not list((tmp_path / "copies").iterdir())


def test_the_command_ends_with_one_line_not_with_a_trace(tmp_path: Path) -> None:
    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "restore", str(tmp_path / "nowhere.tar.gz"), "--replace"],
        cwd=Path(__file__).parents[3],
        env={"DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "nowhere.tar.gz is no whole copy" in ended.stderr
    assert "Traceback" not in ended.stderr
