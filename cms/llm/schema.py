"""The shape that a reply must have: how it is asked for, and how the reply is held to it."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from cms.llm.errors import FailureReason, LanguageModelError

T = TypeVar("T", bound=BaseModel)

# What OpenAI's structured outputs accept. Everything else (defaults, titles, lengths of strings)
# is dropped from what is sent, and still holds when the reply is validated here.
_KEPT = frozenset(
    {"$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum"}
    | {"exclusiveMaximum", "exclusiveMinimum", "format", "items", "maximum", "maxItems"}
    | {"minimum", "minItems", "multipleOf", "pattern", "properties", "required", "type"}
)
_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
)
_REASONING = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_CONTROLS = dict.fromkeys([*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)])


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema of a model, in the subset that OpenAI calls strict.

    Raises `TypeError` for a model that the subset cannot tell, such as one with free keys.
    """
    return _strict(model.model_json_schema(), model.__name__)


def _strict(node: dict[str, Any], path: str) -> dict[str, Any]:
    if "$ref" in node:
        # A reference may have no neighbours, and a description says too little to inline for.
        return {"$ref": node["$ref"]}
    node = dict(node)
    if "oneOf" in node:
        node["anyOf"] = node.pop("oneOf")
    if "allOf" in node or node.get("prefixItems"):
        raise TypeError(f"{path} is of a kind that strict schemas have no word for")
    if node.get("format") not in _FORMATS:
        node.pop("format", None)
    strict = {key: value for key, value in node.items() if key in _KEPT}
    if strict.get("type") == "object":
        strict.update(_strict_object(node, path))
    if "items" in strict:
        strict["items"] = _strict(strict["items"], f"{path}[]")
    if "anyOf" in strict:
        strict["anyOf"] = [_strict(choice, path) for choice in strict["anyOf"]]
    if "$defs" in strict:
        strict["$defs"] = {name: _strict(node, name) for name, node in strict["$defs"].items()}
    return strict


def _strict_object(node: dict[str, Any], path: str) -> dict[str, Any]:
    if node.get("additionalProperties") or not node.get("properties"):
        raise TypeError(f"{path} has keys that its schema does not name")
    # Choices of an `anyOf` must not begin with the same key, unless that key tells them apart.
    properties = sorted(node["properties"].items(), key=lambda item: "const" not in item[1])
    return {
        "properties": {name: _strict(value, f"{path}.{name}") for name, value in properties},
        "required": [name for name, _ in properties],
        "additionalProperties": False,
    }


def response_format(model: type[BaseModel]) -> dict[str, Any]:
    name = re.sub(r"[^A-Za-z0-9_-]", "_", model.__name__)[:64]
    return {
        "type": "json_schema",
        "json_schema": {"name": name, "strict": True, "schema": strict_schema(model)},
    }


def in_words(model: type[BaseModel]) -> str:
    """Ask in the prompt for what a server would not take as a `response_format`."""
    schema = json.dumps(strict_schema(model), ensure_ascii=False)
    return (
        "Answer with one JSON object and nothing else: no introduction, no Markdown, no code fence. "
        f"The object must be valid under this JSON Schema:\n{schema}"
    )


def parse(text: str, model: type[T]) -> T:
    """Turn a model's reply into an object, or raise `LanguageModelError`.

    A fence, a few words around the object and a reasoning model's thoughts are forgiven;
    control characters, which databases and browsers choke on, are taken out.
    """
    text = _REASONING.sub("", text)
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise LanguageModelError(FailureReason.MALFORMED, "no JSON object in the reply")
    try:
        data = from_json(text[start : end + 1])
    except ValueError as error:
        raise LanguageModelError(FailureReason.MALFORMED, str(error)[:200]) from error
    try:
        return model.model_validate_json(to_json(_without_controls(data)))
    except ValidationError as error:
        raise LanguageModelError(FailureReason.WRONG_SCHEMA, _first_errors(error)) from error


def _without_controls(data: Any) -> Any:
    if isinstance(data, str):
        return data.translate(_CONTROLS)
    if isinstance(data, list):
        return [_without_controls(value) for value in data]
    if isinstance(data, dict):
        return {key.translate(_CONTROLS): _without_controls(value) for key, value in data.items()}
    return data


def _first_errors(error: ValidationError) -> str:
    rows = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(str(part) for part in row['loc'])}: {row['msg']}" for row in rows[:3]]
    return "; ".join(told + ([f"and {len(rows) - 3} more"] if len(rows) > 3 else []))[:500]
