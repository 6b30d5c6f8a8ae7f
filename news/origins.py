"""The article behind a link that leads from it to a petition or a letter, with what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advocacy import origins, registry
from advocacy.origins import Origin, ToDo
from news.models import ArticlePage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from news.blocks import RegistryValue

LARGEST_ID = 2**63 - 1


def parameter_of(page: ArticlePage) -> str:
    """What a link on this article says of where it stands; blank for one that is not stored yet."""
    return origins.parameter(page.pk) if page.pk else ""


def article(request: HttpRequest, key: str) -> Origin | None:
    """The article with this key; None where readers cannot open it, or there is none."""
    # We sign keys of articles only; the database answers a larger number with an error.
    if not key.isdecimal() or int(key) > LARGEST_ID:
        return None
    page = (
        ArticlePage.objects.live()
        .public()
        .filter(pk=key)
        .only("title", "slug", "url_path", "locale", "to_do")
        .first()
    )
    if page is None or not (url := page.get_url(request)):
        return None
    with registry.gathered(registry.named_in(list(page.to_do.raw_data))):
        to_dos = tuple(_to_dos(page, url))
    return Origin(key=key, title=page.title, url=url, to_dos=to_dos)


def _to_dos(page: ArticlePage, url: str) -> Iterator[ToDo]:
    here = parameter_of(page)
    for block in page.to_do:
        if block.block_type != "group":
            continue
        for child in block.value["items"].bound_blocks:
            value, entry = child.value, child.value.entry
            yield ToDo(
                key=f"do-{child.id}",
                kind=value["kind"].capitalize(),
                text=value["text"],
                url=_address_of(value, here, url),
                label=value.label,
                entry=(value.entry_kind, entry.pk if entry else 0),
            )


def _address_of(value: RegistryValue, here: str, page_url: str) -> str:
    """Where a To Do leads from another page; a place on its own page stands behind that one's."""
    if value.url.startswith("#"):
        return f"{page_url}{value.url}"
    return origins.added(value.url, here) if value.keeps_origin else value.url
