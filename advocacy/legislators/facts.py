"""What the files say of one member, in the registry's own words."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils import timezone

from advocacy.channels import ChannelKind, Place, checked_value
from advocacy.legislators.files import FORMS_PROJECT, PROJECT
from advocacy.models import Office
from advocacy.places import HOUSE_SEATS, WITHOUT_SENATORS, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advocacy.legislators.schema import Accounts, LocalOffice, Member, Name, PastTerm, Term

# A senator's form may stand here besides on the senator's own site.
SENATE_FORMS = "outreach.senate.gov"
# One term follows the last without a break when it begins within these days.
BREAK = datetime.timedelta(days=31)

_DC = re.compile(r"^(.*?),?\s+Washington,? D\.?C\.? +(\d{5}(?:-\d{4})?)$", re.IGNORECASE)
_ZIP = re.compile(r"^\d{5}(?:-\d{4})?$")
_NUMBER = re.compile(r"^\d+[A-Za-z]?$")
_ACCOUNT = re.compile(r"^@?[A-Za-z0-9._-]{1,100}$")
_MASTODON = re.compile(r"^@?([A-Za-z0-9_]{1,60})@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)$")


@dataclass(frozen=True)
class ChannelFacts:
    """A channel as the files have it; ``key`` stays the same when the value changes."""

    key: str
    kind: str
    value: str
    label: str
    place: str = ""
    hours: str = ""
    source_address: str = PROJECT


@dataclass
class Facts:
    """All that the files say of one member; ``passed_over`` says what was not taken, and why."""

    bioguide: str
    fields: dict[str, Any]
    channels: list[ChannelFacts] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def add(self, facts: ChannelFacts) -> None:
        """Take a channel if its value is what its kind holds."""
        try:
            value = checked_value(facts.kind, facts.value)
        except ValidationError as error:
            kind = ChannelKind(facts.kind).label.lower()
            self.passed_over.append(
                f"{self.bioguide}: {kind} {facts.value[:80]!r} is not taken. {error.messages[0]}"
            )
            return
        if len(value) <= 500:
            self.channels.append(ChannelFacts(**{**vars(facts), "value": value}))


class MemberRefusedError(Exception):
    """A member is not imported; the message says why."""


def facts_of(
    member: Member,
    *,
    form: str,
    offices: Sequence[LocalOffice],
    accounts: Accounts | None,
) -> Facts:
    """What the files say of one member.

    Args:
        member: The entry about them.
        form: The address of a contact form from the other project; blank where it has none.
        offices: In their own state or district.
        accounts: In social networks.

    Raises:
        MemberRefusedError: there is no such seat.
    """
    term = member.term
    facts = Facts(member.id.bioguide, _fields(member, term))
    _add_form(facts, term, form)
    _add_washington(facts, term)
    cities = [office.city for office in offices]
    for office in offices:
        _add_office(facts, office, only=cities.count(office.city) == 1)
    if accounts is not None:
        for name, label, address in _profiles(accounts):
            facts.add(ChannelFacts(f"social/{name}", ChannelKind.SOCIAL, address, label))
    return facts


def _fields(member: Member, term: Term) -> dict[str, Any]:
    office, district = _seat(term)
    today = timezone.localdate()
    leads = [role.title for role in member.leadership_roles if role.end is None or role.end > today]
    senator = office == Office.SENATOR
    return {
        "first_name": member.name.first,
        "last_name": member.name.last,
        "name": full_name(member.name),
        "office": office,
        "state": term.state,
        "district": district,
        "party": term.party,
        "caucus": term.caucus,
        "leadership": "; ".join(leads)[:300],
        "senate_class": term.senate_class if senator else None,
        "state_rank": term.state_rank if senator else "",
        "website": term.url if _is_web(term.url) else "",
        "in_office_since": in_office_since(member.terms),
        "term_begins": term.start,
        "term_ends": term.end,
    }


def _seat(term: Term) -> tuple[Office, str]:
    """Office and district. Raises MemberRefusedError where there is no such seat."""
    if term.state not in State:
        raise MemberRefusedError(f"{term.state!r} is no state that we know.")
    if term.type == "sen":
        if term.state in WITHOUT_SENATORS:
            raise MemberRefusedError(f"{State(term.state).label} has no senators.")
        return Office.SENATOR, ""
    seats = HOUSE_SEATS[term.state]
    # District 0 is at large: a number like any other, and not the lack of one.
    if term.district is None:
        raise MemberRefusedError("a member of the House without a district.")
    if not (term.district == 0 if seats == 1 else 1 <= term.district <= seats):
        raise MemberRefusedError(f"{term.state} has no district {term.district}.")
    delegate = term.state in WITHOUT_SENATORS
    return (Office.DELEGATE if delegate else Office.REPRESENTATIVE), str(term.district)


def full_name(name: Name) -> str:
    """As the member writes it, else put together from its parts."""
    if name.official_full:
        return name.official_full
    whole = " ".join(part for part in (name.first, name.middle, name.last) if part)
    return f"{whole}, {name.suffix}" if name.suffix else whole


def in_office_since(terms: Sequence[PastTerm]) -> datetime.date:
    """The first day of unbroken service in the office of the last term, for the same state."""
    since = terms[-1]
    for term in reversed(terms[:-1]):
        same = term.type == since.type and term.state == since.state
        if not same or since.start - term.end > BREAK:
            break
        since = term
    return since.start


def host_of(address: str) -> str:
    """The host of a web address without www; blank where it is none."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    return host.removeprefix("www.") if parts.scheme in {"http", "https"} else ""


