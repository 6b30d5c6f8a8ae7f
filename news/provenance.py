"""Where each block of commentary comes from: a model, a person, or both.

Two digests are used. A block's *words* (its text without markup, ids or order of keys) tell whether
it is still what a model wrote. A section's *content* (everything but ids) is what a review is bound
to: any edit that a reader could see changes it.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from html import unescape
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from news.drafting.guard.overlap import ENOUGH_WORDS, REPEATS, SHINGLE
from news.drafting.guard.words import words as words_of
from news.models.commentary import CommentaryEdit, DraftedBlock, DraftRun, Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wagtail.blocks import StreamValue

    from cms.core.models import User
    from news.models import ArticlePage

# Share of the shorter text's runs of three words that must stand in the other before a block counts
# as drafted although its id is new: a copy into a fresh block is still the model's. Of a text of
# fewer words than ENOUGH_WORDS only an exact copy counts, because phrases recur.
# A third is what tells a copy, with a word changed here and there, from two texts about one thing.
COPIED = REPEATS
# Drafts for other articles are looked through too, as far back as they are likely to be at hand.
LOOKED_BACK = timedelta(days=30)
LOOKED_THROUGH = 500
# What the database keeps of a block's id; those that the editor makes are UUIDs.
LONGEST_ID = 36
_DRAFT_KEYS = re.compile(r' data-block-key="[^"]*"')
# An editor's form leaves out the first, ends lines with both characters, and leaves no space around
# a text; other ways do not.
_BETWEEN_BLOCKS = re.compile(r"(?<=>)\s*\n\s*(?=</?(?:p|h[1-6]|[uo]l|li|hr|blockquote)\b)")
_LINE_END = re.compile(r"\r?\n")
# Emphasis and links stand inside words and beside full stops; other tags part words.
_INLINE_TAGS = re.compile(r"</?(?:a|b|em|i|strong)(?:\s[^>]*)?>", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]+>")


class Origin(StrEnum):
    """Who wrote a block."""

    PERSON = "person"
    MODEL = "model"
    REVISED = "revised"


@dataclass(frozen=True)
class BlockOrigin:
    """Where one block comes from."""

    block_id: str
    origin: Origin
    run: DraftRun | None = None
    reviser: str = ""

    @property
    def label(self) -> str:
        """In the newsroom's words."""
        if self.origin is Origin.MODEL:
            return "Drafted by a model, unrevised"
        if self.origin is Origin.REVISED:
            return f"Drafted by a model, revised by {self.reviser or 'a person'}"
        return "Written by a person"


def raw_blocks(value: StreamValue | None) -> list[dict[str, Any]]:
    """The blocks of a section as they are stored: type, value, id."""
    if not value:
        return []
    return [dict(block) for block in value.get_prep_value()]


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_ids(item)
            for key, item in value.items()
            # Whether an empty field is stored as null, blank or not at all depends on who stored
            # it, and on whether its block was opened since: it is the same content.
            if item not in (None, "", [])
            and not (key == "id" and {"type", "value"} <= value.keys())
        }
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    if isinstance(value, str):
        text = _BETWEEN_BLOCKS.sub("", _DRAFT_KEYS.sub("", value))
        return _LINE_END.sub("\r\n", text).strip()
    return value


