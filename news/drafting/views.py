"""What the editor's drafting script talks to."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.views.pages.preview import PreviewOnCreateView, PreviewOnEditView
from wagtail.models import Site

from news.drafting import budget, runs, stream
from news.models import ArticlePage
from news.models.commentary import DraftRun, Section
from news.models.settings import NewsroomSettings

if TYPE_CHECKING:
    from cms.core.requests import AdminRequest

# A poll asks for the three sections of a page, perhaps a few repeats; not for a whole history.
KEYS_AT_MOST = 20


class DraftOnEditView(PreviewOnEditView):
    """Asks for a draft from the form as it stands, unsaved text and all.

    It stands on Wagtail's preview view, which reads the form without saving it and lets required
    fields be blank.
    """

    http_method_names = ["post"]

    def setup(self, request: AdminRequest, *args: Any, **kwargs: Any) -> None:
        """Refuse before anything is read."""
        if not request.user.has_perm(runs.PERMISSION):
            raise PermissionDenied
        super().setup(request, *args, **kwargs)
        if not isinstance(self.object, ArticlePage):
            raise PermissionDenied

    def post(self, request: AdminRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        """Start a run for ``drafting_section``, or with ``drafting_estimate`` say what it costs."""
        section = request.POST.get("drafting_section", "")
        estimating = request.POST.get("drafting_estimate") == "1"
        if not estimating and section not in Section.values:
            return _refusal("There is no such section.")
        page, problem = self.page_as_typed(request)
        if problem:
            return _refusal(problem)
        site = self.site()
        try:
            if estimating:
                return JsonResponse(estimate(page, NewsroomSettings.for_site(site)))
            run = runs.start(
                page=page,
                site=site,
                section=section,
                key=uuid.UUID(request.POST.get("drafting_key", "")),
                requested_by=request.user,
            )
        except runs.DraftRefused as refusal:
            return _refusal(str(refusal))
        except ValueError:
            return _refusal("The request was incomplete. Reload the page and try again.")
        return JsonResponse(as_json(run))

    def page_as_typed(self, request: AdminRequest) -> tuple[ArticlePage, str]:
        """The article with what the form holds, or what stops us from reading it."""
        form = self.get_form(request.POST)
        self.validate_form(form)
        wrong = [
            f"{form.fields[name].label}: {message}"
            for name in ("body", *Section.values)
            if name in form.errors
            for message in form.errors[name]
        ]
        if wrong:
            return self.object, "Please correct this first. " + " ".join(wrong)
        page: ArticlePage = self.object
        for name, value in form.cleaned_data.items():
            if name in {"categories", "tags"}:
                continue
            if name in {field.name for field in page._meta.concrete_fields}:
                setattr(page, name, value)
        if "categories" in form.cleaned_data:
            page.categories = form.cleaned_data["categories"]
        return page, ""

    def site(self) -> Site:
        """The site that the article belongs to, or will."""
        parent = self.object.get_parent() if self.object.path else None
        site = parent.get_site() if parent else None
        return site or Site.objects.get(is_default_site=True)


class DraftOnCreateView(DraftOnEditView, PreviewOnCreateView):
    """The same for an article that was never saved."""


def estimate(page: ArticlePage, newsroom: NewsroomSettings) -> dict[str, Any]:
    """What each section would cost at most, in USD, and what is left of the budget."""
    money = budget.status(newsroom)
    sections = {
        section: runs.prepare(page=page, section=section, newsroom=newsroom).estimate
        for section in Section.values
    }
    total = sum(sections.values(), Decimal(0))
    return {
        "sections": {section: f"{amount:.4f}" for section, amount in sections.items()},
        "all": f"{total:.4f}",
        "left": f"{money.left:.2f}",
        "enough": money.allows(total),
    }


@never_cache
@require_GET
def run_states(request: AdminRequest) -> JsonResponse:
    """How the runs named by ``key`` stand; one's own only."""
    keys = [key for text in request.GET.getlist("key")[:KEYS_AT_MOST] if (key := _uuid(text))]
    own = DraftRun.objects.filter(key__in=keys, requested_by=request.user)
    return JsonResponse({"runs": [as_json(run) for run in own]})


@require_POST
def cancel_run(request: AdminRequest, key: uuid.UUID) -> JsonResponse:
    """Give up one's own run."""
    run = DraftRun.objects.filter(key=key, requested_by=request.user).first()
    if run is None:
        return _refusal("There is no such draft of yours.", status=404)
    runs.cancel(run=run, cancelled_by=request.user)
    run.refresh_from_db()
    return JsonResponse(as_json(run))


def as_json(run: DraftRun) -> dict[str, Any]:
    """A run as the script reads it; the blocks only when it is ready."""
    ready = run.status == DraftRun.Status.READY
    return {
        "key": str(run.key),
        "section": run.section,
        "status": run.status,
        "finished": run.is_finished,
        "message": run.failure_message,
        "cost": f"{run.cost:.4f}",
        "findings": run.findings if ready else [],
        "blocks": stream.form_state(run.section, run.blocks) if ready else [],
    }


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _refusal(message: str, *, status: int = 422) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)
