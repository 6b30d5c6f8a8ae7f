"""nginx in front of a site, with the configuration that we hand to operators."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measuring.site import Site

OURS = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
STATIC = "/_floor/static.html"
# Files that nginx wants to be able to write, whatever it was built with.
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
# What a machine's own list says of our static files.
TYPES = (
    "types { text/html html; text/css css; application/javascript js; image/svg+xml svg;"
    " image/png png; font/woff2 woff2; }"
)


def program() -> str | None:
    """Where nginx is; None where it is not installed."""
    found = shutil.which("nginx") or "/usr/sbin/nginx"
    return found if Path(found).exists() else None


@dataclass(frozen=True)
class Certificate:
    """Files with one that nobody vouches for, and with its key."""

    chain: Path
    key: Path


def certificate(folder: Path) -> Certificate:
    """Make one for 127.0.0.1. RuntimeError where OpenSSL is not there or refuses."""
    made = Certificate(folder / "fullchain.pem", folder / "key.pem")
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-noenc", "-days", "2", "-subj", "/CN=127.0.0.1"),
        *("-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(made.key), "-out", str(made.chain)),
    ]
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=30)  # noqa: S603 - our own
    except (OSError, subprocess.SubprocessError) as error:
        raise RuntimeError(f"OpenSSL made no certificate: {error}") from error
    return made


def lacks_tls() -> str:
    """Why it cannot end TLS here; blank where it can."""
    if program() is None:
        return "nginx is not installed"
    return "" if shutil.which("openssl") else "OpenSSL is not installed"


def adapted(
    ours: str, *, port: int, behind: int, folder: Path, tls: Certificate | None = None
) -> str:
    """Our configuration on loopback, with a file beside it as the floor; TLS where it is given.

    RuntimeError where it no longer says what is replaced here.
    """
    before, *servers = re.split(r"(?m)^server \{", ours)
    # The others turn strangers and plain HTTP away.
    text = f"{before}server {{{servers[-1]}" if servers else ""
    text = re.sub(r"(?m)^\s*listen \[::\].*$", "", text)
    if tls is None:
        text = re.sub(r"(?m)^\s*ssl_\w+ .*$", "", text)
        secure: tuple[tuple[str, str], ...] = ()
    else:
        secure = (
            ("/etc/ssl/news.example.org/fullchain.pem", str(tls.chain)),
            ("/etc/ssl/news.example.org/key.pem", str(tls.key)),
        )
    for there, here in (
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port}{' ssl http2' if tls else ''};"),
        *secure,
        ("server_name news.example.org;", "server_name 127.0.0.1;"),
        ("server 127.0.0.1:8000 ", f"server 127.0.0.1:{behind} "),
        ("/var/cache/nginx/dovetail", f"{folder}/kept"),
        ("/var/log/nginx", str(folder)),
        ("/srv/dovetail/var/static/", f"{folder.parent}/static/"),
        (
            "location = /metrics {",
            f"location = {STATIC} {{ alias {folder}/static.html; }}\n    location = /metrics {{",
        ),
    ):
        if there not in text:
            raise RuntimeError(f"deploy/nginx.conf does not say “{there}” any more")
        text = text.replace(there, here)
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    return (
        f"{user} worker_processes 1; daemon off; pid {folder}/nginx.pid;"
        f" error_log {folder}/error.log; events {{}}\n"
        f"http {{ sendfile on; tcp_nopush on; default_type text/html; {TYPES} {temporary}\n{text}}}\n"
    )


def start(
    here: Site, *, port: int, behind: int, page: bytes = b"", tls: bool = False
) -> subprocess.Popen[bytes]:
    """Start it before the server on port ``behind``; ``page`` is what the floor answers with.

    With TLS it speaks HTTP/2, as operators' does, with a certificate that nobody vouches for.

    RuntimeError where there is none, or it does not start.
    """
    found = program()
    if found is None:
        raise RuntimeError("nginx is not installed")
    folder = here.folder / "nginx"
    folder.mkdir()
    (folder / "static.html").write_bytes(page)
    text = adapted(
        OURS.read_text(encoding="utf-8"),
        port=port,
        behind=behind,
        folder=folder,
        tls=certificate(folder) if tls else None,
    )
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    process = here.group.start(
        "nginx",
        [found, "-e", f"{folder}/error.log", "-p", str(folder), "-c", f"{folder}/nginx.conf"],
        environment=here.environment,
    )
    if not here.group.answers(port, process=process, seconds=20):
        here.go_on()
        log = folder / "error.log"
        said = log.read_text(encoding="utf-8").strip() if log.exists() else ""
        raise RuntimeError(f"nginx did not start: {said}")
    return process
