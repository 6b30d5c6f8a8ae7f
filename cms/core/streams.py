"""Streams of blocks as editors open and save them, with less work than Wagtail puts into it.

What is stored, what readers get and what migrations say is Wagtail's own.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import cached_property
from django.utils.translation import get_language
from wagtail import blocks, fields
from wagtail.admin.telepath import JSContext
from wagtail.blocks.base import BlockWidget

from cms.core import editor_links
from cms.core.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db.models import Model

# Of the first member of a list in a new block.
FIRST_ID = re.compile(r', "id": "[0-9a-f-]{36}"')


class StreamField(fields.StreamField):
    """A stream whose blocks are described to the editor once, not at every opening.

    It takes a StreamBlock of this module.
    """

    if TYPE_CHECKING:

        def __get__(self, instance: Any, owner: Any = None) -> Any:
            """The value: Wagtail has no types to tell."""

    def formfield(self, **kwargs: Any) -> Any:
        """Its field in the editor's form."""
        kwargs.setdefault("widget", KeptBlockWidget(self.stream_block))
        return super().formfield(**kwargs)

    def deconstruct(self) -> Any:
        """In migrations it is the field that it extends: what is stored is the same."""
        name, _, args, kwargs = super().deconstruct()
        return name, "wagtail.fields.StreamField", args, kwargs


class KeptBlockWidget(BlockWidget):
    """Takes the description of its blocks from what was made before in this language.

    It depends on nothing else: choosers ask for what can be chosen when they are opened. What a new
    block begins with has no ids in it, so that the browser makes some for each: with Wagtail's, two
    blocks that are added one after the other would hold items of the same id.
    """

    def _build_block_json(self) -> None:
        # Forms are made anew for each request, blocks are not.
        kept = self.block_def.descriptions
        language = get_language()
        if language not in kept:
            context = JSContext()
            described = json.dumps(context.pack(self.block_def))
            kept[language] = (context, FIRST_ID.sub("", described))
        self._js_context, self._block_json = kept[language]


class StreamBlock(blocks.StreamBlock):
    """A stream that looks up together what its blocks link to and choose."""

    @cached_property
    def descriptions(self) -> dict[str | None, tuple[JSContext, str]]:
        """What the editor is told of the blocks, by language; see KeptBlockWidget."""
        return {}

    def get_form_state(self, value: Any) -> Any:
        """What the editor shows; two queries for the links of all its texts."""
        with editor_links.gathered(child.value for child in value or ()):
            return super().get_form_state(value)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, prefix: str) -> Any:
        """What the editor sent; one query for all that is chosen in fields of one name."""
        with _chosen_in(data, prefix):
            return super().value_from_datadict(data, files, prefix)


@dataclass
class _Chosen:
    """What a form's choosers hold, looked up when the first of a name asks."""

    data: Mapping[str, Any]
    prefix: str
    found: dict[tuple[type[Model], str], dict[int, Model]] = field(default_factory=dict)

    def look_up(self, model: type[Model], name: str, value: str) -> Model | None:
        """The object of this id, or None: it is gone, or never was an id."""
        kind = (model, name)
        if kind not in self.found:
            self.found[kind] = model._default_manager.in_bulk(
                {
                    row_id(str(sent))
                    for key, sent in self.data.items()
                    if key.startswith(self.prefix) and key.endswith(f"-{name}")
                }
            )
        return self.found[kind].get(row_id(value))


_chosen: ContextVar[_Chosen | None] = ContextVar("chosen_in_a_form", default=None)


@contextmanager
def _chosen_in(data: Mapping[str, Any], prefix: str) -> Iterator[None]:
    # A stream within a stream shares what the outer one gathers.
    token = _chosen.set(_chosen.get() or _Chosen(data, f"{prefix}-"))
    try:
        yield
    finally:
        _chosen.reset(token)


class ChosenTogether(blocks.ChooserBlock):
    """A chooser, named in a struct, whose objects come with those of its siblings in the stream."""

    def value_from_form(self, value: Any) -> Any:
        """The chosen object; None for nothing, for one that is gone, and for what is no id."""
        together = _chosen.get()
        if together is None or value is None or isinstance(value, self.model_class):
            return super().value_from_form(value)
        return together.look_up(self.model_class, self.name, str(value))

    def clean(self, value: Any) -> Any:
        """An object was found when the form was read; it is not looked for again."""
        if isinstance(value, self.model_class):
            self.field.run_validators(value)
            return value
        return super().clean(value)
