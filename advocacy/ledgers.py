"""Who signed what, for campaigners, and what was taken out of the count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import SimpleListFilter, display
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Q, QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from wagtail.admin import messages
from wagtail_modeladmin.options import modeladmin_register

from advocacy import invalidations, signed_list
from advocacy.campaign_forms import InvalidationForm
from advocacy.forms import countries
from advocacy.models import ChannelReport, Invalidation, Petition, Signature, SignatureStatus
from cms.core.ledgers import Ledger, LedgerIndexView, LedgerInspectView
from cms.core.mail import address_key
from cms.core.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from cms.core.requests import AdminRequest

# A list is counted, and can be leafed through, as far as this. Whoever wants more filters.
COUNTED = 10_000
SOMEBODY = "a name, an address or a ZIP code"
CHOOSE_A_PETITION = "Choose one petition in the filter first."


class CountedSoFar(QuerySet[Signature]):
    """Signatures whose number is not counted beyond what anybody would leaf through."""

    _counted: int | None = None

    def count(self) -> int:
        """At most one more than ``COUNTED``; the database stops there. Asked once."""
        if self.query.is_sliced:
            return super().count()
        if self._counted is None:
            self._counted = self.order_by()[: COUNTED + 1].count()
        return self._counted

    def in_all(self) -> int:
        """The true number."""
        return super().count()


class CountryFilter(SimpleListFilter):
    """By country. Django's own filter would read every row to find out which there are."""

    title = "country"
    parameter_name = "country"
    template = "advocacy/admin/folded_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """All countries of the form."""
        return countries()

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Signature]
    ) -> QuerySet[Signature] | None:
        """Those from one country."""
        return queryset.filter(country=self.value()) if self.value() else None


class SignatureIndexView(LedgerIndexView):
    """The list at any length; what is listed can be exported, and taken out of the count."""

    request: AdminRequest
    FORMATS = ("csv",)
    INVALIDATE_VAR, NUMBER_VAR = "invalidate", "number"
    NOT_NAMED = (LedgerIndexView.EXPORT_VAR, INVALIDATE_VAR, "petition__id__exact")
    IGNORED_PARAMS = (*LedgerIndexView.IGNORED_PARAMS, INVALIDATE_VAR, NUMBER_VAR)
    # Newest first, and only so: any other order would sort a million rows.
    sortable_by = ()

    def get_base_queryset(self, request: HttpRequest | None = None) -> QuerySet[Signature]:
        """Counted no further than anybody leafs."""
        return CountedSoFar(model=Signature)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Signature]) -> list[str]:
        """By the key, which is the order of signing and has an index."""
        return ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Signature], search_term: str
    ) -> QuerySet[Signature]:
        """A whole address by the index; anything else as part of a name, address or ZIP code."""
        if self.NUMBER_VAR in request.GET:
            queryset = queryset.filter(pk=row_id(request.GET[self.NUMBER_VAR]))
        term = search_term.strip()
        if not term:
            return queryset
        local, _, domain = term.rpartition("@")
        if local and domain:
            return queryset.filter(email_key=address_key(term))
        return queryset.filter(
            Q(name__icontains=term) | Q(email__icontains=term) | Q(postal_code__startswith=term)
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, its export, or the question whether it shall be invalid."""
        exporting = request.GET.get(self.EXPORT_VAR) in self.FORMATS
        if not self.permission_helper.user_can_list(request.user) or (
            exporting and not request.user.has_perm(signed_list.PERMISSION)
        ):
            raise PermissionDenied
        if exporting and request.method != "POST":
            # That somebody took a list is written down, so a link that is followed takes none.
            rest = request.GET.copy()
            del rest[self.EXPORT_VAR]
            return redirect(f"{self.index_url}?{rest.urlencode()}")
        if request.method == "POST" and not exporting and self.INVALIDATE_VAR not in request.GET:
            return redirect(self.index_url)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """``dispatch`` of modeladmin has made the queryset by now."""
        if self.INVALIDATE_VAR in request.GET:
            return self._invalidate()
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The second press."""
        return self._invalidate()

    def as_spreadsheet(self, queryset: CountedSoFar, spreadsheet_format: str) -> Any:
        """Stream what is listed, after writing down who takes it."""
        petition = self.petition
        if petition is None:
            messages.error(self.request, CHOOSE_A_PETITION)
            return redirect(self.index_url)
        signed_list.note_export(
            petition=petition,
            by=self.request.user,
            kind="The ledger of signatures",
            chosen_by=self.filter_in_words,
            count=queryset.in_all(),
        )
        return StreamingHttpResponse(
            self.stream_csv(queryset.iterator(chunk_size=2000)),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": 'attachment; filename="signatures.csv"',
                "Cache-Control": "no-store, private",
            },
        )

    def get_heading(self, queryset: Any, field: str) -> str:
        """The field's own name."""
        return str(label_for_field(field, Signature)).capitalize()

    @property
    def petition(self) -> Petition | None:
        """The one petition that the list is filtered by; None where there is none."""
        asked = self.request.GET
        if self.NUMBER_VAR in asked:
            return Petition.objects.filter(signatures=row_id(asked[self.NUMBER_VAR])).first()
        return Petition.objects.filter(pk=row_id(asked.get("petition__id__exact", ""))).first()

    @property
    def filter_in_words(self) -> str:
        """What the list is narrowed down by, as it stands in the petition's history."""
        asked = {
            name: value
            for name, value in self.request.GET.items()
            if name not in {*self.NOT_NAMED, self.PAGE_VAR} and value
        }
        # A history is kept for good, and no signer stands in it; where mail came from may.
        term = str(asked.pop(self.SEARCH_VAR, "")).strip()
        parts = [f"{name.split('__')[0]}: {value}" for name, value in asked.items()]
        if term:
            parts.insert(0, f"search: {term if term.startswith('@') else SOMEBODY}")
        return ", ".join(parts)[:500] or "all of this petition"

    @property
    def may_export(self) -> bool:
        """Whether the list offers its export."""
        return bool(self.request.user.has_perm(signed_list.PERMISSION))

    @property
    def may_invalidate(self) -> bool:
        """Whether the list offers to take what it shows out of the count."""
        return bool(self.request.user.has_perm(invalidations.PERMISSION))

    @property
    def invalidate_url(self) -> str:
        """Where the listed signatures are taken out of the count."""
        return str(self.get_query_string({self.INVALIDATE_VAR: "1"}))

    @property
    def counted(self) -> int:
        """How far the number above the list is true."""
        return COUNTED

    def _invalidate(self) -> HttpResponse:
        request = self.request
        petition = self.petition
        if petition is None:
            messages.error(request, CHOOSE_A_PETITION)
            return redirect(self.index_url)
        if not invalidations.may_invalidate(request.user, petition):
            raise PermissionDenied
        chosen = Signature.objects.filter(
            pk__in=self.queryset.order_by().values("pk"),
            petition=petition,
            status__in=[SignatureStatus.PENDING, SignatureStatus.CONFIRMED],
        )
        form = InvalidationForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            # Whoever signed after the question was asked is not meant by the answer.
            try:
                done = invalidations.invalidate(
                    petition=petition,
                    chosen=chosen.filter(pk__lte=form.cleaned_data["last"]),
                    reason=form.cleaned_data["reason"],
                    chosen_by=self.filter_in_words,
                    by=request.user,
                )
            except invalidations.NothingToInvalidateError as refusal:
                messages.error(request, str(refusal))
                return redirect(self.index_url)
            messages.success(
                request,
                f"{done.count} signatures are invalid now; {done.counted} of them had counted.",
            )
            return redirect("advocacy_invalidation_modeladmin_inspect", done.pk)
        last = chosen.aggregate(last=Max("pk"))["last"] or 0
        if not form.is_bound:
            form = InvalidationForm(initial={"last": last})
        return render(
            request,
            "advocacy/admin/invalidate.html",
            {
                "view": self,
                "petition": petition,
                "form": form,
                "total": chosen.count(),
                "counted": chosen.confirmed().count(),
                "examples": chosen.order_by("-pk")[:10],
            },
        )


