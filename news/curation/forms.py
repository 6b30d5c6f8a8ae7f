"""What the queue reads from outside: the choice of links, a pasted address, a corrected link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.admin.widgets import AdminDateTimeInput

from cms.core.row_ids import row_id
from news.curation.queue import Choice, State
from news.curation.reading import LONGEST_PUBLISHER, LONGEST_TITLE
from news.models import RelatedLink

if TYPE_CHECKING:
    from collections.abc import Mapping

AGES = {"1": "one day", "3": "three days", "7": "a week", "30": "a month"}


class ChoiceForm(forms.Form):
    """Which links to show. What is no choice is left out, never an error."""

    text = forms.CharField(required=False, max_length=200, label="Search")
    title = forms.CharField(
        required=False,
        max_length=255,
        label="Article",
        widget=forms.TextInput({"list": "dt-articles", "autocomplete": "off"}),
    )
    publisher = forms.CharField(
        required=False,
        max_length=LONGEST_PUBLISHER,
        widget=forms.TextInput({"list": "dt-publishers", "autocomplete": "off"}),
    )
    age = forms.ChoiceField(
        required=False,
        label="Not older than",
        choices=[("", "any age"), *AGES.items()],
    )

    def __init__(self, asked: Mapping[str, str]) -> None:
        super().__init__(asked)
        self.is_valid()

    @property
    def state(self) -> State:
        """The tab."""
        asked = self.data.get("state", "")
        return State(asked) if asked in list(State) else State.SUGGESTED

    @property
    def article_id(self) -> int:
        """The one article, or 0."""
        return row_id(self.data.get("article", ""))

    @property
    def after(self) -> int:
        """The article after which the page begins, or 0."""
        return row_id(self.data.get("after", ""))

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the tab was chosen."""
        return any(self.cleaned_data.values())

    @property
    def choice(self) -> Choice:
        """What was chosen."""
        chosen = self.cleaned_data
        return Choice(
            state=self.state,
            title=chosen.get("title", ""),
            publisher=chosen.get("publisher", ""),
            days=int(chosen.get("age") or 0),
            text=chosen.get("text", ""),
        )

    def url(self, *, state: str = "", after: int = 0, article: int = 0) -> str:
        """The queue with this choice, perhaps another state or further down."""
        asked: dict[str, Any] = {
            "article": article,
            "state": state or self.state.value,
            **self.cleaned_data,
            "after": after,
        }
        if article:
            asked = {"article": article}
        kept = {name: value for name, value in asked.items() if value}
        return f"{reverse('news_related')}?{urlencode(kept)}"


class PastedForm(forms.Form):
    """An address for an article; the rest is read there, or typed where that fails."""

    address = forms.CharField(max_length=8000, label="Address")
    title = forms.CharField(required=False, max_length=LONGEST_TITLE)
    publisher = forms.CharField(required=False, max_length=LONGEST_PUBLISHER)

    def add_errors_of(self, error: Exception) -> None:
        """Put a refusal beside the field that it is about, as far as this form has it."""
        if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
            for name, problems in error.message_dict.items():
                self.add_error(name if name in self.fields else "address", problems)
        else:
            self.add_error("address", str(error))


class LinkForm(forms.ModelForm[RelatedLink]):
    """What a link is called, who published it and when."""

    class Meta:
        model = RelatedLink
        fields: ClassVar[list[str]] = ["title", "publisher", "published_at"]
        widgets: ClassVar[dict[str, Any]] = {"published_at": AdminDateTimeInput}
