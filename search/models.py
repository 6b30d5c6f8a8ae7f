"""The readers' index: what can be found, and what editors put first."""

from __future__ import annotations

from django.db import models


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
