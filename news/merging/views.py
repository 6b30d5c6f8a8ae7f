"""Tags, merges with their preview, and the history of merges, in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from taggit.models import Tag
from wagtail.admin import messages
from wagtail.admin.widgets import Button

from cms.core.row_ids import LARGEST_ID
from news.merging import names, work
from news.merging.kinds import MODELS, Kind, columns
from news.merging.preview import preview
from news.models import Merge

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest

A_PAGE = 50
# More at once nobody can look over.
MERGED_AT_ONCE = 20
# A list of names to choose from; of more, the name is typed.
OFFERED_AT_MOST = 2000
TAGS = Kind(Merge.Kind.TAG.value)


def may_merge_any(user: Any) -> bool:
    """Whether there is a kind that somebody may merge."""
    return any(user.has_perm(Kind(value).permission) for value in MODELS)


def button_for(thing: Any, user: Any) -> Button | None:
    """From a source or a category to merging it, for those who may."""
    for value, model in MODELS.items():
        if type(thing) is model and user.has_perm(Kind(value).permission):
            url = f"{reverse('news_merge', args=[value])}?thing={thing.pk}"
            return Button("Merge into…", url, icon_name="resubmit", priority=25)
    return None


def _allow(request: AdminRequest, kind: Kind) -> None:
    if not request.user.has_perm(kind.permission):
        raise PermissionDenied


def _number(written: str) -> int | None:
    if written.isascii() and written.isdigit() and len(written) < 20:
        return number if (number := int(written)) <= LARGEST_ID else None
    return None


def _with_uses(tags: QuerySet[Tag]) -> QuerySet[Any]:
    """Each with ``uses``: on how many articles and files it stands, drafts not counted."""
    total: Any = Value(0)
    for column in columns(TAGS):
        rows = column.model._default_manager.filter(tag=OuterRef("pk")).order_by().values("tag")
        counted = Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        total = total + Coalesce(counted, 0)
    return tags.annotate(uses=total)


@require_safe
def tags(request: AdminRequest) -> HttpResponse:
    """All tags with how often they are used; searched, or those that nothing uses."""
    _allow(request, TAGS)
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    unused = "unused" in request.GET
    found = _with_uses(Tag.objects.all())
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(slug__icontains=asked))
    if unused:
        found = found.filter(uses=0)
    page = Paginator(found.order_by("name", "pk"), A_PAGE).get_page(request.GET.get("p"))
    alike = [] if asked or unused else names.could_be_the_same(_all_names(TAGS))
    return render(
        request,
        "news/admin/merging/tags.html",
        {"page": page, "asked": asked, "unused": unused, "alike": alike[:10]},
    )


def _all_names(kind: Kind) -> list[tuple[int, str]]:
    found = kind.model._default_manager.values_list("pk", "name")
    # As people sort, whatever the database makes of capitals.
    return sorted(found, key=lambda thing: (thing[1].casefold(), thing[0]))


@require_http_methods(["GET", "HEAD", "POST"])
def rename_tag(request: AdminRequest, pk: int) -> HttpResponse:
    """Give a tag another name; one that is taken is offered for merging."""
    _allow(request, TAGS)
    tag = get_object_or_404(Tag, pk=_there(pk))
    error, other, typed = "", None, tag.name
    if request.method == "POST":
        typed = request.POST.get("name", "")
        try:
            renamed = names.rename(tag_id=tag.pk, name=typed, by=request.user)
        except names.NameTakenError as refusal:
            error, other = str(refusal), refusal.other
        except names.NameRefusedError as refusal:
            error = str(refusal)
        else:
            messages.success(request, f"“{tag}” is called “{renamed}” now.")
            return redirect("news_tags")
    others = [thing for thing in _all_names(TAGS) if thing[0] != tag.pk]
    return render(
        request,
        "news/admin/merging/rename.html",
        {
            "tag": tag,
            "typed": typed[:200],
            "error": error,
            "other": other,
            "alike": [] if other else names.like(typed[:100], others),
        },
        status=422 if error else 200,
    )


def _there(pk: int) -> int:
    if pk > LARGEST_ID:
        raise Http404
    return pk


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: AdminRequest, kind: str) -> HttpResponse:
    """Choose what stays, see what that touches, confirm."""
    if kind not in MODELS:
        raise Http404
    of = Kind(kind)
    _allow(request, of)
    asked = request.POST if request.method == "POST" else request.GET
    numbers = {number for text in asked.getlist("thing") if (number := _number(text))}
    if len(numbers) > MERGED_AT_ONCE:
        messages.error(request, f"Choose {MERGED_AT_ONCE} at most at a time.")
        return redirect(_list_of(of))
    chosen = list(of.model._default_manager.filter(pk__in=numbers).order_by("name"))
    if not chosen:
        messages.error(request, f"Choose the {of.words} first that are to be merged.")
        return redirect(_list_of(of))
    into, error = _into(of, asked.get("into", ""), asked.get("into_name", ""))
    merged = [thing for thing in chosen if into is not None and thing.pk != into.pk]
    if into is not None and not merged:
        into, error = None, f"A {of.word} cannot be merged into itself. Choose another one."
    if request.method == "POST":
        if into is None:
            return HttpResponseBadRequest("The request was incomplete. Reload the page.")
        return _start_all(request, of, merged, into)
    context: dict[str, Any] = {"kind": of, "chosen": chosen, "into": into, "error": error}
    if into is None:
        context |= _to_choose_from(of, chosen)
    else:
        context["previews"] = [preview(kind=of, old=thing, into=into) for thing in merged]
    context["list_url"] = _list_of(of)
    return render(request, "news/admin/merging/merge.html", context)


def _into(kind: Kind, number: str, name: str) -> tuple[Any, str]:
    """What stays, by its number or its name; else nothing, and why."""
    things = kind.model._default_manager
    name = name.replace("\x00", "").strip()
    if found := _number(number):
        thing = things.filter(pk=found).first()
        return thing, "" if thing else f"This {kind.word} is gone. Choose another one."
    if not name:
        return None, ""
    thing = things.filter(name=name).first() or things.filter(name__iexact=name).first()
    return (
        thing,
        "" if thing else f"There is no {kind.word} “{name[:100]}”. Choose one of the list.",
    )


def _to_choose_from(kind: Kind, chosen: list[Any]) -> dict[str, Any]:
    """The others by name, and of one thing alone those that could be the same."""
    numbers = {thing.pk for thing in chosen}
    others = [thing for thing in _all_names(kind) if thing[0] not in numbers]
    alike = names.like(chosen[0].name, others) if len(chosen) == 1 else []
    return {"others": others[:OFFERED_AT_MOST], "alike": alike}


def _list_of(kind: Kind) -> str:
    if kind == TAGS:
        return reverse("news_tags")
    model: Any = kind.model
    return reverse(model.snippet_viewset.get_url_name("list"))


def _start_all(request: AdminRequest, kind: Kind, merged: list[Any], into: Any) -> HttpResponse:
    done = 0
    for thing in merged:
        try:
            work.start(kind=kind, old_id=thing.pk, into_id=into.pk, by=request.user)
        except work.MergeRefusedError as refusal:
            messages.error(request, f"“{thing}”: {refusal}")
        else:
            done += 1
    if done:
        word = kind.word if done == 1 else kind.words
        messages.success(
            request, f"{done} {word} merged into “{into}”. Undo brings back what there was."
        )
    return redirect("news_merges")


@require_safe
def merges(request: AdminRequest) -> HttpResponse:
    """What was merged, by whom, with what outcome, and the way back."""
    if not may_merge_any(request.user):
        raise PermissionDenied
    mine = [value for value in MODELS if request.user.has_perm(Kind(value).permission)]
    found = Merge.objects.filter(kind__in=mine).select_related("requested_by", "undone_by")
    page = Paginator(found.defer("kept"), A_PAGE).get_page(request.GET.get("p"))
    waiting = any(row.status in Merge.UNDER_WAY for row in page.object_list)
    return render(request, "news/admin/merging/merges.html", {"page": page, "waiting": waiting})


@require_POST
def undo_merge(request: AdminRequest, pk: int) -> HttpResponse:
    """Part two things again."""
    row = get_object_or_404(Merge, pk=_there(pk))
    _allow(request, Kind(row.kind))
    try:
        undone = work.undo(merge_id=row.pk, by=request.user)
    except work.MergeRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        if undone.status == Merge.Status.UNDONE:
            messages.success(request, f"Undone: {undone}. {_told(undone)}")
        else:
            messages.success(request, f"{undone} is being undone.")
    return redirect("news_merges")


def _told(row: Merge) -> str:
    if not row.moved:
        return "Nothing had used it."
    if not row.not_given_back:
        return f"All {row.moved:,} places name it again."
    return (
        f"{row.given_back:,} of {row.moved:,} places name it again; {row.not_given_back:,} were"
        " changed since, and stay as they are."
    )
