"""Articles and the page that lists them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.http import Http404
from django.utils import formats, timezone
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import TaggedItemBase
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.models import (
    Orderable,
    Page,
    PageManager,
    PageQuerySet,
    PageViewRestriction,
)
from wagtail.search import index

from cms.core.blocks import ProseStreamBlock
from cms.core.models import BasePage, Picture
from cms.core.own_paths import TopPage
from cms.core.page_cache import tags
from cms.core.privacy import restrictions_above
from cms.core.streams import StreamField
from news import panels as news_panels
from news.addresses import AddressError, canonical
from news.blocks import ActionBlock, OpinionBlock, ToDoBlock
from news.forms import ArticlePageForm
from news.models.commentary import Section
from news.tag_names import ARTICLES

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from news.models.authors import Author


def validate_web_address(value: str) -> None:
    """Only http(s): a reader must be able to follow it."""
    if not value.lower().startswith(("http://", "https://")):
        raise ValidationError("Use an address that begins with http:// or https://.")


def source_key(address: str) -> str:
    """The canonical form of an address; blank where it is none."""
    try:
        return canonical(address)
    except AddressError:
        return ""


def validate_not_in_future(value: datetime) -> None:
    """A source cannot have published tomorrow; five minutes are left for clocks that differ."""
    if value > timezone.now() + timedelta(minutes=5):
        raise ValidationError(
            "This time is in the future. Check the date, and whether the zone is right."
        )


def validate_time_zone(value: str) -> None:
    """A name of the IANA time zone database."""
    if value not in available_timezones():
        raise ValidationError(
            f"“{value}” is no time zone. Use a name like America/New_York or Europe/Brussels."
        )


class ArticleQuerySet(PageQuerySet):
    """Questions about articles."""

    def newest(self) -> Self:
        """Newest first, by an indexed column."""
        return self.order_by("-first_published_at", "-pk")

    def featured(self) -> Self:
        """Those an editor marked for the front page."""
        return self.filter(featured=True)

    def in_category(self, category: Any) -> Self:
        """Those filed under a category, or under one below it."""
        return self.filter(
            models.Exists(
                ArticlePage.categories.through.objects.filter(
                    articlepage_id=models.OuterRef("pk"), category_id__in=category.family
                )
            )
        )

    def tagged(self, tag: Any) -> Self:
        """Those that carry a tag."""
        return self._linked(ArticleTag.objects.filter(tag=tag), "content_object_id")

    def written_by(self, author: Any) -> Self:
        """Those that name an author."""
        return self._linked(author.written.all(), "page_id")

    def _linked(self, links: QuerySet[Any], to: str) -> Self:
        return self.filter(models.Exists(links.filter(**{to: models.OuterRef("pk")})))

    def for_reading(self) -> Self:
        """With what the article's own page shows, and whether anything may keep readers out."""
        path = models.ExpressionWrapper(models.OuterRef("path"), models.CharField())
        # Any alias at all: asked as a range, which SQLite too answers from its index.
        aliases = Page.objects.annotate(below=path).filter(
            below__startswith=models.F("path"), alias_of__gt=0
        )
        return self.select_related("source", "lead_image", "social_image", "petition").annotate(
            may_be_restricted=models.ExpressionWrapper(
                models.Q(models.Exists(restrictions_above())) | models.Q(models.Exists(aliases)),
                models.BooleanField(),
            )
        )

    def for_address(self) -> Self:
        """With what tells who may read it, and nothing that its page shows; see ``as_a_whole``."""
        return self.for_reading().select_related(None).only("pk")

    def for_cards(self) -> Self:
        """With all that a card shows, and without the texts that it does not."""
        return (
            self.select_related("source", "lead_image")
            .prefetch_related("categories", "lead_image__renditions")
            .defer("body", "opinion", "action", "to_do")
        )


class ArticleManager(PageManager.from_queryset(ArticleQuerySet)):  # type: ignore[misc]
    """Articles."""


