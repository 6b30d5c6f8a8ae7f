"""What an editor and a reviewer should look at twice in a section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from news import provenance, publication
from news.drafting.guard import unquoted, unsupported, violations
from news.drafting.material import registry_entries

if TYPE_CHECKING:
    from news.drafting.guard import Finding
    from news.models import ArticlePage


def flags_of(page: ArticlePage, section: str) -> list[Finding]:
    """Contacts from nowhere, quotations and facts that neither source nor registry holds."""
    sources = [
        *publication.source_texts(page),
        *(entry.name for entry in registry_entries(page)),
    ]
    allowed = publication.allowed_contacts(page)
    return [
        finding
        for block in provenance.raw_blocks(getattr(page, section))
        for text in publication.texts_of(block)
        for finding in (
            *violations(text, allowed=allowed),
            *unquoted(text, sources),
            *unsupported(text, sources),
        )
    ]
