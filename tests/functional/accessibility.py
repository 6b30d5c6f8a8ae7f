"""axe, run inside a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

# What fades in is pale on its way; what turns for ever is not waited for.
MOVING = """() => document.getAnimations().some(
    (one) => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity)"""
WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page, *, within: str = "", without: Sequence[str] = ()) -> list[str]:
    """What breaks WCAG 2.2 AA or axe's best practice, one line for each element.

    Args:
        page: A page that has been loaded, with JavaScript on.
        within: A CSS selector; nothing outside of it is looked at.
        without: CSS selectors of what is left out: parts of Wagtail's own that we cannot change.
    """
    _wait_until_still(page)
    context = {"include": [[within]] if within else [["html"]], "exclude": [[s] for s in without]}
    options = {"runOnly": {"type": "tag", "values": WCAG_2_2_AA}, "resultTypes": ["violations"]}
    results = Axe().run(page, context=context, options=options).response
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: "
        f"{' '.join(map(str, node['target']))}: {node['html']}: {_why(node)}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


def _wait_until_still(page: Page) -> None:
    for _ in range(100):
        if not page.evaluate(MOVING):
            return
        page.wait_for_timeout(100)


def _why(node: dict[str, list[dict[str, str]]]) -> str:
    return "; ".join(
        check["message"] for kind in ("any", "all", "none") for check in node.get(kind, [])
    )
