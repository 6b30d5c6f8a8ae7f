"""A model's checked reply as blocks of the editor, with ids that the server chose."""

from __future__ import annotations

import uuid
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from news.blocks import ToDoGroupBlock
from news.drafting.schemas import ActionDraft, OpinionDraft, ToDoDraft
from news.models.commentary import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail.blocks import StreamValue

    from news.drafting.schemas import Draft

ITEMS_AT_MOST: int = ToDoGroupBlock.base_blocks["items"].meta.max_num
SCHEMAS: dict[str, type[Draft]] = {
    Section.OPINION.value: OpinionDraft,
    Section.ACTION.value: ActionDraft,
    Section.TO_DO.value: ToDoDraft,
}


T = TypeVar("T")


def batched(items: list[T]) -> Iterator[list[T]]:
    """As many items as a group of the editor takes; one more would keep the page from saving."""
    for start in range(0, len(items), ITEMS_AT_MOST):
        yield items[start : start + ITEMS_AT_MOST]


def _id() -> str:
    return str(uuid.uuid4())


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": _id()}


def _paragraph(text: str) -> dict[str, Any]:
    return _block("paragraph", f"<p>{escape(text, quote=False)}</p>")


def _reference(reference: str | None) -> dict[str, int]:
    """The field and the number that an id like ``petition:3`` stands for."""
    if not reference:
        return {}
    kind, number = reference.split(":", 1)
    return {kind: int(number)}


def blocks_of(draft: Draft) -> list[dict[str, Any]]:
    """The draft as stored blocks: type, value and a new id for each block and list item."""
    if isinstance(draft, OpinionDraft):
        return [_opinion(block) for block in draft.blocks]
    if isinstance(draft, ActionDraft):
        return [_action(block) for block in draft.blocks]
    return list(_to_do(draft))


def _opinion(block: Any) -> dict[str, Any]:
    if block.type == "paragraph":
        return _paragraph(block.text)
    if block.type == "pull_quote":
        return _block("pull_quote", {"quote": block.quote, "attribution": block.attribution})
    return _block("context", {"fact": block.fact, "date": block.date})


def _action(block: Any) -> dict[str, Any]:
    if block.type == "paragraph":
        return _paragraph(block.text)
    if block.type == "question":
        return _block("question", {"question": block.question, "why": block.why})
    return _block(
        "call_to_action", {"kind": block.kind, "text": block.text, **_reference(block.object)}
    )


def _to_do(draft: ToDoDraft) -> list[dict[str, Any]]:
    blocks = [
        _block(
            "group",
            {
                "heading": group.heading,
                "items": [
                    {
                        "type": "item",
                        "id": _id(),
                        "value": {
                            "kind": item.kind,
                            "text": item.text,
                            **_reference(item.object),
                        },
                    }
                    for item in items
                ],
            },
        )
        for group in draft.groups
        for items in batched(group.items)
    ]
    if draft.talking_points:
        points = [{"type": "item", "id": _id(), "value": point} for point in draft.talking_points]
        blocks.append(_block("talking_points", {"heading": "What to say", "points": points}))
    if draft.sample_letter:
        letter = {"subject": draft.sample_letter.subject, "body": draft.sample_letter.body}
        blocks.append(_block("sample_letter", letter))
    return blocks


def section_value(section: str, blocks: list[dict[str, Any]]) -> StreamValue:
    """Stored blocks as the value of the section's field."""
    from news.models import ArticlePage  # noqa: PLC0415 - models load panels, which load this

    stream_block = ArticlePage._meta.get_field(section).stream_block
    value: StreamValue = stream_block.to_python(blocks)
    return value


def form_state(section: str, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored blocks as the editor's script inserts them."""
    value = section_value(section, blocks)
    state: list[dict[str, Any]] = value.stream_block.get_form_state(value)
    return state
