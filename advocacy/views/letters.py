"""Letters that readers send in their own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from advocacy.models import Letter

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def letter(request: HttpRequest, slug: str) -> HttpResponse:
    """One letter, filled in for each of its targets."""
    shown = get_object_or_404(Letter.objects.public().with_targets(), slug=slug)
    return render(request, "advocacy/letter.html", shown.page_context())
