"""The form in which campaigners edit a representative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.admin.forms import WagtailAdminModelForm

from advocacy.channels import WrittenBy

if TYPE_CHECKING:
    from advocacy.models import Representative


class RepresentativeForm(WagtailAdminModelForm):
    """Signs each channel with the name of whoever checked it."""

    def save(self, commit: bool = True) -> Representative:
        """Note who touched which channel; those left alone, or only moved, keep their name."""
        formset = getattr(self, "formsets", {}).get("channels")
        if formset is not None:
            for form in formset.forms:
                if set(form.changed_data) - {"ORDER"}:
                    form.instance.checked_by = self.for_user
                    form.instance.written_by = WrittenBy.PERSON
        saved: Representative = super().save(commit=commit)
        return saved
