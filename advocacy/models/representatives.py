"""The registry: officials, and the offices that they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.db.models.functions import Length
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PublishingPanel,
    TitleFieldPanel,
)

from advocacy.admin_forms import RepresentativeForm
from advocacy.channels import ChannelKind, Place
from advocacy.models.channels import Channel, OfficeAddress
from advocacy.models.content import SLUG_HELP, PublishedContent
from advocacy.places import State

if TYPE_CHECKING:
    from typing import Self


def ordinal(number: int) -> str:
    """A whole number as people say it in order: 1st, 2nd, 3rd, 11th, 30th."""
    suffix = "th"
    if number % 100 not in {11, 12, 13}:
        suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


class Office(models.TextChoices):
    """Kinds of office; each has rules for state and district."""

    SENATOR = "senator", "U.S. Senator"
    REPRESENTATIVE = "representative", "U.S. Representative"
    DELEGATE = "delegate", "Delegate to the U.S. House"
    OTHER = "other", "Another office"


class Rank(models.TextChoices):
    """Which of a state's two senators has served longer."""

    SENIOR = "senior", "Senior senator"
    JUNIOR = "junior", "Junior senator"


class SenateClass(models.IntegerChoices):
    """Senators of one class are elected in the same year."""

    FIRST = 1, "Class 1"
    SECOND = 2, "Class 2"
    THIRD = 3, "Class 3"


class RepresentativeQuerySet(models.QuerySet["Representative"]):
    """Representatives as readers may see them."""

    def public(self) -> Self:
        """Those whose page is published, whether or not they still hold the office."""
        return self.filter(live=True)

    def in_office(self) -> Self:
        """Those who have not left. The end of a term alone hides nobody."""
        return self.filter(
            Q(left_office_on__isnull=True) | Q(left_office_on__gt=timezone.localdate())
        )

    def who_held(self, office: str, state: str, district: str) -> Self:
        """Those who had a seat and left it, the latest first: who a vacancy is after."""
        return (
            self.filter(office=office, state=state, district=district)
            .filter(left_office_on__lte=timezone.localdate())
            .order_by("-left_office_on", "-pk")
        )

    def with_channels(self) -> Self:
        """With every channel that may be shown, in one more query for all."""
        return self.prefetch_related(Prefetch("channels", queryset=Channel.objects.all()))

    def by_seat(self) -> Self:
        """By state, senators before representatives, then by district and name."""
        return self.order_by(
            "state", "-office", Length("district"), "district", "last_name", "first_name", "pk"
        )


