"""Blocks of prose that any page may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.functional import cached_property
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock

from cms.core.streams import StreamBlock

if TYPE_CHECKING:
    from django.forms import Field

PROSE_FEATURES = ["bold", "italic", "link", "ol", "ul"]
# About 3,000 words. A longer paste is a whole document, not a paragraph.
PARAGRAPH_LIMIT = 20_000


class WebAddressBlock(blocks.URLBlock):
    """An http(s) address of at most 2,000 characters."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 2000)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Refuse any scheme but http and https."""
        value = super().clean(value)
        if value and not value.lower().startswith(("http://", "https://")):
            raise ValidationError("Use an address that begins with http:// or https://.")
        return value


class ParagraphBlock(blocks.RichTextBlock):
    """Running text with links, lists and emphasis."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("features", PROSE_FEATURES)
        kwargs.setdefault("max_length", PARAGRAPH_LIMIT)
        super().__init__(**kwargs)

    @cached_property
    def field(self) -> Field:
        """The form field, which says the way out of a paste that is too long."""
        field: Field = super().field
        field.error_messages["max_length"] = (
            "This paragraph has %(show_value)s characters; %(limit_value)s fit. Split it into"
            " several, or cut it."
        )
        return field

    class Meta:
        icon = "pilcrow"
        label = "Paragraph"
        template = "core/blocks/paragraph.html"
        description = "Running text with links, lists and emphasis."
        preview_value = "<p>The committee heard from nine towns before it voted.</p>"


class HeadingBlock(blocks.CharBlock):
    """A heading inside a text."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 160)
        super().__init__(**kwargs)

    class Meta:
        icon = "title"
        label = "Heading"
        template = "core/blocks/heading.html"
        description = "A heading inside a text."
        preview_value = "What the law says"


class QuoteBlock(blocks.StructBlock):
    """Somebody's words, with their name."""

    quote = blocks.TextBlock(max_length=2000, help_text="Word for word, without quotation marks.")
    attribution = blocks.CharBlock(
        max_length=200, help_text="Who said or wrote it, and where. Readers see it."
    )

    class Meta:
        icon = "openquote"
        label = "Quote"
        template = "core/blocks/quote.html"
        description = "Somebody's words, with their name."
        preview_value = {
            "quote": "Congress shall make no law abridging the freedom of the press.",
            "attribution": "First Amendment, shortened",
        }


class ImageBlock(blocks.StructBlock):
    """A picture with its text, caption and credit."""

    image = ImageChooserBlock()
    alt = blocks.CharBlock(
        max_length=300,
        required=False,
        label="Text for those who cannot see it",
        help_text="Blank takes the picture's own description.",
    )
    caption = blocks.CharBlock(max_length=400, required=False)
    credit = blocks.CharBlock(
        max_length=255, required=False, help_text="Blank takes the picture's own credit."
    )

    class Meta:
        icon = "image"
        label = "Image"
        template = "core/blocks/image.html"
        description = "A picture with its text, caption and credit."


class EmbedBlock(blocks.StructBlock):
    """A video, recording, post or document elsewhere, as a card that links to it.

    Nothing is loaded from the other site: readers are not followed there before they choose to go.
    """

    kind = blocks.ChoiceBlock(
        choices=[
            ("video", "Video"),
            ("audio", "Recording"),
            ("post", "Post"),
            ("document", "Document"),
            ("map", "Map"),
        ]
    )
    title = blocks.CharBlock(max_length=200)
    address = WebAddressBlock()
    description = blocks.TextBlock(
        max_length=600,
        required=False,
        help_text="What a reader will find there, for those who stay here.",
    )

    class Meta:
        icon = "media"
        label = "Embed"
        template = "core/blocks/embed.html"
        description = "A card that links to a video, recording, post or document elsewhere."
        preview_value = {
            "kind": "video",
            "title": "The hearing in full",
            "address": "https://www.c-span.org/",
            "description": "Two hours; the vote is near the end.",
        }


class ProseStreamBlock(StreamBlock):
    """The blocks of a running text."""

    paragraph = ParagraphBlock()
    heading = HeadingBlock()
    quote = QuoteBlock()
    image = ImageBlock()
    embed = EmbedBlock()

    class Meta:
        required = False


def told(error: ValidationError) -> list[str]:
    """What an error says, with the numbers of the blocks and the names of the fields it is in."""
    inner = getattr(error, "block_errors", None)
    if inner is None:
        return list(error.messages)
    others = getattr(error, "non_block_errors", ErrorList()).as_data()
    found = [line for other in others for line in other.messages]
    for key, part in inner.items():
        place = f"Block {key + 1}" if isinstance(key, int) else key.replace("_", " ").capitalize()
        found += [f"{place}: {line}" for line in told(part)]
    return found


def require(block: blocks.StructBlock, value: Any, name: str, message: str) -> None:
    """Refuse a struct whose child ``name`` is empty, with the message beside that child.

    A draft may be saved with gaps, as with any required field; only publishing asks for them.
    """
    if not value.get(name) and not block.is_deferred_validation:
        raise StructBlockValidationError(block_errors={name: ValidationError(message)})
