"""The disk is full: a file system of 64 kilobytes, mounted for the test."""

from __future__ import annotations

import errno
import io
import json
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from PIL import Image
from pytest_django import Settings
from wagtail.documents import get_document_model
from wagtail.models import Collection, UploadedFile

from cms.core.models import Picture, Rendition
from cms.core.uploads import NOT_STORED, NotStoredError
from tests.conftest import NO_MOUNT
from tests.factories.news import article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
Document = get_document_model()
SIZE = 64 * 1024


def noise(width: int, height: int) -> bytes:
    """A PNG that nothing can make smaller: some three bytes for each pixel."""
    buffer = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(buffer, "PNG")
    return buffer.getvalue()


LARGE_PICTURE = noise(300, 200)
SMALL_PICTURE = noise(40, 30)
# The second is so large that it comes over a file in between.
LARGE_TEXTS = (b"Minutes.\n" * 20_000, b"Minutes.\n" * 400_000)
# As large as a document may be. A database of tests is far smaller, and goes on being written to.
VERY_LARGE = b"Minutes.\n" * 1_100_000
LONGEST_FILE = 9_500_000


@contextmanager
def small(folder: Path) -> Iterator[Path]:
    """A folder with a file system of its own."""
    folder.mkdir()
    mounting = subprocess.run(  # noqa: S603 - our own arguments
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(folder)],  # noqa: S607 - wherever it is
        capture_output=True,
        check=False,
    )
    if mounting.returncode:
        pytest.skip(NO_MOUNT)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607 - as above


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Where uploads are stored."""
    with small(tmp_path / "media") as folder:
        settings.MEDIA_ROOT = folder
        yield folder


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    """A folder of uploads with all the room there is."""
    folder = tmp_path / "media"
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    return folder


def files(disk: Path) -> list[Path]:
    return sorted(path for path in disk.rglob("*") if path.is_file())


def fill(disk: Path) -> None:
    """Leave no room at all."""
    with pytest.raises(OSError, match="No space left") as full, (disk / "full").open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    assert full.value.errno == errno.ENOSPC


def a_picture() -> Picture:
    return Picture.objects.create(
        title="A street", file=ContentFile(SMALL_PICTURE, "street.png"), width=40, height=30
    )


# What is sent, and what is said -------------------------------------------------------------------

Send = Callable[[Client, str, bytes], str]


def on_the_page(name: str) -> Send:
    def send(staff: Client, file: str, content: bytes) -> str:
        data = {
            "title": "Sent",
            "file": SimpleUploadedFile(file, content),
            "collection": Collection.get_first_root_node().pk,
        }
        answer = staff.post(reverse(name), data)
        assert answer.status_code == 200
        assert answer.context["form"]["title"].value() == "Sent"
        return " ".join(answer.context["form"].errors["file"])

    return send


def among_many(name: str) -> Send:
    def send(staff: Client, file: str, content: bytes) -> str:
        answer = staff.post(
            reverse(name),
            {"title": "Sent", "files[]": SimpleUploadedFile(file, content)},
            headers={"x-requested-with": "XMLHttpRequest"},
        )
        assert answer.status_code == 200
        said: dict[str, Any] = json.loads(answer.content)
        assert said["success"] is False
        return str(said["error_message"])

    return send


def in_the_chooser(name: str, prefix: str) -> Send:
    def send(staff: Client, file: str, content: bytes) -> str:
        data = {
            f"{prefix}-title": "Sent",
            f"{prefix}-file": SimpleUploadedFile(file, content),
            f"{prefix}-collection": Collection.get_first_root_node().pk,
        }
        answer = staff.post(reverse(name), data)
        assert answer.status_code == 200
        html: str = json.loads(answer.content)["htmlFragment"]
        return NOT_STORED if NOT_STORED in html else html

    return send


@pytest.mark.parametrize(
    "send",
    [
        on_the_page("wagtailimages:add"),
        among_many("wagtailimages:add_multiple"),
        in_the_chooser("wagtailimages_chooser:create", "image-chooser-upload"),
    ],
)
def test_a_picture_without_room_is_an_error_beside_its_field(
    disk: Path, staff: Client, send: Send
) -> None:
    assert send(staff, "street.png", LARGE_PICTURE) == NOT_STORED
    assert not Picture.objects.exists()
    assert not UploadedFile.objects.exists()
    assert files(disk) == []


@pytest.mark.parametrize("content", LARGE_TEXTS, ids=["in memory", "over a file"])
@pytest.mark.parametrize(
    "send",
    [
        on_the_page("wagtaildocs:add"),
        among_many("wagtaildocs:add_multiple"),
        in_the_chooser("wagtaildocs_chooser:create", "document-chooser-upload"),
    ],
)
def test_a_document_without_room_is_an_error_beside_its_field(
    disk: Path, staff: Client, send: Send, content: bytes
) -> None:
    assert send(staff, "minutes.txt", content) == NOT_STORED
    assert not Document.objects.exists()
    assert not UploadedFile.objects.exists()
    assert files(disk) == []


# On their way in ----------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Where large files lie while they come in."""
    with small(tmp_path / "coming-in") as folder:
        settings.FILE_UPLOAD_TEMP_DIR = str(folder)
        yield folder


