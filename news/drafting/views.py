"""What the editor's drafting script talks to."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.functional import cached_property
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
INCOMPLETE = "The request was incomplete. Reload the page and try again."


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

    def get_object(self) -> ArticlePage:
        """Drafts are made for articles only."""
        page = super().get_object()
        if not isinstance(page, ArticlePage):
            raise Http404
        return page

    def post(self, request: AdminRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        """Start a run for ``drafting_section``, or with ``drafting_estimate`` say what it costs."""
        section = request.POST.get("drafting_section", "")
        key = _uuid(request.POST.get("drafting_key", ""))
        estimating = request.POST.get("drafting_estimate") == "1"
        if not estimating and (section not in Section.values or key is None):
            return _refusal(INCOMPLETE)
        page, problem = self.page_as_typed(request)
        # An estimate that cannot be made yet is no fault of anybody's.
        status = 200 if estimating else 422
        if problem:
            return _refusal(problem, status=status)
        site = self.site()
        try:
            if key is None or estimating:
                return JsonResponse(estimate(page, NewsroomSettings.for_site(site)))
            run = runs.start(
                page=page, site=site, section=section, key=key, requested_by=request.user
            )
        except runs.DraftRefused as refusal:
            return _refusal(str(refusal), status=status)
        return JsonResponse(as_json(run))

    def page_as_typed(self, request: AdminRequest) -> tuple[ArticlePage, str]:
        """The article with what the form holds, or what stops us from reading it."""
        try:
            form = self.get_form(request.POST)
            self.validate_form(form)
        except (MultiValueDictKeyError, ValueError):
            # Wagtail counts on fields that its own editor always sends.
            return self.object, INCOMPLETE
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
        # Wagtail's preview fills in a title of its own, which is none of the story.
        if not request.POST.get("title", "").strip():
            page.title = ""
        return page, ""

    def site(self) -> Site:
        """The site that the article belongs to, or will."""
        parent = self.object.get_parent() if self.object.path else None
        site = parent.get_site() if parent else None
        return site or Site.objects.get(is_default_site=True)


class DraftOnCreateView(DraftOnEditView, PreviewOnCreateView):
    """The same for an article that was never saved."""

    @cached_property
    def content_type(self) -> ContentType:
        """Articles only; Wagtail would make a page of whatever the address names."""
        asked_for = (self.kwargs["content_type_app_name"], self.kwargs["content_type_model_name"])
        if asked_for != (ArticlePage._meta.app_label, ArticlePage._meta.model_name):
            raise Http404
        return ContentType.objects.get_for_model(ArticlePage)


def estimate(page: ArticlePage, newsroom: NewsroomSettings) -> dict[str, Any]:
    """What each section may cost, in USD, and what is left of the budget."""
    runs.require_switched_on(newsroom)
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
