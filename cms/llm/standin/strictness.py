"""What a server finds wrong with a schema that calls itself strict, in the words of OpenAI's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_KNOWN = frozenset(
    {"$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum"}
    | {"exclusiveMaximum", "exclusiveMinimum", "format", "items", "maximum", "maxItems"}
    | {"minimum", "minItems", "multipleOf", "pattern", "properties", "required", "type"}
)
_DEEPEST = 20  # steps of a path, two for each level of objects


def problems(schema: object) -> list[str]:
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return ["schema must be a JSON Schema of 'type: \"object\"'"]
    definitions = schema.get("$defs", {})
    found = list(_problems(schema, (), definitions))
    for name, definition in definitions.items():
        found += _problems(definition, ("$defs", name), definitions)
    return found


def _problems(
    node: dict[str, Any], path: tuple[str, ...], definitions: dict[str, Any]
) -> Iterator[str]:
    where = f"In context={path}"
    for key in node.keys() - _KNOWN:
        yield f"{where}, '{key}' is not permitted"
    if "$ref" in node:
        yield from _reference_problems(node, where, definitions)
        return
    if not node.keys() & {"type", "anyOf", "const", "enum"}:
        yield f"{where}, schema must have a 'type' key"
    if node.get("type") == "object":
        yield from _object_problems(node, where)
    if node.get("type") == "array" and "items" not in node:
        yield f"{where}, array schema missing items"
    yield from _choice_problems(node.get("anyOf", []), where, definitions)
    if len(path) > _DEEPEST:
        yield f"{where}, the schema is nested too deeply"
        return
    for step, child in _children(node):
        yield from _problems(child, (*path, *step), definitions)


def _children(node: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for name, value in node.get("properties", {}).items():
        yield ("properties", name), value
    if "items" in node:
        yield ("items",), node["items"]
    for index, choice in enumerate(node.get("anyOf", [])):
        yield ("anyOf", str(index)), choice


def _reference_problems(
    node: dict[str, Any], where: str, definitions: dict[str, Any]
) -> Iterator[str]:
    if len(node) > 1:
        yield f"{where}, $ref cannot have other keywords"
    if node["$ref"].removeprefix("#/$defs/") not in definitions:
        yield f"{where}, reference {node['$ref']} cannot be resolved"


def _object_problems(node: dict[str, Any], where: str) -> Iterator[str]:
    if node.get("additionalProperties") is not False:
        yield f"{where}, 'additionalProperties' is required to be supplied and to be false"
    if sorted(node.get("required", [])) != sorted(node.get("properties", {})):
        yield f"{where}, 'required' must include every key in properties"


def _choice_problems(
    choices: list[dict[str, Any]], where: str, definitions: dict[str, Any]
) -> Iterator[str]:
    """Two objects of an `anyOf` may begin with the same key only if its constants differ."""
    begins = []
    for choice in choices:
        if "$ref" in choice:
            choice = definitions.get(choice["$ref"].removeprefix("#/$defs/"), {})
        properties = choice.get("properties", {})
        if properties:
            key = next(iter(properties))
            begins.append((key, str(properties[key].get("const", properties[key].get("enum")))))
    if len(set(begins)) < len(begins):
        yield f"{where}, objects provided via 'anyOf' must not share identical first keys"