class SignatureInspectView(LedgerInspectView):
    """One signature, and the way to take it out of the count."""

    request: AdminRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where that is done; blank for whoever may not, and where it is done already."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        may = self.instance.status != SignatureStatus.INVALID and invalidations.may_invalidate(
            self.request.user, self.instance.petition
        )
        address = f"{self.url_helper.index_url}?number={self.instance.pk}&invalidate=1"
        context["invalidate_address"] = address if may else ""
        return context


@modeladmin_register
class SignatureLedger(Ledger):
    """Every signature, whatever it counts for."""

    model = Signature
    index_view_class = SignatureIndexView
    inspect_view_class = SignatureInspectView
    inspect_template_name = "advocacy/admin/signature_record.html"
    narrow_columns = ("status", "created_at")
    menu_label = "Signatures"
    menu_icon = "edit"
    menu_order = 10
    add_to_admin_menu = False
    list_display = ("who", "petition", "status", "created_at")
    list_filter = ("status", "petition", "created_at", CountryFilter, "wants_newsletter")
    list_select_related = ("petition",)
    list_per_page = 50
    search_fields = ("name", "email", "postal_code")
    list_export = (
        "name",
        "email",
        "country",
        "postal_code",
        "comment",
        "status",
        "wants_outcome",
        "wants_newsletter",
        "created_at",
        "confirmed_at",
    )
    inspect_view_fields = (
        "name",
        "email",
        "petition",
        "status",
        "country",
        "postal_code",
        "comment",
        "wants_outcome",
        "wants_newsletter",
        "created_at",
        "confirmed_at",
        "invalidation",
        "anonymised_at",
    )

    @display(description="Name")
    def who(self, signature: Signature) -> str:
        """The signer's name, or that it has been forgotten."""
        return signature.name or "Anonymised"


