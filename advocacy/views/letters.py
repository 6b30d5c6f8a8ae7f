"""Letters that readers send in their own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from advocacy import origins
from advocacy.models import Letter
from advocacy.views.next_steps import next_steps
from cms.core.private_pages import private_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@private_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, slug: str) -> HttpResponse:
    """One letter, filled in for each of those whom it goes to.

    What a reader types comes here only where scripts do not run. It is shown to them again, in
    every form in which it can be sent, and kept nowhere.
    """
    shown = get_object_or_404(Letter.objects.public().with_targets(), slug=slug)
    typed = request.POST if request.method == "POST" else None
    context = {
        **shown.page_context(request.GET.getlist("to"), typed),
        **next_steps(request, ("letter", shown.pk), is_done=False),
        "from_here": origins.carried(request),
    }
    return render(request, "advocacy/letter.html", context)
