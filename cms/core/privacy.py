"""Pages that not everybody may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CharField, ExpressionWrapper, F, OuterRef
from wagtail.models import PageViewRestriction

if TYPE_CHECKING:
    from django.db.models import QuerySet


def restrictions_above() -> QuerySet[PageViewRestriction]:
    """For ``Exists`` in a query of pages: what restricts a page itself or a page above it."""
    path = ExpressionWrapper(OuterRef("path"), CharField())
    return PageViewRestriction.objects.annotate(below=path).filter(
        below__startswith=F("page__path")
    )
