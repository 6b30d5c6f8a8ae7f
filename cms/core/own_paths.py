"""First parts of addresses that the site itself answers: a page with such a slug is never seen."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import URLResolver, get_resolver
from wagtail.admin.forms.pages import CopyForm

from cms.core.models.pages import BasePage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLAIN = re.compile(r"[\w-]+")


@cache
def taken() -> frozenset[str]:
    """All of them: of our own addresses, and of files that the web server hands out."""
    found = {part for route in _routes(get_resolver().url_patterns) for part in [_first(route)]}
    found |= {_first(address.strip("/")) for address in (settings.STATIC_URL, settings.MEDIA_URL)}
    return frozenset(found - {""})


def _routes(patterns: Iterable[Any]) -> Iterator[str]:
    for one in patterns:
        route = str(one.pattern).removeprefix("^")
        if isinstance(one, URLResolver) and not route:
            yield from _routes(one.url_patterns)
        else:
            yield route


def _first(route: str) -> str:
    first = route.partition("/")[0].removesuffix("$")
    return first if _PLAIN.fullmatch(first) else ""


class CopyTopPageForm(CopyForm):
    """Wagtail's, which does not ask the page whether its new slug is one."""

    def clean(self) -> dict[str, Any]:
        """Refuse what ``TopPage`` refuses."""
        cleaned: dict[str, Any] = super().clean()
        slug = cleaned.get("new_slug", "")
        if slug in taken() - {self.page.specific_class.own_slug}:
            self.add_error("new_slug", _why(slug))
        return cleaned


class TopPage(BasePage):
    """A page right below the front page, whose slug is the first part of its address."""

    copy_form_class = CopyTopPageForm
    # The one that the site's own addresses expect it to have.
    own_slug = ""

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse a slug under which no reader would see the page."""
        super().clean()
        self._check_slug_is_free()

    def minimal_clean(self) -> None:
        """The same for a draft."""
        super().minimal_clean()
        self._check_slug_is_free()

    def _check_slug_is_free(self) -> None:
        if self.slug in taken() - {self.own_slug}:
            raise ValidationError({"slug": _why(self.slug)})


def _why(slug: str) -> str:
    return (
        f"“{slug}” is where addresses of the site itself begin, so no reader would see this page"
        " there. Choose another slug."
    )
