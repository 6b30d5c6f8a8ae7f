"""Settings from the environment: what is wrong or missing is one line that names it."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cms.settings import environment

ROOT = Path(__file__).parents[2]
PASSWORD = "hunter2-correct-horse"
PRODUCTION = {
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdef",
    "ALLOWED_HOSTS": "news.example.org",
    "SITE_URL": "https://news.example.org",
    "DEFAULT_FROM_EMAIL": "Newsroom <newsroom@example.org>",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "DATABASE_URL": "sqlite:///:memory:",
}
Start = Callable[..., dict[str, Any]]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Start:
    """Read production's settings anew, in an environment that holds nothing else of ours."""
    for name in list(os.environ):
        if name.isupper() and not name.startswith(("PATH", "HOME", "LC_", "LANG", "PYTHON")):
            monkeypatch.delenv(name)
    for name in ("cms.settings.base", "cms.settings.environment"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    def read(**changes: str) -> dict[str, Any]:
        for name, value in {**PRODUCTION, "DATA_DIR": str(tmp_path / "data"), **changes}.items():
            monkeypatch.setenv(name, value)
        for name in ("cms.settings.base", "cms.settings.environment"):
            sys.modules.pop(name, None)
        return runpy.run_module("cms.settings.production")

    return read


def refusal(start: Start, **changes: str) -> str:
    """The one line that the start ends with."""
    with pytest.raises(SystemExit) as ended:
        start(**changes)
    message = str(ended.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DEFAULT_FROM_EMAIL", "EMAIL_URL"]
)
@pytest.mark.parametrize("value", ["", "   "])
def test_what_production_needs_is_asked_for_by_name(start: Start, name: str, value: str) -> None:
    assert refusal(start, **{name: value}) == f"{name}: is missing. Set it in the environment."


WRONG = [
    ("SECRET_KEY", f"{PASSWORD[:20]}"),
    ("SECRET_KEY", "ab" * 40),
    ("ALLOWED_HOSTS", "https://news.example.org"),
    ("ALLOWED_HOSTS", "news.example.org:443"),
    ("ALLOWED_HOSTS", " , "),
    ("SITE_URL", "news.example.org"),
    ("SITE_URL", "ftp://news.example.org"),
    ("SITE_URL", "https://news.example.org/site"),
    ("SITE_URL", "https://news.example.org#top"),
    ("SITE_URL", "https://news.example.org:port"),
    ("SITE_URL", "https://news.example.org:8443"),
    ("SITE_URL", "http://news.example.org:443"),
    ("SITE_URL", "https://elsewhere.example"),
    ("SITE_URL", f"https://editor:{PASSWORD}@news.example.org"),
    ("SITE_URL", "https://[::1"),
    ("DEFAULT_FROM_EMAIL", "the newsroom"),
    ("DATABASE_URL", "db.sqlite3"),
    ("DATABASE_URL", f"{PASSWORD}://host/name"),
    ("DATABASE_URL", f"mysql://user:{PASSWORD}@host/name"),
    ("DATABASE_URL", f"postgres://user:{PASSWORD}@host:port/name"),
    ("DATABASE_URL", f"postgres://user:{PASSWORD}@host:99999/name"),
    ("DATABASE_URL", f"postgres://user:{PASSWORD}@[::1/name"),
    ("DATABASE_URL", f"postgres://user:{PASSWORD}@host/"),
    ("DATABASE_URL", "sqlite:////no/such/folder/db.sqlite3"),
    ("DATA_DIR", "/proc/dovetail"),
    ("DATA_DIR", "/dev/null"),
    ("CACHE_URL", "memcache://127.0.0.1:11211"),
    ("CACHE_URL", f"redis://user:{PASSWORD}@host:port/0"),
    ("EMAIL_URL", f"imap://user:{PASSWORD}@host"),
    ("EMAIL_URL", f"smtp://user:{PASSWORD}@host:port"),
    ("EMAIL_URL", "smtp://"),
    ("SEARCH_URL", "127.0.0.1:9200"),
    ("SEARCH_URL", "https://"),
    ("SEARCH_URL", f"https://user:{PASSWORD}@"),
    ("SEARCH_URL", f"solr://user:{PASSWORD}@host"),
    ("SEARCH_URL", "opensearch://"),
    ("SEARCH_URL", f"opensearch+ssh://user:{PASSWORD}@host:9200"),
    ("SEARCH_URL", f"opensearch+https://user:{PASSWORD}@host:port"),
    ("TASKS", "celery"),
    ("OPENAI_BASE_URL", "127.0.0.1:11434"),
    ("OPENAI_BASE_URL", f"http://user:{PASSWORD}@:80"),
    ("DRAFTING_DEADLINE", "soon"),
    ("DRAFTING_DEADLINE", "4"),
    ("DRAFTING_DEADLINE", "901"),
    ("TIME_ZONE", "Mars/Olympus"),
    ("TIME_ZONE", "../../etc/passwd"),
    ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ("TRUSTED_PROXIES", "proxy"),
    ("SECURE_SSL_REDIRECT", "maybe"),
    ("SERVE_MEDIA", "2"),
    ("CHECK_LINKS", "never"),
    ("LOG_LEVEL", "LOUD"),
    ("SENTRY_DSN", f"https://{PASSWORD}"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named_and_no_password_repeated(
    start: Start, name: str, value: str
) -> None:
    message = refusal(start, **{name: value})
    assert message.startswith(f"{name}: ")
    assert message.endswith(".")
    assert PASSWORD[:20] not in message


GOOD: list[tuple[str, str, str, Any]] = [
    ("SECRET_KEY", f"${PRODUCTION['SECRET_KEY']}", "SECRET_KEY", f"${PRODUCTION['SECRET_KEY']}"),
    ("ALLOWED_HOSTS", ".example.org, [::1]", "ALLOWED_HOSTS", [".example.org", "[::1]"]),
    ("SITE_URL", "https://news.example.org:443/", "SITE_URL", "https://news.example.org:443"),
    ("SITE_URL", "http://news.example.org:8000", "SITE_URL", "http://news.example.org:8000"),
    ("TRUSTED_PROXIES", "10.0.0.7, fd00::/8", "TRUSTED_PROXIES", ["10.0.0.7/32", "fd00::/8"]),
    ("LOG_LEVEL", "debug", "LOG_LEVEL", "DEBUG"),
    ("SECURE_SSL_REDIRECT", "Off", "SECURE_SSL_REDIRECT", False),
    ("DRAFTING_DEADLINE", "900", "DRAFTING_DEADLINE", 900),
    ("TIME_ZONE", "Europe/Brussels", "TIME_ZONE", "Europe/Brussels"),
    ("OPENAI_BASE_URL", "http://[::1]:11434/v1", "OPENAI_BASE_URL", "http://[::1]:11434/v1"),
]


@pytest.mark.parametrize(("name", "value", "setting", "expected"), GOOD)
def test_a_right_value_is_taken_as_it_is(
    start: Start, name: str, value: str, setting: str, expected: object
) -> None:
    assert start(**{name: value})[setting] == expected


def test_a_password_with_odd_characters_reaches_the_database(start: Start) -> None:
    settings = start(DATABASE_URL="postgres://news:p%40ss%3Aw%2Frd%23@db.example:6432/dovetail")
    database = settings["DATABASES"]["default"]
    assert database["PASSWORD"] == "p@ss:w/rd#"
    assert (database["HOST"], database["PORT"], database["NAME"]) == (
        "db.example",
        6432,
        "dovetail",
    )
    assert database["CONN_HEALTH_CHECKS"]
    assert database["OPTIONS"]["connect_timeout"] == 5


PRIMARY = "postgres://news:secret@db.example:5432/dovetail"
WRONG_REPLICA = [
    ("sqlite:///:memory:", PRIMARY.replace("db.", "db2."), "names SQLite"),
    (PRIMARY, "sqlite:///db.sqlite3", "Use one of: postgres, postgresql, psql, pgsql."),
    (PRIMARY, "db2.example:5432", "has no scheme"),
    (PRIMARY, f"postgres://news:{PASSWORD}@db2.example:port/dovetail", "cannot be read"),
    (PRIMARY, f"postgres://news:{PASSWORD}@db2.example/", "names no database"),
    (PRIMARY, f"postgresql://other:{PASSWORD}@db.example:5432/dovetail", "names the same"),
]


@pytest.mark.parametrize(("primary", "replica", "problem"), WRONG_REPLICA)
def test_only_postgresql_has_a_replica_and_it_is_another_one(
    start: Start, primary: str, replica: str, problem: str
) -> None:
    message = refusal(start, DATABASE_URL=primary, DATABASE_REPLICA_URL=replica)
    assert message.startswith("DATABASE_REPLICA_URL: ")
    assert problem in message
    assert PASSWORD not in message


def test_a_replica_is_given_up_sooner_than_the_database(start: Start) -> None:
    alone = start(DATABASE_URL=PRIMARY)
    assert list(alone["DATABASES"]) == ["default"]
    assert alone["DATABASE_ROUTERS"] == []
    both = start(DATABASE_URL=PRIMARY, DATABASE_REPLICA_URL=PRIMARY.replace("db.", "db2."))
    replica = both["DATABASES"]["replica"]
    assert (replica["HOST"], replica["NAME"]) == ("db2.example", "dovetail")
    assert replica["OPTIONS"]["connect_timeout"] == 2
    assert (replica["CONN_HEALTH_CHECKS"], replica["CONN_MAX_AGE"]) == (True, 60)
    assert both["DATABASE_ROUTERS"] == ["cms.core.replica.Router"]


def test_a_search_server_answers_readers_and_the_database_the_newsroom(start: Start) -> None:
    assert start()["SEARCH_SERVER"] == ""
    read = start(SEARCH_URL="https://search.example:9200/")
    assert read["SEARCH_SERVER"] == "https://search.example:9200"
    for scheme, spoken in (("opensearch", "http"), ("opensearch+https", "https")):
        read = start(SEARCH_URL=f"{scheme}://news:secret@search.example:9200/")
        assert read["SEARCH_SERVER"] == f"{spoken}://news:secret@search.example:9200"
    assert read["WAGTAILSEARCH_BACKENDS"]["default"]["BACKEND"] == "search.admin_search"


def test_mail_goes_through_the_outbox_to_the_server_that_is_named(start: Start) -> None:
    settings = start(EMAIL_URL="smtp+tls://news:secret@mail.example:587")
    assert settings["EMAIL_BACKEND"] == "cms.core.mail.OutboxBackend"
    assert settings["POST_OFFICE"]["BACKENDS"]["default"].endswith("smtp.EmailBackend")
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == ("mail.example", 587)
    assert settings["EMAIL_USE_TLS"]


def test_production_prints_mail_only_for_somebody_who_says_so(start: Start) -> None:
    printing = start(EMAIL_URL="consolemail://")
    assert printing["POST_OFFICE"]["BACKENDS"]["default"].endswith("console.EmailBackend")


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", "import cms.settings.production"],
        [sys.executable, "manage.py", "check"],
        [sys.executable, "-c", "import cms.wsgi"],
    ],
)
def test_a_process_ends_with_that_line_and_a_status(command: list[str], tmp_path: Path) -> None:
    ended = subprocess.run(  # noqa: S603 - our own arguments
        command,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **PRODUCTION,
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "cms.settings.production",
            "DATABASE_URL": f"postgres://user:{PASSWORD}@host:port/name",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("DATABASE_URL: ")
    assert PASSWORD not in ended.stderr


# As the package makes it of a form that broke, shortened.
REPORT: dict[str, Any] = {
    "level": "error",
    "event_id": "1",
    "transaction": "/petitions/{slug}/",
    "user": {"ip_address": "198.51.100.7"},
    "extra": {"sys.argv": ["manage.py", "--email=ada@private.example"]},
    "logentry": {"message": "Broken for %s", "formatted": "Broken for Ada", "params": ["Ada"]},
    "breadcrumbs": {"values": [{"message": "INSERT ... Ada", "data": {"params": ["90210"]}}]},
    "request": {
        "method": "POST",
        "url": "https://news.example.org/my-signatures/ImFkYSIsIDE:1abcd:0123456789abcdefghij/",
        "query_string": "zip=90210",
        "headers": {"Referer": "https://news.example.org/?zip=90210", "User-Agent": "Ada"},
        "data": {"name": "Ada", "email": "ada@private.example", "postal_code": "90210"},
    },
    "exception": {
        "values": [
            {
                "type": "IntegrityError",
                "value": "DETAIL:  Failing row contains (1, Ada, ada@private.example, 90210).",
                "stacktrace": {
                    "frames": [
                        {"function": "sign", "lineno": 7, "vars": {"typed": "{'name': 'Ada'}"}}
                    ]
                },
            },
            {"type": "ValueError", "value": "Ada", "stacktrace": None},
        ]
    },
}


def test_of_an_error_nothing_is_told_that_a_reader_sent() -> None:
    told = environment.only_where_it_broke(deepcopy(REPORT), {})
    assert told is not None
    for kept in ("Ada", "ada@", "90210", "198.51", "ImFkYSI"):
        assert kept not in json.dumps(told)
    assert told["transaction"] == "/petitions/{slug}/"
    assert told["logentry"] == {"message": "Broken for %s"}
    assert [error["type"] for error in told["exception"]["values"]] == [
        "IntegrityError",
        "ValueError",
    ]
    frames = told["exception"]["values"][0]["stacktrace"]["frames"]
    assert frames == [{"function": "sign", "lineno": 7}]
    path = {"transaction": "/my-signatures/ImFkYSIsIDE:1abcd:0123456789abcdefghij/"}
    assert environment.only_where_it_broke(path, {}) == {"transaction": "/my-signatures/[token]/"}


def test_what_is_refused_is_no_error_to_be_told() -> None:
    refused = {"logger": "django.security.RequestDataTooBig", "level": "error"}
    assert environment.only_where_it_broke(refused, {}) is None


def test_uploads_may_lie_in_a_bucket_and_only_its_host_is_let_in(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The package belongs to production's requirements only.
    package = ModuleType("storages")
    package.__spec__ = ModuleSpec("storages", None)
    monkeypatch.setitem(sys.modules, "storages", package)
    settings = start(
        MEDIA_STORAGE="s3://pictures/news?endpoint_url=https://s3.example.org&custom_domain=m.example.org"
    )
    assert settings["STORAGES"]["default"]["OPTIONS"] == {
        "bucket_name": "pictures",
        "location": "news",
        "endpoint_url": "https://s3.example.org",
        "custom_domain": "m.example.org",
        "querystring_auth": False,
        "file_overwrite": False,
        "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
    }
    policy = settings["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert policy["img-src"] == ["'self'", "https://m.example.org"]
    assert policy["script-src"] == ["'self'"]


@pytest.mark.parametrize(
    "value",
    [
        "https://s3.example.org/pictures",
        "s3:///news",
        f"s3://key:{PASSWORD}@pictures?custom_domain=m.example.org",
        f"s3://pictures?secret_key={PASSWORD}&custom_domain=m.example.org",
        "s3://pictures/news",
    ],
)
def test_an_address_of_a_bucket_that_says_too_little_or_too_much_is_refused(
    start: Start, value: str
) -> None:
    message = refusal(start, MEDIA_STORAGE=value)
    assert message.startswith("MEDIA_STORAGE: ")
    assert PASSWORD not in message


def test_production_logs_for_machines_unless_told_otherwise(start: Start) -> None:
    assert start()["LOGGING"]["handlers"]["console"]["formatter"] == "json"
    assert start(LOG_FORMAT="line")["LOGGING"]["handlers"]["console"]["formatter"] == "line"
    assert refusal(start, LOG_FORMAT="xml") == "LOG_FORMAT: is 'xml'. Use one of: json, line."


def test_figures_want_a_token_that_nobody_guesses(start: Start) -> None:
    assert start()["METRICS_TOKEN"] == ""
    assert refusal(start, METRICS_TOKEN="short").startswith("METRICS_TOKEN: is too weak.")


def test_static_files_may_lie_where_nothing_can_be_written(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "static"
    folder.mkdir(mode=0o500)
    assert start(STATIC_ROOT=str(folder))["STATIC_ROOT"] == folder
