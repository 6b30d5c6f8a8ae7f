"""What the files must hold of each member; anything else in them is passed over."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)


def _as_text(value: object) -> object:
    """Some numbers of suites stand without quotes, and some fields are there without a value."""
    if value is None:
        return ""
    return str(value) if type(value) is int else value


_Text = Annotated[
    str,
    BeforeValidator(_as_text),
    StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
_Needed = Annotated[_Text, Field(min_length=1, max_length=100)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Ids(_Strict):
    """What a member is known by."""

    bioguide: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{6}$")]


class Name(_Strict):
    """A member's name in parts; two members have no full one."""

    first: _Needed
    last: _Needed
    middle: _Text = ""
    nickname: _Text = ""
    suffix: _Text = ""
    official_full: Annotated[_Text, Field(max_length=200)] = ""


class PastTerm(_Strict):
    """One term in one chamber."""

    type: Literal["rep", "sen"]
    start: datetime.date
    end: datetime.date
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Term(PastTerm):
    """The term that a member serves now, or the last of them, with how to reach the office."""

    district: Annotated[int, Field(ge=0, le=99)] | None = None
    senate_class: Annotated[Literal[1, 2, 3] | None, Field(alias="class")] = None
    state_rank: Literal["junior", "senior", ""] = ""
    party: Annotated[_Text, Field(max_length=60)] = ""
    caucus: Annotated[_Text, Field(max_length=60)] = ""
    url: _Text = ""
    address: _Text = ""
    office: _Text = ""
    phone: _Text = ""
    fax: _Text = ""
    contact_form: _Text = ""


class Role(_Strict):
    """Something that a member leads or led."""

    title: _Needed
    start: datetime.date
    end: datetime.date | None = None


class Member(_Strict):
    """An entry of ``legislators-current.yaml``."""

    id: Ids
    name: Name
    terms: Annotated[list[PastTerm], Field(min_length=1, max_length=100)]
    term: Term
    leadership_roles: list[Role] = []

    @model_validator(mode="before")
    @classmethod
    def take_the_last_term(cls, entry: Any) -> Any:
        """Only of the last term more is asked than when and where it was."""
        terms = entry.get("terms") if isinstance(entry, dict) else None
        if isinstance(terms, list) and terms:
            return {**entry, "term": terms[-1]}
        return entry


class LocalOffice(_Strict):
    """An office in the member's state."""

    id: Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f/]{1,60}$")]
    city: _Needed
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    address: _Text = ""
    suite: _Text = ""
    building: _Text = ""
    zip: _Text = ""
    phone: _Text = ""
    fax: _Text = ""
    hours: Annotated[_Text, Field(max_length=160)] = ""


class LocalOffices(_Strict):
    """An entry of ``legislators-district-offices.yaml``."""

    id: Ids
    offices: list[LocalOffice]


class Accounts(_Strict):
    """Names in social networks, without an address."""

    twitter: _Text = ""
    facebook: _Text = ""
    instagram: _Text = ""
    youtube: _Text = ""
    youtube_id: _Text = ""
    mastodon: _Text = ""


class SocialMedia(_Strict):
    """An entry of ``legislators-social-media.yaml``."""

    id: Ids
    social: Accounts


def first_fault(error: ValidationError) -> str:
    """What is wrong with an entry, in a sentence that names the field."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in fault["loc"])
    return f"{field or 'the entry'}: {fault['msg'][:1].lower()}{fault['msg'][1:]}."
