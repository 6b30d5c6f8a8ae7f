"""Where each block of commentary comes from: a model, a person, or both.

Two digests are used. A block's *words* (its text without markup, ids or order of keys) tell whether
it is still what a model wrote. A section's *content* (everything but ids) is what a review is bound
to: any edit that a reader could see changes it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from news.drafting.guard import overlap
from news.models.commentary import CommentaryEdit, DraftedBlock, DraftRun, Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wagtail.blocks import StreamValue

    from cms.core.models import User
    from news.models import ArticlePage

# Share of a block's five-word runs that must stand in a model's draft for the same page before the
# block counts as drafted although its id is new: a copy into a fresh block is still the model's.
COPIED = 0.5
_DRAFT_KEYS = re.compile(r' data-block-key="[^"]*"')
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
        return _DRAFT_KEYS.sub("", value)
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
    return " ".join(unescape(_TAGS.sub(" ", joined)).split())


def words_digest(block: dict[str, Any]) -> str:
    """SHA-256 of a block's type and words."""
    return hashlib.sha256(f"{block.get('type')}\n{words(block)}".encode()).hexdigest()


def origins(
    *, page_id: int | None, section: str, value: StreamValue | None
) -> dict[str, BlockOrigin]:
    """Where each block of a section comes from, by block id. Three queries at most."""
    blocks = raw_blocks(value)
    if not blocks:
        return {}
    digests = {block["id"]: words_digest(block) for block in blocks}
    by_id, by_digest = _drafted(list(digests), list(digests.values()))
    strangers = [
        block
        for block in blocks
        if block["id"] not in by_id and digests[block["id"]] not in by_digest
    ]
    copied = _copied_from_drafts(page_id, strangers) if strangers and page_id else {}
    revisers = _revisers(page_id, section) if page_id else {}
    result = {}
    for block in blocks:
        block_id, digest = block["id"], digests[block["id"]]
        row = by_id.get(block_id) or by_digest.get(digest) or copied.get(block_id)
        if row is None:
            result[block_id] = BlockOrigin(block_id, Origin.PERSON)
        elif row.digest == digest:
            result[block_id] = BlockOrigin(block_id, Origin.MODEL, run=row.run)
        else:
            result[block_id] = BlockOrigin(
                block_id, Origin.REVISED, run=row.run, reviser=revisers.get(block_id, "")
            )
    return result


def _drafted(
    block_ids: list[str], digests: list[str]
) -> tuple[dict[str, DraftedBlock], dict[str, DraftedBlock]]:
    """Drafted blocks with one of these ids or one of these digests, by each. One query."""
    rows = DraftedBlock.objects.filter(
        Q(block_id__in=block_ids) | Q(digest__in=digests)
    ).select_related("run")
    found = list(rows)
    return {str(row.block_id): row for row in found}, {row.digest: row for row in found}


def drafted_sections(contents: dict[Section, StreamValue]) -> set[Section]:
    """Those sections that hold a block a model drafted, known by its id or words. One query."""
    blocks = {section: raw_blocks(value) for section, value in contents.items()}
    by_id, by_digest = _drafted(
        [block["id"] for of_section in blocks.values() for block in of_section],
        [words_digest(block) for of_section in blocks.values() for block in of_section],
    )
    return {
        section
        for section, of_section in blocks.items()
        if any(block["id"] in by_id or words_digest(block) in by_digest for block in of_section)
    }


def _copied_from_drafts(page_id: int, blocks: list[dict[str, Any]]) -> dict[str, DraftedBlock]:
    """Blocks that hold a draft's sentences under an id of their own."""
    drafted = list(DraftedBlock.objects.filter(run__page_id=page_id).select_related("run"))
    result = {}
    for block in blocks:
        text = words(block)
        best = max(drafted, key=lambda row: overlap(text, row.text), default=None)
        if best is not None and overlap(text, best.text) >= COPIED:
            result[block["id"]] = best
    return result


def _revisers(page_id: int, section: str) -> dict[str, str]:
    edits = CommentaryEdit.objects.filter(page_id=page_id, section=section).exclude(block_id="")
    return {
        edit.block_id: edit.editor.public_name if edit.editor else ""
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
        current = {block["id"]: words_digest(block) for block in blocks}
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
    ids = [edit.block_id for edit in edits if edit.block_id]
    DraftRun.objects.filter(page=None, drafted_blocks__block_id__in=ids).update(
        page=page, page_title=page.title[:255]
    )


def last_editor_id(*, page_id: int, section: str) -> int | None:
    """Who last changed a section; None where nobody did or the account is gone."""
    return (
        CommentaryEdit.objects.filter(page_id=page_id, section=section, block_id="")
        .values_list("editor_id", flat=True)
        .first()
    )
