"""Settings from environment variables; a wrong or missing one ends the start with one named line."""

from __future__ import annotations

import importlib
import importlib.util
import ipaddress
import os
import re
from collections.abc import Collection
from email.utils import parseaddr
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import SplitResult, parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.http.request import validate_host

from cms.core.log import without_people

_env = environ.Env()
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql", "psql", "pgsql")
# Seconds, and for one thousandths of them; two is the least that the driver knows.
_SOON_GIVEN_UP = {
    "connect_timeout": 2,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 4000,
}
CACHE_SCHEMES = ("locmemcache", "filecache", "dbcache", "dummycache", "redis", "rediss")
EMAIL_SCHEMES = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail")
# OpenSearch has the address of its own that people write, and is asked as Elasticsearch is.
SEARCH_SCHEMES = {
    "http": "http",
    "https": "https",
    "opensearch": "http",
    "opensearch+https": "https",
}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# What ALLOWED_HOSTS may hold: a name, a name with all below it, an address, or everything.
_HOST = re.compile(r"\*|\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+]{0,20}")


def refuse(name: str, problem: str) -> NoReturn:
    """End the start with one line: the variable's name and what is wrong with its value.

    A value that may hold a password is never repeated.
    """
    raise SystemExit(f"{name}: {problem}")


def text(name: str, default: str | None = None) -> str:
    """The variable as text; without a default it must be set and not blank."""
    # Not through environ: it takes a secret that begins with $ for another variable's name.
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        refuse(name, "is missing. Set it in the environment.")
    return default


