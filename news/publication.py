"""The gate: what may go live, on whatever route it comes.

The editor asks ``problems()`` first, to say beside each field what is wrong. ``guard_live()`` holds
where a live row is written, so no other route gets past it: bulk publishing, workflows, schedules,
reverting, copying, aliases, commands, ``revision.publish()`` or Wagtail's publishing action itself.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from html import unescape
from itertools import combinations
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.log_actions import log
from wagtail.models import Site

from advocacy.models import Channel
from cms.core.blocks import told
from news import provenance, reviews, websub
from news.drafting.guard import (
    REPEATS,
    AllowedContacts,
    find_contacts,
    overlap,
    violations,
    word_count,
)
from news.models.commentary import Section
from news.models.settings import NewsroomSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from wagtail.models import Revision

    from news.models import ArticlePage

logger = logging.getLogger(__name__)

# A save that writes none of these changes nothing that the gate watches.
GATED_FIELDS = {"live", *Section.values}
SCHEDULED = "wagtail.publish.scheduled"
# Fields of blocks that hold an address on purpose, shown with the title of what it leads to.
ADDRESS_FIELDS = {"link_address", "source_address"}
NOT_TEXT = {"id", "type", "kind", "date", *ADDRESS_FIELDS}
_HREF = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Problem:
    """One reason why a version may not go live, and where."""

    field: str
    field_label: str
    message: str
    block_index: int | None = None

    def __str__(self) -> str:
        return f"{self.field_label}: {self.message}"


def as_form_error(found: list[Problem]) -> ValidationError:
    """All that is wrong with one field, each message beside the block that it speaks of."""
    of_blocks: dict[int, list[str]] = {}
    others = [problem.message for problem in found if problem.block_index is None]
    for problem in found:
        if problem.block_index is not None:
            of_blocks.setdefault(problem.block_index, []).append(problem.message)
    if not of_blocks:
        return ValidationError(others)
    return StreamBlockValidationError(
        block_errors={
            index: ValidationError(" ".join(dict.fromkeys(messages)))
            for index, messages in of_blocks.items()
        },
        non_block_errors=others,
    )


class PublicationRefused(Exception):
    """A version may not go live; ``problems`` say why."""

    def __init__(self, page: ArticlePage, found: list[Problem]) -> None:
        self.page = page
        self.problems = found
        super().__init__(
            f"“{page.title}” was not published. " + " ".join(str(problem) for problem in found)
        )


@dataclass(frozen=True)
class Candidate:
    """A version of an article that is about to go live."""

    page: ArticlePage

    @classmethod
    def from_form(cls, instance: ArticlePage, cleaned_data: dict[str, Any]) -> Candidate:
        """The version that a submitted form would make; the instance is left as it is."""
        page = type(instance)(pk=instance.pk, path=instance.path, depth=instance.depth)
        page.title = cleaned_data.get("title") or instance.title
        page.alias_of_id = instance.alias_of_id
        for name in ("source", "source_address", "body", *Section.values):
            setattr(page, name, cleaned_data.get(name, getattr(instance, name)))
        return cls(page)


def problems(candidate: Candidate) -> list[Problem]:
    """Why a version may not go live; empty where it may."""
    return [
        *_missing_source(candidate),
        *_invalid(candidate),
        *_too_long(candidate),
        *_repeated(candidate),
        *_unreviewed(candidate),
        *_unverified(candidate),
    ]


def _missing_source(candidate: Candidate) -> Iterator[Problem]:
    page = candidate.page
    if page.source_id is None:
        yield Problem("source", "Source", "Choose who published the story.")
    if not page.source_address:
        yield Problem("source_address", "Source address", "Give the address of the story.")


def _invalid(candidate: Candidate) -> Iterator[Problem]:
    """What the editor's form would refuse in a block; other routes do not ask the form."""
    for field in ("body", *Section.values):
        value = getattr(candidate.page, field)
        label = "Body" if field == "body" else str(Section(field).label)
        for index, child in enumerate(value or []):
            try:
                child.block.clean(child.value)
            except ValidationError as error:
                yield Problem(field, label, _in_words(child, error), block_index=index)


