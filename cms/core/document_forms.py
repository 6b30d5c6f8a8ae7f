"""The form with which documents are uploaded."""

from __future__ import annotations

from wagtail.documents.forms import BaseDocumentForm

from cms.core.uploads import StoringForm


class DocumentForm(StoringForm, BaseDocumentForm):
    """Wagtail's form, which says so where a file cannot be stored."""

    class Meta(BaseDocumentForm.Meta):
        pass