@pytest.fixture
def short_files(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The same without a mount: this process may not write a file as large as what is sent."""
    folder = tmp_path / "coming-in"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST_FILE, before[1]))
    try:
        yield folder
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def no_folder(tmp_path: Path, settings: Settings) -> Path:
    """There is no place for them at all."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "coming-in")
    return tmp_path / "coming-in"


@pytest.mark.parametrize("place", ["small_disk", "short_files", "no_folder"])
def test_a_file_that_cannot_even_come_in_is_an_error_beside_its_field(
    request: pytest.FixtureRequest, staff: Client, media: Path, place: str
) -> None:
    coming_in: Path = request.getfixturevalue(place)
    documents = (
        on_the_page("wagtaildocs:add"),
        among_many("wagtaildocs:add_multiple"),
        in_the_chooser("wagtaildocs_chooser:create", "document-chooser-upload"),
    )
    for send in documents:
        assert send(staff, "minutes.txt", VERY_LARGE) == NOT_STORED
    assert on_the_page("wagtailimages:add")(staff, "street.png", VERY_LARGE) == NOT_STORED
    assert not Document.objects.exists()
    assert not Picture.objects.exists()
    assert not UploadedFile.objects.exists()
    assert files(media) == files(coming_in) == []


def test_what_came_in_before_it_is_kept_and_once_there_is_room_all_of_it(
    small_disk: Path, settings: Settings, rf: RequestFactory
) -> None:
    # Each form as a whole is so large that all of its files come over a disk.
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    sent = {"first": b"first", "large": LARGE_TEXTS[0], "last": b"last"}
    data = {name: SimpleUploadedFile(f"{name}.txt", content) for name, content in sent.items()}
    got = rf.post("/", {**data, "title": "Sent"})
    assert got.POST["title"] == "Sent"
    for name in ("first", "last"):
        file = got.FILES[name]
        assert isinstance(file, File)
        assert file.read() == sent[name]
    with pytest.raises(ValidationError, match="no room for it"):
        forms.FileField().clean(got.FILES["large"])
    got.close()
    assert files(small_disk) == []


# Afterwards ---------------------------------------------------------------------------------------


def test_once_there_is_room_it_is_stored_as_it_was_sent(disk: Path, staff: Client) -> None:
    fill(disk)
    data = {"title": "A street", "file": SimpleUploadedFile("street.png", SMALL_PICTURE)}
    assert staff.post(reverse("wagtailimages:add"), data).status_code == 200
    (disk / "full").unlink()
    data = {"title": "A street", "file": SimpleUploadedFile("street.png", SMALL_PICTURE)}
    assert staff.post(reverse("wagtailimages:add"), data).status_code == 302
    picture = Picture.objects.get()
    assert picture.file.read() == SMALL_PICTURE
    assert (picture.file_size, picture.width, picture.height) == (len(SMALL_PICTURE), 40, 30)
    assert Path(picture.file.path).stat().st_mode & 0o777 == 0o644


def replace(staff: Client, name: str, row: Any, file: SimpleUploadedFile) -> list[str]:
    """Send another file for something; what is said of it."""
    data = {"title": "After", "file": file, "collection": Collection.get_first_root_node().pk}
    answer = staff.post(reverse(name, args=[row.pk]), data)
    assert answer.status_code == 200
    return list(answer.context["form"].errors["file"])


def test_a_picture_that_was_to_be_replaced_is_still_there(disk: Path, staff: Client) -> None:
    row = a_picture()
    before = files(disk)
    second = SimpleUploadedFile("second.png", LARGE_PICTURE)
    assert replace(staff, "wagtailimages:edit", row, second) == [NOT_STORED]
    row = Picture.objects.get()
    assert row.title == "A street"
    assert row.file.read() == SMALL_PICTURE
    assert files(disk) == before


def test_a_document_that_was_to_be_replaced_is_still_there(disk: Path, staff: Client) -> None:
    row = Document.objects.create(title="Before", file=ContentFile(b"Minutes.", "first.txt"))
    before = files(disk)
    second = SimpleUploadedFile("second.txt", LARGE_TEXTS[0])
    assert replace(staff, "wagtaildocs:edit", row, second) == [NOT_STORED]
    row = Document.objects.get()
    assert row.title == "Before"
    assert row.file.read() == b"Minutes."
    assert files(disk) == before


# What is there already ----------------------------------------------------------------------------


def test_pages_go_on_with_a_gap_where_a_size_of_a_picture_could_not_be_stored(
    disk: Path, staff: Client, client: Client
) -> None:
    page = article(live=True, lead_image=a_picture())
    fill(disk)
    before = files(disk)
    for address in (page.url, "/", reverse("wagtailimages:index"), "/feed/"):
        assert client.get(address).status_code == 200, address
    assert not Rendition.objects.exists()
    assert files(disk) == before
    (disk / "full").unlink()
    assert client.get(reverse("wagtailimages:index")).status_code == 200
    assert Rendition.objects.exists()


def test_what_is_stored_in_any_other_way_is_whole_or_not_there(disk: Path) -> None:
    with pytest.raises(NotStoredError):
        default_storage.save("copies/large.txt", ContentFile(LARGE_TEXTS[0]))
    assert files(disk) == []
    name = default_storage.save("copies/text.txt", ContentFile("Zoë"))
    assert default_storage.save("copies/text.txt", ContentFile(b"second")) != name
    assert default_storage.open(name).read() == "Zoë".encode()
    assert len(files(disk)) == 2


def test_a_folder_that_may_not_be_written_to_is_told_in_the_same_way(
    disk: Path, staff: Client
) -> None:
    (disk / "documents").write_bytes(b"A file stands where the folder would be.")
    assert on_the_page("wagtaildocs:add")(staff, "minutes.txt", b"Minutes.") == NOT_STORED
    assert not Document.objects.exists()
    assert [path.name for path in files(disk)] == ["documents"]
