"""What the benchmarks measure with says the truth."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from benchmarks.measuring import client as readers_client
from benchmarks.measuring import processor
from benchmarks.measuring.editor import form_data
from cms.core.processes import free_port
from home import load
from news import provenance
from news.models import ArticlePage
from tests.factories.people import editor

if TYPE_CHECKING:
    from django.test import Client

STREAMS = ("body", "opinion", "action", "to_do")


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 2])
def test_the_article_that_is_saved_is_the_one_that_was_opened(client: Client, number: int) -> None:
    call_command("generate_load", articles=2, verbosity=0)
    client.force_login(editor())
    page = ArticlePage.objects.get(slug=load.slug(number))
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    data = form_data(client.get(address).content.decode(), page)
    assert client.post(address, data).status_code == 302
    page.refresh_from_db()
    saved = page.get_latest_revision_as_object()
    assert page.revisions.count() == 2
    for name in ("title", "introduction", "byline", "source", "source_address", "lead_image"):
        assert getattr(saved, name) == getattr(page, name)
    for name in STREAMS:
        before, after = (provenance.raw_blocks(getattr(each, name)) for each in (page, saved))
        assert [block["id"] for block in after] == [block["id"] for block in before]
        assert [provenance.words(block) for block in after] == [
            provenance.words(block) for block in before
        ]


async def _answered(answer: bytes, *, readers: int) -> dict[str, Any]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            if not answer:
                break
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        return await readers_client.read(port, "/", readers=readers, seconds=0.05)


def test_answers_are_counted_and_timed() -> None:
    seen = asyncio.run(_answered(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", readers=2))
    assert seen["failures"] == {}
    assert seen["requests"] >= 2
    assert seen["rate"]
    assert seen["p50"]


def test_other_answers_and_none_are_told_apart() -> None:
    refusal = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nNo"
    refused = asyncio.run(_answered(refusal, readers=1))
    assert refused["requests"] == 0
    assert set(refused["failures"]) == {"HTTP 503"}
    assert asyncio.run(_answered(b"", readers=3))["failures"] == {"connection closed": 3}
    endless = asyncio.run(_answered(b"HTTP/1.1 200 OK\r\n\r\nOK", readers=1))
    assert endless["failures"] == {"no Content-Length": 1}
    assert endless["requests"] == 0
    unheard = asyncio.run(readers_client.read(free_port(), "/", readers=2, seconds=0.05))
    assert unheard["requests"] == 0
    assert [what.partition(":")[0] for what in unheard["failures"]] == ["no connection"]


# Has a child that is busy for half a second, and waits to be looked at.
BUSY = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.5: pass"])
print("done", flush=True)
input()
"""


def test_what_a_child_costs_is_counted() -> None:
    with subprocess.Popen(  # noqa: S603 - the lines above
        [sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"done\n"
        cost = processor.seconds(process.pid)
        process.communicate(b"\n")
    assert cost is not None
    assert cost >= 0.3


def test_a_process_that_is_gone_has_no_cost() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        assert processor.seconds(process.pid) is None
