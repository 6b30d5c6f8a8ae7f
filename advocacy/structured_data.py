"""A representative as schema.org's Person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advocacy.channels import ChannelKind, dialled
from cms.core.structured_data import for_script

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.safestring import SafeString

    from advocacy.models import Channel, Representative

HOUSE = "United States House of Representatives"
CHAMBERS = {
    "senator": "United States Senate",
    "representative": HOUSE,
    "delegate": HOUSE,
}
CONTACT_TYPE = "constituent services"


def person(representative: Representative, channels: Iterable[Channel]) -> SafeString:
    """Safe to stand in a script element. Who has left works for nobody and is reached by nothing."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": representative.name,
        "givenName": representative.first_name,
        "familyName": representative.last_name,
        "honorificPrefix": representative.title,
        "url": representative.full_url,
    }
    if representative.party:
        data["affiliation"] = {"@type": "Organization", "name": representative.party}
    if representative.is_in_office:
        data["jobTitle"] = representative.office_line
        data["worksFor"] = {
            "@type": "GovernmentOrganization",
            "name": CHAMBERS.get(representative.office, representative.office_line),
        }
        if points := [point for channel in channels if (point := _contact_point(channel))]:
            data["contactPoint"] = points
        profiles = [channel.value for channel in channels if channel.kind == ChannelKind.SOCIAL]
        if same := [address for address in (representative.website, *profiles) if address]:
            data["sameAs"] = same
    return for_script(data)


def _contact_point(channel: Channel) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "ContactPoint", "contactType": CONTACT_TYPE}
    if channel.label:
        found["name"] = channel.label
    if channel.kind == ChannelKind.FORM:
        return {**found, "url": channel.value}
    if channel.kind == ChannelKind.PHONE:
        return {**found, "telephone": dialled(channel.value)}
    if channel.kind == ChannelKind.FAX:
        return {**found, "faxNumber": dialled(channel.value)}
    if channel.kind == ChannelKind.EMAIL:
        return {**found, "email": channel.value}
    if channel.kind == ChannelKind.POST:
        # An address in one line is a text; schema.org takes one for a place.
        return {**found, "@type": "PostalAddress", "streetAddress": channel.value}
    return {}
