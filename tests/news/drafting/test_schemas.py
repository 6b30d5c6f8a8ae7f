"""The schemas of a reply: strict enough for structured outputs, and complete."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from cms.llm.schema import strict_schema
from news.drafting.schemas import ActionDraft, OpinionDraft, ToDoDraft, texts_of

SCHEMAS = [OpinionDraft, ActionDraft, ToDoDraft]

OPINION = {
    "blocks": [
        {"type": "paragraph", "text": "One."},
        {"type": "pull_quote", "quote": "Two.", "attribution": "Three"},
        {"type": "context", "fact": "Four.", "date": "2025-08-17"},
        {"type": "context", "fact": "Five.", "date": None},
    ]
}
ACTION = {
    "blocks": [
        {"type": "paragraph", "text": "One."},
        {"type": "call_to_action", "kind": "petition", "text": "Two.", "object": "petition:3"},
        {"type": "question", "question": "Three?", "why": "Four."},
    ]
}
TO_DO: dict[str, Any] = {
    "groups": [
        {"heading": "One", "items": [{"kind": "sign", "text": "Two.", "object": "petition:3"}]}
    ],
    "talking_points": ["Three."],
    "sample_letter": {"subject": "Four", "body": "Five."},
}


def objects(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for value in node for found in objects(value)]
    if not isinstance(node, dict):
        return []
    found = [found for value in node.values() for found in objects(value)]
    return [node, *found] if node.get("type") == "object" else found


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_schema_is_what_strict_structured_outputs_take(schema: type[BaseModel]) -> None:
    strict = strict_schema(schema)
    assert objects(strict)
    for node in objects(strict):
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
    assert "default" not in str(strict)
    assert "oneOf" not in str(strict)
    assert strict["type"] == "object"


@pytest.mark.parametrize(
    ("schema", "reply", "texts"),
    [
        (OpinionDraft, OPINION, ["One.", "Two.", "Three", "Four.", "Five."]),
        (ActionDraft, ACTION, ["One.", "Two.", "Three?", "Four."]),
        (ToDoDraft, TO_DO, ["One", "Two.", "Three.", "Four", "Five."]),
        (ToDoDraft, {**TO_DO, "sample_letter": None}, ["One", "Two.", "Three."]),
    ],
)
def test_a_reply_of_the_agreed_shape_is_read(
    schema: type[Any], reply: dict[str, Any], texts: list[str]
) -> None:
    draft = schema.model_validate(reply)
    assert draft.model_dump() == reply
    assert texts_of(draft) == texts


@pytest.mark.parametrize(
    ("schema", "reply"),
    [
        (OpinionDraft, {}),
        (OpinionDraft, {**OPINION, "status": "approved"}),
        (OpinionDraft, {"blocks": [{"type": "paragraph", "text": "One.", "approved": True}]}),
        (OpinionDraft, {"blocks": [{"type": "html", "text": "One."}]}),
        (OpinionDraft, {"blocks": [{"type": "context", "fact": "One."}]}),
        (OpinionDraft, {"blocks": [{"type": "paragraph", "text": "x" * 100_000}]}),
        (OpinionDraft, {"blocks": [{"type": "paragraph", "text": "x"}] * 1000}),
        (ActionDraft, {"blocks": [{"type": "call_to_action", "kind": "petition", "text": "One."}]}),
        (ActionDraft, {"blocks": OPINION["blocks"]}),
        (
            ToDoDraft,
            {
                **TO_DO,
                "groups": [
                    {"heading": "One", "items": [{"kind": "pay", "text": "x", "object": None}]}
                ],
            },
        ),
        (ToDoDraft, {"groups": [], "talking_points": []}),
    ],
)
def test_a_reply_of_another_shape_is_refused(
    schema: type[BaseModel], reply: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        schema.model_validate(reply)
