"""Taking over subscribers from elsewhere, each with the record of their consent.

A line without that record makes no subscriber, and nobody is written to about the import. Who is
known here is left as they are: an import brings nobody back who has ended the newsletter.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from wagtail.log_actions import log

from cms.core import mail
from cms.core.forms import MailAddressField, plain_text
from cms.newsletter import suppressions, topics
from cms.newsletter.models import Frequency, Subscriber, SubscriberStatus, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail.models import Site

    from cms.core.models import User

PERMISSION = "newsletter.import_subscriber"
LARGEST = 10 * 1024 * 1024
LONGEST_LINE = 10_000
CHUNK = 500
TOLD = 200
BEFORE_MAIL = datetime(1971, 1, 1, tzinfo=UTC)
NEEDED = ("email", "consented_at", "consent", "source")
OPTIONAL = ("frequency", "topics")
# Columns of our own export: how far somebody is, and since when no mail reaches them.
STATUS, REFUSED = "status", "refused by its mail server"
_address = MailAddressField()


class ImportRefusedError(ValueError):
    """The whole file cannot be read; the message says why. Nothing was imported."""


class _LineRefused(ValueError):
    """One line cannot be taken; the others go on."""


@dataclass
class Report:
    """What became of the lines of a file."""

    created: int = 0
    known: int = 0
    suppressed: int = 0
    refused: int = 0
    # The first lines that were refused: the number of the line, and why.
    reasons: list[tuple[int, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.created} created, {self.known} known before, {self.suppressed} never written "
            f"to, {self.refused} refused"
        )

    def refuse(self, line: int, why: str) -> None:
        """Count a line that was refused; the first ones are told."""
        self.refused += 1
        if len(self.reasons) < TOLD:
            self.reasons.append((line, why))


def import_csv(*, content: bytes, by: User, site: Site) -> Report:
    """Take over the subscribers of a CSV file.

    Columns: ``email``; ``consented_at`` (a day, or a time in ISO 8601), ``consent`` (the words that
    were agreed to), ``source`` (where); and, if they are there, ``frequency`` and ``topics`` (names,
    separated by semicolons). What our own export says of those who get nothing is heeded too.

    Args:
        content: The file, in UTF-8.
        by: Who imports.
        site: In whose history it is written down.

    Raises:
        ImportRefusedError: it is no such file.
    """
    lines = _lines(_text(content))
    report = Report()
    known_topics = {topic.name.casefold(): topic.key for topic in topics.offered()}
    while chunk := list(islice(lines, CHUNK)):
        _import_chunk(chunk, report, known_topics)
    log(
        site,
        "newsletter.subscribers.import",
        user=by,
        data={
            "created": report.created,
            "known": report.known,
            "suppressed": report.suppressed,
            "refused": report.refused,
        },
    )
    return report


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise ImportRefusedError("The file has more than 10 MB. Split it, and import the parts.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefusedError(
            "The file is not in UTF-8. Save it as “CSV UTF-8”, and import that."
        ) from None
    if "\x00" in text:
        raise ImportRefusedError("This is no CSV file. Save the table as CSV, and import that.")
    return text


def _lines(text: str) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Each line with its number: its cells by column, or why it cannot be read."""
    first = text.partition("\n")[0]
    if len(first) > LONGEST_LINE:
        raise ImportRefusedError("The first line is far too long for a row of column names.")
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        head = [cell.strip().casefold() for cell in next(rows, [])]
    except csv.Error as error:
        raise ImportRefusedError("The first line cannot be read as CSV.") from error
    missing = [name for name in NEEDED if name not in head]
    if missing:
        raise ImportRefusedError(
            f"The first line must name the columns. Missing: {', '.join(missing)}. Without the"
            " record of consent nobody can be imported."
        )
    if len(set(head)) != len(head):
        raise ImportRefusedError("Two columns have the same name.")
    return _read(rows, head)


