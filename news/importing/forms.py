"""What an editor sees of a story before it becomes a draft, and may correct."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.admin.widgets import AdminAutoHeightTextInput

from news.drafting.guard import word_count
from news.importing import starting, story_text
from news.importing.facts import LONGEST_ALT, LONGEST_CREDIT, plain, web_address
from news.models import Category, Source
from news.models.articles import (
    validate_not_in_future,
    validate_time_zone,
    validate_web_address,
)
from news.models.sources import validate_domain

if TYPE_CHECKING:
    from wagtail.models import Site

    from cms.core.models import User
    from news.importing.facts import Facts

NO_PICTURE = ""
MOST_CANDIDATES = 10_000


class AddressForm(forms.Form):
    """Where the story can be read."""

    address = forms.URLField(
        label="Address of the story",
        max_length=2000,
        assume_scheme="https",
        help_text="As the browser shows it. The page is read by this server, and nothing is saved yet.",
        error_messages={
            "required": "Paste the address of a story.",
            "invalid": "Use an address that begins with http:// or https://, as a browser shows it.",
        },
        validators=[validate_web_address],
        widget=forms.URLInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )


class StoryForm(forms.Form):
    """The draft's first version; all that the page gave stands in it, to be corrected."""

    title = forms.CharField(
        max_length=255, error_messages={"required": "Give the article a headline."}
    )
    introduction = forms.CharField(
        required=False,
        max_length=600,
        widget=AdminAutoHeightTextInput,
        help_text="One or two sentences: what happened, and why it matters.",
    )
    source = forms.ModelChoiceField(
        Source.objects.all(),
        required=False,
        empty_label="A new source, named below",
        help_text="Who published the story.",
    )
    new_source = forms.CharField(
        required=False,
        max_length=160,
        label="New source",
        help_text="Its name, as readers know it.",
    )
    new_domain = forms.CharField(
        required=False,
        max_length=253,
        validators=[validate_domain],
        label="Domain of the new source",
        help_text="As in example.org. Stories from there are this source's from now on.",
    )
    address = forms.URLField(
        max_length=2000,
        label="Address of the story",
        assume_scheme="https",
        validators=[validate_web_address],
        error_messages={"required": "Give the address of the story."},
    )
    published_at = forms.DateTimeField(
        required=False,
        label="Published there at",
        validators=[validate_not_in_future],
        widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M", attrs={"autocomplete": "off"}),
        input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"],
        error_messages={"invalid": "Write the time as in 2025-08-17 17:22."},
    )
    time_zone = forms.CharField(
        required=False,
        max_length=64,
        label="Source's time zone",
        validators=[validate_time_zone],
        help_text="Where the source gave a zone of its own, as in Europe/Brussels. For the record.",
    )
    authors = forms.CharField(
        required=False,
        max_length=300,
        label="Source's authors",
        help_text="Who wrote the story there. Readers see it beside the source; it is nobody of ours.",
    )
    extract = forms.CharField(
        required=False,
        widget=AdminAutoHeightTextInput(attrs={"rows": 12}),
        help_text="The first paragraphs of the story. A blank line begins a new paragraph.",
    )
    categories = forms.ModelMultipleChoiceField(
        Category.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    picture = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    alt = forms.CharField(
        required=False,
        max_length=LONGEST_ALT,
        label="Text for those who cannot see the picture",
        help_text="Blank takes what the page says of it.",
    )
    credit = forms.CharField(
        required=False,
        max_length=LONGEST_CREDIT,
        help_text="Who made the picture, as readers will see it. Blank takes what the page says.",
    )
    # The pictures that the page offered, carried along: the form asks no page twice.
    candidates = forms.CharField(
        required=False, max_length=MOST_CANDIDATES, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: User, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site = site
        stored = (
            self.data.get("candidates", "") if self.is_bound else self.initial.get("candidates", "")
        )
        self.pictures = _candidates(stored) if starting.may_add_pictures(user) else []
        choices = [(str(number), each["address"]) for number, each in enumerate(self.pictures)]
        for name in ("title", "introduction", "new_source", "authors", "extract"):
            # The story's own language may run from right to left.
            self.fields[name].widget.attrs["dir"] = "auto"
        picture = self.fields["picture"]
        assert isinstance(picture, forms.ChoiceField)  # noqa: S101 - for the type checker
        picture.choices = [*choices, (NO_PICTURE, "No picture")]
        if not self.pictures:
            for name in ("picture", "alt", "credit"):
                del self.fields[name]
        if not user.has_perm("news.add_source"):
            for name in ("new_source", "new_domain"):
                del self.fields[name]
            self.fields["source"].empty_label = "Choose a source"  # type: ignore[attr-defined]
        self.fields[
            "published_at"
        ].help_text = f"In this site's own time zone, {timezone.get_current_timezone_name()}."

    def clean_extract(self) -> list[str]:
        """The paragraphs."""
        parts = re.split(r"\n\s*\n", self.cleaned_data["extract"].replace("\r\n", "\n"))
        return [text for part in parts if (text := " ".join(part.split()))]

    def clean_new_domain(self) -> str:
        """A domain that no other source has."""
        domain: str = self.cleaned_data["new_domain"]
        if domain and (owner := Source.objects.filter(domains__domain=domain).first()):
            raise ValidationError(f"{domain} belongs to {owner.name}. Choose it above.")
        return domain

    def clean_new_source(self) -> str:
        """A name that no other source has, where one is to be made."""
        name: str = self.cleaned_data["new_source"].strip()
        if (
            not self.cleaned_data.get("source")
            and name
            and Source.objects.filter(name__iexact=name).exists()
        ):
            raise ValidationError(f"There is a source named {name}. Choose it above.")
        return name

    def clean(self) -> dict[str, Any]:
        """A source, chosen or new, and no more of its text than may be shown."""
        cleaned: dict[str, Any] = super().clean() or {}
        source = cleaned.get("source")
        if "source" in self.errors:
            return cleaned
        if source is None and not cleaned.get("new_source") and "new_source" not in self.errors:
            self.add_error(
                "source",
                "Choose who published the story, or name a new source below."
                if "new_source" in self.fields
                else "Choose who published the story.",
            )
        limit = starting.limit_of(source, site=self._site)
        count = sum(map(word_count, cleaned.get("extract") or []))
        if count > limit:
            self.add_error(
                "extract",
                f"The extract has {count:,} words, and {limit:,} may be shown of this source. Cut"
                " it, and leave the rest to the source: the page links to it.",
            )
        return cleaned

    @property
    def moment(self) -> datetime | None:
        """When the source published, as far as the form knows."""
        found = (
            self.cleaned_data.get("published_at")
            if self.is_bound
            else self.initial.get("published_at")
        )
        return found if isinstance(found, datetime) else None

    @property
    def picture_choices(self) -> list[dict[str, Any]]:
        """What the page shows of each picture, by the name of its file, and the way out."""
        chosen = str(self["picture"].value() or NO_PICTURE)
        rows = [
            {
                **each,
                "value": str(number),
                "name": unquote(urlsplit(each["address"]).path.rpartition("/")[2])
                or each["address"],
                "chosen": chosen == str(number),
            }
            for number, each in enumerate(self.pictures)
        ]
        return [*rows, {"value": NO_PICTURE, "name": "No picture", "chosen": chosen == NO_PICTURE}]

    @property
    def picked(self) -> starting.Picked | None:
        """The chosen picture, with what the editor wrote or else the page said of it."""
        number = self.cleaned_data.get("picture") or NO_PICTURE
        if number == NO_PICTURE:
            return None
        found = self.pictures[int(number)]
        return starting.Picked(
            found["address"],
            alt=self.cleaned_data.get("alt") or found["alt"],
            credit=self.cleaned_data.get("credit") or found["credit"],
        )


def _candidates(stored: object) -> list[dict[str, str]]:
    """The pictures that a form carries; whoever sends it may have written anything there."""
    try:
        rows = (
            json.loads(stored) if isinstance(stored, str) and len(stored) <= MOST_CANDIDATES else []
        )
    except (ValueError, RecursionError):
        return []
    found = []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, list) and len(row) == 3 and (address := web_address(row[0], base="")):
            alt, credit = plain(row[1], most=LONGEST_ALT), plain(row[2], most=LONGEST_CREDIT)
            found.append({"address": address, "alt": alt, "credit": credit})
    return found[:10]


def initial_from(facts: Facts, *, source: Source | None, domain: str, site: Site) -> dict[str, Any]:
    """What the form begins with after a page was read."""
    extract = story_text.extract(facts.paragraphs, limit=starting.limit_of(source, site=site))
    at = facts.published.at if facts.published else None
    if at is not None and timezone.is_naive(at):
        # The page names no zone, and the editor is told so.
        at = timezone.make_aware(at)
    candidates: list[list[str]] = []
    for each in facts.pictures:
        row = [each.address, each.alt, each.credit]
        if len(json.dumps([*candidates, row])) <= MOST_CANDIDATES:
            candidates.append(row)
    return {
        "title": facts.title,
        "introduction": facts.description,
        "source": source,
        "new_source": "" if source else facts.source,
        "new_domain": "" if source else domain,
        "address": facts.address,
        "published_at": timezone.localtime(at) if at else None,
        "time_zone": facts.published.zone if facts.published else "",
        "authors": plain(", ".join(facts.authors), most=300),
        "extract": "\n\n".join(extract),
        "candidates": json.dumps(candidates),
        "picture": "0" if candidates else NO_PICTURE,
    }
