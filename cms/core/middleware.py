"""What happens to every request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


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
