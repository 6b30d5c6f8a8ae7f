"""Pictures that are refused: too many pixels, no picture at all, another kind of file."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from cms.core.models import Picture, Rendition
from tests.factories.people import editor

pytestmark = pytest.mark.django_db


def png(width: int, height: int) -> bytes:
    """A PNG of one colour whose head declares any size, in a few kilobytes at most."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 1000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def good_png(width: int, height: int) -> bytes:
    """A PNG that can be read to its end."""
    buffer = io.BytesIO()
    Image.effect_noise((width // 10, height // 10), 50).resize((width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def gif(width: int, height: int) -> bytes:
    """A GIF whose screen and frame declare any size."""
    size = struct.pack("<HH", width, height)
    screen = b"GIF89a" + size + b"\x80\x00\x00" + b"\x00" * 3 + b"\xff" * 3
    return screen + b"," + b"\x00" * 4 + size + b"\x00\x02\x02\x44\x01\x00;"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "nine-hundred-megapixels.png": png(30_000, 30_000),
    "nine-hundred-megapixels.gif": gif(30_000, 30_000),
    "hundred-and-forty-four-megapixels.png": png(12_000, 12_000),
    "a-little-above-the-limit.png": png(5_000, 4_001),
    "a-strip-without-end.png": png(2_000_000_000, 1),
    "drawing.svg": SVG,
    "drawing.png": SVG,
    "text.png": b"This is a text that somebody called a picture.",
    "empty.jpg": b"",
    "half-a-picture.png": png(100, 100)[:40],
    "page.html": b"<script>alert(1)</script>",
}
Send = Callable[[Client, str, bytes], str]


def through_the_form(client: Client, name: str, content: bytes) -> str:
    """Upload on the page for one picture; what it says of the file."""
    response = client.post(
        reverse("wagtailimages:add"),
        {"title": "A picture", "file": SimpleUploadedFile(name, content)},
    )
    assert response.status_code == 200
    errors = response.context["form"].errors
    assert set(errors) == {"file"}
    return " ".join(errors["file"])


def through_the_page_for_many(client: Client, name: str, content: bytes) -> str:
    """Upload where many pictures are dropped; what it says of this one."""
    response = client.post(
        reverse("wagtailimages:add_multiple"),
        {"title": "A picture", "files[]": SimpleUploadedFile(name, content)},
        headers={"x-requested-with": "XMLHttpRequest"},
    )
    assert response.status_code == 200
    answer: dict[str, Any] = json.loads(response.content)
    assert answer["success"] is False
    return str(answer["error_message"])


def through_the_article(client: Client, name: str, content: bytes) -> str:
    """Upload in the chooser of an article's editor; what it says of the file."""
    response = client.post(
        reverse("wagtailimages_chooser:create"),
        {
            "image-chooser-upload-title": "A picture",
            "image-chooser-upload-file": SimpleUploadedFile(name, content),
        },
    )
    assert response.status_code == 200
    html: str = json.loads(response.content)["htmlFragment"]
    assert "w-field--error" in html
    return html.split('data-contentpath="file"')[1].split("data-field-help")[0]


def uploads() -> set[Path]:
    """Every file that uploads have left."""
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


@pytest.mark.parametrize("send", [through_the_form, through_the_page_for_many, through_the_article])
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_reason_and_leaves_nothing(
    client: Client, send: Send, name: str
) -> None:
    client.force_login(editor())
    before = uploads()
    said = send(client, name, REFUSED[name])
    assert said.strip()
    assert "Traceback" not in said
    assert Picture.objects.count() == Rendition.objects.count() == 0
    assert uploads() == before


@pytest.mark.parametrize(
    "name",
    [
        "nine-hundred-megapixels.png",
        "nine-hundred-megapixels.gif",
        "hundred-and-forty-four-megapixels.png",
        "a-little-above-the-limit.png",
    ],
)
def test_what_has_too_many_pixels_is_told_so(client: Client, name: str) -> None:
    client.force_login(editor())
    said = through_the_form(client, name, REFUSED[name])
    assert said == (
        "This picture has more than 20 million pixels. Save it smaller, for example"
        " 4,000 pixels wide, and upload that."
    )


def test_what_is_no_picture_is_told_which_kinds_are(client: Client) -> None:
    client.force_login(editor())
    said = through_the_form(client, "drawing.svg", SVG)
    assert said == (
        "Not a supported image format. Supported formats: AVIF, GIF, JPG, JPEG, PNG, WEBP."
    )


def test_a_damaged_picture_is_told_so(client: Client) -> None:
    whole = good_png(400, 300)
    client.force_login(editor())
    for share in (0.1, 0.5, 0.9):
        broken = whole[: int(len(whole) * share)]
        assert "damaged" in through_the_form(client, "half.png", broken)


def test_what_weighs_too_much_is_told_the_limit(client: Client) -> None:
    client.force_login(editor())
    heavy = png(100, 100) + b"\x00" * (settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE + 1)
    assert "15" in through_the_form(client, "heavy.png", heavy)
    assert Picture.objects.count() == 0


def test_a_picture_of_a_good_size_is_taken_with_its_credit(client: Client) -> None:
    client.force_login(editor())
    response = client.post(
        reverse("wagtailimages:add"),
        {
            "title": "A street",
            "description": "A street, cut open.",
            "credit": "Photo: City archive",
            "file": SimpleUploadedFile("street.png", good_png(60, 40)),
        },
    )
    assert response.status_code == 302
    picture = Picture.objects.get()
    assert (picture.credit, picture.width, picture.height) == ("Photo: City archive", 60, 40)


def test_twenty_megapixels_are_still_taken(client: Client) -> None:
    client.force_login(editor())
    response = client.post(
        reverse("wagtailimages:add"),
        {"title": "Large", "file": SimpleUploadedFile("large.png", good_png(5_000, 4_000))},
    )
    assert response.status_code == 302
