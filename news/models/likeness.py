"""What the newsroom's index of likeness holds: headlines, their words, and how common these are."""

from __future__ import annotations

from django.db import models

LONGEST_WORD = 40


class LikenessEntry(models.Model):
    """A headline that can be suggested: of a story or of an own article, live or not."""

    story = models.OneToOneField(
        "news.Story", null=True, on_delete=models.CASCADE, related_name="likeness"
    )
    page = models.OneToOneField(
        "news.ArticlePage", null=True, on_delete=models.CASCADE, related_name="likeness"
    )
    # As they were when the words were taken: where they differ by now, they are taken again.
    title = models.CharField(max_length=300)
    published_at = models.DateTimeField()
    # The first part of its tag, as in "en"; blank where nobody said.
    language = models.CharField(max_length=8, blank=True)
    # With spaces between them, each once.
    words = models.TextField(blank=True)
    indexed_at = models.DateTimeField(db_index=True)
    # When stories like this article were last looked for.
    suggested_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name_plural = "likeness entries"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(story__isnull=False, page__isnull=True)
                | models.Q(story__isnull=True, page__isnull=False),
                name="likeness_entry_of_one",
            )
        ]

    def __str__(self) -> str:
        return self.title


class LikenessPosting(models.Model):
    """One word of one headline, where a query finds it with one walk along an index."""

    word = models.CharField(max_length=LONGEST_WORD)
    # Minutes since 1970, so that both databases reckon with it alike.
    minute = models.IntegerField()
    entry = models.ForeignKey(
        LikenessEntry, on_delete=models.CASCADE, related_name="postings", db_index=False
    )
    # One word of many says less: 1 / sqrt(words of the headline).
    weight = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "word"], name="likeness_posting_unique")
        ]
        # All that a query reads: it needs no look into the table.
        indexes = [
            models.Index(fields=["word", "minute", "entry", "weight"], name="likeness_posting_walk")
        ]

    def __str__(self) -> str:
        return self.word


class LikenessWord(models.Model):
    """In how many headlines a word stands, as of the last count; a word in one has no row.

    The blank word's row is the number of headlines that were counted.
    """

    word = models.CharField(max_length=LONGEST_WORD, primary_key=True)
    headlines = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.word
