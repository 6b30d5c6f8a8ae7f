"""Representatives, petitions and letters in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import cached_property
from django.utils.translation import ngettext
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, UpdatedAtColumn
from wagtail.admin.widgets import Button
from wagtail.snippets.views.snippets import (
    CreateView,
    DeleteView,
    EditView,
    IndexView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from advocacy.choosers import NameChooserViewSet
from advocacy.models import Delivery, Letter, Petition, Representative
from advocacy.views.campaign import CampaignView
from cms.core.row_ids import row_id

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ContentViewSet(SnippetViewSet):
    """What the three lists have in common."""

    # The database searches: these lists are short, and a search server may be down.
    search_backend_name = None
    chooser_viewset_class = NameChooserViewSet
    # Wagtail's copy view writes over the original when a form is sent to its own address, and asks
    # for no right to change it.
    copy_view_enabled = False


class PetitionEditView(EditView):
    """Leads to the campaign, which Wagtail calls inspecting."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Wagtail's, with our name for one of them."""
        return list(map(as_campaign, super().header_more_buttons))


class PetitionIndexView(IndexView):
    """Leads to each petition's campaign."""

    def get_list_more_buttons(self, instance: Petition) -> list[Button]:
        """Wagtail's, with our name for one of them."""
        return list(map(as_campaign, super().get_list_more_buttons(instance)))


def as_campaign(button: Button) -> Button:
    """The same button; the one to Wagtail's inspect view is called what it is here."""
    if "/inspect/" not in (getattr(button, "url", "") or ""):
        return button
    return Button("Campaign", button.url, icon_name="megaphone", priority=1)


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
    inspect_view_enabled = True
    inspect_view_class = CampaignView
    edit_view_class = PetitionEditView
    index_view_class = PetitionIndexView


class DeliveryCreateView(CreateView):
    """Begins with the petition from whose campaign page somebody came."""

    def get_initial_form_instance(self) -> Delivery:
        """A delivery of the petition that the address names."""
        delivery = Delivery()
        found = Petition.objects.filter(pk=row_id(self.request.GET.get("petition", ""))).first()
        if found is not None:
            delivery.petition = found
        return delivery


class DeliveryFilters(WagtailFilterSet):
    """By petition, and how they were brought."""

    class Meta:
        model = Delivery
        fields = ["petition", "way"]


class DeliveryViewSet(ContentViewSet):
    """The handing over of petitions, and the answers."""

    model = Delivery
    icon = "upload"
    menu_label = "Deliveries"
    list_display = [
        Column("petition", label="Petition", accessor="petition"),
        Column("representative", label="To", accessor="representative"),
        Column("delivered_on", label="Delivered", sort_key="delivered_on"),
        Column("way", label="How", accessor="get_way_display"),
        Column("signature_count", label="Signatures", sort_key="signature_count"),
        BooleanColumn("answered", label="Answered", accessor="has_answer"),
    ]
    filterset_class = DeliveryFilters
    search_fields = ["petition__title", "representative__name", "delivered_by"]
    add_view_class = DeliveryCreateView

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """With what the list names, in the same query."""
        return Delivery.objects.select_related("petition", "representative")


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
    """One menu item for what campaigners keep; the ledgers follow, by their orders."""

    items = (PetitionViewSet, DeliveryViewSet, LetterViewSet, RepresentativeViewSet)
    menu_label = "Advocacy"
    menu_icon = "megaphone"
    menu_name = "advocacy"
    menu_order = 320
    submenu_hook = "register_advocacy_menu_item"