def content_hash(value: StreamValue | None) -> str:
    """SHA-256 of a section's content; blank for an empty section."""
    blocks = raw_blocks(value)
    if not blocks:
        return ""
    canonical = json.dumps(_without_ids(blocks), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key in sorted(value):
            if key not in {"id", "type"}:
                yield from _strings(value[key])
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value
    elif value is not None and value is not False:
        yield str(value)


def words(block: dict[str, Any]) -> str:
    """A block's text without markup, with single spaces."""
    joined = "\n".join(_strings(block.get("value")))
    return " ".join(unescape(_TAGS.sub(" ", _INLINE_TAGS.sub("", joined))).split())


def words_digest(block: dict[str, Any]) -> str:
    """SHA-256 of a block's type and words."""
    return hashlib.sha256(f"{block.get('type')}\n{words(block)}".encode()).hexdigest()


def origins(
    *, page_id: int | None, section: str, value: StreamValue | None
) -> dict[str, BlockOrigin]:
    """Where each block of a section comes from, by block id. Three queries at most."""
    return origins_of(page_id, {section: value})[section]


def origins_of(
    page_id: int | None, values: dict[str, StreamValue | None]
) -> dict[str, dict[str, BlockOrigin]]:
    """Where each block of several sections of a page comes from. Three queries at most, for all."""
    blocks = {section: raw_blocks(value) for section, value in values.items()}
    of_all = [block for of_section in blocks.values() for block in of_section]
    if not of_all:
        return {section: {} for section in values}
    known = _drafted(of_all)
    strangers = [block for block in of_all if known.row_of(block) is None]
    copied = _copied_from_drafts(page_id, strangers) if strangers else {}
    revisers = _revisers(page_id) if page_id else {}
    result: dict[str, dict[str, BlockOrigin]] = {}
    for section, of_section in blocks.items():
        found = result[section] = {}
        for block in of_section:
            block_id, digest = block["id"], words_digest(block)
            row = known.row_of(block) or copied.get(digest)
            if row is None:
                origin = BlockOrigin(block_id, Origin.PERSON)
            elif row.digest == digest:
                origin = BlockOrigin(block_id, Origin.MODEL, run=row.run)
            else:
                reviser = revisers.get((section, _kept(block_id)), "")
                origin = BlockOrigin(block_id, Origin.REVISED, run=row.run, reviser=reviser)
            # Nothing keeps two blocks from having one id; then neither may hide the other's origin.
            if block_id not in found or found[block_id].origin is Origin.PERSON:
                found[block_id] = origin
    return result


@dataclass(frozen=True)
class _Drafted:
    """Drafted blocks by their ids and by their words."""

    by_id: dict[str, DraftedBlock]
    by_digest: dict[str, DraftedBlock]

    def row_of(self, block: dict[str, Any]) -> DraftedBlock | None:
        """The draft that a block is, word for word, or that it was once."""
        digest = words_digest(block)
        by_id = self.by_id.get(_as_uuid(block["id"]))
        if by_id is not None and by_id.digest == digest:
            return by_id
        return self.by_digest.get(digest) or by_id


def _drafted(blocks: list[dict[str, Any]]) -> _Drafted:
    """What is known of these blocks' ids and words. One query."""
    ids = {block_id for block in blocks if (block_id := _as_uuid(block["id"]))}
    digests = {words_digest(block) for block in blocks}
    rows = list(
        DraftedBlock.objects.filter(Q(block_id__in=ids) | Q(digest__in=digests))
        .select_related("run")
        .order_by("pk")
    )
    return _Drafted(
        {str(row.block_id): row for row in rows}, {row.digest: row for row in reversed(rows)}
    )


def _as_uuid(block_id: Any) -> str:
    """A block's id as the database spells it; blank for one that no draft can have."""
    try:
        return str(uuid.UUID(str(block_id)))
    except ValueError:
        return ""


def _kept(block_id: Any) -> str:
    """A block's id as it is kept; an id that nobody's editor made may be of any length."""
    text = str(block_id)
    if len(text) <= LONGEST_ID and text.isprintable():
        return text
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:LONGEST_ID]


def holds_draft(value: StreamValue) -> bool:
    """Whether a text holds a block that a model drafted, as it drafted it. One query."""
    blocks = raw_blocks(value)
    known = _drafted(blocks)
    return any(known.row_of(block) is not None for block in blocks)


def drafted_sections(contents: dict[Section, StreamValue]) -> set[Section]:
    """Those sections that hold a block a model drafted, known by its id or words. One query."""
    blocks = {section: raw_blocks(value) for section, value in contents.items()}
    known = _drafted([block for of_section in blocks.values() for block in of_section])
    return {
        section
        for section, of_section in blocks.items()
        if any(known.row_of(block) is not None for block in of_section)
    }


def _copied_from_drafts(
    page_id: int | None, blocks: list[dict[str, Any]]
) -> dict[str, DraftedBlock]:
    """Drafts whose sentences stand in blocks with ids of their own, by the block's digest."""
    own = {words_digest(block): runs for block in blocks if (runs := _runs(words(block)))}
    if not own:
        return {}
    drafted = [(runs, row) for row in _drafts_at_hand(page_id) if (runs := _runs(row.text))]
    result = {}
    for digest, runs in own.items():
        shares = [
            (len(runs & others) / min(len(runs), len(others)), row) for others, row in drafted
        ]
        share, best = max(shares, key=lambda pair: pair[0], default=(0.0, None))
        if best is not None and share >= COPIED:
            result[digest] = best
    return result


