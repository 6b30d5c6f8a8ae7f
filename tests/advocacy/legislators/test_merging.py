"""What a person wrote stays; what the files say otherwise waits for a decision."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry, Revision

from advocacy import staleness
from advocacy.channels import WrittenBy
from advocacy.models import Channel, Difference, Reason, Representative, SecondLook
from cms.core.models import User
from tests.advocacy.legislators.congress import baldwin, house, imported, in_yaml
from tests.factories.advocacy import ChannelFactory, LetterFactory, RepresentativeFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
LATER = datetime.date(2026, 7, 1)


def entry() -> Representative:
    return Representative.objects.with_channels().get(bioguide="B001230")


def channel(key: str) -> Channel:
    return Channel.objects.get(import_key=key)


def by_hand(key: str, value: str) -> None:
    """Somebody changes a channel in the form."""
    Channel.objects.filter(import_key=key).update(value=value, written_by=WrittenBy.PERSON)


def campaigner() -> User:
    return UserFactory(role="Campaigners")


def waiting() -> dict[str, tuple[str, str]]:
    return {row.key: (row.ours, row.theirs) for row in Difference.objects.open()}


# Without anybody's words --------------------------------------------------------------------------


def test_what_nobody_touched_follows_the_file_and_the_history_says_so() -> None:
    imported(baldwin())
    report = imported(baldwin(phone="202-224-0001", party="Independent", caucus="Democrat"))
    assert len(report.updated) == 1
    assert channel("term/phone").value == "202-224-0001"
    assert entry().party_line == "Independent, caucuses with the Democrats"
    said = ModelLogEntry.objects.filter(action="advocacy.import").latest("pk")
    assert "party" in said.data["words"]
    assert "changed: Phone: 202-224-0001" in said.data["words"]
    assert Difference.objects.count() == 0
    assert Revision.objects.count() == 0


def test_a_channel_that_the_file_drops_goes_and_is_looked_at_again() -> None:
    imported(baldwin())
    LetterFactory(targets=[entry()])
    imported(baldwin(phone=None))
    assert not Channel.objects.filter(kind="phone").exists()
    look = SecondLook.objects.get()
    assert look.reason == Reason.CHANNEL_CHANGED
    assert "202-224-5653" in look.detail


def test_a_file_that_was_not_read_takes_nothing_away() -> None:
    office = {"id": "B001230-madison", "city": "Madison", "state": "WI", "phone": "608-264-5338"}
    offices = in_yaml({"id": {"bioguide": "B001230"}, "offices": [office]})
    imported(baldwin(), offices=offices)
    imported(baldwin())
    assert channel("office/B001230-madison/phone").label == "Madison office"
    broken = in_yaml({"id": {"bioguide": "B001230"}, "offices": [{"id": "x y"}]})
    assert imported(baldwin(), offices=broken).refused != []
    assert channel("office/B001230-madison/phone").value == "608-264-5338"
    imported(baldwin(), offices=in_yaml({"id": {"bioguide": "B001230"}, "offices": []}))
    assert not Channel.objects.filter(import_key__startswith="office/").exists()


# A person's words ---------------------------------------------------------------------------------


def test_a_persons_channel_is_kept_and_the_difference_is_told_until_it_is_gone() -> None:
    imported(baldwin())
    by_hand("term/phone", "202-224-9999")
    report = imported(baldwin())
    assert len(report.conflicting) == 1
    assert channel("term/phone").value == "202-224-9999"
    assert waiting() == {"channel:term/phone": ("202-224-9999", "202-224-5653")}
    imported(baldwin(phone="202-224-9999"))
    assert waiting() == {}


def test_a_persons_field_is_kept_and_the_difference_is_told() -> None:
    imported(baldwin())
    Representative.objects.update(party="Progressive", website="https://example.org")
    imported(baldwin())
    assert entry().party == "Progressive"
    assert waiting() == {
        "party": ("Progressive", "Democrat"),
        "website": ("https://example.org", "https://www.baldwin.senate.gov"),
    }


def test_a_channel_that_a_person_took_out_stays_out() -> None:
    imported(baldwin())
    channel("term/phone").delete()
    for _ in range(2):
        assert imported(baldwin()).updated == []
    assert waiting() == {}
    imported(baldwin(phone="202-224-0001"))
    assert not Channel.objects.filter(kind="phone").exists()
    assert waiting() == {"channel:term/phone": ("", "202-224-0001")}


def test_an_entry_made_by_hand_is_taken_up_and_filled_in_without_doubles() -> None:
    person = RepresentativeFactory(
        bioguide="B001230", name="Tammy Baldwin", first_name="Tammy", last_name="Baldwin", party=""
    )
    ChannelFactory(representative=person, value="202-224-5653", label="Call her")
    ChannelFactory(
        representative=person,
        kind="post",
        value="141 Hart Senate Office Building, Washington, DC 20510",
    )
    ChannelFactory(representative=person, kind="email", value="tip@example.org")
    imported(baldwin())
    kept = entry()
    assert kept.slug == person.slug
    assert kept.party == "Democrat"
    assert sorted(c.kind for c in kept.channels.all()) == ["email", "form", "phone", "post"]
    assert channel("term/phone").label == "Call her"
    assert channel("term/phone").written_by == WrittenBy.PERSON
    assert waiting() == {}


def test_the_form_makes_a_channel_a_persons(client: Client) -> None:
    imported(baldwin())
    client.force_login(campaigner())
    address = reverse(Representative.snippet_viewset.get_url_name("edit"), args=[entry().pk])
    form = client.get(address).context["form"]
    data = {
        f.html_name: "" if f.value() is None else str(f.value())
        for sub in (form, *form.formsets["channels"].forms)
        for f in sub
        if f.html_name
    }
    data |= {
        f"channels-{name}": str(value) for name, value in (("TOTAL_FORMS", 3), ("INITIAL_FORMS", 3))
    }
    phone = next(k for k, v in data.items() if v == "202-224-5653")
    data[phone] = "202-224-9999"
    data = {k: v for k, v in data.items() if not k.endswith("-DELETE")}
    client.post(address, {**data, "action-publish": "yes"})
    assert channel("term/phone").value == "202-224-9999"
    assert channel("term/phone").written_by == WrittenBy.PERSON
    assert channel("term/post").written_by == WrittenBy.IMPORT
    imported(baldwin(phone="202-224-0001"))
    assert channel("term/phone").value == "202-224-9999"


def test_an_import_is_not_set_back_by_a_draft_that_is_published_later() -> None:
    imported(baldwin())
    draft = entry()
    draft.leadership = "Chair of everything"
    draft.save_revision()
    imported(baldwin(phone="202-224-0001", party="Independent"))
    assert entry().leadership == ""
    entry().get_latest_revision().publish()
    assert entry().leadership == "Chair of everything"
    assert entry().party == "Independent"
    assert channel("term/phone").value == "202-224-0001"
    assert Channel.objects.filter(kind="phone").count() == 1
    assert imported(baldwin(phone="202-224-0001", party="Independent")).updated == []


def test_what_is_not_published_stays_so() -> None:
    imported(baldwin())
    Representative.objects.update(live=False)
    imported(baldwin(phone="202-224-0001"))
    assert not entry().live


# Deciding -----------------------------------------------------------------------------------------


def decided(client: Client, do: str, user: User | None = None) -> str:
    client.force_login(user or campaigner())
    row = Difference.objects.get()
    address = reverse("advocacy_decide_difference", args=[row.pk])
    return client.post(address, {"do": do}, follow=True).content.decode()


def test_taking_a_difference_over_publishes_it_and_the_import_keeps_it(client: Client) -> None:
    imported(baldwin())
    by_hand("term/phone", "202-224-9999")
    imported(baldwin())
    LetterFactory(targets=[entry()])
    assert "published as the file has it" in decided(client, "accept")
    taken = channel("term/phone")
    assert (taken.value, taken.written_by) == ("202-224-5653", WrittenBy.IMPORT)
    assert waiting() == {}
    assert SecondLook.objects.get().reason == Reason.CHANNEL_CHANGED
    imported(baldwin(phone="202-224-0001"))
    assert channel("term/phone").value == "202-224-0001"


def test_a_field_a_missing_channel_and_a_channel_gone_are_taken_over(client: Client) -> None:
    imported(baldwin())
    Representative.objects.update(term_ends=datetime.date(2029, 1, 3))
    imported(baldwin())
    decided(client, "accept")
    assert entry().term_ends == datetime.date(2031, 1, 3)
    channel("term/phone").delete()
    imported(baldwin(phone="202-224-0001"))
    decided(client, "accept")
    assert channel("term/phone").value == "202-224-0001"
    by_hand("term/phone", "202-224-0003")
    imported(baldwin(phone=None))
    decided(client, "accept")
    assert not Channel.objects.filter(kind="phone").exists()
    assert imported(baldwin(phone=None)).updated == []
    assert waiting() == {}


def test_a_dismissed_difference_is_told_again_only_when_the_file_changes(client: Client) -> None:
    imported(baldwin())
    by_hand("term/phone", "202-224-9999")
    imported(baldwin())
    decided(client, "dismiss")
    assert imported(baldwin()).conflicting == []
    assert waiting() == {}
    assert len(imported(baldwin(phone="202-224-0001")).conflicting) == 1
    assert waiting() == {"channel:term/phone": ("202-224-9999", "202-224-0001")}
    decided(client, "dismiss")
    text = client.get(f"{reverse('advocacy_differences')}?dismissed").content.decode()
    assert "202-224-0001" in text
    decided(client, "reopen")
    assert len(waiting()) == 1


def test_nothing_is_taken_over_beside_a_draft_or_against_the_rules(client: Client) -> None:
    imported(baldwin())
    by_hand("term/phone", "202-224-9999")
    imported(baldwin())
    entry().save_revision()
    assert "There is a draft of" in decided(client, "accept")
    assert channel("term/phone").value == "202-224-9999"
    Representative.objects.update(has_unpublished_changes=False, district="7")
    assert "would not be in order with it" in decided(client, "accept")
    assert len(waiting()) == 1


def test_only_those_who_publish_the_registry_decide(client: Client) -> None:
    imported(baldwin())
    by_hand("term/phone", "202-224-9999")
    imported(baldwin())
    for role in ("Editors", "Reviewers", "Moderators"):
        decided(client, "accept", UserFactory(role=role))
        assert (
            "Take it over"
            not in client.get(reverse("advocacy_differences"), follow=True).content.decode()
        )
    assert len(waiting()) == 1
    client.force_login(campaigner())
    assert client.post(reverse("advocacy_decide_difference", args=[2**70])).status_code == 404
    row = Difference.objects.get()
    assert client.post(reverse("advocacy_decide_difference", args=[row.pk])).status_code == 400
    assert (
        reverse("advocacy_differences") in client.get(reverse("wagtailadmin_home")).content.decode()
    )


# Leaving ------------------------------------------------------------------------------------------


def test_whoever_the_file_names_no_more_has_left_and_is_not_deleted() -> None:
    imported(baldwin(), house(1))
    LetterFactory(title="Writes", targets=[entry()])
    report = imported(house(1), today=LATER)
    assert report.left == ["Senator Tammy Baldwin (WI)"]
    assert entry().left_office_on == LATER
    assert entry().live
    assert SecondLook.objects.get().reason == Reason.LEFT_OFFICE
    assert imported(house(1), today=LATER).left == []


def test_whoever_is_named_again_is_back_unless_a_person_said_when_they_left() -> None:
    imported(baldwin(), house(1))
    imported(house(1), today=LATER)
    imported(baldwin(), house(1))
    assert entry().left_office_on is None
    Representative.objects.filter(bioguide="B001230").update(left_office_on=LATER)
    imported(baldwin(), house(1))
    assert entry().left_office_on == LATER
    assert waiting() == {"left_office_on": ("2026-07-01", "in office")}


def test_a_person_says_that_somebody_has_not_left() -> None:
    imported(baldwin(), house(1))
    imported(house(1), today=LATER)
    Representative.objects.update(left_office_on=None)
    report = imported(house(1), today=LATER)
    assert report.left == []
    assert len(report.conflicting) == 1
    assert entry().left_office_on is None


def test_a_file_that_is_cut_off_lets_nobody_leave() -> None:
    imported(*(house(number) for number in range(1, 31)))
    report = imported(*(house(number) for number in range(1, 11)))
    assert report.left == []
    assert any("probably cut off" in line for line in report.refused)
    assert Representative.objects.in_office().count() == 30


def test_whose_entry_is_refused_has_not_left() -> None:
    imported(baldwin(), house(1))
    report = imported(baldwin(state="XX"), house(1))
    assert len(report.refused) == 1
    assert report.left == []
    broken = {**baldwin(), "id": {}}
    assert imported(broken, house(1)).left == []


def test_a_seat_that_nobody_takes_is_vacant_and_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("advocacy.legislators.departures.HOUSE_SEATS", {"CA": 12})
    monkeypatch.setattr("advocacy.legislators.departures.FILLED", 0.5)
    imported(*(house(number) for number in range(1, 13)))
    person = Representative.objects.get(district="3")
    LetterFactory(targets=[person])
    report = imported(*(house(n) for n in range(1, 13) if n != 3), today=LATER)
    assert any(line.startswith("CA-3 (held by Ada Young3 until") for line in report.vacant)
    reasons = set(SecondLook.objects.values_list("reason", flat=True))
    assert reasons == {Reason.LEFT_OFFICE, Reason.SEAT_VACANT}
    assert (
        staleness.settle(
            rows=list(SecondLook.objects.values_list("pk", flat=True)), user=campaigner()
        )
        == 2
    )


def test_another_number_for_the_same_office_is_a_difference_and_no_second_number() -> None:
    person = RepresentativeFactory(
        bioguide="B001230", name="Tammy Baldwin", first_name="Tammy", last_name="Baldwin"
    )
    ChannelFactory(representative=person, value="202-224-9999", label="Washington office")
    ChannelFactory(
        representative=person, kind="form", value="http://baldwin.senate.gov/feedback/", label="Us"
    )
    imported(baldwin())
    assert Channel.objects.filter(kind__in=["phone", "form"]).count() == 2
    assert waiting() == {"channel:term/phone": ("202-224-9999", "202-224-5653")}
    assert channel("term/phone").place == "washington"
