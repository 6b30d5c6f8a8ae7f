"""Ledgers: lists that people read, filter and export, and that only the program writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.utils import lookup_field
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from wagtail_modeladmin.options import ModelAdminGroup

    from cms.core.models import User

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# A workbook cannot hold these.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def as_text(value: str) -> str:
    """A cell that every spreadsheet shows as it stands and none computes."""
    value = CONTROL_CHARACTERS.sub("", value)
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


class ReadOnly(PermissionHelper):
    """May be seen with the model's view permission, and changed by nobody."""

    def user_can_list(self, user: User) -> bool:
        """With the view permission."""
        return self.user_has_specific_permission(user, self.get_perm_codename("view"))

    def user_can_inspect_obj(self, user: User, obj: Any) -> bool:
        """With the view permission."""
        return self.inspect_view_enabled and self.user_can_list(user)

    def user_can_create(self, user: User) -> bool:
        """Nobody."""
        return False

    def user_can_edit_obj(self, user: User, obj: Any) -> bool:
        """Nobody."""
        return False

    def user_can_delete_obj(self, user: User, obj: Any) -> bool:
        """Nobody."""
        return False


class LedgerIndexView(IndexView):
    """The list, whose export no spreadsheet takes for formulas."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Search and filter without null characters, which PostgreSQL answers with an error."""
        asked = request.GET.copy()
        for name, values in request.GET.lists():
            asked.setlist(name, [value.replace("\x00", "") for value in values])
        request.GET = asked  # type: ignore[assignment]
        try:
            response: HttpResponse = super().dispatch(request, *args, **kwargs)
        except IncorrectLookupParameters:
            messages.error(request, "This list cannot be filtered like that. Here is all of it.")
            return redirect(self.index_url)
        return response

    def get_filters(self, request: HttpRequest) -> Any:
        """Filter by what is offered only.

        modeladmin takes any lookup from the address, so whoever reads a list could ask it, letter by
        letter, for the passwords of those whom it names.
        """
        filters = super().get_filters(request)
        _, _, others, _ = filters
        if others:
            raise IncorrectLookupParameters(", ".join(others))
        return filters

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        """A nought is a nought and nothing an empty cell; modeladmin writes a dash for both."""
        row = {field: lookup_field(field, item, self.model_admin)[2] for field in self.list_export}
        return {field: "" if value is None else value for field, value in row.items()}

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """Text stays text."""
        processed = super().preprocess_field_value(field, value, export_format)
        return as_text(processed) if isinstance(processed, str) else processed


class Ledger(ModelAdmin):
    """A read-only list with filters and an inspect view."""

    permission_helper_class = ReadOnly
    index_view_class = LedgerIndexView
    inspect_view_enabled = True
    history_view_enabled = False
    add_to_admin_menu = True

    def __init__(self, parent: ModelAdminGroup | None = None) -> None:
        super().__init__(parent=parent)
        # Filters by a related object ask this site how that object is ordered. The default site,
        # which modeladmin hands them, needs Django's own admin, which is not installed.
        self.admin_site = AdminSite(name="ledgers")
