"""A refusal of the gate, told to whoever pressed the button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.admin import messages

from news.publication import PublicationRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


class PublicationRefusedMiddleware:
    """Turns a refusal on any route of the admin into a message on the article's editor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; any other exception goes its way."""
        if not isinstance(exception, PublicationRefused):
            return None
        if "application/json" in request.headers.get("Accept", "").split(",")[0]:
            return JsonResponse(
                {"success": False, "error_code": "refused", "error_message": str(exception)},
                status=409,
            )
        messages.error(request, str(exception))
        if exception.page.pk:
            target = reverse("wagtailadmin_pages:edit", args=[exception.page.pk])
        else:
            target = reverse("wagtailadmin_explore_root")
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            # Wagtail's workflow dialog follows this step by itself.
            return JsonResponse({"step": "success", "redirect": target})
        return redirect(target)