def secret(name: str, *, shortest: int, default: str | None = None) -> str:
    """A secret of at least ``shortest`` characters, at least five of them different."""
    value = text(name, default)
    if not value:
        return value
    if len(value) < shortest or len(set(value)) < 5:
        refuse(name, f"is too weak. Use at least {shortest} random characters.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """One of 1, true, yes, on, 0, false, no, off."""
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    refuse(name, f"is {value!r}. Use 1 or 0.")


def number(name: str, *, default: int, least: int, most: int) -> int:
    """A whole number from ``least`` to ``most``."""
    value = text(name, str(default))
    try:
        result = int(value)
    except ValueError:
        refuse(name, f"is {value!r}. Use a whole number from {least} to {most}.")
    if not least <= result <= most:
        refuse(name, f"is {result}. Use a whole number from {least} to {most}.")
    return result


def names(name: str, default: str | None = None) -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def choice(name: str, default: str, allowed: Collection[str]) -> str:
    """One of a few words, however it is capitalized."""
    value = text(name, default)
    for word in allowed:
        if word.lower() == value.lower():
            return word
    refuse(name, f"is {value!r}. Use one of: {', '.join(allowed)}.")


def directory(name: str, default: Path, *, writable: bool = True) -> Path:
    """A folder, made if missing; one that can be written to, unless it may be read only."""
    path = Path(text(name, str(default)))
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(name, f"names {str(path)!r}, which cannot be made: {error.strerror}.")
    if writable and not os.access(path, os.W_OK | os.X_OK):
        refuse(name, f"names {str(path)!r}, which cannot be written to.")
    return path


def metrics_folder(path: Path) -> None:
    """Have every process of this machine count into one folder.

    The library looks into the environment when it is loaded, so this comes before.
    """
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(path))
    directory("PROMETHEUS_MULTIPROC_DIR", path)


def hosts(name: str, default: str | None = None) -> list[str]:
    """Host names separated by commas, as Django compares them with a request's."""
    result = names(name, default)
    if not result:
        refuse(name, "names no host. Use names like news.example.org, separated by commas.")
    for part in result:
        if not _HOST.fullmatch(part):
            refuse(
                name, f"holds {part!r}. Use names like news.example.org, without scheme or port."
            )
    return result


def mail_address(name: str, default: str | None = None) -> str:
    """A sender, as in Newsroom <newsroom@example.org>."""
    value = text(name, default)
    try:
        validate_email(parseaddr(value)[1])
    except ValidationError:
        refuse(name, f"is {value!r}. Use an address like Newsroom <newsroom@example.org>.")
    return value


def _split(value: str) -> SplitResult | None:
    """The parts of an http(s) address; None where it is none."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname and port != 0 else None


def site_url(name: str, default: str | None = None, *, allowed: list[str] | None = None) -> str:
    """An http(s) address with a host and without a path, as in https://news.example.org.

    Its host must be among the ``allowed`` ones, where they are given: else nobody could open it.
    """
    value = text(name, default).rstrip("/")
    parts = _split(value)
    if parts and "@" in parts.netloc:
        refuse(name, "holds a user or a password. Use an address like https://news.example.org.")
    if parts is None or parts.path or parts.query or parts.fragment:
        refuse(name, f"is {value!r}. Use an address like https://news.example.org.")
    if (parts.scheme == "https") != (parts.port == 443) and parts.port is not None:
        # Wagtail makes https:// of port 443 and http:// of every other.
        refuse(name, f"is {value!r}. Addresses with https have no port, those with http not 443.")
    if allowed is not None and not validate_host(parts.hostname or "", allowed):
        refuse(name, f"is {value!r}, whose host ALLOWED_HOSTS does not name.")
    return value


def web_address(name: str) -> str:
    """An http(s) address; blank where it is not set."""
    value = text(name, "")
    if value and _split(value) is None:
        refuse(name, "is no address. Use one like http://127.0.0.1:11434/v1.")
    return value


def zone(name: str, default: str) -> str:
    """The name of a time zone, as in America/New_York."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        refuse(name, f"is {value!r}, which is no time zone. Use one like America/New_York.")
    return value


def networks(name: str) -> list[str]:
    """Addresses or networks separated by commas, checked and written in their standard form."""
    result = []
    for part in names(name, ""):
        try:
            result.append(str(ipaddress.ip_network(part, strict=False)))
        except ValueError:
            refuse(name, f"holds {part!r}, which is no address and no network.")
    return result


def _scheme(name: str, value: str, allowed: tuple[str, ...]) -> str:
    scheme = value.split("://", 1)[0].lower() if "://" in value else ""
    if scheme not in allowed:
        begin = f"begins with {scheme!r}" if _SCHEME.fullmatch(scheme) else "has no scheme"
        refuse(name, f"{begin}. Use one of: {', '.join(allowed)}.")
    return scheme


def database(name: str, default: str) -> dict[str, Any]:
    """Django's description of the database that an address names."""
    value = text(name, default)
    scheme = _scheme(name, value, DATABASE_SCHEMES)
    try:
        config: dict[str, Any] = _env.db_url_config(value)
    except (ImproperlyConfigured, ValueError, KeyError):
        refuse(name, "cannot be read. Use postgres://user:password@host:5432/name.")
    if not config.get("NAME"):
        refuse(name, "names no database. Use postgres://user:password@host:5432/name.")
    options = config.setdefault("OPTIONS", {})
    if scheme == "sqlite":
        _check_folder(name, config["NAME"])
        # Writers wait for one another instead of failing, and readers are never blocked.
        options.setdefault("timeout", 20)
        options.setdefault("transaction_mode", "IMMEDIATE")
        options.setdefault(
            "init_command",
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        )
    else:
        config["CONN_HEALTH_CHECKS"] = True
        config["CONN_MAX_AGE"] = 60
        options.setdefault("connect_timeout", 5)
    return config


def replica(name: str, *, of: dict[str, Any]) -> dict[str, Any] | None:
    """Django's description of a database that follows another; None where there is none."""
    value = text(name, "")
    if not value:
        return None
    _scheme(name, value, DATABASE_SCHEMES[1:])
    config = database(name, value)
    if config["ENGINE"] != of["ENGINE"]:
        refuse(name, "follows PostgreSQL only, and DATABASE_URL names SQLite.")
    if all(config[part] == of[part] for part in ("HOST", "PORT", "NAME")):
        refuse(name, "names the same database as DATABASE_URL. Name its replica, or nothing.")
    # The database answers in its place, so a machine that is gone is soon given up.
    for option, most in _SOON_GIVEN_UP.items():
        config["OPTIONS"].setdefault(option, most)
    config["OPTIONS"]["connect_timeout"] = _SOON_GIVEN_UP["connect_timeout"]
    return config


def _check_folder(name: str, file: str) -> None:
    """SQLite makes its file, and others beside it, but no folder."""
    folder = Path(file).absolute().parent
    if not file.startswith((":memory:", "file:")) and not os.access(folder, os.W_OK | os.X_OK):
        refuse(
            name, f"names a file in {str(folder)!r}, which is not there or cannot be written to."
        )


def _check_package(name: str, package: str) -> None:
    """Refuse what no installed package can do; it would fail at its first use only."""
    if importlib.util.find_spec(package) is None:
        refuse(name, f"needs the Python package {package!r}, which is not installed.")


def media_storage(name: str) -> dict[str, Any]:
    """Django's description of where uploads are kept; a folder of this machine where it is blank.

    ``s3://bucket/folder?endpoint_url=…&region_name=…&custom_domain=…`` is a bucket of somebody who
    speaks S3. Keys come from where boto3 looks for them, never from the address.
    """
    value = text(name, "")
    if not value:
        return {"BACKEND": "cms.core.uploads.UploadStorage"}
    parts = urlsplit(value)
    options = dict(parse_qsl(parts.query))
    unknown = set(options) - {"endpoint_url", "region_name", "custom_domain"}
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or unknown:
        refuse(name, "cannot be read. Use s3://bucket/folder?endpoint_url=…&custom_domain=….")
    if "custom_domain" not in options:
        refuse(name, "does not say custom_domain=…, the host that readers get uploads from.")
    _check_package(name, "storages")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            **options,
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "querystring_auth": False,
            "file_overwrite": False,
            "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
        },
    }


