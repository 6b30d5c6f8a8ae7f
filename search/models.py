"""The readers' index: what can be found, and what editors put first."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel


class Kind(models.TextChoices):
    """What can be found; the order is that of the tabs."""

    ARTICLE = "article", "Articles"
    REPRESENTATIVE = "representative", "Representatives"
    PETITION = "petition", "Petitions"


class Entry(models.Model):
    """Something that every reader may open, and only such a thing.

    Its texts stand beside it, in the tables ``search_text`` and ``search_title``, which differ from
    one database to the other (``search.embedded``). All of it can be made again.
    """

    # A moment and a number that tells apart what has the same moment: the order of the index is
    # that of time, so the newest of many hits are found without sorting.
    slot = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=14, choices=Kind)
    object_id = models.BigIntegerField()
    # The marks of the groups it is counted in, separated by spaces; see ``search.labels``.
    labels = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_of_one_object")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Word(models.Model):
    """A word that stands in a text: what a misspelt one may have been meant to be."""

    word = models.CharField(max_length=40, primary_key=True)

    def __str__(self) -> str:
        return self.word


class Change(models.Model):
    """Something that the search server has not been told of yet; there may be several of one."""

    kind = models.CharField(max_length=14, choices=Kind)
    object_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Promotion(models.Model):
    """Something that editors put before all results, where exactly these words are searched for."""

    words = models.TextField(
        help_text="What readers type, each on a line of its own. Small and capital letters, accents "
        "and punctuation make no difference."
    )
    # The same as the search compares them: a line for each, with a line's end before and after.
    phrases = models.TextField(editable=False)
    article = models.ForeignKey(
        "news.ArticlePage", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    representative = models.ForeignKey(
        "advocacy.Representative", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    petition = models.ForeignKey(
        "advocacy.Petition", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    text = models.CharField(
        max_length=300,
        blank=True,
        help_text="A sentence under its title: why it helps. May be blank.",
    )

    panels = [
        FieldPanel("words"),
        MultiFieldPanel(
            [FieldPanel("article"), FieldPanel("representative"), FieldPanel("petition")],
            "Leads to one of these",
        ),
        FieldPanel("text"),
    ]

    class Meta:
        ordering = ["pk"]
        verbose_name = "promoted result"

    def __str__(self) -> str:
        return self.words.strip().partition("\n")[0][:60]

    def clean(self) -> None:
        """Words to search for, and one thing that is found."""
        super().clean()
        errors: dict[str, str] = {}
        if not self._compared().strip():
            errors["words"] = "Write at least one word that readers may type."
        chosen = [name for name in Kind.values if getattr(self, f"{name}_id")]
        if len(chosen) != 1:
            errors[chosen[1] if chosen else "article"] = (
                "Choose one article, one representative or one petition, and not more."
            )
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the words in the form in which they are compared."""
        self.phrases = self._compared()
        super().save(*args, **kwargs)

    def _compared(self) -> str:
        from search.indexing import bare  # noqa: PLC0415 - it reads these models
        from search.queries import parse  # noqa: PLC0415 - as above

        parsed = (parse(line).terms for line in self.words.splitlines())
        lines = (" ".join(part for term in terms for part in term) for terms in parsed)
        return "\n" + "".join(f"{bare(line)}\n" for line in lines if line)

    @property
    def target(self) -> tuple[str, int]:
        """The kind and the number of what it leads to."""
        for kind in Kind.values:
            if number := getattr(self, f"{kind}_id"):
                return kind, number
        return Kind.ARTICLE, 0
