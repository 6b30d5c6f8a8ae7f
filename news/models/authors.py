"""Those who write articles up, where they have a page here."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.models import Orderable, RevisionMixin
from wagtail.search import index

from cms.core.models import Picture


class Author(RevisionMixin, index.Indexed, models.Model):
    """Somebody of the newsroom, as readers see them."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    introduction = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(600)],
        help_text="A sentence or two for the head of their page: what they write about, since when.",
    )
    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    panels = [
        TitleFieldPanel("name", targets=["slug"]),
        FieldPanel("slug"),
        FieldPanel("introduction"),
        FieldPanel("picture"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Their page."""
        return f"/authors/{self.slug}/"


class ArticleAuthor(Orderable):
    """An author of an article, in the article's order."""

    page = ParentalKey("news.ArticlePage", on_delete=models.CASCADE, related_name="article_authors")
    # Not PROTECT: stored versions that name somebody who is gone could then not be read any more.
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="written")

    panels = [FieldPanel("author")]

    def __str__(self) -> str:
        return str(self.author)