def cache(name: str, default: str) -> dict[str, Any]:
    """Django's description of the cache that an address names."""
    value = text(name, default)
    scheme = _scheme(name, value, CACHE_SCHEMES)
    if scheme.startswith("redis"):
        _check_package(name, "redis")
        if _split(f"http{value[len(scheme) :]}") is None:
            refuse(name, "cannot be read. Use redis://host:6379/0 or locmemcache://.")
    try:
        config = dict(_env.cache_url_config(value))
    except (ImproperlyConfigured, ValueError, KeyError):
        refuse(name, "cannot be read. Use redis://host:6379/0 or locmemcache://.")
    if scheme.startswith("redis"):
        # Django's own raises where the server is away.
        config["BACKEND"] = "cms.core.redis_cache.RedisCache"
    return config


def email(name: str, default: str) -> dict[str, Any]:
    """Django's EMAIL_… settings for the mail server that an address names."""
    value = text(name, default)
    _scheme(name, value, EMAIL_SCHEMES)
    try:
        config: dict[str, Any] = _env.email_url_config(value)
    except (ImproperlyConfigured, ValueError):
        refuse(name, "cannot be read. Use smtp+tls://user:password@host:587.")
    if "smtp" in config["EMAIL_BACKEND"] and not config["EMAIL_HOST"]:
        refuse(name, "names no host. Use smtp+tls://user:password@host:587.")
    config.pop("OPTIONS", None)
    return config


def search_server(name: str) -> str:
    """The address of a server that speaks as Elasticsearch does; blank where the database searches."""
    value = text(name, "")
    if not value:
        return ""
    scheme = _scheme(name, value, tuple(SEARCH_SCHEMES))
    address = f"{SEARCH_SCHEMES[scheme]}{value[len(scheme) :]}"
    if _split(address) is None:
        refuse(name, "names no host. Use an address like http://127.0.0.1:9200.")
    return address.rstrip("/")


# What is told of an error outside of this machine. The rest of a report holds what a reader sent: the
# form, the address with its key, the variables, the statements before; and a database's message
# repeats the row that it refused.
_TOLD = (
    "event_id", "timestamp", "platform", "level", "logger", "transaction", "release", "environment",
    "modules", "sdk",
)  # fmt: skip
_TOLD_OF_A_LINE = (
    "filename", "abs_path", "module", "function", "lineno", "context_line", "pre_context",
    "post_context", "in_app",
)  # fmt: skip


def only_where_it_broke(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Of a report its kind and the lines that ran; the message is in the log of this machine.

    None where somebody sent what no browser sends: that is refused, and no error.
    """
    if str(event.get("logger", "")).startswith("django.security."):
        return None
    told = {name: event[name] for name in _TOLD if name in event}
    if "transaction" in told:
        # The view's pattern, or the path where no view was found.
        told["transaction"] = without_people(told["transaction"])
    if template := (event.get("logentry") or {}).get("message"):
        told["logentry"] = {"message": without_people(template)}
    if errors := (event.get("exception") or {}).get("values"):
        told["exception"] = {"values": [_without_its_message(error) for error in errors]}
    return told


def _without_its_message(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    lines = [{name: frame[name] for name in _TOLD_OF_A_LINE if name in frame} for frame in frames]
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "stacktrace": {"frames": lines},
    }


def sentry(name: str) -> None:
    """Send errors to the Sentry project that an address names, without what is known of people."""
    dsn = text(name, "")
    if not dsn:
        return
    _check_package(name, "sentry_sdk")
    try:
        importlib.import_module("sentry_sdk").init(
            dsn=dsn, send_default_pii=False, before_send=only_where_it_broke
        )
    except ValueError:
        refuse(name, "is no address of a Sentry project. Copy it from the project's settings.")