class Representative(PublishedContent):
    """Somebody who holds, or held, a public office."""

    bioguide = models.CharField(
        "Bioguide identifier",
        max_length=7,
        blank=True,
        validators=[
            RegexValidator(r"^[A-Z][0-9]{6}\Z", "A capital letter and six digits, as in B001230.")
        ],
        help_text="Congress's own identifier. Blank for offices outside Congress.",
    )
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    name = models.CharField(
        max_length=200, help_text="The full name, as readers see it, without a title."
    )
    office = models.CharField(max_length=20, choices=Office, default=Office.SENATOR)
    other_title = models.CharField(
        "Title of the other office",
        max_length=60,
        blank=True,
        help_text="Stands before the name, as in Governor. Only for another office.",
    )
    other_office = models.CharField(
        "Name of the other office",
        max_length=160,
        blank=True,
        help_text="As in Governor of Wisconsin. Only for another office.",
    )
    state = models.CharField(max_length=2, choices=State, blank=True)
    district = models.CharField(
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{1,2}\Z", "A number; 0 is at large.")],
        help_text="The number of the House district; 0 is at large. Blank for senators.",
    )
    party = models.CharField(max_length=60, blank=True)
    caucus = models.CharField(
        max_length=60, blank=True, help_text="Where an independent sits. Blank for everybody else."
    )
    leadership = models.CharField(
        max_length=300,
        blank=True,
        help_text="What they lead now, as in Senate Minority Leader; several with semicolons.",
    )
    senate_class = models.PositiveSmallIntegerField(
        "Class", choices=SenateClass, null=True, blank=True, help_text="Of senators only."
    )
    state_rank = models.CharField(
        "Rank", max_length=6, choices=Rank, blank=True, help_text="Of senators only."
    )
    website = models.URLField("Official site", max_length=500, blank=True)
    in_office_since = models.DateField(
        null=True, blank=True, help_text="The first day of unbroken service in this office."
    )
    term_begins = models.DateField(null=True, blank=True)
    term_ends = models.DateField(null=True, blank=True)
    left_office_on = models.DateField(
        null=True,
        blank=True,
        help_text="Fill it in when the office is left before or at the end of the term.",
    )

    # What the last import wrote, by field and by channel: what differs from it, a person changed.
    imported = models.JSONField(default=dict, blank=True, editable=False)

    objects = RepresentativeQuerySet.as_manager()

    # What ``advocacy.registry`` found together with those of others.
    phones_at_hand: list[Channel] | None = None

    find_by = "name"
    preview_template = "advocacy/representative.html"

    panels = [
        MultiFieldPanel(
            [
                TitleFieldPanel("name"),
                FieldPanel("slug", help_text=SLUG_HELP),
                FieldRowPanel([FieldPanel("first_name"), FieldPanel("last_name")]),
                FieldPanel("bioguide"),
            ],
            "Who",
        ),
        MultiFieldPanel(
            [
                FieldPanel("office"),
                FieldRowPanel([FieldPanel("state"), FieldPanel("district")]),
                FieldRowPanel([FieldPanel("other_title"), FieldPanel("other_office")]),
                FieldRowPanel([FieldPanel("party"), FieldPanel("caucus")]),
                FieldRowPanel([FieldPanel("senate_class"), FieldPanel("state_rank")]),
                FieldPanel("leadership"),
                FieldPanel("website"),
            ],
            "Office",
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("term_begins"), FieldPanel("term_ends")]),
                FieldRowPanel([FieldPanel("in_office_since"), FieldPanel("left_office_on")]),
            ],
            "Time in office",
        ),
        InlinePanel(
            "channels",
            label="Channel",
            heading="Channels",
            help_text=(
                "Ways to reach them, the best first. Readers are shown only those with a source "
                "and the day on which it was checked."
            ),
        ),
        PublishingPanel(),
    ]

    base_form_class = RepresentativeForm

    class Meta:
        verbose_name = "representative"
        verbose_name_plural = "representatives"
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bioguide"],
                condition=~Q(bioguide=""),
                name="representative_bioguide_unique",
                violation_error_message="Another representative has this Bioguide identifier.",
            )
        ]
        indexes = [models.Index(fields=["state", "office"], name="representative_state_idx")]

    def __str__(self) -> str:
        return f"{self.titled_name} ({self.seat})" if self.seat else self.titled_name

    def clean(self) -> None:
        """Hold each office to its own rules for state and district."""
        super().clean()
        errors: dict[str, str] = {}
        if self.district.isascii() and self.district.isdigit():
            self.district = str(int(self.district))
        if self.office == Office.OTHER:
            if not self.other_title:
                errors["other_title"] = "Say what stands before the name, as in Governor."
        elif not self.state:
            errors["state"] = "Choose the state that elects this office."
        if self.office == Office.SENATOR and self.district != "":
            errors["district"] = "Senators stand for the whole state. Leave this blank."
        if self.office in {Office.REPRESENTATIVE, Office.DELEGATE} and self.district == "":
            errors["district"] = "Give the number of the district; 0 is at large."
        errors |= self._what_only_senators_have() | self._days_out_of_order()
        if errors:
            raise ValidationError(errors)

    def _what_only_senators_have(self) -> dict[str, str]:
        if self.office == Office.SENATOR:
            return {}
        errors = {}
        if self.senate_class is not None:
            errors["senate_class"] = "Only senators have a class. Leave this blank."
        if self.state_rank:
            errors["state_rank"] = "Only senators have a rank. Leave this blank."
        return errors

    def _days_out_of_order(self) -> dict[str, str]:
        errors = {}
        since, left = self.in_office_since, self.left_office_on
        if since and left and left < since:
            errors["left_office_on"] = "This is before the first day in office."
        if self.term_begins and self.term_ends and self.term_ends < self.term_begins:
            errors["term_ends"] = "This is before the day on which the term begins."
        return errors

    def save(self, **kwargs: Any) -> None:
        """Have what names them looked at again where office, time in it or channels change."""
        from advocacy import staleness  # noqa: PLC0415 - it points here

        if kwargs.get("update_fields") is not None:
            super().save(**kwargs)
            return
        with staleness.noticing(self):
            super().save(**kwargs)

    def with_content_json(self, content: dict[str, Any]) -> Representative:
        """A revision holds what people see; what the last import wrote belongs to the row."""
        representative: Representative = super().with_content_json(content)
        representative.imported = self.imported
        return representative

    def get_absolute_url(self) -> str:
        """Their page."""
        return reverse("advocacy:representative", args=[self.slug])

    @property
    def title(self) -> str:
        """What stands before the name."""
        if self.office == Office.OTHER:
            return self.other_title
        if self.office == Office.DELEGATE:
            return "Resident Commissioner" if self.state == State.PR else "Delegate"
        return "Senator" if self.office == Office.SENATOR else "Representative"

    @property
    def titled_name(self) -> str:
        """Title and name, as in Senator Tammy Baldwin."""
        return f"{self.title} {self.name}".strip()

    @property
    def salutation(self) -> str:
        """How a letter begins, without the comma."""
        return f"Dear {self.title} {self.last_name}".replace("  ", " ")

    @property
    def is_at_large(self) -> bool:
        """Whether the whole state is one district, which the data write as 0."""
        return self.district == "0"

    @property
    def district_line(self) -> str:
        """The district in words, as in 30th district; blank for those who have none."""
        if self.district == "":
            return ""
        return (
            "at-large district" if self.is_at_large else f"{ordinal(int(self.district))} district"
        )

    @property
    def seat(self) -> str:
        """The seat in short, as in WI, CA-30 or AK-AL; blank outside the states."""
        if self.district == "":
            return self.state
        return f"{self.state}-{'AL' if self.is_at_large else self.district}"

    @property
    def office_line(self) -> str:
        """The office in full, as in U.S. Representative, California's 30th district."""
        place = self.get_state_display()
        if self.office == Office.OTHER:
            return self.other_office or ", ".join(
                part for part in (self.other_title, place) if part
            )
        if self.office == Office.SENATOR:
            return f"U.S. Senator, {place}"
        if self.office == Office.DELEGATE:
            return f"{self.title} to the U.S. House, {place}"
        return f"U.S. Representative, {place}'s {self.district_line}"

    @property
    def party_line(self) -> str:
        """The party, and the caucus where it differs."""
        if self.caucus and self.caucus != self.party:
            return f"{self.party}, caucuses with the {self.caucus}s"
        return self.party

    @property
    def is_in_office(self) -> bool:
        """False from the day on which the office was left."""
        return self.left_office_on is None or self.left_office_on > timezone.localdate()

    @property
    def usable_channels(self) -> list[Channel]:
        """The channels that have a source and a date, in their order; also in a preview."""
        return [channel for channel in self.channels.all() if channel.is_usable]

    @property
    def offices(self) -> list[OfficeAddress]:
        """The places where they work, Washington first, each with its usable channels."""
        found: dict[tuple[str, str], list[Channel]] = {}
        for channel in self.usable_channels:
            if channel.place:
                found.setdefault((channel.place, channel.label), []).append(channel)
        offices = [OfficeAddress(place, name, ways) for (place, name), ways in found.items()]
        return sorted(offices, key=lambda office: office.place != Place.WASHINGTON)

    @property
    def phones(self) -> list[Channel]:
        """The numbers that readers may call; none of somebody who has left."""
        if self.phones_at_hand is not None:
            return self.phones_at_hand
        usable = self.usable_channels if self.is_in_office else []
        return [channel for channel in usable if channel.kind == ChannelKind.PHONE]

    def page_context(self, number: int = 1) -> dict[str, Any]:
        """Context of ``advocacy/representative.html``; ``number`` counts the pages of articles."""
        from advocacy import representative_page  # noqa: PLC0415 - it points here

        return representative_page.context(self, number=number)
