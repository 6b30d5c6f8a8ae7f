"""Rich text in templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from cms.core.prose import expanded

if TYPE_CHECKING:
    from django.utils.safestring import SafeString
    from wagtail.rich_text import RichText

register = template.Library()


@register.filter
def prose(value: RichText | str) -> SafeString:
    """A rich text as readers get it."""
    return expanded(value)
