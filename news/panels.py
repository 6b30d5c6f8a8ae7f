"""The editor's own panels: drafting, review and related links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.urls import reverse
from wagtail.admin.panels import Panel
from wagtail.admin.staticfiles import versioned_static
from wagtail.models import Site

if TYPE_CHECKING:
    from news.models.commentary import Section
    from news.models.settings import NewsroomSettings
    from news.reviews import SectionState


class CategoryCheckboxes(forms.CheckboxSelectMultiple):
    """All categories at once: there are few, and choosing is quicker than searching."""


class NewsPanel(Panel):
    """A panel that shows something of the newsroom and edits no field."""

    template_name = ""

    class BoundPanel(Panel.BoundPanel):
        """The panel on one article's form."""

        @property
        def template_name(self) -> str:
            """The panel's own template."""
            return str(self.panel.template_name)

        @property
        def newsroom(self) -> NewsroomSettings:
            """The settings of the site that the article belongs to; all panels of a form share them."""
            from news.models.settings import NewsroomSettings  # noqa: PLC0415 - models load panels

            kept: NewsroomSettings | None = vars(self.form).get("newsroom")
            if kept is None:
                site = (self.instance.get_site() if self.instance.pk else None) or Site.objects.get(
                    is_default_site=True
                )
                kept = self.form.newsroom = NewsroomSettings.for_site(site)
            return kept

        @property
        def may_draft(self) -> bool:
            """Whether this person may have commentary drafted, here and now."""
            return self.newsroom.drafting_enabled and self.request.user.has_perm(
                "news.draft_commentary"
            )


class DraftingPanel(NewsPanel):
    """The head of the Commentary tab: draft all three, what it costs, what is left."""

    template_name = "news/admin/drafting_panel.html"

    class BoundPanel(NewsPanel.BoundPanel):
        """The panel on one article's form."""

        @property
        def media(self) -> forms.Media:
            """The script that asks for drafts and puts them into the form."""
            return forms.Media(
                js=[versioned_static("admin/drafting.js")],
                css={"all": [versioned_static("admin/newsroom.css")]},
            )

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Where to ask, and what the budget allows."""
            from news.drafting import budget  # noqa: PLC0415 - models load panels

            context: dict[str, Any] = super().get_context_data(parent_context)
            context["may_draft"] = self.may_draft
            context["drafting_enabled"] = self.newsroom.drafting_enabled
            if not self.may_draft:
                return context
            parent = getattr(self.form, "parent_page", None)
            context["create_url"] = reverse(
                "news_draft_on_create",
                args=["news", "articlepage", parent.pk if parent is not None else 0],
            )
            context["edit_url"] = reverse("news_draft_on_edit", args=[0])
            context["runs_url"] = reverse("news_draft_runs")
            context["budget"] = budget.status(self.newsroom)
            return context


class SectionPanel(NewsPanel):
    """Below each section: draft it, see where its blocks come from, ask for a review."""

    template_name = "news/admin/section_panel.html"

    def __init__(self, section: Section, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.section = section

    def clone_kwargs(self) -> dict[str, Any]:
        """Keep the section when Wagtail binds the panel to the model."""
        return {**super().clone_kwargs(), "section": self.section}

    class BoundPanel(NewsPanel.BoundPanel):
        """The panel on one article's form."""

        @property
        def states(self) -> dict[Section, SectionState]:
            """How all sections stand; the panels of a form share what was looked up."""
            from news import reviews  # noqa: PLC0415 - models load panels

            kept: dict[Section, SectionState] | None = vars(self.form).get("section_states")
            if kept is None:
                kept = {state.section: state for state in reviews.states_of(self.instance)}
                self.form.section_states = kept
            return kept

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """How the section stands in its latest saved version."""
            from news import reviews  # noqa: PLC0415 - models load panels

            context: dict[str, Any] = super().get_context_data(parent_context)
            section = self.panel.section
            context["section"] = section
            context["may_draft"] = self.may_draft
            context["word_limit"] = self.newsroom.words(section.value)
            if self.instance.pk:
                state = self.states[section]
                context["state"] = state
                context["origins"] = list(state.origins.values())
                context["review_url"] = reverse("news_review", args=[self.instance.pk])
                context["ask_url"] = reverse("news_ask_for_review", args=[self.instance.pk])
                context["reviewers"] = (
                    get_user_model()
                    .objects.filter(pk__in=reviews.reviewers().exclude(pk=self.request.user.pk))
                    .order_by("first_name", "last_name", "username")
                    if state.needs_approval
                    else []
                )
            return context


class RelatedLinksPanel(NewsPanel):
    """What readers see under the article; moderators choose it here as in their queue.

    Nothing in it belongs to the editor's form: each control names another form as its own, and
    ``related.js`` posts what it says. So nothing of it is saved with the article.
    """

    template_name = "news/admin/related_links_panel.html"

    class BoundPanel(NewsPanel.BoundPanel):
        """The panel on one article's form."""

        @property
        def media(self) -> forms.Media:
            """The script and the style of the queue."""
            return forms.Media(
                js=[versioned_static("admin/related.js")],
                css={"all": [versioned_static("admin/related.css")]},
            )

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """The links, and what this person may do with them."""
            from news.curation import rows  # noqa: PLC0415 - models load panels

            context: dict[str, Any] = super().get_context_data(parent_context)
            if self.instance.pk:
                context.update(rows.article_context(self.request, self.instance))
            return context
