"""Representatives, petitions and letters in the admin."""

from __future__ import annotations

from django.utils.translation import ngettext
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, UpdatedAtColumn
from wagtail.snippets.views.snippets import DeleteView, SnippetViewSet, SnippetViewSetGroup

from advocacy.choosers import NameChooserViewSet
from advocacy.models import Letter, Petition, Representative


class ContentViewSet(SnippetViewSet):
    """What the three lists have in common."""

    # The database searches: these lists are short, and a search server may be down.
    search_backend_name = None
    chooser_viewset_class = NameChooserViewSet
    # Wagtail's copy view writes over the original when a form is sent to its own address, and asks
    # for no right to change it.
    copy_view_enabled = False


class PetitionDeleteView(DeleteView):
    """Says what deleting a petition does to the articles that name it."""

    @property
    def confirmation_message(self) -> str:
        """The question, and the way that loses nothing."""
        count = self.usage.count() if self.usage else 0
        if not count:
            return "Are you sure you want to delete this petition?"
        places = ngettext("one place", "%(count)d places", count) % {"count": count}
        return (
            f"This petition is used in {places}. If you delete it, nothing stands there any more. "
            "To keep those places whole, set its status to Closed or Archived instead. "
            "Are you sure you want to delete it?"
        )


class RepresentativeFilters(WagtailFilterSet):
    """By office, state, party, and whether they are published."""

    class Meta:
        model = Representative
        fields = ["office", "state", "party", "live"]


class RepresentativeViewSet(ContentViewSet):
    """The registry."""

    model = Representative
    icon = "user"
    menu_label = "Representatives"
    list_display = [
        "name",
        Column("seat", label="Seat", accessor="seat"),
        Column("office", label="Office", accessor="get_office_display", sort_key="office"),
        "party",
        BooleanColumn("in_office", label="In office", accessor="is_in_office"),
        BooleanColumn("live", label="Published", sort_key="live"),
        UpdatedAtColumn(),
    ]
    list_per_page = 50
    ordering = ["last_name", "first_name", "pk"]
    filterset_class = RepresentativeFilters
    search_fields = ["name", "bioguide", "other_office"]


class PetitionFilters(WagtailFilterSet):
    """By status, and whether they are published."""

    class Meta:
        model = Petition
        fields = ["status", "live"]


class PetitionViewSet(ContentViewSet):
    """The petitions."""

    model = Petition
    icon = "clipboard-list"
    menu_label = "Petitions"
    list_display = [
        "title",
        Column("status", label="Status", accessor="get_status_display", sort_key="status"),
        Column("confirmed_count", label="Signatures", sort_key="confirmed_count"),
        Column("goal", label="Goal", sort_key="goal"),
        Column("closes_on", label="Closes", sort_key="closes_on"),
        BooleanColumn("live", label="Published", sort_key="live"),
        UpdatedAtColumn(),
    ]
    filterset_class = PetitionFilters
    search_fields = ["title", "summary"]
    delete_view_class = PetitionDeleteView


class LetterFilters(WagtailFilterSet):
    """By whether they are published."""

    class Meta:
        model = Letter
        fields = ["live"]


class LetterViewSet(ContentViewSet):
    """The letters."""

    model = Letter
    icon = "mail"
    menu_label = "Letters"
    list_display = [
        "title",
        "subject",
        BooleanColumn("live", label="Published", sort_key="live"),
        UpdatedAtColumn(),
    ]
    filterset_class = LetterFilters
    search_fields = ["title", "subject", "body"]


class AdvocacyViewSetGroup(SnippetViewSetGroup):
    """One menu item for what campaigners keep."""

    items = (RepresentativeViewSet, PetitionViewSet, LetterViewSet)
    menu_label = "Advocacy"
    menu_icon = "megaphone"
    menu_name = "advocacy"
    menu_order = 320
