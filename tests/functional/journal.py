"""What a browser says while a test uses it, and which of it is a fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# Runs before any script of the page. What a policy stopped is told to the test by name.
REPORT_POLICY_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => window.tellPolicyViolation(
  `${event.violatedDirective} stopped ${event.blockedURI} on ${event.documentURI}`
  + ` (${event.sourceFile}:${event.lineNumber} ${event.sample})`
));
"""
LOCAL_SCHEMES = {"about", "blob", "data"}


class Journal:
    """Faults of every page of the contexts it listens to: none may be left when a test ends."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._allowed: list[re.Pattern[str]] = []
        self._faults: list[str] = []
        self.requests: list[str] = []
        """The address of each request, in order."""

    def listen(self, context: BrowserContext) -> None:
        """Write down what this context does from now on."""
        context.expose_binding("tellPolicyViolation", self._policy_violation)
        context.add_init_script(REPORT_POLICY_VIOLATIONS)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def allow(self, pattern: str) -> None:
        """Let faults pass that match this regular expression: the test provokes them."""
        self._allowed.append(re.compile(pattern))

    @property
    def faults(self) -> list[str]:
        """What nobody allowed, each once, in order."""
        return [
            fault
            for fault in dict.fromkeys(self._faults)
            if not any(pattern.search(fault) for pattern in self._allowed)
        ]

    def _policy_violation(self, _source: dict[str, Any], description: str) -> None:
        self._faults.append(f"CSP report: {description}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme in LOCAL_SCHEMES:
            return
        if f"{parts.scheme}://{parts.netloc}" != self._origin:
            self._faults.append(f"request to another host: {request.method} {request.url}")
        if request.headers.get("content-type") in {
            "application/csp-report",
            "application/reports+json",
        }:
            self._faults.append(f"report sent: {request.post_data}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self._faults.append(
                f"server error: {response.status} for {response.request.method} {response.url}"
            )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            location = message.location
            self._faults.append(
                f"console: {message.text} ({location.get('url')}:{location.get('lineNumber')})"
            )

    def _error(self, error: WebError) -> None:
        self._faults.append(f"uncaught in a script: {error.error}")
