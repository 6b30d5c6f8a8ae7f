"""Letters to representatives, and whom they go to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, PublishingPanel, TitleFieldPanel
from wagtail.models import Orderable

from advocacy.letter_forms import LetterForm
from advocacy.letters import (
    MAILTO_LIMIT,
    NOBODY,
    copy_for,
    in_words,
    open_places,
    shared_by,
    unknown_tokens,
)
from advocacy.models.channels import Channel
from advocacy.models.content import SLUG_HELP, PublishedContent
from advocacy.models.representatives import Representative

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self


# A ZIP code has at most six districts, in two states at most.
ADDRESSEES_AT_MOST = 10
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,120}")


@dataclass(frozen=True)
class Addressees:
    """Whom a letter goes to, and the part of its address that says so."""

    representatives: list[Representative]
    left_out: bool = False
    query: str = ""

    @property
    def address(self) -> str:
        """Where a form on the letter's page is sent, so that it stays filled in for them."""
        return f"?{self.query}" if self.query else ""


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
        FieldPanel("slug", help_text=SLUG_HELP),
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

    def address_to(self, representatives: Sequence[Representative]) -> str:
        """Its page, filled in for them."""
        return f"{self.get_absolute_url()}?{_query_to(representatives)}"

    @property
    def targets(self) -> list[Representative]:
        """Whom it is meant for, in order; none means the reader's own representatives."""
        return [row.representative for row in self.target_rows.all()]

    def addressees(self, asked: Sequence[str] = ()) -> Addressees:
        """Whom the letter goes to, where an address asks for some.

        A letter with targets goes to those among them, else to all; one without goes to whoever
        sits in office. What is asked for and cannot be is left out.
        """
        wanted = list(dict.fromkeys(asked))
        slugs = [slug for slug in wanted if _SLUG.fullmatch(slug)][:ADDRESSEES_AT_MOST]
        targets = self.targets
        if not slugs:
            return Addressees(targets, left_out=bool(wanted))
        if targets:
            allowed = [target for target in targets if target.live and target.is_in_office]
        else:
            people = Representative.objects.public().in_office().with_channels()
            allowed = list(people.filter(slug__in=slugs))
        by_slug = {representative.slug: representative for representative in allowed}
        chosen = [by_slug[slug] for slug in slugs if slug in by_slug]
        return Addressees(
            chosen or targets,
            left_out=len(chosen) < len(wanted),
            query=_query_to(chosen),
        )

    def page_context(
        self, asked: Sequence[str] = (), typed: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Context of ``advocacy/letter.html``; with what the reader typed, in their words."""
        to = self.addressees(asked)
        people = to.representatives
        draft = {"subject": self.subject, "body": self.body}
        form = LetterForm(
            typed, initial={name: shared_by(people, text) for name, text in draft.items()}
        )
        sender = NOBODY
        if typed is not None and form.is_valid():
            sender = form.sender
            draft = {name: form.cleaned_data[name] for name in draft}
        copies = [
            copy_for(
                representative,
                **draft,
                sender=sender,
                chosen_post=(typed or {}).get(f"post-{representative.slug}", ""),
            )
            for representative in people
        ]
        return {
            "letter": self,
            "form": form if copies else None,
            "is_own": typed is not None and form.is_valid(),
            "to": to,
            "copies": copies,
            "tokens_left": len(copies) > 1 and "{" in str(form["body"].value()),
            "open_places": open_places(draft["body"]),
            "today": timezone.localdate(),
            "mailto_limit": MAILTO_LIMIT,
            "general": None if copies else in_words(subject=self.subject, body=self.body),
            "head": self.head(self.title, self.subject),
        }


def _query_to(representatives: Sequence[Representative]) -> str:
    return urlencode([("to", representative.slug) for representative in representatives])


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
