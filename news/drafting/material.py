"""What a draft is made of: the article as it stands in the editor, and the registry beside it."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from advocacy.models import Letter, Petition, PetitionTarget, Representative
from news import provenance, publication
from news.blocks import REGISTRY_KINDS
from news.drafting.guard import plain_text
from news.drafting.prompting import ArticleMaterial, RegistryEntry
from news.drafting.topics import Story
from news.models.commentary import Section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from news.models import ArticlePage

# The model chooses worse from a long list; what the editor picked is offered however long it is.
ENTRIES_AT_MOST = 12
SUGGESTED_OF_A_KIND = 2
NAMED_AT_MOST = 6
TARGETS_AT_MOST = 3
# Of very many the most urgent petitions and the first letters are looked at.
LOOKED_AT = 500
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


def already_written(page: ArticlePage, *, besides: str) -> dict[str, str]:
    """What the other sections say to readers, without links and ids, by section."""
    texts = {
        section: "\n".join(_said(block) for block in provenance.raw_blocks(getattr(page, section)))
        for section in Section.values
        if section != besides
    }
    return {section: text for section, text in texts.items() if text.strip()}


def _said(block: dict[str, Any]) -> str:
    if block["type"] == "paragraph":
        return plain_text(str(block["value"]))
    return "\n".join(publication.texts_of(block))


def registry_entries(page: ArticlePage) -> list[RegistryEntry]:
    """The entries that the editor picked, then those that the story suggests, each once.

    The number of queries does not depend on how many there are.
    """
    picked = list(dict.fromkeys(_picked(page)))
    story = Story((page.title, page.introduction, *_body_html(page)))
    found = _loaded(picked)
    for entry in _suggested(story, petitions=[pk for kind, pk in picked if kind == "petition"]):
        if len(found) >= ENTRIES_AT_MOST:
            break
        found.setdefault(entry.id, entry)
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


def _loaded(picked: list[tuple[str, int]]) -> dict[str, RegistryEntry]:
    """Entries in the order in which they were picked, without those that readers cannot open."""
    rows = {
        kind: model.objects.filter(live=True).in_bulk([pk for of, pk in picked if of == kind])
        for kind, model in MODELS.items()
    }
    entries = [_entry(kind, rows[kind][pk]) for kind, pk in picked if pk in rows[kind]]
    return {entry.id: entry for entry in entries}


def _suggested(story: Story, *, petitions: list[int]) -> Iterator[RegistryEntry]:
    """What the story is about, whom it names, and whom the picked petitions ask."""
    for petition in _topical(
        story,
        Petition.objects.open_now().most_urgent()[:LOOKED_AT],
        lambda petition: f"{petition.title}\n{petition.summary}",
    ):
        yield _entry("petition", petition)
    for representative in _named(story):
        yield _entry("representative", representative)
    for letter in _topical(
        story,
        Letter.objects.public()[:LOOKED_AT],
        lambda letter: f"{letter.title}\n{letter.subject}",
    ):
        yield _entry("letter", letter)
    for representative in _asked_by(petitions):
        yield _entry("representative", representative)


def _topical(story: Story, rows: Iterable[Any], text_of: Callable[[Any], str]) -> list[Any]:
    """Those about the story's subject, the nearest first; of two as near, the first."""
    near = [(shared, row) for row in rows if (shared := story.shares(text_of(row)))]
    near.sort(key=lambda pair: -pair[0])
    return [row for _, row in near[:SUGGESTED_OF_A_KIND]]


def _named(story: Story) -> list[Representative]:
    """Those named in full, or by an office and a last name that nobody else in it has."""
    people = list(Representative.objects.public().in_office().order_by("last_name", "pk"))
    namesakes = Counter((person.office, person.last_name) for person in people)
    return [
        person
        for person in people
        if story.names(first_name=person.first_name, last_name=person.last_name, name=person.name)
        or (
            namesakes[person.office, person.last_name] == 1
            and story.names_with_title(last_name=person.last_name, office=person.office)
        )
    ][:NAMED_AT_MOST]


def _asked_by(petitions: list[int]) -> list[Representative]:
    targets = (
        PetitionTarget.objects.filter(
            petition__in=petitions,
            petition__live=True,
            representative__in=Representative.objects.public().in_office(),
        )
        .select_related("representative")
        .order_by("petition", "sort_order", "pk")
    )
    return [target.representative for target in targets[:TARGETS_AT_MOST]]


def _entry(kind: str, entry: Any) -> RegistryEntry:
    if kind == "representative":
        return RegistryEntry(
            id=f"{kind}:{entry.pk}", kind=kind, name=entry.titled_name, office=entry.office_line
        )
    about = entry.summary if kind == "petition" else entry.subject
    return RegistryEntry(
        id=f"{kind}:{entry.pk}", kind=kind, name=entry.title, about=plain_text(about)
    )
