"""Documents, as whoever may have them gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from wagtail.documents.views import serve as wagtail_documents

from cms.core import shared_passwords

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def document(request: HttpRequest, document_id: int, document_filename: str) -> HttpResponse:
    """Wagtail's answer, which says what caches on the way may do with it."""
    response: HttpResponse = wagtail_documents.serve(request, document_id, document_filename)
    # Whether it is for everybody or not, Wagtail looks for in the session, and only where it must.
    may_be_kept = "private, no-store" if request.session.accessed else "no-cache"
    response.headers.setdefault("Cache-Control", may_be_kept)
    return response


# In place of Wagtail's, of the same names: these take numbers of any length for a document's.
urlpatterns = [
    path("<int:document_id>/<path:document_filename>", document, name="wagtaildocs_serve"),
    path(
        "authenticate_with_password/<int:restriction_id>/",
        shared_passwords.for_documents,
        name="wagtaildocs_authenticate_with_password",
    ),
]
