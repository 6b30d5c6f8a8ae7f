"""What Lighthouse reports is read as it is, and nginx ends TLS for it as operators' does."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import lighthouse as benchmark
from benchmarks.measuring import lighthouse, nginx

ROOT = Path(__file__).parents[2]


def request(kind: str, size: int, mime: str = "text/plain") -> dict[str, Any]:
    return {"resourceType": kind, "transferSize": size, "mimeType": mime}


def report(**changes: Any) -> dict[str, Any]:
    """What Lighthouse writes, as far as it is read."""
    scores = {"performance": 0.99, "accessibility": 1, "best-practices": 0.29, "seo": 0.92}
    audits: dict[str, dict[str, Any]] = {
        "largest-contentful-paint": {"numericValue": 1427.19919, "score": 0.99},
        "total-blocking-time": {"numericValue": 93.5, "score": 0.98},
        "cumulative-layout-shift": {"numericValue": 0.00012, "score": 1},
        "meta-description": {"score": 0},
        "image-alt": {"score": None, "scoreDisplayMode": "notApplicable"},
        "unweighted": {"score": 0},
        "network-requests": {
            "details": {
                "items": [
                    request("Document", 4_000, "text/html"),
                    request("Stylesheet", 300, "text/css"),
                    request("Script", 20, "text/javascript"),
                    request("Font", 100_000, "font/woff2"),
                    request("Image", 100_000, "image/webp"),
                    # The icon of the tab.
                    request("Other", 100_000, "image/svg+xml"),
                ]
            }
        },
    }
    for audit in audits.values():
        audit.setdefault("scoreDisplayMode", "numeric")
    refs = {
        "performance": [("largest-contentful-paint", 25), ("total-blocking-time", 30)],
        "accessibility": [("image-alt", 10), ("unweighted", 0)],
        "best-practices": [("cumulative-layout-shift", 1)],
        "seo": [("meta-description", 1)],
    }
    categories = {
        name: {
            "score": score,
            "auditRefs": [{"id": audit, "weight": weight} for audit, weight in refs[name]],
        }
        for name, score in scores.items()
    }
    return {"audits": audits, "categories": categories, **changes}


def test_the_figures_of_a_report() -> None:
    assert lighthouse.figures(report()) == {
        "performance": 99,
        "accessibility": 100,
        "best_practices": 29,
        "seo": 92,
        "lcp_ms": 1427.1992,
        "tbt_ms": 93.5,
        "cls": 0.0001,
        "requests": 4,
        "bytes": 4_320,
        "short": ["largest-contentful-paint", "meta-description", "total-blocking-time"],
    }


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"runtimeError": {"code": "NO_FCP", "message": "Nothing was painted."}}, "Nothing was"),
        ({"runtimeError": {"code": "NO_FCP"}}, "NO_FCP"),
        ({"audits": {}}, "is not what it was: KeyError"),
        ({"categories": {"performance": {"score": None}}}, "is not what it was"),
    ],
)
def test_a_report_without_figures_is_told(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(RuntimeError, match=says):
        lighthouse.figures(report(**changes))


def test_a_row_has_the_medians_and_every_audit_that_cost_a_point() -> None:
    visits = [
        {**dict.fromkeys(benchmark.FIGURES, 3), "performance": score, "short": short}
        for score, short in ((100, []), (90, ["b", "a"]), (98, ["b"]))
    ]
    found = benchmark.row(visits)
    assert (found["performance"], found["cls"], found["short"]) == (98, 3, ["a", "b"])
    assert benchmark.row([]) == {}


@pytest.mark.parametrize("rounds", ["0", "10", "many"])
def test_rounds_are_bounded(rounds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        benchmark.arguments([f"--rounds={rounds}"])
    assert "--rounds" in capsys.readouterr().err


def test_what_is_missing_is_said_and_nothing_is_started(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/lighthouse.py"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "benchmark": "lighthouse",
        "skipped": "Node.js is not installed",
    }


def test_tls_and_http_2_stay_where_a_certificate_is_given(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("OpenSSL is not installed")
    made = nginx.certificate(tmp_path)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.chain, made.key)
    ours = nginx.OURS.read_text(encoding="utf-8")
    for tls in (None, made):
        text = nginx.adapted(ours, port=1, behind=2, folder=tmp_path / "nginx", tls=tls)
        assert ("listen 127.0.0.1:1 ssl http2;" in text) == bool(tls)
        assert (f"ssl_certificate_key {made.key};" in text) == bool(tls)
        assert ("ssl_protocols" in text) == bool(tls)
        assert f"alias {tmp_path}/static/;" in text
