"""Strangers' files: refused by name and line, and the rest is imported."""

from __future__ import annotations

from typing import Any

import pytest

from advocacy.legislators.files import FileRefusedError, read_forms, read_yaml
from advocacy.models import Channel, Representative
from tests.advocacy.legislators.congress import baldwin, house, imported, in_yaml

BOMB = b"- &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"- &%c [%s]\n" % (b, b", ".join([b"*%c" % (b - 1)] * 9)) for b in range(98, 106)
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BOMB, "Line 2: aliases are not followed"),
        (b"- id: {bioguide: &x B001230}\n- id: {bioguide: *x}\n", "Line 2: aliases"),
        (b"- id: [\n", "this is no YAML"),
        (b"- id: a\n  b: c: d\n", "Line 2: this is no YAML"),
        (b"- !!python/object/apply:os.system ['true']\n", "Line 1: this is no YAML"),
        (b"id: x\n", "Line 1: this is not a list"),
        (b"", "Line 1: this is not a list"),
        (b"just words", "Line 1: this is not a list"),
        (b"- a\n---\n- b\n", "this is no YAML"),
        (b"- a\n- \xff\n", "Line 2: this is not UTF-8"),
        (b"- a\n- b\x00c\n", "This is no YAML"),
        (b"[" * 20, "Line 1: too many lists"),
        (b"[" * 100_000, "Line 1: "),
        (b"x" * (32 * 1024 * 1024 + 1), "longer than"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefusedError, match=reason):
        read_yaml(content)


def test_entries_know_the_line_on_which_they_begin() -> None:
    records = read_yaml(b"# a word before\n- id: 1\n  name: x\n- id: 2\n\n- [3]\n- 4\n")
    assert [record.line for record in records] == [2, 4, 6, 7]


def test_a_broken_line_of_a_table_is_refused_and_the_others_are_read() -> None:
    table = b'bioguide,contact_form\nA000001,https://x.gov\nB000001\nC000001,a,b\n"D\n'
    records, refused = read_forms(table)
    assert [record.line for record in records] == [2]
    assert [line.split(":")[0] for line in refused] == ["Line 3", "Line 4", "Line 5"]


@pytest.mark.parametrize("table", [b"", b"bioguide\n", b"a,b\n1,2\n", b"\xff"])
def test_a_table_without_its_columns_is_refused(table: bytes) -> None:
    with pytest.raises(FileRefusedError):
        read_forms(table)


def without(key: str) -> dict[str, Any]:
    member = baldwin()
    del member[key]
    return member


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (without("name"), "B001230: name: field required"),
        (without("terms"), "Tammy Baldwin B001230: "),
        (without("id"), "Tammy Baldwin: id: field required"),
        ({**baldwin(), "terms": []}, "Tammy Baldwin B001230: "),
        ({**baldwin(), "id": {"bioguide": "x"}}, "id.bioguide"),
        (baldwin(state="XX"), "Tammy Baldwin (B001230): 'XX' is no state that we know."),
        (baldwin(state="PR"), "Puerto Rico has no senators"),
        (baldwin(type="king"), "B001230: term"),
        (baldwin(start="soon"), "B001230: term"),
        (baldwin(type="rep"), "a member of the House without a district"),
        (baldwin(type="rep", district=9), "WI has no district 9"),
        (baldwin(type="rep", district=0), "WI has no district 0"),
        (baldwin(type="rep", district=-1), "district"),
        (baldwin(party="x" * 61), "party"),
        (baldwin(party="Demo\x07crat"), "party"),
        (baldwin(end="2024-01-03"), "before the day on which the term begins"),
        ("only words", "unnamed: "),
        (None, "unnamed: "),
        (["a"], "unnamed: "),
        ({"id": 5, "name": 6}, "unnamed: "),
    ],
)
def test_a_member_who_is_not_in_order_is_refused_by_line_and_the_rest_imported(
    member: Any, reason: str
) -> None:
    report = imported(house(1), member, house(2))
    assert len(report.refused) == 1
    line = in_yaml(house(1)).count(b"\n") + 1
    assert report.refused[0].startswith(f"Line {line}: ")
    assert reason in report.refused[0]
    assert sorted(Representative.objects.values_list("district", flat=True)) == ["1", "2"]


@pytest.mark.django_db
def test_a_member_who_stands_twice_is_imported_once() -> None:
    report = imported(baldwin(), baldwin(party="Independent"))
    assert len(report.refused) == 1
    assert "Tammy Baldwin B001230: stands on line 1 already." in report.refused[0]
    assert Representative.objects.get().party == "Democrat"


@pytest.mark.django_db
def test_side_files_that_cannot_be_read_are_refused_and_members_imported() -> None:
    report = imported(baldwin(), offices=BOMB, social=b"\xff", forms=b"a,b\n")
    assert [line.split(":")[0] for line in report.refused] == [
        "The file of offices",
        "The file of social",
        "The file of contact forms",
    ]
    assert Representative.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "form",
    [
        "stubforcwc",
        "hhttps://www.baldwin.senate.gov/x",
        "https://google.com",
        "https://www.baldwin.senate.gov.evil.example/",
        "https://evilbaldwin.senate.gov/",
        "https://www.baldwin.senate.gov@evil.example/",
        "javascript:alert(1)",
        "http://[",
        "//www.baldwin.senate.gov/",
        "https://senate.gov/",
    ],
)
def test_a_form_elsewhere_is_not_taken(form: str) -> None:
    report = imported(baldwin(contact_form=form))
    assert not Channel.objects.filter(kind="form").exists()
    assert report.refused == []
    assert any("is not taken" in line for line in report.passed_over)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "form",
    [
        "https://baldwin.senate.gov/feedback",
        "http://www.baldwin.senate.gov/feedback",
        "https://forms.baldwin.senate.gov/",
        "https://outreach.senate.gov/iqextranet/x",
    ],
)
def test_a_form_on_the_own_host_or_the_senates_is_taken(form: str) -> None:
    imported(baldwin(contact_form=None), forms=f"bioguide,contact_form\nB001230,{form}\n".encode())
    assert Channel.objects.get(kind="form").value == form


@pytest.mark.django_db
def test_other_values_that_no_channel_holds_are_named_and_left_out() -> None:
    report = imported(baldwin(phone="call us", fax="1", url="javascript:alert(1)"))
    assert sum("is not taken" in line for line in report.passed_over) == 3
    assert Representative.objects.get().website == ""
    assert set(Channel.objects.values_list("kind", flat=True)) == {"post"}


@pytest.mark.django_db
def test_accounts_become_addresses_and_names_that_are_none_are_left_out() -> None:
    accounts = {
        "twitter": "@SenatorBaldwin",
        "facebook": "../evil",
        "youtube": "one",
        "youtube_id": "UC_x",
        "mastodon": "@tammy@Mastodon.Social",
    }
    imported(baldwin(), social=in_yaml({"id": {"bioguide": "B001230"}, "social": accounts}))
    assert set(Channel.objects.filter(kind="social").values_list("value", flat=True)) == {
        "https://x.com/SenatorBaldwin",
        "https://www.youtube.com/channel/UC_x",
        "https://mastodon.social/@tammy",
    }
