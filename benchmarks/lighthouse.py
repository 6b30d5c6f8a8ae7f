"""Visit readers' pages with Lighthouse, as a slow phone over a slow network.

It loads the demo newsroom into a folder that is thrown away and serves it with production settings,
by granian with nginx in front (`deploy/nginx.conf`, TLS and HTTP/2) where nginx is installed, else
by granian alone. Each page is visited several times, in turn, with a browser that nothing is kept in,
and the medians are told. Network and processor are Lighthouse's simulated mobile ones, so that times
hardly depend on this machine. Nothing outside of it is asked. No figure makes it fail; a page that
could not be visited does. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import lighthouse, nginx, site
from cms.core import processes
from home import serving

# Of the demo newsroom: the article has a picture, a petition and related links.
PAGES = {
    "home": "/",
    "article": "/news/read-article-5-first/",
    "category": "/categories/foreign-policy/",
    "petition": "/petitions/put-ukraines-guarantee-in-writing/",
}
MOST_ROUNDS = 9
FIGURES = (
    *(category.replace("-", "_") for category in lighthouse.CATEGORIES),
    *lighthouse.METRICS,
    *("requests", "bytes"),
)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="of which medians are taken; 3")
    parser.add_argument(
        "--reports", type=Path, metavar="PATH", help="a folder that keeps Lighthouse's own reports"
    )
    options = parser.parse_args(given)
    if not 1 <= options.rounds <= MOST_ROUNDS:
        parser.error(f"--rounds is from 1 to {MOST_ROUNDS}")
    return options


def serve(here: site.Site, *, behind_nginx: bool) -> str:
    """Make the demo newsroom and serve it; its address."""
    port, front = processes.free_port(), processes.free_port()
    if behind_nginx:
        address = f"https://127.0.0.1:{front}"
        here.environment.update(
            SITE_URL="https://127.0.0.1", SECURE_SSL_REDIRECT="1", TRUSTED_PROXIES="127.0.0.1"
        )
    else:
        address = f"http://127.0.0.1:{port}"
        here.environment.update(SITE_URL=address)
    here.manage("migrate", "--verbosity=0")
    here.manage("collectstatic", "--noinput", "--verbosity=0")
    here.manage("load_demo", f"--password={secrets.token_urlsafe(20)}")
    command = serving.web_server(host="127.0.0.1", port=port, workers=1)
    web = here.group.start("web", command, environment=here.environment)
    if not here.group.answers(port, process=web):
        here.go_on()
        raise serving.DidNotStart("The web server did not start; see above.")
    if behind_nginx:
        nginx.start(here, port=front, behind=port, tls=True)
    return address


def visit(here: site.Site, address: str, options: argparse.Namespace) -> dict[str, Any]:
    """Every page in every round: a row for each."""
    reports = options.reports or here.folder / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    browser = processes.free_port()
    lighthouse.start_browser(here, browser)
    visits: dict[str, list[dict[str, Any]]] = {name: [] for name in PAGES}
    failures: dict[str, Counter[str]] = {name: Counter() for name in PAGES}
    # The first visits are not counted: pictures are made in all sizes by who sees them first.
    for number in range(options.rounds + 1):
        site.say(f"Round {number} of {options.rounds}…" if number else "Warming up…")
        for name, path in PAGES.items():
            report = reports / f"{name}-{number}.json"
            try:
                seen = look(here, f"{address}{path}", browser=browser, report=report)
            except RuntimeError as error:
                failures[name][str(error)] += 1
            else:
                visits[name] += [seen] if number else []
    return {
        name: {"address": path, **row(visits[name]), "failures": dict(failures[name])}
        for name, path in PAGES.items()
    }


def look(here: site.Site, address: str, *, browser: int, report: Path) -> dict[str, Any]:
    """One visit, at the second try too: on a busy machine Lighthouse may miss how it began."""
    try:
        return lighthouse.run(here, address, browser=browser, report=report)
    except RuntimeError as error:
        site.say(f"{address}: {error}; once more.")
        return lighthouse.run(here, address, browser=browser, report=report)


def row(visits: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of the visits to a page, and what cost a point in any."""
    if not visits:
        return {}
    found: dict[str, Any] = {name: median(seen[name] for seen in visits) for name in FIGURES}
    return {**found, "short": sorted({audit for seen in visits for audit in seen["short"]})}


def failed(result: dict[str, Any]) -> bool:
    """Whether any page could not be visited; a figure does not."""
    return any(page["failures"] for page in result["pages"].values())


def table(result: dict[str, Any]) -> str:
    """All of it for people."""
    heads = {
        "performance": "speed",
        "accessibility": "a11y",
        "best_practices": "practice",
        "seo": "SEO",
        "lcp_ms": "LCP ms",
        "tbt_ms": "TBT ms",
        "cls": "shift",
        "requests": "requests",
        "bytes": "bytes",
    }
    lines = [result["served"], "", f"{'page':10}" + "".join(f"{x:>9}" for x in heads.values())]
    for name, page in result["pages"].items():
        told = "".join(f"{page.get(key, float('nan')):>9g}" for key in heads)
        failures = ", ".join(f"{number} x {what}" for what, number in page["failures"].items())
        lines += [f"{name:10}{told}", *([f"          failed: {failures}"] if failures else [])]
        if page.get("short"):
            lines.append(f"          short of: {', '.join(page['short'])}")
    return "\n".join([*lines, "", *result["lacks"], ""])


def measure(here: site.Site, options: argparse.Namespace) -> dict[str, Any]:
    """Everything, in the shape of the last line."""
    lack = nginx.lacks_tls()
    site.say("Loading the demo newsroom…")
    address = serve(here, behind_nginx=not lack)
    return {
        "benchmark": "lighthouse",
        "rounds": options.rounds,
        "served": "granian alone, plain HTTP/1.1" if lack else "nginx before granian, HTTP/2",
        "pages": visit(here, address, options),
        "lacks": [f"{lack}: visited without it"] if lack else [],
    }


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)
    if skipped := lighthouse.lacks():
        sys.stdout.write(f"{json.dumps({'benchmark': 'lighthouse', 'skipped': skipped})}\n")
        return 0

    def measured() -> dict[str, Any]:
        with site.opened(database="", folder="") as here:
            return measure(here, options)

    return site.carried_out(measured, table=table, failed=failed)


if __name__ == "__main__":
    sys.exit(main())
