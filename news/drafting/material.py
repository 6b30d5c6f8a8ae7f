"""What a draft is made of: the article as it stands in the editor, and the registry beside it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from advocacy.models import Letter, Petition, Representative
from news import provenance
from news.blocks import REGISTRY_KINDS
from news.drafting.guard import plain_text
from news.drafting.prompting import ArticleMaterial, RegistryEntry
from news.models.commentary import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from news.models import ArticlePage

# Entries offered to the model beside those that the editor picked.
SUGGESTED_AT_MOST = 6
MODELS = {"petition": Petition, "representative": Representative, "letter": Letter}
# Less of the story than this is not enough to say anything about.
FEWEST_WORDS = 40


def article_material(page: ArticlePage) -> ArticleMaterial:
    """The article as the model gets it: plain text, nothing hidden."""
    return ArticleMaterial(
        title=plain_text(page.title),
        introduction=plain_text(page.introduction),
        source_name=page.source.name if page.source else "",
        source_address=page.source_address,
        source_published_at=(
            page.source_published_at.isoformat() if page.source_published_at else ""
        ),
        text=plain_text("\n".join(_body_html(page))),
        categories=tuple(category.name for category in page.categories.all()),
    )


def _body_html(page: ArticlePage) -> Iterator[str]:
    for block in provenance.raw_blocks(page.body):
        value = block["value"]
        if block["type"] == "paragraph":
            yield str(value)
        elif block["type"] == "heading":
            yield f"<p>{value}</p>"
        elif block["type"] == "quote":
            yield f"<p>“{value.get('quote', '')}” {value.get('attribution', '')}</p>"


def source_hash(material: ArticleMaterial) -> str:
    """SHA-256 of the text that the model is given."""
    text = "\n".join((material.title, material.introduction, material.text))
    return hashlib.sha256(text.encode()).hexdigest()


def registry_entries(page: ArticlePage) -> list[RegistryEntry]:
    """The entries that the editor picked, then those that the story suggests, each once."""
    found: dict[str, RegistryEntry] = {}
    for kind, pk in _picked(page):
        entry = MODELS[kind].objects.filter(pk=pk, live=True).first()
        if entry is not None:
            found.setdefault(f"{kind}:{pk}", _entry(kind, entry))
    for kind, entry in _suggested(page):
        if len(found) >= SUGGESTED_AT_MOST + 6:
            break
        found.setdefault(f"{kind}:{entry.pk}", _entry(kind, entry))
    return list(found.values())


def _picked(page: ArticlePage) -> Iterator[tuple[str, int]]:
    if page.petition_id:
        yield "petition", page.petition_id
    for section in Section.values:
        for block in provenance.raw_blocks(getattr(page, section)):
            yield from _references(block["value"])


def _references(value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in REGISTRY_KINDS and isinstance(item, int):
                yield key, item
            else:
                yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _suggested(page: ArticlePage) -> Iterator[tuple[str, Any]]:
    """Those named in the story, what is aimed at them, and the most urgent petition."""
    text = " ".join((page.title, page.introduction, *_body_html(page))).casefold()
    named = [
        representative
        for representative in Representative.objects.public().in_office().order_by("last_name")
        if f" {representative.last_name.casefold()}" in f" {text}"
        and representative.first_name.casefold() in text
    ][:SUGGESTED_AT_MOST]
    petitions = Petition.objects.open_now()
    picked = petitions.filter(pk=page.petition_id) if page.petition_id else petitions.none()
    topical = sorted(
        petitions.with_targets().most_urgent()[:40],
        key=lambda petition: -_shared_words(text, f"{petition.title} {petition.summary}"),
    )
    first = list(picked) or topical[:1]
    for petition in topical[:2]:
        yield "petition", petition
    for representative in named:
        yield "representative", representative
    for letter in sorted(
        Letter.objects.public()[:40],
        key=lambda letter: -_shared_words(text, f"{letter.title} {letter.subject}"),
    )[:2]:
        yield "letter", letter
    for petition in first:
        for representative in petition.targets[:3]:
            yield "representative", representative


def _shared_words(text: str, title: str) -> int:
    return sum(1 for word in set(title.casefold().split()) if len(word) > 4 and word in text)


def _entry(kind: str, entry: Any) -> RegistryEntry:
    if kind == "representative":
        return RegistryEntry(
            id=f"{kind}:{entry.pk}", kind=kind, name=entry.titled_name, office=entry.office_line
        )
    about = entry.summary if kind == "petition" else entry.subject
    return RegistryEntry(
        id=f"{kind}:{entry.pk}", kind=kind, name=entry.title, about=plain_text(about)
    )