def _read(rows: Any, head: list[str]) -> Iterator[tuple[int, dict[str, str] | str]]:
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield rows.line_num, "This line cannot be read as CSV."
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(head):
            yield rows.line_num, f"It has {len(row)} cells, and the first line {len(head)}."
        elif sum(map(len, row)) > LONGEST_LINE:
            yield rows.line_num, "It is far too long."
        else:
            yield rows.line_num, dict(zip(head, row, strict=True))


def _import_chunk(
    chunk: list[tuple[int, dict[str, str] | str]], report: Report, known_topics: dict[str, str]
) -> None:
    found: dict[str, Subscriber] = {}
    for number, cells in chunk:
        if isinstance(cells, str):
            report.refuse(number, cells)
            continue
        try:
            subscriber = _subscriber(cells, known_topics)
        except _LineRefused as refusal:
            report.refuse(number, str(refusal))
            continue
        if subscriber.email_key in found:
            report.known += 1
        found.setdefault(subscriber.email_key, subscriber)
    by_digest = {
        digest: key
        for key, subscriber in found.items()
        for digest in suppressions.digests(subscriber.email)
    }
    listed = Suppression.objects.filter(digest__in=list(by_digest))
    never = {by_digest[digest] for digest in listed.values_list("digest", flat=True)}
    report.suppressed += len(never)
    with transaction.atomic():
        keys = found.keys() - never
        known = set(
            Subscriber.objects.filter(email_key__in=keys).values_list("email_key", flat=True)
        )
        report.known += len(known)
        created = Subscriber.objects.bulk_create(
            [found[key] for key in found if key in keys - known], ignore_conflicts=True
        )
        report.created += len(created)


def _subscriber(cells: dict[str, str], known_topics: dict[str, str]) -> Subscriber:
    try:
        email = _address.clean(cells["email"].strip())
    except ValidationError as error:
        raise _LineRefused("No e-mail address: " + " ".join(error.messages)) from error
    status = cells.get(STATUS, "").strip().casefold() or SubscriberStatus.CONFIRMED
    if status != SubscriberStatus.CONFIRMED:
        raise _LineRefused(f"The status is “{status[:60]}”, and only “confirmed” is taken over.")
    if cells.get(REFUSED, "").strip():
        raise _LineRefused("There, mail did not arrive at this address.")
    consent = plain_text(cells["consent"], multiline=True)[:2000]
    source = plain_text(cells["source"])[:200]
    if not (consent and source and cells["consented_at"].strip()):
        raise _LineRefused("No record of consent: when, to what words, and where.")
    consented_at = _moment(cells["consented_at"].strip())
    frequency = cells.get("frequency", "").strip().casefold() or Frequency.WEEKLY
    if frequency not in Frequency.values:
        raise _LineRefused(f"How often must be one of: {', '.join(Frequency.values)}.")
    names = [name.strip() for name in cells.get("topics", "").split(";") if name.strip()]
    unknown = [name for name in names if name.casefold() not in known_topics]
    if unknown:
        raise _LineRefused(f"There is no topic “{unknown[0][:60]}”.")
    return Subscriber(
        email=email,
        email_key=mail.address_key(email),
        status=SubscriberStatus.CONFIRMED,
        frequency=frequency,
        topics=[known_topics[name.casefold()] for name in names],
        consent_text=consent,
        consent_source=source,
        consented_at=consented_at,
        confirmed_at=consented_at,
    )


def _moment(text: str) -> datetime:
    """A time; one without a zone is in the site's, and a day begins there."""
    try:
        found = parse_datetime(text)
        day = parse_date(text) if found is None else None
        if day is not None:
            found = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone comes next
        if found is not None and timezone.is_naive(found):
            found = timezone.make_aware(found)
        too_late = found is not None and found > timezone.now() + timedelta(days=1)
    except (ValueError, OverflowError):
        found, too_late = None, False
    if found is None:
        raise _LineRefused("The time of consent must look like 2026-03-31 or 2026-03-31T14:05.")
    if found < BEFORE_MAIL:
        raise _LineRefused("The consent lies before there was e-mail. Check the year.")
    if too_late:
        raise _LineRefused("The consent lies in the future.")
    return found