class ArticleIndexPage(TopPage):
    """All articles, newest first."""

    introduction = models.TextField(blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types = ["news.ArticlePage"]
    max_count_per_parent = 1
    own_slug = "news"

    content_panels = [*TopPage.content_panels, FieldPanel("introduction")]

    class Meta:
        verbose_name = "article index"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add one page of articles."""
        from news.paging import NewestFirst  # noqa: PLC0415 - it reads this model

        context = super().get_context(request, *args, **kwargs)
        tags.show(ARTICLES)
        # There is one index, so all of them are below it. Asked by path, SQLite reads every page.
        articles = NewestFirst(ArticlePage.objects.live().public(), what="all articles")
        context["articles"] = articles.get_page(request.GET.get("page"))
        if (number := context["articles"].number) > 1:
            context["head"]["title"] += f", page {number}"
            context["head"]["canonical"] += f"?page={number}"
        return context

    @property
    def description(self) -> str:
        """What the page is."""
        return super().description or self.introduction


class ArticleTag(TaggedItemBase):
    """A tag on an article."""

    content_object = ParentalKey(
        "news.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items"
    )

    class Meta:
        indexes = [models.Index(fields=["tag", "content_object"], name="article_tag_pair")]


class Correction(Orderable):
    """What was wrong in an article, and since when it is right."""

    page = ParentalKey("news.ArticlePage", on_delete=models.CASCADE, related_name="corrections")
    date = models.DateField(default=timezone.localdate)
    text = models.TextField(
        validators=[MaxLengthValidator(2000)],
        help_text="What it said, and what is right. Readers see it under the article.",
    )

    panels = [FieldPanel("date"), FieldPanel("text")]

    class Meta(Orderable.Meta):
        ordering = ["-date", "sort_order"]

    def __str__(self) -> str:
        return f"{self.date}: {self.text[:60]}"


class ArticlePage(BasePage):
    """A story from elsewhere, and what the newsroom adds to it."""

    introduction = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(600)],
        help_text="One or two sentences: what happened, and why it matters.",
    )
    byline = models.CharField(
        max_length=160,
        blank=True,
        help_text="Who else wrote it up: those without a page among our authors. May be blank.",
    )

    source = models.ForeignKey(
        "news.Source",
        null=True,
        on_delete=models.PROTECT,
        related_name="articles",
        help_text="Who published the story.",
    )
    source_address = models.URLField(
        max_length=2000, validators=[validate_web_address], help_text="Where it can be read."
    )
    # What the address is told apart by, as readers see it and as the latest version has it.
    source_key = models.CharField(max_length=2000, blank=True, default="", editable=False)
    latest_source_key = models.CharField(max_length=2000, blank=True, default="", editable=False)
    source_authors = models.CharField(
        max_length=300,
        blank=True,
        default="",
        verbose_name="source's authors",
        help_text="Who wrote the story there, as the source names them. May be blank.",
    )
    source_published_at = models.DateTimeField(
        null=True,
        validators=[validate_not_in_future],
        verbose_name="published there at",
        help_text="In the site's own time zone. Readers see it in that zone, with its name.",
    )
    source_time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        verbose_name="source's time zone",
        help_text="Where the source gave a zone of its own, as in Europe/Brussels. For the record.",
    )

    lead_image = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lead_image_alt = models.CharField(
        max_length=300,
        blank=True,
        verbose_name="text for those who cannot see it",
        help_text="Blank takes the picture's own description.",
    )
    lead_image_credit = models.CharField(
        max_length=255,
        blank=True,
        verbose_name="credit",
        help_text="Blank takes the picture's own credit.",
    )

    body = StreamField(
        ProseStreamBlock(),
        blank=True,
        help_text="An extract of the source, within its limit. Readers see the first paragraphs"
        " and unfold the rest.",
    )
    categories = ParentalManyToManyField("news.Category", blank=True, related_name="articles")
    tags = ClusterTaggableManager(through=ArticleTag, blank=True)
    featured = models.BooleanField(
        default=False, help_text="May lead the front page. The newest featured article does."
    )
    petition = models.ForeignKey(
        "advocacy.Petition",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Shown after the story and at its end. Blank takes the site's default petition.",
    )

    opinion = StreamField(OpinionBlock(), blank=True, help_text="What we think of it, and why.")
    action = StreamField(ActionBlock(), blank=True, help_text="Why and how to act.")
    to_do = StreamField(
        ToDoBlock(), blank=True, verbose_name="To Do", help_text="A list a reader can finish today."
    )

    objects = ArticleManager()

    base_form_class = ArticlePageForm
    parent_page_types = ["news.ArticleIndexPage"]
    subpage_types: list[str] = []

    story_panels = [
        *BasePage.content_panels,
        FieldPanel("introduction"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("source"), FieldPanel("source_address")]),
                FieldRowPanel([FieldPanel("source_published_at"), FieldPanel("source_time_zone")]),
                FieldPanel("source_authors"),
            ],
            "Source",
        ),
        InlinePanel("article_authors", label="Author", heading="Authors"),
        FieldPanel("byline"),
        MultiFieldPanel(
            [
                FieldPanel("lead_image"),
                FieldRowPanel([FieldPanel("lead_image_alt"), FieldPanel("lead_image_credit")]),
            ],
            "Lead picture",
        ),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("categories", widget=news_panels.CategoryCheckboxes),
                FieldPanel("tags"),
                FieldPanel("featured"),
                FieldPanel("petition"),
            ],
            "Filed under",
        ),
        InlinePanel("corrections", label="Correction", heading="Corrections"),
    ]
    commentary_panels = [
        news_panels.DraftingPanel(),
        *(
            panel
            for section in Section
            for panel in (
                FieldPanel(section.value, heading=section.label),
                news_panels.SectionPanel(section=section),
            )
        ),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(story_panels, heading="Story"),
            ObjectList(commentary_panels, heading="Commentary"),
            ObjectList([news_panels.RelatedLinksPanel()], heading="Related links"),
            ObjectList(BasePage.promote_panels, heading="Promote"),
            ObjectList(BasePage.settings_panels, heading="Settings"),
        ]
    )

    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction", boost=2),
        index.SearchField("body"),
        index.SearchField("opinion"),
        index.SearchField("action"),
        index.SearchField("to_do"),
        index.FilterField("first_published_at"),
        index.FilterField("featured"),
        index.RelatedFields("source", [index.SearchField("name"), index.FilterField("id")]),
        index.RelatedFields("categories", [index.SearchField("name"), index.FilterField("slug")]),
        index.RelatedFields("tags", [index.SearchField("name"), index.FilterField("slug")]),
    ]

    class Meta:
        verbose_name = "article"
        indexes = [
            models.Index(fields=["source_key"], name="article_source_key"),
            models.Index(fields=["latest_source_key"], name="article_latest_source_key"),
            # The front page's lead: else SQLite reads every article for it.
            models.Index(
                fields=["featured"], name="article_featured", condition=models.Q(featured=True)
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Hold the gate wherever live content is written, by whatever route it came here."""
        from news import publication  # noqa: PLC0415 - it reads this model

        publication.guard_live(self, update_fields=kwargs.get("update_fields"))
        self._remember_source_key(kwargs)
        super().save(*args, **kwargs)

    def _remember_source_key(self, options: dict[str, Any]) -> None:
        """Keep the keys right: the row's with its address, the latest version's with that."""
        own = source_key(self.source_address)
        fields = options.get("update_fields")
        if fields is None or "source_address" in fields:
            self.source_key = own
            latest = self.latest_revision
            # An older version may go live while a newer one waits.
            stored = latest.content.get("source_address", "") if latest else self.source_address
            self.latest_source_key = source_key(stored)
            if fields is not None:
                options["update_fields"] = {*fields, "source_key", "latest_source_key"}

    def save_revision(self, *args: Any, **kwargs: Any) -> Any:
        """Keep the record of who changed which section beside the revision."""
        from news import provenance  # noqa: PLC0415 - it reads this model

        revision = super().save_revision(*args, **kwargs)
        self.latest_source_key = source_key(self.source_address)
        type(self).objects.filter(pk=self.pk).update(latest_source_key=self.latest_source_key)
        provenance.record_edits(page=self, editor=revision.user)
        return revision

    def publish(self, revision: Any, *args: Any, **kwargs: Any) -> Any:
        """Publish; a scheduled revision that the gate refuses is unscheduled and reported."""
        from news import publication  # noqa: PLC0415 - it reads this model

        return publication.publish(self, super().publish, revision, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Everything that the page shows; see ``news.presentation``."""
        from news import presentation  # noqa: PLC0415 - it reads this model

        context = super().get_context(request, *args, **kwargs)
        context.update(presentation.article(self, request=request, head=context["head"]))
        return context

    def as_a_whole(self) -> Self:
        """With everything, where it was found by ``for_address``. Http404 where it is gone by now."""
        if not self.get_deferred_fields():
            return self
        found: Self | None = type(self).objects.for_reading().live().filter(pk=self.pk).first()
        if found is None:
            raise Http404
        return found

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        """What keeps readers out; nothing is asked again where ``for_reading`` found nothing."""
        if getattr(self, "may_be_restricted", True):
            return super().get_view_restrictions()
        return PageViewRestriction.objects.none()

    @property
    def description(self) -> str:
        """What the page is about."""
        return super().description or self.introduction

    @property
    def picture_for_sharing(self) -> Picture | None:
        """The social image, else the lead picture."""
        return self.social_image or self.lead_image

    @property
    def open_graph_type(self) -> str:
        """An article."""
        return "article"

    @property
    def authors(self) -> list[Author]:
        """Those who have a page here, in order, each once."""
        return list(dict.fromkeys(row.author for row in self.article_authors.all()))

    @property
    def written_up_by(self) -> list[str]:
        """The names of all who wrote it up: those with a page, then the byline."""
        return [*(author.name for author in self.authors), *([self.byline] if self.byline else [])]

    @property
    def image_alt(self) -> str:
        """The text of the lead picture for those who cannot see it."""
        return self.lead_image_alt or (self.lead_image.description if self.lead_image else "")

    @property
    def image_credit(self) -> str:
        """The credit of the lead picture."""
        return self.lead_image_credit or (self.lead_image.credit if self.lead_image else "")

    @property
    def source_published_display(self) -> str:
        """When the source published, as in "Sunday, August 17, 2025, 5:22 PM EDT"."""
        if self.source_published_at is None:
            return ""
        local = timezone.localtime(self.source_published_at)
        day = formats.date_format(local, "l, F j, Y, g:i A")
        return f"{day} {local.tzname()}"

    @property
    def source_published_in_source_zone(self) -> datetime | None:
        """When the source published, in the zone that it gave itself."""
        if self.source_published_at is None or not self.source_time_zone:
            return self.source_published_at
        return self.source_published_at.astimezone(ZoneInfo(self.source_time_zone))
