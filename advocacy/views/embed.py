"""A petition in a frame on somebody else's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.constants import NONE
from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from advocacy.models import Petition

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

WIDTH, HEIGHT = 420, 340
# Anybody may frame it; there is nothing in it that could be sent or run.
POLICY = {"frame-ancestors": ["*"], "form-action": [NONE], "script-src": [NONE]}


@require_safe
@xframe_options_exempt
@cache_control(public=True, max_age=300)
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """What it asks and how far it has come, and a link that opens it in a tab of its own.

    Nothing here signs: a page that covers this frame to steal a click can only open the petition.
    """
    shown = get_object_or_404(Petition.objects.public(), slug=slug)
    response = render(request, "advocacy/petition_embed.html", {"petition": shown})
    # Read by the middleware that writes the policy, as csp's own decorator sets it.
    setattr(response, "_csp_replace", POLICY)  # noqa: B010 - it is no attribute of responses
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def link_code(petition: Petition) -> SafeString:
    """A plain link, to be copied into another site's page."""
    return format_html('<a href="{}">{}</a>', petition.full_url, petition.title)


def frame_code(petition: Petition) -> SafeString:
    """The frame, to be copied into another site's page."""
    return format_html(
        '<iframe src="{}{}embed/" title="{}" width="{}" height="{}" loading="lazy"></iframe>',
        settings.SITE_URL,
        petition.get_absolute_url(),
        petition.title,
        WIDTH,
        HEIGHT,
    )
