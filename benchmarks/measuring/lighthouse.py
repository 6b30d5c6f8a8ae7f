"""Lighthouse: one run against a page, and the figures in its report."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.measuring.site import Site

PROGRAM = Path(__file__).resolve().parents[2] / "node_modules" / "lighthouse" / "cli" / "index.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# How the report calls what is looked at, and how we do.
METRICS = {
    "lcp_ms": "largest-contentful-paint",
    "tbt_ms": "total-blocking-time",
    "cls": "cumulative-layout-shift",
}
# What counts against the weight of a page.
WEIGHED = ("Document", "Stylesheet", "Script")
# Seconds that one run gets. It takes some ten.
PATIENCE = 120


def lacks() -> str:
    """Why it cannot run here; blank where it can."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    if not PROGRAM.is_file():
        return "Lighthouse is not installed: npm ci --ignore-scripts"
    return "" if browser() else "Chromium is not installed"


def browser() -> str | None:
    """Where Chromium is; None where it is not installed."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def version() -> str:
    """Which Lighthouse it is; blank where it is not installed."""
    package = PROGRAM.parents[1] / "package.json"
    if not package.is_file():
        return ""
    found: str = json.loads(package.read_text(encoding="utf-8"))["version"]
    return found


def start_browser(here: Site, port: int) -> None:
    """Start a browser that asks this machine only, and listens on a loopback port.

    RuntimeError where it does not start.
    """
    command = [
        browser() or "chromium",
        *("--headless=new", f"--remote-debugging-port={port}"),
        f"--user-data-dir={here.folder / 'browser'}",
        *("--no-first-run", "--disable-extensions", "--disable-background-networking"),
        # What it says of a machine without a screen is nobody's business.
        "--log-level=3",
        *("--disable-component-update", "--disable-sync", "--disable-default-apps"),
        # Whatever asks for another host, finds none.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        # Nobody vouches for the certificate of a measurement.
        "--ignore-certificate-errors",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        "about:blank",
    ]
    process = here.group.start("chromium", command, environment=_environment(here), quiet=True)
    if not here.group.answers(port, process=process):
        here.go_on()
        raise RuntimeError("Chromium did not start")


def run(here: Site, address: str, *, browser: int, report: Path) -> dict[str, Any]:
    """What one visit to a page finds, as a slow phone over a slow network: Lighthouse's defaults.

    RuntimeError where it fails or takes too long.
    """
    said = here.run(
        "lighthouse",
        [
            *("node", str(PROGRAM), address, f"--port={browser}", "--quiet"),
            *("--output=json", f"--output-path={report}"),
            *(f"--only-categories={','.join(CATEGORIES)}", "--no-enable-error-reporting"),
        ],
        environment=_environment(here),
        patience=PATIENCE,
    )
    if not report.is_file():
        raise RuntimeError(f"Lighthouse wrote no report: {said}")
    return figures(json.loads(report.read_text(encoding="utf-8")))


def figures(report: dict[str, Any]) -> dict[str, Any]:
    """Scores of a hundred, times, requests and bytes. RuntimeError where a part is missing."""
    if problem := report.get("runtimeError"):
        raise RuntimeError(f"Lighthouse: {problem.get('message') or problem.get('code')}")
    try:
        audits = report["audits"]
        asked = audits["network-requests"]["details"]["items"]
        found = {
            name.replace("-", "_"): _score(report["categories"][name]) for name in CATEGORIES
        } | {name: round(audits[audit]["numericValue"], 4) for name, audit in METRICS.items()}
        return found | {
            "requests": sum(not _is_picture(each) for each in asked),
            "bytes": sum(
                each["transferSize"] for each in asked if each.get("resourceType") in WEIGHED
            ),
            "short": _short(report),
        }
    except (KeyError, TypeError) as error:
        raise RuntimeError(f"Lighthouse’s report is not what it was: {error!r}") from error


def _score(category: dict[str, Any]) -> int:
    # Cut off, as a score that is nearly a hundred is none.
    return int(category["score"] * 100 + 1e-6)


def _is_picture(request: dict[str, Any]) -> bool:
    kind: str = request.get("mimeType", "")
    return request.get("resourceType") == "Image" or kind.startswith("image/")


def _short(report: dict[str, Any]) -> list[str]:
    """The audits that cost a point."""
    return sorted(
        part["id"]
        for name in CATEGORIES
        for part in report["categories"][name]["auditRefs"]
        if part["weight"]
        and (report["audits"][part["id"]]["score"] or 0) < 1
        and report["audits"][part["id"]]["scoreDisplayMode"]
        not in {"notApplicable", "manual", "informative"}
    )


def _environment(here: Site) -> dict[str, str]:
    """That of the machine, not of the site; what is remembered goes with the site's folder."""
    return {**os.environ, "HOME": str(here.folder), "NO_UPDATE_NOTIFIER": "1"}
