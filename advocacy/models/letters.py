"""Letters to representatives, and whom they go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, PublishingPanel, TitleFieldPanel
from wagtail.models import Orderable

from advocacy.letters import copy_for, in_words, unknown_tokens
from advocacy.models.channels import Channel
from advocacy.models.content import PublishedContent
from advocacy.models.representatives import Representative

if TYPE_CHECKING:
    from typing import Self


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters as readers may see them."""

    def public(self) -> Self:
        """Those with a page that readers can open."""
        return self.filter(live=True)

    def with_targets(self) -> Self:
        """With the representatives and their channels, in two more queries for all."""
        return self.prefetch_related(
            Prefetch(
                "target_rows",
                queryset=LetterTarget.objects.select_related("representative").prefetch_related(
                    Prefetch("representative__channels", queryset=Channel.objects.all())
                ),
            )
        )


class Letter(PublishedContent):
    """A text that readers send in their own name."""

    title = models.CharField(max_length=160)
    subject = models.CharField(max_length=160)
    body = models.TextField(
        max_length=8000,
        help_text=(
            "Plain text. These are filled in for each target: {salutation} (Dear Senator "
            "Baldwin), {title} {name}, {office}, {state}, {district}."
        ),
    )

    objects = LetterQuerySet.as_manager()

    preview_template = "advocacy/letter.html"

    panels = [
        TitleFieldPanel("title"),
        FieldPanel("slug"),
        FieldPanel("subject"),
        FieldPanel("body"),
        InlinePanel(
            "target_rows",
            label="Target",
            heading="Targets",
            help_text="None: readers write to their own representatives.",
        ),
        PublishingPanel(),
    ]

    class Meta:
        verbose_name = "letter"
        verbose_name_plural = "letters"
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a token that nothing would be filled in for, by its name."""
        super().clean()
        errors = {}
        for field in ("subject", "body"):
            unknown = unknown_tokens(getattr(self, field))
            if unknown:
                errors[field] = ValidationError(
                    "Nothing is known to fill in for %(tokens)s. Use {title}, {name}, "
                    "{salutation}, {district}, {state} or {office}.",
                    params={"tokens": ", ".join(unknown)},
                )
        if errors:
            raise ValidationError(errors)

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("advocacy:letter", args=[self.slug])

    @property
    def targets(self) -> list[Representative]:
        """Whom it is meant for, in order; none means the reader's own representatives."""
        return [row.representative for row in self.target_rows.all()]

    def page_context(self) -> dict[str, Any]:
        """Context of ``advocacy/letter.html``."""
        copies = [
            copy_for(representative, subject=self.subject, body=self.body)
            for representative in self.targets
        ]
        return {
            "letter": self,
            "copies": copies,
            "general": None if copies else in_words(subject=self.subject, body=self.body),
            "head": self.head(self.title, self.subject),
        }


class LetterTarget(Orderable):
    """One of those whom a letter is meant for."""

    letter = ParentalKey(Letter, on_delete=models.CASCADE, related_name="target_rows")
    representative = models.ForeignKey(
        Representative, on_delete=models.PROTECT, related_name="letter_targets"
    )

    panels = [FieldPanel("representative")]

    class Meta(Orderable.Meta):
        verbose_name = "target"
        verbose_name_plural = "targets"
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "representative"],
                name="letter_target_unique",
                violation_error_message="This representative is a target already.",
            )
        ]

    def __str__(self) -> str:
        return str(self.representative)
