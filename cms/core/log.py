"""Log lines that a machine reads, and that say nothing of people."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

# What a line may not hold, and what stands there instead.
# Each begins where a run of letters does: looked for from every letter of a long run, an address of
# 9,000 letters would keep a process busy for half a second.
_ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
# What lets the reader of a mail in: Django's signed values, and its links for a new password.
_TOKEN = re.compile(r"(?<![\w=.-])[\w=.-]{8,}:[\w-]{4,}:[\w-]{20,}|\b[0-9a-z]{6}-[0-9a-f]{32}\b")
_QUERY = re.compile(r"(?<=[\w/-])\?[^\s'\"<>]+")
_IP = re.compile(
    r"\b(?!127\.)\d{1,3}(?:\.\d{1,3}){3}\b"
    # IPv6 with its zeros left out, as it is mostly written, and without.
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){1,7}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}\b|(?!\w))"
    r"|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b",
    re.IGNORECASE,
)
# A database repeats the row that it refused: names and words of whoever sent it, over any number of lines.
_ROW = re.compile(r"(?<=DETAIL:).*?(?=\n\n(?:The above|During handling)|\Z)", re.DOTALL)


def without_people(text: str) -> str:
    """The text without mail addresses, addresses of computers, rows, questions, secrets in links."""
    text = _ROW.sub(" [row]", text)
    text = _ADDRESS.sub("[address]", text)
    text = _TOKEN.sub("[token]", text)
    text = _QUERY.sub("?[query]", text)
    return _IP.sub("[ip]", text)


class LineFormatter(logging.Formatter):
    """One line for a person, without what would say who a reader is."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the trace below it where something broke."""
        return without_people(super().format(record))


class JSONFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message; where something broke, its trace.

    Django's own lines about a request also say its ``status`` and ``path``.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The object as text."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_people(record.getMessage()),
            "process": record.process,
        }
        if status := getattr(record, "status_code", None):
            line["status"] = status
        request = getattr(record, "request", None)
        if path := getattr(request, "path", None):
            line["method"] = getattr(request, "method", None)
            line["path"] = without_people(str(path))
        if record.exc_info:
            line["trace"] = without_people(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)
