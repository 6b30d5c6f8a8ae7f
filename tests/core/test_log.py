"""What is logged: a machine can read it, and nobody can be found in it."""

from __future__ import annotations

import json
import logging
import uuid

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.http import HttpRequest

from cms.core.log import JSONFormatter, LineFormatter
from cms.core.models import User


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("cms.mail", logging.WARNING, __file__, 1, message, args, None)
    made.__dict__.update(extra)
    return made


def test_a_line_is_one_object_with_what_is_asked_for() -> None:
    line = JSONFormatter().format(record("sent %d mails\nin all", 3))
    assert "\n" not in line
    said = json.loads(line)
    assert said["level"] == "WARNING"
    assert said["logger"] == "cms.mail"
    assert said["message"] == "sent 3 mails\nin all"
    assert said["time"].endswith("+00:00")


@pytest.mark.parametrize(
    ("written", "logged"),
    [
        ("refused ann.b+news@mail.example.org today", "refused [address] today"),
        ("from 192.0.2.7 and 2001:db8:0:0:1:2:3:4", "from [ip] and [ip]"),
        ("from 2001:db8::7, fe80::1 or 2001:db8:1::", "from [ip], [ip] or [ip]"),
        ("error\nDETAIL:  Failing row: (Ada, a\n\nb)", "error\nDETAIL: [row]"),
        ("DETAIL: Ada\n\nThe above exception was", "DETAIL: [row]\n\nThe above exception was"),
        ("2001:db8::7: refused, [2001:db8:0:1::7] and fe80::", "[ip]: refused, [[ip]] and [ip]"),
        ("at 12:34:56, in std::vector", "at 12:34:56, in std::vector"),
        ("Not Found: /representatives/?zip=12345", "Not Found: /representatives/?[query]"),
        ("3 of 4 are 75%: why?", "3 of 4 are 75%: why?"),
        ("at 12:30:05, version 1.2.3", "at 12:30:05, version 1.2.3"),
        ("http://127.0.0.1:9200/ does not answer", "http://127.0.0.1:9200/ does not answer"),
        ("news.0011_source_author", "news.0011_source_author"),
    ],
)
@pytest.mark.parametrize("formatter", [JSONFormatter(), LineFormatter()])
def test_nobody_is_found_in_it(formatter: logging.Formatter, written: str, logged: str) -> None:
    line = formatter.format(record(written))
    assert (json.loads(line)["message"] if line.startswith("{") else line) == logged


@pytest.mark.parametrize("run", ["x", "x-", ".", "%", "1", "x:", "x@"])
def test_a_line_costs_no_more_than_its_length(run: str) -> None:
    # Where the cost grows with the square of the length, this one takes minutes.
    text = run * 150_000
    assert json.loads(JSONFormatter().format(record(text)))["message"] == text


def test_links_that_let_people_in_are_cut() -> None:
    signed = signing.dumps([str(uuid.uuid4()), "abc"], salt="any")
    reset = default_token_generator.make_token(User(pk=7, password="x", email="a@example.org"))
    for secret in (signed, reset):
        line = JSONFormatter().format(record("Not Found: %s", f"/confirm/{secret}/"))
        assert json.loads(line)["message"] == "Not Found: /confirm/[token]/"


def test_a_request_is_told_by_its_path_and_an_error_by_its_trace() -> None:
    request = HttpRequest()
    request.method, request.path = "POST", "/petitions/river/"
    made = record("Internal Server Error", status_code=500, request=request)
    with pytest.raises(ValueError, match="invalid literal") as broken:
        int("ann@example.org")
    made.exc_info = (broken.type, broken.value, broken.tb)
    said = json.loads(JSONFormatter().format(made))
    assert (said["status"], said["method"], said["path"]) == (500, "POST", "/petitions/river/")
    assert "'[address]'" in said["trace"]
    assert "ann@" not in json.dumps(said)
