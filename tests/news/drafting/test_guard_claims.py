"""Numbers, dates and names that no source has are flagged; those it has in other words are not."""

from __future__ import annotations

import pytest

from news.drafting.guard import FindingKind, Severity, unsupported

SOURCE = (
    "On Aug. 17 President Ana Ruiz of Veronia met the Borduran envoy, Sen. Tom Hale (D-WI). The war "
    "has lasted three and a half years and cost $3.5 billion. Twelve hundred people died, half a "
    "million fled. Published 2025-08-17. Under Article 5 of the Harbor Pact the United States must "
    "help, said Ruiz, whose Zelenova Party won 52 percent."
)


@pytest.mark.parametrize(
    "text",
    [
        "After 3.5 years, or 3\u00bd, the war has cost 3.5 billion dollars.",
        "The war has cost $3,500,000,000.",
        "It killed 1,200 and drove out 500,000.",
        "On 17 August they met. On August 17, 2025, they met. On August 17th they met.",
        "It happened in August 2025, in 2025, on 2025-08-17 and on 8/17/2025.",
        "Ruiz's party and Hale's envoy; the Veronian president and the Bordurans.",
        "President Ruiz met Senator Hale. Ana Ruiz spoke.",
        "Zelenov's party won 52%.",
        "Article 5 holds, and so does the Pact.",
        "American voters, U.S. officials and members of Congress asked the Senate.",
        "Critics said so. Nobody said more. Today's vote is on Monday in May.",
        "Take ten minutes, call 3 friends, and do five things in 15 minutes.",
        "What You Can Do This Week",
        "Ask for a hearing. Write to your senators. Dear Senator,",
        "I think so, and we do too.",
    ],
)
def test_what_the_source_supports_is_not_flagged(text: str) -> None:
    assert unsupported(text, [SOURCE]) == []


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ("The war has cost 4 billion dollars.", FindingKind.NUMBER, "4 billion"),
        ("It killed 1,300 people.", FindingKind.NUMBER, "1,300"),
        ("It lasted four and a half years.", FindingKind.NUMBER, "four and a half"),
        ("Some 52.5 percent voted.", FindingKind.NUMBER, "52.5"),
        ("Under Article 6 they must.", FindingKind.NUMBER, "Article 6"),
        ("They met on August 18.", FindingKind.DATE, "August 18"),
        ("They met on August 17, 2024.", FindingKind.DATE, "August 17, 2024"),
        ("They met in July 2025.", FindingKind.DATE, "July 2025"),
        ("It began in 1991.", FindingKind.DATE, "1991"),
        ("It began in the 1990s.", FindingKind.DATE, "1990s"),
        ("They asked Maria Lopez to help.", FindingKind.NAME, "Maria Lopez"),
        ("Ask Maria Lopez to help.", FindingKind.NAME, "Maria Lopez"),
        ("Lopez said no.", FindingKind.NAME, "Lopez"),
        ("OPEC agreed.", FindingKind.NAME, "OPEC"),
        ("Governor Hale signed it.", FindingKind.NAME, "Governor Hale"),
        ("They met at the Bank of Syldavia.", FindingKind.NAME, "Bank of Syldavia"),
        ("The Syldavian army moved.", FindingKind.NAME, "Syldavian"),
    ],
)
def test_what_no_source_says_is_flagged(text: str, kind: FindingKind, what: str) -> None:
    found = unsupported(text, [SOURCE])
    assert [(finding.kind, finding.excerpt) for finding in found] == [(kind, what)]
    assert all(finding.severity is Severity.FLAG for finding in found)


def test_a_weekday_of_the_source_supports_its_date_in_the_week_of_publication() -> None:
    source = "They met on Sunday. Published 2025-08-19T10:00:00+02:00"
    assert unsupported("On August 17, 2025, they met.", [source]) == []
    assert unsupported("On August 18, 2025, they met.", [source]) != []
    assert unsupported("On July 20, 2025, they met.", [source]) != []
    assert unsupported("On August 17, 2025, they met.", ["They met on Sunday."]) != []


def test_each_thing_is_flagged_once() -> None:
    assert (
        len(
            unsupported(
                "Lopez said so. Then Lopez said no, and Lopez left in 1991, 1991.", [SOURCE]
            )
        )
        == 2
    )


def test_rich_text_and_several_sources_are_read() -> None:
    assert unsupported("<p>The <b>Harbor</b> Pact and 1991.</p>", [SOURCE, "<p>In 1991</p>"]) == []


def test_every_claim_of_a_text_is_supported_by_itself() -> None:
    assert unsupported(SOURCE, [SOURCE]) == []
