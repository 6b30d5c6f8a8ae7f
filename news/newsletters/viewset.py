"""Issues in the admin: the list, the form, and the page from which one is sent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.widgets import Button
from wagtail.log_actions import log
from wagtail.snippets.views.snippets import (
    CreateView,
    EditView,
    IndexView,
    InspectView,
    SnippetViewSet,
)

from cms.newsletter import mailings
from news.models.issues import Audience, Issue, IssueStatus
from news.newsletters import composing, rendering, sending

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest

SCHEDULED_MEANWHILE = (
    "This issue was scheduled while you had it open, and goes out as it was then. Nothing was saved;"
    " what you typed is still here. Take the issue off the schedule in another window, then save."
)
SAVED_MEANWHILE = (
    "Somebody saved this issue while you had it open. Nothing was saved now; what you typed is still"
    " here. Look at theirs in another window. Save once more to put yours in its place."
)
SENT_MEANWHILE = (
    "The issue was sent while you had it open, and readers got it as it was. What you typed is kept in"
    " this new draft: send it, or delete it."
)
BY_HAND = (Audience.WEEKLY, Audience.DAILY, Audience.EVERYBODY)


class IssueForm(WagtailAdminModelForm):
    """An issue composed by hand, or one that composed itself and was not sent."""

    # What was stored when the form was opened.
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = _stored(self.instance) if self.instance.pk else ""
        if (audience := self.fields.get("audience")) is None:
            return
        if self.instance.period:
            audience.choices = [(self.instance.audience, self.instance.get_audience_display())]
        else:
            audience.choices = [(choice.value, choice.label) for choice in BY_HAND]


Issue.base_form_class = IssueForm


class IssueIndexView(IndexView):
    """The list, which offers to begin an issue for each kind of readers."""

    request: AdminRequest

    @property
    def header_more_buttons(self) -> list[Button]:
        """Compose for daily readers, or for everybody; the button beside it is for weekly ones."""
        buttons = list(super().header_more_buttons)
        add = self.get_add_url()
        if add:
            buttons += [
                Button(
                    f"Compose for {audience.label.lower()}",
                    f"{add}?{urlencode({'audience': audience.value})}",
                    icon_name="mail",
                    priority=20,
                )
                for audience in BY_HAND[1:]
            ]
        return buttons


class IssueCreateView(CreateView):
    """Begins with what was published since the last issue for the same readers."""

    request: AdminRequest

    def get_initial_form_instance(self) -> Issue:
        """For weekly readers, unless the address names others."""
        asked = self.request.GET.get("audience", "")
        audience = Audience(asked) if asked in BY_HAND else Audience.WEEKLY
        return composing.prefilled(audience, by=self.request.user)

    def get_success_url(self) -> str:
        """The page from which it is tested and sent."""
        return page_of(self.object)


class IssueEditView(EditView):
    """Edits a draft; see the hook ``before_edit_snippet`` for all others."""

    request: AdminRequest

    def form_valid(self, form: IssueForm) -> HttpResponse:
        """Save it, unless it has become another meanwhile: then nothing that was typed is lost."""
        with transaction.atomic():
            row = Issue.objects.select_for_update(of=("self",)).get(pk=self.object.pk)
            if row.status == IssueStatus.BEGUN:
                return self._keep_as_another(form)
            seen = form.cleaned_data["seen"]
            if row.status == IssueStatus.SCHEDULED:
                form.add_error(None, SCHEDULED_MEANWHILE)
            elif seen and seen != _stored(row):
                form.add_error(None, SAVED_MEANWHILE)
                # Whoever has read this and saves once more has chosen.
                form.data = form.data.copy()
                form.data[form.add_prefix("seen")] = _stored(row)
            else:
                response: HttpResponse = super().form_valid(form)
                return response
        self.produced_error_code = "validation_error"
        self.produced_error_message = self.get_error_message()
        refused: HttpResponse = self.form_invalid(form)
        return refused

    def _keep_as_another(self, form: IssueForm) -> HttpResponse:
        typed = form.instance
        kept = Issue.objects.create(
            audience=typed.audience if typed.audience in BY_HAND else Audience.WEEKLY,
            subject=typed.subject,
            preheader=typed.preheader,
            introduction=typed.introduction,
            content=typed.content,
            covers_until=typed.covers_until,
            created_by=self.request.user,
        )
        log(kept, "wagtail.create", user=self.request.user)
        messages.warning(self.request, SENT_MEANWHILE)
        return redirect(page_of(kept))

    def get_success_url(self) -> str:
        """The page from which it is tested and sent."""
        return page_of(self.object)


class IssueView(InspectView):
    """How an issue looks, to how many it goes, what became of it, and what can be done now."""

    request: AdminRequest
    page_title = "Issue"
    template_name = "news/admin/issue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A draft is rendered, so what is wrong with it is seen here first."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        issue: Issue = self.object
        context.update(
            issue=issue,
            is_draft=issue.status == IssueStatus.DRAFT,
            is_scheduled=issue.status == IssueStatus.SCHEDULED,
            may_edit=self.request.user.has_perm("news.change_issue"),
            may_send=self.request.user.has_perm(sending.PERMISSION),
            report=mailings.report(issue.mailing) if issue.mailing else None,
            mailing=issue.mailing,
        )
        if issue.status != IssueStatus.BEGUN:
            try:
                rendered = rendering.render(issue)
            except rendering.IssueBrokenError as error:
                context["broken"] = str(error)
            else:
                message = rendering.specimen(rendered)
                context.update(
                    subject=message.subject,
                    text=message.body,
                    receivers=sending.receivers(issue, rendered),
                )
        return context


def _stored(issue: Issue) -> str:
    """A digest of what editors write of an issue, as it is in the database."""
    row = Issue.objects.get(pk=issue.pk)
    written = (row.audience, row.subject, row.preheader, row.introduction)
    content = row.content.stream_block.get_prep_value(row.content)
    return hashlib.sha256(repr((written, content)).encode()).hexdigest()


def page_of(issue: Issue) -> str:
    """The admin's address of an issue."""
    return reverse(Issue.snippet_viewset.get_url_name("inspect"), args=[issue.pk])


class IssueViewSet(SnippetViewSet):
    """Issues of the newsletter."""

    model = Issue
    icon = "mail"
    menu_label = "Newsletter issues"
    menu_order = 345
    index_view_class = IssueIndexView
    add_view_class = IssueCreateView
    edit_view_class = IssueEditView
    inspect_view_class = IssueView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_admin_menu = True
    list_display = [
        "__str__",
        Column("get_audience_display", label="For"),
        Column("get_status_display", label="State", sort_key="status"),
        DateColumn("scheduled_for", label="Scheduled for", sort_key="scheduled_for"),
        DateColumn("begun_at", label="Sent", sort_key="begun_at"),
    ]
    list_filter = ["audience", "status"]
    list_per_page = 50
    search_backend_name = None
    search_fields = ["subject", "name"]
