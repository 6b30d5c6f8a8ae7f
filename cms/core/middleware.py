"""What happens to every request."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import Http404

from cms.core.limits import client_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Readers' pages get the strict policy, the admin gets one of its own."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Choose the policy by the part of the site that answers."""
        parts = super().get_policy_parts(request, response, report_only)
        # A preview carries the address of the page it shows, and stands in a frame of the editor.
        in_admin = request.path_info.startswith("/admin/") or getattr(request, "is_preview", False)
        if in_admin and not report_only:
            parts.replace = {**settings.ADMIN_CONTENT_SECURITY_POLICY, **(parts.replace or {})}
        return parts


class CrossOriginResourcePolicyMiddleware:
    """No other site takes our pages into its own process; a view that means to be framed says so.

    Pictures, feeds and other files stay for all to use.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark what is a page."""
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class AdminNetworksMiddleware:
    """Hides the admin from everywhere but ``ADMIN_NETWORKS``, where these are set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer strangers as if there were nothing."""
        if settings.ADMIN_NETWORKS and request.path_info.startswith("/admin/"):
            client = client_address(request)
            networks = map(ipaddress.ip_network, settings.ADMIN_NETWORKS)
            if client is None or not any(client in network for network in networks):
                raise Http404
        return self.get_response(request)
