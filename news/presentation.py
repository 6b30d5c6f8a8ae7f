"""What an article's page shows, gathered in as few queries as it takes."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.blocks import StreamValue
from wagtail.images.models import SourceImageIOError
from wagtail.rich_text import RichText

from advocacy import registry
from advocacy.models import AdvocacySettings
from cms.core.models import SiteSettings
from cms.core.prose import expand_all, expanded
from cms.core.sharing import share_links
from cms.core.structured_data import for_script
from news import filing, origins, provenance
from news.drafting.guard import word_count
from news.models.commentary import Review, Section
from news.models.related import SHOWN_AT_MOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from advocacy.models import Petition, Representative
    from news.models import ArticlePage, Author

# How many words of the body a reader sees before unfolding the rest.
VISIBLE_WORDS = 120
_AFTER_PARAGRAPH = re.compile(r"(?<=</p>)")
# IPTC's digital source types: written by an algorithm and revised, or by a person with tools.
WITH_MODEL = "https://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
BY_PEOPLE = "https://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"


@dataclass(frozen=True)
class SectionView:
    """One section as readers see it."""

    key: str
    label: str
    value: StreamValue
    disclosure: str
    drafted: bool
    reviewer: str


@dataclass(frozen=True)
class Commentary:
    """The sections that hold something."""

    sections: list[SectionView]


def article(page: ArticlePage, *, request: HttpRequest, head: dict[str, Any]) -> dict[str, Any]:
    """The context of an article's page."""
    # One look at every block, so that what they name is fetched together.
    with registry.gathered(registry_entries(page)):
        texts = list(rich_texts(page))
    expand_all(texts)
    visible, folded = split_body(page.body)
    commentary = commentary_of(page)
    corrections = list(page.corrections.all())
    is_preview = getattr(request, "is_preview", False)
    filed = filing.previewed(page) if is_preview or not page.pk else filing.stored(page)
    return {
        "authors": filed.authors,
        "tags": filed.tags,
        "lead_visible_blocks": visible,
        "folded_blocks": folded,
        "extract_words": sum(map(_word_count, [*visible, *folded])),
        "categories": filed.categories,
        "commentary": commentary,
        "callees": callees(page),
        "talking_points_id": first_of(page.to_do, "talking_points"),
        "petition": petition_for(page, request),
        "from_here": origins.parameter_of(page),
        "related_links": list(page.related_links.approved()[:SHOWN_AT_MOST]) if page.pk else [],
        "corrections": corrections,
        "share_links": share_links(page.title, head["canonical"] or ""),
        "json_ld": json_ld(
            page,
            request=request,
            head=head,
            commentary=commentary,
            corrections=corrections,
            categories=filed.categories,
            authors=filed.authors,
        ),
    }


def registry_entries(page: ArticlePage) -> dict[str, set[int]]:
    """The ids of the petitions, representatives and letters that the commentary names, by kind."""
    return registry.named_in([list(getattr(page, section).raw_data) for section in Section.values])


def callees(page: ArticlePage) -> list[Representative]:
    """Those whom the To Do asks to be called and who can be, each once, in order."""
    items = (
        item for block in page.to_do if block.block_type == "group" for item in block.value["items"]
    )
    return list({item.entry.pk: item.entry for item in items if item.phones}.values())


def first_of(stream: StreamValue, block_type: str) -> str | None:
    """The id of the first block of this type."""
    return next((block.id for block in stream if block.block_type == block_type), None)


def rich_texts(page: ArticlePage) -> Iterator[RichText]:
    """Every rich text of the page, in whatever block it stands."""
    for field in ("body", *Section.values):
        for child in getattr(page, field):
            if isinstance(child.value, RichText):
                yield child.value


def split_body(body: StreamValue) -> tuple[list[Any], list[Any]]:
    """The blocks seen at once, and those that a reader unfolds; a heading stays with its text."""
    blocks = [piece for block in body for piece in _paragraphs(block)]
    count = 0
    for number, block in enumerate(blocks):
        count += _word_count(block)
        if count >= VISIBLE_WORDS:
            visible = number + 1
            while visible > 1 and blocks[visible - 1].block_type == "heading":
                visible -= 1
            rest = blocks[visible:]
            # One block left over is not worth a fold.
            return (blocks, []) if len(rest) <= 1 else (blocks[:visible], rest)
    return blocks, []


def _word_count(block: Any) -> int:
    return word_count(provenance.words({"value": _stored(block)}))


def _paragraphs(block: Any) -> list[Any]:
    """A block of several paragraphs, as a pasted story is, as one block for each of them."""
    if not isinstance(block.value, RichText):
        return [block]
    sources = [part for part in _AFTER_PARAGRAPH.split(block.value.source) if part.strip()]
    shown = [part for part in _AFTER_PARAGRAPH.split(str(expanded(block.value))) if part.strip()]
    if len(sources) < 2 or len(sources) != len(shown):
        return [block]
    pieces = []
    for source, html in zip(sources, shown, strict=True):
        text = RichText(source)
        text.expanded = html
        pieces.append(StreamValue.StreamChild(block.block, text, id=block.id))
    return pieces