class InvalidationInspectView(LedgerInspectView):
    """One invalidation, and the button that undoes it."""

    request: AdminRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Undo it."""
        invalidation: Invalidation = self.instance
        if not invalidations.may_invalidate(self.request.user, invalidation.petition):
            raise PermissionDenied
        try:
            count = invalidations.undo(invalidation=invalidation, by=self.request.user)
        except invalidations.AlreadyUndoneError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{count} signatures are back as they were.")
        return redirect("advocacy_invalidation_modeladmin_inspect", invalidation.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether whoever looks may undo it."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["may_undo"] = self.instance.undone_at is None and invalidations.may_invalidate(
            self.request.user, self.instance.petition
        )
        return context


@modeladmin_register
class InvalidationLedger(Ledger):
    """What was taken out of the count: by whom, why, and whether it was put back."""

    model = Invalidation
    inspect_view_class = InvalidationInspectView
    inspect_template_name = "advocacy/admin/invalidation_record.html"
    narrow_columns = ("done_at", "count", "counted", "undone_at")
    menu_label = "Invalidated"
    menu_icon = "cross"
    menu_order = 12
    add_to_admin_menu = False
    list_display = ("done_at", "petition", "reason", "count", "counted", "done_by", "undone_at")
    list_filter = ("petition", "done_at")
    list_select_related = ("petition", "done_by")
    inspect_view_fields = (
        "petition",
        "reason",
        "chosen_by",
        "count",
        "counted",
        "done_at",
        "done_by",
        "undone_at",
        "undone_by",
    )


@modeladmin_register
class ChannelReportLedger(Ledger):
    """Contacts that readers reported to be wrong; whoever may decide does so on a report's page."""

    model = ChannelReport
    menu_label = "Reported contacts"
    menu_icon = "warning"
    menu_order = 14
    add_to_admin_menu = False
    list_display = ("representative", "what", "problem", "times", "status", "last_reported_at")
    list_filter = ("status", "problem", "kind", "last_reported_at")
    list_select_related = ("representative",)
    search_fields = ("representative__name", "value", "remarks")
    inspect_template_name = "advocacy/admin/channel_report.html"
