"""The registry, petitions and letters as campaigners keep them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.models import Site
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from advocacy.models import (
    AdvocacySettings,
    Letter,
    Petition,
    PetitionTarget,
    Representative,
)
from cms.core.models import User
from tests.factories.advocacy import (
    ChannelFactory,
    LetterFactory,
    PetitionFactory,
    RepresentativeFactory,
    SignatureFactory,
)

pytestmark = pytest.mark.django_db
Login = Callable[..., Client]


@pytest.fixture
def login(client: Client) -> Login:
    """Log somebody in who may do exactly what is named, besides entering the admin."""

    def enter(*permissions: str) -> Client:
        user = User.objects.create_user("somebody", password="x")
        group = Group.objects.create(name="Somebody")
        for name in ("wagtailadmin.access_admin", *permissions):
            app_label, codename = name.split(".")
            group.permissions.add(
                Permission.objects.get(content_type__app_label=app_label, codename=codename)
            )
        user.groups.add(group)
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def campaigner(login: Login) -> Client:
    kinds = ("representative", "petition", "letter")
    actions = ("add", "change", "delete", "publish", "view", "lock", "unlock")
    names = [f"advocacy.{action}_{kind}" for kind in kinds for action in actions]
    return login(*names, "advocacy.view_signature")


def url(model: type, action: str, *args: object) -> str:
    return reverse(model.snippet_viewset.get_url_name(action), args=args)  # type: ignore[attr-defined]


def representative_form(**changed: object) -> dict[str, str]:
    values = {
        "name": "Tammy Baldwin",
        "slug": "tammy-baldwin",
        "first_name": "Tammy",
        "last_name": "Baldwin",
        "bioguide": "B001230",
        "office": "senator",
        "state": "WI",
        "district": "",
        "other_title": "",
        "other_office": "",
        "party": "Democrat",
        "caucus": "",
        "website": "",
        "channels": inline_formset(
            [
                {
                    "kind": "phone",
                    "label": "Washington office",
                    "value": "202-224-5653",
                    "source_address": "https://www.baldwin.senate.gov",
                    "checked_on": "2026-06-15",
                }
            ]
        ),
        "action-publish": "yes",
        **changed,
    }
    return nested_form_data(values)


def petition_form(target: Representative, **changed: object) -> dict[str, str]:
    values = {
        "title": "Finish the lead pipes",
        "slug": "finish-the-lead-pipes",
        "summary": "Every lead line out in ten years.",
        "ask": rich_text("<p>Keep the deadline.</p>"),
        "target_rows": inline_formset([{"representative": str(target.pk)}]),
        "status": "open",
        "goal": "1000",
        "outcome": rich_text(""),
        "action-publish": "yes",
        **changed,
    }
    return nested_form_data(values)


# Editing ------------------------------------------------------------------------------------------


def test_a_representative_is_published_with_channels_signed_by_who_checked_them(
    campaigner: Client,
) -> None:
    answer = campaigner.post(url(Representative, "add"), representative_form())
    assert answer.status_code == 302, answer.context["form"].errors
    representative = Representative.objects.get()
    assert representative.live
    channel = representative.channels.get()
    assert channel.checked_by == User.objects.get(username="somebody")


def test_only_a_channel_that_was_touched_changes_its_signature(campaigner: Client) -> None:
    campaigner.post(url(Representative, "add"), representative_form())
    representative = Representative.objects.get()
    other = User.objects.create_user("other")
    representative.channels.update(checked_by=other)
    untouched = representative.channels.get()
    row = {
        "id": str(untouched.pk),
        "kind": "phone",
        "label": untouched.label,
        "value": untouched.value,
        "source_address": untouched.source_address,
        "checked_on": "2026-06-15",
    }
    new = {"kind": "post", "label": "", "value": "141 Hart Building, Washington, DC 20510"}
    data = representative_form(channels=inline_formset([row, new], initial=1))
    data["channels-0-id"] = str(untouched.pk)
    answer = campaigner.post(url(Representative, "edit", representative.pk), data)
    assert answer.status_code == 302, answer.context["form"].errors
    signed = {c.kind: c.checked_by for c in representative.channels.all()}
    assert signed == {"phone": other, "post": User.objects.get(username="somebody")}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"district": "3"}, "Senators stand for the whole state"),
        ({"office": "representative"}, "Give the number of the district; 0 is at large."),
        (
            {
                "channels": inline_formset(
                    [{"kind": "form", "label": "", "value": "hhttps://baldwin.senate.gov"}]
                )
            },
            "Use an address that begins with http:// or https://.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    campaigner: Client, changed: dict[str, object], words: str
) -> None:
    answer = campaigner.post(url(Representative, "add"), representative_form(**changed))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert words in html
    assert "Tammy Baldwin" in html
    assert not Representative.objects.exists()


def test_a_petition_is_published_and_can_be_signed(campaigner: Client) -> None:
    target = RepresentativeFactory.create()
    answer = campaigner.post(url(Petition, "add"), petition_form(target))
    assert answer.status_code == 302, answer.context["form"].errors
    petition = Petition.objects.get()
    assert petition.is_open
    assert petition.targets == [target]


def test_a_petition_asks_somebody(campaigner: Client) -> None:
    target = RepresentativeFactory.create()
    data = petition_form(target, target_rows=inline_formset([]))
    answer = campaigner.post(url(Petition, "add"), data)
    assert answer.status_code == 200
    assert not Petition.objects.exists()


def test_a_draft_is_kept_without_being_seen(campaigner: Client, client: Client) -> None:
    data = petition_form(RepresentativeFactory.create())
    del data["action-publish"]
    campaigner.post(url(Petition, "add"), data)
    petition = Petition.objects.get()
    assert not petition.live
    assert client.get(petition.get_absolute_url()).status_code == 404


def test_nothing_is_written_over_through_a_copy(campaigner: Client) -> None:
    petition = PetitionFactory.create()
    address = url(Petition, "edit", petition.pk).replace("/edit/", "/copy/")
    assert campaigner.post(address, {"title": "Another"}).status_code == 404


def test_a_letter_with_an_unknown_token_is_refused_by_its_name(campaigner: Client) -> None:
    data = nested_form_data(
        {
            "title": "A letter",
            "slug": "a-letter",
            "subject": "Please",
            "body": "{salutation}, {nmae}",
            "target_rows": inline_formset([]),
            "action-publish": "yes",
        }
    )
    answer = campaigner.post(url(Letter, "add"), data)
    assert "{nmae}" in answer.content.decode()
    assert not Letter.objects.exists()


@pytest.mark.parametrize("model", [Representative, Petition, Letter])
def test_every_kind_is_previewed_as_readers_will_see_it(
    campaigner: Client, model: type[Petition]
) -> None:
    target = RepresentativeFactory.create(last_name="Previewed")
    ChannelFactory.create(representative=target)
    made = {
        Representative: lambda: target,
        Petition: lambda: PetitionFactory.create(live=False, targets=[target]),
        Letter: lambda: LetterFactory.create(targets=[target]),
    }[model]()
    made.save_revision()
    answer = campaigner.get(url(model, "revisions_view", made.pk, made.latest_revision_id))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Senator Tammy Previewed" in html
    assert "not published" not in html
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("model", [Representative, Petition, Letter])
def test_what_was_never_saved_is_previewed_with_half_its_fields_blank(
    campaigner: Client, model: type[Petition]
) -> None:
    blank = inline_formset([])
    rows = "channels" if model is Representative else "target_rows"
    half = {
        "title": "Half",
        "name": "Half",
        "office": "senator",
        "status": "open",
        "goal": "10",
        "slug": "half",
        "state": "WI",
    }
    texts = {"ask": rich_text(""), "outcome": rich_text("")}
    address = url(model, "preview_on_add")
    posted = campaigner.post(address, nested_form_data({**half, **texts, rows: blank}))
    assert posted.json()["is_valid"], posted.json()
    answer = campaigner.get(address, {"mode": ""})
    assert answer.status_code == 200
    assert "Half" in answer.content.decode()


def test_a_draft_may_still_lack_whom_it_asks(campaigner: Client) -> None:
    data = petition_form(RepresentativeFactory.create(), target_rows=inline_formset([]))
    del data["action-publish"]
    answer = campaigner.post(url(Petition, "add"), data)
    assert answer.status_code == 302, answer.context["form"].formsets["target_rows"].errors
    assert not Petition.objects.get().live


def test_history_usage_and_comparison_open(campaigner: Client) -> None:
    petition = PetitionFactory.create(targets=[RepresentativeFactory.create()])
    first = petition.save_revision()
    petition.title = "Another title"
    second = petition.save_revision()
    for action, args in (
        ("history", [petition.pk]),
        ("usage", [petition.pk]),
        ("revisions_compare", [petition.pk, first.pk, second.pk]),
        ("edit", [petition.pk]),
    ):
        assert campaigner.get(url(Petition, action, *args)).status_code == 200


# Lists and choosers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "factory"),
    [
        (Representative, RepresentativeFactory),
        (Petition, PetitionFactory),
        (Letter, LetterFactory),
    ],
)
def test_a_list_costs_the_same_for_three_and_for_thirty(
    campaigner: Client, model: type, factory: type[PetitionFactory]
) -> None:
    def queries() -> int:
        campaigner.get(url(model, "list"))
        with CaptureQueriesContext(connection) as captured:
            assert campaigner.get(url(model, "list")).status_code == 200
        return len(captured)

    factory.create_batch(3)
    few = queries()
    factory.create_batch(17)
    assert queries() <= few + 1


@pytest.mark.parametrize("query", ['"', "'", "%", "bald\x00win", "a" * 10_000, "(OR", "baldwin ww"])
@pytest.mark.parametrize("model", [Representative, Petition, Letter])
def test_whatever_is_searched_for_in_lists_and_choosers_is_no_error(
    campaigner: Client, model: type, query: str
) -> None:
    choose = model.snippet_viewset.chooser_viewset  # type: ignore[attr-defined]
    for address in (
        url(model, "list"),
        url(model, "list_results"),
        reverse(choose.get_url_name("choose")),
        reverse(choose.get_url_name("choose_results")),
    ):
        assert campaigner.get(address, {"q": query}).status_code == 200


def test_a_chooser_finds_by_words_in_any_order(campaigner: Client) -> None:
    RepresentativeFactory.create(first_name="Tammy", last_name="Baldwin")
    RepresentativeFactory.create(first_name="Tammy", last_name="Duckworth")
    choose = Representative.snippet_viewset.chooser_viewset
    html = campaigner.get(
        reverse(choose.get_url_name("choose_results")), {"q": "baldwin tam"}
    ).content.decode()
    assert "Tammy Baldwin" in html
    assert "Duckworth" not in html


# Deleting -----------------------------------------------------------------------------------------


def test_a_petition_that_people_signed_is_not_deleted_and_the_way_out_is_named(
    campaigner: Client,
) -> None:
    petition = PetitionFactory.create(title="Signed by many")
    SignatureFactory.create(petition=petition)
    for method in (campaigner.get, campaigner.post):
        html = method(url(Petition, "delete", petition.pk), follow=True).content.decode()
        assert "People have signed “Signed by many”" in html
        assert "Archived" in html
    assert Petition.objects.filter(pk=petition.pk).exists()


def test_signed_petitions_are_not_deleted_in_bulk_either(campaigner: Client) -> None:
    signed, unsigned = SignatureFactory.create().petition, PetitionFactory.create()
    address = reverse("wagtail_bulk_action", args=["advocacy", "petition", "delete"])
    campaigner.post(f"{address}?id={signed.pk}&id={unsigned.pk}")
    assert Petition.objects.count() == 2


def test_before_a_petition_in_use_is_deleted_its_places_are_counted_and_named(
    campaigner: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # What points at what is noted then.
        petition = PetitionFactory.create(title="In use")
        settings = AdvocacySettings.for_site(Site.objects.get(is_default_site=True))
        settings.default_petition = petition
        settings.save()
        PetitionFactory.create(successor=petition)
    html = campaigner.get(url(Petition, "delete", petition.pk)).content.decode()
    assert "This petition is used in 2 places." in html
    assert "Closed or Archived" in html
    assert url(Petition, "usage", petition.pk) in html
    campaigner.post(url(Petition, "delete", petition.pk))
    settings.refresh_from_db()
    assert settings.default_petition is None


def test_a_representative_who_is_asked_for_something_cannot_be_deleted(campaigner: Client) -> None:
    representative = RepresentativeFactory.create()
    PetitionFactory.create(targets=[representative])
    html = campaigner.get(url(Representative, "delete", representative.pk)).content.decode()
    assert "prevent it from being deleted" in html
    campaigner.post(url(Representative, "delete", representative.pk))
    assert Representative.objects.exists()
    assert PetitionTarget.objects.exists()


# Ledger -------------------------------------------------------------------------------------------


LEDGER = "advocacy_signature_modeladmin_index"


def test_the_signatures_are_listed_filtered_searched_and_looked_into(campaigner: Client) -> None:
    ada = SignatureFactory.create(name="Ada Lovelace", confirmed=True, comment="Because.")
    SignatureFactory.create(name="Bob Pending")
    index = reverse(LEDGER)
    assert "Bob Pending" in campaigner.get(index).content.decode()
    confirmed = campaigner.get(index, {"status__exact": "confirmed"}).content.decode()
    assert "Ada Lovelace" in confirmed
    assert "Bob Pending" not in confirmed
    assert "Bob Pending" not in campaigner.get(index, {"q": ada.email}).content.decode()
    inspect = reverse("advocacy_signature_modeladmin_inspect", args=[ada.pk])
    assert "Because." in campaigner.get(inspect).content.decode()


@pytest.mark.parametrize("action", ["create", "edit", "delete"])
def test_the_signatures_are_not_edited(campaigner: Client, action: str) -> None:
    signature = SignatureFactory.create()
    args = [] if action == "create" else [signature.pk]
    address = reverse(f"advocacy_signature_modeladmin_{action}", args=args)
    for method in (campaigner.get, campaigner.post):
        assert method(address).status_code in {302, 403}
    signature.refresh_from_db()


def test_who_may_not_view_signatures_sees_none(login: Login) -> None:
    signature = SignatureFactory.create(name="Ada Lovelace")
    client = login("advocacy.view_petition", "advocacy.delete_signature", "advocacy.add_signature")
    for address in (
        reverse(LEDGER),
        reverse("advocacy_signature_modeladmin_inspect", args=[signature.pk]),
    ):
        answer = client.get(address, follow=True)
        assert "Ada Lovelace" not in answer.content.decode()


def test_the_ledger_costs_the_same_for_three_and_for_thirty(campaigner: Client) -> None:
    def queries() -> int:
        campaigner.get(reverse(LEDGER))
        with CaptureQueriesContext(connection) as captured:
            campaigner.get(reverse(LEDGER))
        return len(captured)

    petition = PetitionFactory.create()
    SignatureFactory.create_batch(3, petition=petition)
    few = queries()
    SignatureFactory.create_batch(27, petition=petition)
    assert queries() == few


@pytest.mark.parametrize("query", ['"', "%", "a\x00b", "a" * 10_000])
def test_whatever_is_searched_for_in_the_ledger_is_no_error(campaigner: Client, query: str) -> None:
    for asked in ({"q": query}, {"status__exact": query}):
        assert campaigner.get(reverse(LEDGER), asked).status_code == 200


def test_a_petition_s_day_is_the_newsroom_s_day() -> None:
    petition = PetitionFactory.build(closes_on=timezone.localdate())
    assert petition.is_open
