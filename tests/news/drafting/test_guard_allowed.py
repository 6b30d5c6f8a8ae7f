"""What may stand in a published text: the registry's contacts and the source's, and honest links."""

from __future__ import annotations

from functools import lru_cache

import pytest

from news.drafting.guard import AllowedContacts, FindingKind, Severity, allowed, violations

REGISTRY = [
    "(202) 224-5653",
    "317 Russell Senate Office Building Washington DC 20510",
    "https://www.doe.senate.gov/contact",
    "jane@doe.senate.gov",
]
SOURCES = ["The paper at example-times.com reported it; readers may call 555 210 4455."]
ALLOWED = AllowedContacts.from_texts(REGISTRY, SOURCES)


@pytest.mark.parametrize(
    "text",
    [
        "Call 202.224.5653 or two oh two, two two four, five six five three.",
        "Write to Jane@Doe.Senate.Gov.",
        "The form is at doe.senate.gov/contact/ and on doe.senate.gov.",
        "Letters go to 317 Russell Senate Office Bldg., Washington, D.C. 20510.",
        "The example-times.com report gives 555-210-4455.",
        '<a href="https://www.doe.senate.gov/contact">her form</a>',
        '<a href="mailto:jane@doe.senate.gov?subject=Peace">jane@doe.senate.gov</a>',
        "Nothing here reaches anybody.",
    ],
)
def test_contacts_of_the_registry_and_the_source_may_stand(text: str) -> None:
    assert violations(text, allowed=ALLOWED) == []


@pytest.mark.parametrize(
    "text",
    [
        "Call (202) 224-5654.",
        "Write to john@doe.senate.gov.",
        "The form is at doe.senate.gov/sign.",
        "The form is at d\u043ee.senate.gov.",
        "Letters go to 17 Russell Senate Office Building.",
        "Letters go to 317 Russell Senate Office Building, Washington, D.C. 20515.",
        "Letters go to 318 Russell Senate Office Building Washington DC 20510.",
        "Letters go to Room 318, Russell Senate Office Building Washington DC 20510.",
        '<a href="https://evil.example">her form</a>',
        "[her form](https://evil.example)",
    ],
)
def test_any_other_contact_is_refused(text: str) -> None:
    (finding,) = violations(text, allowed=ALLOWED)
    assert (finding.kind, finding.severity) == (FindingKind.CONTACT, Severity.REFUSED)
    assert finding.excerpt in text


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://www.doe.senate.gov/contact">example-times.com</a>',
        "[example-times.com](https://www.doe.senate.gov/contact)",
        '<a href="mailto:jane@doe.senate.gov"><b>example-times.com</b></a>',
        '<a href="/about/">example-times.com</a>',
    ],
)
def test_a_link_may_not_show_one_address_and_lead_to_another(text: str) -> None:
    assert [finding.kind for finding in violations(text, allowed=ALLOWED)] == [FindingKind.LINK]


def test_a_refusal_names_the_text_and_the_way_out() -> None:
    (finding,) = violations("Write to nobody@nowhere.example.", allowed=ALLOWED)
    assert "e-mail address \u201cnobody@nowhere.example\u201d" in finding.message
    assert "registry" in finding.message
    assert finding.as_json() == {
        "kind": "contact",
        "severity": "refused",
        "path": "",
        "excerpt": "nobody@nowhere.example",
        "message": finding.message,
    }


def test_without_a_registry_or_a_source_nothing_is_known() -> None:
    nothing = AllowedContacts.from_texts([], [])
    assert len(violations("Call 202-224-5653, see example.org.", allowed=nothing)) == 2


def test_what_the_registry_says_is_read_once_and_what_sources_say_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def counting(text: str) -> allowed.Given:
        read.append(text)
        return frozenset(), ""

    monkeypatch.setattr(allowed, "_given", counting)
    monkeypatch.setattr(allowed, "_given_by_registry", lru_cache(maxsize=8)(counting))
    for _ in range(3):
        AllowedContacts.from_texts(["202-224-5653"], ["A source."])
    assert read == ["202-224-5653", "A source.", "A source.", "A source."]
