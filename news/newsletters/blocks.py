"""What an issue of the newsletter can hold. Mail programs know little, so these are few and plain."""

from __future__ import annotations

from wagtail import blocks

from cms.core.blocks import HeadingBlock, ImageBlock, ParagraphBlock, QuoteBlock
from cms.core.streams import StreamBlock


class IssueArticleBlock(blocks.StructBlock):
    """An article with a link to it."""

    article = blocks.PageChooserBlock(page_type="news.ArticlePage")
    words = blocks.TextBlock(
        required=False,
        max_length=600,
        help_text="Blank takes the introduction of the article.",
        rows=3,
    )
    picture = blocks.BooleanBlock(required=False, default=True, label="With its lead picture")

    class Meta:
        icon = "doc-full-inverse"
        label = "Article"
        template = "news/newsletter/parts/article.html"
        description = "An article: its title, its picture, what it says, a link."


class IssueHeadingBlock(HeadingBlock):
    """A heading over articles; left out for readers who get none of them."""

    class Meta:
        template = "news/newsletter/parts/heading.html"
        description = "A heading. Readers who get none of the articles below it do not get it."


class IssueParagraphBlock(ParagraphBlock):
    """Running text."""

    class Meta:
        template = "news/newsletter/parts/paragraph.html"


class IssueQuoteBlock(QuoteBlock):
    """Somebody's words."""

    class Meta:
        template = "news/newsletter/parts/quote.html"


class IssueImageBlock(ImageBlock):
    """A picture."""

    class Meta:
        template = "news/newsletter/parts/image.html"


class IssueBlock(StreamBlock):
    """The content of an issue."""

    article = IssueArticleBlock()
    heading = IssueHeadingBlock()
    paragraph = IssueParagraphBlock()
    quote = IssueQuoteBlock()
    image = IssueImageBlock()

    class Meta:
        required = False
        max_num = 60