def _in_words(child: Any, error: ValidationError) -> str:
    """What is wrong with a block, with the names of its fields."""
    return f"{child.block.label}: {' '.join(told(error)) or 'something in it is not valid.'}"


def _too_long(candidate: Candidate) -> Iterator[Problem]:
    """A source's text within its limit, and each section within the newsroom's."""
    page = candidate.page
    newsroom = _newsroom(page)
    limit = (page.source.extract_limit if page.source else None) or newsroom.extract_limit
    extract = [
        text for block in provenance.raw_blocks(page.body) for text in _body_texts(block["value"])
    ]
    if (count := sum(map(word_count, extract))) > limit:
        yield Problem(
            "body",
            "Body",
            f"The extract has {count:,} words, and {limit:,} may be shown of this source. Cut it,"
            " and leave the rest to the source: the page links to it.",
        )
    for section in Section:
        limit = newsroom.words(section.value)
        blocks = provenance.raw_blocks(getattr(page, section.value))
        count = sum(word_count(text) for block in blocks for text in texts_of(block))
        if count > limit:
            yield Problem(
                section.value,
                section.label,
                f"{section.label} has {count:,} words; the newsroom's limit is {limit:,}.",
            )


def _newsroom(page: ArticlePage) -> NewsroomSettings:
    site = page.get_site() if page.pk else None
    return NewsroomSettings.for_site(site or Site.objects.get(is_default_site=True))


def _repeated(candidate: Candidate) -> Iterator[Problem]:
    """Sections that say the same thing twice."""
    texts = {
        section: " ".join(
            provenance.words(block)
            for block in provenance.raw_blocks(getattr(candidate.page, section.value))
        )
        for section in Section
    }
    for first, second in combinations(Section, 2):
        if overlap(texts[first], texts[second]) > REPEATS:
            yield Problem(
                second.value,
                second.label,
                f"{second.label} repeats {first.label} in large part. Each section has a job of"
                " its own: cut what readers have just read.",
            )


def _unreviewed(candidate: Candidate) -> Iterator[Problem]:
    page = candidate.page
    # An alias shows the same text as the page it stands for, and is approved with it.
    reviewed = page.alias_of.specific if page.alias_of_id else page
    if page.body and provenance.holds_draft(page.body):
        yield Problem(
            "body",
            "Body",
            "The body holds a paragraph that a model drafted. It is for the source's own text:"
            " move the paragraph to the commentary.",
        )
    values = {section.value: getattr(page, section.value) for section in Section}
    origins = provenance.origins_of(reviewed.pk, values)
    for section in Section:
        value = values[section.value]
        if not provenance.holds_model_text(origins[section.value].values()):
            continue
        if not reviews.is_approved(
            page_id=reviewed.pk, section=section.value, digest=provenance.content_hash(value)
        ):
            yield Problem(
                section.value,
                section.label,
                f"{section.label} holds text that a model drafted, and nobody has approved it as"
                " it stands now. Save, then ask for a review in the Commentary tab.",
            )


def _unverified(candidate: Candidate) -> Iterator[Problem]:
    """Contact details that are neither in the registry nor in the source."""
    page = candidate.page
    fragments = [
        (section, index, text)
        for section in Section
        for index, block in enumerate(provenance.raw_blocks(getattr(page, section.value)))
        for text in _with_markup(block)
        if find_contacts(text)
    ]
    if not fragments:
        return
    allowed = allowed_contacts(page)
    for section, index, text in fragments:
        for finding in violations(text, allowed=allowed):
            yield Problem(section.value, section.label, finding.message, block_index=index)


