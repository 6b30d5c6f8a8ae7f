"""Start an article: paste an address, see what was found, correct it, open the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from cms.core.row_ids import LARGEST_ID
from news.addresses import AddressError, canonical, host_of
from news.importing import duplicates, starting
from news.importing.forms import AddressForm, StoryForm, initial_from
from news.models import Category, Story
from news.models.sources import validate_domain

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest
    from news.importing.facts import Facts
    from news.models import ArticleIndexPage


@require_http_methods(["GET", "POST"])
def start(request: AdminRequest) -> HttpResponse:
    """Ask for an address; show what its page says; make the draft of it."""
    index = _index(request)
    if request.method == "GET":
        form = AddressForm(initial={"address": request.GET.get("address", "")[:2000]})
        return _ask(request, form)
    if request.POST.get("step") == "create":
        return _create(request, index)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, status=422)
    return _show(request, index, address=form.cleaned_data["address"])


@require_http_methods(["GET", "POST"])
def start_from_story(request: AdminRequest, story_id: int) -> HttpResponse:
    """The same, from a story that a feed brought: what the feed said helps where its page does not."""
    index = _index(request)
    if not request.user.has_perm("news.view_story"):
        raise PermissionDenied
    if story_id > LARGEST_ID:
        raise Http404
    story = get_object_or_404(Story.objects.select_related("source", "feed"), pk=story_id)
    if request.method == "GET":
        return _ask(request, AddressForm(initial={"address": story.address}), story=story)
    return _show(request, index, address=story.address, story=story)


def _index(request: AdminRequest) -> ArticleIndexPage:
    index = starting.index_for(request.user)
    if index is None:
        raise PermissionDenied
    return index


def _ask(
    request: AdminRequest, form: AddressForm, *, story: Story | None = None, status: int = 200
) -> HttpResponse:
    doubles = (
        duplicates.doubles(
            address=story.address,
            title=story.title,
            published_at=story.published_at,
            user=request.user,
        )
        if story
        else None
    )
    context = {"form": form, "story": story, "doubles": doubles}
    return render(request, "news/admin/start.html", context, status=status)


def _show(
    request: AdminRequest, index: ArticleIndexPage, *, address: str, story: Story | None = None
) -> HttpResponse:
    """Read the page and show what was found; where it cannot be read, say why and go on."""
    site = index.get_site()
    facts: Facts | None = None
    failure = ""
    try:
        facts = starting.facts_at(address)
    except starting.NothingRead as error:
        failure = str(error)
    story = story or _known_story(facts.address if facts else "", address)
    source = story.source if story else None
    if facts is not None:
        source = source or starting.source_of(facts.address, name=facts.source)
        initial = initial_from(facts, source=source, domain=_domain(facts.address), site=site)
    else:
        source = source or starting.source_of(address)
        initial = {
            "address": address,
            "source": source,
            "new_domain": "" if source else _domain(address),
        }
    if story:
        initial = _filled_up(initial, story)
    form = StoryForm(initial=initial, user=request.user, site=site)
    return _preview(request, form, facts=facts, failure=failure)


def _known_story(*addresses: str) -> Story | None:
    keys = {key for each in addresses if (key := _canonical(each))}
    return Story.objects.filter(address__in=keys).select_related("source", "feed").first()


def _filled_up(initial: dict[str, Any], story: Story) -> dict[str, Any]:
    """What the feed said where the page said nothing, and the feed's categories."""
    given = {
        "title": story.title,
        "introduction": story.summary[:600],
        "published_at": story.published_at,
    }
    filled = {**initial, **{name: value for name, value in given.items() if not initial.get(name)}}
    categories = (
        list(Category.objects.filter(pk__in=story.feed.categories.all())) if story.feed else []
    )
    return {**filled, "categories": categories}


def _create(request: AdminRequest, index: ArticleIndexPage) -> HttpResponse:
    form = StoryForm(request.POST, user=request.user, site=index.get_site())
    if not form.is_valid():
        return _preview(request, form, status=422)
    cleaned = form.cleaned_data
    new_source = None
    if cleaned["source"] is None:
        new_source = (cleaned["new_source"], cleaned.get("new_domain") or "")
    try:
        page = starting.start(
            index=index,
            user=request.user,
            title=cleaned["title"],
            introduction=cleaned["introduction"],
            source=cleaned["source"],
            new_source=new_source,
            address=cleaned["address"],
            published_at=cleaned["published_at"],
            time_zone=cleaned["time_zone"],
            authors=cleaned["authors"],
            paragraphs=cleaned["extract"],
            categories=cleaned["categories"],
            picked=form.picked,
        )
    except starting.PictureRefused as refusal:
        form.add_error(
            "picture", f"The picture was not taken over. {refusal} Choose another, or none."
        )
        return _preview(request, form, status=422)
    except ValidationError as error:
        form.add_error("new_source", error.messages)
        return _preview(request, form, status=422)
    messages.success(request, f"The draft “{page.title}” was made. Readers do not see it yet.")
    return redirect("wagtailadmin_pages:edit", page.pk)


def _preview(
    request: AdminRequest,
    form: StoryForm,
    *,
    facts: Facts | None = None,
    failure: str = "",
    status: int = 200,
) -> HttpResponse:
    address = form["address"].value() or ""
    title = form["title"].value() or ""
    context = {
        "form": form,
        "facts": facts,
        "published_as_written": _as_written(facts),
        "failure": failure,
        "doubles": duplicates.doubles(
            address=address, title=title, published_at=form.moment, user=request.user
        ),
    }
    return render(request, "news/admin/start_preview.html", context, status=status)


def _as_written(facts: Facts | None) -> str:
    """The source's time by its own clock."""
    if facts is None or facts.published is None:
        return ""
    at = facts.published.at
    pattern = "F j, Y" if facts.published.day_only else "F j, Y, g:i A"
    zone = facts.published.zone
    if at.tzinfo and (not zone or zone.startswith("Etc/")):
        # “Etc/GMT-1” is one hour before Greenwich to machines only.
        zone = f"UTC{at:%z}"
    return f"{date_format(at, pattern)} {zone}".strip()


def _canonical(address: str) -> str:
    try:
        return canonical(address)
    except AddressError:
        return ""


def _domain(address: str) -> str:
    """The domain that a new source would have; blank where the host cannot be one."""
    host = host_of(_canonical(address))
    try:
        validate_domain(host)
    except ValidationError:
        return ""
    return host