def is_own_form(address: str, *, website: str) -> bool:
    """Whether a form's address can be believed: on the member's own host, or the Senate's."""
    host, own = host_of(address), host_of(website)
    if not host:
        return False
    return host == SENATE_FORMS or (own != "" and (host == own or host.endswith(f".{own}")))


def _is_web(address: str) -> bool:
    try:
        return bool(address) and checked_value(ChannelKind.FORM, address) == address
    except ValidationError:
        return False


def _add_form(facts: Facts, term: Term, form: str) -> None:
    """The first address that can be believed; the member's own entry before the other project."""
    for address, project in ((term.contact_form, PROJECT), (form, FORMS_PROJECT)):
        if not address:
            continue
        if is_own_form(address, website=term.url):
            facts.add(
                ChannelFacts(
                    "form", ChannelKind.FORM, address, "Contact form", source_address=project
                )
            )
            return
        facts.passed_over.append(
            f"{facts.bioguide}: contact form {address[:80]!r} is not taken. It is not on the "
            "member’s own site."
        )


def _add_washington(facts: Facts, term: Term) -> None:
    label = Place.WASHINGTON.label
    whole = _DC.match(term.address)
    address = f"{whole[1]}, Washington, DC {whole[2]}" if whole else term.address
    for key, kind, value in (
        ("phone", ChannelKind.PHONE, term.phone),
        ("post", ChannelKind.POST, address),
        ("fax", ChannelKind.FAX, term.fax),
    ):
        if value:
            facts.add(ChannelFacts(f"term/{key}", kind, value, label, place=Place.WASHINGTON))


def _add_office(facts: Facts, office: LocalOffice, *, only: bool) -> None:
    """An office in a member's own state; one of two in a city is told by its street."""
    street = ", ".join(part for part in (office.address, _suite(office.suite)) if part)
    name = office.building or office.address
    label = f"{office.city} office" if only or not name else f"{office.city} office, {name}"
    address = ""
    if office.address and _ZIP.match(office.zip):
        building = f"{office.building}, " if office.building else ""
        address = f"{building}{street}, {office.city}, {office.state} {office.zip}"
    for key, kind, value in (
        ("phone", ChannelKind.PHONE, office.phone),
        ("post", ChannelKind.POST, address),
        ("fax", ChannelKind.FAX, office.fax),
    ):
        if value:
            facts.add(
                ChannelFacts(
                    f"office/{office.id}/{key}",
                    kind,
                    value,
                    label[:120],
                    place=Place.DISTRICT,
                    hours=office.hours if kind != ChannelKind.FAX else "",
                )
            )


def _suite(suite: str) -> str:
    """The files write some suites as a number only, which nobody would understand on an envelope."""
    return f"Suite {suite}" if _NUMBER.match(suite) else suite


def _profiles(accounts: Accounts) -> Iterator[tuple[str, str, str]]:
    """Key, name of the network and address of each account."""
    for name, label, site in (
        ("twitter", "X", "https://x.com/"),
        ("facebook", "Facebook", "https://www.facebook.com/"),
        ("instagram", "Instagram", "https://www.instagram.com/"),
    ):
        account = getattr(accounts, name)
        if _ACCOUNT.match(account):
            yield name, label, f"{site}{account.removeprefix('@')}"
    if _ACCOUNT.match(accounts.youtube_id):
        yield "youtube", "YouTube", f"https://www.youtube.com/channel/{accounts.youtube_id}"
    elif _ACCOUNT.match(accounts.youtube):
        yield "youtube", "YouTube", f"https://www.youtube.com/{accounts.youtube}"
    if found := _MASTODON.match(accounts.mastodon):
        yield "mastodon", "Mastodon", f"https://{found[2].lower()}/@{found[1]}"
