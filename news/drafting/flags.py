"""What an editor and a reviewer should look at twice in commentary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from news import provenance, publication
from news.drafting.guard import unquoted, unsupported, violations
from news.drafting.material import article_material, registry_entries
from news.drafting.prompting import source_texts
from news.models.commentary import Section

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from news.drafting.guard import Finding
    from news.models import ArticlePage


def flags_of(page: ArticlePage) -> dict[str, list[Finding]]:
    """Contacts from nowhere, quotations and facts that neither source nor registry holds.

    By section, each message once. The number of queries does not depend on what is written.
    """
    sources = [
        *publication.source_texts(page),
        *source_texts(article_material(page), registry_entries(page)),
    ]
    allowed = publication.allowed_contacts(page)
    result = {}
    for section in Section.values:
        blocks = provenance.raw_blocks(getattr(page, section))
        texts = [text for block in blocks for text in publication.texts_of(block)]
        # Paragraphs apart, so that a quotation cannot begin in one block and end in another.
        found = [
            *(finding for text in texts for finding in violations(text, allowed=allowed)),
            *unquoted("\n\n".join([*texts, *_pull_quotes(blocks)]), sources),
            *unsupported("\n\n".join(texts), sources),
        ]
        result[section] = list({finding.message: finding for finding in found}.values())
    return result


def _pull_quotes(blocks: list[dict[str, Any]]) -> Iterator[str]:
    """Quotations that are shown as such, except those cited from elsewhere."""
    for block in blocks:
        if block["type"] == "pull_quote" and not block["value"].get("source_address"):
            yield f"“{block['value'].get('quote', '')}”"
