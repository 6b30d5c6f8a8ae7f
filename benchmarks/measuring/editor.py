"""The form of the article editor, filled in as a browser sends it back unchanged."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.db.models import Model
from wagtail.blocks import Block, FieldBlock, ListBlock, StreamBlock, StreamValue, StructBlock

STREAMS = ("body", "opinion", "action", "to_do")


class _Fields(HTMLParser):
    """What the plain fields of the editing form hold."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self._inside = False
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = "data-edit-form" in given
        name = given.get("name", "")
        if tag == "option" and self._select and "selected" in given:
            self.data.setdefault(self._select, []).append(given.get("value", ""))
        # A control that names another form goes with that one.
        if not self._inside or not name or "__prefix__" in name or "form" in given:
            return
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._textarea = name
            self.data[name] = [""]
        elif tag == "input" and _is_sent(given):
            self.data.setdefault(name, []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.data[self._textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # A browser leaves out the line break that the form begins a text area with.
            name, self._textarea = self._textarea, ""
            if name:
                self.data[name][0] = self.data[name][0].removeprefix("\n")
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._inside = False


def _is_sent(given: dict[str, str]) -> bool:
    kind = given.get("type", "text")
    if kind in {"checkbox", "radio"}:
        return "checked" in given
    return kind not in {"file", "submit", "button"}


def form_data(html: str, article: Any) -> dict[str, Any]:
    """Plain fields as the page has them, and the blocks, which a script puts there."""
    fields = _Fields()
    fields.feed(html)
    data: dict[str, Any] = dict(fields.data)
    for name in STREAMS:
        value: StreamValue = getattr(article, name)
        data |= _sent(value.stream_block, value, name)
    return data


def _sent(block: Block, value: Any, prefix: str) -> dict[str, Any]:
    """What a block's own inputs hold."""
    if isinstance(block, StreamBlock | ListBlock):
        children = list(value if isinstance(block, StreamBlock) else value.bound_blocks)
        data: dict[str, Any] = {f"{prefix}-count": len(children)}
        for number, child in enumerate(children):
            place = f"{prefix}-{number}"
            data |= {f"{place}-order": number, f"{place}-deleted": "", f"{place}-id": child.id}
            if isinstance(block, StreamBlock):
                data[f"{place}-type"] = child.block_type
            data |= _sent(child.block, child.value, f"{place}-value")
        return data
    if isinstance(block, StructBlock):
        return {
            key: sent
            for name, child in block.child_blocks.items()
            for key, sent in _sent(child, value[name], f"{prefix}-{name}").items()
        }
    if not isinstance(block, FieldBlock):
        raise TypeError(f"No measurement knows how a {type(block).__name__} is sent.")
    shown = block.field.prepare_value(block.value_for_form(value))
    if isinstance(shown, Model):
        shown = shown.pk
    return {prefix: "" if shown is None else block.field.widget.format_value(shown) or ""}
