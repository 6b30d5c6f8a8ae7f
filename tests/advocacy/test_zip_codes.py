"""ZIP codes: in how many ways they are typed, and that nobody keeps them."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest
import requests
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.core import processes
from home import serving
from tests.advocacy.lookups import MAP, PAGE, html_of, members_on, text_of
from tests.factories.advocacy import LetterFactory, RepresentativeFactory
from tests.factories.districts import VACANT, elect, load_map


@pytest.fixture
def congress(db: None) -> None:
    """A map of seven ZIP codes, and everybody in office."""
    load_map(MAP)
    elect(but=VACANT)


# What is typed ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("congress")
@pytest.mark.parametrize(
    "typed",
    [
        "53703",
        " 53703 ",
        "53703-1234",
        "537031234",
        "53703 1234",
        "5 3 7 0 3",
        "53703\u20131234",
        "\uff15\uff13\uff17\uff10\uff13",
        "\uff15\uff13\uff17\uff10\uff13\uff0d\uff11\uff12\uff13\uff14",
        "\u0665\u0663\u0667\u0660\u0663",
        "\u200e53703\u200f",
        "\t53703\r\n",
        "53703\u00a0",
    ],
)
def test_a_zip_code_may_be_typed_in_many_ways(client: Client, typed: str) -> None:
    assert members_on(client, typed) == ["WI-2", "WI, class 1", "WI, class 2"]


@pytest.mark.usefixtures("congress")
@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Type the five digits"),
        ("   ", "Type the five digits"),
        ("\u200b", "Type the five digits"),
        ("9021O", "There is a letter in it"),
        ("9021o", "There is a letter in it"),
        ("l0001", "There is a letter in it"),
        ("00000", "There is no ZIP code 00000"),
        ("00000-0000", "There is no ZIP code 00000"),
        ("9021", "has five digits"),
        ("902100", "has five digits"),
        ("90210-12", "has five digits"),
        ("K1A 0B1", "has five digits"),
        ("-9021", "has five digits"),
        ("\x0053703", "has five digits"),
        ("53703\x00", "has five digits"),
        ("\ud80053703", "has five digits"),
        ("\U0001f3e0", "has five digits"),
        ("=1+1", "has five digits"),
        ("' OR 1=1 --", "has five digits"),
        ("<script>alert(1)</script>", "has five digits"),
        ("53703" * 2_000, "has five digits"),
        ("%0d%0aSet-Cookie: x=1", "has five digits"),
    ],
)
def test_what_is_no_zip_code_gets_an_error_beside_the_field(
    client: Client, typed: str, error: str
) -> None:
    sent = typed.encode("utf-8", "surrogatepass")
    answer = client.get(PAGE, {"zip": sent})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(rf'<ul class="errorlist" id="zip_error"><li>[^<]*{error}', html), typed
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="zip_helptext zip_error"' in html
    assert "<script>alert" not in html
    assert "State" not in answer.headers
    # The way out stands below: each state with somebody to write to.
    assert html.count('href="/representatives/#state-') == 56


@pytest.mark.usefixtures("congress")
@pytest.mark.parametrize("zip_code", ["20500", "96799", "96910", "96950", "00801", "99999"])
def test_a_zip_code_that_the_map_lacks_has_a_kind_way_out(client: Client, zip_code: str) -> None:
    html, text = html_of(client, zip_code), text_of(client, zip_code)
    assert f"Our map does not know the ZIP code {zip_code}." in text
    assert "Guam" in text
    assert "errorlist" not in html
    for code in ("AS", "GU", "MP", "VI", "WI"):
        assert f'href="/representatives/#state-{code}"' in html
    listed = client.get(PAGE).content.decode()
    assert set(re.findall(r"#(state-\w+)", html)) <= set(re.findall(r'id="(state-\w+)"', listed))


@pytest.mark.django_db
def test_without_a_map_the_states_are_offered(client: Client) -> None:
    RepresentativeFactory()
    assert "We cannot look up ZIP codes yet" in text_of(client, "53703")
    assert 'name="zip"' not in client.get(PAGE).content.decode()


@pytest.mark.django_db
def test_of_two_zip_codes_in_an_address_one_is_answered(client: Client) -> None:
    load_map(MAP)
    elect([("WI", "2")])
    assert client.get(f"{PAGE}?zip=90210&zip=53703").status_code == 200


# What is kept -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("congress")
@pytest.mark.parametrize("zip_code", ["90210", "94541", "20500", "9021O", ""])
def test_an_answer_is_stored_by_nobody_and_its_address_named_to_nobody(
    client: Client, zip_code: str
) -> None:
    LetterFactory(slug="ours")
    answer = client.get(PAGE, {"zip": zip_code})
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"
    html = answer.content.decode()
    assert '<meta name="robots" content="noindex">' in html
    assert "canonical" not in html
    assert not answer.cookies
    # No link or form leads on with the ZIP code in its address.
    links = re.findall(r'(?:href|src|action|srcset)="([^"]*)"', html)
    assert links
    assert not zip_code or not [link for link in links if zip_code in link]


@pytest.mark.usefixtures("congress")
def test_the_page_without_a_zip_code_can_be_cached_for_everybody(client: Client) -> None:
    LetterFactory(slug="ours")
    for query in ({}, {"letter": "ours"}):
        answer = client.get(PAGE, query)
        assert "no-store" not in answer.get("Cache-Control", "")
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
        assert "csrf" not in answer.content.decode()


@pytest.mark.usefixtures("congress")
def test_a_lookup_changes_nothing_and_cannot_be_posted(client: Client) -> None:
    # The first page of a site makes the rows of its settings.
    client.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE, {"zip": "90210"})
    assert all(query["sql"].startswith("SELECT") for query in queries)
    assert client.post(PAGE, {"zip": "90210"}).status_code == 405
    assert client.head(f"{PAGE}?zip=90210").status_code == 200


def test_the_server_writes_no_zip_code_down(tmp_path: Path) -> None:
    """Not even where the page breaks: this database has no tables."""
    port = processes.free_port()
    environment = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
        "DEBUG": "0",
        "DATA_DIR": str(tmp_path),
    }
    log = tmp_path / "log"
    with log.open("wb") as file:
        server = subprocess.Popen(  # noqa: S603 - our own command
            serving.web_server(host="127.0.0.1", port=port, workers=1),
            env=environment,
            cwd=Path(__file__).parents[2],
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + 60
            answer = None
            while answer is None:
                assert time.monotonic() < deadline, log.read_text()
                try:
                    answer = requests.get(f"http://127.0.0.1:{port}{PAGE}?zip=90210", timeout=30)
                except requests.ConnectionError:
                    time.sleep(0.1)
        finally:
            server.terminate()
            server.wait(timeout=30)
    assert answer.status_code == 500
    assert f"Internal Server Error: {PAGE}" in log.read_text()
    assert "90210" not in log.read_text()