def _with_markup(block: dict[str, Any]) -> Iterator[str]:
    """A stored block's texts, a paragraph with its links: their text may belie their target."""
    if block["type"] == "paragraph":
        yield str(block["value"])
    else:
        yield from texts_of(block)


def texts_of(block: dict[str, Any]) -> Iterator[str]:
    """The texts of a stored block that readers see, and the targets of its links."""
    yield from _texts(block["value"], rich=block["type"] == "paragraph")


def _texts(value: Any, *, rich: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in NOT_TEXT:
                yield from _texts(item, rich=False)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, rich=False)
    elif isinstance(value, str) and rich:
        yield unescape(_TAGS.sub(" ", re.sub(r"</(p|li|h\d)>|<br\s*/?>", "\n", value)))
        yield from (unescape(target) for target in _HREF.findall(value))
    elif isinstance(value, str):
        yield value


def addresses_of(block: dict[str, Any]) -> Iterator[str]:
    """The addresses that a stored block cites on purpose."""
    yield from _addresses(block["value"])


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ADDRESS_FIELDS and item:
                yield str(item)
            else:
                yield from _addresses(item)
    elif isinstance(value, list):
        for item in value:
            yield from _addresses(item)


def source_texts(page: ArticlePage) -> list[str]:
    """What the commentary may stand on: the story as extracted, its address, what is cited."""
    body = [
        text for block in provenance.raw_blocks(page.body) for text in _body_texts(block["value"])
    ]
    cited = [
        address
        for section in Section.values
        for block in provenance.raw_blocks(getattr(page, section))
        for address in addresses_of(block)
    ]
    return [page.source_address, *body, *cited]


def _body_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _body_texts(item)
    elif isinstance(value, str):
        yield from _texts(value, rich=True)


def allowed_contacts(page: ArticlePage) -> AllowedContacts:
    """Every contact detail that commentary on this page may name."""
    registry = Channel.objects.usable().values_list("value", flat=True)
    return AllowedContacts.from_texts(list(registry), source_texts(page))


def guard_live(page: ArticlePage, *, update_fields: Collection[str] | None) -> None:
    """Refuse to write a live row that the gate does not let pass."""
    if not page.live or (update_fields is not None and not GATED_FIELDS & set(update_fields)):
        return
    if found := problems(Candidate(page)):
        raise PublicationRefused(page, found)


def publish(
    page: ArticlePage,
    publish_revision: Callable[..., Any],
    revision: Revision,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Publish a revision as one transaction; refuse a schedule that could not be kept.

    ``publish_scheduled`` stops at the first exception, so there a refusal unschedules the revision
    and tells its editor instead, and the rest of the batch goes on.
    """
    scheduled = kwargs.get("log_action") == SCHEDULED
    try:
        with transaction.atomic():
            if not scheduled:
                _check_schedule(revision)
            left = websub.filed_under(page) if settings.WEBSUB_HUB else set()
            published = publish_revision(revision, *args, **kwargs)
            # What it was in, and is in no more, changed as well.
            websub.changed(left)
            return published
    except PublicationRefused as refusal:
        if not scheduled:
            raise
        _unschedule(page, revision, refusal)
        return None


def _check_schedule(revision: Revision) -> None:
    """Refuse at once to schedule what could not go live as it stands now."""
    version = revision.as_object()
    if version.go_live_at and (found := problems(Candidate(version))):
        raise PublicationRefused(version, found)


def _unschedule(page: ArticlePage, revision: Revision, refusal: PublicationRefused) -> None:
    from news import notifications  # noqa: PLC0415 - it sends mail, which the gate does not need

    revision.approved_go_live_at = None
    revision.save(update_fields=["approved_go_live_at"])
    logger.warning("Not published on schedule: page %s, revision %s", page.pk, revision.pk)
    log(
        instance=page,
        action="news.publication.refused",
        data={"problems": [str(problem) for problem in refusal.problems]},
        revision=revision,
    )
    notifications.not_published(page=page, revision=revision, refusal=refusal)
