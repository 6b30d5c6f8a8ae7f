"""What a newsroom sets for its articles."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

WORDS = [MinValueValidator(30), MaxValueValidator(2000)]


@register_setting(icon="doc-full-inverse", order=20)
class NewsroomSettings(BaseSiteSetting):
    """Limits on texts, the language model and its budget, and who must approve."""

    extract_limit = models.PositiveIntegerField(
        default=600,
        validators=[MinValueValidator(50), MaxValueValidator(10_000)],
        verbose_name="extract limit",
        help_text="Words of a source's text that one article may show.",
    )
    opinion_words = models.PositiveIntegerField(
        default=350, validators=WORDS, verbose_name="Opinion", help_text="Words at most."
    )
    action_words = models.PositiveIntegerField(
        default=250, validators=WORDS, verbose_name="Action", help_text="Words at most."
    )
    to_do_words = models.PositiveIntegerField(
        default=400, validators=WORDS, verbose_name="To Do", help_text="Words at most."
    )
    drafting_enabled = models.BooleanField(
        default=True,
        verbose_name="drafting with a language model",
        help_text="Switch off to hide the buttons and refuse every request for a draft.",
    )
    model = models.CharField(
        max_length=120,
        blank=True,
        help_text="The model's name at your provider. Blank takes the operator's setting.",
    )
    input_price = models.DecimalField(
        max_digits=8,
        decimal_places=4,
        default=Decimal("0.4000"),
        validators=[MinValueValidator(Decimal(0))],
        verbose_name="price of a million tokens sent, in USD",
    )
    output_price = models.DecimalField(
        max_digits=8,
        decimal_places=4,
        default=Decimal("1.6000"),
        validators=[MinValueValidator(Decimal(0))],
        verbose_name="price of a million tokens received, in USD",
    )
    monthly_budget = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        default=Decimal("25.00"),
        validators=[MinValueValidator(Decimal(0))],
        verbose_name="monthly budget, in USD",
        help_text="When it is used up, drafting waits for the next month.",
    )
    four_eyes = models.BooleanField(
        default=True,
        verbose_name="four eyes",
        help_text="Commentary that a model drafted is approved by somebody who neither asked for"
        " the draft nor edited the section last.",
    )

    story_days = models.PositiveIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        verbose_name="days that stories are kept",
        help_text="Stories from feeds that no article and no related link uses are deleted then.",
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("extract_limit"),
                FieldRowPanel(
                    [
                        FieldPanel("opinion_words"),
                        FieldPanel("action_words"),
                        FieldPanel("to_do_words"),
                    ]
                ),
            ],
            "Lengths",
        ),
        MultiFieldPanel(
            [
                FieldPanel("drafting_enabled"),
                FieldPanel("model"),
                FieldRowPanel([FieldPanel("input_price"), FieldPanel("output_price")]),
                FieldPanel("monthly_budget"),
            ],
            "Language model",
        ),
        MultiFieldPanel([FieldPanel("four_eyes")], "Review"),
        MultiFieldPanel([FieldPanel("story_days")], "Stories"),
    ]

    class Meta:
        verbose_name = "Newsroom"

    @property
    def model_name(self) -> str:
        """The model that drafts: the newsroom's choice, else the operator's."""
        return self.model or settings.OPENAI_MODEL

    def words(self, section: str) -> int:
        """How many words a section may have."""
        limits: dict[str, int] = {
            "opinion": self.opinion_words,
            "action": self.action_words,
            "to_do": self.to_do_words,
        }
        return limits[section]
