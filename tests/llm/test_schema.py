"""Schemas are sent in the subset that servers accept, and replies are held to all of them."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from cms.llm.errors import FailureReason, LanguageModelError
from cms.llm.schema import in_words, parse, response_format, strict_schema
from cms.llm.standin.strictness import problems
from tests.llm.schemas import SCHEMAS, Letter, Opinion


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Cat(BaseModel):
    name: str = Field(description="What it hears", max_length=20)
    kind: Literal["cat"]


class Dog(BaseModel):
    name: str
    kind: Literal["dog"]


class Household(BaseModel):
    """Those who live together."""

    model_config = ConfigDict(title="A household")

    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = Field(max_length=3)
    first: Cat = Field(description="The eldest")
    size: Size = Size.SMALL
    rooms: int = Field(default=1, ge=1)
    note: str | None = None
    uri: str = Field(json_schema_extra={"format": "uri"})


@pytest.mark.parametrize("model", [*SCHEMAS.values(), Household], ids=lambda model: model.__name__)
def test_a_strict_schema_is_one_that_a_strict_server_accepts(model: type[BaseModel]) -> None:
    assert problems(strict_schema(model)) == []


def test_pydantics_own_schema_would_be_refused() -> None:
    found = " ".join(problems(Household.model_json_schema()))
    for word in ("'oneOf'", "'default'", "'title'", "additionalProperties", "required"):
        assert word in found


def test_every_property_is_required_and_none_may_be_added() -> None:
    schema = strict_schema(Household)
    assert schema["required"] == ["pets", "first", "size", "rooms", "note", "uri"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}


def test_what_tells_choices_apart_comes_first() -> None:
    definitions = strict_schema(Household)["$defs"]
    assert [next(iter(definitions[name]["properties"])) for name in ("Cat", "Dog")] == [
        "kind",
        "kind",
    ]


def test_limits_that_servers_know_are_kept_and_others_dropped() -> None:
    schema = strict_schema(Household)
    assert schema["properties"]["pets"]["maxItems"] == 3
    assert schema["properties"]["rooms"]["minimum"] == 1
    assert schema["properties"]["uri"] == {"type": "string"}
    assert schema["$defs"]["Cat"]["properties"]["name"] == {
        "type": "string",
        "description": "What it hears",
    }


class Free(BaseModel):
    anything: dict[str, str]


class Pair(BaseModel):
    both: tuple[int, str]


@pytest.mark.parametrize("model", [Free, Pair])
def test_a_model_that_strict_schemas_cannot_tell_is_an_error(model: type[BaseModel]) -> None:
    with pytest.raises(TypeError, match=model.__name__):
        strict_schema(model)


def test_the_name_of_a_schema_is_one_that_servers_accept() -> None:
    class Übersicht(BaseModel):
        text: str

    assert response_format(Übersicht)["json_schema"]["name"] == "_bersicht"


def test_the_schema_can_be_asked_for_in_words() -> None:
    assert '"sample_letter"' in in_words(SCHEMAS["to_do"])


LETTER = '{"subject": "Hello", "body": "There"}'


@pytest.mark.parametrize(
    "text",
    [
        LETTER,
        f"\ufeff{LETTER}",
        f"```json\n{LETTER}\n```",
        f"Here you are:\n{LETTER}\nI hope that it helps.",
        f"<think>They want {{x}}.</think>{LETTER}",
    ],
)
def test_what_stands_around_the_object_is_forgiven(text: str) -> None:
    assert parse(text, Letter) == Letter(subject="Hello", body="There")


def test_control_characters_are_taken_out_and_lines_kept() -> None:
    text = r'{"subject": "He\u0000ll\u001bo\u0085", "body": "Two\nlines\tand a\rreturn"}'
    assert parse(text, Letter) == Letter(subject="Hello", body="Two\nlines\tand areturn")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no object",
        "} {",
        '{"subject": "Hello", "body": ',
        '{"subject": "Hello"} {"body": "There"}',
        '{"subject": "\\ud800", "body": ""}',
        '{"a":' * 5000 + "1" + "}" * 5000,
    ],
    ids=["blank", "prose", "backwards", "cut", "two", "surrogate", "deep"],
)
def test_what_is_no_object_is_malformed(text: str) -> None:
    with pytest.raises(LanguageModelError) as caught:
        parse(text, Letter)
    assert caught.value.reason is FailureReason.MALFORMED


@pytest.mark.parametrize(
    "data",
    [
        "{}",
        '{"blocks": null}',
        '{"blocks": [{"type": "poem", "text": "x"}]}',
        '{"blocks": [{"type": "paragraph", "text": 5}]}',
        '{"blocks": [{"type": "paragraph", "text": "x", "href": "https://x.example"}]}',
        '{"blocks": [{"type": "context", "fact": "x", "date": "soon"}]}',
    ],
)
def test_an_object_of_another_shape_is_of_the_wrong_schema(data: str) -> None:
    with pytest.raises(LanguageModelError) as caught:
        parse(data, Opinion)
    assert caught.value.reason is FailureReason.WRONG_SCHEMA
    assert "blocks" in caught.value.detail
    assert len(caught.value.detail) <= 500


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ([], "type"),
        ({"type": "array", "items": {"type": "string"}}, "type"),
        ({"type": "object", "properties": {}}, "additionalProperties"),
        ({"$ref": "#/$defs/X"}, "type"),
    ],
)
def test_a_schema_that_is_not_strict_is_refused_by_the_stand_in(schema: Any, fault: str) -> None:
    assert fault in " ".join(problems(schema))
