"""The moderators' queue, and the same list beside an article in the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from news.curation import decisions, pasting, queue, rows, undoing
from news.curation.asking import Asked, ask
from news.curation.decisions import CurationRefused, Outcome
from news.curation.forms import ChoiceForm, LinkForm, PastedForm
from news.curation.queue import State
from news.models import ArticlePage, RelatedLink

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponse

    from cms.core.requests import AdminRequest

VIEW, CHANGE = "news.view_relatedlink", "news.change_relatedlink"
ADD, DELETE = "news.add_relatedlink", "news.delete_relatedlink"


def _require(request: AdminRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


@require_safe
def related(request: AdminRequest) -> HttpResponse:
    """The queue over all articles, or all links of one article."""
    _require(request, VIEW)
    form = ChoiceForm(request.GET)
    if article_id := form.article_id:
        return _one_article(request, _article(article_id))
    choice = form.choice
    listed = queue.page(choice, after=form.after)
    numbers = queue.counts(choice)
    return render(
        request,
        "news/admin/related/queue.html",
        {
            **rows.context(request),
            "form": form,
            "choice": choice,
            "groups": listed.groups,
            "next_url": form.url(after=listed.after) if listed.after else "",
            "first_url": form.url() if form.after else "",
            "is_filtered": form.is_filtered,
            "tabs": [
                {
                    "state": state,
                    "number": queue.counted(numbers[state]),
                    "url": form.url(state=state.value),
                    "current": state == choice.state,
                }
                for state in State
            ],
        },
    )


def _article(article_id: int) -> ArticlePage:
    articles = ArticlePage.objects.defer_streamfields()
    found: ArticlePage = get_object_or_404(articles, pk=article_id)
    return found


def _one_article(
    request: AdminRequest, article: ArticlePage, *, pasted: PastedForm | None = None
) -> HttpResponse:
    return render(
        request,
        "news/admin/related/one_article.html",
        rows.article_context(request, article, pasted=pasted),
        status=422 if pasted is not None and pasted.errors else 200,
    )


# Acting -------------------------------------------------------------------------------------------


@require_POST
def act(request: AdminRequest) -> HttpResponse:
    """Carry out one button: on one link, on the ticked ones, or on what was done last."""
    _require(request, CHANGE)
    asked = ask(request.POST)
    if asked is None:
        return HttpResponseBadRequest("The request was incomplete. Reload the page.")
    if asked.verb == "remove":
        _require(request, DELETE)
    try:
        outcome = _carry_out(request, asked)
    except CurationRefused as refusal:
        return _answer(request, Outcome(), asked.seen, refusal=str(refusal))
    return _answer(request, outcome, asked.seen)


def _carry_out(request: AdminRequest, asked: Asked) -> Outcome:
    by = request.user
    if asked.verb == "undo":
        return undoing.undo(by=by)
    if not asked.seen:
        raise CurationRefused("No link was ticked, so nothing was changed.")
    if asked.verb == "move":
        return decisions.move(
            link_id=next(iter(asked.seen)), to=asked.to, seen=asked.order, by=by
        )
    if asked.verb == "reject":
        return decisions.reject(seen=asked.seen, because=asked.because, by=by)
    simple = {
        "approve": decisions.approve,
        "put_back": decisions.put_back,
        "keep": decisions.keep,
        "remove": decisions.remove,
    }
    return simple[asked.verb](seen=asked.seen, by=by)


def _answer(
    request: AdminRequest, outcome: Outcome, seen: Iterable[int], *, refusal: str = ""
) -> HttpResponse:
    """What changed, for the script; without it, a message and the same place in the list."""
    touched = list(dict.fromkeys([*seen, *outcome.changed, *outcome.missed]))
    said = " ".join(filter(None, [refusal or outcome.said, outcome.remark]))
    if outcome.missed and len(touched) == 1:
        said = next(iter(outcome.missed.values()))
    elif outcome.missed:
        number = len(outcome.missed)
        said = f"{said} {number} of {len(touched)} had been changed meanwhile, as noted there."
    if _is_script(request):
        return JsonResponse(
            {
                "message": said.strip(),
                "failed": bool(refusal or outcome.missed),
                **rows.state_after(request, touched, notes=outcome.missed),
            },
            status=409 if refusal else 200,
        )
    if refusal or outcome.missed:
        messages.warning(request, said)
        for note in list(outcome.missed.values())[:5] if len(touched) > 1 else ():
            messages.warning(request, note)
    else:
        messages.success(request, said)
    return redirect(_back(request))


def _is_script(request: AdminRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _back(request: AdminRequest) -> str:
    """The list that the button stood in, at the row after it."""
    form = ChoiceForm(request.GET)
    anchor = rows.anchor(request.POST.get("at", ""))
    return f"{form.url(after=form.after, article=form.article_id)}{anchor}"


# Adding and editing -------------------------------------------------------------------------------


@require_POST
def add(request: AdminRequest, article_id: int) -> HttpResponse:
    """Add a pasted address to an article; where its title cannot be read, ask for it."""
    _require(request, ADD)
    article = _article(rows.known_id(article_id))
    form = PastedForm(request.POST)
    outcome = None
    if form.is_valid():
        try:
            outcome = pasting.paste(article=article, by=request.user, **form.cleaned_data)
        except pasting.UnreadableError as error:
            form.add_error("title", f"{error} Write the title as it stands there.")
        except (CurationRefused, ValidationError) as error:
            form.add_errors_of(error)
    if outcome is None:
        if _is_script(request):
            problems = {name: " ".join(texts) for name, texts in form.errors.items()}
            return JsonResponse({"problems": problems}, status=422)
        return _one_article(request, article, pasted=form)
    said = f"{outcome.said} {outcome.remark}".strip()
    if _is_script(request):
        state = rows.state_after(request, outcome.changed, notes={})
        return JsonResponse({"message": said, "failed": False, **state})
    messages.success(request, said)
    return redirect(f"{reverse('news_related')}?article={article.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AdminRequest, link_id: int) -> HttpResponse:
    """Say better what a link is called, who published it and when."""
    _require(request, CHANGE)
    links = RelatedLink.objects.select_related("article").defer(
        *(f"article__{name}" for name in ("body", "opinion", "action", "to_do"))
    )
    link = get_object_or_404(links, pk=rows.known_id(link_id))
    form = LinkForm(request.POST if request.method == "POST" else None, instance=link)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in form.fields}
        try:
            outcome = decisions.edit(link_id=link.pk, by=request.user, **values)
        except CurationRefused as refusal:
            raise Http404 from refusal
        messages.success(request, outcome.said or "Nothing was changed.")
        return redirect(f"{reverse('news_related')}?article={link.article_id}#link-{link.pk}")
    return render(
        request,
        "news/admin/related/edit.html",
        {"form": form, "link": link},
        status=422 if form.errors else 200,
    )
