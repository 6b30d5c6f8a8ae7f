"""Links as the templates show them, on a page or one by one after a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse

from cms.core.row_ids import LARGEST_ID
from news.curation import queue, undoing
from news.curation.decisions import REASONS
from news.curation.forms import ChoiceForm, PastedForm
from news.curation.queue import State, counted
from news.models import RelatedLink

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cms.core.requests import AdminRequest
    from news.models import ArticlePage

OF_AN_ARTICLE = (State.APPROVED, State.SUGGESTED, State.REJECTED)


def context(request: AdminRequest) -> dict[str, Any]:
    """What every list needs: what this person may do, and what undoing would put back."""
    user = request.user
    may_change = user.has_perm("news.change_relatedlink")
    # A button comes back to the list that it stands in.
    act_url = reverse("news_related_act")
    return {
        "act_url": f"{act_url}?{query}" if (query := request.GET.urlencode()) else act_url,
        "may_change": may_change,
        "may_add": may_change and user.has_perm("news.add_relatedlink"),
        "may_remove": may_change and user.has_perm("news.delete_relatedlink"),
        "reasons": REASONS,
        "undoable": undoing.last_of(user) if may_change else None,
    }


def article_context(
    request: AdminRequest, article: ArticlePage, *, pasted: PastedForm | None = None
) -> dict[str, Any]:
    """All links of one article, for its page of the queue and for the editor's panel."""
    groups = queue.of_article(article, OF_AN_ARTICLE)
    return {
        **context(request),
        "article": article,
        "groups": groups,
        "shown": groups[0].shown,
        "pasted": pasted or PastedForm(),
    }


def state_after(
    request: AdminRequest, link_ids: Collection[int], *, notes: Mapping[int, str]
) -> dict[str, Any]:
    """For the script: these links anew (null where gone), their articles' orders, and the counts."""
    found = RelatedLink.objects.select_related("decided_by", "article").defer(
        *(f"article__{name}" for name in ("body", "opinion", "action", "to_do"))
    )
    links = found.in_bulk(list(link_ids))
    shared = context(request)
    articles = {link.article_id for link in links.values()}
    articles |= _articles_on_the_page(request)
    approved = queue.approved_orders(articles)
    numbers = queue.counts(ChoiceForm(request.GET).choice)
    undoable = shared["undoable"]
    return {
        "rows": {
            str(pk): render_to_string(
                "news/admin/related/row.html",
                {**shared, "link": links[pk], "note": notes.get(pk, "")},
                request=request,
            )
            if pk in links
            else None
            for pk in link_ids
        },
        "articles": {
            str(pk): {
                "order": approved.get(pk, []),
                "shown": queue.shown_of(len(approved.get(pk, []))),
            }
            for pk in articles
        },
        "counts": {state.value: counted(number) for state, number in numbers.items()},
        "undo": str(undoable) if undoable else "",
    }


def _articles_on_the_page(request: AdminRequest) -> set[int]:
    """The articles that the script says it shows links of; some may have lost a link."""
    return {known_id(text) for text in request.POST.getlist("article")[:50] if text.isdecimal()}


def known_id(text: int | str) -> int:
    """A number that a row can have."""
    number = int(text)
    if number > LARGEST_ID:
        raise Http404
    return number
