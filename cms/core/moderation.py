"""What waits for somebody in Wagtail's workflows, on the admin's home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from wagtail.admin.views.home import WorkflowObjectsToModeratePanel
from wagtail.models import TaskState

from cms.core.dashboard import Panel

if TYPE_CHECKING:
    from wagtail.admin.ui.components import Component

    from cms.core.requests import AdminRequest

# As many as Wagtail's panel may list: it asks the database for each, and among a thousand SQLite gives
# up, and with it the whole page.
MOST = 50


class ManyToModerate(Panel):
    """That there is more than a panel can hold, and the list that goes by pages."""

    name = "many_to_moderate"
    template_name = "core/admin/many_to_moderate.html"
    order = WorkflowObjectsToModeratePanel.order

    def rows(self) -> dict[str, Any]:
        """Where they are listed."""
        waiting = f"{reverse('wagtailadmin_reports:workflow')}?reviewable=true"
        return {"most": MOST, "waiting": waiting}


def bound(request: AdminRequest, panels: list[Component]) -> None:
    """Put a way to them in the place of Wagtail's panel where more wait for this person."""
    waiting = TaskState.objects.reviewable_by(request.user).order_by().values_list("pk", flat=True)
    for place, panel in enumerate(panels):
        if isinstance(panel, WorkflowObjectsToModeratePanel) and len(waiting[: MOST + 1]) > MOST:
            panels[place] = ManyToModerate(request)
