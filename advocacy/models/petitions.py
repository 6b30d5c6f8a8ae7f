"""Petitions and whom they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.db.models.functions import Abs, Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PublishingPanel,
    TitleFieldPanel,
)
from wagtail.fields import RichTextField
from wagtail.models import Orderable

from advocacy.forms import SigningForm
from advocacy.models.content import SLUG_HELP, PublishedContent
from advocacy.models.fields import CounterField
from advocacy.models.representatives import Representative
from cms.core.sharing import share_links

if TYPE_CHECKING:
    from typing import Self

    from advocacy.models.deliveries import Delivery
    from advocacy.models.signatures import Signature

SIGNERS_SHOWN = 10
TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul"]


class PetitionStatus(models.TextChoices):
    """Where a petition stands."""

    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    ARCHIVED = "archived", "Archived"


ENDED = frozenset(
    {
        PetitionStatus.CLOSED,
        PetitionStatus.WON,
        PetitionStatus.LOST,
        PetitionStatus.ARCHIVED,
    }
)


def targets_in_full() -> Prefetch[str]:
    """Whom petitions ask, in one query for all of them."""
    rows = PetitionTarget.objects.select_related("representative")
    return Prefetch("target_rows", queryset=rows)


class PetitionQuerySet(models.QuerySet["Petition"]):
    """Petitions as readers may see them."""

    def public(self) -> Self:
        """Those with a page that readers can open."""
        return self.filter(live=True).exclude(status=PetitionStatus.DRAFT)

    def listed(self) -> Self:
        """Public ones that have not been put away."""
        return self.public().exclude(status=PetitionStatus.ARCHIVED)

    def open_now(self) -> Self:
        """Those that can be signed today."""
        today = timezone.localdate()
        return self.filter(
            Q(opens_on__isnull=True) | Q(opens_on__lte=today),
            Q(closes_on__isnull=True) | Q(closes_on__gte=today),
            live=True,
            status=PetitionStatus.OPEN,
        )

    def ended(self) -> Self:
        """Those that nobody can sign any more."""
        return self.filter(Q(status__in=ENDED) | Q(closes_on__lt=timezone.localdate()))

    def with_targets(self) -> Self:
        """With the representatives asked, in one more query for all."""
        return self.prefetch_related(targets_in_full())

    def most_urgent(self) -> Self:
        """By nearest closing date, then by what is least far from its goal in proportion."""
        missing = Abs(F("goal") * 1.0 - Cast("confirmed_count", models.FloatField())) / Cast(
            "goal", models.FloatField()
        )
        return self.order_by(F("closes_on").asc(nulls_last=True), missing, "pk")


class Petition(PublishedContent):
    """An ask to named people, with a goal and a day on which it ends."""

    Status = PetitionStatus

    title = models.CharField(max_length=160)
    summary = models.CharField(
        max_length=300, help_text="One sentence, for lists and for whoever shares it."
    )
    ask = RichTextField(
        features=TEXT_FEATURES, help_text="What you ask of whom, and why. Readers sign this text."
    )
    goal = models.PositiveIntegerField(
        default=1000, validators=[MinValueValidator(1), MaxValueValidator(100_000_000)]
    )
    opens_on = models.DateField(
        null=True, blank=True, help_text="Blank: it can be signed as soon as it is published."
    )
    closes_on = models.DateField(
        null=True, blank=True, help_text="The last day on which it can be signed."
    )
    status = models.CharField(
        max_length=10,
        choices=PetitionStatus,
        default=PetitionStatus.OPEN,
        help_text=(
            "It can be signed while this is Open and the petition is published. It is changed on "
            "the petition's campaign page, not here."
        ),
    )
    closed_at = models.DateTimeField("closed", null=True, blank=True, editable=False)
    outcome = RichTextField(
        features=TEXT_FEATURES,
        blank=True,
        help_text="What came of it. Shown when it is no longer open.",
    )
    successor = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="predecessors",
        help_text="The petition that takes up where this one ended.",
    )
    confirmed_count = CounterField(default=0, editable=False)

    objects = PetitionQuerySet.as_manager()

    preview_template = "advocacy/petition.html"

    panels = [
        TitleFieldPanel("title"),
        FieldPanel("slug", help_text=SLUG_HELP),
        FieldPanel("summary"),
        FieldPanel("ask"),
        InlinePanel("target_rows", label="Target", heading="Targets", min_num=1),
        MultiFieldPanel(
            [
                FieldPanel("status", read_only=True),
                FieldPanel("goal"),
                FieldRowPanel([FieldPanel("opens_on"), FieldPanel("closes_on")]),
            ],
            "Signing",
        ),
        MultiFieldPanel([FieldPanel("outcome"), FieldPanel("successor")], "What came of it"),
        PublishingPanel(),
    ]

    class Meta:
        verbose_name = "petition"
        verbose_name_plural = "petitions"
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(goal__gte=1), name="petition_goal_is_positive")
        ]
        indexes = [models.Index(fields=["live", "status", "closes_on"], name="petition_open_idx")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Days in order, an end that is explained, no petition that follows itself."""
        super().clean()
        errors: dict[str, str] = {}
        if self.opens_on and self.closes_on and self.closes_on < self.opens_on:
            errors["closes_on"] = "This is before the day on which it opens."
        if (
            self.status in {PetitionStatus.WON, PetitionStatus.LOST}
            and not strip_tags(self.outcome).strip()
        ):
            errors["outcome"] = "Tell those who signed what came of it."
        if self.pk and self.successor_id == self.pk:
            errors["successor"] = "A petition cannot follow itself."
        if errors:
            raise ValidationError(errors)

    def save(self, **kwargs: Any) -> None:
        """Have what names it looked at again when it ends."""
        from advocacy import staleness  # noqa: PLC0415 - it points here

        if kwargs.get("update_fields") is not None:
            super().save(**kwargs)
            return
        with staleness.noticing(self):
            super().save(**kwargs)

    def with_content_json(self, content: dict[str, Any]) -> Petition:
        """A revision holds words; where it stands and its signatures belong to the row.

        Publishing a draft that was begun while a petition was open must not open it again.
        """
        petition: Petition = super().with_content_json(content)
        petition.confirmed_count = self.confirmed_count
        # Asked for anew: this object may be as old as the draft.
        standing = Petition.objects.filter(pk=self.pk).values_list("status", "closed_at").first()
        petition.status, petition.closed_at = standing or (self.status, self.closed_at)
        return petition

    def get_absolute_url(self) -> str:
        """Its page, with the form."""
        return reverse("advocacy:petition", args=[self.slug])

    @property
    def targets(self) -> list[Representative]:
        """Whom it asks, in order; also in a preview."""
        return [row.representative for row in self.target_rows.all()]

    @property
    def recent_signers(self) -> list[Signature]:
        """The newest who agreed to be shown, and whom a campaigner has approved."""
        if self.pk is None:
            return []
        shown = self.signatures.offered("shown").order_by("-confirmed_at")
        return list(
            shown.only("petition", "name", "country", "postal_code", "comment")[:SIGNERS_SHOWN]
        )

    @property
    def delivery_log(self) -> list[tuple[Representative, list[Delivery]]]:
        """What was brought to whom, and what they answered: by target, the first delivery first."""
        if self.pk is None:
            return []
        log: dict[int, tuple[Representative, list[Delivery]]] = {}
        for delivery in self.deliveries.in_order():
            representative = delivery.representative
            log.setdefault(representative.pk, (representative, []))[1].append(delivery)
        return list(log.values())

    @property
    def is_upcoming(self) -> bool:
        """Whether it will open on a day to come."""
        return (
            self.status == PetitionStatus.OPEN
            and self.opens_on is not None
            and self.opens_on > timezone.localdate()
        )

    @property
    def is_past_its_day(self) -> bool:
        """Whether the last day for signing has gone by."""
        return self.closes_on is not None and self.closes_on < timezone.localdate()

    @property
    def is_open(self) -> bool:
        """Whether it can be signed today."""
        return (
            self.live
            and self.status == PetitionStatus.OPEN
            and not self.is_upcoming
            and not self.is_past_its_day
        )

    @property
    def has_ended(self) -> bool:
        """Whether it was open once and cannot be signed any more."""
        return self.status in ENDED

    @property
    def closed_because(self) -> str:
        """Why it cannot be signed, in a sentence; blank while it can."""
        if self.is_open or not self.live:
            return "" if self.live else "This petition is not published."
        reasons: dict[str, str] = {
            PetitionStatus.DRAFT: "This petition has not begun.",
            PetitionStatus.CLOSED: "This petition is closed. Its signatures were kept.",
            PetitionStatus.WON: "This petition was won.",
            PetitionStatus.LOST: "This petition has ended without what it asked for.",
            PetitionStatus.ARCHIVED: "This petition was put away and takes no more signatures.",
        }
        if self.status in reasons:
            return reasons[self.status]
        if self.is_upcoming:
            return "This petition has not opened yet."
        return "The last day for signing this petition has gone by."

    @property
    def progress_percent(self) -> int:
        """Whole percent of the goal, from 0 to 100; below 100 until the goal is met."""
        return min(100, self.confirmed_count * 100 // max(1, self.goal))

    @property
    def remaining(self) -> int:
        """Signatures that are missing from the goal."""
        return max(0, self.goal - self.confirmed_count)

    def page_context(self) -> dict[str, Any]:
        """Context of ``advocacy/petition.html``."""
        return {
            "petition": self,
            "targets": self.targets,
            "recent_signers": self.recent_signers,
            "deliveries": self.delivery_log,
            "form": SigningForm() if self.is_open else None,
            "share_links": share_links(self.title, self.full_url),
            "address": self.full_url,
            "head": self.head(self.title, self.summary),
        }


class PetitionTarget(Orderable):
    """One of those whom a petition asks."""

    petition = ParentalKey(Petition, on_delete=models.CASCADE, related_name="target_rows")
    representative = models.ForeignKey(
        Representative, on_delete=models.PROTECT, related_name="petition_targets"
    )

    panels = [FieldPanel("representative")]

    class Meta(Orderable.Meta):
        verbose_name = "target"
        verbose_name_plural = "targets"
        constraints = [
            models.UniqueConstraint(
                fields=["petition", "representative"],
                name="petition_target_unique",
                violation_error_message="This representative is a target already.",
            )
        ]

    def __str__(self) -> str:
        return str(self.representative)