def _drafts_at_hand(page_id: int | None) -> list[DraftedBlock]:
    """The drafts for a page, then the latest of all others: text is carried between articles too.

    One query.
    """
    of_page = Case(When(run__page_id=page_id, then=0), default=1) if page_id else Value(1)
    rows = DraftedBlock.objects.filter(
        Q(run__page_id=page_id) | Q(run__requested_at__gte=timezone.now() - LOOKED_BACK)
    )
    return list(rows.select_related("run").order_by(of_page, "-pk")[:LOOKED_THROUGH])


def _runs(text: str) -> set[tuple[str, ...]]:
    """A text's runs of three words; none of a text that is too short to be told from a phrase."""
    found = words_of(text)
    if len(found) < ENOUGH_WORDS:
        return set()
    return {tuple(found[at : at + SHINGLE]) for at in range(len(found) - SHINGLE + 1)}


def _revisers(page_id: int) -> dict[tuple[str, str], str]:
    """Who last changed a block, by its section and id. One query."""
    edits = CommentaryEdit.objects.filter(page_id=page_id).exclude(block_id="")
    return {
        (edit.section, edit.block_id): edit.editor.public_name if edit.editor else ""
        for edit in edits.select_related("editor")
    }


def holds_model_text(found: Iterable[BlockOrigin]) -> bool:
    """Whether any of the blocks was drafted by a model."""
    return any(origin.origin is not Origin.PERSON for origin in found)


@transaction.atomic
def record_edits(*, page: ArticlePage, editor: User | None) -> None:
    """Note who changed which section and block since they were last noted.

    Called with every revision. A save that changes no commentary costs one query.
    """
    known = {
        (edit.section, edit.block_id): edit
        for edit in CommentaryEdit.objects.filter(page_id=page.pk)
    }
    now = timezone.now()
    changed, gone = [], []
    for section in Section.values:
        value = getattr(page, section)
        blocks = raw_blocks(value)
        current = {_kept(block["id"]): words_digest(block) for block in blocks}
        if blocks or (section, "") in known:
            current[""] = content_hash(value)
        for block_id, digest in current.items():
            edit = known.get((section, block_id))
            if edit is None:
                edit = CommentaryEdit(page_id=page.pk, section=section, block_id=block_id)
            elif edit.digest == digest:
                continue
            edit.digest, edit.editor, edit.edited_at = digest, editor, now
            changed.append(edit)
        gone += [
            edit.pk
            for (of, block_id), edit in known.items()
            if of == section and block_id not in current
        ]
    if changed:
        CommentaryEdit.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["page", "section", "block_id"],
            update_fields=["digest", "editor", "edited_at"],
        )
        _attach_runs(page, changed)
    if gone:
        CommentaryEdit.objects.filter(pk__in=gone).delete()


def _attach_runs(page: ArticlePage, edits: list[CommentaryEdit]) -> None:
    """A draft asked for before the page was first saved belongs to it from now on."""
    ids = {block_id for edit in edits if (block_id := _as_uuid(edit.block_id))}
    DraftRun.objects.filter(page=None, drafted_blocks__block_id__in=ids).update(
        page=page, page_title=page.title[:255]
    )


def holding_drafts(page_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Those sections of the latest versions of pages that hold a draft's block. Two queries."""
    edits = list(
        CommentaryEdit.objects.filter(page_id__in=set(page_ids))
        .exclude(block_id="")
        .values_list("page_id", "section", "block_id", "digest")
    )
    ids = {block_id for *_, text, _ in edits if (block_id := _as_uuid(text))}
    digests = {digest for *_, digest in edits}
    rows = DraftedBlock.objects.filter(Q(block_id__in=ids) | Q(digest__in=digests)).values_list(
        "block_id", "digest"
    )
    known_ids = {str(block_id) for block_id, _ in rows}
    known_digests = {digest for _, digest in rows}
    return {
        (page_id, section)
        for page_id, section, block_id, digest in edits
        if _as_uuid(block_id) in known_ids or digest in known_digests
    }


def last_editor_id(*, page_id: int, section: str) -> int | None:
    """Who last changed a section; None where nobody did or the account is gone."""
    return (
        CommentaryEdit.objects.filter(page_id=page_id, section=section, block_id="")
        .values_list("editor_id", flat=True)
        .first()
    )
