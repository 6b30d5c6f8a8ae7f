"""The forms with which campaigners run a petition."""

from __future__ import annotations

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from advocacy.models import Notice, Petition
from cms.core.forms import PlainTextField


class OutcomeForm(WagtailAdminModelForm):
    """What came of a petition."""

    class Meta:
        model = Petition
        fields = ["outcome"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].required = True
        self.fields["outcome"].error_messages["required"] = "Tell those who signed what came of it."


class NoticeForm(forms.ModelForm[Notice]):
    """What those who signed are told."""

    subject = PlainTextField(max_length=160)
    text = PlainTextField(
        multiline=True,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Plain text. Links stand in it as they are. Below it follow a link to the "
        "petition, one to what we keep of the signer, and one that ends the notices.",
    )

    class Meta:
        model = Notice
        fields = ["subject", "text"]


class InvalidationForm(forms.Form):
    """Why signatures are taken out of the count."""

    reason = PlainTextField(
        max_length=300,
        help_text="For your colleagues and for whoever asks later. Name no signer.",
        error_messages={"required": "Say why."},
    )
    last = forms.IntegerField(widget=forms.HiddenInput)
