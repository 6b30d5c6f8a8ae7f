"""What the panels on the admin's home have in common, whichever app they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.admin.ui.components import Component

if TYPE_CHECKING:
    from cms.core.requests import AdminRequest

# As many as a panel lists.
ROWS = 10


class Panel(Component):
    """A panel of the dashboard: shown to those whom it concerns."""

    permission = ""
    order = 100

    def __init__(self, request: AdminRequest) -> None:
        self.request = request

    @property
    def is_shown(self) -> bool:
        """Whether this person has anything to do with it."""
        return bool(self.request.user.has_perm(self.permission))

    def rows(self) -> dict[str, Any]:
        """What the panel lists."""
        raise AssertionError("Every panel says what it lists.")

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """The panel's rows."""
        context: dict[str, Any] = super().get_context_data(parent_context)
        context.update(self.rows())
        return context
