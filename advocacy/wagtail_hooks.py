"""What advocacy adds to Wagtail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages
from wagtail.snippets.models import register_snippet

from advocacy import ledgers
from advocacy.models import Petition, Signature
from advocacy.viewsets import AdvocacyViewSetGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models
    from django.http import HttpRequest, HttpResponse

__all__ = ["ledgers"]

register_snippet(AdvocacyViewSetGroup)


@hooks.register("before_delete_snippet")
def keep_signed_petitions(
    request: HttpRequest, instances: Iterable[models.Model]
) -> HttpResponse | None:
    """Say before the question is asked that a petition with signatures stays."""
    petitions = [instance for instance in instances if isinstance(instance, Petition)]
    signed = set(
        Signature.objects.filter(petition__in=petitions).values_list("petition__title", flat=True)
    )
    if not signed:
        return None
    titles = ", ".join(f"“{title}”" for title in sorted(signed))
    messages.error(
        request,
        f"People have signed {titles}, so nothing was deleted. "
        "Set the status to Closed or Archived instead.",
    )
    return redirect(Petition.snippet_viewset.get_url_name("list"))
