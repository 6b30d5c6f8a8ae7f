"""An issue as finished text. All of it is rendered before the first mail goes out.

What is wrong with an issue is found here: an article that readers could not open, a subject that is
missing, a template that fails. What comes out is text with places for what differs from reader to
reader (see ``cms.newsletter.letters``); nothing is rendered after that.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.template import Context
from django.template.loader import get_template
from django.utils import timezone
from wagtail.images.models import SourceImageIOError
from wagtail.models import Site

from cms.core.models import SiteSettings
from cms.newsletter import letters
from cms.newsletter.models import Mailing, Subscriber
from news.models.articles import ArticlePage
from news.models.issues import Audience, Issue
from news.newsletters import plain, topics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.template.backends.django import Template
    from wagtail.blocks.stream_block import StreamValue

    from cms.core.models import Picture

logger = logging.getLogger(__name__)

# Twice the width that is shown, for fine screens; a few dozen kilobytes.
PICTURE = "fill-1120x588|format-jpeg|jpegquality-72"
WHOLE_PICTURE = "max-1120x1400|format-jpeg|jpegquality-76"
WHY = {
    Audience.EACH: "each article soon after it is published",
    Audience.DAILY: "it once a day",
    Audience.WEEKLY: "it once a week",
    Audience.EVERYBODY: "it",
}


class IssueBrokenError(ValueError):
    """The issue cannot be sent as it is; the message says why, and what to do."""


@dataclass(frozen=True)
class MailPicture:
    """A picture as a mail shows it."""

    address: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Rendered:
    """A whole issue, ready for ``cms.newsletter.mailings.begin``."""

    subject: str
    preheader: str
    html: str
    text: str
    parts: list[dict[str, Any]]
    articles: list[ArticlePage]


def render(issue: Issue) -> Rendered:
    """Render an issue, and write one mail of it to see that it can be.

    Raises:
        IssueBrokenError: it cannot be sent as it is.
    """
    articles = _articles(issue)
    if not issue.period and not issue.subject.strip():
        raise IssueBrokenError("It has no subject. Write one.")
    if not len(issue.content) and not issue.introduction.strip():
        raise IssueBrokenError("There is nothing in it. Add an article or some text.")
    try:
        rendered = _render(issue, articles)
        _try_out(rendered)
    except IssueBrokenError:
        raise
    except Exception as error:
        # Whatever a template or a picture raises, it is found now and not after a thousand mails.
        logger.exception("Issue %s cannot be rendered", issue.pk)
        raise IssueBrokenError(
            f"It could not be made into a mail ({type(error).__name__}). Nothing was sent. Look at"
            " its preview, take out what was added last, and tell your operator."
        ) from error
    return rendered


def _articles(issue: Issue) -> dict[int, ArticlePage]:
    """Every article of the issue that readers can open, by its number.

    Raises:
        IssueBrokenError: one cannot be opened, or is in it twice.
    """
    chosen = [block.value["article"] for block in issue.content if block.block_type == "article"]
    if None in chosen:
        place = chosen.index(None) + 1
        raise IssueBrokenError(f"Article {place} of the issue was deleted. Take it out.")
    numbers = [article.pk for article in chosen]
    public = ArticlePage.objects.live().public().filter(pk__in=numbers).for_cards()
    found = {article.pk: article for article in public}
    for article in chosen:
        if article.pk not in found:
            raise IssueBrokenError(
                f"Readers cannot open “{article.title}”. Publish it, or take it out of the issue."
            )
        if numbers.count(article.pk) > 1:
            raise IssueBrokenError(f"“{article.title}” is in the issue twice. Take one out.")
    return found


def _render(issue: Issue, articles: dict[int, ArticlePage]) -> Rendered:
    site = Site.objects.get(is_default_site=True)
    context = {
        "issue": issue,
        "introduction": plain.styled(issue.introduction),
        "introduction_text": plain.text_of(issue.introduction),
        "date": timezone.localdate(issue.begun_at or issue.scheduled_for or timezone.now()),
        "why": WHY[Audience(issue.audience)],
        "site_url": plain.absolute("/"),
        "site_settings": SiteSettings.for_site(site),
        "parts": letters.PARTS,
        "preheader": letters.PREHEADER,
        "preferences": letters.PREFERENCES,
        "unsubscribe": letters.UNSUBSCRIBE,
    }
    return Rendered(
        subject=issue.subject,
        preheader=issue.preheader,
        html=_html("news/newsletter/issue", context),
        text=_text("news/newsletter/issue", context),
        parts=list(_parts(issue.content, articles)),
        articles=list(articles.values()),
    )


def _parts(content: StreamValue, articles: dict[int, ArticlePage]) -> Iterator[dict[str, Any]]:
    keys = topics.keys_by_category()
    for block in content:
        context: dict[str, Any] = {"value": block.value}
        part: dict[str, Any] = {"kind": letters.PROSE, "topics": [], "title": ""}
        if block.block_type == "article":
            article = articles[block.value["article"].pk]
            context |= {
                "article": article,
                "address": article.full_url,
                "words": block.value["words"] or article.introduction,
                "picture": _lead_picture(article) if block.value["picture"] else None,
            }
            part |= {
                "kind": letters.ARTICLE,
                "topics": [
                    key for category in article.categories.all() for key in keys[category.pk]
                ],
                "title": article.title,
            }
        elif block.block_type == "heading":
            part["kind"] = letters.HEADING
        elif block.block_type == "paragraph":
            context |= {
                "html": plain.styled(block.value),
                "text": plain.text_of(block.value),
            }
        elif block.block_type == "image":
            context["picture"] = _picture(block.value["image"], WHOLE_PICTURE, block.value["alt"])
        name = f"news/newsletter/parts/{block.block_type}"
        yield part | {"html": _html(name, context), "text": _text(name, context)}


def _lead_picture(article: ArticlePage) -> MailPicture | None:
    if article.lead_image is None:
        return None
    return _picture(article.lead_image, PICTURE, article.image_alt)


def _picture(picture: Picture, size: str, alt: str) -> MailPicture | None:
    """A picture in a size for mails; None where its file is gone."""
    try:
        rendition = picture.get_rendition(size)
    except SourceImageIOError:
        logger.warning("The file of picture %s is gone", picture.pk)
        return None
    return MailPicture(
        address=plain.absolute(rendition.url),
        width=min(560, rendition.width),
        height=round(rendition.height * min(560, rendition.width) / rendition.width),
        alt=alt or picture.description or "",
    )


def _html(name: str, context: dict[str, Any]) -> str:
    return str(get_template(f"{name}.html").render(context))


def _text(name: str, context: dict[str, Any]) -> str:
    written = cast("Template", get_template(f"{name}.txt")).template
    return str(written.render(Context(context, autoescape=False))).strip() + "\n"


def _try_out(rendered: Rendered) -> None:
    """Write a mail to nobody: every place must be there, and the whole be a mail."""
    for place in letters.PLACES:
        if place not in rendered.html:
            raise IssueBrokenError("The mail's HTML template has lost a place. Tell your operator.")
    for place in (letters.PARTS, letters.PREFERENCES, letters.UNSUBSCRIBE):
        if place not in rendered.text:
            raise IssueBrokenError("The mail's text template has lost a place. Tell your operator.")
    specimen(rendered).message()


def specimen(rendered: Rendered, *, to: str = "reader@example.org") -> Any:
    """The whole issue as a mail whose links change nothing."""
    mailing = Mailing(
        subject=rendered.subject,
        preheader=rendered.preheader,
        html=rendered.html,
        text=rendered.text,
        parts=rendered.parts,
    )
    return letters.Letters(mailing).to(Subscriber(email=to))
