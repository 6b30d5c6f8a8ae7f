"""The blocks of the three sections of commentary.

Contact details are never text here: a block names an entry of the registry, and what readers see of
it is rendered from the registry when the page is read.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.snippets.blocks import SnippetChooserBlock

from advocacy import registry
from advocacy.letters import FilledLetter, in_words
from cms.core.blocks import ParagraphBlock, WebAddressBlock, require
from cms.core.streams import ChosenTogether, StreamBlock

# The newsroom's own text has no headings or pictures of its own; the section is the heading.
COMMENTARY_FEATURES = ["bold", "italic", "link", "ol", "ul"]
REGISTRY_KINDS = ("petition", "representative", "letter")
# The order in which a block leads to what it names.
LEADING_KINDS = ("petition", "letter", "representative")


class RegistryValue(blocks.StructValue):
    """A value that may name one entry of the registry, or a letter and whom to send it to."""

    @property
    def entry(self) -> Any:
        """The petition, letter or representative that the block leads to, or None."""
        return self[self.entry_kind] if self.entry_kind else None

    @property
    def entry_kind(self) -> str:
        """Which of the three it is; blank without one. A letter comes before its addressee."""
        return next((kind for kind in LEADING_KINDS if self.get(kind)), "")

    @property
    def addressee(self) -> Any:
        """Whom the letter is to be filled in for, if the block says so and readers may see them."""
        named = self.get("representative") if self.entry_kind == "letter" else None
        return named if named is not None and named.live else None

    @property
    def phones(self) -> list[Any]:
        """Numbers to call, where the block asks for a call to somebody who is in office."""
        is_call = self.get("kind") == "call" and self.entry_kind == "representative"
        return list(self.entry.phones) if is_call and self.entry.live else []

    @property
    def url(self) -> str:
        """Where the block leads; blank where it leads nowhere or its entry is gone or a draft."""
        entry, shares = self.entry, self.get("kind") == "share"
        if entry is not None:
            if not entry.live:
                return ""
            address = str(entry.get_absolute_url())
            if self.addressee is not None:
                return str(entry.address_to([self.addressee]))
            return f"{address}#share" if shares and self.entry_kind == "petition" else address
        return str(self.get("link_address") or ("#share" if shares else ""))

    @property
    def keeps_origin(self) -> bool:
        """Whether the place wants to know from which article its readers came, and can be told."""
        return self.entry_kind in {"petition", "letter"} and bool(self.url)

    @property
    def label(self) -> str:
        """What to call the place that the block leads to."""
        if self.addressee is not None:
            return f"{self.entry}, to {self.addressee.titled_name}"
        if self.entry is not None:
            return str(self.entry)
        return str(self.get("link_title") or ("Share this article" if self.url else ""))


class RegistryChooserBlock(ChosenTogether, SnippetChooserBlock):
    """Chooses an entry of the registry; see ``advocacy.registry`` for how many are found at once."""

    def bulk_to_python(self, values: Any) -> list[Any]:
        """The entries of these ids, in order; None for one that is gone."""
        found = registry.at_hand()
        if found is None:
            entries: list[Any] = super().bulk_to_python(values)
            return entries
        return [found.get((self.model_class, value)) for value in values]

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """In migrations it is the chooser that it extends: what is stored is the same."""
        _, args, kwargs = super().deconstruct()
        return "wagtail.snippets.blocks.SnippetChooserBlock", args, kwargs


def registry_choosers() -> list[tuple[str, blocks.Block]]:
    """Choosers for the three kinds of entry, one field each."""
    return [
        (kind, RegistryChooserBlock(f"advocacy.{kind.capitalize()}", required=False))
        for kind in REGISTRY_KINDS
    ]


def only_one_entry(value: blocks.StructValue) -> None:
    """Refuse a block that names two entries: readers could not tell where it leads.

    A letter may name whom it is sent to, if it is meant for them.
    """
    named = [kind for kind in REGISTRY_KINDS if value.get(kind)]
    if value["kind"] in {"letter", "write"} and named == ["representative", "letter"]:
        targets = value["letter"].targets
        if targets and value["representative"] not in targets:
            refusal = "This letter is for others. Choose one of its targets, or leave this blank."
            raise StructBlockValidationError(
                block_errors={"representative": ValidationError(refusal)}
            )
    elif len(named) > 1:
        raise StructBlockValidationError(
            block_errors={named[1]: ValidationError(f"Choose this or the {named[0]}, not both.")}
        )


def link_needs_title(block: blocks.StructBlock, value: blocks.StructValue) -> None:
    """Refuse an address without a title: readers and screen readers need to know what it is."""
    if value.get("link_address"):
        require(block, value, "link_title", "Say what the link leads to.")


# Opinion ------------------------------------------------------------------------------------------


class PullQuoteBlock(blocks.StructBlock):
    """A sentence that deserves to be seen from afar."""

    quote = blocks.TextBlock(max_length=600, help_text="Word for word, without quotation marks.")
    attribution = blocks.CharBlock(max_length=200, help_text="Who said or wrote it.")
    source_address = WebAddressBlock(
        required=False, help_text="Where it can be read. Blank where it is in the source itself."
    )

    class Meta:
        icon = "openquote"
        label = "Pull quote"
        template = "news/blocks/pull_quote.html"
        description = "A sentence that deserves to be seen from afar."
        preview_value = {
            "quote": "There are no details how it will work.",
            "attribution": "The president, on Sunday",
            "source_address": "",
        }


class ContextBlock(blocks.StructBlock):
    """A dated fact that a reader needs to judge the story, with its citation."""

    date = blocks.DateBlock(required=False, help_text="When it happened. Blank if it has no day.")
    fact = blocks.TextBlock(max_length=1000)
    source_title = blocks.CharBlock(
        max_length=200,
        required=False,
        label="Citation",
        help_text="The document or publisher that the fact stands on. Blank cites the article's"
        " own source.",
    )
    source_address = WebAddressBlock(required=False, label="Citation's address")

    class Meta:
        icon = "history"
        label = "Context"
        template = "news/blocks/context.html"
        description = "A dated fact with its citation."
        preview_value = {
            "date": "1949-04-04",
            "fact": "Twelve countries signed the North Atlantic Treaty in Washington.",
            "source_title": "The North Atlantic Treaty",
            "source_address": "https://www.nato.int/",
        }

    def clean(self, value: Any) -> Any:
        """An address needs the name of what it leads to."""
        value = super().clean(value)
        if value.get("source_address"):
            require(self, value, "source_title", "Name the document or publisher that is cited.")
        return value


class OpinionBlock(StreamBlock):
    """What we think of the story, and why."""

    paragraph = ParagraphBlock(features=COMMENTARY_FEATURES)
    pull_quote = PullQuoteBlock()
    context = ContextBlock()

    class Meta:
        required = False


# Action -------------------------------------------------------------------------------------------


class CallToActionBlock(blocks.StructBlock):
    """One thing to do about the story, leading to the place where it is done."""

    kind = blocks.ChoiceBlock(
        choices=[
            ("petition", "Sign a petition"),
            ("letter", "Send a letter"),
            ("representative", "Contact a representative"),
            ("link", "Go to a page elsewhere"),
        ]
    )
    text = blocks.TextBlock(max_length=600, help_text="Why, in a sentence or two.")
    petition, representative, letter = (block for _, block in registry_choosers())
    link_title = blocks.CharBlock(
        max_length=200, required=False, help_text="The page and who publishes it."
    )
    link_address = WebAddressBlock(required=False)

    class Meta:
        icon = "pick"
        label = "Call to action"
        template = "news/blocks/call_to_action.html"
        value_class = RegistryValue
        description = "A card that leads to a petition, a letter, a representative or a page."
        preview_value = {
            "kind": "link",
            "text": "Read the bill before you write: it is eleven pages.",
            "link_title": "The bill, at Congress.gov",
            "link_address": "https://www.congress.gov/",
        }

    def clean(self, value: Any) -> Any:
        """The kind says which field must be filled."""
        value = super().clean(value)
        only_one_entry(value)
        if value["kind"] == "link":
            require(self, value, "link_address", "Give the address of the page.")
        else:
            require(self, value, value["kind"], f"Choose the {value['kind']} that this leads to.")
        link_needs_title(self, value)
        return value


class QuestionBlock(blocks.StructBlock):
    """A question to ask those who decide."""

    question = blocks.TextBlock(max_length=400)
    why = blocks.TextBlock(
        max_length=600, required=False, help_text="What a good answer would tell us."
    )

    class Meta:
        icon = "help"
        label = "Question to ask"
        template = "news/blocks/question.html"
        description = "A question to ask those who decide."
        preview_value = {
            "question": "Who pays when the second phase begins?",
            "why": "The estimate covers the first two years only.",
        }


class ActionBlock(StreamBlock):
    """Why and how to act."""

    paragraph = ParagraphBlock(features=COMMENTARY_FEATURES)
    call_to_action = CallToActionBlock()
    question = QuestionBlock()

    class Meta:
        required = False


# To Do --------------------------------------------------------------------------------------------

TO_DO_KINDS = [
    ("sign", "Sign"),
    ("write", "Write"),
    ("call", "Call"),
    ("attend", "Attend"),
    ("give", "Give"),
    ("share", "Share"),
    ("read", "Read"),
    ("talk", "Talk"),
]


class ToDoItemBlock(blocks.StructBlock):
    """One thing that a reader can finish and tick."""

    kind = blocks.ChoiceBlock(choices=TO_DO_KINDS)
    text = blocks.TextBlock(max_length=600, help_text="An instruction that can be finished.")
    petition, representative, letter = (block for _, block in registry_choosers())
    link_title = blocks.CharBlock(max_length=200, required=False)
    link_address = WebAddressBlock(required=False)

    class Meta:
        icon = "check"
        label = "Item"
        template = "news/blocks/item.html"
        value_class = RegistryValue
        description = "One thing that a reader can finish and tick."

    def clean(self, value: Any) -> Any:
        """Signing needs a petition or the address of one."""
        value = super().clean(value)
        only_one_entry(value)
        if value["kind"] == "sign" and not value.get("link_address"):
            require(
                self,
                value,
                "petition",
                "Choose the petition, or give the address of one elsewhere.",
            )
        link_needs_title(self, value)
        return value


class ToDoGroupBlock(blocks.StructBlock):
    """A few items under one heading."""

    heading = blocks.CharBlock(max_length=120)
    items = blocks.ListBlock(ToDoItemBlock(), min_num=1, max_num=12, collapsed=False)

    class Meta:
        icon = "list-ul"
        label = "Group"
        template = "news/blocks/group.html"
        description = "A few things to do under one heading, each with a box to tick."
        preview_value = {
            "heading": "Five minutes",
            "items": [
                {"kind": "read", "text": "Read the two pages that matter."},
                {"kind": "talk", "text": "Ask one neighbor what they think."},
            ],
        }


def _named(block: blocks.TextBlock) -> blocks.TextBlock:
    """Name the box of an item of a list, which Wagtail leaves without a label."""
    block.field.widget.attrs["aria-label"] = str(block.label)
    return block


class TalkingPointsBlock(blocks.StructBlock):
    """What to say when writing, calling or talking."""

    heading = blocks.CharBlock(max_length=120, default="What to say")
    points = blocks.ListBlock(_named(blocks.TextBlock(max_length=400, label="Point")), min_num=1)

    class Meta:
        icon = "list-ol"
        label = "What to say"
        template = "news/blocks/talking_points.html"
        description = "Talking points for a letter, a call or a conversation."
        preview_value = {
            "heading": "What to say",
            "points": ["I live in your district and I vote.", "Publish the safety report."],
        }


class SampleLetterValue(RegistryValue):
    """A letter to nobody in particular."""

    @property
    def in_words(self) -> FilledLetter:
        """Subject and body; what the reader fills in stands in square brackets, not in braces."""
        return in_words(subject=self["subject"], body=self["body"])


class SampleLetterBlock(blocks.StructBlock):
    """A letter that a reader can copy and change."""

    subject = blocks.CharBlock(max_length=200)
    body = blocks.TextBlock(max_length=4000)
    letter = RegistryChooserBlock(
        "advocacy.Letter",
        required=False,
        help_text="A letter of ours that the reader can send from, instead of copying this one.",
    )

    class Meta:
        icon = "mail"
        label = "Sample letter"
        template = "news/blocks/sample_letter.html"
        value_class = SampleLetterValue
        description = "A letter that a reader can copy and change."
        preview_value = {
            "subject": "Please publish the report",
            "body": "Dear Senator,\n\nI write as one of your constituents.",
        }


class ToDoBlock(StreamBlock):
    """A list that a reader can finish today."""

    group = ToDoGroupBlock()
    talking_points = TalkingPointsBlock()
    sample_letter = SampleLetterBlock()

    class Meta:
        required = False
