"""Whatever is written into the form's fields or into a link: refused by name, or harmless."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, quote_from_bytes, urlencode

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from post_office.models import Email

from advocacy import signatures
from advocacy.forms import SigningForm
from advocacy.models import Petition, Signature
from tests.advocacy.test_signatures import count, sign
from tests.advocacy.test_signing_pages import filled_in
from tests.factories.advocacy import PetitionFactory

pytestmark = pytest.mark.django_db

HOSTILE = {
    "NUL": "Ada\x00Lovelace",
    "control characters": "Ada\x07\x1b[31m\x85\x9f",
    "right-to-left marks": "Ada \u202eecalevoL\u2066\u200f",
    "emoji": "Ada 👩🏽\u200d🔬 🏳️\u200d🌈",
    "ten kilobytes": "Ada " * 2500,
    "header injection": "Ada\r\nBcc: all@example.org\r\n\r\nBuy gold",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "another formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{% load static %}{{ request.user.password }}",
    "SQL": "'; DROP TABLE advocacy_signature; --",
    "combining": "Z" + "\u0335" * 300,
    "nothing but space": " \t\u00a0\u2003\u200b",
}
FIELDS = [*SigningForm.base_fields, "proof", "csrfmiddlewaretoken"]


@pytest.fixture
def petition() -> Petition:
    return PetitionFactory.create()


@pytest.fixture(autouse=True)
def _no_limits() -> Iterator[None]:
    cache.clear()
    yield


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_in_no_field_is_a_server_error_or_leaves_the_mail(
    client: Client, petition: Petition, field: str, text: str
) -> None:
    answer = client.post(petition.get_absolute_url(), filled_in(**{field: text}))
    assert answer.status_code in {200, 302}
    assert b"<script>alert" not in answer.content
    for row in Email.objects.all():
        written = f"{row.subject}{row.message}{row.headers}{row.to}"
        assert "evil.example" not in written
        assert "Buy gold" not in written
        assert "\x00" not in written
    for signature in Signature.objects.all():
        kept = f"{signature.name}{signature.comment}{signature.postal_code}"
        assert not set(kept) & set("\x00\x07\x1b\u202e\u2066\u200f\r")
        address = signatures.confirm_address(signature).split("/", 3)[3]
        page = client.get(f"/{address}")
        assert page.status_code == 200
        assert b"<script>alert" not in page.content


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("raw", [b"\xed\xa0\x80", b"\xff\xfe", b"\xc0\x80", b"%", b"\x00"])
def test_bytes_that_are_no_text_are_no_server_error(
    client: Client, petition: Petition, field: str, raw: bytes
) -> None:
    data = filled_in()
    data.pop(field, None)
    body = f"{urlencode(data)}&{field}={quote_from_bytes(raw)}"
    answer = client.post(
        petition.get_absolute_url(), body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in {200, 302}
    for signature in Signature.objects.all():
        signature.name.encode()


@hypothesis_settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=300)))
def test_nothing_typed_beside_a_good_form_is_a_server_error(
    client: Client, petition: Petition, typed: dict[str, str]
) -> None:
    cache.clear()
    data = {**filled_in(), **typed}
    sent = {key: value.encode("utf-8", "replace").decode() for key, value in data.items()}
    assert client.post(petition.get_absolute_url(), sent).status_code in {200, 302}


@pytest.mark.parametrize(
    "body", [b"", b"=&=&=", b"name", b"\x00", b"a=1&" * 20_000, b"--x\r\n", b"{}"]
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
def test_a_body_that_is_no_form_is_refused(
    client: Client, petition: Petition, body: bytes, kind: str
) -> None:
    answer = client.generic("POST", petition.get_absolute_url(), body, content_type=kind)
    assert answer.status_code in {200, 400}
    assert not Signature.objects.exists()


# Links --------------------------------------------------------------------------------------------


def links(petition: Petition) -> dict[str, str]:
    """Tokens that must not count, and what is wrong with each."""
    good = sign(petition)
    reference, digest = signing.loads(good, salt=signatures.CONFIRM_SALT)
    other = PetitionFactory.create()
    return {
        "cut short": good[:-4],
        "cut to nothing": good[:1],
        "longer": good + "x",
        "another letter": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "forged": signing.dumps([reference, digest], key="x" * 50, salt=signatures.CONFIRM_SALT),
        "another purpose": signing.dumps([reference, digest], salt="newsletter.confirm"),
        "another petition": sign(other, "eve@example.org"),
        "another digest": signing.dumps([reference, "0" * 20], salt=signatures.CONFIRM_SALT),
        "no list": signing.dumps("x", salt=signatures.CONFIRM_SALT),
        "three things": signing.dumps([1, 2, 3], salt=signatures.CONFIRM_SALT),
        "no reference": signing.dumps([None, digest], salt=signatures.CONFIRM_SALT),
        "a mapping": signing.dumps({"a": 1, "b": 2}, salt=signatures.CONFIRM_SALT),
        "unknown reference": signing.dumps(
            ["00000000-0000-0000-0000-000000000000", digest], salt=signatures.CONFIRM_SALT
        ),
        "NUL": f"{good}\x00",
        "control": "\x07\x1b",
        "right to left": f"\u202e{good}",
        "emoji": "👩🏽\u200d🔬",
        "ten kilobytes": "a" * 10_000,
        "traversal": "..%2f..%2fadmin",
        "HTML": "<script>alert(1)</script>",
    }


def test_no_wrong_link_counts_or_breaks(client: Client, petition: Petition) -> None:
    for name, token in links(petition).items():
        address = f"{petition.get_absolute_url()}confirm/{quote(token, safe='')}/"
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in {200, 404}, name
            assert b"Confirm my signature" not in answer.content, name
            assert b"<script>alert" not in answer.content, name
    assert count(petition) == 0
    assert not Signature.objects.confirmed().exists()


def test_an_expired_link_says_so_on_its_page(
    client: Client, petition: Petition, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sign(petition)
    monkeypatch.setattr(signatures, "LINK_LASTS", timedelta(seconds=-1))
    answer = client.post(f"{petition.get_absolute_url()}confirm/{token}/")
    assert answer.status_code == 410
    assert b"This link has expired." in answer.content
    assert count(petition) == 0


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=200))
def test_no_link_at_all_is_a_server_error(client: Client, petition: Petition, token: str) -> None:
    written = quote(token.encode("utf-8", "replace").decode(), safe="")
    for part in (f"confirm/{written}/", f"?from={written}", f"thanks/?from={written}"):
        assert client.get(f"{petition.get_absolute_url()}{part}").status_code < 500
