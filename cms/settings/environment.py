"""Settings from environment variables; a wrong or missing one ends the start with one named line."""

from __future__ import annotations

import ipaddress
from typing import Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql", "psql", "pgsql")
CACHE_SCHEMES = ("locmemcache", "filecache", "dbcache", "dummycache", "redis", "rediss")
EMAIL_SCHEMES = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail")
SEARCH_SCHEMES = ("http", "https", "opensearch")


def refuse(name: str, problem: str) -> NoReturn:
    """End the start with one line: the variable's name and what is wrong with its value."""
    raise SystemExit(f"{name}: {problem}")


def text(name: str, default: str | None = None) -> str:
    """The variable as text; without a default it must be set and not blank."""
    value = str(_env.str(name, default="")).strip()
    if value:
        return value
    if default is None:
        refuse(name, "is missing. Set it in the environment.")
    return default


def secret(name: str, *, shortest: int) -> str:
    """A secret of at least ``shortest`` characters, at least five of them different."""
    value = text(name)
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


def site_url(name: str, default: str | None = None) -> str:
    """An http(s) address with a host and without a path, as in https://news.example.org."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        refuse(name, f"is {value!r}. Use an address like https://news.example.org.")
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
        refuse(name, f"begins with {scheme or 'no scheme'!r}. Use one of: {', '.join(allowed)}.")
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


def cache(name: str, default: str) -> dict[str, Any]:
    """Django's description of the cache that an address names."""
    value = text(name, default)
    _scheme(name, value, CACHE_SCHEMES)
    try:
        return dict(_env.cache_url_config(value))
    except (ImproperlyConfigured, ValueError, KeyError):
        refuse(name, "cannot be read. Use redis://host:6379/0 or locmemcache://.")


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


def search_backends(name: str) -> dict[str, dict[str, Any]]:
    """Wagtail's search backends: the database always, a search server in front where one is named."""
    database_backend = {"BACKEND": "wagtail.search.backends.database"}
    value = text(name, "")
    if not value:
        return {"default": database_backend}
    scheme = _scheme(name, value, SEARCH_SCHEMES)
    backend = "opensearch2" if scheme == "opensearch" else "elasticsearch9"
    server = value.replace("opensearch://", "http://", 1) if scheme == "opensearch" else value
    return {
        "default": {
            "BACKEND": f"wagtail.search.backends.{backend}",
            "URLS": [server],
            "INDEX_PREFIX": "dovetail_",
            "TIMEOUT": 5,
            "AUTO_UPDATE": True,
        },
        "database": database_backend,
    }
