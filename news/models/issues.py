"""Issues of the newsletter: what the newsroom sends to subscribers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.http import HttpResponse
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.models import PreviewableMixin, Site

from cms.core.blocks import PROSE_FEATURES
from cms.core.streams import StreamField
from cms.newsletter.models import Frequency
from news.newsletters.blocks import IssueBlock

if TYPE_CHECKING:
    from django.http import HttpRequest


class Audience(models.TextChoices):
    """For whom an issue is: readers by how often they want the newsletter."""

    EACH = "each", "Readers of each article"
    DAILY = "daily", "Daily readers"
    WEEKLY = "weekly", "Weekly readers"
    EVERYBODY = "everybody", "Everybody"

    @property
    def frequencies(self) -> list[str]:
        """The same, as the newsletter knows it."""
        return list(Frequency.values) if self == Audience.EVERYBODY else [self.value]


class IssueStatus(models.TextChoices):
    """How far an issue has come; how far its mails have is known to the mailing."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    BEGUN = "begun", "Sent"


class Issue(PreviewableMixin, models.Model):
    """One mailing of the newsletter, composed from articles."""

    Status = IssueStatus

    audience = models.CharField(
        "for", max_length=10, choices=Audience, default=Audience.WEEKLY, db_index=True
    )
    subject = models.CharField(
        max_length=150, blank=True, help_text="What readers see in their list of mails."
    )
    preheader = models.CharField(
        max_length=150,
        blank=True,
        help_text="What many programs show behind the subject. Blank takes titles of articles.",
    )
    introduction = RichTextField(
        blank=True, features=PROSE_FEATURES, help_text="A few words before the first article."
    )
    content = StreamField(IssueBlock(), blank=True)
    status = models.CharField(max_length=10, choices=IssueStatus, default=IssueStatus.DRAFT)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True, help_text="Why it was not sent when it was to be.")
    # Which automatic issue it is, as in daily:2026-11-28; blank for one composed by hand.
    period = models.CharField(max_length=40, blank=True, editable=False)
    name = models.CharField(
        max_length=200, blank=True, editable=False, help_text="Of an automatic one."
    )
    covers_until = models.DateTimeField(
        help_text="The next issue for the same readers begins with what was published after it."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    begun_at = models.DateTimeField(null=True, blank=True)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    mailing = models.OneToOneField(
        "newsletter.Mailing", null=True, on_delete=models.PROTECT, related_name="+"
    )

    panels = [
        FieldPanel("audience"),
        FieldPanel("subject"),
        FieldPanel("preheader"),
        FieldPanel("introduction"),
        FieldPanel("content"),
    ]

    class Meta:
        verbose_name = "newsletter issue"
        ordering = ["-pk"]
        permissions = [("send_issue", "Can send and schedule newsletter issues")]
        constraints = [
            models.UniqueConstraint(
                fields=["period"], condition=~models.Q(period=""), name="issue_once_a_period"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=IssueStatus.SCHEDULED)
                | models.Q(scheduled_for__isnull=False),
                name="issue_scheduled_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.name or "An issue without a subject"

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        """As it looks, and as it reads without pictures and colours."""
        return [("html", "HTML"), ("text", "Plain text")]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The mail itself, or why it cannot be sent."""
        from news.newsletters import previews  # noqa: PLC0415 - it reads this model

        return previews.preview(self, request=request, mode=mode_name)


class IssueArticle(models.Model):
    """That an article was in an issue; readers of each article get each once."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="held")
    article = models.ForeignKey("news.ArticlePage", on_delete=models.CASCADE, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "article"], name="issue_article_unique"),
            models.UniqueConstraint(
                fields=["article"],
                condition=models.Q(audience=Audience.EACH),
                name="issue_each_article_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} in {self.issue_id}"


class Weekday(models.IntegerChoices):
    """As Python counts them."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


@register_setting(icon="mail", order=25)
class NewsletterSettings(BaseSiteSetting):
    """When issues are sent that compose themselves; those of the default site hold."""

    automatic_each = models.BooleanField(
        "each article",
        default=True,
        help_text="Readers of each article get it by itself, when it has been up for a while.",
    )
    delay = models.PositiveSmallIntegerField(
        "minutes that a mistake can be mended",
        default=15,
        validators=[MaxValueValidator(720)],
        help_text="From the last publication of an article to its mail.",
    )
    automatic_daily = models.BooleanField(
        "daily issue", default=True, help_text="Made by itself of what is new, and sent."
    )
    automatic_weekly = models.BooleanField(
        "weekly issue",
        default=True,
        help_text="Made by itself of what is new since the last weekly issue, and sent. Switch it"
        " off if you compose every weekly issue by hand.",
    )
    weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.FRIDAY)
    hour = models.PositiveSmallIntegerField(
        default=7,
        validators=[MaxValueValidator(23)],
        help_text="From 0 to 23, in the site's own time zone.",
    )

    panels = [
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("automatic_each"), FieldPanel("delay")])], "Each article"
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("automatic_daily"), FieldPanel("automatic_weekly")]),
                FieldRowPanel([FieldPanel("weekday"), FieldPanel("hour")]),
            ],
            "Daily and weekly",
        ),
    ]

    class Meta:
        verbose_name = "Newsletter"

    @classmethod
    def of_default_site(cls) -> Any:
        """Those that hold: subscribers belong to no site."""
        return cls.for_site(Site.objects.get(is_default_site=True))
