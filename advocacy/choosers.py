"""Choosing a representative, petition or letter, by part of its name.

The lists are short, so the database searches them: choosing must work while a search server is
down, and whatever is typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from advocacy.models.content import PublishedContent


class NameFilterForm(SearchFilterMixin, BaseFilterForm):
    """Finds every word that was typed, in any order, in the field that ``find_by`` names."""

    def filter(self, objects: QuerySet[PublishedContent]) -> QuerySet[PublishedContent]:
        """Narrow the list; nothing typed leaves it whole."""
        self.search_query = self.cleaned_data["q"].strip()
        self.is_searching = bool(self.search_query)
        for word in self.search_query.split():
            objects = objects.filter(**{f"{objects.model.find_by}__icontains": word})
        return objects


class NameChooseView(ChooseView):
    """The list with its search field."""

    filter_form_class = NameFilterForm


class NameChooseResultsView(ChooseResultsView):
    """The part of the list that changes while somebody types."""

    filter_form_class = NameFilterForm


class NameChooserViewSet(SnippetChooserViewSet):
    """Replaces Wagtail's chooser, which asks the search backend."""

    choose_view_class = NameChooseView
    choose_results_view_class = NameChooseResultsView
