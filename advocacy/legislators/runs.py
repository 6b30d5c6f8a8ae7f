"""An import of members of Congress: one transaction for each, and a report of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from pydantic import ValidationError as SchemaError

from advocacy import page_tags, staleness
from advocacy.legislators import departures
from advocacy.legislators.facts import Facts, MemberRefusedError, facts_of
from advocacy.legislators.files import FileRefusedError, Record, read_forms, read_yaml
from advocacy.legislators.merging import Plan, plan
from advocacy.legislators.recording import (
    record_channels,
    record_differences,
    record_in_draft,
    record_in_history,
)
from advocacy.legislators.schema import (
    LocalOffices,
    Member,
    SocialMedia,
    first_fault,
)
from advocacy.models import Channel, Difference, Representative

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable

    from pydantic import BaseModel

    Entries = dict[str, tuple[int, BaseModel]]

# Beginnings of the import keys that each file answers for.
KEYS = {"file": ("term/",), "offices": ("office/",), "social": ("social/",), "forms": ("form",)}
# Rows that one UPDATE names; SQLite takes no more than a thousand in one.
BATCH = 500
Kind = TypeVar("Kind", bound="BaseModel")


@dataclass
class Sources:
    """The files as they were read; None for one that was not asked for."""

    file: bytes
    offices: bytes | None = None
    social: bytes | None = None
    forms: bytes | None = None


@dataclass
class Report:
    """What an import did, or in a dry run would do."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    conflicting: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    vacant: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was refused."""
        return not self.refused


