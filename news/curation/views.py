"""The moderators' queue, and the same list beside an article in the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from news import link_checks
from news.curation import decisions, pasting, queue, rows, undoing
from news.curation.asking import Asked, ask
from news.curation.decisions import CurationRefused, Outcome
from news.curation.forms import ChoiceForm, LinkForm, PastedForm
from news.curation.queue import State
from news.likeness import suggesting
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
            "articles": queue.articles_to_choose(),
            "publishers": queue.publishers_to_choose(),
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
        return decisions.move(link_id=next(iter(asked.seen)), to=asked.to, seen=asked.order, by=by)
    if asked.verb == "reject":
        return decisions.reject(seen=asked.seen, because=asked.because, by=by)
    if asked.verb == "check":
        return _check(request, asked)
    simple = {
        "approve": decisions.approve,
        "put_back": decisions.put_back,
        "keep": decisions.keep,
        "remove": decisions.remove,
    }
    return simple[asked.verb](seen=asked.seen, by=by)


def _check(request: AdminRequest, asked: Asked) -> Outcome:
    if len(asked.seen) > link_checks.MOST_NOW:
        raise CurationRefused(f"Tick {link_checks.MOST_NOW} links at most to have them checked.")
    report = link_checks.check_now(asked.seen, by=request.user)
    rows_now = RelatedLink.objects.filter(pk__in=asked.seen)
    messages_now = dict(rows_now.exclude(check_message="").values_list("pk", "check_message"))
    well = report.checked - len(messages_now)
    words = [f"{well} of {report.checked} checked answer{'s' if well == 1 else ''}."]
    if report.left:
        words.append(f"{report.left} could not be checked now; try again later.")
    return Outcome(said=" ".join(words), missed=messages_now, is_report=True)


def _answer(
    request: AdminRequest, outcome: Outcome, seen: Iterable[int], *, refusal: str = ""
) -> HttpResponse:
    """What changed, for the script; without it, a message and the same place in the list."""
    touched = list(dict.fromkeys([*seen, *outcome.changed, *outcome.missed]))
    said = " ".join(filter(None, [refusal or outcome.said, outcome.remark]))
    if outcome.missed and len(touched) == 1:
        said = next(iter(outcome.missed.values()))
    elif outcome.missed and not outcome.is_report:
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
    return redirect(_back(request, touched))


def _is_script(request: AdminRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _back(request: AdminRequest, touched: list[int]) -> str:
    """The list that the button stood in, at the link; in the queue, it has gone to another tab."""
    form = ChoiceForm(request.GET)
    link = RelatedLink.objects.filter(pk__in=touched[:1]).first()
    place = ""
    if link is not None:
        place = f"#link-{link.pk}" if form.article_id else f"#article-{link.article_id}"
    return f"{form.url(after=form.after, article=form.article_id)}{place}"


# Looking for suggestions --------------------------------------------------------------------------


@require_POST
def suggest(request: AdminRequest, article_id: int) -> HttpResponse:
    """Look for suggestions for one article now."""
    _require(request, CHANGE)
    article = _article(rows.known_id(article_id))
    waiting = RelatedLink.objects.filter(article=article, status=RelatedLink.Status.SUGGESTED)
    before = set(waiting.values_list("pk", flat=True))
    change = suggesting.suggest_now(article)
    if change.added:
        said = f"{change.added} new suggestion{'' if change.added == 1 else 's'}."
    elif change.waiting:
        said = "Nothing new; what waits here is still the best there is."
    else:
        said = "Nothing that is known is like this article. Suggestions come with new stories."
    if _is_script(request):
        after = waiting.order_by("-score", "pk").values_list("pk", flat=True)
        state = rows.state_after(request, list(dict.fromkeys([*after, *before])), notes={})
        return JsonResponse({"message": said, "failed": False, **state})
    messages.success(request, said)
    return redirect(f"{reverse('news_related')}?article={article.pk}")


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
            problems = {name: " ".join(map(str, texts)) for name, texts in form.errors.items()}
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
