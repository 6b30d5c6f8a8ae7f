"""Numbers of rows that lists of the admin show, without a look at every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.functional import cached_property
from wagtail.admin.paginator import WagtailPaginator

if TYPE_CHECKING:
    from typing import Any

# A list is counted, and can be leafed through, as far as this. Whoever wants more filters.
COUNTED = 10_000


class CountedSoFar(WagtailPaginator):
    """Leafs through rows of the database as far as anybody would."""

    object_list: Any

    @cached_property
    def is_cut(self) -> bool:
        """Whether there are more than can be leafed through."""
        return isinstance(self.object_list, QuerySet) and self._rows > COUNTED

    @cached_property
    def _rows(self) -> int:
        """How many there are; at most one more than ``COUNTED``, where the database stops."""
        rows: int = self.object_list.order_by()[: COUNTED + 1].count()
        return rows

    @cached_property
    def count(self) -> int:
        """How many rows can be leafed through."""
        if not isinstance(self.object_list, QuerySet):
            number: int = super().count
            return number
        return min(self._rows, COUNTED)

    @cached_property
    def items_count_label(self) -> str:
        """How many there are, in words."""
        if self.is_cut:
            return f"more than {COUNTED:,} {self.verbose_name_plural}"
        return str(super().items_count_label)