@dataclass
class _Read:
    """What the files hold that can be used, and whom something else was refused about."""

    members: dict[str, tuple[int, Member]] = field(default_factory=dict)
    offices: dict[str, tuple[int, LocalOffices]] = field(default_factory=dict)
    social: dict[str, tuple[int, SocialMedia]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    # By file: identifiers of refused entries; blank where not even that could be read.
    doubtful: dict[str, set[str]] = field(default_factory=dict)

    def whole(self, bioguide: str) -> tuple[str, ...]:
        """Beginnings of the import keys for which the files name all that this member has."""
        return tuple(
            key
            for name, keys in KEYS.items()
            if name in self.doubtful and not self.doubtful[name] & {bioguide, ""}
            for key in keys
        )


def run(
    *,
    sources: Sources,
    today: datetime.date,
    dry_run: bool = False,
    started: Callable[[int], object] = int,
    progress: Callable[[int], object] = int,
) -> Report:
    """Bring the registry up to what the files say.

    Each member is one transaction. An entry that cannot be used is refused by name and line, and
    the others are imported. What a person wrote stays; see ``merging``.

    Args:
        sources: The files.
        today: The day on which the files said so.
        dry_run: Write nothing, and report the same.
        started: Is called with the number of members.
        progress: Is called with 1 for each member.

    Raises:
        FileRefusedError: the file of members cannot be read at all; nothing was changed.
    """
    report = Report()
    read = _read(sources, report)
    known = _known()
    slugs = set(Representative.objects.values_list("slug", flat=True))
    confirmed: list[int] = []
    started(len(read.members))
    seats: departures.Seats = []
    for bioguide, (line, member) in read.members.items():
        try:
            facts = _facts(read, bioguide, member)
            fields = facts.fields
            seats.append((str(fields["office"]), fields["state"], fields["district"]))
            report.passed_over += facts.passed_over
            one = _One(facts, today=today, whole=read.whole(bioguide), dry_run=dry_run)
            if bioguide in known:
                confirmed += one.update(known[bioguide], report)
            else:
                one.create(slugs, report)
        except (MemberRefusedError, ValidationError) as error:
            reason = "; ".join(getattr(error, "messages", [str(error)]))
            report.refused.append(f"Line {line}: {_name(member)} ({bioguide}): {reason}")
            read.doubtful["file"].add(bioguide)
        progress(1)
    if not dry_run:
        for start in range(0, len(confirmed), BATCH):
            batch = confirmed[start : start + BATCH]
            Channel.objects.filter(pk__in=batch).update(checked_on=today)
        page_tags.written_in_bulk(entry.pk for entry in known.values())
    departures.notice(
        known=known,
        named=set(read.members),
        doubtful=read.doubtful["file"],
        seats=seats,
        today=today,
        report=report,
        dry_run=dry_run,
    )
    return report


def _known() -> dict[str, Representative]:
    """Everybody with an identifier, with channels and differences, in three queries."""
    rows = (
        Representative.objects.exclude(bioguide="").with_channels().prefetch_related("differences")
    )
    return {entry.bioguide: entry for entry in rows}


def _facts(read: _Read, bioguide: str, member: Member) -> Facts:
    offices, social = read.offices.get(bioguide), read.social.get(bioguide)
    return facts_of(
        member,
        form=read.forms.get(bioguide, ""),
        offices=offices[1].offices if offices else (),
        accounts=social[1].social if social else None,
    )


# One member ---------------------------------------------------------------------------------------


@dataclass
class _One:
    """What the files say of one member, and how it is written."""

    facts: Facts
    today: datetime.date
    whole: tuple[str, ...]
    dry_run: bool

    def create(self, slugs: set[str], report: Report) -> None:
        """A new entry, published at once. Three statements."""
        now = timezone.now()
        entry = Representative(
            bioguide=self.facts.bioguide,
            live=True,
            first_published_at=now,
            last_published_at=now,
            **self.facts.fields,
        )
        entry.slug = _slug(entry, slugs)
        made = plan(entry, [], self.facts, today=self.today, whole=self.whole)
        _check(entry, {})
        entry.imported = made.imported
        if not self.dry_run:
            with transaction.atomic():
                # Saved one by one, each row would be looked through for references, and has none.
                [entry] = Representative.objects.bulk_create([entry])
                record_channels(entry, made, taken=0)
                page_tags.written_in_bulk([entry.pk])
                record_in_history(entry, ["new entry"])
        slugs.add(entry.slug)
        report.created.append(str(entry))

    def update(self, entry: Representative, report: Report) -> list[int]:
        """Changes to an entry; gives the channels that are as they were."""
        made = self._plan(entry, entry.channels.all())
        _check(entry, made.fields)
        known = {row.key: row for row in entry.differences.all()}
        if not self.dry_run and (
            not made.is_empty
            or made.imported != entry.imported
            or _told(made) != {key: row.offered for key, row in known.items()}
        ):
            made = self._write(entry.pk)
        if made.is_empty:
            report.unchanged += 1
        else:
            report.updated.append(f"{entry}: {', '.join(made.words)}")
        still_open = [
            found
            for found in made.differences
            if found.key not in known
            or known[found.key].dismissed_at is None
            or known[found.key].offered != found.offered
        ]
        report.conflicting += [
            f"{entry}: {found.label}: we have {found.ours or 'nothing'!r}, the file has "
            f"{found.theirs or 'nothing'!r}"
            for found in still_open
        ]
        return [channel.pk for channel in made.confirmed]

    def _plan(self, entry: Representative, channels: Iterable[Channel]) -> Plan:
        return plan(entry, channels, self.facts, today=self.today, whole=self.whole)

    def _write(self, pk: int) -> Plan:
        """Look again under a lock, because somebody may be editing, and write."""
        with transaction.atomic():
            entry = Representative.objects.select_for_update().get(pk=pk)
            made = self._plan(entry, Channel.objects.filter(representative=pk))
            _check(entry, made.fields)
            if made.is_empty:
                Representative.objects.filter(pk=pk).update(imported=made.imported)
                record_channels(entry, made, taken=0)
            else:
                with staleness.noticing(entry):
                    Representative.objects.filter(pk=pk).update(
                        **made.fields, imported=made.imported
                    )
                    record_channels(
                        entry, made, taken=Channel.objects.filter(representative=pk).count()
                    )
                record_in_history(entry, made.words)
                if entry.has_unpublished_changes:
                    record_in_draft(entry, self._plan)
            page_tags.written_in_bulk([pk])
            record_differences(
                entry, made.differences, list(Difference.objects.filter(representative=pk))
            )
        return made


def _told(made: Plan) -> dict[str, Any]:
    return {found.key: found.offered for found in made.differences}


def _check(entry: Representative, fields: dict[str, Any]) -> None:
    """Hold an entry to its own rules, as the form would. Raises ValidationError."""
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.clean_fields()
    entry.clean()


def _slug(entry: Representative, slugs: set[str]) -> str:
    """The name; of two with one name, the second has the identifier besides."""
    slug = slugify(entry.name)[:100] or slugify(entry.bioguide)
    return slug if slug not in slugs else f"{slug}-{entry.bioguide.lower()}"


# Reading ------------------------------------------------------------------------------------------


def _read(sources: Sources, report: Report) -> _Read:
    """All that can be used. Raises FileRefusedError for the file of members."""
    read = _Read()
    read.doubtful["file"] = set()
    read.members = _checked(Member, read_yaml(sources.file), read.doubtful["file"], report)
    for name, kind, into in (
        ("offices", LocalOffices, read.offices),
        ("social", SocialMedia, read.social),
    ):
        content = getattr(sources, name)
        if content is None:
            continue
        try:
            records = read_yaml(content)
        except FileRefusedError as error:
            report.refused.append(f"The file of {name}: {error}")
            continue
        read.doubtful[name] = set()
        into.update(_checked(kind, records, read.doubtful[name], report))  # type: ignore[arg-type]  # pairs
    if sources.forms is not None:
        _read_forms(sources.forms, read, report)
    return read


def _checked(
    kind: type[Kind], records: list[Record], doubtful: set[str], report: Report
) -> dict[str, tuple[int, Kind]]:
    """The entries by identifier, each with its line; the others are refused."""
    found: dict[str, tuple[int, Kind]] = {}
    for record in records:
        try:
            entry = kind.model_validate(record.content)
        except SchemaError as error:
            bioguide = _identifier(record.content)
            doubtful.add(bioguide)
            who = " ".join(part for part in (_raw_name(record.content), bioguide) if part)
            report.refused.append(f"Line {record.line}: {who or 'unnamed'}: {first_fault(error)}")
            continue
        bioguide = entry.id.bioguide  # type: ignore[attr-defined]  # all three kinds have it
        if bioguide in found:
            report.refused.append(
                f"Line {record.line}: {_raw_name(record.content)} {bioguide}: stands on line "
                f"{found[bioguide][0]} already."
            )
        else:
            found[bioguide] = record.line, entry
    return found


def _read_forms(content: bytes, read: _Read, report: Report) -> None:
    try:
        records, refused = read_forms(content)
    except FileRefusedError as error:
        report.refused.append(f"The file of contact forms: {error}")
        return
    report.refused += [f"The file of contact forms: {reason}" for reason in refused]
    # A line that cannot be read may be anybody's.
    read.doubtful["forms"] = {""} if refused else set()
    for record in records:
        bioguide = record.content["bioguide"].strip()
        if bioguide in read.forms:
            report.passed_over.append(
                f"{bioguide}: a second contact form, on line {record.line}, is not taken."
            )
        read.forms.setdefault(bioguide, record.content["contact_form"].strip())


def _identifier(content: Any) -> str:
    """The identifier of an entry that is otherwise not in order; blank where there is none."""
    ids = content.get("id") if isinstance(content, dict) else None
    found = ids.get("bioguide") if isinstance(ids, dict) else None
    return found[:20] if isinstance(found, str) and found.isalnum() else ""


def _raw_name(content: Any) -> str:
    """What an entry calls itself, short and without anything that a terminal would obey."""
    name = content.get("name") if isinstance(content, dict) else None
    if not isinstance(name, dict):
        return ""
    parts = [name.get("official_full")] if name.get("official_full") else [
        name.get("first"), name.get("last"),
    ]  # fmt: skip
    text = " ".join(part for part in parts if isinstance(part, str))
    return "".join(c for c in text if c.isprintable())[:80]


def _name(member: Member) -> str:
    return member.name.official_full or f"{member.name.first} {member.name.last}"
