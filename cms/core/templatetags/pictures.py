"""Pictures in templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from wagtail.images.models import Filter
from wagtail.images.models import Picture as PictureElement
from wagtail.images.shortcuts import get_renditions_or_not_found

if TYPE_CHECKING:
    from django.utils.safestring import SafeString
    from wagtail.images.models import AbstractRendition

    from cms.core.models import Picture

register = template.Library()

# Browsers take the first that they know. AVIF saves a fifth of WebP's bytes, but making it takes the
# first reader of a page seconds.
FORMATS = ("webp", "jpeg")


@register.simple_tag
def responsive(picture: Picture, spec: str, **attributes: Any) -> SafeString:
    """A ``<picture>`` in two formats, with one candidate for each width.

    Renditions are never larger than the original, so a small one comes back in the same width for
    several sizes: repeated, that width would make the srcset invalid.

    Args:
        picture: What to show.
        spec: The sizes, as in Wagtail's own tags: ``width-{480,960}``. The first is the fallback.
        attributes: Of the ``<img>``; ``sizes`` is left out where there is nothing to choose from.
    """
    filters = [
        Filter(f"format-{name}|{size}") for name in FORMATS for size in Filter.expand_spec(spec)
    ]
    renditions: dict[tuple[str, int], tuple[str, AbstractRendition]] = {}
    for wanted, rendition in get_renditions_or_not_found(picture, filters).items():
        renditions.setdefault((wanted.split("|")[0], rendition.width), (wanted, rendition))
    if len(renditions) <= len(FORMATS):
        attributes.pop("sizes", None)
    element: SafeString = PictureElement(dict(renditions.values()), attributes).__html__()
    return element