def _stored(block: Any) -> Any:
    return block.block.get_prep_value(block.value)


def commentary_of(page: ArticlePage) -> Commentary:
    """The sections with the line that tells readers how each was made. At most two queries."""
    contents = {section: value for section in Section if (value := getattr(page, section.value))}
    if not contents:
        return Commentary([])
    hashes = {section: provenance.content_hash(value) for section, value in contents.items()}
    rows = (
        Review.objects.approved()
        .filter(page_id=_reviewed_page_id(page), content_hash__in=list(hashes.values()))
        .select_related("decided_by")
        .defer("content")
        .order_by("decided_at")
    )
    approvals: dict[str, Review] = {review.section: review for review in rows}
    unapproved = {
        section: value for section, value in contents.items() if section.value not in approvals
    }
    drafted = provenance.drafted_sections(unapproved) if unapproved else set()
    return Commentary(
        [
            _section_view(section, value, section in drafted, approvals.get(section.value))
            for section, value in contents.items()
        ]
    )


def _reviewed_page_id(page: ArticlePage) -> int | None:
    """An alias is approved with the page that it stands for."""
    return page.alias_of_id or page.pk


def _section_view(
    section: Section, value: StreamValue, drafted: bool, approval: Review | None
) -> SectionView:
    reviewer = approval.decided_by.public_name if approval and approval.decided_by else ""
    drafted = drafted or bool(approval and approval.holds_model_text)
    if drafted and approval and approval.decided_at:
        day = date_format(timezone.localtime(approval.decided_at), "F j, Y")
        line = (
            "Drafted with a language model, revised and approved"
            f" by {reviewer or 'an editor'} on {day}."
        )
    elif drafted:
        line = "Drafted with a language model, not yet approved."
    else:
        line = "Written by people in this newsroom."
    return SectionView(section.value, str(section.label), value, line, drafted, reviewer)


def petition_for(page: ArticlePage, request: HttpRequest) -> Petition | None:
    """The article's petition, else the site's default; none that readers cannot open."""
    petition: Petition | None = (
        page.petition or AdvocacySettings.for_request(request).default_petition
    )
    return petition if petition is not None and petition.live else None


def _people(authors: Iterable[Author], byline: str) -> Any:
    """Whoever wrote it up, for schema.org; nothing where nobody is named."""
    people: list[dict[str, str]] = [
        {
            "@type": "Person",
            "name": author.name,
            "url": f"{settings.SITE_URL}{author.get_absolute_url()}",
        }
        for author in authors
    ]
    if byline:
        people.append({"@type": "Person", "name": byline})
    return people[0] if len(people) == 1 else people


def json_ld(
    page: ArticlePage,
    *,
    request: HttpRequest,
    head: dict[str, Any],
    commentary: Commentary,
    corrections: Iterable[Any],
    categories: Iterable[Any],
    authors: Iterable[Author],
) -> SafeString:
    """The page as schema.org's NewsArticle, safe to stand in a script element."""
    site = SiteSettings.for_request(request)
    publisher = {"@type": "NewsMediaOrganization", "name": site.site_name}
    drafted = any(section.drafted for section in commentary.sections)
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.title[:110],
        "description": head["description"],
        "url": head["canonical"],
        "mainEntityOfPage": head["canonical"],
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "publisher": publisher,
        "author": _people(authors, page.byline) or publisher,
        "articleSection": [category.name for category in categories],
        "digitalSourceType": WITH_MODEL if drafted else BY_PEOPLE,
    }
    if page.first_published_at:
        data["datePublished"] = page.first_published_at.isoformat()
    if page.last_published_at:
        data["dateModified"] = page.last_published_at.isoformat()
    if page.source_address:
        data["isBasedOn"] = {
            "@type": "CreativeWork",
            "url": page.source_address,
            **({"publisher": page.source.name} if page.source else {}),
            # Not as an author: whether it is a person or an agency, nobody has said.
            **({"creditText": page.source_authors} if page.source_authors else {}),
            **(
                {"datePublished": when.isoformat()}
                if (when := page.source_published_in_source_zone)
                else {}
            ),
        }
    if head["image"]:
        # A file that is gone costs the picture, not the page.
        with suppress(SourceImageIOError):
            data["image"] = head["image"].get_rendition("fill-1200x630|format-jpeg").full_url
    reviewers = dict.fromkeys(section.reviewer for section in commentary.sections)
    if people := [{"@type": "Person", "name": name} for name in reviewers if name]:
        data["reviewedBy"] = people
    if texts := [
        {"@type": "CorrectionComment", "datePublished": row.date.isoformat(), "text": row.text}
        for row in corrections
    ]:
        data["correction"] = texts
    return for_script(data)
