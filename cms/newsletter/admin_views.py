"""Taking over subscribers, in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from wagtail.models import Site

from cms.newsletter import importing

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest


class ImportForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label="CSV file",
        help_text="In UTF-8, at most 10 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )


@require_http_methods(["GET", "POST"])
def import_subscribers(request: AdminRequest) -> HttpResponse:
    """Ask for a file, and report what became of each of its lines."""
    if not request.user.has_perm(importing.PERMISSION):
        raise PermissionDenied
    sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if sent else ImportForm()
    report = None
    if sent and form.is_valid():
        content = form.cleaned_data["file"].read(importing.LARGEST + 1)
        try:
            report = importing.import_csv(
                content=content, by=request.user, site=Site.objects.get(is_default_site=True)
            )
        except importing.ImportRefusedError as refusal:
            form.add_error("file", str(refusal))
    return render(
        request,
        "newsletter/admin/import.html",
        {"form": form, "report": report},
    )
