"""Ledgers: lists that people read, filter and export, and that only the program writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.utils import label_for_field, lookup_field
from django.shortcuts import redirect
from django.utils.text import capfirst
from wagtail.admin import messages
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView, InspectView

from cms.core.spreadsheets import TextInCells

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from wagtail_modeladmin.options import ModelAdminGroup

    from cms.core.models import User


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


class LedgerIndexView(TextInCells, IndexView):
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

    def get_buttons_for_obj(self, obj: Any) -> list[dict[str, Any]]:
        """None: a row's title leads to all there is to see of it."""
        return []

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


class LedgerInspectView(InspectView):
    """One row, told as the list tells it, without what it has not."""

    def get_page_title(self) -> str:
        """What the row is; that it is looked at goes without saying."""
        return str(self.verbose_name).capitalize()

    def get_dict_for_field(self, field_name: str) -> dict[str, Any]:
        """A label and a value; what is no field of the row, the ledger tells, as it does in the list."""
        label = str(label_for_field(field_name, self.model, self.model_admin))
        is_field = any(field.name == field_name for field in self.model._meta.get_fields())
        value = (
            self._value(field_name)
            if is_field
            else getattr(self.model_admin, field_name)(self.instance)
        )
        return {"label": capfirst(label), "value": value}

    def _value(self, field_name: str) -> Any:
        display = getattr(self.instance, f"get_{field_name}_display", None)
        value = display() if display else getattr(self.instance, field_name)
        return {True: "Yes", False: "No"}.get(value, value) if isinstance(value, bool) else value

    def get_fields_dict(self) -> list[dict[str, Any]]:
        """The fields that say something."""
        told = [self.get_dict_for_field(n) for n in self.model_admin.get_inspect_view_fields()]
        return [field for field in told if field["value"] is not None and field["value"] != ""]


class Ledger(ModelAdmin):
    """A read-only list with filters and an inspect view."""

    permission_helper_class = ReadOnly
    index_view_class = LedgerIndexView
    inspect_view_class = LedgerInspectView
    inspect_template_name = "core/admin/ledger_inspect.html"
    # Columns that hold one word or figure, which is never broken.
    narrow_columns: tuple[str, ...] = ()
    inspect_view_enabled = True
    history_view_enabled = False
    add_to_admin_menu = True

    def __init__(self, parent: ModelAdminGroup | None = None) -> None:
        super().__init__(parent=parent)
        # Filters by a related object ask this site how that object is ordered. The default site,
        # which modeladmin hands them, needs Django's own admin, which is not installed.
        self.admin_site = AdminSite(name="ledgers")

    def get_extra_class_names_for_field_col(self, obj: Any, field_name: str) -> list[str]:
        """Keep figures in one piece."""
        return ["dt-narrow"] if field_name in self.narrow_columns else []
