"""What each kind of channel may hold, and the link that opens it."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from advocacy.channels import ChannelKind, checked_value, link_for
from advocacy.models import Channel
from tests.factories.advocacy import ChannelFactory, RepresentativeFactory


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("form", "https://www.baldwin.senate.gov/contact"),
        ("form", "http://example.gov/a?b=c"),
        ("phone", "202-224-5653"),
        ("phone", "(202) 224-5653 x12"),
        ("phone", "+44 20 7219 3000"),
        ("fax", "202-228-2838"),
        ("email", "office@example.gov"),
        ("post", "141 Hart Senate Office Building, Washington, DC 20510"),
        ("social", "https://mastodon.social/@example"),
    ],
)
def test_a_channel_takes_what_its_kind_holds(kind: str, value: str) -> None:
    assert checked_value(kind, f" {value} ") == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("form", "hhttps://www.example.gov/contact"),
        ("form", "javascript:alert(1)"),
        ("form", "stubforcwc"),
        ("form", "https://localhost/contact"),
        ("form", "https://[::1"),
        ("form", "https://exa\u202emple.gov/"),
        ("phone", "call me"),
        ("phone", "12345"),
        ("phone", "202-224-5653\n911"),
        ("phone", "2" * 40),
        ("email", "office at example.gov"),
        ("email", "office@example.gov\nBcc: all@example.org"),
        ("post", "DC"),
        ("social", "@example"),
    ],
)
def test_a_channel_refuses_what_it_cannot_use(kind: str, value: str) -> None:
    with pytest.raises(ValidationError):
        checked_value(kind, value)


@pytest.mark.parametrize(
    ("kind", "value", "link"),
    [
        ("phone", "202-224-5653", "tel:+12022245653"),
        ("phone", "(202) 224-5653 ext. 12", "tel:+12022245653;ext=12"),
        ("phone", "1-800-555-0100", "tel:+18005550100"),
        ("phone", "+44 20 7219 3000", "tel:+442072193000"),
        ("email", "a+b&c@example.gov", "mailto:a+b%26c@example.gov"),
        ("form", "https://example.gov/contact", "https://example.gov/contact"),
        ("form", "javascript:alert(1)", ""),
        ("post", "141 Hart Senate Office Building, Washington, DC 20510", ""),
        ("fax", "202-228-2838", ""),
    ],
)
def test_a_link_opens_what_can_be_opened(kind: str, value: str, link: str) -> None:
    assert link_for(kind, value) == link


@pytest.mark.django_db
@pytest.mark.parametrize(
    "missing", [{"source_address": ""}, {"checked_on": None}, {"unchecked": True}]
)
def test_a_channel_without_source_or_date_is_not_used(missing: dict[str, object]) -> None:
    representative = RepresentativeFactory.create()
    usable = ChannelFactory.create(representative=representative)
    unusable = ChannelFactory.create(representative=representative, **missing)
    assert list(Channel.objects.usable()) == [usable]
    assert representative.usable_channels == [usable]
    assert not unusable.is_usable


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": "stubforcwc", "kind": ChannelKind.FORM}, "value"),
        ({"source_address": "ftp://example.gov/"}, "source_address"),
        ({"checked_on": timezone.localdate() + datetime.timedelta(days=2)}, "checked_on"),
    ],
)
def test_a_wrong_channel_names_the_field(changed: dict[str, object], field: str) -> None:
    channel = ChannelFactory.build(representative=None, **changed)
    with pytest.raises(ValidationError) as refused:
        channel.full_clean(exclude=["representative"])
    assert list(refused.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (
            "780 Third Ave., Suite 2301, New York, NY 10017",
            ["780 Third Ave., Suite 2301", "New York, NY 10017"],
        ),
        ("House of Commons, London SW1A 0AA", ["House of Commons, London SW1A 0AA"]),
    ],
)
def test_a_postal_address_is_written_as_on_an_envelope(value: str, lines: list[str]) -> None:
    assert ChannelFactory.build(representative=None, kind="post", value=value).lines == lines
