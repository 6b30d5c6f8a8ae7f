"""Quotations: word for word in a source, or refused."""

from __future__ import annotations

import pytest

from news.drafting.guard import FindingKind, Severity, unquoted

SOURCE = (
    "\u201cWe won the following concession: that the city could offer shelter,\u201d Ms. Alvarez said. "
    "She called it 'the first time in years' -- and left.\n\n"
    "But the mayor's office wasn't convinced. \"We don't know how it will work.\""
)


@pytest.mark.parametrize(
    "text",
    [
        "She spoke of \u201cthe following concession.\u201d",
        'She spoke of "the following concession."',
        "She spoke of \u00abthe following concession\u00bb.",
        "She spoke of \u201ethe following concession\u201c.",
        "\u201cWe don\u2019t know how it will work,\u201d the office said.",
        "\u201cThe city could offer shelter,\u201d she said.",
        "\u201cWe won \u2026 shelter\u201d was how it began.",
        "\u201cWe won the following [...] that the city could offer shelter\u201d",
        "\u201cthe first time in years \u2014 and left\u201d",
        "\u201cconcession: that the  city\ncould\u201d",
        "A \u201cbig deal\u201d, and no quotation.",
        "The workers' rights, the '90s and the miners' strike of '84 are no quotations.",
        'A man 6\' 2" tall and a board 5" wide.',
        "No quotation at all.",
    ],
)
def test_what_the_source_says_may_be_quoted(text: str) -> None:
    assert unquoted(text, [SOURCE]) == []


@pytest.mark.parametrize(
    "text",
    [
        "\u201cWe won the following concessions\u201d",
        "\u201cWe won a concession\u201d",
        '"We won the shelter"',
        "\u00abWe won the shelter\u00bb",
        "He said \u2018we won the shelter\u2019 and left.",
        "He said 'we won the shelter' and left.",
        "\u201cshelter \u2026 We won the following\u201d",
        "\u201cwe won the following concession, THAT the city\u201d",
        "\u201che first time in years\u201d",
        "\u201cWe never said this, and it is never closed",
        "\u201cWe won the shelter\u201c",
        "<p>\u201cWe <b>won the</b> shelter\u201d</p>",
    ],
)
def test_what_the_source_does_not_say_may_not_be_quoted(text: str) -> None:
    (finding,) = unquoted(text, [SOURCE])
    assert (finding.kind, finding.severity) == (FindingKind.QUOTE, Severity.REFUSED)


def test_a_quotation_must_stand_in_one_source_as_a_whole() -> None:
    assert unquoted("\u201cone two three four\u201d", ["one two", "three four"])
    assert not unquoted("\u201cone two three four\u201d", ["x", "<p>one two <b>three</b> four</p>"])


def test_attributes_of_rich_text_are_no_quotations() -> None:
    assert unquoted('<a href="https://example.org/a b c d">word</a>', []) == []


def test_the_finding_shows_what_was_quoted() -> None:
    (finding,) = unquoted("He said: \u201cNot one word of this.\u201d", [SOURCE])
    assert finding.excerpt == "Not one word of this."
    assert "quote exactly" in finding.message
