"""Wagtail's lists of pages, at any number of pages.

Stock, a list counts all pages below its own, and looks through all pages and through the whole log for the
people whom its filters offer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef
from django.forms import CheckboxSelectMultiple
from wagtail.admin.filters import MultipleUserFilter
from wagtail.admin.views.pages import listing
from wagtail.admin.views.pages.usage import ContentTypeUseView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page, PageLogEntry

from cms.core.counting import CountedSoFar

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from wagtail.models import PageQuerySet

    from cms.core.models import User

PUT_IN_ORDER_BY_HAND = 500


def owners(request: HttpRequest) -> QuerySet[User]:
    """Those who own a page: of each person one page is looked for."""
    owned = Page.objects.order_by().filter(owner=OuterRef("pk"))
    return get_user_model().objects.filter(Exists(owned))


def people_who_edited(request: HttpRequest) -> QuerySet[User]:
    """Those who edited a page: of each person one entry is looked for."""
    edits = PageLogEntry.objects.order_by().filter(action="wagtail.edit", user=OuterRef("pk"))
    return get_user_model().objects.filter(Exists(edits))


class PageFilters(listing.GenericPageFilterSet):
    """Wagtail's filters, with these people. They find no page twice: nothing is made distinct."""

    owner = MultipleUserFilter(
        label="Owner", queryset=owners, widget=CheckboxSelectMultiple, distinct=False
    )
    edited_by = listing.EditedByFilter(
        label="Edited by", queryset=people_who_edited, widget=CheckboxSelectMultiple, distinct=False
    )


class ExplorerView(listing.ExplorableIndexView):
    """The pages below one page."""

    paginator_class = CountedSoFar

    def get_valid_orderings(self) -> list[str]:
        """Not by hand where there are so many pages: they would all be shown at once."""
        orderings: list[str] = super().get_valid_orderings()
        if self.parent_page.numchild > PUT_IN_ORDER_BY_HAND and self.sort_order_field in orderings:
            orderings.remove(self.sort_order_field)
        return orderings

    def get_paginator(self, queryset: PageQuerySet, *args: Any, **kwargs: Any) -> CountedSoFar:
        """Knows from the page itself how many are below it, where nothing is left out."""
        paginator: CountedSoFar = super().get_paginator(queryset, *args, **kwargs)
        if not self.is_searching and not self.is_filtering and self._sees_all:
            paginator.count = self.parent_page.numchild
            paginator.is_cut = False
        return paginator

    @property
    def _sees_all(self) -> bool:
        """Whether this person may look after the page, and so sees everything below it."""
        may: bool = self.permission_policy.user_has_any_permission_for_instance(
            self.request.user, self.any_permission_required, self.parent_page
        )
        return may


class PagesOfTypeView(ContentTypeUseView):
    """All pages of one type."""

    paginator_class = CountedSoFar


class PageLists(PageViewSet):
    """Wagtail's views of pages with these lists."""

    filterset_class = PageFilters
    index_view_class = ExplorerView
    content_type_use_view_class = PagesOfTypeView
