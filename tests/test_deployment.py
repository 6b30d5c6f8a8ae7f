"""What is given to operators: the image, the services, the proxies. Each says what the code needs."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import URLResolver, get_resolver

from cms.core import processes

pytestmark = pytest.mark.any_database
ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = ("migrate", "web", "worker", "sweep")
SECRET = "c2VjcmV0"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
SETTINGS = "\n".join(file.read_text() for file in (ROOT / "cms/settings").glob("*.py"))


def environment_of(service: str) -> dict[str, str]:
    found: dict[str, str] = COMPOSE["services"][service]["environment"]
    return found


@pytest.mark.parametrize("service", OURS)
def test_our_services_can_write_nowhere_and_gain_no_right(service: str) -> None:
    found = COMPOSE["services"][service]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in found["security_opt"]
    assert found["volumes"] == ["data:/data"]


@pytest.mark.parametrize("service", sorted(COMPOSE["services"]))
def test_every_service_is_limited(service: str) -> None:
    assert re.fullmatch(r"\d+[mg]", COMPOSE["services"][service]["mem_limit"])


@pytest.mark.parametrize("name", sorted(environment_of("web")))
def test_every_variable_that_is_set_is_one_that_is_read(name: str) -> None:
    assert f'"{name}"' in SETTINGS


def test_what_production_demands_is_set() -> None:
    demanded = set(
        re.findall(
            r'environment\.(?:secret|hosts|site_url|mail_address|text)\("([A-Z_]+)"(?:\)|, shortest|, allowed)',
            (ROOT / "cms/settings/production.py").read_text(),
        )
    )
    assert demanded >= {"SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DEFAULT_FROM_EMAIL"}
    assert set(environment_of("web")) >= demanded


def test_the_example_names_every_variable_that_must_be_filled_in() -> None:
    text = (ROOT / "compose.yaml").read_text()
    example = (ROOT / "deploy/example.env").read_text()
    for name in set(re.findall(r"\$\{([A-Z_]+)", text)):
        assert re.search(rf"^{name}=", example, re.MULTILINE), name


def test_the_guide_names_every_variable_that_is_read_and_no_other() -> None:
    told = set(
        re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    )
    read = set(re.findall(r"environment\.[a-z_]+\([^\"()]*\"([A-Z_]+)\"", SETTINGS))
    demo = "".join(file.read_text() for file in (ROOT / "home/management/commands").glob("*.py"))
    asked = set(re.findall(r"os\.environ(?:\.get\(|\[)\"([A-Z_]+)\"", demo))
    assert told == read | (asked - {"DJANGO_SETTINGS_MODULE"})


def test_no_secret_has_a_default() -> None:
    assert not re.search(r"(PASSWORD|SECRET_KEY|TOKEN|API_KEY):-\w", str(COMPOSE))
    example = (ROOT / "deploy/example.env").read_text()
    assert not re.search(r"^\w*(PASSWORD|KEY|TOKEN|DSN)=.", example, re.M)


def test_databases_are_reached_by_nobody_else() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for service in ("database", "search", "cache"):
        assert COMPOSE["services"][service]["networks"] == ["inside"]
        assert "ports" not in COMPOSE["services"][service]
    published = [name for name, service in COMPOSE["services"].items() if service.get("ports")]
    assert published == ["proxy", "mail"]
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["mail"]["ports"])


def test_the_image_can_copy_the_database_that_stands_beside_it() -> None:
    """pg_dump refuses a server that is newer than itself."""
    clients = {"bookworm": 15, "trixie": 17}
    release = re.search(r"^FROM python:3\.\d+-slim-(\w+)$", (ROOT / "Dockerfile").read_text(), re.M)
    server = re.match(r"postgres:(\d+)", COMPOSE["services"]["database"]["image"])
    assert release
    assert server
    assert int(server[1]) <= clients[release[1]]


def test_what_speaks_s3_is_locked() -> None:
    """A resolver leaves out what an extra of an older release does not name, and says nothing."""
    locked = (ROOT / "requirements/production.txt").read_text()
    assert re.search(r"^boto3==", locked, re.M)


def test_the_image_holds_every_room_and_runs_as_nobody_of_importance() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = {line.split()[1] for line in lines if re.match(r"COPY \w", line)}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert copied >= packages | {"templates", "manage.py"}
    assert "USER dovetail" in lines
    assert lines.index("USER dovetail") < lines.index("VOLUME /data")
    let_in = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    assert copied == let_in


def test_the_image_can_collect_static_files_with_what_it_sets(tmp_path: Path) -> None:
    """The step of the Dockerfile that runs our code, run as it stands there."""
    text = (ROOT / "Dockerfile").read_text()
    step = re.search(
        r"RUN (DJANGO_SETTINGS_MODULE=.*?manage\.py collectstatic[^\n]*?)(?= \\\n)", text, re.S
    )
    assert step
    command = (
        step[1]
        .replace("\\\n", " ")
        .replace("/opt/dovetail/bin/python", sys.executable)
        .replace("/tmp/data", str(tmp_path / "data"))  # noqa: S108 - the image's own folder
        .replace("/srv/static", str(tmp_path / "static"))
    )
    subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, check=True)  # noqa: S603 - as above
    assert (tmp_path / "static" / "staticfiles.json").exists()


def test_the_services_run_the_servers_that_serve_runs() -> None:
    """One set of flags, wherever the web server is started."""
    from home import serving  # noqa: PLC0415 - beside its only use

    flags = {
        flag
        for flag in serving.web_server(host="h", port=1, workers=1)
        if flag.startswith("--") and not flag.startswith(("--host", "--port", "--workers="))
    }
    for file in ("Dockerfile", "deploy/dovetail.service"):
        text = (ROOT / file).read_text()
        assert not {flag for flag in flags if flag not in text}, file
    for name, command in (("worker", serving.WORKER), ("sweep", serving.SWEEP)):
        assert COMPOSE["services"][name]["command"] == ["python", "manage.py", *command]
        unit = (ROOT / f"deploy/dovetail-{name}.service").read_text()
        assert f"python manage.py {' '.join(command)}\n" in unit


def test_proxies_hand_on_no_body_that_is_still_coming() -> None:
    """Two of these keep both threads of a process for as long as their senders like."""
    assert re.search(
        r"reverse_proxy [^}]*request_buffers 20MB", (ROOT / "deploy/Caddyfile").read_text()
    )
    # nginx waits for all of a body unless it is told not to.
    assert "proxy_request_buffering" not in (ROOT / "deploy/nginx.conf").read_text()


def addresses_with_a_secret(of: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """One of each address that lets the reader of a mail in, and one with a question."""
    if of is None:
        yield f"/representatives/?zip={SECRET}"
    for pattern in (of or get_resolver()).url_patterns:
        path = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from addresses_with_a_secret(pattern, path)
        elif "token>" in path:
            yield re.sub(r"<[^>]+>", "a-slug", re.sub(r"<uidb64>|<(\w+:)?token>", SECRET, path))


def test_caddy_writes_down_nobody() -> None:
    ours = (ROOT / "deploy/Caddyfile").read_text()
    left_out = re.search(r'request>uri regexp "([^"]+)" "\$1"', ours)
    assert left_out
    for address in addresses_with_a_secret():
        kept = re.sub(left_out[1], r"\1", address)
        assert SECRET not in kept
        assert kept
    for part in ("remote_ip", "client_ip", "headers"):
        assert re.search(rf"request>{part} delete", ours)
    # Each line of the second says who asked, with all headers.
    assert re.search(r"exclude http\.log\.access http\.log\.error", ours)


def test_nginx_takes_its_configuration_and_writes_down_nobody(tmp_path: Path) -> None:
    """Nothing answers behind it, so that it has most to say."""
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    openssl = shutil.which("openssl")
    if not Path(nginx).exists() or openssl is None:
        pytest.skip("nginx or openssl is not installed")
    subprocess.run(  # noqa: S603 - a certificate for nobody
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=x", "-keyout", str(tmp_path / "key.pem")),
            *("-out", str(tmp_path / "fullchain.pem")),
        ],
        check=True,
        capture_output=True,
    )
    ours = (ROOT / "deploy/nginx.conf").read_text()
    # It would show pages of any age once more, among them what was taken back.
    assert not re.search(r"proxy_cache_use_stale[^;]*\bupdating\b", ours)
    port, plain, behind = (processes.free_port() for _ in range(3))
    for there, here in (
        ("/etc/ssl/news.example.org", str(tmp_path)),
        ("/var/cache/nginx/dovetail", str(tmp_path / "cache")),
        ("/var/log/nginx", str(tmp_path)),
        ("/srv/dovetail/var", str(tmp_path)),
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("listen [::]:443", f"listen [::1]:{port}"),
        ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("listen [::]:80", f"listen [::1]:{plain}"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
    ):
        assert there in ours
        ours = ours.replace(there, here)
    (tmp_path / "static").mkdir()
    for name in ("a.0123456789ab.css", "a.css"):
        (tmp_path / "static" / name).write_text("a{}")
    file = tmp_path / "nginx.conf"
    file.write_text(
        f"pid {tmp_path}/nginx.pid; error_log {tmp_path}/start.log;"
        # One process, as whoever runs the tests: the folder is nobody else's.
        "daemon off; master_process off;"
        " events {} http { access_log /dev/stdout; "
        + " ".join(f"{part}_temp_path {tmp_path}/t;" for part in TEMPORARY)
        + ours
        + "}\n"
    )
    command = [nginx, "-c", str(file), "-p", str(tmp_path)]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)  # noqa: S603
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - as above
    try:
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        until = time.monotonic() + 60
        while processes.is_free(port):
            assert running.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)

        def asked(path: str, *, at: int = port) -> tuple[int, str]:
            """Status and age of the answer, over TLS where it is the port for that."""
            connection = http.client.HTTPConnection("news.example.org")
            connection.sock = socket.create_connection(("127.0.0.1", at), timeout=30)
            if at == port:
                connection.sock = trusting.wrap_socket(
                    connection.sock, server_hostname="news.example.org"
                )
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            connection.close()
            return response.status, response.headers.get("Cache-Control", "")

        addresses = list(addresses_with_a_secret())
        assert [asked(path)[0] for path in addresses] == [502] * len(addresses)
        assert "immutable" in asked("/static/a.0123456789ab.css")[1]
        # The next version may have another file of that name.
        assert asked("/static/a.css") == (200, "public, max-age=300")
        assert asked(addresses[0], at=plain)[0] == 301
    finally:
        running.terminate()
        printed = running.communicate(timeout=60)[0]
    told = printed + "".join(log.read_text() for log in tmp_path.glob("dovetail*.log"))
    assert told.count(" 502 ") == len(addresses)
    assert SECRET not in told
    assert "127.0.0.1" not in told
